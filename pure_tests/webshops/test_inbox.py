"""The inbox: a shop of one's own sends its orders and refunds as JSON."""

import copy
import datetime
import functools
import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pytest

from odoo.addons.settlement_bridge.common.messages import DocumentError, Message
from odoo.addons.settlement_bridge.invoicing.checks import with_settled_tax
from odoo.addons.settlement_bridge.webshops import inbox
from odoo.addons.settlement_bridge.webshops.inbox import PLATFORM, parse, read_hint, verify
from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    TaxTotal,
    Tender,
    TenderKind,
)

from ..invoicing.books import Books, refunded, tax
from ..samples.webshop_orders import ORDERED, RETURNED, SENT, line, new_order, refunded_order, sent_order, tax_totals
from ..servers.inbox import InboxServer, order_document, signed

SECRET = "a secret of the inbox"
CHECKOUT = Path(inbox.__file__).parents[2]
GUIDE = (CHECKOUT / "static/description/inbox.md").read_text()
SCHEMA = json.loads((CHECKOUT / "webshops/inbox/inbox_schema.json").read_text())


def examples(language):
    """The pieces of code in the guide."""
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def read(document):
    return parse(json.dumps(document).encode(), ShopSettings())


def example(index=0, **values):
    """The guide's order (0) or refund (1), with some fields replaced."""
    return {**json.loads(examples("json")[index]), **values}


def refused(document):
    with pytest.raises(DocumentError) as caught:
        read(document)
    assert Message.from_json(json.loads(json.dumps(caught.value.message.to_json()))) == caught.value.message
    return str(caught.value)


def with_line(**values):
    """The guide's order whose first line has other values; ``...`` takes the field out."""
    document = example()
    document["lines"][0].update(values)
    document["lines"][0] = {name: value for name, value in document["lines"][0].items() if value is not ...}
    return document


@functools.cache
def validator():
    return pytest.importorskip("jsonschema").Draft202012Validator(SCHEMA)


# --- what the guide promises


def test_the_order_of_the_guide():
    order = read(example())
    assert (order.total, sum(line.amount for line in order.lines)) == (Decimal("553.30"), Decimal("553.30"))
    assert [line.tax for line in order.lines] == [Decimal("71.64"), Decimal("15.14"), Decimal("15.80")]
    assert sum(line.tax for line in order.lines) == Decimal("102.58")
    assert order.captured == Decimal("553.30")
    assert not order.is_capture_final
    assert order.completed_at == SENT
    assert order.problems == ()


def test_the_refund_of_the_guide():
    refund = read(example(1))
    assert isinstance(refund, Refund)
    assert (refund.order_id, refund.amount, refund.time) == ("10512", Decimal("179.10"), RETURNED)
    assert [(line.external_id, line.tax) for line in refund.lines] == [("71", Decimal("35.82"))]


def test_the_shell_example_signs_as_we_verify(tmp_path):
    if not shutil.which("openssl") or not shutil.which("bash"):
        pytest.skip("needs bash and openssl")
    body = examples("json")[0].encode()
    (tmp_path / "order.json").write_bytes(body)
    script = 'curl() { printf "%s\\n" "$@"; }\n' + examples("bash")[0]
    environment = {**os.environ, "SECRET": SECRET, "ADDRESS": "https://example.com"}
    said = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    ).stdout
    headers = {name.lower(): value for name, value in re.findall(r"^([\w-]+): (.*)$", said, re.MULTILINE)}
    assert verify(headers, body, SECRET)
    assert not verify(headers, body + b"\n", SECRET)
    assert read_hint(headers, body).delivery_id


def test_the_python_example_signs_as_we_verify():
    guide = {}
    exec(compile(examples("python")[0], "inbox.md", "exec"), guide)
    with mock.patch("urllib.request.urlopen") as opened:
        guide["send"](example(), "https://odoo.example.com", SECRET)
    request = opened.call_args[0][0]
    headers = {name.lower(): value for name, value in request.header_items()}
    assert verify(headers, request.data, SECRET)
    assert read_hint(headers, request.data).order_ids == ("10512",)


