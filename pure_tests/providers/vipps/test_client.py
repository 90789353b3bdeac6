"""The client of the Report API, against a server on this machine."""

import datetime
import email.utils
import json
import logging
from unittest import mock

import pytest

from odoo.addons.settlement_bridge.common.http import PAUSES, StatusError
from odoo.addons.settlement_bridge.common.messages import ProviderError
from odoo.addons.settlement_bridge.providers import vipps
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.vipps.client import VippsClient, VippsCredentials

from ...samples import vipps_files
from ...servers.local_server import Fault
from ...servers.vipps import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY, VippsServer

DAY = datetime.date(2026, 3, 2)
SECRETS = (CLIENT_SECRET, SUBSCRIPTION_KEY, "merchant-token", "partner-token")


def keys():
    return VippsCredentials(CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY, MSN)


@pytest.fixture
def server():
    with VippsServer(*vipps_files.api_items(vipps_files.story())) as running:
        yield running


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def client(server, pauses):
    return VippsClient(keys(), base_url=server.base_url, sleep=pauses.append, timeout=1)


def ledger(client):
    return client.ledgers()[0]


def refused(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert not any(secret in text for secret in SECRETS)
    assert caught.value.__cause__ is None
    return caught.value


def test_merchant_keys_and_system_headers(server, client):
    assert [found["ledgerId"] for found in client.ledgers()] == ["302321"]
    assert server.paths() == ["/accesstoken/get", "/settlement/v1/ledgers"]
    for _method, _path, _query, headers, _body in server.requests:
        assert headers["ocp-apim-subscription-key"] == SUBSCRIPTION_KEY
        assert headers["merchant-serial-number"] == MSN
        assert all(len(value) <= 30 for name, value in headers.items() if name.startswith("vipps-system"))


def test_accounting_partner_keys_send_no_subscription_key(server):
    client = VippsClient(VippsCredentials(CLIENT_ID, CLIENT_SECRET), base_url=server.base_url)
    assert client.ledgers()
    assert server.paths() == ["/miami/v1/token", "/settlement/v1/ledgers"]
    assert all("ocp-apim-subscription-key" not in headers for *_asked, headers, _body in server.requests)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (("", CLIENT_SECRET), "client_id"),
        ((CLIENT_ID, ""), "client_secret"),
        ((CLIENT_ID, CLIENT_SECRET, "", MSN), "subscription key"),
        ((CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY), "merchant serial number"),
        ((CLIENT_ID, CLIENT_SECRET + "\n", SUBSCRIPTION_KEY, MSN), "client_secret"),
    ],
)
def test_incomplete_keys_are_named(given, named):
    error = refused(lambda: VippsClient(VippsCredentials(*given)))
    assert named in str(error)
    assert error.is_permanent


def test_keys_are_hidden_in_repr():
    assert not any(secret in repr(keys()) for secret in SECRETS)
    assert CLIENT_ID in repr(keys())


def test_token_is_fetched_once_and_again_when_it_ends(server, client):
    client.ledgers()
    client.ledgers()
    assert server.paths().count("/accesstoken/get") == 1
    with mock.patch("time.monotonic", return_value=10**9):
        client.ledgers()
    assert server.paths().count("/accesstoken/get") == 2


def test_refused_token_is_replaced_once(server, client):
    client.ledgers()
    server.tokens.clear()
    assert client.ledgers()
    assert server.paths().count("/accesstoken/get") == 2


def test_token_refused_again_is_an_error(server, client):
    client.ledgers()
    server.faults += [Fault("ledgers", 401), Fault("ledgers", 401)]
    error = refused(client.ledgers)
    assert error.is_permanent
    assert server.paths().count("/accesstoken/get") == 2


def test_wrong_keys_are_permanent_and_the_server_repeating_one_is_hidden(server):
    wrong = VippsCredentials(CLIENT_ID, "another-secret", SUBSCRIPTION_KEY, MSN)
    error = refused(VippsClient(wrong, base_url=server.base_url).ledgers)
    assert error.is_permanent
    assert "keys" in str(error)
    assert "another-secret" not in str(error)
    assert "***" in str(error)


