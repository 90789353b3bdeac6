"""What stands in the ledger and in the documents is compared too, not only the vouchers with what is kept of them."""

import hashlib
import json
from dataclasses import replace
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from .proof_case import BooksProofCase

KEPT = "UPDATE account_settlement_voucher SET booked_data = "


class LedgerProofCase(BooksProofCase):
    def assertEachDiffers(self, statements):
        """Each of these changes is found for itself: ``{statement, or several: a text that is said}``."""
        for statement, text in statements.items():
            with self.subTest(statement=statement), self.cr.savepoint() as savepoint:
                for part in statement if isinstance(statement, tuple) else (statement,):
                    self.sql(part)
                self.assertDiffers(*([text] if isinstance(text, str) else text))
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertProven()

    def update_item(self, role, changes, move=None):
        self.sql(f"UPDATE account_move_line SET {changes} WHERE id = %s", self.item(role, move).id)


@tagged("post_install", "-at_install")
class TestVoucherItself(LedgerProofCase):
    def test_what_stands_on_the_voucher(self):
        move = "UPDATE account_move SET {} WHERE id = " + str(self.voucher.id)
        euro = self.env.ref("base.EUR").id
        self.assertEachDiffers(
            {
                move.format("move_type = 'out_invoice'"): ("Journal Entry", "Customer Invoice"),
                move.format(f"currency_id = {euro}"): ("NOK", "EUR"),
                move.format(f"partner_id = {self.customer.id}"): "Kari Nordmann",
                move.format(f"reversed_entry_id = {self.sale.id}"): self.sale.name,
                move.format(f"reversed_entry_id = {self.voucher.id}"): self.voucher.name,
            }
        )

    def test_the_voucher_and_its_items_in_another_company(self):
        other = self.env["res.company"].sudo().create({"name": "Søsterselskapet"})
        self.sql("UPDATE account_move SET company_id = %s WHERE id = %s", other.id, self.voucher.id)
        self.sql("UPDATE account_move_line SET company_id = %s WHERE move_id = %s", other.id, self.voucher.id)
        self.assertDiffers(self.company.name, "Søsterselskapet")

    def test_the_items_in_another_company(self):
        other = self.env["res.company"].sudo().create({"name": "Søsterselskapet"})
        self.update_item("fee", f"company_id = {other.id}")
        self.assertDiffers(self.company.name, "Søsterselskapet")
        self.assertMended()

    def test_what_reports_read_on_an_item(self):
        item = "UPDATE account_move_line SET {} WHERE id = " + str(self.item("fee").id)
        tax = self.company.account_purchase_tax_id
        self.assertEachDiffers(
            {
                item.format("debit = NULL"): "0.00/0.00",
                item.format("credit = NULL"): self.voucher.name,
                item.format("move_name = 'FALSK/1'"): ("FALSK/1", self.voucher.name),
                item.format("display_type = 'tax'"): ("Product", "Tax"),
                item.format("tax_base_amount = 77"): "77.00",
                item.format(f"tax_line_id = {tax.id}"): tax.name,
            }
        )
        self.update_item("fee", "display_type = 'tax', tax_base_amount = 77")
        self.assertDiffers("77.00")
        self.assertMended()

    def test_a_kept_copy_that_is_none(self):
        self.assertEachDiffers(
            dict.fromkeys(
                [
                    KEPT + "'{}'",
                    KEPT + "'null'",
                    KEPT + "'[1, 2]'",
                    KEPT + "jsonb_set(booked_data, '{items,0}', '[1, 2]')",
                    KEPT + "jsonb_set(booked_data, '{items,0,0}', '\"x\"')",
                    KEPT + "jsonb_set(booked_data, '{items,0,3}', '\"NaN\"')",
                    KEPT + "jsonb_set(booked_data, '{date}', '7')",
                ],
                self.voucher.name,
            )
        )
        self.sql(KEPT + "'{}'")
        self.assertMended()

    def test_amounts_that_are_none(self):
        item = self.item("item").id
        row = self.line_of("1").id
        self.assertEachDiffers(
            {
                f"UPDATE account_move_line SET balance = NULL WHERE id = {item}": ("-100.00", "no amount"),
                f"UPDATE account_move_line SET amount_currency = 'NaN', balance = 'NaN' WHERE id = {item}": "no amount",
                f"UPDATE account_move_line SET amount_residual = NULL WHERE id = {item}": "Residual Amount",
                f"UPDATE account_settlement_line SET amount = 'NaN' WHERE id = {row}": ("100.00", "no amount"),
                f"UPDATE account_settlement_line SET amount = NULL WHERE id = {row}": "100.00",
                "UPDATE account_partial_reconcile SET amount = 'NaN'": "NaN",
                "UPDATE account_settlement SET payout_amount = 'NaN'": "NaN",
            }
        )
        self.sql("UPDATE account_move_line SET balance = 'NaN', amount_currency = 'NaN' WHERE id = %s", item)
        self.sql("UPDATE account_settlement_line SET amount = 'NaN' WHERE id = %s", row)
        self.sql("UPDATE account_settlement SET payout_amount = 'NaN' WHERE id = %s", self.settlement.id)
        self.assertDiffers("no amount")
        self.sql("UPDATE account_settlement SET proof_at = '2026-01-01' WHERE id = %s", self.settlement.id)
        self.assertMended()
        self.assertEqual(len(self.settlement.move_ids), 1, "the amounts are what they were: nothing is reversed")

    def test_a_kept_copy_of_another_settlement(self):
        other = self.settle([capture("9", day(3), "Y", "70.00"), payout("2", day(3))]) - self.settlement
        self.sql("UPDATE account_settlement_voucher SET settlement_id = %s", other[:1].id)
        self.settlement._prove()
        other._prove()
        self.assertIn(self.voucher.name, self.settlement.proof_message)
        self.assertIn(self.settlement.name, other.proof_message)


