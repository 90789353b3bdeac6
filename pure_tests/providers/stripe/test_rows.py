"""What becomes of each kind of balance transaction, case by case."""

import datetime
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.providers import stripe
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.records import Fee, Kind, PayoutStatus
from odoo.addons.settlement_bridge.providers.stripe.kinds import FEE_TYPES
from odoo.addons.settlement_bridge.providers.stripe.references import from_descriptions

from ...samples import stripe_files
from ...samples.stripe_files import Movement, at, charge, dispute, dispute_reversal, payout, refund, stripe_fee
from .reading import SHAPES, refused, settlements, transactions

PAYOUT = payout("1X", at(20))


def one(shape, *movements):
    """Return the one settlement of these movements."""
    (settlement,) = settlements(shape, [*movements, PAYOUT])
    return settlement


def row(shape, movement, *others):
    """Return what becomes of a movement."""
    return transactions(shape, [movement, *others, PAYOUT])[movement.id]


def changed(movements, change):
    """Return the settlement of the API's one payout, after ``change(bundle)``."""
    ((name, content),) = stripe_files.as_payout_documents([*movements, PAYOUT])
    bundle = json.loads(content)
    change(bundle)
    (settlement,) = stripe.parse(name, json.dumps(bundle).encode()).settlements
    return settlement


# --- kinds


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("type", "category", "amount", "kind"),
    [
        ("payment", "charge", "100", Kind.PAYMENT),
        ("payment_failure_refund", "charge_failure", "-100", Kind.CHARGEBACK),
        ("topup", "topup", "100", Kind.TOP_UP),
        ("topup_reversal", "topup_reversal", "-100", Kind.TOP_UP),
        ("reserve_hold", "risk_reserved_funds", "-100", Kind.RESERVE_HOLD),
        ("reserve_release", "risk_reserved_funds", "100", Kind.RESERVE_RELEASE),
        ("payout_minimum_balance_hold", "an_unknown_category", "-100", Kind.RESERVE_HOLD),
        ("payout_minimum_balance_release", "an_unknown_category", "100", Kind.RESERVE_RELEASE),
        ("stripe_fee", "fee", "-5", Kind.FEE),
        ("stripe_fee", "fee", "5", Kind.FEE_REFUND),
        ("tax_fee", "tax", "-5", Kind.FEE),
        ("network_cost", "network_cost", "-5", Kind.FEE),
        ("adjustment", "other_adjustment", "-5", Kind.OTHER),
        ("transfer", "transfer", "-5", Kind.OTHER),
        ("issuing_transaction", "issuing_transaction", "-5", Kind.OTHER),
        ("brand_new_type", "brand_new_category", "5", Kind.OTHER),
        ("", "", "5", Kind.OTHER),
    ],
)
def test_kind_of_a_row_and_nothing_is_dropped(shape, type, category, amount, kind):
    if "itemised" in shape and category == "an_unknown_category":
        kind = Kind.OTHER  # the report has no types
    movement = Movement(type, category, "T", at(10), Decimal(amount), text="As Stripe puts it")
    settlement = one(shape, charge("C", at(9), "WEB-1", "500.00"), movement)
    (found,) = [each for each in settlement.transactions if each.external_id == "txn_T"]
    assert (found.kind, found.amount) == (kind, Decimal(amount))
    assert "As Stripe puts it" in found.text
    assert prove(settlement) == []
    if kind in (Kind.FEE, Kind.FEE_REFUND):
        assert found.fee_type in dict(FEE_TYPES)


