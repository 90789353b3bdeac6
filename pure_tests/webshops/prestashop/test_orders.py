"""PrestaShop: what its documents mean."""

import copy
import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.records import (
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Tender,
    TenderKind,
)

from ...invoicing.books import Books, said, tax, told
from ...samples.webshop_orders import ORDERED, RETURNED, SENT, UTC
from .documents import LATER, parse

ORDER = {
    "id": 318,
    "reference": "XKBKNABJK",
    "id_currency": 1,
    "current_state": 5,
    "module": "vipps",
    "payment": "Vipps",
    "valid": "1",
    "date_add": "2026-03-02 14:05:11",
    "date_upd": "2026-03-03 09:20:44",
    "total_paid": "553.300000",
    "total_paid_tax_incl": "553.300000",
    "total_paid_tax_excl": "450.710000",
    "total_paid_real": "553.300000",
    "total_products": "430.570000",
    "total_products_wt": "527.000000",
    "total_discounts_tax_incl": "52.700000",
    "total_discounts_tax_excl": "43.060000",
    "total_shipping_tax_incl": "79.000000",
    "total_shipping_tax_excl": "63.200000",
    "carrier_tax_rate": "25.000",
    "total_wrapping_tax_incl": "0.000000",
    "round_mode": "2",
    "round_type": "2",
    "conversion_rate": "1.000000",
    "id_shop": 1,
    "invoice_number": "301",
}

DETAILS = [
    {
        "id": "611",
        "id_order": "318",
        "product_name": "Ullsokker",
        "product_reference": "SOKK-1",
        "product_quantity": "2",
        "total_price_tax_incl": "398.000000",
        "total_price_tax_excl": "318.400000",
        "associations": {"taxes": [{"id": "1"}]},
    },
    {
        "id": "612",
        "id_order": "318",
        "product_name": "Kaffe 250 g",
        "product_reference": "KAFFE-250",
        "product_quantity": "1",
        "total_price_tax_incl": "129.000000",
        "total_price_tax_excl": "112.173913",
        "associations": {"taxes": [{"id": "2"}]},
    },
]

PAYMENT = {
    "id": 290,
    "order_reference": "XKBKNABJK",
    "id_currency": 1,
    "amount": "553.30",
    "payment_method": "Vipps",
    "conversion_rate": "1.000000",
    "transaction_id": "ps-318-vipps",
    "date_add": "2026-03-02 14:05:40",
}

SLIP = {
    "id": 41,
    "id_order": 318,
    "id_customer": 77,
    "conversion_rate": "1.000000",
    "total_products_tax_excl": "143.280000",
    "total_products_tax_incl": "179.100000",
    "total_shipping_tax_excl": "0.000000",
    "total_shipping_tax_incl": "0.000000",
    "amount": "179.100000",
    "shipping_cost": "0",
    "shipping_cost_amount": "0.000000",
    "partial": "1",
    "date_add": "2026-03-09 10:02:00",
    "date_upd": "2026-03-09 10:02:00",
    "associations": {
        "order_slip_details": [
            {
                "id_order_detail": "611",
                "product_quantity": "1",
                "amount_tax_excl": "143.280000",
                "amount_tax_incl": "179.100000",
            }
        ]
    },
}


def state(name, *flags, template=""):
    return {"name": name, "template": template, **dict.fromkeys(flags, "1")}


STATES = {
    "1": state("Venter på betaling"),
    "5": state("Levert", "logable", "paid", "shipped"),
    "2": state("Betaling godkjent", "logable", "paid"),
    "6": state("Kansellert", template="order_canceled"),
    "7": state("Refundert", template="refund"),
    "8": state("Betalingsfeil", template="payment_error"),
    "20": state([{"id": "1", "value": "Reservert"}, {"id": "2", "value": "Reserved"}], "logable"),
}

TIMES = ("2026-03-02 14:05:11", "2026-03-02 14:05:40", "2026-03-03 09:20:44")


