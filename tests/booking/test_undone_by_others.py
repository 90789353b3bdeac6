"""What others do to documents that a settlement has paid: it is looked at again, or is on exactly one list."""

from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from ..common import SettlementCase


class UndoneCase(SettlementCase):
    def open_as(self, psp):
        """The list a transaction is on, with what is open of it."""
        self.env.flush_all()
        self.env.invalidate_all()
        line = self.line_of(psp)
        listed = [name for name, _label in line._fields["open_as"].selection if line.search_count(
            [("id", "=", line.id), ("open_as", "=", name)])]  # fmt: skip
        self.assertEqual(listed, [line.open_as] if line.open_as else [], "searching finds what the form shows")
        return line.open_as, line.amount_open

    def receivable(self, move):
        return move.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")

    def unreconcile(self, move):
        """Press *Unreconcile* on an invoice."""
        self.receivable(move).remove_move_reconcile()

    def reconcile_elsewhere(self, psp, move):
        """Reconcile what is open of a transaction by hand with a document."""
        (self.line_of(psp)._get_open_move_lines() | self.receivable(move)).reconcile()

    def retry_by_itself(self):
        """The scheduled action."""
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_retry")

    def set_total(self, move, amount):
        move.invoice_line_ids.price_unit = amount


@tagged("post_install", "-at_install")
class TestUndoneByOthers(UndoneCase):
    """A payment that met its invoice, and what became of the invoice afterwards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paid = cls.invoice(300, "WEB-1")
        cls.settlement = cls.settle([capture("1", day(2), "WEB-1", "300.00"), payout("2000001", day(2))])

    def test_nothing_is_open(self):
        self.assertEqual(self.open_as("1"), (False, 0))
        self.assertBalances(a1500="0.00", a1523="0.00")

    def test_invoice_reset_and_changed_meets_its_payment_when_posted(self):
        self.paid.button_draft()
        self.set_total(self.paid, 350)
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.assertIn(f"reset {self.paid.name} to draft and changed it", self.line_of("1").explanation_summary)
        self.assertIn(self.env.user.name, self.line_of("1").explanation_summary)
        self.assertEqual(self.provider.reopened_count, 1)
        self.paid.action_post()
        self.assertEqual(self.paid.amount_residual, 50)
        self.assertEqual((self.line_of("1").status, self.open_as("1")), ("matched", ("short", 0)))
        self.assertBalances(a1500="50.00", a1523="0.00")

    def test_cancelled_invoice_leaves_the_payment_on_the_list(self):
        self.paid.button_draft()
        self.paid.button_cancel()
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.assertIn(f"cancelled {self.paid.name}", self.line_of("1").explanation)
        self.assertEqual(self.line_of("1").status, "on_account", "it no longer says that it is matched")
        self.assertBalances(a1500="-300.00")
        self.retry_by_itself()
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.invoice(300, "WEB-1")
        self.assertEqual(self.open_as("1"), (False, 0))
        self.assertBalances(a1500="0.00")

    def test_reversed_and_created_anew(self):
        """*Reverse and Create Invoice*: the new invoice keeps the order's reference, and meets the payment."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.paid.ids)
            .create({"journal_id": self.paid.journal_id.id, "reason": "Feil"})
        )
        new = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.assertIn(f"reversed {self.paid.name}", self.line_of("1").explanation)
        new.action_post()
        self.assertEqual((new.amount_residual, self.open_as("1")), (0, (False, 0)))
        self.assertBalances(a1500="0.00")

    def test_deleted_invoice(self):
        self.paid.button_draft()
        name = self.paid.name
        self.paid.with_context(force_delete=True).unlink()
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.assertIn(f"deleted {name}", self.line_of("1").explanation)

    def test_taken_back_stays_taken_back_until_the_person_says_otherwise(self):
        self.unreconcile(self.paid)
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.assertIn(f"removed its reconciliation with {self.paid.name}", self.line_of("1").explanation_summary)
        self.retry_by_itself()
        self.assertEqual(self.paid.amount_residual, 300)
        self.line_of("1").action_retry()
        self.assertEqual((self.paid.amount_residual, self.open_as("1")), (0, (False, 0)))
        self.assertEqual(self.line_of("1").status, "matched")

    def test_taken_back_and_another_invoice_of_the_order_comes(self):
        self.unreconcile(self.paid)
        other = self.invoice(300, "WEB-1")
        self.assertEqual((self.paid.amount_residual, other.amount_residual), (300, 0))
        self.assertEqual(self.open_as("1"), (False, 0))

    def test_taken_back_and_the_invoice_changed(self):
        """A document that was changed since is a new one."""
        self.unreconcile(self.paid)
        self.paid.button_draft()
        self.set_total(self.paid, 299)
        self.paid.action_post()
        self.assertEqual((self.paid.amount_residual, self.open_as("1")), (0, (False, 0)))
        self.assertBalances(a1500="0.00", a7740="-1.00")

    def test_taken_back_and_reconciled_by_hand_again(self):
        self.unreconcile(self.paid)
        self.reconcile_elsewhere("1", self.paid)
        line = self.line_of("1")
        self.assertEqual((line.status, self.open_as("1")), ("matched", (False, 0)))
        self.assertFalse(line.taken_back_item_ids)
        self.assertIn(f"by hand with {self.paid.name}", line.explanation_summary)

    def test_taken_back_stays_so_when_the_settlement_is_booked_again(self):
        self.unreconcile(self.paid)
        self.settlement._reverse("Prøve")
        self.settlement._process()
        self.assertEqual(self.paid.amount_residual, 300)
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.line_of("1").action_retry()
        self.assertEqual((self.paid.amount_residual, self.open_as("1")), (0, (False, 0)))

    def test_opened_without_our_knowing(self):
        """By SQL, or another addon past our hook: the list shows it all the same, and the retry looks at it."""
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM account_partial_reconcile WHERE debit_move_id = %s", [self.receivable(self.paid).id]
        )
        self.env.invalidate_all()
        items = self.receivable(self.paid) | self.line_of("1").move_line_ids
        self.env.add_to_compute(items._fields["amount_residual"], items)
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        self.assertIn("open again", self.line_of("1").explanation_summary)
        self.retry_by_itself()
        self.assertEqual((self.paid.amount_residual, self.open_as("1")), (0, (False, 0)))

    def test_customer_of_the_invoice_changed(self):
        """Odoo leaves the new customer's invoice reconciled with the former's payment: both ledgers would be wrong."""
        ola = self.env["res.partner"].create({"name": "Ola Nordmann"})
        self.paid.button_draft()
        self.paid.partner_id = ola
        self.paid.action_post()
        self.assertEqual(self.paid.amount_residual, 0)
        for partner in (self.customer, ola):
            items = self.env["account.move.line"].search(
                [("partner_id", "=", partner.id), ("account_id.code", "=", "1500"), ("parent_state", "=", "posted")]
            )
            self.assertEqual((sum(items.mapped("balance")), sum(items.mapped("amount_residual"))), (0, 0), partner.name)
        self.assertEqual((self.line_of("1").partner_id, self.open_as("1")), (ola, (False, 0)))
        self.assertIn("from Kari Nordmann to Ola Nordmann", self.line_of("1").explanation)

    def test_our_own_undo_is_no_ones_doing(self):
        self.settlement._reverse("Prøve")
        self.assertNotIn("removed its reconciliation", self.line_of("1").explanation or "")
        self.settlement._process()
        self.assertEqual((self.paid.amount_residual, self.open_as("1")), (0, (False, 0)))


