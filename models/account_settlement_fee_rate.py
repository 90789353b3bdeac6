from odoo import api, fields, models
from odoo.tools import format_date, formatLang


class AccountSettlementFeeRate(models.Model):
    """What a provider has agreed to charge for a payment, from a day on: a percentage and a fixed amount.

    The more particular one counts: that of the payment's method, else the one for all methods. What is agreed changes
    nothing that is booked; it is compared with what the provider charges.
    """

    _name = "account.settlement.fee.rate"
    _description = "Agreed Fee"
    _order = "provider_id, payment_method, date_from desc, id"
    _rec_name = "payment_method"
    _check_company_auto = True

    provider_id = fields.Many2one("account.settlement.provider", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True, precompute=True)
    currency_id = fields.Many2one(related="provider_id.currency_id")
    payment_method = fields.Char(
        help="What the provider calls how the customer paid, as on its transactions. Empty: all that have no row here."
    )
    percent = fields.Float(digits=(16, 4), help="Of the payment with VAT.")
    fixed = fields.Monetary(string="Per Payment", help="Without VAT.")
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today, help="Until a later row of the same method."
    )
    note = fields.Char(help="Where the agreement is.")

    _method_uniq = models.UniqueIndex(
        "(provider_id, lower(trim(COALESCE(payment_method, ''))), date_from)",
        "A fee of this method is agreed from that day already.",
    )
    _percent_check = models.Constraint(
        "CHECK(percent >= 0 AND percent < 100 AND fixed >= 0)", "Enter a percentage below 100, and no negative amount."
    )

    @api.depends("payment_method", "percent", "fixed", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rate in self:
            rate.display_name = rate._describe()

    def _describe(self):
        """Return it in one line: method, percentage, amount, day."""
        lang = self.env["res.lang"]._lang_get(self.env.lang or "en_US")
        percent = lang.format("%.4f", self.percent).rstrip("0").rstrip(",.") or "0"
        return self.env._(
            "%(method)s: %(percent)s %% + %(fixed)s from %(date)s",
            method=self.payment_method or self.env._("All methods"),
            percent=percent,
            fixed=formatLang(self.env, self.fixed, currency_obj=self.currency_id),
            date=format_date(self.env, self.date_from),
        )

    # ---------------------------------------------------------------- who agreed to what is kept on the provider

    @api.model_create_multi
    def create(self, vals_list):
        """Note on the provider what was agreed."""
        rates = super().create(vals_list)
        for provider, own in rates.grouped("provider_id").items():
            provider._note_fee_rates(self.env._("Agreed fees entered"), own.mapped("display_name"))
        return rates

    def write(self, vals):
        """Note on the provider what was agreed before, and what is now."""
        before = {rate: rate.display_name for rate in self}
        result = super().write(vals)
        for rate in self.filtered(lambda rate: rate.display_name != before[rate]):
            rate.provider_id._note_fee_rates(
                self.env._("Agreed fees changed"), [f"{before[rate]} → {rate.display_name}"]
            )
        return result

    def unlink(self):
        """Note on the provider what is agreed no more."""
        for provider, own in self.grouped("provider_id").items():
            provider._note_fee_rates(self.env._("Agreed fees removed"), own.mapped("display_name"))
        return super().unlink()
