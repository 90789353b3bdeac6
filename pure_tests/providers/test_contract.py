"""What holds for every provider: its files are known by their content, read exactly, proven, and their faults found.

A provider is tested here as soon as its sample module has ``FIXTURES``; see :mod:`..samples.fixtures`.
"""

import datetime
import functools
import importlib
import json
import re
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.currencies import minor_unit_decimals
from odoo.addons.settlement_bridge.common.messages import DocumentError, Message, ProviderError
from odoo.addons.settlement_bridge.common.values import ZERO
from odoo.addons.settlement_bridge.providers.contract import Account, Agreement
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.records import Kind
from odoo.addons.settlement_bridge.providers.registry import PROVIDERS, check_bounds

from ..samples.fixtures import AROUND_MIDNIGHT, UNKNOWN_TYPE
from ..servers.local_server import Fault
from . import dummy
from .changes import altered, cut, with_more_fields

ALL = {**PROVIDERS, "dummy": dummy.PROVIDER}
FIXTURES = {"dummy": dummy.FIXTURES} | {
    code: importlib.import_module(f"..samples.{code}_files", __package__).FIXTURES for code in PROVIDERS
}
SHAPES = [(code, shape) for code, fixtures in FIXTURES.items() for shape in fixtures.shapes]
FETCHED = [code for code in ALL if FIXTURES[code].serve]

every_shape = pytest.mark.parametrize(("code", "shape"), SHAPES, ids=[f"{code}, {shape}" for code, shape in SHAPES])
every_provider = pytest.mark.parametrize("code", ALL)
every_client = pytest.mark.parametrize("code", FETCHED)


@functools.cache
def files(code, shape, story="story"):
    """The documents of a story, ``((name, content), ...)``; composed once, as a workbook holds the time."""
    fixtures = FIXTURES[code]
    return tuple(fixtures.shapes[shape](getattr(fixtures, story)))


def read(code, name, content):
    """A document, as the registry reads it."""
    document = ALL[code].parse(name, content, ALL[code].complete({}))
    check_bounds(name, document)
    return document


@functools.cache
def documents(code, shape, story="story"):
    return tuple(read(code, name, content) for name, content in files(code, shape, story))


def settlements(code, shape, story="story"):
    return [settlement for document in documents(code, shape, story) for settlement in document.settlements]


def transactions(code, shape, story="story"):
    return [row for settlement in settlements(code, shape, story) for row in settlement.transactions]


# --- Whose it is


@every_shape
def test_a_file_is_known_by_its_content_and_by_no_other_provider(code, shape):
    for _name, content in files(code, shape):
        for name in ("x.pdf", *(f"{other}.csv" for other in ALL), ""):
            assert [each for each, provider in ALL.items() if provider.identify(name, content)] == [code]


@every_provider
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a,b,c\n1,2,3\n",
        b"id,amount\n1,2\n",
        b"type;amount;currency\nSALE;1.00;NOK\n",
        b"{}",
        b'{"hello": 1}',
        b'{"format": "stripe-payout-v2"}',
        b'{"format": "vipps-report-v9", "funds": []}',
        b"[]",
        b'"',
        b"5",
        b"<a/>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\0" * 50,
        b"\x00\xff" * 500,
        b"\xff\xfe\x00\x01",
    ],
)
def test_another_file_is_refused_with_a_sentence_that_names_it(code, content):
    assert not ALL[code].identify("settlement.csv", content)
    with pytest.raises(DocumentError, match=r"settlement\.csv"):
        read(code, "settlement.csv", content)


@pytest.mark.parametrize("reader", ALL)
@every_shape
def test_a_file_of_another_provider_is_refused_with_a_sentence_that_names_it(code, shape, reader):
    name, content = files(code, shape)[0]
    if reader != code:
        with pytest.raises(DocumentError, match=re.escape(name)):
            read(reader, name, content)


# --- What it says


@every_shape
def test_the_month_is_proven(code, shape):
    assert settlements(code, shape)
    for document in documents(code, shape):
        assert (document.code, bool(document.format)) == (code, True)
        for settlement in document.settlements:
            assert [str(message) for message in prove(settlement)] == []
            assert settlement.confirm is None


@every_shape
def test_read_twice_it_is_the_same(code, shape):
    for (name, content), document in zip(files(code, shape), documents(code, shape), strict=True):
        assert read(code, name, content) == document