@tagged("post_install", "-at_install")
class TestForeignEntries(LedgerProofCase):
    """Entries that look like the settlement's, or hide as what they reverse."""

    def entry(self, sign=1, **values):
        """An entry with the voucher's items, or their opposite, made by hand."""
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.voucher.journal_id.id,
                "date": self.voucher.date,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": item.account_id.id,
                            "partner_id": item.partner_id.id,
                            "balance": sign * item.balance,
                        }
                    )
                    for item in self.voucher.line_ids
                ],
                **values,
            }
        )
        entry.action_post()
        return entry

    def test_a_copy_that_says_it_reverses_something(self):
        for reversed_id in (None, self.voucher.id, self.sale.id):
            with self.subTest(reversed_id=reversed_id), self.cr.savepoint() as savepoint:
                copy = self.entry()
                self.sql(
                    "UPDATE account_move SET settlement_id = %s, reversed_entry_id = %s WHERE id = %s",
                    self.settlement.id, reversed_id or copy.id, copy.id,
                )  # fmt: skip
                self.assertDiffers(copy.name, "was not booked from it")
                self.settlement.action_mend()
                self.assertProven()
                self.assertEqual(self.balances(*self.books), self.books)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_strangers_opposite(self):
        opposite = self.entry(-1)
        self.sql("UPDATE account_move SET reversed_entry_id = %s WHERE id = %s", self.voucher.id, opposite.id)
        self.assertDiffers(opposite.name)
        self.assertNotIn("in no voucher", self.settlement.proof_message)
        self.settlement.action_mend()
        self.assertProven()
        self.assertEqual(opposite.state, "posted", "somebody else's entry is theirs to correct")
        self.assertFalse(opposite.reversed_entry_id)

    def test_a_live_voucher_made_the_reversal_of_another(self):
        self.line_of("2")._assign(self.customer, "Kari")
        correction = self.settlement.move_ids - self.voucher
        self.sql("UPDATE account_move SET reversed_entry_id = %s WHERE id = %s", self.voucher.id, correction.id)
        self.assertDiffers(correction.name, self.voucher.name)
        self.assertNotIn("in no voucher", self.settlement.proof_message)

    def test_a_reversal_of_which_nothing_is_kept(self):
        """It is what it says: kept anew, and nothing is booked a second time."""
        self.settlement._reverse("Feil")
        reversal = self.settlement.move_ids - self.voucher
        self.settlement._process()
        self.sql("DELETE FROM account_settlement_voucher WHERE move_id = %s", reversal.id)
        self.assertDiffers(reversal.name, "which reverses another, is missing")
        self.assertMended()
        self.assertEqual(len(self.settlement.move_ids), 3)

    def test_a_correction_without_its_mark_and_kept_copy(self):
        self.line_of("2")._assign(self.customer, "Kari")
        correction = self.settlement.move_ids - self.voucher
        self.sql("DELETE FROM account_settlement_voucher WHERE move_id = %s", correction.id)
        self.sql("UPDATE account_move SET settlement_id = NULL WHERE id = %s", correction.id)
        self.assertDiffers(correction.name)


