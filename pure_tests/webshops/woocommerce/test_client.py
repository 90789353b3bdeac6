"""WooCommerce: its client, against a shop on this machine."""

import datetime
import json
from dataclasses import replace

import pytest

from odoo.addons.settlement_bridge.webshops import paging, woocommerce
from odoo.addons.settlement_bridge.webshops.records import ShopSettings
from odoo.addons.settlement_bridge.webshops.woocommerce import WooCommerceClient, parse

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, new_order, refunded_order, sent_order
from ...servers.local_server import Fault
from ...servers.woocommerce import KEY, SECRET
from ..fetching import refused
from .documents import MINUTE, SETTINGS, cancelled


def orders(count, start=ORDERED, step=MINUTE):
    """So many orders, each changed one step after the one before."""
    return [
        new_order(external_id=str(20000 + number), number=str(20000 + number), changed_at=start + number * step)
        for number in range(count)
    ]


def ids(pages):
    return [raw.external_id for page in pages for raw in page]


def test_the_shops_name(server, client):
    server.name = "Garn & Strikk"
    assert client.check() == "Garn & Strikk"


def test_a_shop_that_hides_its_index_is_called_by_its_address(server, client):
    server.faults.append(Fault("/wp-json/", 200, body=b"[]"))
    server.faults.append(Fault("/wp-json/", 403, body=b"{}"))
    assert client.check() in server.base_url


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"key": ""}, "consumer key"),
        ({"secret": SECRET + "\n"}, "consumer secret"),
        ({"key": "ck:1"}, "consumer key"),
    ],
)
def test_settings_that_cannot_be_right(values, said):
    settings = replace(ShopSettings(url="https://shop.example.com", key=KEY, secret=SECRET), **values)
    error = refused(lambda: WooCommerceClient(settings))
    assert error.is_permanent and said in str(error)


def test_an_order_with_its_refunds(server, client):
    server.put(refunded_order())
    raw = client.order("10512")
    assert raw.changed_at == RETURNED
    assert parse(raw.content, server.settings) == parse(server.document("10512"), server.settings)
    assert len(parse(raw.content, server.settings).refunds) == 1


def test_an_order_without_refunds_takes_one_call(server, client):
    server.put(sent_order())
    assert client.order("10512").changed_at == SENT
    assert server.paths() == ["/wp-json/wc/v3/orders/10512"]


def test_a_shop_that_shows_whole_kroner_is_asked_for_its_decimals(server, client):
    server.put(sent_order())
    client.order("10512")
    assert server.requests[0][2]["dp"] == "6"


@pytest.mark.parametrize("is_emptied", [False, True])
def test_a_deleted_order_is_none(server, client, is_emptied):
    server.is_emptied = is_emptied
    server.put(sent_order())
    server.delete("10512", RETURNED)
    assert client.order("10512") is None
    assert list(client.changes(ORDERED)) == []