def document(*states, without=(), slips=(), details=DETAILS, **changes):
    """The example, which has been in ``states`` one after the other; paid and then delivered where none is given."""
    states = states or ("1", "2", "5")
    parts = {name: changes.pop(name) for name in ("payments", "siblings", "cart_rules", "addresses") if name in changes}
    order = {**copy.deepcopy(ORDER), "id_customer": 77, "id_carrier": 3, "current_state": states[-1], **changes}
    for name in without:
        del order[name]
    return {
        "order": order,
        "details": list(details),
        "payments": [PAYMENT],
        "slips": list(slips),
        "histories": [
            {"id": str(place), "id_order_state": name, "date_add": moment}
            for place, (name, moment) in enumerate(zip(states, TIMES[-len(states) :], strict=True), 1)
        ],
        "states": STATES,
        "taxes": {"1": {"rate": "25.000", "name": "MVA 25 %"}, "2": {"rate": "15.000", "name": "MVA 15 %"}},
        "currencies": {"1": {"iso_code": "NOK"}},
        "customers": {"77": {"id": 77, "email": "kari@example.com", "firstname": "Kari", "lastname": "Eksempel"}},
        "carriers": {"3": {"name": "Posten"}},
        **parts,
    }


def read(*states, **changes):
    return parse(document(*states, **changes))


def amounts(lines):
    return [(found.external_id, str(found.amount), str(found.tax)) for found in lines]


def test_the_discount_of_the_order_is_spread_over_its_rates():
    order = read()
    assert amounts(order.lines) == [
        ("611", "358.20", "71.64"),
        ("612", "116.10", "15.14"),
        ("shipping", "79.00", "15.80"),
    ]
    assert sum(found.amount for found in order.lines) == order.total == Decimal("553.30")
    assert sum(found.tax for found in order.lines) == Decimal("102.58")
    assert [found.rate for found in order.lines] == [25, 15, 25]
    assert [found.discount for found in order.lines] == [Decimal("39.80"), Decimal("12.90"), 0]
    assert order.lines[0].tax_class == "MVA 25 %"


def test_every_part_of_a_discount_is_given_to_a_row():
    details = [
        {**DETAILS[0], "id": str(place), "total_price_tax_incl": "33.33", "total_price_tax_excl": "26.66"}
        for place in range(3)
    ]
    order = read(details=details, total_discounts_tax_incl="10.00")
    assert sum(found.amount for found in order.lines[:3]) == Decimal("89.99")
    assert {str(found.discount) for found in order.lines[:3]} == {"3.33", "3.34"}


def test_without_a_discount_the_vat_is_the_shops_own():
    order = read(details=[{**DETAILS[0], "total_price_tax_excl": "318.41"}], total_discounts_tax_incl="0")
    assert order.lines[0].tax == Decimal("79.59")


def test_free_shipping_comes_off_the_freight():
    rules = [{"value": "79.00", "free_shipping": "1"}, {"value": "52.70", "free_shipping": "0"}]
    order = read(total_discounts_tax_incl="131.70", cart_rules=rules)
    assert amounts(order.lines)[2] == ("shipping", "0.00", "0.00")
    assert order.lines[2].discount == 79
    assert order.lines[0].amount == Decimal("358.20")


def test_a_rule_that_was_deleted_does_not_count():
    rules = [{"value": "79.00", "free_shipping": "1", "deleted": "1"}]
    assert read(cart_rules=rules).lines[2].amount == 79


def test_a_discount_greater_than_the_goods_comes_off_the_freight_too():
    order = read(total_discounts_tax_incl="606.00", total_paid_tax_incl="0")
    assert [found.amount for found in order.lines] == [0, 0, 0]


def test_a_shop_that_rounds_the_sum_only():
    details = [
        {**DETAILS[0], "id": str(place), "total_price_tax_incl": "33.333333", "total_price_tax_excl": "26.666667"}
        for place in range(3)
    ]
    order = read(details=details, total_discounts_tax_incl="0", total_products_wt="100.000000", round_type="3")
    assert sorted(str(found.amount) for found in order.lines[:3]) == ["33.33", "33.33", "33.34"]


def test_wrapping_is_a_fee_with_a_rate_of_the_order():
    order = read(total_wrapping_tax_incl="50.00", total_wrapping_tax_excl="40.00")
    assert (order.lines[3].kind, order.lines[3].amount, order.lines[3].tax) == (LineKind.FEE, 50, 10)
    assert order.lines[3].rate == 25
    assert read(total_wrapping_tax_incl="50.00", total_wrapping_tax_excl="45.00").lines[3].rate is None


