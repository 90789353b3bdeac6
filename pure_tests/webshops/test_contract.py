"""What holds for every platform: how its shop is asked, what is done about its faults, and what its documents are.

A platform is tested here as soon as its server on this machine is among ``servers/shops.py``.
"""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.limits import MAX_ID
from odoo.addons.settlement_bridge.common.messages import DocumentError, Message
from odoo.addons.settlement_bridge.webshops.records import Order, Refund, ShopSettings
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from ..samples.webshop_orders import ORDERED, RETURNED, SENT, new_order, refunded_order, sent_order
from ..servers.dummy import DummyServer
from ..servers.local_server import Fault
from ..servers.shop import Feature
from ..servers.shops import SERVERS
from . import dummy
from .fetching import MINUTE, SECRET_NAMES, fetched, refused

ALL = {**PLATFORMS, "dummy": dummy.PLATFORM}
SHOPS = {**SERVERS, "dummy": DummyServer}
ASKED = [code for code, platform in ALL.items() if platform.client]
WITH_WEBHOOKS = [code for code, platform in ALL.items() if platform.verify]

every_platform = pytest.mark.parametrize("code", ALL)
every_client = pytest.mark.parametrize("code", ASKED)


def read(code, server, content):
    return ALL[code].parse(content, server.settings)


def put(server, count, start=ORDERED, step=MINUTE):
    """Put so many orders into the shop, each changed one step after the one before; the latest is put first."""
    names = [str(20000 + number) for number in range(count)]
    for number, name in reversed(list(enumerate(names))):
        moment = start + number * step
        lines = tuple(replace(each, external_id=f"{number}{each.external_id}") for each in new_order().lines)
        values = {"external_id": name, "number": name, "lines": lines, "changed_at": moment}
        server.put(new_order(created_at=min(ORDERED, moment), references=(), **values))
    return names


def names(raws):
    return [raw.external_id for raw in raws]


def a_client(code, server, **changes):
    return ALL[code].client(replace(server.settings, **changes))


# --- What it declares


@every_platform
def test_it_is_declared_whole(code):
    platform = ALL[code]
    assert platform.code == code
    assert platform.name
    assert platform.client or platform.verify
    assert bool(platform.verify) == bool(platform.read_hint)
    assert platform.client or not platform.address_example


@every_platform
def test_every_key_that_a_client_is_reached_with_is_declared(code):
    declared = {setting.name: setting for setting in ALL[code].settings}
    with SHOPS[code]() as server:
        entered = {name for name in ("key", "store", *SECRET_NAMES) if getattr(server.settings, name)}
    assert entered <= declared.keys()
    shown = ("store", "admin_path")
    assert all(setting.label and setting.is_secret == (name not in shown) for name, setting in declared.items())


@every_platform
def test_what_a_shop_cannot_tell_has_a_reason(code):
    assert all(isinstance(feature, Feature) and reason.endswith(".") for feature, reason in SHOPS[code].cannot.items())


# --- Asking


@every_client
def test_the_shop_has_a_name(server, client):
    server.put(new_order())
    assert client.check()


@every_client
@pytest.mark.parametrize(
    ("url", "said"), [("", "https://"), ("http://shop.example.com", "https://"), ("shop.example.com", "https://")]
)
def test_an_address_that_cannot_be_right_is_said_before_anything_is_sent(code, server, url, said):
    if not url and not ALL[code].address_example:
        return  # it is the same for all shops
    error = refused(lambda: a_client(code, server, url=url, may_be_local=False))
    assert error.is_permanent
    assert said in str(error)


@every_client
def test_a_key_that_is_missing_or_torn_is_said_before_anything_is_sent(code, server):
    for name in SECRET_NAMES:
        value = getattr(server.settings, name)
        for wrong in ("", f"{value}\n", f"two {value}\nlines") if value else ():
            error = refused(lambda: a_client(code, server, **{name: wrong}))  # noqa: B023
            assert error.is_permanent
    assert server.requests == []


@every_client
def test_a_wrong_key_is_a_matter_for_a_person_and_not_tried_again(code, server, pauses):
    server.put(new_order())
    for name in SECRET_NAMES:
        value = getattr(server.settings, name)
        if value:
            wrong = replace(server.settings, **{name: value[::-1]})
            client = ALL[code].client(wrong, sleep=pauses.append)
            for call in (client.check, lambda: fetched(client), lambda: client.order("10512")):  # noqa: B023
                assert refused(call, value[::-1]).is_permanent
    assert pauses == []


