from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date

#: The list of each report, and how it is grouped first.
ACTIONS = {
    "customer_debt": ("settlement_bridge.action_settlement_customer_debt", "search_default_group_kind"),
    "gift_card": ("settlement_bridge.action_settlement_gift_card", "search_default_group_card"),
}


class SettlementReportDay(models.TransientModel):
    """Choose the day at whose end a report shows the ledger."""

    _name = "settlement.report.day"
    _description = "Report as of a Day"

    report = fields.Selection(
        [("customer_debt", "Prepayments and Debts to Customers"), ("gift_card", "Gift Cards")], required=True
    )
    date = fields.Date(
        string="At the End of",
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(day=1, days=-1),
    )

    def action_open(self):
        """Open the list as of the chosen day."""
        self.ensure_one()
        xml_id, group = ACTIONS[self.report]
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        name = f"{action['name']}, {format_date(self.env, self.date)}"
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": [("company_id", "in", self.env.companies.ids)],
            "context": {"settlement_date": fields.Date.to_string(self.date), group: 1},
        }
