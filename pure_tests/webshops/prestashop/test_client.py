"""PrestaShop: its client, against a shop on this machine."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.webshops import prestashop
from odoo.addons.settlement_bridge.webshops.prestashop import PrestaShopClient
from odoo.addons.settlement_bridge.webshops.records import Capture

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, UTC, new_order, refunded_order, sent_order
from ...servers.local_server import Fault
from ...servers.prestashop import KEY
from ..fetching import refused
from .documents import BEFORE, LATER, fetch, parse


def fetched(client, since=BEFORE):
    return [[(raw.external_id, raw.changed_at) for raw in page] for page in client.changes(since)]


def names(pages):
    return [name for page in pages for name, _time in page]


def orders(count):
    """Orders of one minute each."""
    for place in range(1, count + 1):
        moment = ORDERED + datetime.timedelta(minutes=place)
        yield new_order(
            external_id=str(place),
            number=f"REF{place:06d}",
            created_at=moment,
            changed_at=moment,
            accepted_at=moment,
            lines=tuple(replace(each, external_id=f"{place}{each.external_id}") for each in new_order().lines),
        )


def test_the_shop_is_called_by_its_name_when_all_can_be_read(server, client):
    assert client.check() == "Eksempelbutikken"
    assert {f"/api/{name}" for name in prestashop.client.NEEDED} < set(server.paths())
    server.faults.append(Fault("order_slip", 403))
    assert "/order_slip" in str(refused(client.check))


@pytest.mark.parametrize("token", ["", "short", KEY + "\n", KEY[:-1] + "é"])
def test_a_key_that_is_none(server, token):
    assert "32 letters" in str(refused(lambda: PrestaShopClient(replace(server.settings, token=token))))


def test_one_shop_of_several(server):
    list(PrestaShopClient(replace(server.settings, store="2")).changes(BEFORE))
    assert {query["id_shop"] for _method, _path, query, *_rest in server.requests} == {"2"}


@pytest.mark.parametrize("page_size", [1, 3, 100])
def test_orders_come_oldest_change_first(server, client, monkeypatch, page_size):
    monkeypatch.setattr(prestashop.client, "PAGE_SIZE", page_size)
    for order in reversed(list(orders(7))):
        server.put(order)
    pages = fetched(client)
    assert names(pages) == list("1234567")
    assert max(map(len, pages)) <= page_size


def test_no_question_for_each_order(server, client):
    for order in orders(50):
        server.put(order)
    assert len(names(fetched(client))) == 50
    assert len(server.requests) < 25


def test_an_order_that_did_not_move_when_it_was_credited(server, client):
    server.orders_move = False
    server.put(sent_order())
    server.put(refunded_order())
    assert server.records["orders"]["10512"]["date_upd"] == "2026-03-03 09:20:44"
    [found] = fetch(client, SENT + datetime.timedelta(days=1))
    assert found.refunds[0].amount == Decimal("179.10")
    assert found.changed_at == RETURNED


def test_an_order_that_did_not_move_when_it_was_paid(server, client):
    server.put(sent_order())
    server.records["order_payments"]["7"] = {
        **next(iter(server.records["order_payments"].values())),
        "id": 7,
        "amount": "10.00",
        "date_add": "2026-03-12 08:00:00",
    }
    [found] = fetch(client, RETURNED)
    assert found.captured == Decimal("563.30")


def test_payments_of_orders_that_are_gone_do_not_end_the_list(server, client, monkeypatch):
    monkeypatch.setattr(prestashop.client, "PAGE_SIZE", 2)
    server.put(sent_order())
    for place in range(1, 5):
        server.records["order_payments"][str(place)] = {
            "id": place,
            "order_reference": "GONE",
            "date_add": f"2026-03-10 10:00:0{place}",
        }
    [payment] = [each for each in server.records["order_payments"].values() if each["order_reference"] == "10512"]
    payment["date_add"] = "2026-03-12 08:00:00"
    [found] = fetch(client, RETURNED)
    assert found.changed_at == LATER


def test_when_clocks_are_set_back_the_hour_is_read_twice(server, client):
    first = datetime.datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    second = datetime.datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    server.put(new_order(changed_at=second))
    assert server.records["orders"]["10512"]["date_upd"] == "2026-10-25 02:10:00"
    assert names(fetched(client, first)) == ["10512"]


def test_split_orders_share_a_reference_and_its_payment(server, client):
    first, second = orders(2)
    server.put(replace(second, number="XKBKNABJK"))
    paid = sent_order(external_id="1", number="XKBKNABJK", lines=first.lines)
    server.put(replace(paid, captures=(Capture("9", Decimal("1106.60"), SENT),)))
    del server.records["order_payments"]["2"]
    assert parse(client.order("1").content).captured == Decimal("553.30")


def test_a_shop_that_gives_the_same_page_again_and_again(server, client, monkeypatch):
    monkeypatch.setattr(prestashop.client, "PAGE_SIZE", 2)
    for order in orders(5):
        server.put(replace(order, changed_at=LATER))
    server.stuck = True
    assert "again and again" in str(refused(lambda: fetched(client)))


def test_an_order_that_cannot_be_read_does_not_keep_the_others_waiting(server, client):
    for order in orders(2):
        server.put(order)
    server.put(refunded_order(external_id="3"))
    for slip in server.records["order_slip"].values():
        slip["date_add"] = slip["date_upd"] = "0000-00-00 00:00:00"
    assert sorted(names(fetched(client))) == ["1", "2", "3"]


@pytest.mark.parametrize("body", [b"5", b"[1]", b'{"orders": 5}', b'{"orders": [5]}', b'{"a": [], "b": []}'])
def test_json_that_is_no_list_of_orders(server, client, body):
    server.faults.append(Fault("orders", 200, body=body))
    assert "orders with something other than its API describes" in str(refused(lambda: client.order("1")))


def test_a_row_without_its_time(server, client):
    server.faults.append(Fault("order_slip", 200, body=b'{"order_slips": [{"id": 1, "id_order": 1}]}'))
    assert "order_slip with something other than its API describes" in str(refused(lambda: fetched(client)))
