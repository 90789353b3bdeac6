"""A shop in which anything may happen to an order, and what its buyer kept and paid in the end.

It is told of by our own records, and by the documents of WooCommerce and of Shopify, each as far as it can say it.
"""

import datetime
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.amounts import divide, tax_within
from odoo.addons.settlement_bridge.common.currencies import rounded
from odoo.addons.settlement_bridge.webshops.records import Capture, LineKind, Refund, Shipment, ShopSettings, TaxTotal
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from ..samples.webshop_orders import ORDERED, line, new_order, tax_totals
from ..servers.shopify import ShopifyServer
from ..servers.woocommerce import WooCommerceServer

ZERO = Decimal(0)
HOUR = datetime.timedelta(hours=1)
RATES = [Decimal(rate) for rate in ("25", "25", "15", "12", "0")]
DISCOUNTS = [Decimal(percent) for percent in ("0", "0", "10", "33")]


# ---------------------------------------------------------------- who tells of it


class OurRecords:
    """The shop tells of an order in our own words."""

    def told(self, order):
        """Return the order as we read it."""
        return order


class WooCommerce:
    def __init__(self):
        self.shop = WooCommerceServer()

    def told(self, order):
        self.shop.put(order)
        return _read("woocommerce", self.shop.document(order.external_id), self.shop.time_zone)


class Shopify:
    def __init__(self, taxes_included):
        self.shop = ShopifyServer()
        self.shop.taxes_included = taxes_included

    def told(self, order):
        self.shop.put(order)
        return _read("shopify", json.dumps({"order": self.shop.orders[order.external_id]}).encode())


def _read(platform, content, zone=datetime.timezone.utc):
    return PLATFORMS[platform].parse(content, ShopSettings(time_zone=zone))


# ---------------------------------------------------------------- what happens


@dataclass
class Story:
    """An order's life.

    :ivar states: how it reads, one after another. :ivar kept: by rate, what the buyer kept, with VAT.
    :ivar sold: by line, what was ever sold, with VAT. :ivar paid: what the buyer paid, less what was paid back.
    :ivar is_divided: whether money was given back without lines, whose rates are a share of all.
    :ivar is_spread: whether goods were given up without lines, so that each line is sold for a little less.
    :ivar is_on_account: whether the buyer is to pay later.
    """

    states: list
    kept: Counter = field(default_factory=Counter)
    sold: dict = field(default_factory=dict)
    paid: Decimal = ZERO
    is_divided: bool = False
    is_spread: bool = False
    is_on_account: bool = False


