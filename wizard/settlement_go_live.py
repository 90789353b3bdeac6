from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class SettlementGoLive(models.TransientModel):
    """The way to the first booking with a provider: what there is from before, the first month, and the last step.

    Nothing here is posted. What is shown is in files of its own: ``settlement_go_live_before`` (from the bookkeeping
    before), ``_month`` (as it would be booked) and ``_compare`` (beside what was booked by hand).
    """

    _name = "settlement.go.live"
    _description = "Go Live with a Provider"
    _inherit = ["settlement.dialog"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    provider_id = fields.Many2one(
        "account.settlement.provider",
        required=True,
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self._get_default_provider(),
    )
    state = fields.Selection(related="provider_id.state")
    missing_message = fields.Char(related="provider_id.missing_message")
    currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    is_posted = fields.Boolean(compute="_compute_is_posted", help="Something is booked: there is no way back.")
    start_date = fields.Date(
        compute="_compute_dates",
        store=True,
        readonly=False,
        string="Book From",
        help="The first day that is booked here. What the provider reports of earlier days is kept out, and its sum is "
        "the balance from which the first settlement starts.",
    )
    date_from = fields.Date(compute="_compute_dates", store=True, readonly=False, string="From")
    date_to = fields.Date(compute="_compute_dates", store=True, readonly=False, string="To")
    webshop_ids = fields.Many2many("sale.webshop", compute="_compute_webshop_ids", string="Its Webshops")
    settlement_count = fields.Integer(compute="_compute_counts", string="Settlements Read")
    document_count = fields.Integer(compute="_compute_counts", string="Documents")

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Go-Live")

    def _get_default_provider(self):
        """Return the provider that is not live yet, else the first."""
        providers = self.env["account.settlement.provider"].search([("company_id", "=", self.env.company.id)])
        return (providers.filtered(lambda provider: provider.state in ("draft", "shadow")) or providers)[:1]

    @api.depends("provider_id")
    def _compute_is_posted(self):
        for page in self:
            page.is_posted = page.provider_id._has_vouchers()

    @api.depends("provider_id")
    def _compute_dates(self):
        """Propose the provider's start, and the month in which its first transaction is, once there is one."""
        for page in self:
            page.start_date = page.provider_id.start_date
            page.date_from = page.date_to = False
            page._propose_period()

    def _propose_period(self):
        self.ensure_one()
        if first := self._find_first_line():
            self.date_from = first.date + relativedelta(day=1)
            self.date_to = first.date + relativedelta(day=31)

    def _find_first_line(self):
        own = [("provider_id", "=", self.provider_id.id)]
        return self.env["account.settlement.line"].search(own, order="date, id", limit=1)

    @api.depends("provider_id")
    def _compute_webshop_ids(self):
        """The shops whose payments come from this provider: those that name it, and those that name none."""
        for page in self:
            page.webshop_ids = page.provider_id._get_shops() if page.provider_id else False

    @api.depends("provider_id")
    def _compute_counts(self):
        for page in self:
            own = [("provider_id", "=", page.provider_id.id)]
            page.settlement_count = page.env["account.settlement"].search_count(own)
            page.document_count = len(page.provider_id._get_documents())

    def _check_period(self):
        if not (self.date_from or self.date_to):
            self._propose_period()
        if not (self.date_from or self.date_to):
            raise UserError(self.env._("Nothing has been read yet. Upload the provider's documents first."))
        if not self.date_from or not self.date_to or self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins. Choose another."))

    # ---------------------------------------------------------------- the steps

    def action_start_shadow(self):
        """Read documents from now on, and book nothing."""
        self.ensure_one()
        self.provider_id._start_shadow()
        return True

    def action_upload(self):
        """Upload documents; in the shadow month nothing of them is booked."""
        self.ensure_one()
        return self.provider_id.action_upload()

    def action_set_start_date(self):
        """Keep the start date, and read the documents again from that day."""
        self.ensure_one()
        self.provider_id._set_start_date(self.start_date or None)
        return True

    def action_go_live(self):
        """Book from the start date on."""
        self.ensure_one()
        self.provider_id._go_live(self.start_date or None)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement"),
            "domain": [("provider_id", "=", self.provider_id.id)],
            "context": {},
        }

    def action_start_over(self):
        """Remove what was read, and go back to the beginning."""
        self.ensure_one()
        self.provider_id._start_over()
        return True

    def action_remove_provider(self):
        """Remove what was read, and the provider itself. Its accounts and its journal stay in the chart."""
        self.ensure_one()
        provider = self.provider_id
        provider._start_over()
        provider.unlink()
        return self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_overview")

    def action_open_settlements(self):
        self.ensure_one()
        return self.provider_id.action_open_settlements()
