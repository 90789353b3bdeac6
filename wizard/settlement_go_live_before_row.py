from odoo import fields, models


class SettlementGoLiveBefore(models.TransientModel):
    """How much of one kind there is from before the start."""

    _name = "settlement.go.live.before"
    _description = "From Before the Start"
    _order = "id"

    page_id = fields.Many2one("settlement.go.live", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [
            ("invoice", "Open invoices of web orders"),
            ("credit_note", "Open credit notes of web orders"),
            ("unreferenced", "Open invoices without an order reference"),
            ("order", "Web orders still to invoice"),
            ("account", "Booked by hand"),
        ],
        string="What",
        required=True,
    )
    account_id = fields.Many2one("account.account", ondelete="cascade")
    document_count = fields.Integer(string="Count")
    currency_id = fields.Many2one(related="page_id.currency_id")
    amount = fields.Monetary()

    def action_open(self):
        """Open the documents or journal items that are counted here."""
        self.ensure_one()
        page = self.page_id
        if self.kind == "account":
            domain = page.provider_id._get_by_hand_domain()
            domain &= fields.Domain("account_id", "=", self.account_id.id) & fields.Domain(
                "date", "<", page._get_start()
            )
            return page._open_items(domain)
        model, domain, _field = page._get_before_lists()[self.kind]
        return {
            "type": "ir.actions.act_window",
            "name": dict(self._fields["kind"]._description_selection(self.env))[self.kind],
            "res_model": model,
            "view_mode": "list,form",
            "domain": list(domain),
        }