def test_a_tax_the_shop_has_no_more_is_left_to_a_person():
    detail = {**DETAILS[0], "associations": {"taxes": [{"id": "9"}]}}
    untold = {name: value for name, value in DETAILS[1].items() if name != "associations"}
    order = read(details=[detail, untold])
    assert [found.rate for found in order.lines] == [None, None, 25]
    assert amounts(order.lines)[0] == ("611", "358.20", "71.64")


def test_who_buys():
    address = {"firstname": "Kari", "lastname": "Eksempel", "phone": "22000000", "vat_number": "NO999999999MVA"}
    order = read(id_address_invoice=5, addresses={"5": address})
    assert (order.buyer.external_id, order.buyer.name) == ("77", "Kari Eksempel")
    assert (order.buyer.phone, order.buyer.vat) == ("22000000", "NO999999999MVA")
    assert order.delivery_method == "Posten"


def test_goods_without_vat():
    detail = {**DETAILS[0], "total_price_tax_excl": "398.000000", "associations": {}}
    order = read(details=[detail], total_discounts_tax_incl="0")
    assert (order.lines[0].rate, order.lines[0].tax) == (0, 0)


def test_an_order_that_does_not_add_up_is_handed_over_as_it_is():
    order = read(total_paid_tax_incl="600.000000")
    assert order.total == 600
    assert sum(found.amount for found in order.lines) == Decimal("553.30")


def test_times_are_the_shops():
    order = read()
    assert order.created_at == ORDERED
    assert order.changed_at == SENT
    summer = read(date_add="2026-07-01 00:30:00").created_at
    assert summer == datetime.datetime(2026, 6, 30, 22, 30, tzinfo=UTC)


def test_a_payment_or_credit_slip_changes_the_order():
    assert read(slips=[SLIP]).changed_at == RETURNED
    assert read(payments=[{**PAYMENT, "date_add": "2026-03-12 08:00:00"}]).changed_at == LATER


@pytest.mark.parametrize(
    ("states", "is_accepted", "is_captured", "is_sent", "is_cancelled"),
    [
        (["1"], False, False, False, False),
        (["8"], False, False, False, False),
        (["99"], False, False, False, False),
        (["1", "20"], True, False, False, False),
        (["1", "2"], True, True, False, False),
        (["5"], True, True, True, False),
        (["20", "2", "5"], True, True, True, False),
        (["2", "5", "7"], True, True, True, False),
        (["1", "6"], False, False, False, True),
        (["20", "6"], True, False, False, True),
        (["6", "2"], True, True, False, False),
    ],
)
def test_each_state_by_its_flags(states, is_accepted, is_captured, is_sent, is_cancelled):
    order = read(*states)
    assert bool(order.accepted_at) is is_accepted
    assert bool(order.captures) is is_captured
    assert bool(order.shipments) is is_sent
    assert bool(order.completed_at) is is_sent
    assert bool(order.cancelled_at) is is_cancelled
    assert order.is_capture_final is is_cancelled


def test_a_payment_written_down_when_it_was_reserved_is_taken_when_the_state_says_so():
    assert read("1", "20").captures == ()
    [capture] = read("1", "20", "2").captures
    assert capture == Capture("290", Decimal("553.30"), SENT)
    assert read("1", "20", "2").accepted_at == datetime.datetime(2026, 3, 2, 13, 5, 40, tzinfo=UTC)


def test_an_order_cancelled_again_was_cancelled_the_last_time():
    assert read("6", "2", "6").cancelled_at == SENT


def test_the_history_may_come_in_any_order():
    given = document("1", "2", "5")
    assert parse({**given, "histories": given["histories"][::-1]}) == parse(given)
    assert parse(given).shipments[0].external_id == "3"


def test_an_order_marked_as_sent_twice_was_sent_once():
    given = document("2", "5", "5")
    given["histories"].reverse()
    [parcel] = parse(given).shipments
    assert (parcel.external_id, parcel.time) == ("2", datetime.datetime(2026, 3, 2, 13, 5, 40, tzinfo=UTC))


def test_the_status_is_read_in_the_first_language():
    assert read("1", "20").status == "Reservert"
    assert read("99").status == "99"


def test_an_order_without_history_is_in_its_state_since_its_last_change():
    order = parse({**document("5"), "histories": []})
    assert order.completed_at == SENT
    assert order.cancelled_at is None


