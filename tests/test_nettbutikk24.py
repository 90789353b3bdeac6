"""24Nettbutikk: orders as its API gives them, and the client against a server on this machine."""

import datetime
import json
import zoneinfo
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError, ProviderError
from odoo.addons.settlement_bridge.webshops.nettbutikk24 import PLATFORM, Nettbutikk24Client, parse
from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    LineKind,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    Tender,
    TenderKind,
)

from .local_server import Fault
from .webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order
from .webshop_servers.nettbutikk24 import Nettbutikk24Server

SETTINGS = ShopSettings(time_zone=zoneinfo.ZoneInfo("Europe/Oslo"))
MINUTE = datetime.timedelta(minutes=1)

#: The order and the credit order of the reference, their assumed names without question marks.
COMPOSED = """
{"order_no": 5021, "modified_on": "2026-03-03 09:20:44", "status": 2, "payment_method": "vipps", "currency": "NOK",
 "total": 553.30, "lines": [
  {"line_no": 1, "sku": "SOKK-1", "quantity": 2, "price_incl_vat": 179.10, "vat": 25},
  {"line_no": 2, "sku": "KAFFE-250", "quantity": 1, "price_incl_vat": 116.10, "vat": 15},
  {"line_no": 3, "sku": "FRAKT", "quantity": 1, "price_incl_vat": 79.00, "vat": 25}]}
"""
CREDIT = """
{"order_no": 5044, "credit_of": 5021, "modified_on": "2026-03-09 10:02:00", "total": -179.10, "lines": [
  {"line_no": 1, "sku": "SOKK-1", "quantity": -1, "price_incl_vat": 179.10, "vat": 25}]}
"""


def composed(**values):
    return {**json.loads(COMPOSED), **values}


def credit(**values):
    return {**json.loads(CREDIT), **values}


def credited(quantity=-1, price="179.10", number=4, **values):
    """The composed order with a line that was credited."""
    order = composed(**values)
    order["lines"].append(
        {"line_no": number, "sku": "SOKK-1", "quantity": quantity, "price_incl_vat": price, "vat": 25}
    )
    return order


def read(order):
    return parse(json.dumps({"order": order}).encode(), SETTINGS)


def refused(order):
    with pytest.raises(DocumentError) as caught:
        read(order)
    return str(caught.value)


@pytest.fixture
def server():
    with Nettbutikk24Server() as running:
        yield running


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def client(server, pauses):
    return Nettbutikk24Client(server.settings, sleep=pauses.append)


