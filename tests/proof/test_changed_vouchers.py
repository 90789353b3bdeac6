"""What SQL or another addon did to the vouchers is found, named with both figures, and put right by a button."""

from odoo.exceptions import AccessError, UserError

from .proof_case import BooksProofCase


class TestProofOfBooks(BooksProofCase):
    """Changes made past the addon, as an auditor would try them."""

    def test_what_is_as_booked_is_proven(self):
        self.assertProven()
        self.line_of("2")._assign(self.customer, "Kari")
        self.bank_line(118, "Utb. 1 Vippsnr 123455")
        self.settlement._match_bank()
        self.assertProven()
        self.settlement._reverse("Feil")
        self.assertProven()
        self.settlement._process()
        self.assertProven()

    def test_amount_changed(self):
        item, clearing = self.item("item"), self.item("clearing")
        for record, amount in ((item, -1), (clearing, 19)):
            self.sql(
                "UPDATE account_move_line SET balance = %s, amount_currency = %s, debit = %s, credit = %s "
                "WHERE id = %s",
                amount, amount, max(amount, 0), max(-amount, 0), record.id,
            )  # fmt: skip
        self.assertDiffers(self.voucher.name, "-100.00", "-1.00", "118.00", "19.00")
        self.assertMended()
        self.assertEqual(len(self.settlement.move_ids), 3, "the changed voucher is reversed, and booked anew")

    def test_unbalanced(self):
        self.sql("UPDATE account_move_line SET balance = -1, credit = 1 WHERE id = %s", self.item("item").id)
        self.assertDiffers("-100.00", "-1.00")
        self.assertMended()
        self.assertEqual(self.settlement.move_ids, self.voucher, "what does not balance cannot be reversed: set back")

    def test_account_changed(self):
        account = self.account("7770")
        self.sql("UPDATE account_move_line SET account_id = %s WHERE id = %s", account.id, self.item("fee").id)
        self.assertDiffers("7772", "7770")
        self.assertMended()

    def test_customer_changed(self):
        other = self.env["res.partner"].create({"name": "Per Bortenfor"})
        self.sql("UPDATE account_move_line SET partner_id = %s WHERE id = %s", other.id, self.item("item").id)
        self.assertDiffers("Kari Nordmann", "Per Bortenfor")
        self.assertMended()

    def test_date_journal_and_number_changed(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("id", "!=", self.voucher.journal_id.id), ("company_id", "=", self.company.id)]
        )[:1]
        name = self.voucher.name
        self.sql("UPDATE account_move SET name = 'VIPPS/2026/03/0077' WHERE id = %s", self.voucher.id)
        self.assertDiffers(name, "VIPPS/2026/03/0077")
        self.settlement.action_mend()
        self.assertEqual(self.voucher.name, name)
        self.assertProven()
        self.sql(
            "UPDATE account_move SET date = '2026-01-31', journal_id = %s WHERE id = %s", journal.id, self.voucher.id
        )
        self.assertDiffers(journal.name)
        self.assertMended()

    def test_voucher_deleted(self):
        ids = self.voucher.line_ids._ids
        self.sql("DELETE FROM account_partial_reconcile WHERE debit_move_id IN %s OR credit_move_id IN %s", ids, ids)
        self.sql("DELETE FROM account_move WHERE id = %s", self.voucher.id)
        self.assertDiffers("VIPPS/", "150.00", "118.00")
        self.assertMended()

    def test_voucher_set_to_draft_or_cancelled(self):
        for state in ("draft", "cancel"):
            with self.subTest(state=state), self.cr.savepoint() as savepoint:
                self.sql("UPDATE account_move SET state = %s WHERE id = %s", state, self.voucher.id)
                self.sql("UPDATE account_move_line SET parent_state = %s WHERE move_id = %s", state, self.voucher.id)
                self.assertDiffers(self.voucher.name)
                self.assertMended()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_reversed_past_us(self):
        """Another addon reverses a voucher by an entry of its own making: it is no voucher of the settlement's, and the
        clearing account is looked at by the bank stage; but an entry that claims to be the settlement's is said."""
        entry = self.env["account.move"].create({"move_type": "entry", "ref": "Falsk"})
        entry.line_ids = [
            (0, 0, {"account_id": self.account("1522").id, "balance": -50}),
            (0, 0, {"account_id": self.account("7770").id, "balance": 50}),
        ]
        entry.action_post()
        self.sql("UPDATE account_move SET settlement_id = %s WHERE id = %s", self.settlement.id, entry.id)
        self.sql(
            "UPDATE account_move_line SET settlement_clearing_id = %s WHERE move_id = %s AND balance < 0",
            self.settlement.id, entry.id,
        )  # fmt: skip
        self.assertDiffers(entry.name, "68.00", "118.00")
        self.settlement.action_mend()
        self.assertProven()
        self.assertEqual(entry.reversal_move_ids.state, "posted", "on the clearing account it is not left alone")
        self.assertEqual(self.balances(*self.books), self.books)

    def test_marks_removed(self):
        self.sql("UPDATE account_move SET settlement_id = NULL WHERE id = %s", self.voucher.id)
        self.sql("UPDATE account_move_line SET settlement_clearing_id = NULL, settlement_role = NULL")
        self.sql("DELETE FROM account_settlement_line_move_line_rel")
        self.assertDiffers(self.voucher.name, "0.00", "118.00")
        self.assertMended()
        self.assertEqual(len(self.settlement.move_ids), 1, "it is the same voucher")

    def test_row_changed(self):
        line = self.line_of("1")
        self.sql("UPDATE account_settlement_line SET amount = 899, fee = 5 WHERE id = %s", line.id)
        self.assertDiffers("899.00", "5.00", "100.00")
        self.assertMended()
        self.assertEqual((line.amount, line.fee), (100, 0))

    def test_row_deleted(self):
        self.sql("DELETE FROM account_settlement_line WHERE id = %s", self.line_of("1").id)
        self.assertDiffers("100.00")
        self.assertMended()
        self.assertEqual(self.line_of("1").document_id, self.settlement.document_ids)

    def test_row_invented(self):
        line = self.line_of("2")
        self.sql(
            """
            INSERT INTO account_settlement_line (
                settlement_id, provider_id, company_id, document_id, external_id, kind, date, currency_id, amount, fee,
                status
            )
            SELECT settlement_id, provider_id, company_id, document_id, 'oppdiktet', kind, date, currency_id, 998, 0,
                   'matched'
              FROM account_settlement_line
             WHERE id = %s
            """,
            line.id,
        )
        self.assertDiffers("oppdiktet", "998.00")

    def test_status_changed(self):
        self.sql("UPDATE account_settlement_line SET status = 'new' WHERE id = %s", self.line_of("1").id)
        self.assertDiffers("100.00")
        self.assertMended()

    def test_what_is_kept_changed(self):
        kept = self.env["account.settlement.voucher"].search([("settlement_id", "=", self.settlement.id)])
        self.sql(
            "UPDATE account_settlement_voucher SET booked_data = jsonb_set(booked_data, '{date}', '\"2026-01-01\"') "
            "WHERE id = %s",
            kept.id,
        )  # fmt: skip
        self.assertDiffers(self.voucher.name)
        self.assertMended()

    def test_row_voucher_and_what_is_kept_changed_together(self):
        """Who changes all three consistently is found by the document."""
        line = self.line_of("2")
        self.sql("UPDATE account_settlement_line SET amount = 40 WHERE id = %s", line.id)
        self.assertDiffers("40.00", "50.00")

    def test_payout_changed(self):
        self.sql("UPDATE account_settlement SET payout_amount = 500 WHERE id = %s", self.settlement.id)
        self.assertDiffers("500.00", "118.00")

    def test_reconciliation_deleted_past_odoo(self):
        ids = self.item("item")._ids
        self.sql("DELETE FROM account_partial_reconcile WHERE debit_move_id IN %s OR credit_move_id IN %s", ids, ids)
        self.assertDiffers("0.00", "100.00")

    def test_items_moved_in_time(self):
        """Reports read the date and the state on the item: they say otherwise than the voucher."""
        self.sql("UPDATE account_move_line SET date = '2026-01-31' WHERE id = %s", self.item("item").id)
        self.assertDiffers(self.voucher.name)
        self.assertMended()
        self.sql("UPDATE account_move_line SET parent_state = 'draft' WHERE move_id = %s", self.voucher.id)
        self.settlement._prove()
        self.assertTrue(self.settlement.is_altered)

    def test_row_not_stored_any_more(self):
        """The transaction, and all that is kept of its voucher, are deleted."""
        self.sql("DELETE FROM account_settlement_voucher WHERE settlement_id = %s", self.settlement.id)
        self.sql("DELETE FROM account_settlement_line WHERE id = %s", self.line_of("1").id)
        self.assertDiffers(self.voucher.name, "100.00")
        self.assertMended()
        self.assertEqual(len(self.settlement.move_ids), 3, "reversed, and booked anew: not twice in the ledger")

    def test_what_is_kept_marked_as_ended(self):
        self.sql("UPDATE account_settlement_voucher SET is_ended = true")
        self.assertDiffers(self.voucher.name)
        self.assertMended()

    def test_reference_changed(self):
        self.sql("UPDATE account_settlement_line SET order_reference = 'WEB-9' WHERE id = %s", self.line_of("1").id)
        self.assertDiffers("WEB-9", "WEB-1")

    def test_payout_and_carried_balance_changed_together(self):
        self.sql(
            "UPDATE account_settlement SET payout_amount = 100, closing_balance = 18 WHERE id = %s", self.settlement.id
        )
        self.assertDiffers("100.00", "118.00")

    def test_document_changed(self):
        """What the sentence says helps: the original file, uploaded again, is put back."""
        document = self.settlement.document_ids
        original = document._get_content()
        self.sql(
            "UPDATE ir_attachment SET db_datas = 'forfalsket', store_fname = NULL WHERE id = %s",
            document.attachment_id.id,
        )
        self.assertDiffers(document.name, document.sha256, "Upload the original file again")
        with self.assertRaises(UserError):
            document._get_content()
        settlements = self.provider._ingest_file("samme.json", original)
        self.assertEqual(settlements, self.settlement)
        self.assertEqual(document._get_content(), original)
        self.assertProven()

    def test_document_said_to_be_removed(self):
        """Its time is not over: five years after the financial year."""
        document = self.settlement.document_ids
        self.sql("UPDATE account_settlement_document SET content_removed_on = '2026-03-05' WHERE id = %s", document.id)
        self.assertDiffers(document.name, "12/31/2031")

    def test_transaction_of_no_document(self):
        self.sql("UPDATE account_settlement_line SET document_id = NULL WHERE id = %s", self.line_of("1").id)
        self.assertDiffers("100.00")

    def test_payout_that_lost_its_number(self):
        self.sql(
            "UPDATE account_settlement SET external_id = NULL, payout_amount = 900 WHERE id = %s", self.settlement.id
        )
        self.assertDiffers("Payout 1 of 118.00")

    def test_settlement_deleted_whole(self):
        """Settlement, transactions and all that is kept of it: the document is read again."""
        document = self.settlement.document_ids
        self.sql("UPDATE account_move SET settlement_id = NULL")
        self.sql("UPDATE account_move_line SET settlement_clearing_id = NULL")
        self.sql("DELETE FROM account_settlement_voucher")
        self.sql("DELETE FROM account_settlement_line")
        self.sql("DELETE FROM account_settlement_account_settlement_document_rel")
        self.sql("UPDATE ir_attachment SET settlement_document_id = NULL")
        self.sql("DELETE FROM account_settlement WHERE id = %s", self.settlement.id)
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_prove")
        self.env.invalidate_all()
        self.assertEqual(document.state, "new")

    def test_merged_customers_are_no_difference(self):
        other = self.env["res.partner"].create({"name": "Kari Nordmann"})
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.customer | other).ids, other)
        self.env.invalidate_all()
        self.assertProven()

    def test_every_night(self):
        self.sql("UPDATE account_move_line SET balance = -1, credit = 1 WHERE id = %s", self.item("item").id)
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_prove")
        self.env.invalidate_all()
        self.assertTrue(self.settlement.is_altered)
        self.assertTrue(self.settlement.proof_at)

    def test_who_checks_and_who_puts_right(self):
        user = self.settlement_user()
        self.sql("UPDATE account_move SET name = 'VIPPS/2026/03/0077' WHERE id = %s", self.voucher.id)
        settlement = self.settlement.with_user(user)
        self.assertEqual(settlement.action_prove()["params"]["type"], "danger")
        with self.assertRaises(AccessError):
            settlement.action_mend()
        self.settlement.action_mend()
        self.assertEqual(settlement.action_prove()["params"]["type"], "success")

    def test_correction_deleted(self):
        self.line_of("2")._assign(self.customer, "Kari")
        correction = self.settlement.move_ids - self.voucher
        name, ids = correction.name, correction.line_ids._ids
        self.sql("DELETE FROM account_partial_reconcile WHERE debit_move_id IN %s OR credit_move_id IN %s", ids, ids)
        self.sql("DELETE FROM account_move WHERE id = %s", correction.id)
        self.assertDiffers(name, "50.00")
        self.settlement.action_mend()
        self.assertProven()
        self.assertEqual(self.line_of("2").status, "resolved", "what a person has placed is placed there again")
        self.assertBalances(a1500="-50.00", a1522="118.00", a1523="0.00")
