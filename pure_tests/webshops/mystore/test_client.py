"""Mystore: its client and webhooks, against a server on this machine."""

import base64
import datetime
import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.webshops import mystore
from odoo.addons.settlement_bridge.webshops.mystore import PLATFORM, MystoreClient, parse, read_hint, verify
from odoo.addons.settlement_bridge.webshops.records import Hint

from ...samples.webshop_orders import ORDERED, SENT, new_order, refunded_order
from ...servers.local_server import Fault
from ..fetching import MINUTE, fetched, refused


def many(server, count, start=ORDERED, step=MINUTE):
    for number in range(count):
        server.put(new_order(external_id=str(20000 + number), changed_at=start + step * number))


# --- the client


def test_the_key_is_sent_as_a_bearer_and_the_shop_named(server, client):
    assert client.check() == "ullbutikken"
    (_method, path, _query, headers, _body) = server.requests[0]
    assert path == "/shops/ullbutikken/orders"
    assert headers["authorization"] == "Bearer a-token-of-mystore"
    assert headers["accept"] == "application/vnd.api+json"


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (100, 1), (101, 2), (230, 3)])
def test_orders_come_page_by_page_oldest_first(server, client, count, calls):
    many(server, count)
    raws = fetched(client)
    assert [raw.external_id for raw in raws] == [str(20000 + number) for number in range(count)]
    assert len(server.requests) == calls


def test_two_hundred_orders_sent_in_one_go_are_all_found(server, client):
    """Orders that were set to "Sendt" together have the same time."""
    many(server, 250, step=0 * MINUTE)
    assert len({raw.external_id for raw in fetched(client)}) == 250


def test_an_order_that_changes_while_we_read_hides_no_other(server, client):
    many(server, 150)
    pages = client.changes(ORDERED)
    first = next(pages)
    server.put(new_order(external_id=first[0].external_id, changed_at=ORDERED + MINUTE * 500))
    rest = [raw.external_id for page in pages for raw in page]
    assert {*rest, *(raw.external_id for raw in first)} == {str(20000 + number) for number in range(150)}
    assert rest[-1] == first[0].external_id


def test_only_what_changed_since_in_the_shops_own_time(server, client):
    server.put(new_order(changed_at=ORDERED))
    server.put(new_order(external_id="10513", changed_at=SENT))
    assert [raw.external_id for raw in fetched(client, SENT)] == ["10513"]
    assert server.requests[-1][2]["filter[updated_at][value]"] == "2026-03-03 09:20:44"
    assert fetched(client, SENT + MINUTE) == []


def test_the_hour_that_comes_twice_in_autumn_is_asked_for_whole(server, client):
    fetched(client, datetime.datetime(2026, 10, 25, 1, 10, tzinfo=datetime.timezone.utc))
    assert server.requests[-1][2]["filter[updated_at][value]"] == "2026-10-25 02:10:00"
    fetched(client, datetime.datetime(2026, 10, 25, 0, 40, tzinfo=datetime.timezone.utc))
    assert server.requests[-1][2]["filter[updated_at][value]"] == "2026-10-25 01:40:00"


def test_what_json_api_says_of_an_error_is_passed_on(server, client):
    body = b'{"errors": [{"status": "403", "title": "Forbidden", "detail": "The scope read:orders is missing"}]}'
    server.faults.append(Fault("/orders", 403, body=body))
    assert 'it says "Forbidden: The scope read:orders is missing"' in str(refused(client.check))


@pytest.mark.parametrize("values", [{"token": ""}, {"token": "a\nb"}, {"store": " "}])
def test_missing_settings_are_said_before_anything_is_sent(server, values):
    error = refused(lambda: MystoreClient(replace(server.settings, **values)))
    assert error.is_permanent
    assert server.requests == []


def test_too_many_calls_are_waited_for(server, client, pauses):
    server.calls_per_minute = 3
    for _call in range(3):
        client.check()
    error = refused(client.check)
    assert (error.retry_after, error.is_permanent, pauses) == (60, False, [])


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": {}}', b'{"data": [5]}', b'{"data": [{"type": "orders"}]}'])
def test_an_answer_that_is_no_list_of_orders_is_said(server, client, body):
    server.faults.append(Fault("/orders", 200, body=body))
    assert "something other than its API describes" in str(refused(lambda: fetched(client)))


