from odoo import api, models


class AccountSettlement(models.Model):
    """Removing the documents of settlements once they are no longer needed."""

    _name = "account.settlement"
    _inherit = ["account.settlement", "settlement.retention"]

    @api.model
    def _find_to_remove(self, company):
        """Return the settlements of a company whose documents are old enough to be removed."""
        before = [("company_id", "=", company.id), ("date_to", "<", company._get_document_limit())]
        return self.sudo().search(
            [
                *before,
                "|",
                ("line_ids.content_removed_on", "=", False),
                ("document_ids.content_removed_on", "=", False),
            ],
            order="id",
        )

    def _is_settled(self):
        """Whether everything of this settlement is booked, paid out and matched, and its financial year is locked."""
        self.ensure_one()
        company = self.company_id
        if self.state not in ("booked", "paid") or not self.currency_id.is_zero(self.clearing_residual):
            return False
        last_day = max([self.date_to, *self.line_ids.filtered("booking_date").mapped("booking_date")])
        if company.compute_fiscalyear_dates(last_day)["date_to"] > company._get_closed_to():
            return False
        if self.line_ids.invoice_id.filtered(lambda move: move.amount_residual):
            return False
        return all(line._is_settled() for line in self.line_ids)

    def _remove_what_is_old(self):
        """Remove the rows as they came and the documents of settlements that are settled for good."""
        settled = self.filtered(lambda settlement: settlement._is_settled())
        settled.line_ids._remove_content()
        documents = settled.document_ids.filtered(
            lambda document: document.state in ("done", "left_out") and not document.content_removed_on
        )
        for document in documents:
            limit = document.company_id._get_document_limit()
            others = document.settlement_ids - settled
            is_old = all(each.date_to and each.date_to < limit and each._is_settled() for each in others)
            if is_old:
                document._remove_content()
