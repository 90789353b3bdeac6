from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.messages import Message
from ..matching.roles import SHARED_ROLES
from .account_move import SALE_TYPES
from .own_writes import as_own


class AccountSettlementLine(models.Model):
    """A person takes transactions back to the unknown account."""

    _inherit = "account.settlement.line"

    def action_undo(self):
        """Let a person take the transactions back to the unknown account."""
        return {**self._open_assign("undo"), "name": self.env._("Undo")}

    def _undo(self, reason, date=None):
        """Take transactions back to the unknown account, each by one small voucher, so that they can be matched anew.

        :param date: of the vouchers; by default as what each takes back. Moved to the first open day if it is locked.
        :raises UserError: when one has no journal item of its own, or somebody else has reconciled it since.
        """
        lines = self._as_user()
        if not (reason or "").strip():
            raise UserError(self.env._("Enter a reason for taking it back: it is kept with the transaction."))
        lines._reconcile_own_pairs()
        for line in lines:
            if line.status == "excluded":
                line._include_again(reason)
                continue
            own = line._get_own_items()
            if not own:
                raise UserError(
                    line.env._(
                        "%s has no journal item of its own: it is booked as part of a sum, or by the bank. Undo its"
                        " settlement instead.",
                        line.name,
                    )
                )
            foreign = own.move_id._get_reconciled_by_others() & own
            if foreign:
                raise UserError(
                    line.env._(
                        "%(line)s has since been reconciled by somebody else (%(items)s). Undo that reconciliation "
                        "first.",
                        line=line.name,
                        items=", ".join(foreign.mapped("move_name")),
                    )
                )
            line._check_chosen_date(date, own)
            partials = (own.matched_debit_ids | own.matched_credit_ids).filtered(
                lambda partial, own=own: (partial.debit_move_id | partial.credit_move_id) - own
            )
            documents = (partials.debit_move_id | partials.credit_move_id).filtered(
                lambda item: item.move_id.move_type in SALE_TYPES
            )
            met = [entry for entry in partials._get_met() if entry.line_id != line.id]
            as_own(partials).unlink()
            line._note_taken_apart(met, "undone")
            # it is not proposed, nor matched by a rule, with what a person has just taken it back from
            line.write({"taken_back_item_ids": [Command.link(item.id) for item in documents]})
            line._book_undo(own, reason, date or max(own.mapped("date")))
        lines.dispute_id._forget_decision()

    def _is_open_as_unknown(self):
        return "unknown" in self._get_open_move_lines().mapped("settlement_role")

    def _get_own_items(self):
        """Return the journal items that these transactions share with no other, in vouchers that count."""
        return self.move_line_ids.filtered(
            lambda item: (
                not item.move_id.reversed_entry_id
                and item.move_id._count_in_ledger() > 0
                and item.settlement_role not in SHARED_ROLES
            )
        )

    def _book_undo(self, own, reason, date):
        """Reverse the transaction's own journal items, and book their amount to the unknown account."""
        self.ensure_one()
        settlement = self.settlement_id.with_company(self.company_id)
        voucher, moved = settlement._plan_undo(self, own, date)
        if voucher.lines:
            settlement._write_vouchers([voucher])
        said = [Message("undone_by", {"user": self.env.user.name, "reason": reason})]
        said += self._explain_moved_date(date, voucher.date)
        self.write(
            {
                "status": "unknown" if moved or self._is_open_as_unknown() else self.status,
                "is_undone": True,
                "is_reopened": False,
                "placed_data": False,
                "placed_before_data": False,
                "explanation_data": self._get_explanation_after(*said),
                "rule_id": False,
                "invoice_id": False,
                "sale_order_id": False,
                "partner_id": False,
                "difference": False,
                "is_dispute": False,
            }
        )
