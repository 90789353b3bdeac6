"""The client of Shopify's Admin GraphQL API. It only reads.

Sources: shopify.dev, "Client credentials grant", "GraphQL Admin API rate limits". The shop gives the app the scopes
``read_orders`` (``read_all_orders`` for orders older than 60 days) and ``read_customers``, and access to protected
customer data.
"""

import datetime
import json
import math
import re
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

import requests

from ...common.http import DEFAULT_WAIT, LONGEST_PAUSE, MAX_TRIES, Connection, StatusError
from ...common.json_reading import load_json, required, to_json, to_time
from ...common.messages import DocumentError, Message, ProviderError
from ..api_client import check_address, is_key, not_understood
from ..paging import same_page_again
from ..records import RawOrder, ShopSettings
from .orders import order_id
from .queries import (
    CONNECTIONS,
    LISTS,
    ORDER_QUERY,
    ORDERS_PER_PAGE,
    ORDERS_QUERY,
    REST_OF_CONNECTION,
    SHOP_QUERY,
    WHOLE_LISTS,
    connection,
)

#: A version lives for a year; after that the oldest one that still lives answers in its place.
API_VERSION = "2026-10"
GRAPHQL_PATH = f"/admin/api/{API_VERSION}/graphql.json"
TOKEN_PATH = "/admin/oauth/access_token"

#: Shopify pages through at most 25,000 orders; then a new search begins where the last one came to.
PAGES_PER_SEARCH = 24_000 // ORDERS_PER_PAGE
#: A million orders; more is a server that never ends.
MAX_PAGES = 250_000
#: Pages of one order's lines; more is a server that never ends.
MAX_CONNECTION_PAGES = 100
#: Codes of errors that pass by themselves.
PASSING_ERRORS = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})


class ShopifyClient:
    """Asks one shop for its orders.

    :param settings: ``url`` is ``https://<shop>.myshopify.com``. Either ``key`` and ``secret``, the client id and
        client secret of an app in the Dev Dashboard, or ``token``, an older access token.
    :param session: a ``requests.Session``, or None for a new one. :param sleep: called with seconds.

    All methods raise :class:`~...common.messages.ProviderError`.
    """

    def __init__(
        self,
        settings: ShopSettings,
        session: requests.Session | None = None,
        sleep: Callable = time.sleep,
        **connection,
    ):
        check_address(settings.url, "https://your-shop.myshopify.com", may_be_local=settings.may_be_local)
        if not all(map(is_key, [settings.token] if settings.token else [settings.key, settings.secret])):
            raise ProviderError(
                "shopify_keys_incomplete",
                is_permanent=True,
            )
        self._settings = settings
        self._sleep = sleep
        secrets = (settings.secret, settings.token)
        self._connection = Connection(
            "Shopify",
            settings.url,
            load_json,
            secrets,
            session,
            sleep,
            may_be_local=settings.may_be_local,
            **connection,
        )
        self._token = settings.token

    def check(self) -> str:
        """Return the shop's name; its orders must be readable too."""
        shop = self._ask(SHOP_QUERY, {}).get("shop")
        return str((shop or {}).get("name") or "")

    def changes(self, since: datetime.datetime) -> Iterator[tuple]:
        """Yield pages of :class:`~..records.RawOrder` changed at ``since`` or later, oldest change first.

        ``updatedAt`` of an order moves when it is edited, captured, sent, refunded or cancelled. A page begins at the
        cursor of the last one, whatever has moved since.
        """
        size, start, cursor, seen = ORDERS_PER_PAGE, since, None, set()
        for page_number in range(1, MAX_PAGES + 1):
            from_time = start.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            variables = {"first": size, "after": cursor, "search": f"updated_at:>='{from_time}'"}
            try:
                page = self._ask(ORDERS_QUERY, variables).get("orders")
            except _TooCostlyError:
                if size == 1:
                    raise
                size //= 2
                continue
            orders = tuple(self._raw_order(node) for node in _nodes(page))
            changes = {(order.external_id, order.changed_at) for order in orders}
            cursor = _next_cursor(page)
            if cursor is not None and changes <= seen:
                raise same_page_again()
            if orders:
                yield orders
            if cursor is None:
                return
            seen |= changes
            if page_number % PAGES_PER_SEARCH == 0 and orders[-1].changed_at > start:
                start, cursor, seen = orders[-1].changed_at, None, set()
        raise same_page_again()

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order, or None when the shop does not have it any more."""
        if not re.fullmatch(r"[0-9]{1,20}", external_id):
            return None
        node = self._ask(ORDER_QUERY, {"id": f"gid://shopify/Order/{external_id}"}).get("order")
        return None if node is None else self._raw_order(node)

    # --- what did not come with the first answer

    def _raw_order(self, node: dict) -> RawOrder:
        try:
            external_id = order_id(node)
            changed_at = to_time(required(node, "updatedAt"), datetime.timezone.utc, "updatedAt")
        except DocumentError:
            raise not_understood("Shopify", GRAPHQL_PATH) from None
        for name, (first, fields) in LISTS.items():
            if len(node.get(name) or ()) >= first:
                node[name] = self._part(node, "Order", f"{name}(first: {WHOLE_LISTS[name]}) {{ {fields} }}").get(name)
        self._complete(node, "Order")
        for fulfillment in node.get("fulfillments") or ():
            self._complete(fulfillment, "Fulfillment")
        for refund in node.get("refunds") or ():
            self._complete(refund, "Refund")
        return RawOrder(external_id, changed_at, to_json({"order": node}))

    def _complete(self, node: dict, kind: str) -> None:
        """Add the pages of a node's connections that did not come with it."""
        for name, fields in CONNECTIONS[kind].items():
            more = node.get(name)
            for _page in range(MAX_CONNECTION_PAGES):
                cursor = _next_cursor(more)
                if cursor is None:
                    break
                selection = connection(name, f"{REST_OF_CONNECTION}, after: $after", fields)
                more = self._part(node, kind, selection, cursor).get(name)
                node[name] = {**more, "nodes": [*_nodes(node[name]), *_nodes(more)]}
                if _next_cursor(more) == cursor:
                    raise same_page_again()
            else:
                raise same_page_again()

    def _part(self, node: dict, kind: str, selection: str, after: str | None = None) -> dict:
        """Return one part of an order, refund or fulfilment."""
        declared, variables = "$id: ID!", {"id": node.get("id")}
        if after is not None:
            declared, variables["after"] = "$id: ID!, $after: String", after
        query = f"query Rest({declared}) {{ node(id: $id) {{ ... on {kind} {{ {selection} }} }} }}"
        part = self._ask(query, variables).get("node")
        if not isinstance(part, dict):
            raise ProviderError("shopify_order_deleted_meanwhile")
        return part

    # --- one question

    def _ask(self, query: str, variables: dict) -> dict:
        """Return the ``data`` of the answer. Where we have asked too much for now, wait if it is short."""
        body = json.dumps({"query": query, "variables": variables})
        for attempt in range(MAX_TRIES):
            answer = self._post(body)
            errors = _errors(answer)
            if not errors and isinstance(answer.get("data"), dict):
                return answer["data"]
            if "THROTTLED" not in _codes(errors):
                raise _refused(errors)
            pause = _pause(answer)
            if pause > LONGEST_PAUSE or attempt == MAX_TRIES - 1:
                break
            self._sleep(pause)
        raise ProviderError(
            "shopify_asks_to_wait",
            retry_after=pause,
        )

    def _post(self, body: str) -> dict:
        """Ask once. A token of ours that is refused has come to its end and is replaced."""
        had_token = bool(self._token)
        try:
            return self._post_with_token(body)
        except StatusError as error:
            if error.status != 401 or not had_token or self._settings.token:
                raise
        self._token = ""
        return self._post_with_token(body)

    def _post_with_token(self, body: str) -> dict:
        if not self._token:
            self._fetch_token()
        headers = {"X-Shopify-Access-Token": self._token, "Content-Type": "application/json"}
        answer, _body = self._connection.json("POST", GRAPHQL_PATH, headers=headers, data=body)
        return answer if isinstance(answer, dict) else {}

    def _fetch_token(self) -> None:
        """Fetch a token by the client credentials grant. It lasts for 24 hours."""
        keys = {"client_id": self._settings.key, "client_secret": self._settings.secret}
        answer, _body = self._connection.json("POST", TOKEN_PATH, data={"grant_type": "client_credentials", **keys})
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise ProviderError("shopify_no_token")
        self._connection.add_secret(token)
        self._token = token


