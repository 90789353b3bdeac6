"""A month in a web shop, written once: every order with the states it goes through, and the money Vipps moved for it.

The platforms' servers (``pure_tests/servers``) tell of it in their own documents. All names and numbers are invented.
Times are UTC; the shop is in Norway.
"""

import datetime
from dataclasses import dataclass, field, replace
from decimal import Decimal

from odoo.addons.settlement_bridge.webshops.records import (
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    Reference,
    ReferenceKind,
    Refund,
    Shipment,
    Tender,
    TenderKind,
)

from ..servers.shop import Feature
from .webshop_orders import UTC, line, tax_totals

#: SKU to name, price with VAT and rate; the products of the same SKU are in Odoo, with the VAT code they are sold by.
GOODS = {
    "SOKK-1": ("Ullsokker", "199.00", 25),
    "PLEDD-2": ("Ullpledd", "899.50", 25),
    "KOPP-3": ("Kopp", "149.90", 25),
    "KAFFE-250": ("Kaffe 250 g", "129.00", 15),
    "TE-100": ("Te 100 g", "89.50", 15),
    "BOK-1": ("Strikkebok", "349.00", 0),
    "BILLETT": ("Fjordtur med båt", "420.00", 12),
    "KURS": ("Strikkekurs", "1200.00", 0),
}
VAT_CODES = {
    "SOKK-1": "3", "PLEDD-2": "3", "KOPP-3": "3", "KAFFE-250": "31", "TE-100": "31", "BOK-1": "5", "BILLETT": "33",
    "KURS": "6",
}  # fmt: skip
NAMES = (
    "Ada Eksempelsen", "Bjarte Prøvestad", "Cecilie Liksom", "Didrik Fiktivsen", "Eline Testrud", "Frode Påfunn",
    "Guro Innbilt", "Håkon Tenktmoen", "Ida Luftslott", "Jostein Vassbygd", "Kaja Oppdiktsen", "Lars Låtsom",
)  # fmt: skip
OSLO = Address("", "", "Storgata 1", "", "0155", "Oslo", "NO")


def at(day, hour=10, minute=0):
    """A time in March 2026."""
    return datetime.datetime(2026, 3, day, hour, minute, 17, tzinfo=UTC)


@dataclass
class Money:
    """What Vipps moved: positive to the shop."""

    day: datetime.date
    amount: Decimal