def failed(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert Nettbutikk24Server.token not in text
    return caught.value


def fetched(client, since=ORDERED - MINUTE):
    return [raw for page in client.changes(since) for raw in page]


# --- orders


def test_the_composed_order_is_553_30_with_vat_of_102_58():
    order = parse(f'{{"order": {COMPOSED}}}'.encode(), SETTINGS)
    assert order.total == sum(line.amount for line in order.lines) == Decimal("553.30")
    assert sum(line.tax for line in order.lines) == Decimal("102.58")
    assert [(line.external_id, line.kind, line.amount, line.rate) for line in order.lines] == [
        ("1", LineKind.PRODUCT, Decimal("358.20"), 25),
        ("2", LineKind.PRODUCT, Decimal("116.10"), 15),
        ("3", LineKind.SHIPPING, Decimal("79.00"), 25),
    ]
    assert order.changed_at == order.created_at == SENT
    assert order.references == (
        Reference(ReferenceKind.SHOP_ID, "5021"),
        Reference(ReferenceKind.SHOP_NUMBER, "5021"),
    )


def test_a_status_number_nobody_knows_lets_the_order_wait():
    order = read(composed())
    (problem,) = order.problems
    assert str(problem).startswith("Order 5021 has the status 2, and what that means is not known here")
    assert order.captures is None
    assert order.completed_at is None


def test_a_status_number_does_not_matter_once_it_is_told_when_the_order_was_sent():
    order = read(composed(completed_on="2026-03-03 08:00:00"))
    assert order.problems == ()
    assert order.captured == Decimal("553.30")


def test_sent_is_captured_and_shipped():
    order = read(composed(status="Sendt", completed_on="2026-03-03 08:00:00", modified_on="2026-03-05 10:00:00"))
    moment = datetime.datetime(2026, 3, 3, 7, 0, tzinfo=datetime.timezone.utc)
    assert order.completed_at == moment
    assert order.captures == (Capture("completed", Decimal("553.30"), moment),)
    assert order.shipments == (Shipment("completed", moment),)
    assert not order.is_capture_final
    assert order.accepted_at == order.created_at


def test_sent_without_a_time_is_sent_when_it_changed():
    assert read(composed(status="sendt")).completed_at == SENT


def test_cancelled_before_it_was_sent_voids_the_reservation():
    order = read(composed(status="Kansellert", transaction_id="5021"))
    assert (order.cancelled_at, order.captures, order.is_capture_final) == (SENT, (), True)
    assert order.completed_at is None


def test_cancelled_after_it_was_sent_stays_captured():
    order = read(composed(status="Kansellert", completed_on="2026-03-03 08:00:00"))
    assert order.captured == Decimal("553.30")
    assert order.cancelled_at == SENT


@pytest.mark.parametrize(
    ("status", "transaction", "is_accepted"),
    [
        ("Ny", "", False),
        ("Ny", "5021-vipps", True),
        ("Under behandling", "", True),
        ("Venter på varer", "", True),
        ("", "", False),
        (None, None, False),
    ],
)
def test_reserved_is_not_captured(status, transaction, is_accepted):
    order = read(composed(status=status, transaction_id=transaction))
    assert bool(order.accepted_at) is is_accepted
    assert (order.captures, order.is_capture_final, order.problems) == ((), False, ())


def test_a_negative_price_is_a_discount():
    order = composed()
    order["lines"].append({"line_no": 4, "sku": "RABATT", "quantity": 1, "price_incl_vat": -50, "vat": 25})
    last = read(order).lines[-1]
    assert (last.kind, last.amount, last.tax) == (LineKind.DISCOUNT, Decimal("-50.00"), Decimal("-10.00"))


def test_a_gift_card_used_is_a_means_of_payment():
    order = read(composed(status="Sendt", gift_cards=[{"code": "G-1", "amount": 100}, {"code": "G-2", "amount": 0}]))
    assert order.tenders == (Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "G-1"),)
    assert order.total == Decimal("553.30")
    assert order.captured == Decimal("453.30")


def test_a_gift_card_that_paid_everything_leaves_nothing_to_capture():
    order = read(composed(status="Sendt", gift_cards=[{"amount": "553.30"}]))
    assert order.captures == ()
    assert order.completed_at == SENT


def test_the_shops_total_is_told_even_when_the_lines_do_not_add_up():
    assert read(composed(total=500)).total == Decimal("500.00")


def test_without_a_total_the_lines_are_it():
    assert read(composed(total=None)).total == Decimal("553.30")


def test_lines_of_nothing_are_left_out():
    order = composed()
    order["lines"][1]["quantity"] = 0
    assert [line.external_id for line in read(order).lines] == ["1", "3"]


def test_a_third_of_hundred_kroner_is_hundred_again():
    order = composed()
    order["lines"][0].update(quantity=3, price_incl_vat=33.333333)
    assert read(order).lines[0].amount == Decimal("100.00")


# --- what is credited


def test_a_credit_order_is_a_refund_of_the_original():
    refund = parse(f'{{"order": {CREDIT}}}'.encode(), SETTINGS)
    assert isinstance(refund, Refund)
    assert (refund.external_id, refund.order_id, refund.amount) == ("5044", "5021", Decimal("179.10"))
    assert refund.time == RETURNED
    (back,) = refund.lines
    assert (back.external_id, back.amount, back.tax, back.quantity) == ("", Decimal("179.10"), Decimal("35.82"), 1)


def test_the_minus_may_stand_with_the_price():
    order = credit()
    order["lines"][0].update(quantity=1, price_incl_vat=-179.10)
    assert read(order) == read(credit())


