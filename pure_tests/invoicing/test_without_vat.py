"""An order of which a person has said that the shop's VAT is none: the amounts stay, and hold no VAT."""

from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.invoicing.without_vat import without_vat
from odoo.addons.settlement_bridge.webshops.records import Refund, TaxTotal

from ..samples.webshop_orders import RETURNED, new_order

SOCKS, COFFEE, FREIGHT = new_order().lines


def test_all_at_25_without_vat_and_the_coffee_as_before():
    order = without_vat(new_order(), {"71", "73"})
    assert [(line.amount, line.tax, line.rate) for line in order.lines] == [
        (Decimal("358.20"), 0, 0),
        (Decimal("116.10"), Decimal("15.14"), 15),
        (Decimal("79.00"), 0, 0),
    ]
    assert order.total == Decimal("553.30")
    assert order.taxes == (TaxTotal(Decimal(15), Decimal("15.14")),)


def test_one_of_two_lines_at_a_rate_lowers_the_shops_sum_of_it():
    order = without_vat(new_order(), {"73"})
    assert order.taxes[-1] == TaxTotal(Decimal(25), Decimal("71.64"))


def test_what_is_refunded_holds_no_vat_either():
    """Also a refunded line that names no line of the order, where the whole rate is without VAT."""
    unnamed = replace(FREIGHT, external_id="")
    taxes = (TaxTotal(Decimal(25), Decimal("87.44")),)
    refund = Refund("1", "10512", Decimal("437.20"), RETURNED, (SOCKS, unnamed), taxes=taxes)
    [refund] = without_vat(new_order(refunds=(refund,)), {"71", "73"}).refunds
    assert [(line.amount, line.tax, line.rate) for line in refund.lines] == [
        (Decimal("358.20"), 0, 0),
        (Decimal("79.00"), 0, 0),
    ]
    assert (refund.amount, refund.taxes) == (Decimal("437.20"), ())


def test_an_order_without_such_lines_is_as_it_was():
    assert without_vat(new_order(), set()) == new_order()
