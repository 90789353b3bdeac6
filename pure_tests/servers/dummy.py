"""A shop of the platform that only tests know of: see ``pure_tests/webshops/dummy``."""

import datetime

from odoo.addons.settlement_bridge.webshops.records import ShopSettings

from .shop import ShopServer


class DummyServer(ShopServer):
    """The shop. ``orders`` are in the platform's own form."""

    platform = "dummy"
    token = "a-key-of-the-dummy"

    def __init__(self, *orders):
        super().__init__()
        self.orders = list(orders)

    @property
    def settings(self):
        return ShopSettings(url=self.base_url, token=self.token)

    def put(self, order):
        """Let the order read as given; the dummy has one article, at one price."""
        self.delete(order.external_id, order.changed_at)
        changed_at = order.changed_at.isoformat()
        is_sent = bool(order.shipments)
        self.orders.append(
            {"id": order.external_id, "changed_at": changed_at, "total": str(order.total), "is_sent": is_sent}
        )

    def delete(self, external_id, at):
        self.orders = [order for order in self.orders if order["id"] != external_id]

    def answer(self, method, path, query, headers, body):
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, {}
        if path == "/shop":
            return 200, {}, {"name": "Attrappen"}
        if path == "/orders":
            since = datetime.datetime.fromisoformat(query["since"])
            changed = [order for order in self.orders if _time(order) >= since]
            return 200, {}, sorted(changed, key=_time)
        order = next((order for order in self.orders if path == f"/orders/{order['id']}"), None)
        return (200, {}, order) if order else (404, {}, {})


def _time(order):
    return datetime.datetime.fromisoformat(order["changed_at"])
