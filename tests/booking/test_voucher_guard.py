"""A posted voucher stays as it was booked: Odoo's own buttons, writes and deletions are refused, whoever asks."""

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class VoucherGuardCase(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls.invoice(100, "WEB-1")
        cls.settlement = cls.settle(
            [capture("1", day(2), "WEB-1", "100.00", "2.00"), capture("2", day(2), "X", "50.00"), payout("1", day(2))]
        )
        cls.voucher = cls.settlement.move_ids
        cls.user = cls.settlement_user()
        cls.bookkeeper = new_test_user(
            cls.env(su=True),
            "bookkeeper",
            "account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def as_everybody(cls, records):
        """The records as those who work with them, an administrator, and a superuser see them."""
        users = (cls.bookkeeper, cls.user, cls.accountant, cls.env.ref("base.user_admin"))
        return [*(records.with_user(user) for user in users), records.sudo()]

    def assertRefused(self, call, *arguments, says=()):
        """The call ends in a sentence that says what to do, and the voucher is as it was."""
        before = self.get_state()
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            call(*arguments)
        for text in says:
            self.assertIn(text, str(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(self.get_state(), before)

    def get_state(self):
        names = ["account_id", "partner_id", "balance", "amount_currency", "tax_ids", "settlement_role"]
        names += ["settlement_line_ids", "settlement_clearing_id"]
        voucher = self.voucher.sudo()
        return voucher.read(["name", "state", "date", "journal_id", "settlement_id"]), voucher.line_ids.read(names)


class TestVouchersStay(VoucherGuardCase):
    """What Odoo offers for other entries is refused for a settlement's."""

    def test_odoos_buttons(self):
        for voucher in self.as_everybody(self.voucher):
            with self.subTest(user=voucher.env.user.login, su=voucher.env.su):
                self.assertRefused(voucher.button_draft, says=(self.voucher.name, "Undo…"))
                self.assertRefused(voucher.button_cancel, says=("Undo…",))
                self.assertRefused(voucher.unlink)
                self.assertRefused(voucher._reverse_moves, None, True)
                self.assertFalse(voucher.show_reset_to_draft_button)

    def test_deleting_by_force(self):
        """Neither the switches that Odoo's own addons use, nor those a caller makes up, open the way."""
        keys = ("force_delete", "_force_unlink", "dynamic_unlink", "skip_readonly_check", "settlement_bridge_own_write")
        voucher = self.voucher.sudo().with_context(**dict.fromkeys(keys, True))
        self.assertRefused(voucher.unlink)
        self.assertRefused(voucher.button_draft)
        self.assertRefused(voucher.line_ids.unlink)
        self.assertRefused(voucher.write, {"line_ids": [Command.clear()]})

    def test_fields_of_the_voucher(self):
        other = self.env["account.journal"].search([("type", "=", "general"), ("id", "!=", self.voucher.journal_id.id)])
        changes = {
            "state": "draft",
            "date": "2026-03-31",
            "journal_id": other[:1].id,
            "name": "VIPPS/2026/03/0099",
            "settlement_id": False,
            "reversed_entry_id": self.sale.id,
            "partner_id": self.customer.id,
        }
        for voucher in self.as_everybody(self.voucher):
            for name, value in changes.items():
                with self.subTest(user=voucher.env.user.login, su=voucher.env.su, field=name):
                    self.assertRefused(voucher.write, {name: value})

    def test_fields_of_its_items(self):
        item = self.voucher.line_ids.filtered(lambda item: item.settlement_role == "item")
        changes = {
            "account_id": self.provider.unknown_account_id.id,
            "partner_id": self.company.partner_id.id,
            "balance": -1.0,
            "credit": 1.0,
            "amount_currency": -1.0,
            "currency_id": self.env.ref("base.EUR").id,
            "tax_ids": [Command.set(self.company.account_sale_tax_id.ids)],
            "settlement_role": "rounding",
            "settlement_line_ids": [Command.clear()],
            "settlement_clearing_id": self.settlement.id,
            "move_id": self.sale.id,
        }
        for record in self.as_everybody(item):
            for name, value in changes.items():
                with self.subTest(user=record.env.user.login, su=record.env.su, field=name):
                    self.assertRefused(record.write, {name: value})
                    self.assertRefused(record.move_id.write, {"line_ids": [Command.update(item.id, {name: value})]})

    def test_what_reports_read(self):
        """State, journal, number and residual stand on the items too, and amounts on the voucher: all Odoo's."""
        item = self.voucher.line_ids.filtered(lambda item: item.settlement_role == "item")
        on_item = {
            "parent_state": "cancel",
            "journal_id": self.bank_journal.id,
            "move_name": "FALSK/1",
            "amount_residual": 5.0,
            "amount_residual_currency": 5.0,
            "reconciled": False,
            "full_reconcile_id": False,
            "company_currency_id": self.env.ref("base.EUR").id,
            "is_storno": True,
        }
        on_move = {"amount_total": 5.0, "payment_state": "reversed", "inalterable_hash": "falsk"}
        for record in self.as_everybody(item):
            for name, value in on_item.items():
                with self.subTest(user=record.env.user.login, su=record.env.su, field=name):
                    self.assertRefused(record.write, {name: value}, says=(self.voucher.name,))
            for name, value in on_move.items():
                with self.subTest(user=record.env.user.login, su=record.env.su, field=name):
                    self.assertRefused(record.move_id.write, {name: value})

    def test_nobody_elses_entry_reverses_a_voucher(self):
        """Undo would take it for our own reversal, and book the transactions beside the voucher."""
        entry = {"move_type": "entry", "journal_id": self.provider.journal_id.id}
        other = self.env["account.move"].create(entry)
        for record in self.as_everybody(other):
            with self.subTest(user=record.env.user.login, su=record.env.su):
                self.assertRefused(record.create, {**entry, "reversed_entry_id": self.voucher.id}, says=("Undo…",))
                self.assertRefused(record.with_context(default_reversed_entry_id=self.voucher.id).create, entry)
                self.assertRefused(record.write, {"reversed_entry_id": self.voucher.id})
                self.assertRefused(self.voucher.with_env(record.env).write, {"reversal_move_ids": [(4, other.id)]})
        other.write({"reversed_entry_id": self.sale.id})

    def test_items_added_and_removed(self):
        values = {"move_id": self.voucher.id, "account_id": self.provider.fee_account_id.id, "balance": 0}
        for record in self.as_everybody(self.voucher.line_ids):
            with self.subTest(user=record.env.user.login, su=record.env.su):
                self.assertRefused(record.create, values)
                self.assertRefused(record.with_context(default_move_id=self.voucher.id).create, {"balance": 0})
                self.assertRefused(record.unlink)
                self.assertRefused(record[:1].unlink)

    def test_ordinary_entries_do_not_become_a_settlements(self):
        """The marks by which we find our own entries cannot be put on others, on writing or on creating."""
        entry = {
            "move_type": "entry",
            "line_ids": [
                Command.create({"account_id": self.provider.clearing_account_id.id, "balance": 50}),
                Command.create({"account_id": self.provider.fee_account_id.id, "balance": -50}),
            ],
        }
        other = self.env["account.move"].create(entry)
        for record in self.as_everybody(other):
            with self.subTest(user=record.env.user.login, su=record.env.su):
                self.assertRefused(record.write, {"settlement_id": self.settlement.id})
                self.assertRefused(record.line_ids.write, {"settlement_clearing_id": self.settlement.id})
                self.assertRefused(record.line_ids.write, {"settlement_payout_id": self.settlement.id})
                self.assertRefused(record.line_ids.write, {"settlement_line_ids": [Command.link(self.line_of("1").id)]})
                self.assertRefused(record.create, {**entry, "settlement_id": self.settlement.id})
                self.assertRefused(record.with_context(default_settlement_id=self.settlement.id).create, entry)
                with_mark = Command.create(
                    {
                        "account_id": self.provider.clearing_account_id.id,
                        "balance": 0,
                        "settlement_clearing_id": self.settlement.id,
                    }
                )
                self.assertRefused(record.write, {"line_ids": [with_mark]})

    def test_a_copy_is_an_ordinary_entry(self):
        copy = self.voucher.copy()
        self.assertFalse(copy.settlement_id)
        self.assertFalse(copy.line_ids.settlement_line_ids)
        self.assertFalse(copy.line_ids.settlement_clearing_id)
        self.assertFalse(any(copy.line_ids.mapped("settlement_role")))
        copy.unlink()

    def test_corrections_and_reversals_stay_too(self):
        unknown = self.line_of("2")
        unknown._assign(self.customer, "Kari")
        correction = self.settlement.move_ids - self.voucher
        self.assertRefused(correction.button_draft)
        self.settlement._reverse("Feil")
        for move in self.settlement.move_ids:
            self.assertRefused(move.button_draft)
            self.assertRefused(move.unlink)
            self.assertRefused(move._reverse_moves)

    def test_what_stays_possible(self):
        """Texts, attachments, analysis, due dates, checking and hashing; the same values once more."""
        self.voucher.write({"ref": "Oppgjør 1", "narration": "Sett", "checked": True})
        item = self.voucher.line_ids[:1]
        item.write({"name": "Ny tekst", "account_id": item.account_id.id, "date_maturity": "2026-04-01"})
        self.voucher.write({"name": self.voucher.name, "state": "posted"})
        attachment = {"name": "x", "raw": b"x", "res_model": "account.move", "res_id": self.voucher.id}
        self.env["ir.attachment"].create(attachment)
        self.voucher.button_hash()
        self.assertTrue(self.voucher.inalterable_hash)
        self.settlement._reverse("Også når den er låst med hash")
        self.assertBalances(a1522="0.00")

    def test_reconciling_stays_possible(self):
        refund = self.credit_note(50, "X")
        self.line_of("2")._assign(self.customer, "Kari")
        items = (refund | self.settlement.move_ids).line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and item.amount_residual
        )
        other = self.invoice(50)
        (items.filtered(lambda item: item.move_id != refund) | other.line_ids.filtered("amount_residual")).reconcile()
        self.assertEqual(other.amount_residual, 0)

    def test_reverse_entry_leads_to_our_undo(self):
        """Odoo's Reverse Entry opens Undo for those who may undo, and is refused with the button's name for others."""
        action = self.voucher.action_reverse()
        self.assertEqual(action["res_model"], "settlement.reverse")
        self.assertEqual(action["context"]["default_settlement_ids"], self.settlement.ids)
        self.assertRefused(self.voucher.with_user(self.user).action_reverse, says=("Undo…",))
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.voucher.ids)
            .create({"journal_id": self.voucher.journal_id.id})
        )
        self.assertRefused(wizard.refund_moves, says=("Undo…",))
        self.assertRefused(wizard.modify_moves)

    def test_doing_what_the_refusal_says_helps(self):
        """Undo on the settlement reverses and books anew; Undo on the transaction takes it back."""
        wizard = self.env["settlement.reverse"].create({"settlement_ids": self.settlement.ids, "reason": "Feil konto"})
        wizard.action_confirm()
        self.assertBalances(a1522="148.00", a1523="-50.00", a1500="0.00")
        self.assertEqual(self.line_of("1").status, "matched")
        self.line_of("1")._undo("Feil kunde")
        self.assertBalances(a1500="100.00", a1523="-150.00")

    def test_resequencing_and_moving_in_bulk(self):
        wizard = (
            self.env["account.resequence.wizard"]
            .with_context(active_model="account.move", active_ids=self.voucher.ids)
            .create({"first_name": "VIPPS/2026/03/0500"})
        )
        self.assertRefused(wizard.resequence)


class TestAccountsStayBookable(VoucherGuardCase):
    """What is booked on keeps its type and its open items, or nothing is booked."""

    def test_the_accounts_own_form_refuses(self):
        # Odoo itself keeps accounts with reconciled items reconcilable; these have none yet.
        accounts = {
            self.provider.clearing_account_id: ({"account_type": "income"}, {"active": False}, {"reconcile": False}),
            self.provider.unknown_account_id: ({"account_type": "asset_fixed"}, {"reconcile": False}),
            self.provider.fee_account_id: ({"account_type": "asset_current"}, {"active": False}),
            self.provider.rounding_account_id: ({"account_type": "asset_current"},),
        }
        for account, changes in accounts.items():
            for vals in changes:
                with self.subTest(account=account.code, **vals), self.assertRaises(UserError), self.cr.savepoint():
                    account.sudo().write(vals)
        with self.assertRaisesRegex(ValidationError, "Vipps"), self.cr.savepoint():
            self.provider.fee_account_id.write({"account_type": "asset_current"})
        journal = self.provider.journal_id
        for vals in ({"type": "sale"}, {"active": False}):
            with self.subTest(**vals), self.assertRaises(UserError), self.cr.savepoint():
                journal.sudo().write(vals)

    def test_nothing_is_booked_on_accounts_changed_by_force(self):
        """SQL or another addon has changed an account: nothing is booked, and the sentence says which."""
        settlement = self.settle([capture("3", day(3), "Y", "70.00"), payout("2", day(3))], process=False)
        settlement = settlement.filtered(lambda row: row.state == "new")
        changes = {
            "UPDATE account_account SET reconcile = false WHERE id = %s": "unknown_account_id",
            "UPDATE account_account SET account_type = 'income' WHERE id = %s": "clearing_account_id",
            "UPDATE account_account SET active = false WHERE id = %s": "fee_account_id",
            "UPDATE account_journal SET type = 'sale' WHERE id = %s": "journal_id",
        }
        for statement, name in changes.items():
            record = self.provider[name]
            with self.subTest(field=name):
                with self.assertRaises(UserError) as caught, self.cr.savepoint():
                    self.env.flush_all()
                    self.env.cr.execute(statement, [record.id])
                    self.env.invalidate_all()
                    settlement._process()
                self.assertIn(record.name, str(caught.exception))
                self.env.invalidate_all()
                self.assertEqual(settlement.state, "new")
        settlement._process()
        self.assertEqual(settlement.state, "booked")

    def test_paid_is_read_from_items_that_are_there(self):
        self.assertEqual(self.settlement.state, "booked")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET settlement_clearing_id = NULL WHERE move_id = %s", [self.voucher.id]
        )
        self.env.invalidate_all()
        self.settlement.sudo()._compute_state()
        self.assertEqual(self.settlement.state, "booked")

    def test_activation_offers_the_audit_trail(self):
        self.assertFalse(self.company.restrictive_audit_trail)
        wizard = self.env["settlement.activate"].create({"company_id": self.company.id, "merchant_id": "999"})
        self.assertFalse(wizard.has_audit_trail)
        wizard.restrictive_audit_trail = True
        wizard.action_activate()
        self.assertTrue(self.company.restrictive_audit_trail)
