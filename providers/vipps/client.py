"""The client of Vipps' Report API v2. It only reads.

Sources: developer.vippsmobilepay.com/api/report, /api/access-token, and the guides on access tokens (standard and
specialized authentication) and on fetching report data.
"""

import datetime
import json
import re
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import requests

from ...common.files.rows import Row
from ...common.http import Connection, StatusError, is_key
from ...common.json_reading import load_json
from ...common.messages import DocumentError, ProviderError
from .report_api import DATE_FORMAT, FEED_FORMAT

BASE_URL = "https://api.vipps.no"
TOPICS = ("funds", "fees")

#: Vipps asks every integration to name itself; at most 30 characters each.
SYSTEM_HEADERS = {
    "Vipps-System-Name": "Odoo",
    "Vipps-System-Version": "19.0",
    "Vipps-System-Plugin-Name": "settlement_bridge",
    "Vipps-System-Plugin-Version": "1.0",
}

#: 10 million entries of one ledger date; more is a server that never ends.
MAX_PAGES = 10_000
#: One call of the feed reads about this many pages (of at most 1,000 entries), then stores what it has.
FEED_PAGES = 20


@dataclass(frozen=True)
class VippsCredentials:
    """Keys to the Report API.

    A merchant has ``client_id``, ``client_secret``, ``subscription_key`` and ``merchant_serial_number`` of a sales
    unit. An accounting partner has ``client_id`` and ``client_secret`` alone.
    """

    client_id: str
    client_secret: str = field(repr=False)
    subscription_key: str = field(default="", repr=False)
    merchant_serial_number: str = ""

    @property
    def is_partner(self) -> bool:
        """Whether these are an accounting partner's keys."""
        return not self.subscription_key and not self.merchant_serial_number

    def check(self) -> None:
        """Raise a :class:`~...common.messages.ProviderError` when a key is missing, naming it."""
        missing = [
            name
            for name, value in (
                ("client_id", self.client_id),
                ("client_secret", self.client_secret),
                ("subscription key", self.is_partner or self.subscription_key),
                ("merchant serial number", self.is_partner or self.merchant_serial_number),
            )
            if not value
        ]
        unfit = [name for name, value in vars(self).items() if value and not is_key(value)]
        if missing or unfit:
            raise ProviderError(
                "vipps_keys_incomplete",
                is_permanent=True,
                names=", ".join([*missing, *unfit]),
            )


