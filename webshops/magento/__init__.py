"""Magento 2 Open Source and Adobe Commerce: orders over REST, by polling (the open edition sends no webhooks).

Settings: ``url`` is the shop's address; ``key`` and ``secret`` are the integration's consumer key and secret, ``token``
and ``token_secret`` its access token and secret. ``token`` alone is sent as bearer, which a shop has to allow ("Allow
OAuth Access Tokens to be used as standalone Bearer tokens"). ``store`` is the store code of the address
(``/rest/<store>/V1``); ``all``, which is every store of the installation, when empty. ``admin_path`` is what stands
in the address of the administration, which every installation chooses.
"""

from urllib.parse import quote, urlencode

from ...common.messages import _
from ...common.settings import Setting
from ..contract import Platform
from ..excluded_fields import TRACES
from ..records import ShopSettings
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


def admin_search_url(settings: ShopSettings, reference: str) -> str:
    """Return the list of orders with the reference; empty where the path of the administration is not entered."""
    path = settings.others.get("admin_path", "").strip("/ ")
    if not path:
        return ""
    return f"{settings.url.rstrip('/')}/{quote(path)}/sales/order/index/?{urlencode({'search': reference})}"


SETTINGS = (
    Setting(
        "key",
        _("Consumer Key"),
        help=_("In Magento under System › Extensions › Integrations, as the other keys."),
        is_secret=True,
    ),
    Setting("secret", _("Consumer Secret"), is_secret=True),
    Setting(
        "token",
        _("Access Token"),
        help=_("Alone, if the shop accepts it as a bearer token."),
        is_secret=True,
        is_required=True,
    ),
    Setting("token_secret", _("Access Token Secret"), is_secret=True),
    Setting("store", _("Store Code"), help=_("If one installation holds several shops. Empty: all stores.")),
    Setting(
        "admin_path",
        _("Path of the Administration"),
        help=_("What follows the shop's address where you sign in, such as admin_1a2b3c. Orders are searched there."),
    ),
)

PLATFORM = Platform(
    code="magento",
    name="Magento 2 / Adobe Commerce",
    parse=parse,
    client=MagentoClient,
    excluded_fields=EXCLUDED_FIELDS,
    settings=SETTINGS,
    address_example="https://www.example.com",
    admin_search_url=admin_search_url,
)
