"""WooCommerce: its webhooks."""

import json

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops.woocommerce import PLATFORM

from ...samples.webshop_orders import SENT, new_order, sent_order


def test_a_webhook_names_the_order(shop):
    shop.put(new_order())
    ((headers, body),) = shop.webhooks("10512")
    assert PLATFORM.verify(headers, body, shop.webhook_secret)
    hint = PLATFORM.read_hint(headers, body)
    assert (hint.topic, hint.order_ids, hint.delivery_id) == ("order.created", ("10512",), "delivery-1")
    shop.put(sent_order())
    assert PLATFORM.read_hint(*shop.webhooks("10512")[0]).topic == "order.updated"


def test_a_webhook_of_a_deleted_order_names_it_alone(shop):
    shop.put(new_order())
    shop.delete("10512", SENT)
    ((headers, body),) = shop.webhooks("10512")
    assert json.loads(body) == {"id": 10512}
    assert PLATFORM.verify(headers, body, shop.webhook_secret)
    assert PLATFORM.read_hint(headers, body).order_ids == ("10512",)


def test_a_webhook_that_is_not_from_the_shop(shop):
    shop.put(new_order())
    ((headers, body),) = shop.webhooks("10512")
    unsigned = {name: value for name, value in headers.items() if name != "x-wc-webhook-signature"}
    assert not PLATFORM.verify(headers, body, "another-secret")
    assert not PLATFORM.verify(headers, body, "")
    assert not PLATFORM.verify(headers, body + b" ", shop.webhook_secret)
    assert not PLATFORM.verify(unsigned, body, shop.webhook_secret)
    assert not PLATFORM.verify({**headers, "x-wc-webhook-signature": "æ"}, body, shop.webhook_secret)


def test_a_secret_that_wordpress_decodes(shop):
    shop.webhook_secret = "a&b<c"
    shop.put(new_order())
    ((headers, body),) = shop.webhooks("10512")
    assert PLATFORM.verify(headers, body, "a&amp;b&lt;c")
    assert PLATFORM.verify(headers, body, "a&b<c")


def test_a_webhook_about_something_else_is_nothing_to_do(shop):
    assert PLATFORM.read_hint(*shop.webhook("product.updated", {"id": 55})) is None


@pytest.mark.parametrize("payload", [{}, {"id": None}, {"id": "../1"}, {"id": 0}, {"id": True}])
def test_a_webhook_that_names_no_order(shop, payload):
    with pytest.raises(DocumentError, match="does not name an order"):
        PLATFORM.read_hint(*shop.webhook("order.updated", payload))


def test_a_ping_is_known(shop):
    assert PLATFORM.is_ping({"content-type": "application/x-www-form-urlencoded"}, b"webhook_id=7")
    shop.put(new_order())
    assert not PLATFORM.is_ping(*shop.webhooks("10512")[0])
    assert not PLATFORM.is_ping({}, b"")
    assert not PLATFORM.is_ping({}, b"webhook_id=7&order=1")
