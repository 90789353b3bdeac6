"""The one work list: everything that waits for a person, each once, and the button that ends it."""

from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.models.account_settlement_provider_overview import ACTIONS, WORK_LISTS
from odoo.addons.settlement_bridge.models.settlement_fault import FAILURES_TO_TELL
from odoo.addons.settlement_bridge.models.settlement_work import CAUSES
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import line as order_line
from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import sent_order

from ..webshops.web_order_case import NOON, WebOrderCase

#: What no card counts. What is late is on the cards, and waits for nobody.
ON_NO_CARD = {"undone", "fault", "fetch", "setup"}
WAITS_FOR_NOBODY = "late_count"


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestOneWorkList(WebOrderCase):
    """A month in which everything went wrong that can, seen by somebody who books and matches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.settlement_user("one_who_matches")

    def rows(self, **found):
        self.env.invalidate_all()
        rows = self.env(user=self.user)["settlement.work"]
        return rows.search([(name, "=", value) for name, value in found.items()])

    def row_of(self, record):
        return self.rows(res_model=record._name, res_id=record.id)

    def live_a_bad_month(self):
        """Return the transactions by their number, after as much of it as fits."""
        self.invoice(90, "SHORT")
        self.invoice(70, "TWICE")
        opened = self.invoice(60, "OPENED")
        self.invoice(100, "GOOD")
        self.invoice(40, "LOST")
        self.settle(
            [
                capture("1", day(2), "NOBODY", "350.00"),
                capture("2", day(2), "SHORT", "80.00"),
                capture("3", day(2), "TWICE", "70.00"),
                capture("4", day(2), "TWICE", "70.00"),
                capture("5", day(2), "OPENED", "60.00"),
                capture("6", day(2), "GOOD", "100.00"),
                Movement("retained-disputed-capture", "7", day(2), "LOST", Decimal("-40.00")),
                payout("2000001", day(2)),
            ]
        )
        opened.line_ids.filtered("reconciled").remove_move_reconcile()
        self.line_of("6").sudo().fee_vat_issue = "untaxed"
        cafe = self.activate(merchant_id="777001", name="Kafeen")
        days = range(3, 8)
        movements = [one for n in days for one in (capture(f"9{n}", day(n), f"Z{n}", "10.00"), payout(f"9{n}", day(n)))]
        altered, failed, unconfirmed, undone, bank = self.settle(movements, cafe).sorted("date").sudo()
        said = [["text_only", {"error": "Nei."}]]
        altered.write({"is_altered": True, "proof_data": said})
        failed.booking_error_data = said
        unconfirmed.needs_confirmation = True
        undone.with_user(self.accountant)._reverse("Feil konto")
        bank.bank_proposal_data = [{"message": ["text_only", {"error": "Hvilken?"}]}]
        document = altered.document_ids[:1]
        for state in ("error", "waiting"):
            document.create(
                {
                    "name": f"{state}.csv",
                    "sha256": state,
                    "source": "upload",
                    "state": state,
                    "code": "vipps",
                    "error_data": said,
                }
            )
        self.bank_line(55, "?", counterpart_account_id=self.provider.clearing_account_id.id)
        amount = Decimal("111.00")
        [order] = self.told(sent_order(lines=(order_line("71", "Fisk", amount, 11),), total=amount))
        order.webshop_event_id.sudo().copy({"state": "error", "external_id": "X", "message_data": said})
        faults = self.env["settlement.fault"].sudo()
        for task in ("book", "Proof"):
            faults.create({"task": task, "res_model": bank._name, "res_id": altered.id, "failures": FAILURES_TO_TELL})
        faults.create({"task": "book", "res_model": bank._name, "res_id": undone.id, "failures": 1})
        self.shop.sudo().write({"fetch_enabled": True, "fetch_failures": FAILURES_TO_TELL, "fetch_error_data": said})
        self.archive_by_force(cafe.fee_account_id)
        self.env.flush_all()

    def of_cards(self):
        """What the cards' buttons open, beside what waits for nobody: ``{(model, id)}``."""
        providers = self.env["account.settlement.provider"].search([])
        shops = self.env["sale.webshop"].search([])
        actions = [
            {"res_model": model, "domain": [("provider_id", "in", providers.ids), condition]}
            for counter, (model, condition) in WORK_LISTS.items()
            if counter != WAITS_FOR_NOBODY
        ]
        for provider in providers:
            actions += [provider.action_open_refused(), provider.action_open_waiting(), provider.action_open_strays()]
        for shop in shops:
            actions += [shop.action_open_waiting(), shop.action_open_refused()]
        return {
            (action["res_model"], record.id)
            for action in actions
            for record in self.env[action["res_model"]].search(action["domain"])
        }

    def test_nothing_on_two_lists_and_nothing_on_none(self):
        self.live_a_bad_month()
        rows = self.rows()
        listed = [(row.res_model, row.res_id) for row in rows]
        self.assertEqual(len(listed), len(set(listed)))
        of_cards = self.of_cards()
        self.assertFalse(of_cards - set(listed))
        more = {row.cause for row in rows if (row.res_model, row.res_id) not in of_cards}
        self.assertEqual(more, ON_NO_CARD)
        self.assertEqual(set(rows.mapped("cause")), set(CAUSES) - {"proposed"})
        self.assertEqual(set(ACTIONS) - set(rows.mapped("res_model")), set())
        self.assertTrue(all(row.name and row.why and row.solution for row in rows), rows.mapped("why"))
        unknown = self.row_of(self.line_of("1"))
        self.assertEqual(
            (unknown.cause, unknown.amount, unknown.age, unknown.unknown_cause), ("unknown", 350, 18, "never_seen")
        )
        self.assertEqual(self.row_of(self.line_of("2")).amount, 10)
        opened = self.row_of(self.line_of("5"))
        self.assertFalse(opened.candidate_id, "what it was taken back from is not proposed for it")
        # the worst of several reasons is the one it is listed for
        self.line_of("1").sudo().fee_vat_issue = "untaxed"
        self.assertEqual(self.row_of(self.line_of("1")).cause, "unknown")

    def test_what_is_open_of_an_invoice_is_listed_once(self):
        """Two payments of 400 and 300 of an invoice of 1000: 300 is open, on one row, whose sentence says so."""
        invoice = self.invoice(1000, "PARTS")
        self.settle([capture("1", day(2), "PARTS", "400.00"), capture("2", day(3), "PARTS", "300.00")])
        [row] = self.rows(cause="short")
        self.assertEqual((row.res_id, row.amount), (self.line_of("2").id, 300))
        self.assertIn("300.00 remains open", row.why)
        other = self.credit_note(100, partner=invoice.partner_id)
        (invoice.line_ids + other.line_ids).filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        ).reconcile()
        [row] = self.rows(cause="short")
        self.assertEqual(row.amount, 200)
        self.assertIn("200.00 remains open", row.why)

    def test_rows_that_are_several_none_or_gone(self):
        self.settle([capture("1", day(2), "NOBODY", "10.00"), capture("2", day(2), "NOBODY-2", "20.00")])
        rows = self.rows(cause="unknown")
        self.assertEqual(len(rows), 2)
        buttons = ("action_open", "action_solve", "action_keep")
        for chosen in (rows, rows.browse()):
            for button in buttons:
                with self.assertRaises(UserError):
                    getattr(chosen, button)()
        gone = rows.browse(2**31 * 16 + 1)
        for chosen in (gone, rows.browse()):
            for button in (*buttons, "action_match", "action_accept_proposals", "action_retry"):
                with self.assertRaises(UserError) as refused:
                    getattr(chosen, button)()
                self.assertIs(type(refused.exception), UserError)

    def test_a_constant_number_of_queries(self):
        self.settle([capture("1", day(2), "X-1", "10.00"), payout("1", day(2))])

        def count():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.env["settlement.work"].web_search_read([], {"name": {}, "why": {}, "solution": {}, "candidate_id": {}})
            return self.cr.sql_log_count - before

        count()
        few = count()
        self.settle([capture(f"2{n}", day(3), f"Y-{n}", "10.00") for n in range(15)] + [payout("2", day(3))])
        self.assertLessEqual(count(), few + 2)

    def test_the_button_of_each_row_ends_it(self):
        self.invoice(350, "X-NOBODY-99")
        self.settle(
            [capture("1", day(2), "NOBODY-99", "350.00"), capture("2", day(2), "Q", "5.00"), payout("1", day(2))]
        )
        row = self.row_of(self.line_of("1"))
        self.assertEqual((row.solution, row.candidate_id.webshop_reference), ("accept", "X-NOBODY-99"))
        with self.assertRaisesRegex(UserError, "has changed since"):
            row.with_context(settlement_candidate_id=-1).action_solve()
        answer = row.with_context(settlement_candidate_id=row.candidate_id.id).action_solve()
        line = self.line_of("1")
        self.assertEqual((line.status, answer["tag"]), ("resolved", "settlement_done"))
        self.assertIn(line.move_line_ids.move_id.sorted("id")[-1].name, answer["params"]["links"][0]["label"])
        with self.assertRaisesRegex(UserError, "done already"):
            row.action_solve()
        # and back again, by the button of what was said
        undo = answer["params"]["undo"]
        dialog = self.env(user=self.user)[undo["res_model"]].with_context(**undo["context"]).create({"reason": "Feil"})
        dialog.action_confirm()
        self.assertEqual(self.row_of(line).unknown_cause, "taken_back")
        other = self.row_of(self.line_of("2"))
        self.assertEqual(other.action_solve()["res_model"], "settlement.line.assign")
        self.assertIn("Still waiting: 1", other.action_retry()["params"]["message"])
        self.invoice(5, "Q")
        self.assertFalse(self.row_of(self.line_of("2")))

    def test_settlements_and_what_failed(self):
        settlement = self.settle([capture("1", day(2), "X", "10.00"), payout("1", day(2))], process=False).sudo()
        settlement.filtered("payout_amount").needs_confirmation = True
        row = self.rows(cause="unconfirmed")
        self.assertIn("Done: 1", row.action_solve()["params"]["message"])
        self.assertEqual(settlement.filtered("payout_amount").confirmed_by_id, self.user)
        fault = (
            self.env["settlement.fault"]
            .sudo()
            .create(
                {
                    "task": "book",
                    "res_model": settlement._name,
                    "res_id": settlement[-1:].id,
                    "failures": 3,
                    "next_at": "2026-03-21 12:00:00",
                }
            )
        )
        row = self.rows(cause="fault")
        self.assertIn("3 times", row.why)
        row.action_solve()
        self.assertEqual(str(fault.next_at), NOON)

    def test_whose_it_is(self):
        """Another company sees nothing of it, and whoever may not match has no such list."""
        self.settle([capture("1", day(2), "X", "10.00"), payout("1", day(2))])
        su = self.env(su=True)
        other = su["res.company"].create({"name": "En annen"})
        groups = "settlement_bridge.group_settlement_user"
        stranger = new_test_user(su, "of_another", groups, company_id=other.id, company_ids=[Command.set(other.ids)])
        rows = self.env["settlement.work"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(rows.search([]))
        self.assertTrue(self.rows())
        self.assertFalse(self.rows().with_user(stranger).with_context(allowed_company_ids=other.ids).exists())
        clerk = new_test_user(
            su,
            "clerk",
            "account.group_account_invoice",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.env["settlement.work"].with_user(clerk).search([])