@tagged("post_install", "-at_install")
class TestOtherKindsUndoneByOthers(UndoneCase):
    """The same of refunds, disputes, prepayments, and what a person has placed."""

    def test_credit_note_of_a_refund_is_reset_and_changed(self):
        note = self.credit_note(100, "WEB-1")
        self.settle([refund("1", day(2), "WEB-1", "100.00")])
        self.assertEqual(self.open_as("1"), (False, 0))
        note.button_draft()
        self.set_total(note, 80)
        self.assertEqual(self.open_as("1"), ("reopened", -100))
        note.action_post()
        self.assertEqual(note.amount_residual, 0)
        self.assertEqual(self.open_as("1"), ("awaits_credit_note", -20))
        self.assertBalances(a1500="20.00")

    def test_credit_note_of_a_refund_is_cancelled_deleted_or_reversed(self):
        """It has been paid back: the customer owes it, and there is no invoice that replaces a credit note."""
        acts = {
            "cancelled": lambda note: (note.button_draft(), note.button_cancel()),
            "deleted": lambda note: (note.button_draft(), note.with_context(force_delete=True).unlink()),
            "reversed": lambda note: note._reverse_moves(cancel=True),
        }
        notes = [self.credit_note(100, f"WEB-{number}") for number in (1, 2, 3)]
        self.settle([refund(str(number), day(2), f"WEB-{number}", "100.00") for number in (1, 2, 3)])
        for number, (note, (name, act)) in enumerate(zip(notes, acts.items(), strict=True), 1):
            act(note)
            said = self.line_of(str(number)).explanation_summary
            self.assertIn(name, said)
            self.assertIn("the customer owes it", said)
            self.assertNotIn("ay it back", said)
            self.assertEqual(self.open_as(str(number)), ("reopened", -100))

    def test_end_of_a_dispute_is_taken_apart(self):
        self.invoice(100, "WEB-1")
        disputed = Movement("retained-disputed-capture", "1", day(3), "WEB-1", Decimal(-100))
        self.settle([disputed])
        self.assertEqual(self.open_as("1"), ("dispute", -100))
        self.settle([disputed, Movement("returned-disputed-capture", "1", day(4), "WEB-1", Decimal(100))])
        lines = self.line_of("1")
        self.assertEqual(lines.mapped("open_as"), [False, False])
        won = lines.filtered(lambda line: line.amount > 0)
        won.move_line_ids.filtered(lambda item: item.settlement_role == "item").remove_move_reconcile()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(lines.mapped("open_as"), ["reopened", "reopened"])
        self.retry_by_itself()
        self.assertEqual(lines.mapped("open_as"), ["reopened", "reopened"])
        won.action_retry()
        self.assertEqual(lines.mapped("open_as"), [False, False])

    def test_prepayment_whose_invoice_is_cancelled(self):
        self.account("2900").reconcile = True
        self.provider.prepayment_account_id = self.account("2900")
        order = self.order(500, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "500.00")])
        self.assertEqual(self.open_as("1"), ("awaits_invoice", 500))
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(self.open_as("1"), (False, 0))
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self.open_as("1"), ("reopened", 500))
        self.assertBalances(a1500="-500.00", a2900="0.00")
        again = order._create_invoices()
        again.action_post()
        self.assertEqual((again.amount_residual, self.open_as("1")), (0, (False, 0)))
        self.assertBalances(a1500="0.00", a2900="0.00")

    def test_correction_voucher_is_parted_from_the_unknown_account(self):
        """Both sides stand on 1523 then: it is not matched a second time, and *Retry* puts them together."""
        invoice = self.invoice(300, "OTHER")
        self.settle([capture("1", day(2), "UKJENT", "300.00")])
        self.line_of("1")._assign(invoice, "Kunden har bekreftet")
        self.line_of("1").move_line_ids.filtered(lambda item: item.settlement_role == "source").remove_move_reconcile()
        self.assertEqual(self.open_as("1"), ("reopened", 0))
        self.retry_by_itself()
        self.assertBalances(a1500="0.00", a1523="0.00")
        self.line_of("1").action_retry()
        self.assertEqual(self.open_as("1"), (False, 0))
        self.assertEqual(self.line_of("1").status, "resolved")

    def test_invoice_a_person_chose_is_reset_and_changed(self):
        """It is found again although nothing in the transaction leads to it; another customer's is left alone."""
        chosen = self.invoice(300, "OTHER")
        self.settle([capture("1", day(2), "UKJENT", "300.00")])
        self.line_of("1")._assign(chosen, "Kunden har bekreftet")
        chosen.button_draft()
        self.set_total(chosen, 310)
        self.assertEqual(self.open_as("1"), ("reopened", 300))
        other = self.invoice(300, "UKJENT", partner=self.env["res.partner"].create({"name": "Ola Nordmann"}))
        self.assertEqual((other.amount_residual, self.open_as("1")), (300, ("reopened", 300)))
        chosen.action_post()
        self.assertEqual((chosen.amount_residual, self.line_of("1").status), (10, "resolved"))
        self.assertBalances(a1500="310.00", a1523="0.00")

    def test_payment_on_account_that_a_person_reconciles_elsewhere(self):
        order = self.order(500, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "500.00")])
        self.assertEqual(self.open_as("1"), ("awaits_invoice", 500))
        other = self.invoice(500, "ANNEN")
        self.reconcile_elsewhere("1", other)
        line = self.line_of("1")
        self.assertEqual((line.status, line.invoice_id, self.open_as("1")), ("matched", other, (False, 0)))
        self.assertIn(f"by hand with {other.name}", line.explanation_summary)
        self.assertIn(self.env.user.name, line.explanation_summary)
        self.unreconcile(other)
        self.assertEqual(self.open_as("1"), ("reopened", 500))
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual((invoice.amount_residual, other.amount_residual), (0, 500))

    def test_in_part(self):
        self.order(500, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "500.00")])
        self.reconcile_elsewhere("1", self.invoice(200, "ANNEN"))
        self.assertEqual((self.line_of("1").status, self.open_as("1")), ("on_account", ("awaits_invoice", 300)))

    def test_unknown_that_an_entry_by_hand_takes(self):
        self.settle([capture("1", day(2), "UKJENT", "300.00")])
        self.assertEqual(self.open_as("1"), ("unknown", 300))
        entry = self.env["account.move"].create(
            {
                "line_ids": [
                    (0, 0, {"account_id": self.account("1523").id, "debit": 300}),
                    (0, 0, {"account_id": self.account("3000").id, "credit": 300}),
                ]
            }
        )
        entry.action_post()
        (entry.line_ids | self.line_of("1").move_line_ids).filtered(
            lambda item: item.account_id == self.account("1523")
        ).reconcile()
        self.assertEqual((self.line_of("1").status, self.open_as("1")), ("matched", (False, 0)))
        self.assertEqual(self.provider.unknown_count, 0)


