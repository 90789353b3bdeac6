import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import as_api_bundles, capture, day, payout

from .closing_case import TODAY, ClosingCase


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestClosingChanges(ClosingCase):
    """What is done to the books of a month after it was signed: each thing is named, and opens what it names."""

    def sign_march(self):
        """March, with a payout in the bank, one on its way, and an unknown payment."""
        self.settlements = self.settle_march(
            capture("3", day(30), "UKJENT", "75.00", "1.00"),
            payout("2000003", day(30)),
            capture("4", day(1, 4), "X", "9"),
        )
        self.unpaid = self.invoice(30, "W-9")
        march = self.march()
        march.comment = "Alt er sett på."
        march.action_sign()
        self.assertFalse(self.told(march))
        return march

    def told(self, march):
        """What has changed, as read; each row opens something."""
        self.env.flush_all()
        self.env.invalidate_all()
        march.action_check()
        self.assertEqual(march.state, "changed" if march.change_ids else "signed")
        for change in march.change_ids.filtered("has_target"):
            action = change.action_open_target()
            if action["res_model"] != "settlement.account.proof":
                self.assertTrue(self.env[action["res_model"]].search_count(action["domain"]), change.message)
        return "\n".join(march.change_ids.mapped("message"))

    def assert_told(self, march, *words):
        said = self.told(march)
        for word in words:
            self.assertIn(word, said)

    def set_by_sql(self, record, column, value):
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s = %s WHERE id = %s",
                SQL.identifier(record._table),
                SQL.identifier(column),
                value,
                record.id,
            )
        )
        self.env.invalidate_all()

    def settlement(self, number):
        return self.settlements.filtered(lambda one: one.external_id == number)

    def clearing_items(self, number):
        domain = [("settlement_clearing_id", "=", self.settlement(number).id)]
        return self.env["account.move.line"].search(domain)

    def test_what_goes_on_after_the_month(self):
        """The payout arrives in April, the invoice is paid in April, and an unknown payment is matched then."""
        march = self.sign_march()
        self.bank_line(74, f"Utb. 2000003 Vippsnr {self.provider.merchant_id}", "2026-04-01")
        self.settlement("2000003")._match_bank()
        self.assertEqual(self.settlement("2000003").state, "paid")
        payment = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.unpaid.ids
        )
        payment.create({"payment_date": "2026-04-01"}).action_create_payments()
        late = self.invoice(75, "W-75", date="2026-04-01")
        self.line_of("3")._assign(late, "Samme kunde", date=datetime.date(2026, 4, 1))
        self.assertFalse(self.told(march))

    def test_reconciliation_of_a_payout_is_undone(self):
        march = self.sign_march()
        items = self.clearing_items("2000001")
        items.remove_move_reconcile()
        self.assert_told(march, f"{items.move_id[0].name} is reconciled otherwise", "1522")

    def test_reconciliations_are_deleted_past_odoo(self):
        march = self.sign_march()
        items = self.clearing_items("2000001")
        partials = items.matched_debit_ids | items.matched_credit_ids
        self.env.cr.execute("DELETE FROM account_partial_reconcile WHERE id IN %s", [tuple(partials.ids)])
        self.assert_told(march, f"{items.move_id[0].name} is reconciled otherwise")

    def test_invoice_is_reset(self):
        march = self.sign_march()
        invoice = self.line_of("1").invoice_id
        invoice.line_ids.remove_move_reconcile()
        name = invoice.name
        invoice.button_draft()
        self.assert_told(march, f"{name} is no longer posted", "is reconciled otherwise")

    def test_new_invoice_and_bank_line_of_the_month(self):
        march = self.sign_march()
        invoice = self.invoice(40, "W-10", date="2026-03-31")
        self.bank_line(77, "Vipps: en utbetaling ingen venter", "2026-03-20")
        self.assert_told(march, f"{invoice.name} was posted", "Bank line without payout", "77.00")

    def test_account_and_amounts_are_changed_past_odoo(self):
        march = self.sign_march()
        voucher = self.line_of("1").move_line_ids.move_id[:1]
        item = voucher.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")[:1]
        self.env.cr.execute(
            "UPDATE account_move_line SET account_id = %s WHERE id = %s", [self.account("7770").id, item.id]
        )
        self.env.cr.execute("UPDATE account_settlement_line SET amount = 70 WHERE id = %s", [self.line_of("3").id])
        self.env.cr.execute(
            "UPDATE account_settlement SET is_altered = TRUE WHERE id = %s", [self.settlement("2000003").id]
        )
        self.assert_told(
            march,
            f"{voucher.name} has other amounts",
            "The month's transactions were",
            "Settlement that differs from what was booked: " + self.settlement("2000003").display_name,
        )

    def test_voucher_is_deleted(self):
        """It is named by its number, and opens the settlement that it was booked from."""
        march = self.sign_march()
        voucher = self.line_of("3").move_line_ids.move_id[:1]
        name = voucher.name
        self.env.cr.execute("DELETE FROM account_move WHERE id = %s", [voucher.id])
        self.assert_told(march, f"{name} is no longer posted")
        [change] = march.change_ids.filtered(lambda change: "no longer posted" in change.message)
        self.assertEqual(change.action_open_target()["res_model"], "account.settlement")

    def test_signature_is_compared_with_its_files_its_month_and_those_before(self):
        march = self.sign_march()
        march.comment = "Én gang til."
        march.action_sign()
        first, second = march.signature_ids.sorted("id")
        self.assertTrue(first.is_intact and second.is_intact)
        workbook = second.attachment_ids[:1].sudo()
        february = self.env(su=True)["account.settlement.closing"].create(
            {"provider_id": self.provider.id, "month": "2026-02-01"}
        )
        for record, column, value in (
            (second, "closing_id", february.id),
            (second, "user_id", self.env.ref("base.user_admin").id),
            (second, "signed_at", "2026-04-01 08:00:00"),
            (first, "digest", "0"),
            (workbook, "res_id", 0),
            (workbook, "name", "Andre tall.xlsx"),
        ):
            with self.env.cr.savepoint(flush=True) as savepoint:
                self.set_by_sql(record, column, value)
                self.assertFalse(second.is_intact, column)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertTrue(second.is_intact)
        self.set_by_sql(first, "comment", "Forfalsket")
        self.assert_told(march, "no longer what was signed")

    def test_log_stays_as_it_was(self):
        """Who wrote the comment is logged, and nobody changes what was logged, not even from whom it seems to be."""
        march = self.sign_march()
        user = self.settlement_user()
        march.with_user(user).comment = "Etterlyst hos Vipps."
        self.env.flush_all()
        self.env.cr.precommit.run()
        logged = march.message_ids.sudo().filtered("tracking_value_ids")[:1].sudo(False)
        self.assertEqual(logged.author_id, user.partner_id)
        for vals in ({"body": "Andre ord"}, {"email_from": "andre@example.com"}, {"record_name": "Februar"}):
            with self.assertRaises(AccessError):
                logged.with_user(self.accountant).write(vals)

    def test_signed_files_stay_after_the_addon(self):
        march = self.sign_march()
        files = march.signature_id.attachment_ids.sudo()
        contents = {bytes(file.raw) for file in files}
        self.env(su=True)["account.settlement.closing.signature"]._leave_files_behind()
        kept = self.env(su=True)["ir.attachment"].search(
            [("res_model", "=", "res.company"), ("res_id", "=", self.company.id), ("id", "in", files.ids)]
        )
        self.assertEqual({bytes(file.raw) for file in kept}, contents)
        self.assertTrue(all("2026-03" in file.name and "SHA-256" in file.description for file in kept))


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestClosingFigures(ClosingCase):
    """What the checks say is true, in the currency that they say."""

    def test_euro(self):
        """An agreement in euro: its transactions are shown and signed as euros."""
        euro = self.env.ref("base.EUR").sudo()
        euro.active = True
        self.env(su=True)["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.1, "company_id": self.company.id}
        )
        abroad = self.activate(merchant_id="654321", currency_id=euro.id)
        self.settle([capture("9", day(4), "UKJENT", "75.00", "3.00"), payout("2000009", day(4))], abroad)
        self.env["account.settlement.closing"].action_open_closings()
        march = self.env["account.settlement.closing"].search([("provider_id", "=", abroad.id)])
        march.action_check()
        fees = march.check_ids.filtered(lambda check: check.code == "fees")
        self.assertEqual((fees.amount, fees.currency_id), (3.0, euro))
        unknown = march.check_ids.filtered(lambda check: check.code == "unknown")
        self.assertEqual((unknown.amount, unknown.currency_id), (-750.0, self.company.currency_id))
        march.comment = "Alt er sett på."
        march.action_sign()
        self.assertIn("€", march.signature_id.kept_text)

    def test_by_hand(self):
        """Also in the journal of exchange differences, and in an earlier month if it is still open."""
        self.settle_march()
        clearing = self.provider.clearing_account_id
        self.book_by_hand(clearing, "2026-02-13")
        exchange = self.company.currency_exchange_journal_id
        self.assertTrue(exchange)
        self.book_by_hand(clearing, "2026-03-13", exchange)
        march = self.march().filtered(lambda one: one.month == day(1))
        march.action_check()
        check = march.check_ids.filtered(lambda check: check.code == "by_hand")
        self.assertEqual((check.state, check.count, check.amount), ("open", 2, 10.0))
        action = check.action_open_target()
        self.assertEqual(self.env["account.move.line"].search_count(action["domain"]), 2)

    def test_waiting_document(self):
        """3 March is missing, so 4 March waits. Uploaded in April, it is of March all the same."""
        movements = [
            capture("1", day(2), "W-1", "100.00"),
            capture("2", day(3), "W-2", "50.00"),
            capture("3", day(4), "W-3", "20.00"),
        ]
        first, _missing, last = as_api_bundles(movements)
        for name, content in (first, last):
            self.provider._ingest_file(name, content)
        march = self.march()
        march.action_check()
        checks = {check.code: check for check in march.check_ids}
        self.assertEqual((checks["days"].state, checks["documents"].state), ("open", "open"))
        self.assertIn("03/02/2026", checks["days"].message)
        [row] = self.env["account.settlement.completeness"].search(
            [("cause", "=", "document_not_read"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual((row.date, row.date_to), (day(4), day(4)))

    def test_invoicing_reads_the_items_where_it_may_read_no_proof(self):
        self.settle_march(capture("3", day(9), "UKJENT", "75.00"), payout("2000003", day(9)))
        march = self.march()
        march.action_check()
        unknown = march.check_ids.filtered(lambda check: check.code == "unknown")
        invoicing = new_test_user(
            self.env(su=True),
            "invoicing",
            "account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        action = unknown.with_user(invoicing).action_open_target()
        self.assertEqual(action["res_model"], "account.move.line")

    def book_by_hand(self, account, date, journal=None):
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date,
                **({"journal_id": journal.id} if journal else {}),
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 5, "name": "Hånd"}),
                    Command.create({"account_id": self.account("7770").id, "credit": 5}),
                ],
            }
        )
        move.action_post()
        return move
