"""24Nettbutikk: its client, against a server on this machine."""

import json
from dataclasses import replace

import pytest

from odoo.addons.settlement_bridge.webshops.nettbutikk24 import Nettbutikk24Client

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, new_order
from ...servers.local_server import Fault
from ..fetching import MINUTE, fetched, refused


def many(server, count):
    """Orders of which the first ones changed last."""
    for number in range(count):
        server.put(new_order(external_id=str(20000 + number), changed_at=ORDERED + MINUTE * (count - number)))


def test_the_token_is_the_user_name(server, client):
    assert client.check() == server.base_url.removeprefix("http://")
    (_method, path, query, headers, _body) = server.requests[0]
    assert (path, query) == ("/api/v1/orders", {"limit": "1", "offset": "0"})
    assert headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (99, 1), (100, 2), (190, 3), (300, 4)])
def test_orders_come_oldest_change_first_though_the_api_has_them_by_number(server, client, count, calls):
    many(server, count)
    pages = list(client.changes(ORDERED))
    found = [raw.external_id for page in pages for raw in page]
    assert found == [str(20000 + number) for number in reversed(range(count))]
    assert len(server.requests) == calls
    assert all(0 < len(page) <= 100 for page in pages)


def test_an_order_that_leaves_its_place_while_we_read_hides_no_other(server, client):
    many(server, 150)
    right = server.answer

    def moving(method, path, query, headers, body):
        result = right(method, path, query, headers, body)
        if query["offset"] == "0":
            for number in range(5):
                server._orders.pop(str(20000 + number))
        return result

    server.answer = moving
    assert len(fetched(client)) == 150


def test_an_order_read_twice_counts_as_it_was_read_last(server, client):
    many(server, 150)
    right = server.answer

    def changing(method, path, query, headers, body):
        result = right(method, path, query, headers, body)
        if query["offset"] == "0":
            server.put(new_order(external_id="20095", changed_at=RETURNED))
        return result

    server.answer = changing
    assert fetched(client)[-1].external_id == "20095"


def test_only_what_changed_since(server, client):
    server.put(new_order(changed_at=ORDERED))
    server.put(new_order(external_id="10513", changed_at=SENT))
    assert [raw.external_id for raw in fetched(client, SENT)] == ["10513"]
    assert server.requests[-1][2]["since"] == str(int(SENT.timestamp()))
    assert fetched(client, SENT + MINUTE) == []


def test_a_limit_never_goes_without_an_offset(server, client):
    """The API would take it for the number of an order."""
    many(server, 120)
    client.check()
    fetched(client)
    assert all("offset" in query for _method, _path, query, _headers, _body in server.requests)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"token": ""}, "access token of 24Nettbutikk is missing"),
        ({"token": "a:b"}, "access token of 24Nettbutikk is missing"),
        ({"token": "a\nb"}, "access token of 24Nettbutikk is missing"),
    ],
)
def test_wrong_settings_are_said_before_anything_is_sent(server, values, sentence):
    error = refused(lambda: Nettbutikk24Client(replace(server.settings, **values)))
    assert sentence in str(error)
    assert error.is_permanent


def test_an_empty_400_is_said(server, client):
    server.faults.append(Fault("/orders", 400))
    assert refused(lambda: fetched(client)).is_permanent


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": {}}', b'{"data": [5]}'])
def test_an_answer_that_is_no_list_of_orders_is_said(server, client, body):
    server.faults.append(Fault("/orders", 200, body=body))
    assert "something other than its API describes" in str(refused(lambda: fetched(client)))


@pytest.mark.parametrize("body", [b'{"data": []}', b'{"data": [{}, {}]}'])
def test_one_order_is_one(server, client, body):
    server.faults.append(Fault("/orders", 200, body=body))
    assert "something other than its API describes" in str(refused(lambda: client.order("10512")))


@pytest.mark.parametrize("order", [{"order_no": 1}, {"modified_on": "2026-03-03 09:20:44"}, {}])
def test_an_order_without_a_number_or_time_is_said(server, client, order):
    server.faults.append(Fault("/orders", 200, body=json.dumps({"data": [order]}).encode()))
    assert "number or time cannot be read" in str(refused(lambda: fetched(client)))


def test_a_server_that_gives_the_same_page_again_is_found_out(server, client):
    many(server, 120)
    right = server.answer
    server.answer = lambda method, path, query, headers, body: right(
        method, path, {**query, "offset": "0"}, headers, body
    )
    assert "the same page of a list again and again" in str(refused(lambda: fetched(client)))
    assert len(server.requests) == 2


def test_an_id_cannot_lead_to_another_address(server, client):
    assert client.order("../products?x=1") is None
    assert server.requests[0][2] == {}
