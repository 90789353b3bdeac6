"""A rule's life in Odoo: it comes with the provider or is learned, is changed, tried, put into use, and kept."""

from decimal import Decimal
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

from ..common import SettlementCase


class RuleCase(SettlementCase):
    def rule(self, **values):
        """A rule in use for the provider."""
        rule = self.draft(**values)
        rule._put_into_use()
        return rule

    def draft(self, **values):
        return self.env["account.settlement.rule"].create(
            {"name": "Prøve", "provider_ids": self.provider.ids, **values}
        )

    def default_rule(self, code):
        return self.env["account.settlement.rule"].search(
            [("default_code", "=", code), ("provider_ids", "in", self.provider.ids)]
        )


@tagged("post_install", "-at_install")
class TestStartingRules(RuleCase):
    def test_every_provider_starts_with_rules_of_its_own(self):
        other = self.activate(merchant_id="654321")
        for provider in (self.provider, other):
            rules = self.env["account.settlement.rule"]._search_used(provider)
            self.assertEqual(
                rules.mapped("default_code"),
                ["provider_reference", "order_reference", "invoice_number", "payment_reference", "fees", "reserves"],
            )
            self.assertEqual(rules.provider_ids, provider)

    def test_upgrade_leaves_the_rules_alone(self):
        moved, off, changed = map(self.default_rule, ("order_reference", "payment_reference", "invoice_number"))
        moved.sequence = 5
        off.active = False
        changed.sudo().write({"amount_from": 10, "name": "Fakturanummer hos oss"})
        self.default_rule("reserves").unlink()
        self.env["account.settlement.provider"].sudo()._update_defaults()
        self.assertEqual((moved.sequence, off.active, changed.amount_from), (5, False, 10))
        self.assertEqual(
            self.env["account.settlement.rule"]._search_used(self.provider).mapped("default_code"),
            ["order_reference", "provider_reference", "invoice_number", "fees"],
        )

    def test_names_are_in_every_language(self):
        self.env["res.lang"]._activate_lang("nb_NO")
        self.activate(merchant_id="654321")
        for provider in self.env["account.settlement.provider"].search([]):
            rule = self.env["account.settlement.rule"]._search_used(provider)[1].with_context(lang="nb_NO")
            self.assertEqual(self.said_name(rule), "Webordre-referanse")
        self.assertEqual(rule.name, "Webordre-referanse")

    def test_a_name_a_person_gave_is_said_as_it_is(self):
        self.env["res.lang"]._activate_lang("nb_NO")
        rule = self.default_rule("order_reference").with_context(lang="nb_NO")
        rule.name = "Ordrenummer"
        self.assertEqual(self.said_name(rule), "Ordrenummer")

    def said_name(self, rule):
        return rule.env["settlement.message"]._render_value(rule._to_plain().name)

    def test_rule_that_has_decided_is_archived_not_deleted(self):
        self.invoice(100, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))])
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.default_rule("order_reference").unlink()

    def test_provider_takes_its_rules_along(self):
        other = self.activate(merchant_id="654321")
        own = self.env["account.settlement.rule"]._search_used(other)
        other.unlink()
        self.assertFalse(own.exists(), "without a provider they would hold for every one")