def test_what_an_authorisation_held_beyond_the_capture_is_charged_and_taken_back():
    movements = [
        charge("C", at(9), "WEB-1", "1000.00", "15.00"),
        replace(refund("D", at(9), "C", "400.00", reference="WEB-1"), category="partial_capture_reversal"),
    ]
    settlement = one("api", *movements)
    assert [(each.kind, each.amount, each.order_reference) for each in settlement.transactions[:2]] == [
        (Kind.PAYMENT, Decimal("1000.00"), "WEB-1"),
        (Kind.REFUND, Decimal("-400.00"), "WEB-1"),
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_refund_that_failed_is_owed_to_the_customer_again(shape):
    failure = Movement("refund_failure", "refund_failure", "F", at(12), Decimal("249.00"), reference="WEB-1", of="R")
    found = row(shape, failure, charge("C", at(9), "WEB-1", "500.00"))
    assert (found.kind, found.amount, found.order_reference) == (Kind.PAYMENT, Decimal("249.00"), "WEB-1")
    assert found.provider_reference == "re_R", "the refund, so that it is not taken for a second payment"


def test_refund_without_an_order_leads_to_its_payment():
    found = row("api", refund("R", at(10), "C", "100.00"))
    assert (found.order_reference, found.provider_reference) == ("", "pi_C")


# --- disputes


@pytest.mark.parametrize("shape", SHAPES)
def test_dispute_bears_its_fee_and_the_order(shape):
    found = row(shape, dispute("D", at(10), "C", "499.00", "150.00", reference="WEB-1"))
    assert (found.kind, found.amount, found.fee, found.net) == (
        Kind.CHARGEBACK,
        Decimal("-499.00"),
        Decimal("150.00"),
        Decimal("-649.00"),
    )
    assert (found.order_reference, found.provider_reference) == ("WEB-1", "du_D")


@pytest.mark.parametrize("shape", SHAPES)
def test_small_amount_back_from_a_lost_dispute_is_no_win(shape):
    lost = dispute("D", at(10), "C", "499.00", status="lost")
    back = dispute_reversal("E", at(10), "C", "3.20", "D", status="lost")
    found = transactions(shape, [lost, back, PAYOUT])
    assert (found["D"].kind, found["E"].kind) == (Kind.CHARGEBACK, Kind.CORRECTION)
    assert found["E"].provider_reference == "du_D"


def test_lost_dispute_takes_money_several_times():
    movements = [
        dispute("D", at(10), "C", "499.00"),
        replace(dispute("E", at(11), "C", "2.10", "0"), dispute="D"),
    ]
    rows = one("api", *movements).transactions[:2]
    assert [(each.kind, each.amount, each.provider_reference) for each in rows] == [
        (Kind.CHARGEBACK, Decimal("-499.00"), "du_D"),
        (Kind.CHARGEBACK, Decimal("-2.10"), "du_D"),
    ]


def test_two_disputes_of_one_charge_are_two():
    first, second = dispute("D", at(10), "C", "100.00"), dispute("E", at(11), "C", "200.00")
    won = dispute_reversal("F", at(12), "C", "100.00", "D")
    found = transactions("api", [first, second, won, PAYOUT])
    assert [found[id].provider_reference for id in "DEF"] == ["du_D", "du_E", "du_D"]
    assert found["F"].kind is Kind.CHARGEBACK_REVERSAL


@pytest.mark.parametrize("shape", SHAPES)
def test_net_of_a_dispute_counts_where_it_differs(shape):
    back = dispute_reversal("E", at(10), "C", "3.20", "D", status="lost", fee=Decimal("0.01"), net=Decimal("3.20"))
    settlement = one(shape, dispute("D", at(10), "C", "499.00", status="lost"), back)
    (found,) = [each for each in settlement.transactions if each.external_id == "txn_E"]
    assert (found.fee, found.net) == (0, Decimal("3.20"))
    assert [warning.code for warning in settlement.warnings] == ["stripe_net_of_dispute_differs"]
    assert "txn_E" in str(settlement.warnings[0])
    assert prove(settlement) == []


def test_net_of_a_payment_that_differs_is_an_error():
    settlement = one("api", charge("C", at(9), "WEB-1", "100.00", "3.00", net=Decimal("98.00")))
    assert [problem.code for problem in prove(settlement)] == ["stripe_net_differs"]
    assert "txn_C" in str(prove(settlement)[0])


# --- fees


def test_fee_given_back_with_a_refund():
    found = row("api", refund("R", at(10), "C", "100.00", "-2.90"))
    assert (found.amount, found.fee, found.net) == (Decimal("-100.00"), Decimal("-2.90"), Decimal("-97.10"))


def test_vat_on_a_fee_is_told_apart():
    found = row("api", charge("C", at(9), "WEB-1", "100.00", "3.75", vat=Decimal("0.75")))
    assert (found.fee, found.fee_vat, found.fee_type) == (Decimal("3.75"), Decimal("0.75"), "stripe_fee")
    assert found.fees == (Fee("stripe_fee", Decimal("3.75"), Decimal("0.75")),)


def _with_details(*details):
    def change(bundle):
        (item,) = [item for item in bundle["pages"][0]["data"] if item["id"] == "txn_C"]
        item["fee_details"] = [{"type": type, "amount": amount, "currency": "nok"} for type, amount in details]

    return changed([charge("C", at(9), "WEB-1", "100.00", "5.00")], change).transactions[0]


def test_several_fees_of_a_payment():
    found = _with_details(("application_fee", 200), ("stripe_fee", 240), ("tax", 60))
    assert found.fees == (
        Fee("application_fee", Decimal("2.00")),
        Fee("stripe_fee", Decimal("3.00"), Decimal("0.60")),
    )
    assert sum(fee.amount for fee in found.fees) == found.fee
    assert (found.fee_vat, found.fee_type) == (Decimal("0.60"), "stripe_fee")


@pytest.mark.parametrize(
    ("details", "fee_type", "fees", "vat"),
    [
        ([("stripe_fee", 300), ("stripe_fee", 200)], "stripe_fee", 0, "0"),
        ([("stripe_fee", 300), ("withheld_tax", 200)], "stripe_fee", 2, "0"),
        ([("payment_method_passthrough_fee", 500)], "payment_method_passthrough_fee", 0, "0"),
        ([("tax", 500)], "tax_fee", 1, "5.00"),
        ([("invented_fee", 500)], "invented_fee", 0, "0"),
        # what does not add up to the fee says nothing
        ([("stripe_fee", 300)], "stripe_fee", 0, "0"),
        ([], "stripe_fee", 0, "0"),
    ],
)
def test_details_of_a_fee(details, fee_type, fees, vat):
    found = _with_details(*details)
    assert found.fee == Decimal("5.00")
    assert (found.fee_type, len(found.fees), found.fee_vat) == (fee_type, fees, Decimal(vat))


def test_fee_on_a_payouts_own_row_is_a_row_of_its_own():
    movements = [charge("C", at(9), "WEB-1", "100.00"), replace(PAYOUT, fee=Decimal("1.00"))]
    ((name, content),) = stripe_files.as_payout_documents(movements)
    bundle = json.loads(content)
    bundle["payout"]["amount"] = 9900
    bundle["pages"][0]["data"][0] |= {"amount": -9900, "net": -10000}
    (settlement,) = stripe.parse(name, json.dumps(bundle).encode()).settlements
    assert [(each.external_id, each.kind, each.amount, each.fee) for each in settlement.transactions[1:]] == [
        ("txn_1X:fee", Kind.FEE, Decimal("-1.00"), 0),
        ("txn_1X", Kind.PAYOUT, Decimal("-99.00"), 0),
    ]
    assert prove(settlement) == []


def test_fee_that_stripe_took_without_a_row():
    settlement = changed(
        [charge("C", at(9), "WEB-1", "100.00")], lambda bundle: bundle["payout"].update(amount=10000 - 9900 + 9000)
    )
    assert [problem.code for problem in prove(settlement)] == ["rows_differ_from_payout"]
    (warning,) = settlement.warnings
    assert warning.code == "stripe_payout_differs"
    assert "-9.00 NOK" in str(warning)


# --- currencies


def test_yen_has_no_minor_unit():
    movements = [charge("C", at(9), "WEB-1", "100000", "3600", currency="JPY"), replace(PAYOUT, currency="JPY")]
    for shape in SHAPES:
        (settlement,) = settlements(shape, movements)
        assert (settlement.currency, settlement.payout_amount) == ("JPY", Decimal("96400"))
        assert [str(each.amount) for each in settlement.transactions] == ["100000", "-96400"]


def test_rate_of_a_currency_without_minor_unit():
    # Stripe's rate is for minor units: 7 øre for a yen
    movement = charge("C", at(9), "WEB-1", "700.00", original=Decimal("10000"), original_currency="JPY", rate=7)
    found = row("api", movement)
    assert (found.amount_original, found.currency_original) == (Decimal("10000"), "JPY")
    assert (found.rate, found.amount_original * found.rate) == (Decimal("0.07"), found.amount)


def test_refund_in_the_customers_currency_is_negative_in_both():
    movement = refund("R", at(10), "C", "115.00", original=Decimal("-10.00"), original_currency="EUR", rate=11.5)
    for shape in SHAPES:
        found = row(shape, movement)
        assert (found.amount, found.amount_original, found.currency_original) == (
            Decimal("-115.00"),
            Decimal("-10.00"),
            "EUR",
        )


@pytest.mark.parametrize("shape", SHAPES)
def test_two_currencies_are_two_settlements(shape):
    movements = [
        charge("C", at(9), "WEB-1", "100.00", "3.00"),
        charge("E", at(9), "WEB-2", "10.00", "1.00", currency="EUR"),
        payout("1X", at(10)),
        payout("1E", at(10), currency="EUR"),
    ]
    found = {s.external_id: (s.currency, s.payout_amount) for s in settlements(shape, movements)}
    assert found == {"po_1X": ("NOK", Decimal("97.00")), "po_1E": ("EUR", Decimal("9.00"))}


def test_a_row_in_another_currency_than_its_payout_is_refused():
    ((name, content),) = stripe_files.as_payout_documents([charge("C", at(9), "WEB-1", "100.00"), PAYOUT])
    assert "EUR" in refused(
        name, content.replace(b'"net": 10000, "currency": "nok"', b'"net": 10000, "currency": "eur"')
    )


# --- payouts


@pytest.mark.parametrize("shape", SHAPES)
def test_payout_that_stripe_takes_from_the_bank(shape):
    settlement = one(shape, refund("R", at(10), "C", "100.00"), stripe_fee("F", at(10), "5.00"))
    assert settlement.payout_amount == Decimal("-105.00")
    assert settlement.transactions[-1].amount == Decimal("105.00")
    assert prove(settlement) == []


def test_file_without_the_payout_itself_is_confirmed_by_a_person():
    name, content = stripe_files.as_itemized_csv([charge("C", at(9), "WEB-1", "100.00", "3.00"), PAYOUT], own_row=None)
    (settlement,) = stripe.parse(name, content).settlements
    assert (settlement.payout_amount, settlement.payout_date) == (Decimal("97.00"), datetime.date(2026, 3, 22))
    assert settlement.confirm.code == "stripe_payout_not_stated"
    assert "97.00 NOK" in str(settlement.confirm)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "po_1X"),
        ({"statement_descriptor": "NETTBUTIKK"}, "po_1X"),  # what all its payouts are called
        ({"statement_descriptor": "OPPGJOR 12", "automatic": False}, "OPPGJOR 12"),
        ({"trace_id": {"status": "supported", "value": "NO123"}}, "NO123"),
        ({"trace_id": {"status": "pending", "value": None}}, "po_1X"),
    ],
)
def test_what_is_looked_for_in_the_banks_text(told, expected):
    settlement = changed([charge("C", at(9), "WEB-1", "100.00")], lambda bundle: bundle["payout"].update(told))
    assert settlement.payout_reference == expected


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_payout_that_failed_says_where_the_money_is(status):
    settlement = changed([charge("C", at(9), "WEB-1", "9.00")], lambda bundle: bundle["payout"].update(status=status))
    assert settlement.payout_status is PayoutStatus.FAILED
    assert "later payout" in str(settlement.warnings[0])
    assert prove(settlement) == []


