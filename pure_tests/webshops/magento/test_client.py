"""Magento: keys, signatures and polling, against a shop on this machine."""

import datetime
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.json_reading import to_json
from odoo.addons.settlement_bridge.common.messages import ProviderError
from odoo.addons.settlement_bridge.webshops import magento
from odoo.addons.settlement_bridge.webshops.magento import MagentoClient
from odoo.addons.settlement_bridge.webshops.magento.client import signed
from odoo.addons.settlement_bridge.webshops.records import Capture, ShopSettings

from ...samples.webshop_orders import ORDERED, RETURNED, SENT, UTC, new_order, refunded_order, sent_order
from ...servers.local_server import Fault
from ..fetching import refused
from .documents import BEFORE, fetch, parse

LATER = datetime.datetime(2026, 3, 12, 7, 0, 0, tzinfo=UTC)


# --- keys and signatures


def test_a_signature_worked_out_by_other_means():
    """The base string was written by hand and signed with ``openssl dgst -sha256 -hmac``."""
    settings = ShopSettings(key="ck", secret="c s", token="at", token_secret="a&s")
    url = "https://Shop.example.com:443/rest/all/V1/orders?a[b]=1%202&fields=items%5Bx,y%5D&empty="
    header = signed(settings, "GET", url, "nonce", "1772456711")
    assert header == (
        'OAuth oauth_consumer_key="ck", oauth_nonce="nonce", oauth_signature_method="HMAC-SHA256",'
        ' oauth_timestamp="1772456711", oauth_token="at", oauth_version="1.0",'
        ' oauth_signature="j5VhPc5nWIfa2e%2BIs8I8tv85ssNhOTCWFAWrhdUT5lI%3D"'
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ""},
        {"secret": ""},
        {"token": ""},
        {"token_secret": ""},
        {"key": "", "secret": ""},
        {"secret": "two lines\n"},
        {"key": "", "secret": "", "token": "", "token_secret": ""},
    ],
)
def test_incomplete_keys(changes):
    settings = ShopSettings(url="https://shop.example.com", key="a", secret="b", token="c", token_secret="d")
    with pytest.raises(ProviderError, match="keys of the Magento shop") as caught:
        MagentoClient(replace(settings, **changes))
    assert caught.value.is_permanent


def fetched(client, since=BEFORE):
    return [[(raw.external_id, raw.changed_at) for raw in page] for page in client.changes(since)]


def orders(count, start=1):
    """Orders of one minute each."""
    for place in range(start, start + count):
        moment = ORDERED + datetime.timedelta(minutes=place)
        yield new_order(external_id=str(place), number=f"{place:09d}", created_at=moment, changed_at=moment)


def test_the_shop_is_called_by_its_own_name(server, client):
    assert client.check() == server.base_url.removeprefix("http://")
    server.put(new_order())
    assert client.check() == "Eksempel, Nettbutikk, Norsk"


def test_check_asks_for_everything_that_is_needed(server, client):
    server.faults.append(Fault("creditmemos", 403, body=b'{"message": "no access"}'))
    assert "/creditmemos" in str(refused(client.check))


def test_all_stores_unless_one_is_named(server, client):
    client.check()
    assert set(server.paths()) == {f"/rest/all/V1/{name}" for name in server.records}
    MagentoClient(replace(server.settings, store="norsk")).order("1")
    assert server.paths()[-1] == "/rest/norsk/V1/orders"


def test_the_token_alone_is_a_bearer_token_where_the_shop_allows_it(server):
    settings = ShopSettings(url=server.base_url + "/", token="access-token")
    error = refused(lambda: MagentoClient(settings).check())
    assert error.is_permanent
    server.allows_bearer = True
    assert MagentoClient(settings).check()


# --- polling


def test_orders_come_oldest_change_first_in_pages(server, client, monkeypatch):
    monkeypatch.setattr(magento.client, "PAGE_SIZE", 3)
    for order in reversed(list(orders(8))):
        server.put(order)
    pages = fetched(client)
    assert [[name for name, _time in page] for page in pages] == [["1", "2", "3"], ["4", "5", "6"], ["7", "8"]]


def test_an_order_that_changes_while_we_read_pushes_none_over_the_edge(server, client, monkeypatch):
    monkeypatch.setattr(magento.client, "PAGE_SIZE", 2)
    for order in orders(5):
        server.put(order)
    pages = client.changes(BEFORE)
    seen = [raw.external_id for raw in next(pages)]
    server.put(replace(next(orders(1)), changed_at=LATER))
    seen += [raw.external_id for page in pages for raw in page]
    assert seen == ["1", "2", "3", "4", "5", "1"]


