"""The inbox: any shop may send its orders and refunds here as JSON, in a form of our own.

The form is described for shop developers in ``static/description/inbox.md`` and as a JSON Schema in
``inbox_schema.json`` beside this file; the three are changed together. One delivery is one document, an order or a
refund, and is the stored document unchanged. Nothing is fetched: what the shop does not send is not known.

Everything that can be said of an order (:mod:`..records`) can be said. A field that is not known is refused, so that a
misspelt name is not lost in silence.
"""

import datetime
import re

from ...common.json_reading import load_document
from ...common.messages import DocumentError, _
from ..contract import Platform
from ..records import Hint
from ..webhook_signatures import is_signed_hex
from .fields import Fields
from .orders import ORDER, REFUND, parse

TIMESTAMP_HEADER = "x-settlement-timestamp"
SIGNATURE_HEADER = "x-settlement-signature"
DELIVERY_HEADER = "x-settlement-delivery"

#: How far a delivery's time stamp may be from our clock, before or after.
LONGEST_DELAY = datetime.timedelta(minutes=5)


def verify(headers: dict, body: bytes, secret: str, now: datetime.datetime | None = None) -> bool:
    """Whether the delivery is signed with ``secret`` and not older or newer than five minutes.

    The signature is the hexadecimal HMAC-SHA256 of the time stamp, a full stop and the body as it was sent.

    :param headers: names in lower case. :param now: the time it arrived, aware; the clock when None.
    """
    timestamp = headers.get(TIMESTAMP_HEADER, "").strip()
    if not re.fullmatch(r"[0-9]{1,11}", timestamp):
        return False
    now = now or datetime.datetime.now(datetime.timezone.utc)
    if abs(now.timestamp() - int(timestamp)) > LONGEST_DELAY.total_seconds():
        return False
    return is_signed_hex(timestamp.encode() + b"." + body, secret, headers.get(SIGNATURE_HEADER, ""))


def read_hint(headers: dict, body: bytes) -> Hint:
    """Return which order a verified delivery is about; ``topic`` is ``order`` or ``refund``.

    :raises DocumentError: when the delivery does not say which.
    """
    try:
        body.decode()
    except UnicodeDecodeError:
        raise DocumentError("inbox_not_utf8") from None
    fields = Fields(load_document(body), "")
    topic = fields.choice("type", (ORDER, REFUND))
    order_id = fields.text("id" if topic == ORDER else "order_id", is_required=True)
    return Hint(topic, (order_id,), headers.get(DELIVERY_HEADER, "").strip())


PLATFORM = Platform(
    code="inbox",
    name=_("Own shop (JSON)"),
    parse=parse,
    verify=verify,
    read_hint=read_hint,
    sends_documents=True,
    has_refund_documents=True,
    webhook_help=_("Your shop sends each order here when it changes, signed with the secret."),
    developer_page="static/description/inbox.md",
)
