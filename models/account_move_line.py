from odoo import api, fields, models

from ..common.messages import Message
from ..matching.roles import Role
from .own_writes import as_others


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    settlement_line_ids = fields.Many2many(
        "account.settlement.line",
        relation="account_settlement_line_move_line_rel",
        column1="move_line_id",
        column2="settlement_line_id",
        string="Transactions",
        readonly=True,
        help="The transactions of this journal item.",
    )
    settlement_clearing_id = fields.Many2one(
        "account.settlement",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
        help="Set on a voucher's clearing line: what the provider owes for this settlement.",
    )
    settlement_payout_id = fields.Many2one(
        "account.settlement",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Set on a bank line's counterpart that we put there: the settlement whose payout it is.",
    )
    settlement_opening_id = fields.Many2one(
        "account.settlement.provider",
        string="Opening Item Of",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="It was on the provider's account from the bookkeeping before, as a person has accepted.",
    )
    #: What is open of transactions, for their work lists.
    _settlement_open_idx = models.Index(
        "(settlement_role) WHERE settlement_role IS NOT NULL "
        "AND (amount_residual != 0 OR amount_residual_currency != 0)"
    )

    #: What the reports on fees and rounding sum up.
    _settlement_fees_idx = models.Index(
        "(settlement_role, date) WHERE settlement_role IN ('fee', 'fee_tax', 'rounding')"
    )

    settlement_role = fields.Selection(
        [
            (Role.CLEARING.value, "Clearing"),
            (Role.ITEM.value, "Closes an open item"),
            (Role.CUSTOMER.value, "On the customer"),
            (Role.PREPAYMENT.value, "Prepayment"),
            (Role.DISPUTE.value, "Disputed"),
            (Role.UNKNOWN.value, "Unknown"),
            (Role.ACCOUNT.value, "By rule or by hand"),
            (Role.RESERVE.value, "Reserve"),
            (Role.FEE.value, "Fee"),
            (Role.FEE_PAYABLE.value, "Fee owed"),
            (Role.TAX.value, "Tax"),
            (Role.FEE_TAX.value, "Tax of fees"),
            (Role.ROUNDING.value, "Rounding"),
            (Role.EXCHANGE.value, "Exchange difference"),
            (Role.SOURCE.value, "Moved from here"),
        ],
        readonly=True,
        help="The purpose of this journal item of a settlement voucher.",
    )

    def action_open_settlement_lines(self):
        """Open exactly the transactions that these journal items book."""
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_line")
        lines = self.settlement_line_ids | self._get_paid_settlements().line_ids
        action["domain"] = [("id", "in", lines.ids)]
        action["context"] = {}
        if len(lines) == 1:
            action.update({"views": [(False, "form")], "res_id": lines.id})
        return action

    def _reconcile_post_hook(self, data):
        """Run what addons do when an invoice is paid without the shortcuts of
        :meth:`AccountSettlement._reconcile_groups`: it may write documents whose taxes and terms must be computed."""
        if added := self.env.context.get("settlement_shortcuts"):
            for moves in data.values():
                moves.mapped("payment_state")  # computed here, while the shortcuts apply
            left_out = (*added, "settlement_shortcuts")
            context = {key: value for key, value in self.env.context.items() if key not in left_out}
            data = {name: moves.with_env(self.env(context=context)) for name, moves in data.items()}
        return super()._reconcile_post_hook({name: as_others(moves) for name, moves in data.items()})

    settlement_explanation = fields.Text(compute="_compute_settlement_explanation", string="Why")

    @api.depends("settlement_line_ids.explanation_data", "settlement_role", "settlement_payout_id", "matching_number")
    @api.depends_context("lang")
    def _compute_settlement_explanation(self):
        render = self.env["settlement.message"]._render
        roles = dict(self._fields["settlement_role"]._description_selection(self.env))
        for item in self:
            lines = item.settlement_line_ids
            if settlements := item._get_paid_settlements():
                said = Message("item_of_payout", {"name": ", ".join(settlements.mapped("display_name"))})
                item.settlement_explanation = render(said)
            elif len(lines) == 1 and item.settlement_role != Role.CLEARING:
                item.settlement_explanation = lines.explanation
            elif lines:
                said = Message(
                    "item_of_transactions",
                    {
                        "role": roles[item.settlement_role],
                        "count": len(lines),
                        "name": item.move_id.settlement_id.display_name,
                    },
                )
                item.settlement_explanation = render(said)
            else:
                item.settlement_explanation = False
