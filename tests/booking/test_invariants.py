"""What always holds, whatever a month at a webshop looks like: the design's rules about the ledger, one to six."""

from hypothesis import given

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase
from .living_case import Living, few, stories


@tagged("post_install", "-at_install")
class TestInvariants(Living, SettlementCase):
    def test_told_in_two_goes_and_told_again(self):
        """Rules 1, 2, 3, 4 and 6: every row once, whatever is told twice, late, or in a locked period."""

        @few(12)
        @given(stories())
        def holds(story):
            with self.forgotten():
                settlements = self.live(story, self.provider)
                before = self.traces(self.provider)
                self.settle(list(story.movements))
                settlements._process()
                settlements._match_bank()
                settlements.line_ids._retry()
                self.assertEqual(self.traces(self.provider), before)

        holds()

    def test_undone_and_booked_again(self):
        """Rule 5: what was posted stays as it is; undone, all is as before the settlement; booked again, as before."""

        @few(12)
        @given(stories())
        def holds(story):
            with self.forgotten():
                self.compare_reversal(story, self.provider)

        holds()

    def compare_reversal(self, story, provider):
        settlements = self.live(story, provider)
        after = self.ledger()
        vouchers = settlements.move_ids
        paper = self.written(vouchers)
        settlements._reverse("Prøve")
        self.check(provider, story)
        self.assertEqual(set(settlements.line_ids.mapped("status")), {"new"})
        self.assertFalse(settlements.move_ids.line_ids.filtered("amount_residual"), "each line met its own reversal")
        settlement_accounts = (
            provider.clearing_account_id | provider.unknown_account_id | provider.fee_account_id
            | provider.rounding_account_id
        )  # fmt: skip
        self.assertEqual(self.sum_of(settlements.move_ids.line_ids.filtered("tax_line_id"), "balance"), 0)
        balances, residuals = self.ledger()
        self.assertFalse(set(settlement_accounts.mapped("code")) & set(balances))
        documents = self.env["account.move"].search([("name", "in", list(residuals)), ("move_type", "!=", "entry")])
        for document in documents:
            self.assertEqual(residuals[document.name], document.amount_total, "nothing is paid any more")
        settlements._process()
        self.check(provider, story)
        self.assertEqual(self.written(vouchers), paper)
        if story.is_told_at_once:
            self.assertEqual(self.ledger(), after)
        again = self.ledger()
        settlements._reverse("Igjen")
        settlements._process()
        self.assertEqual(self.ledger(), again)

    def test_with_vat_in_the_fees(self):
        """Every fee holds 25 % VAT: gone from its account when undone, there again when booked again."""
        supplier = self.env["res.partner"].create(
            {"name": "Vipps", "country_id": self.env.ref("base.no").id, "vat": "NO072274687MVA"}
        )
        high = self.env["account.tax"].search(
            [("l10n_no_standard_code", "=", "1"), ("type_tax_use", "=", "purchase")], limit=1
        )
        self.provider.fee_type_ids.write({"tax_id": high.id, "partner_id": supplier.id, "has_invoice": True})

        @few(8)
        @given(stories())
        def holds(story):
            with self.forgotten():
                self.compare_reversal(story, self.provider)
                fees = self.env["account.move.line"].search(
                    [("settlement_role", "=", "fee"), ("company_id", "=", self.company.id)]
                )
                for fee in fees:
                    charged = fee.balance + self.tax_of(fee)
                    self.assertEqual(self.tax_of(fee), fee.company_currency_id.round(charged / 5))

        holds()

    def test_in_another_currency(self):
        """All of it in euro, with an exchange difference on every invoice."""
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.env["res.currency.rate"].sudo().create(
            [
                {"currency_id": euro.id, "name": f"2026-03-0{number}", "inverse_company_rate": rate,
                 "company_id": self.company.id}
                for number, rate in ((1, 11.50), (2, 11.60), (3, 11.4321), (4, 11.71))
            ]
        )  # fmt: skip
        provider = self.activate(merchant_id="EUR-1", currency_id=euro.id)

        @few(8)
        @given(stories())
        def holds(story):
            with self.forgotten():
                self.compare_reversal(story, provider)

        holds()

    def test_payout_on_the_bank(self):
        """Rule 3: with the bank lines, the clearing account is at zero for every settlement that was paid out."""

        @few(6)
        @given(stories())
        def holds(story):
            with self.forgotten():
                settlements = self.live(story, self.provider)
                for settlement in settlements.filtered("payout_amount"):
                    self.bank_line(
                        settlement.payout_amount, settlement.payout_reference, settlement.payout_date or day(9)
                    )
                settlements._match_bank()
                for settlement in settlements.filtered("payout_amount"):
                    self.assertEqual((settlement.state, settlement.clearing_residual), ("paid", 0))
                before = self.traces(self.provider)
                settlements._match_bank()
                settlements._process()
                self.assertEqual(self.traces(self.provider), before)

        holds()

    def test_the_matching_stage_takes_the_same_queries_for_ten_lines_and_for_three_hundred(self):
        """Set-based: the number of queries does not grow with the batch."""
        counts = {}
        for number, (size, when) in enumerate(((10, 2), (300, 3)), 1):
            for place in range(number * 1000, number * 1000 + 10):
                self.invoice(100, f"W{place}", partner=self.env["res.partner"].create({"name": f"Kunde {place}"}))
                self.order(100, f"O{place}", partner=self.env["res.partner"].create({"name": f"Kjøper {place}"}))
            movements = [
                capture(str(number * 1000 + row), day(when), f"{'WO'[row % 2]}{number * 1000 + row % 20}", "100.00")
                for row in range(size)
            ]
            settlement = self.settle([*movements, payout(f"200000{number}", day(when))], self.provider, process=False)
            lines = settlement.line_ids.filtered(
                lambda line, when=when: line.status == "new" and line.date == day(when)
            )
            for _again in range(2):  # the first time, Odoo also reads what it keeps in memory for everybody
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                settlement._match(lines)
                counts[size] = self.env.cr.sql_log_count - before
        self.assertEqual(counts[10], counts[300], counts)
