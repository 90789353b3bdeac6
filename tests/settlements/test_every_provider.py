"""The thirty orders of one month, paid through each provider, come to the same books, from its server to the bank."""

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples import klarna_files, stripe_files, vipps_files
from odoo.addons.settlement_bridge.pure_tests.servers import klarna as klarna_server
from odoo.addons.settlement_bridge.pure_tests.servers import stripe as stripe_server
from odoo.addons.settlement_bridge.pure_tests.servers import vipps as vipps_server

from ..common import SettlementCase

#: The day of each payout: what was paid since the one before.
PAYOUT_DAYS = (10, 20, 30)

#: Order number and day of its refund.
REFUNDS = ((5, 8), (10, 15))


def vipps():
    """Return the server, and the keys."""
    movements = []
    for number in range(1, 31):
        movements.append(
            vipps_files.capture(str(number), vipps_files.day(number), f"WEB-{number}", f"{number}00.00", "1.00")
        )
        movements += [
            vipps_files.refund(f"9{order}", vipps_files.day(day), f"WEB-{order}", f"{order}00.00")
            for order, day in REFUNDS
            if day == number
        ]
        if number in PAYOUT_DAYS:
            movements.append(vipps_files.payout(f"20000{number}", vipps_files.day(number)))
    keys = {
        "client_id": vipps_server.CLIENT_ID,
        "client_secret": vipps_server.CLIENT_SECRET,
        "subscription_key": vipps_server.SUBSCRIPTION_KEY,
    }
    return vipps_server.VippsServer(*vipps_files.api_items(movements)), keys, vipps_files.MSN


def stripe():
    """Return the server, and the keys."""
    movements = []
    for number in range(1, 31):
        movements.append(
            stripe_files.charge(f"{number:02}", stripe_files.at(number), f"WEB-{number}", f"{number}00.00", "1.00")
        )
        movements += [
            stripe_files.refund(
                f"9{order}", stripe_files.at(day, 12), f"{order:02}", f"{order}00.00", reference=f"WEB-{order}"
            )
            for order, day in REFUNDS
            if day == number
        ]
        if number in PAYOUT_DAYS:
            movements.append(stripe_files.payout(f"P{number}", stripe_files.at(number, 20)))
    server = stripe_server.StripeServer(stripe_files.api_payouts(movements), stripe_files.api_transactions(movements))
    return server, {"secret_key": stripe_server.KEY}, stripe_server.ACCOUNT


def klarna():
    """Return the server, and the keys."""
    payouts = []
    for last in PAYOUT_DAYS:
        happenings = []
        for number in range(last - 9, last + 1):
            order = f"abcd{number:04}"
            happenings += klarna_files.sale(
                order, f"WEB-{number}", f"{number}00.00", klarna_files.utc(number), "0.60", "0.40"
            )
            happenings += [
                klarna_files.refund(f"abcd{of:04}", f"WEB-{of}", f"{of}00.00", klarna_files.utc(day))
                for of, day in REFUNDS
                if day == number
            ]
        payouts.append(klarna_files.Payout(f"XISA{last}", klarna_files.day(last), tuple(happenings)))
    server = klarna_server.KlarnaServer(
        [klarna_files.api_payout(payout) for payout in payouts],
        [klarna_files.api_transaction(payout, each) for payout in payouts for each in payout.happenings],
    )
    return server, {"username": klarna_server.USERNAME, "password": klarna_server.PASSWORD}, klarna_files.MERCHANT_ID


@tagged("post_install", "-at_install")
class TestThirtyOrders(SettlementCase):
    """Orders of 100, 200 … 3 000 kroner, each with a fee of 1 krone; numbers 5 and 10 are refunded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(1, 31):
            cls.invoice(number * 100, f"WEB-{number}", date=f"2026-03-{number:02}")
        for number, day in REFUNDS:
            cls.credit_note(number * 100, f"WEB-{number}", date=f"2026-03-{day:02}")

    def run_actions(self):
        with freeze_time("2026-04-15 05:30:00"), self.enter_registry_test_mode():
            for name in ("fetch", "ingest", "process", "retry", "bank"):
                self.trigger(f"ir_cron_settlement_{name}")

    def assertMonth(self, code, make, bank_text):
        """
        Payouts: 5 500 − 500 − 10 = 4 990, 15 500 − 1 000 − 10 = 14 490, 25 500 − 10 = 25 490; in all 44 970, and 30 of
        fees. Customers owed 46 500 and got 1 500 back.
        """
        server, keys, merchant_id = make()
        with server:
            if code == self.provider.code:
                provider = self.provider
            else:
                self.provider.action_pause()
                provider = self.activate(code=code, merchant_id=merchant_id)
            provider.sudo().write({"api_url": server.base_url, "start_date": "2026-03-01", "fetch_enabled": True})
            provider.sudo().connection_id._set_settings(keys)
            with freeze_time("2026-04-15 05:30:00"):
                self.assertIn(merchant_id, provider.action_check_connection()["params"]["message"])
            self.run_actions()
            self.assertFalse(provider.fetch_error)
            settlements = provider.settlement_ids.filtered("external_id").sorted("date")
            self.assertEqual(settlements.mapped("error_message"), [False] * 3)
            self.assertEqual(settlements.mapped("payout_amount"), [4990, 14490, 25490])
            self.assertEqual(settlements.mapped("state"), ["booked"] * 3)
            clearing, unknown, fee = (
                f"a{provider[f'{role}_account_id'].code}" for role in ("clearing", "unknown", "fee")
            )
            self.assertBalances(**{"a1500": "0.00", clearing: "44970.00", unknown: "0.00", fee: "30.00"})
            moves = provider.settlement_ids.move_ids
            provider.sudo().fetch_next_at = False
            self.run_actions()
            self.assertEqual(provider.settlement_ids.move_ids, moves, "fetched again, nothing is new")
        for settlement in settlements:
            self.bank_line(
                settlement.payout_amount,
                bank_text % settlement.payout_reference,
                date=settlement.payout_date or settlement.date,
            )
        self.run_actions()
        self.assertEqual(set(provider.settlement_ids.mapped("state")) - {"open"}, {"paid"})
        self.assertBalances(**{"a1500": "0.00", clearing: "0.00", unknown: "0.00", fee: "30.00"})
        for settlement in provider.settlement_ids:
            settlement._prove()
            self.assertFalse(settlement.proof_message)

    def test_vipps(self):
        self.assertMonth("vipps", vipps, "Utb. %s Vippsnr 123455")

    def test_stripe(self):
        self.assertMonth("stripe", stripe, "STRIPE %s")

    def test_klarna(self):
        self.assertMonth("klarna", klarna, "Klarna %s")
