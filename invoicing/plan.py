"""Which invoices and credit notes an order calls for, given what is booked of it already.

The plan is a difference: what the shop says now, less what is in the ledger. So it may be asked again at any time, and
where nothing has changed it is empty. A posted document is never changed; a difference is credited or invoiced.
"""

import datetime
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ..common.amounts import divide, tax_within
from ..common.currencies import rounded, smallest_unit
from ..common.messages import Message, _
from ..common.values import ZERO, TextEnum
from ..webshops.records import LineKind, Order, Refund, TenderKind


class InvoiceOn(TextEnum):
    """Which event makes the invoice. The values are stored in the database."""

    SHIPPED = "shipped"
    CAPTURED = "captured"
    COMPLETED = "completed"


@dataclass(frozen=True)
class Part:
    """A piece of an order in a document: of one line, or of no line in particular (``line_id`` empty).

    ``quantity``, ``amount`` (with VAT) and ``tax`` have the sign of a sale in an invoice and of the money given back in
    a credit note: both positive, but for a discount.
    """

    line_id: str
    rate: Decimal
    quantity: Decimal
    amount: Decimal
    tax: Decimal

    def negated(self) -> "Part":
        """The same with the opposite sign."""
        return replace(self, quantity=-self.quantity, amount=-self.amount, tax=-self.tax)


