"""The try-out: what it says would happen is what then happens, and trying changes nothing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout

from ..booking.living_case import SHARED_ROLES, Living, few, stories
from ..common import SettlementCase

#: Sentences that differ only in whether the first payment's voucher has its number yet.
PAID_BEFORE = ("already_paid_by", "nothing_open")

#: What an accountant may think of; each is put first, last, or in between.
IDEAS = (
    {"name": "Ukjent først", "action": "unknown", "amount_to": 60},
    {"name": "Kortbrudd", "kind": "chargeback", "action": "unknown"},
    {"name": "Nye typer", "kind": "other", "action": "account", "account": "7770"},
    {"name": "Store beløp", "action": "account", "account": "3000", "amount_from": 200},
    {"name": "Forsøk", "action": "match", "key": "order_reference", "match_reference": "match_regex",
     "match_reference_param": r"^(web-\d)-\d$"},
    {"name": "Uten øre", "action": "match", "key": "order_reference", "has_tolerance": True, "tolerance": 0},
    {"name": "Ikke uten forsøk", "action": "match", "key": "order_reference", "without_attempt": False},
    {"name": "Kari", "action": "match", "key": "customer_amount", "customer": True, "days": 30},
    {"name": "Karis konto", "action": "customer", "customer": True, "match_reference": "contains",
     "match_reference_param": "ukjent"},
    {"name": "På kunden", "action": "customer", "key": "order_reference", "kind": "refund"},
    {"name": "Ikke vår", "action": "exclude", "match_reference": "not_contains", "match_reference_param": "web"},
    {"change": "order_reference", "has_tolerance": True, "tolerance": 0.05, "amount_from": 50},
    {"name": "Sent i måneden", "action": "unknown", "date_from": "2026-03-03", "kind": "payment"},
)  # fmt: skip

#: Default rules that may be changed so that they apply to nothing.
SWITCHED_OFF = ("provider_reference", "order_reference", "payment_reference")


@st.composite
def changes(draw):
    """Some ideas, the places they are put in, and default rules that are switched off."""
    ideas = draw(st.lists(st.sampled_from(range(len(IDEAS))), min_size=1, max_size=3, unique=True))
    places = [draw(st.sampled_from((1, 15, 50, 99))) for _idea in ideas]
    return tuple(zip(ideas, places, strict=True)), draw(st.lists(st.sampled_from(SWITCHED_OFF), max_size=1))


@tagged("post_install", "-at_install")
class TestTryout(Living, SettlementCase):
    def make_tryout(self, change, scope):
        """A try-out of drafts in their places, without what is switched off."""
        ideas, switched_off = change
        for idea, place in ideas:
            values = dict(IDEAS[idea])
            if values.pop("customer", False):
                values["partner_id"] = self.customer.id
            if code := values.pop("account", False):
                values["account_id"] = self.account(code).id
            rules = self.env["account.settlement.rule"]
            if code := values.pop("change", False):
                self.change(code, **values)
            else:
                rules.create({**values, "sequence": place, "provider_ids": self.provider.ids})
        for code in switched_off:
            self.change(code, date_to="2026-01-01")
        return self.env["settlement.rule.tryout"].create(
            {"provider_id": self.provider.id, "scope": scope, "date_from": day(1), "date_to": day(28)}
        )

    def change(self, code, **values):
        """A draft of a change to a default rule."""
        rules = self.env["account.settlement.rule"]
        rule = rules.search([("default_code", "=", code), ("provider_ids", "in", self.provider.ids)])
        rules.browse(rule.action_change()["res_id"]).write(values)

    def predict(self, tryout):
        """``[(transaction, what would happen)]``, and that trying has left no trace."""
        before = self.traces(self.provider)
        tryout.action_try()
        self.assertEqual(self.traces(self.provider), before, "trying writes nothing")
        return [(line, then) for line, _now, then in tryout._try()]

    def assertHappened(self, line, then):
        """A booked transaction stands where the try-out said, by the rule it said, for the reasons it said."""
        said = [message.to_json() for message in then.explanation]
        # A part that is moved leaves the rest on the document and customer where it was.
        is_whole = then.line.amount_whole in (None, then.line.amount)
        self.assertEqual(
            (
                line.status,
                line.rule_id.id,
                is_whole and line.invoice_id.id,
                is_whole and line.partner_id.id,
                line.is_dispute,
                line.difference or "",
                line.is_exclusion_proposed,
                self.without_vouchers(line.explanation_data[: len(said)]),
                self.without_names(line.tried_data or []),
            ),
            (
                str(then.status),
                then.rule_id or False,
                (is_whole and then.invoice_id) or False,
                (is_whole and then.partner_id) or False,
                then.is_dispute,
                then.difference,
                str(then.status) == "new",
                self.without_vouchers(said),
                self.without_names([message.to_json() for message in then.tried]),
            ),
            line.name,
        )

    def assertBookedAs(self, line, then):
        """Its own journal items are the parts the try-out divided it into."""
        unknown = self.provider.unknown_account_id.id
        expected = {}
        for part in then.allocations:
            if str(part.role) not in ("fee", "fee_owed", "rounding"):
                key = (part.account_id or unknown, part.partner_id or False)
                expected[key] = expected.get(key, 0) - part.amount - part.rounding
        found = {}
        for item in line.move_line_ids:
            is_undone = item.move_id.reversed_entry_id or item.move_id.reversal_move_ids
            if not is_undone and item.settlement_role not in (*SHARED_ROLES, "rounding", "exchange"):
                key = (item.account_id.id, item.partner_id.id)
                found[key] = found.get(key, 0) + item.amount_currency
        self.assertEqual(
            {key: f"{amount:.2f}" for key, amount in found.items() if round(amount, 2)},
            {key: f"{amount:.2f}" for key, amount in expected.items() if amount},
            line.name,
        )

    @staticmethod
    def without_vouchers(messages):
        """The sentences without the numbers of vouchers, which nobody can know before they are written.

        And without the names of rules: a draft of a change gets the name of the rule it takes the place of.
        """
        said = []
        for template, values in messages:
            kept = {name: value for name, value in values.items() if name not in ("paid_by", "rule")}
            said.append((PAID_BEFORE[0] if template in PAID_BEFORE else template, kept))
        return said

    def without_names(self, attempts):
        """Which rules were tried in vain, and why."""
        return [(attempt["rule_id"], self.without_vouchers([attempt["message"]])) for attempt in attempts]

    def test_all_of_it_undone_and_booked_again(self):
        """Put into use, undone and booked again: each transaction goes where the try-out said."""

        @few(14)
        @given(stories(), changes())
        def holds(story, change):
            with self.forgotten():
                self.compare_anew(self.live(story, self.provider), self.make_tryout(change, "all"))

        holds()

    def compare_anew(self, settlements, tryout):
        """Try, undo, put into use, book again, and compare."""
        settlements = settlements.sorted(lambda one: (one.date, one.id))
        predicted = self.predict(tryout)
        settlements._reverse("Prøve")
        tryout.action_put_into_use()
        for settlement in settlements:
            settlement._process()
        for line, then in predicted:
            if line.status != "new" or line.is_exclusion_proposed:
                self.assertHappened(line, then)
                self.assertBookedAs(line, then)

    def test_what_is_booked_one_day_is_found_by_the_next(self):
        """A dispute carries nothing but the payment's id; its end meets it. Both depend on what was booked before."""
        self.invoice(100, "WEB-1")
        dispute = Movement("retained-disputed-capture", "1", day(3), "", Decimal(-100))
        won = Movement("returned-disputed-capture", "1", day(4), "", Decimal(100))
        settlements = self.settle([capture("1", day(2), "WEB-1", "100.00"), dispute, won, payout("1", day(4))])
        lines = settlements.line_ids
        self.assertEqual(set(lines.filtered("is_dispute").mapped("invoice_id.webshop_reference")), {"WEB-1"})
        self.compare_anew(settlements, self.make_tryout((((5, 15),), []), "all"))
        self.assertEqual(lines.filtered("is_dispute").mapped("status"), ["matched", "matched"])

    def test_what_waits_is_looked_at_again(self):
        """Put into use: what was unknown, on the customer or new goes where the try-out said, the rest stays."""

        @few(14)
        @given(stories(), changes())
        def holds(story, change):
            with self.forgotten():
                settlements = self.live(story, self.provider).sorted(lambda one: (one.date, one.id))
                tryout = self.make_tryout(change, "waiting")
                predicted = self.predict(tryout)
                before = {line: (line.status, line.move_line_ids) for line, _then in predicted}
                tryout.action_put_into_use()
                for settlement in settlements:
                    settlement.line_ids._retry()
                for settlement in settlements:
                    settlement._process()
                stayed = {line for line, then in predicted if then is None}
                moved = {line for line, then in predicted if then is not None}
                for line in stayed - moved:
                    self.assertEqual((line.status, line.move_line_ids), before[line])
                for line, then in predicted:
                    if then is not None and before[line][0] != "new":
                        self.assertHappened(line, then)

        holds()

    def test_differences_are_told_in_sums_and_one_by_one(self):
        self.invoice(100, "WEB-1")
        self.settle(
            [capture("1", day(2), "WEB-1", "100.00"), capture("2", day(2), "GAVE-7", "50.00"), payout("1", day(2))]
        )
        self.env["account.settlement.rule"].create(
            {
                "name": "Gavekort",
                "action": "account",
                "account_id": self.account("2900").id,
                "match_reference": "contains",
                "match_reference_param": "GAVE-",
                "provider_ids": self.provider.ids,
            }
        )
        tryout = self.env["settlement.rule.tryout"].create(
            {"provider_id": self.provider.id, "date_from": day(1), "date_to": day(28)}
        )
        tryout.action_try()
        self.assertEqual((tryout.tried_count, tryout.changed_count, tryout.posted_count), (3, 1, 1))
        self.assertEqual(
            [(group.now, group.then, group.transaction_count, group.amount) for group in tryout.group_ids],
            [("Unknown account", "Account, by “Gavekort”", 1, 50)],
        )
        self.assertEqual(tryout.line_ids.line_id, self.line_of("2"))
        self.assertEqual(self.line_of("2").status, "unknown", "nothing is booked by trying")

    def test_posted_ones_that_would_go_elsewhere(self):
        self.invoice(100, "WEB-1")
        self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("1", day(2))])
        tryout = self.make_tryout(((), ["order_reference"]), "all")
        tryout.action_try()
        self.assertEqual((tryout.changed_count, tryout.posted_count), (1, 1))
        self.assertEqual(tryout.group_ids.then, "Unknown account")

    def test_without_changes_nothing_would_change(self):
        self.invoice(100, "WEB-1")
        self.settle(
            [capture("1", day(2), "WEB-1", "99.50"), capture("2", day(3), "WEB-1", "60.00"), payout("1", day(3))]
        )
        for scope in ("all", "waiting"):
            tryout = self.env["settlement.rule.tryout"].create(
                {"provider_id": self.provider.id, "date_from": day(1), "date_to": day(28), "scope": scope}
            )
            tryout.action_try()
            self.assertEqual((len(tryout.draft_ids), tryout.changed_count), (0, 0))