@every_client
def test_nothing_has_changed(client):
    assert fetched(client) == []


@every_client
def test_orders_come_page_by_page_the_oldest_change_first(server, client):
    expected = put(server, 12)
    pages = list(client.changes(ORDERED))
    assert names(raw for page in pages for raw in page) == expected
    assert all(isinstance(page, tuple) for page in pages)
    assert [raw.changed_at for page in pages for raw in page] == [ORDERED + number * MINUTE for number in range(12)]


@every_client
def test_an_old_order_that_was_changed_now_comes_last(server, client):
    put(server, 3)
    put(server, 1, start=SENT)
    assert names(fetched(client)) == ["20001", "20002", "20000"]


@every_client
def test_only_what_has_changed_since_in_whatever_zone(server, client):
    put(server, 5)
    since = ORDERED + 3 * MINUTE
    assert names(fetched(client, since)) == ["20003", "20004"]
    assert names(fetched(client, since.astimezone(datetime.timezone(datetime.timedelta(hours=9))))) == [
        "20003",
        "20004",
    ]
    assert fetched(client, ORDERED + 5 * MINUTE) == []


@every_client
def test_orders_of_the_same_second_are_all_found(server, client):
    expected = put(server, 7, step=0 * MINUTE)
    assert sorted(names(fetched(client))) == expected


@every_client
def test_one_order_is_the_same_as_among_the_changed(server, client):
    server.put(sent_order())
    raw = client.order("10512")
    assert (raw.external_id, raw.changed_at) == ("10512", SENT)
    assert raw in fetched(client)


@every_client
def test_an_order_the_shop_does_not_have_is_none(server, client):
    server.put(new_order())
    assert client.order("99999") is None


@every_client
def test_a_deleted_order_is_none(code, server, client):
    server.put(new_order())
    server.delete("10512", RETURNED)
    # some shops keep it, and make a credit order of all of it
    assert client.order("10512") is None or fetched(client, RETURNED)


@every_client
def test_a_wrong_address_deletes_no_orders(code, server):
    server.put(new_order())
    client = a_client(code, server, url=f"{server.base_url}/another")
    assert refused(lambda: client.order("10512"))


@every_client
@pytest.mark.parametrize("external_id", ["../shop", "10512?x=1", "10512/../10513", "æ å"])
def test_an_id_leads_nowhere_else(server, client, external_id):
    server.put(new_order())
    assert client.order(external_id) is None


# --- What goes wrong


@every_client
@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited_and_a_long_one_left_for_the_next_fetch(server, client, pauses, status):
    put(server, 1)
    fetched(client)
    server.faults.append(Fault("", status, {"Retry-After": "2"}))
    assert len(fetched(client)) == 1
    assert pauses == [2]
    server.faults.append(Fault("", status, {"Retry-After": "120"}))
    error = refused(lambda: fetched(client))
    assert (error.retry_after, error.is_permanent, pauses) == (120, False, [2])


@every_client
def test_a_page_that_is_not_json_is_asked_for_again(server, client):
    put(server, 1)
    fetched(client)
    server.faults.append(Fault("", 200, {"Content-Type": "text/html"}, b"<html>Vedlikehold</html>"))
    assert len(fetched(client)) == 1
    server.faults += [Fault("", 200, body=b"<html>Vedlikehold</html>") for _try in range(3)]
    error = refused(lambda: fetched(client))
    assert "incomplete or invalid JSON" in str(error)
    assert not error.is_permanent


@every_client
def test_an_answer_that_is_cut_off_is_asked_for_again(server, client):
    expected = put(server, 3)
    fetched(client)
    server.faults.append(Fault("", cut=True))
    assert names(fetched(client)) == expected


@every_client
@pytest.mark.parametrize("body", [b"5", b"[5]", b'"x"', b'{"data": 5, "items": 5, "orders": 5}', b'[{"x": 1}]'])
def test_an_answer_that_is_no_list_of_orders_is_said(server, client, body):
    put(server, 1)
    fetched(client)
    server.faults += [Fault("", 200, body=body) for _try in range(20)]
    assert refused(lambda: fetched(client))


@every_client
def test_a_server_that_is_down_is_tried_again_later(server, client):
    put(server, 1)
    server.faults += [Fault("", 500) for _try in range(20)]
    assert not refused(lambda: fetched(client)).is_permanent
    server.faults.clear()
    assert len(fetched(client)) == 1


# --- Documents


