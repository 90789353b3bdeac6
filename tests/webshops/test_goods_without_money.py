"""Goods and money that do not move together: exchanges, returns on account, money given up, early refunds."""

from dataclasses import replace
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import (
    ORDERED,
    RETURNED,
    SENT,
    line,
    new_order,
    sent_order,
    tax_totals,
)
from odoo.addons.settlement_bridge.webshops.records import Capture, Refund, Shipment

from .web_order_case import NOON, WebOrderCase

#: Price of what was bought and of what it was exchanged for; what was paid (or paid back) for the difference.
EXCHANGES = {
    "20001": ("1000.00", "1000.00", "0"),
    "20002": ("1000.00", "365.00", "-635"),
    "20003": ("100.00", "250.00", "150"),
}


def exchange(number):
    """The order as it reads when it is sent, and when its goods have been exchanged."""
    first, second, difference = (Decimal(amount) for amount in EXCHANGES[number])
    jumper = line("1", "Genser", first, 25, sku="SOKK-1")
    other = line("2", "Jakke", second, 25, sku="SOKK-1")
    values = {"external_id": number, "number": number}
    paid = Capture("1", first, SENT)
    parcel = Shipment("1", SENT, (("1", Decimal(1)),))
    before = sent_order(
        **values, lines=(jumper,), total=first, taxes=tax_totals([jumper]), captures=(paid,), shipments=(parcel,)
    )
    lines = (jumper, other)
    back = Refund("9", number, first, RETURNED, (jumper,), offset=first + min(difference, Decimal(0)))
    captures = (paid, Capture("2", difference, RETURNED)) if difference > 0 else (paid,)
    after = replace(
        before,
        lines=lines,
        total=first + second,
        taxes=tax_totals(lines),
        captures=captures,
        shipments=(parcel, Shipment("2", RETURNED, (("2", Decimal(1)),))),
        refunds=(back,),
        changed_at=RETURNED,
    )
    return before, after


def money(number):
    first, _second, difference = EXCHANGES[number]
    moved = [capture(f"91{number}", day(3), number, first)]
    if Decimal(difference) > 0:
        moved.append(capture(f"92{number}", day(9), number, difference))
    elif Decimal(difference) < 0:
        moved.append(refund(f"92{number}", day(9), number, difference.lstrip("-")))
    return [*moved, payout("2000700", day(9))]


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestGoodsWithoutMoney(WebOrderCase):
    def test_an_exchange_leaves_nothing_open_whenever_its_money_comes(self):
        for number in EXCHANGES:
            for when in ("first", "between", "last"):
                with self.subTest(number=number, when=when), self.cr.savepoint() as savepoint:
                    before, after = exchange(number)
                    provider = self.activate(merchant_id=number)
                    for moment, told in (("first", before), ("between", after)):
                        if when == moment:
                            self.settle(money(number), provider)
                        order = self.told(told)
                    if when == "last":
                        self.settle(money(number), provider)
                    moves = order._get_webshop_moves()
                    self.assertEqual(sorted(moves.mapped("move_type")), ["out_invoice", "out_invoice", "out_refund"])
                    self.assertEqual(moves.mapped("amount_residual"), [0, 0, 0])
                    self.assertEqual(sum(moves.mapped("amount_tax_signed")), float(EXCHANGES[number][1]) / 5)
                    self.assertBalances(a1500="0.00", a1523="0.00")
                    self.assertEqual(order.webshop_state, "done")
                    savepoint.rollback()

    def test_the_difference_of_an_exchange_in_a_refund_of_its_own(self):
        """1000.00 exchanged for 365.00; the 635.00 is paid back without goods, in a refund of its own."""
        number = "20002"
        before, after = exchange(number)
        [back] = after.refunds
        back = replace(back, amount=back.offset)
        rest = line("", "Genser", "635.00", 25)
        difference = Refund("10", number, rest.amount, RETURNED.replace(day=12), (rest,))
        returned = replace(after, refunds=(back,))
        paid_back = replace(after, refunds=(back, difference), changed_at=difference.time)
        for place in range(4):
            with self.subTest(place=place), self.cr.savepoint() as savepoint:
                provider = self.activate(merchant_id=f"3000{place}")
                for moment, told in enumerate((before, returned, paid_back)):
                    if moment == place:
                        self.settle(money(number), provider)
                    order = self.told(told)
                if place == 3:
                    self.settle(money(number), provider)
                with self.enter_registry_test_mode():
                    for cron in ("webshop_documents", "settlement_process", "settlement_retry"):
                        self.trigger(f"ir_cron_{cron}")
                self.env.invalidate_all()
                moves = order._get_webshop_moves()
                self.assertEqual(moves.mapped("amount_residual"), [0, 0, 0, 0])
                self.assertEqual(sum(moves.mapped("amount_tax_signed")), 73)
                self.assertBalances(a1500="0.00", a1523="0.00")
                savepoint.rollback()

    def test_goods_on_account_that_came_back_close_their_invoice(self):
        order = self.told(sent_order(captures=()))
        back = Refund("9", "10512", Decimal("553.30"), RETURNED, sent_order().lines, offset=Decimal("553.30"))
        self.told(sent_order(captures=(), refunds=(back,), changed_at=RETURNED))
        moves = order._get_webshop_moves()
        self.assertEqual(moves.mapped("move_type"), ["out_invoice", "out_refund"])
        self.assertEqual(moves.mapped("amount_residual"), [0, 0])

    def test_given_up_before_capture_the_rest_is_invoiced_and_paid(self):
        coffee = new_order().lines[1]
        given_up = Refund("9", "10512", coffee.amount, ORDERED, (coffee,), released=coffee.amount)
        captured = (Capture("1", Decimal("437.20"), SENT),)
        order = self.told(sent_order(refunds=(given_up,), captures=captured, is_capture_final=True))
        self.assertEqual(self.documents(order), [("out_invoice", "437.20", "87.44", "2026-03-03")])
        self.settle([capture("91", day(3), "10512", "437.20"), payout("2000700", day(3))])
        self.assertEqual(order._get_webshop_moves().amount_residual, 0)
        self.assertBalances(a1500="0.00")

    def test_refunded_before_it_was_sent_is_not_credited_before_its_invoice(self):
        """Refunded on 27 February, sent on 3 March: no term has less VAT than it sold for."""
        coffee = new_order().lines[1]
        early = Refund("9", "10512", coffee.amount, SENT.replace(month=2, day=27), (coffee,))
        order = self.told(sent_order(refunds=(early,)))
        self.assertEqual(
            self.documents(order),
            [("out_invoice", "553.30", "102.58", "2026-03-03"), ("out_refund", "116.10", "15.14", "2026-03-03")],
        )
