"""What the platforms' servers have in common: a shop that orders are put into, and what not every platform can say."""

import datetime
import zlib
from enum import Enum

from .local_server import LocalServer


class Feature(str, Enum):
    """What an order may need a platform to be able to say."""

    PART_SHIPMENT = "goods sent in several parts"
    CAPTURE = "when money was captured, apart from the goods being sent"
    PART_CAPTURE = "money captured in part"
    VOID = "captured in part, and the rest voided"
    EDIT_AFTER = "lines edited after the goods were sent"
    GIFT_CARD_SOLD = "a gift card sold"
    GIFT_CARD_REDEEMED = "a gift card used to pay"
    STORE_CREDIT = "store credit used to pay"
    TIP = "a tip"
    FEE = "a fee"
    REFUND_WITHOUT_LINES = "a refund of an amount, without lines"
    REFUND_SHIPPING = "a refund of the shipping"
    REFUND_MIXED = "a refund of lines whose amount is not the lines' sum"
    REFUND_TO_GIFT_CARD = "a refund onto a gift card"
    EXCHANGE = "goods that came back without money back, for others or before they were paid for"
    RELEASED = "a refund of what is only reserved"
    REFUND_WITHDRAWN = "a refund that is deleted again"
    DELETION = "an order that is deleted in the shop"
    VAT_NUMBER = "the buyer's VAT number"
    REGISTERED_BUYER = "the shop's number of a registered buyer"
    TEST_ORDER = "an order marked as a test"
    FOREIGN_CURRENCY = "an order in another currency"
    TAX_CLASS = "a name for the tax, which tells 0 % from 0 %"
    DELIVERY_METHOD = "the way of delivery"
    PROVIDER_ID = "the payment provider's own ids"


def number(external_id: str) -> int:
    """The number a shop that counts has for an id: its own where it is a number, else one that is always the same."""
    return int(external_id) if external_id.isdecimal() else 10**9 + zlib.crc32(external_id.encode())


def clock_time(moment: datetime.datetime, zone: datetime.tzinfo) -> str:
    """A time as a clock in ``zone`` shows it, without saying where."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def credited_lines(refund) -> tuple:
    """The lines of a refund, where the shop credits lines and nothing else."""
    if not refund.lines or sum(line.amount for line in refund.lines) != refund.amount:
        raise ValueError("a credit order amounts to the sum of its lines")
    return refund.lines


class ShopServer(LocalServer):
    """A shop. Orders are put into it as they read at some time, and it tells of them as its platform does.

    :cvar platform: the platform's code.
    :cvar cannot: what the platform has no way to say: feature to the reason, in a sentence.
    :cvar webhook_secret: what its webhooks are signed with; empty where it sends none.
    """

    platform = ""
    cannot: dict = {}
    webhook_secret = ""

    @property
    def settings(self):
        """The :class:`~webshops.records.ShopSettings` to reach this shop with."""
        raise NotImplementedError

    def put(self, order) -> None:
        """Let the order (:class:`~webshops.records.Order`) read as given from now on; ``changed_at`` is its time.

        Everything the platform can say of it must come back from the platform's ``parse``.
        """
        raise NotImplementedError

    def delete(self, external_id: str, at: datetime.datetime) -> None:
        """Let the shop not have the order any more."""
        raise NotImplementedError

    def webhooks(self, external_id: str) -> list:
        """Return the deliveries the platform sends about the order as it reads now: ``[(headers, body), ...]``.

        Signed with ``webhook_secret``; empty for a platform that sends none.
        """
        return []
