"""What is fetched for agreements with Vipps: days or feed, whose ledger, and where the next fetch goes on."""

import datetime
import json

import pytest

from odoo.addons.settlement_bridge.common.messages import ProviderError
from odoo.addons.settlement_bridge.providers import vipps
from odoo.addons.settlement_bridge.providers.contract import Agreement
from odoo.addons.settlement_bridge.providers.proof import prove
from odoo.addons.settlement_bridge.providers.vipps.documents import DATES_PER_CALL, FIRST_DAYS

from ...samples import vipps_files
from ...servers.local_server import Fault
from ...servers.vipps import CLIENT_ID, CLIENT_SECRET, MSN, SUBSCRIPTION_KEY, VippsServer
from .reading import STORY, settlements

FIRST, TODAY = datetime.date(2026, 3, 1), datetime.date(2026, 3, 12)
NOK = Agreement(MSN, "NOK", FIRST)
KEYS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "subscription_key": SUBSCRIPTION_KEY}

#: A shop that sells in Norway and Denmark, and a café with two sales units on one ledger.
LEDGERS = [
    {"ledgerId": "302321", "currency": "NOK", "settlesForRecipientHandles": [f"api:{MSN}"]},
    {"ledgerId": "302322", "currency": "DKK", "settlesForRecipientHandles": [f"api:{MSN}"]},
    {"ledgerId": "302400", "currency": "NOK", "settlesForRecipientHandles": ["api:777001", "NO:777002"]},
]


@pytest.fixture
def server():
    with VippsServer(*vipps_files.api_items(STORY)) as running:
        yield running


@pytest.fixture
def of_several():
    """A server whose keys see three ledgers, without anything in them."""
    with VippsServer(ledgers=LEDGERS) as running:
        yield running


def client_of(server, *agreements, **entered):
    return vipps.PROVIDER.client(
        vipps.PROVIDER.complete({**KEYS, **entered}),
        agreements or (NOK,),
        base_url=server.base_url,
        sleep=lambda _seconds: None,
        may_be_local=True,
    )


def fetched(client, cursor=None, today=TODAY):
    """Return what one fetch gives, and the cursor after it."""
    documents = list(client.documents(cursor or {}, today))
    return documents, documents[-1].cursor if documents else cursor


def names(documents):
    return [document.name for document in documents]


def days_asked(server, topic="funds"):
    return [path.rpartition("/")[2] for path in server.paths() if f"/{topic}/dates/" in path]


def refused(call):
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value


# --- Day by day


def test_one_document_a_closed_day_up_to_yesterday(server):
    documents, cursor = fetched(client_of(server))
    assert names(documents) == [f"vipps-302321-2026-03-{day:02}.json" for day in range(1, 12)]
    assert cursor == {"302321": {"date": "2026-03-11"}}
    found = [each for document in documents for each in vipps.parse(document.name, document.content).settlements]
    assert [prove(settlement) for settlement in found] == [[]] * len(found)
    paid = {each.external_id: each.payout_amount for each in found if each.external_id}
    assert paid == {each.external_id: each.payout_amount for each in settlements("api") if each.external_id}


def test_the_next_fetch_goes_on_after_the_last_day(server):
    client = client_of(server)
    _documents, cursor = fetched(client, today=datetime.date(2026, 3, 4))
    assert cursor == {"302321": {"date": "2026-03-03"}}
    server.requests.clear()
    documents, _cursor = fetched(client, cursor, today=datetime.date(2026, 3, 6))
    assert names(documents) == ["vipps-302321-2026-03-04.json", "vipps-302321-2026-03-05.json"]
    assert days_asked(server) == ["2026-03-04", "2026-03-05"]


def test_a_day_that_is_open_is_waited_for_and_no_later_one_overtakes_it(server):
    server.open_dates = {"2026-03-04"}
    client = client_of(server)
    documents, cursor = fetched(client)
    assert names(documents)[-1] == "vipps-302321-2026-03-03.json"
    assert fetched(client, cursor) == ([], cursor)
    server.open_dates.clear()
    assert names(fetched(client, cursor)[0])[0] == "vipps-302321-2026-03-04.json"