class _TooCostlyError(ProviderError):
    """A query that Shopify will not answer because too much could come of it."""


def _nodes(found) -> list:
    nodes = found.get("nodes") if isinstance(found, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise not_understood("Shopify", GRAPHQL_PATH)
    return nodes


def _next_cursor(found: dict | None) -> str | None:
    page = (found or {}).get("pageInfo") or {}
    return str(page.get("endCursor") or "") if page.get("hasNextPage") else None


def _errors(answer: dict) -> list:
    """Return GraphQL's list of errors; Shopify's answers to a bad address or token have a text instead."""
    errors = answer.get("errors")
    errors = errors if isinstance(errors, list) else [errors]
    return [error if isinstance(error, dict) else {"message": error} for error in errors if error]


def _codes(errors: list) -> set:
    return {(error.get("extensions") or {}).get("code") for error in errors}


def _pause(answer: dict) -> int:
    """Return the seconds until there is room for the query again."""
    try:
        cost = answer["extensions"]["cost"]
        missing = Decimal(cost["requestedQueryCost"]) - Decimal(cost["throttleStatus"]["currentlyAvailable"])
        return max(1, math.ceil(missing / Decimal(cost["throttleStatus"]["restoreRate"])))
    except (KeyError, TypeError, ArithmeticError):
        return DEFAULT_WAIT


def _refused(errors: list) -> ProviderError:
    codes = _codes(errors)
    said = "; ".join(str(error.get("message") or "") for error in errors)[:300]
    detail = said or Message("no_reason_given")
    if "MAX_COST_EXCEEDED" in codes:
        code = "shopify_request_too_large"
        return _TooCostlyError(code, is_permanent=True, detail=detail)
    if "ACCESS_DENIED" in codes:
        code = "shopify_scopes_missing"
        return ProviderError(code, is_permanent=True, detail=detail)
    if not said or codes & PASSING_ERRORS:
        code = "shopify_no_answer"
        return ProviderError(code, detail=detail)
    code = "shopify_request_refused"
    return ProviderError(code, is_permanent=True, detail=detail)
