"""The settlements of a file of earlier years: rows and totals by settlement, and the document they make.

These files came by SFTP until July 2024, and the portal may still hold them: XML 3.0 (:mod:`.earlier_xml`), the CSV in
sections (:mod:`.earlier_sections`), and the Norwegian table (:mod:`.earlier_table`). Each row belongs to a named
settlement, carries its own fee, and has no running balance; there are totals instead.

Sources: vippsas/vipps-developers at commit 87f17190, ``settlements/`` (schema SettlementReport-3.0.xsd, official
samples, column descriptions).
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from ...common.messages import DocumentError, Message
from ...common.values import ZERO
from ..proof import amount_text
from ..records import DeclaredTotals, Document, FeeReport, Settlement
from .ledger import (
    CODE,
    SETTLEMENT_FEE,
    Entry,
    Identities,
    fee_column,
    merchant_names,
    repeated_rows,
    transaction,
    without_repeats,
)


@dataclass
class Group:
    """The rows and totals of one settlement, while they are collected.

    :ivar paid_out: what went to the bank, or None where the file does not say.
    :ivar fees_reported: the sum of fees that are reported but not deducted (gross contracts), or None.
    :ivar fee_reports: fees that are reported of the settlement as a whole.
    :ivar confirm: what a person has to confirm before it is booked, or None.
    """

    number: str
    currency: str = ""
    date: datetime.date | None = None
    merchant_id: str = ""
    entries: list = field(default_factory=list)
    declared: DeclaredTotals | None = None
    paid_out: Decimal | None = None
    fees_reported: Decimal | None = None
    fee_reports: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    confirm: Message | None = None


def build_document(filename: str, format_name: str, groups: list) -> Document:
    """Return the document of these groups. The same row in two of them is read once, in the first."""
    repeated_all, settlements = [], []
    seen: dict = {}
    identities = Identities()
    for group in groups:
        entries, repeated = without_repeats(group.entries)
        repeated += [entry for entry in entries if entry.fields in seen]
        entries = [entry for entry in entries if entry.fields not in seen]
        seen.update(dict.fromkeys(entry.fields for entry in entries))
        left_out = tuple(repeated_rows(repeated))
        repeated_all += left_out
        if not entries:
            entries = _entries_of_totals(filename, group)
        rows = tuple(transaction(entry, identities.of(entry)) for entry in entries)
        fee_reports = (*fee_column(entries), *group.fee_reports)
        if not rows and not fee_reports:
            continue
        date = group.date or max(row.date for row in rows)
        settlements.append(
            Settlement(
                external_id=group.number,
                currency=group.currency,
                date=date,
                transactions=rows,
                fee_reports=fee_reports,
                merchant_id=group.merchant_id,
                merchant_ids=merchant_names(group.merchant_id, *(entry.sales_unit for entry in group.entries)),
                payout_amount=group.paid_out,
                payout_reference=group.number,
                declared=group.declared,
                confirm=group.confirm,
                complete_to=max((row.date for row in rows), default=date),
                problems=(*group.problems, *_check_reported_fees(group, entries)),
                repeated=left_out,
            )
        )
    if not settlements:
        raise DocumentError(
            "file_without_settlement",
            file=filename,
        )
    units = {entry.sales_unit for group in groups for entry in group.entries}
    return Document(
        code=CODE,
        format=format_name,
        settlements=tuple(settlements),
        merchant_ids=merchant_names(*units, *(group.merchant_id for group in groups)),
        repeated_rows=tuple(repeated_all),
    )


def _entries_of_totals(filename: str, group: Group) -> list:
    """Return what the totals of a settlement without rows say: nothing, or a fee that belongs to no payment.

    A fee that is deducted becomes a row; one that is owed (gross contracts), a report on the group. A settlement of
    nothing, with totals of zero, is none.

    :raises DocumentError: when the totals speak of payments, whose rows are missing.
    """
    totals = group.declared
    if totals is None:
        return []  # all its rows belong to a settlement before it
    fee = totals.fee or ZERO
    has_payments = any((totals.gross, totals.payments, totals.refunds, totals.count))
    if has_payments or (totals.net or ZERO) != -fee:
        total = totals.net or totals.gross or totals.payments or totals.refunds or ZERO
        raise DocumentError(
            "settlement_without_rows" if totals.row else "settlement_of_file_without_rows",
            file=filename,
            row=totals.row,
            settlement=group.number,
            total=amount_text(total, group.currency),
            computed=amount_text(abs(total * 0), group.currency),
        )
    identity = f"{group.merchant_id}-{group.number}".strip("-")
    if group.fees_reported:
        group.fee_reports.append(
            FeeReport(
                external_id=f"{SETTLEMENT_FEE}:{identity}",
                provider_reference=identity,
                date=group.date,
                fee=group.fees_reported,
                currency=group.currency,
                fee_type=SETTLEMENT_FEE,
                row=totals.row,
            )
        )
    if not fee:
        return []
    group.declared = DeclaredTotals(net=totals.net, row=totals.row)  # the others count payments' own fees
    return [
        Entry(
            type=SETTLEMENT_FEE,
            psp=identity,
            date=group.date,
            amount=-fee,
            currency=group.currency,
            sales_unit=group.merchant_id,
            row=totals.row,
            raw={"SettlementID": group.number, "Fee": str(fee)},
            fields=(SETTLEMENT_FEE, identity),
        )
    ]


def _check_reported_fees(group: Group, entries: list) -> list:
    if group.fees_reported is None or group.fee_reports:
        return []
    computed = sum((entry.total_fee or ZERO for entry in entries), ZERO)
    if computed == group.fees_reported:
        return []
    row = group.declared.row if group.declared else 0
    code = "declared_fees_differ" if row else "declared_fees_of_file_differ"
    values = {
        "settlement": group.number,
        "row": str(row),
        "total": amount_text(group.fees_reported, group.currency),
        "computed": amount_text(computed, group.currency),
    }
    return [Message(code, values)]


def row_problem(row: int, psp: str, stated: Decimal, computed: Decimal, currency: str) -> Message:
    """Return the sentence for a row whose gross or net is not what its other amounts give.

    :param row: 0 where the document has no rows.
    """
    code = "row_sum_differs" if row else "element_sum_differs"
    values = {
        "row": str(row),
        "id": psp,
        "stated": amount_text(stated, currency),
        "computed": amount_text(computed, currency),
    }
    return Message(code, values)