@every_shape
def test_a_payout_has_its_number_and_its_day_and_what_is_open_has_none(code, shape):
    paid = [settlement for settlement in settlements(code, shape) if settlement.external_id]
    assert len({settlement.external_id for settlement in paid}) == len(paid) > 0
    for settlement in settlements(code, shape):
        assert bool(settlement.external_id) == (settlement.payout_amount is not None)
        assert settlement.payout_status and isinstance(settlement.date, datetime.date)


@every_shape
def test_the_agreement_is_named_on_each_settlement(code, shape):
    fixtures = FIXTURES[code]
    for document in documents(code, shape):
        named = [(settlement.merchant_id, settlement.merchant_ids) for settlement in document.settlements]
        if shape in fixtures.nameless:
            assert set(named) == {("", frozenset())}
            assert document.merchant_ids == frozenset()
        else:
            assert all(number == fixtures.merchant_id and number in numbers for number, numbers in named)
            assert fixtures.merchant_id in document.merchant_ids
            assert fixtures.merchant_id in document.merchant_numbers


@every_shape
def test_each_row_has_an_identity_of_its_own(code, shape):
    for document in documents(code, shape):
        ids = [row.external_id for settlement in document.settlements for row in settlement.transactions]
        assert all(ids)
        assert len(set(ids)) == len(ids)


@every_provider
def test_a_row_has_the_same_identity_in_every_shape_that_has_it(code):
    ids = {}
    for shape in FIXTURES[code].shapes:
        for row in transactions(code, shape):
            if row.kind in (Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK, Kind.CHARGEBACK_REVERSAL):
                fact = (row.kind, row.date, row.amount, row.order_reference)
                ids.setdefault(fact, {}).setdefault(shape, set()).add(row.external_id)
    assert len(ids) > 2
    for fact, of_shapes in ids.items():
        assert len({frozenset(found) for found in of_shapes.values()}) == 1, (fact, of_shapes)


@every_shape
def test_amounts_are_exact_with_the_decimals_of_their_currency(code, shape):
    for settlement in settlements(code, shape):
        decimals = minor_unit_decimals(settlement.currency)
        stated = [settlement.payout_amount, settlement.opening_balance, settlement.closing_balance]
        for row in settlement.transactions:
            assert row.currency == settlement.currency
            stated += [row.amount, row.fee, row.fee_vat, row.balance_after, *(fee.amount for fee in row.fees)]
        stated += [report.fee for report in settlement.fee_reports]
        for amount in stated:
            assert amount is None or (isinstance(amount, Decimal) and amount == round(amount, decimals)), amount


@every_shape
def test_the_parts_of_a_fee_are_the_fee(code, shape):
    for row in transactions(code, shape):
        if row.fees:
            assert sum((fee.amount for fee in row.fees), ZERO) == row.fee
            assert sum((fee.vat for fee in row.fees), ZERO) == row.fee_vat


@every_shape
def test_each_fee_is_of_a_declared_type(code, shape):
    declared = {name for name, _sentence in ALL[code].fee_types} | {""}
    for settlement in settlements(code, shape):
        for row in settlement.transactions:
            assert {row.fee_type, *(fee.type for fee in row.fees)} <= declared
        assert {report.fee_type for report in settlement.fee_reports} <= declared


@every_shape
def test_times_are_aware_and_rows_are_counted_from_one(code, shape):
    for row in transactions(code, shape):
        assert row.time is None or row.time.utcoffset() is not None
        assert row.row > 0
        assert row.raw
        assert all(isinstance(value, str) for value in row.raw.values())


@every_shape
def test_a_payment_just_before_and_after_midnight_is_of_its_day_in_oslo(code, shape):
    expected = {reference: day for reference, _moment, day in AROUND_MIDNIGHT}
    moments = {reference: moment for reference, moment, _day in AROUND_MIDNIGHT}
    rows = [row for row in transactions(code, shape, "midnight") if row.kind is Kind.PAYMENT]
    assert {row.order_reference: row.date for row in rows} == expected
    assert all(row.time in (None, moments[row.order_reference]) for row in rows)


@every_shape
def test_nothing_of_a_person_is_kept_with_the_rows(code, shape):
    fixtures = FIXTURES[code]
    if shape in fixtures.taken_out:
        return  # nothing of it may even be stored: tested with the client
    for row in transactions(code, shape):
        assert not [text for text in fixtures.personal if text in repr(row) + repr(row.raw)]


# --- What may come


