from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .own_writes import as_own, is_own

DOCUMENT = "account.settlement.document"

#: What may be written on the file of a settlement document: what the search index makes of it, and a remark.
FREE_FIELDS = frozenset({"description", "index_content"})


class IrAttachment(models.Model):
    """The files of settlement documents, which nobody changes: each is the documentation of what was booked from it."""

    _inherit = "ir.attachment"

    settlement_document_id = fields.Many2one(
        DOCUMENT,
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Set on a voucher's copy of the document it was booked from.",
    )

    def _filter_evidence(self):
        """Return those of these files that document what was booked: of documents, and their copies on vouchers."""
        return self.sudo().filtered(lambda file: file.res_model == DOCUMENT or file.settlement_document_id)

    def _check_evidence(self, vals_list):
        """Refuse to make an attachment the file of a document."""
        if is_own(self):
            return
        for vals in vals_list:
            if vals.get("res_model") == DOCUMENT or vals.get("settlement_document_id"):
                raise AccessError(
                    self.env._("The file of a settlement document is stored once, as it came. Upload the file instead.")
                )

    def _refuse_change(self, files):
        raise UserError(
            self.env._(
                "%(file)s documents what was booked from it, so it is neither changed, moved, shared nor deleted. If "
                "another document is right, upload that one, and undo what is wrong.",
                file=", ".join(files.mapped("name")),
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody gives a settlement document another file."""
        defaults = {name: self.env.context.get(f"default_{name}") for name in ("res_model", "settlement_document_id")}
        self._check_evidence([{**defaults, **vals} for vals in vals_list])
        return super().create(vals_list)

    def write(self, vals):
        """The file of a settlement document stays as it came."""
        self._check_evidence([vals])
        is_change = not is_own(self) and vals.keys() - FREE_FIELDS
        files = self._filter_evidence() if is_change else self.browse()
        if files and not files._is_stored_anew(vals):
            self._refuse_change(files)
        return super().write(vals)

    def _is_stored_anew(self, vals):
        """Whether the very same bytes are written: Odoo moves files between database and disk so."""
        is_content = "raw" in vals and vals.keys() <= {"raw", "mimetype"}
        return is_content and all(file.raw == vals["raw"] for file in self)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if is_own(self):
            return
        # What hung on a record that is gone goes with it: whether that may be deleted was asked before.
        files = self._filter_evidence()
        files = files.filtered(lambda file: self.env[file.res_model].sudo().browse(file.res_id).exists())
        if files:
            self._refuse_change(files)

    def _check_access(self, operation):
        """The file of a document is read through the document alone, which compares it with its SHA-256."""
        result = super()._check_access(operation)
        hidden = self.sudo().filtered(lambda file: file.res_model == DOCUMENT).sudo(False)
        if not hidden:
            return result

        def refuse():
            return AccessError(self.env._("The file of a settlement document is read through the document alone."))

        forbidden, error = result or (hidden, refuse)
        return forbidden | hidden, error

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Nor is it found."""
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & Domain("res_model", "!=", DOCUMENT)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _to_http_stream(self):
        """Nor is it sent as a file of its own, by whatever link."""
        if self.sudo().res_model == DOCUMENT:
            raise AccessError(self.env._("The file of a settlement document is read through the document alone."))
        return super()._to_http_stream()


class AccountSettlement(models.Model):
    """Documents hang on their vouchers too: whoever looks at a voucher without this addon finds what it rests on."""

    _inherit = "account.settlement"

    @api.model
    def _attach_documents(self, moves):
        """Let the documents that vouchers were booked from hang on them: the same stored files, each once a voucher.

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
        """Give the stored documents over to what stays without this addon: vouchers, and else the company."""
        documents = self.env[DOCUMENT].search([("attachment_id", "!=", False)])
        self._attach_documents(self.env["account.move"].search([("settlement_id", "!=", False)]))
        files = as_own(documents.attachment_id)
        held = files.search([("settlement_document_id", "in", documents.ids)]).settlement_document_id.attachment_id
        for document in documents.filtered(lambda document: document.attachment_id not in held):
            as_own(document.attachment_id).write({"res_model": "res.company", "res_id": document.company_id.id})