@tagged("post_install", "-at_install")
class TestSumPerTransaction(LedgerProofCase):
    def test_a_correction_deleted_after_the_settlement_was_undone(self):
        """Its reversal is left alone in the ledger, also when the correction itself is no longer looked for."""
        self.line_of("2")._assign(self.customer, "Kari")
        correction = self.settlement.move_ids - self.voucher
        self.settlement._reverse("Feil")
        reversal = correction.reversal_move_ids
        self.settlement._process()
        ids = (correction | reversal).line_ids._ids
        self.sql("DELETE FROM account_partial_reconcile WHERE debit_move_id IN %s OR credit_move_id IN %s", ids, ids)
        self.sql("UPDATE account_settlement_voucher SET is_ended = true WHERE move_id = %s", correction.id)
        self.sql("DELETE FROM account_move WHERE id = %s", correction.id)
        self.settlement._recompute_residuals()
        self.assertDiffers(reversal.name, "debit 50.00", "was deleted")

    def test_ledger_and_all_that_is_kept_changed_together(self):
        """100.00 moved from one customer to another, with a digest that fits."""
        unknown, item = self.item("unknown"), self.item("item")
        for record, amount in ((unknown, -60), (item, -90)):
            self.sql(
                "UPDATE account_move_line SET balance = %s, amount_currency = %s, credit = %s WHERE id = %s",
                amount, amount, -amount, record.id,
            )  # fmt: skip
        kept = self.env["account.settlement.voucher"].sudo().search([("settlement_id", "=", self.settlement.id)])
        self.env["account.settlement.voucher"]._keep([(self.voucher, self.settlement.line_ids)])
        forged = self.env["account.settlement.voucher"].sudo().search([("id", ">", kept.id)])
        self.sql("DELETE FROM account_settlement_voucher WHERE id = %s", kept.id)
        self.assertTrue(forged)
        self.assertDiffers("Transaction 2 of 50.00 has -60.00", "-50.00", "Transaction 1 of 100.00 has -90.00")

    def test_what_is_unknown_is_on_the_list(self):
        self.sql("UPDATE account_settlement_line SET status = 'matched' WHERE id = %s", self.line_of("2").id)
        self.assertDiffers("50.00", "Matched")

    def test_left_out_for_an_entry_that_was_reversed(self):
        clearing = self.provider.clearing_account_id
        settlement = self.settle([capture("9", day(3), "Y", "70.00"), payout("2", day(3))], process=False)
        settlement = settlement.filtered(lambda row: row.state == "new")
        hand = self.env["account.move"].create(
            {
                "date": "2026-03-03",
                "line_ids": [
                    Command.create({"account_id": clearing.id, "balance": 70}),
                    Command.create({"account_id": self.account("1523").id, "balance": -70}),
                ],
            }
        )
        hand.action_post()
        self.line_of("9")._exclude("Ført for hånd", hand.line_ids.filtered(lambda item: item.account_id == clearing))
        settlement._process()
        settlement._prove()
        self.assertFalse(settlement.proof_message)
        hand._reverse_moves([{"date": "2026-03-03"}]).action_post()
        settlement._prove()
        self.assertIn("70.00", settlement.proof_message)
        settlement.action_mend()
        self.assertFalse(settlement.proof_message)
        self.assertEqual(self.line_of("9").status, "unknown")


