"""WooCommerce: its client, against a shop on this machine."""

import datetime
import json
from dataclasses import replace

import pytest

from odoo.addons.settlement_bridge.common.http import StatusError
from odoo.addons.settlement_bridge.common.messages import ProviderError
from odoo.addons.settlement_bridge.webshops import paging, woocommerce
from odoo.addons.settlement_bridge.webshops.records import ShopSettings
from odoo.addons.settlement_bridge.webshops.woocommerce import WooCommerceClient, parse

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, new_order, refunded_order, sent_order
from ...servers.local_server import Fault
from ...servers.woocommerce import KEY, SECRET
from .documents import MINUTE, OSLO, SETTINGS, cancelled


@pytest.fixture
def client(shop, pauses):
    return WooCommerceClient(shop.settings, sleep=pauses.append, timeout=1)


def orders(count, start=ORDERED, step=MINUTE):
    """So many orders, each changed one step after the one before."""
    return [
        new_order(external_id=str(20000 + number), number=str(20000 + number), changed_at=start + number * step)
        for number in range(count)
    ]


def ids(pages):
    return [raw.external_id for page in pages for raw in page]


def refused(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert SECRET not in text and KEY not in text
    return caught.value


def test_the_shops_name(shop, client):
    shop.name = "Garn & Strikk"
    assert client.check() == "Garn & Strikk"


def test_a_shop_that_hides_its_index_is_called_by_its_address(shop, client):
    shop.faults.append(Fault("/wp-json/", 200, body=b"[]"))
    shop.faults.append(Fault("/wp-json/", 403, body=b"{}"))
    assert client.check() in shop.base_url


def test_wrong_keys(shop):
    client = WooCommerceClient(replace(shop.settings, secret="cs_wrong"))
    for call in (client.check, lambda: list(client.changes(ORDERED)), lambda: client.order("10512")):
        error = refused(call)
        assert error.is_permanent and "does not accept the keys" in str(error)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"key": ""}, "consumer key"),
        ({"secret": SECRET + "\n"}, "consumer secret"),
        ({"key": "ck:1"}, "consumer key"),
        ({"url": "http://shop.example.com"}, "https://"),
        ({"url": ""}, "https://"),
        ({"url": "shop.example.com"}, "https://"),
    ],
)
def test_settings_that_cannot_be_right(values, said):
    settings = replace(ShopSettings(url="https://shop.example.com", key=KEY, secret=SECRET), **values)
    error = refused(lambda: WooCommerceClient(settings))
    assert error.is_permanent and said in str(error)


def test_an_order_with_its_refunds(shop, client):
    shop.put(refunded_order())
    raw = client.order("10512")
    assert raw.changed_at == RETURNED
    assert parse(raw.content, shop.settings) == parse(shop.document("10512"), shop.settings)
    assert len(parse(raw.content, shop.settings).refunds) == 1


def test_an_order_without_refunds_takes_one_call(shop, client):
    shop.put(sent_order())
    assert client.order("10512").changed_at == SENT
    assert shop.paths() == ["/wp-json/wc/v3/orders/10512"]


def test_a_shop_that_shows_whole_kroner_is_asked_for_its_decimals(shop, client):
    shop.put(sent_order())
    client.order("10512")
    assert shop.requests[0][2]["dp"] == "6"


@pytest.mark.parametrize("is_emptied", [False, True])
def test_a_deleted_order_is_none(shop, client, is_emptied):
    shop.is_emptied = is_emptied
    shop.put(sent_order())
    shop.delete("10512", RETURNED)
    assert client.order("10512") is None
    assert list(client.changes(ORDERED)) == []


def test_a_wrong_address_is_not_a_deleted_order(shop):
    shop.put(sent_order())
    client = WooCommerceClient(replace(shop.settings, url=shop.base_url + "/butikk"))
    assert refused(lambda: client.order("10512")).status == 404


