"""Shopify: its webhooks."""

import json

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.shopify import PLATFORM, read_hint, verify

from ...samples.webshop_orders import SENT, new_order, refunded_order


def deliveries(server):
    server.put(refunded_order())
    return server.webhooks("10512")


def test_a_webhook_names_the_order(server):
    hints = [read_hint(headers, body) for headers, body in deliveries(server)]
    assert [(hint.topic, hint.order_ids) for hint in hints] == [
        ("orders/updated", ("10512",)),
        ("refunds/create", ("10512",)),
    ]
    assert [hint.delivery_id for hint in hints] == ["delivery-1", "delivery-2"]


def test_a_webhook_of_a_deleted_order(server):
    server.put(new_order())
    server.delete("10512", SENT)
    ((headers, body),) = server.webhooks("10512")
    assert verify(headers, body, server.webhook_secret)
    assert read_hint(headers, body).order_ids == ("10512",)


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("orders/edited", {"order_edit": {"id": 5, "order_id": 10512}}, ("10512",)),
        ("order_transactions/create", {"id": 7, "order_id": 10512}, ("10512",)),
        ("fulfillments/create", {"id": 7, "order_id": 10512}, ("10512",)),
        ("orders/delete", {"id": 10512}, ("10512",)),
    ],
)
def test_where_each_topic_has_the_order(topic, payload, expected):
    assert read_hint({"x-shopify-topic": topic}, json.dumps(payload).encode()).order_ids == expected


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("app/uninstalled", {"id": 1}),
        ("orders/updated", {"id": None}),
        ("orders/updated", {"id": "../admin"}),
        ("refunds/create", {"id": 1}),
        ("", {}),
    ],
)
def test_a_webhook_about_no_order(topic, payload):
    assert read_hint({"x-shopify-topic": topic}, json.dumps(payload).encode()) is None


def test_a_webhook_that_is_not_json():
    with pytest.raises(DocumentError):
        read_hint({"x-shopify-topic": "orders/updated"}, b"<html>")


def test_shopify_sends_no_pings():
    assert not PLATFORM.is_ping({}, b"")
    assert not PLATFORM.is_ping({"x-shopify-topic": "orders/updated"}, b"{}")
    assert not PLATFORM.sends_documents
