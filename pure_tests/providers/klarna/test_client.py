"""The client of the Settlements API, against a server on this machine."""

import base64
import datetime
import json

import pytest

from odoo.addons.settlement_bridge.common.messages import ProviderError
from odoo.addons.settlement_bridge.providers import klarna
from odoo.addons.settlement_bridge.providers.contract import Agreement
from odoo.addons.settlement_bridge.providers.klarna.documents import KlarnaDocuments
from odoo.addons.settlement_bridge.providers.proof import prove

from ...samples.klarna_files import MERCHANT_ID, Payout, day, sale, serve, story, utc
from ...servers.klarna import PASSWORD, USERNAME, KlarnaServer
from ...servers.local_server import Fault
from .reading import parse

TODAY = datetime.date(2026, 4, 1)
AGREEMENT = Agreement(MERCHANT_ID, "NOK", datetime.date(2026, 3, 1))


def entered(**other):
    return klarna.PROVIDER.complete({"username": USERNAME, "password": PASSWORD, **other})


def client_of(server, *agreements, pauses=None, **settings):
    return KlarnaDocuments(
        entered(**settings),
        agreements or (AGREEMENT,),
        base_url=server.base_url,
        sleep=(pauses if pauses is not None else []).append,
        may_be_local=True,
        timeout=1,
    )


@pytest.fixture
def server():
    with serve(story()) as running:
        yield running


@pytest.fixture
def client(server):
    return client_of(server)


def fetched(client, cursor=None, today=TODAY):
    return list(client.documents(cursor or {}, today))


def references(documents):
    return [json.loads(document.content)["payout"]["payment_reference"] for document in documents]


def refused(call):
    with pytest.raises(ProviderError) as caught:
        call()
    text = str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    assert PASSWORD not in text
    assert caught.value.__cause__ is None
    return caught.value


def many(count, start=datetime.date(2026, 3, 2)):
    """Return payouts of so many days, one a day."""
    return [
        Payout(f"XISB{number:04}", start + datetime.timedelta(days=number), sale("a", f"WEB-{number}", "10.00", utc(2)))
        for number in range(count)
    ]


# --- What is fetched


def test_one_document_a_payout_the_earliest_first(client):
    documents = fetched(client)
    assert [document.name for document in documents] == [
        "klarna-XISA93DJ.json",
        "klarna-XISA93DK.json",
        "klarna-XISA93DL.json",
        "klarna-XISA93DM.json",
    ]
    for document, payout in zip(documents, story(), strict=True):
        assert klarna.identify(document.name, document.content)
        (settlement,) = parse(document.name, document.content).settlements
        assert settlement.external_id == payout.reference
        assert len(settlement.transactions) == len(payout.happenings)
        assert prove(settlement) == []


