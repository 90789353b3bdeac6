"""What is fetched from the Settlements API of Klarna or Kustom: one document a payout; and the keys for it.

Both answer alike, each at its own host, with HTTP basic authentication.

Source: the Settlements API's specification, ``/payouts``, ``/payouts/{payment_reference}``, ``/transactions``;
docs.kustom.co, "Authentication" (the user name with the API key as password).
"""

import datetime
import hashlib
import json
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping

import requests

from ...common.files.dates import OSLO
from ...common.files.rows import Row
from ...common.http import Connection
from ...common.json_reading import load_json, to_json
from ...common.messages import DocumentError, ProviderError, _
from ...common.settings import Setting, check_settings
from ..contract import Account, RawDocument
from .payout_api import FORMAT

KLARNA, KUSTOM, PLAYGROUND = "klarna", "kustom", "playground"

HOSTS = {
    KLARNA: "https://api.klarna.com",
    KUSTOM: "https://api.kustom.co",
    PLAYGROUND: "https://api.playground.klarna.com",
}
_NAMES = {KLARNA: "Klarna", KUSTOM: "Kustom", PLAYGROUND: "Klarna Playground"}
_ROOT = "/settlements/v1"

#: The most the API gives at a time, and more pages than a payout has: a server that never ends.
PAGE_SIZE = 500
MAX_PAGES = 2_000

#: How many payouts one call fetches of an agreement, so that a long history is taken in steps.
PAYOUTS_PER_CALL = 60

#: Payouts of the days before the latest one are looked for again: a payout may be listed late.
OVERLAP_DAYS = 14

#: How far back the first fetch goes for an agreement without a first day, and the look for accounts.
FIRST_DAYS = 30
ACCOUNT_DAYS = 180

SETTINGS = (
    Setting(
        "host",
        _("Service"),
        help=_("Who pays out: Klarna, or Kustom, to which Klarna Checkout in the Nordic countries was handed over."),
        choices=((KLARNA, _("Klarna")), (KUSTOM, _("Kustom")), (PLAYGROUND, _("Klarna Playground (test)"))),
        default=KLARNA,
    ),
    Setting(
        "username",
        _("API Username"),
        help=_("Shown when API credentials or an API key are made in the portal; it begins with the merchant id."),
        is_secret=True,
        is_required=True,
    ),
    Setting(
        "password",
        _("API Password"),
        help=_("Shown once, when it is made in the portal. At Kustom it is the API key."),
        is_secret=True,
        is_required=True,
    ),
    Setting(
        "reference",
        _("Order Reference"),
        help=_("Which of the shop's two references is the order number. Where it is empty, the other one is taken."),
        choices=(
            ("merchant_reference1", _("Merchant Reference 1")),
            ("merchant_reference2", _("Merchant Reference 2")),
        ),
        default="merchant_reference1",
    ),
)


