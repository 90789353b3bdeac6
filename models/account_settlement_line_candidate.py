from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountSettlementLine(models.Model):
    """The document that is proposed for a transaction, shown in lists, and accepted with one click."""

    _inherit = "account.settlement.line"

    candidate_id = fields.Many2one(
        "account.move",
        compute="_compute_candidate_id",
        string="Proposal",
        help="The one open document that fits it: the amount, and one thing more. Nothing is matched by it.",
    )
    candidate_reason = fields.Char(compute="_compute_candidate_id", string="Why Proposed")

    @api.depends("open_as", "amount_open")
    def _compute_candidate_id(self):
        self.candidate_id = self.candidate_reason = False
        waiting = self.filtered(lambda line: line.open_as in ("unknown", "reopened", "owed"))
        for line, (move, fit) in waiting._get_proposals().items():
            line.candidate_id = move
            line.candidate_reason = self._explain_fit(fit)

    def action_accept_proposal(self):
        """Match the transaction with the document that is proposed for it, and say what was done.

        :raises UserError: when another document is proposed now than the one that the person has seen.
        """
        self._as_user()
        if len(self) != 1:
            raise UserError(self.env._("Choose one transaction: each proposal is accepted by itself."))
        found = self._get_proposals().get(self)
        seen = self.env.context.get("settlement_candidate_id")
        if not found or (seen and seen != found[0].id):
            raise UserError(
                self.env._("What was proposed for %s has changed since. Reload the list, and look again.", self.name)
            )
        move, fit = found
        before = self.move_line_ids.move_id
        self._assign(move, self.env._("Proposal confirmed: %s", self._explain_fit(fit)))
        return self._notify_done(self.move_line_ids.move_id - before)
