"""A payout consists of the rows that name it, or that position gives it; and what is stored is what is proven."""

import itertools

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase
from .dummy_case import DummyCase


@tagged("post_install", "-at_install")
class TestNamedPayouts(DummyCase):
    def test_rows_wait_for_their_own_payout(self):
        """Two rows are open; a payout of the first leaves the second, which the next payout has."""
        self.take((None, None, 1, [("1", "100.00", "3.00"), ("2", "200.00", "5.00")]))
        run = self.first.settlement_ids
        self.assertEqual((run.state, run.move_ids.ids), ("open", []), "a row is booked with its payout")
        self.take(("P-1", "97.00", 2, [("1", "100.00", "3.00")]))
        first = self.settlement_of("P-1")
        self.assertEqual((first.state, self.rows(first), first.clearing_residual), ("booked", ["1"], 97))
        self.assertEqual(self.rows(run), ["2"])
        self.take(("P-2", "195.00", 3, [("2", "200.00", "5.00")]))
        second = self.settlement_of("P-2")
        self.assertEqual((second.state, self.rows(second), second.clearing_residual), ("booked", ["2"], 195))
        self.bank_line(97, "Dummy P-1")
        self.bank_line(195, "Dummy P-2")
        (first | second)._match_bank()
        self.assertEqual(set((first | second).mapped("state")), {"paid"})
        self.assertBalances(**{f"a{self.first.clearing_account_id.code}": "0.00"})

    def test_any_order_of_documents_gives_the_same_payouts(self):
        files = [
            (None, None, 1, [("1", "100.00", "3.00"), ("2", "200.00", "5.00")]),
            ("P-1", "97.00", 2, [("1", "100.00", "3.00")]),
            ("P-2", "195.00", 3, [("2", "200.00", "5.00")]),
        ]
        for order in itertools.permutations(files):
            with self.subTest(order=[each[0] for each in order]), self.env.cr.savepoint() as savepoint:
                for number, each in enumerate(order):
                    self.take(each, name=f"{number}.json")
                found = {one.external_id: (self.rows(one), one.state) for one in self.first.settlement_ids}
                self.assertEqual(found, {"P-1": (["1"], "booked"), "P-2": (["2"], "booked")})
                savepoint.rollback()
                self.env.invalidate_all()

    def test_row_that_two_payouts_claim(self):
        self.take(("P-1", "294.00", 2, [("1", "100.00", "2.00"), ("2", "200.00", "4.00")]), name="a.json")
        self.take(("P-2", "490.00", 3, [("2", "200.00", "4.00"), ("3", "300.00", "6.00")]), name="b.json")
        first, second = self.settlement_of("P-1"), self.settlement_of("P-2")
        self.assertEqual((first.state, second.state), ("booked", "error"))
        self.assertFalse(second.move_ids)
        said = self.plain(second.error_message)
        for part in ("2 of 196.00", "P-2 of 490.00 (b.json)", "P-1 of 294.00 (a.json)", "294.00", "490.00"):
            self.assertIn(part, said)
        return first, second

    def test_row_that_two_payouts_claim_and_the_later_one_is_right(self):
        """Do as the sentence says: undo the settlement of the wrong document, upload the right one again."""
        first, second = self.test_row_that_two_payouts_claim()
        first._reverse("Feil fil")
        self.take(("P-2", "490.00", 3, [("2", "200.00", "4.00"), ("3", "300.00", "6.00")]), name="b.json")
        self.assertEqual((second.state, self.rows(second)), ("booked", ["2", "3"]))
        self.assertEqual(first.state, "error", "it lacks the row, and says so")
        self.take(("P-1", "98.00", 2, [("1", "100.00", "2.00")]), name="a2.json")
        self.assertEqual((first.state, self.rows(first)), ("booked", ["1"]))
        self.assertEqual(self.first.settlement_ids.mapped("clearing_residual"), [490, 98])

    def test_payout_of_nothing_but_rows_of_another(self):
        self.take(("P-1", "97.00", 2, [("1", "100.00", "3.00")]), name="a.json")
        with self.assertRaisesRegex(UserError, r"payout P-2 of 96.00.*in payout P-1 of 97.00 already \(a.json\)"):
            self.take(("P-2", "96.00", 3, [("1", "100.00", "3.00")]), name="b.json")
        self.settlement_of("P-1")._reverse("Feil nummer")
        self.take(("P-2", "97.00", 3, [("1", "100.00", "3.00")]), name="c.json")
        self.assertEqual((self.settlement_of("P-2").state, self.rows(self.settlement_of("P-2"))), ("booked", ["1"]))

    def test_same_payout_with_other_rows_after_it_was_undone(self):
        """Row 2 of the wrong file was never there: it counts no more, and its vouchers stay, reversed."""
        wrong = ("P-1", "150.00", 2, [("1", "100.00", "0"), ("2", "50.00", "0")])
        right = ("P-1", "150.00", 2, [("1", "100.00", "0"), ("3", "50.00", "0")])
        self.take(wrong, name="w.json")
        with self.assertRaisesRegex(UserError, "Undo"):
            self.take(right, name="r.json")
        settlement = self.settlement_of("P-1")
        settlement._reverse("Feil fil")
        self.env["account.settlement"]._search_bookable()._process()
        self.assertTrue(settlement.is_undone, "the scheduled action does not book the wrong rows again")
        self.take(right, name="r.json")
        self.assertEqual((settlement.state, self.rows(settlement)), ("booked", ["1", "3"]))
        self.assertEqual((settlement.amount_net, settlement.clearing_residual), (150, 150))
        gone = settlement.line_ids.filtered("is_replaced")
        self.assertEqual((gone.external_id, gone.status), ("2", "excluded"))
        self.assertTrue(gone.move_line_ids)
        settlement._prove()
        self.assertFalse(settlement.proof_message)

    def assertProven(self, *settlements):
        """The nightly proof finds nothing, and Put Right has nothing to do."""
        for settlement in settlements:
            settlement._prove()
            self.assertFalse(settlement.proof_message)
            moves = settlement.move_ids
            settlement.action_mend()
            self.assertEqual(settlement.move_ids, moves)

    def test_document_in_error_is_replaced(self):
        self.take(("P-1", "97.00", 2, [("1", "100.00", "3.00"), ("2", "5.00", "0")]), name="w.json")
        settlement = self.settlement_of("P-1")
        self.assertEqual(settlement.state, "error")
        self.take(("P-1", "97.00", 2, [("1", "100.00", "3.00")]), name="r.json")
        self.assertEqual((settlement.state, self.rows(settlement)), ("booked", ["1"]))
        self.assertProven(settlement)

    def test_better_document_says_whose_payment_it_was(self):
        """And how much it was: what was undone is read anew."""
        first, second = self.invoice(100, "WEB-1"), self.invoice(90, "WEB-2")
        self.take(("P-1", "97.00", 2, [("1", "100.00", "3.00", "WEB-1")]), name="w.json")
        settlement = self.settlement_of("P-1")
        settlement._reverse("Feil ordre")
        self.take(("P-1", "88.00", 2, [("1", "90.00", "2.00", "WEB-2")]), name="r.json")
        self.assertEqual((settlement.state, settlement.clearing_residual), ("booked", 88))
        self.assertEqual((first.amount_residual, second.payment_state), (100, "paid"))
        self.assertProven(settlement)

    def test_rows_that_waited_for_their_payout_are_proven(self):
        self.take((None, None, 1, [("1", "100.00", "3.00"), ("2", "200.00", "5.00")]), name="open.json")
        self.take(("P-1", "97.00", 2, [("1", "100.00", "3.00")]), name="p1.json")
        self.take(("P-2", "195.00", 3, [("2", "200.00", "5.00")]), name="p2.json")
        self.assertProven(*self.first.settlement_ids)

    def test_known_rows_with_false_totals(self):
        self.take(("P-1", "97.00", 2, [("1", "100.00", "3.00")]), name="a.json")
        with self.assertRaisesRegex(UserError, "98.00"):
            self.take(("P-1", "98.00", 2, [("1", "100.00", "3.00")]), name="b.json")

    def test_payout_without_its_rows_is_not_paid(self):
        self.take(("P-1", "97.00", 2, []), name="a.json")
        settlement = self.settlement_of("P-1")
        self.assertEqual(settlement.state, "error")
        self.assertIn("97.00", settlement.error_message)


