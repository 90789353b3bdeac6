"""What always holds for an order's documents, whatever happens to it."""

import datetime
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.amounts import tax_within
from odoo.addons.settlement_bridge.common.currencies import rounded
from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.pure_tests.properties import examples
from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, Shipment, TaxTotal, Tender

from ..samples.webshop_orders import ORDERED, line, new_order, tax_totals
from .books import GIFT_CARD, Books, by_rate, changed, refund, total

RATES = [Decimal(rate) for rate in ("0", "12", "15", "25")]
QUANTITIES = [Decimal(quantity) for quantity in ("1", "1", "2", "3", "7", "0.5", "1.25", "0.333")]
PRICES = st.integers(1, 200000).map(lambda price: Decimal(price) / 100)


@st.composite
def order_lines(draw, external_id, kind=LineKind.PRODUCT):
    """A line as shops keep them: priced with VAT or without it, and rounded to the øre."""
    quantity = draw(st.sampled_from(QUANTITIES)) if kind is LineKind.PRODUCT else Decimal(1)
    price, rate = draw(PRICES), draw(st.sampled_from(RATES))
    amount = rounded(price * quantity * (100 - draw(st.sampled_from([0, 0, 10, 33]))) / 100, "NOK")
    if draw(st.booleans()):
        # the price is without VAT
        vat = rounded(amount * rate / 100, "NOK")
        amount += vat
    else:
        vat = tax_within(amount, rate, "NOK")
    return replace(line(external_id, f"Vare {external_id}", amount, rate, kind=kind, quantity=quantity), tax=vat)


def adding_up(order, lines, moment):
    """The order with these lines; where the shop rounds once an order, its VAT per rate is of the sum of each rate."""
    taxes = tax_totals(lines)
    if order.status == "rounds once":
        taxes = tuple(TaxTotal(rate, tax_within(amount, rate, "NOK")) for rate, amount in by_rate(lines).items())
    return changed(order, moment, lines=tuple(lines), taxes=taxes)


@st.composite
def orders(draw):
    lines = [draw(order_lines(str(number))) for number in range(draw(st.integers(1, 4)))]
    if draw(st.booleans()):
        lines.append(draw(order_lines("freight", LineKind.SHIPPING)))
    goods = total(lines)
    if draw(st.booleans()):
        off = rounded(goods * draw(st.integers(1, 40)) / 100, "NOK")
        lines.append(line("off", "Rabatt", -off, draw(st.sampled_from([one.rate for one in lines])), LineKind.DISCOUNT))
    order = new_order(status=draw(st.sampled_from(["rounds once", "rounds each line"])))
    order = adding_up(order, lines, ORDERED)
    gift_card = rounded(order.total * draw(st.sampled_from([0, 0, 30, 100])) / 100, "NOK")
    return replace(order, tenders=(Tender(GIFT_CARD, gift_card),) if gift_card else ())


