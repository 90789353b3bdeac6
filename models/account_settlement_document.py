import base64
import hashlib
import json
import logging
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..providers.formats import parse
from ..providers.messages import DocumentError, Message, SettlementError, _

_logger = logging.getLogger(__name__)

#: How many characters of a document are shown; the whole of it can be downloaded.
SHOWN_CHARACTERS = 200_000


class AccountSettlementDocument(models.Model):
    """A raw document from a provider, kept as it came: the documentation of what is booked from it."""

    _name = "account.settlement.document"
    _description = "Settlement Document"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True)
    provider_id = fields.Many2one(
        "account.settlement.provider", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict")
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True, index=True)
    format = fields.Char(readonly=True)
    source = fields.Selection([("fetch", "Fetched"), ("upload", "Uploaded")], required=True, readonly=True)
    state = fields.Selection(
        [("new", "To Read"), ("done", "Read"), ("error", "Refused"), ("left_out", "Left Out")],
        default="new",
        required=True,
        readonly=True,
    )
    error_data = fields.Json(readonly=True)
    error_message = fields.Text(compute="_compute_error_message")
    settlement_ids = fields.Many2many("account.settlement", string="Settlements", readonly=True)
    content = fields.Text(compute="_compute_content", help="The document for reading; JSON is indented.")

    _content_uniq = models.UniqueIndex("(provider_id, sha256)", "This document has been stored already.")
    _to_read_idx = models.Index("(id) WHERE state = 'new'")

    @api.depends("error_data")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for document in self:
            document.error_message = self.env["account.settlement"]._render_messages(document.error_data)

    @api.depends("attachment_id")
    def _compute_content(self):
        for document in self:
            try:
                text = (document.attachment_id.sudo().with_context(bin_size=False).raw or b"").decode("utf-8-sig")
            except UnicodeDecodeError:
                document.content = False
                continue
            # What is not JSON is shown as it is.
            with suppress(ValueError):
                text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
            document.content = text.replace("\0", "")[:SHOWN_CHARACTERS]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for document in self.filtered(lambda document: document.settlement_ids or document.state == "done"):
            raise UserError(self.env._("%s documents what was booked from it, so it cannot be deleted.", document.name))

    @api.model
    def _store(self, provider, filename, content, source):
        """Keep a raw document, once.

        :param provider: ``account.settlement.provider``.
        :param bytes content: as it came.
        :param str source: ``fetch`` or ``upload``.
        :return: the document, the earlier one where the very same content is stored already.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        known = self.search([("provider_id", "=", provider.id), ("sha256", "=", sha256)])
        if known:
            return known
        document = self.create({"name": filename, "provider_id": provider.id, "sha256": sha256, "source": source})
        document.attachment_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": filename,
                    "datas": base64.b64encode(content),
                    "res_model": self._name,
                    "res_id": document.id,
                    "company_id": provider.company_id.id,
                }
            )
        )
        return document

    def _is_content_intact(self):
        """Whether the stored content still has the SHA-256 it came with."""
        self.ensure_one()
        return hashlib.sha256(self.attachment_id.sudo().raw or b"").hexdigest() == self.sha256

    def _parse(self):
        """Return what the document says, as :class:`~..providers.records.Document`.

        :raises SettlementError: when it cannot be read.
        """
        self.ensure_one()
        return parse(self.name, self.attachment_id.sudo().raw or b"", self.provider_id.code)

    def _ingest(self):
        """Read the document and store its settlements.

        :raises UserError: when it cannot be read.
        """
        self.ensure_one()
        self._check_content_kept()
        provider = self.provider_id
        try:
            parsed = self._parse()
            settlements = provider._store_settlements(parsed, self)
        except SettlementError as error:
            raise UserError(self.env["account.settlement"]._render_messages([error.message.to_json()])) from error
        self.write({"state": "done", "format": parsed.format, "error_data": False})
        self.settlement_ids |= settlements
        return settlements

    def action_ingest(self):
        for document in self.filtered(lambda document: document.state != "done").sorted("id"):
            document._ingest()
        self.env.ref("settlement_bridge.ir_cron_settlement_ingest").sudo()._trigger()
        self.env.ref("settlement_bridge.ir_cron_settlement_process").sudo()._trigger()
        return True

    def action_leave_out(self):
        """A person has decided that a refused document is not needed: what waits behind it is read."""
        for document in self.filtered(lambda document: document.state == "error"):
            said = Message(_("Left out by %(user)s."), {"user": self.env.user.name})
            document.write({"state": "left_out", "error_data": [*(document.error_data or []), said.to_json()]})
        self.env.ref("settlement_bridge.ir_cron_settlement_ingest").sudo()._trigger()
        return True

    def action_download(self):
        self.ensure_one()
        self._check_content_kept()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "download",
        }

    @api.model
    def _cron_ingest(self, batch_size=50):
        """Scheduled action: read the stored documents. One that is refused never stops the others."""
        documents = self.search([("state", "=", "new")], order="id").filtered(lambda document: not document._waits())
        self.env["ir.cron"]._commit_progress(remaining=len(documents))
        for document in documents[:batch_size]:
            document = document.try_lock_for_update().filtered(lambda document: document.state == "new")
            if not document or document._waits():
                continue
            document = document.with_company(document.company_id)
            try:
                document._ingest()
            except UserError as error:
                self.env.cr.rollback()
                document._refuse(error.__cause__ if isinstance(error.__cause__, SettlementError) else error)
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Settlement document %s could not be read", document.id)
                document._refuse(DocumentError(_("Reading stopped on an unexpected fault; see the server log.")))
            self.env["ir.cron"]._commit_progress(1)
        if documents:
            self.env.ref("settlement_bridge.ir_cron_settlement_process")._trigger()

    def _waits(self):
        """Whether an earlier fetched document was refused: what comes after hangs on it, and is read once it is."""
        self.ensure_one()
        return self.source == "fetch" and bool(
            self.search_count(
                [
                    ("provider_id", "=", self.provider_id.id),
                    ("source", "=", "fetch"),
                    ("state", "=", "error"),
                    ("id", "<", self.id),
                ],
                limit=1,
            )
        )

    def _refuse(self, error):
        """Mark a fetched document as unreadable and ask a person to look."""
        message = (
            error.message.to_json() if isinstance(error, SettlementError) else ["%(error)s", {"error": str(error)}]
        )
        self.write({"state": "error", "error_data": [message]})
        self.provider_id._ask_for_attention(self.error_message)