@dataclass(frozen=True)
class Booked:
    """What is in the ledger of an order.

    :ivar sold: the :class:`Part` of its invoices, and negated of its credit notes that are not for a refund.
    :ivar refunds: ``external_id`` of a refund to the parts of its credit note.
    :ivar tenders: what gift cards and store credit have paid so far, less what was given back to them.
    """

    sold: tuple = ()
    refunds: dict = field(default_factory=dict)
    tenders: dict = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is booked."""
        return not self.sold and not self.refunds

    @property
    def left(self) -> tuple:
        """The parts of what is invoiced, and negated of all that is credited."""
        return (*self.sold, *(part.negated() for parts in self.refunds.values() for part in parts))


@dataclass(frozen=True)
class PlannedDocument:
    """An invoice or a credit note to be made.

    :ivar key: what it is for: ``sale``, ``change``, ``refund:<id>`` or ``withdrawn:<id>`` (a refund taken back).
    :ivar time: of the event that calls for it.
    :ivar reason: a sentence for people.
    """

    key: str
    is_credit_note: bool
    time: datetime.datetime
    parts: tuple
    reason: Message

    @property
    def total(self) -> Decimal:
        """Sum with VAT, positive."""
        return sum((part.amount for part in self.parts), ZERO)

    @property
    def signed_parts(self) -> tuple:
        """The parts as the ledger counts them: negated in a credit note."""
        return tuple(part.negated() for part in self.parts) if self.is_credit_note else self.parts


@dataclass(frozen=True)
class PlannedTender:
    """Gift card or store credit to be booked as payment (positive) or as given back (negative)."""

    kind: TenderKind
    amount: Decimal
    time: datetime.datetime


@dataclass(frozen=True)
class Plan:
    """What is to be done for an order.

    :ivar problems: why nothing can be done; then there are no documents.
    :ivar is_finished: whether, once the documents are made, nothing more of the order is to be invoiced.
    """

    documents: tuple = ()
    tenders: tuple = ()
    problems: tuple = ()
    is_finished: bool = False


def plan_documents(order: Order, invoice_on: InvoiceOn, booked: Booked) -> Plan:
    """Return what is to be invoiced and credited of ``order`` now."""
    if order.is_test:
        return Plan(is_finished=True)
    if order.accepted_at is None and booked.is_empty:
        return Plan(is_finished=_is_called_off(order))
    if order.is_deleted and not order.cancelled_at and _by_line(booked.left):
        # Shops also clear out old orders: a person has to say which it was.
        reason = _("Order %(order)s was deleted in the shop after it was invoiced. Credit it, or leave it as it is.")
        return Plan(problems=(Message(reason, {"order": order.number}),))
    if _is_called_off(order):
        # what is credited then stands in the ledger; many shops empty the lines
        problems = () if booked.is_empty else order.problems
    else:
        order, problems = with_settled_tax(order)
        if not order.total and booked.is_empty:
            problems += (Message(_("The order amounts to nothing, so there is nothing to invoice.")),)
    if problems:
        return Plan(problems=tuple(problems))
    return _Planning(order, invoice_on, booked).run()


# ---------------------------------------------------------------- whether the order adds up


def with_settled_tax(order: Order) -> tuple:
    """Return the order with VAT per rate equal to the shop's own, and the problems that keep it from being booked.

    A shop that rounds VAT once an order, not once a line, is followed: the øre goes to the largest lines.
    """
    problems = list(order.problems)
    total = sum((line.amount for line in order.lines), ZERO)
    if total != order.total:
        problems.append(
            Message(
                _("The lines add up to %(lines)s, but the shop says %(total)s. The difference is %(difference)s."),
                {"lines": total, "total": order.total, "difference": order.total - total},
            )
        )
    if order.tendered > order.total:
        problems.append(
            Message(
                _("Gift cards and store credit paid %(tendered)s of an order of %(total)s."),
                {"tendered": order.tendered, "total": order.total},
            )
        )
    for line in order.lines:
        problems += _line_problems(line, order.currency)
    if problems:
        return order, tuple(problems)
    lines, problems = _settle_tax(order.lines, order.taxes, order.currency)
    return replace(order, lines=lines), problems


#: The lines that may take something off.
_MAY_BE_NEGATIVE = frozenset({LineKind.DISCOUNT, LineKind.ROUNDING, LineKind.FEE})


#: The lines that are no income of the shop.
_NO_INCOME = frozenset({LineKind.GIFT_CARD, LineKind.TIP, LineKind.ROUNDING})


def _line_problems(line, currency):
    values = {"line": line.name or line.external_id, "amount": line.amount}
    if line.amount < 0 and line.kind not in _MAY_BE_NEGATIVE:
        yield Message(_("The line %(line)s is negative: %(amount)s."), values)
    if line.rate is None:
        yield Message(_("The shop does not tell the VAT rate of the line %(line)s (%(amount)s)."), values)
        return
    expected = tax_within(line.amount, line.rate, currency)
    # each unit may have been rounded by itself
    allowed = smallest_unit(currency) * (2 + abs(line.quantity)) if line.amount and line.rate else ZERO
    if abs(line.tax - expected) > allowed:
        yield Message(
            _("The VAT of the line %(line)s is %(tax)s; at %(rate)s %% it would be %(expected)s."),
            {**values, "tax": line.tax, "rate": f"{line.rate.normalize():f}", "expected": expected},
        )


def _settle_tax(lines, taxes, currency):
    """Return ``lines`` with VAT per rate as in ``taxes``, and the problems where they are too far apart."""
    unit = smallest_unit(currency)
    problems = []
    result = list(lines)
    declared = Counter()
    for total in taxes:
        declared[total.rate] += total.tax
    for line in lines if taxes else ():
        declared[line.rate] += ZERO  # a rate the shop leaves out of its sums has no VAT
    for rate, tax in declared.items():
        places = [index for index, line in enumerate(result) if line.rate == rate and line.amount]
        difference = tax - sum((result[index].tax for index in places), ZERO)
        steps = int(abs(difference) / unit)
        if steps > (len(places) + 1 if places and rate else 0):
            problems.append(
                Message(
                    _("The lines with %(rate)s %% hold VAT of %(lines)s, but the shop says %(total)s."),
                    {"rate": f"{rate.normalize():f}", "lines": tax - difference, "total": tax},
                )
            )
            continue
        largest = sorted(places, key=lambda index: (-abs(lines[index].amount), index))
        for step in range(steps):
            index = largest[step % len(largest)]
            result[index] = replace(result[index], tax=result[index].tax + unit.copy_sign(difference))
    return tuple(result), tuple(problems)


def _is_called_off(order):
    return bool(order.cancelled_at or order.is_deleted)


# ---------------------------------------------------------------- the plan


class _Planning:
    """One order's plan in the making."""

    def __init__(self, order, invoice_on, booked):
        self.order = order
        self.invoice_on = invoice_on
        self.booked = booked
        self.is_finished = False
        self.documents = []
        self.problems = []

    def run(self):
        if _is_called_off(self.order):
            self.is_finished = True
            self._plan_refunds()
            self._plan_rest()
        else:
            wanted, self.is_finished, moment = self._wanted()
            if not wanted and self.booked.is_empty and self._is_given_back():
                self.is_finished = True
            self._plan_sale(wanted, moment)
            self._plan_refunds()
        if self.problems:
            return Plan(problems=tuple(self.problems))
        return Plan(tuple(self.documents), self._plan_tenders(), is_finished=self.is_finished)

    def _is_given_back(self):
        """Whether all of the order was refunded."""
        return 0 < self.order.total <= sum((refund.amount for refund in self.order.refunds), ZERO)

    # ------------------------------------------------------------ what is to be invoiced

    def _wanted(self):
        """Return the parts that are to be invoiced by now, whether they are all of the order, and since when."""
        order = self.order
        limit = self._limit()
        if limit == 0:
            return (), True, order.changed_at
        is_finished = self._is_due_in_full()
        if is_finished:
            parts = tuple(_whole(line) for line in order.lines)
        elif self.invoice_on is InvoiceOn.COMPLETED:
            parts = ()
        elif self._follows_captures():
            parts = self._captured_parts(order.captures)
        else:
            parts = self._shipped_parts(order.shipments)
        if limit is not None and _total(parts) >= limit:
            return self._captured_parts(order.captures), True, self._moment()
        return parts, is_finished, self._moment()

    def _follows_captures(self):
        return self.invoice_on is InvoiceOn.CAPTURED and self.order.captures is not None

    def _limit(self):
        """Return what the buyer owes in the end where less than the order was captured and the rest voided, else None.

        Zero when nothing was captured at all: the order will not be paid, and is not invoiced.
        """
        order = self.order
        paid = order.captured + order.tendered
        if not order.is_capture_final or order.captures is None or paid >= order.total:
            return None
        return paid if order.captured else ZERO

    def _is_due_in_full(self):
        order = self.order
        if self.invoice_on is InvoiceOn.COMPLETED:
            return bool(order.completed_at)
        is_delivered = bool(order.completed_at) or any(not shipment.quantities for shipment in order.shipments)
        if self._follows_captures():
            return order.is_capture_final or order.captured + order.tendered >= order.total
        if is_delivered:
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
        elif self._follows_captures():
            # a shop may keep the sum alone, without a time; and gift cards are captured with the order
            captured = [capture.time for capture in order.captures if capture.time]
            moments = captured or (moments if order.captures else [order.accepted_at])
        return max(filter(None, moments), default=order.changed_at)

    def _is_next_part(self):
        """Whether what is invoiced is an earlier part of the order as it reads now: then more of it is no change."""
        order = self.order
        if self.invoice_on is InvoiceOn.COMPLETED:
            return False
        if self._follows_captures():
            earlier = [self._captured_parts(order.captures[:count]) for count in range(len(order.captures))]
        else:
            sent = sorted(order.shipments, key=lambda shipment: shipment.time)
            earlier = [self._shipped_parts(sent[:count]) for count in range(len(sent))]
            if sent and order.completed_at and order.completed_at > sent[-1].time:
                # the rest came without a parcel of its own
                earlier.append(self._shipped_parts(sent))
        sold = _amounts(self.booked.sold)
        return any(_amounts(parts) == sold for parts in earlier)

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
                parts.append(_cut(line, min(sent[line.external_id], line.quantity) / line.quantity, order.currency))
        goods = sum((line.amount for line in order.lines if line.kind is LineKind.PRODUCT), ZERO)
        share = _total(parts) / goods if goods else Decimal(1)
        for line in order.lines:
            if line.kind in (LineKind.DISCOUNT, LineKind.ROUNDING) or line.amount < 0:
                parts.append(_cut(line, share, order.currency))
            elif line.kind is not LineKind.PRODUCT:
                parts.append(_whole(line))
        # where a discount takes nearly all, rounding may leave less than nothing
        return tuple(part for part in parts if part.amount) if _total(parts) > 0 else ()

    def _captured_parts(self, captures):
        """What the money taken so far stands for: the goods sent first, then a share of all that is left.

        Each capture adds to what the ones before it stood for, so that none of that is credited again.
        """
        order = self.order
        paid, parts = order.tendered, ()
        for capture in captures:
            paid += capture.amount
            for goal in (self._shipped_parts(order.shipments), tuple(_whole(line) for line in order.lines)):
                due = min(paid, _total(goal)) - _total(parts)
                if due > 0:
                    left = tuple(_by_line([*goal, *(part.negated() for part in parts)]).values())
                    parts = tuple(_by_line([*parts, *_share(left, due, order.currency)]).values())
        return parts

    # ------------------------------------------------------------ invoices and changes

    def _plan_sale(self, wanted, moment):
        """Plan the difference between what is to be invoiced and what is."""
        sold = _by_line(self.booked.sold)
        target = self._with_what_stands(_by_line(wanted), sold)
        invoiced, credited, same = [], [], []
        for key in [*target, *(key for key in sold if key not in target)]:
            nothing = Part(*key, ZERO, ZERO, ZERO)
            want, have = target.get(key, nothing), sold.get(key, nothing)
            if want.amount == have.amount:
                same.append((want, have))
            elif abs(want.amount) > abs(have.amount):
                invoiced.append(_difference(want, have))
            else:
                credited.append(_difference(want, have).negated())
        _place_tax(same, invoiced, credited)
        invoiced, credited = _with_positive_sums(invoiced, credited)
        is_change = bool(self.booked.sold) and (bool(credited) or not self._is_next_part())
        if is_change:
            key, moment = "change", self.order.changed_at
            reason = self._changed()
        else:
            key, reason = "sale", self._sale_reason()
        if credited:
            self._add(key, True, moment, credited, reason)
        if invoiced:
            self._add(key, False, moment, invoiced, reason)

    def _with_what_stands(self, target, sold):
        """Return the target, never less than what is invoiced of the lines as they read.

        A shop that goes back on an event (a status set back, another event chosen to invoice on) has not called off the
        sale: only a changed line, or a voided payment, is credited.
        """
        if self._limit() is not None:
            return target
        standing = {}
        for line in self.order.lines:
            have = sold.get((line.external_id, line.rate))
            if have:
                standing[have.line_id, have.rate] = have if abs(have.amount) < abs(line.amount) else _whole(line)
        if self._follows_captures() and _total(target.values()) >= _total(standing.values()):
            return target
        more = {
            key: part
            for key, part in standing.items()
            if key not in target or abs(part.amount) > abs(target[key].amount)
        }
        if _total(({**target, **more}).values()) < 0:
            # the goods are gone that a discount was given on
            more = {key: part for key, part in more.items() if part.amount > 0}
        return {**target, **more}

    def _changed(self):
        return Message(_("Order %(order)s was changed in the shop after it was invoiced."), self._named())

    def _named(self, **values):
        return {"order": self.order.number, **values}

    def _sale_reason(self):
        values = self._named()
        if self._limit() is not None:
            return Message(_("Order %(order)s was captured in part, and the rest voided."), values)
        if self.invoice_on is InvoiceOn.CAPTURED:
            return Message(_("Order %(order)s was captured."), values)
        if self.invoice_on is InvoiceOn.COMPLETED:
            return Message(_("Order %(order)s was completed."), values)
        return Message(_("Order %(order)s was sent."), values)

    def _add(self, key, is_credit_note, moment, parts, reason):
        self.documents.append(PlannedDocument(key, is_credit_note, moment, tuple(parts), reason))

    # ------------------------------------------------------------ credit notes

    def _left(self):
        """What is invoiced and not credited, per rate and line, with what this plan has so far."""
        return _by_line([*self.booked.left, *(part for document in self.documents for part in document.signed_parts)])

    def _plan_refunds(self):
        refunds = self._due_refunds()
        standing = self._standing_refunds(refunds)
        for refund in refunds.values():
            if refund.external_id in standing:
                continue
            left = self._left()
            total = _total(left.values())
            if self._waits(refund, left, total):
                continue
            if refund.amount > total:
                self.problems.append(
                    Message(
                        _("The shop refunded %(amount)s, but only %(left)s of the order is invoiced and not credited."),
                        {"amount": refund.amount, "left": total},
                    )
                )
                continue
            parts, problem = refund_parts(refund, left, self.order.currency, self._set_apart())
            if problem:
                self.problems.append(problem)
                continue
            reason = Message(_("Order %(order)s was refunded in the shop."), self._named())
            if refund.reason:
                values = self._named(reason=refund.reason)
                reason = Message(_("Order %(order)s was refunded in the shop: %(reason)s"), values)
            self._add(f"refund:{refund.external_id}", True, refund.time, parts, reason)

    def _set_apart(self):
        """The lines that are no income: an amount that is refunded without lines is never for these."""
        return {line.external_id for line in self.order.lines if line.kind in _NO_INCOME}

    def _waits(self, refund, left, total):
        """Whether there is nothing to credit for a refund: what it is for is not invoiced yet, or credited already."""
        if _is_called_off(self.order):
            return refund.amount > total
        if not self.is_finished:
            named = [line for line in refund.lines if line.external_id]
            invoiced = _amounts(left.values())
            return refund.amount > total or any(
                line.amount > invoiced.get((line.external_id, line.rate), ZERO) for line in named
            )
        return not total and not _total(_by_line(self._sold()).values())

    def _sold(self):
        """The parts of the sale and its changes, with what this plan has so far."""
        planned = [document for document in self.documents if document.key in ("sale", "change")]
        return [*self.booked.sold, *(part for document in planned for part in document.signed_parts)]

    def _due_refunds(self):
        """Return each refund by its id, with what of it is to be credited as a refund.

        The money back for a line that was taken out of the order, or lowered, is not: that is credited as a change.
        """
        overpaid = self._overpaid()
        known = {line.external_id for line in self.order.lines}
        due = {}
        for refund in sorted(self.order.refunds, key=lambda refund: (refund.time, refund.external_id)):
            lines = tuple(line for line in refund.lines if line.external_id in known)
            absorbed = max(ZERO, min(refund.amount - _total(lines), overpaid))
            if absorbed:
                overpaid -= absorbed
                refund = replace(refund, amount=refund.amount - absorbed, lines=lines, taxes=())
            if refund.amount:
                due[refund.external_id] = refund
        return due

    def _standing_refunds(self, refunds):
        """Return the ids of the credit notes that stand; what the others credited is invoiced again.

        A refund that the shop does not have any more never happened. One that comes to another amount since the order
        was changed, or credits VAT of a rate the order does not hold any more, is made anew.
        """
        standing = {}
        for refund_id, parts in self.booked.refunds.items():
            refund = refunds.get(refund_id)
            if refund and (_is_called_off(self.order) or refund.amount == _total(parts)):
                standing[refund_id] = parts
            elif any(refund_id == refund.external_id for refund in self.order.refunds):
                self._take_back(refund_id, parts, self._changed())
            else:
                reason = _("The refund %(refund)s of order %(order)s was deleted in the shop.")
                self._take_back(refund_id, parts, Message(reason, self._named(refund=refund_id)))
        if _is_called_off(self.order):
            return standing
        left, sold = _by_rate(self._left().values()), _by_rate(self._sold())
        exceeded = {rate for rate, total in left.items() if total < min(ZERO, sold.get(rate, ZERO))}
        for refund_id, parts in list(standing.items()):
            if any(part.rate in exceeded for part in parts):
                self._take_back(refund_id, standing.pop(refund_id), self._changed())
        return standing

    def _take_back(self, refund_id, parts, reason):
        self._add(f"withdrawn:{refund_id}", False, self.order.changed_at, _all_of(_by_line(parts)), reason)

    def _overpaid(self):
        """What was taken beyond what the order reads now: it was lowered after the money was taken.

        Where the platform does not tell what was taken, it is what lines were lowered by since they were invoiced.
        """
        order = self.order
        if _is_called_off(order):
            return ZERO
        if order.captures is not None:
            return max(ZERO, order.captured + order.tendered - order.total)
        amounts = {}
        for part in self._sold():
            amounts.setdefault(part.line_id, []).append(part.amount)
        return sum((max(ZERO, max(of_line) - sum(of_line)) for of_line in amounts.values()), ZERO)

    def _plan_rest(self):
        """The order was called off: whatever is invoiced and not credited is credited."""
        left = self._left()
        if not any(_by_rate(left.values()).values()):
            return
        parts = _all_of(left)
        moment = self.order.cancelled_at or self.order.changed_at
        reason = Message(_("Order %(order)s was cancelled in the shop."), self._named())
        self._add("change", True, moment, parts, reason)

    # ------------------------------------------------------------ gift cards and store credit

    def _plan_tenders(self):
        order = self.order
        left = max(ZERO, _total(self._left().values()))
        back = Counter()
        for refund in order.refunds:
            for tender in refund.tenders:
                back[tender.kind] += tender.amount
        planned = []
        for kind in TenderKind:
            paid = sum((tender.amount for tender in order.tenders if tender.kind is kind), ZERO)
            invoiced = bool(self.documents) or not self.booked.is_empty
            wanted = min(paid - back[kind], left) if invoiced else ZERO
            left -= max(ZERO, wanted)
            difference = wanted - self.booked.tenders.get(kind, ZERO)
            if difference:
                is_back = difference < 0
                moments = [document.time for document in self.documents if document.is_credit_note == is_back]
                moment = max(moments, default=order.changed_at)
                planned.append(PlannedTender(kind, difference, moment))
        return tuple(planned)