@tagged("post_install", "-at_install")
class TestRuleChecks(RuleCase):
    def test_broken_regular_expression_is_refused_when_saved(self):
        for pattern, said in (
            ("(", "cannot be used"),
            ("(?=a)", "cannot be used"),
            ("a" * 251, "at most 250"),
            ("(a)(b)", "more than one part"),
        ):
            with self.assertRaisesRegex(ValidationError, said):
                self.draft(match_text="match_regex", match_text_param=pattern, key="order_reference")

    def test_what_is_missing_is_said(self):
        for values, said in (
            ({"action": "match"}, "choose what to find it by"),
            ({"action": "account"}, "choose which"),
            ({"action": "customer"}, "what to find the customer by"),
            ({"action": "unknown", "match_text": "contains"}, "is compared with"),
            ({"action": "unknown", "amount_from": -1}, "cannot be negative"),
            ({"action": "unknown", "amount_from": 10, "amount_to": 5}, "smaller than the smallest"),
            ({"action": "unknown", "date_from": "2026-03-02", "date_to": "2026-03-01"}, "before the first"),
            ({"action": "unknown", "has_tolerance": True, "tolerance": 1.01}, "between 0.00 and 1.00"),
            ({"action": "account", "account_id": self.provider.clearing_account_id.id}, "what the provider owes"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, said):
                self.draft(**values)

    def test_who_changed_what_is_kept(self):
        rule = self.rule(action="unknown", amount_to=50, match_text="contains", match_text_param="gave")
        self.env.flush_all()
        self.env.cr.flush()
        rule.sudo().write({"amount_to": 60, "match_text_param": "gavekort"})
        self.env.cr.flush()
        values = rule.message_ids.sudo().tracking_value_ids
        self.assertEqual(set(values.field_id.mapped("name")), {"amount_to", "match_text_param"})
        self.assertEqual(rule.message_ids[0].author_id, self.env.user.partner_id)

    def test_analytic_distribution_is_in_the_trail_too(self):
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Avdeling"})
        account = self.env["account.analytic.account"].sudo().create({"name": "Nett", "plan_id": plan.id})
        rule = self.rule(action="account", account_id=self.account("7770").id)
        rule.sudo().analytic_distribution = {str(account.id): 100}
        self.assertIn("Nett", rule.message_ids[0].body)

    def test_a_change_is_a_draft_until_it_is_put_into_use(self):
        rule = self.rule(action="unknown", amount_to=50)
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        draft.amount_to = 70
        self.assertEqual((rule.amount_to, draft.state, draft.replaces_id), (50, "draft", rule))
        self.assertEqual(rule.action_change()["res_id"], draft.id, "one draft at a time")
        self.assertNotIn(draft, rule._search_used(self.provider))
        draft._put_into_use()
        self.assertEqual((draft.amount_to, draft.state, draft.sequence), (70, "used", rule.sequence))
        self.assertEqual((rule.amount_to, rule.active), (50, False), "it reads as when it decided")
        self.assertNotEqual(draft.action_change()["res_id"], draft.id, "and can be changed again")

    def test_an_archived_draft_is_put_into_use_after_all(self):
        rule = self.rule(action="unknown", amount_to=50)
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        draft.active = False
        draft._put_into_use()
        self.assertIn(draft, rule._search_used(self.provider), "not both out of use")
        self.assertFalse(rule.active)

    def test_two_drafts_of_one_rule_replace_each_other(self):
        rule = self.rule(action="unknown", amount_to=50)
        first = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        first.active = False
        second = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        self.assertNotEqual(first, second)
        first.active = True
        (first | second)._put_into_use()
        used = rule._search_used(self.provider) & (rule | first | second)
        self.assertEqual(used, second, "one rule, one place")

    def test_the_change_of_a_draft_is_the_draft(self):
        draft = self.draft(action="unknown")
        self.assertEqual(draft.action_change()["res_id"], draft.id)

    def test_a_rule_whose_account_was_archived_can_be_changed(self):
        account = self.account("7770").copy({"code": "7771", "name": "Midlertidig"})
        rule = self.rule(action="account", account_id=account.id)
        account.sudo().active = False
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        with self.assertRaisesRegex(UserError, "which is archived"):
            draft._put_into_use()
        draft.account_id = self.account("7770")
        draft._put_into_use()
        self.assertEqual((draft.state, rule.active), ("used", False))

    def test_a_change_stays_in_its_company(self):
        rule = self.rule(action="unknown", amount_to=50)
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"]).sudo()
        other = self.env["res.company"].sudo().create({"name": "Nabo AS"})
        with self.assertRaisesRegex(ValidationError, "another company"):
            draft.write({"company_id": other.id, "provider_ids": False})

    def test_a_changed_default_rule_keeps_its_name_in_every_language(self):
        self.env["res.lang"]._activate_lang("nb_NO")
        rule = self.activate(merchant_id="654321") and self.default_rule("order_reference")
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        draft.amount_from = 1
        draft._put_into_use()
        name = draft._to_plain().name
        render = self.env["settlement.message"]
        self.assertEqual(render.with_context(lang="nb_NO")._render_value(name), "Webordre-referanse")
        self.assertEqual(render.with_context(lang="en_US")._render_value(name), "Order reference")

    def test_a_currency_that_a_rule_names_is_not_deleted(self):
        currency = self.env["res.currency"].sudo().create({"name": "ZZB", "symbol": "Z"})
        self.rule(action="unknown", currency_id=currency.id)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            currency.unlink()

    def test_a_rule_that_decided_once_is_not_deleted(self):
        rule = self.rule(action="account", account_id=self.account("7770").id, amount_to=10, sequence=1)
        self.settle([capture("1", day(2), "X", "5.00"), payout("1", day(2))])
        self.line_of("1")._undo("Feil")
        self.assertFalse(rule.transaction_count)
        with self.assertRaisesRegex(UserError, "Archive it"):
            rule.unlink()

    def test_a_change_keeps_the_place_and_the_name_of_the_rule(self):
        self.env["res.lang"]._activate_lang("nb_NO")
        first, rule, third = (self.rule(action="unknown", name=name) for name in ("Første", "Andre", "Tredje"))
        rule.with_context(lang="nb_NO").name = "Nummer to"
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        draft.without_attempt = False
        first.sequence = rule.sequence = third.sequence = 40
        draft._put_into_use()
        self.assertEqual(draft.with_context(lang="nb_NO").name, "Nummer to")
        used = self.env["account.settlement.rule"]._search_used(self.provider)
        self.assertEqual(used.mapped("name")[3:7], ["Payment reference (KID)", "Første", "Andre", "Tredje"])

    def test_a_user_reads_rules_and_a_manager_changes_them(self):
        user = self.settlement_user("rule_reader")
        draft = self.draft(action="unknown").with_user(user)
        self.assertTrue(draft.description)
        with self.assertRaises(AccessError):
            draft._put_into_use()
        with self.assertRaises(AccessError):
            draft.amount_to = 5


@tagged("post_install", "-at_install")
class TestWhatRulesDo(RuleCase):
    def settle_one(self, movement, **values):
        settlements = self.settle([movement, payout("1", day(9))], **values)
        self.assertLedgerHolds(settlements)
        return settlements.line_ids.filtered(lambda line: line.kind != "payout" and "fee" not in line.kind)

    def test_key_taken_out_of_the_reference(self):
        invoice = self.invoice(100, "1042")
        self.rule(
            key="order_reference", match_reference="match_regex", match_reference_param=r"^nettbutikk/(\d+)/[\pL\d]+$"
        )
        line = self.settle_one(capture("1", day(2), "Nettbutikk/1042/AB", "100.00"))
        self.assertEqual((line.status, line.invoice_id), ("matched", invoice))

    def test_customer_and_amount_by_e_mail(self):
        self.customer.email = "kari@example.com"
        self.invoice(250, "A")
        invoice = self.invoice(100, "B")
        self.rule(key="customer_amount", days=30)
        line = self.settle_one(capture("1", day(2), "Kari@Example.com", "100.00"))
        self.assertEqual((line.status, line.invoice_id), ("matched", invoice))
        self.assertIn("Kari@Example.com", line.explanation)

    def test_customer_with_the_same_amount_twice_is_unknown(self):
        for reference in "AB":
            self.invoice(100, reference)
        self.rule(key="customer_amount", partner_id=self.customer.id, days=30)
        line = self.settle_one(capture("1", day(2), "?", "100.00"))
        self.assertEqual(line.status, "unknown")
        self.assertIn("INV/2026/00001, INV/2026/00002", line.explanation)

    def test_document_too_far_away_in_time(self):
        self.invoice(100, "A", date="2026-01-02")
        self.rule(key="customer_amount", partner_id=self.customer.id, days=30)
        line = self.settle_one(capture("1", day(2), "?", "100.00"))
        self.assertEqual(line.status, "unknown")
        self.assertIn("more than 30 days away", line.explanation)

    def test_to_the_customer_the_rule_names(self):
        self.rule(
            action="customer", partner_id=self.customer.id, match_reference="contains", match_reference_param="av"
        )
        line = self.settle_one(capture("1", day(2), "AVTALE", "100.00"))
        self.assertEqual((line.status, line.partner_id), ("on_account", self.customer))
        self.assertBalances(a1500="-100.00")

    def test_to_the_customer_of_the_order(self):
        """A refund that shall not meet the credit note by itself: the customer's balance is looked at first."""
        self.invoice(100, "WEB-1")
        self.credit_note(100, "WEB-1")
        self.rule(action="customer", key="order_reference", kind="refund", sequence=1)
        line = self.settle_one(refund("1", day(2), "WEB-1", "100.00"))
        self.assertEqual((line.status, line.partner_id), ("on_account", self.customer))

    def test_fee_by_rule(self):
        """A correction that is a fee by another name."""
        self.rule(action="fee", kind="other")
        self.settle_one(Movement("terminal-rental", "1", day(2), "", Decimal(-20)))
        self.assertBalances(a7772="20.00")

    def test_unknown_until_a_rule_says_it_is_a_fee(self):
        """Placed by a rule that came later, on the account of its type; and undone again."""
        line = self.settle_one(Movement("terminal-rental", "1", day(2), "", Decimal(-20)))
        self.assertBalances(a1523="20.00", a7772="0.00")
        self.rule(action="fee", kind="other")
        line._retry()
        self.assertEqual(line.status, "matched")
        self.assertBalances(a1523="0.00", a7772="20.00")
        line._undo("Feil")
        self.assertEqual(line.status, "unknown")
        self.assertBalances(a1523="20.00", a7772="0.00")

    def test_what_came_first_is_looked_at_again_first(self):
        """Two payments that only differ in their day: the older one takes the invoice."""
        self.settle([capture("2", day(2), "A", "100.00"), capture("1", day(3), "A", "100.00"), payout("1", day(3))])
        self.invoice(100, "WEB-7")
        self.rule(key="customer_amount", partner_id=self.customer.id, days=30)
        (self.line_of("1") | self.line_of("2"))._retry()
        self.assertEqual((self.line_of("2").status, self.line_of("1").status), ("matched", "unknown"))

    def test_own_rounding_limit_is_the_smaller(self):
        self.invoice(100, "WEB-1")
        self.default_rule("order_reference").sudo().write({"has_tolerance": True, "tolerance": 0.10})
        line = self.settle_one(capture("1", day(2), "WEB-1", "99.50"))
        self.assertEqual(line.difference, "open")
        self.assertBalances(a1500="0.50", a7740="0.00")

    def test_rule_for_another_shop_passes_over(self):
        shop = self.env["sale.webshop"].sudo().create({"name": "Butikk", "platform": "inbox"})
        other = self.env["sale.webshop"].sudo().create({"name": "En annen", "platform": "inbox"})
        order = self.order(100, "WEB-1")
        order.sudo().webshop_id = shop
        self.default_rule("order_reference").sudo().webshop_ids = other
        line = self.settle_one(capture("1", day(2), "WEB-1", "100.00"))
        self.assertEqual(line.status, "unknown")
        self.assertIn("it is not from En annen", line.explanation)

    def test_rules_of_another_provider_or_company_do_not_count(self):
        other = self.activate(merchant_id="654321")
        self.rule(action="unknown", provider_ids=other.ids, sequence=1)
        invoice = self.invoice(100, "WEB-1")
        line = self.settle_one(capture("1", day(2), "WEB-1", "100.00"))
        self.assertEqual(line.invoice_id, invoice)


@tagged("post_install", "-at_install")
class TestNothingStopsTheOthers(RuleCase):
    """One rule that cannot be followed, one row that cannot be moved, leave the rest alone."""

    def test_account_that_was_archived(self):
        account = self.account("7770").copy({"code": "7771", "name": "Midlertidig"})
        self.rule(action="account", account_id=account.id, amount_to=10, sequence=1)
        account.sudo().active = False
        invoice = self.invoice(100, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "100.00"), capture("2", day(2), "X", "5.00"), payout("1", day(2))])
        self.assertEqual((self.line_of("1").invoice_id, self.line_of("2").status), (invoice, "unknown"))
        self.assertIn("nothing can be booked to 7771 Midlertidig any more", self.line_of("2").trail)

    def test_account_that_cannot_be_booked_to_is_refused_when_saved(self):
        account = self.account("7770").copy({"code": "7771", "name": "Bare euro"})
        account.currency_id = self.env.ref("base.EUR")
        with self.assertRaisesRegex(ValidationError, "another currency"):
            self.draft(action="account", account_id=account.id)

    def test_tax_that_is_no_percentage_is_refused(self):
        tax = self.env["account.tax"].sudo().create({"name": "Fast", "amount_type": "fixed", "amount": 25})
        with self.assertRaisesRegex(ValidationError, "no percentage"):
            self.draft(action="account", account_id=self.account("7770").id, tax_id=tax.id)

    def test_row_that_cannot_be_moved_says_why_and_the_other_is(self):
        """The account was closed to entries after the rule was made."""
        self.settle([capture("1", day(2), "WEB-1", "100.00"), capture("2", day(2), "X", "5.00"), payout("1", day(2))])
        self.rule(action="account", account_id=self.account("7770").id, amount_to=10, sequence=1)
        self.invoice(100, "WEB-1")
        line, other = self.line_of("2"), self.line_of("1")
        self.assertEqual((line.status, other.status), ("unknown", "matched"))
        transfer = type(line)._book_transfer
        reason = "The account is closed."

        def refused(line, decision, move_line, **values):
            if line.provider_reference == "2":
                raise UserError(reason)
            return transfer(line, decision, move_line, **values)

        with patch.object(type(line), "_book_transfer", refused):
            (line | other)._retry()
            (line | other)._retry()
        self.assertEqual(line.status, "unknown")
        self.assertEqual(line.explanation.count(reason), 1)

    def test_what_a_person_took_back_is_not_put_there_again_by_itself(self):
        self.rule(action="account", account_id=self.account("7770").id, amount_to=10, sequence=1)
        self.settle([capture("2", day(2), "X", "5.00"), payout("1", day(2))])
        line = self.line_of("2")
        line._undo("Feil konto")
        waiting = line.search(line._get_awaiting_domain())
        self.assertEqual((line.status, line in waiting), ("unknown", False))
        line.action_retry()
        self.assertEqual((line.status, line.is_undone), ("matched", False))

    def test_amount_of_a_rule_is_the_whole_amount(self):
        """A surplus of 3.00 on a payment of 503.00 is no small payment."""
        self.invoice(500, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "503.00"), payout("1", day(2))])
        self.rule(action="account", account_id=self.account("7770").id, amount_to=5, sequence=1)
        self.line_of("1")._retry()
        self.assertBalances(a7770="0.00", a1500="-3.00")

    def test_a_shop_or_customer_a_rule_names_is_not_deleted(self):
        shop = self.env["sale.webshop"].sudo().create({"name": "Butikk", "platform": "inbox"})
        partner = self.env["res.partner"].create({"name": "Avtalekunde"})
        self.rule(key="order_reference", webshop_ids=shop.ids)
        self.rule(action="customer", partner_id=partner.id)
        for record in (shop, partner.sudo()):
            with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                record.unlink()

    def test_a_fee_in_a_sum_is_undone_with_its_settlement(self):
        settlement = self.settle([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        fee = settlement.line_ids.filtered(lambda line: line.kind == "fee")
        with self.assertRaisesRegex(UserError, "Undo its settlement"):
            fee._undo("Feil")


@tagged("post_install", "-at_install")
class TestRulesAsBooked(RuleCase):
    def setUp(self):
        super().setUp()
        self.invoice(100, "WEB-1")
        self.settlement = self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))])

    def test_a_transaction_keeps_the_rule_it_was_booked_by(self):
        line = self.line_of("1")
        rule = line.rule_id
        words = rule.description
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        draft.write({"action": "unknown", "name": "Ukjent"})
        draft._put_into_use()
        self.assertEqual((line.rule_id.name, line.rule_id.description), ("Order reference", words))
        self.assertIn("Rule “Order reference” found", line.explanation)
        self.assertNotIn("Ukjent", line.trail, "what was booked by is not what is today")
        with self.assertRaisesRegex(UserError, "in use"):
            rule.with_user(self.env.ref("base.user_admin")).amount_to = 5

    def test_booked_again_by_the_same_rules(self):
        self.settlement._reverse("Prøve")
        self.settlement._process()
        self.assertEqual((self.settlement.state, self.line_of("1").status), ("booked", "matched"))

    def test_booked_again_by_other_rules(self):
        self.settlement._reverse("Prøve")
        rule = self.rule(action="unknown", sequence=1)
        self.settlement._process()
        self.assertEqual((self.settlement.state, self.line_of("1").status), ("booked", "unknown"))
        self.assertEqual(self.line_of("1").rule_id, rule)


