"""WooCommerce with Vipps: goods are refunded while their money is only reserved, and the rest is captured.

The plugin tells shops to do it so: it makes an ordinary refund, adds to ``_vipps_noncapturable`` and captures less.
"""

import json
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.webshops.woocommerce import parse

from ...invoicing.books import Books, told
from .documents import SETTINGS, meta, tax_of

EVERY_EVENT = pytest.mark.parametrize("invoice_on", InvoiceOn)
RATES = {3: 25, 4: 15}
JUMPER = ("71", "Genser", "240.00", "60.00", 3)
HAT = ("72", "Lue", "160.00", "40.00", 3)
COFFEE = ("72", "Kaffe", "173.91", "26.09", 4)


def item(goods, **values):
    item_id, name, net, vat, rate_id = goods
    taxes = [tax_of(rate_id, vat)]
    return {"id": item_id, "name": name, "quantity": 1, "total": net, "total_tax": vat, "taxes": taxes, **values}


def tax_lines(*sold):
    taxes = {}
    for _id, _name, _net, vat, rate_id in sold:
        taxes[rate_id] = taxes.get(rate_id, 0) + Decimal(vat)
    return [{"rate_id": one, "rate_percent": RATES[one], "tax_total": str(tax)} for one, tax in taxes.items()]


def refund(refund_id, amount, day, *goods):
    lines = []
    for number, (item_id, name, net, vat, rate_id) in enumerate(goods, 1):
        minus = (item_id, name, f"-{net}", f"-{vat}", rate_id)
        lines.append(
            item(minus, id=int(f"{refund_id}{number}"), quantity=-1, meta_data=meta(_refunded_item_id=item_id))
        )
    return {"id": refund_id, "amount": amount, "date_created_gmt": f"2026-03-{day:02}T10:00:00", "line_items": lines}


def shop(*refunds, second=HAT, status="completed", **payment):
    """Order 801 of 500.00: a jumper of 300.00 and something of 200.00."""
    record = {
        "id": 801,
        "number": "801",
        "status": status,
        "currency": "NOK",
        "total": "500.00",
        "date_created_gmt": "2026-03-02T13:05:11",
        "date_paid_gmt": "2026-03-02T13:05:40",
        "date_completed_gmt": "2026-03-05T08:20:44" if status == "completed" else None,
        "payment_method": "vipps",
        "meta_data": meta(_vipps_orderid="woo-801", _vipps_amount="50000", **payment),
        "line_items": [item(JUMPER), item(second)],
        "tax_lines": tax_lines(JUMPER, second),
        "refunds": [{"id": each["id"]} for each in refunds],
    }
    return parse(json.dumps({"order": record, "refunds": list(refunds)}).encode(), SETTINGS)


def documents(books):
    return [
        (
            "credit note" if document.is_credit_note else "invoice",
            [(part.line_id, str(part.amount)) for part in document.parts],
        )
        for document in books.documents
    ]


@EVERY_EVENT
def test_the_hat_given_up_while_reserved_is_not_sold(invoice_on):
    books = Books(invoice_on)
    books.tell(shop(status="processing"))
    hat = refund(901, "200.00", 3, HAT)
    books.tell(shop(hat, status="processing", _vipps_noncapturable="20000"))
    plan = books.tell(shop(hat, _vipps_noncapturable="20000", _vipps_captured="30000"))
    assert documents(books) == [("invoice", [("71", "300.00")])]
    assert books.per_rate("tax") == {Decimal(25): Decimal("60.00")}
    assert plan.is_finished


@EVERY_EVENT
def test_the_coffee_given_up_leaves_only_vat_of_the_jumper(invoice_on):
    books = Books(invoice_on)
    coffee = refund(901, "200.00", 3, COFFEE)
    books.tell(shop(coffee, second=COFFEE, _vipps_noncapturable="20000", _vipps_captured="30000"))
    assert documents(books) == [("invoice", [("71", "300.00")])]
    assert books.per_rate("tax") == {Decimal(25): Decimal("60.00")}


