"""The servers of all shops, by the platform whose API they speak: of each the one in the module of that name."""

import importlib

from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from .shop import ShopServer


def _server(code: str) -> type:
    module = importlib.import_module(f".{code}", __package__)
    servers = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, ShopServer)]
    return next(server for server in servers if server.platform == code)


SERVERS = {code: _server(code) for code in PLATFORMS}
