"""The client of WooCommerce's REST API ``wc/v3``. It only reads."""

import datetime
import html
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import replace

import requests

from ...common.http import Connection, StatusError
from ...common.json_reading import load_json, to_json
from ...common.messages import DocumentError, ProviderError
from ..api_client import check_address, is_name_or_password, not_understood, unless_gone
from ..paging import listed, pages_in_order, whole_list
from ..records import RawOrder, ShopSettings
from .orders import changed_at

API = "/wp-json/wc/v3"
ORDERS = f"{API}/orders"
REFUNDS = f"{API}/refunds"
#: The most WooCommerce gives at once.
PAGE_SIZE = 100
#: Lines are divided and compared at two decimals, but read unrounded: a shop that shows whole kroner gives whole ones.
DECIMALS = "6"
SECOND = datetime.timedelta(seconds=1)


class WooCommerceClient:
    """Fetches orders with their refunds.

    :param settings: ``url`` with https, ``key`` (``ck_…``) and ``secret`` (``cs_…``); a key that may read is enough.
    :param session: a ``requests.Session``, or None for a new one. :param sleep: called with seconds before a retry.

    All methods raise :class:`~...common.messages.ProviderError`.
    """

    def __init__(
        self,
        settings: ShopSettings,
        session: requests.Session | None = None,
        sleep: Callable = time.sleep,
        **connection,
    ):
        check_address(settings.url, may_be_local=settings.may_be_local)
        _check_keys(settings)
        self._settings = settings
        self._keys = (settings.key, settings.secret)
        self._connection = Connection(
            "WooCommerce",
            settings.url,
            load_json,
            self._keys,
            session,
            sleep,
            may_be_local=settings.may_be_local,
            **connection,
        )

    def check(self) -> str:
        """Return the shop's name, when orders can be read with these keys."""
        self._list(ORDERS, per_page=1)
        try:
            site = self._get("/wp-json/")
        except StatusError:  # some shops hide their index
            site = {}
        name = site.get("name") if isinstance(site, dict) else None
        return html.unescape(str(name)) if name else urllib.parse.urlsplit(self._settings.url).netloc

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order; None when it is deleted or in the trash."""
        path = f"{ORDERS}/{urllib.parse.quote(external_id, safe='')}"
        record = unless_gone(lambda: self._get(path, dp=DECIMALS), lambda: self._list(ORDERS, per_page=1))
        if record is None:
            return None
        if not isinstance(record, dict) or not record.get("id"):
            raise not_understood("WooCommerce", path)
        is_gone = record.get("status") == "trash"
        return None if is_gone else self._compose(record, bool(record.get("refunds")))

    def changes(self, since: datetime.datetime) -> Iterator[tuple]:
        """Yield the orders changed since, page by page in order of change; also those only a refund was added to."""
        records: dict = {}  # orders that came with a list, until they are given
        refunded: dict = {}  # when an order was last refunded

        def read(order_ids: list) -> Iterator:
            missing = [order_id for order_id in order_ids if order_id not in records]
            if missing:
                found = self._list(ORDERS, include=",".join(missing), status="any", per_page=PAGE_SIZE, dp=DECIMALS)
                records.update((str(record["id"]), record) for record in found)
            for order_id in order_ids:
                record, refunded_at = records.pop(order_id, None), refunded.get(order_id)
                raw = self._compose(record, bool(record.get("refunds") or refunded_at)) if record else None
                if raw:
                    # only changes that the lists report: an order comes at the last of these
                    moments = (self._changed_at(record, []), refunded_at)
                    yield replace(raw, changed_at=max(filter(None, moments)))

        return pages_in_order(
            [self._changed_orders(since, records), self._refunded_orders(since, refunded)], read, PAGE_SIZE
        )

    def _changed_orders(self, since: datetime.datetime, records: dict) -> Iterator[tuple]:
        """Yield the time and id of orders changed since, and put them into ``records``."""

        def rows_of(found: list) -> list:
            records.update((str(record["id"]), record) for record in found)
            return [(self._changed_at(record, []), str(record["id"])) for record in found]

        def ask(start: datetime.datetime, page: int) -> tuple:
            rows = rows_of(self._list(ORDERS, page=page, orderby="modified", **_changed_after(start)))
            if rows != sorted(rows, key=lambda row: row[0]):
                raise _NotSortedError
            # a page can be short when the shop leaves out what is broken
            return rows, bool(rows)

        def ask_by_id(page: int) -> tuple:
            found = self._list(ORDERS, page=page, orderby="id", **_changed_after(since))
            return found, bool(found)

        try:
            yield from listed(ask, since)
        except (_NotSortedError, StatusError) as error:
            if isinstance(error, StatusError) and error.status != 400:
                raise
            # the shop cannot sort by change: all are read first, and then put in order
            yield from sorted(rows_of(whole_list(ask_by_id, "id")))

    def _refunded_orders(self, since: datetime.datetime, refunded: dict) -> Iterator[tuple]:
        """Yield the time and the order of refunds made since, and put them into ``refunded``.

        Shops before WooCommerce 9.0 cannot be asked; there, most refunds date the order itself.
        """

        def ask(start: datetime.datetime, page: int) -> tuple:
            found = self._list(
                REFUNDS,
                page=page,
                per_page=PAGE_SIZE,
                after=_as_gmt(start - SECOND),
                dates_are_gmt="true",
                orderby="date",
                order="asc",
            )
            rows = [(self._changed_at(refund, []), str(refund.get("parent_id"))) for refund in found]
            for moment, order_id in rows:
                refunded[order_id] = max(moment, refunded.get(order_id, moment))
            return rows, bool(rows)

        try:
            yield from listed(ask, since)
        except StatusError as error:
            if error.status != 404:
                raise

    def _compose(self, record: dict, is_refunded: bool) -> RawOrder | None:
        """Return the order with its refunds in full; None when it was deleted in this moment."""
        path = f"{ORDERS}/{record['id']}/refunds"

        def ask(page: int) -> tuple:
            found = self._list(path, page=page, per_page=PAGE_SIZE, orderby="id", order="asc", dp=DECIMALS)
            return found, len(found) == PAGE_SIZE

        refunds = unless_gone(lambda: whole_list(ask, "id"), lambda: None) if is_refunded else []
        if refunds is None:
            return None
        content = to_json({"order": record, "refunds": refunds})
        return RawOrder(str(record["id"]), self._changed_at(record, refunds), content)

    def _changed_at(self, record: dict, refunds: list) -> datetime.datetime:
        try:
            return changed_at(record, refunds, self._settings.time_zone)
        except DocumentError as error:
            raise ProviderError(
                "woocommerce_time_unreadable",
                record=str(record["id"]),
                reason=error.message,
            ) from None

    def _list(self, path: str, **params) -> list:
        records = self._get(path, **params)
        if not isinstance(records, list) or not all(isinstance(each, dict) and each.get("id") for each in records):
            raise not_understood("WooCommerce", path)
        return records

    def _get(self, path: str, **params):
        # caches in front of a shop give old answers to an address they have seen
        params["_"] = time.time_ns()
        headers = {"Accept": "application/json", "Cache-Control": "no-cache"}
        return self._connection.json("GET", path, params=params, headers=headers, auth=self._keys)[0]


class _NotSortedError(Exception):
    """The shop does not give the orders in order of change."""


def _check_keys(settings: ShopSettings) -> None:
    keys = (("consumer key", settings.key), ("consumer secret", settings.secret))
    unfit = [name for name, value in keys if not is_name_or_password(value)]
    if unfit:
        raise ProviderError(
            "woocommerce_keys_incomplete",
            is_permanent=True,
            names=", ".join(unfit),
        )


def _changed_after(moment: datetime.datetime) -> dict:
    return {
        "modified_after": _as_gmt(moment - SECOND),
        "dates_are_gmt": "true",
        "status": "any",
        "order": "asc",
        "per_page": PAGE_SIZE,
        "dp": DECIMALS,
    }


def _as_gmt(moment: datetime.datetime) -> str:
    """Return a time in UTC without saying so: WordPress would turn one with an offset into the shop's own time."""
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
