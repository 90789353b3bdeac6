"""WooCommerce: its webhooks."""

import json

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.woocommerce import PLATFORM

from ...samples.webshop_orders import SENT, new_order, sent_order


def test_a_webhook_names_the_order(server):
    server.put(new_order())
    ((headers, body),) = server.webhooks("10512")
    assert PLATFORM.verify(headers, body, server.webhook_secret)
    hint = PLATFORM.read_hint(headers, body)
    assert (hint.topic, hint.order_ids, hint.delivery_id) == ("order.created", ("10512",), "delivery-1")
    server.put(sent_order())
    assert PLATFORM.read_hint(*server.webhooks("10512")[0]).topic == "order.updated"


def test_a_webhook_of_a_deleted_order_names_it_alone(server):
    server.put(new_order())
    server.delete("10512", SENT)
    ((headers, body),) = server.webhooks("10512")
    assert json.loads(body) == {"id": 10512}
    assert PLATFORM.verify(headers, body, server.webhook_secret)
    assert PLATFORM.read_hint(headers, body).order_ids == ("10512",)


def test_a_secret_that_wordpress_decodes(server):
    server.webhook_secret = "a&b<c"
    server.put(new_order())
    ((headers, body),) = server.webhooks("10512")
    assert PLATFORM.verify(headers, body, "a&amp;b&lt;c")
    assert PLATFORM.verify(headers, body, "a&b<c")


def test_a_webhook_about_something_else_is_nothing_to_do(server):
    assert PLATFORM.read_hint(*server.webhook("product.updated", {"id": 55})) is None


@pytest.mark.parametrize("payload", [{}, {"id": None}, {"id": "../1"}, {"id": 0}, {"id": True}])
def test_a_webhook_that_names_no_order(server, payload):
    with pytest.raises(DocumentError, match="does not name an order"):
        PLATFORM.read_hint(*server.webhook("order.updated", payload))


def test_a_ping_is_known(server):
    assert PLATFORM.is_ping({"content-type": "application/x-www-form-urlencoded"}, b"webhook_id=7")
    server.put(new_order())
    assert not PLATFORM.is_ping(*server.webhooks("10512")[0])
    assert not PLATFORM.is_ping({}, b"")
    assert not PLATFORM.is_ping({}, b"webhook_id=7&order=1")
