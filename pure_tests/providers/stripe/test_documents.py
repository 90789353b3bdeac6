"""Fetching from Stripe, against a server on this machine."""

import datetime
import json
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.common.messages import ProviderError
from odoo.addons.settlement_bridge.providers import stripe
from odoo.addons.settlement_bridge.providers.contract import Agreement
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.records import Kind
from odoo.addons.settlement_bridge.providers.stripe.client import VERSION

from ...samples import stripe_files
from ...samples.stripe_files import at, charge, payout
from ...servers.local_server import Fault
from ...servers.stripe import ACCOUNT, KEY, RESTRICTED_KEY, StripeServer
from .reading import STORY, settlements

TODAY = datetime.date(2026, 3, 25)
SINCE = datetime.date(2026, 3, 1)
NOK = Agreement(ACCOUNT, "NOK", SINCE)


@pytest.fixture
def server():
    payouts, transactions = stripe_files.api_payouts(STORY), stripe_files.api_transactions(STORY)
    with StripeServer(payouts, transactions) as running:
        yield running


def client(server, agreements=(NOK,), sleep=lambda _seconds: None, **entered):
    settings = stripe.PROVIDER.complete({"secret_key": KEY, **entered})
    return stripe.PROVIDER.client(settings, agreements, base_url=server.base_url, sleep=sleep, may_be_local=True)


def fetched(server, cursor=None, today=TODAY, **options):
    """Return what one fetch gives, and the cursor after it."""
    documents = list(client(server, **options).documents(cursor or {}, today))
    return documents, documents[-1].cursor if documents else cursor


def names(documents):
    return [document.name for document in documents]


