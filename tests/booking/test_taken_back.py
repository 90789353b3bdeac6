"""What a person took apart by *Unreconcile*: the program leaves it so, a person's own act puts it together again."""

from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from .test_undone_by_others import UndoneCase


class TakenBackCase(UndoneCase):
    def book_again(self, *settlements):
        for settlement in settlements:
            settlement._reverse("Prøve")
            settlement._process()

    def customer_items(self, psp):
        return self.line_of(psp).move_line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and item.matching_number
        )


@tagged("post_install", "-at_install")
class TestMatchedByHandAgain(TakenBackCase):
    """The sentence says *press Retry, or match it by hand*: either works, whoever had matched it before."""

    def place_on_other(self):
        """A payment that no rule places, and the invoice a person has placed it on."""
        chosen = self.invoice(300, "OTHER")
        settlement = self.settle([capture("1", day(2), "UKJENT", "300.00"), payout("2000001", day(2))])
        self.line_of("1")._assign(chosen, "Kunden har bekreftet")
        return settlement, chosen

    def test_by_hand_with_the_very_invoice_it_was_taken_back_from(self):
        paid = self.invoice(300, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "300.00"), payout("2000001", day(2))])
        line = self.line_of("1")
        self.unreconcile(paid)
        dialog = self.env["settlement.line.assign"].create({"line_ids": line.ids, "reason": "Likevel riktig"})
        self.assertEqual(dialog.proposal_id, paid)
        acts = {
            "assign": lambda: line._assign(paid, "Likevel riktig"),
            "proposal": dialog.action_match_proposal,
            "divide": lambda: line._divide([(paid, 200, None), (self.customer, 100, None)], "Likevel riktig"),
        }
        for name, act in acts.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                act()
                self.assertEqual(paid.amount_residual, 100 if name == "divide" else 0)
                self.assertEqual((line.status, line.taken_back_item_ids.ids), ("resolved", []))
                self.assertBalances(a1500="0.00", a1523="0.00")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_retry_repeats_what_a_person_had_placed(self):
        settlement, chosen = self.place_on_other()
        self.unreconcile(chosen)
        self.retry_by_itself()
        self.assertEqual((chosen.amount_residual, self.open_as("1")), (300, ("reopened", 300)))
        self.line_of("1").action_retry()
        self.assertEqual((chosen.amount_residual, self.open_as("1")), (0, (False, 0)))
        self.assertEqual(self.line_of("1").status, "resolved")
        self.assertIn("Kunden har bekreftet", self.line_of("1").explanation_summary)
        self.book_again(settlement)
        self.assertEqual((chosen.amount_residual, self.open_as("1")), (0, (False, 0)))

    def test_retry_after_the_settlement_was_booked_again(self):
        """Taken back, it is not placed there again by itself; *Retry* still repeats it."""
        settlement, chosen = self.place_on_other()
        self.unreconcile(chosen)
        self.book_again(settlement)
        self.assertEqual((chosen.amount_residual, self.open_as("1")), (300, ("unknown", 300)))
        self.line_of("1").action_retry()
        self.assertEqual((chosen.amount_residual, self.open_as("1")), (0, (False, 0)))

    def test_retry_prefers_what_the_person_had_chosen(self):
        _settlement, chosen = self.place_on_other()
        self.unreconcile(chosen)
        self.invoice_quietly(300, "UKJENT")
        self.line_of("1").action_retry()
        self.assertEqual((chosen.amount_residual, self.open_as("1")), (0, (False, 0)))

    def invoice_quietly(self, amount, reference):
        """An invoice that is there without the waiting payment having been retried."""
        invoice = self.invoice(amount, "SENERE")
        invoice.webshop_reference = reference
        return invoice

    def test_retry_after_another_invoice_took_what_the_person_had_chosen(self):
        _settlement, chosen = self.place_on_other()
        self.unreconcile(chosen)
        chosen.button_draft()
        chosen.button_cancel()
        other = self.invoice_quietly(300, "UKJENT")
        self.line_of("1").action_retry()
        self.assertEqual((other.amount_residual, self.open_as("1")), (0, (False, 0)))

    def test_retry_of_what_was_reconciled_by_hand_on_the_customer(self):
        self.settle([capture("1", day(2), "UKJENT", "300.00")])
        self.line_of("1")._assign(self.customer, "Forskudd")
        invoice = self.invoice(300, "OTHER")
        self.reconcile_elsewhere("1", invoice)
        self.unreconcile(invoice)
        self.retry_by_itself()
        self.assertEqual(invoice.amount_residual, 300)
        self.line_of("1").action_retry()
        self.assertEqual((invoice.amount_residual, self.open_as("1")), (0, (False, 0)))

    def placed_dispute(self):
        """A dispute that a person has placed on the credit note of the rescinded sale, and that credit note."""
        self.invoice(100, "WEB-1")
        disputed = Movement("retained-disputed-capture", "1", day(3), "WEB-1", Decimal(-100))
        self.settle([capture("1", day(2), "WEB-1", "100.00"), disputed])
        dispute = self.line_of("1").filtered(lambda line: line.amount < 0)
        note = self.credit_note(100, "HEVET")
        dispute._assign(note, "Salget er hevet")
        return dispute, note

    def test_dispute_placed_on_a_credit_note(self):
        dispute, note = self.placed_dispute()
        self.assertFalse(dispute.open_as)
        for act in (dispute.action_retry, lambda: dispute._assign(note, "Igjen")):
            self.unreconcile(note)
            self.assertEqual((note.amount_residual, dispute.open_as), (100, "reopened"))
            act()
            self.assertEqual((note.amount_residual, dispute.open_as), (0, False))
        self.assertBalances(a1500="0.00")

    def test_credit_note_of_a_dispute_changed(self):
        """It is matched again when the credit note is posted, as the sentence promises."""
        dispute, note = self.placed_dispute()
        note.button_draft()
        self.set_total(note, 60)
        self.assertIn("matched again when", dispute.explanation_summary)
        note.action_post()
        self.assertEqual((note.amount_residual, dispute.amount_open), (0, -40))

    def test_one_part_of_a_division(self):
        """Only that part is open; *Retry* repeats it, and the whole division holds when it is booked again."""
        first, second = self.invoice(100, "A"), self.invoice(150, "B")
        settlement = self.settle([capture("1", day(2), "SAMLET", "300.00"), payout("2000001", day(2))])
        sales = self.account("3000")
        before = self.balances("3000")
        self.line_of("1")._divide([(first, 100, None), (second, 150, None), (sales, 50, None)], "Delt")
        divided = self.balances("3000")
        self.assertNotEqual(divided, before)
        for taken_back in (first, first | second):
            for move in taken_back:
                self.unreconcile(move)
            self.assertEqual(self.open_as("1"), ("reopened", sum(taken_back.mapped("amount_residual"))))
            self.line_of("1").action_retry()
            self.assertEqual((first.amount_residual, second.amount_residual), (0, 0))
            self.assertEqual((self.line_of("1").status, self.open_as("1")), ("resolved", (False, 0)))
        self.book_again(settlement)
        self.assertEqual((first.amount_residual, second.amount_residual), (0, 0))
        self.assertEqual((self.balances("3000"), self.open_as("1")), (divided, (False, 0)))