class Course:
    """What may happen to an order; each changes how it reads."""

    def __init__(self, draw, order):
        self.draw = draw
        self.states = [order]
        self.number = 0

    @property
    def order(self):
        return self.states[-1]

    def happens(self):
        names = "parcel", "capture", "add", "lower", "remove", "correct_rate", "give_back", "pay_back", "withdraw"
        getattr(self, self.draw(st.sampled_from([*names, "call_off", "restore"])))()

    def reads(self, **values):
        self.number += 1
        moment = ORDERED + datetime.timedelta(hours=self.number)
        if "lines" in values:
            order = adding_up(self.order, values.pop("lines"), moment)
            # no shop has an order of less than nothing
            if order.total <= 0:
                return
            self.states.append(order)
        self.states.append(changed(self.order, moment, **values))

    def one_of(self, lines):
        lines = [one for one in lines if one.amount > 0]
        return self.draw(st.sampled_from(lines)) if lines else None

    def parcel(self):
        sent = defaultdict(Decimal)
        for shipment in self.order.shipments:
            for line_id, quantity in shipment.quantities:
                sent[line_id] += quantity
        left = [
            one for one in self.order.lines if one.kind is LineKind.PRODUCT and sent[one.external_id] < one.quantity
        ]
        if chosen := self.one_of(left):
            quantity = (chosen.quantity - sent[chosen.external_id]) / self.draw(st.sampled_from([1, 2]))
            shipment = Shipment(f"{self.number}", self.order.changed_at, ((chosen.external_id, quantity),))
            self.reads(shipments=(*self.order.shipments, shipment))

    def capture(self):
        rest = self.order.total - self.order.tendered - self.order.captured
        if rest > 0:
            amount = rounded(rest / self.draw(st.sampled_from([1, 2, 3])), "NOK")
            one = Capture(f"{self.number}", amount, self.order.changed_at)
            self.reads(captures=(*self.order.captures, one))

    def add(self):
        self.reads(lines=[*self.order.lines, self.draw(order_lines(f"added-{self.number}"))])

    def lower(self):
        if chosen := self.one_of(self.order.lines):
            amount = rounded(chosen.amount * self.draw(st.integers(1, 99)) / 100, "NOK")
            other = replace(chosen, amount=amount, tax=tax_within(amount, chosen.rate, "NOK"))
            self.reads(lines=[other if one is chosen else one for one in self.order.lines])

    def remove(self):
        if chosen := self.one_of(self.order.lines):
            self.reads(lines=[one for one in self.order.lines if one is not chosen])

    def correct_rate(self):
        if chosen := self.one_of(self.order.lines):
            rate = self.draw(st.sampled_from(RATES))
            other = replace(chosen, rate=rate, tax=tax_within(chosen.amount, rate, "NOK"))
            self.reads(lines=[other if one is chosen else one for one in self.order.lines])

    def paid_back(self):
        return sum((one.amount for one in self.order.refunds), Decimal(0))

    def refund(self, amount, lines=()):
        if 0 < amount <= max(self.order.captured + self.order.tendered, self.order.total) - self.paid_back():
            one = refund(f"refund-{self.number}", amount, lines, self.order.changed_at)
            self.reads(refunds=(*self.order.refunds, one))

    def give_back(self):
        if chosen := self.one_of(self.order.lines):
            amount = rounded(chosen.amount / self.draw(st.sampled_from([1, 1, 2, 3])), "NOK")
            back = replace(chosen, amount=amount, tax=tax_within(amount, chosen.rate, "NOK"))
            self.refund(rounded(amount * self.draw(st.sampled_from([50, 100, 100, 130])) / 100, "NOK"), [back])

    def pay_back(self):
        self.refund(rounded(self.order.total / self.draw(st.sampled_from([1, 2, 7])), "NOK"))

    def withdraw(self):
        if self.order.refunds:
            gone = self.draw(st.sampled_from(self.order.refunds))
            self.reads(refunds=tuple(one for one in self.order.refunds if one is not gone))

    def call_off(self):
        self.reads(cancelled_at=self.order.changed_at)

    def restore(self):
        if self.order.cancelled_at:
            self.reads(cancelled_at=None)

    def ends(self):
        """All is sent, and all is captured or the rest voided."""
        if self.draw(st.booleans()):
            rest = self.order.total - self.order.tendered - self.order.captured
            if rest > 0:
                self.reads(captures=(*self.order.captures, Capture("last", rest, self.order.changed_at)))
        else:
            self.reads(is_capture_final=self.order.captured + self.order.tendered < self.order.total)
        shipment = Shipment("last", self.order.changed_at)
        self.reads(shipments=(*self.order.shipments, shipment), completed_at=self.order.changed_at)


@st.composite
def lives(draw, length=8):
    """How one order reads, from when it was placed to when nothing more happens."""
    course = Course(draw, draw(orders()))
    for _step in range(draw(st.integers(0, length))):
        course.happens()
    course.ends()
    return course.states