def refund_parts(refund: Refund, left: dict, currency: str, set_apart=frozenset()) -> tuple:
    """Return the parts of a refund's credit note and the problem that keeps it from being made, or None.

    An amount without lines is divided over the rates in proportion to what is left of each; what the lines do not
    explain of the amount likewise. No more of a rate is credited than is left of it.

    :param left: (line, rate) to :class:`Part`: what is invoiced and not credited.
    :param set_apart: ids of lines that only a refund of just them credits.
    """
    if refund.amount == _total(left.values()):
        return _all_of(left), None
    lines = [line for line in refund.lines if line.amount]
    for line in lines:
        if line.rate is None:
            return (), Message(
                _("The shop does not tell the VAT rate of the refunded line %(line)s (%(amount)s)."),
                {"line": line.name or line.external_id, "amount": line.amount},
            )
        for problem in _line_problems(line, currency):
            return (), problem
    if refund.taxes and _total(lines) == refund.amount:
        lines, problems = _settle_tax(lines, refund.taxes, currency)
        if problems:
            return (), problems[0]
    parts = [Part(line.external_id, line.rate, line.quantity or Decimal(1), line.amount, line.tax) for line in lines]
    if _total(parts) > refund.amount:
        # goods that came back worn: less is given back for just these
        parts += _divided_by_rate(refund.amount - _total(parts), parts, currency)
    by_rate = _by_rate(left.values())
    for rate, credited in _by_rate(parts).items():
        excess = credited - max(ZERO, by_rate.get(rate, ZERO))
        if credited > 0 and excess > 0:
            parts.append(_part_of_rate(rate, -excess, currency))
    if missing := refund.amount - _total(parts):
        unused = [part for part in left.values() if part.line_id not in set_apart]
        unused += [part.negated() for part in parts if part.line_id not in set_apart]
        if missing > sum(max(ZERO, total) for total in _by_rate(unused).values()):
            return (), Message(
                _(
                    "The shop refunded %(amount)s and does not say for what. It is more than the goods left, so gift "
                    "cards or tips must be meant too: make the credit note by hand, and count it."
                ),
                {"amount": refund.amount},
            )
        parts += _divided_by_rate(missing, unused, currency)
    return _with_last_tax(parts, left), None