def test_no_question_for_each_order(server, client):
    for order in orders(50):
        server.put(sent_order(external_id=order.external_id, number=order.number, references=()))
    assert sum(len(page) for page in fetched(client)) == 50
    assert len(server.requests) == 4 + 5


def test_an_order_that_did_not_move_when_it_was_refunded(server, client):
    server.orders_move = False
    server.put(sent_order())
    server.put(refunded_order())
    assert server.records["orders"][10512]["updated_at"] == "2026-03-03 08:20:44"
    [found] = fetch(client, SENT + datetime.timedelta(days=1))
    assert found.refunds[0].amount == Decimal("179.10")
    assert found.changed_at == RETURNED


def test_an_order_comes_once_at_its_last_change(server, client, monkeypatch):
    monkeypatch.setattr(magento.client, "PAGE_SIZE", 2)
    early = Capture("9", Decimal("553.30"), ORDERED + datetime.timedelta(minutes=2, seconds=30))
    server.put(refunded_order(captures=(early,)))
    for order in orders(6):
        server.put(order)
    pages = fetched(client)
    names = [name for page in pages for name, _time in page]
    assert sorted(names) == sorted([*"123456", "10512"])
    assert names[-1] == "10512"
    times = [moment for page in pages for _name, moment in page]
    assert times == sorted(times)
    assert times[-1] == RETURNED


def test_more_invoices_than_a_page_holds(server, client, monkeypatch):
    monkeypatch.setattr(magento.client, "PAGE_SIZE", 2)
    captures = tuple(Capture(str(place), Decimal("100.00"), SENT) for place in range(1, 6))
    server.put(new_order(captures=captures, changed_at=SENT))
    assert len(parse(client.order("10512").content).captures) == 5


def test_invoices_of_which_the_same_page_comes_again(server, client, monkeypatch):
    monkeypatch.setattr(magento.client, "PAGE_SIZE", 2)
    captures = tuple(Capture(str(place), Decimal("100.00"), SENT) for place in range(1, 6))
    server.put(new_order(captures=captures, changed_at=SENT))
    server.stuck = True
    assert "again and again" in str(refused(lambda: client.order("10512")))


def test_a_shop_that_gives_the_same_page_again_and_again(server, client, monkeypatch):
    monkeypatch.setattr(magento.client, "PAGE_SIZE", 2)
    for order in orders(5):
        server.put(replace(order, changed_at=LATER))
    server.stuck = True
    assert "again and again" in str(refused(lambda: fetched(client)))


def test_the_documents_are_kept_as_the_shop_gave_them(server, client):
    server.put(refunded_order())
    stored = json.loads(client.order("10512").content)
    assert stored["order"] == json.loads(json.dumps(server.records["orders"][10512]))
    assert [len(stored[name]) for name in magento.orders.PARTS] == [1, 1, 1, 2]


def test_numbers_keep_their_decimals():
    assert to_json({"å": [Decimal("1.10"), 2, None, True, "a\n"]}).decode() == '{"å": [1.10, 2, null, true, "a\\n"]}'


def test_an_order_that_cannot_be_read_does_not_keep_the_others_waiting(server, client):
    for order in orders(2):
        server.put(order)
    server.put(sent_order(external_id="3"))
    for shipment in server.records["shipments"].values():
        shipment["created_at"] = shipment["updated_at"] = "0000-00-00 00:00:00"
    # the list of shipments itself asks for times after 2026, so the order comes by its own change
    [page] = fetched(client)
    assert sorted(page, key=str) == [
        ("1", ORDERED + datetime.timedelta(minutes=1)),
        ("2", ORDERED + datetime.timedelta(minutes=2)),
        ("3", None),
    ]


def test_each_try_is_signed_anew(server, client):
    server.put(new_order())
    server.faults += [Fault("orders", 500), Fault("orders", cut=True)]
    assert client.order("10512")
    assert len({headers["authorization"] for *_asked, headers, _body in server.requests}) == len(server.requests)


@pytest.mark.parametrize(
    "body", [b"[]", b'{"items": 5, "total_count": 1}', b'{"items": []}', b'{"items": [1], "total_count": 1}']
)
def test_json_that_is_no_list_of_orders(server, client, body):
    server.faults.append(Fault("orders", 200, body=body))
    assert "orders with something other than its API describes" in str(refused(lambda: client.order("1")))


def test_a_row_without_its_time(server, client):
    server.faults.append(Fault("invoices", 200, body=b'{"items": [{"order_id": 1}], "total_count": 1}'))
    assert "invoices with something other than its API describes" in str(refused(lambda: fetched(client)))


def test_an_empty_list_may_be_null(server, client):
    server.faults.append(Fault("orders", 200, body=b'{"items": null, "total_count": 0}'))
    assert client.order("1") is None
