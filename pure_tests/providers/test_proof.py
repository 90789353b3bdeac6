"""Proof that a settlement adds up: what is proven, and what each sentence names."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import Message
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.records import DeclaredTotals, Kind, Settlement, Transaction

DAY = datetime.date(2026, 3, 2)


def row(number, kind, amount, balance=None, fee="0"):
    return Transaction(
        external_id=f"{kind}:{number}",
        kind=kind,
        date=DAY,
        amount=Decimal(amount),
        fee=Decimal(fee),
        currency="NOK",
        balance_after=None if balance is None else Decimal(balance),
        row=number,
    )


def ledger_run(**changes):
    """A run with balances: carried in -10.00, paid out 90.00."""
    rows = (
        row(1, Kind.PAYMENT, "150.00", "140.00"),
        row(2, Kind.REFUND, "-45.50", "94.50"),
        row(3, Kind.FEE, "-4.50", "90.00"),
        row(4, Kind.PAYOUT, "-90.00", "0.00"),
    )
    values = {
        "external_id": "2000045",
        "currency": "NOK",
        "date": DAY,
        "transactions": rows,
        "opening_balance": Decimal("-10.00"),
        "payout_amount": Decimal("90.00"),
    }
    return Settlement(**{**values, **changes})


def with_row(settlement, number, **changes):
    rows = tuple(replace(r, **changes) if r.row == number else r for r in settlement.transactions)
    return replace(settlement, transactions=rows)


def declared_run(**changes):
    """Rows with their own fees and declared totals, as files of earlier years have."""
    values = {
        "external_id": "2000001",
        "currency": "NOK",
        "date": DAY,
        "transactions": (row(8, Kind.PAYMENT, "100.00", fee="2.50"), row(9, Kind.REFUND, "-40.00")),
        "payout_amount": Decimal("57.50"),
        "declared": DeclaredTotals(
            gross=Decimal("60.00"),
            payments=Decimal("100.00"),
            refunds=Decimal("-40.00"),
            fee=Decimal("2.50"),
            net=Decimal("57.50"),
            count=2,
            row=6,
        ),
    }
    return Settlement(**{**values, **changes})


def sentences(settlement):
    return [str(message) for message in prove(settlement)]


def test_what_adds_up_is_proven():
    for settlement in (ledger_run(), declared_run()):
        assert prove(settlement) == []
        assert has_proof(settlement)


def test_changed_amount_names_row_id_and_both_sums():
    first, second = sentences(with_row(ledger_run(), 2, amount=Decimal("-45.49")))
    for part in ("Row 2", "refund:2", "140.00 NOK", "-45.49 NOK", "94.51 NOK", "94.50 NOK"):
        assert part in first
    for part in ("2000045", "-10.00 NOK", "90.01 NOK", "90.00 NOK", "-0.01 NOK"):
        assert part in second


def test_fee_deducted_on_the_row_counts():
    settlement = ledger_run(
        transactions=(row(1, Kind.PAYMENT, "150.00", "138.00", fee="2.00"), row(2, Kind.PAYOUT, "-138.00", "0.00")),
        payout_amount=Decimal("138.00"),
    )
    assert prove(settlement) == []
    assert "- fee 3.00 NOK" in sentences(with_row(settlement, 1, fee=Decimal("3.00")))[0]


def test_rows_without_balance_are_proven_at_the_next_balance():
    settlement = with_row(with_row(ledger_run(), 1, balance_after=None), 2, balance_after=None)
    assert prove(settlement) == []
    assert "Row 3" in sentences(with_row(settlement, 1, amount=Decimal("150.01")))[0]


def test_missing_row_is_found():
    settlement = ledger_run(transactions=tuple(r for r in ledger_run().transactions if r.row != 2))
    assert "Row 3" in sentences(settlement)[0]


def test_balance_carried_in_must_be_right():
    assert prove(ledger_run(opening_balance=Decimal("0.00")))
    assert prove(ledger_run(payout_amount=Decimal("91.00")))


def test_balance_left_behind_is_a_reserve():
    paid_less = ledger_run(payout_amount=Decimal("80.00"))
    settlement = with_row(paid_less, 4, amount=Decimal("-80.00"), balance_after=Decimal(10))
    assert prove(settlement) == []


def test_open_run_is_proven_by_its_balances():
    settlement = ledger_run(external_id="", payout_amount=None, transactions=ledger_run().transactions[:3])
    assert has_proof(settlement)
    assert prove(settlement) == []
    assert prove(with_row(settlement, 3, amount=Decimal("-4.51")))


def test_many_wrong_balances_are_summed_up():
    rows = tuple(row(n, Kind.PAYMENT, "1.00", str(n * 2)) for n in range(30))
    settlement = ledger_run(external_id="", payout_amount=None, transactions=rows, opening_balance=None)
    found = sentences(settlement)
    assert len(found) == 11
    assert "19 more rows" in found[-1]


@pytest.mark.parametrize("name", ["gross", "payments", "refunds", "fee", "net"])
def test_each_declared_total_is_checked(name):
    totals = declared_run().declared
    wrong = getattr(totals, name) + Decimal("0.01")
    found = sentences(declared_run(declared=replace(totals, **{name: wrong})))
    message = next(text for text in found if "totals in row 6" in text)
    assert f"{wrong:f} NOK" in message
    assert f"{getattr(totals, name):f} NOK" in message


def test_declared_number_of_rows():
    (message,) = sentences(declared_run(declared=replace(declared_run().declared, count=3)))
    assert "number of transactions: 3" in message
    assert "add up to 2" in message


def test_same_total_is_not_reported_twice():
    totals = DeclaredTotals(net=Decimal("57.51"), row=6)
    assert len(prove(declared_run(declared=totals, payout_amount=Decimal("57.51")))) == 1


def test_payout_without_balances_says_the_document_may_begin_late():
    (message,) = sentences(declared_run(declared=None, payout_amount=Decimal("60.00")))
    assert "57.50 NOK" in message
    assert "may begin in the middle" in message


def test_repeated_row_that_would_explain_the_difference():
    repeated = (row(10, Kind.PAYMENT, "12.00", fee="1.00"),)
    settlement = declared_run(
        declared=DeclaredTotals(net=Decimal("68.50"), row=6), payout_amount=Decimal("68.50"), repeated=repeated
    )
    (message,) = sentences(settlement)
    assert "Row 10 (payment:10) occurs twice" in message
    assert "counting it twice would explain the difference" in message
    more = Decimal("68.51")
    (other,) = sentences(replace(settlement, payout_amount=more, declared=DeclaredTotals(net=more)))
    assert "twice" not in other


def test_problems_of_the_parser_come_first():
    problem = Message("Something is odd.")
    assert prove(declared_run(problems=(problem,))) == [problem]


def test_without_any_total_there_is_no_proof():
    settlement = declared_run(declared=None, payout_amount=None)
    assert not has_proof(settlement)
    assert not has_proof(declared_run(declared=DeclaredTotals(count=2), payout_amount=None))
    assert prove(settlement) == []


def test_sentences_can_be_translated_and_stored():
    for message in prove(with_row(ledger_run(), 2, amount=Decimal("1.00"))):
        assert "%(row)s" in message.sentence or "%(settlement)s" in message.sentence
        assert Message.from_json(message.to_json()) == message