@pytest.mark.parametrize(
    ("name", "definition", "path"),
    [
        ("order", "order_document", []),
        ("refund", "refund", ["refunds", 0]),
        ("line", "order_line", ["lines", 0]),
        ("refund line", "refund_line", ["refunds", 0, "lines", 0]),
        ("tax", "tax_total", ["taxes", 0]),
        ("credit", "shop_credit", ["shop_credit", 0]),
        ("capture", "capture", ["captures", 0]),
        ("shipment", "shipment", ["shipments", 0]),
        ("buyer", "buyer", ["buyer"]),
        ("address", "address", ["billing_address"]),
    ],
)
def test_schema_guide_and_reader_know_the_same_fields(name, definition, path):
    document = order_document(everything())
    place = document
    for step in path:
        place = place[step]
    place["misspelt"] = 1
    known = re.search(r"Expected one of: (.*)\. Nothing", refused(document)).group(1).split(", ")
    assert sorted(known) == sorted(SCHEMA["$defs"][definition]["properties"])
    assert all(f"`{field}`" in GUIDE for field in known)


def test_schema_accepts_what_we_accept():
    for document in (
        example(),
        example(1),
        order_document(everything()),
        order_document(new_order()),
        order_document(sent_order()),
        order_document(refunded_order()),
        with_line(quantity=2.5, tax_class=None),
    ):
        read(document)
        validator().validate(document)


@pytest.mark.parametrize(
    "document",
    [
        example(total=None),
        example(created_at="2026-03-02 14:05:11"),
        example(currency="kr"),
        example(type="invoice"),
        example(misspelt=1),
        example(deleted="yes"),
        with_line(amount="358,20"),
        with_line(tax_rate=...),
        with_line(kind="goods"),
        example(captures=[{"id": "1", "amount": "-5.00"}]),
        example(1, amount="-179.10"),
        example(1, order_id=...),
        example(1, currency=...),
    ],
)
def test_schema_refuses_what_we_refuse(document):
    document = {name: value for name, value in document.items() if value is not ...}
    refused(document)
    assert not validator().is_valid(document)


# --- everything that can be said


def everything():
    """An order that uses every field of the records."""
    lines = (
        line("71", "Ullsokker", "358.20", 25, sku="SOKK-1", quantity=2, discount="39.80", tax_class="alminnelig"),
        line("72", "Gavekort", "500.00", 0, kind=LineKind.GIFT_CARD, tax_class="utenfor"),
        line("73", "Posten", "79.00", 25, kind=LineKind.SHIPPING),
        line("74", "Fakturagebyr", "45.00", 25, kind=LineKind.FEE),
        line("75", "Rabatt", "-20.00", 25, kind=LineKind.DISCOUNT),
        line("76", "Driks", "10.00", 0, kind=LineKind.TIP),
        line("77", "Øreavrunding", "-0.20", 0, kind=LineKind.ROUNDING),
    )
    refund = Refund(
        "10533",
        "10512",
        Decimal("200.00"),
        RETURNED,
        (replace(lines[0], amount=Decimal("179.10"), tax=Decimal("35.82"), quantity=Decimal("1")),),
        tenders=(Tender(TenderKind.STORE_CREDIT, Decimal("50.00"), "K-1"),),
        references=(Reference(ReferenceKind.PROVIDER_ID, "re_1"),),
        taxes=(TaxTotal(Decimal(25), Decimal("40.00")),),
        number="K10533",
        reason="Retur",
        offset=Decimal("20.00"),
        released=Decimal("30.00"),
    )
    return Order(
        external_id="10512",
        number="N-10512",
        created_at=ORDERED,
        changed_at=RETURNED,
        currency="NOK",
        total=Decimal("972.00"),
        lines=lines,
        status="delvis sendt",
        taxes=tax_totals(lines),
        tenders=(
            Tender(TenderKind.GIFT_CARD, Decimal("100.00"), "G-1"),
            Tender(TenderKind.STORE_CREDIT, Decimal("20.00")),
        ),
        buyer=Buyer("918", "Kari Eksempel", "Eksempel AS", "kari@example.com", "+4790000000", "NO999999999MVA"),
        billing=Address("Kari Eksempel", "Eksempel AS", "Storgata 1", "2. etasje", "0155", "Oslo", "NO"),
        shipping=Address("Ola Eksempel", "", "Lillegata 2", "", "5003", "Bergen", "NO"),
        payment_method="vipps",
        payment_name="Vipps",
        delivery_method="posten",
        references=(
            Reference(ReferenceKind.PROVIDER_REFERENCE, "woo-10512"),
            Reference(ReferenceKind.PROVIDER_REFERENCE, "woo-10512-1"),
            Reference(ReferenceKind.PROVIDER_ID, "pi_1"),
        ),
        accepted_at=ORDERED,
        captures=(Capture("c1", Decimal("500.00"), SENT, (("72", Decimal("1")),)), Capture("c2", Decimal("52.00"))),
        is_capture_final=True,
        shipments=(Shipment("s1", SENT, (("71", Decimal("1")),)), Shipment("s2", RETURNED)),
        completed_at=SENT,
        cancelled_at=RETURNED,
        refunds=(refund,),
        is_deleted=True,
        is_test=True,
    )