def test_all_ledgers_of_all_pages(server, client):
    server.ledgers = [{"ledgerId": str(number)} for number in range(5)]
    assert [found["ledgerId"] for found in client.ledgers()] == list("01234")


def test_ledger_whose_number_is_none(server, client):
    server.faults.append(Fault("ledgers", 200, body=b'{"items": [{"ledgerId": {"a": 1}, "currency": "NOK"}]}'))
    assert "other than a ledger" in str(refused(client.ledgers))


def test_ledgers_that_never_end(server, client):
    server.stuck_cursor = True
    assert "again and again" in str(refused(client.ledgers))


@pytest.mark.parametrize("page_size", [1, 2, 3, 1000])
@pytest.mark.parametrize("empty_last_page", [False, True])
def test_a_ledger_date_in_pages(server, client, page_size, empty_last_page):
    server.page_size, server.empty_last_page = page_size, empty_last_page
    content = client.fetch_date(ledger(client), DAY)
    assert vipps.identify("", content)
    document = vipps.parse("2026-03-02", content)
    (settlement,) = document.settlements
    assert prove(settlement) == []
    assert settlement.external_id == "2000045"
    assert settlement.complete_to == DAY
    amounts = [str(row.amount) for row in settlement.transactions]
    assert amounts == ["1249.00", "499.00", "-499.00", "-54.27", "-1194.73"]
    assert document.repeated_rows == ()


def test_fetched_is_the_same_as_composed(server, client):
    composed = dict(vipps_files.as_api_bundles(vipps_files.story()))
    for name, content in composed.items():
        fetched = client.fetch_date(ledger(client), datetime.date.fromisoformat(name[13:23]))
        assert vipps.parse(name, fetched).settlements == vipps.parse(name, content).settlements


def test_pages_are_kept_as_the_server_sent_them(server, client):
    content = client.fetch_date(ledger(client), DAY)
    page = {"items": [i for i in server.topics["funds"] if i["ledgerDate"] == "2026-03-02"]}
    sent = json.dumps({**page, "hasMore": False, "tryLater": False}, indent=1).encode()
    assert sent in content


def test_open_ledger_date(server, client):
    server.open_dates = {"2026-03-02"}
    assert client.fetch_date(ledger(client), DAY) is None


def test_open_fees_make_the_date_open(server, client):
    server.faults.append(Fault("fees/dates", 200, body=b'{"items": [], "tryLater": true, "hasMore": false}'))
    assert client.fetch_date(ledger(client), DAY) is None


def test_404_of_a_date_is_not_ready_but_of_a_ledger_is_not_ours(server, client):
    own = ledger(client)
    server.faults.append(Fault("dates", 404))
    assert client.fetch_date(own, DAY) is None
    error = refused(lambda: client.fetch_date({"ledgerId": "9"}, DAY))
    assert error.is_permanent
    assert "No such ledgerId" in str(error)


def test_date_without_movements(client):
    content = client.fetch_date(ledger(client), datetime.date(2026, 3, 7))
    assert vipps.parse("empty", content).settlements == ()


def test_page_served_twice_is_harmless(server, client):
    server.page_size = 2
    own = ledger(client)
    once = vipps.parse("", client.fetch_date(own, DAY))
    server.again = "funds/dates"
    document = vipps.parse("", client.fetch_date(own, DAY))
    assert len(document.repeated_rows) == 2
    assert prove(document.settlements[0]) == []
    assert [r.external_id for r in document.settlements[0].transactions] == [
        r.external_id for r in once.settlements[0].transactions
    ]


def test_cursor_that_repeats(server, client):
    own = ledger(client)
    server.page_size, server.stuck_cursor = 1, True
    assert not refused(lambda: client.fetch_date(own, DAY)).is_permanent


def test_server_fault_is_asked_again_with_growing_pauses(server, client, pauses):
    own = ledger(client)
    server.faults += [Fault("dates", 500), Fault("dates", 503)]
    assert client.fetch_date(own, DAY)
    assert pauses == list(PAUSES)


