from dataclasses import replace

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.fields import Domain

from ..closing.days import NO_DAYS, Stretch, look_at_days
from ..closing.facts import Balance, Fees, MonthFacts, Tally
from ..common.values import ZERO
from ..matching.rules import FEE_KINDS
from .money import to_decimal
from .times import get_norwegian_today

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
        is_ledger, days = self._get_days()
        earlier = self._get_earlier_items(statements)
        by_others = self._get_by_others_domain(earlier)
        by_hand, by_whom = self._count_by_hand(by_others)
        registered = self._count(
            "account.move.line", by_others & Domain("move_id.origin_payment_id", "!=", False), "balance"
        )
        violated = self.company_id._get_violated_lock_dates(self.month_end, False, provider.journal_id)
        return MonthFacts(
            last=self.month_end,
            today=get_norwegian_today(self),
            is_ledger=is_ledger,
            days=days,
            missing=self._count_missing(),
            booked=settlements["booked"],
            failed=settlements["failed"],
            altered=settlements["altered"],
            unbooked=self._count_transactions(self._get_unbooked_domain()),
            balances=tuple(map(self._to_balance, statements)),
            late=self._count_transactions(self._get_late_domain()),
            fees=fees,
            fees_before=fees_before,
            by_hand=by_hand,
            by_whom=by_whom,
            registered=registered,
            earlier_items=earlier,
            rounding=self._count("account.move.line", self._get_rounding_domain(), "balance"),
            disputes=self._count_transactions(self._get_dispute_domain()),
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

    def _get_not_ours_domain(self):
        """Return the domain of items that are neither ours nor the bank's, nor exchange differences that Odoo has made
        of a reconciliation, or undone. What a person has entered in the exchange journal is theirs."""
        undone = Domain("move_id.reversed_entry_id", "!=", False) | Domain("move_id.reversal_move_ids", "!=", False)
        exchange = Domain("journal_id", "in", self.company_id.currency_exchange_journal_id.ids)
        return (
            Domain("move_id.settlement_id", "=", False)
            & Domain("move_id.statement_line_id", "=", False)
            & Domain("move_id.exchange_diff_partial_ids", "=", False)
            & ~(exchange & undone)
        )

    def _get_by_others_domain(self, earlier=()):
        """Return the domain of the month's items on the clearing account that are neither ours nor the bank's.

        :param earlier: ids of items of earlier months that are counted too.
        """
        month = self._get_item_domain(self.provider_id.clearing_account_id) & self._get_not_ours_domain()
        return month | Domain("id", "in", list(earlier))

    def _get_earlier_items(self, statements):
        """Return the ids of such items of earlier months that are open at the end of this one."""
        clearing = self.provider_id.clearing_account_id
        entries = [
            entry
            for statement in statements
            if statement.account.id == clearing.id
            for item in statement.items
            if item.date < self.month
            for entry in item.entry_ids
        ]
        domain = Domain("id", "in", entries) & Domain("date", "<", self.month) & self._get_not_ours_domain()
        return tuple(self.env["account.move.line"].search(domain, order="id").ids)

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
        of_shops = self._get_missing_of_shops_domain()
        if not causes or not set(OF_SHOPS).isdisjoint(causes):
            others = self.env.context.get("settlement_missing_of_others")
            of_shops &= Domain("id", "not in", self._get_missing_of_others() if others is None else others)
        # A document that was not read may be about any month, as long as it is not known which days it tells of.
        of_any_day = Domain("cause", "=", "document_not_read") & Domain("date_to", "=", False)
        domain = Domain("company_id", "=", self.company_id.id) & (Domain("date", "<=", self.month_end) | of_any_day)
        if causes:
            domain &= Domain("cause", "in", causes)
        return domain & (of_provider | of_nobody | of_shops)

    def _get_missing_of_shops_domain(self):
        return Domain("cause", "in", OF_SHOPS) & Domain("webshop_id", "in", [*self._get_shops().ids, False])

    def _get_missing_of_others(self):
        """Return the ids of what shops lack whose orders were paid with another provider: it is in that one's month.

        Whoever asks for several domains asks this once, and hands it on as ``settlement_missing_of_others``.
        """
        of_month = Domain("company_id", "=", self.company_id.id) & Domain("date", "<=", self.month_end)
        rows = self.env["account.settlement.completeness"].search(of_month & self._get_missing_of_shops_domain())
        of_documents = rows.filtered(lambda row: row.res_model == "account.move")
        documents = self.env["account.move"].browse(of_documents.mapped("res_id")).sudo()
        order_of_document = {document.id: document.webshop_order_id for document in documents}
        order_of = {
            row: order_of_document[row.res_id]
            if row.res_model == "account.move"
            else self.env["sale.order"].browse(row.res_id)
            for row in rows
            if row.res_model in ("account.move", "sale.order")
        }
        orders = self.env["sale.order"].browse({order.id for order in order_of.values() if order}).exists().sudo()
        paid_with = self.provider_id._get_paid_with(orders)
        by_order = {order.id: providers for order, providers in paid_with.items() if providers}
        return [
            row.id
            for row, order in order_of.items()
            if self.provider_id not in by_order.get(order.id, self.provider_id)
        ]

    # ---------------------------------------------------------------- counting

    def _count(self, model, domain, name):
        """Return the :class:`~..closing.facts.Tally` of records and the sum of a field."""
        [(count, amount)] = self.env[model]._read_group(domain, [], ["__count", f"{name}:sum"])
        return Tally(count, self._to_amount(amount))

    def _count_transactions(self, domain):
        """Return the tally of transactions, in the provider's currency."""
        tally = self._count("account.settlement.line", domain, "amount")
        return replace(tally, currency=self.provider_id.currency_id.name)

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
            tally = Tally(count, self._to_amount(amount), currency=self.provider_id.currency_id.name)
            if state == "error":
                found["failed"] += tally
            elif is_altered:
                found["altered"] += tally
            elif state != "new":
                found["booked"] += tally
        return found

    def _count_by_hand(self, by_others):
        """Return the tally of entries on the clearing account made by hand, and the names of who made them."""
        groups = self.env["account.move.line"]._read_group(
            by_others & Domain("move_id.origin_payment_id", "=", False), ["create_uid"], ["__count", "balance:sum"]
        )
        tally = Tally(
            sum(count for _user, count, _amount in groups),
            self._to_amount(sum(amount for _user, _count, amount in groups)),
        )
        return tally, ", ".join(user.sudo().name or "?" for user, _count, _amount in groups)

    def _get_days(self):
        """Return whether the provider tells day by day, and the :class:`~..closing.days.Days` that are here."""
        settlements = self.env["account.settlement"]
        own = Domain("provider_id", "=", self.provider_id.id)
        told = dict(settlements._read_group(own, ["by_position"], ["__count"]))
        if told and True not in told:
            return False, NO_DAYS
        own &= Domain("by_position", "=", True) & Domain("date_from", "!=", False)
        month = own & Domain("date_from", ">=", self.month) & Domain("date_from", "<=", self.month_end)
        found = settlements.search(own & Domain("date_from", "<", self.month), order="date_to desc, id desc", limit=1)
        found |= settlements.search(month)
        found |= settlements.search(own & Domain("date_from", ">", self.month_end), order="date_from, id", limit=1)
        days = look_at_days(map(_to_stretch, found), self.month, self.month_end, self._get_first_waiting())
        if days.silent and all(document.source == "fetch" for document in found.document_ids):
            # Each day was asked for; nothing had happened on those that were not told of.
            days = replace(days, silent=0, may_lack=False)
        return True, days

    def _get_first_waiting(self):
        """Return the first day of a document that waits for the days before it."""
        domain = [
            ("provider_id", "=", self.provider_id.id),
            ("state", "=", "waiting"),
            ("missing_agreements", "=", False),
            ("date_from", "!=", False),
        ]
        [(first,)] = self.env["account.settlement.document"]._read_group(domain, [], ["date_from:min"])
        return first or None

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
        currency = self.provider_id.currency_id
        return tuple(
            Fees(*(to_decimal(total or 0.0, currency) for total in found[month]), currency.name)
            for month in (self.month, before)
        )


def _to_stretch(settlement):
    """Return the days of a settlement, for :func:`~..closing.days.look_at_days`."""
    currency = settlement.currency_id
    return Stretch(
        settlement.date_from,
        max(filter(None, (settlement.complete_to, settlement.date_to, settlement.date_from))),
        to_decimal(settlement.opening_balance, currency),
        to_decimal(settlement.closing_balance, currency) if settlement.has_closing_balance else None,
    )