def as_read(order):
    """The order with the references that stand in every document."""
    own = (
        Reference(ReferenceKind.SHOP_ID, order.external_id),
        Reference(ReferenceKind.SHOP_NUMBER, order.number),
    )
    return replace(order, references=own + order.references)


@pytest.mark.parametrize(
    "order",
    [
        new_order(),
        sent_order(),
        refunded_order(),
        new_order(accepted_at=None, captures=None, status="begun"),
        new_order(cancelled_at=SENT, is_capture_final=True, changed_at=SENT),
        sent_order(captures=(Capture("1", Decimal("100.00"), SENT),), is_capture_final=True),
        new_order(lines=(), taxes=(), total=Decimal(0)),
        new_order(currency="SEK"),
        everything(),
    ],
)
def test_what_a_shop_sends_is_what_we_read(order):
    server = InboxServer()
    server.put(order)
    ((headers, body),) = server.webhooks(order.external_id)
    assert verify(headers, body, server.webhook_secret)
    assert parse(body, server.settings) == as_read(order)
    assert read_hint(headers, body).order_ids == (order.external_id,)


def test_everything_means_every_field():
    order = everything()
    plain = Order("", "", ORDERED, ORDERED, "", Decimal(0))
    same = [each.name for each in fields(Order) if getattr(order, each.name) == getattr(plain, each.name)]
    assert same == ["created_at", "problems"]  # the first is the same by chance, the second is ours to say
    assert not InboxServer.cannot


def test_refunds_may_be_sent_apart():
    server = InboxServer(sends_refunds_apart=True)
    order = refunded_order()
    server.put(order)
    (order_headers, order_body), (refund_headers, refund_body) = server.webhooks("10512")
    assert parse(order_body, server.settings) == as_read(replace(order, refunds=()))
    assert parse(refund_body, server.settings) == replace(order.refunds[0], currency="NOK")
    assert read_hint(order_headers, order_body).topic == "order"
    assert read_hint(refund_headers, refund_body) == inbox.Hint("refund", ("10512",), "delivery-2")


def test_a_refund_without_lines_is_an_amount():
    document = example(1)
    del document["lines"]
    refund = read(document)
    assert (refund.amount, refund.lines) == (Decimal("179.10"), ())


