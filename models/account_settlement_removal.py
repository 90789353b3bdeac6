from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .own_writes import as_own
from .sale_order_removal import UNPLACED


class AccountSettlementDocument(models.Model):
    """What is left of a document when its content is removed: what it was, when it came, its digest."""

    _inherit = "account.settlement.document"

    content_removed_on = fields.Date(readonly=True, copy=False, index="btree_not_null")
    removed_note = fields.Text(compute="_compute_removed_note")

    @api.depends("content_removed_on")
    @api.depends_context("lang")
    def _compute_removed_note(self):
        for document in self:
            document.removed_note = document.content_removed_on and self.env._(
                "The content of %(document)s was removed on %(date)s, as the time for which it is kept is over. What "
                "was booked from it stays.",
                document=document.name,
                date=format_date(self.env, document.content_removed_on),
            )

    def _check_content_kept(self):
        """Raise a UserError when the content has been removed."""
        self.ensure_one()
        if self.content_removed_on:
            raise UserError(self.removed_note)

    def action_ingest(self):
        for document in self:
            document._check_content_kept()
        return super().action_ingest()

    def _remove_content(self):
        """Remove the content, and its copies on the vouchers; the record stays."""
        documents = self.sudo().filtered(lambda document: not document.content_removed_on)
        files = documents.attachment_id
        copies = files.search([("settlement_document_id", "in", documents.ids)])
        as_own(documents).write({"attachment_id": False, "content_removed_on": fields.Date.today()})
        documents.flush_recordset()
        as_own(files | copies).unlink()


class AccountSettlementLine(models.Model):
    """A transaction whose row is removed keeps amounts, dates, ids and where it was booked."""

    _inherit = "account.settlement.line"

    content_removed_on = fields.Date(
        string="Row Removed On", readonly=True, copy=False, help="The row as it came and its texts were removed then."
    )

    @api.depends("content_removed_on")
    def _compute_raw_text(self):
        result = super()._compute_raw_text()
        for line in self.filtered("content_removed_on"):
            line.raw_text = self.env._(
                "The row as it came was removed on %s.", format_date(self.env, line.content_removed_on)
            )
        return result

    def _remove_content(self):
        """Empty the row as it came and the texts people wrote; what it was and where it is booked stays."""
        self.sudo().filtered(lambda line: not line.content_removed_on).write(
            {"raw": False, "provider_text": False, "content_removed_on": fields.Date.today()}
        )

    def _is_settled(self):
        """Whether nobody has anything left to do with this transaction, and its period is locked."""
        self.ensure_one()
        if self.status in UNPLACED or self.is_exclusion_proposed or self.has_difference:
            return False
        return (self.booking_date or self.date) <= self.company_id._get_closed_to()


class AccountSettlement(models.Model):
    """When what a settlement was read from is needed no longer."""

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
        """Whether everything of this settlement is booked, paid out and placed, and its financial year is locked."""
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