class KlarnaDocuments:
    """Fetches the payouts of agreements; see :class:`~..contract.Client`.

    The cursor holds for each agreement the latest ``payout_date`` fetched, and what was ``seen`` of the days before it:
    payment reference to payout date and a checksum of what the list said, so that a payout is fetched again only if
    that changes.
    """

    def __init__(
        self,
        settings: Mapping,
        agreements: tuple,
        *,
        base_url: str = "",
        session: requests.Session | None = None,
        sleep: Callable = time.sleep,
        may_be_local: bool = False,
        **connection,
    ):
        host = settings["host"]
        self._service = _NAMES[host]
        check_settings(self._service, SETTINGS, settings)
        self._agreements = agreements
        self._keys = (settings["username"].encode(), settings["password"].encode())
        self.base_url = base_url or HOSTS[host]
        self._connection = Connection(
            self._service,
            self.base_url,
            _load,
            (settings["password"],),
            session,
            sleep,
            may_be_local=may_be_local,
            **connection,
        )

    def check(self) -> str:
        """Return the merchant ids of recent payouts; the user name where there are none yet."""
        return ", ".join(dict.fromkeys(account.name for account in self.accounts())) or self._keys[0].decode()

    def accounts(self) -> tuple:
        """Return the merchant ids and currencies of the payouts of the last half year."""
        today = datetime.datetime.now(OSLO).date()
        payouts = self._payouts(today - datetime.timedelta(days=ACCOUNT_DAYS), today + datetime.timedelta(days=1), "")
        found = dict.fromkeys((_text(payout, "merchant_id"), _text(payout, "currency_code")) for payout in payouts)
        return tuple(
            Account(merchant_id, currency, name=merchant_id, names=frozenset({merchant_id}))
            for merchant_id, currency in sorted(found)
            if merchant_id
        )

    def documents(self, cursor: Mapping, today: datetime.date) -> Iterator[RawDocument]:
        """Yield each payout before ``today``, with its transactions, of each agreement."""
        cursor = dict(cursor)
        for agreement in self._agreements:
            for document in self._of_agreement(agreement, cursor, today):
                cursor = document.cursor
                yield document

    def _of_agreement(self, agreement, cursor: Mapping, today: datetime.date) -> Iterator[RawDocument]:
        key = f"{agreement.merchant_id}:{agreement.currency}"
        place = cursor.get(key) or {}
        seen = dict(place.get("seen") or {})
        latest = place.get("payout_date", "")
        first = agreement.since or today - datetime.timedelta(days=FIRST_DAYS)
        if latest:
            first = max(first, datetime.date.fromisoformat(latest) - datetime.timedelta(days=OVERLAP_DAYS))
        payouts = [
            (_day(payout), _text(payout, "payment_reference"), payout)
            for payout in self._payouts(first, today, agreement.currency)
            if _is_of(payout, agreement)
        ]
        fresh = [
            each for each in sorted(payouts, key=lambda each: each[:2]) if seen.get(each[1], [])[1:] != [_sum(each[2])]
        ]
        for day, reference, payout in fresh[:PAYOUTS_PER_CALL]:
            content = self._fetch(reference)
            latest = max(latest, day)
            seen[reference] = [day, _sum(payout)]
            cursor = {**cursor, key: {"payout_date": latest, "seen": _recent(seen, latest)}}
            yield RawDocument(f"klarna-{_in_name(reference)}.json", content, cursor)

    def document_again(self, content: bytes) -> bytes | None:
        """Return a payout as it is now; None for a document that is no payout of the API (an uploaded file)."""
        try:
            bundle = load_json(content)
            reference = bundle["payout"]["payment_reference"]
        except (ValueError, LookupError, TypeError):
            return None
        return self._fetch(str(reference)) if bundle.get("format") == FORMAT and reference else None

    # --- what the API gives

    def _fetch(self, reference: str) -> bytes:
        """Return one payout with all its transactions as a raw document; see :mod:`.payout_api`."""
        path = f"{_ROOT}/payouts/{urllib.parse.quote(reference, safe='')}"
        payout, body = self._connection.json("GET", path, auth=self._keys)
        if not isinstance(payout, dict) or _text(payout, "payment_reference") != reference:
            raise ProviderError("klarna_answer_not_a_payout", service=self._service, path=path)
        pages = self._pages("/transactions", "transactions", {"payment_reference": reference})
        return _bundle(body, [page for _items, page in pages])

    def _payouts(self, first: datetime.date, end: datetime.date, currency: str) -> Iterator[dict]:
        """Yield the payouts from ``first`` until the day before ``end``, in Norway, as the API lists them."""
        query = {"start_date": _start_of(first), "end_date": _start_of(end, seconds_before=1)}
        if currency:
            query["currency_code"] = currency
        for payouts, _body in self._pages("/payouts", "payouts", query):
            for payout in payouts:
                if not _text(payout, "payment_reference") or not _day(payout):
                    raise ProviderError("klarna_answer_not_a_payout", service=self._service, path=f"{_ROOT}/payouts")
                yield payout

    def _pages(self, path: str, name: str, query: Mapping) -> Iterator[tuple]:
        """Yield each page of a list: its objects, and the answer as it came.

        The address of the next page is not gone to: only its place in the list is read, and asked of the same host,
        because our keys go along.
        """
        path = _ROOT + path
        place: dict = {}
        places, count = [], 0
        for _page in range(MAX_PAGES):
            query = {**query, "size": PAGE_SIZE, **place}
            answer, body = self._connection.json("GET", path, auth=self._keys, params=query)
            items = answer.get(name) if isinstance(answer, dict) else None
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise ProviderError("klarna_answer_not_a_list", service=self._service, path=path, name=name)
            count += len(items)
            yield items, body
            pagination = answer.get("pagination") if isinstance(answer.get("pagination"), dict) else {}
            places.append(place)
            place = _place(pagination.get("next"))
            if not place:
                self._check_count(path, name, pagination.get("total"), count)
                return
            if place in places:
                break
        raise ProviderError("klarna_repeats_page", service=self._service, path=path)

    def _check_count(self, path: str, name: str, total, count: int) -> None:
        if isinstance(total, int) and total != count:
            raise ProviderError(
                "klarna_pages_incomplete",
                service=self._service,
                path=path,
                name=name,
                expected=total,
                found=count,
            )