def test_an_order_paid_in_two_parts():
    payments = [{**PAYMENT, "amount": "300.00"}, {**PAYMENT, "id": 291, "amount": "253.30"}]
    order = read(payments=payments)
    assert [capture.amount for capture in order.captures] == [300, Decimal("253.30")]
    assert not order.is_capture_final


def test_what_was_not_paid_of_a_cancelled_order_will_not_be():
    assert read("2", "6", payments=[{**PAYMENT, "amount": "300.00"}]).is_capture_final
    assert not read("2", "6").is_capture_final


def test_a_split_order_has_its_part_of_the_payment():
    siblings = [
        {"id": 318, "reference": "XKBKNABJK", "total_paid_tax_incl": "553.300000"},
        {"id": 319, "reference": "XKBKNABJK", "total_paid_tax_incl": "246.700000"},
    ]
    order = read(siblings=siblings, payments=[{**PAYMENT, "amount": "800.00"}])
    assert [capture.amount for capture in order.captures] == [Decimal("553.30")]
    assert Reference(ReferenceKind.SHOP_NUMBER, "XKBKNABJK") in order.references


def test_money_given_back_is_no_capture():
    back = {**PAYMENT, "id": 292, "amount": "-179.10"}
    assert [capture.external_id for capture in read(payments=[PAYMENT, back]).captures] == ["290"]


def test_the_credit_slip_gives_back_one_pair_of_socks():
    [refund] = read(slips=[SLIP]).refunds
    assert (refund.external_id, refund.order_id) == ("41", "318")
    assert refund.amount == Decimal("179.10")
    assert refund.time == RETURNED
    assert amounts(refund.lines) == [("611", "179.10", "35.82")]
    assert (refund.lines[0].rate, refund.lines[0].quantity) == (25, 1)


def test_an_amount_of_the_shopkeepers_choice_wins_over_the_rows():
    [refund] = read(slips=[{**SLIP, "amount": "150.000000"}]).refunds
    assert refund.amount == 150
    assert refund.lines[0].amount == Decimal("179.10")


def test_the_amount_may_be_kept_without_vat():
    [refund] = read(slips=[{**SLIP, "amount": "143.280000"}]).refunds
    assert refund.amount == Decimal("179.10")


def test_a_credit_slip_of_an_amount_alone():
    slip = {
        **SLIP,
        "amount": "100.00",
        "total_products_tax_incl": "0",
        "total_products_tax_excl": "0",
        "associations": {},
    }
    [refund] = read(slips=[slip]).refunds
    assert (refund.amount, refund.lines) == (100, ())


def test_shipping_given_back_without_its_vat():
    """The VAT is not told; what it is, the rate of the freight says."""
    for net in ("79.000000", "0.000000"):
        shipping = {"total_shipping_tax_incl": "79.000000", "total_shipping_tax_excl": net}
        [refund] = read(slips=[{**SLIP, **shipping}]).refunds
        assert amounts(refund.lines)[1] == ("shipping", "79.00", "0.00")
        books = Books()
        books.tell(read(slips=[{**SLIP, **shipping}]))
        assert [str(tax(document)) for document in books.documents] == ["102.58", "51.62"]


def test_a_state_that_says_refunded_without_a_credit_slip():
    [refund] = read("2", "5", "7").refunds
    assert (refund.amount, refund.lines) == (Decimal("553.30"), ())
    books = Books()
    books.tell(read("2", "5"))
    assert told(books.tell(read("2", "5", "7"))) == [("refund:paid-back", "credit note", "553.30")]
    assert not books.per_rate("tax")
    assert told(books.tell(read("2", "5", "5"))) == [("withdrawn:paid-back", "invoice", "553.30")]


def test_refunded_with_a_credit_slip_is_credited_once():
    assert [refund.amount for refund in read("2", "5", "7", slips=[SLIP]).refunds] == [Decimal("179.10")]


