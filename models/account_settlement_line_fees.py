from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.messages import Message
from ..providers.records import known_fee
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """Fees that a provider reports for a payment, and their VAT that was booked as cost, for a person to check."""

    _inherit = "account.settlement.line"

    def _add_fee_report(self, report):
        """Note a fee that the provider reports for this payment.

        :param report: :class:`~..providers.records.FeeReport`.
        :return: by how much the payment's known fee grew, ``Decimal``.
        """
        self.ensure_one()
        data = dict(self.fee_report_data or {})
        entries = dict(data.get("entries") or {})
        if report.is_total:
            data["total"] = str(report.fee)
        else:
            entries[report.external_id] = str(report.fee)
        data["entries"] = entries
        total = known_fee(map(Decimal, entries.values()), Decimal(data.get("total", "0")))
        increase = total - to_decimal(self.fee_reported, self.currency_id)
        self.write({"fee_report_data": data, "fee_reported": total})
        return increase

    def action_settle_fee_vat(self):
        """Let a person confirm that the VAT was checked."""
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_fee_vat_seen")
        action["context"] = {"default_line_ids": self.filtered("fee_vat_issue").ids}
        return action

    def _settle_fee_vat(self, reason):
        """Take transactions off the work list, because a person has checked their VAT. They stay booked as they are.

        :param str reason: why, for the trail.
        :raises UserError: without a reason.
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Enter why the VAT is right as booked: the reason is kept."))
        said = Message("vat_reviewed_by", {"user": self.env.user.name, "reason": reason.strip()})
        for line in self._as_user().filtered_domain(Domain("fee_vat_issue", "!=", False)):
            line.write({"fee_vat_issue": False, "explanation_data": line._get_explanation_after(said)})