@tagged("post_install", "-at_install")
class TestSurplusTakenBack(TakenBackCase):
    """An invoice of 200 was paid with 300: two items of one payment are open once it is unreconciled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.paid = cls.invoice(200, "WEB-1")
        cls.settlement = cls.settle([capture("1", day(2), "WEB-1", "300.00"), payout("2000001", day(2))])

    def assertSurplus(self):
        self.assertEqual((self.paid.amount_residual, self.open_as("1")), (0, ("owed", 100)))
        self.assertTrue(self.line_of("1").has_difference)
        self.assertBalances(a1500="-100.00", a1523="0.00")

    def test_surplus_is_owed_again(self):
        line = self.line_of("1")
        acts = (line.action_retry, lambda: line._assign(self.paid, "Likevel riktig"))
        for act in acts:
            self.assertSurplus()
            self.unreconcile(self.paid)
            self.assertEqual(self.open_as("1"), ("reopened", 300))
            act()
            self.assertNotIn("was not noted", line.explanation_summary)
        self.assertSurplus()
        self.book_again(self.settlement)
        self.assertSurplus()

    def test_both_items_go_to_one_invoice(self):
        self.unreconcile(self.paid)
        other = self.invoice(300, "B")
        self.line_of("1")._assign(other, "Feil faktura")
        self.assertEqual((other.amount_residual, self.paid.amount_residual), (0, 200))
        self.assertEqual(self.open_as("1"), (False, 0))

    def test_rest_of_an_order_awaits_its_invoice_again(self):
        order = self.order(500, "WEB-2")
        first = self.invoice(200, "WEB-2")
        first.invoice_line_ids.sale_line_ids = order.order_line
        self.settle([capture("2", day(3), "WEB-2", "500.00")])
        before = (self.line_of("2").status, self.open_as("2"))
        self.assertEqual(before[1][1], 300)
        self.unreconcile(first)
        self.line_of("2").action_retry()
        self.assertEqual((self.line_of("2").status, self.open_as("2")), before)


@tagged("post_install", "-at_install")
class TestReconciledByHandAndUndone(TakenBackCase):
    """A person has reconciled what was booked: that stays when the settlement is undone, and holds booked again."""

    def assertKept(self, settlement, *psps):
        settlement._reverse("Prøve")
        for psp in psps:
            self.assertEqual((self.line_of(psp).status, self.open_as(psp)[0]), ("new", "reopened"))
            self.assertNotIn("Retry", self.line_of(psp).explanation_summary)
            self.assertIn("that stays", self.line_of(psp).explanation_summary)
        settlement._process()

    def test_on_the_customer(self):
        settlement = self.settle([capture("1", day(2), "UKJENT", "300.00"), payout("2000001", day(2))])
        self.line_of("1")._assign(self.customer, "Forskudd")
        invoice = self.invoice(300, "OTHER")
        self.reconcile_elsewhere("1", invoice)
        self.assertKept(settlement, "1")
        self.assertEqual((invoice.amount_residual, self.open_as("1")), (0, (False, 0)))
        self.assertIn(f"reconciled with {invoice.name}", self.line_of("1").explanation_summary)
        self.assertBalances(a1500="0.00", a1523="0.00")

    def test_in_part(self):
        self.order(500, "WEB-1")
        settlement = self.settle([capture("1", day(2), "WEB-1", "500.00"), payout("2000001", day(2))])
        other = self.invoice(300, "OTHER")
        self.reconcile_elsewhere("1", other)
        self.assertKept(settlement, "1")
        self.assertEqual((other.amount_residual, self.open_as("1")), (0, ("awaits_invoice", 200)))
        self.assertBalances(a1500="-200.00")

    def test_two_unknown_with_each_other(self):
        told = [capture("1", day(2), "U1", "300.00"), refund("2", day(2), "U2", "300.00"), payout("2000001", day(2))]
        settlement = self.settle(told)
        lines = self.line_of("1") | self.line_of("2")
        lines.move_line_ids.filtered(lambda item: item.account_id.code == "1523").reconcile()
        self.assertKept(settlement, "1", "2")
        self.assertEqual((self.open_as("1"), self.open_as("2")), ((False, 0), (False, 0)))
        self.assertEqual(lines.mapped("status"), ["matched", "matched"])
        self.assertBalances(a1523="0.00")


@tagged("post_install", "-at_install")
class TestPairTakenBack(TakenBackCase):
    """A payment and what went the other way, which a person took apart: the two stay apart."""

    def settle_each(self, *movements):
        told, settlements = [], []
        for number, movement in enumerate(movements, 1):
            told += [movement, payout(f"200000{number}", movement.day)]
            settlements.append(self.settle(told) - self.env["account.settlement"].union(*settlements))
        return settlements

    def assertApart(self, *psps):
        for psp in psps:
            self.assertEqual(self.open_as(psp)[0], "reopened", psp)

    def test_payment_and_its_refund(self):
        self.invoice(100, "T1")
        settlements = self.settle_each(
            capture("1", day(2), "T1", "100.00"),
            capture("2", day(3), "T1", "100.00"),
            refund("3", day(4), "T1", "100.00"),
        )
        self.customer_items("3").remove_move_reconcile()
        self.assertApart("2", "3")
        self.book_again(*settlements[1:])
        self.retry_by_itself()
        self.assertApart("2", "3")
        self.assertIn("taken it back", self.line_of("3").explanation)
        for settlement in settlements[1:]:
            settlement._reverse("Prøve")
        for settlement in settlements[:0:-1]:
            settlement._process()
        self.assertEqual((self.open_as("2"), self.open_as("3")), (("reopened", 100), ("awaits_credit_note", -100)))
        self.line_of("3").action_retry()
        self.assertEqual((self.open_as("2"), self.open_as("3")), ((False, 0), (False, 0)))
        self.book_again(*settlements[1:])
        self.assertEqual((self.open_as("2"), self.open_as("3")), ((False, 0), (False, 0)))

    def test_dispute_and_its_end(self):
        self.invoice(100, "WEB-1")
        lost = Movement("retained-disputed-capture", "1", day(3), "WEB-1", Decimal(-100))
        won = Movement("returned-disputed-capture", "1", day(4), "WEB-1", Decimal(100))
        settlements = self.settle_each(lost, won)
        self.line_of("1").move_line_ids.filtered(lambda item: item.matching_number).remove_move_reconcile()
        self.book_again(*settlements)
        self.env.invalidate_all()
        returned = self.line_of("1").filtered(lambda line: line.amount > 0)
        self.assertEqual(set(self.line_of("1").mapped("open_as")), {"dispute", "reopened"})
        self.assertEqual(returned.open_as, "reopened")
        returned.action_retry()
        self.env.invalidate_all()
        self.assertEqual(self.line_of("1").mapped("open_as"), [False, False])

    def test_unknown_payment_and_its_refund(self):
        settlements = self.settle_each(capture("9", day(2), "UKJENT", "70.00"), refund("9", day(3), "UKJENT", "70.00"))
        lines = self.line_of("9")
        self.assertEqual(lines.mapped("open_as"), [False, False])
        lines.move_line_ids.filtered(lambda item: item.matching_number and item.account_id.code == "1523")[
            :1
        ].remove_move_reconcile()
        self.book_again(*settlements)
        self.env.invalidate_all()
        self.assertNotIn(False, lines.mapped("open_as"))