def test_a_refund_of_the_shipping_and_of_a_discount():
    lines = [
        {"line_id": "73", "kind": "shipping", "name": "Posten", "amount": 79, "tax_rate": 25},
        {"kind": "discount", "name": "Rabatt", "amount": -9, "tax_rate": 25},
    ]
    refund = read(example(1, amount=70, lines=lines))
    assert [(line.external_id, line.kind, line.amount, line.tax) for line in refund.lines] == [
        ("73", LineKind.SHIPPING, Decimal("79.00"), Decimal("15.80")),
        ("", LineKind.DISCOUNT, Decimal("-9.00"), Decimal("-1.80")),
    ]


def test_a_refund_line_with_vat_0_has_left_it_out():
    lines = [{"line_id": "71", "name": "Ullsokker", "amount": "100.00", "tax_rate": 25, "tax": "0.00"}]
    refund = read(example(1, amount="100.00", lines=lines))
    books = Books()
    books.tell(sent_order())
    books.tell(refunded(sent_order(), refund))
    assert [str(tax(document)) for document in books.documents] == ["102.58", "20.00"]


def test_a_deleted_order_is_told_of():
    server = InboxServer()
    server.put(new_order())
    server.delete("10512", RETURNED)
    ((_headers, body),) = server.webhooks("10512")
    order = parse(body, server.settings)
    assert order.is_deleted
    assert order.changed_at == RETURNED


def test_an_edited_order_tells_what_is_sold_now():
    server = InboxServer()
    server.put(new_order())
    edited = new_order(lines=new_order().lines[1:], total=Decimal("195.10"), changed_at=SENT)
    server.put(edited)
    ((_headers, body),) = server.webhooks("10512")
    assert parse(body, server.settings) == as_read(edited)


# --- money


def test_vat_is_computed_from_the_rate_or_taken_as_sent():
    assert read(with_line()).lines[0].tax == Decimal("71.64")
    assert read(with_line(tax="71.63")).lines[0].tax == Decimal("71.63")


def test_vat_without_a_rate_leaves_the_rate_open():
    first = read(with_line(tax="71.64", tax_rate=...)).lines[0]
    assert (first.tax, first.rate) == (Decimal("71.64"), None)


@pytest.mark.parametrize(("tax", "is_far"), [("71.62", False), ("71.66", False), ("71.61", True), ("71.67", True)])
def test_vat_may_be_an_oere_off_for_each_unit(tax, is_far):
    order = read(with_line(tax=tax))
    assert bool(order.problems) is is_far
    assert order.lines[0].tax == Decimal(tax)


def test_vat_that_is_far_off_is_named():
    (problem,) = read(with_line(tax="53.73")).problems
    assert str(problem) == "The VAT of the line Ullsokker is 53.73; at 25 % it should be 71.64."


def test_vat_that_is_far_off_is_told_once():
    document = sent_order()
    document = replace(document, lines=(replace(document.lines[0], tax=Decimal("53.73")), *document.lines[1:]))
    order = read(order_document(document))
    _order, problems = with_settled_tax(order)
    assert [problem.code for problem in problems] == ["line_vat_differs"]


def test_vat_that_is_far_off_in_a_refund_inside_its_order_lets_the_order_wait():
    document = example(refunds=[{"id": "1", "amount": 100, "refunded_at": "2026-03-09T10:02:00Z", "lines": []}])
    document["refunds"][0]["lines"] = [{"name": "Ullsokker", "amount": 100, "tax_rate": 25, "tax": 15}]
    (problem,) = read(document).problems
    assert "the line Ullsokker is 15.00" in str(problem)


def test_vat_that_is_far_off_in_a_refund_by_itself_is_refused():
    document = example(1)
    document["lines"][0]["tax"] = "26.87"
    assert refused(document) == "The VAT of the line Ullsokker is 26.87; at 25 % it should be 35.82."


def test_lines_that_do_not_add_up_are_read_as_they_are():
    order = read(example(total="500.00"))
    assert order.total == Decimal("500.00")
    assert len(order.lines) == 3


