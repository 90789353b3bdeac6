from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from .own_writes import is_own

DOCUMENT = "account.settlement.document"
SIGNATURE = "account.settlement.closing.signature"

#: The fields that may be written on the file of a settlement document: the search index, and a remark.
FREE_FIELDS = frozenset({"description", "index_content"})


class IrAttachment(models.Model):
    """The files of settlement documents, which nobody may change: each documents what was booked from it."""

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
        """Return those of these files that document a booking: the files of documents, and their copies on vouchers."""
        return self.sudo().filtered(lambda file: file.res_model in (DOCUMENT, SIGNATURE) or file.settlement_document_id)

    def _check_evidence(self, vals_list):
        """Refuse to make an attachment the file of a document."""
        if is_own(self):
            return
        for vals in vals_list:
            if vals.get("res_model") in (DOCUMENT, SIGNATURE) or vals.get("settlement_document_id"):
                raise AccessError(
                    self.env._("The file of a settlement document is stored once, unchanged. Upload the file instead.")
                )

    def _refuse_change(self, files):
        raise UserError(
            self.env._(
                "%(file)s documents what was booked from it, so it cannot be changed, moved, shared or deleted. If "
                "another document is the right one, upload that, and undo what is wrong.",
                file=", ".join(files.mapped("name")),
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Create attachments, but none that would be the file of a settlement document."""
        defaults = {name: self.env.context.get(f"default_{name}") for name in ("res_model", "settlement_document_id")}
        self._check_evidence([{**defaults, **vals} for vals in vals_list])
        return super().create(vals_list)

    def write(self, vals):
        """Write, but never the file of a settlement document."""
        self._check_evidence([vals])
        is_change = not is_own(self) and vals.keys() - FREE_FIELDS
        files = self._filter_evidence() if is_change else self.browse()
        if files and not files._is_stored_anew(vals):
            self._refuse_change(files)
        return super().write(vals)

    def _is_stored_anew(self, vals):
        """Whether the very same bytes are written, as Odoo does to move files between database and disk."""
        is_content = "raw" in vals and vals.keys() <= {"raw", "mimetype"}
        return is_content and all(file.raw == vals["raw"] for file in self)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        if is_own(self):
            return
        # Attachments of a deleted record are deleted with it: that it may be deleted was checked before.
        files = self._filter_evidence()
        files = files.filtered(lambda file: self.env[file.res_model].sudo().browse(file.res_id).exists())
        if files:
            self._refuse_change(files)

    def _check_access(self, operation):
        """Refuse to read the file of a document: only the document reads it, and compares it with its SHA-256."""
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
        """Search without the files of documents."""
        if not (self.env.su or bypass_access):
            domain = Domain(domain) & Domain("res_model", "!=", DOCUMENT)
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _to_http_stream(self):
        """Refuse to send the file of a document by any link to the attachment."""
        if self.sudo().res_model == DOCUMENT:
            raise AccessError(self.env._("The file of a settlement document is read through the document alone."))
        return super()._to_http_stream()
