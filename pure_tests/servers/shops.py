"""The servers of all shops, by the platform whose API they speak."""

from .inbox import InboxServer
from .magento import MagentoServer
from .mystore import MystoreServer
from .nettbutikk24 import Nettbutikk24Server
from .prestashop import PrestaShopServer
from .shopify import ShopifyServer
from .woocommerce import WooCommerceServer

SERVERS = {
    server.platform: server
    for server in (
        InboxServer,
        WooCommerceServer,
        ShopifyServer,
        MagentoServer,
        PrestaShopServer,
        MystoreServer,
        Nettbutikk24Server,
    )
}