def test_without_a_first_day_the_last_month_is_fetched(server):
    fetched(client_of(server, Agreement(MSN, "NOK")))
    assert days_asked(server)[0] == (TODAY - datetime.timedelta(days=FIRST_DAYS)).isoformat()


def test_a_long_history_is_taken_in_steps(server):
    client = client_of(server, Agreement(MSN, "NOK", datetime.date(2025, 11, 20)))
    cursor, counts = {}, []
    for _call in range(4):
        documents, cursor = fetched(client, cursor)
        counts.append(len(documents))
    assert counts == [DATES_PER_CALL, 112 - DATES_PER_CALL, 0, 0]
    asked = days_asked(server)
    assert (asked[0], asked[-1], len(asked)) == ("2025-11-20", "2026-03-11", 112)


def test_nothing_of_today_is_asked_for(server):
    assert fetched(client_of(server, Agreement(MSN, "NOK", TODAY))) == ([], None)
    assert days_asked(server) == []


# --- Continuously


def test_the_feed_gives_what_is_new_and_then_nothing(server):
    client = client_of(server, fetch_mode="feed")
    (document,), cursor = fetched(client)
    assert document.name.startswith("vipps-302321-feed-")
    assert json.loads(json.dumps(cursor)) == cursor
    assert list(cursor) == ["302321"] and set(cursor["302321"]["feed"]) == {"funds", "fees"}
    rows = {row.external_id for s in vipps.parse(document.name, document.content).settlements for row in s.transactions}
    assert rows == {row.external_id for settlement in settlements("api") for row in settlement.transactions}
    assert fetched(client, cursor) == ([], cursor)


def test_the_feed_goes_on_where_it_was(server):
    funds, fees = server.topics["funds"], server.topics["fees"]
    client = client_of(server, fetch_mode="feed")
    server.topics = {
        name: [item for item in items if item["ledgerDate"] < "2026-03-09"]
        for name, items in (("funds", funds), ("fees", fees))
    }
    (first,), cursor = fetched(client)
    server.topics = {"funds": funds, "fees": fees}
    (second,), _cursor = fetched(client, cursor)
    paid = [
        [each.external_id for each in vipps.parse(document.name, document.content).settlements if each.external_id]
        for document in (first, second)
    ]
    assert paid == [["2000045", "2000046"], ["2000047"]]


def test_a_change_to_the_feed_forgets_no_day(server):
    _documents, cursor = fetched(client_of(server), today=datetime.date(2026, 3, 5))
    _documents, cursor = fetched(client_of(server, fetch_mode="feed"), cursor)
    assert cursor["302321"]["date"] == "2026-03-04"
    documents, _cursor = fetched(client_of(server), cursor)
    assert names(documents)[0] == "vipps-302321-2026-03-05.json"


# --- Whose ledger


@pytest.mark.parametrize("merchant_id", ["777001", "api:777001", "777002", "NO:777002", "302400"])
def test_a_ledger_is_found_by_a_sales_unit_of_it_or_its_own_number(of_several, merchant_id):
    agreement = Agreement(merchant_id, "NOK", TODAY - datetime.timedelta(1))
    documents, _cursor = fetched(client_of(of_several, agreement, key_type="partner"))
    assert names(documents) == ["vipps-302400-2026-03-11.json"]


def test_one_sales_unit_has_a_ledger_a_currency(of_several):
    yesterday = TODAY - datetime.timedelta(1)
    both = (Agreement(MSN, "NOK", yesterday), Agreement(MSN, "DKK", yesterday))
    documents, cursor = fetched(client_of(of_several, *both))
    assert names(documents) == ["vipps-302321-2026-03-11.json", "vipps-302322-2026-03-11.json"]
    assert cursor == {"302321": {"date": "2026-03-11"}, "302322": {"date": "2026-03-11"}}