@tagged("post_install", "-at_install")
class TestDocumentsProof(LedgerProofCase):
    def test_what_decides_where_a_row_is_booked(self):
        row = "UPDATE account_settlement_line SET {} WHERE id = " + str(self.line_of("1").id)
        self.assertEachDiffers(
            {
                row.format("kind = 'fee'"): ("Fee", "Payment"),
                row.format("provider_reference = 'X-7'"): "X-7",
                row.format(f"currency_id = {self.env.ref('base.EUR').id}"): ("EUR", "NOK"),
                row.format("fee_type = 'kort'"): "kort",
                row.format("fee_vat = 3"): "3.00",
                row.format("amount_original = 7"): "7.00",
                row.format("payment_method = 'kort'"): "kort",
                row.format("fee_owed = true"): "Yes",
            }
        )

    def test_what_was_removed_as_it_should_be_is_no_alteration(self):
        line = self.line_of("1")
        self.assertTrue(line.provider_text)
        line._remove_content()
        self.env.flush_all()
        self.settlement._prove()
        self.assertFalse(self.settlement.proof_message)
        self.sql("UPDATE account_settlement_line SET payment_method = 'kort' WHERE id = %s", line.id)
        self.assertDiffers("kort")
        self.assertMended()
        self.assertFalse(line.provider_text, "what was removed stays removed")

    def test_waiting_rows_are_compared_too(self):
        self.settlement._reverse("Feil")
        row = "UPDATE account_settlement_line SET {} WHERE id = " + str(self.line_of("1").id)
        self.assertEachDiffers(
            {
                row.format("kind = 'payout'"): ("Payout", "Payment"),
                row.format("provider_reference = 'WEB-3'"): "WEB-3",
            }
        )

    def test_documents_that_are_not_the_settlements(self):
        link = "DELETE FROM account_settlement_account_settlement_document_rel"
        Document = self.env["account.settlement.document"].sudo()
        other = Document._store(self.provider.sudo(), "annet.json", b"annet", "upload")
        self.assertEachDiffers(
            {
                link: ("no document", "not one of this settlement's"),
                (link, "UPDATE account_settlement_line SET amount = amount + 100 WHERE kind = 'payment'"): "150.00",
                f"UPDATE account_settlement_line SET document_id = {other.id}": ("annet.json", "SHA-256"),
            }
        )

    def test_a_document_replaced_together_with_its_hash(self):
        document = self.settlement.document_ids
        content = b"x;y\n1;2\n"
        digest = hashlib.sha256(content).hexdigest()
        self.sql(
            "UPDATE ir_attachment SET db_datas = %s, store_fname = NULL WHERE id = %s",
            content, document.attachment_id.id,
        )  # fmt: skip
        self.sql("UPDATE account_settlement_document SET sha256 = %s WHERE id = %s", digest, document.id)
        self.assertDiffers(document.name, digest, "cannot be read", "was booked from documents")

    def test_fees_owed_are_told_by_documents(self):
        self.sql(
            """
            INSERT INTO account_settlement_line (
                settlement_id, provider_id, company_id, external_id, kind, date, currency_id, amount, fee, fee_owed,
                status, provider_reference
            )
            SELECT settlement_id, provider_id, company_id, 'fee-owed:1', 'fee', date, currency_id, -500, 0, true,
                   'new', '7'
              FROM account_settlement_line
             WHERE id = %s
            """,
            self.line_of("2").id,
        )
        self.assertDiffers("500.00", "0.00")

    def test_fees_owed_under_a_gross_contract(self):
        self.provider.fee_payable_account_id = self.account("2960")
        self.provider.fee_mode = "gross"
        movements = [capture("9", day(3), "Y", "70.00", "3.00"), payout("2", day(3))]
        settlement = self.settle([replace(each, fee=Decimal(0)) for each in movements]) - self.settlement
        # the same day's fees, which are not retained
        [(name, content)] = vipps_files.as_api_bundles(movements)
        bundle = json.loads(content)
        bundle["funds"] = [{"items": []}]
        bundle["fees"] = [
            {"items": [each for each in bundle["fees"][0]["items"] if each["entryType"] == "capture-fee"]}
        ]
        settlement |= self.provider._ingest_file(f"fees {name}", json.dumps(bundle).encode())
        settlement._process()
        owed = settlement.line_ids.filtered("fee_owed")
        self.assertTrue(owed)
        settlement = owed.settlement_id
        settlement._prove()
        self.assertFalse(settlement.proof_message)
        self.sql("UPDATE account_settlement_line SET amount = -300 WHERE id = %s", owed.id)
        settlement._prove()
        self.assertIn("300.00", settlement.proof_message)


