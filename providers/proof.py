"""Proof that a settlement adds up, with whatever totals its source gives. Nothing is booked that is not proven.

Three kinds of totals exist: the balance after each row, the amount paid out, and what the document declares of itself.
"""

from decimal import Decimal

from ..common.messages import Message
from ..common.values import ZERO
from .records import Kind, Settlement, Transaction

#: One wrong file can break every balance; the first rows show why.
MAX_BALANCE_MESSAGES = 10


def has_proof(settlement: Settlement) -> bool:
    """Return whether the source gives any total to check the rows against.

    Where it gives none, a person has to confirm the payout before the settlement is booked.
    """
    declared = settlement.declared
    return (
        settlement.payout_amount is not None
        or any(row.balance_after is not None for row in settlement.transactions)
        or (
            declared is not None
            and any(
                total is not None
                for total in (declared.gross, declared.payments, declared.refunds, declared.fee, declared.net)
            )
        )
    )


def prove(settlement: Settlement) -> list:
    """Return a :class:`~..common.messages.Message` for everything that does not add up; an empty list when all does.

    What the parser found (``settlement.problems``) comes first. Where the settlement is from one of several files in an
    archive, each names the file. An empty list from a settlement without any total says
    nothing: ask :func:`has_proof`.
    """
    found = [
        *settlement.problems,
        *_check_balances(settlement),
        *_check_payout(settlement),
        *_check_declared(settlement),
    ]
    return [in_file(settlement.file, message) for message in found]


def in_file(name: str, message: Message) -> Message:
    """Return a message that names rows, with the file inside an archive where there is one."""
    return Message("in_file", {"file": name, "message": message}) if name else message


def closing_balance(settlement: Settlement) -> Decimal | None:
    """Return what the provider owes after the last row and the payout; None where the source has no balances.

    A document may report its payout without a row for it.
    """
    if settlement.closing_balance is not None or settlement.opening_balance is None:
        return settlement.closing_balance
    closing = settlement.opening_balance + sum((row.net for row in settlement.transactions), ZERO)
    has_payout_row = any(row.kind is Kind.PAYOUT for row in settlement.transactions)
    return closing if has_payout_row else closing - (settlement.payout_amount or ZERO)


def amount_text(amount: Decimal, currency: str) -> Message:
    """Return an amount with its currency as sentences write it, in each reader's own style."""
    return Message("amount_in_currency", {"amount": amount, "currency": currency})


def balance_differences(rows, opening: Decimal | None) -> list:
    """Return the rows whose balance is not the balance before plus what the rows since then add.

    Rows without a balance are summed up to the next row that has one, so that opening balance + rows = closing balance
    is proven for each ledger date whether all its rows have a balance, or its last one only.

    :param rows: objects with ``net`` and ``balance_after`` (None where unknown).
    :param opening: balance before the first row, or None: then the first balance is taken as it is.
    :return: for each such row: the row, the balance before it (with the rows that have none), and the computed balance.
        The check goes on from the balance the row states, so that one wrong row gives one difference.
    """
    differences = []
    balance = opening
    for row in rows:
        before = balance
        if balance is not None:
            balance += row.net
        if row.balance_after is None:
            continue
        if balance is not None and balance != row.balance_after:
            differences.append((row, before, balance))
        balance = row.balance_after
    return differences


def _check_balances(settlement: Settlement) -> list:
    differences = balance_differences(settlement.transactions, settlement.opening_balance)
    messages = [_balance_message(settlement, *found) for found in differences[:MAX_BALANCE_MESSAGES]]
    if len(differences) > MAX_BALANCE_MESSAGES:
        messages.append(
            Message(
                "more_balances_differ",
                {"count": str(len(differences) - MAX_BALANCE_MESSAGES)},
            )
        )
    return messages