@pytest.mark.parametrize("amount", ["358.20", 358.20, " 358.2 ", 358.2000000000001, "358.195"])
def test_amounts_as_text_or_numbers(amount):
    assert read(with_line(amount=amount)).lines[0].amount == Decimal("358.20")


def test_body_in_another_encoding_is_refused():
    """Stored as something else it could never be read."""
    with pytest.raises(DocumentError, match="UTF-8"):
        read_hint({}, json.dumps(example()).encode("utf-16"))


def test_what_a_calculation_leaves_is_nothing():
    assert read(with_line(discount=0.1 + 0.2 - 0.3)).lines[0].discount == Decimal("0.00")


def test_yen_have_no_decimals():
    assert read(example(currency="JPY", total="553.4")).total == Decimal("553")


@pytest.mark.parametrize(
    "amount", ["358,20", "1 358.20", "358.20 kr", "", [], {}, True, "1e3", "NaN", "Infinity", "٣٥٨", "1_000", 10**13]
)
def test_amounts_that_are_none_are_refused(amount):
    sentence = refused(with_line(amount=amount))
    assert "lines[0].amount" in sentence


def test_a_number_beyond_all_bounds_is_refused():
    body = json.dumps(example()).replace('"553.30"', "1e999999999", 1).encode()
    with pytest.raises(DocumentError, match="total"):
        parse(body, ShopSettings())


def test_a_quantity_may_be_weighed_but_not_zero():
    assert read(with_line(quantity="0.75")).lines[0].quantity == Decimal("0.75")
    assert "lines[0].quantity is 0, but a number other than zero was expected" in refused(with_line(quantity=0))


@pytest.mark.parametrize("rate", ["0.25", 0.15, -25, 250])
def test_vat_in_percent_not_as_a_fraction(rate):
    assert "lines[0].tax_rate" in refused(with_line(tax_rate=rate))
    assert read(with_line(tax_rate="11.11")).lines[0].rate == Decimal("11.11")
    assert read(with_line(tax_rate=0)).lines[0].rate == 0


# --- documents that cannot be read


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"[]", b'"order"', b"{", b'{"total": NaN}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(body):
    with pytest.raises(DocumentError, match="not a JSON object"):
        parse(body, ShopSettings())
    with pytest.raises(DocumentError, match="not a JSON object"):
        read_hint({}, body)


@pytest.mark.parametrize("field", ["type", "id", "created_at", "changed_at", "currency", "total", "lines"])
def test_a_field_that_is_needed_is_named(field):
    for document in (example(**{field: None}), example(**{field: ""})):
        assert f"The field {field} is missing or empty" in refused(document)