def _divided_by_rate(amount, parts, currency):
    """Divide an amount in proportion to what the parts hold of each rate."""
    by_rate = {rate: total for rate, total in _by_rate(parts).items() if total > 0}
    shares = divide(amount, list(by_rate.values()), currency)
    return [_part_of_rate(rate, share, currency) for rate, share in zip(by_rate, shares, strict=True) if share]


def _part_of_rate(rate, amount, currency):
    return Part("", rate, Decimal(1), amount, tax_within(amount, rate, currency))


def _all_of(left):
    """The parts of a credit note for everything that is left."""
    return _with_last_tax([part for part in left.values() if part.amount], left)


def _with_last_tax(parts, left):
    """Return the parts with exactly the VAT that is left, for each rate of which they credit all: no øre remains."""
    result = list(parts)
    amounts, taxes = _by_rate(left.values()), _by_rate(left.values(), "tax")
    for rate, credited in _by_rate(parts).items():
        if credited == amounts.get(rate):
            places = [index for index, part in enumerate(result) if part.rate == rate]
            place = max(places, key=lambda index: abs(result[index].amount))
            tax = taxes[rate] - sum((result[index].tax for index in places), ZERO)
            result[place] = replace(result[place], tax=result[place].tax + tax)
    return tuple(result)


# ---------------------------------------------------------------- parts


