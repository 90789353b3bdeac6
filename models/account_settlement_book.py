from datetime import timedelta
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..booking.fees import book_fees
from ..booking.vouchers import Accounts, Conversion, PlannedLine, TaxLine, TaxSplit, Voucher, plan_voucher
from ..common.messages import SettlementError
from ..matching.decisions import Status
from .money import to_decimal
from .own_writes import as_own

#: How many transactions stand in one voucher at the most: more would be slow to open and to post.
LINES_PER_VOUCHER = 500

#: What may be cost or income, and so carry the analytic distribution Odoo proposes. A customer's line carries none, as
#: on an invoice: the sale has it already, and Odoo would look up the models for each customer again.
ANALYTIC_ROLES = ("fee", "rounding", "exchange", "account")

#: Context keys that spare Odoo work which vouchers and reconciliations do not need.
SHORTCUTS = ("tracking_disable", "skip_invoice_sync")


class AccountSettlement(models.Model):
    """The book stage: decided transactions become posted vouchers, reconciled; and are undone by reversal."""

    _inherit = "account.settlement"

    def _book(self, date, lines):
        """Book transactions of one ledger date: plan, prove, write once, compare, reconcile.

        :param date: the provider's ledger date. :param lines: ``account.settlement.line``, not booked yet.
        :return: the vouchers.
        :raises UserError: when the plan cannot be booked exactly; nothing is booked then.
        """
        self.ensure_one()
        try:
            decided = self._match(lines)
            # What a rule proposes to leave out is booked or left out when a person has said so.
            decisions = [decision for decision in decided if decision.status is not Status.NEW]
            split_tax = self._get_tax_split()
            fees = book_fees(decisions, self.provider_id._get_fee_types(), split_tax)
            booking_date = self._get_booking_date(date, self._has_tax(decisions, fees))
            vouchers = [
                plan_voucher(
                    booking_date,
                    decisions[start : start + LINES_PER_VOUCHER],
                    self._get_accounts(),
                    Conversion(
                        self.currency_id.name,
                        self.company_id.currency_id.name,
                        self._get_conversion(date),
                    ),
                    self._get_labels(date),
                    fees,
                    split_tax,
                )
                for start in range(0, len(decisions), LINES_PER_VOUCHER)
            ]
        except SettlementError as error:
            raise UserError(self._render_message(error.message)) from error
        moves = self._write_vouchers([voucher for voucher in vouchers if voucher.lines])
        lines._note_decisions(decided, date, booking_date, fees)
        lines.filtered(lambda line: line.status != "new")._note_rule_version()
        return moves

    @staticmethod
    def _has_tax(decisions, fees):
        """Whether what is to be booked ends up in the VAT return."""
        return any(fee.tax_id for fee in fees.values()) or any(
            part.tax_id for decision in decisions for part in decision.allocations
        )

    def _get_booking_date(self, date, has_tax=False):
        """Return ``date``, or the first open day after it where Odoo says the period is locked for this journal.

        :param bool has_tax: whether the voucher affects the VAT return: then its lock date counts too.
        """
        locks = self.company_id._get_violated_lock_dates(date, has_tax, self.provider_id.journal_id)
        return max(lock for lock, _field in locks) + timedelta(days=1) if locks else date

    def _get_tax_split(self):
        """Return ``(tax id, amount, currency name) -> TaxSplit`` with the amounts that Odoo itself computes."""
        AccountTax = self.env["account.tax"].with_context(
            lang=self.company_id.partner_id.lang or self.env.lang, force_price_include=True
        )
        splits = {}
        currencies = {}

        def split_tax(tax_id, amount, currency_name):
            if currency_name not in currencies:
                currencies.update(self._get_currencies([currency_name]))
            key = (tax_id, amount, currency_name)
            if key not in splits:
                splits[key] = self._split_tax(AccountTax.browse(tax_id), amount, currencies[currency_name])
            return splits[key]

        return split_tax

    @staticmethod
    def _split_tax(tax, amount, currency):
        """Divide an amount into a base and the tax in it, exactly.

        :param amount: ``Decimal``, debit positive. What goes against the tax's usual side is a refund, as Odoo has it
            on a journal entry.
        :return: :class:`~..matching.vouchers.TaxSplit`.
        """
        is_refund = amount > 0 if tax.type_tax_use == "sale" else amount < 0
        computed = tax.compute_all(
            float(amount), currency=currency, is_refund=is_refund, rounding_method="round_per_line"
        )
        lines = tuple(
            TaxLine(
                amount=to_decimal(values["amount"], currency),
                account_id=values["account_id"] or None,
                repartition_line_id=values["tax_repartition_line_id"],
                tag_ids=tuple(sorted(values["tag_ids"])),
                # As Odoo does on its own documents: what is not settled with the tax authority is cost like its base.
                is_analytic=bool(values["analytic"] or not values["use_in_tax_closing"]),
            )
            for values in computed["taxes"]
        )
        return TaxSplit(
            net=amount - sum((line.amount for line in lines), Decimal(0)),
            base_tag_ids=tuple(sorted(computed["base_tags"])),
            lines=lines,
            name=tax.name,
        )

    def _get_accounts(self):
        provider, company = self.provider_id, self.company_id
        return Accounts(
            clearing=provider.clearing_account_id.id,
            unknown=provider.unknown_account_id.id,
            fee=provider.fee_account_id.id,
            rounding=provider.rounding_account_id.id,
            fee_payable=provider.fee_payable_account_id.id or None,
            exchange_gain=company.income_currency_exchange_account_id.id or None,
            exchange_loss=company.expense_currency_exchange_account_id.id or None,
        )

    def _get_labels(self, date):
        """Texts of the summed lines, in the company's language."""
        settlement = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        values = {"name": settlement.name, "date": format_date(settlement.env, date)}
        return {
            "clearing": settlement.env._("%(name)s, %(date)s", **values),
            "fee": settlement.env._("Fees, %(name)s, %(date)s", **values),
            "fee_payable": settlement.env._("Fees owed, %(name)s, %(date)s", **values),
            "rounding": settlement.env._("Rounding, %(name)s, %(date)s", **values),
            "exchange": settlement.env._("Exchange difference, %(name)s, %(date)s", **values),
        }

    # ---------------------------------------------------------------- writing

    def _write_vouchers(self, vouchers):
        """Create, post, compare and reconcile planned vouchers.

        :param vouchers: list of :class:`~..matching.vouchers.Voucher`.
        :return: ``account.move``, posted.
        """
        if not vouchers:
            return self.env["account.move"]
        if faults := self.provider_id._get_account_faults():
            raise UserError("\n".join(faults))
        currencies = self._get_planned_currencies(vouchers)
        # An entry with explicit lines needs neither the synchronisation of taxes and terms nor a tracked history of its
        # creation: together they cost more than half of the time. Analytic lines come when it is posted.
        shortcuts = dict.fromkeys(SHORTCUTS, True)
        moves = (
            as_own(self.env["account.move"])
            .with_context(**shortcuts, skip_analytic_sync=True)
            .create([self._prepare_voucher_vals(voucher, currencies) for voucher in vouchers])
        )
        moves = moves.with_env(self.env)
        as_own(moves).with_context(**shortcuts)._post(soft=False)
        planned = []
        for move, voucher in zip(moves, vouchers, strict=True):
            stored = move.line_ids.sorted("id")
            self._check_stored(voucher, move, stored)
            planned += zip(voucher.lines, stored, strict=True)
        self.env["account.settlement.voucher"]._keep(
            (move, self.env["account.settlement.line"].browse(voucher.booked_ids))
            for move, voucher in zip(moves, vouchers, strict=True)
        )
        self._reconcile_planned(planned)
        self._attach_documents(moves)
        return moves

    def _get_planned_currencies(self, vouchers):
        return self._get_currencies({line.currency for voucher in vouchers for line in voucher.lines})

    def _get_currencies(self, names):
        """Return ``{name: res.currency}``."""
        return {
            currency.name: currency
            for currency in self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", list(names))])
        }

    def _prepare_voucher_vals(self, voucher, currencies):
        return {
            "move_type": "entry",
            "journal_id": self.provider_id.journal_id.id,
            "company_id": self.company_id.id,
            "date": voucher.date,
            "ref": self.name,
            "currency_id": self.currency_id.id,
            "settlement_id": self.id,
            "line_ids": [Command.create(self._prepare_voucher_line_vals(line, currencies)) for line in voucher.lines],
        }

    def _prepare_voucher_line_vals(self, line, currencies):
        vals = {
            "account_id": line.account_id,
            "partner_id": line.partner_id,
            "name": line.name,
            "balance": line.balance,
            "amount_currency": line.amount_currency,
            "currency_id": currencies[line.currency].id,
            "date_maturity": line.date_due,
            "tax_ids": [Command.set(line.tax_ids)],
            "settlement_line_ids": [Command.set(line.transaction_ids)],
            "settlement_clearing_id": self.id if line.role == "clearing" else False,
            "settlement_role": line.role,
        }
        if line.tax_tag_ids:
            vals["tax_tag_ids"] = [Command.set(line.tax_tag_ids)]
        if line.tax_repartition_line_id:
            vals.update(
                {
                    "display_type": "tax",
                    "tax_repartition_line_id": line.tax_repartition_line_id,
                    "tax_base_amount": line.tax_base,
                }
            )
        if line.analytic_distribution is not None:
            vals["analytic_distribution"] = line.analytic_distribution
        elif line.role not in ANALYTIC_ROLES and not line.is_analytic:
            vals["analytic_distribution"] = False
        return vals

    def _check_stored(self, voucher, move, stored):
        """What Odoo stored must be the plan, line for line; else all is rolled back."""

        def found(line):
            return (
                line.account_id.id,
                line.partner_id.id or None,
                to_decimal(line.balance, line.company_currency_id),
                to_decimal(line.amount_currency, line.currency_id),
                line.currency_id.name,
                *self._get_tax_identity(line),
            )

        planned = [
            (
                line.account_id,
                line.partner_id,
                line.balance,
                line.amount_currency,
                line.currency,
                line.tax_ids,
                line.tax_tag_ids,
                line.tax_repartition_line_id,
            )
            for line in voucher.lines
        ]
        if [found(line) for line in stored] == planned and move.date == voucher.date and move.state == "posted":
            return
        raise UserError(
            self.env._(
                "Voucher %(move)s of %(settlement)s was not stored as planned, so nothing was booked. Another addon "
                "or an "
                "automation changes journal entries when they are posted: exempt journal %(journal)s from it.",
                move=move.name,
                settlement=self.name,
                journal=move.journal_id.display_name,
            )
        )

    @staticmethod
    def _get_tax_identity(item):
        """Return what a journal item is in the VAT return: its taxes, its tags, and the tax's line it comes from."""
        return (
            tuple(item.tax_ids.ids),
            tuple(sorted(item.tax_tag_ids.ids)),
            item.tax_repartition_line_id.id or None,
        )

    def _reconcile_planned(self, planned):
        """Reconcile each written line with the open item it was planned for, all in one call.

        :param planned: pairs of planned line and written ``account.move.line``.
        """
        AccountMoveLine = self.env["account.move.line"]
        groups = {}
        for plan, line in planned:
            if plan.item_id:
                groups.setdefault(plan.item_id, [plan.item_id]).append(line.id)
        self._reconcile_groups([AccountMoveLine.browse(ids) for ids in groups.values()])

    def _reconcile_groups(self, groups):
        """Reconcile groups of journal items and mark the reconciliations as this settlement's own."""
        if not groups:
            return
        lines = self.env["account.move.line"].union(*groups)
        before = lines.matched_debit_ids | lines.matched_credit_ids
        # A reconciliation changes nothing that taxes, terms or discounts of its documents depend on, but Odoo works
        # them all out again before and after; only where taxes fall due on payment may it have something to do.
        added = [
            key
            for key in SHORTCUTS
            if not self.env.context.get(key) and (key != "skip_invoice_sync" or not self.company_id.tax_exigibility)
        ]
        quick = lines.with_context(**dict.fromkeys(added, True), settlement_shortcuts=tuple(added))
        # One prefetch for all groups: else each group reads its two lines by queries of its own.
        quick._reconcile_plan([quick.browse(group.ids).with_prefetch(quick.ids) for group in groups])
        lines.invalidate_recordset(["matched_debit_ids", "matched_credit_ids"])
        ((lines.matched_debit_ids | lines.matched_credit_ids) - before).settlement_id = self

    def _close_clearing(self):
        """Net what is open on the clearing account where no bank line will come: payouts of zero, and what an earlier
        reversal left open. Then meet the bank line again where it has come already."""
        self.ensure_one()
        open_lines = self._get_clearing_items().filtered(
            lambda line: line.amount_residual_currency or line.amount_residual
        )
        if not open_lines:
            return
        if not self.is_open and self.currency_id.is_zero(sum(open_lines.mapped("amount_residual_currency"))):
            self._reconcile_groups([open_lines])

    def _plan_undo(self, line, own):
        """Plan the voucher that takes one transaction's own journal items back to the unknown account.

        A taxed item and its tax are turned as what they are, so that they are gone from the VAT return.

        :return: the voucher, and the amount moved in company currency.
        """
        has_tax = any(item._affect_tax_report() for item in own)
        voucher = Voucher(self._get_booking_date(fields.Date.context_today(self), has_tax))
        label = line._to_plain().label
        moved = Decimal(0)
        # What is unknown in the end is the whole row, in the settlement's currency, whatever currency its items are in.
        unknown = -to_decimal(line.amount, line.currency_id)
        standing = own.filtered(lambda item: item.settlement_role == "unknown")
        unknown -= to_decimal(sum(standing.mapped("amount_residual_currency")), line.currency_id)
        for item, balance, amount in self._get_standing(own - standing):
            tax_ids, tax_tag_ids, tax_repartition_line_id = self._get_tax_identity(item)
            voucher.lines.append(
                PlannedLine(
                    "source",
                    item.account_id.id,
                    -balance,
                    -amount,
                    item.currency_id.name,
                    label,
                    item.partner_id.id or None,
                    (line.id,),
                    item.id if item.account_id.reconcile else None,
                    voucher.date,
                    analytic_distribution=item.analytic_distribution or None,
                    tax_ids=tax_ids,
                    tax_tag_ids=tax_tag_ids,
                    tax_repartition_line_id=tax_repartition_line_id,
                    tax_base=-to_decimal(item.tax_base_amount, item.company_currency_id),
                )
            )
            moved += balance
        if moved:
            voucher.lines.append(
                PlannedLine(
                    "unknown",
                    self.provider_id.unknown_account_id.id,
                    moved,
                    unknown,
                    self.currency_id.name,
                    label,
                    transaction_ids=(line.id,),
                    date_due=voucher.date,
                )
            )
        voucher.check_balanced()
        return voucher, moved

    def _get_standing(self, items):
        """Return ``(item, balance, amount in its currency)`` of what still stands: what is open on accounts that are
        reconciled, and on an account that is not, the sum of what counts alike in the VAT return and by analysis."""

        def alike(item):
            analysis = tuple(sorted((item.analytic_distribution or {}).items()))
            return item.account_id, item.partner_id, item.currency_id, self._get_tax_identity(item), analysis

        found = []
        for item in items.filtered("account_id.reconcile"):
            balance = to_decimal(item.amount_residual, item.company_currency_id)
            found.append((item, balance, to_decimal(item.amount_residual_currency, item.currency_id)))
        others = items.filtered(lambda item: not item.account_id.reconcile)
        for group in others.grouped(alike).values():
            balance = to_decimal(sum(group.mapped("balance")), group.company_currency_id)
            found.append((group[:1], balance, to_decimal(sum(group.mapped("amount_currency")), group.currency_id)))
        return [entry for entry in found if entry[1] or entry[2]]

    # ---------------------------------------------------------------- reversal

    def _reverse(self, reason, date=None):
        """Undo the settlement: every voucher is reversed, and the transactions are to be booked again.

        What others have reconciled since is left alone, and said so.

        :param str reason: for the trail. :param date: of the reversals; today by default, moved to an open period.
        :return: the reversals.
        """
        reversals = self.env["account.move"]
        for settlement in self._as_manager():
            settlement._lock()
            settlement = settlement.with_company(settlement.company_id)
            moves = settlement.move_ids.filtered(
                lambda move: not move.reversed_entry_id and move._count_in_ledger() > 0
            )
            kept = moves._get_reconciled_by_others()
            reversals |= moves._reverse_settlement_moves(reason, date)
            settlement.line_ids.filtered(lambda line: line.status != "excluded")._reset_to_new()
            settlement.booking_error_data = False
            settlement._say_reversed(reason, kept)
        return reversals.with_env(self.env)

    def _say_reversed(self, reason, kept):
        body = self.env._("Undone by reversal. Reason: %s", reason)
        if kept:
            body += " " + self.env._(
                "Left as they were, because somebody else has reconciled them since: %s. Look at them by hand.",
                ", ".join(kept.mapped(lambda line: f"{line.move_id.name} {line.name or ''}".strip())),
            )
        self.message_post(body=body)
