"""Lives of a settlement, drawn at random, and what always holds of each: the design's rules about the ledger."""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.pure_tests.properties import examples
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import Movement, capture, day, payout, refund

BANK_KINDS = ("payout", "payout_return", "top_up")
SHARED_ROLES = ("clearing", "fee", "fee_tax", "fee_payable")
AMOUNTS = ["100.00", "100.00", "99.40", "100.90", "101.01", "60.00", "40.00", "250.00"]
ORDERS = ["WEB-1", "WEB-2", "WEB-3"]


def few(number):
    """Few examples, each a whole life of a settlement; always the same ones, so that a run today is a run tomorrow.

    Each is booked, undone and booked again, in seconds: ``dev/test --thorough`` tries three times as many.
    A failing one is not made smaller: that takes minutes. Add ``Phase.shrink`` to look into it.
    """
    return settings(
        max_examples=examples(number),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Story:
    """A month: what the shop wrote, what happened at the provider, and how much of it was told the first time."""

    documents: tuple
    late_documents: tuple
    movements: tuple
    told_first: int
    is_locked: bool
    has_prepayment: bool
    is_cancelled: bool

    @property
    def is_told_at_once(self):
        """Nothing was booked before something it depends on was known."""
        return self.told_first == len(self.movements) and not self.late_documents and not self.is_cancelled


@st.composite
def stories(draw):
    documents = st.tuples(
        st.sampled_from(["invoice", "invoice", "credit_note", "order"]),
        st.sampled_from(ORDERS),
        st.sampled_from(AMOUNTS),
    )
    movements = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        for _row in range(draw(st.integers(1, 4))):
            psp = str(len(movements) + 1)
            reference = draw(st.sampled_from([*ORDERS, *ORDERS, "web-1", "WEB-2-1", "UKJENT", ""]))
            amount = draw(st.sampled_from(AMOUNTS))
            fee = draw(st.sampled_from(["0", "1.75", "2.33"]))
            is_repeated = draw(st.integers(0, 5)) == 0
            what = draw(st.sampled_from(["capture"] * 4 + ["refund"] * 2 + ["dispute", "won", "strange"]))
            if what == "capture":
                movements.append(capture(psp, day(number + 1), reference, amount, fee, is_repeated=is_repeated))
            elif what == "refund":
                # Some providers name the payment that the refund is of.
                captures = [m for m in movements if m.type == "capture"]
                if captures and draw(st.integers(0, 2)) == 0:
                    paid = draw(st.sampled_from(captures))
                    psp, reference, amount = paid.psp, paid.reference, f"{paid.amount:.2f}"
                if not any((m.type, m.psp) == ("refund", psp) for m in movements):
                    movements.append(refund(psp, day(number + 1), reference, amount))
            elif what == "strange":
                movements.append(Movement("brand-new-type", psp, day(number + 1), "", Decimal(amount)))
            else:
                kind, sign = ("retained", -1) if what == "dispute" else ("returned", 1)
                movements.append(
                    Movement(f"{kind}-disputed-capture", psp, day(number + 1), reference, sign * Decimal(amount))
                )
        if sum(m.amount - m.fee for m in movements) > 0 and draw(st.booleans()):
            movements.append(payout(f"200000{number}", day(number + 1)))
    told_first = draw(st.integers(1, len(movements)))
    if told_first < len(movements) and movements[told_first].day == movements[told_first - 1].day:
        # The day is told again with more rows. Fees are retained in one row a day, which cannot have two amounts.
        cut = movements[told_first].day
        movements = [replace(m, fee=Decimal(0)) if m.day == cut else m for m in movements]
    return Story(
        documents=tuple(draw(st.lists(documents, max_size=4))),
        late_documents=tuple(draw(st.lists(documents, max_size=1))),
        movements=tuple(movements),
        told_first=told_first,
        is_locked=draw(st.booleans()),
        has_prepayment=draw(st.booleans()),
        is_cancelled=draw(st.integers(0, 3)) == 0,
    )


class Living:
    """Living through a story, and what is checked on the way."""

    @contextmanager
    def forgotten(self):
        """Whatever is done here is undone afterwards, in the database and in memory."""
        self.env.flush_all()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            self.env.transaction.clear()  # also what was still to be computed
            self.env.registry.clear_cache()

    def write_documents(self, documents, currency):
        for what, reference, amount in documents:
            if what == "order":
                if currency == self.company.currency_id:
                    order = self.order(float(amount), reference)
                    if amount == "60.00":
                        order._create_invoices().action_post()
            else:
                write = self.invoice if what == "invoice" else self.credit_note
                write(float(amount), reference, currency_id=currency.id)

    def live(self, story, provider):
        """Tell the story in two goes, checking after each; return all its settlements."""
        if story.has_prepayment:
            self.account("2900").reconcile = True
            provider.prepayment_account_id = self.account("2900")
        self.write_documents(story.documents, provider.currency_id)
        if story.is_locked:
            self.company.sudo().fiscalyear_lock_date = day(2)
        self.settle(list(story.movements[: story.told_first]), provider)
        self.check(provider, story)
        self.write_documents(story.late_documents, provider.currency_id)
        if story.is_cancelled:
            orders = self.env["sale.order"].search([("webshop_reference", "in", ORDERS), ("invoice_ids", "=", False)])
            orders._action_cancel()
        # The scheduled action: a document that comes late may fit a reference of which a part is left out.
        self.env["account.settlement.line"].search([("provider_id", "=", provider.id)])._retry()
        self.check(provider, story)
        settlements = self.settle(list(story.movements), provider)
        self.check(provider, story)
        return settlements

    # ------------------------------------------------------------ what is checked

    def check(self, provider, story):
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.env["account.settlement.line"].search([("provider_id", "=", provider.id)])
        moves = lines.settlement_id.move_ids
        self.check_vouchers(moves, story)
        self.check_rows(provider, lines)
        self.check_clearing(lines.settlement_id)
        for settlement in lines.settlement_id:
            self.assertEqual([str(difference) for difference in settlement._get_differences()], [])

    def check_vouchers(self, moves, story):
        """Each balances by itself and is posted, nothing stands on a suspense account, nothing in a locked period."""
        suspense = self.env["account.journal"].search([]).suspense_account_id
        suspense |= self.company.account_journal_suspense_account_id
        self.assertFalse(moves.line_ids.account_id & suspense)
        for move in moves:
            self.assertEqual(move.state, "posted")
            self.assertEqual(move.company_currency_id.round(sum(move.line_ids.mapped("balance"))), 0)
            if story.is_locked and not move.reversed_entry_id:
                self.assertGreater(move.date, day(2))

    def check_rows(self, provider, lines):
        """Each row is in the ledger exactly once: with its own lines, in one clearing line, and in its fee line."""
        for line in lines:
            live = line.move_line_ids.filtered(lambda item: item.parent_state == "posted")
            if line.kind in BANK_KINDS or line.status == "new":
                self.assertEqual(self.sum_of(live, "balance"), 0)
                continue
            rate = self.rate_of(provider, line.date)
            is_fee = line.kind in ("fee", "fee_refund")
            own = live.filtered(lambda item: item.settlement_role not in SHARED_ROLES)
            expected = 0 if is_fee else -self.company.currency_id.round(line.amount * rate)
            self.assertAlmostEqual(self.sum_of(own, "balance"), expected, places=4, msg=line.name)
            self.assertEqual(line.is_late, line.booking_date != line.date)
        for role, amount_of in (
            ("clearing", lambda line: line.amount - line.fee),
            ("fee", lambda line: -line.amount if line.kind in ("fee", "fee_refund") else line.fee),
        ):
            items = lines.move_line_ids.filtered(lambda item, role=role: item.settlement_role == role)
            items = items.filtered(
                lambda item: not item.move_id.reversed_entry_id and item.move_id._count_in_ledger() > 0
            )
            seen = defaultdict(int)
            for item in items:
                wanted = sum(map(amount_of, item.settlement_line_ids))
                stands = item.amount_currency + (self.tax_of(item) if role == "fee" else 0)
                self.assertAlmostEqual(stands, wanted, places=4)
                for line in item.settlement_line_ids:
                    seen[line] += 1
            for line in lines:
                is_there = (
                    line.status != "new" and line.kind not in BANK_KINDS and (role == "clearing" or amount_of(line))
                )
                if is_there and amount_of(line) and not seen[line]:
                    # What one voucher sums to zero needs no line.
                    together = line.move_line_ids.move_id.line_ids.settlement_line_ids
                    self.assertAlmostEqual(sum(map(amount_of, together)), 0, places=4, msg=(role, line.name))
                elif is_there and amount_of(line):
                    self.assertEqual(seen[line], 1, (role, line.name))
                elif line.status == "new" or line.kind in BANK_KINDS:
                    self.assertEqual(seen[line], 0, (role, line.name))

    def check_clearing(self, settlements):
        """What is open on the clearing account is the payout; while it has not come, what is booked so far."""
        for settlement in settlements:
            booked = settlement.line_ids.filtered(lambda line: line.status != "new" and line.kind not in BANK_KINDS)
            net = sum(line.amount - line.fee for line in booked)
            self.assertAlmostEqual(settlement.clearing_residual, net, places=4)
            if settlement.state == "booked":
                self.assertAlmostEqual(net, settlement.payout_amount - settlement.opening_balance, places=4)

    @staticmethod
    def tax_of(fee):
        """The tax of a fee line: base and tax are together the fees it stands for."""
        taxes = fee.move_id.line_ids.filtered(
            lambda item: item.settlement_role == "fee_tax" and item.settlement_line_ids == fee.settlement_line_ids
        )
        return sum(taxes.mapped("amount_currency"))

    @staticmethod
    def sum_of(items, field):
        return float(sum(Decimal(repr(value)) for value in items.mapped(field)))

    def rate_of(self, provider, date):
        return provider.currency_id._get_conversion_rate(
            provider.currency_id, self.company.currency_id, self.company, date
        )

    def ledger(self):
        """All that is posted, by account, and what is open on each document."""
        self.env.flush_all()
        balances = {
            account.code: f"{balance:.2f}"
            for account, balance in self.env["account.move.line"]._read_group(
                [("parent_state", "=", "posted"), ("company_id", "=", self.company.id)], ["account_id"], ["balance:sum"]
            )
            if round(balance, 2)
        }
        documents = self.env["account.move"].search([("move_type", "in", ("out_invoice", "out_refund"))])
        return balances, {document.name: document.amount_residual for document in documents}

    def traces(self, provider):
        """Everything a second run could leave behind."""
        self.env.flush_all()
        lines = self.env["account.settlement.line"].search([("provider_id", "=", provider.id)])
        return {
            "moves": self.env["account.move"].search([]).ids,
            "items": self.env["account.move.line"].search([]).ids,
            "partials": self.env["account.partial.reconcile"].search([]).ids,
            "rows": [(line.id, line.status, line.explanation, line.move_line_ids.ids) for line in lines],
            "settlements": [(one.id, one.state, one.payout_amount) for one in lines.settlement_id.sorted("id")],
        }

    def written(self, moves):
        """Posted vouchers as they stand on paper."""
        self.env.invalidate_all()
        return {
            move.id: (
                move.name,
                move.date,
                move.state,
                move.ref,
                [
                    (line.id, line.account_id.id, line.partner_id.id, line.name, line.balance, line.amount_currency)
                    for line in move.line_ids.sorted("id")
                ],
            )
            for move in moves
        }
