"""The captures of an order. WooCommerce knows none: what it has are the notes of the payment plugins."""

import datetime
from decimal import Decimal

from ...common.amounts import divide, to_amount, to_decimal
from ...common.json_reading import text
from ..records import ZERO, Capture
from .lines import items
from .plugins import NO, QLIRO, UNKNOWN, VIPPS, Meta, plugin_of
from .times import read_time

#: What Qliro captured of a line: ``<transaction>:<quantity>,…``.
QLIRO_CAPTURED = "_qliro_captured_data"


class PaymentReader:
    """Reads what was captured of an order, as its payment plugin wrote it."""

    def __init__(self, order: dict, currency: str, zone: datetime.tzinfo):
        self.record = order
        self.currency = currency
        self.zone = zone
        self.meta = Meta(order)
        self.plugin = plugin_of(text(order, "payment_method"))

    def captures(self, lines: tuple, to_pay: Decimal, completed_at: datetime.datetime | None) -> tuple:
        """Return the captures (None where nothing reports them), and whether the rest of a reservation was voided.

        :param to_pay: what was left to pay after gift cards.
        """
        if not to_pay:
            return (), False
        if self.plugin is VIPPS and self.meta.text("_vipps_captured"):
            captures, is_voided = self._vipps_captures(completed_at)
        else:
            captures = self._all_or_nothing(lines, to_pay, completed_at)
            is_voided = self.meta.says_yes(self.plugin.voided)
        return captures, is_voided and sum((capture.amount for capture in captures or ()), ZERO) < to_pay

    def _vipps_captures(self, completed_at: datetime.datetime | None) -> tuple:
        """Return what Vipps' plugin reports: sums in øre, and the time of the last capture.

        ``_vipps_status`` stays AUTHORIZED, and ``_vipps_capture_remaining`` is not always there.
        """

        captured = self._vipps_sum("_vipps_captured")
        given_up = self._vipps_sum("_vipps_cancelled") + self.released
        is_voided = bool(given_up) and self._vipps_sum("_vipps_amount") <= captured + given_up
        moment = self.meta.time(VIPPS.captured_at, self.zone) or completed_at
        return (Capture("captured", captured, moment),) if captured else (), is_voided

    @property
    def released(self) -> Decimal:
        """What was refunded while it was only reserved: Vipps' plugin keeps it in mind, and captures so much less.

        Source: ``process_refund`` of the plugin. Such a refund looks like any other.
        """
        return self._vipps_sum("_vipps_noncapturable") if self.plugin is VIPPS else ZERO

    def _vipps_sum(self, name: str) -> Decimal:
        return to_amount(to_decimal(self.meta.text(name) or 0, name) / 100, self.currency, name)

    def _all_or_nothing(self, lines: tuple, to_pay: Decimal, completed_at: datetime.datetime | None) -> tuple | None:
        """Return the captures of an order of which only yes or no is reported, or nothing.

        Where nothing is reported, a completed order was captured in full: that is what completing it does in all the
        plugins, and what a shop without one means by it.
        """
        plugin, meta = self.plugin, self.meta
        if plugin is UNKNOWN:
            return (Capture("captured", to_pay, completed_at, is_assumed=True),) if completed_at else None
        told, how = meta.text(plugin.captured), meta.text(plugin.at_once[0]).upper()
        captures = self._qliro_captures(lines) if plugin is QLIRO and not told else ()
        if captures:
            return captures
        is_at_once = bool(how) and how == plugin.at_once[1]
        paid = self._time("date_paid")
        is_assumed = bool(completed_at or (is_at_once and paid)) and not meta.says_yes(plugin.voided)
        if not (told.casefold() not in NO if told else is_assumed):
            return () if told or how or plugin.reserves else None
        paid = paid if plugin.is_taken_at_once or is_at_once else None
        moment = meta.time(plugin.captured_at, self.zone) or paid or self._time("date_completed")
        name = meta.text(plugin.capture_id) if plugin.capture_id else text(self.record, "transaction_id")
        taken = to_pay - self.released
        return (Capture(name or "captured", taken, moment, is_assumed=True),) if taken > 0 else ()

    def _qliro_captures(self, lines: tuple) -> tuple:
        """Return Qliro's captures in part, which it reports line by line."""
        taken: dict = {}
        for item, _kind in items(self.record):
            own = [line for line in lines if line.external_id.split("/")[0] == str(item["id"])]
            parts = qliro_parts(item)
            if not own or not parts:
                continue
            quantities = [to_decimal(quantity, QLIRO_CAPTURED) for _transaction, quantity in parts]
            left = max(own[0].quantity - sum(quantities), ZERO)
            amounts = divide(sum(line.amount for line in own), [*quantities, left], self.currency)
            for (transaction, _text), quantity, amount in zip(parts, quantities, amounts, strict=False):
                lines_of = taken.setdefault(transaction, [])
                lines_of.append((amount, tuple((line.external_id, quantity) for line in own)))
        return tuple(
            Capture(
                transaction,
                sum((amount for amount, _pairs in lines_of), ZERO),
                quantities=tuple(pair for _amount, pairs in lines_of for pair in pairs),
                is_assumed=True,
            )
            for transaction, lines_of in taken.items()
        )

    def _time(self, name: str) -> datetime.datetime | None:
        return read_time(self.record, name, self.zone)


def qliro_parts(item: dict) -> list:
    """Return (transaction, quantity) of what Qliro captured of a line."""
    parts = filter(None, Meta(item).text(QLIRO_CAPTURED).split(","))
    return [(transaction, quantity) for transaction, _colon, quantity in (part.partition(":") for part in parts)]