@dataclass
class Life:
    """An order and what happens to it.

    :ivar states: how the order reads, one after another; ``changed_at`` is when it came to read so.
    :ivar needs: what a platform must be able to say to tell of it.
    :ivar is_waiting: whether it ends on the work list. :ivar is_ignored: whether it never becomes an order in Odoo.
    :ivar is_unfinished: whether it is still to be invoiced when the month ends.
    :ivar is_paid_elsewhere: whether no money of it passes through Vipps.
    :ivar rounding: how the shop rounds it, where it is not line by line to the øre; not every platform has that choice.
    """

    states: list
    needs: frozenset = frozenset()
    money: list = field(default_factory=list)
    is_waiting: bool = False
    is_ignored: bool = False
    is_unfinished: bool = False
    is_paid_elsewhere: bool = False
    rounding: str = ""

    @property
    def number(self):
        return self.states[0].number

    @property
    def last(self):
        return self.states[-1]

    def change(self, moment, **values):
        """The order reads otherwise from ``moment`` on."""
        if "lines" in values:
            lines = values["lines"]
            values.setdefault("total", sum((line.amount for line in lines), Decimal(0)))
            values.setdefault("taxes", tax_totals(lines))
        self.states.append(replace(self.last, changed_at=moment, **values))
        return self

    def captured(self, moment, amount=None, is_final=False, **values):
        """Money is taken: all there is, or ``amount``; ``is_final`` when the rest is voided."""
        order = self.last
        amount = Decimal(amount) if amount else order.total - order.tendered - order.captured
        captures = order.captures
        if amount:
            number = len(captures) + 1
            captures = (*captures, Capture(f"{order.number}-capture-{number}", amount, moment))
            self.money.append(Money(local_day(moment), amount))
        return self.change(moment, captures=captures, is_capture_final=is_final, **values)

    def sent(self, moment, **values):
        """All of it is sent, and captured with that."""
        shipment = Shipment(f"{self.number}1", moment)
        values = {"shipments": (shipment,), "completed_at": moment, "status": "completed", **values}
        return self.captured(moment, **values)

    def refunded(self, moment, amount, lines=(), back_to_gift_card="0", reason="", money=None):
        """Money is given back; the part ``back_to_gift_card`` of it onto a gift card."""
        order = self.last
        amount, on_card = Decimal(amount), Decimal(back_to_gift_card)
        tenders = (Tender(TenderKind.GIFT_CARD, on_card, f"GK{order.number}"),) if on_card else ()
        refund = Refund(
            external_id=f"{order.number}{len(order.refunds) + 51}",
            order_id=order.external_id,
            amount=amount,
            time=moment,
            lines=tuple(lines),
            tenders=tenders,
            taxes=tax_totals(lines) if lines and sum(line.amount for line in lines) == amount else (),
            reason=reason,
        )
        if amount - on_card:
            self.money.append(Money(local_day(moment), on_card - amount))
        return self.change(moment, refunds=(*order.refunds, refund))

    def cancelled(self, moment):
        """It is called off; what was reserved is released."""
        return self.change(moment, cancelled_at=moment, is_capture_final=True, status="cancelled")

    def give_back(self, position, quantity=None):
        """The line at ``position`` of the order, or ``quantity`` of it, as a refund's line."""
        sold = self.last.lines[position]
        quantity = Decimal(quantity or sold.quantity)
        if quantity == sold.quantity:
            return replace(sold, discount=Decimal(0))
        amount = (sold.amount * quantity / sold.quantity).quantize(Decimal("0.01"))
        part = line(sold.external_id, sold.name, amount, sold.rate, kind=sold.kind, quantity=quantity, sku=sold.sku)
        return replace(part, tax_class=sold.tax_class)


def local_day(moment):
    """The day in Norway; summer time begins on 29 March 2026."""
    offset = 2 if moment >= datetime.datetime(2026, 3, 29, 1, tzinfo=UTC) else 1
    return (moment + datetime.timedelta(hours=offset)).date()


