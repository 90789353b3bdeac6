"""What payment plugins write into an order's ``meta_data``.

Sources: the source of the plugins in :data:`PLUGINS`. It has been read, not yet met in a live shop.
"""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from ...common.json_reading import entries, to_time
from ..records import ReferenceKind

#: What plugins write for "no".
NO = ("", "0", "no", "false")


class Meta:
    """``meta_data`` of an order, a refund or a line, by its keys. A key can stand there several times."""

    def __init__(self, record: dict):
        self._values: dict = {}
        for entry in entries(record, "meta_data"):
            self._values.setdefault(str(entry.get("key")), []).append(entry.get("value"))

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def texts(self, key: str) -> list:
        """Return all that a key says, as text; plugins also write lists."""
        found = []
        for value in self._values.get(key, ()):
            values = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
            found += [str(each).strip() for each in values if isinstance(each, (str, int, Decimal))]
        return [each for each in found if each]

    def text(self, key: str) -> str:
        """Return the first that a key says; empty when it says nothing."""
        return next(iter(self.texts(key)), "")

    def says_yes(self, key: str) -> bool:
        """Whether a key says something else than no."""
        return self.text(key).casefold() not in NO

    def time(self, key: str, zone: datetime.tzinfo) -> datetime.datetime | None:
        """Return a time: seconds since 1970, or text in the shop's zone."""
        told = self.text(key)
        if re.fullmatch(r"[0-9]{1,11}", told):
            return datetime.datetime.fromtimestamp(int(told), datetime.timezone.utc) if int(told) else None
        return to_time(told, zone, key) if told else None


@dataclass(frozen=True)
class Plugin:
    """Where a payment plugin writes what it knows: keys in the order's ``meta_data``.

    :ivar methods: how ``payment_method`` begins.
    :ivar references: keys with what the shop sent to the provider. :ivar ids: keys with identities the provider gave.
    :ivar transaction: what ``transaction_id`` is.
    :ivar captured: filled once all of the order is captured: with an identity, a time, or a word for yes.
    :ivar capture_id: the key that names the capture; empty: ``transaction_id`` does.
    :ivar captured_at: the key with the time of the capture: seconds since 1970, or text in the shop's time zone.
    :ivar reserves: True when money is never taken before ``captured`` says so; else its absence says nothing.
    :ivar is_taken_at_once: True when ``date_paid`` is the time of the capture.
    :ivar at_once: key and word that mean the money was taken when the buyer paid, without a word in ``captured``.
    :ivar voided: filled once the rest of the reservation is given up. :ivar cancelled_at: the key with that time.
    :ivar test: key and a word in it that mean the order is a test.
    """

    methods: tuple
    references: tuple = ()
    ids: tuple = ()
    transaction: ReferenceKind = ReferenceKind.PROVIDER_ID
    captured: str = ""
    capture_id: str = ""
    captured_at: str = ""
    reserves: bool = True
    is_taken_at_once: bool = False
    at_once: tuple = ("", "")
    voided: str = ""
    cancelled_at: str = ""
    test: tuple = ("", "")


#: Of a plugin nothing is known of, or of none.
UNKNOWN = Plugin(methods=(), reserves=False)
VIPPS = Plugin(
    methods=("vipps",),
    references=("_vipps_orderid",),
    transaction=ReferenceKind.PROVIDER_REFERENCE,
    captured_at="_vipps_capture_timestamp",
    cancelled_at="_vipps_cancel_timestamp",
)
QLIRO = Plugin(
    methods=("qliro",),
    references=("_qliro_one_merchant_reference",),
    ids=("_qliro_one_order_id", "_qliro_payment_transaction_id", "_qliro_order_captured"),
    captured="_qliro_order_captured",
    capture_id="_qliro_order_captured",
    voided="_qliro_order_canceled",
)
#: The first whose ``methods`` fit an order's ``payment_method`` reports its money.
PLUGINS = (
    Plugin(
        methods=("vipps_recurring",),
        ids=("_charge_id",),
        captured="_vipps_recurring_captured",
        capture_id="_charge_id",
    ),
    VIPPS,
    Plugin(  # Klarna Payments and Kustom Checkout
        methods=("klarna_payments", "kco"),
        ids=("_wc_klarna_order_id", "_wc_klarna_capture_id"),
        captured="_wc_klarna_capture_id",
        capture_id="_wc_klarna_capture_id",
        voided="_wc_klarna_cancelled",
        test=("_wc_klarna_environment", "test"),
    ),
    Plugin(  # Nexi Checkout, earlier Nets Easy and DIBS Easy
        methods=("dibs_easy", "nets_easy"),
        ids=("_dibs_payment_id", "_dibs_charge_id"),
        captured="_dibs_charge_id",
        capture_id="_dibs_charge_id",
        at_once=("dibs_payment_type", "A2A"),
        voided="_dibs_canceled_amount_id",
    ),
    QLIRO,
    Plugin(  # Svea Checkout
        methods=("svea_checkout",),
        ids=("_svea_co_order_id",),
        captured="_svea_co_deliver_date",
        captured_at="_svea_co_deliver_date",
        voided="_svea_co_cancel_date",
        cancelled_at="_svea_co_cancel_date",
    ),
    Plugin(
        methods=("stripe",),
        ids=("_stripe_intent_id", "_stripe_refund_id"),
        captured="_stripe_charge_captured",
        reserves=False,
        is_taken_at_once=True,
    ),
    Plugin(  # PayPal Payments
        methods=("ppcp",),
        ids=("_ppcp_paypal_order_id", "_ppcp_refunds"),
        captured="_ppcp_paypal_captured",
        reserves=False,
        at_once=("_ppcp_paypal_intent", "CAPTURE"),
        test=("_ppcp_paypal_payment_mode", "sandbox"),
    ),
)


def plugin_of(payment_method: str) -> Plugin:
    """Return the plugin an order was paid with; :data:`UNKNOWN` for others than :data:`PLUGINS`."""
    return next((plugin for plugin in PLUGINS if payment_method.startswith(plugin.methods)), UNKNOWN)
