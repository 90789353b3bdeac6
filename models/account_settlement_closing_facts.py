from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain

from ..closing.facts import Balance, Fees, MonthFacts, Tally
from ..common.values import ZERO
from ..matching.rules import FEE_KINDS
from .money import to_decimal

#: What the list of completeness says of orders and invoices, which are a shop's and not an agreement's.
OF_SHOPS = ("order_not_invoiced", "order_waits", "invoice_not_paid", "credit_note_not_refunded", "message_not_read")


class AccountSettlementClosing(models.Model):
    """What the ledger says of a month, as :class:`~..closing.facts.MonthFacts`: a constant number of queries."""

    _inherit = "account.settlement.closing"

    def _get_facts(self, statements):
        """Return the facts of this month.

        :param statements: :class:`~..balances.statement.Statement` at its end.
        """
        self.ensure_one()
        provider = self.provider_id
        settlements = self._count_settlements()
        fees, fees_before = self._get_fees()
        by_hand, by_whom = self._count_by_hand()
        is_ledger, complete_to = self._get_days()
        violated = self.company_id._get_violated_lock_dates(self.month_end, False, provider.journal_id)
        return MonthFacts(
            last=self.month_end,
            today=self._get_today(),
            is_ledger=is_ledger,
            complete_to=complete_to,
            missing=self._count_missing(),
            booked=settlements["booked"],
            failed=settlements["failed"],
            altered=settlements["altered"],
            unbooked=self._count("account.settlement.line", self._get_unbooked_domain(), "amount"),
            balances=tuple(map(self._to_balance, statements)),
            late=self._count("account.settlement.line", self._get_late_domain(), "amount"),
            fees=fees,
            fees_before=fees_before,
            by_hand=by_hand,
            by_whom=by_whom,
            rounding=self._count("account.move.line", self._get_rounding_domain(), "balance"),
            disputes=self._count("account.settlement.line", self._get_dispute_domain(), "amount"),
            gift_cards=self._count("account.move.line", self._get_gift_card_domain(), "balance"),
            lock=max((date for date, _name in violated), default=None),
        )

    @staticmethod
    def _to_balance(statement):
        return Balance(
            role=str(statement.role),
            account_id=statement.account.id,
            account=f"{statement.account.code} {statement.account.name}",
            ledger=statement.ledger,
            explained=statement.explained,
            items=len(statement.items),
            is_proven=statement.is_proven,
            stated=statement.provider_balance,
            not_booked=sum((held.not_booked for held in statement.held), ZERO),
        )

    # ---------------------------------------------------------------- what is counted, as domains

    def _get_month_domain(self, name="date"):
        return Domain(name, ">=", self.month) & Domain(name, "<=", self.month_end)

    def _get_line_domain(self):
        """Return the domain of the month's transactions."""
        return Domain("provider_id", "=", self.provider_id.id) & self._get_month_domain()

    def _get_settlement_domain(self):
        """Return the domain of the settlements that have days of the month."""
        return (
            Domain("provider_id", "=", self.provider_id.id)
            & Domain("date_from", "<=", self.month_end)
            & Domain("date_to", ">=", self.month)
        )

    def _get_unbooked_domain(self):
        return self._get_line_domain() & Domain("status", "=", "new")

    def _get_late_domain(self):
        own = Domain("provider_id", "=", self.provider_id.id) & Domain("is_late", "=", True)
        return own & (self._get_month_domain() | self._get_month_domain("booking_date"))

    def _get_dispute_domain(self):
        return Domain(
            [
                ("provider_id", "=", self.provider_id.id),
                ("date", "<=", self.month_end),
                ("is_dispute", "=", True),
                ("open_as", "=", "dispute"),
            ]
        )

    def _get_item_domain(self, accounts):
        """Return the domain of an account's posted items of the month."""
        return self._get_month_domain() & Domain(
            [
                ("account_id", "in", accounts.ids),
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
            ]
        )

    def _get_rounding_domain(self):
        provider = self.provider_id
        own = Domain("journal_id", "=", provider.journal_id.id) & Domain("settlement_role", "=", "rounding")
        return self._get_item_domain(provider.rounding_account_id) & own

    def _get_by_hand_domain(self):
        """Return the domain of the items on the clearing account that are neither ours, the bank's nor a payment's."""
        exchange = self.company_id.currency_exchange_journal_id
        return self._get_item_domain(self.provider_id.clearing_account_id) & Domain(
            [
                ("move_id.settlement_id", "=", False),
                ("move_id.statement_line_id", "=", False),
                ("move_id.origin_payment_id", "=", False),
                ("journal_id", "not in", exchange.ids),
            ]
        )

    def _get_shops(self):
        """Return the shops whose payments come from this provider: all, where it names none."""
        shops = self.provider_id.webshop_ids
        return shops or shops.search([("company_id", "=", self.company_id.id)])

    def _get_gift_card_domain(self):
        shops = self._get_shops()
        return Domain(
            [
                ("account_id", "in", (shops.gift_card_account_id | shops.store_credit_account_id).ids),
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", self.month_end),
            ]
        )

    def _get_missing_domain(self, *causes):
        """Return the domain of what lacks its counterpart at the end of the month.

        :param causes: of account.settlement.completeness; all by default.
        """
        of_provider = Domain("provider_id", "=", self.provider_id.id)
        of_nobody = Domain("provider_id", "=", False) & Domain("cause", "not in", OF_SHOPS)
        of_shops = Domain("cause", "in", OF_SHOPS) & Domain("webshop_id", "in", [*self._get_shops().ids, False])
        domain = Domain("company_id", "=", self.company_id.id) & Domain("date", "<=", self.month_end)
        if causes:
            domain &= Domain("cause", "in", causes)
        return domain & (of_provider | of_nobody | of_shops)

    # ---------------------------------------------------------------- counting

    def _count(self, model, domain, name):
        """Return the :class:`~..closing.facts.Tally` of records and the sum of a field."""
        [(count, amount)] = self.env[model]._read_group(domain, [], ["__count", f"{name}:sum"])
        return Tally(count, self._to_amount(amount))

    def _to_amount(self, amount):
        return to_decimal(amount or 0.0, self.company_currency_id)

    def _count_missing(self):
        """Return ``{cause: Tally}`` of what lacks its counterpart at the end of the month."""
        groups = self.env["account.settlement.completeness"]._read_group(
            self._get_missing_domain(), ["cause"], ["__count", "amount_company:sum", "date:min"]
        )
        return {cause: Tally(count, self._to_amount(amount), first) for cause, count, amount, first in groups}

    def _count_settlements(self):
        groups = self.env["account.settlement"]._read_group(
            self._get_settlement_domain(), ["state", "is_altered"], ["__count", "amount_net:sum"]
        )
        found = dict.fromkeys(("booked", "failed", "altered"), Tally())
        for state, is_altered, count, amount in groups:
            tally = Tally(count, self._to_amount(amount))
            if state == "error":
                found["failed"] += tally
            elif is_altered:
                found["altered"] += tally
            elif state != "new":
                found["booked"] += tally
        return found

    def _count_by_hand(self):
        """Return the tally of entries on the clearing account made by hand, and the names of who made them."""
        groups = self.env["account.move.line"]._read_group(
            self._get_by_hand_domain(), ["create_uid"], ["__count", "balance:sum"]
        )
        tally = Tally(
            sum(count for _user, count, _amount in groups),
            self._to_amount(sum(amount for _user, _count, amount in groups)),
        )
        return tally, ", ".join(user.sudo().name or "?" for user, _count, _amount in groups)

    def _get_days(self):
        """Return whether the provider tells day by day, and the last day up to which every one is here."""
        groups = self.env["account.settlement"]._read_group(
            [("provider_id", "=", self.provider_id.id)], ["by_position"], ["complete_to:max"]
        )
        told = dict(groups)
        return True in told or not told, told.get(True) or None

    def _get_fees(self):
        """Return the :class:`~..closing.facts.Fees` of this month and of the one before."""
        before = self.month - relativedelta(months=1)
        groups = self.env["account.settlement.line"]._read_group(
            [
                ("provider_id", "=", self.provider_id.id),
                ("date", ">=", before),
                ("date", "<=", self.month_end),
                ("is_replaced", "=", False),
            ],
            ["date:month", "kind"],
            ["amount:sum", "fee:sum"],
        )
        found = {self.month: [0.0, 0.0], before: [0.0, 0.0]}
        for month, kind, amount, fee in groups:
            totals = found[month]
            totals[0] += fee - (amount if kind in FEE_KINDS else 0.0)
            totals[1] += amount if kind == "payment" else 0.0
        return tuple(Fees(*map(self._to_amount, found[month])) for month in (self.month, before))
