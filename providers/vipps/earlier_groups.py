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
from ..records import DeclaredTotals, Document, Settlement
from .ledger import CODE, Identities, fee_column, merchant_names, repeated_rows, transaction, without_repeats


@dataclass
class Group:
    """The rows and totals of one settlement, while they are collected.

    :ivar paid_out: what went to the bank, or None where the file does not say.
    :ivar fees_reported: the sum of fees that are reported but not deducted (gross contracts), or None.
    """

    number: str
    currency: str = ""
    date: datetime.date | None = None
    merchant_id: str = ""
    entries: list = field(default_factory=list)
    declared: DeclaredTotals | None = None
    paid_out: Decimal | None = None
    fees_reported: Decimal | None = None
    problems: list = field(default_factory=list)


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
        rows = tuple(transaction(entry, identities.of(entry)) for entry in entries)
        if not rows and group.declared is None:
            continue
        if not group.currency or not (group.date or rows):
            continue
        date = group.date or max(row.date for row in rows)
        settlements.append(
            Settlement(
                external_id=group.number,
                currency=group.currency,
                date=date,
                transactions=rows,
                fee_reports=tuple(fee_column(entries)),
                merchant_id=group.merchant_id,
                merchant_ids=merchant_names(group.merchant_id, *(entry.sales_unit for entry in group.entries)),
                payout_amount=group.paid_out,
                payout_reference=group.number,
                declared=group.declared,
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


def _check_reported_fees(group: Group, entries: list) -> list:
    if group.fees_reported is None:
        return []
    computed = sum((entry.total_fee or ZERO for entry in entries), ZERO)
    if computed == group.fees_reported:
        return []
    code = "declared_fees_differ"
    values = {
        "settlement": group.number,
        "row": str(group.declared.row if group.declared else 0),
        "total": amount_text(group.fees_reported, group.currency),
        "computed": amount_text(computed, group.currency),
    }
    return [Message(code, values)]


def row_problem(row: int, psp: str, stated: Decimal, computed: Decimal, currency: str) -> Message:
    """Return the sentence for a row whose gross or net is not what its other amounts give."""
    code = "row_sum_differs"
    values = {
        "row": str(row),
        "id": psp,
        "stated": amount_text(stated, currency),
        "computed": amount_text(computed, currency),
    }
    return Message(code, values)
