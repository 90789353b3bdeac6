"""WooCommerce: REST API ``wc/v3`` and webhooks.

Sources: the REST documentation and the source of WooCommerce (controllers of orders and refunds, version 3; webhooks).
"""

import re
from urllib.parse import urlencode

from ...common.json_reading import load_document
from ...common.messages import DocumentError, _
from ...common.settings import Setting
from ..contract import Platform
from ..excluded_fields import TRACES
from ..records import Hint, ShopSettings
from ..webhook_signatures import is_signed_base64
from .client import WooCommerceClient
from .orders import parse

#: What WordPress undoes in a webhook's secret (``wp_specialchars_decode``) before it signs.
ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&amp;": "&"}


def verify(headers: dict, body: bytes, secret: str) -> bool:
    """Whether a webhook is signed with ``secret``, which WordPress decodes before it signs."""
    for entity, letter in ENTITIES.items():
        secret = secret.replace(entity, letter)
    return is_signed_base64(body, secret, headers.get("x-wc-webhook-signature", ""))


def read_hint(headers: dict, body: bytes) -> Hint | None:
    """Return which order a webhook is about; None for topics that are not orders.

    :raises DocumentError: when it names none.
    """
    topic = headers.get("x-wc-webhook-topic", "")
    if not topic.startswith("order."):
        return None
    order_id = str(load_document(body).get("id"))
    if not re.fullmatch(r"[1-9][0-9]*", order_id):
        raise DocumentError("webhook_without_order", topic=topic)
    return Hint(topic, (order_id,), headers.get("x-wc-webhook-delivery-id", ""))


def is_ping(headers: dict, body: bytes) -> bool:
    """Whether this is the unsigned call WooCommerce makes when a webhook is saved: the form ``webhook_id=N``."""
    return re.fullmatch(rb"webhook_id=[0-9]{1,20}", body.strip()) is not None


def admin_search_url(settings: ShopSettings, reference: str) -> str:
    """Return the list of orders with the reference.

    WooCommerce leads on from this page to the older one, where its orders are still posts of WordPress.
    """
    query = urlencode({"page": "wc-orders", "s": reference})
    return f"{settings.url.rstrip('/')}/wp-admin/admin.php?{query}"


#: The key in the address of the order's page, the cart, the buyer's note to the shop, tokens for later payments, and
#: what the order attribution of WooCommerce writes down.
EXCLUDED_FIELDS = (
    *TRACES,
    "order_key",
    "cart_hash",
    "payment_url",
    "customer_note",
    "_links",
    "_wc_order_attribution_*",
    "_stripe_customer_id",
    "_stripe_source_id",
    "_kco_recurring_token",
    "refunded_by",
)

SETTINGS = (
    Setting(
        "key",
        _("Consumer Key"),
        help=_("Created in WooCommerce under Settings › Advanced › REST API, with permission to read."),
        is_secret=True,
        is_required=True,
    ),
    Setting("secret", _("Consumer Secret"), is_secret=True, is_required=True),
)

PLATFORM = Platform(
    code="woocommerce",
    name="WooCommerce",
    parse=parse,
    client=WooCommerceClient,
    verify=verify,
    read_hint=read_hint,
    is_ping=is_ping,
    excluded_fields=EXCLUDED_FIELDS,
    settings=SETTINGS,
    address_example="https://www.example.com",
    has_local_times=True,
    admin_search_url=admin_search_url,
    webhook_help=_(
        "In WooCommerce under Settings › Advanced › Webhooks, add one for each of Order created, Order updated and "
        "Order deleted, with this address and secret."
    ),
)
