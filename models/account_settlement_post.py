from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..matching.roles import ANALYTIC_ROLES, MET_ROLES, Role
from .money import to_decimal
from .own_writes import as_own

#: Context keys that spare Odoo work which vouchers and reconciliations do not need.
SHORTCUTS = ("tracking_disable", "skip_invoice_sync")


class AccountSettlement(models.Model):
    """The post stage: planned vouchers are written, compared with their plan, and reconciled."""

    _inherit = "account.settlement"

    def _write_vouchers(self, vouchers):
        """Create, post, compare and reconcile planned vouchers.

        :param vouchers: list of :class:`~..booking.planned.Voucher`.
        :return: ``account.move``, posted.
        """
        if not vouchers:
            return self.env["account.move"]
        self.provider_id._check_not_shadow()
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

    def _get_row_currencies(self, rows):
        """Return ``{name: id}`` of the currencies that rows of a document are in."""
        names = {name for row in rows for name in (row.currency, row.currency_original) if name}
        return {name: currency.id for name, currency in self._get_currencies(names).items()}

    def _prepare_voucher_vals(self, voucher, currencies):
        return {
            "move_type": "entry",
            "journal_id": self.provider_id.journal_id.id,
            "company_id": self.company_id.id,
            "date": voucher.date,
            "ref": self.name,
            "currency_id": self.currency_id.id,
            # As on the clearing line: the bank's views look at one or the other.
            "partner_id": self._get_accounts().clearing_partner,
            "settlement_id": self.id,
            "payment_reference": self._get_expected_bank_text(),
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
            "settlement_clearing_id": self.id if line.role == Role.CLEARING else False,
            "settlement_role": str(line.role),
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
        """Check that Odoo stored the plan, line for line; else all is rolled back.

        :raises UserError: when it did not.
        """

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
        """Return how a journal item counts in the VAT return: its taxes, its tags, and the tax's line it comes from."""
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
        # Transactions that others of these vouchers meet have no journal item before they are written.
        own = {
            (transaction_id, plan.account_id): line.id
            for plan, line in planned
            if not plan.item_id and plan.role in MET_ROLES
            for transaction_id in plan.transaction_ids
        }
        groups = {}
        for plan, line in planned:
            if plan.item_id:
                item_id = plan.item_id if plan.item_id > 0 else own[-plan.item_id, plan.account_id]
                groups.setdefault(item_id, [item_id]).append(line.id)
        self._reconcile_groups([AccountMoveLine.browse(ids) for ids in groups.values()])

    def _reconcile_groups(self, groups):
        """Reconcile groups of journal items, and mark the reconciliations as this settlement's own."""
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
        quick = as_own(lines).with_context(**dict.fromkeys(added, True), settlement_shortcuts=tuple(added))
        # One prefetch for all groups: else each group reads its two lines by queries of its own.
        quick._reconcile_plan([quick.browse(group.ids).with_prefetch(quick.ids) for group in groups])
        lines.invalidate_recordset(["matched_debit_ids", "matched_credit_ids"])
        ((lines.matched_debit_ids | lines.matched_credit_ids) - before).settlement_id = self

    def _close_clearing(self):
        """Close this settlement, and those that wait for it."""
        self._close_own_clearing()
        self._close_carried()
        self._gather_clearing()

    def _close_own_clearing(self):
        """Reconcile the clearing account's open items where no bank line will come: payouts of zero, and what an
        earlier reversal left open."""
        self.ensure_one()
        # What was booked after the bank line came, as earlier days were received late, meets what that left open; and
        # what an aborted payout left there.
        both = self | self.carried_from_ids
        open_lines = (both._get_clearing_items() | both.bank_item_ids.sudo(False)).filtered(
            lambda line: line.amount_residual_currency or line.amount_residual
        )
        if not open_lines:
            return
        if self.is_open:
            return
        carried, opening = self._get_carried_lines(), self._get_opening_items()
        for lines in (open_lines, open_lines | carried, open_lines | opening):
            if self.currency_id.is_zero(sum(lines.mapped("amount_residual_currency"))):
                self._reconcile_groups([lines])
                return