def test_transactions_of_all_pages(server):
    server.page_size = 3
    documents = fetched(client_of(server))
    for document, payout in zip(documents, story(), strict=True):
        bundle = json.loads(document.content)
        assert len(bundle["transactions"]) == -(-len(payout.happenings) // 3)
        assert prove(parse(document.name, document.content).settlements[0]) == []


def test_payouts_of_all_pages():
    with serve(many(30), page_size=4) as server:
        assert references(fetched(client_of(server))) == [f"XISB{number:04}" for number in range(30)]


def test_the_answers_are_kept_as_they_came(server, client):
    (document, *_others) = fetched(client)
    payout = json.dumps(server.payouts[0]).encode()
    assert b'"payout": ' + payout in document.content


def test_answers_that_begin_with_a_byte_order_mark(server, client):
    plain = [document.content for document in fetched(client)]
    server.has_mark = True
    assert [document.content for document in fetched(client)] == plain


def test_days_are_asked_for_with_the_clock_in_utc(server, client):
    fetched(client)
    (asked,) = [query for _method, path, query, *_rest in server.requests if path.endswith("/payouts")]
    # midnight in Norway: winter time on the first day, summer time on the last
    assert asked["start_date"] == "2026-02-28T23:00:00Z"
    assert asked["end_date"] == "2026-03-31T21:59:59Z"
    assert (asked["currency_code"], asked["size"]) == ("NOK", "500")


def test_todays_payout_waits_for_tomorrow(client):
    assert references(fetched(client, today=datetime.date(2026, 3, 13))) == ["XISA93DJ"]
    assert references(fetched(client, today=datetime.date(2026, 3, 14))) == ["XISA93DJ", "XISA93DK"]


def test_an_agreement_begins_with_its_first_day(server):
    client = client_of(server, Agreement(MERCHANT_ID, "NOK", datetime.date(2026, 3, 20)))
    assert references(fetched(client)) == ["XISA93DL", "XISA93DM"]


def test_without_a_first_day_the_last_month_is_fetched(server):
    client = client_of(server, Agreement(MERCHANT_ID, "NOK"))
    assert references(fetched(client, today=datetime.date(2026, 4, 19))) == ["XISA93DL", "XISA93DM"]


def test_payouts_of_other_merchants_and_currencies_are_left_alone(server):
    server.payouts[0]["merchant_id"] = "K999999"
    server.payouts[1]["currency_code"] = "SEK"
    assert references(fetched(client_of(server))) == ["XISA93DL", "XISA93DM"]
    both = client_of(server, AGREEMENT, Agreement("K999999", "NOK", AGREEMENT.since))
    assert references(fetched(both)) == ["XISA93DL", "XISA93DM", "XISA93DJ"]


# --- Going on


def test_nothing_is_fetched_twice(server, client):
    cursor = fetched(client)[-1].cursor
    server.requests.clear()
    assert fetched(client, cursor) == []
    assert server.paths() == ["/settlements/v1/payouts"]


def test_a_payout_that_is_listed_late_is_fetched_all_the_same(server, client):
    late = server.payouts.pop(2)
    cursor = fetched(client)[-1].cursor
    server.payouts.append(late)
    (document,) = fetched(client, cursor)
    assert references([document]) == ["XISA93DL"]
    assert fetched(client, document.cursor) == []


def test_a_payout_whose_totals_have_changed_is_fetched_again(server, client):
    cursor = fetched(client)[-1].cursor
    server.payouts[3]["totals"]["repay_amount"] += 1
    assert references(fetched(client, cursor)) == ["XISA93DM"]


def test_the_same_payout_is_the_same_document(client):
    first, again = fetched(client), fetched(client)
    assert [document.content for document in first] == [document.content for document in again]


def test_a_long_history_is_taken_in_steps():
    with serve(many(130)) as server:
        client = client_of(server)
        cursor, found = {}, []
        for expected in (60, 60, 10, 0):
            documents = fetched(client, cursor, today=datetime.date(2026, 8, 1))
            assert len(documents) == expected
            found += references(documents)
            cursor = documents[-1].cursor if documents else cursor
        assert found == [f"XISB{number:04}" for number in range(130)]


def test_what_was_fetched_before_a_fault_counts(server, client):
    server.faults += [Fault("payouts/XISA93DL", 500)] * 3
    stored = []
    with pytest.raises(ProviderError):
        for document in client.documents({}, TODAY):
            stored.append(document)
    assert references(stored) == ["XISA93DJ", "XISA93DK"]
    assert references(fetched(client, stored[-1].cursor)) == ["XISA93DL", "XISA93DM"]


@pytest.mark.parametrize("content", [b"", b"type;amount", b"{}", b'{"payout": {"payment_reference": "X"}}', b"[1]"])
def test_a_file_cannot_be_asked_for_again(client, content):
    assert client.document_again(content) is None


# --- Who we are


def test_accounts_are_the_merchants_and_currencies_of_recent_payouts(server, client):
    recent = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT00:00:00Z")
    for payout in server.payouts:
        payout["payout_date"] = recent
    server.payouts[0] |= {"currency_code": "SEK"}
    server.payouts[1] |= {"merchant_id": "K999999"}
    found = [(account.merchant_id, account.currency, account.names) for account in client.accounts()]
    assert found == [
        (MERCHANT_ID, "NOK", {MERCHANT_ID}),
        (MERCHANT_ID, "SEK", {MERCHANT_ID}),
        ("K999999", "NOK", {"K999999"}),
    ]
    assert client.check() == f"{MERCHANT_ID}, K999999"


def test_a_new_merchant_without_payouts_is_checked_too():
    with KlarnaServer() as server:
        assert client_of(server).check() == USERNAME


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("", "https://api.klarna.com"),
        ("klarna", "https://api.klarna.com"),
        ("kustom", "https://api.kustom.co"),
        ("playground", "https://api.playground.klarna.com"),
    ],
)
def test_each_host_has_its_address(host, address):
    assert KlarnaDocuments(entered(host=host), ()).base_url == address


