"""The shortest whole platform: what a folder in ``webshops/`` has to have. Only tests know of it.

Its server answers ``/shop`` with ``{"name": …}``, ``/orders?since=…`` with a list of orders, oldest change first, and
``/orders/ID`` with one: ``{"id": "1", "changed_at": "2026-03-02T14:05:11+01:00", "total": "125.00", "is_sent": true}``,
one article with 25 % VAT. In ``webshops/`` the texts below would be marked with ``_``, and the sentence would stand in
the platform's ``sentences.py``.
"""

import datetime
import time
import urllib.parse
from decimal import Decimal

from odoo.addons.settlement_bridge.common.http import Connection
from odoo.addons.settlement_bridge.common.json_reading import load_document, load_json, required, to_json
from odoo.addons.settlement_bridge.common.messages import ProviderError
from odoo.addons.settlement_bridge.common.settings import Setting
from odoo.addons.settlement_bridge.webshops.api_client import check_address, is_key, not_understood, unless_gone
from odoo.addons.settlement_bridge.webshops.contract import Platform
from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, Order, OrderLine, RawOrder, Shipment

SETTINGS = (Setting("token", "Key of the Dummy", help="In the dummy's left pocket.", is_secret=True, is_required=True),)


class DummyClient:
    """Reads orders; see :class:`~.contract.Platform`."""

    def __init__(self, settings, session=None, sleep=time.sleep):
        check_address(settings.url, may_be_local=settings.may_be_local)
        if not is_key(settings.token):
            raise ProviderError("The key of the Dummy is missing, or torn. Copy it again.", is_permanent=True)
        self._headers = {"Authorization": f"Bearer {settings.token}"}
        self._connection = Connection(
            "Dummy", settings.url, load_json, (settings.token,), session, sleep, may_be_local=settings.may_be_local
        )

    def _get(self, path, **params):
        answer, _body = self._connection.json("GET", path, params=params, headers=self._headers)
        return answer

    def check(self):
        return self._get("/shop")["name"]

    def changes(self, since):
        orders = self._get("/orders", since=since.isoformat())
        if not isinstance(orders, list):
            raise not_understood("Dummy", "/orders")
        yield tuple(map(_raw, orders))

    def order(self, external_id):
        order = unless_gone(lambda: self._get(f"/orders/{urllib.parse.quote(external_id, safe='')}"), self.check)
        return order and _raw(order)


def _raw(order):
    try:
        return RawOrder(order["id"], datetime.datetime.fromisoformat(order["changed_at"]), to_json(order))
    except (LookupError, TypeError, ValueError):
        raise not_understood("Dummy", "/orders") from None


def parse(content, settings):
    """Return the order of a stored document."""
    document = load_document(content)
    number = required(document, "id")
    changed_at = datetime.datetime.fromisoformat(required(document, "changed_at"))
    total = Decimal(required(document, "total"))
    is_sent = document.get("is_sent")
    return Order(
        external_id=number,
        number=number,
        created_at=changed_at,
        changed_at=changed_at,
        currency="NOK",
        total=total,
        lines=(OrderLine("1", LineKind.PRODUCT, "Vare", total, total / 5, Decimal(25)),),
        accepted_at=changed_at,
        captures=(Capture("1", total, changed_at),) if is_sent else (),
        shipments=(Shipment("1", changed_at),) if is_sent else (),
    )


PLATFORM = Platform(
    code="dummy",
    name="Dummy",
    parse=parse,
    client=DummyClient,
    settings=SETTINGS,
    address_example="https://dummy.example.com",
)