@tagged("post_install", "-at_install")
class TestWhereItStands(UndoneCase):
    """Each amount that is open is on one list."""

    def test_paid_twice(self):
        self.invoice(100, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "100.00"), capture("2", day(2), "WEB-1", "100.00")])
        self.assertEqual((self.open_as("1"), self.open_as("2")), ((False, 0), ("owed", 100)))
        self.assertEqual((self.provider.owed_count, self.provider.difference_count), (1, 0))

    def test_order_that_is_cancelled(self):
        order = self.order(600, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "600.00")])
        self.assertEqual(self.open_as("1"), ("awaits_invoice", 600))
        self.assertIn("awaits the invoice", self.line_of("1").explanation_summary)
        order.action_cancel()
        self.assertEqual(self.open_as("1"), ("owed", 600))
        self.assertNotIn("awaits the invoice", self.line_of("1").explanation_summary)
        self.assertIn("No invoice of S", self.line_of("1").explanation_summary)

    def test_order_that_is_credited_before_it_is_paid(self):
        order = self.order(600, "WEB-1")
        invoice = order._create_invoices()
        invoice.action_post()
        invoice._reverse_moves(cancel=True)
        self.settle([capture("1", day(2), "WEB-1", "600.00")])
        self.assertEqual(self.open_as("1"), ("owed", 600))

    def test_placed_on_the_customer_by_hand(self):
        self.settle([capture("1", day(2), "UKJENT", "50.00"), refund("2", day(2), "UKJENT-2", "20.00")])
        self.line_of("1")._assign(self.customer, "Betalt for mye")
        self.line_of("2")._assign(self.customer, "Kreditnota kommer")
        self.assertEqual((self.open_as("1"), self.open_as("2")), (("owed", 50), ("awaits_credit_note", -20)))

    def test_less_than_the_invoice(self):
        self.invoice(100, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "80.00")])
        self.assertEqual(self.open_as("1"), ("short", 0))
        self.assertTrue(self.line_of("1").has_difference)

    def test_lists_take_the_same_queries_for_one_and_for_many(self):
        counts = {}
        movements = []
        for size in (2, 40):
            movements += [capture(f"{size}{row}", day(size // 2), f"U{size}{row}", "10.00") for row in range(size)]
            lines = self.settle(movements).line_ids.filtered(lambda line, size=size: line.date == day(size // 2))
            for _again in range(2):  # the first time, Odoo also reads what it keeps in memory for everybody
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self.assertEqual(set(lines.mapped("open_as")), {"unknown"})
                lines.mapped("explanation_summary")
                counts[size] = self.env.cr.sql_log_count - before
        self.assertEqual(counts[2], counts[40])

    def test_payment_of_what_an_invoice_is_less_its_credit_note(self):
        """The credit note was written by itself: the payment of the rest closes both."""
        invoice, note = self.invoice(100, "WEB-1"), self.credit_note(50, "WEB-1")
        self.assertBalances(a1500="50.00")
        settlement = self.settle([capture("1", day(2), "WEB-1", "50.00"), payout("2000001", day(2))])
        self.assertEqual((invoice.amount_residual, note.amount_residual, self.open_as("1")), (0, 0, (False, 0)))
        self.assertBalances(a1500="0.00")
        self.assertLedgerHolds(settlement)

    def test_the_same_when_the_payment_came_first(self):
        order = self.order(100, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "50.00")])
        note = self.credit_note(50, "WEB-1")
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual((invoice.amount_residual, note.amount_residual, self.open_as("1")), (0, 0, (False, 0)))
        self.assertBalances(a1500="0.00")


@tagged("post_install", "-at_install")
class TestPlacedAndBookedAgain(UndoneCase):
    """What a person has decided holds when the settlement is undone and booked again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls.settle([capture("1", day(2), "UKJENT", "300.00"), payout("2000001", day(2))])

    def book_again(self):
        self.settlement._reverse("Prøve")
        self.assertBalances(a1500="0.00", a1522="0.00", a1523="0.00", a2900="0.00")
        self.settlement._process()

    def test_on_an_account(self):
        self.line_of("1")._assign(self.account("2900"), "Solgt gavekort")
        self.book_again()
        self.assertBalances(a2900="-300.00", a1523="0.00")
        self.assertEqual(self.line_of("1").status, "resolved")
        self.assertIn("Solgt gavekort", self.line_of("1").explanation)
        self.book_again()
        self.assertBalances(a2900="-300.00", a1523="0.00")

    def test_on_an_invoice_though_a_rule_would_now_find_another(self):
        chosen = self.invoice(300, "OTHER")
        self.line_of("1")._assign(chosen, "Kunden har bekreftet")
        other = self.invoice(300, "UKJENT")
        self.settlement._reverse("Prøve")
        self.settlement._process()
        self.assertEqual((chosen.amount_residual, other.amount_residual), (0, 300))
        self.assertIn("Kunden har bekreftet", self.line_of("1").explanation)

    def test_where_the_invoice_can_no_longer_take_it(self):
        chosen = self.invoice(300, "OTHER")
        self.line_of("1")._assign(chosen, "Kunden har bekreftet")
        self.settlement._reverse("Prøve")
        chosen.button_draft()
        chosen.button_cancel()
        self.settlement._process()
        self.assertEqual((self.line_of("1").status, self.open_as("1")), ("unknown", ("unknown", 300)))
        self.assertIn("not possible any more", self.line_of("1").explanation_summary)
        self.assertIn(chosen.name, self.line_of("1").explanation_summary)
        self.invoice(300, "UKJENT")
        self.assertEqual(self.open_as("1"), (False, 0))

    def test_on_an_order(self):
        order = self.order(300, "OTHER")
        wizard = self.env["settlement.line.assign"].create({"line_ids": self.line_of("1").ids, "reason": "Samme kunde"})
        order.with_context(settlement_assign_id=wizard.id).action_place_settlement_lines()
        self.book_again()
        self.assertEqual((self.line_of("1").sale_order_id, self.open_as("1")), (order, ("awaits_invoice", 300)))
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual((invoice.amount_residual, self.open_as("1")), (0, (False, 0)))

    def test_taken_back_by_a_person_stays_unknown(self):
        invoice = self.invoice(300, "UKJENT")
        self.assertEqual(invoice.amount_residual, 0)
        self.line_of("1")._undo("Gjelder en annen")
        self.settlement._reverse("Prøve")
        self.settlement._process()
        self.retry_by_itself()
        self.assertEqual((invoice.amount_residual, self.open_as("1")), (300, ("unknown", 300)))
        self.assertIn("Gjelder en annen", self.line_of("1").explanation)
        self.line_of("1").action_retry()
        self.assertEqual((invoice.amount_residual, self.open_as("1")), (0, (False, 0)))