def test_server_fault_that_stays(server, client, pauses):
    own = ledger(client)
    problem = json.dumps({"title": "Internal", "detail": "contextId 42"}).encode()
    server.faults += [Fault("dates", 502, body=problem) for _try in range(3)]
    error = refused(lambda: client.fetch_date(own, DAY))
    assert isinstance(error, StatusError)
    assert error.status == 502
    assert not error.is_permanent
    assert "Internal: contextId 42" in str(error)
    assert len(pauses) == 2


def test_answer_that_is_no_ledger_entries_is_no_closed_date(server, client):
    own = ledger(client)
    server.faults.append(Fault("dates", 200, body=b'{"items": [{"ledgerId": "302321", "currency": "NOK"}]}'))
    assert "without a ledger date" in str(refused(lambda: client.fetch_date(own, DAY)))


def test_asked_to_wait_long_is_left_to_the_next_fetch(server, client, pauses):
    own = ledger(client)
    server.faults.append(Fault("dates", 429, {"Retry-After": "120"}))
    error = refused(lambda: client.fetch_date(own, DAY))
    assert error.retry_after == 120
    assert not error.is_permanent
    assert pauses == []


def test_asked_to_wait_shortly_is_done_at_once(server, client, pauses):
    own = ledger(client)
    server.faults.append(Fault("dates", 429, {"Retry-After": "3"}))
    assert client.fetch_date(own, DAY)
    assert pauses == [3]


def test_asked_to_wait_until_a_time(server, client):
    own = ledger(client)
    until = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
    server.faults.append(Fault("dates", 429, {"Retry-After": email.utils.format_datetime(until, usegmt=True)}))
    assert 590 <= refused(lambda: client.fetch_date(own, DAY)).retry_after <= 600


@pytest.mark.parametrize(
    ("header", "seconds"), [({}, 60), ({"Retry-After": "soon"}, 60), ({"Retry-After": "9" * 9}, 86400)]
)
def test_asked_to_wait_without_a_sensible_time(server, client, header, seconds):
    own = ledger(client)
    server.faults.append(Fault("dates", 429, header))
    assert refused(lambda: client.fetch_date(own, DAY)).retry_after == seconds


def test_no_access(server, client):
    own = ledger(client)
    body = b'[{"errorCode": "403", "errorMessage": "no consent"}]'
    server.faults.append(Fault("dates", 403, body=body))
    error = refused(lambda: client.fetch_date(own, DAY))
    assert error.is_permanent
    assert "no consent" in str(error)


def test_body_cut_in_the_middle_is_asked_again(server, client, pauses):
    own = ledger(client)
    server.faults.append(Fault("dates", cut=True))
    assert prove(vipps.parse("", client.fetch_date(own, DAY)).settlements[0]) == []
    assert len(pauses) == 1


def test_body_cut_every_time(server, client):
    own = ledger(client)
    server.faults += [Fault("dates", cut=True) for _try in range(3)]
    assert not refused(lambda: client.fetch_date(own, DAY)).is_permanent


def test_answer_that_is_not_json(server, client):
    own = ledger(client)
    server.faults += [Fault("dates", 200, {"Content-Type": "text/html"}, b"<html>") for _try in range(3)]
    assert "incomplete or invalid JSON" in str(refused(lambda: client.fetch_date(own, DAY)))


def test_answer_of_another_form(server, client):
    own = ledger(client)
    server.faults.append(Fault("dates", 200, body=b"[1]"))
    assert "other than a list of items" in str(refused(lambda: client.fetch_date(own, DAY)))


def test_time_out(server, pauses):
    client = VippsClient(keys(), base_url=server.base_url, sleep=pauses.append, timeout=0.2)
    own = ledger(client)
    server.faults += [Fault("dates", delay=1) for _try in range(3)]
    error = refused(lambda: client.fetch_date(own, DAY))
    assert "in time" in str(error)
    assert not error.is_permanent