def test_changed_orders_come_oldest_first_page_by_page(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in reversed(orders(25)):
        shop.put(order)
    pages = list(client.changes(ORDERED))
    assert ids(pages) == [str(20000 + number) for number in range(25)]
    assert len(pages) > 2
    assert all(isinstance(page, tuple) for page in pages)


def test_only_what_changed_since(shop, client):
    for order in orders(5):
        shop.put(order)
    assert ids(client.changes(ORDERED + 3 * MINUTE)) == ["20003", "20004"]
    assert ids(client.changes(ORDERED + 5 * MINUTE)) == []


def test_since_in_another_zone_is_the_same_moment(shop, client):
    for order in orders(5):
        shop.put(order)
    assert ids(client.changes((ORDERED + 3 * MINUTE).astimezone(OSLO))) == ["20003", "20004"]


def test_many_orders_changed_in_the_same_second(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(35, step=datetime.timedelta(0)):
        shop.put(order)
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(35)]


def test_a_second_that_is_cut_by_the_end_of_a_page(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for number, order in enumerate(orders(25)):
        shop.put(replace(order, changed_at=ORDERED + number // 3 * MINUTE))
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(25)]


def test_orders_of_every_status_are_asked_for(shop, client):
    shop.put(new_order(status="pending", accepted_at=None))
    shop.put(replace(cancelled(), external_id="10513"))
    assert ids(client.changes(ORDERED)) == ["10512", "10513"]


def test_an_order_changed_while_we_read_pushes_none_out(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(25):
        shop.put(order)
    found = []
    for page in client.changes(ORDERED):
        found += [raw.external_id for raw in page]
        if len(found) == 10:
            shop.put(replace(orders(1)[0], changed_at=ORDERED + 100 * MINUTE))
    assert set(found) == {str(20000 + number) for number in range(25)}
    assert found[-1] == "20000"


def test_a_refund_that_did_not_date_the_order_is_found(shop, client):
    shop.refunds_date_orders = False
    shop.put(sent_order())
    shop.put(refunded_order())
    (page,) = client.changes(RETURNED - MINUTE)
    assert page[0].external_id == "10512" and page[0].changed_at == RETURNED
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_refunds_of_the_past_are_not_found_again(shop, client):
    shop.refunds_date_orders = False
    shop.put(sent_order())
    shop.put(refunded_order())
    assert list(client.changes(RETURNED + MINUTE)) == []


def test_orders_of_refunds_alone_are_asked_for_together(shop, client):
    shop.refunds_date_orders = False
    for number in range(5):
        values = {"external_id": f"3000{number}", "number": f"3000{number}"}
        shop.put(replace(sent_order(), **values))
        refund = replace(refunded_order().refunds[0], external_id=f"4000{number}", order_id=f"3000{number}")
        shop.put(replace(refunded_order(), refunds=(refund,), **values))
    assert len(ids(client.changes(RETURNED))) == 5
    assert len([query for *_asked, query, _headers, _body in shop.requests if "include" in query]) == 1


def test_a_refund_alone_has_its_turn_among_the_orders(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    shop.refunds_date_orders = False
    shop.put(sent_order())
    shop.put(refunded_order())
    for order in orders(20, start=RETURNED - 10.5 * MINUTE):
        shop.put(order)
    # both when the order itself is among the changed ones, and when it is not
    for since in (ORDERED, RETURNED - 11 * MINUTE):
        raws = [raw for page in client.changes(since) for raw in page]
        assert [raw.changed_at for raw in raws] == sorted(raw.changed_at for raw in raws)
        assert len(raws) == 21 and raws[11].external_id == "10512"


def test_a_refunded_order_that_is_among_the_changed_is_not_asked_for_twice(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    for order in orders(15):
        shop.put(order)
    shop.put(refunded_order())
    assert ids(client.changes(ORDERED))[-1] == "10512"
    assert not [query for *_asked, query, _headers, _body in shop.requests if "include" in query]


def test_a_shop_without_a_list_of_refunds(shop, client):
    shop.knows_refunds = False
    shop.put(refunded_order())
    (page,) = client.changes(RETURNED)
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_an_order_that_hides_its_refunds_is_asked_for_them(shop, client):
    shop.put(refunded_order())
    record = {**json.loads(shop.document("10512"))["order"], "refunds": []}
    shop.faults.append(Fault("/v3/orders", 200, body=json.dumps([record]).encode()))
    (page,) = client.changes(RETURNED)
    assert len(parse(page[0].content, SETTINGS).refunds) == 1


def test_a_shop_that_cannot_sort_by_change(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    shop.sorts_by_change = False
    given = orders(25)
    for number, order in enumerate(given):
        shop.put(replace(order, changed_at=given[-1 - number].changed_at))
    assert ids(client.changes(ORDERED)) == [str(20024 - number) for number in range(25)]


def test_a_shop_that_does_not_sort_as_asked(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 10)
    shop.sorts_as_asked = False
    for order in orders(25):
        shop.put(order)
    assert ids(client.changes(ORDERED)) == [str(20000 + number) for number in range(25)]


def test_every_call_passes_the_caches(shop, client):
    list(client.changes(ORDERED))
    list(client.changes(ORDERED))
    marks = [query["_"] for *_asked, query, _headers, _body in shop.requests]
    assert len(set(marks)) == len(marks)
    assert all(headers["cache-control"] == "no-cache" for *_asked, headers, _body in shop.requests)


def test_a_server_that_repeats_a_page_is_found_out(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 2)
    for order in orders(2):
        shop.put(order)
    body = json.dumps([json.loads(shop.document(number))["order"] for number in ("20000", "20001")]).encode()
    shop.faults += [Fault("/v3/orders", 200, body=body) for _time in range(20)]
    assert "again and again" in str(refused(lambda: list(client.changes(ORDERED))))
    assert len(shop.requests) < 10


def test_a_list_that_repeats_is_found_out_where_it_is_read_by_number(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 1)
    shop.put(refunded_order())
    body = json.dumps(json.loads(shop.document("10512"))["refunds"]).encode()
    shop.faults += [Fault("/v3/refunds", 200, body=body) for _time in range(20)]
    assert "again and again" in str(refused(lambda: list(client.changes(ORDERED))))
    assert len(shop.requests) < 10


def test_a_server_that_never_ends(shop, client, monkeypatch):
    monkeypatch.setattr(woocommerce.client, "PAGE_SIZE", 1)
    monkeypatch.setattr(paging, "MAX_PAGES", 5)
    for order in orders(20):
        shop.put(order)
    assert refused(lambda: list(client.changes(ORDERED)))


def test_an_order_deleted_while_its_refunds_are_asked_for(shop, client):
    shop.put(refunded_order())
    shop.faults.append(Fault("/10512/refunds", 404, body=b"{}"))
    assert list(client.changes(ORDERED)) == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_pause_is_taken_at_once(shop, client, pauses, status):
    shop.put(sent_order())
    shop.faults.append(Fault("orders", status, {"Retry-After": "2"}))
    assert client.order("10512")
    assert pauses == [2]


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_pause_is_left_to_the_next_fetch(shop, client, pauses, status):
    shop.faults.append(Fault("orders", status, {"Retry-After": "120"}))
    error = refused(lambda: client.order("10512"))
    assert isinstance(error, StatusError) and error.retry_after == 120 and not error.is_permanent
    assert pauses == []


def test_a_page_of_html_instead_of_json(shop, client):
    shop.faults += [Fault("orders", 200, {"Content-Type": "text/html"}, b"<html>Maintenance</html>")] * 3
    error = refused(lambda: client.order("10512"))
    assert "incomplete or invalid JSON" in str(error) and not error.is_permanent


def test_a_cut_answer_is_asked_for_again(shop, client):
    shop.put(sent_order())
    shop.faults.append(Fault("orders", cut=True))
    assert client.order("10512")


@pytest.mark.parametrize("body", [b"{}", b'["x"]', b'[{"number": "1"}]', b'{"code": "x", "message": "y"}'])
def test_json_that_is_no_list_of_orders(shop, client, body):
    shop.faults += [Fault("/v3/orders", 200, body=body)]
    assert "other than its API describes" in str(refused(lambda: list(client.changes(ORDERED))))


def test_an_order_without_a_time_is_reported(shop, client):
    shop.faults += [Fault("/v3/orders", 200, body=b'[{"id": 5}]')]
    assert "without a readable time" in str(refused(lambda: list(client.changes(ORDERED))))
