from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: Bokføringsloven § 13: documentation of what is booked is kept five years after the end of the financial year.
LEAST_DOCUMENT_YEARS = 5


class ResCompany(models.Model):
    """How long documents with personal data are kept, and the scheduled action that then removes them."""

    _inherit = "res.company"

    settlement_raw_order_months = fields.Integer(
        string="Months to Keep Original Web Orders",
        default=12,
        required=True,
        help="After the last change of the order. What is open, or in a period that is not locked, is kept.",
    )
    settlement_document_years = fields.Integer(
        string="Years to Keep Settlement Documents",
        default=LEAST_DOCUMENT_YEARS,
        required=True,
        help="After the end of the financial year. What is open, or in a year that is not locked, is kept.",
    )

    @api.constrains("settlement_raw_order_months", "settlement_document_years")
    def _check_settlement_retention(self):
        for company in self:
            if company.settlement_document_years < LEAST_DOCUMENT_YEARS:
                raise ValidationError(
                    self.env._(
                        "Settlement documents of %(company)s are kept for at least %(years)s years after the financial "
                        "year (bokføringsloven § 13). Enter %(years)s or more.",
                        company=company.name,
                        years=LEAST_DOCUMENT_YEARS,
                    )
                )
            if company.settlement_raw_order_months < 1:
                raise ValidationError(
                    self.env._(
                        "Web orders of %s are kept for at least one month after their last change. Enter 1 or more.",
                        company.name,
                    )
                )

    def _get_closed_to(self):
        """Return the last day that is locked for everybody, regardless of exceptions; ``date.min`` if none is."""
        self.ensure_one()
        company = self.sudo()
        return max(
            company._get_user_lock_date("fiscalyear_lock_date", ignore_exceptions=True) or date.min,
            company.user_hard_lock_date or date.min,
        )

    def _get_raw_order_limit(self):
        """Return the time before which an order must have changed last for its documents to be removed."""
        self.ensure_one()
        return fields.Datetime.now() - relativedelta(months=self.settlement_raw_order_months)

    def _get_document_limit(self):
        """Return the first day whose documents are kept: the first of the earliest financial year to be kept."""
        self.ensure_one()
        day = fields.Date.today() - relativedelta(years=max(self.settlement_document_years, LEAST_DOCUMENT_YEARS))
        return self.sudo().compute_fiscalyear_dates(day)["date_from"]

    @api.model
    def _cron_settlement_retention(self, batch_size=100):
        """Scheduled action: remove what no longer has to be kept. A batch that fails never stops the others."""
        steps = []
        told = self.env["sale.webshop.event"]._read_group([], ["company_id"])
        booked = self.env["account.settlement"]._read_group([], ["company_id"])
        for company in self.browse(sorted({company.id for (company,) in [*told, *booked]})):
            for model in ("sale.order", "account.settlement"):
                records = self.env[model]._find_to_remove(company)
                starts = range(0, len(records), batch_size)
                steps += [(company, records[start : start + batch_size]) for start in starts]
        self.env["ir.cron"]._commit_progress(remaining=len(steps))
        for company, records in steps:
            records = records.with_company(company)
            if not records._remove_safely() and len(records) > 1:
                # One of them has failed; the others are removed one by one.
                for record in records:
                    record._remove_safely()
            if not self.env["ir.cron"]._commit_progress(1):
                break