def test_kustom_is_asked_the_same_way(server):
    documents = fetched(client_of(server, host="kustom"))
    assert references(documents) == [payout.reference for payout in story()]
    server.faults += [Fault("payouts", 500)] * 3
    assert "Kustom has an internal error" in str(refused(lambda: fetched(client_of(server, host="kustom"))))


# --- What goes wrong


def test_wrong_keys_are_permanent_and_are_not_shown(server):
    wrong = client_of(server, password="another-secret")
    error = refused(lambda: fetched(wrong))
    assert error.is_permanent
    assert "401" in str(error)
    assert "another-secret" not in str(error)


def test_keys_that_the_server_repeats_are_hidden(server, client):
    basic = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
    said = json.dumps({"message": f"no: Basic {basic}, {PASSWORD}"})
    server.faults.append(Fault("payouts", 401, body=said.encode()))
    error = refused(lambda: fetched(client))
    assert basic not in str(error)
    assert "no: ***, ***" in str(error)


def test_no_access_is_permanent(server, client):
    server.faults.append(Fault("payouts", 403))
    assert refused(lambda: fetched(client)).is_permanent


def test_asked_to_wait_a_little_the_client_waits(server):
    pauses = []
    server.faults.append(Fault("payouts", 429, {"Retry-After": "2"}))
    assert len(fetched(client_of(server, pauses=pauses))) == 4
    assert pauses == [2]


def test_asked_to_wait_long_the_next_fetch_does(server, client):
    server.faults.append(Fault("transactions", 429, {"Retry-After": "120"}))
    error = refused(lambda: fetched(client))
    assert (error.retry_after, error.is_permanent) == (120, False)


def test_the_next_page_is_never_asked_of_another_host(server):
    server.page_size = 2
    with serve(story()) as other:
        server.next_host = other.base_url
        assert references(fetched(client_of(server))) == [payout.reference for payout in story()]
        assert other.requests == []


def test_pages_that_never_end(server, client):
    server.page_size, server.stuck = 2, True
    assert "again and again" in str(refused(lambda: fetched(client)))


def test_a_list_that_changed_while_it_was_fetched_is_not_stored(server, client):
    server.total_is_off = True
    assert "announced 5 payouts" in str(refused(lambda: fetched(client)))


@pytest.mark.parametrize("body", [b"[]", b'{"payouts": 5}', b'{"payouts": [5]}', b"{}"])
def test_an_answer_that_is_no_list(server, client, body):
    server.faults.append(Fault("payouts", 200, body=body))
    assert "other than a list of payouts" in str(refused(lambda: fetched(client)))


@pytest.mark.parametrize("body", [b'{"payouts": [{}]}', b'{"payouts": [{"payment_reference": "X", "payout_date": 5}]}'])
def test_a_payout_without_reference_or_date(server, client, body):
    server.faults.append(Fault("payouts", 200, body=body))
    assert "other than a payout" in str(refused(lambda: fetched(client)))


def test_a_payout_that_is_another_one(server, client):
    server.faults.append(Fault("payouts/XISA93DJ", 200, body=b'{"payment_reference": "XISA93DK"}'))
    assert "other than a payout" in str(refused(lambda: fetched(client)))


def test_a_reference_with_a_slash_stays_one_part_of_the_address():
    odd = Payout("../XISA/1 ?", day(6), sale("a", "WEB-1", "10.00", utc(2)))
    with serve([odd]) as server:
        (document,) = fetched(client_of(server))
        assert document.name == "klarna-..-XISA-1--.json"
        assert references([document]) == ["../XISA/1 ?"]
