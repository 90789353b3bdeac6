"""Shopify: its client, against a shop on this machine."""

import datetime
import json
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.http import StatusError
from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, Refund, Shipment, ShopSettings
from odoo.addons.settlement_bridge.webshops.shopify import ShopifyClient, parse
from odoo.addons.settlement_bridge.webshops.shopify import client as shopify_client
from odoo.addons.settlement_bridge.webshops.shopify.client import API_VERSION
from odoo.addons.settlement_bridge.webshops.shopify.queries import ORDERS_PER_PAGE

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, UTC, line, new_order, refunded_order, sent_order
from ...servers import shopify as shop
from ...servers.local_server import Fault
from ..fetching import fetched, refused
from .documents import SETTINGS, as_told, with_lines

LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=UTC)


def put(server, count, **values):
    for index in range(count):
        moment = ORDERED + datetime.timedelta(minutes=index)
        server.put(new_order(external_id=str(100 + index), number=f"#{index}", changed_at=moment, **values))


def asked(server):
    return [json.loads(body) for _method, path, _query, _headers, body in server.requests if "graphql" in path]


def test_the_shops_name_and_a_token_by_client_credentials(server, client):
    assert client.check() == "Min butikk"
    assert server.paths() == ["/admin/oauth/access_token", f"/admin/api/{API_VERSION}/graphql.json"]


def test_an_older_access_token_is_used_as_it_is(server):
    settings = ShopSettings(url=server.base_url, token=server.access_token)
    assert ShopifyClient(settings).check() == "Min butikk"
    assert server.requests[0][3]["x-shopify-access-token"] == server.access_token
    assert len(server.requests) == 1


def test_a_token_that_has_ended_is_replaced_once(server, client):
    client.check()
    server.tokens.clear()
    client.check()
    assert server.paths().count("/admin/oauth/access_token") == 2


def test_an_older_token_that_is_refused_is_not_replaced_by_the_webhooks_secret(server):
    settings = ShopSettings(url=server.base_url, token="shpat_wrong", secret=server.client_secret)
    error = refused(ShopifyClient(settings).check)
    assert isinstance(error, StatusError)
    assert error.status == 401
    assert error.is_permanent
    assert "/admin/oauth/access_token" not in server.paths()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": ""}, "https://your-shop.myshopify.com"),
        ({"url": "http://min-butikk.myshopify.com"}, "https://your-shop.myshopify.com"),
        ({"key": ""}, "not complete"),
        ({"secret": "shpss\n"}, "not complete"),
    ],
)
def test_settings_that_cannot_work_are_told_before_anything_is_asked(values, sentence):
    settings = ShopSettings(**{"url": "https://min-butikk.myshopify.com", "key": "a", "secret": "b", **values})
    error = refused(lambda: ShopifyClient(settings))
    assert sentence in str(error)
    assert error.is_permanent


def test_all_pages_oldest_change_first(server, client):
    put(server, 2 * ORDERS_PER_PAGE + 1)
    pages = list(client.changes(LONG_AGO))
    assert [len(page) for page in pages] == [ORDERS_PER_PAGE, ORDERS_PER_PAGE, 1]
    orders = [order for page in pages for order in page]
    assert [order.external_id for order in orders] == [str(100 + index) for index in range(len(orders))]


def test_an_order_of_which_only_a_refund_is_new_is_fetched_again(server, client):
    server.put(sent_order())
    since = SENT + datetime.timedelta(seconds=1)
    assert fetched(client, since) == []
    server.put(refunded_order())
    (raw,) = fetched(client, since)
    assert [refund.amount for refund in parse(raw.content, SETTINGS).refunds] == [Decimal("179.10")]


def test_pages_cost_less_than_shopify_allows(server, client):
    put(server, 1)
    fetched(client)
    assert 0 < max(server.costs) < 900


def test_when_shopify_finds_a_page_too_costly_smaller_ones_are_asked_for(server, client, monkeypatch):
    put(server, 5)
    monkeypatch.setattr(shop, "MOST_POINTS", 450)
    assert len(fetched(client)) == 5
    assert [question["variables"]["first"] for question in asked(server)] == [4, 2, 2, 2]


def test_one_order_that_is_too_costly_is_an_error(server, client, monkeypatch):
    put(server, 1)
    monkeypatch.setattr(shop, "MOST_POINTS", 10)
    assert "too much at a time" in str(refused(lambda: fetched(client)))


def large_order():
    """120 lines, sent in three parcels, three captures, five refunds of some lines and the shipping each."""
    goods = [line(str(1000 + index), f"Vare {index}", "12.50", 25, quantity=2) for index in range(120)]
    freights = [line(str(2000 + index), "Posten", "79.00", 25, kind=LineKind.SHIPPING) for index in range(3)]
    amount = sum((line.amount for line in goods + freights), Decimal(0))
    captures = tuple(Capture(str(index), amount / 3, SENT + datetime.timedelta(hours=index)) for index in range(3))
    shipments = tuple(
        Shipment(
            str(index),
            SENT + datetime.timedelta(hours=index),
            tuple((line.external_id, line.quantity) for line in goods[index::3]),
        )
        for index in range(3)
    )
    refunds = tuple(
        Refund(
            str(3000 + index),
            "10512",
            Decimal("12.50") * 10,
            RETURNED + datetime.timedelta(hours=index),
            tuple(goods[10 * index : 10 * index + 10]),
            reason=f"Retur {index}",
        )
        for index in range(5)
    )
    return with_lines(
        sent_order,
        *goods,
        *freights,
        captures=captures,
        shipments=shipments,
        completed_at=shipments[-1].time,
        refunds=refunds,
    )


