"""Put Right, pressed once: the proof finds nothing, the ledger is what it was, and a second press does nothing."""

import random

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from .proof_case import BooksProofCase

LEDGER = """
    SELECT item.company_id, account_id, partner_id, SUM(balance), SUM(debit - credit), SUM(amount_currency),
           SUM(amount_residual) FILTER (WHERE account.reconcile)
      FROM account_move_line item
      JOIN account_account account ON account.id = item.account_id
     WHERE parent_state = 'posted'
  GROUP BY 1, 2, 3
    HAVING SUM(balance) != 0 OR SUM(amount_residual) FILTER (WHERE account.reconcile) != 0
  ORDER BY 1, 2, 3
"""


@tagged("post_install", "-at_install")
class PutRightCase(BooksProofCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.settle([*cls.get_month(), capture("4", day(3), "Y", "70.00"), payout("2", day(3))])
        cls.other -= cls.settlement
        cls.other_voucher = cls.other.move_ids

    @staticmethod
    def get_month():
        return [
            capture("1", day(2), "WEB-1", "100.00", "2.00"),
            capture("2", day(2), "X", "50.00"),
            refund("3", day(2), "WEB-3", "30.00"),
            payout("1", day(2)),
        ]

    def get_ledger(self):
        """What reports read per company, account and customer, and what is open of it."""
        self.sql(LEDGER)
        return self.env.cr.fetchall()

    def count_entries(self):
        self.sql("SELECT (SELECT COUNT(*) FROM account_move), (SELECT COUNT(*) FROM account_partial_reconcile)")
        return self.env.cr.fetchall()

    def assertPutRight(self, *damage, settlements=None):
        """Do the damage to the books as they stand, press Put Right, and roll back.

        :param damage: SQL, or tuples of SQL and its values, or methods.
        """
        with self.cr.savepoint() as savepoint:
            before = self.get_ledger()
            statuses = {line.external_id: line.status for line in self.settlement.line_ids}
            for part in damage:
                if callable(part):
                    part()
                else:
                    self.sql(*(part if isinstance(part, tuple) else (part,)))
            settlements = settlements or self.settlement
            (self.settlement | self.other)._prove()
            self.assertTrue((self.settlement | self.other).filtered("is_altered"), "the proof finds it")
            settlements.action_mend()
            for settlement in self.settlement | self.other:
                settlement._prove()
                self.assertFalse(settlement.proof_message)
            self.assertEqual(self.get_ledger(), before)
            self.assertEqual({line.external_id: line.status for line in self.settlement.line_ids}, statuses)
            traces = self.count_entries()
            (self.settlement | self.other).action_mend()
            (self.settlement | self.other)._process()
            self.assertEqual(self.count_entries(), traces, "pressed again it changes nothing")
            savepoint.rollback()
        self.env.invalidate_all()

    def delete(self, move):
        """SQL that deletes an entry with its reconciliations."""
        ids = move.line_ids._ids
        return (
            ("DELETE FROM account_partial_reconcile WHERE debit_move_id IN %s OR credit_move_id IN %s", ids, ids),
            ("UPDATE account_move SET reversed_entry_id = NULL WHERE reversed_entry_id = %s", move.id),
            ("DELETE FROM account_move WHERE id = %s", move.id),
        )

    def move_account(self, move, role="item"):
        account = self.account("1523" if role != "unknown" else "1500")
        return "UPDATE account_move_line SET account_id = %s WHERE id = %s", account.id, self.item(role, move).id

    def set_state(self, move, state):
        return (
            ("UPDATE account_move SET state = %s WHERE id = %s", state, move.id),
            ("UPDATE account_move_line SET parent_state = %s WHERE move_id = %s", state, move.id),
        )

    def change_amount(self, item, change):
        return (
            "UPDATE account_move_line SET balance = balance + %s, amount_currency = amount_currency + %s, "
            "debit = GREATEST(balance + %s, 0), credit = GREATEST(-balance - %s, 0) WHERE id = %s",
            *[change] * 4,
            item.id,
        )  # fmt: skip

    def unbalance(self):
        return self.change_amount(self.item("item"), -10)

    def shift(self, move):
        """Ten from one of a voucher's items to another."""
        return self.change_amount(self.item("item", move), -10), self.change_amount(self.item("clearing", move), 10)


class TestPutRight(PutRightCase):
    def test_undone_and_booked_again(self):
        """Whatever is done to a voucher, its reversal and the one booked after it."""
        self.settlement._reverse("Feil")
        self.settlement._process()
        original, (reversal, fresh) = self.voucher, (self.settlement.move_ids - self.voucher).sorted("id")
        kept = "DELETE FROM account_settlement_voucher WHERE settlement_id = %s AND move_id = %s"
        cases = {
            "account of the reversal": [self.move_account(reversal)],
            "account of the original": [self.move_account(original)],
            "amount of the reversal": [*self.shift(reversal)],
            "reversal unbalanced": [self.change_amount(self.item("item", reversal), 10)],
            "date": [("UPDATE account_move SET date = '2020-01-01' WHERE id = %s", reversal.id)],
            "original in draft": self.set_state(original, "draft"),
            "reversal cancelled": self.set_state(reversal, "cancel"),
            "original deleted": self.delete(original),
            "reversal deleted": self.delete(reversal),
            "new one deleted": self.delete(fresh),
            "both deleted": [*self.delete(reversal), *self.delete(original)],
            "new one and reversal deleted": [*self.delete(fresh), *self.delete(reversal)],
            "reverses anything.": [("UPDATE account_move SET reversed_entry_id = NULL WHERE id = %s", reversal.id)],
            "reverses another, is missing": [
                ("UPDATE account_move SET reversed_entry_id = %s WHERE id = %s", fresh.id, reversal.id)
            ],
            "reversal unmarked": [("UPDATE account_move SET settlement_id = NULL WHERE id = %s", reversal.id)],
            "nothing kept of the reversal": [(kept, self.settlement.id, reversal.id)],
        }
        for name, damage in cases.items():
            with self.subTest(name):
                self.assertPutRight(*damage)

    def test_put_right_and_altered_again(self):
        """What was taken out of the ledger stays as it is, too."""
        self.sql(*self.move_account(self.voucher))
        self.settlement.action_mend()
        reversal = self.voucher.reversal_move_ids
        fresh = self.settlement.move_ids - self.voucher - reversal
        for name, damage in {
            "the altered one altered again": [*self.shift(self.voucher)],
            "the altered one in draft": self.set_state(self.voucher, "draft"),
            "its reversal altered": [*self.shift(reversal)],
            "its reversal deleted": self.delete(reversal),
            "the new one altered": [self.move_account(fresh)],
        }.items():
            with self.subTest(name):
                self.assertPutRight(*damage)
        self.settlement._reverse("Feil")
        self.settlement._process()
        self.assertProven()
        self.assertEqual(self.balances(*self.books)["1500"], "0.00")

    def test_draft_that_says_it_reverses(self):
        """Undo reverses although another's draft, from before or by SQL, says that it reverses the voucher."""
        draft = self.env["account.move"].create({"move_type": "entry"})
        self.sql("UPDATE account_move SET reversed_entry_id = %s WHERE id = %s", self.voucher.id, draft.id)
        self.settlement._reverse("Feil")
        self.settlement._process()
        self.assertBalances(a1500="0.00", a1523="-120.00")
        self.assertProven()
        self.assertEqual(len(self.settlement.move_ids), 3)

    def test_place_of_a_voucher(self):
        voucher, other = self.voucher.id, self.other_voucher.id
        company = self.env["res.company"].sudo().create({"name": "X2"})
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        unlink = "DELETE FROM account_settlement_line_move_line_rel WHERE move_line_id IN %s"
        of_settlement = "UPDATE account_move SET settlement_id = %s WHERE id = %s"
        in_settlement = "UPDATE account_settlement_voucher SET settlement_id = %s WHERE move_id = %s"
        for name, damage in {
            "company": [("UPDATE account_move SET company_id = %s WHERE id = %s", company.id, voucher)],
            "company with items": [
                ("UPDATE account_move SET company_id = %s WHERE id = %s", company.id, voucher),
                ("UPDATE account_move_line SET company_id = %s WHERE move_id = %s", company.id, voucher),
                ("UPDATE account_move SET date = '2020-01-01' WHERE id = %s", voucher),
            ],
            "another settlement": [(of_settlement, self.other.id, voucher)],
            "kept elsewhere": [(in_settlement, self.other.id, voucher)],
            "both elsewhere": [
                (in_settlement, self.other.id, voucher),
                (of_settlement, self.other.id, voucher),
            ],
            "reverses an invoice": [
                ("UPDATE account_move SET reversed_entry_id = %s WHERE id = %s", self.sale.id, voucher),
                ("UPDATE account_move SET date = '2020-01-01' WHERE id = %s", voucher),
            ],
            "number": [("UPDATE account_move SET name = 'VIPPS/2026/03/0077' WHERE id = %s", voucher)],
            "numbers swapped": [
                ("UPDATE account_move SET name = 'x' WHERE id = %s", voucher),
                ("UPDATE account_move SET name = %s WHERE id = %s", self.voucher.name, other),
                ("UPDATE account_move SET name = %s WHERE id = %s", self.other_voucher.name, voucher),
            ],
            "date to come": [
                ("UPDATE account_move SET date = '2099-05-05' WHERE id = %s", voucher),
                ("UPDATE account_move_line SET date = '2099-05-05' WHERE move_id = %s", voucher),
            ],
            "journal": [
                ("UPDATE account_move SET journal_id = %s WHERE id = %s", journal.id, voucher),
                ("UPDATE account_move_line SET journal_id = %s WHERE move_id = %s", journal.id, voucher),
            ],
            "draft": self.set_state(self.voucher, "draft"),
            "debit": [("UPDATE account_move_line SET debit = debit + 5 WHERE id = %s", self.item("clearing").id)],
            "unbalanced": [self.unbalance()],
            "item deleted": [
                ("DELETE FROM account_partial_reconcile WHERE credit_move_id = %s", self.item("item").id),
                ("DELETE FROM account_move_line WHERE id = %s", self.item("item").id),
            ],
            "item in another voucher": [
                ("UPDATE account_move_line SET move_id = %s WHERE id = %s", other, self.item("item").id)
            ],
            "kept copies swapped": [
                ("UPDATE account_settlement_voucher SET move_id = CASE move_id WHEN %s THEN %s ELSE %s END "
                 "WHERE move_id IN (%s, %s)", voucher, other, voucher, voucher, other)
            ],
            "kept of none": [("UPDATE account_settlement_voucher SET move_id = NULL WHERE move_id = %s", voucher)],
            "kept and links deleted": [
                ("DELETE FROM account_settlement_voucher WHERE move_id = %s", voucher),
                (unlink, self.voucher.line_ids._ids),
            ],
            "kept deleted": [("DELETE FROM account_settlement_voucher WHERE move_id = %s", voucher)],
        }.items():  # fmt: skip
            with self.subTest(name):
                self.assertPutRight(*damage, settlements=self.settlement | self.other)

    def test_locked_and_hashed(self):
        """A lock date or a hash keeps nobody from putting right what was changed past them."""
        voucher = self.voucher.id
        cases = {
            "unbalanced": [self.unbalance()],
            "account": [self.move_account(self.voucher)],
            "draft": self.set_state(self.voucher, "draft"),
            "number": [("UPDATE account_move SET name = 'VIPPS/2026/03/0077' WHERE id = %s", voucher)],
            "date of items": [("UPDATE account_move_line SET date = '2026-05-05' WHERE move_id = %s", voucher)],
            "debit": [("UPDATE account_move_line SET debit = debit + 5 WHERE id = %s", self.item("clearing").id)],
        }
        locks = {
            "hash": lambda: (self.settlement.move_ids | self.other_voucher).button_hash(),
            "global lock": lambda: self.company.sudo().write({"fiscalyear_lock_date": "2026-03-31"}),
            "hard lock": lambda: self.company.sudo().write({"hard_lock_date": "2026-03-31"}),
        }
        for lock_name, lock in locks.items():
            with self.cr.savepoint() as savepoint:
                lock()
                for name, damage in cases.items():
                    with self.subTest(name, lock=lock_name):
                        self.assertPutRight(*damage)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_copied_voucher(self):
        """A copy made by SQL is reversed, not only unmarked."""

        def duplicate():
            changes = {
                "account_move": ("id", "name = name || 7"),
                "account_move_line": (
                    "move_id",
                    "move_id = move_id + 100000, full_reconcile_id = NULL, matching_number = NULL, reconciled = FALSE, "
                    "amount_residual = balance, amount_residual_currency = amount_currency",
                ),
            }
            for table, (key, change) in changes.items():
                self.sql(f"CREATE TEMP TABLE copied AS SELECT * FROM {table} WHERE {key} = %s", self.voucher.id)
                self.sql(f"UPDATE copied SET id = id + 100000, {change}")
                self.sql(f"INSERT INTO {table} SELECT * FROM copied")
                self.sql("DROP TABLE copied")

        self.assertPutRight(duplicate)

    def test_rows(self):
        first, second, paid_out = (
            self.line_of("1"),
            self.line_of("2"),
            self.settlement.line_ids.filtered(lambda line: line.kind == "payout"),
        )
        euro = self.env.ref("base.EUR")
        update = "UPDATE account_settlement_line SET "
        for name, damage in {
            "another settlement": [(update + "settlement_id = %s WHERE id = %s", self.other.id, first.id)],
            "reference": [(update + "provider_reference = '99', order_reference = 'W' WHERE id = %s", first.id)],
            "texts": [(update + "fee_type = 'kort', payment_method = 'X', sales_unit = '9' WHERE id = %s", first.id)],
            "provider's text": [(update + "provider_text = 'Noe annet' WHERE id = %s", first.id)],
            "VAT of the fee": [(update + "fee_vat = 3 WHERE id = %s", first.id)],
            "original amount": [
                (update + "amount_original = 7, currency_original_id = %s WHERE id = %s", euro.id, first.id)
            ],
            "ids swapped": [
                (update + "external_id = 'x' WHERE id = %s", first.id),
                (update + "external_id = %s WHERE id = %s", first.external_id, second.id),
                (update + "external_id = %s WHERE id = %s", second.external_id, first.id),
            ],
            "kind of the payout": [(update + "kind = 'payment' WHERE id = %s", paid_out.id)],
            "amount of the payout": [(update + "amount = amount + 1 WHERE id = %s", paid_out.id)],
            "payout deleted": [("DELETE FROM account_settlement_line WHERE id = %s", paid_out.id)],
            "deleted": [("DELETE FROM account_settlement_line WHERE id = %s", first.id)],
            "number": [("UPDATE account_settlement SET external_id = '77' WHERE id = %s", self.settlement.id)],
            "payout": [("UPDATE account_settlement SET payout_amount = 500 WHERE id = %s", self.settlement.id)],
        }.items():  # fmt: skip
            for settlements in (self.settlement | self.other, self.other | self.settlement):
                with self.subTest(name, first=settlements[:1].name):
                    self.assertPutRight(*damage, settlements=settlements)

    def test_placed_by_hand(self):
        """A correction is booked again as it was, and the transaction stays placed."""
        line = self.line_of("2")
        line._assign(self.customer, "Kari")
        correction = self.settlement.move_ids - self.voucher
        cases = {
            "correction deleted": self.delete(correction),
            "correction in draft": self.set_state(correction, "draft"),
            "its account": [self.move_account(correction, "customer")],
            "voucher altered": [self.move_account(self.voucher)],
            "voucher deleted": self.delete(self.voucher),
            "both deleted": [*self.delete(correction), *self.delete(self.voucher)],
            "transaction deleted": [("DELETE FROM account_settlement_line WHERE id = %s", line.id)],
        }
        for name, damage in cases.items():
            with self.subTest(name):
                self.assertPutRight(*damage)
        line._undo("Nei")
        undo = self.settlement.move_ids - self.voucher - correction
        for name, damage in {
            "correction deleted": self.delete(correction),
            "undo deleted": self.delete(undo),
            "voucher altered": [self.move_account(self.voucher)],
        }.items():
            with self.subTest(name, undone=True):
                self.assertPutRight(*damage)

    def test_paid_out(self):
        """The bank's line meets again what is booked again."""
        self.bank_line(118, "Utb. 1 Vippsnr 123455")
        self.settlement._match_bank()
        for name, damage in {
            "deleted": self.delete(self.voucher),
            "altered": [self.move_account(self.voucher)],
            "amount": self.shift(self.voucher),
        }.items():
            with self.subTest(name):
                self.assertPutRight(*damage)

    def test_number_taken_by_another_entry(self):
        """What a person must do first is said, and doing it helps."""
        name = self.voucher.name
        entry = self.env["account.move"].create({"move_type": "entry", "journal_id": self.voucher.journal_id.id})
        self.sql("UPDATE account_move SET name = 'x' WHERE id = %s", self.voucher.id)
        self.sql("UPDATE account_move SET name = %s, state = 'posted' WHERE id = %s", name, entry.id)
        self.settlement._prove()
        with self.assertRaisesRegex(UserError, "another number"), self.cr.savepoint():
            self.settlement.action_mend()
        self.sql("UPDATE account_move SET name = 'Annet' WHERE id = %s", entry.id)
        self.settlement.action_mend()
        self.assertEqual(self.voucher.name, name)
        self.assertProven()

    def test_customer_is_given_a_company(self):
        company = self.env["res.partner"].create({"name": "Firma AS", "is_company": True})
        self.customer.write({"parent_id": company.id})
        self.env.invalidate_all()
        self.assertEqual(self.item("item").partner_id, company)
        self.assertProven()

    def test_damage_at_random(self):
        """Several damages at once, of all kinds, in any order."""
        self.line_of("2")._assign(self.customer, "Kari")
        moves = self.settlement.move_ids
        line, journal = self.line_of("1"), self.bank_journal
        damages = [
            lambda: self.set_state(self.voucher, "draft"),
            lambda: [self.unbalance()],
            lambda: [self.move_account(self.voucher, "fee")],
            lambda: self.delete(moves[0]),
            lambda: self.delete(moves[-1]),
            lambda: [("UPDATE account_move SET name = 'x', date = '2099-01-01' WHERE id = %s", moves[0].id)],
            lambda: [("UPDATE account_move SET journal_id = %s WHERE id = %s", journal.id, moves[-1].id)],
            lambda: [("UPDATE account_move SET settlement_id = NULL WHERE id = %s", moves[0].id)],
            lambda: [("UPDATE account_settlement_voucher SET is_ended = true WHERE move_id = %s", moves[-1].id)],
            lambda: [("DELETE FROM account_settlement_line WHERE id = %s", line.id)],
            lambda: [("UPDATE account_settlement_line SET amount = 7, status = 'new' WHERE id = %s", line.id)],
            lambda: [
                ("DELETE FROM account_settlement_line_move_line_rel WHERE move_line_id IN %s", moves.line_ids._ids)
            ],
            lambda: [("UPDATE account_move_line SET settlement_role = NULL WHERE move_id IN %s", moves._ids)],
            lambda: [("UPDATE account_settlement SET payout_amount = 3 WHERE id = %s", self.settlement.id)],
        ]  # fmt: skip
        for seed in range(6):
            chosen = random.Random(seed).sample(range(len(damages)), 3)
            with self.subTest(seed=seed, chosen=chosen):
                statements = [statement for number in chosen for statement in damages[number]()]
                self.assertPutRight(*statements)