@tagged("post_install", "-at_install")
class TestLedgerInAnyOrder(SettlementCase):
    """Payments on 1–6 March of 100, 200 … 600, each with 2 kroner fee; payouts on the 2nd and on the 5th."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.movements = []
        for number in range(1, 7):
            cls.movements.append(capture(str(number), day(number), f"WEB-{number}", f"{number}00.00", "2.00"))
            if number in (2, 5):
                cls.movements.append(payout(f"200004{number}", day(number)))
        for number in range(1, 7):
            cls.invoice(number * 100, f"WEB-{number}")

    def portal(self, first, last):
        """The portal's report of these days."""
        name, content = vipps_files.as_portal_csv(self.movements)
        heading, *rows = content.decode().splitlines()
        days = {f"2026-03-0{number}" for number in range(first, last + 1)}
        column = heading.split(",").index("Booking date")
        kept = [row for row in rows if row.split(",")[column] in days]
        return f"{first}-{last}-{name}", "\n".join([heading, *kept, ""]).encode()

    def books(self):
        found = {}
        for settlement in self.provider.settlement_ids:
            lines = settlement.line_ids.filtered("order_reference")
            found[settlement.external_id or "open"] = (
                sorted(lines.mapped("provider_reference")),
                settlement.state,
                f"{settlement.opening_balance:.2f}",
                f"{settlement.clearing_residual:.2f}",
            )
        return found

    def take(self, *periods):
        for first, last in periods:
            self.provider._ingest_file(*self.portal(first, last))
            self.provider.settlement_ids._process_each()

    def test_newest_first(self):
        """The payout of the 5th is known with the 5th alone; the days before it join it when they come."""
        self.take((5, 6))
        self.assertEqual(self.books()["2000045"][2:], ("696.00", "498.00"))
        self.take((1, 4))
        expected = {
            "2000042": (["1", "2"], "booked", "0.00", "296.00"),
            "2000045": (["3", "4", "5"], "booked", "0.00", "1194.00"),
        }
        books = self.books()
        self.assertEqual({number: books[number] for number in expected}, expected)
        self.bank_line(296, "Utb. 2000042 Vippsnr 123455")
        self.bank_line(1194, "Utb. 2000045 Vippsnr 123455", date="2026-03-06")
        self.provider.settlement_ids._match_bank()
        self.assertEqual(self.provider.settlement_ids.filtered("external_id").mapped("state"), ["paid", "paid"])

    def test_undone_payout_of_days_in_several_reports_keeps_those_that_are_told_again(self):
        """A report speaks of its own days: told again for an undone payout, it leaves the days before it alone."""
        self.take((1, 4), (5, 6))
        before = self.books()
        settlement = self.provider.settlement_ids.filtered(lambda one: one.external_id == "2000045")
        settlement._reverse("Feil")
        self.take((5, 5))
        settlement._process()
        self.assertEqual(self.books(), before)
        self.assertNotIn("excluded", settlement.line_ids.mapped("status"))

    def test_another_payout_of_the_same_rows(self):
        self.take((1, 2))
        name, content = self.portal(1, 2)
        with self.assertRaisesRegex(UserError, "payout 2000049 of 296.00 .* stored with payout 2000042 of 296.00"):
            self.provider._ingest_file(name, content.replace(b"2000042", b"2000049"))
        self.assertEqual(self.provider.settlement_ids.mapped("external_id"), ["2000042"])

    def test_newest_first_and_the_bank_line_before_the_earlier_days(self):
        self.take((5, 6))
        self.bank_line(1194, "Utb. 2000045 Vippsnr 123455", date="2026-03-06")
        self.provider.settlement_ids._match_bank()
        settlement = self.provider.settlement_ids.filtered(lambda one: one.external_id == "2000045")
        self.assertNotEqual(settlement.state, "paid", "it is more than what is open yet")
        self.take((1, 4))
        self.provider.settlement_ids._match_bank()
        self.assertEqual((settlement.state, settlement.clearing_residual), ("paid", 0))

    def test_every_order_of_four_reports(self):
        """Also with days that are missing for a while, and days in two reports."""
        with self.env.cr.savepoint() as savepoint:
            self.take((1, 6))
            undisturbed = self.books()
            savepoint.rollback()
            self.env.invalidate_all()
        periods = [(1, 2), (2, 3), (4, 5), (5, 6)]
        for order in itertools.permutations(periods):
            with self.subTest(order=order), self.env.cr.savepoint() as savepoint:
                self.take(*order)
                self.assertEqual(self.books(), undisturbed)
                waiting = self.env["account.settlement.document"].search([("state", "!=", "done")])
                self.assertFalse(waiting.mapped("error_message"))
                savepoint.rollback()
                self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestCarriedDebt(DummyCase):
    """Returns exceed sales: nothing is paid out, and the debt is taken from the next payout."""

    def clearing(self):
        return self.balances(self.first.clearing_account_id.code)[self.first.clearing_account_id.code]

    def test_debt_is_repaid_by_the_next_payout(self):
        self.take(("P-1", "0.00", 2, [("1", "100.00", "0"), ("2", "-300.00", "0")], "0.00", "-200.00"))
        self.take(("P-2", "300.00", 5, [("3", "500.00", "0")], "-200.00", "0.00"))
        first, second = self.settlement_of("P-1"), self.settlement_of("P-2")
        self.assertEqual((first.state, second.state, second.balance_from_id), ("booked", "booked", first))
        self.assertNotIn("previous bookkeeping", " ".join(second.message_ids.mapped("body")))
        self.bank_line(300, "Dummy P-2", date="2026-03-05")
        second._match_bank()
        self.assertEqual((first.state, second.state, self.clearing()), ("paid", "paid", "0.00"))

    def test_debt_of_before_the_start_is_said(self):
        self.take(("P-2", "300.00", 5, [("3", "500.00", "0")], "-200.00", "0.00"))
        said = " ".join(self.settlement_of("P-2").message_ids.mapped("body"))
        self.assertRegex(said, "earlier balance of .*200.00.* previous bookkeeping")

    def test_debt_over_three_settlements(self):
        self.take(("P-1", "0.00", 2, [("2", "-300.00", "0")], "0.00", "-300.00"))
        self.take(("P-2", "0.00", 3, [("3", "100.00", "0")], "-300.00", "-200.00"))
        self.take(("P-3", "0.00", 4, [("4", "200.00", "0")], "-200.00", "0.00"))
        self.assertEqual(self.first.settlement_ids.mapped("state"), ["paid"] * 3)
        self.assertEqual(self.clearing(), "0.00")

    def test_debts_in_any_order_of_documents(self):
        files = [
            ("P-1", "0.00", 2, [("2", "-300.00", "0")], "0.00", "-300.00"),
            ("P-2", "0.00", 3, [("3", "100.00", "0")], "-300.00", "-200.00"),
            ("P-3", "300.00", 4, [("4", "500.00", "0")], "-200.00", "0.00"),
        ]
        for order in itertools.permutations(files):
            with self.subTest(order=[each[0] for each in order]), self.env.cr.savepoint() as savepoint:
                for each in order[:2]:
                    self.take(each, name=f"{each[0]}.json")
                self.bank_line(300, "Dummy P-3", date="2026-03-04")
                self.first.settlement_ids._match_bank()
                self.take(order[2], name=f"{order[2][0]}.json")
                self.first.settlement_ids._match_bank()
                self.assertEqual(self.first.settlement_ids.mapped("state"), ["paid"] * 3)
                self.assertEqual(self.clearing(), "0.00")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_debt_that_was_invoiced_meanwhile_is_said_and_stops_nothing(self):
        self.take(("P-1", "0.00", 2, [("2", "-300.00", "0")], "0.00", "-300.00"))
        self.take(("P-2", "500.00", 5, [("3", "500.00", "0")], "0.00", "0.00"))
        self.take(("P-3", "450.00", 6, [("4", "500.00", "0")], "-50.00", "0.00"))
        third = self.settlement_of("P-3")
        self.assertEqual((third.state, third.balance_from_id.id), ("booked", False))
        self.assertIn("may have invoiced", " ".join(third.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestAcceptedDifference(DummyCase):
    """A known fault of real files: the payout differs from its rows, by what no row explains."""

    def test_accepted_by_a_person(self):
        self.take(("P-1", "95.00", 2, [("1", "100.00", "3.00")]))
        settlement = self.settlement_of("P-1")
        self.assertEqual((settlement.state, settlement.can_accept), ("error", True))
        dialog = self.env["settlement.accept"].create({"settlement_id": settlement.id, "reason": "Avtalt på telefon"})
        self.assertEqual(dialog.difference, -2)
        dialog.action_confirm()
        self.assertEqual((settlement.state, settlement.clearing_residual), ("booked", 95))
        item = settlement.line_ids.filtered("is_unexplained")
        self.assertEqual((item.amount, item.status), (-2, "unknown"))
        self.assertIn("Avtalt på telefon", item.explanation)
        settlement._prove()
        self.assertFalse(settlement.proof_message)
        self.bank_line(95, "Dummy P-1")
        settlement._match_bank()
        self.assertEqual(settlement.state, "paid")

    def test_accepted_again_after_it_was_undone(self):
        self.take(("P-1", "95.00", 2, [("1", "100.00", "3.00")]), name="a.json")
        settlement = self.settlement_of("P-1")
        settlement._accept_difference("Avtalt")
        settlement._reverse("Feil fil")
        self.take(("P-1", "94.00", 2, [("1", "100.00", "3.00")]), name="b.json")
        self.assertEqual((settlement.state, settlement.can_accept), ("error", True))
        settlement._accept_difference("Avtalt på nytt")
        self.assertEqual((settlement.state, settlement.clearing_residual), ("booked", 94))

    def test_not_where_a_row_is_at_fault(self):
        self.take(("P-1", "294.00", 2, [("1", "100.00", "2.00"), ("2", "200.00", "4.00")]))
        self.take(("P-2", "490.00", 3, [("2", "200.00", "4.00"), ("3", "300.00", "6.00")]))
        settlement = self.settlement_of("P-2")
        self.assertFalse(settlement.can_accept)
        with self.assertRaisesRegex(UserError, "no difference"):
            settlement._accept_difference("Likevel")

    def test_a_reason_is_needed(self):
        self.take(("P-1", "95.00", 2, [("1", "100.00", "3.00")]))
        with self.assertRaisesRegex(UserError, "the reason is kept"):
            self.settlement_of("P-1")._accept_difference(" ")


@tagged("post_install", "-at_install")
class TestPayoutInTwoFiles(SettlementCase):
    """Vipps' XML of 2000778 has a payment of 200.00 that 2000777 has already, and one of 300.00; 490.00 is paid."""

    def test_payout_of_some_of_the_rows_that_are_booked_before_it(self):
        """The ledger's days are booked, then a file names a payout of one of them: undo, and upload it again."""
        movements = [capture("1", day(2), "A", "100.00"), capture("2", day(3), "B", "200.00")]
        for name, content in vipps_files.as_api_bundles(movements):
            self.provider._ingest_file(name, content)._process_each()
        run = self.provider.settlement_ids
        self.assertEqual(set(run.line_ids.mapped("status")), {"unknown"})
        later = capture("3", day(2), "C", "50.00")
        name, content = vipps_files.as_old_xml([movements[0], later, payout("2000777", day(2))])
        with self.assertRaisesRegex(UserError, "1 of its transactions are booked in Vipps .* Undo Vipps"):
            self.provider._ingest_file(name, content)
        run._reverse("Utbetalingen er kjent")
        settlement = self.provider._ingest_file(name, content)
        settlement._process_each()
        self.assertEqual((settlement.external_id, settlement.state), ("2000777", "booked"))
        self.assertEqual(sorted(settlement.line_ids.mapped("provider_reference")), ["1", "3"])
        self.assertEqual(run.line_ids.provider_reference, "2")

    def test_it_is_not_booked_with_another_sum(self):
        first = [capture("1", day(2), "A", "100.00", "2.00"), capture("2", day(2), "B", "200.00", "4.00")]
        second = [first[1], capture("3", day(3), "C", "300.00", "6.00")]
        for name, rows, number in (("777.xml", first, "2000777"), ("778.xml", second, "2000778")):
            _name, content = vipps_files.as_old_xml([*rows, payout(number, day(3))])
            self.provider._ingest_file(name, content)._process_each()
        wrong = self.provider.settlement_ids.filtered(lambda one: one.external_id == "2000778")
        self.assertEqual((wrong.state, wrong.move_ids.ids), ("error", []))
        for text in ("2000777", "777.xml", "778.xml", "490.00", "294.00"):
            self.assertIn(text, DummyCase.plain(wrong.error_message))
        self.bank_line(490, "Utb. 2000778 Vippsnr 123455")
        self.provider.settlement_ids._match_bank()
        self.assertFalse(wrong.bank_line_ids)