def test_a_credit_order_that_does_not_name_its_original_says_what_to_do():
    said = refused(credit(credit_of=None))
    assert "The credit order 5044 does not tell which order it credits" in said
    assert "by hand" in said


def test_a_credit_order_is_the_sum_of_its_lines_when_no_total_is_told():
    assert read(credit(total=None)).amount == Decimal("179.10")


@pytest.mark.parametrize("total", ["553.30", "374.20"])
def test_a_credited_line_is_a_refund_within_its_order(total):
    """The total may be told before or after what was credited."""
    order = read(credited(status="Sendt", total=total, modified_on="2026-03-09 10:02:00"))
    assert order.total == Decimal("553.30")
    assert [line.external_id for line in order.lines] == ["1", "2", "3"]
    assert order.captured == Decimal("553.30")
    (refund,) = order.refunds
    assert (refund.external_id, refund.order_id, refund.amount) == ("5021/4", "5021", Decimal("179.10"))
    assert refund.time == RETURNED
    assert (refund.lines[0].quantity, refund.lines[0].tax) == (1, Decimal("35.82"))


def test_each_credited_line_is_a_refund_that_stays_when_another_comes():
    order = credited()
    first = read(order).refunds
    order["lines"].append({**order["lines"][-1], "line_no": 5, "sku": "KAFFE-250", "price_incl_vat": 116.1, "vat": 15})
    both = read(order).refunds
    assert both[0] == first[0]
    assert (both[1].external_id, both[1].amount) == ("5021/5", Decimal("116.10"))


def test_an_order_credited_whole_is_still_an_order():
    order = composed()
    for number, sold in enumerate(list(order["lines"]), 4):
        order["lines"].append({**sold, "line_no": number, "quantity": -sold["quantity"]})
    order = read({**order, "total": 0})
    assert order.total == sum(refund.amount for refund in order.refunds) == Decimal("553.30")


# --- documents that cannot be read


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null"])
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(DocumentError, match="not a JSON object"):
        parse(body, SETTINGS)


@pytest.mark.parametrize("body", [b"{}", b'{"order": {}}', b'{"order": []}'])
def test_a_document_without_an_order_is_refused(body):
    with pytest.raises(DocumentError, match="missing or empty"):
        parse(body, SETTINGS)


@pytest.mark.parametrize("field", ["order_no", "modified_on", "lines"])
def test_a_missing_field_is_named(field):
    assert f"The field {field} is missing" in refused(composed(**{field: None}))


@pytest.mark.parametrize("field", ["line_no", "quantity", "price_incl_vat", "vat"])
def test_a_missing_field_of_a_line_is_named(field):
    order = composed()
    del order["lines"][1][field]
    assert f"The field {field} is missing" in refused(order)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"modified_on": "i går"}, "modified_on is 'i går', where a date and time"),
        ({"total": "mye"}, "total is 'mye', where a number"),
        ({"lines": "sokker"}, "lines is not a list of objects"),
        ({"lines": [5]}, "lines is not a list of objects"),
        ({"gift_cards": ["G-1"]}, "gift_cards is not a list of objects"),
        ({"gift_cards": 5}, "gift_cards is not a list of objects"),
    ],
)
def test_what_cannot_be_read_is_named(values, sentence):
    assert sentence in refused(composed(**values))


def test_an_order_that_is_no_object_is_named():
    assert "order is not a JSON object" in refused(5)


# --- what the server tells is what we read


