"""The client of PrestaShop's Webservice. It only reads."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ...common.http import Connection
from ...common.json_reading import load_json, to_json, to_time
from ...common.messages import DocumentError, ProviderError
from ..api_client import check_address, not_understood
from ..paging import listed, pages_in_order, shown_since
from ..records import RawOrder, ShopSettings
from .orders import changed_at_of
from .values import in_first_language

PAGE_SIZE = 100

#: What belongs to an order: the document's field, the resource, and its field with the order's id.
PARTS = (
    ("details", "order_details", "id_order"),
    ("slips", "order_slip", "id_order"),
    ("histories", "order_histories", "id_order"),
    ("cart_rules", "order_cart_rules", "id_order"),
)


def _ids(*names: str) -> Callable:
    """Return what finds the ids an order has in these fields."""
    return lambda document: {str(document["order"].get(name)) for name in names}


def _state_ids(document: dict) -> set:
    return {str(entry.get("id_order_state")) for entry in document["histories"]} | _ids("current_state")(document)


def _tax_ids(document: dict) -> set:
    return {
        str(tax.get("id"))
        for detail in document["details"]
        for tax in (detail.get("associations") or {}).get("taxes") or ()
    }


def _country_ids(document: dict) -> set:
    return {str(address.get("id_country")) for address in document["addresses"].values()}


#: What orders have in common: the document's field, the resource, and how the ids are found in the document so far.
LOOKED_UP = (
    ("customers", "customers", _ids("id_customer")),
    ("carriers", "carriers", _ids("id_carrier")),
    ("currencies", "currencies", _ids("id_currency")),
    ("addresses", "addresses", _ids("id_address_invoice", "id_address_delivery")),
    ("states", "order_states", _state_ids),
    ("taxes", "taxes", _tax_ids),
    ("countries", "countries", _country_ids),
)

NEEDED = ("orders", "order_payments", *(resource for _name, resource, _how in (*PARTS, *LOOKED_UP)))


class PrestaShopClient:
    """Reads orders. It writes nothing. Parameters and errors as :class:`~..magento.MagentoClient`."""

    def __init__(self, settings: ShopSettings, session=None, sleep: Callable = time.sleep):
        check_address(settings.url, may_be_local=settings.may_be_local)
        if not re.fullmatch(r"[0-9A-Za-z]{32}", settings.token):
            raise ProviderError(
                "prestashop_key_malformed",
                is_permanent=True,
            )
        self._settings = settings
        base_url = f"{settings.url.rstrip('/')}/api"
        self._connection = Connection(
            "PrestaShop", base_url, load_json, [settings.token], session, sleep, may_be_local=settings.may_be_local
        )

    def check(self) -> str:
        """Return the shop's name, when everything needed can be read."""
        for resource in NEEDED:
            self._list(resource, limit="1")
        shops = self._list("shops", limit="1")
        return in_first_language(shops[0], "name") if shops else ""

    def order(self, external_id: str) -> RawOrder | None:
        """Return one order as it reads now; None when the shop does not have it any more."""
        return next(iter(self._read([external_id])), None)

    def changes(self, since: datetime) -> Iterator:
        """Yield pages of orders changed since, oldest change first; also those with a new credit slip or payment."""
        since = shown_since(since, self._settings.time_zone)
        asks = (
            self._ask_for("orders", "id", "date_upd"),
            self._ask_for("order_slip", "id_order", "date_upd"),
            self._ask_for("order_payments", "order_reference", "date_add"),
        )
        return pages_in_order([listed(ask, since) for ask in asks], self._read, PAGE_SIZE)

    def _ask_for(self, resource: str, order_field: str, time_field: str) -> Callable:
        zone = self._settings.time_zone

        def ask(start: datetime, page: int) -> tuple:
            after = (start.astimezone(zone) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S")
            records = self._list(
                resource,
                {time_field: f">[{after}]"},
                display=f"[{','.join(dict.fromkeys(('id', order_field, time_field)))}]",
                sort=f"[{time_field}_ASC,id_ASC]",
                limit=f"{(page - 1) * PAGE_SIZE},{PAGE_SIZE}",
            )
            try:
                rows = [
                    (to_time(record.get(time_field), zone, time_field), str(record[order_field])) for record in records
                ]
            except (DocumentError, KeyError):
                raise not_understood("PrestaShop", resource) from None
            if order_field == "order_reference":
                ids = self._ids_of({reference for _moment, reference in rows})
                # a payment without its order stays a row, as the list goes on after it
                rows = [(moment, order_id) for moment, reference in rows for order_id in ids.get(reference, [""])]
            return rows, len(records) == PAGE_SIZE

        return ask

    def _ids_of(self, references: set) -> dict:
        ids: dict = {}
        for record in self._any_of("orders", "reference", references, display="[id,reference]"):
            ids.setdefault(str(record.get("reference")), []).append(str(record.get("id")))
        return ids

    def _read(self, order_ids: list) -> list:
        """Return the orders with all that belongs to them: one question for each kind, not for each order."""
        orders = self._any_of("orders", "id", order_ids)
        ids, references = ({str(order.get(name)) for order in orders} for name in ("id", "reference"))
        fields = "[id,reference,total_paid_tax_incl]"
        siblings = _grouped(self._any_of("orders", "reference", references, display=fields), "reference")
        payments = _grouped(self._any_of("order_payments", "order_reference", references), "order_reference")
        parts = {name: _grouped(self._any_of(resource, field, ids), field) for name, resource, field in PARTS}
        documents = [
            {
                "order": order,
                "siblings": siblings.get(str(order.get("reference")), []),
                "payments": payments.get(str(order.get("reference")), []),
                **{name: found.get(str(order.get("id")), []) for name, found in parts.items()},
            }
            for order in orders
        ]
        for name, resource, ids_in in LOOKED_UP:
            found = {
                str(row.get("id")): row for row in self._any_of(resource, "id", set().union(*map(ids_in, documents)))
            }
            for document in documents:
                document[name] = {each: found[each] for each in sorted(ids_in(document)) if each in found}
        return [_raw_order(document, self._settings.time_zone) for document in documents]

    def _any_of(self, resource: str, field: str, values, display: str = "full") -> list:
        """Return every record with one of these values. Without a limit, the Webservice gives them all."""
        values = sorted(value for value in values if value)
        return self._list(resource, {field: f"[{'|'.join(values)}]"}, display=display) if values else []

    def _list(self, resource: str, filters=(), display="full", sort="[id_ASC]", limit="") -> list:
        params = {"output_format": "JSON", "display": display, "sort": sort, "date": 1}
        params |= {f"filter[{name}]": value for name, value in dict(filters).items()}
        params |= {"limit": limit} if limit else {}
        params |= {"id_shop": self._settings.store} if self._settings.store else {}
        answer, _body = self._connection.json("GET", f"/{resource}", params=params, auth=(self._settings.token, ""))
        if isinstance(answer, dict) and len(answer) == 1:
            [answer] = answer.values()
        elif answer in ([], {}):
            answer = []  # an empty list comes without its name
        else:
            answer = None
        if not isinstance(answer, list) or not all(isinstance(record, dict) for record in answer):
            raise not_understood("PrestaShop", resource)
        return answer


def _grouped(records: list, field: str) -> dict:
    groups: dict = {}
    for record in records:
        groups.setdefault(str(record.get(field)), []).append(record)
    return groups


def _raw_order(document: dict, zone) -> RawOrder:
    try:
        changed_at = changed_at_of(document, zone)
    except DocumentError:
        changed_at = None  # parse says what is wrong with this order; the others are not kept waiting
    return RawOrder(str(document["order"].get("id")), changed_at, to_json(document))
