from odoo import models
from odoo.exceptions import UserError

from ..common.messages import Message
from .own_writes import as_own


class AccountSettlementLine(models.Model):
    """A person excludes transactions, or has them booked although a rule proposes to exclude them."""

    _inherit = "account.settlement.line"

    def action_exclude(self):
        """Let a person exclude the transactions."""
        return {**self._open_assign("exclude"), "name": self.env._("Exclude")}

    def action_keep(self):
        """Let a person have the transactions booked, although a rule proposes to exclude them."""
        return {**self._open_assign("keep"), "name": self.env._("Book It")}

    def _exclude(self, reason, move_line=None):
        """Exclude a transaction, because its effect on the clearing account is zero or already in the ledger.

        :param str reason: why.
        :param move_line: the ``account.move.line`` on the clearing account that has booked it already.
        :raises UserError: when the transaction is booked, or the journal item is not exactly its effect.
        """
        move_line = self._get_chosen(move_line or self.env["account.move.line"])
        self = self._as_user()
        self.ensure_one()
        if not (reason or "").strip():
            raise UserError(self.env._("Enter a reason for excluding it: it is kept with the transaction."))
        net = self.currency_id.round(self.amount - self.fee)
        self.provider_id._check_not_shadow()
        if self.status != "new":
            raise UserError(self.env._("%s is booked already, so it cannot be excluded. Undo it instead.", self.name))
        if not self.currency_id.is_zero(net) and (
            move_line.account_id != self.provider_id.clearing_account_id
            or move_line.parent_state != "posted"
            or move_line.company_id != self.company_id
            or move_line.settlement_clearing_id
            or self.currency_id.compare_amounts(move_line.amount_currency, net) != 0
        ):
            raise UserError(
                self.env._(
                    "%(line)s changes what the provider owes by %(net)s. It can be excluded only if a posted "
                    "journal item of exactly that amount on %(account)s has booked it already: choose that journal "
                    "item.",
                    line=self.name,
                    net=net,
                    account=self.provider_id.clearing_account_id.display_name,
                )
            )
        as_own(move_line).settlement_clearing_id = self.settlement_id
        said = Message("excluded_by", {"user": self.env.user.name, "reason": reason})
        self.write(
            {
                "status": "excluded",
                "is_exclusion_proposed": False,
                "exclusion_reason": reason,
                "exclusion_move_line_id": move_line.id,
                "explanation_data": [said.to_json()],
            }
        )

    def _include_again(self, reason):
        """Include an excluded transaction again: it will be booked."""
        self.ensure_one()
        as_own(self.exclusion_move_line_id).settlement_clearing_id = False
        said = Message("undone_by", {"user": self.env.user.name, "reason": reason})
        self.write(
            {
                "status": "new",
                "exclusion_reason": False,
                "exclusion_move_line_id": False,
                "explanation_data": self._get_explanation_after(said),
            }
        )

    def _keep(self, reason):
        """Book transactions although a rule proposes to exclude them.

        :param str reason: why, for the trail.
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Enter a reason for booking it: it is kept with the transaction."))
        self = self._as_user()
        for line in self.filtered("is_exclusion_proposed"):
            said = Message("kept_by_person", {"user": self.env.user.name, "reason": reason.strip()})
            line.write(
                {
                    "is_exclusion_proposed": False,
                    "is_kept": True,
                    "explanation_data": line._get_explanation_after(said),
                }
            )
        self.settlement_id._process()

    def _get_kept_messages(self):
        """Return what a person said that still holds when it is booked anew, as stored messages."""
        codes = {"kept_by_person"} if self.is_kept else set()
        codes |= {"undone_by"} if self.is_undone else set()
        return [said for said in self.explanation_data or [] if said[0] in codes]
