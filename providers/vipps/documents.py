"""What is fetched from Vipps: one document a ledger date, or what is new in the feed; and the keys for it."""

import datetime
import time
from collections.abc import Callable, Iterator, Mapping

import requests

from ...common.json_reading import load_json
from ...common.messages import ProviderError, _
from ...common.settings import Setting, check_settings
from ..contract import Account, RawDocument
from .client import BASE_URL, VippsClient, VippsCredentials
from .ledger import bare_handle, merchant_names

#: How many complete ledger dates one call fetches, so that a long history is taken in steps.
DATES_PER_CALL = 60

#: How far back the first fetch goes for an agreement without a first day.
FIRST_DAYS = 30

MERCHANT, PARTNER = "merchant", "partner"
BY_DATE, FEED = "dates", "feed"

SETTINGS = (
    Setting(
        "key_type",
        _("Keys"),
        choices=((MERCHANT, _("Merchant keys")), (PARTNER, _("Accounting partner keys"))),
        default=MERCHANT,
    ),
    Setting("client_id", _("Client ID"), is_secret=True, is_required=True),
    Setting("client_secret", _("Client Secret"), is_secret=True, is_required=True),
    Setting(
        "subscription_key",
        _("Subscription Key"),
        is_secret=True,
        is_required=True,
        needed_if=("key_type", MERCHANT),
    ),
    Setting(
        "fetch_mode",
        _("Fetching"),
        help=_(
            "Day by day suits daily payouts. With weekly or monthly payouts Vipps closes the days late; "
            "continuous fetching then gives each transaction as it comes."
        ),
        choices=((BY_DATE, _("Day by day, when the day is closed")), (FEED, _("Continuously"))),
        default=BY_DATE,
    ),
)


class VippsDocuments:
    """Fetches the ledgers of agreements from the Report API; see :class:`~..contract.Client`.

    The cursor holds for each ledger the last ``date`` fetched and the place in the ``feed``.
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
    ):
        check_settings("Vipps", SETTINGS, settings)
        self._agreements = agreements
        self._mode = settings["fetch_mode"]
        is_partner = settings["key_type"] == PARTNER
        credentials = VippsCredentials(
            client_id=settings["client_id"],
            client_secret=settings["client_secret"],
            subscription_key="" if is_partner else settings["subscription_key"],
            # The keys of a merchant are those of one sales unit.
            merchant_serial_number="" if is_partner else next((each.merchant_id for each in agreements), ""),
        )
        self._client = VippsClient(
            credentials, base_url or BASE_URL, session=session, sleep=sleep, may_be_local=may_be_local
        )

    def check(self) -> str:
        """Return the sales units the keys give access to."""
        return ", ".join(dict.fromkeys(account.name for account in self.accounts()))

    def accounts(self) -> tuple:
        """Return the sales units of all ledgers the keys give access to."""
        return tuple(
            Account(
                merchant_id=bare_handle(handle),
                currency=str(ledger.get("currency") or ""),
                name=bare_handle(handle),
                names=merchant_names(str(ledger["ledgerId"]), handle),
            )
            for ledger in self._client.ledgers()
            for handle in ledger.get("settlesForRecipientHandles") or []
        )

    def documents(self, cursor: Mapping, today: datetime.date) -> Iterator[RawDocument]:
        """Yield each closed ledger date, or what is new in the feed, of each agreement's ledger."""
        cursor = dict(cursor)
        ledgers = self._client.ledgers()
        fetch = self._fetch_feed if self._mode == FEED else self._fetch_dates
        for agreement in self._agreements:
            ledger = _get_ledger(ledgers, agreement)
            for document in fetch(ledger, agreement, cursor, today):
                cursor = document.cursor
                yield document

    def _fetch_dates(self, ledger, agreement, cursor, today) -> Iterator[RawDocument]:
        number = ledger["ledgerId"]
        place = cursor.get(number) or {}
        if place.get("date"):
            day = datetime.date.fromisoformat(place["date"]) + datetime.timedelta(days=1)
        else:
            day = agreement.since or today - datetime.timedelta(days=FIRST_DAYS)
        last = min(today, day + datetime.timedelta(days=DATES_PER_CALL))
        while day < last:
            content = self._client.fetch_date(ledger, day)
            if content is None:
                return
            cursor = {**cursor, number: {**place, "date": day.isoformat()}}
            yield RawDocument(f"vipps-{number}-{day.isoformat()}.json", content, cursor)
            day += datetime.timedelta(days=1)

    def _fetch_feed(self, ledger, _agreement, cursor, _today) -> Iterator[RawDocument]:
        number = ledger["ledgerId"]
        place = cursor.get(number) or {}
        content, feed = self._client.fetch_feed(ledger, place.get("feed") or {})
        if content is not None:
            moment = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H%M%S")
            cursor = {**cursor, number: {**place, "feed": feed}}
            yield RawDocument(f"vipps-{number}-feed-{moment}.json", content, cursor)

    def document_again(self, content: bytes) -> bytes | None:
        """Return a ledger date as it is now; None for a document that is not one whole date.

        :raises ProviderError: when it cannot be fetched, or is still open.
        """
        try:
            bundle = load_json(content)
            ledger, day = bundle["ledger"], datetime.date.fromisoformat(bundle["date"])
        except (ValueError, LookupError, TypeError):
            return None
        fresh = self._client.fetch_date(ledger, day)
        if fresh is None:
            raise ProviderError("vipps_day_not_closed", date=day.isoformat())
        return fresh


def _get_ledger(ledgers, agreement) -> dict:
    """Return the one ledger that settles for an agreement's sales unit, in its currency.

    :raises ProviderError: permanent, when there is none, or several.
    """
    found = [ledger for ledger in ledgers if ledger.get("currency") == agreement.currency]
    if agreement.merchant_id:
        found = [ledger for ledger in found if agreement.merchant_id in _names(ledger)]
    if len(found) > 1:
        raise ProviderError("vipps_several_ledgers", is_permanent=True, count=len(found), currency=agreement.currency)
    if not found:
        raise ProviderError(
            "vipps_no_ledger",
            is_permanent=True,
            currency=agreement.currency,
            merchant=agreement.merchant_id or "–",
        )
    return found[0]


def _names(ledger) -> frozenset:
    """Every form in which a ledger and the sales units it settles for are named."""
    return merchant_names(str(ledger.get("ledgerId") or ""), *(ledger.get("settlesForRecipientHandles") or []))
