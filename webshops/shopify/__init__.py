"""Shopify: orders by the Admin GraphQL API, webhooks as hints.

Sources: shopify.dev, Admin GraphQL reference and "Webhooks".
"""

import re
from urllib.parse import urlencode

from ...common.json_reading import load_document, nested
from ...common.messages import _
from ...common.settings import Setting
from ..contract import Platform
from ..excluded_fields import TRACES
from ..records import Hint, ShopSettings
from ..webhook_signatures import is_signed_base64
from .client import ShopifyClient
from .orders import parse


def verify(headers: dict, body: bytes, secret: str) -> bool:
    """Whether Shopify signed the delivery with ``secret``, the app's client secret."""
    return is_signed_base64(body, secret, headers.get("x-shopify-hmac-sha256", ""))


def read_hint(headers: dict, body: bytes) -> Hint | None:
    """Return which order a verified delivery is about; None for one that is about none.

    The payload is the order for ``orders/*``, the edit for ``orders/edited``, and something with an ``order_id`` else.

    :raises DocumentError: when the body is not a JSON object.
    """
    payload = load_document(body)
    topic = headers.get("x-shopify-topic", "")
    payload = nested(payload, "order_edit") or payload
    order_id = payload.get("order_id")
    if order_id is None and topic.startswith("orders/"):
        order_id = payload.get("id")
    if not re.fullmatch(r"[0-9]{1,20}", str(order_id)):
        return None
    return Hint(topic, (str(order_id),), headers.get("x-shopify-webhook-id", ""))


def admin_search_url(settings: ShopSettings, reference: str) -> str:
    """Return the list of orders with the reference. Shopify leads on from the shop's own address to its admin."""
    return f"{settings.url.rstrip('/')}/admin/orders?{urlencode({'query': reference})}"


#: The query asks for nothing that is not read; these stand in the receipts of payment apps, which have no fixed form.
EXCLUDED_FIELDS = (
    *TRACES,
    "billing_details",
    "payer",
    "payer_*",
    "payment_method_details",
)

SETTINGS = (
    Setting(
        "key",
        _("Client Id"),
        help=_("In the app's settings in Shopify's Dev Dashboard, with the client secret."),
        is_secret=True,
    ),
    Setting("secret", _("Client Secret"), is_secret=True),
    Setting(
        "token",
        _("Access Token"),
        help=_("Instead of client id and client secret, for an app that has one."),
        is_secret=True,
    ),
)

PLATFORM = Platform(
    code="shopify",
    name="Shopify",
    parse=parse,
    client=ShopifyClient,
    verify=verify,
    read_hint=read_hint,
    excluded_fields=EXCLUDED_FIELDS,
    settings=SETTINGS,
    address_example="https://your-shop.myshopify.com",
    admin_search_url=admin_search_url,
    webhook_help=_(
        "Let the app send the topics of orders and refunds to this address as JSON; it signs them with its client "
        "secret."
    ),
    webhook_secret_name=_("Client Secret"),
)