def test_payout_of_the_test_mode_is_told():
    settlement = changed([charge("C", at(9), "WEB-1", "9.00")], lambda bundle: bundle["payout"].update(livemode=False))
    assert [warning.code for warning in settlement.warnings] == ["stripe_test_mode"]


def test_payout_by_hand_meanwhile_is_a_row():
    instant = Movement("payout", "payout", "1I", at(8), Decimal("-50.00"))

    def add(bundle):
        bundle["pages"][0]["data"].append(stripe_files.transaction_object(replace(instant, status="paid")))
        bundle["payout"]["amount"] -= 5000
        bundle["pages"][0]["data"][0].update(amount=-5000, net=-5000)

    settlement = changed([charge("C", at(9), "WEB-1", "100.00")], add)
    assert [(each.external_id, each.kind, each.amount) for each in settlement.transactions] == [
        ("txn_1I", Kind.PAYOUT, Decimal("-50.00")),
        ("txn_C", Kind.PAYMENT, Decimal("100.00")),
        ("txn_1X", Kind.PAYOUT, Decimal("-50.00")),
    ]
    assert prove(settlement) == []


# --- order references


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Order WEB-10231", "WEB-10231"),
        ("Nettbutikk AS - Order 10231", "10231"),
        ("Ordre nr. 10231, takk!", "10231"),
        ("Ordrenummer: A/10231.", "A/10231"),
        ("Order #1001 (2 items)", "1001"),
        ("Kjøp #1001", "1001"),
        ("S00012-1", "S00012-1"),
        ("REFUND FOR CHARGE (Order WEB-10231)", "WEB-10231"),
        ("Order of flowers", ""),
        ("Subscription update", ""),
        ("2 stk. blomster", ""),
        ("", ""),
        ("Order " + "1" * 300, ""),
    ],
)
def test_order_that_a_description_names(text, reference):
    assert from_descriptions([text]) == reference


