"""The client of Magento's REST API. It only reads.

Sources: developer.adobe.com/commerce/webapi (REST, search criteria, OAuth 1.0a).
"""

import base64
import hashlib
import hmac
import secrets
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone

from ...common.http import Connection
from ...common.json_reading import load_json, required, to_json
from ...common.messages import DocumentError, ProviderError
from ..api_client import check_address, is_key, not_understood
from ..paging import listed, pages_in_order, whole_list
from ..records import RawOrder, ShopSettings
from .orders import PARTS, changed_at

#: A shop may allow at most 300.
PAGE_SIZE = 100
#: What is polled: the resource, and its field with the order's id. Each of the last three may change without its order.
FEEDS = (("orders", "entity_id"), ("invoices", "order_id"), ("creditmemos", "order_id"), ("shipments", "order_id"))


class MagentoClient:
    """Fetches orders with what belongs to them.

    :param settings: see the package. :param session: a ``requests.Session``, or None for a new one.
    :param sleep: called with seconds before a retry.

    All methods raise :class:`~...common.messages.ProviderError`.
    """

    def __init__(self, settings: ShopSettings, session=None, sleep: Callable = time.sleep):
        check_address(settings.url, may_be_local=settings.may_be_local)
        _check_keys(settings)
        self._settings = settings
        keys = (settings.secret, settings.token, settings.token_secret)
        store = urllib.parse.quote(settings.store or "all", safe="")
        base_url = f"{settings.url.rstrip('/')}/rest/{store}/V1"
        self._connection = Connection(
            "Magento", base_url, load_json, keys, session, sleep, may_be_local=settings.may_be_local
        )

    def check(self) -> str:
        """Return the name of the store of the newest order, else the host, when everything needed can be read."""
        for resource in PARTS:
            self._list(resource, {}, page_size=1)
        orders, _total = self._list("orders", {}, sort=[("entity_id", "DESC")], page_size=1)
        name = str(orders[0].get("store_name") or "") if orders else ""
        return ", ".join(name.split("\n")) or urllib.parse.urlsplit(self._settings.url).netloc

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order as it reads now; None when the shop does not have it any more."""
        return next(iter(self._read([external_id])), None)

    def changes(self, since: datetime) -> Iterator:
        """Yield pages of orders changed since, oldest change first; also those of which an invoice, credit memo or
        shipment alone changed."""
        feeds = [listed(self._ask_for(resource, name), since) for resource, name in FEEDS]
        return pages_in_order(feeds, self._read, PAGE_SIZE)

    def _ask_for(self, resource: str, order_field: str) -> Callable:
        def ask(start: datetime, page: int) -> tuple:
            filters = {"updated_at": ("gteq", start.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S"))}
            items, total = self._list(
                resource,
                filters,
                sort=[("updated_at", "ASC"), ("entity_id", "ASC")],
                page=page,
                fields=f"items[{order_field},updated_at],total_count",
            )
            try:
                rows = [(changed_at({"order": item}), str(required(item, order_field))) for item in items]
            except DocumentError:
                raise not_understood("Magento", resource) from None
            return rows, page * PAGE_SIZE < total

        return ask

    def _read(self, order_ids: list) -> list:
        """Return the orders with all that belongs to them: one question for each kind, not for each order."""
        documents = {
            str(record.get("entity_id")): {"order": record, **{name: [] for name in PARTS}}
            for record in self._all("orders", "entity_id", order_ids)
        }
        for name in PARTS if documents else ():
            for record in self._all(name, "order_id", list(documents)):
                if str(record.get("order_id")) in documents:
                    documents[str(record["order_id"])][name].append(record)
        return [_raw_order(order_id, document) for order_id, document in documents.items()]

    def _all(self, resource: str, field: str, order_ids: list) -> list:
        """Return every record of these orders."""
        identity = "transaction_id" if resource == "transactions" else "entity_id"
        filters = {field: ("in", ",".join(order_ids))}

        def ask(page: int) -> tuple:
            items, total = self._list(resource, filters, sort=[(identity, "ASC")], page=page)
            # asked for a page past the end, Magento gives the last one again: only the count shows it
            return items, page * PAGE_SIZE < total

        return whole_list(ask, identity)

    def _list(self, resource: str, filters: dict, sort: Iterable = (), page=1, page_size=0, fields="") -> tuple:
        """Return the records of one page, and how many there are on all pages."""
        criteria = {"searchCriteria[pageSize]": page_size or PAGE_SIZE, "searchCriteria[currentPage]": page}
        for number, (name, (condition, value)) in enumerate(filters.items()):
            start = f"searchCriteria[filter_groups][{number}][filters][0]"
            criteria |= {f"{start}[field]": name, f"{start}[value]": value, f"{start}[condition_type]": condition}
        for number, (name, direction) in enumerate(sort):
            start = f"searchCriteria[sortOrders][{number}]"
            criteria |= {f"{start}[field]": name, f"{start}[direction]": direction}
        if fields:
            criteria["fields"] = fields
        # signed anew for each try: a signature is accepted once
        answer, _body = self._connection.json("GET", f"/{resource}", params=criteria, auth=self._authorize)
        items = answer.get("items") or [] if isinstance(answer, dict) else None
        total = answer.get("total_count") if isinstance(answer, dict) else None
        if not isinstance(items, list) or not isinstance(total, int) or not all(isinstance(i, dict) for i in items):
            raise not_understood("Magento", resource)
        return items, total

    def _authorize(self, request):
        """Put the signature, or the bearer token, on a request that is about to be sent (see ``requests``)."""
        keys = self._settings
        if keys.key:
            nonce = secrets.token_hex(16)
            request.headers["Authorization"] = signed(keys, request.method, request.url, nonce, str(int(time.time())))
        else:
            request.headers["Authorization"] = f"Bearer {keys.token}"
        return request


def signed(settings: ShopSettings, method: str, url: str, nonce: str, timestamp: str) -> str:
    """Return the ``Authorization`` header of a request, by OAuth 1.0a with HMAC-SHA256 (RFC 5849 section 3.4).

    :param url: with its query, which is signed too.
    """
    parts = urllib.parse.urlsplit(url)
    oauth = {
        "oauth_consumer_key": settings.key,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": timestamp,
        "oauth_token": settings.token,
        "oauth_version": "1.0",
    }
    query = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    pairs = sorted((_encoded(name), _encoded(value)) for name, value in [*query, *oauth.items()])
    default_port = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    address = f"{parts.scheme}://{parts.netloc.lower().removesuffix(default_port)}{parts.path}"
    base = "&".join(map(_encoded, (method, address, "&".join(f"{name}={value}" for name, value in pairs))))
    key = f"{_encoded(settings.secret)}&{_encoded(settings.token_secret)}"
    digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
    oauth["oauth_signature"] = base64.b64encode(digest).decode()
    return "OAuth " + ", ".join(f'{name}="{_encoded(value)}"' for name, value in oauth.items())


def _encoded(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _check_keys(settings: ShopSettings) -> None:
    keys = (settings.key, settings.secret, settings.token, settings.token_secret)
    is_bearer = settings.token and not any((settings.key, settings.secret, settings.token_secret))
    given = [key for key in keys if key]
    if (len(given) != len(keys) and not is_bearer) or not all(map(is_key, given)):
        raise ProviderError(
            "magento_keys_incomplete",
            is_permanent=True,
        )


def _raw_order(order_id: str, document: dict) -> RawOrder:
    try:
        moment = changed_at(document)
    except DocumentError:
        moment = None  # parse says what is wrong with this order; the others are not kept waiting
    return RawOrder(order_id, moment, to_json(document))
