"""Mystore (Acendy): JSON:API and webhooks.

Sources: Mystore's help centre (statuses, tags, edits, credit orders), its documentation at mystoreapi.docs.apiary.io,
and published code of others that uses it (addresses, paging, filter, rate limit, signature). The names of most
attributes could not be confirmed; those are all in :data:`~.names.FIELDS`.

Settings: ``store`` is the shop's name in the address, ``token`` a personal access token with the scopes
``read:orders``, ``read:order-products``, ``read:order-totals``, ``read:order-status`` and
``read:order-status-history``; ``url`` is left empty. Times without an offset are taken to be in the shop's time zone.

A stored document is ``{"data": …, "included": […]}``: one order and the resources it refers to. Money is captured when
an order gets the status with the tag *Fullført* (by default "Sendt"), all of it at once, and the goods are sent then.
To set that status while editing an order captures nothing, which cannot be seen here.

What is credited is an order of its own with negative quantities. It is read as a :class:`~..records.Refund`.
"""

from ...common.json_reading import load_document, nested, required
from ...common.messages import _
from ...common.settings import Setting
from ..contract import Platform
from ..excluded_fields import USUAL_NAMES
from ..records import Hint
from ..webhook_signatures import is_signed_base64
from .client import MystoreClient
from .orders import parse

TOPIC_HEADER = "x-no-mystore-topic"
SIGNATURE_HEADER = "x-no-mystore-hmac-sha256"
ORDER_TOPICS = ("orders/create", "orders/update")


def verify(headers: dict, body: bytes, secret: str) -> bool:
    """Whether ``X-No-Mystore-Hmac-Sha256`` is the base64 of the HMAC-SHA256 of the body."""
    return is_signed_base64(body, secret, headers.get(SIGNATURE_HEADER, ""))


def read_hint(headers: dict, body: bytes) -> Hint | None:
    """Return which order a webhook is about; None for other topics.

    :raises DocumentError: the order's id is missing.
    """
    topic = headers.get(TOPIC_HEADER, "").strip().casefold()
    if topic not in ORDER_TOPICS:
        return None
    document = load_document(body)
    return Hint(topic, (str(required(nested(document, "data") or document, "id")),))


SETTINGS = (
    Setting(
        "store",
        _("Shop Name"),
        help=_("As in the address of the shop's administration."),
        is_required=True,
    ),
    Setting(
        "token",
        _("Access Token"),
        help=_("A personal access token that may read orders, made in Mystore."),
        is_secret=True,
        is_required=True,
    ),
)

PLATFORM = Platform(
    code="mystore",
    name="Mystore",
    parse=parse,
    client=MystoreClient,
    verify=verify,
    read_hint=read_hint,
    excluded_fields=USUAL_NAMES,
    has_refund_documents=True,
    settings=SETTINGS,
    has_local_times=True,
    webhook_help=_("In Mystore, make webhooks for orders/create and orders/update with this address and secret."),
)
