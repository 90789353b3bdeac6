"""Mystore: orders as its JSON:API gives them, and the client against a server on this machine."""

import base64
import datetime
import hashlib
import hmac
import json
import zoneinfo
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError, ProviderError
from odoo.addons.settlement_bridge.webshops import mystore
from odoo.addons.settlement_bridge.webshops.mystore import PLATFORM, MystoreClient, parse, read_hint, verify
from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    Hint,
    LineKind,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
)

from .local_server import Fault
from .webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order
from .webshop_servers.mystore import MystoreServer

SETTINGS = ShopSettings(time_zone=zoneinfo.ZoneInfo("Europe/Oslo"))
MINUTE = datetime.timedelta(minutes=1)

#: The order of the reference, its assumed names without their question marks.
COMPOSED = json.loads("""
{
  "data": {
    "type": "orders", "id": "20871",
    "attributes": {
      "created_at": "2026-03-02 14:05:11", "updated_at": "2026-03-03 09:20:44", "currency": "NOK",
      "customer_address_name": "Kari Eksempel", "payment_method": "vipps", "transaction_id": "20871-vipps"
    },
    "relationships": {
      "customer": {"data": {"type": "customers", "id": "918"}},
      "order-status": {"data": {"type": "order-status", "id": "3"}},
      "order-products": {"data": [
        {"type": "order-products", "id": "50110"}, {"type": "order-products", "id": "50111"}
      ]},
      "order-totals": {"data": [{"type": "order-totals", "id": "90001"}]}
    }
  },
  "included": [
    {"type": "order-products", "id": "50110",
     "attributes": {"sku": "SOKK-1", "quantity": 2, "price_inc_vat": "179.10", "vat_rate": 25}},
    {"type": "order-products", "id": "50111",
     "attributes": {"sku": "KAFFE-250", "quantity": 1, "price_inc_vat": "116.10", "vat_rate": 15}},
    {"type": "order-totals", "id": "90001", "attributes": {"code": "shipping", "value_inc_vat": "79.00"}}
  ]
}
""")


def composed():
    """A copy that a test may change: the order, and what came with it by type and id."""
    document = json.loads(json.dumps(COMPOSED))
    return document, {f"{each['type']}/{each['id']}": each for each in document["included"]}


def with_status(name, history=(), **tag):
    """The composed order in a status; ``history`` is (name, time) of earlier ones."""
    document, _included = composed()
    names = list(dict.fromkeys([*(each for each, _time in history), name]))
    for number, each in enumerate(names):
        attributes = {"name": each, **(tag if each == name else {})}
        document["included"].append({"type": "order-status", "id": f"s{number}", "attributes": attributes})
    relationships = document["data"]["relationships"]
    relationships["order-status"]["data"]["id"] = f"s{names.index(name)}"
    relationships["order-status-history"] = {"data": []}
    for number, (each, time) in enumerate(history):
        entry = {"type": "order-status-history", "id": f"h{number}"}
        relationships["order-status-history"]["data"].append(dict(entry))
        status = {"data": {"type": "order-status", "id": f"s{names.index(each)}"}}
        document["included"].append(
            {**entry, "attributes": {"created_at": time}, "relationships": {"order-status": status}}
        )
    return read(document)


def credit_order(original="20871", **attributes):
    """One pair of socks is credited."""
    document, included = composed()
    document["data"]["id"] = "20899"
    document["data"]["attributes"].update(
        created_at="2026-03-09 10:02:00", updated_at="2026-03-10 08:00:00", **attributes
    )
    included["order-products/50110"]["attributes"]["quantity"] = -1
    relationships = document["data"]["relationships"]
    del relationships["order-products"]["data"][1]
    del relationships["order-totals"]
    if original:
        relationships["original-order"] = {"data": {"type": "orders", "id": original}}
    return document


def read(document):
    return parse(json.dumps(document).encode(), SETTINGS)


def refused(document):
    with pytest.raises(DocumentError) as caught:
        read(document)
    return str(caught.value)


