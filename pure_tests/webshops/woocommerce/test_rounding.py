"""WooCommerce: shops that round otherwise than line by line to the øre. The buyer paid the document's total."""

from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.webshops.records import LineKind

from ...invoicing.books import Books, said, tax, told
from .documents import REFUND, fee, meta, read, tax_of

RATES = {3: 25, 4: 15, 5: 12, 6: 0}


def item(number, net, taxes, total_tax, **values):
    """A line of goods; ``taxes`` is ``{rate_id: VAT}``."""
    return {
        "id": number,
        "name": f"Vare {number}",
        "quantity": 1,
        "tax_class": "",
        "sku": "",
        "total": net,
        "total_tax": total_tax,
        "taxes": [tax_of(rate_id, amount) for rate_id, amount in taxes.items()],
        **values,
    }


def tax_line(rate_id, total, shipping="0"):
    return {
        "rate_id": rate_id,
        "rate_code": f"NO-MVA {RATES[rate_id]}-1",
        "rate_percent": RATES[rate_id],
        "tax_total": total,
        "shipping_tax_total": shipping,
    }


def order(total, total_tax, items, tax_lines, given_back=(), **values):
    """A completed order, paid in a way that no plugin tells of."""
    values = {"shipping_lines": [], "coupon_lines": [], "payment_method": "bacs", "meta_data": [], **values}
    return read(given_back, total=total, total_tax=total_tax, line_items=items, tax_lines=tax_lines, **values)


def invoiced(given):
    """Total, VAT and amounts of the one invoice."""
    books = Books(InvoiceOn.SHIPPED)
    plan = books.tell(given)
    assert not said(plan)
    (document,) = plan.documents
    return str(document.total), str(tax(document)), [str(part.amount) for part in document.parts]


# --- shops that show whole kroner


def test_whole_kroner_399_with_vat_79_80():
    items = [item(71, "319.200000", {3: "79.8"}, "80.000000")]
    assert invoiced(order("399.000000", "80.000000", items, [tax_line(3, "80.000000")])) == (
        "399.00",
        "79.80",
        ["399.00"],
    )


def test_whole_kroner_and_the_line_is_told_with_two_decimals():
    items = [item(71, "319.20", {3: "79.8"}, "80.00")]
    assert invoiced(order("399", "80", items, [tax_line(3, "80")]))[:2] == ("399.00", "79.80")


def test_whole_kroner_prices_without_vat():
    """319 and 79.75 of VAT: the buyer paid 399, of which 79.80 is VAT."""
    items = [item(71, "319", {3: "79.75"}, "80")]
    assert invoiced(order("399", "80", items, [tax_line(3, "80")]))[:2] == ("399.00", "79.80")


def test_whole_kroner_with_two_rates_freight_and_a_coupon():
    items = [
        item(71, "287.28", {3: "71.82"}, "72", subtotal="319.2", subtotal_tax="79.8"),
        item(72, "100.956522", {4: "15.143478"}, "15", subtotal="112.173913", subtotal_tax="16.826087"),
    ]
    freight = {"id": 73, "method_title": "Posten", "total": "63.2", "total_tax": "16", "taxes": [tax_of(3, "15.8")]}
    given = order("554", "103", items, [tax_line(3, "72", "16"), tax_line(4, "15")], shipping_lines=[freight])
    total, vat, amounts = invoiced(given)
    assert (total, sum(map(Decimal, amounts))) == ("554.00", Decimal("554.00"))
    assert [line.tax for line in given.lines] == [
        (line.amount * line.rate / (100 + line.rate)).quantize(Decimal("0.01"), "ROUND_HALF_UP") for line in given.lines
    ]
    assert vat == str(sum(line.tax for line in given.lines))


@pytest.mark.parametrize(("net", "vat"), [("-319.200000", "-80.000000"), ("-319", "-80"), ("-319.2", "-79.8")])
def test_whole_kroner_and_all_of_a_line_comes_back(net, vat):
    items = [item(71, "319.2", {3: "79.8"}, "80"), item(72, "319.2", {3: "79.8"}, "80")]
    back = item(81, net, {3: vat if vat != "-80.000000" else "-79.8"}, vat, quantity=-1)
    back["meta_data"] = meta(_refunded_item_id="71")
    refund = {**REFUND, "amount": "399", "line_items": [back], "tax_lines": [tax_line(3, "-80")]}
    books = Books()
    plan = books.tell(order("798", "160", items, [tax_line(3, "160")], [refund]))
    assert told(plan) == [("sale", "invoice", "798.00"), ("refund:10533", "credit note", "399.00")]
    assert [str(tax(document)) for document in plan.documents] == ["159.60", "79.80"]


def test_whole_kroner_hide_no_wrong_vat():
    items = [item(71, "319.2", {3: "79.8"}, "80")]
    assert "VAT" in said(Books().tell(order("399", "90", items, [tax_line(3, "90")])))