@pytest.mark.parametrize("field", ["id", "order_id", "currency", "amount", "refunded_at"])
def test_a_field_that_a_refund_needs_is_named(field):
    document = example(1)
    del document[field]
    assert f"The field {field} is missing or empty" in refused(document)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (with_line(name=...), "The field lines[0].name is missing or empty"),
        (with_line(amount=...), "The field lines[0].amount is missing or empty"),
        (with_line(tax_rate=...), "The field lines[0].tax is missing or empty"),
        (with_line(prise=1), "lines[0].prise is not a known field. Expected one of: id, kind, name"),
        (with_line(kind="goods"), 'lines[0].kind is "goods". Expected one of: product, shipping'),
        (with_line(sku=["S"]), 'lines[0].sku is ["S"], but text was expected'),
        (with_line(id="72"), 'lines[1].id is "72", but an id that is not used twice was expected'),
        (example(totl=1), "totl is not a known field"),
        (example(type="invoice"), 'type is "invoice". Expected one of: order, refund'),
        (example(id=1.5), "id is 1.5, but text was expected"),
        (example(id=True), "id is true, but text was expected"),
        (example(lines={}), "lines is {}, but a list was expected"),
        (example(lines=["sock"]), 'lines[0] is "sock", but an object was expected'),
        (example(buyer="Kari"), 'buyer is "Kari", but an object was expected'),
        (example(currency="kr"), 'currency is "kr", but a currency such as NOK was expected'),
        (example(billing_address={"country": "Norge"}), "billing_address.country"),
        (example(created_at="2026-03-02 14:05:11"), "created_at"),
        (example(created_at="2026-03-02T14:05:11"), "a time with its offset, such as 2026-03-02T14:05:11+01:00"),
        (example(created_at="2026-02-30T14:05:11Z"), "created_at"),
        (example(created_at=1772456711), "created_at is 1772456711"),
        (example(test="no"), 'test is "no", but true or false was expected'),
        (example(deleted=0), "deleted is 0, but true or false was expected"),
        (example(provider_ids=["pi_1", {}]), "provider_ids[1] is {}, but text was expected"),
        (example(provider_ids="pi_1"), 'provider_ids is "pi_1", but a list was expected'),
        (example(captures=[{"id": "1", "amount": 0}]), "captures[0].amount is 0, but a number above zero"),
        (example(shop_credit=[{"kind": "bonus", "amount": 5}]), 'shop_credit[0].kind is "bonus". Expected one of'),
        (example(shipments=[{"id": "1"}]), "The field shipments[0].shipped_at is missing"),
        (
            example(shipments=[{"id": "1", "shipped_at": "2026-03-03T08:20:44Z", "lines": [{"line_id": "71"}]}]),
            "The field shipments[0].lines[0].quantity is missing",
        ),
        (example(taxes=[{"tax": 5}]), "The field taxes[0].tax_rate is missing"),
        (example(1, amount="-179.10"), 'amount is "-179.10", but a number above zero was expected'),
        (example(status="x" * 1000, misspelt=1), "misspelt is not a known field."),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document, sentence):
    said = refused(document)
    assert sentence in said
    assert "Nothing of" in said


def test_a_long_value_is_not_repeated_whole():
    assert len(refused(example(created_at="x" * 10_000))) < 300


def test_a_refunded_line_is_positive():
    document = example(1)
    document["lines"][0]["amount"] = "-179.10"
    assert "lines[0].amount" in refused(document)
    document["lines"][0].update(amount="179.10", quantity=-1)
    assert "lines[0].quantity" in refused(document)


def test_a_refund_inside_its_order_agrees_with_it():
    refund = {"id": "1", "amount": 100, "refunded_at": "2026-03-09T10:02:00Z"}
    (read_refund,) = read(example(refunds=[refund])).refunds
    assert read_refund.order_id == "10512"
    said = refused(example(refunds=[{**refund, "order_id": "10513"}]))
    assert "refunds[0].order_id is 10513, but the enclosing order has 10512" in said
    assert "refunds[0].currency" in refused(example(refunds=[{**refund, "currency": "SEK"}]))
    assert "refunds[1].id" in refused(example(refunds=[refund, refund]))


def test_null_is_as_good_as_left_out():
    document = example()
    nothing = {name: None for name in SCHEMA["$defs"]["order_document"]["properties"] if name not in document}
    assert read({**document, **nothing}) == read(document)


@pytest.mark.parametrize("amount", [0, "0.00"])
def test_nothing_captured_of_an_order_free_of_charge_is_no_capture(amount):
    document = example(captures=[{"id": "1", "amount": amount}], total=0, lines=[], taxes=[])
    validator().validate(document)
    assert read(document).captures == ()
    assert "above zero" in refused({**document, "captures": [{"id": "1", "amount": "-1.00"}]})


def test_captures_left_out_are_unknown_and_an_empty_list_is_none_yet():
    document = example()
    del document["captures"]
    assert read(document).captures is None
    assert read({**document, "captures": []}).captures == ()


def test_number_is_the_id_when_left_out_and_whole_numbers_will_do():
    order = read(example(id=10512))
    assert (order.external_id, order.number) == ("10512", "10512")
    assert read(example(number="N-7")).number == "N-7"