def test_each_ledger_goes_on_from_its_own_day(of_several):
    both = (Agreement(MSN, "NOK", FIRST), Agreement(MSN, "DKK", FIRST))
    cursor = {"302321": {"date": "2026-03-10"}, "302322": {"date": "2026-03-09"}, "999999": {"date": "2026-01-01"}}
    documents, after = fetched(client_of(of_several, *both), cursor)
    assert names(documents) == [
        "vipps-302321-2026-03-11.json",
        "vipps-302322-2026-03-10.json",
        "vipps-302322-2026-03-11.json",
    ]
    assert after == {**cursor, "302321": {"date": "2026-03-11"}, "302322": {"date": "2026-03-11"}}


def test_a_fault_at_the_second_ledger_keeps_what_the_first_gave(of_several):
    both = (Agreement(MSN, "NOK", TODAY - datetime.timedelta(2)), Agreement(MSN, "DKK", TODAY - datetime.timedelta(2)))
    client, stored = client_of(of_several, *both), []
    of_several.faults += [Fault("/302322/", 500)] * 10
    with pytest.raises(ProviderError):
        for document in client.documents({}, TODAY):
            stored.append(document)
    assert names(stored) == ["vipps-302321-2026-03-10.json", "vipps-302321-2026-03-11.json"]
    of_several.faults.clear()
    documents, _cursor = fetched(client, stored[-1].cursor)
    assert names(documents) == ["vipps-302322-2026-03-10.json", "vipps-302322-2026-03-11.json"]


def test_a_sales_unit_the_keys_do_not_reach_is_named(of_several):
    error = refused(lambda: fetched(client_of(of_several, Agreement("888888", "NOK", FIRST), key_type="partner")))
    assert error.is_permanent
    assert "888888" in str(error) and "NOK" in str(error)


def test_an_agreement_without_a_number_takes_the_only_ledger_of_its_currency(of_several):
    danish = client_of(of_several, Agreement("", "DKK", TODAY - datetime.timedelta(1)), key_type="partner")
    assert names(fetched(danish)[0]) == ["vipps-302322-2026-03-11.json"]
    error = refused(lambda: fetched(client_of(of_several, Agreement("", "NOK", FIRST), key_type="partner")))
    assert error.is_permanent
    assert "2" in str(error) and "NOK" in str(error)


def test_the_keys_reach_each_sales_unit_of_each_ledger(of_several):
    client = client_of(of_several)
    accounts = [(account.merchant_id, account.currency) for account in client.accounts()]
    assert accounts == [(MSN, "NOK"), (MSN, "DKK"), ("777001", "NOK"), ("777002", "NOK")]
    assert {"777001", "api:777001", "NO:777001", "302400"} <= client.accounts()[2].names
    assert client.check() == f"{MSN}, 777001, 777002"


# --- Keys


def test_merchant_keys_are_those_of_the_agreements_sales_unit(server):
    fetched(client_of(server))
    method, path, _query, headers, _body = server.requests[0]
    assert (method, path, headers["merchant-serial-number"]) == ("POST", "/accesstoken/get", MSN)


def test_an_accounting_partner_needs_no_subscription_key(server):
    partner = client_of(server, key_type="partner", subscription_key="")
    assert len(fetched(partner)[0]) == 11
    assert server.paths()[0] == "/miami/v1/token"
    assert not any("ocp-apim-subscription-key" in headers for *_asked, headers, _body in server.requests)


def test_a_merchant_does(server):
    error = refused(lambda: client_of(server, subscription_key=""))
    assert error.is_permanent
    assert "Subscription Key" in str(error)
    assert server.requests == []


# --- Again


def test_a_day_that_is_open_again_cannot_be_fetched_again_yet(server):
    client = client_of(server)
    document = fetched(client)[0][1]
    server.open_dates = {"2026-03-02"}
    error = refused(lambda: client.document_again(document.content))
    assert "2026-03-02" in str(error)
    assert not error.is_permanent


def test_a_stretch_of_the_feed_cannot_be_asked_for_again(server):
    client = client_of(server, fetch_mode="feed")
    (document,), _cursor = fetched(client)
    assert client.document_again(document.content) is None
