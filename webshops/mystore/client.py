"""The client of Mystore's API. It only reads."""

import datetime
import itertools
import time
import urllib.parse
from collections.abc import Callable, Iterator

import requests

from ...common.http import Connection
from ...common.json_reading import entries, load_json, nested, required, to_json, to_time
from ...common.messages import DocumentError, ProviderError
from ..api_client import check_address, is_key, not_understood, unless_gone
from ..paging import clock_goes_back, listed, shown_since
from ..records import RawOrder, ShopSettings
from .names import FIELDS
from .resources import by_identity, identities

BASE_URL = "https://api.mystore.no"
MEDIA_TYPE = "application/vnd.api+json"
PAGE_SIZE = 100
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

#: What is asked for along with an order.
INCLUDED = ",".join((FIELDS.products, FIELDS.totals, "order-status", FIELDS.history, f"{FIELDS.history}.order-status"))


class MystoreClient:
    """Reads orders; 120 calls a minute are allowed, one of them gives a hundred orders. It writes nothing.

    :param settings: see the package. :param session: a ``requests.Session``, or None for a new one.
    :param sleep: called with seconds before a retry.

    All methods raise :class:`~...common.messages.ProviderError`.
    """

    def __init__(self, settings: ShopSettings, session: requests.Session | None = None, sleep: Callable = time.sleep):
        check_address(settings.url or BASE_URL, may_be_local=settings.may_be_local)
        if not settings.store.strip() or not is_key(settings.token):
            raise ProviderError(
                "mystore_keys_incomplete",
                is_permanent=True,
            )
        self._settings = settings
        address = f"{settings.url or BASE_URL}/shops/{urllib.parse.quote(settings.store.strip(), safe='')}"
        self._connection = Connection(
            "Mystore", address, load_json, (settings.token,), session, sleep, may_be_local=settings.may_be_local
        )

    def check(self) -> str:
        """Return the shop's name, when its orders may be read."""
        self._get("/orders", {"page[size]": 1})
        return self._settings.store.strip()

    def changes(self, since: datetime.datetime) -> Iterator:
        """Yield the orders and credit orders changed since, page by page, in order of change."""
        zone = self._settings.time_zone
        raws: dict = {}

        def ask(start: datetime.datetime, page: int) -> tuple:
            params = {
                "filter[updated_at][path]": "updated_at",
                "filter[updated_at][operator]": "gte",
                "filter[updated_at][value]": start.astimezone(zone).strftime(TIME_FORMAT),
                "sort": "updated_at",
                "page[number]": page,
                "page[size]": PAGE_SIZE,
                "include": INCLUDED,
            }
            answer = self._get("/orders", params)
            found = [self._raw(order, answer) for order in answer["data"]]
            _check_order([raw.changed_at for raw in found], zone)
            raws.update(((raw.changed_at, raw.external_id), raw) for raw in found)
            return [(raw.changed_at, raw.external_id) for raw in found], bool((answer.get("links") or {}).get("next"))

        rows = listed(ask, shown_since(since, zone))
        while page := tuple(raws.pop(row) for row in itertools.islice(rows, PAGE_SIZE)):
            yield page

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order or credit order; None when the shop does not have it any more."""
        path = f"/orders/{urllib.parse.quote(external_id, safe='')}"
        answer = unless_gone(lambda: self._get(path, {"include": INCLUDED}), self.check)
        return answer and self._raw(answer["data"], answer)

    def _get(self, path: str, params: dict) -> dict:
        headers = {"Accept": MEDIA_TYPE, "Authorization": f"Bearer {self._settings.token}"}
        answer, _body = self._connection.json("GET", path, params=params, headers=headers)
        data = answer.get("data") if isinstance(answer, dict) else None
        orders = data if path == "/orders" else [data]
        is_right = isinstance(orders, list) and all(isinstance(each, dict) and each.get("id") for each in orders)
        if not is_right or not isinstance(answer.get("links") or {}, dict):
            raise not_understood("Mystore", path)
        return answer

    def _raw(self, order: dict, answer: dict) -> RawOrder:
        """Return one order of an answer with what it refers to, directly or through its history."""
        try:
            included = by_identity(entries(answer, "included"))
            wanted: dict = {}
            waiting = [order]
            while waiting:
                for identity in identities(waiting.pop()):
                    if identity in included and identity not in wanted:
                        wanted[identity] = included[identity]
                        waiting.append(included[identity])
            attributes = nested(order, "attributes")
            changed_at = to_time(required(attributes, "updated_at"), self._settings.time_zone, "updated_at")
        except DocumentError as error:
            raise ProviderError(
                "mystore_time_unreadable",
                order=str(order["id"]),
                reason=error.message,
            ) from None
        return RawOrder(str(order["id"]), changed_at, to_json({"data": order, "included": list(wanted.values())}))


def _check_order(times: list, zone: datetime.tzinfo) -> None:
    """Raise when orders do not come by time of change: some would be missing without a word.

    At the end of summer time the shop's clock goes back, and orders seem to be out of order.
    """
    for earlier, later in itertools.pairwise(times):
        if later < earlier and not clock_goes_back(later, zone):
            raise ProviderError(
                "mystore_not_in_order",
                is_permanent=True,
            )