@pytest.mark.parametrize(
    ("entered", "metadata", "expected"),
    [
        ("", {"order_id": "1", "reference": "2"}, "1"),
        ("", {"reference": "2", "color": "3"}, "2"),
        ("", {"order_number": "4"}, "4"),
        ("webordre", {"order_id": "1", "webordre": "5"}, "5"),
        ("webordre", {"order_id": "1"}, "1"),
        ("", {"order_id": ""}, "WEB-9"),
        ("", {"order_id": "x" * 300}, "WEB-9"),
        ("", "not even metadata", "WEB-9"),
    ],
)
def test_metadata_that_holds_the_order(entered, metadata, expected):
    ((name, content),) = stripe_files.as_payout_documents(
        [charge("C", at(9), "WEB-9", "9.00", place="description"), PAYOUT]
    )
    bundle = json.loads(content)
    bundle["pages"][0]["data"][1]["source"]["metadata"] = metadata
    (settlement,) = stripe.parse(name, json.dumps(bundle).encode(), {"reference_key": entered}).settlements
    assert settlement.transactions[0].order_reference == expected


def test_a_source_that_was_not_expanded_is_an_ordinary_unknown():
    def change(bundle):
        bundle["pages"][0]["data"][1]["source"] = "ch_C"

    found = changed([charge("C", at(9), "WEB-9", "9.00")], change).transactions[0]
    assert (found.kind, found.order_reference, found.provider_reference) == (Kind.PAYMENT, "", "ch_C")