def test_refunded_after_a_credit_slip_for_a_part_waits_until_the_shop_says_what_of_the_rest():
    """179.10 by the slip; the order of 553.30 is set to "Refundert" afterwards: with the other 374.20, or without."""
    first = {**SLIP, "date_add": "2026-03-03 09:00:00", "date_upd": "2026-03-03 09:00:00"}
    books = Books()
    books.tell(read())
    books.tell(read(slips=[first]))
    plan = books.tell(read("2", "5", "7", slips=[first]))
    assert "order XKBKNABJK of 553.30 to Refundert after its credit slips, which come to 179.10" in said(plan)
    assert "the other 374.20" in said(plan)
    assert told(books.tell(read("2", "5", "5", slips=[first]))) == []
    rest = {
        **SLIP,
        "id": 42,
        "total_products_tax_excl": "244.23",
        "total_products_tax_incl": "295.20",
        "total_shipping_tax_excl": "63.20",
        "total_shipping_tax_incl": "79.00",
        "amount": "295.20",
        "associations": {},
    }
    plan = books.tell(read("2", "5", "7", slips=[first, rest]))
    assert told(plan) == [("refund:42", "credit note", "374.20")]
    assert (books.left(), books.per_rate("tax")) == (0, {})


def test_what_a_module_paid_back_before_a_slip_is_the_rest():
    """All 553.30 back on 5 March, and on 9 March a slip of one pair of socks: it credits these, the other the rest."""
    back = {**PAYMENT, "id": 292, "amount": "-553.30", "date_add": "2026-03-05 10:00:00"}
    books = Books()
    books.tell(read(payments=[PAYMENT, back], slips=[SLIP]))
    [_sale, slip, rest] = books.documents
    assert [(part.line_id, str(part.amount)) for part in slip.parts] == [("611", "179.10")]
    assert (rest.key, rest.total) == ("refund:paid-back", Decimal("374.20"))
    assert all(part.amount > 0 for part in rest.parts)
    assert (books.left(), books.per_rate("tax")) == (0, {})


def test_paid_back_by_a_module_without_a_credit_slip():
    back = {**PAYMENT, "id": 292, "amount": "-100.00"}
    for states in (("2", "5"), ("2", "5", "7")):
        [refund] = read(*states, payments=[PAYMENT, back]).refunds
        assert refund.amount == Decimal("100.00")
    slip, more = read(payments=[PAYMENT, {**back, "amount": "-200.00"}], slips=[SLIP]).refunds
    assert (slip.amount, more.amount) == (Decimal("179.10"), Decimal("20.90"))


def test_a_payment_written_twice_and_taken_back_credits_nothing():
    twice = [PAYMENT, {**PAYMENT, "id": 291}, {**PAYMENT, "id": 292, "amount": "-553.30"}]
    assert told(Books().tell(read(payments=twice))) == [("sale", "invoice", "553.30")]


def test_a_reservation_that_was_tried_again_is_no_refund():
    """The module wrote the first one down, took it off, and wrote the second one; nothing is taken yet."""
    tried = [PAYMENT, {**PAYMENT, "id": 291, "amount": "-553.30"}, {**PAYMENT, "id": 292}]
    assert read("1", "20", payments=tried).refunds == ()
    books = Books()
    assert not books.tell(read("1", "20", payments=tried)).is_finished
    assert told(books.tell(read("20", "2", "5", payments=tried))) == [("sale", "invoice", "553.30")]


def test_a_modules_own_state_of_refund_waits_for_the_credit_slip():
    given = document("2", "5", "7")
    given["states"] = {**STATES, "7": {**STATES["7"], "module_name": "ps_checkout"}}
    assert "neither a credit slip nor a payment back" in said(Books().tell(parse(given)))
    assert not said(Books().tell(parse({**given, "slips": [SLIP]})))


def test_whole_kroner_3999_with_vat_799_80():
    detail = {**DETAILS[0], "total_price_tax_incl": "3999.000000", "total_price_tax_excl": "3199.000000"}
    whole = {
        "total_paid_tax_incl": "4078.000000",
        "total_paid_tax_excl": "3262.000000",
        "total_products": "3199.000000",
        "total_products_wt": "3999.000000",
        "total_shipping_tax_excl": "63.000000",
        "total_discounts_tax_incl": "0",
    }
    order = read(details=[detail], **whole)
    assert amounts(order.lines) == [("611", "3999.00", "799.80"), ("shipping", "79.00", "15.80")]
    row = {**SLIP["associations"]["order_slip_details"][0], "amount_tax_excl": "3199", "amount_tax_incl": "3999"}
    slip = {**SLIP, "total_products_tax_excl": "3199", "total_products_tax_incl": "3999", "amount": "3999"}
    slip["associations"] = {"order_slip_details": [row]}
    books = Books()
    assert not said(books.tell(read(details=[detail], slips=[slip], **whole)))
    assert [str(tax(document)) for document in books.documents] == ["815.60", "799.80"]


