"""WooCommerce: an order is changed after it was completed, and money for it paid back or not paid yet.

Only Vipps' plugin writes down how much was taken. All others tell that money was, and the order then reads as if it had
always come to what it comes to now.
"""

import json
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.webshops.woocommerce import parse

from ...invoicing.books import Books
from .documents import SETTINGS, meta
from .test_released import COFFEE, EVERY_EVENT, HAT, JUMPER, item, refund, tax_lines

CUP = ("73", "Kopp", "80.00", "20.00", 3)
PRICES = {"71": 300, "72": 200, "73": 100}
STRIPE = {"payment_method": "stripe", "meta_data": meta(_stripe_charge_captured="yes")}
KUSTOM = {"payment_method": "kco", "meta_data": meta(_wc_klarna_capture_id="c")}
VIPPS = {"payment_method": "vipps", "meta_data": meta(_vipps_amount="50000", _vipps_captured="50000")}
EVERY_PAYMENT = pytest.mark.parametrize(
    "payment",
    [
        STRIPE,
        {"payment_method": "kco", "meta_data": meta(_wc_klarna_capture_id="c")},
        {"payment_method": "bacs"},
        VIPPS,
    ],
    ids=["Stripe", "Kustom", "bank transfer", "Vipps"],
)


def shop(*sold, refunds=(), status="completed", **values):
    record = {
        "id": 801,
        "number": "801",
        "status": status,
        "currency": "NOK",
        "total": f"{sum(PRICES[goods[0]] for goods in sold)}.00",
        "date_created_gmt": "2026-03-02T13:05:11",
        "date_paid_gmt": "2026-03-02T13:05:40",
        "date_completed_gmt": "2026-03-05T08:20:44" if status == "completed" else None,
        "line_items": [item(goods) for goods in sold],
        "tax_lines": tax_lines(*sold),
        "refunds": [{"id": each["id"]} for each in refunds],
        **values,
    }
    return parse(json.dumps({"order": record, "refunds": list(refunds)}).encode(), SETTINGS)


def left(books):
    return books.per_rate(), books.per_rate("tax")


JUMPER_ALONE = {Decimal(25): Decimal("300.00")}, {Decimal(25): Decimal("60.00")}


@EVERY_EVENT
@EVERY_PAYMENT
@pytest.mark.parametrize("lines", [(), (HAT,)], ids=["amount", "the hat"])
def test_the_hat_is_taken_out_and_its_money_paid_back(invoice_on, payment, lines):
    """500.00 was paid; the hat of 200.00 is taken out of the order, and its money paid back the day after."""
    books = Books(invoice_on)
    books.tell(shop(JUMPER, HAT, **payment))
    books.tell(shop(JUMPER, **payment))
    assert left(books) == JUMPER_ALONE
    books.tell(shop(JUMPER, refunds=[refund(900, "200.00", 10, *lines)], **payment))
    assert left(books) == JUMPER_ALONE


@EVERY_EVENT
@EVERY_PAYMENT
@pytest.mark.parametrize("is_told_between", [True, False])
def test_the_hat_is_paid_back_and_then_taken_out(invoice_on, payment, is_told_between):
    books = Books(invoice_on)
    books.tell(shop(JUMPER, HAT, **payment))
    hat = refund(900, "200.00", 10, HAT)
    if is_told_between:
        books.tell(shop(JUMPER, HAT, refunds=[hat], **payment))
    books.tell(shop(JUMPER, refunds=[hat], **payment))
    assert left(books) == JUMPER_ALONE


@EVERY_PAYMENT
def test_the_hat_is_paid_back_and_taken_out_before_anything_is_sent(payment):
    """The jumper alone is invoiced, and nothing of it credited for the hat."""
    books = Books()
    hat = refund(900, "200.00", 4, HAT)
    books.tell(shop(JUMPER, HAT, refunds=[hat], status="processing", **payment))
    books.tell(shop(JUMPER, refunds=[hat], **payment))
    assert left(books) == JUMPER_ALONE
    assert [str(document.total) for document in books.documents] == ["300.00"]


@EVERY_PAYMENT
def test_goodwill_beyond_the_hat_is_credited(payment):
    books = Books()
    books.tell(shop(JUMPER, HAT, **payment))
    books.tell(shop(JUMPER, **payment))
    books.tell(shop(JUMPER, refunds=[refund(900, "250.00", 10)], **payment))
    assert left(books) == ({Decimal(25): Decimal("250.00")}, {Decimal(25): Decimal("50.00")})


def test_the_hat_comes_back_into_the_order():
    """Taken out by mistake and put in again: a return of it afterwards is a refund."""
    books = Books()
    for sold in ((JUMPER, HAT), (JUMPER,), (JUMPER, HAT)):
        books.tell(shop(*sold, **STRIPE))
    books.tell(shop(JUMPER, HAT, refunds=[refund(900, "200.00", 10, HAT)], **STRIPE))
    assert left(books) == JUMPER_ALONE


def test_another_line_added_and_given_back_is_a_refund():
    books = Books(InvoiceOn.SHIPPED)
    books.tell(shop(JUMPER, HAT, **STRIPE))
    books.tell(shop(JUMPER, CUP, **STRIPE))
    books.tell(shop(JUMPER, CUP, refunds=[refund(900, "100.00", 10, CUP)], **STRIPE))
    assert left(books) == JUMPER_ALONE


def test_coffee_added_and_not_paid_leaves_the_invoice_of_the_jumper():
    """300.00 was captured by Vipps for the jumper; the coffee of 200.00 at 15 % is to be paid otherwise."""
    books = Books(InvoiceOn.CAPTURED)
    vipps = {"payment_method": "vipps", "meta_data": meta(_vipps_amount="30000", _vipps_captured="30000")}
    books.tell(shop(JUMPER, status="processing", **vipps))
    for status in ("processing", "completed"):
        assert not books.tell(shop(JUMPER, COFFEE, status=status, **vipps)).documents
    assert left(books) == JUMPER_ALONE