class VippsClient:
    """Fetches ledgers and reports.

    :param base_url: another server, for tests. :param session: a ``requests.Session``, or None for a new one.
    :param sleep: called with seconds before a retry.

    All methods raise :class:`~...common.messages.ProviderError`; ``retry_after`` and ``is_permanent`` say whether and
    when to ask again.
    """

    def __init__(
        self,
        credentials: VippsCredentials,
        base_url: str = BASE_URL,
        session: requests.Session | None = None,
        sleep: Callable = time.sleep,
        **connection,
    ):
        credentials.check()
        self._credentials = credentials
        secrets = (credentials.client_id, credentials.client_secret, credentials.subscription_key)
        self._connection = Connection("Vipps", base_url, load_json, secrets, session, sleep, **connection)
        self._token = ""
        self._token_ends = 0

    # --- token

    def _authorization(self) -> dict:
        """Return the headers every call carries, with a token that is still good for a while."""
        if not self._token or time.monotonic() >= self._token_ends:
            self._fetch_token()
        headers = {**SYSTEM_HEADERS, "Authorization": f"Bearer {self._token}"}
        if not self._credentials.is_partner:
            headers["Ocp-Apim-Subscription-Key"] = self._credentials.subscription_key
            headers["Merchant-Serial-Number"] = self._credentials.merchant_serial_number
        return headers

    def _fetch_token(self) -> None:
        keys = self._credentials
        if keys.is_partner:
            answer, _body = self._connection.json(
                "POST",
                "/miami/v1/token",
                headers=dict(SYSTEM_HEADERS),
                auth=(keys.client_id, keys.client_secret),
                data={"grant_type": "client_credentials"},
            )
        else:
            headers = {
                **SYSTEM_HEADERS,
                "client_id": keys.client_id,
                "client_secret": keys.client_secret,
                "Ocp-Apim-Subscription-Key": keys.subscription_key,
                "Merchant-Serial-Number": keys.merchant_serial_number,
            }
            answer, _body = self._connection.json("POST", "/accesstoken/get", headers=headers, data="")
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise ProviderError("vipps_no_token")
        self._connection.add_secret(token)
        self._token = token
        self._token_ends = time.monotonic() + _usable_seconds(answer.get("expires_in"))

    def _get(self, path: str, params: dict) -> tuple:
        """Ask, and return the decoded JSON object and its body. A token that is refused is replaced once."""
        had_token = bool(self._token)
        params = {name: value for name, value in params.items() if value}
        try:
            answer, body = self._connection.json("GET", path, headers=self._authorization(), params=params)
        except StatusError as error:
            if error.status != 401 or not had_token:
                raise
            self._token = ""
            answer, body = self._connection.json("GET", path, headers=self._authorization(), params=params)
        if not isinstance(answer, dict) or not isinstance(answer.get("items", []), list):
            raise ProviderError("vipps_answer_not_a_list", path=path)
        return answer, body

    # --- ledgers

    def ledgers(self) -> list:
        """Return all ledgers the keys give access to, as Vipps describes them (``ledgerId``, ``currency``, …).

        An accounting partner should ask regularly: new ones come as merchants grant access.
        """
        path = "/settlement/v1/ledgers"
        ledgers: dict = {}
        for answer, _body in self._pages(path, lambda answer: bool(answer.get("cursor"))):
            for ledger in answer.get("items", []):
                handles = ledger.get("settlesForRecipientHandles") if isinstance(ledger, dict) else None
                is_list = isinstance(handles or [], list) and all(isinstance(handle, str) for handle in handles or [])
                number = ledger.get("ledgerId") if isinstance(ledger, dict) else None
                if not isinstance(number, (str, int)) or not number or not is_list:
                    raise ProviderError("vipps_answer_not_a_ledger", path=path)
                ledgers[str(ledger.get("ledgerId"))] = ledger
        return list(ledgers.values())

    def _pages(self, path: str, has_more: Callable, cursor: str = "") -> Iterator:
        """Yield the pages of a list: the decoded answer and its body. A cursor that comes back is an error."""
        cursors = {cursor}
        for _page in range(MAX_PAGES):
            answer, body = self._get(path, {"cursor": cursor})
            yield answer, body
            if not has_more(answer):
                return
            cursor = str(answer.get("cursor") or "")
            if cursor in cursors:
                break
            cursors.add(cursor)
        raise ProviderError(
            "vipps_repeats_page",
            path=path,
        )

    # --- one ledger date

    def fetch_date(self, ledger: dict, date: datetime.date) -> bytes | None:
        """Return all of one ledger date as a raw document (see :mod:`.report_api`), or None when it is still open.

        None means: ask again in half an hour at the earliest. A date can stay open for a month (monthly payouts) or two
        (negative balance).

        :param ledger: as :meth:`ledgers` returned it.
        :raises ProviderError: when there is no answer, or one that is not made of ledger entries: it is no closed date.
        """
        topics = {}
        for topic in TOPICS:
            pages = self._fetch_topic(ledger, topic, date)
            if pages is None:
                return None
            topics[topic] = pages
        return _bundle({"format": DATE_FORMAT, "ledger": ledger, "date": date.isoformat()}, topics, {})

    def _fetch_topic(self, ledger: dict, topic: str, date: datetime.date) -> list | None:
        path = f"{_ledger_path(ledger, topic)}/dates/{date.isoformat()}"
        bodies = []
        try:
            for answer, body in self._pages(path, lambda answer: _is_true(answer.get("hasMore"))):
                if _is_true(answer.get("tryLater")):
                    return None
                for item in answer.get("items", []):
                    _ledger_date(item)
                bodies.append(body)
        except StatusError as error:
            # Earlier specifications: not ready. Newer: not your ledger, which the text then says.
            if error.status == 404 and "no such ledger" not in error.detail.casefold():
                return None
            raise
        return bodies

    # --- feed

    def fetch_feed(self, ledger: dict, cursors: dict) -> tuple:
        """Return what is new in the feed as a raw document, or None when nothing is; and the cursors for the next call.

        Store both together. Cursors move past whole ledger dates only: entries of a date that is still open come again
        in the next document, so that rows that are told apart by their number within a date always have the same one.

        :param ledger: as :meth:`ledgers` returned it.
        :param cursors: what the last call returned; ``{}`` to begin with.
        """
        topics, after, next_cursors, is_new = {}, {}, {}, False
        for topic in TOPICS:
            place = cursors.get(topic) or {}
            bodies, next_cursors[topic], has_news = self._read_feed(ledger, topic, place)
            topics[topic] = bodies
            after[topic] = place.get("after", "")
            is_new = is_new or has_news
        if not is_new:
            return None, next_cursors
        end = {"cursors": {topic: place["cursor"] for topic, place in next_cursors.items()}}
        return _bundle({"format": FEED_FORMAT, "ledger": ledger, "after": after}, topics, end), next_cursors

    def _read_feed(self, ledger: dict, topic: str, place: dict) -> tuple:
        """Return the bodies read, the place to go on from, and whether there is anything new.

        A place has the ``cursor``, the date ``after`` which entries are new, and how many of those have been ``seen``.
        """
        path = f"{_ledger_path(ledger, topic)}/feed"
        after = place.get("after", "")
        cursor = place.get("cursor", "")
        bodies: list = []
        page_starts: list = []  # (cursor that gives the page, first new ledger date on it)
        dates: list = []
        is_closed = False
        for answer, body in self._pages(path, _feed_goes_on, cursor):
            bodies.append(body)
            new = [_ledger_date(item) for item in answer.get("items", [])]
            new = [date for date in new if date > after]
            page_starts += [(cursor, date) for date in dict.fromkeys(new)]
            dates += new
            cursor = str(answer.get("cursor") or cursor)
            if new:
                last = answer["items"][-1]
                is_closed = topic == "funds" and last.get("entryType") in ("payout-scheduled", "scheduled-for-payout")
            if len(bodies) >= FEED_PAGES and (is_closed or len(set(dates)) > 1):
                break
        if not dates:
            return bodies, {**place, "cursor": cursor, "after": after, "seen": 0}, False
        last_date = max(dates)
        has_news = len(dates) > int(place.get("seen") or 0)
        if is_closed:
            return bodies, {"cursor": cursor, "after": last_date, "seen": 0}, has_news
        # the page on which the open date begins is read again
        restart = next(start for start, date in page_starts if date == last_date)
        earlier = max((date for date in dates if date < last_date), default=after)
        return bodies, {"cursor": restart, "after": earlier, "seen": dates.count(last_date)}, has_news


