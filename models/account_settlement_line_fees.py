from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.messages import Message, _


class AccountSettlementLine(models.Model):
    """VAT that a document states and that was booked as cost: a person looks at it."""

    _inherit = "account.settlement.line"

    def action_settle_fee_vat(self):
        """Let a person say that the VAT was looked at."""
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_fee_vat_seen")
        action["context"] = {"default_line_ids": self.filtered("fee_vat_issue").ids}
        return action

    def _settle_fee_vat(self, reason):
        """Take transactions off the work list, because a person has looked at their VAT. They stay booked as they are.

        :param str reason: why, for the trail.
        :raises UserError: without a reason.
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the VAT is right as it is booked: the reason is kept."))
        said = Message(
            _("VAT seen by %(user)s: %(reason)s"), {"user": self.env.user.name, "reason": reason.strip()}
        ).to_json()
        for line in self._as_user().filtered_domain(Domain("fee_vat_issue", "!=", False)):
            line.write({"fee_vat_issue": False, "explanation_data": [said, *(line.explanation_data or [])]})