@every_shape
def test_fields_nobody_has_heard_of_change_nothing(code, shape):
    for (name, content), document in zip(files(code, shape), documents(code, shape), strict=True):
        more = with_more_fields(content)
        assert more != content
        assert [each for each, provider in ALL.items() if provider.identify(name, more)] == [code]
        assert read(code, name, more) == document


@every_shape
def test_a_type_nobody_has_heard_of_is_kept_as_other(code, shape):
    if shape not in FIXTURES[code].with_unknown:
        return
    (row,) = [row for row in transactions(code, shape, "unknown") if row.kind is Kind.OTHER]
    assert abs(row.amount) == Decimal("5.00")
    assert UNKNOWN_TYPE in re.sub(r"[\W_]+", "-", row.text.casefold())
    for settlement in settlements(code, shape, "unknown"):
        assert prove(settlement) == []


# --- What must be found


def nets(settlement):
    """What each row of a settlement adds to it."""
    return settlement.external_id, frozenset((row.external_id, row.net) for row in settlement.transactions)


def facts(settlement):
    """What would be booked of a settlement."""
    rows = frozenset((row.external_id, row.kind, row.amount, row.fee) for row in settlement.transactions)
    is_carried = settlement.by_position  # the balance carried in is compared with the one of the settlement before
    opening = None if is_carried else settlement.opening_balance
    return settlement.external_id, settlement.payout_amount, opening, rows


def proven(code, name, content):
    """The settlements of a document that would be booked: proven, and nothing to confirm."""
    try:
        found = read(code, name, content).settlements
    except DocumentError as error:
        assert name in str(error)
        return []
    return [each for each in found if has_proof(each) and not prove(each) and each.confirm is None]


@every_shape
def test_a_file_that_is_cut_is_refused_or_not_proven(code, shape):
    whole = {facts(settlement) for settlement in settlements(code, shape)}
    rows = frozenset().union(*(found for *_facts, found in whole))
    for name, content in files(code, shape)[:3]:
        for part in cut(content):
            for settlement in proven(code, name, part):
                # what is left of a ledger whose payout is cut off is open
                is_open = settlement.by_position and not settlement.external_id and facts(settlement)[-1] <= rows
                assert is_open or facts(settlement) in whole, (len(part), part[-60:])


@every_shape
def test_an_altered_amount_is_refused_or_not_proven(code, shape):
    whole = {facts(settlement) for settlement in settlements(code, shape)}
    whole_nets = {nets(settlement) for settlement in settlements(code, shape)}
    openings = [settlement.opening_balance for settlement in settlements(code, shape)]
    for name, content in files(code, shape)[:3]:
        found = list(altered(content))
        assert len(found) > 3
        for where, changed in found:
            for settlement in proven(code, name, changed):
                is_carried = settlement.by_position and settlement.opening_balance not in openings
                # where amount, fee and net of a row differ, the net may count: then a warning names the row
                is_named = settlement.warnings and nets(settlement) in whole_nets
                assert is_carried or is_named or facts(settlement) in whole, where


# --- What it declares


@every_provider
def test_what_is_declared_is_whole(code):
    provider = ALL[code]
    assert provider.code == code
    assert provider.name
    assert provider.merchant_id or FIXTURES[code].nameless == FIXTURES[code].shapes.keys()
    assert all(text and text == text.casefold() for text in provider.bank_texts)
    assert len(dict(provider.fee_types)) == len(provider.fee_types)
    assert all(str(Message(sentence)) != sentence for _name, sentence in provider.fee_types), "a sentence is missing"


@every_provider
def test_settings_are_complete_with_nothing_entered(code):
    declared = {setting.name: setting for setting in ALL[code].settings}
    assert len(declared) == len(ALL[code].settings)
    assert ALL[code].complete({}).keys() == declared.keys()
    for setting in declared.values():
        assert setting.label
        assert not setting.choices or setting.default in dict(setting.choices)
        if setting.needed_if:
            other, value = setting.needed_if
            assert value in dict(declared[other].choices)


@every_provider
def test_a_provider_with_a_client_has_a_server_to_be_tested_with(code):
    assert bool(ALL[code].client) == bool(FIXTURES[code].serve)


# --- Fetching


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def server(code):
    with FIXTURES[code].serve() as running:
        yield running


