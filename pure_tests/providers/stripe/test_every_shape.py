"""The same weeks in each of the shapes of a Stripe settlement, and files that are none of them."""

import datetime
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.providers import registry, stripe
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.records import Kind, PayoutStatus
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ...samples import stripe_files
from ...samples.stripe_files import Movement, at, charge, dispute, dispute_reversal, payout, refund, stripe_fee
from .reading import FILES, SHAPES, STORY, settlements, transactions


def day(number):
    return datetime.date(2026, 3, number)


# --- The same weeks in every shape


@pytest.mark.parametrize("shape", SHAPES)
def test_recognised_by_content_and_proven(shape):
    for name, content in SHAPES[shape](STORY):
        assert registry.identify("x.pdf", content) == "stripe"
        document = registry.parse(name, content)
        assert document.code == stripe.CODE
        assert document.format
        for settlement in document.settlements:
            assert prove(settlement) == []
            assert has_proof(settlement) == bool(settlement.external_id)
            assert not settlement.by_position
            assert settlement.confirm is None


@pytest.mark.parametrize("shape", SHAPES)
def test_same_payouts_in_every_shape(shape):
    found = {
        settlement.external_id: (settlement.payout_amount, settlement.payout_date, settlement.payout_status)
        for settlement in settlements(shape)
        if settlement.external_id
    }
    assert found == {
        "po_1X": (Decimal("2306.61"), day(7), PayoutStatus.SENT),
        "po_1Y": (Decimal("448.35"), day(12), PayoutStatus.FAILED),
        "po_1Z": (Decimal("1042.96"), day(18), PayoutStatus.SENT),
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_same_rows_in_every_shape(shape):
    found = {id: (row.kind, row.date, row.amount, row.fee) for id, row in transactions(shape).items()}
    expected = {
        "3A": (Kind.PAYMENT, day(2), Decimal("1249.00"), Decimal("20.54")),
        "3B": (Kind.PAYMENT, day(2), Decimal("499.00"), Decimal("9.29")),
        # half past eleven in the evening UTC is the next day in Oslo
        "3C": (Kind.PAYMENT, day(3), Decimal("850.50"), Decimal("14.56")),
        "3D": (Kind.REFUND, day(4), Decimal("-249.00"), Decimal("-1.50")),
        "1X": (Kind.PAYOUT, day(5), Decimal("-2306.61"), 0),
        "3E": (Kind.PAYMENT, day(6), Decimal("1150.00"), Decimal("40.15")),
        "3F": (Kind.CHARGEBACK, day(9), Decimal("-499.00"), Decimal("150.00")),
        "3G": (Kind.FEE, day(9), Decimal("-12.50"), 0),
        "1Y": (Kind.PAYOUT, day(10), Decimal("-448.35"), 0),
        "3H": (Kind.CHARGEBACK_REVERSAL, day(13), Decimal("499.00"), 0),
        "3I": (Kind.PAYOUT_RETURN, day(14), Decimal("448.35"), 0),
        "3J": (Kind.PAYMENT, day(15), Decimal("99.00"), Decimal("3.39")),
        "1Z": (Kind.PAYOUT, day(16), Decimal("-1042.96"), 0),
    }
    if shape != "api":  # payouts only
        expected["3K"] = (Kind.PAYMENT, day(20), Decimal("75.00"), Decimal("3.05"))
    assert found == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_order_references_stand_in_charge_intent_or_description(shape):
    rows = transactions(shape)
    expected = {
        "3A": "WEB-10231", "3B": "WEB-10232", "3C": "WEB-10233", "3D": "WEB-10231", "3E": "WEB-10234",
        "3F": "WEB-10232", "3H": "WEB-10232", "3J": "WEB-10235", "3G": "", "3I": "", "1X": "",
    }  # fmt: skip
    assert {id: rows[id].order_reference for id in expected} == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_references_others_know_the_rows_by(shape):
    rows = transactions(shape)
    # the dashboard's export does not name payment intents
    assert rows["3A"].provider_reference == ("ch_3A" if shape == "dashboard csv" else "pi_3A")
    assert rows["3D"].provider_reference == "re_3D"
    assert rows["3F"].provider_reference == rows["3H"].provider_reference == "du_3F"
    assert rows["3I"].provider_reference == "po_1Y", "the payout that failed"


@pytest.mark.parametrize("shape", SHAPES)
def test_payment_in_another_currency_than_the_payout(shape):
    row = transactions(shape)["3E"]
    assert (row.amount_original, row.currency_original) == (Decimal("100.00"), "EUR")
    assert row.rate == (Decimal("11.5") if shape == "api" else None)
    assert transactions(shape)["3A"].amount_original is None


@pytest.mark.parametrize("shape", FILES)
def test_what_no_payout_names_yet_is_open(shape):
    (open_run,) = [settlement for settlement in settlements(shape) if not settlement.external_id]
    assert (open_run.payout_amount, open_run.date) == (None, day(20))
    assert [row.order_reference for row in open_run.transactions] == ["WEB-10236"]


@pytest.mark.parametrize("shape", SHAPES)
def test_payouts_own_row_is_the_last(shape):
    for settlement in settlements(shape):
        kinds = [row.kind for row in settlement.transactions]
        assert (kinds[-1] is Kind.PAYOUT) == bool(settlement.external_id)
        assert kinds.count(Kind.PAYOUT) <= 1


# --- Any story adds up

AMOUNTS = st.decimals("0.01", "99999", places=2)
FEES = st.decimals("-5", "500", places=2)
TYPES = ("charge", "refund", "dispute", "won", "fee", "topup", "unknown", "payout")


def movement(draw, id, when):
    """Return something that happens."""
    type, amount = draw(st.sampled_from(TYPES)), draw(AMOUNTS)
    if type == "charge":
        return charge(id, when, f"WEB-{id}", amount, draw(FEES))
    if type == "refund":
        return refund(id, when, "r0", amount, draw(FEES))
    if type == "dispute":
        return dispute(id, when, "r0", amount)
    if type == "won":
        return dispute_reversal(id, when, "r0", amount, "d0")
    if type == "fee":
        return stripe_fee(id, when, amount)
    if type == "topup":
        return Movement("topup", "topup", id, when, amount)
    return payout(id, when) if type == "payout" else Movement("invented", "invented_too", id, when, -amount)


@st.composite
def stories(draw):
    """Payments, refunds, disputes and fees in two currencies, now and then paid out."""
    movements, when = [], at(1, 0)
    for number in range(draw(st.integers(1, 12))):
        when += datetime.timedelta(hours=draw(st.integers(0, 30)), minutes=1)
        happened = movement(draw, f"r{number}", when)
        movements.append(replace(happened, currency=draw(st.sampled_from(["NOK", "NOK", "EUR"]))))
    return movements


@pytest.mark.parametrize("shape", SHAPES)
@given(movements=stories())
@settings(max_examples=examples(60), deadline=None)
def test_any_story_adds_up(shape, movements):
    expected = {
        movement.id: (movement.amount, movement.fee)
        for closing, rows in stripe_files.settled(movements)
        for movement in rows
        if closing or shape != "api"
    }
    found = {}
    for settlement in settlements(shape, movements):
        assert prove(settlement) == []
        for row in settlement.transactions:
            assert row.currency == settlement.currency
            if row.kind is not Kind.PAYOUT:
                found[row.external_id.removeprefix("txn_")] = (row.amount, row.fee)
    assert found == expected


@pytest.mark.parametrize(
    ("written", "altered"),
    [
        # the gross alone; gross and net; the fee and the net
        ("1249.00,20.54,1228.46", "1294.00,20.54,1228.46"),
        ("1249.00,20.54,1228.46", "1294.00,20.54,1273.46"),
        ("1249.00,20.54,1228.46", "1249.00,25.54,1223.46"),
        # the payout itself
        ("-2306.61,0.00,-2306.61", "-2306.16,0.00,-2306.16"),
    ],
)
@pytest.mark.parametrize("shape", ["itemised csv", "dashboard csv"])
def test_an_altered_amount_in_a_file_is_found(shape, written, altered):
    ((name, content),) = SHAPES[shape](STORY)
    assert content.count(written.encode()) == 1
    document = stripe.parse(name, content.replace(written.encode(), altered.encode()))
    wrong = {settlement.external_id for settlement in document.settlements if prove(settlement)}
    assert wrong == {"po_1X"}


@pytest.mark.parametrize("field", ["amount", "fee", "net"])
@pytest.mark.parametrize(
    "document", [stripe_files.as_payout_documents(STORY)[0], stripe_files.as_balance_document(STORY)]
)
def test_an_altered_amount_in_an_answer_is_found(document, field):
    name, content = document
    bundle = json.loads(content)
    (row,) = [row for row in bundle["pages"][0]["data"] if row["id"] == "txn_3A"]
    row[field] += 45
    if field == "amount":
        row["net"] += 45
    found = [problem for s in stripe.parse(name, json.dumps(bundle).encode()).settlements for problem in prove(s)]
    assert found


# --- Files that are cut, changed, or something else


@pytest.mark.parametrize("shape", SHAPES)
def test_cut_file_is_refused_or_does_not_add_up(shape):
    name, content = SHAPES[shape](STORY)[0]
    for end in range(len(content) // 3, len(content) - 1, 97):
        try:
            document = stripe.parse(name, content[:end])
        except stripe.DocumentError as error:
            assert name in str(error)
            continue
        assert "csv" in shape
        for settlement in document.settlements:
            is_whole = len(settlement.transactions) == {"po_1X": 5, "po_1Y": 4, "po_1Z": 4}.get(settlement.external_id)
            assert is_whole or not settlement.external_id or prove(settlement) or settlement.confirm