def _load(content: bytes):
    """Decode an answer; some begin with a byte order mark."""
    return load_json(content.removeprefix(b"\xef\xbb\xbf"))


def _place(next_page) -> dict:
    """Return the place of the next page in its list, from the address the API gives; empty where there is none."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(next_page).query) if isinstance(next_page, str) else {}
    return {name: query[name][-1] for name in ("size", "offset") if name in query}


def _bundle(payout: bytes, pages: list) -> bytes:
    """Return the raw document: the answers byte for byte as the server sent them."""
    answers = [body.removeprefix(b"\xef\xbb\xbf").strip() for body in (payout, *pages)]
    head = b'{"format": %s, "payout": %s, "transactions": [' % (json.dumps(FORMAT).encode(), answers[0])
    return head + b",\n".join(answers[1:]) + b"]}"


def _start_of(day: datetime.date, seconds_before: int = 0) -> str:
    """Return the beginning of a day in Norway as the API takes it: in UTC, with the clock."""
    moment = datetime.datetime.combine(day, datetime.time(), OSLO).astimezone(datetime.timezone.utc)
    return (moment - datetime.timedelta(seconds=seconds_before)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(payout: Mapping) -> str:
    """Return a payout's day in Norway as ISO text, which sorts as days do; empty where it has none."""
    try:
        moment = Row("payout", 0, payout).moment("payout_date", OSLO)
    except DocumentError:
        return ""
    return moment.astimezone(OSLO).date().isoformat() if moment else ""


def _is_of(payout: Mapping, agreement) -> bool:
    """Whether a payout is of this agreement, as far as it says, and not from before its first day."""
    merchant_id = _text(payout, "merchant_id")
    is_merchant = not merchant_id or not agreement.merchant_id or merchant_id == agreement.merchant_id
    is_currency = _text(payout, "currency_code") == agreement.currency
    return is_merchant and is_currency and (agreement.since is None or _day(payout) >= agreement.since.isoformat())


def _sum(payout: Mapping) -> str:
    return hashlib.sha256(to_json(dict(payout))).hexdigest()[:16]


def _recent(seen: Mapping, latest: str) -> dict:
    """Return what was seen of the days that are looked at again."""
    first = datetime.date.fromisoformat(latest) - datetime.timedelta(days=OVERLAP_DAYS)
    return {reference: found for reference, found in seen.items() if found[0] >= first.isoformat()}


def _text(record: Mapping, name: str) -> str:
    value = record.get(name)
    return str(value).strip() if isinstance(value, (str, int)) else ""


def _in_name(reference: str) -> str:
    """Return a payment reference as part of a file's name."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in reference)