def check_ledger(books, plan, order):
    """No document is empty or of less than nothing, and no more is credited than is invoiced, of any rate.

    Only where the shop itself has given back more than the order is now, that stands. Gift cards pay what they can of
    what is invoiced.
    """
    for document in plan.documents:
        assert document.parts
        assert document.total >= 0
        assert all(part.amount for part in document.parts)
    booked = books.booked()
    left, sold = by_rate(booked.left), by_rate(booked.sold)
    given_back = sum((refund.amount for refund in order.refunds), Decimal(0))
    assert books.left() >= min(0, order.total - given_back)
    if not plan.problems:
        assert sum(books.tenders.values()) == min(order.tendered, max(books.left(), 0))
    assert all(amount >= min(0, sold.get(rate, 0)) for rate, amount in left.items())


def absorbed(order):
    """What was paid back because the order was lowered: it is credited as a change, not as a refund."""
    known = {one.external_id for one in order.lines}
    unexplained = (
        max(Decimal(0), one.amount - total(back for back in one.lines if back.external_id in known))
        for one in order.refunds
    )
    return min(max(Decimal(0), order.captured + order.tendered - order.total), sum(unexplained))


@given(states=lives(), invoice_on=st.sampled_from(InvoiceOn), tells_captures=st.booleans())
@settings(max_examples=examples(400), deadline=None)
def test_every_state_is_booked_once_and_nothing_is_credited_twice(states, invoice_on, tells_captures):
    books = Books(invoice_on)
    for order in states:
        plan = books.tell(order if tells_captures else replace(order, captures=None))
        check_ledger(books, plan, order)


@given(states=lives(), invoice_on=st.sampled_from(InvoiceOn))
@settings(max_examples=examples(400), deadline=None)
def test_in_the_end_the_books_say_what_the_shop_says(states, invoice_on):
    books = Books(invoice_on)
    for order in states:
        plan = books.tell(order)
    if plan.problems:
        return
    assert plan.is_finished
    if order.cancelled_at:
        assert (books.left(), books.per_rate(), books.per_rate("tax")) == (0, {}, {})
        return
    paid = order.captured + order.tendered
    voided = order.is_capture_final and paid < order.total
    due = paid if voided else order.total
    booked = books.booked()
    assert total(booked.sold) == due
    if due:
        refunds = sum((one.amount for one in order.refunds), Decimal(0))
        assert books.left() == due - refunds + absorbed(order)
    if not voided:
        assert by_rate(booked.sold) == by_rate(order.lines)
        assert by_rate(booked.sold, "tax") == {one.rate: one.tax for one in order.taxes if one.tax}


@given(states=lives(), invoice_on=st.sampled_from(InvoiceOn), data=st.data())
@settings(max_examples=examples(400), deadline=None)
def test_states_that_were_never_seen_change_nothing_in_the_end(states, invoice_on, data):
    """A shop that was not asked for a week has the same books as one that was asked every hour."""
    every, some = Books(invoice_on), Books(invoice_on)
    seen = data.draw(st.lists(st.booleans(), min_size=len(states) - 1, max_size=len(states) - 1))
    for order, is_seen in zip(states, [*seen, True], strict=True):
        plan = every.tell(order)
        if is_seen:
            other = some.tell(order)
    assert bool(plan.problems) == bool(other.problems)
    if plan.problems:
        return
    one, two = every.booked(), some.booked()
    if not order.cancelled_at:
        per_line = [defaultdict(Decimal), defaultdict(Decimal)]
        for result, booked in zip(per_line, (one, two), strict=True):
            for part in booked.sold:
                result[part.line_id, part.rate] += part.amount
        assert {key: value for key, value in per_line[0].items() if value} == {
            key: value for key, value in per_line[1].items() if value
        }
        assert by_rate(one.sold, "tax") == by_rate(two.sold, "tax")
        assert {name: total(parts) for name, parts in one.refunds.items()} == {
            name: total(parts) for name, parts in two.refunds.items()
        }
    assert every.left() == some.left()