@tagged("post_install", "-at_install")
class TestPaidIsProven(LedgerProofCase):
    def test_paid_out(self):
        self.bank_line(118, "Utb. 1 Vippsnr 123455")
        self.settlement._match_bank()
        self.assertEqual(self.settlement.state, "paid")
        bank = self.settlement.bank_line_ids.move_id
        counterpart = bank.line_ids.filtered("settlement_payout_id")
        item = "UPDATE account_move_line SET {} WHERE id = " + str(counterpart.id)
        amounts = "balance = balance - 500, amount_currency = amount_currency - 500, credit = credit + 500"
        residuals = "amount_residual = amount_residual - 500, amount_residual_currency = amount_residual_currency - 500"
        self.assertEachDiffers(
            {
                item.format(f"{amounts}, {residuals}, reconciled = false"): ("618.00", "118.00"),
                item.format(f"account_id = {self.account('1523').id}"): ("1523", "1522"),
                f"UPDATE account_move SET state = 'draft' WHERE id = {bank.id}": "Draft",
            }
        )

    def test_said_to_be_paid_out(self):
        self.sql("UPDATE account_settlement SET state = 'paid' WHERE id = %s", self.settlement.id)
        self.assertDiffers("118.00")


@tagged("post_install", "-at_install")
class TestWhoIsAsked(LedgerProofCase):
    def test_another_company_or_currency(self):
        other = self.env["res.company"].sudo().create({"name": "Søsterselskapet"})
        of_settlement = "UPDATE account_settlement SET {} WHERE id = " + str(self.settlement.id)
        row = "UPDATE account_settlement_line SET {} WHERE id = " + str(self.line_of("2").id)
        self.assertEachDiffers(
            {
                of_settlement.format(f"currency_id = {self.env.ref('base.EUR').id}"): ("EUR", "NOK"),
                row.format(f"company_id = {other.id}"): ("Søsterselskapet", self.company.name),
            }
        )
        self.sql(of_settlement.format(f"company_id = {other.id}"))
        self.settlement.sudo()._prove()
        self.assertIn("Søsterselskapet", self.settlement.sudo().proof_message)

    def test_a_rest_without_end(self):
        """Somebody has written that this settlement is not looked at before the year 2999."""
        self.env["settlement.fault"].sudo().create(
            {
                "task": "Proof",
                "res_model": "account.settlement",
                "res_id": self.settlement.id,
                "failures": 1,
                "next_at": "2999-01-01",
            }
        )
        self.sql("UPDATE account_move SET name = 'VIPPS/2026/03/0077' WHERE id = %s", self.voucher.id)
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_prove")
        self.env.invalidate_all()
        self.assertTrue(self.settlement.is_altered)

    def test_the_agreement_stays_while_there_are_settlements(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("id", "!=", self.voucher.journal_id.id), ("company_id", "=", self.company.id)]
        )[:1]
        changes = {"currency_id": self.env.ref("base.EUR").id, "merchant_id": "9", "journal_id": journal.id}
        for name, value in changes.items():
            with self.subTest(field=name), self.assertRaises(UserError) as caught, self.cr.savepoint():
                self.provider.write({name: value})
            self.assertIn(self.provider.name, str(caught.exception))
        self.provider.write({name: self.provider[name] for name in ("merchant_id",)})
