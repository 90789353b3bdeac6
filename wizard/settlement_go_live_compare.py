from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..golive.comparison import Cause, compare
from ..golive.days import sum_up
from ..models.money import to_decimal


class SettlementGoLive(models.TransientModel):
    """The shadow month beside the books: what would be booked, and what was booked by hand, day by day."""

    _inherit = "settlement.go.live"

    hand_clearing_ids = fields.Many2many(
        "account.account",
        relation="settlement_go_live_clearing_rel",
        compute="_compute_hand_accounts",
        store=True,
        readonly=False,
        check_company=True,
        string="What the Provider Owes, by Hand",
        help="The accounts on which what the provider owes was booked until now.",
    )
    hand_fee_ids = fields.Many2many(
        "account.account",
        relation="settlement_go_live_fee_rel",
        compute="_compute_hand_accounts",
        store=True,
        readonly=False,
        check_company=True,
        string="Fees, by Hand",
        help="The accounts on which the provider's fees were booked until now.",
    )
    is_compared = fields.Boolean(readonly=True)
    difference_ids = fields.One2many("settlement.go.live.difference", "page_id", string="Comparison", readonly=True)
    difference_count = fields.Integer(readonly=True, string="Days and Accounts That Differ")
    hand_move_count = fields.Integer(readonly=True, string="Vouchers by Hand")

    @api.depends("provider_id")
    def _compute_hand_accounts(self):
        for page in self:
            page.hand_clearing_ids = page.provider_id.clearing_account_id
            page.hand_fee_ids = page.provider_id.fee_account_id

    def _get_hand_moves(self):
        """Return what was booked by hand in the period: posted entries on the chosen accounts, without the bank's."""
        chosen = self.hand_clearing_ids | self.hand_fee_ids
        if not chosen:
            raise UserError(self.env._("Choose the accounts on which the provider was booked until now."))
        groups = self.env["account.move.line"]._read_group(
            list(
                Domain("company_id", "=", self.provider_id.company_id.id)
                & Domain("parent_state", "=", "posted")
                & Domain("account_id", "in", chosen.ids)
                & Domain("date", ">=", self.date_from)
                & Domain("date", "<=", self.date_to)
                & Domain("move_id.settlement_id", "=", False)
                & Domain("move_id.statement_line_id", "=", False)
            ),
            [],
            ["move_id:recordset"],
        )
        return groups[0][0]

    def action_compare(self):
        """Compare the period as it would be booked with what was booked by hand; nothing is written to the books."""
        self.ensure_one()
        self._check_period()
        moves = self._get_hand_moves()
        by_hand = moves.line_ids
        # What they have paid is open again for the comparison: else every payment would be of a paid invoice.
        planned = self.provider_id._preview(self.date_from, self.date_to, without_items=by_hand)
        ours = {key: sums.balance for key, sums in sum_up(planned).items()}
        rows = compare(ours, self._sum_by_hand(by_hand), unknown=self.provider_id.unknown_account_id.id)
        self.sudo().write(
            {
                "is_compared": True,
                "hand_move_count": len(moves),
                "difference_count": sum(row.cause is not Cause.SAME for row in rows),
                "difference_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {
                                "date": row.date,
                                "account_id": row.account,
                                "ours": row.ours,
                                "by_hand": row.by_hand,
                                "difference": row.difference,
                                "cause": str(row.cause),
                            }
                        )
                        for row in rows
                    ),
                ],
            }
        )
        return True

    def _sum_by_hand(self, items):
        """Return ``{(day, account id): Decimal}`` of journal items, debit positive; the old accounts named as ours."""
        provider = self.provider_id
        same = dict.fromkeys(self.hand_clearing_ids.ids, provider.clearing_account_id.id)
        same |= dict.fromkeys(self.hand_fee_ids.ids, provider.fee_account_id.id)
        sums = defaultdict(Decimal)
        for item in items:
            account_id = same.get(item.account_id.id, item.account_id.id)
            sums[item.date, account_id] += to_decimal(item.balance, item.company_currency_id)
        return sums

    def action_open_differences(self):
        """Open the comparison as a list, to group, filter and export it."""
        self.ensure_one()
        own = [("id", "in", self.difference_ids.ids)]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Comparison"),
            "res_model": "settlement.go.live.difference",
            "view_mode": "list",
            "domain": own,
        }
