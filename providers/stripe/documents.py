"""What is fetched from Stripe: one document a payout, or a stretch of the balance; and the key for it."""

import datetime
import time
from collections.abc import Callable, Iterator, Mapping

import requests

from ...common.files.dates import OSLO
from ...common.json_reading import load_json, to_json
from ...common.messages import ProviderError, _
from ...common.settings import Setting, check_settings
from ..contract import Account, RawDocument
from .api import BALANCE_FORMAT, PAYOUT_FORMAT
from .client import BASE_URL, PermissionMissing, StripeClient
from .kept_fields import without_personal_data
from .references import DEFAULT_KEY, keys_to_look_at

AUTOMATIC, MANUAL = "automatic", "manual"

#: How many payouts one call fetches, so that a long history is taken in steps.
PAYOUTS_PER_CALL = 30
#: The same for a balance: so many documents of so many days.
BALANCES_PER_CALL, DAYS_PER_BALANCE = 3, 31

#: How far back the first fetch goes for an agreement without a first day.
FIRST_DAYS = 30
#: How long a payout that was sent may still fail; it is looked at again as long.
WATCHED_DAYS = 30

#: Payouts of which something can be told. A pending one may still change; a failed or cancelled one is told too,
#: because its transactions are in no other payout. What was sent is complete before it arrives.
TOLD = ("in_transit", "paid", "failed", "canceled")
FAILED = ("failed", "canceled")

SETTINGS = (
    Setting(
        "secret_key",
        _("Secret or restricted key"),
        help=_(
            "In Stripe's dashboard under Developers, API keys. A restricted key needs read access to Balance, Balance "
            "transaction sources, Charges and refunds, Disputes, PaymentIntents, Payouts and Connected accounts."
        ),
        is_secret=True,
        is_required=True,
    ),
    Setting(
        "payouts",
        _("Payouts"),
        help=_(
            "Of automatic payouts Stripe knows which transactions they consist of. Of payouts made by hand it does "
            "not; then the whole balance is fetched."
        ),
        choices=((AUTOMATIC, _("Automatic, by Stripe's schedule")), (MANUAL, _("Made by hand"))),
        default=AUTOMATIC,
    ),
    Setting(
        "reference_key",
        _("Metadata with the order number"),
        help=_("What the shop calls the order's number in the metadata of its payments, for instance order_id."),
        default=DEFAULT_KEY,
    ),
)