def test_whole_kroner_hide_no_wrong_vat():
    detail = {**DETAILS[0], "total_price_tax_incl": "3999.000000", "total_price_tax_excl": "3190.000000"}
    whole = {
        "total_paid_tax_incl": "4078.000000",
        "total_paid_tax_excl": "3253.000000",
        "total_products": "3190.000000",
        "total_products_wt": "3999.000000",
        "total_shipping_tax_excl": "63.000000",
        "total_discounts_tax_incl": "0",
    }
    assert "809.00" in said(Books().tell(read(details=[detail], **whole)))
    detail["total_price_tax_excl"] = "3198.200000"
    assert "800.80" in said(Books().tell(read(details=[detail], **whole))), "a whole krone is no rounding"


def test_shipping_given_back():
    shipping = {"total_shipping_tax_incl": "79.000000", "total_shipping_tax_excl": "63.200000"}
    [refund] = read(slips=[{**SLIP, **shipping}]).refunds
    assert refund.amount == Decimal("258.10")
    assert amounts(refund.lines)[1] == ("shipping", "79.00", "15.80")
    assert (refund.lines[1].kind, refund.lines[1].rate) == (LineKind.SHIPPING, 25)


def test_the_keys_a_provider_may_send():
    assert read().references == (
        Reference(ReferenceKind.SHOP_ID, "318"),
        Reference(ReferenceKind.SHOP_NUMBER, "XKBKNABJK"),
        Reference(ReferenceKind.PROVIDER_ID, "ps-318-vipps"),
    )


@pytest.mark.parametrize("name", ["id", "reference", "date_add", "date_upd", "total_paid_tax_incl"])
def test_a_field_that_is_missing_is_named(name):
    with pytest.raises(DocumentError, match=name):
        read(without=[name])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"total_paid_tax_incl": "gratis"}, "total_paid_tax_incl is 'gratis'"),
        ({"date_upd": "0000-00-00 00:00:00"}, "date_upd is '0000-00-00 00:00:00'"),
        ({"details": [{**DETAILS[0], "product_quantity": "to"}]}, "product_quantity is 'to'"),
        ({"details": [{**DETAILS[0], "id": ""}]}, "id"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(changes, said):
    with pytest.raises(DocumentError, match=said):
        read(**changes)


def test_an_order_without_currency():
    with pytest.raises(DocumentError, match="iso_code"):
        parse({**document(), "currencies": {}})


# --- a voucher for a return

VOUCHER = {"id": "9", "id_order": "318", "name": "V12C77O301", "value": "52.700000", "free_shipping": "0"}


def test_a_voucher_for_a_return_pays_and_is_no_discount():
    """Order 301 was given back as a voucher of 52.70, which pays a part of this one."""
    order = read(cart_rules=[VOUCHER])
    assert (order.total, order.tendered) == (Decimal("606.00"), Decimal("52.70"))
    assert [str(found.amount) for found in order.lines] == ["398.00", "129.00", "79.00"]
    assert order.tenders == (Tender(TenderKind.STORE_CREDIT, Decimal("52.70"), "V12C77O301", "301"),)
    books = Books()
    assert told(books.tell(order)) == [("sale", "invoice", "606.00")]
    assert books.tenders == {TenderKind.STORE_CREDIT: Decimal("52.70")}


@pytest.mark.parametrize("values", [{"name": "Velkommen"}, {"name": "V12C77O301 og mer"}, {"deleted": "1"}])
def test_other_discounts_are_discounts(values):
    order = read(cart_rules=[{**VOUCHER, **values}])
    assert (order.total, order.tenders) == (Decimal("553.30"), ())


def test_a_voucher_beside_a_discount():
    order = read(cart_rules=[{**VOUCHER, "value": "22.70"}, {**VOUCHER, "id": "10", "name": "Mars", "value": "30.00"}])
    assert order.total == sum(found.amount for found in order.lines) == Decimal("576.00")
    assert sum(found.discount for found in order.lines) == Decimal("30.00")
