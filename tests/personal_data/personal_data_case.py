"""What the tests of personal data share."""

from freezegun import freeze_time

from odoo.tools import SQL

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import refunded_order, sent_order
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer

from ..webshops.web_order_case import NOON, WebOrderCase

NEXT_YEAR = "2027-06-01 03:00:00"
IN_TIME = "2031-12-31 03:00:00"
TOO_OLD = "2032-01-01 03:00:00"
RETENTION = "odoo.addons.settlement_bridge.models.settlement_retention"


class PersonalDataCase(WebOrderCase):
    def close(self, date="2026-12-31"):
        """Lock the books, as at the end of a year, and let what is stored be of the day it tells of."""
        self.env.flush_all()
        for table in ("sale_webshop_event", "account_settlement_document"):
            self.env.cr.execute(SQL("UPDATE %s SET create_date = %s", SQL.identifier(table), NOON))
        self.env.invalidate_all()
        self.company.sudo().fiscalyear_lock_date = date

    def pay(self, number="10512", amount="553.30"):
        """The payment provider pays out what the buyer paid, and the bank has it."""
        settlements = self.settle([capture("9" + number, day(3), number, amount), payout("2000700", day(3))])
        self.bank_line(float(amount), "Utb. 2000700 Vippsnr 123455")
        settlements.action_match_bank()
        self.assertEqual(settlements.mapped("state"), ["paid"])
        return settlements

    def run_retention(self, now):
        with freeze_time(now), self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_retention")
        self.env.invalidate_all()

    def ledger(self):
        """Everything that stands in the ledger, and what is open of it."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT move.id, move.name, move.state, move.date, line.id, line.account_id, line.partner_id, line.name,"
            " line.balance, line.amount_residual, line.full_reconcile_id FROM account_move_line line"
            " JOIN account_move move ON move.id = line.move_id WHERE move.company_id = %s ORDER BY line.id",
            [self.company.id],
        )
        return self.env.cr.fetchall()

    def refunded_apart(self):
        """An order whose refund came in a document of its own; all is paid and locked."""
        server = InboxServer(sends_refunds_apart=True)
        for told in (sent_order(), refunded_order()):
            server.put(told)
        payloads = [body for _headers, body in server.webhooks("10512")]
        order = self.shop._ingest_orders(payloads)
        order._make_webshop_documents()
        moves = order._get_webshop_moves()
        self.assertEqual(moves.sorted("id").mapped("move_type"), ["out_invoice", "out_refund"])
        moves._get_webshop_receivables().reconcile()
        self.pay(amount="374.20")
        self.close()
        event = order.webshop_event_ids.filtered(lambda event: event != order.webshop_event_id)
        self.assertEqual(len(event), 1)
        return order, event

    def contents(self, order):
        return [bool(event.content) for event in order.webshop_event_ids.sorted("id")]
