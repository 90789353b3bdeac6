"""The shortest whole platform is asked and read like any other."""

import datetime
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.records import ShopSettings

from . import PLATFORM

ORDER = {"id": "1", "changed_at": "2026-03-02T14:05:11+01:00", "total": "125.00", "is_sent": True}
SINCE = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


def test_its_orders_are_fetched_and_read(server, client):
    server.orders.append(ORDER)
    assert client.check() == "Attrappen"
    [[raw]] = client.changes(SINCE)
    order = PLATFORM.parse(raw.content, ShopSettings())
    assert (order.number, order.total, order.lines[0].tax, order.captured) == (
        "1",
        Decimal("125.00"),
        Decimal("25.00"),
        Decimal("125.00"),
    )
    assert client.order("1") == raw
    assert client.order("2") is None


def test_an_order_in_another_form_is_refused():
    with pytest.raises(DocumentError, match="does not have the form in which Dummy returns orders"):
        PLATFORM.parse(b'{"id": "1", "changed_at": "2026-03-02T14:05:11+01:00", "total": "a lot"}', ShopSettings())
