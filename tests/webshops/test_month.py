"""A month in a web shop, told by each platform in its own documents: the ledger is the same each time."""

import logging
import random
from collections import defaultdict
from contextlib import contextmanager
from decimal import Decimal

from freezegun import freeze_time

from odoo.tests import HttpCase, tagged

from odoo.addons.settlement_bridge.pure_tests.properties import IS_THOROUGH
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files, webshop_month
from odoo.addons.settlement_bridge.pure_tests.servers.shops import SERVERS
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

from .webshop_case import WebshopCase

_logger = logging.getLogger(__name__)

#: Three platforms after each other tell the lives by turns, so that each life is told by two of the six and the inbox.
#: ``dev/test --thorough`` lets every platform tell all of them.
BY_TURNS = ("woocommerce", "shopify", "magento", "prestashop", "mystore", "nettbutikk24")

#: After the last event of the month, and before VAT of January and February is due.
MONTH_END = "2026-04-01 06:00:00"


@tagged("post_install", "-at_install")
class TestMonth(WebshopCase, HttpCase):
    """Each test tells the whole month once; what the inbox tells, which can say everything, is the measure."""

    #: Number of an order to what is in the ledger of it, as the inbox told it.
    measure: dict = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for sku, (name, _price, _rate) in webshop_month.GOODS.items():
            if sku not in ("SOKK-1", "KAFFE-250"):
                kind = {"type": "service"} if sku in ("KURS", "BILLETT") else {}
                cls.make_product(sku, name, webshop_month.VAT_CODES[sku], **kind)
        euro = cls.env.ref("base.EUR").sudo()
        euro.active = True
        euro.rate_ids.unlink()
        cls.env["res.currency.rate"].sudo().create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 1 / 11.5, "company_id": cls.company.id}
        )

    # ------------------------------------------------------------ telling it

    def tell(self, server):
        """Let the month happen in the shop, step by step, each thing told twice and in any order.

        A shop that can be asked and sends webhooks is asked one day, and sends the next: neither way covers the other.

        :return: the shop and the lives it could tell of.
        """
        lives = []
        for life in self.get_lives(server):
            lacking = life.needs & server.cannot.keys()
            if not lacking:
                lives.append(life)
            for feature in lacking:
                _logger.info("%s cannot tell order %s: %s", server.platform, life.number, server.cannot[feature])
        server.roundings = {life.number: life.rounding for life in lives if life.rounding}
        settings = server.settings
        shop = self.make_shop(
            server.platform,
            api_url=settings.url or False,
            start_date="2026-03-01",
            excluded_methods="local_pickup",
            tip_account_id=self.account("3900").id,
        )
        shop.sudo().webhook_secret = server.webhook_secret or False
        declared = PLATFORMS[server.platform].settings
        shop.sudo()._set_settings({setting.name: getattr(settings, setting.name, "") for setting in declared})
        chance = random.Random(server.platform)
        for number, (moment, orders) in enumerate(webshop_month.steps(lives)):
            is_pushed = bool(server.webhook_secret) and (number % 2 == 1 or not shop.has_polling)
            with freeze_time(moment.replace(tzinfo=None) + webshop_month.datetime.timedelta(hours=3)):
                chance.shuffle(orders)
                for order in orders:
                    if order.is_deleted:
                        server.delete(order.external_id, order.changed_at)
                    else:
                        server.put(order)
                shop.write({"fetch_enabled": not is_pushed, "fetch_next_at": False})
                if is_pushed:
                    self.push(shop, server, orders, chance)
                self.run_actions()
                self.decide_foreign_vat(shop)
        with freeze_time(MONTH_END):
            # all of it once more
            shop.sudo().write({"fetch_enabled": shop.has_polling, "fetch_next_at": False, "fetch_cursor": False})
            self.push(shop, server, [life.last for life in lives], chance)
            self.run_actions()
        return shop, lives

    @staticmethod
    def get_lives(server):
        """Return the lives of orders that a platform tells: all of them, or its third."""
        lives = webshop_month.Month().lives
        if server.platform in BY_TURNS and not IS_THOROUGH:
            lives = lives[BY_TURNS.index(server.platform) % 3 :: 3]
        return lives

    def push(self, shop, server, orders, chance):
        deliveries = [delivery for order in orders for delivery in server.webhooks(order.external_id)] * 2
        chance.shuffle(deliveries)
        self.env.flush_all()
        for headers, body in deliveries:
            answer = self.url_open(f"/webshop/{shop.id}/event", data=body, headers=headers)
            self.assertEqual(answer.status_code, 200, answer.text)

    def run_actions(self):
        with self.enter_registry_test_mode():
            for name in ("fetch", "events", "documents", "documents"):
                self.trigger(f"ir_cron_webshop_{name}")
        self.env.invalidate_all()

    def decide_foreign_vat(self, shop):
        """An accountant says once that the VAT charged on what is sent to Sweden is owed there."""
        waiting = shop.order_ids.filtered(lambda order: order.webshop_state == "waiting")
        if waiting:
            dialog = self.env["settlement.foreign.vat"].create({"order_id": waiting[0].id, "choice": "owed"})
            self.assertEqual((dialog.country_id.code, dialog.rate), ("SE", 25))
            dialog.action_confirm()

    def settle_month(self, lives):
        """Let Vipps settle what it moved, day by day, and pay it out in the end."""
        movements = []
        for life in lives:
            for number, money in enumerate([] if life.is_paid_elsewhere else life.money):
                make = vipps_files.capture if money.amount > 0 else vipps_files.refund
                movements.append(make(f"9{life.number}{number}", money.day, life.number, abs(money.amount)))
        movements.sort(key=lambda movement: (movement.day, movement.psp))
        movements.append(vipps_files.payout("2000900", vipps_files.day(31)))
        with freeze_time(MONTH_END):
            return self.settle(movements)

    # ------------------------------------------------------------ reading it off the ledger

    def ledger(self, shop):
        """Return what an accountant reads of each order: documents, amounts, taxes, links and what met what."""
        result = {}
        for order in shop.order_ids:
            moves = order._get_webshop_moves(with_tenders=True)
            result[order.webshop_external_id] = {
                "state": (order.state, order.webshop_state, order.invoice_status),
                "partner": order.partner_id.name,
                "documents": sorted(self.document(move) for move in moves),
                "met": sorted(self.met(moves)),
            }
        return result

    def document(self, move):
        lines = sorted(
            (
                line.account_id.code,
                line.tax_ids.l10n_no_standard_code or "",
                f"{line.price_total:.2f}",
                f"{line.price_total - line.price_subtotal:.2f}",
                f"{line.quantity:.2f}",
            )
            for line in move._get_webshop_lines()
        )
        return (
            move.move_type,
            (move.webshop_document_key or "").partition(":")[0],
            str(move.invoice_date or move.date),
            str(move.webshop_date),
            move.partner_id.name or "",
            move.currency_id.name,
            f"{move.amount_total:.2f}",
            f"{sum(move.line_ids.filtered('debit').mapped('debit')):.2f}",
            bool(move.reversed_entry_id),
            str(lines),
        )

    @staticmethod
    def met(moves):
        """Each reconciliation of the documents: what met what, and how much."""
        for line in moves._get_webshop_receivables():
            for partial in line.matched_debit_ids | line.matched_credit_ids:
                other = (partial.debit_move_id | partial.credit_move_id) - line
                yield line.move_id.move_type, other.move_id.move_type, other.date.isoformat(), f"{partial.amount:.2f}"

    # ------------------------------------------------------------ the proof

    def compare_with_inbox(self, platform):
        """The ledger is the same as when the inbox told it, for every order this platform can tell of."""
        self.get_measure()
        with SERVERS[platform]() as server:
            self.compare(self.prove(server))

    def prove(self, server):
        shop, lives = self.tell(server)
        unread = shop.event_ids.filtered(lambda event: event.state in ("new", "error"))
        self.assertFalse(unread.mapped(lambda event: (event.kind, event.state, event.external_id, event.message)))
        self.check_states(shop, lives)
        before = self.ledger(shop)
        settlements = self.settle_month(lives)
        self.assertEqual(settlements.line_ids.filtered(lambda line: line.status == "unknown").mapped("explanation"), [])
        self.check_customers(shop, lives)
        self.assertBalances(a1522=f"{sum(settlements.mapped('payout_amount')):.2f}", a1523="0.00", a7740="0.00")
        after = self.ledger(shop)
        self.assertEqual(
            {number: found["documents"] for number, found in after.items()},
            {number: found["documents"] for number, found in before.items()},
            "booking the settlement makes no document",
        )
        return after

    def check_states(self, shop, lives):
        orders = {order.webshop_external_id: order for order in shop.order_ids}
        self.assertEqual(
            sorted(orders), sorted(life.number for life in lives if not life.is_ignored), "each order once, no other"
        )
        for life in lives:
            if life.is_ignored:
                continue
            order = orders[life.number]
            wanted = "waiting" if life.is_waiting else "open" if life.is_unfinished else "done"
            self.assertEqual(order.webshop_state, wanted, (life.number, life.needs, order.webshop_problem))

    def check_customers(self, shop, lives):
        """1500 is zero for every finished order, and what was paid and given back met it."""
        finished = [life.number for life in lives if not (life.is_paid_elsewhere or life.is_ignored)]
        residuals = defaultdict(Decimal)
        for order in shop.order_ids.filtered(lambda order: order.webshop_external_id in finished):
            for line in order._get_webshop_moves(with_tenders=True)._get_webshop_receivables():
                residuals[order.webshop_external_id] += Decimal(f"{line.amount_residual:.2f}")
        self.assertEqual({number: left for number, left in residuals.items() if left}, {})
        elsewhere = shop.order_ids.filtered(lambda order: order.webshop_external_id not in finished)
        left = sum(elsewhere.webshop_move_ids._get_open_receivables().mapped("amount_residual"))
        self.assertBalances(a1500=f"{left:.2f}")

    def compare(self, ledger):
        """Hold what this platform told against what the inbox told."""
        for number, found in ledger.items():
            self.assertEqual(found, self.measure[number], f"order {number}")

    def get_measure(self):
        """What the inbox tells, told once and then taken back: the platform's own telling follows in the same books."""
        if not TestMonth.measure:
            with SERVERS["inbox"]() as server, self.taken_back():
                TestMonth.measure = self.prove(server)
        return TestMonth.measure

    @contextmanager
    def taken_back(self):
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()
            self.registry.clear_all_caches()

    def test_inbox(self):
        self.assertGreaterEqual(len(webshop_month.Month().lives), 60)
        ledger = self.get_measure()
        kinds = {document[0] for found in ledger.values() for document in found["documents"]}
        self.assertEqual(kinds, {"out_invoice", "out_refund", "entry"})

    def test_woocommerce(self):
        self.compare_with_inbox("woocommerce")

    def test_shopify(self):
        self.compare_with_inbox("shopify")

    def test_magento(self):
        self.compare_with_inbox("magento")

    def test_prestashop(self):
        self.compare_with_inbox("prestashop")

    def test_mystore(self):
        self.compare_with_inbox("mystore")

    def test_24nettbutikk(self):
        self.compare_with_inbox("nettbutikk24")
