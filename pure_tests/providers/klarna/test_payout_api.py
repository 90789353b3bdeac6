"""One payout of the Settlements API, as it is stored."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.providers import klarna
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.records import Kind

from ...samples.klarna_files import as_api_bundle, as_csv, story
from .reading import one, parse, refused

PAYOUT = story()[0]


def changed(change, payout=PAYOUT):
    """Return (name, content) of a payout after ``change(bundle)``."""
    name, content = as_api_bundle(payout)
    bundle = json.loads(content)
    change(bundle)
    return name, json.dumps(bundle).encode()


def rows(bundle):
    return [item for page in bundle["transactions"] for item in page["transactions"]]


def test_a_byte_order_mark_is_no_part_of_it():
    file = as_api_bundle(PAYOUT, has_mark=True)
    assert file[1].startswith(b"\xef\xbb\xbf")
    assert klarna.identify(*file)
    assert one(file).transactions == one(as_api_bundle(PAYOUT)).transactions


def test_fields_nobody_knows_are_not_kept():
    def add(bundle):
        bundle["payout"]["new_field"] = {"a": [1]}
        for item in rows(bundle):
            item["consumer_email"] = "someone@example.com"

    found = one(changed(add))
    assert prove(found) == []
    assert "someone" not in str([row.raw for row in found.transactions])
    assert found.transactions[1].raw["vat_amount"] == "0"


@pytest.mark.parametrize(
    "missing",
    ["detailed_type", "capture_id", "refund_id", "purchase_country", "klarna_comment", "merchant_reference2"],
)
def test_fields_that_are_missing_change_no_identity(missing):
    found = one(changed(lambda bundle: [item.pop(missing, None) for item in rows(bundle)]))
    assert prove(found) == []
    assert [row.external_id for row in found.transactions] == [
        row.external_id for row in one(as_api_bundle(PAYOUT)).transactions
    ]


def test_a_type_nobody_knows_is_other_by_its_sign():
    def add(bundle):
        item = {"type": "MOON_TAX", "detailed_type": "LUNAR", "amount": -500, "capture_date": "2026-03-04T10:00:00Z"}
        bundle["transactions"][0]["transactions"].append(item)
        bundle["payout"]["totals"]["settlement_amount"] -= 500

    found = one(changed(add))
    (row,) = [row for row in found.transactions if row.kind == Kind.OTHER]
    assert (row.amount, row.text) == (Decimal("-5.00"), "MOON_TAX · LUNAR")
    assert prove(found) == []


def test_tax_rows_of_the_api_are_not_counted_twice():
    payout = story(vat=True)[0]

    def apart(bundle):
        for item in rows(bundle):
            item.pop("vat_amount", None)
        item = {"type": "TAX", "amount": 1422, "capture_date": "2026-03-04T10:00:00Z"}
        bundle["transactions"][0]["transactions"].append(item)

    found = one(changed(apart, payout))
    taxes = [row for row in found.transactions if row.fee_type == "TAX"]
    assert [(row.kind, row.amount) for row in taxes] == [(Kind.FEE, Decimal("-14.22"))]
    assert prove(found) == []


def test_a_tax_refund_of_the_totals_lessens_the_tax():
    payout = story(vat=True)[0]

    def with_refund(bundle):
        for item in rows(bundle):
            item.pop("vat_amount", None)
        bundle["payout"]["totals"]["tax_refund_amount"] = 422
        bundle["payout"]["totals"]["settlement_amount"] += 422

    found = one(changed(with_refund, payout))
    assert found.transactions[-1].amount == Decimal("-10.00")
    assert prove(found) == []


@pytest.mark.parametrize("mark", ["type", "amount"])
def test_a_transaction_without_type_or_amount_is_refused(mark):
    said = refused(*changed(lambda bundle: rows(bundle)[2].pop(mark)))
    assert "row 3" in said


@pytest.mark.parametrize("value", ["12.50", 12.5, True, "much", {"a": 1}])
def test_an_amount_that_is_no_whole_number_is_refused(value):
    assert 'row 1, column "amount"' in refused(*changed(lambda bundle: rows(bundle)[0].update(amount=value)))


@pytest.mark.parametrize("field", ["payment_reference", "payout_date", "currency_code"])
def test_a_payout_must_say_which_it_is(field):
    refused(*changed(lambda bundle: bundle["payout"].pop(field)))


def test_a_payout_must_say_what_was_paid():
    assert "settlement_amount" in refused(*changed(lambda bundle: bundle["payout"]["totals"].pop("settlement_amount")))


def test_a_transaction_of_another_payout_is_refused():
    said = refused(*changed(lambda bundle: rows(bundle)[1].update(payment_reference="XISA93ZZ")))
    assert "row 2 belongs to XISA93ZZ NOK, expected XISA93DJ NOK" in said


@pytest.mark.parametrize(
    "content",
    [
        b'{"format": "klarna-settlement-v1"}',
        b'{"format": "klarna-settlement-v1", "payout": {}, "transactions": [1]}',
        b'{"format": "klarna-settlement-v1", "payout": [], "transactions": []}',
        b'{"format": "another", "payout": {}, "transactions": []}',
        b'{"format": "klarna-settlement-v1", "payout": {"payment_reference": {"a": 1}}, "transactions": []}',
        b'{"format": "klarna-settlement-v1", "payout": {"totals": 5}, "transactions": [{"transactions": [5]}]}',
    ],
)
def test_another_form_is_refused(content):
    refused("klarna.json", content)


def test_a_payout_without_transactions_is_proven_if_it_is_zero():
    found = one(as_api_bundle(replace(PAYOUT, happenings=())))
    assert (found.payout_amount, found.transactions) == (Decimal("0.00"), ())
    assert prove(found) == []


def test_a_short_id_that_looks_like_a_number_is_an_id():
    def rename(bundle):
        for item in rows(bundle):
            item["short_order_id"] = "12E45678"
            item["order_id"] = ""

    assert one(changed(rename)).transactions[0].provider_reference == "12E45678"


def test_klarna_and_kustom_answer_alike():
    name, content = as_api_bundle(replace(PAYOUT, merchant_id="M654321"))
    assert parse(name, content.replace(b"klarna.com", b"kustom.co")).merchant_ids == {"M654321"}


def test_the_api_and_the_file_name_the_method_of_payment():
    for file in (as_api_bundle(PAYOUT), as_csv(PAYOUT)):
        assert one(file).transactions[0].payment_method == "direct_debit"
