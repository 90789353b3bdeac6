from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date


class SettlementCustomerDebtDay(models.TransientModel):
    """Choose the day at whose end prepayments and debts to customers are shown."""

    _name = "settlement.customer.debt.day"
    _description = "Prepayments and Debts to Customers on a Day"

    date = fields.Date(
        string="At the End of",
        required=True,
        default=lambda self: fields.Date.context_today(self) + relativedelta(day=1, days=-1),
    )

    def action_open(self):
        """Open the list as of the chosen day."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_customer_debt")
        name = self.env._("Prepayments and Debts to Customers, %s", format_date(self.env, self.date))
        return {
            **action,
            "name": name,
            "display_name": name,
            "domain": [("company_id", "in", self.env.companies.ids)],
            "context": {"settlement_date": fields.Date.to_string(self.date), "search_default_group_kind": 1},
        }