def test_no_server(pauses):
    with VippsServer() as gone:
        address = gone.base_url
    client = VippsClient(keys(), base_url=address, sleep=pauses.append, timeout=1)
    error = refused(client.ledgers)
    assert f"no connection to Vipps at {address.removeprefix('http://')}" in str(error)
    assert len(pauses) == 2


def test_redirect_to_another_server_is_not_followed(server, client):
    with VippsServer() as other:
        server.faults.append(Fault("ledgers", 302, {"Location": f"{other.base_url}/settlement/v1/ledgers"}))
        error = refused(client.ledgers)
        assert other.requests == []
    assert error.is_permanent


def test_redirect_within_the_server_is_followed(server, client):
    server.faults.append(Fault("ledgers", 307, {"Location": "/settlement/v1/ledgers?cursor=0"}))
    assert client.ledgers()


def test_too_large_answer(server):
    client = VippsClient(keys(), base_url=server.base_url, max_bytes=1000)
    server.faults.append(Fault("ledgers", 200, body=b" " * 5000))
    assert "more than" in str(refused(client.ledgers))


def test_nothing_secret_is_logged(server, client, caplog):
    caplog.set_level(logging.DEBUG)
    own = ledger(client)
    server.faults += [Fault("dates", 500), Fault("dates", cut=True)]
    client.fetch_date(own, DAY)
    assert not any(secret in caplog.text for secret in SECRETS)


# --- feed


def feed_documents(client, cursors=None, most=50):
    """Return the documents of repeated calls until nothing is new, and the last cursors."""
    own, contents = ledger(client), []
    cursors = cursors or {}
    for _call in range(most):
        content, cursors = client.fetch_feed(own, cursors)
        cursors = json.loads(json.dumps(cursors))
        if content is None:
            return [vipps.parse("feed", c) for c in contents], cursors
        contents.append(content)
    raise AssertionError("the feed did not end")


def rows(documents):
    return {row.external_id: row for d in documents for s in d.settlements for row in s.transactions}


def test_feed_gives_the_same_rows_as_the_dates(client):
    documents, _cursors = feed_documents(client)
    by_date = [vipps.parse(*file) for file in vipps_files.as_api_bundles(vipps_files.story())]
    assert {k: v.amount for k, v in rows(documents).items()} == {k: v.amount for k, v in rows(by_date).items()}
    assert all(prove(s) == [] for d in documents for s in d.settlements)
    assert documents[-1].settlements[-1].complete_to == datetime.date(2026, 3, 9)


@pytest.mark.parametrize("page_size", [1, 2, 3, 5])
def test_feed_that_grows_gives_every_row_once_with_one_identity(server, pauses, page_size):
    movements = [
        *vipps_files.story(),
        vipps_files.Movement("correction", "4410020001", vipps_files.day(10), amount=vipps_files.Decimal("5.00")),
        vipps_files.Movement("correction", "4410020001", vipps_files.day(10), amount=vipps_files.Decimal("7.00")),
        vipps_files.payout("2000048", vipps_files.day(11)),
    ]
    funds, fees = vipps_files.api_items(movements)
    expected = rows(vipps.parse(*file) for file in vipps_files.as_api_bundles(movements))
    server.page_size = page_size
    client = VippsClient(keys(), base_url=server.base_url, sleep=pauses.append)
    documents, cursors = [], {}
    for count in range(1, len(funds) + 1):
        server.topics = {"funds": funds[:count], "fees": fees[:count]}
        more, cursors = feed_documents(client, cursors)
        documents += more
    found = rows(documents)
    assert {k: v.amount for k, v in found.items()} == {k: v.amount for k, v in expected.items()}
    for document in documents:
        for row in (row for s in document.settlements for row in s.transactions):
            assert row.amount == expected[row.external_id].amount
        assert all(prove(s) == [] for s in document.settlements)


def test_feed_with_nothing_new_gives_nothing(client):
    _documents, cursors = feed_documents(client)
    assert client.fetch_feed(ledger(client), cursors)[0] is None