@EVERY_EVENT
def test_an_amount_without_lines_given_up_is_a_share_of_each_rate(invoice_on):
    """200.00 of 500.00: 120.00 of what is at 25 %, 80.00 of what is at 15 %."""
    books = Books(invoice_on)
    amount = refund(901, "200.00", 3)
    books.tell(shop(amount, second=COFFEE, _vipps_noncapturable="20000", _vipps_captured="30000"))
    assert documents(books) == [("invoice", [("71", "180.00"), ("72", "120.00")])]
    assert books.per_rate("tax") == {Decimal(25): Decimal("36.00"), Decimal(15): Decimal("15.66")}


@EVERY_EVENT
def test_a_later_refund_of_money_that_was_taken_is_credited(invoice_on):
    books = Books(invoice_on)
    hat = refund(901, "200.00", 3, HAT)
    books.tell(shop(hat, _vipps_noncapturable="20000", _vipps_captured="30000"))
    third = ("71", "Genser", "80.00", "20.00", 3)
    back = refund(902, "100.00", 9, third)
    plan = books.tell(shop(hat, back, _vipps_noncapturable="20000", _vipps_captured="30000", _vipps_refunded="10000"))
    assert told(plan) == [("refund:902", "credit note", "100.00")]
    assert documents(books)[-1] == ("credit note", [("71", "100.00")])
    assert books.left() == 200
    assert books.per_rate("tax") == {Decimal(25): Decimal("40.00")}


@EVERY_EVENT
def test_given_up_in_part_and_given_back_in_part(invoice_on):
    """Half of the refund was of goods sent and captured by then; the plugin gives back that half."""
    books = Books(invoice_on)
    hat = refund(901, "200.00", 6, HAT)
    books.tell(shop(hat, _vipps_noncapturable="10000", _vipps_captured="40000", _vipps_refunded="10000"))
    assert books.left() == 300
    assert books.per_rate("tax") == {Decimal(25): Decimal("60.00")}
    assert {part.line_id: str(part.amount) for part in books.parts() if part.amount > 0} == {
        "71": "300.00",
        "72": "100.00",
    }


@EVERY_EVENT
def test_an_amount_and_then_the_hat_of_which_little_was_left(invoice_on):
    """299.99 of 500.00 is some 120 of the hat: given up whole after that, the rest of it is of the jumper."""
    books = Books(invoice_on)
    amount, hat = refund(901, "299.99", 3), refund(902, "200.00", 4, HAT)
    books.tell(shop(amount, hat, _vipps_noncapturable="49999", _vipps_captured="1"))
    assert documents(books) == [("invoice", [("71", "0.01")])]


@EVERY_EVENT
def test_what_was_given_up_without_a_refund_is_a_share_of_all(invoice_on):
    books = Books(invoice_on)
    books.tell(shop(_vipps_noncapturable="20000", _vipps_captured="30000"))
    assert books.left() == 300


def test_all_of_it_given_up_is_never_invoiced():
    books = Books()
    all_of_it = refund(901, "500.00", 3, JUMPER, HAT)
    plan = books.tell(shop(all_of_it, status="refunded", _vipps_noncapturable="50000"))
    assert (plan.documents, plan.is_finished) == ((), True)


def test_completed_before_the_plugin_tells_what_it_captured():
    """The captured sum is not written yet: it is what was not given up, and nothing was paid too much."""
    hat = refund(901, "200.00", 3, HAT)
    assert shop(hat, _vipps_noncapturable="20000").captured == 300


def test_given_up_after_it_was_invoiced_is_credited():
    """Invoiced when sent; the money was never taken for the hat that was called off then."""
    books = Books()
    books.tell(shop(_vipps_captured="30000"))
    assert books.left() == 500
    hat = refund(901, "200.00", 7, HAT)
    books.tell(shop(hat, _vipps_captured="30000", _vipps_noncapturable="20000"))
    assert documents(books) == [("invoice", [("71", "300.00"), ("72", "200.00")]), ("credit note", [("72", "200.00")])]
