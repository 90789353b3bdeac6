"""The client of 24Nettbutikk's API. It only reads."""

import datetime
import time
import urllib.parse
from collections.abc import Callable, Iterator

import requests

from ...common.http import Connection
from ...common.json_reading import load_json, required, to_json
from ...common.messages import DocumentError, ProviderError
from ..api_client import check_address, is_name_or_password, not_understood, unless_gone
from ..paging import whole_list
from ..records import RawOrder, ShopSettings
from .names import FIELDS
from .orders import time_of

ORDERS = "/api/v1/orders"

#: What the API gives when no limit is asked for.
PAGE_SIZE = 100

#: Orders that are asked for twice, at the end of one page and the start of the next.
OVERLAP = 10


class Nettbutikk24Client:
    """Reads orders. It writes nothing.

    :param settings: see the package. :param session: a ``requests.Session``, or None for a new one.
    :param sleep: called with seconds before a retry.

    All methods raise :class:`~...common.messages.ProviderError`.
    """

    def __init__(self, settings: ShopSettings, session: requests.Session | None = None, sleep: Callable = time.sleep):
        check_address(settings.url, may_be_local=settings.may_be_local)
        if not is_name_or_password(settings.token):
            raise ProviderError(
                "nettbutikk24_keys_incomplete",
                is_permanent=True,
            )
        self._settings = settings
        self._connection = Connection(
            "24Nettbutikk",
            settings.url,
            load_json,
            (settings.token,),
            session,
            sleep,
            may_be_local=settings.may_be_local,
        )

    def check(self) -> str:
        """Return the shop's address without the scheme, when its orders may be read: it does not report a name."""
        self._get(ORDERS, {"limit": 1, "offset": 0})
        return urllib.parse.urlsplit(self._settings.url).netloc

    def changes(self, since: datetime.datetime) -> Iterator:
        """Yield the orders and credit orders changed since, in order of change.

        In which order the API gives them is not known, so all are read before the first is yielded. The pages overlap:
        an order that changes while we read moves, and others would slip over the edge of a page.
        """

        def ask(page: int) -> tuple:
            offset = (page - 1) * (PAGE_SIZE - OVERLAP)
            orders = self._get(ORDERS, {"since": int(since.timestamp()), "limit": PAGE_SIZE, "offset": offset})
            return orders, len(orders) == PAGE_SIZE

        raws = [self._raw(order) for order in whole_list(ask, FIELDS.order_no)]
        raws.sort(key=lambda raw: (raw.changed_at, raw.external_id))
        for start in range(0, len(raws), PAGE_SIZE):
            yield tuple(raws[start : start + PAGE_SIZE])

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order or credit order; None when the shop does not have it."""
        path = f"{ORDERS}/{urllib.parse.quote(external_id, safe='')}"
        orders = unless_gone(lambda: self._get(path, {}), self.check)
        return self._raw(orders[0]) if orders else None

    def _get(self, path: str, params: dict) -> list:
        """Return the orders of an answer; an answer has a list of them also when it is one."""
        headers = {"Accept": "application/json"}
        answer, _body = self._connection.json(
            "GET", path, params=params, headers=headers, auth=(self._settings.token, "")
        )
        orders = answer.get("data") if isinstance(answer, dict) else None
        is_right = isinstance(orders, list) and all(isinstance(each, dict) for each in orders)
        if not is_right or (path != ORDERS and len(orders) != 1):
            raise not_understood("24Nettbutikk", path)
        return orders

    def _raw(self, order: dict) -> RawOrder:
        try:
            number = str(required(order, FIELDS.order_no))
            changed_at = time_of(order, "modified_on", self._settings.time_zone)
        except DocumentError as error:
            raise ProviderError("nettbutikk24_order_unreadable", reason=error.message) from None
        return RawOrder(number, changed_at, to_json({"order": order}))