def test_changed_orders_come_oldest_first_page_by_page(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in reversed(orders(25)):
        server.put(order)
    pages = list(client.changes(ORDERED))
    assert ids(pages) == [str(20000 + number) for number in range(25)]
    assert len(pages) > 2
    assert all(isinstance(page, tuple) for page in pages)


def test_many_orders_changed_in_the_same_second(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(35, step=datetime.timedelta(0)):
        server.put(order)
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(35)]


def test_a_second_that_is_cut_by_the_end_of_a_page(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for number, order in enumerate(orders(25)):
        server.put(replace(order, changed_at=ORDERED + number // 3 * MINUTE))
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(25)]


def test_orders_of_every_status_are_asked_for(server, client):
    server.put(new_order(status="pending", accepted_at=None))
    server.put(replace(cancelled(), external_id="10513"))
    assert ids(client.changes(ORDERED)) == ["10512", "10513"]


def test_an_order_changed_while_we_read_pushes_none_out(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(25):
        server.put(order)
    found = []
    for page in client.changes(ORDERED):
        found += [raw.external_id for raw in page]
        if len(found) == 10:
            server.put(replace(orders(1)[0], changed_at=ORDERED + 100 * MINUTE))
    assert set(found) == {str(20000 + number) for number in range(25)}
    assert found[-1] == "20000"


def test_a_refund_that_did_not_date_the_order_is_found(server, client):
    server.refunds_date_orders = False
    server.put(sent_order())
    server.put(refunded_order())
    (page,) = client.changes(RETURNED - MINUTE)
    assert page[0].external_id == "10512" and page[0].changed_at == RETURNED
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_refunds_of_the_past_are_not_found_again(server, client):
    server.refunds_date_orders = False
    server.put(sent_order())
    server.put(refunded_order())
    assert list(client.changes(RETURNED + MINUTE)) == []


def test_orders_of_refunds_alone_are_asked_for_together(server, client):
    server.refunds_date_orders = False
    for number in range(5):
        values = {"external_id": f"3000{number}", "number": f"3000{number}"}
        server.put(replace(sent_order(), **values))
        refund = replace(refunded_order().refunds[0], external_id=f"4000{number}", order_id=f"3000{number}")
        server.put(replace(refunded_order(), refunds=(refund,), **values))
    assert len(ids(client.changes(RETURNED))) == 5
    assert len([query for *_asked, query, _headers, _body in server.requests if "include" in query]) == 1


def test_a_refund_alone_has_its_turn_among_the_orders(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    server.refunds_date_orders = False
    server.put(sent_order())
    server.put(refunded_order())
    for order in orders(20, start=RETURNED - 10.5 * MINUTE):
        server.put(order)
    # both when the order itself is among the changed ones, and when it is not
    for since in (ORDERED, RETURNED - 11 * MINUTE):
        raws = [raw for page in client.changes(since) for raw in page]
        assert [raw.changed_at for raw in raws] == sorted(raw.changed_at for raw in raws)
        assert len(raws) == 21 and raws[11].external_id == "10512"


def test_a_refunded_order_that_is_among_the_changed_is_not_asked_for_twice(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(15):
        server.put(order)
    server.put(refunded_order())
    assert ids(client.changes(ORDERED))[-1] == "10512"
    assert not [query for *_asked, query, _headers, _body in server.requests if "include" in query]


def test_a_shop_without_a_list_of_refunds(server, client):
    server.knows_refunds = False
    server.put(refunded_order())
    (page,) = client.changes(RETURNED)
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_an_order_that_hides_its_refunds_is_asked_for_them(server, client):
    server.put(refunded_order())
    record = {**json.loads(server.document("10512"))["order"], "refunds": []}
    server.faults.append(Fault("/v3/orders", 200, body=json.dumps([record]).encode()))
    (page,) = client.changes(RETURNED)
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_a_shop_that_cannot_sort_by_change(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    server.sorts_by_change = False
    given = orders(25)
    for number, order in enumerate(given):
        server.put(replace(order, changed_at=given[-1 - number].changed_at))
    assert ids(client.changes(ORDERED)) == [str(20024 - number) for number in range(25)]


def test_a_shop_that_does_not_sort_as_asked(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    server.sorts_as_asked = False
    for order in orders(25):
        server.put(order)
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(25)]


def test_every_call_passes_the_caches(server, client):
    list(client.changes(ORDERED))
    list(client.changes(ORDERED))
    marks = [query["_"] for *_asked, query, _headers, _body in server.requests]
    assert len(set(marks)) == len(marks)
    assert all(headers["cache-control"] == "no-cache" for *_asked, headers, _body in server.requests)


def test_a_server_that_repeats_a_page_is_found_out(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 2)
    for order in orders(2):
        server.put(order)
    body = json.dumps([json.loads(server.document(number))["order"] for number in ("20000", "20001")]).encode()
    server.faults += [Fault("/v3/orders", 200, body=body) for _time in range(20)]
    assert "again and again" in str(refused(lambda: list(client.changes(ORDERED))))
    assert len(server.requests) < 10


def test_a_list_that_repeats_is_found_out_where_it_is_read_by_number(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 1)
    server.put(refunded_order())
    body = json.dumps(json.loads(server.document("10512"))["refunds"]).encode()
    server.faults += [Fault("/v3/refunds", 200, body=body) for _time in range(20)]
    assert "again and again" in str(refused(lambda: list(client.changes(ORDERED))))
    assert len(server.requests) < 10


def test_a_server_that_never_ends(server, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 1)
    monkeypatch.setattr(paging, "MAX_PAGES", 5)
    for order in orders(20):
        server.put(order)
    assert refused(lambda: list(client.changes(ORDERED)))


def test_an_order_deleted_while_its_refunds_are_asked_for(server, client):
    server.put(refunded_order())
    server.faults.append(Fault("/10512/refunds", 404, body=b"{}"))
    assert list(client.changes(ORDERED)) == []


@pytest.mark.parametrize("body", [b"{}", b'["x"]', b'[{"number": "1"}]', b'{"code": "x", "message": "y"}'])
def test_json_that_is_no_list_of_orders(server, client, body):
    server.faults += [Fault("/v3/orders", 200, body=body)]
    assert "other than its API describes" in str(refused(lambda: list(client.changes(ORDERED))))


def test_an_order_without_a_time_is_reported(server, client):
    server.faults += [Fault("/v3/orders", 200, body=b'[{"id": 5}]')]
    assert "without a readable time" in str(refused(lambda: list(client.changes(ORDERED))))