def _whole(line):
    return Part(line.external_id, line.rate, line.quantity, line.amount, line.tax)


def _cut(line, share, currency):
    """The given share of a line, counted from its beginning: what is added from share to share adds up exactly."""
    if share >= 1:
        return _whole(line)
    return Part(
        line.external_id,
        line.rate,
        line.quantity * share,
        rounded(line.amount * share, currency),
        rounded(line.tax * share, currency),
    )


def _share(parts, amount, currency):
    """Parts of the given sum in all, each in proportion."""
    total = _total(parts)
    if amount == total:
        return parts
    amounts = divide(amount, [part.amount for part in parts], currency)
    return tuple(
        replace(
            part,
            quantity=part.quantity * share / part.amount if part.amount else part.quantity,
            amount=share,
            tax=tax_within(share, part.rate, currency),
        )
        for part, share in zip(parts, amounts, strict=True)
        if share
    )


def _total(parts):
    return sum((part.amount for part in parts), ZERO)


def _by_rate(parts, name="amount"):
    """Add the amounts (or the VAT) of parts of the same rate together."""
    result = {}
    for part in parts:
        result[part.rate] = result.get(part.rate, ZERO) + getattr(part, name)
    return result


def _amounts(parts):
    return {key: part.amount for key, part in _by_line(parts).items() if part.amount}