def _balance_message(settlement: Settlement, row: Transaction, before: Decimal, computed: Decimal) -> Message:
    stated = row.balance_after
    values = {
        "row": str(row.row),
        "id": row.external_id,
        "before": amount_text(before, settlement.currency),
        "amount": amount_text(row.amount, settlement.currency),
        "fee": amount_text(row.fee, settlement.currency),
        "computed": amount_text(computed, settlement.currency),
        "stated": amount_text(stated, settlement.currency),
    }
    code = "balance_after_fee_differs" if row.fee else "balance_differs"
    return _with_repeated_row(settlement, stated - computed, Message(code, values))


def _check_payout(settlement: Settlement) -> list:
    """Balance carried in + rows = payout + the balance left behind (a reserve is a balance that is not paid out)."""
    if settlement.payout_amount is None:
        return []
    if settlement.declared is not None and settlement.declared.net == settlement.payout_amount:
        return []  # the same total, which _check_declared checks and whose row it can name
    payout = next((row for row in reversed(settlement.transactions) if row.kind == Kind.PAYOUT), None)
    rows = sum((row.net for row in settlement.transactions if row is not payout), ZERO)
    carried_in = settlement.opening_balance
    left = settlement.closing_balance or ZERO
    if payout is not None and payout.balance_after is not None:
        left = payout.balance_after
    computed = (carried_in or ZERO) + rows - left
    difference = settlement.payout_amount - computed
    if not difference:
        return []
    values = {
        "settlement": settlement.external_id,
        "rows": amount_text(rows, settlement.currency),
        "computed": amount_text(computed, settlement.currency),
        "payout": amount_text(settlement.payout_amount, settlement.currency),
        "difference": amount_text(difference, settlement.currency),
    }
    if carried_in is None:
        code = "rows_differ_from_payout"
    else:
        values["carried_in"] = amount_text(carried_in, settlement.currency)
        code = "carried_balance_differs_from_payout"
    return [_with_repeated_row(settlement, difference, Message(code, values))]


def _check_declared(settlement: Settlement) -> list:
    declared = settlement.declared
    if declared is None:
        return []
    rows = [row for row in settlement.transactions if row.kind != Kind.PAYOUT]
    carried_in = settlement.opening_balance or ZERO
    sums = (
        ("payments_and_refunds", declared.gross, sum((row.amount for row in rows), ZERO)),
        ("payments", declared.payments, sum((row.amount for row in rows if row.amount > 0), ZERO)),
        ("refunds", declared.refunds, sum((row.amount for row in rows if row.amount < 0), ZERO)),
        ("fees", declared.fee, sum((row.fee for row in rows), ZERO)),
        ("net", declared.net, carried_in + sum((row.net for row in rows), ZERO)),
    )
    messages = [
        _with_repeated_row(
            settlement,
            total - computed if name == "net" else None,
            _declared_message(
                settlement,
                name,
                amount_text(total, settlement.currency),
                amount_text(computed, settlement.currency),
            ),
        )
        for name, total, computed in sums
        if total is not None and total != computed
    ]
    if declared.count is not None and declared.count != len(rows):
        messages.append(_declared_message(settlement, "number_of_transactions", str(declared.count), str(len(rows))))
    return messages


def _declared_message(settlement: Settlement, name: str, total, computed) -> Message:
    """Return the sentence for a total, naming the row it is in where the document has rows."""
    row = settlement.declared.row
    return Message(
        "declared_total_differs" if row else "declared_total_of_file_differs",
        {
            "settlement": settlement.external_id,
            "row": str(row),
            "name": Message(name),
            "total": total,
            "computed": computed,
        },
    )


def _with_repeated_row(settlement: Settlement, difference: Decimal | None, message: Message) -> Message:
    """Add to ``message`` that a row repeated in the document, and read once, is exactly the amount that is missing."""
    row = next((row for row in settlement.repeated if row.net == difference), None) if difference else None
    if row is None:
        return message
    return Message(
        "repeated_row_may_explain",
        {"message": message, "row": str(row.row), "id": row.external_id},
    )
