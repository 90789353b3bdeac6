"""Damaged documents: refused with a sentence, or read as what is left of them; never another exception."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.providers import registry, stripe
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from ...samples import stripe_files
from .reading import FILES, SHAPES, STORY

ANSWERS = [*stripe_files.as_payout_documents(STORY), stripe_files.as_balance_document(STORY)]
TABLES = [SHAPES[shape](STORY)[0] for shape in FILES]
VALUES = st.sampled_from(
    [None, True, "", "x", "\0", "NOK", "txn_3A", -1, 0, 10**30, 1.5, float("1e300"), [], [None], {}, {"id": 5}]
)


def places(value, path=()):
    """Yield the path to everything within decoded JSON."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(value[key], (*path, key))


def read(name, content):
    """Read a document, if it can be read."""
    stripe.identify(name, content)
    try:
        document = registry.parse(name, content, "stripe")
    except DocumentError as error:
        assert name in str(error)
        return
    for settlement in document.settlements:
        assert all(str(message) for message in (*prove(settlement), *settlement.warnings))
        assert all(row.external_id for row in settlement.transactions)


@given(st.data())
@settings(max_examples=examples(900), deadline=None)
def test_answer_with_another_value_somewhere(data):
    name, content = data.draw(st.sampled_from(ANSWERS))
    bundle = json.loads(content)
    path = data.draw(st.sampled_from(list(places(bundle))))
    inner = bundle
    for key in path[:-1]:
        inner = inner[key]
    if data.draw(st.booleans()) and isinstance(inner, dict):
        del inner[path[-1]]
    else:
        inner[path[-1]] = data.draw(VALUES)
    read(name, json.dumps(bundle).encode())


@given(st.data())
@settings(max_examples=examples(300), deadline=None)
def test_file_with_another_text_somewhere(data):
    name, content = data.draw(st.sampled_from(TABLES))
    start = data.draw(st.integers(0, len(content) - 1))
    end = min(len(content), start + data.draw(st.integers(0, 12)))
    texts = [b"", b",", b'"', b"\n", b"\r", b"\0", b"9", b"-", b"\xff", b"E+9", b"2026-13-45", b";" * 300, b"po_1X"]
    read(name, content[:start] + data.draw(st.sampled_from(texts)) + content[end:])


@given(st.binary(max_size=200), st.sampled_from([b"", b'{"format": "stripe-payout-v1"', b"id,Type,Source,Amount\n"]))
@settings(max_examples=examples(150), deadline=None)
def test_anything_at_all(content, start):
    read("x", start + content)
