"""The client of Stripe's API. It only reads.

Sources: docs.stripe.com/api (authentication, versioning, pagination, expanding_objects, errors), /api/payouts,
/api/balance_transactions, /api/balance, and /keys-best-practices on restricted keys.
"""

import time
import urllib.parse
from collections.abc import Callable, Iterator

import requests

from ...common.http import Connection, StatusError, is_key
from ...common.json_reading import load_json
from ...common.messages import ProviderError

BASE_URL = "https://api.stripe.com"

#: Pins the shape of the answers, whatever the account's own version is.
VERSION = "2025-05-28.basil"

#: The most that Stripe gives in a page.
PAGE_SIZE = 100
#: A million transactions of one payout; more is a server that never ends.
MAX_PAGES = 10_000

#: What of a balance transaction is expanded: a charge leads to its payment intent, a refund or a dispute to its charge
#: and that to its payment intent. Four levels are allowed, ``data`` included.
EXPANDED = ("data.source", "data.source.payment_intent", "data.source.charge", "data.source.charge.payment_intent")

#: What a restricted key must be allowed to read, by the beginning of the path.
PERMISSIONS = (
    ("/v1/account", "Connected accounts"),
    ("/v1/balance_transactions", "Balance, Balance transaction sources, Charges and refunds, Disputes, PaymentIntents"),
    ("/v1/balance", "Balance"),
    ("/v1/payouts", "Payouts"),
)


class StripeClient:
    """Asks for the account, its payouts and its balance.

    :param key: a secret key (``sk_…``) or a restricted one (``rk_…``). :param base_url: another server, for tests.
    :param session: a ``requests.Session``, or None for a new one. :param sleep: called with seconds before a retry.

    All methods raise :class:`~...common.messages.ProviderError`; ``retry_after`` and ``is_permanent`` say whether and
    when to ask again.
    """

    def __init__(
        self,
        key: str,
        base_url: str = BASE_URL,
        session: requests.Session | None = None,
        sleep: Callable = time.sleep,
        **connection,
    ):
        if not is_key(key) or not key.startswith(("sk_", "rk_")):
            raise ProviderError("stripe_key_unfit", is_permanent=True)
        self._headers = {"Authorization": f"Bearer {key}", "Stripe-Version": VERSION}
        self._connection = Connection("Stripe", base_url, _load, (key,), session, sleep, **connection)

    def account(self) -> dict:
        """Return the account the key belongs to (``id``, ``settings`` …)."""
        return self._get("/v1/account")

    def balances(self) -> dict:
        """Return what the account holds now, available or not yet: ``{currency in lower case: minor units}``."""
        answer = self._get("/v1/balance")
        totals: dict = {}
        try:
            for entry in (*answer["available"], *answer["pending"]):
                totals[entry["currency"]] = totals.get(entry["currency"], 0) + entry["amount"]
        except (LookupError, TypeError):
            raise ProviderError("stripe_answer_not_an_object", path="/v1/balance") from None
        return totals

    def payouts(self, created_from: int) -> list:
        """Return the payouts made since a time (seconds), the earliest first."""
        pages = self._pages("/v1/payouts", {"created[gte]": created_from})
        return [payout for page in pages for payout in page["data"]][::-1]

    def payout(self, number: str) -> dict:
        """Return one payout as it is now."""
        return self._get(f"/v1/payouts/{urllib.parse.quote(number, safe='')}")

    def payout_pages(self, number: str) -> list:
        """Return the pages of balance transactions that an automatic payout consists of, expanded."""
        return list(self._pages("/v1/balance_transactions", {"payout": number, **_expansion()}))

    def balance_pages(self, created_from: int, created_before: int | None = None, is_expanded: bool = True) -> list:
        """Return the pages of balance transactions made from a time (seconds) up to another one."""
        params = {"created[gte]": created_from, "created[lt]": created_before}
        return list(self._pages("/v1/balance_transactions", {**params, **(_expansion() if is_expanded else {})}))

    # --- asking

    def _pages(self, path: str, params: dict) -> Iterator:
        """Yield the pages of a list. A page that comes again is an error."""
        after, seen = "", set()
        for _page in range(MAX_PAGES):
            answer = self._get(path, {**params, "limit": PAGE_SIZE, "starting_after": after})
            data = answer.get("data")
            if not isinstance(data, list) or not all(map(_is_listed, data)):
                raise ProviderError("stripe_answer_not_a_list", path=path)
            yield answer
            if not answer.get("has_more"):
                return
            after = data[-1]["id"] if data else ""
            if not after or after in seen:
                break
            seen.add(after)
        raise ProviderError("stripe_repeats_page", path=path)

    def _get(self, path: str, params: dict | None = None) -> dict:
        params = {name: value for name, value in (params or {}).items() if value not in (None, "")}
        try:
            answer, _body = self._connection.json("GET", path, headers=self._headers, params=params)
        except StatusError as error:
            raise _explained(error, path) from None
        if not isinstance(answer, dict):
            raise ProviderError("stripe_answer_not_an_object", path=path)
        return answer


def _is_listed(entry) -> bool:
    """Whether an entry of a list has what fetching needs: payouts and balance transactions are not told apart."""
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(name), str) and entry[name] for name in ("id", "currency"))
        and isinstance(entry.get("created"), int)
        and isinstance(entry.get("net", 0), int)
    )


def _expansion() -> dict:
    return {f"expand[{number}]": path for number, path in enumerate(EXPANDED)}


def _explained(error: StatusError, path: str) -> ProviderError:
    """Return the error with what to do about it, where that is known."""
    if error.status == 401:
        return ProviderError("stripe_key_refused", is_permanent=True)
    if error.status == 403:
        permissions = next((names for start, names in PERMISSIONS if path.startswith(start)), path)
        return PermissionMissing(
            "stripe_permission_missing",
            is_permanent=True,
            path=path,
            detail=error.detail or "-",
            permissions=permissions,
        )
    return error


class PermissionMissing(ProviderError):
    """A restricted key that may not read something."""


def _load(body: bytes):
    """Return decoded JSON; of an error (``{"error": {"message": …}}``) what our sentences look for."""
    answer = load_json(body)
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        return {"message": answer["error"].get("message")}
    return answer
