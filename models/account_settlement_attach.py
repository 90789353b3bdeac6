from odoo import api, models
from odoo.tools import SQL

from .ir_attachment import DOCUMENT
from .own_writes import as_own


class AccountSettlement(models.Model):
    """Attaching documents to their vouchers, so that they are found there even without this addon."""

    _inherit = "account.settlement"

    @api.model
    def _attach_documents(self, moves):
        """Attach to vouchers the documents they were booked from: the same stored files, each once a voucher.

        :param moves: ``account.move`` of settlements.
        """
        if not moves:
            return
        self.env["account.move.line"].flush_model(["move_id", "settlement_line_ids"])
        self.env["account.settlement.line"].flush_model(["document_id"])
        self.env["ir.attachment"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO ir_attachment (
                       name, type, res_model, res_id, company_id, store_fname, db_datas, checksum, file_size, mimetype,
                       public, settlement_document_id, create_uid, create_date, write_uid, write_date)
                SELECT file.name, 'binary', 'account.move', booked.move_id, file.company_id, file.store_fname,
                       file.db_datas, file.checksum, file.file_size, file.mimetype, FALSE, booked.document_id,
                       %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
                  FROM (
                       SELECT DISTINCT item.move_id, line.document_id
                         FROM account_move_line item
                         JOIN account_settlement_line_move_line_rel rel ON rel.move_line_id = item.id
                         JOIN account_settlement_line line ON line.id = rel.settlement_line_id
                        WHERE item.move_id IN %(moves)s
                          AND line.document_id IS NOT NULL
                       ) booked
                  JOIN account_settlement_document document ON document.id = booked.document_id
                  JOIN ir_attachment file ON file.id = document.attachment_id
                 WHERE NOT EXISTS (
                       SELECT 1
                         FROM ir_attachment known
                        WHERE known.res_model = 'account.move'
                          AND known.res_id = booked.move_id
                          AND known.settlement_document_id = booked.document_id
                       )
              ORDER BY booked.move_id, booked.document_id
                """,
                moves=tuple(moves.ids),
                uid=self.env.uid,
            )
        )
        moves.invalidate_recordset(["attachment_ids"])

    @api.model
    def _leave_documents_behind(self):
        """Attach the stored documents to what stays without this addon: vouchers, or else the company."""
        documents = self.env[DOCUMENT].search([("attachment_id", "!=", False)])
        self._attach_documents(self.env["account.move"].search([("settlement_id", "!=", False)]))
        files = as_own(documents.attachment_id)
        held = files.search([("settlement_document_id", "in", documents.ids)]).settlement_document_id.attachment_id
        for document in documents.filtered(lambda document: document.attachment_id not in held):
            as_own(document.attachment_id).write({"res_model": "res.company", "res_id": document.company_id.id})
