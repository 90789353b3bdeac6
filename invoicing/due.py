"""What of an order is to be invoiced by now: all of it, what was sent, or what the captured money pays for."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from ..common.currencies import smallest_unit
from ..common.values import ZERO
from ..webshops.records import Capture, LineKind, Order
from .parts import merged_by_line, scaled, share_of_line, total_amount, whole_line
from .records import InvoiceOn


class Due:
    """What of an order is to be invoiced by now, as the shop's events say."""

    def __init__(self, order: Order, invoice_on: InvoiceOn):
        self.order = order
        self.invoice_on = invoice_on

    def now(self) -> tuple:
        """Return the parts that are to be invoiced by now, whether they are all that ever will be, and since when."""
        order = self.order
        limit = self.limit
        if limit == 0:
            return (), True, order.changed_at
        is_finished = self._is_due_in_full()
        if is_finished:
            parts = tuple(whole_line(line) for line in order.lines)
        elif self.invoice_on is InvoiceOn.COMPLETED:
            parts = ()
        elif self.follows_captures:
            parts = self._captured_parts(self._captures)
        else:
            parts = self._shipped_parts(order.shipments)
        if limit is not None and total_amount(parts) >= limit:
            parts = self._captured_parts(self._captures) if order.captured else self._sent_parts(limit)
            return parts, True, self._moment()
        return parts, is_finished, self._moment()

    @property
    def follows_captures(self) -> bool:
        """Whether the money captured decides what is due, not the goods sent."""
        return self.invoice_on is InvoiceOn.CAPTURED and self.order.captures is not None

    @property
    def is_named(self) -> bool:
        """Whether the shop names the lines of money it took."""
        return any(capture.quantities for capture in self.order.captures or ())

    @property
    def _captures(self):
        """The money taken, and as the last of it the goods that the buyer gave for it: what came back without money."""
        order = self.order
        if not order.offset or not (order.captured or order.tendered):
            return order.captures or ()
        since = max(refund.time for refund in order.refunds if refund.offset)
        return (*(order.captures or ()), Capture("offset", order.offset, since))

    @property
    def limit(self) -> Decimal | None:
        """What the buyer owes in the end where less than the order was captured and the rest voided, else None.

        Where nothing was captured at all it is no more than what gift cards paid of the goods sent. Zero: the order
        will not be paid, and is not invoiced.
        """
        order = self.order
        # what came back without money was sold, and needs no payment
        paid = order.captured + order.tendered + order.offset
        if not order.is_capture_final or order.captures is None or paid >= order.total:
            return None
        if order.captured:
            return paid
        return min(order.tendered, total_amount(self._sent()))

    @property
    def _is_delivered(self):
        order = self.order
        return bool(order.completed_at) or any(not shipment.quantities for shipment in order.shipments)

    def _sent(self):
        """The goods sent so far, or the whole order where all of it was."""
        order = self.order
        if self._is_delivered:
            return tuple(whole_line(line) for line in order.lines)
        return self._shipped_parts(order.shipments)

    def _sent_parts(self, limit):
        """What gift cards paid of the goods sent, where no other money was ever taken."""
        return scaled(self._sent(), limit, self.order.currency)

    def _is_due_in_full(self):
        order = self.order
        if self.invoice_on is InvoiceOn.COMPLETED:
            return bool(order.completed_at)
        if self.follows_captures:
            return order.is_capture_final or order.tendered + total_amount(self._captures) >= order.total
        if self._is_delivered:
            return True
        sent = self._sent_quantities(order.shipments)
        goods = [line for line in order.lines if line.kind is LineKind.PRODUCT]
        return bool(sent) and all(sent[line.external_id] >= line.quantity for line in goods)

    def _moment(self):
        """When the last of what calls for an invoice happened."""
        order = self.order
        moments = [shipment.time for shipment in order.shipments] or [order.completed_at]
        if self.invoice_on is InvoiceOn.COMPLETED:
            moments = [order.completed_at]
        elif self.follows_captures:
            # a shop may keep the sum alone, without a time; and gift cards are captured with the order
            captured = [capture.time for capture in self._captures if capture.time]
            moments = captured or (moments if order.captures else [order.accepted_at])
        return max(filter(None, moments), default=order.changed_at)

    def earlier(self) -> list:
        """Return the parts that were due after each of the earlier events, with the lines as they read now."""
        order = self.order
        if self.invoice_on is InvoiceOn.COMPLETED:
            return []
        if self.follows_captures:
            earlier = [self._captured_parts(self._captures[:count]) for count in range(len(self._captures))]
        else:
            sent = sorted(order.shipments, key=lambda shipment: shipment.time)
            earlier = [self._shipped_parts(sent[:count]) for count in range(len(sent))]
            if sent and order.completed_at and order.completed_at > sent[-1].time:
                # the rest came without a parcel of its own
                earlier.append(self._shipped_parts(sent))
        return earlier

    def _sent_quantities(self, shipments):
        sent = Counter()
        for shipment in shipments:
            for line_id, quantity in shipment.quantities:
                sent[line_id] += quantity
        return sent

    def _shipped_parts(self, shipments):
        """The goods sent so far; shipping and other charges go with the first parcel, discounts with the goods."""
        order = self.order
        sent = self._sent_quantities(shipments)
        if not any(sent.values()):
            return ()
        parts = []
        for line in order.lines:
            if line.kind is LineKind.PRODUCT:
                parts.append(
                    share_of_line(line, min(sent[line.external_id], line.quantity) / line.quantity, order.currency)
                )
        goods = sum((line.amount for line in order.lines if line.kind is LineKind.PRODUCT), ZERO)
        share = total_amount(parts) / goods if goods else Decimal(1)
        for line in order.lines:
            if line.kind in (LineKind.DISCOUNT, LineKind.ROUNDING) or line.amount < 0:
                parts.append(share_of_line(line, share, order.currency))
            elif line.kind is not LineKind.PRODUCT:
                parts.append(whole_line(line))
        # where a discount takes nearly all, rounding may leave less than nothing
        return tuple(part for part in parts if part.amount) if total_amount(parts) > 0 else ()

    def _taken_parts(self, taken, paid):
        """The lines that money was taken for, where the shop reports it line by line.

        What the shop's rounding makes more of ``paid`` goes to a line of which there is more to come.
        """
        currency = self.order.currency
        lines = [line for line in self.order.lines if taken[line.external_id]]
        parts = [share_of_line(line, taken[line.external_id] / line.quantity, currency) for line in lines]
        more = paid - total_amount(parts)
        if 0 < more <= smallest_unit(currency) * len(parts):
            for index, (line, part) in enumerate(zip(lines, parts, strict=True)):
                if part.amount + more <= line.amount:
                    parts[index] = replace(part, amount=part.amount + more)
                    break
        return tuple(parts)

    def _captured_parts(self, captures):
        """What the money taken so far stands for: what the shop names, then the goods sent, then a share of the rest.

        Each capture adds to what the ones before it stood for, so that none of that is credited again.
        """
        order = self.order
        paid, parts = order.tendered, ()
        whole = tuple(whole_line(line) for line in order.lines)
        taken = Counter()
        for capture in captures:
            paid += capture.amount
            for line_id, quantity in capture.quantities:
                taken[line_id] += quantity
            for goal in (self._taken_parts(taken, paid), self._shipped_parts(order.shipments), whole):
                due = min(paid, total_amount(goal)) - total_amount(parts)
                if due > 0:
                    left = tuple(merged_by_line([*goal, *(part.negated() for part in parts)]).values())
                    parts = tuple(merged_by_line([*parts, *scaled(left, due, order.currency)]).values())
        return parts