class Course:
    """Makes a story: goods are ordered, given up, sent, given back, exchanged."""

    def __init__(self, draw, can_exchange):
        self.draw = draw
        self.can_exchange = can_exchange
        self.has_whole_prices = draw(st.booleans())
        self.rounds_once = draw(st.booleans())
        self.number = 0
        goods = [self.new_line() for _one in range(draw(st.integers(1, 3)))]
        if draw(st.booleans()):
            goods.append(self.new_line(LineKind.SHIPPING))
        self.units = {each.external_id: each for each in goods}
        self.gone = defaultdict(Decimal)
        order = new_order(lines=tuple(goods), total=_total(goods), taxes=self.taxes_of(goods))
        self.story = Story([order])

    # --- goods

    def new_line(self, kind=LineKind.PRODUCT):
        """A line priced with VAT or without it, in kroner or in øre."""
        self.number += 1
        quantity = self.draw(st.integers(1, 3)) if kind is LineKind.PRODUCT else 1
        price = Decimal(self.draw(st.integers(100, 200000))) / 100
        if self.has_whole_prices:
            price = Decimal(int(price))
        full = price * quantity
        amount = rounded(full * (100 - self.draw(st.sampled_from(DISCOUNTS))) / 100, "NOK")
        name = f"Vare {self.number}"
        rate = self.draw(st.sampled_from(RATES))
        return line(str(100 + self.number), name, amount, rate, kind, quantity=quantity, discount=full - amount)

    def units_of(self, whole, quantity):
        """The next units of a line as a line of a refund: all of them add up to it, to the øre."""
        before, after = (self.worth(whole, self.gone[whole.external_id] + more) for more in (0, quantity))
        amount = after - before
        tax = tax_within(amount, whole.rate, "NOK")
        return replace(whole, quantity=Decimal(quantity), amount=amount, tax=tax, discount=ZERO)

    def worth(self, whole, quantity):
        return rounded(whole.amount * quantity / whole.quantity, "NOK")

    def some_units(self):
        """Units of a line that are still with the buyer, and were not paid back for nothing in particular, or None."""
        left = {
            name: each.quantity - self.gone[name]
            for name, each in self.units.items()
            if each.kind is LineKind.PRODUCT and each.quantity > self.gone[name]
        }
        if not left:
            return None
        name = self.draw(st.sampled_from(sorted(left)))
        units = self.units_of(self.units[name], self.draw(st.integers(1, int(left[name]))))
        is_left = not self.story.sold or units.amount <= self.story.kept[units.rate]
        return units if units.amount and is_left else None

    # --- the order as it reads

    def taxes_of(self, lines):
        """The shop's VAT per rate: the sum of its lines', or of the sum of its lines where it rounds once an order."""
        totals = tax_totals(lines)
        if not self.rounds_once:
            return totals
        of_rate = {each.rate: _total(line for line in lines if line.rate == each.rate) for each in totals}
        return tuple(TaxTotal(rate, tax_within(amount, rate, "NOK")) for rate, amount in of_rate.items())

    @property
    def order(self):
        return self.story.states[-1]

    @property
    def moment(self):
        return ORDERED + len(self.story.states) * 5 * HOUR

    def reads(self, **values):
        if "lines" in values:
            values |= {"total": _total(values["lines"]), "taxes": self.taxes_of(values["lines"])}
        self.story.states.append(replace(self.order, changed_at=self.moment, **values))

    def refund(self, amount, lines=(), **values):
        refund = Refund(
            str(900 + len(self.story.states)), self.order.external_id, amount, self.moment, tuple(lines), **values
        )
        return (*self.order.refunds, refund)

    def take(self, amount):
        self.story.paid += amount
        if not amount:
            return self.order.captures
        return (*self.order.captures, Capture(str(800 + len(self.story.states)), amount, self.moment))

    # --- before it is sent

    def give_up(self):
        """Units are called off while their money is only reserved: their lines are less, or it is told as a refund."""
        units = self.some_units()
        if units is None:
            return
        if not self.can_exchange:
            lines = [units] if self.draw(st.booleans()) else []
            self.story.is_spread |= not lines
            self.story.is_divided |= not lines and len({each.rate for each in self.order.lines}) > 1
            self.reads(refunds=self.refund(units.amount, lines, released=units.amount))
            self.gone[units.external_id] += units.quantity
            return
        whole = self.units[units.external_id]
        if units.quantity < whole.quantity:
            weights = [whole.quantity - units.quantity, units.quantity]
            left = {name: divide(getattr(whole, name), weights, "NOK")[0] for name in ("amount", "tax", "discount")}
            self.units[whole.external_id] = replace(whole, quantity=weights[0], **left)
        else:
            del self.units[whole.external_id]
        lines = tuple(self.units.values())
        if _total(lines) > 0:
            self.reads(lines=lines)
        else:
            self.units[whole.external_id] = whole

    def send(self):
        """All of it is sent and captured, or sent on account."""
        released = sum((each.released for each in self.order.refunds), ZERO)
        for each in self.order.lines:
            self.story.sold[each.external_id] = each.amount
            self.story.kept[each.rate] += each.amount
        for refund in self.order.refunds:
            for each in refund.lines:
                self.story.kept[each.rate] -= each.amount
                self.story.sold[each.external_id] -= each.amount
            if not refund.lines:
                first = self.order.lines[0]
                self.story.kept[first.rate] -= refund.amount
                self.story.sold[first.external_id] -= refund.amount
        self.story.is_on_account = self.can_exchange and self.draw(st.sampled_from([False, False, True]))
        if self.can_exchange and _goods(self.order) and self.draw(st.booleans()):
            self.send_first()
        rest = () if self.story.is_on_account else self.take(self.order.total - released - self.order.captured)
        quantities = dict(_goods(self.order))
        for parcel in self.order.shipments:
            for name, quantity in parcel.quantities:
                quantities[name] -= quantity
        parcel = Shipment("1", self.moment, tuple((name, left) for name, left in quantities.items() if left))
        shipments = (*self.order.shipments, *([parcel] if parcel.quantities else []))
        self.reads(captures=rest, shipments=shipments, completed_at=self.moment, status="completed")

    def send_first(self):
        """A parcel of the first line, and some of the money with it: not always what the parcel is worth."""
        first = _goods(self.order)[0]
        share = self.draw(st.sampled_from([Decimal("0.5"), Decimal("0.3")]))
        captures = () if self.story.is_on_account else self.take(rounded(self.order.total * share, "NOK"))
        self.reads(captures=captures, shipments=(Shipment("0", self.moment, (first,)),))

    # --- after

    def give_back(self):
        """Units come back, and their money, or less where they were worn, or nothing where nothing was paid."""
        units = self.some_units()
        if units is None:
            return
        if self.story.is_on_account:
            self.reads(refunds=self.refund(units.amount, [units], offset=units.amount))
            amount = units.amount
        else:
            amount = rounded(units.amount * self.draw(st.sampled_from([100, 100, 80])) / 100, "NOK")
            if not 0 < amount <= self.story.paid:
                return
            self.reads(refunds=self.refund(amount, [units]))
            self.story.paid -= amount
        self.story.kept[units.rate] -= amount
        self.gone[units.external_id] += units.quantity

    def pay_back(self):
        """Some money, for nothing in particular."""
        amount = rounded(sum(self.story.kept.values()) / 7, "NOK")
        if self.story.is_on_account or not 0 < amount <= self.story.paid:
            return
        self.reads(refunds=self.refund(amount))
        self.story.paid -= amount
        rates = [rate for rate, kept in self.story.kept.items() if kept]
        self.story.is_divided |= len(rates) > 1
        self.story.kept[rates[0]] -= amount

    def exchange(self):
        """Units come back, and something else is sent for them; the difference is paid, or paid back."""
        units = self.some_units()
        if units is None or not self.can_exchange or self.story.is_divided:
            return
        other = self.new_line()
        difference = other.amount - units.amount
        if self.story.is_on_account:
            offset, captures = units.amount, self.order.captures
        elif difference < -self.story.paid:
            return
        else:
            offset, captures = min(units.amount, other.amount), self.take(max(difference, ZERO))
            self.story.paid += min(difference, ZERO)
        self.units[other.external_id] = other
        refunds = self.refund(units.amount, [units], offset=offset)
        self.gone[units.external_id] += units.quantity
        # money for nothing in particular is of what the order holds when the shop is asked, which may be this too
        self.story.is_divided |= any(not each.lines for each in self.order.refunds)
        self.story.kept[units.rate] -= units.amount
        self.story.kept[other.rate] += other.amount
        self.story.sold[other.external_id] = other.amount
        parcel = Shipment(str(len(self.story.states)), self.moment, ((other.external_id, other.quantity),))
        shipments = (*self.order.shipments, parcel)
        lines = (*self.order.lines, other)
        self.reads(lines=lines, captures=captures, refunds=refunds, shipments=shipments, completed_at=self.moment)

    def pay_at_last(self):
        """The buyer pays for what was kept."""
        self.story.is_on_account = False
        self.reads(captures=self.take(sum(self.story.kept.values())))


def _goods(order):
    """Pairs of a line of goods and its quantity."""
    return tuple((each.external_id, each.quantity) for each in order.lines if each.kind is LineKind.PRODUCT)


def _total(lines):
    return sum((each.amount for each in lines), ZERO)


@st.composite
def stories(draw, can_exchange):
    """An order from when it was placed until nothing more happens.

    :param can_exchange: the shop edits orders and exchanges goods; else it refunds what is only reserved.
    """
    course = Course(draw, can_exchange)
    for _step in range(draw(st.integers(0, 2))):
        course.give_up()
    course.send()
    for _step in range(draw(st.integers(0, 4))):
        getattr(course, draw(st.sampled_from(["give_back", "give_back", "pay_back", "exchange"])))()
    if course.story.is_on_account and sum(course.story.kept.values()) and draw(st.booleans()):
        course.pay_at_last()
    return course.story
