from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.balances.statement import Kind
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestStatementsOfAChangedLedger(SettlementCase):
    """The proof compares the ledger with what was booked: what somebody changed by SQL is named, and never proven."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settle(
            [
                capture("1", day(2), "UKJENT-1", "75.00"),
                payout("2000001", day(3)),
                capture("2", day(4), "UKJENT-2", "100.00", "2.00"),
                payout("2000002", day(5)),
            ]
        )
        cls.first, cls.second = cls.provider.settlement_ids.sorted("date_from")[:2]

    def sql(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def statement(self, date, role="clearing", provider=None):
        self.env.flush_all()
        [found] = [one for one in (provider or self.provider)._get_statements(date) if one.role == role]
        return found

    def wrong(self, date, role="clearing", provider=None):
        """Return the parts that are wrong, and the difference of the account."""
        statement = self.statement(date, role, provider)
        self.assertFalse(statement.is_proven)
        wrong = [(item.kind, item.reference, item.amount, item.ledger) for item in statement.items if item.is_wrong]
        return wrong, statement.difference

    def item(self, settlement, role="clearing"):
        return settlement.move_ids.line_ids.filtered(lambda item: item.settlement_role == role)

    def test_nothing_is_changed(self):
        for role in ("clearing", "unknown"):
            self.assertTrue(self.statement(day(5), role).is_proven)

    def test_payout_moved_to_another_account(self):
        item = self.item(self.first)
        self.sql("UPDATE account_move_line SET account_id = %s WHERE id = %s", self.account("7770").id, item.id)
        missing = (Kind.MISSING, item.move_name, Decimal("75.00"), Decimal("0.00"))
        self.assertEqual(self.wrong(day(5)), ([missing], Decimal("-75.00")))

    def test_voucher_deleted_or_dated_later(self):
        move = self.item(self.first).move_id
        missing = (Kind.MISSING, move.name, Decimal("75.00"), Decimal("0.00"))
        self.sql("UPDATE account_move_line SET date = '2026-04-01' WHERE move_id = %s", move.id)
        self.assertEqual(self.wrong(day(5)), ([missing], Decimal("-75.00")))
        self.sql("DELETE FROM account_move_line WHERE move_id = %s", move.id)
        self.assertEqual(self.wrong(day(5)), ([missing], Decimal("-75.00")))
        self.assertEqual(
            self.wrong(day(5), "unknown"),
            ([(Kind.MISSING, move.name, Decimal("-75.00"), Decimal("0.00"))], Decimal("75.00")),
        )

    def test_unknown_transaction_of_75_made_80(self):
        item = self.item(self.first, "unknown")
        self.sql(
            "UPDATE account_move_line SET balance = -80, amount_currency = -80, amount_residual = -80 WHERE id = %s",
            item.id,
        )
        wrong = (Kind.UNKNOWN, "UKJENT-1", Decimal("-75.00"), Decimal("-80.00"))
        self.assertEqual(self.wrong(day(5), "unknown"), ([wrong], Decimal("-5.00")))

    def test_two_changes_that_cancel_each_other_out(self):
        for settlement, amount in ((self.first, 5), (self.second, -5)):
            self.sql(
                "UPDATE account_move_line SET balance = balance - %s, amount_currency = balance - %s WHERE id = %s",
                amount, amount, self.item(settlement, "unknown").id,
            )  # fmt: skip
        wrong, difference = self.wrong(day(5), "unknown")
        self.assertEqual((len(wrong), difference), (2, 0))

    def test_links_removed_and_10_taken_off(self):
        item = self.item(self.second)
        self.sql("DELETE FROM account_settlement_line_move_line_rel WHERE move_line_id = %s", item.id)
        self.sql(
            "UPDATE account_move_line SET balance = balance - 10, amount_currency = balance - 10 WHERE id = %s", item.id
        )
        wrong = (Kind.IN_TRANSIT, "2000002", Decimal("98.00"), Decimal("88.00"))
        self.assertEqual(self.wrong(day(5)), ([wrong], Decimal("-10.00")))
        # and the stored copy deleted as well: then nothing tells of it
        self.sql("DELETE FROM account_settlement_voucher WHERE settlement_id = %s", self.second.id)
        self.assertEqual(self.wrong(day(5))[1], Decimal("88.00"))

    def test_stored_copy_that_cannot_be_read(self):
        self.sql(
            'UPDATE account_settlement_voucher SET booked_data = \'{"items": [[1, 2], 3, null], "date": "2026-99-99"}\''
        )
        self.assertTrue(self.statement(day(5)).is_proven, "the transactions tell the same")
        self.provider.settlement_ids._prove()
        self.assertFalse(self.statement(day(5)).is_proven)

    def test_reconciliation_deleted(self):
        """Both sides still say that they are reconciled."""
        self.bank_line(75, "Vipps 2000001", day(4))
        self.first._match_bank()
        self.assertEqual(self.first.state, "paid")
        kinds = [item.kind for item in self.statement(day(5)).items if item.is_in_ledger]
        self.assertEqual(kinds, [Kind.IN_TRANSIT])
        item = self.item(self.first)
        self.sql("DELETE FROM account_partial_reconcile WHERE debit_move_id = %s", item.id)
        parts = {item.kind: item.amount for item in self.statement(day(5)).items if item.reference != "2000002"}
        self.assertEqual(parts.pop(Kind.IN_TRANSIT), 75)
        self.assertIn(Decimal("-75.00"), parts.values())

    def test_payout_that_the_bank_has_met_is_made_larger(self):
        self.bank_line(75, "Vipps 2000001", day(4))
        self.first._match_bank()
        item = self.item(self.first)
        self.sql("UPDATE account_move_line SET balance = 80, amount_currency = 80 WHERE id = %s", item.id)
        wrong = (Kind.MISSING, "2000001", Decimal("0.00"), Decimal("5.00"))
        self.assertEqual(self.wrong(day(5)), ([wrong], Decimal("5.00")))

    def test_euro_changed_in_kroner_only(self):
        euro = self.env.ref("base.EUR").sudo()
        euro.active = True
        self.env["res.currency.rate"].sudo().create(
            {"name": "2026-01-01", "inverse_company_rate": 11.0, "currency_id": euro.id, "company_id": self.company.id}
        )
        provider = self.activate(merchant_id="654321", currency_id=euro.id)
        settlement = self.settle([capture("9", day(2), "E-1", "10.00"), payout("2000009", day(3))], provider)
        self.assertTrue(self.statement(day(5), provider=provider).is_proven)
        self.sql("UPDATE account_move_line SET balance = balance + 7 WHERE id = %s", self.item(settlement).id)
        wrong = (Kind.IN_TRANSIT, settlement.external_id, Decimal("110.00"), Decimal("117.00"))
        self.assertEqual(self.wrong(day(5), provider=provider), ([wrong], Decimal("7.00")))

    def test_altered_settlement(self):
        """As the nightly proof knows, whatever was altered: here the amount of a transaction."""
        self.sql(
            "UPDATE account_settlement_line SET amount = 99 WHERE settlement_id = %s AND amount = 100", self.second.id
        )
        self.second._prove()
        wrong, _difference = self.wrong(day(5))
        self.assertIn((Kind.ALTERED, "2000002"), [part[:2] for part in wrong])
        self.assertTrue(self.statement(day(3)).is_proven, "the settlement was not there yet")
