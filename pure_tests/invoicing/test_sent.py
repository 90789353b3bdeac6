"""Which goods have left the shop: what Odoo's stock follows."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from odoo.addons.settlement_bridge.invoicing.sent import sent_goods
from odoo.addons.settlement_bridge.webshops.records import Refund, Shipment

from ..samples.webshop_orders import RETURNED, SENT, new_order, refunded_order, sent_order

BEFORE = SENT - timedelta(hours=1)


def socks_back(order, time):
    return replace(order, refunds=(replace(refunded_order().refunds[0], time=time),))


def test_nothing_is_sent_yet():
    assert sent_goods(new_order()).shares == {}
    assert not sent_goods(new_order()).is_all


def test_a_parcel_without_a_list_holds_all_goods():
    sent = sent_goods(sent_order())
    assert sent.shares == {"71": 1, "72": 1}
    assert sent.is_all


def test_a_parcel_of_some():
    order = new_order(shipments=(Shipment("1", SENT, (("71", Decimal(1)),)),))
    assert sent_goods(order).shares == {"71": Decimal("0.5")}
    assert not sent_goods(order).is_all
    rest = replace(
        order, shipments=(*order.shipments, Shipment("2", RETURNED, (("71", Decimal(1)), ("72", Decimal(1)))))
    )
    assert sent_goods(rest).shares == {"71": 1, "72": 1}
    assert sent_goods(rest).is_all


def test_what_came_back_had_been_sent():
    assert sent_goods(socks_back(sent_order(), RETURNED)).shares == {"71": 1, "72": 1}


def test_what_was_refunded_before_was_not_sent():
    sent = sent_goods(socks_back(sent_order(), BEFORE))
    assert sent.shares == {"71": Decimal("0.5"), "72": 1}
    assert sent.is_all, "the other pair will never be sent"


def test_money_back_is_no_goods():
    order = replace(sent_order(), refunds=(Refund("1", "10512", Decimal("50.00"), BEFORE),))
    assert sent_goods(order).shares == {"71": 1, "72": 1}


def test_a_cancelled_order_sends_no_more():
    order = new_order(cancelled_at=RETURNED)
    assert sent_goods(order).shares == {}
    assert sent_goods(order).is_all
