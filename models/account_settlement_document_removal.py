from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .own_writes import as_own


class AccountSettlementDocument(models.Model):
    """Removing a document's content: what it was, when it came and its digest are kept."""

    _inherit = "account.settlement.document"

    content_removed_on = fields.Date(readonly=True, copy=False, index="btree_not_null")
    removed_note = fields.Text(compute="_compute_removed_note")

    @api.depends("content_removed_on")
    @api.depends_context("lang")
    def _compute_removed_note(self):
        for document in self:
            document.removed_note = document.content_removed_on and self.env._(
                "The content of %(document)s was removed on %(date)s, because its retention period is over. What "
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