class Month:
    """The month in the making: ``lives`` in the order they were placed."""

    def __init__(self):
        self.lives = []
        self._plain()
        self._sent_in_parts()
        self._voided()
        self._edited()
        self._given_back()
        self._gift_cards()
        self._other_vat()
        self._other_buyers()
        self._left_out()
        self._without_money()
        self._rounded()

    # ------------------------------------------------------------ placing an order

    def place(self, moment, *goods, shipping="79.00", discount="0", needs=(), extra=(), rate=None, **values):
        """An order of ``goods`` ((SKU, quantity) each), reserved at Vipps.

        :param discount: percent off the goods. :param extra: more lines. :param rate: VAT of everything instead.
        """
        number = str(10001 + len(self.lives))
        lines = []
        for position, (sku, quantity) in enumerate(goods, 1):
            name, price, own_rate = GOODS[sku]
            full = Decimal(price) * quantity
            amount = (full * (100 - Decimal(discount)) / 100).quantize(Decimal("0.01"))
            lines.append(
                line(
                    f"{number}{position}", name, amount, own_rate if rate is None else rate, sku=sku,
                    quantity=quantity, discount=full - amount,
                )
            )  # fmt: skip
        if Decimal(shipping):
            position = len(lines) + 1
            lines.append(
                line(f"{number}{position}", "Frakt", shipping, 25 if rate is None else rate, kind=LineKind.SHIPPING)
            )
        for position, (kind, name, amount, own_rate) in enumerate(extra, len(lines) + 1):
            lines.append(line(f"{number}{position}", name, amount, own_rate, kind=kind))
        name = NAMES[len(self.lives) % len(NAMES)]
        address = replace(OSLO, name=name)
        order = Order(
            external_id=number,
            number=number,
            created_at=moment,
            changed_at=moment,
            currency="NOK",
            total=sum((line.amount for line in lines), Decimal(0)),
            lines=tuple(lines),
            status="processing",
            taxes=tax_totals(lines),
            buyer=Buyer(name=name, email=f"kunde{len(self.lives) % len(NAMES)}@example.com"),
            billing=address,
            shipping=address,
            payment_method="vipps",
            payment_name="Vipps",
            references=(Reference(ReferenceKind.PROVIDER_REFERENCE, f"butikk-{number}"),),
            accepted_at=moment,
            captures=(),
        )
        life = Life([replace(order, **values)], frozenset(needs))
        self.lives.append(life)
        return life

    # ------------------------------------------------------------ the cases

    def _plain(self):
        """Ordered, reserved, sent the next day or later, and captured when sent."""
        carts = [
            ([("SOKK-1", 2)], "0"), ([("KAFFE-250", 1), ("SOKK-1", 1)], "10"), ([("PLEDD-2", 1)], "33"),
            ([("KOPP-3", 7)], "0"), ([("TE-100", 3), ("KAFFE-250", 2)], "15"), ([("KOPP-3", 3), ("TE-100", 1)], "12.5"),
            ([("SOKK-1", 1), ("PLEDD-2", 2), ("KAFFE-250", 5)], "7"),
        ]  # fmt: skip
        for number in range(13):
            goods, discount = carts[number % len(carts)]
            day = 2 + number
            self.place(at(day, 9, number), *goods, discount=discount).sent(at(day + 1, 12, number))
        # late in the evening in UTC it is the next day in Norway
        self.place(at(9, 20), ("SOKK-1", 3)).sent(at(10, 23, 30))
        # reserved at the end of the month, and not sent yet
        for number in range(2):
            self.place(at(30, 11, number), ("KOPP-3", 2)).is_unfinished = True

    def _sent_in_parts(self):
        needs = (Feature.PART_SHIPMENT, Feature.PART_CAPTURE)
        for day in (4, 5):
            life = self.place(at(day), ("PLEDD-2", 2), ("KAFFE-250", 3), needs=needs)
            first, second, shipping = life.last.lines
            one = Shipment(f"{life.number}1", at(day + 1), ((first.external_id, Decimal(1)),))
            half = (first.amount / 2).quantize(Decimal("0.01")) + shipping.amount
            life.captured(at(day + 1), half, shipments=(one,))
            rest = ((first.external_id, Decimal(1)), (second.external_id, second.quantity))
            two = Shipment(f"{life.number}2", at(day + 4), rest)
            life.captured(at(day + 4), shipments=(one, two), completed_at=at(day + 4), status="completed")

    def _voided(self):
        # the shop had only a part of it, and captured only that
        life = self.place(at(6), ("PLEDD-2", 1), ("SOKK-1", 1), needs=[Feature.VOID, Feature.PART_CAPTURE])
        amount = life.last.lines[0].amount
        shipment = Shipment(f"{life.number}1", at(7))
        life.captured(at(7), amount, is_final=True, shipments=(shipment,), completed_at=at(7), status="completed")
        # one thing was sent and paid for with the freight, and the rest of it called off, line by line
        needs = [Feature.VOID, Feature.PART_CAPTURE, Feature.PART_SHIPMENT]
        for hour in (15, 16, 17):
            life = self.place(at(6, hour), ("PLEDD-2", 1), ("KAFFE-250", 2), needs=needs)
            sent, _called_off, shipping = life.last.lines
            shipment = Shipment(f"{life.number}1", at(7), ((sent.external_id, Decimal(1)),))
            life.captured(
                at(7), sent.amount + shipping.amount, is_final=True, shipments=(shipment,), completed_at=at(7),
                status="completed",
            )  # fmt: skip
        # called off before anything was captured
        for day in (6, 8):
            self.place(at(day, 14), ("KOPP-3", 1)).cancelled(at(day + 1))

    def _edited(self):
        # before it is sent: fewer, another price, a line taken out
        life = self.place(at(7), ("KOPP-3", 4), ("TE-100", 1))
        first, second, shipping = life.last.lines
        fewer = line(first.external_id, first.name, "299.80", 25, sku=first.sku, quantity=2)
        life.change(at(7, 13), lines=(fewer, second, shipping)).sent(at(8))
        life = self.place(at(7, 11), ("SOKK-1", 1), ("KAFFE-250", 1))
        life.change(at(7, 14), lines=(life.last.lines[1], life.last.lines[2])).sent(at(9))
        # after it was sent: a line was forgotten, and is added and paid
        life = self.place(at(10), ("SOKK-1", 2), needs=[Feature.EDIT_AFTER, Feature.PART_CAPTURE]).sent(at(11))
        added = line(f"{life.number}8", "Kopp", "149.90", 25, sku="KOPP-3")
        life.change(at(13), lines=(*life.last.lines, added), completed_at=at(11)).captured(at(13, 12))
        # after it was sent: lowered, and the difference paid back
        life = self.place(at(10, 12), ("PLEDD-2", 2), needs=[Feature.EDIT_AFTER, Feature.REFUND_WITHOUT_LINES]).sent(
            at(11)
        )
        first, shipping = life.last.lines
        lower = line(first.external_id, first.name, "1499.00", 25, sku=first.sku, quantity=2)
        life.change(at(14), lines=(lower, shipping)).refunded(at(14, 15), first.amount - lower.amount)

    def _given_back(self):
        for day, position in ((11, 0), (12, 1)):
            life = self.place(at(day), ("SOKK-1", 2), ("KAFFE-250", 2)).sent(at(day + 1))
            back = life.give_back(position, 1)
            life.refunded(at(day + 6), back.amount, [back], reason="Retur")
        # all of a line, and another day all of another
        life = self.place(at(12, 12), ("KOPP-3", 2), ("TE-100", 2)).sent(at(13))
        for day, position in ((18, 0), (20, 1)):
            back = life.give_back(position)
            life.refunded(at(day), back.amount, [back])
        # everything, with the shipping
        needs = [Feature.REFUND_SHIPPING]
        for day in (13, 14):
            life = self.place(at(day), ("PLEDD-2", 1), ("KAFFE-250", 1), needs=needs).sent(at(day + 1))
            lines = [life.give_back(position) for position in range(3)]
            life.refunded(at(day + 7), life.last.total, lines, reason="Angret")
        # the shipping alone
        life = self.place(at(14, 12), ("SOKK-1", 1), needs=needs).sent(at(15))
        back = life.give_back(1)
        life.refunded(at(21), back.amount, [back])
        # an amount for goodwill, without lines: over both rates
        needs = [Feature.REFUND_WITHOUT_LINES]
        for day, amount in ((15, "50.00"), (16, "33.33")):
            life = self.place(at(day), ("SOKK-1", 2), ("KAFFE-250", 3), needs=needs).sent(at(day + 1))
            life.refunded(at(day + 7), amount, reason="Forsinket")
        # everything, without lines
        life = self.place(at(16, 12), ("KOPP-3", 1), ("TE-100", 3), needs=needs).sent(at(17))
        life.refunded(at(25), life.last.total)
        # a pair of socks came back worn: less is given back than it cost
        life = self.place(at(17), ("SOKK-1", 3), needs=[Feature.REFUND_MIXED]).sent(at(18))
        life.refunded(at(26), "150.00", [life.give_back(0, 1)])
        # given back by mistake, and taken back again before the money went
        life = self.place(at(17, 12), ("KOPP-3", 2), needs=[Feature.REFUND_WITHDRAWN]).sent(at(18))
        life.refunded(at(24), "149.90", [life.give_back(0, 1)])
        life.money.pop()
        life.change(at(25), refunds=())
        # called off after it was sent: all the money back
        life = self.place(at(18), ("SOKK-1", 1), needs=[Feature.REFUND_SHIPPING]).sent(at(19))
        lines = [life.give_back(position) for position in range(2)]
        life.refunded(at(27), life.last.total, lines)

    def _gift_cards(self):
        card = [(LineKind.GIFT_CARD, "Gavekort", "500.00", 0)]
        for day in (3, 4):
            self.place(at(day, 15), shipping="0", extra=card, needs=[Feature.GIFT_CARD_SOLD]).sent(at(day, 16))
        # a gift card pays a part, all of it, and some of it comes back
        used = [Feature.GIFT_CARD_REDEEMED]
        for day in (19, 20):
            tender = (Tender(TenderKind.GIFT_CARD, Decimal("100.00"), f"GK{day}"),)
            self.place(at(day), ("SOKK-1", 1), ("TE-100", 1), needs=used, tenders=tender).sent(at(day + 1))
        tender = (Tender(TenderKind.GIFT_CARD, Decimal("149.90"), "GK3"),)
        self.place(at(20, 12), ("KOPP-3", 1), shipping="0", needs=used, tenders=tender).sent(at(21))
        tender = (Tender(TenderKind.GIFT_CARD, Decimal("200.00"), "GK4"),)
        life = self.place(at(20, 13), ("SOKK-1", 2), needs=[*used, Feature.REFUND_TO_GIFT_CARD], tenders=tender).sent(
            at(21)
        )
        back = life.give_back(0, 1)
        life.refunded(at(27), back.amount, [back], back_to_gift_card="100.00")
        credit = (Tender(TenderKind.STORE_CREDIT, Decimal("75.00"), ""),)
        self.place(at(21), ("KAFFE-250", 2), needs=[Feature.STORE_CREDIT], tenders=credit).sent(at(22))

    def _other_vat(self):
        self.place(at(5, 9), ("BOK-1", 1), ("SOKK-1", 1)).sent(at(6))
        self.place(at(5, 10), ("BILLETT", 2), shipping="0").sent(at(6))
        self.place(at(5, 11), ("KURS", 1), shipping="0").sent(at(6))
        # abroad, and to Svalbard: outside the VAT area
        sweden = Address("", "", "Storgatan 2", "", "11122", "Stockholm", "SE")
        svalbard = Address("", "", "Vei 500", "", "9170", "Longyearbyen", "NO")
        # to Sweden with Sweden's VAT, too: at the same rate as ours, and owed there
        for day, address, rate in ((8, sweden, 0), (9, svalbard, 0), (10, sweden, 25), (11, sweden, 25)):
            life = self.place(at(day, 9), ("PLEDD-2", 1), ("BOK-1", 1), shipping="149.00", rate=rate)
            address = replace(address, name=life.last.buyer.name)
            life.states[0] = replace(life.last, billing=address, shipping=address)
            life.sent(at(day + 2))
        self.place(at(22), ("KOPP-3", 1), extra=[(LineKind.TIP, "Tips", "20.00", 0)], needs=[Feature.TIP]).sent(at(23))
        self.place(
            at(22, 12), ("KOPP-3", 2), extra=[(LineKind.FEE, "Innpakning", "39.00", 25)], needs=[Feature.FEE]
        ).sent(at(23))

    def _other_buyers(self):
        for day in (23, 24):
            life = self.place(at(day), ("PLEDD-2", 3), needs=[Feature.REGISTERED_BUYER])
            buyer = Buyer(external_id="918", name="Ragna Kladdeby", email="ragna@example.com")
            address = replace(OSLO, name=buyer.name, street="Bygata 4")
            life.states[0] = replace(life.last, buyer=buyer, billing=address, shipping=address)
            life.sent(at(day + 1))
        # two companies and a private buyer with one e-mail, as an accountant or purchaser has it
        for hour, company in enumerate(("Firma A AS", "Firma B AS", "", "Firma A AS"), 9):
            life = self.place(at(23, hour), ("KAFFE-250", 4))
            name = "Kari Innkjøp"
            address = replace(OSLO, name=name, company=company)
            buyer = Buyer(name=name, company=company, email="innkjop@example.com")
            life.states[0] = replace(life.last, buyer=buyer, billing=address, shipping=address)
            life.sent(at(24))
        life = self.place(at(24, 12), ("KOPP-3", 12), needs=[Feature.VAT_NUMBER])
        buyer = Buyer(name="Per Innkjøp", company="Luftspeil Kontor AS", email="post@example.com", vat="NO987654325MVA")
        address = replace(OSLO, name=buyer.name, company=buyer.company, street="Kontorveien 3")
        life.states[0] = replace(life.last, buyer=buyer, billing=address, shipping=address)
        life.sent(at(25))

        # in another currency, and paid by other means than Vipps
        life = self.place(at(24, 14), ("PLEDD-2", 1), needs=[Feature.FOREIGN_CURRENCY], currency="EUR").sent(at(25))
        life.is_paid_elsewhere = True

    def _left_out(self):
        """What never becomes an invoice."""
        life = self.place(at(25), ("SOKK-1", 1), needs=[Feature.TEST_ORDER])
        life.states[0] = replace(life.last, is_test=True)
        life.is_ignored = True
        life = self.place(at(25, 9), ("SOKK-1", 1), needs=[Feature.DELIVERY_METHOD], delivery_method="local_pickup")
        life.is_ignored = True
        life = self.place(at(26), ("SOKK-1", 1))
        life.states[0] = replace(life.last, accepted_at=None, status="pending")
        life.cancelled(at(26, 15)).is_ignored = True
        life = self.place(at(26, 12), ("KOPP-3", 1), needs=[Feature.DELETION])
        life.change(at(27), is_deleted=True)
        # given away: nothing to invoice, and nothing to decide
        self.place(at(27), ("TE-100", 1), shipping="0", discount="100").sent(at(28))

    def _without_money(self):
        """Goods and money that do not move together."""
        # exchanged for the same, for something cheaper, and for something dearer
        for sku, other in (("KOPP-3", "KOPP-3"), ("PLEDD-2", "SOKK-1"), ("SOKK-1", "PLEDD-2")):
            life = self.place(at(10, 16), (sku, 1), needs=[Feature.EXCHANGE])
            old, shipping = life.last.lines
            first = Shipment(f"{life.number}1", at(11), ((old.external_id, Decimal(1)),))
            back = life.sent(at(11), shipments=(first,)).give_back(0)
            new = line(f"{life.number}9", GOODS[other][0], GOODS[other][1], GOODS[other][2], sku=other)
            second = Shipment(f"{life.number}2", at(19), ((new.external_id, Decimal(1)),))
            offset = min(old.amount, new.amount)
            refund = Refund(f"{life.number}51", life.number, old.amount, at(19), (back,), offset=offset)
            life.change(at(19), lines=(old, shipping, new), shipments=(first, second), refunds=(refund,))
            if new.amount > old.amount:
                life.captured(at(19, 12), new.amount - old.amount)
                del life.states[-2]
            elif new.amount < old.amount:
                life.money.append(Money(local_day(at(19)), new.amount - old.amount))
        # some of it was called off, as a refund, while the money was only reserved; the rest was captured
        for hour in (9, 10, 11):
            life = self.place(at(12, hour), ("SOKK-1", 1), ("KAFFE-250", 2), needs=[Feature.RELEASED])
            coffee = life.give_back(1)
            refund = Refund(
                f"{life.number}51", life.number, coffee.amount, at(12, 16), (coffee,), released=coffee.amount
            )
            life.change(at(12, 16), refunds=(refund,)).sent(at(13), amount=life.last.total - coffee.amount)

    def _rounded(self):
        """The same sums, where the shop rounds otherwise: whole kroner, or the VAT of the whole order once."""
        for day in (4, 5, 6):
            life = self.place(at(day, 17), ("SOKK-1", 1), ("KAFFE-250", 1))
            life.rounding = "whole kroner"
            life.sent(at(day + 1))
        back = life.give_back(0)
        life.refunded(at(12), back.amount, [back])
        # 35.71 and 3.13 without VAT, at 12 %: 43.5008 in all, of which 4.6608 is VAT
        for day in (4, 5, 6):
            life = self.place(at(day, 18), ("BILLETT", 1), ("BILLETT", 1), shipping="0")
            first, second = life.last.lines
            first, second = (
                line(each.external_id, each.name, amount, 12, sku=each.sku)
                for each, amount in ((first, "39.99"), (second, "3.51"))
            )
            life.change(at(day, 18, 30), lines=(first, second))
            del life.states[0]
            life.rounding = "at subtotal"
            life.sent(at(day + 1))


def steps(lives):
    """Return the states of all orders, in the order they came to read so, by day: ``[(time, [order, ...]), ...]``.

    Two states of the same order never share a step.
    """
    queue = sorted((state.changed_at, position, state) for position, life in enumerate(lives) for state in life.states)
    result = []
    for moment, _position, state in queue:
        same_day = result and local_day(result[-1][0]) == local_day(moment)
        if not same_day or any(other.external_id == state.external_id for other in result[-1][1]):
            result.append((moment, []))
        result[-1] = (moment, [*result[-1][1], state])
    return result
