from odoo import api, fields, models
from odoo.fields import Domain


class SettlementGoLive(models.TransientModel):
    """What there is from before the start: open invoices and orders, and what was booked on the accounts by hand."""

    _inherit = "settlement.go.live"

    before_ids = fields.One2many("settlement.go.live.before", "page_id", string="Open from Before", readonly=True)
    opening_count = fields.Integer(compute="_compute_opening", string="Open Items by Hand")
    opening_amount = fields.Monetary(compute="_compute_opening", string="Their Sum")
    accepted_count = fields.Integer(compute="_compute_opening", string="Accepted as Opening Items")
    doubled_count = fields.Integer(compute="_compute_doubled", string="Booked by Hand Since")
    doubled_amount = fields.Monetary(compute="_compute_doubled", string="Sum Booked by Hand Since")

    def _get_start(self):
        """Return the first day that is booked here: as chosen, else that of the first transaction, else today."""
        return self.start_date or self._find_first_line().date or fields.Date.context_today(self)

    @api.depends("provider_id", "start_date")
    def _compute_opening(self):
        for page in self:
            items = page.env["account.move.line"].search(list(page.provider_id._get_opening_domain(page._get_start())))
            page.opening_count = len(items)
            page.opening_amount = sum(items.mapped("amount_residual"))
            page.accepted_count = len(items.filtered(lambda item, page=page: item.settlement_opening_id))

    def _get_doubled_domain(self):
        """Return the domain of what was booked by hand on these accounts since the start: it would be there twice."""
        provider = self.provider_id
        accounts = provider.clearing_account_id | provider.fee_account_id | self.hand_clearing_ids | self.hand_fee_ids
        return (
            Domain("company_id", "=", provider.company_id.id)
            & Domain("parent_state", "=", "posted")
            & Domain("account_id", "in", accounts.ids)
            & Domain("move_id.settlement_id", "=", False)
            & Domain("move_id.statement_line_id", "=", False)
            & Domain("date", ">=", self._get_start())
        )

    @api.depends("provider_id", "start_date", "hand_clearing_ids", "hand_fee_ids")
    def _compute_doubled(self):
        for page in self:
            [(count, amount)] = page.env["account.move.line"]._read_group(
                list(page._get_doubled_domain()), [], ["__count", "balance:sum"]
            )
            page.doubled_count, page.doubled_amount = count, amount or 0.0

    def action_show_before(self):
        """Count what there is from before the start date."""
        self.ensure_one()
        rows = self._read_open_documents() + self._read_balances()
        self.sudo().before_ids = [fields.Command.clear(), *map(fields.Command.create, rows)]
        return True

    def _read_open_documents(self):
        """Return values for the open invoices, credit notes and orders from before, with and without a reference."""
        return [
            {"kind": kind, "document_count": count, "amount": amount}
            for kind, (model, domain, field) in self._get_before_lists().items()
            for count, amount in self.env[model]._read_group(list(domain), [], ["__count", f"{field}:sum"])
            if count
        ]

    def _read_balances(self):
        """Return values for the balances of the provider's accounts before the start date, as of that day."""
        provider = self.provider_id
        groups = self.env["account.move.line"]._read_group(
            list(provider._get_by_hand_domain() & Domain("date", "<", self._get_start())),
            ["account_id"],
            ["__count", "balance:sum"],
        )
        return [
            {"kind": "account", "account_id": account.id, "document_count": count, "amount": balance}
            for account, count, balance in groups
        ]

    def _get_before_lists(self):
        """Return ``{kind: (model, domain, field of the sum)}`` of what may be open from before the start."""
        start = self._get_start()
        invoices = (
            Domain("company_id", "=", self.company_id.id)
            & Domain("state", "=", "posted")
            & Domain("invoice_date", "<", start)
            & Domain("amount_residual", "!=", 0)
        )
        sold, credited = Domain("move_type", "=", "out_invoice"), Domain("move_type", "=", "out_refund")
        with_reference = Domain("webshop_reference", "!=", False)
        orders = (
            Domain("company_id", "=", self.company_id.id)
            & with_reference
            & Domain("state", "=", "sale")
            & Domain("date_order", "<", fields.Datetime.to_datetime(start))
            & Domain("invoice_status", "=", "to invoice")
        )
        return {
            "invoice": ("account.move", invoices & sold & with_reference, "amount_residual_signed"),
            "credit_note": ("account.move", invoices & credited & with_reference, "amount_residual_signed"),
            "unreferenced": ("account.move", invoices & sold & ~with_reference, "amount_residual_signed"),
            "order": ("sale.order", orders, "amount_total"),
        }

    def action_open_opening(self):
        """Open what stands on the accounts from before and is open."""
        self.ensure_one()
        return self._open_items(self.provider_id._get_opening_domain(self._get_start()))

    def action_open_doubled(self):
        """Open what was booked by hand on the accounts since the start."""
        self.ensure_one()
        return self._open_items(self._get_doubled_domain())

    def _open_items(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_moves_all")
        action["domain"] = list(domain)
        action["context"] = {"expand": 1}
        return action

    def action_accept_opening(self):
        """Accept what is open from before as opening items of this provider."""
        self.ensure_one()
        items = self.env["account.move.line"].search(list(self.provider_id._get_opening_domain(self._get_start())))
        self.provider_id._accept_opening_items(items)
        return True