def as_read(order):
    """The order as far as 24Nettbutikk can tell of it, in its own words."""
    lines = tuple(
        replace(line, discount=Decimal(0), sku="FRAKT" if line.kind is LineKind.SHIPPING else line.sku)
        for line in order.lines
    )
    own = (Reference(ReferenceKind.SHOP_ID, order.external_id), Reference(ReferenceKind.SHOP_NUMBER, order.external_id))
    status = "Kansellert" if order.cancelled_at else "Sendt" if order.completed_at else "Under behandling"
    return replace(
        order,
        lines=lines,
        status=status if order.accepted_at or order.cancelled_at else "Ny",
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
        new_order(references=()),
        sent_order(),
        refunded_order(),
        new_order(cancelled_at=SENT, is_capture_final=True, changed_at=SENT),
        sent_order(currency="SEK"),
        sent_order(tenders=(Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "G-1"),)),
        sent_order(shipping=Address("Ola Eksempel", "", "Lillegata 2", "", "5003", "Bergen", "NO")),
        sent_order(
            buyer=Buyer(name="Kari Eksempel", company="Eksempel AS", email="kari@example.com"),
            billing=Address("Kari Eksempel", "Eksempel AS", "Storgata 1", "", "0155", "Oslo", "NO"),
        ),
        new_order(
            lines=(
                line("71", "Ullsokker", "100.00", 25, quantity=3),
                line("72", "Bok", "200.00", 0),
                line("74", "Rabatt", "-20.00", 25, kind=LineKind.DISCOUNT),
            ),
            total=Decimal("280.00"),
        ),
    ],
)
def test_what_the_shop_tells_is_what_we_read(server, client, order):
    server.put(order)
    raw = client.order(order.external_id)
    assert (raw.external_id, raw.changed_at) == (order.external_id, order.changed_at)
    assert parse(raw.content, server.settings) == as_read(order)
    assert raw in fetched(client)


def as_credited(line):
    """An order's line as it comes back in a credit order: which one it was, is not told."""
    sku = "FRAKT" if line.kind is LineKind.SHIPPING else line.sku
    return replace(line, external_id="", discount=Decimal(0), sku=sku)


def test_a_refund_comes_as_an_order_of_its_own(server, client):
    order = refunded_order()
    server.put(order)
    (refund,) = order.refunds
    raw = next(raw for raw in fetched(client) if raw.external_id == refund.external_id)
    back = tuple(as_credited(line) for line in refund.lines)
    assert parse(raw.content, server.settings) == replace(refund, lines=back, number="10533", reason="")


def test_a_refund_of_the_shipping(server, client):
    order = refunded_order()
    shipping = order.lines[2]
    server.put(replace(order, refunds=(replace(order.refunds[0], amount=shipping.amount, lines=(shipping,)),)))
    refund = parse(client.order("10533").content, server.settings)
    assert (refund.amount, refund.lines) == (Decimal("79.00"), (as_credited(shipping),))


def test_a_refund_may_come_as_negative_lines():
    order = refunded_order()
    with Nettbutikk24Server(credits_lines=True) as server:
        server.put(order)
        client = Nettbutikk24Client(server.settings)
        (raw,) = fetched(client)
    read_order = parse(raw.content, server.settings)
    assert replace(read_order, refunds=()) == as_read(order)
    (refund,) = read_order.refunds
    assert (refund.external_id, refund.amount, refund.time) == ("10512/105331", Decimal("179.10"), RETURNED)


def test_an_order_that_is_deleted_is_credited_whole(server, client):
    server.put(sent_order())
    server.delete("10512", RETURNED)
    raws = fetched(client, RETURNED)
    (refund,) = [parse(raw.content, server.settings) for raw in raws]
    assert (refund.external_id, refund.order_id, refund.amount) == ("10513", "10512", Decimal("553.30"))
    assert len(refund.lines) == 3
    assert client.order("10512") is not None


def test_an_edited_order_tells_what_is_sold_now(server, client):
    server.put(new_order())
    edited = new_order(lines=new_order().lines[1:], total=Decimal("195.10"), changed_at=SENT)
    server.put(edited)
    assert parse(client.order("10512").content, server.settings) == as_read(edited)


def test_what_cannot_be_told_has_a_reason():
    assert all(reason.endswith(".") for reason in Nettbutikk24Server.cannot.values())


# --- the client


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


