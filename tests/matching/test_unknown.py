"""The Unknown list: why each is there, what is proposed for it, where else to look, and the reminder."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..webshops.webshop_case import WebshopCase


@tagged("post_install", "-at_install")
class TestUnknown(WebshopCase):
    def settle_unknown(self, *references):
        found = [capture(str(number), day(2), text, "100.00") for number, text in enumerate(references, 1)]
        return self.settle([*found, payout("2000001", day(2))])

    def test_why(self):
        """Each unknown transaction has one cause, and none of the others has any."""
        self.invoice(100, "KNOWN")
        for name in ("Ola", "Per"):
            self.invoice(100, "TWO", partner=self.env["res.partner"].create({"name": name}))
        self.settle_unknown("KNOWN", "NEVER", "", "TWO")
        causes = [self.line_of(str(number)).unknown_cause for number in range(1, 5)]
        self.assertEqual(causes, [False, "never_seen", "elsewhere", "ambiguous"])
        shop = self.make_shop(start_date="2026-03-03")
        self.assertEqual(self.line_of("2").unknown_cause, "before_start")
        shop.start_date = "2026-03-01"
        self.assertEqual(self.line_of("2").unknown_cause, "never_seen")
        self.assertEqual(
            self.env["account.settlement.line"].search([("unknown_cause", "=", "ambiguous")]), self.line_of("4")
        )
        self.line_of("2")._assign(self.customer, "Kari har ringt")
        self.assertFalse(self.line_of("2").unknown_cause)
        self.line_of("2")._undo("Det var ikke Kari")
        self.assertEqual(self.line_of("2").unknown_cause, "taken_back")

    def test_what_is_proposed_is_accepted_with_one_click(self):
        self.settle_unknown("42")
        invoice = self.invoice(100, "X-42-1042", date="2026-03-02")
        line = self.line_of("1")
        line.invalidate_recordset()
        self.assertEqual((line.candidate_id, bool(line.candidate_reason)), (invoice, True))
        answer = line.action_accept_proposal()
        self.assertEqual((line.status, invoice.amount_residual), ("resolved", 0))
        self.assertEqual(answer["params"]["undo"]["context"]["default_action"], "undo")

    def test_the_shop_is_searched_for_it_at_its_own_address_only(self):
        self.settle_unknown("W 1&2")
        line = self.line_of("1")
        with self.assertRaisesRegex(UserError, "no shop"):
            line.action_open_in_shop()
        first = self.make_shop("woocommerce", name="Strikk", api_url="https://strikk.example.com/butikk/?lang=nb#top")
        url = "https://strikk.example.com/butikk/wp-admin/admin.php?page=wc-orders&s=W+1%262"
        self.assertEqual(line.action_open_in_shop()["url"], url)
        magento = self.make_shop("magento", name="Garn", api_url="https://garn.example.com")
        line.invalidate_recordset(["shop_links"])
        self.assertNotIn("Garn", line.shop_links)
        magento.sudo()._set_settings({"admin_path": "/admin_1a2b/"})
        line.invalidate_recordset(["shop_links"])
        self.assertIn("Search in Strikk", line.shop_links)
        self.assertIn("https://garn.example.com/admin_1a2b/sales/order/index/?search=W+1%262", line.shop_links)
        self.assertEqual(line.action_open_in_shop()["res_model"], line._name)
        # of another provider's shop nothing is known
        first.provider_ids = self.activate(merchant_id="777001", name="En annen")
        self.assertIn("garn", line.action_open_in_shop()["url"])

    def test_customers_and_amounts_are_found_in_the_dialog(self):
        self.settle_unknown("NOBODY")
        line = self.line_of("1")
        invoice = self.invoice(1234.5, "OTHER")
        form = Form(self.env["settlement.line.assign"].with_context(**line.action_assign()["context"]))
        form.search_text = "1 234,50"
        self.assertIn(invoice, form.candidate_ids[:])
        form.search_text = "nordmann"
        self.assertEqual(form.partner_ids[:], self.customer)
        form.reason = "Kari sier det er hennes"
        dialog = form.save()
        answer = self.customer.with_context(settlement_assign_id=dialog.id).action_place_settlement_lines()
        self.assertEqual((line.partner_id, answer["tag"]), (self.customer, "settlement_done"))
        # where it stands already, nothing would be moved
        again = self.env["settlement.line.assign"].create(
            {"line_ids": line.ids, "action": "customer", "partner_id": self.customer.id, "reason": "En gang til"}
        )
        vouchers = line.move_line_ids.move_id
        with self.assertRaisesRegex(UserError, "stands on Kari Nordmann already"):
            again.action_confirm()
        self.assertEqual(line.move_line_ids.move_id, vouchers)

    def test_what_was_undone_is_not_proposed_again(self):
        invoice = self.invoice(100, "42", partner=self.customer, date="2026-03-02")
        self.settle_unknown("42")
        line = self.line_of("1")
        self.assertEqual(line.invoice_id, invoice)
        line._undo("Feil faktura")
        self.assertEqual(line.open_as, "unknown")
        self.assertFalse(line.candidate_id)
        line._assign(invoice, "Det var den likevel")
        self.assertEqual(line.invoice_id, invoice)

    def test_the_reminder(self):
        """One activity while something is open, again after a week, in the language of who is reminded, until zero."""
        reminded = self.settlement_user("anne")
        self.provider.unknown_reminder_user_id = reminded

        def remind(on):
            with freeze_time(f"2026-03-{on} 02:30:00"):
                self.provider.sudo()._update_reminder()
            self.provider.invalidate_recordset(["activity_ids"])
            return self.provider.activity_ids.filtered(lambda one: one.settlement_reason == "unknown")

        self.assertFalse(remind("01"))
        self.settle_unknown("A", "B")
        [activity] = remind("03")
        self.assertEqual(activity.user_id, reminded)
        self.assertIn("transactions: 2", activity.note)
        self.line_of("1")._assign(self.customer, "Karis")
        self.assertEqual(remind("04"), activity)
        self.assertIn("transactions: 1", activity.note)
        self.assertIn("100.00 in credit is open", " ".join(activity.note.replace("\N{NO-BREAK SPACE}", " ").split()))
        activity.action_feedback(feedback="Ser på det")
        self.assertFalse(remind("09"))
        self.assertEqual(len(remind("10")), 1)
        self.line_of("2")._assign(self.customer, "Karis")
        self.provider.invalidate_recordset(["activity_ids"])
        self.assertFalse(self.provider.activity_ids)
        self.provider.unknown_reminder = "never"
        self.line_of("2")._undo("Ikke Karis")
        self.assertFalse(remind("20"))
        # and every night it is looked at
        self.provider.unknown_reminder = "monthly"
        with self.enter_registry_test_mode():
            self.trigger("ir_cron_settlement_prove")
        self.provider.invalidate_recordset(["activity_ids"])
        self.assertEqual(self.provider.activity_ids.settlement_reason, "unknown")

    def test_the_reminder_of_a_shared_account(self):
        """It stays while something is open, though its agreement is paused, until the other agreement has it."""
        other = self.activate(merchant_id="777002", name="Ytre Kafé")
        other.unknown_account_id = self.provider.unknown_account_id

        def reminders():
            self.env.invalidate_all()
            both = self.provider | other
            return both.activity_ids.filtered(lambda one: one.settlement_reason == "unknown").mapped("res_id")

        self.settle_unknown("A", "B")
        for provider in (self.provider | other).sudo():
            provider._update_reminder()
        self.assertEqual(reminders(), self.provider.ids)
        self.provider.sudo().state = "paused"
        self.line_of("1")._assign(self.customer, "Karis")
        self.assertEqual(reminders(), self.provider.ids)
        other.sudo()._update_reminder()
        self.assertEqual(reminders(), other.ids)

    def test_a_file_that_is_here_already_says_so(self):
        name, content = vipps_files.as_portal_csv(vipps_files.story())

        def upload():
            file = self.env["ir.attachment"].create({"name": name, "raw": content})
            wizard = self.env["settlement.upload"].create({"attachment_ids": file.ids})
            return wizard.action_upload()

        self.assertEqual(upload()["type"], "ir.actions.act_window")
        again = upload()["params"]
        self.assertIn("was here already. Nothing has changed.", again["message"])
        self.assertEqual((again["type"], again["next"]["res_model"]), ("info", "account.settlement"))