class StripeDocuments:
    """Fetches the payouts or the balance of an account; see :class:`~..contract.Client`.

    The cursor of payouts holds the time from which they are asked for (``created``), which never passes one that is not
    complete, and the state of those that were fetched (``done``). That of a balance is the time it is fetched up to.
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
        check_settings("Stripe", SETTINGS, settings)
        self._agreements = agreements
        self._mode = settings["payouts"]
        self._keys = keys_to_look_at(settings["reference_key"])
        self._client = StripeClient(
            settings["secret_key"], base_url or BASE_URL, session=session, sleep=sleep, may_be_local=may_be_local
        )

    def check(self) -> str:
        """Return the account's id and the name it has in the dashboard."""
        number, name = self._account()
        self._client.balances()
        return " ".join(filter(None, (number, name)))

    def accounts(self) -> tuple:
        """Return the account in each currency it has a balance in."""
        number, name = self._account()
        return tuple(
            Account(merchant_id=number, currency=currency.upper(), name=name, names=frozenset([number]))
            for currency in sorted(self._client.balances())
        )

    def documents(self, cursor: Mapping, today: datetime.date) -> Iterator[RawDocument]:
        """Yield each payout that is complete, or the balance up to yesterday."""
        account = self._checked_account()
        fetch = self._fetch_balance if self._mode == MANUAL else self._fetch_payouts
        return fetch(account, cursor, today)

    def document_again(self, content: bytes) -> bytes | None:
        """Return a payout, or a stretch of the balance, as it is now; None for a document that is neither.

        :raises ProviderError: when it cannot be fetched, or Stripe is not done with the payout.
        """
        try:
            bundle = load_json(content)
            kind, account = bundle["format"], bundle["account"]
            if kind == PAYOUT_FORMAT:
                return self._payout_again(account, str(bundle["payout"]["id"]))
            if kind == BALANCE_FORMAT:
                return self._balance_document(account, int(bundle["from"]), int(bundle["to"]))
        except (ValueError, LookupError, TypeError):
            return None
        return None

    def _payout_again(self, account: str, number: str) -> bytes:
        payout = self._client.payout(number)
        if payout.get("reconciliation_status") != "completed":
            raise ProviderError("stripe_not_reconciled", payout=number)
        return self._payout_document(account, payout)

    # --- the account

    def _account(self) -> tuple[str, str]:
        """Return the account's id and name. A restricted key that may not read it leaves them to the agreement."""
        try:
            account = self._client.account()
        except PermissionMissing:
            expected = self._expected_account()
            if not expected:
                raise
            return expected, ""
        names = (
            _within(account, "settings", "dashboard", "display_name"),
            _within(account, "business_profile", "name"),
        )
        number = account.get("id")
        if not isinstance(number, str) or not number:
            raise ProviderError("stripe_answer_not_an_object", path="/v1/account")
        return number, next(filter(None, names), "")

    def _expected_account(self) -> str:
        return next((agreement.merchant_id for agreement in self._agreements if agreement.merchant_id), "")

    def _checked_account(self) -> str:
        number, _name = self._account()
        expected = self._expected_account()
        if expected and expected != number:
            raise ProviderError("stripe_other_account", is_permanent=True, found=number, expected=expected)
        return number

    def _first_second(self, today: datetime.date) -> int:
        """Return from when on the first fetch asks: the earliest first day of the agreements."""
        first = today - datetime.timedelta(days=FIRST_DAYS)
        days = [agreement.since or first for agreement in self._agreements]
        return _midnight(min(days, default=first))

    # --- automatic payouts

    def _fetch_payouts(self, account: str, cursor: Mapping, today: datetime.date) -> Iterator[RawDocument]:
        done = dict(cursor.get("done") or {})
        start = cursor.get("created") or self._first_second(today)
        found = self._client.payouts(start)
        payouts = [payout for payout in found if payout.get("automatic")]
        if found and not payouts and not done:
            raise ProviderError("stripe_payouts_by_hand", is_permanent=True, payout=found[-1]["id"])
        count = 0
        for payout in payouts:
            number, status = payout["id"], payout.get("status")
            if payout.get("reconciliation_status") != "completed" or status not in TOLD:
                continue
            if number in done and (status not in FAILED or done[number] in FAILED):
                continue
            if count == PAYOUTS_PER_CALL:
                return
            count += 1
            content = self._payout_document(account, payout)
            done[number] = status
            yield RawDocument(f"stripe-{number}.json", content, _payout_cursor(payouts, done, start, today))

    def _payout_document(self, account: str, payout: Mapping) -> bytes:
        pages = self._client.payout_pages(payout["id"])
        return self._bundle({"format": PAYOUT_FORMAT, "account": account, "payout": self._kept(payout)}, pages)

    # --- the balance

    def _fetch_balance(self, account: str, cursor: Mapping, today: datetime.date) -> Iterator[RawDocument]:
        start, end = cursor.get("balance_to") or self._first_second(today), _midnight(today)
        count = 0
        while start < end and count < BALANCES_PER_CALL:
            day = datetime.datetime.fromtimestamp(start, OSLO).date()
            stop = min(end, _midnight(day + datetime.timedelta(days=DAYS_PER_BALANCE)))
            content = self._balance_document(account, start, stop)
            if content:
                count += 1
                last = datetime.datetime.fromtimestamp(stop - 1, OSLO).date()
                yield RawDocument(f"stripe-balance-{day}-{last}.json", content, {**cursor, "balance_to": stop})
            start = stop

    def _balance_document(self, account: str, start: int, stop: int) -> bytes | None:
        """Return what happened between two times, with the balance before and after; None when nothing did.

        Stripe tells the balance of this moment only. What came since is taken off; should something come meanwhile, it
        is tried once more.
        """
        for _try in range(3):
            before = self._client.balances()
            pages = self._client.balance_pages(start, stop)
            later = self._client.balance_pages(stop, is_expanded=False)
            if self._client.balances() == before:
                break
        else:
            raise ProviderError("stripe_balance_moves", retry_after=60)
        rows = [row for page in pages for row in page["data"]]
        if not rows:
            return None
        closing = _less(before, (row for page in later for row in page["data"]))
        opening = _less(closing, rows)
        balances = {
            currency: {"opening": opening[currency], "closing": closing.get(currency, 0)} for currency in opening
        }
        start_of_bundle = {
            "format": BALANCE_FORMAT,
            "account": account,
            "from": start,
            "to": stop,
            "balances": balances,
        }
        return self._bundle(start_of_bundle, pages)

    # --- raw documents

    def _bundle(self, start: dict, pages: list) -> bytes:
        return to_json({**start, "pages": self._kept(pages)})

    def _kept(self, value):
        return without_personal_data(value, self._keys)


def _within(value, *names) -> str:
    """Return a text that stands within objects of an answer; empty where it does not."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def _payout_cursor(payouts: list, done: dict, start: int, today: datetime.date) -> dict:
    """Return where to go on: at the first payout that is not done, and never after those that may still fail."""
    waiting = [payout["created"] for payout in payouts if payout["id"] not in done]
    watched = _midnight(today - datetime.timedelta(days=WATCHED_DAYS))
    created = max(start, min([watched, *waiting]))
    kept = {payout["id"] for payout in payouts if payout["created"] >= created}
    return {"created": created, "done": {number: status for number, status in done.items() if number in kept}}


def _less(balances: Mapping, rows) -> dict:
    """Return balances before ``rows``."""
    left = dict(balances)
    for row in rows:
        left[row["currency"]] = left.get(row["currency"], 0) - row.get("net", 0)
    return left


def _midnight(day: datetime.date) -> int:
    """Return the second at which a day begins in Oslo."""
    return int(datetime.datetime.combine(day, datetime.time(), OSLO).timestamp())