def test_a_wrong_key_is_said_and_not_tried_again(server, pauses):
    client = Nettbutikk24Client(replace(server.settings, token="another"), sleep=pauses.append)
    error = failed(client.check)
    assert error.is_permanent
    assert "does not accept the keys" in str(error)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"token": ""}, "access token of 24Nettbutikk is missing"),
        ({"token": "a:b"}, "access token of 24Nettbutikk is missing"),
        ({"token": "a\nb"}, "access token of 24Nettbutikk is missing"),
        ({"url": ""}, "The address is -"),
        ({"url": "http://shop.example.com"}, "must not be sent unencrypted"),
        ({"url": "shop.example.com"}, "begins with https://"),
    ],
)
def test_wrong_settings_are_said_before_anything_is_sent(server, values, sentence):
    error = failed(lambda: Nettbutikk24Client(replace(server.settings, **values)))
    assert sentence in str(error)
    assert error.is_permanent


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited_and_a_long_one_left_for_later(server, client, pauses, status):
    server.put(new_order())
    server.faults.append(Fault("/orders", status, {"Retry-After": "2"}))
    assert len(fetched(client)) == 1
    assert pauses == [2]
    server.faults.append(Fault("/orders", status, {"Retry-After": "120"}))
    error = failed(lambda: fetched(client))
    assert (error.retry_after, error.is_permanent) == (120, False)


def test_a_page_that_is_not_json_is_asked_for_again(server, client):
    server.put(new_order())
    server.faults.append(Fault("/orders", 200, {"Content-Type": "text/html"}, b"<html>Vedlikehold</html>"))
    assert len(fetched(client)) == 1
    server.faults += [Fault("/orders", 200, body=b"<html>") for _try in range(3)]
    assert "not complete JSON" in str(failed(lambda: fetched(client)))


def test_an_answer_that_is_cut_off_is_asked_for_again(server, client):
    server.put(new_order())
    server.faults.append(Fault("/orders", cut=True))
    assert len(fetched(client)) == 1


def test_an_empty_400_is_said(server, client):
    server.faults.append(Fault("/orders", 400))
    assert failed(lambda: fetched(client)).is_permanent


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"data": {}}', b'{"data": [5]}'])
def test_an_answer_that_is_no_list_of_orders_is_said(server, client, body):
    server.faults.append(Fault("/orders", 200, body=body))
    assert "something that is not what its API gives" in str(failed(lambda: fetched(client)))


@pytest.mark.parametrize("body", [b'{"data": []}', b'{"data": [{}, {}]}'])
def test_one_order_is_one(server, client, body):
    server.faults.append(Fault("/orders", 200, body=body))
    assert "something that is not what its API gives" in str(failed(lambda: client.order("10512")))


@pytest.mark.parametrize("order", [{"order_no": 1}, {"modified_on": "2026-03-03 09:20:44"}, {}])
def test_an_order_without_a_number_or_time_is_said(server, client, order):
    server.faults.append(Fault("/orders", 200, body=json.dumps({"data": [order]}).encode()))
    assert "number or time cannot be read" in str(failed(lambda: fetched(client)))


def test_a_server_that_gives_the_same_page_again_is_found_out(server, client):
    many(server, 120)
    right = server.answer
    server.answer = lambda method, path, query, headers, body: right(
        method, path, {**query, "offset": "0"}, headers, body
    )
    assert "the same page of a list again and again" in str(failed(lambda: fetched(client)))
    assert len(server.requests) == 2


def test_an_order_the_shop_does_not_have_is_none(client):
    assert client.order("10512") is None


def test_a_wrong_address_does_not_delete_orders(server):
    server.put(new_order())
    client = Nettbutikk24Client(replace(server.settings, url=f"{server.base_url}/butikk"))
    assert failed(lambda: client.order("10512")).is_permanent


def test_an_id_cannot_lead_to_another_address(server, client):
    assert client.order("../products?x=1") is None
    assert server.requests[0][2] == {}


def test_there_are_no_webhooks(server):
    server.put(new_order())
    assert server.webhooks("10512") == []
    assert PLATFORM.verify is None
    assert PLATFORM.read_hint is None
    assert not PLATFORM.is_ping({}, b"")