def client_of(code, server, pauses, **entered):
    fixtures, provider = FIXTURES[code], ALL[code]
    return provider.client(
        provider.complete({**fixtures.entered, **entered}),
        (Agreement(fixtures.merchant_id, fixtures.currency, fixtures.since),),
        base_url=server.base_url,
        sleep=pauses.append,
        may_be_local=True,
    )


@pytest.fixture
def client(code, server, pauses):
    return client_of(code, server, pauses)


def fetched(code, client, cursor):
    return list(client.documents(cursor, FIXTURES[code].today))


def refused(code, call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    secrets = [setting.name for setting in ALL[code].settings if setting.is_secret]
    assert not [name for name in secrets if (FIXTURES[code].entered.get(name) or "no secret at all") in text]
    return caught.value


@every_client
def test_the_keys_say_whose_they_are(code, client):
    assert FIXTURES[code].merchant_id in client.check()
    accounts = client.accounts()
    assert all(isinstance(account, Account) and account.merchant_id in account.names for account in accounts)
    assert (FIXTURES[code].merchant_id, FIXTURES[code].currency) in {(a.merchant_id, a.currency) for a in accounts}


@every_client
def test_what_is_fetched_reads_as_the_composed_documents_do(code, client):
    found = []
    for document in fetched(code, client, {}):
        assert document.name and "/" not in document.name
        assert ALL[code].identify("x", document.content)
        read_document = read(code, document.name, document.content)
        assert all(prove(settlement) == [] for settlement in read_document.settlements)
        found += map(facts, read_document.settlements)
        assert not [text for text in FIXTURES[code].personal if text.encode() in document.content]
    expected = map(facts, settlements(code, FIXTURES[code].fetched))
    assert [each for each in found if each[-1]] == list(expected)


@every_client
def test_a_cursor_is_json_and_nothing_is_fetched_twice(code, client):
    documents_ = fetched(code, client, {})
    for place, document in enumerate(documents_):
        cursor = json.loads(json.dumps(document.cursor))
        assert cursor == document.cursor
        rest = [again.name for again in fetched(code, client, cursor)]
        assert rest == [later.name for later in documents_[place + 1 :]]


@every_client
def test_a_document_that_is_fetched_again_is_the_same(code, client):
    again = {}
    for document in fetched(code, client, {}):
        again[document.name] = client.document_again(document.content)
        assert again[document.name] in (None, document.content)
    assert any(again.values())


@every_client
def test_a_document_that_was_not_fetched_cannot_be_asked_for_again(code, client):
    for content in (b"", b"{}", b"[1]", b"a;b\n1;2\n", b'{"payout": 5, "date": "x", "ledger": []}'):
        assert client.document_again(content) is None


@every_client
def test_missing_keys_are_named_before_anything_is_sent(code, server, pauses):
    for setting in ALL[code].settings:
        if setting.is_required and setting.name in FIXTURES[code].entered:
            error = refused(code, lambda name=setting.name: client_of(code, server, pauses, **{name: ""}))
            assert error.is_permanent
            assert str(Message(setting.label)) in str(error)
    assert server.requests == []


@every_client
def test_keys_that_are_not_accepted_are_a_matter_for_a_person(code, server, pauses):
    for name, value in FIXTURES[code].entered.items():
        wrong = value[:-1] + "x"
        error = refused(code, lambda: client_of(code, server, pauses, **{name: wrong}).check())  # noqa: B023
        assert error.is_permanent
        assert wrong not in str(error)


@every_client
def test_a_server_that_is_down_is_tried_again_later(code, server, client):
    server.faults += [Fault("", 503)] * 20
    assert not refused(code, lambda: fetched(code, client, {})).is_permanent
    server.faults.clear()
    assert fetched(code, client, {})


@every_client
def test_an_answer_that_is_cut_off_is_asked_for_again(code, server, client):
    expected = [(each.name, each.content) for each in fetched(code, client, {})]
    server.faults.append(Fault("", cut=True))
    assert [(each.name, each.content) for each in fetched(code, client, {})] == expected


@every_client
def test_what_was_given_before_a_fault_counts(code, server, client):
    every = [document.name for document in fetched(code, client, {})]
    stored = []
    with pytest.raises(ProviderError):
        for document in client.documents({}, FIXTURES[code].today):
            stored.append(document)
            server.faults += [Fault("", 500)] * 20
    server.faults.clear()
    assert [document.name for document in stored] == every[: len(stored)]
    rest = fetched(code, client, stored[-1].cursor)
    assert [document.name for document in [*stored, *rest]] == every
