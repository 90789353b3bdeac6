from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class SettlementLinePropose(models.TransientModel):
    """Show the document that is proposed for each transaction, and match those that a person confirms."""

    _name = "settlement.line.propose"
    _description = "Match with Proposals"
    _inherit = ["settlement.dialog"]

    row_ids = fields.One2many("settlement.line.propose.row", "propose_id", string="Proposals")
    without_count = fields.Integer(readonly=True, string="Without a Proposal")
    chosen_count = fields.Integer(compute="_compute_chosen_count")

    @api.depends("row_ids.is_chosen")
    def _compute_chosen_count(self):
        for dialog in self:
            dialog.chosen_count = len(dialog.row_ids.filtered("is_chosen"))

    @api.model
    def _open(self, lines, proposals):
        """Return the action that shows proposals.

        :param lines: all ``account.settlement.line`` that were looked at.
        :param proposals: ``{line: (account.move, Fit)}``.
        """
        dialog = self.create(
            {
                "without_count": len(lines) - len(proposals),
                "row_ids": [
                    Command.create({"line_id": line.id, "move_id": move.id, "why": lines._explain_fit(fit)})
                    for line, (move, fit) in proposals.items()
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Match with Proposals"),
            "res_model": self._name,
            "view_mode": "form",
            "res_id": dialog.id,
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_confirm(self):
        """Match each chosen transaction with its proposal; one that has been matched since is refused by name."""
        self.ensure_one()
        rows = self.row_ids.filtered("is_chosen")
        if not rows:
            raise UserError(self.env._("No proposal is chosen. Choose some, or cancel."))
        lines = rows.line_id
        before = lines.move_line_ids.move_id
        for row in rows:
            row.line_id._assign(row.move_id, self.env._("Proposal confirmed: %s", row.why or row.move_id.display_name))
        return lines._notify_done(lines.move_line_ids.move_id - before)
