"""A person's own default values put nothing into what only the program writes."""

from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.matching.rules import Action, Rule
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestOwnDefaults(SettlementCase):
    """Everybody may set defaults for himself; in the records of settlements they do not count."""

    def of(self, user, model, **defaults):
        """Set defaults as a user does, and return the model as he works in it."""
        for name, value in defaults.items():
            self.env["ir.default"].with_user(user).set(model, name, value, user_id=True)
        return self.env[model].with_user(user).with_company(self.company)

    def with_rights(self, group):
        return new_test_user(
            self.env(su=True),
            group.rpartition(".")[2],
            group,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )

    def test_transactions_are_stored_as_the_provider_says(self):
        """Not as excluded, whatever the default of whoever uploads them."""
        user = self.settlement_user()
        self.of(user, "account.settlement.line", status="excluded", exclusion_reason="because", fee_owed=True)
        name, content = vipps_files.as_old_xml([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        attachment = self.env["ir.attachment"].with_user(user).create({"name": name, "raw": content})
        upload = self.env["settlement.upload"].with_user(user).create({"attachment_ids": [Command.set(attachment.ids)]})
        upload.action_upload()
        line = self.line_of("1")
        self.assertNotEqual(line.status, "excluded")
        self.assertFalse(line.exclusion_reason or line.fee_owed)

    def test_entries_are_no_vouchers(self):
        settlement = self.settle([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        user = self.with_rights("account.group_account_invoice")
        moves = self.of(user, "account.move", settlement_id=settlement.id, reversed_entry_id=settlement.move_ids[:1].id)
        self.of(
            user,
            "account.move.line",
            settlement_role="clearing",
            settlement_clearing_id=settlement.id,
            move_id=settlement.move_ids[:1].id,
        )
        account = self.provider.clearing_account_id.id
        items = [Command.create({"account_id": account, "balance": balance}) for balance in (100, -100)]
        move = moves.create({"line_ids": items, "journal_id": self.provider.journal_id.id})
        self.assertFalse(move.settlement_id or move.reversed_entry_id)
        self.assertFalse(move.line_ids.filtered("settlement_role") or move.line_ids.settlement_clearing_id)

    def test_reconciliations_keep_their_settlement(self):
        """By it undoing knows what to take apart."""
        self.invoice(100, "X")
        self.settle([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        partial = self.line_of("1").move_line_ids.matched_debit_ids.filtered("settlement_id")
        self.assertTrue(partial)
        with self.assertRaises(AccessError):
            partial.with_user(self.with_rights("account.group_account_invoice")).settlement_id = False

    def test_orders_are_not_a_shops(self):
        user = self.with_rights("sales_team.group_sale_salesman_all_leads")
        shop = self.env["sale.webshop"].create({"name": "Butikk", "platform": "inbox"})
        orders = self.of(user, "sale.order", webshop_id=shop.id, webshop_external_id="77777", webshop_check=True)
        order = orders.create({"partner_id": self.env["res.partner"].create({"name": "Kari"}).id})
        self.assertFalse(order.sudo().webshop_id or order.sudo().webshop_external_id or order.sudo().webshop_check)

    def test_proposed_rule_is_a_draft(self):
        self.settle([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        user = self.settlement_user()
        self.of(user, "account.settlement.rule", state="used", sequence=1)
        line = self.line_of("1").with_user(user)
        rule = Rule(id=0, name="Alt", action=Action.UNKNOWN)
        offer = (
            self.env["settlement.rule.learn"]
            .with_user(user)
            .sudo()
            .create(
                {
                    "line_id": line.id,
                    "rule_data": self.env["account.settlement.rule"]._prepare_vals(rule),
                    "name": "Alt",
                    "date_from": line.date,
                }
            )
        )
        offer.sudo(False).action_keep()
        self.assertEqual(self.env["account.settlement.rule"].search([("name", "=", "Alt")]).state, "draft")

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_dialogs_show_what_was_asked_for(self):
        """Nobody names a transaction or a proposal to a dialog by himself: it would be read to him."""
        self.settle([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        user = self.settlement_user()
        line = self.line_of("1")
        for model, vals in (
            ("settlement.rule.tryout.line", {"tryout_id": 1, "line_id": line.id}),
            ("settlement.rule.tryout.group", {"tryout_id": 1}),
            (
                "settlement.rule.learn",
                {"line_id": line.id, "proposal_data": {}, "name": "x", "date_from": line.date},
            ),
        ):
            with self.subTest(model=model), self.assertRaises(AccessError):
                self.env[model].with_user(user).create(vals)

    def test_dialogs_show_nothing_of_another_company(self):
        """Whoever works in one company is not told another's figures by a dialog, whichever way he names them to it:
        when it is created, changed, or still being filled in."""
        settlement = self.settle(
            [
                capture("1", day(2), "X", "100.00", "2.00"),
                Movement("retained-disputed-capture", "1", day(5), "X", Decimal("-100.00")),
            ]
        )[:1]
        order = self.order(100, "Y")
        dispute = self.env["account.settlement.dispute"].search([])
        other = self.env["res.company"].sudo().create({"name": "Annen AS"})
        self.accountant.sudo().company_ids |= other
        both = self.env(context={"allowed_company_ids": (self.company | other).ids})
        for model, name, named, values in (
            ("settlement.dispute.lost", "dispute_id", dispute.id, {"outcome": "loss", "reason": "x"}),
            ("settlement.accept", "settlement_id", settlement.id, {"reason": "x"}),
            ("settlement.foreign.vat", "order_id", order.id, {"choice": "export"}),
            ("settlement.bank.match", "settlement_ids", [Command.set(settlement.ids)], {}),
            ("settlement.reverse", "settlement_ids", [Command.set(settlement.ids)], {"reason": "x"}),
            ("settlement.line.assign", "line_ids", [Command.set(dispute.line_ids.ids)], {"reason": "x"}),
            ("settlement.go.live", "provider_id", self.provider.id, {}),
            ("settlement.rule.tryout", "provider_id", self.provider.id, {}),
            ("settlement.account.proof", "provider_ids", [Command.set(self.provider.ids)], {}),
        ):
            dialog = both[model].create({name: named, **values})
            for way in (self.create_again, self.write_again, self.fill_in, self.propose):
                with (
                    self.subTest(model=model, way=way.__name__),
                    self.assertRaises(AccessError),
                    mute_logger("odoo.addons.base.models.ir_rule"),
                ):
                    way(dialog.with_context(allowed_company_ids=other.ids), name, named, values)

    @staticmethod
    def create_again(dialog, name, named, values):
        dialog.create({name: named, **values})

    @staticmethod
    def write_again(dialog, name, named, values):
        dialog.write({name: named})

    @staticmethod
    def fill_in(dialog, name, named, values):
        dialog.browse().onchange({name: named, **values}, [name], {name: {}})

    @staticmethod
    def propose(dialog, name, named, values):
        dialog.browse().with_context(**{f"default_{name}": named}).default_get([name])
