"""A shop of the platform that only tests know of: see ``pure_tests/webshops/dummy``."""

from .local_server import LocalServer


class DummyServer(LocalServer):
    """The shop. ``orders`` are in the platform's own form, oldest change first."""

    token = "a-key-of-the-dummy"

    def __init__(self, *orders):
        super().__init__()
        self.orders = list(orders)

    def answer(self, method, path, query, headers, body):
        if headers.get("authorization") != f"Bearer {self.token}":
            return 401, {}, {}
        if path == "/shop":
            return 200, {}, {"name": "Attrappen"}
        if path == "/orders":
            return 200, {}, self.orders
        order = next((order for order in self.orders if path == f"/orders/{order['id']}"), None)
        return (200, {}, order) if order else (404, {}, {})
