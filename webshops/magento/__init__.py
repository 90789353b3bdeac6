"""Magento 2 Open Source and Adobe Commerce: orders over REST, by polling (the open edition sends no webhooks).

Settings: ``url`` is the shop's address; ``key`` and ``secret`` are the integration's consumer key and secret, ``token``
and ``token_secret`` its access token and secret. ``token`` alone is sent as bearer, which a shop has to allow ("Allow
OAuth Access Tokens to be used as standalone Bearer tokens"). ``store`` is the store code of the address
(``/rest/<store>/V1``); ``all``, which is every store of the installation, when empty.
"""

from ..contract import Platform
from ..excluded_fields import TRACES
from .client import MagentoClient
from .orders import parse

#: The cart, the key in the address of the order's page, the buyer's birthday and sex, the card and gift messages.
EXCLUDED_FIELDS = (
    *TRACES,
    "quote_id",
    "quote_address_id",
    "protect_code",
    "customer_dob",
    "customer_gender",
    "cc_*",
    "gift_message*",
)

PLATFORM = Platform(
    code="magento",
    name="Magento 2 / Adobe Commerce",
    parse=parse,
    client=MagentoClient,
    excluded_fields=EXCLUDED_FIELDS,
)