@pytest.fixture
def server():
    with MystoreServer() as running:
        yield running


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def client(server, pauses):
    return MystoreClient(server.settings, sleep=pauses.append)


def failed(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert MystoreServer.token not in text
    return caught.value


def fetched(client, since=ORDERED - MINUTE):
    return [raw for page in client.changes(since) for raw in page]


# --- orders


def test_the_composed_order_is_553_30_with_vat_of_102_58():
    order = read(COMPOSED)
    assert order.total == sum(line.amount for line in order.lines) == Decimal("553.30")
    assert sum(line.tax for line in order.lines) == Decimal("102.58")
    assert [(line.external_id, line.kind, line.amount, line.rate) for line in order.lines] == [
        ("50110", LineKind.PRODUCT, Decimal("358.20"), 25),
        ("50111", LineKind.PRODUCT, Decimal("116.10"), 15),
        ("order-totals/90001", LineKind.SHIPPING, Decimal("79.00"), 25),
    ]
    assert order.buyer.external_id == "918"
    assert order.billing.name == "Kari Eksempel"
    assert order.created_at == ORDERED
    assert order.changed_at == SENT
    assert order.references == (
        Reference(ReferenceKind.SHOP_ID, "20871"),
        Reference(ReferenceKind.SHOP_NUMBER, "20871"),
        Reference(ReferenceKind.PROVIDER_REFERENCE, "20871-vipps"),
    )


def test_reserved_is_not_captured():
    order = with_status("Ikke behandlet", tag="Standard")
    assert (order.accepted_at, order.captures, order.is_capture_final) == (ORDERED, (), False)


def test_an_order_without_a_transaction_is_only_begun():
    document, _included = composed()
    document["data"]["attributes"]["transaction_id"] = None
    assert read(document).accepted_at is None


def test_sent_is_captured_and_shipped_at_the_time_it_was_set():
    order = with_status("Sendt", [("Ikke behandlet", "2026-03-02 14:05:11"), ("Sendt", "2026-03-03 08:00:00")])
    moment = datetime.datetime(2026, 3, 3, 7, 0, tzinfo=datetime.timezone.utc)
    assert order.completed_at == moment
    assert order.captures == (Capture("completed", Decimal("553.30"), moment),)
    assert order.shipments == (Shipment("completed", moment),)
    assert not order.is_capture_final


def test_sent_without_a_history_is_sent_when_it_changed():
    assert with_status("Sendt").completed_at == SENT


@pytest.mark.parametrize("name", ["Pakket og klart", "Sendt"])
def test_the_tag_means_more_than_the_name(name):
    """A shop may rename "Sendt", and use the name for something else."""
    assert with_status(name, tag="Fullført").completed_at == SENT
    assert with_status(name, tag=None).completed_at is None
    assert with_status(name, tag="Kansellert").cancelled_at == SENT


def test_returned_goods_were_sent_before():
    history = [("Sendt", "2026-03-03 09:00:00"), ("Returnert", "2026-03-08 09:00:00")]
    order = with_status("Returnert", history)
    assert order.completed_at == datetime.datetime(2026, 3, 3, 8, 0, tzinfo=datetime.timezone.utc)
    assert order.captured == Decimal("553.30")
    assert order.cancelled_at is None


def test_an_order_given_away_is_sent_but_nothing_is_captured():
    document, included = composed()
    for each in included.values():
        each["attributes"].update(price_inc_vat=0, value_inc_vat=0)
    document["included"].append({"type": "order-status", "id": "3", "attributes": {"name": "Sendt"}})
    order = read(document)
    assert (order.total, order.captures, order.completed_at) == (0, (), SENT)
    assert len(order.lines) == 2


def test_cancelled_before_it_was_sent_voids_the_reservation():
    order = with_status("Kansellert", [("Kansellert", "2026-03-03 08:00:00")])
    assert order.cancelled_at == datetime.datetime(2026, 3, 3, 7, 0, tzinfo=datetime.timezone.utc)
    assert (order.captures, order.is_capture_final, order.completed_at) == ((), True, None)


def test_cancelled_after_it_was_sent_stays_captured():
    order = with_status("Kansellert", [("Sendt", "2026-03-03 08:00:00"), ("Kansellert", "2026-03-03 08:30:00")])
    assert order.captured == Decimal("553.30")
    assert not order.is_capture_final
    assert order.cancelled_at
    assert order.completed_at


@pytest.mark.parametrize("name", ["Venter på varer", ""])
def test_a_status_of_the_shops_own_is_work_in_progress(name):
    order = with_status(name)
    assert (order.accepted_at, order.captures, order.completed_at) == (ORDERED, (), None)


def test_a_status_that_did_not_come_along_is_shown_by_its_number():
    order = read(COMPOSED)
    assert (order.status, order.completed_at, order.cancelled_at) == ("3", None, None)


@pytest.mark.parametrize(
    ("code", "value", "kind"),
    [
        ("shipping", "79.00", LineKind.SHIPPING),
        ("payment_fee", "39.00", LineKind.FEE),
        ("discount", "-50.00", LineKind.DISCOUNT),
        ("rounding", "-0.30", LineKind.ROUNDING),
    ],
)
def test_totals_that_are_lines(code, value, kind):
    document, included = composed()
    included["order-totals/90001"]["attributes"].update(code=code, value_inc_vat=value, vat_rate=25, name="Navn")
    last = read(document).lines[-1]
    assert (last.kind, last.amount, last.name) == (kind, Decimal(value), "Navn")
    assert last.tax == (Decimal(value) / 5).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def test_totals_that_only_sum_up_are_no_lines():
    document, _included = composed()
    for number, code in enumerate(["subtotal", "tax", "total"]):
        attributes = {"code": code, "value_inc_vat": "553.30"}
        document["included"].append({"type": "order-totals", "id": f"t{number}", "attributes": attributes})
        document["data"]["relationships"]["order-totals"]["data"].append({"type": "order-totals", "id": f"t{number}"})
    order = read(document)
    assert (order.total, len(order.lines), order.problems) == (Decimal("553.30"), 3, ())


def test_the_shops_total_is_told_even_when_the_lines_do_not_add_up():
    document, included = composed()
    included["order-totals/90001"]["attributes"].update(code="total", value_inc_vat="500.00")
    assert read(document).total == Decimal("500.00")


def test_a_total_nobody_knows_lets_the_order_wait():
    document, included = composed()
    included["order-totals/90001"]["attributes"].update(code="gavekort", value_inc_vat="-100.00")
    (problem,) = read(document).problems
    assert str(problem).startswith('The shop lists -100.00 as "gavekort" on order 20871')
    included["order-totals/90001"]["attributes"].update(value_inc_vat="0.00")
    assert read(document).problems == ()


@pytest.mark.parametrize(("rates", "rate"), [((15, 15), 15), ((0, 0), 0), ((15, 25), 25)])
def test_freight_without_a_rate_follows_the_goods(rates, rate):
    document, included = composed()
    for product, each in zip(("order-products/50110", "order-products/50111"), rates, strict=True):
        included[product]["attributes"]["vat_rate"] = each
    assert read(document).lines[-1].rate == rate


def test_a_third_of_hundred_kroner_is_hundred_again():
    document, included = composed()
    included["order-products/50110"]["attributes"].update(quantity=3, price_inc_vat="33.333333")
    assert read(document).lines[0].amount == Decimal("100.00")


def test_lines_of_nothing_are_left_out():
    document, included = composed()
    included["order-products/50111"]["attributes"].update(quantity=0)
    included["order-totals/90001"]["attributes"].update(value_inc_vat="0.00")
    assert [line.external_id for line in read(document).lines] == ["50110"]


def test_times_may_have_an_offset():
    document, _included = composed()
    document["data"]["attributes"]["created_at"] = "2026-03-02T13:05:11Z"
    assert read(document).created_at == ORDERED


# --- credit orders


def test_a_credit_order_is_a_refund_of_the_original():
    refund = read(credit_order())
    assert isinstance(refund, Refund)
    assert (refund.external_id, refund.order_id, refund.amount) == ("20899", "20871", Decimal("179.10"))
    assert refund.time == RETURNED
    (back,) = refund.lines
    assert (back.amount, back.tax, back.quantity, back.sku) == (Decimal("179.10"), Decimal("35.82"), 1, "SOKK-1")


def test_a_credit_order_with_freight_and_a_fee_held_back():
    document = credit_order()
    for number, (code, value) in enumerate([("shipping", "-79.00"), ("payment_fee", "50.00")]):
        attributes = {"code": code, "value_inc_vat": value, "vat_rate": 25}
        document["included"].append({"type": "order-totals", "id": f"t{number}", "attributes": attributes})
    document["data"]["relationships"]["order-totals"] = {
        "data": [{"type": "order-totals", "id": "t0"}, {"type": "order-totals", "id": "t1"}]
    }
    refund = read(document)
    assert refund.amount == Decimal("208.10")
    assert [(line.kind, line.amount) for line in refund.lines] == [
        (LineKind.PRODUCT, Decimal("179.10")),
        (LineKind.SHIPPING, Decimal("79.00")),
        (LineKind.FEE, Decimal("-50.00")),
    ]


def test_a_credit_order_that_does_not_name_its_original_says_what_to_do():
    said = refused(credit_order(original=None))
    assert "The credit order 20899 does not tell which order it credits" in said
    assert "by hand" in said


def test_a_cancelled_credit_order_is_not_a_refund():
    document = credit_order()
    document["included"].append({"type": "order-status", "id": "3", "attributes": {"tag": "Kansellert"}})
    assert "The credit order 20899, of order 20871, was cancelled" in refused(document)


def test_a_credit_order_with_a_total_nobody_knows_is_refused():
    document = credit_order()
    document["data"]["relationships"]["order-totals"] = {"data": [{"type": "order-totals", "id": "90001"}]}
    document["included"][2]["attributes"] = {"code": "gavekort", "value_inc_vat": "-10"}
    assert '"gavekort" on order 20899' in refused(document)


# --- documents that cannot be read


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null"])
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(DocumentError, match="not a JSON object"):
        parse(body, SETTINGS)


@pytest.mark.parametrize("field", ["created_at", "updated_at", "currency"])
def test_a_missing_attribute_is_named(field):
    document, _included = composed()
    del document["data"]["attributes"][field]
    assert f"The field {field} is missing" in refused(document)


@pytest.mark.parametrize("field", ["quantity", "price_inc_vat", "vat_rate"])
def test_a_missing_or_unreadable_attribute_of_a_product_is_named(field):
    document, included = composed()
    included["order-products/50110"]["attributes"][field] = "mye"
    assert f"{field} is 'mye'" in refused(document)
    del included["order-products/50110"]["attributes"][field]
    assert f"The field {field} is missing" in refused(document)


def test_products_that_did_not_come_along_are_missed():
    document, _included = composed()
    del document["included"][1]
    assert "refers to order-products 50111, which did not come with it" in refused(document)
    del document["data"]["relationships"]["order-products"]
    assert "The field order-products is missing" in refused(document)


@pytest.mark.parametrize("change", [{"data": []}, {"data": {}}, {"included": 5}, {"included": ["x"]}])
def test_odd_documents_are_refused_not_crashed_on(change):
    assert refused({**COMPOSED, **change})


# --- what the server tells is what we read


def as_read(order):
    """The order as far as Mystore can tell of it, in its own words."""
    sums = {LineKind.SHIPPING, LineKind.FEE, LineKind.DISCOUNT, LineKind.ROUNDING}
    lines = tuple(
        replace(
            line,
            external_id=f"order-totals/{line.external_id}" if line.kind in sums else line.external_id,
            discount=Decimal(0),
        )
        for line in order.lines
    )
    own = (Reference(ReferenceKind.SHOP_ID, order.external_id), Reference(ReferenceKind.SHOP_NUMBER, order.external_id))
    status = "Kansellert" if order.cancelled_at else "Sendt" if order.completed_at else "Under behandling"
    return replace(
        order,
        lines=lines,
        status=status if order.accepted_at or order.cancelled_at else "Ikke behandlet",
        taxes=(),
        references=own + (order.references if order.accepted_at else ()),
        captures=tuple(replace(each, external_id="completed") for each in order.captures),
        shipments=tuple(replace(each, external_id="completed") for each in order.shipments),
        refunds=(),
    )


@pytest.mark.parametrize(
    "order",
    [
        new_order(),
        new_order(accepted_at=None),
        sent_order(),
        refunded_order(),
        new_order(cancelled_at=SENT, is_capture_final=True, changed_at=SENT),
        sent_order(currency="SEK"),
        sent_order(shipping=Address("Ola Eksempel", "", "Lillegata 2", "", "5003", "Bergen", "NO")),
        sent_order(buyer=Buyer("918", "Kari Eksempel", "Eksempel AS", "kari@example.com", "+4790000000")),
        new_order(
            lines=(
                line("71", "Ullsokker", "100.00", 25, quantity=3),
                line("72", "Bok", "200.00", 0),
                line("73", "Gebyr", "39.00", 25, kind=LineKind.FEE),
                line("74", "Rabatt", "-20.00", 25, kind=LineKind.DISCOUNT),
                line("75", "Øreavrunding", "0.20", 0, kind=LineKind.ROUNDING),
            ),
            total=Decimal("319.20"),
        ),
    ],
)
def test_what_the_shop_tells_is_what_we_read(server, client, order):
    server.put(order)
    raw = client.order(order.external_id)
    assert (raw.external_id, raw.changed_at) == (order.external_id, order.changed_at)
    assert parse(raw.content, server.settings) == as_read(order)
    assert raw in fetched(client)


def test_a_refund_comes_as_an_order_of_its_own(server, client):
    order = refunded_order()
    server.put(order)
    (refund,) = order.refunds
    raw = next(raw for raw in fetched(client) if raw.external_id == refund.external_id)
    back = tuple(replace(line, external_id="") for line in refund.lines)
    assert parse(raw.content, server.settings) == replace(refund, lines=back, number="10533", reason="")


def test_a_refund_of_the_shipping(server, client):
    order = refunded_order()
    shipping = order.lines[2]
    server.put(replace(order, refunds=(replace(order.refunds[0], amount=shipping.amount, lines=(shipping,)),)))
    refund = parse(client.order("10533").content, server.settings)
    assert (refund.amount, refund.lines) == (Decimal("79.00"), (replace(shipping, external_id=""),))


def test_an_edited_order_tells_what_is_sold_now(server, client):
    server.put(new_order())
    less = new_order().lines[1:]
    edited = new_order(lines=less, total=Decimal("195.10"), changed_at=SENT)
    server.put(edited)
    assert parse(client.order("10512").content, server.settings) == as_read(edited)


def test_what_cannot_be_told_has_a_reason():
    assert all(reason.endswith(".") for reason in MystoreServer.cannot.values())


# --- the client


def many(server, count, start=ORDERED, step=MINUTE):
    for number in range(count):
        server.put(new_order(external_id=str(20000 + number), changed_at=start + step * number))


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


def test_a_wrong_key_is_said_and_not_tried_again(server, pauses):
    client = MystoreClient(replace(server.settings, token="another"), sleep=pauses.append)
    error = failed(client.check)
    assert error.is_permanent
    assert "does not accept the keys" in str(error)
    assert len(server.requests) == 1


def test_what_json_api_says_of_an_error_is_passed_on(server, client):
    body = b'{"errors": [{"status": "403", "title": "Forbidden", "detail": "The scope read:orders is missing"}]}'
    server.faults.append(Fault("/orders", 403, body=body))
    assert 'it says "Forbidden: The scope read:orders is missing"' in str(failed(client.check))


@pytest.mark.parametrize("values", [{"token": ""}, {"token": "a\nb"}, {"store": " "}])
def test_missing_settings_are_said_before_anything_is_sent(server, values):
    error = failed(lambda: MystoreClient(replace(server.settings, **values)))
    assert error.is_permanent
    assert server.requests == []


def test_too_many_calls_are_waited_for(server, client, pauses):
    server.calls_per_minute = 3
    for _call in range(3):
        client.check()
    error = failed(client.check)
    assert (error.retry_after, error.is_permanent, pauses) == (60, False, [])


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited(server, client, pauses, status):
    server.put(new_order())
    server.faults.append(Fault("/orders", status, {"Retry-After": "2"}))
    assert len(fetched(client)) == 1
    assert pauses == [2]


def test_a_page_that_is_not_json_is_asked_for_again(server, client, pauses):
    server.put(new_order())
    server.faults.append(Fault("/orders", 200, {"Content-Type": "text/html"}, b"<html>Vedlikehold</html>"))
    assert len(fetched(client)) == 1
    server.faults += [Fault("/orders", 200, body=b"<html>") for _try in range(3)]
    assert "not complete JSON" in str(failed(lambda: fetched(client)))


def test_an_answer_that_is_cut_off_is_asked_for_again(server, client):
    server.put(new_order())
    server.faults.append(Fault("/orders", cut=True))
    assert len(fetched(client)) == 1


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": {}}', b'{"data": [5]}', b'{"data": [{"type": "orders"}]}'])
def test_an_answer_that_is_no_list_of_orders_is_said(server, client, body):
    server.faults.append(Fault("/orders", 200, body=body))
    assert "something that is not what its API gives" in str(failed(lambda: fetched(client)))


def test_an_order_without_a_readable_time_is_said(server, client):
    server.put(new_order())
    order = {"type": "orders", "id": "1", "attributes": {"updated_at": "i går"}}
    server.faults.append(Fault("/orders", 200, body=json.dumps({"data": [order]}).encode()))
    assert "order 1 without a time" in str(failed(lambda: fetched(client)))


def test_a_server_that_gives_the_same_page_again_is_found_out(server, client):
    many(server, 3)
    right = server.answer

    def again(method, path, query, headers, body):
        query = {**query, "page[number]": "1", "filter[updated_at][value]": "2026-01-01 00:00:00"}
        status, more, answer = right(method, path, query, headers, body)
        return status, more, {**answer, "links": {"next": "https://example.com/again"}}

    server.answer = again
    assert "the same page of a list again and again" in str(failed(lambda: fetched(client)))
    assert len(server.requests) < 5


def test_a_server_that_does_not_sort_is_found_out(server, client):
    many(server, 150, step=MINUTE / 60)
    right = server.answer

    def backwards(method, path, query, headers, body):
        status, more, answer = right(method, path, query, headers, body)
        return status, more, {**answer, "data": answer["data"][::-1]}

    server.answer = backwards
    error = failed(lambda: fetched(client))
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


def test_a_deleted_order_is_none(server, client):
    server.put(new_order())
    server.delete("10512", SENT)
    assert client.order("10512") is None


def test_a_wrong_name_of_the_shop_does_not_delete_its_orders(server):
    server.put(new_order())
    client = MystoreClient(replace(server.settings, store="garnbutikken"))
    assert failed(lambda: client.order("10512")).is_permanent


def test_an_id_cannot_lead_to_another_address(server, client):
    assert client.order("../customers?x=1") is None
    assert server.requests[0][2] == {"include": mystore.INCLUDED}


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


@pytest.mark.parametrize(
    "change",
    [
        lambda headers, body: ({**headers, "x-no-mystore-hmac-sha256": "AAAA"}, body, MystoreServer.webhook_secret),
        lambda headers, body: ({}, body, MystoreServer.webhook_secret),
        lambda headers, body: (headers, body + b" ", MystoreServer.webhook_secret),
        lambda headers, body: (headers, body, "another secret"),
        lambda headers, body: (headers, body, ""),
    ],
)
def test_wrong_signatures_are_refused(server, change):
    server.put(new_order())
    ((headers, body),) = server.webhooks("10512")
    assert not verify(*change(headers, body))


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
