from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..matching.outcomes import Allocation, Decision, Status
from ..matching.roles import Role


class AccountSettlementLine(models.Model):
    """The case that a disputed transaction belongs to."""

    _inherit = "account.settlement.line"

    dispute_id = fields.Many2one(
        "account.settlement.dispute",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        """A disputed transaction opens a case, or goes on with one."""
        lines = super().create(vals_list)
        self.env["account.settlement.dispute"]._link(lines)
        return lines

    def action_open_dispute(self):
        """Open the case."""
        self.ensure_one()
        return self.dispute_id.get_formview_action()

    def _meet_by_hand(self, other, reason):
        """Close this transaction and another of the same amount with each other, as a person says.

        :param other: open with exactly the opposite amount, in the same currency.
        :param str reason: kept with the transaction.
        :raises UserError: when one of them is not open by one journal item.
        """
        lines = (self | other)._as_user()
        sources = dict(lines._get_sources())
        if len(lines._get_open_sources()) != len(lines):
            raise UserError(self.env._("%s stands open in several places. Match each of them by itself.", self.name))
        line, met = lines[0], lines[1]
        item = replace(line._get_source_item(sources[met]), transaction_id=met.id)
        plain = line._get_plain_open(sources[line]).freed()
        decision = Decision(plain, Status.MATCHED)
        decision.allocations.append(
            Allocation(Role.ITEM, plain.amount, item=item, account_id=item.account_id, partner_id=item.partner_id)
        )
        line._book_transfer(decision, sources[line], reason=reason, status="resolved")
        lines.provider_id._close_reminders_of_nothing()