@every_client
def test_an_order_through_its_life(code, server, client):
    paid, sent = sent_order().total, len(sent_order().shipments)
    for order in (new_order(), sent_order(), refunded_order()):
        server.put(order)
        found = read(code, server, client.order("10512").content)
        assert isinstance(found, Order)
        assert (found.external_id, found.currency, found.total) == ("10512", "NOK", order.total)
        assert sum(line.amount for line in found.lines) == found.total
        assert found.accepted_at
        assert bool(found.captures) == bool(found.shipments) == bool(order.shipments)
        if order.shipments:
            assert (found.captured, len(found.shipments)) == (paid, sent)
        amounts = [found.total, *(line.amount for line in found.lines), *(line.tax for line in found.lines)]
        assert all(isinstance(amount, Decimal) for amount in amounts)
        assert found.created_at.utcoffset() is not None and found.changed_at == order.changed_at


@every_client
def test_a_refund_is_within_its_order_or_a_document_of_its_own(code, server, client):
    if code == "dummy":
        return  # it has none
    server.put(refunded_order())
    documents = [read(code, server, raw.content) for raw in fetched(client)]
    apart = [document for document in documents if isinstance(document, Refund)]
    within = [refund for document in documents if isinstance(document, Order) for refund in document.refunds]
    (refund,) = [*apart, *within]
    assert (refund.amount, refund.order_id, refund.time) == (Decimal("179.10"), "10512", RETURNED)
    assert not apart or ALL[code].has_refund_documents


@every_platform
@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]", b"5", b"null", b'"x"', b"{}", b'{"order"', b'{"order": NaN}', b'{"order": {}}',
     b'{"order": 5}', b'{"order": []}', b'{"data": []}', b'{"refunds": [1]}', b"[" * 100_000],
)  # fmt: skip
def test_something_else_than_an_order_is_refused_with_a_sentence(code, content):
    with SHOPS[code]() as server, pytest.raises(DocumentError) as caught:
        read(code, server, content)
    assert str(caught.value) and str(Message(caught.value.message.code)) != caught.value.message.code


def test_an_id_that_is_too_long_is_refused():
    document = b'{"id": "%s", "changed_at": "2026-03-02T14:05:11+01:00", "total": "1"}'
    assert dummy.PLATFORM.parse(document % (b"1" * MAX_ID), None).external_id == "1" * MAX_ID
    with pytest.raises(DocumentError, match="external_id"):
        dummy.PLATFORM.parse(document % (b"1" * (MAX_ID + 1)), None)


# --- Webhooks


@pytest.mark.parametrize("code", [code for code in ALL if code not in WITH_WEBHOOKS])
def test_there_are_no_webhooks(code, server):
    server.put(new_order())
    assert server.webhooks("10512") == []
    assert not ALL[code].is_ping({}, b"")
    assert not ALL[code].webhook_help


@pytest.mark.parametrize("code", WITH_WEBHOOKS)
def test_webhooks_are_the_shops_and_name_their_order(code, server):
    server.put(sent_order())
    deliveries = server.webhooks("10512")
    assert deliveries
    for headers, body in deliveries:
        assert ALL[code].verify(headers, body, server.webhook_secret)
        assert "10512" in ALL[code].read_hint(headers, body).order_ids


@pytest.mark.parametrize("code", WITH_WEBHOOKS)
def test_only_the_shop_can_sign(code, server):
    server.put(sent_order())
    (headers, body), *_others = server.webhooks("10512")
    verify, secret = ALL[code].verify, server.webhook_secret
    assert not verify(headers, body + b" ", secret)
    assert not verify(headers, body, "another secret")
    assert not verify(headers, body, "")
    assert not verify({}, body, secret)
    for name, value in headers.items():
        if "signature" in name or "hmac" in name:
            assert not verify({**headers, name: value[::-1]}, body, secret)
            assert not verify({**headers, name: ""}, body, secret)
            assert not verify({**headers, name: "æ"}, body, secret)


@pytest.mark.parametrize(
    ("code", "page"),
    [
        ("woocommerce", "/wp-admin/admin.php?page=wc-orders&s=A+1%262"),
        ("shopify", "/admin/orders?query=A+1%262"),
        ("magento", "/admin_1/sales/order/index/?search=A+1%262"),
    ],
)
def test_an_accountant_is_led_to_the_shops_own_administration(code, page):
    settings = ShopSettings(url="https://shop.example.com/", others={"admin_path": "/admin_1/"})
    assert ALL[code].admin_search_url(settings, "A 1&2") == f"https://shop.example.com{page}"
    assert not ALL["magento"].admin_search_url(ShopSettings(url="https://shop.example.com"), "A")