def test_references_come_once():
    order = read(example(provider_references=["a", "a"], provider_ids=["a"]))
    assert order.references == (
        Reference(ReferenceKind.SHOP_ID, "10512"),
        Reference(ReferenceKind.SHOP_NUMBER, "10512"),
        Reference(ReferenceKind.PROVIDER_REFERENCE, "a"),
        Reference(ReferenceKind.PROVIDER_ID, "a"),
    )


@pytest.mark.parametrize(
    "time", ["2026-03-02T14:05:11+01:00", "2026-03-02T13:05:11Z", "2026-03-02T13:05:11.000000000Z"]
)
def test_times_have_an_offset(time):
    assert read(example(created_at=time)).created_at == ORDERED


def test_reading_twice_gives_the_same():
    document = example()
    before = copy.deepcopy(document)
    assert read(document) == read(document)
    assert document == before


# --- signatures


NOW = datetime.datetime(2026, 3, 3, 8, 21, 0, tzinfo=datetime.timezone.utc)
BODY = b'{"type": "order", "id": "10512"}'


def test_a_signature_that_is_right():
    assert verify(signed(BODY, SECRET, at=NOW), BODY, SECRET, NOW)


def test_the_signature_as_described():
    timestamp = str(int(NOW.timestamp()))
    signature = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + BODY, hashlib.sha256).hexdigest()
    headers = {"x-settlement-timestamp": timestamp, "x-settlement-signature": signature.upper()}
    assert verify(headers, BODY, SECRET, NOW)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("another secret", lambda headers: (headers, BODY, "guessed")),
        ("no secret set", lambda headers: (headers, BODY, "")),
        ("another body", lambda headers: (headers, BODY + b" ", SECRET)),
        ("no headers", lambda headers: ({}, BODY, SECRET)),
        ("no signature", lambda headers: ({**headers, "x-settlement-signature": ""}, BODY, SECRET)),
        ("not Latin", lambda headers: ({**headers, "x-settlement-signature": "ø\udcff"}, BODY, SECRET)),
        ("another time stamp", lambda headers: ({**headers, "x-settlement-timestamp": "1772526061"}, BODY, SECRET)),
        ("no time stamp", lambda headers: ({**headers, "x-settlement-timestamp": "now"}, BODY, SECRET)),
    ],
)
def test_a_signature_that_is_wrong(name, change):
    headers, body, secret = change(signed(BODY, SECRET, at=NOW))
    assert not verify(headers, body, secret, NOW)


def test_unsigned_when_the_secret_is_empty_on_both_sides():
    assert not verify(signed(BODY, "", at=NOW), BODY, "", NOW)


@pytest.mark.parametrize(("seconds", "is_good"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_a_delivery_is_good_for_five_minutes(seconds, is_good):
    headers = signed(BODY, SECRET, at=NOW)
    assert verify(headers, BODY, SECRET, NOW + datetime.timedelta(seconds=seconds)) is is_good


def test_the_clock_is_used_when_no_time_is_given():
    assert verify(signed(BODY, SECRET), BODY, SECRET)
    assert not verify(signed(BODY, SECRET, at=NOW), BODY, SECRET)


def test_a_delivery_tells_which_order_it_is_about():
    hint = read_hint(signed(BODY, SECRET, "d-1"), BODY)
    assert (hint.topic, hint.order_ids, hint.delivery_id) == ("order", ("10512",), "d-1")
    assert read_hint({}, BODY).delivery_id == ""
    with pytest.raises(DocumentError, match="order_id is missing"):
        read_hint({}, b'{"type": "refund", "id": "10533"}')
    with pytest.raises(DocumentError, match='type is "ping"'):
        read_hint({}, b'{"type": "ping"}')


def test_nothing_is_a_ping_and_nothing_can_be_fetched():
    assert PLATFORM.client is None
    assert PLATFORM.sends_documents
    assert not PLATFORM.is_ping({}, b"")