@tagged("post_install", "-at_install")
class TestLearned(RuleCase):
    def place(self, line, **values):
        """Place a transaction in the dialog; return the offer."""
        wizard = self.env["settlement.line.assign"].create({"line_ids": line.ids, "reason": "Sjekket", **values})
        action = wizard.action_confirm()
        return self.env[action["res_model"]].browse(action["res_id"]) if action.get("res_model") else None

    def test_the_rule_that_would_have_placed_it(self):
        """One is placed by hand; the offer tells of the other that waits and of the one booked before."""
        today = self.today()
        for number in (1042, 1043, 1044):
            self.invoice(100, f"{number}", date=today)
        self.settle(
            [
                capture("1", today, "shop:1042", "100.00"),
                capture("2", today, "shop:1043", "100.00"),
                capture("3", today, "1044", "100.00"),
                payout("1", today),
            ]
        )
        self.assertEqual(self.line_of("1").status, "unknown")
        before = self.env["account.settlement.rule"].search([])
        invoice = self.env["account.move"].search([("webshop_reference", "=", "1042")])
        offer = self.place(self.line_of("1"), action="invoice", move_id=invoice.id)
        self.assertEqual((offer.waiting_count, offer.past_count), (1, 0))
        self.assertEqual(self.env["account.settlement.rule"].search([]), before, "nothing is learned silently")
        draft = self.env["account.settlement.rule"].browse(offer.action_keep()["res_id"])
        self.assertEqual((draft.state, draft.provider_ids), ("draft", self.provider))
        self.assertEqual(draft.match_reference_param, r"^shop:(\d+)$")
        draft._put_into_use()
        self.line_of("2")._retry()
        self.assertEqual((self.line_of("2").status, self.line_of("2").rule_id), ("matched", draft))

    def test_account_by_the_providers_text(self):
        today = self.today()
        self.settle(
            [
                Movement("sponsor-support", "1", today, "", Decimal(20)),
                Movement("sponsor-support", "2", today, "", Decimal(30)),
                payout("1", today),
            ]
        )
        offer = self.place(self.line_of("1"), action="account", account_id=self.account("7770").id)
        self.assertEqual(offer.waiting_count, 1)
        self.assertIn("7770", offer.description)
        tryout = self.env["settlement.rule.tryout"].browse(offer.action_try()["res_id"])
        self.assertEqual((tryout.draft_ids.state, tryout.draft_ids.account_id.code), ("draft", "7770"))

    def test_customer_whose_reference_comes_every_month(self):
        """The offer counts what the try-out then counts, over the same period and with that draft alone."""
        self.draft(name="Et annet utkast", action="unknown", sequence=2)
        first, last = self.today() - relativedelta(months=5), self.today() - relativedelta(months=4)
        self.settle(
            [
                *(capture(f"1{place}", first, "AVT-2231", "100.00") for place in range(2)),
                *(capture(f"2{place}", first, f"WEB-{place}", "100.00") for place in range(8)),
                capture("3", last, "AVT-2231", "100.00"),
                payout("1", last),
            ]
        )
        offer = self.place(self.line_of("3"), action="customer", partner_id=self.customer.id)
        self.assertEqual((offer.waiting_count, offer.past_count), (2, 0))
        self.assertIn(self.line_of("3").move_line_ids.move_id.sorted("id")[-1:].name, offer.done_text)
        tryout = self.env["settlement.rule.tryout"].browse(offer.action_try()["res_id"])
        self.assertEqual((tryout.draft_ids.match_reference_param, tryout.date_from), (r"^AVT\-2231$", offer.date_from))
        tryout.scope = "waiting"
        tryout.action_try()
        self.assertEqual((tryout.tried_count, tryout.changed_count), (10, 2))

    def test_one_payment_of_a_customer_says_nothing_of_others(self):
        today = self.today()
        self.settle([capture(f"{place}", today, f"UKJENT-{place}", "100.00") for place in range(1, 4)])
        self.assertIsNone(self.place(self.line_of("1"), action="customer", partner_id=self.customer.id))

    def test_account_with_its_tax(self):
        today = self.today()
        self.settle(
            [capture("1", today, "GAVE-1", "125.00"), capture("2", today, "GAVE-2", "250.00")]
            + [capture(f"3{place}", today, f"WEB-{place}", "10.00") for place in range(3)]
        )
        tax = self.company.account_sale_tax_id
        offer = self.place(self.line_of("1"), action="account", account_id=self.account("3000").id, tax_id=tax.id)
        self.assertEqual((offer.waiting_count, offer.past_count), (1, 0))
        draft = self.env["account.settlement.rule"].browse(offer.action_keep()["res_id"])
        self.assertEqual(draft.tax_id, tax)
        draft._put_into_use()
        self.line_of("2")._retry()
        self.assertBalances(a3000="-300.00", a2700="-75.00")

    def test_no_offer_where_nothing_can_be_learned(self):
        today = self.today()
        self.settle([capture("1", today, "77", "100.00"), payout("1", today)])
        self.assertIsNone(self.place(self.line_of("1"), action="customer", partner_id=self.customer.id))


