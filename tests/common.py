"""What the tests of the ledger share: a Norwegian company, a provider, invoices and what an accountant reads off."""

import datetime
from decimal import Decimal

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files


class SettlementCase(TransactionCase):
    """A Norwegian webshop with Vipps, seen by an accountant who may manage settlements."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # the servers of these tests stand on this machine
        cls.env["ir.config_parameter"].set_param("settlement_bridge.allow_local_addresses", "True")
        cls.company = cls.env["res.company"].search([("chart_template", "=", "no")], limit=1)
        cls.accountant = new_test_user(
            cls.env,
            "settlement_accountant",
            "settlement_bridge.group_settlement_manager,account.group_account_manager,sales_team.group_sale_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.env = cls.env(user=cls.accountant, context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.company = cls.company.with_env(cls.env)
        cls.provider = cls.activate(merchant_id=vipps_files.MSN)
        cls.customer = cls.env["res.partner"].create({"name": "Kari Nordmann"})
        cls.bank_journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    @classmethod
    def activate(cls, **values):
        """Activate a provider through the wizard, with its proposal."""
        wizard = cls.env["settlement.activate"].create({"company_id": cls.company.id, "code": "vipps", **values})
        return cls.env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])

    @classmethod
    def settlement_user(cls, login="settlement_user"):
        """Somebody of the company who books and places, and sets nothing up."""
        return new_test_user(
            cls.env(su=True),
            login,
            "settlement_bridge.group_settlement_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    # ------------------------------------------------------------ the shop's side

    @classmethod
    def invoice(cls, amount, reference=None, partner=None, date="2026-03-01", move_type="out_invoice", **values):
        """A posted invoice of ``amount`` in all, without tax."""
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (partner or cls.customer).id,
                "invoice_date": date,
                "webshop_reference": reference,
                "invoice_line_ids": [
                    Command.create({"name": "Vare", "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]})
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def credit_note(cls, amount, reference=None, **values):
        """A posted credit note."""
        return cls.invoice(amount, reference, move_type="out_refund", **values)

    @classmethod
    def order(cls, amount, reference, partner=None):
        """A confirmed order of ``amount`` in all, without tax, invoiced as ordered."""
        product = (
            cls.env["product.product"]
            .sudo()
            .create(
                {"name": "Vare", "type": "service", "invoice_policy": "order", "list_price": amount, "taxes_id": False}
            )
        )
        order = cls.env["sale.order"].create(
            {
                "partner_id": (partner or cls.customer).id,
                "webshop_reference": reference,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1, "price_unit": amount})],
            }
        )
        order.action_confirm()
        return order

    # ------------------------------------------------------------ the provider's side

    @classmethod
    def settle(cls, movements, provider=None, process=True):
        """Ingest what happened since the beginning, as the provider's API tells it, and book it.

        Days that were told before are told again, which must change nothing.
        """
        provider = provider or cls.provider
        settlements = cls.env["account.settlement"]
        for name, content in vipps_files.as_api_bundles(movements):
            content = content.replace(b'"NOK"', f'"{provider.currency_id.name}"'.encode())
            content = content.replace(vipps_files.MSN.encode(), provider.merchant_id.encode())
            settlements |= provider._ingest_file(name, content)
        if process:
            settlements._process()
        return settlements

    # ------------------------------------------------------------ what an accountant reads off

    def account(self, code):
        return self.env["account.account"].with_company(self.company).search([("code", "=", code)])

    def balances(self, *codes):
        """The posted balance of accounts, debit positive, as exact text: ``{"1500": "1250.00"}``."""
        self.env.flush_all()
        result = {}
        for code in codes:
            [(balance,)] = self.env["account.move.line"]._read_group(
                [
                    ("account_id", "=", self.account(code).id),
                    ("parent_state", "=", "posted"),
                    ("company_id", "=", self.company.id),
                ],
                [],
                ["balance:sum"],
            )
            result[code] = f"{Decimal(repr(balance or 0.0)):.2f}"
        return result

    def assertBalances(self, **expected):
        """Compare balances: ``assertBalances(a1500="0.00", a1522="1228.12")``."""
        codes = {name.removeprefix("a"): amount for name, amount in expected.items()}
        self.assertEqual(self.balances(*codes), codes)

    def trigger(self, name):
        """Run a scheduled action of the addon in its own transaction; one that ends with an error fails the test."""
        answer = self.env.ref(f"settlement_bridge.{name}").sudo().method_direct_trigger()
        self.assertIs(answer, True, f"{name} ended with an error: {answer}")

    def archive_by_force(self, account, active=False):
        """Archive an account (or restore it) past its own form, which refuses that while a provider uses it."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_account SET active = %s WHERE id = %s", [active, account.id])
        account.invalidate_recordset(["active"])

    def line_of(self, psp):
        return self.env["account.settlement.line"].search(
            [("provider_id", "=", self.provider.id), ("provider_reference", "=", psp)]
        )

    def lines_of(self, provider):
        """Return all transactions of a provider."""
        return self.env["account.settlement.line"].search([("provider_id", "=", provider.id)])

    def bank_line(self, amount, text="", date="2026-03-03", **values):
        line = (
            self.env["account.bank.statement.line"]
            .sudo()
            .create(
                {
                    "journal_id": self.bank_journal.id,
                    "date": date,
                    "payment_ref": text or "/",
                    "amount": amount,
                    **values,
                }
            )
        )
        return line.sudo(False)

    def assertLedgerHolds(self, settlements):
        """What must always hold: vouchers balance by themselves and the clearing account shows the payout."""
        for settlement in settlements:
            for move in settlement.move_ids:
                self.assertEqual(move.company_currency_id.round(sum(move.line_ids.mapped("balance"))), 0)
            if settlement.state in ("booked", "paid"):
                lines = settlement.line_ids.filtered(
                    lambda line: line.kind not in ("payout", "payout_return", "top_up")
                )
                net = sum(lines.filtered(lambda line: not line.fee_owed).mapped(lambda line: line.amount - line.fee))
                booked = settlement.clearing_line_ids.filtered(lambda line: not line.move_id.reversed_entry_id)
                booked = booked.filtered(lambda line: line.move_id._count_in_ledger() > 0)
                self.assertEqual(settlement.currency_id.compare_amounts(sum(booked.mapped("amount_currency")), net), 0)

    @staticmethod
    def day(number, month=3):
        return datetime.date(2026, month, number)

    @staticmethod
    def today():
        return fields.Date.today()