def _by_line(parts):
    """Add parts of the same line and rate together; those that come to nothing are left out."""
    result = {}
    for part in parts:
        key = (part.line_id, part.rate)
        have = result.get(key)
        if have:
            part = Part(
                part.line_id,
                part.rate,
                have.quantity + part.quantity,
                have.amount + part.amount,
                have.tax + part.tax,
            )
        result[key] = part
    return {key: part for key, part in result.items() if part.amount or part.tax}


def _difference(want, have):
    """What has to be added to ``have`` to become ``want``."""
    quantity = want.quantity - have.quantity
    # a changed price: the piece has no quantity of its own
    grows = abs(want.amount) > abs(have.amount)
    if not quantity or (quantity > 0) != grows:
        quantity = Decimal(1) if grows else Decimal(-1)
    return Part(want.line_id, want.rate, quantity, want.amount - have.amount, want.tax - have.tax)


def _place_tax(same, invoiced, credited):
    """Add to the parts the øre of VAT that lines of unchanged amount hold now.

    Where a shop rounds once an order, an added line may move an øre from one of the others. It goes along with a part
    of the same rate; where there is none, the largest line is credited and invoiced anew.
    """
    for rate in {want.rate: None for want, _have in same}:
        lines = [(want, have) for want, have in same if want.rate == rate]
        tax = sum((want.tax - have.tax for want, have in lines), ZERO)
        if not tax:
            continue
        for parts, sign in ((invoiced, 1), (credited, -1)):
            place = next((index for index, part in enumerate(parts) if part.rate == rate), None)
            if place is not None:
                parts[place] = replace(parts[place], tax=parts[place].tax + sign * tax)
                break
        else:
            want, have = max(lines, key=lambda line: abs(line[0].amount))
            invoiced.append(replace(want, tax=have.tax + tax))
            credited.append(have)


def _with_positive_sums(invoiced, credited):
    """An invoice that would come to less than nothing is a credit note, and the other way round."""
    from_credited = [part.negated() for part in credited] if _total(credited) < 0 else []
    from_invoiced = [part.negated() for part in invoiced] if _total(invoiced) < 0 else []
    return (
        from_credited if from_invoiced else invoiced + from_credited,
        from_invoiced if from_credited else credited + from_invoiced,
    )


# ---------------------------------------------------------------- dates


def document_date(
    event: datetime.date, today: datetime.date, term_months: int, filed_to: datetime.date | None
) -> datetime.date:
    """Return the date of an invoice or credit note for something that happened on ``event``.

    The day itself when it lies in the current VAT term, or in the one before and that is not filed; else today.

    :param term_months: length of a VAT term; terms begin in January.
    :param filed_to: the last day for which VAT is filed, or None.
    """
    if event >= today:
        return today
    term, term_now = _term(event, term_months), _term(today, term_months)
    is_filed = filed_to is not None and event <= filed_to
    return event if term_now - term <= 1 and not is_filed else today


def _term(day, term_months):
    return (day.year * 12 + day.month - 1) // term_months