def _usable_seconds(expires_in) -> int:
    """Return how long to use a token: its life less a tenth. The number comes as text from one of the two services."""
    text = str(expires_in)
    return int(text) * 9 // 10 if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _is_true(value) -> bool:
    return value is True or str(value).casefold() == "true"


def _feed_goes_on(answer: dict) -> bool:
    """The feed has no ``hasMore``: it goes on until it says to try later, or gives nothing."""
    return bool(answer.get("items")) and not _is_true(answer.get("tryLater"))


def _ledger_path(ledger: dict, topic: str) -> str:
    return f"/report/v2/ledgers/{urllib.parse.quote(str(ledger['ledgerId']), safe='')}/{topic}"


def _ledger_date(item) -> str:
    """Return the entry's ledger date as ISO text, which sorts as dates do.

    :raises ProviderError: when it has none, and so is no entry.
    """
    try:
        return Row("report", 0, item if isinstance(item, dict) else {}).day("ledgerDate").isoformat()
    except DocumentError:
        raise ProviderError("vipps_entry_without_date") from None


def _bundle(start: dict, topics: dict, end: dict) -> bytes:
    """Return the raw document: our own fields, and the pages byte for byte as the server sent them."""
    parts = [json.dumps(start, ensure_ascii=False, default=str).encode()[:-1]]
    for topic, bodies in topics.items():
        pages = b",\n".join(body.removeprefix(b"\xef\xbb\xbf").strip() for body in bodies)
        parts.append(b', "%s": [%s]' % (topic.encode(), pages))
    for name, value in end.items():
        parts.append(b", " + json.dumps({name: value}).encode()[1:-1])
    return b"".join(parts) + b"}"