@tagged("post_install", "-at_install")
class TestExplained(RuleCase):
    def test_one_can_follow_a_transaction_from_its_row_to_the_voucher(self):
        """Everything an auditor asks for is on one page, in this order."""
        self.rule(name="Bare euro", action="unknown", currency_id=self.env.ref("base.EUR").id, sequence=1)
        invoice = self.invoice(100, "web-1")
        self.settle([capture("1", day(2), "WEB-1", "99.50", "2.00"), payout("1", day(2))])
        line = self.line_of("1")
        text = str(line.trail)
        told = (
            "No. 1 in",
            "WEB-1",
            "99.50",
            "Bare euro – passed over: Only in EUR.",
            "nothing has the reference 1",
            "Order reference – decided",
            "Invoice number – not reached",
            "by WEB-1 (read as web-1)",
            invoice.name,
            "0.50 less than was open: within the limit, booked as rounding",
            line.move_line_ids.move_id.name,
            "1522 Vipps oppgjør",
            f"reconciled with {invoice.name}",
        )
        places = [text.find(words) for words in told]
        self.assertNotIn(-1, places, [words for words, place in zip(told, places, strict=True) if place < 0])

    def test_unknown_says_what_would_have_been_needed(self):
        self.settle([capture("1", day(2), "WEB-9", "100.00"), payout("1", day(2))])
        self.assertIn(
            "matched when exactly one order or invoice of this company has the reference WEB-9, 1",
            self.line_of("1").trail,
        )

    def test_in_norwegian(self):
        self.env["res.lang"]._activate_lang("nb_NO")
        self.invoice(100, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))])
        line = self.line_of("1").with_context(lang="nb_NO")
        self.assertIn("Regelen «Webordre-referanse» fant", line.explanation)

    def test_every_journal_item_of_a_voucher_says_why(self):
        self.invoice(100, "WEB-1")
        self.settle(
            [capture("1", day(2), "WEB-1", "100.00", "2.00"), capture("2", day(2), "X", "50.00"), payout("1", day(2))]
        )
        items = self.line_of("1").move_line_ids.move_id.line_ids
        self.assertTrue(all(items.mapped("settlement_explanation")))
        clearing = items.filtered(lambda item: item.settlement_role == "clearing")
        self.assertIn("the sum of 3 transactions", clearing.settlement_explanation)
