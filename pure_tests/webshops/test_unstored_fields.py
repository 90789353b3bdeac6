"""What booking never reads of an order is not stored; the order that is read from the rest is the same."""

import ast
import inspect
import json
import pathlib
import re

import pytest

from odoo.addons.settlement_bridge.common.json_reading import load_json, to_json
from odoo.addons.settlement_bridge.webshops import excluded_fields
from odoo.addons.settlement_bridge.webshops.excluded_fields import TRACES, exclude_fields
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from ..samples.webshop_orders import ORDERED, new_order, refunded_order, sent_order
from ..servers.inbox import InboxServer
from ..servers.shops import SERVERS

SECRET = "192.0.2.77 Mozilla"


def documents_of(server_class):
    """Everything a platform's shop answers of an order that was placed, sent and partly given back."""
    for order in (new_order(), sent_order(), refunded_order()):
        with server_class() as server:
            server.put(order)
            platform = PLATFORMS[server.platform]
            client = platform.client(server.settings)
            for page in client.changes(ORDERED.replace(day=1)):
                for raw in page:
                    yield platform, server.settings, raw.content


def with_traces(value, names):
    """The same document with a field of each name in every object that tells of something."""
    if isinstance(value, list):
        return [with_traces(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: with_traces(each, names) for name, each in value.items()}
    return {**told, **{name.replace("*", "x"): SECRET for name in names}} if told else told


@pytest.mark.parametrize("name", [platform for platform in SERVERS if platform != "inbox"])
def test_order_reads_the_same(name):
    documents = list(documents_of(SERVERS[name]))
    assert documents
    for platform, settings, content in documents:
        expected = platform.parse(content, settings)
        assert platform.parse(exclude_fields(content, platform.excluded_fields), settings) == expected
        document = load_json(content)
        # the tables that PrestaShop's client makes by id hold nothing but records
        told = with_traces(document.get("order"), platform.excluded_fields)
        traced = to_json({**document, **({"order": told} if told else {}), "ip_address": SECRET})
        assert SECRET.encode() in traced
        kept = exclude_fields(traced, platform.excluded_fields)
        assert SECRET.encode() not in kept
        assert platform.parse(kept, settings) == expected


@pytest.mark.parametrize("code", sorted(PLATFORMS))
def test_nothing_a_platform_reads_is_excluded(code):
    """Every word in the platform's own source may be a field that it reads."""
    platform = PLATFORMS[code]
    folder = pathlib.Path(inspect.getfile(excluded_fields)).parent
    sources = [*(folder / code).glob("*.py"), folder / "credit_orders.py"]
    assert len(sources) > 3
    words = set()
    for source in sources:
        tree = ast.parse(source.read_text())
        declared = {
            id(part)
            for node in ast.walk(tree)
            # a text that says what the source does, a sentence for people
            if (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            or (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_")
            or (isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EXCLUDED_FIELDS")
            for part in ast.walk(node)
            if isinstance(part, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in declared:
                words |= set(re.findall(r"\w+", node.value)) if len(node.value) < 400 else set()
    assert len(words) > 20
    for word in sorted(words):
        document = json.dumps({word: 1, "list": [{"key": word}]}).encode()
        assert exclude_fields(document, platform.excluded_fields) == document, word


@pytest.mark.parametrize("code", sorted(set(PLATFORMS) - {"inbox"}))
def test_every_platform_leaves_the_buyers_traces_out(code):
    names = (
        "customer_ip_address",
        "customer_user_agent",
        "remote_ip",
        "x_forwarded_for",
        "browser_ip",
        "clientIp",
        "userAgent",
    )
    content = json.dumps({"order": {"id": 1, **dict.fromkeys(names, SECRET)}}).encode()
    assert load_json(exclude_fields(content, PLATFORMS[code].excluded_fields)) == {"order": {"id": 1}}


def test_own_format_has_no_such_fields():
    """The inbox refuses a field it does not know, so nothing needs to be left out; the body stays as it was signed."""
    assert PLATFORMS["inbox"].excluded_fields == ()
    server = InboxServer()
    server.put(sent_order())
    [(_headers, body)] = server.webhooks("10512")
    assert exclude_fields(body, ()) is body


def test_woocommerce_order():
    order = {
        "id": 10512,
        "order_key": "wc_order_Ab12Cd34Ef56",
        "cart_hash": "abc",
        "customer_ip_address": "192.0.2.77",
        "customer_user_agent": "Mozilla",
        "customer_note": "Nøkkelen ligger under matten",
        "total": "553.30",
        "meta_data": [
            {"id": 1, "key": "_vipps_orderid", "value": "woo-1"},
            {"id": 2, "key": "_wc_order_attribution_user_agent", "value": "Mozilla"},
            {"id": 3, "key": "_wc_order_attribution_referrer", "value": "https://www.example.com"},
        ],
    }
    content = to_json({"order": order, "refunds": [{"id": 1, "refunded_by": 7}]})
    assert load_json(exclude_fields(content, PLATFORMS["woocommerce"].excluded_fields)) == {
        "order": {
            "id": 10512,
            "total": "553.30",
            "meta_data": [{"id": 1, "key": "_vipps_orderid", "value": "woo-1"}],
        },
        "refunds": [{"id": 1}],
    }


def test_prestashop_customer():
    customer = {"id": 77, "passwd": "$2y$10$abc", "secure_key": "k", "birthday": "1980-01-01", "email": "k@example.com"}
    kept = exclude_fields(to_json({"customers": {"77": customer}}), PLATFORMS["prestashop"].excluded_fields)
    assert load_json(kept) == {"customers": {"77": {"id": 77, "email": "k@example.com"}}}


def test_receipt_within_text():
    """Shopify gives a payment app's receipt as text that holds JSON."""
    receipt = json.dumps({"id": "pi_1", "client_ip": "192.0.2.77", "payer": {"name": "Kari"}})
    kept = load_json(
        exclude_fields(
            to_json({"order": {"transactions": [{"receiptJson": receipt}]}}), PLATFORMS["shopify"].excluded_fields
        )
    )
    assert load_json(kept["order"]["transactions"][0]["receiptJson"].encode()) == {"id": "pi_1"}


def test_what_has_nothing_of_it_stays_byte_for_byte():
    content = b'{ "b" : 1.10, "a": "\\u00e6", "b" : 2 }'
    assert exclude_fields(content, TRACES) is content


def test_numbers_keep_their_digits():
    assert exclude_fields(b'{"ip": 1, "total": 553.30, "n": 12345678901234567890}', TRACES) == (
        b'{"total": 553.30, "n": 12345678901234567890}'
    )


@pytest.mark.parametrize(
    "content",
    (b"", b"no json", b'{"ip": NaN}', b"[" * 100_000, b"\xff"),
    ids=("empty", "text", "constant", "too deep", "no text"),
)
def test_what_cannot_be_read_is_left_to_the_reader(content):
    assert exclude_fields(content, TRACES) == content


def test_half_a_letter_hides_nothing():
    """JavaScript cuts emojis in half: the reader puts a sign in its place, and what is left out is left out."""
    assert exclude_fields(b'{"ip": 1, "a": "\\ud800"}', TRACES) == '{"a": "\ufffd"}'.encode()


def test_a_list_with_gaps_is_looked_through_as_a_list():
    document = {"meta_data": {"0": {"key": "_customer_ip", "value": SECRET}, "2": {"key": "kept", "value": "1"}}}
    kept = load_json(exclude_fields(to_json(document), ("*_ip",)))
    assert kept == {"meta_data": {"2": {"key": "kept", "value": "1"}}}