def test_an_order_without_a_readable_time_is_said(server, client):
    server.put(new_order())
    order = {"type": "orders", "id": "1", "attributes": {"updated_at": "i går"}}
    server.faults.append(Fault("/orders", 200, body=json.dumps({"data": [order]}).encode()))
    assert "order 1 without a readable time:" in str(refused(lambda: fetched(client)))


def test_a_server_that_gives_the_same_page_again_is_found_out(server, client):
    many(server, 3)
    right = server.answer

    def again(method, path, query, headers, body):
        query = {**query, "page[number]": "1", "filter[updated_at][value]": "2026-01-01 00:00:00"}
        status, more, answer = right(method, path, query, headers, body)
        return status, more, {**answer, "links": {"next": "https://example.com/again"}}

    server.answer = again
    assert "the same page of a list again and again" in str(refused(lambda: fetched(client)))
    assert len(server.requests) < 5


def test_a_server_that_does_not_sort_is_found_out(server, client):
    many(server, 150, step=MINUTE / 60)
    right = server.answer

    def backwards(method, path, query, headers, body):
        status, more, answer = right(method, path, query, headers, body)
        return status, more, {**answer, "data": answer["data"][::-1]}

    server.answer = backwards
    error = refused(lambda: fetched(client))
    assert "in order of change" in str(error)
    assert error.is_permanent


def test_orders_of_the_hour_that_comes_twice_may_seem_out_of_order(server, client):
    first = datetime.datetime(2026, 10, 25, 0, 50, tzinfo=datetime.timezone.utc)
    server.put(new_order(changed_at=first))
    server.put(new_order(external_id="10513", changed_at=first + MINUTE * 20))
    right = server.answer

    def as_it_happened(method, path, query, headers, body):
        status, more, answer = right(method, path, query, headers, body)
        return status, more, {**answer, "data": sorted(answer["data"], key=lambda order: order["id"])}

    server.answer = as_it_happened
    assert [raw.external_id for raw in fetched(client)] == ["10512", "10513"]


def test_the_next_page_is_never_asked_of_another_server(server, client):
    many(server, 101)
    right = server.answer

    def elsewhere(method, path, query, headers, body):
        status, more, answer = right(method, path, query, headers, body)
        if answer.get("links"):
            answer["links"]["next"] = "https://elsewhere.example.com/orders"
        return status, more, answer

    server.answer = elsewhere
    assert len(fetched(client)) == 101


def test_a_wrong_name_of_the_shop_does_not_delete_its_orders(server):
    server.put(new_order())
    client = MystoreClient(replace(server.settings, store="garnbutikken"))
    assert refused(lambda: client.order("10512")).is_permanent


def test_an_id_cannot_lead_to_another_address(server, client):
    assert client.order("../customers?x=1") is None
    assert server.requests[0][2] == {"include": mystore.client.INCLUDED}


def test_a_document_has_what_the_order_refers_to_and_no_more(server, client):
    many(server, 2)
    for raw in fetched(client):
        document = json.loads(raw.content)
        told = [each["id"] for each in document["included"] if each["type"] == "order-status-history"]
        assert told == [f"{raw.external_id}0"]
        assert parse(raw.content, server.settings).external_id == raw.external_id


# --- webhooks


def test_webhooks_are_signed_and_name_their_order(server):
    server.put(refunded_order())
    hooks = server.webhooks("10512")
    assert all(verify(headers, body, server.webhook_secret) for headers, body in hooks)
    assert [read_hint(headers, body) for headers, body in hooks] == [
        Hint("orders/update", ("10512",)),
        Hint("orders/update", ("10533",)),
    ]


def test_the_signature_is_base64_of_the_body():
    body = b'{"data": {"id": "1"}}'
    signature = base64.b64encode(hmac.new(b"s", body, hashlib.sha256).digest()).decode()
    assert verify({"x-no-mystore-hmac-sha256": signature}, body, "s")


def test_webhooks_about_other_things_are_nothing_to_do():
    assert read_hint({"x-no-mystore-topic": "products/update"}, b'{"data": {"id": "1"}}') is None
    assert read_hint({}, b"") is None
    assert not PLATFORM.is_ping({}, b"")


@pytest.mark.parametrize("body", [b'{"data": {}}', b"{}", b"[]"])
def test_a_webhook_without_an_order_is_said(body):
    with pytest.raises(DocumentError):
        read_hint({"x-no-mystore-topic": "orders/create"}, body)


def test_an_order_id_at_the_top_will_do():
    assert read_hint({"x-no-mystore-topic": "Orders/Create"}, b'{"id": 7}').order_ids == ("7",)