def test_nothing_of_a_large_order_is_lost(server, client):
    order = large_order()
    server.put(order)
    (raw,) = fetched(client)
    assert as_told(parse(raw.content, SETTINGS)) == as_told(order)
    assert as_told(parse(client.order("10512").content, SETTINGS)) == as_told(order)
    assert max(server.costs) < 900


def test_lines_whose_pages_never_end_are_found_out(server, client):
    server.put(large_order())
    server.repeats = "lines"
    assert "again and again" in str(refused(lambda: client.order("10512")))


def test_a_server_that_repeats_its_cursor_is_found_out(server, client):
    put(server, 3)
    server.repeats = "cursor"
    assert "again and again" in str(refused(lambda: fetched(client)))


def test_a_server_that_repeats_its_page_with_new_cursors_is_found_out(server, client):
    put(server, 6)
    server.repeats = "page"
    assert "again and again" in str(refused(lambda: fetched(client)))
    assert len(asked(server)) == 2


def test_empty_pages_that_never_end_are_found_out(server, client):
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "next"}}
    server.faults = [Fault("graphql", 200, body=json.dumps({"data": {"orders": page}}).encode())]
    assert "again and again" in str(refused(lambda: fetched(client)))


def test_orders_that_never_end_are_given_up(server, client, monkeypatch):
    put(server, 3 * ORDERS_PER_PAGE)
    monkeypatch.setattr(shopify_client, "MAX_PAGES", 2)
    assert "again and again" in str(refused(lambda: fetched(client)))
    assert len(asked(server)) == 2


def test_more_orders_than_shopify_pages_through_take_a_new_search(server, client, monkeypatch):
    put(server, 11)
    monkeypatch.setattr(shopify_client, "PAGES_PER_SEARCH", 1)
    assert {order.external_id for order in fetched(client)} == {str(100 + index) for index in range(11)}
    searches = [question["variables"]["search"] for question in asked(server)]
    assert len(set(searches)) == len(searches) > 2


def test_asked_too_much_we_wait_when_it_is_short(server, client, pauses):
    put(server, 1)
    server.available = 500
    assert len(fetched(client)) == 1
    (pause,) = pauses
    assert 0 < pause <= 5


def test_asked_far_too_much_we_come_back_later(server, client, pauses):
    put(server, 1)
    server.available = -1000
    error = refused(lambda: fetched(client))
    assert error.retry_after > 5
    assert not error.is_permanent
    assert pauses == []


def test_a_field_the_app_has_no_scope_for_names_the_scopes(server, client):
    put(server, 1)
    server.denied = {"customer"}
    error = refused(lambda: fetched(client))
    assert "customer" in str(error)
    assert "read_customers" in str(error)
    assert error.is_permanent


def test_a_version_that_does_not_know_a_field_is_told(server, client):
    put(server, 1)
    del server.orders["100"]["dutiesIncluded"]
    error = refused(lambda: fetched(client))
    assert "dutiesIncluded" in str(error)
    assert error.is_permanent


@pytest.mark.parametrize("body", [b"[]", b'{"data": null}', b'{"errors": "Unavailable Shop"}'])
def test_an_answer_that_is_none(server, client, body):
    server.faults = [Fault("graphql", 200, body=body)]
    assert "Shopify" in str(refused(client.check))


@pytest.mark.parametrize("nodes", ["null", "[1]", '[{"id": null}]'])
def test_a_list_of_orders_that_is_none(server, client, nodes):
    server.faults = [Fault("graphql", 200, body=b'{"data": {"orders": {"nodes": %s}}}' % nodes.encode())]
    assert "Nothing was stored" in str(refused(lambda: fetched(client)))


def test_a_token_answer_without_a_token(server, client):
    server.faults = [Fault("access_token", 200, body=b"{}")]
    assert "did not return an access token" in str(refused(client.check))


def test_a_deleted_order_is_none(server, client):
    server.put(new_order())
    assert client.order("10512").changed_at == ORDERED
    server.delete("10512", SENT)
    assert client.order("10512") is None
    assert client.order("not a number") is None


def test_the_document_is_what_shopify_said(server, client):
    server.put(new_order())
    node = json.loads(client.order("10512").content)["order"]
    assert node["lineItems"]["nodes"][0]["taxLines"][0]["rate"] == 0.25
    assert node["totalPriceSet"] == {"presentmentMoney": {"amount": "553.30", "currencyCode": "NOK"}}
