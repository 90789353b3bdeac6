from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    settlement_line_ids = fields.Many2many(
        "account.settlement.line",
        relation="account_settlement_line_move_line_rel",
        column1="move_line_id",
        column2="settlement_line_id",
        string="Transactions",
        readonly=True,
        help="The transactions this journal item stands for.",
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
        help="Set on a bank line's counterpart: the settlement whose payout it is.",
    )
    settlement_role = fields.Selection(
        [
            ("clearing", "Clearing"),
            ("item", "Closes an open item"),
            ("customer", "On the customer"),
            ("prepayment", "Prepayment"),
            ("dispute", "Disputed"),
            ("unknown", "Unknown"),
            ("account", "By rule or by hand"),
            ("reserve", "Reserve"),
            ("fee", "Fee"),
            ("fee_payable", "Fee owed"),
            ("tax", "Tax"),
            ("fee_tax", "Tax of fees"),
            ("rounding", "Rounding"),
            ("exchange", "Exchange difference"),
            ("source", "Moved from here"),
        ],
        readonly=True,
        help="What this journal item of a settlement voucher is there for.",
    )

    def action_open_settlement_lines(self):
        """Open exactly the transactions these journal items stand for."""
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_line")
        lines = self.settlement_line_ids | self.settlement_payout_id.line_ids
        action["domain"] = [("id", "in", lines.ids)]
        action["context"] = {}
        if len(lines) == 1:
            action.update({"views": [(False, "form")], "res_id": lines.id})
        return action