def test_whole_kroner_hide_no_line_that_is_missing():
    items = [item(71, "319.2", {3: "79.8"}, "80")]
    assert "400.00" in said(Books().tell(order("400", "80", items, [tax_line(3, "80")])))


# --- prices without VAT, VAT rounded once an order


@pytest.mark.parametrize(
    ("nets", "rate_id", "total", "vat"),
    [
        (["35.71", "3.13"], 5, "43.50", "4.66"),
        (["9.99"] * 5, 3, "62.44", "12.49"),
        (["3.33"] * 10, 3, "41.63", "8.33"),
    ],
)
def test_vat_rounded_at_the_subtotal(nets, rate_id, total, vat):
    taxes = [str(Decimal(net) * RATES[rate_id] / 100) for net in nets]
    items = [item(71 + n, net, {rate_id: vat}, vat) for n, (net, vat) in enumerate(zip(nets, taxes, strict=True))]
    assert invoiced(order(total, vat, items, [tax_line(rate_id, vat)]))[:2] == (total, vat)


@pytest.mark.parametrize("total", ["43.49", "43.52"])
def test_what_rounding_of_the_lines_cannot_make_waits(total):
    items = [item(71, "35.71", {5: "4.2852"}, "4.2852"), item(72, "3.13", {5: "0.3756"}, "0.3756")]
    assert total in said(Books().tell(order(total, "4.66", items, [tax_line(5, "4.66")])))


def test_lines_that_were_not_rounded_must_add_up():
    items = [item(71, "40.00", {3: "10.00"}, "10.00"), item(72, "8.00", {3: "2.00"}, "2.00")]
    assert "difference is -0.01" in said(Books().tell(order("59.99", "12.00", items, [tax_line(3, "12.00")])))


def test_only_lines_that_were_rounded_take_part():
    """A gift card of 500 stays 500."""
    card = item(75, "500", {}, "0", meta_data=meta(wc_gc_giftcard_amount="500"))
    items = [card, *(item(71 + n, "9.99", {3: "2.4975"}, "2.4975") for n in range(3))]
    given = order("537.46", "7.49", items, [tax_line(3, "7.49")])
    assert given.lines[0].amount == 500
    assert sum(line.amount for line in given.lines) == given.total


# --- a negative fee over goods with and without VAT


def test_a_negative_fee_over_goods_with_and_without_vat():
    items = [item(71, "200", {3: "50"}, "50"), item(72, "200", {6: "0"}, "0")]
    off = {**fee("-100", "-12.5"), "name": "Rabatt"}
    given = order("337.50", "37.50", items, [tax_line(3, "37.50"), tax_line(6, "0")], fee_lines=[off])
    shares = [(str(line.amount), str(line.tax), line.rate) for line in given.lines if line.kind is LineKind.DISCOUNT]
    assert shares == [("-62.50", "-12.50", 25), ("-50.00", "0.00", 0)]
    assert invoiced(given)[:2] == ("337.50", "37.50")


def test_a_negative_fee_with_too_little_vat_waits_where_all_goods_have_vat():
    off = {**fee("-100", "-12.5"), "name": "Rabatt"}
    given = order("387.50", "87.50", [item(71, "400", {3: "100"}, "100")], [tax_line(3, "87.50")], fee_lines=[off])
    assert "Rabatt" in said(Books().tell(given))


# --- the VAT of a refund left empty


@pytest.mark.parametrize(
    ("line_amount", "amount", "vat"), [("-100.00", "100.00", "20.00"), ("-72.00", "90.00", "18.00")]
)
def test_a_refund_line_whose_vat_was_left_empty(line_amount, amount, vat):
    bought = [item(71, "1000", {3: "250"}, "250")]
    back = item(81, line_amount, {3: "0"}, "0.00", quantity=0, meta_data=meta(_refunded_item_id="71"))
    for empty in (back, {**back, "taxes": []}, {**back, "taxes": [{"id": 3, "total": ""}]}):
        refund = {**REFUND, "amount": amount, "line_items": [empty], "tax_lines": [tax_line(3, "0.00")]}
        books = Books()
        plan = books.tell(order("1250", "250", bought, [tax_line(3, "250")], [refund]))
        assert not said(plan)
        assert (str(books.documents[1].total), str(tax(books.documents[1]))) == (amount, vat)


def test_freight_given_back_without_its_vat():
    freight = {"id": 73, "method_title": "Posten", "total": "80", "total_tax": "20", "taxes": [tax_of(3, "20")]}
    back = {
        **freight,
        "id": 83,
        "total": "-50",
        "total_tax": "0",
        "taxes": [],
        "meta_data": meta(_refunded_item_id="73"),
    }
    refund = {**REFUND, "amount": "50.00", "line_items": [], "shipping_lines": [back], "tax_lines": []}
    bought = [item(71, "1000", {3: "250"}, "250")]
    books = Books()
    books.tell(order("1350", "270", bought, [tax_line(3, "250", "20")], [refund], shipping_lines=[freight]))
    assert [str(tax(document)) for document in books.documents] == ["270.00", "10.00"]