def refused(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert KEY not in text and RESTRICTED_KEY not in text
    return caught.value


# --- keys and the account


def test_the_account_is_named(server):
    assert client(server).check() == f"{ACCOUNT} Nettbutikk AS"
    (account,) = client(server).accounts()
    assert (account.merchant_id, account.currency, account.names) == (ACCOUNT, "NOK", {ACCOUNT})
    for _method, _path, _query, headers, _body in server.requests:
        assert headers["authorization"] == f"Bearer {KEY}"
        assert headers["stripe-version"] == VERSION


@pytest.mark.parametrize("key", ["pk_test_composed", "sk_test composed", "whsec_composed", "sk_test_composed\n2"])
def test_what_is_no_secret_key_is_refused_before_it_is_sent(server, key):
    error = refused(lambda: client(server, secret_key=key))
    assert error.is_permanent
    assert "sk_ or rk_" in str(error)
    assert key not in str(error)
    assert not server.requests


def test_a_key_that_stripe_refuses(server):
    error = refused(lambda: client(server, secret_key="sk_test_another").check())
    assert error.is_permanent
    assert "another" not in str(error)
    assert "API keys" in str(error)


@pytest.mark.parametrize(
    ("denied", "permission"), [("/v1/payouts", "Payouts"), ("/v1/balance_transactions", "Balance transaction sources")]
)
def test_a_restricted_key_without_a_permission_names_it(server, denied, permission):
    server.denied = (denied,)
    error = refused(lambda: fetched(server, secret_key=RESTRICTED_KEY))
    assert error.is_permanent
    assert f"{permission}" in str(error)
    assert denied in str(error)


def test_a_restricted_key_that_may_not_read_the_account_is_that_of_the_agreement(server):
    server.denied = ("/v1/account",)
    assert client(server, secret_key=RESTRICTED_KEY).check() == ACCOUNT
    assert len(fetched(server, secret_key=RESTRICTED_KEY)[0]) == 3
    error = refused(lambda: client(server, agreements=(), secret_key=RESTRICTED_KEY).check())
    assert "Connected accounts" in str(error)


def test_a_key_of_another_account_is_refused(server):
    error = refused(lambda: fetched(server, agreements=(Agreement("acct_another", "NOK"),)))
    assert error.is_permanent
    assert ACCOUNT in str(error) and "acct_another" in str(error)


# --- automatic payouts


def test_each_payout_is_a_document_the_earliest_first(server):
    documents, _cursor = fetched(server)
    assert names(documents) == ["stripe-po_1X.json", "stripe-po_1Y.json", "stripe-po_1Z.json"]
    found = [s for document in documents for s in stripe.parse(document.name, document.content).settlements]
    composed = settlements("api")
    assert [(s.external_id, s.payout_amount, s.payout_date, s.payout_status, s.merchant_id) for s in found] == [
        (s.external_id, s.payout_amount, s.payout_date, s.payout_status, s.merchant_id) for s in composed
    ]
    # references too: everything needed was expanded, and nothing needed was left out
    assert [s.transactions for s in found] == [s.transactions for s in composed]
    assert not any(prove(settlement) for settlement in found)


def test_nothing_personal_is_stored(server):
    server.transactions["txn_3D"]["description"] = f"REFUND FOR CHARGE ({stripe_files.PERSONAL[0]})"
    documents, _cursor = fetched(server)
    balances, _cursor = fetched(server, payouts="manual")
    for document in [*documents, *balances]:
        assert not any(personal in document.content.decode() for personal in stripe_files.PERSONAL)
        assert stripe.identify("x", document.content)
    assert b"WEB-10231" in documents[0].content
    assert "REFUND FOR CHARGE (…)" in documents[0].content.decode()


def test_the_entered_metadata_key_is_kept_whatever_it_is_called(server):
    row = server.transactions["txn_3A"]
    row["source"]["metadata"] = {"customer_order": "K-77", "customer_name": stripe_files.PERSONAL[1]}
    documents, _cursor = fetched(server, reference_key="customer_order")
    document = stripe.parse("x", documents[0].content, {"reference_key": "customer_order"})
    rows = {row.external_id: row for row in document.settlements[0].transactions}
    assert rows["txn_3A"].order_reference == "K-77"
    assert stripe_files.PERSONAL[1].encode() not in documents[0].content


def test_nothing_is_fetched_twice(server):
    _documents, cursor = fetched(server)
    assert fetched(server, cursor)[0] == []
    server.put(*_payout("1W", at(18, 1)))
    assert names(fetched(server, cursor)[0]) == ["stripe-po_1W.json"]


def _payout(id, when, **other):
    """Return a payout and its rows, as the API gives them: :meth:`StripeServer.put` takes them."""
    movements = [charge(f"of{id}", when, "WEB-1", "100.00", "3.00"), payout(id, when)]
    ((found, rows),) = stripe_files.api_payouts(movements)
    return [found | other, *rows]


def test_each_document_can_be_the_last_one_stored(server):
    documents, _cursor = fetched(server)
    for number, document in enumerate(documents, 1):
        assert names(fetched(server, document.cursor)[0]) == names(documents)[number:]


@pytest.mark.parametrize(
    "waiting", [{"reconciliation_status": "in_progress"}, {"status": "pending", "reconciliation_status": "completed"}]
)
def test_a_payout_that_is_not_ready_is_fetched_when_it_is_however_late(server, waiting):
    server.put(*_payout("1V", at(7, 1), **waiting))
    documents, cursor = fetched(server)
    assert names(documents) == ["stripe-po_1X.json", "stripe-po_1Y.json", "stripe-po_1Z.json"], "it stops no other"
    month_later = TODAY + datetime.timedelta(days=60)
    server.put(*_payout("1W", at(20, 1, month=5)))
    documents, cursor = fetched(server, cursor, month_later)
    assert names(documents) == ["stripe-po_1W.json"]
    server.put(*_payout("1V", at(7, 1)))
    documents, cursor = fetched(server, cursor, month_later)
    assert names(documents) == ["stripe-po_1V.json"]
    assert fetched(server, cursor, month_later)[0] == []


def test_a_payout_that_fails_after_it_was_sent_is_told_again(server):
    _documents, cursor = fetched(server)
    server.payouts["po_1Z"]["status"] = "failed"
    documents, cursor = fetched(server, cursor)
    assert names(documents) == ["stripe-po_1Z.json"]
    (settlement,) = stripe.parse("x", documents[0].content).settlements
    assert settlement.payout_status == "failed"
    assert [warning.code for warning in settlement.warnings] == ["stripe_payout_failed"]
    assert fetched(server, cursor)[0] == []


def test_the_cursor_forgets_what_is_long_past(server):
    _documents, cursor = fetched(server)
    server.put(*_payout("1W", at(1, 1, month=6)))
    _documents, cursor = fetched(server, cursor, datetime.date(2026, 6, 5))
    assert cursor["done"] == {"po_1W": "paid"}
    assert fetched(server, cursor, datetime.date(2026, 6, 5))[0] == []


def test_a_long_history_is_taken_in_steps(server):
    for number in range(40):
        server.put(*_payout(f"n{number}", at(1, 0) + datetime.timedelta(hours=number)))
    first, cursor = fetched(server)
    second, cursor = fetched(server, cursor)
    assert (len(first), len(second)) == (30, 13)
    assert len({*names(first), *names(second)}) == 43


def test_before_the_first_day_nothing_is_fetched(server):
    assert names(fetched(server, agreements=(Agreement(ACCOUNT, "NOK", datetime.date(2026, 3, 8)),))[0]) == [
        "stripe-po_1Y.json",
        "stripe-po_1Z.json",
    ]


def test_payouts_in_every_currency_are_fetched(server):
    """One in a currency without an agreement waits with its document; it is not passed over for good."""
    euro, kroner = Agreement(ACCOUNT, "EUR", SINCE), Agreement(ACCOUNT, "NOK", SINCE)
    assert names(fetched(server, agreements=(euro,))[0]) == names(fetched(server, agreements=(kroner,))[0])


def test_payouts_made_by_hand_are_recognised(server):
    for found in server.payouts.values():
        found |= {"automatic": False, "reconciliation_status": "not_applicable"}
    error = refused(lambda: fetched(server))
    assert error.is_permanent
    assert "Payouts" in str(error)


def test_an_instant_payout_meanwhile_does_not_stop_the_automatic_ones(server):
    server.put(*_payout("1I", at(6, 1), automatic=False, reconciliation_status="not_applicable"))
    assert len(fetched(server)[0]) == 3


def test_a_payout_is_fetched_again(server):
    documents, _cursor = fetched(server)
    assert client(server).document_again(documents[0].content) == documents[0].content
    server.payouts["po_1X"]["reconciliation_status"] = "in_progress"
    error = refused(lambda: client(server).document_again(documents[0].content))
    assert not error.is_permanent
    assert "po_1X" in str(error)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": "vipps-report-v2"}', b"id,Type,Source\n"])
def test_what_was_not_fetched_cannot_be_fetched_again(server, content):
    assert client(server).document_again(content) is None


# --- the balance, where payouts are made by hand


def test_the_balance_is_a_ledger_that_its_payouts_cut(server):
    documents, cursor = fetched(server, payouts="manual")
    assert names(documents) == ["stripe-balance-2026-03-01-2026-03-24.json"]
    found = stripe.parse("x", documents[0].content).settlements
    assert [(s.external_id, s.payout_amount, s.closing_balance) for s in found] == [
        ("po_1X", Decimal("2306.61"), 0),
        ("po_1Y", Decimal("448.35"), 0),
        ("po_1Z", Decimal("1042.96"), 0),
        ("", None, Decimal("71.95")),
    ]
    assert all(s.by_position and not prove(s) for s in found)
    assert found[-1].complete_to == datetime.date(2026, 3, 24)
    assert fetched(server, cursor, payouts="manual")[0] == []


def test_the_next_stretch_starts_from_the_balance_the_last_one_left(server):
    first, cursor = fetched(server, today=datetime.date(2026, 3, 9), payouts="manual")
    second, _cursor = fetched(server, cursor, payouts="manual")
    (*_closed, open_run), (next_run, *_later) = (
        stripe.parse("x", documents[-1].content).settlements for documents in (first, second)
    )
    assert open_run.closing_balance == next_run.opening_balance == Decimal("1109.85")


def test_a_manual_payout_leaves_what_it_does_not_take(server):
    server.transactions["txn_1Z"]["amount"] = server.transactions["txn_1Z"]["net"] = -100_000
    documents, _cursor = fetched(server, payouts="manual")
    found = {s.external_id: s for s in stripe.parse("x", documents[0].content).settlements}
    assert (found["po_1Z"].payout_amount, found["po_1Z"].closing_balance) == (Decimal("1000.00"), Decimal("42.96"))
    assert found[""].opening_balance == Decimal("42.96")
    assert not any(prove(settlement) for settlement in found.values())


def test_a_row_without_which_the_balance_does_not_add_up_is_missed(server):
    server.balances = {"nok": 7195}
    documents, _cursor = fetched(server, payouts="manual")
    bundle = json.loads(documents[0].content)
    bundle["pages"][0]["data"].pop(3)
    found = stripe.parse("x", json.dumps(bundle).encode()).settlements
    assert any(prove(settlement) for settlement in found)


def test_a_payment_that_comes_while_the_balance_is_read_is_no_gap(server):
    late = stripe_files.transaction_object(charge("late", at(25, 12), "WEB-9", "10.00", "1.00"))
    server.arriving = [late]
    documents, _cursor = fetched(server, payouts="manual")
    found = stripe.parse("x", documents[0].content).settlements
    assert (found[-1].closing_balance, found[0].opening_balance) == (Decimal("71.95"), 0)
    server.arriving = [{**late, "id": f"txn_{number}"} for number in range(20)]
    error = refused(lambda: fetched(server, payouts="manual"))
    assert not error.is_permanent


def test_the_balance_is_fetched_again(server):
    documents, _cursor = fetched(server, payouts="manual")
    assert client(server, payouts="manual").document_again(documents[0].content) == documents[0].content


def test_an_idle_account_gives_no_document(server):
    agreements = (Agreement(ACCOUNT, "NOK", datetime.date(2026, 3, 21)),)
    assert fetched(server, agreements=agreements, payouts="manual")[0] == []


# --- pages, pauses, faults


@pytest.mark.parametrize("mode", ["automatic", "manual"])
def test_pages_are_followed_to_the_last(server, mode):
    whole, _cursor = fetched(server, payouts=mode)
    server.most_in_page = 2
    paged, _cursor = fetched(server, payouts=mode)
    for one, other in zip(whole, paged, strict=True):
        assert len(json.loads(other.content)["pages"]) > 1
        of_one, of_other = (stripe.parse("x", document.content).settlements for document in (one, other))
        assert of_one == of_other


def test_a_list_that_never_ends_is_no_document(server):
    server.stuck = True
    error = refused(lambda: fetched(server))
    assert not error.is_permanent
    assert "/v1/payouts" in str(error)


def test_asked_to_wait_it_waits(server):
    pauses = []
    server.faults.append(Fault("balance_transactions", 429, {"Retry-After": "2"}))
    assert len(fetched(server, sleep=pauses.append)[0]) == 3
    assert pauses == [2]
    server.faults.append(Fault("balance_transactions", 429, {"Retry-After": "120"}))
    error = refused(lambda: fetched(server))
    assert (error.retry_after, error.is_permanent) == (120, False)


def test_what_was_fetched_before_a_fault_is_not_lost(server):
    fetch = client(server).documents({}, TODAY)
    first = next(fetch)
    server.faults += [Fault("balance_transactions", 500)] * 3
    refused(lambda: next(fetch))
    assert names(fetched(server, first.cursor)[0]) == ["stripe-po_1Y.json", "stripe-po_1Z.json"]


@pytest.mark.parametrize(
    "body", [b"[]", b'{"data": {}}', b'{"data": [1]}', b'{"data": [{"id": "po_1"}]}', b'{"data": [{"id": ""}]}']
)
def test_an_answer_that_is_no_list_is_refused(server, body):
    server.faults.append(Fault("/v1/payouts", 200, {}, body))
    assert "/v1/payouts" in str(refused(lambda: fetched(server)))


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"id": 5, "settings": [], "business_profile": {"name": {}}}'])
def test_an_answer_that_is_no_account_is_refused(server, body):
    server.faults.append(Fault("/v1/account", 200, {}, body))
    assert "/v1/account" in str(refused(lambda: client(server).check()))


def test_a_cut_answer_is_asked_for_again(server):
    server.faults.append(Fault("balance_transactions", cut=True))
    assert len(fetched(server)[0]) == 3


def test_what_stripe_says_is_told(server):
    body = b'{"error": {"type": "invalid_request_error", "message": "This account was closed."}}'
    server.faults.append(Fault("/v1/payouts", 400, {}, body))
    assert "This account was closed." in str(refused(lambda: fetched(server)))


def test_kinds_come_through_the_server(server):
    documents, _cursor = fetched(server)
    rows = [row for d in documents for s in stripe.parse("x", d.content).settlements for row in s.transactions]
    assert {row.kind for row in rows} >= {Kind.PAYMENT, Kind.REFUND, Kind.CHARGEBACK, Kind.PAYOUT_RETURN, Kind.FEE}
