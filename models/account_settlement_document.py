import hashlib
import json
import logging
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..common.limits import quoted
from ..common.messages import Message, SettlementError
from ..providers.registry import identify, parse
from .own_writes import as_own, is_own

_logger = logging.getLogger(__name__)

#: How many characters of a document are shown; the whole of it can be downloaded.
SHOWN_CHARACTERS = 200_000


class AccountSettlementDocument(models.Model):
    """A raw document from a provider, kept as it came: it documents what is booked from it."""

    _name = "account.settlement.document"
    _description = "Settlement Document"
    _inherit = ["settlement.rights"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True)
    provider_id = fields.Many2one(
        "account.settlement.provider",
        string="Received For",
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        help="The agreement it was fetched or uploaded for. What it says of other agreements is theirs.",
    )
    connection_id = fields.Many2one(
        "account.settlement.connection",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        string="Fetched Through",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    code = fields.Char(readonly=True, help="The kind of provider it is from.")
    attachment_id = fields.Many2one("ir.attachment", readonly=True, ondelete="restrict", check_company=True)
    sha256 = fields.Char(string="SHA-256", required=True, readonly=True, index=True)
    format = fields.Char(readonly=True)
    source = fields.Selection([("fetch", "Fetched"), ("upload", "Uploaded")], required=True, readonly=True)
    state = fields.Selection(
        [
            ("new", "To Read"),
            ("done", "Read"),
            ("waiting", "Waits"),
            ("error", "Refused"),
            ("left_out", "Excluded"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    error_data = fields.Json(readonly=True)
    error_message = fields.Text(compute="_compute_error_message")
    date_from = fields.Date(readonly=True, help="The first day that it tells of, once it could be read.")
    date_to = fields.Date(readonly=True)
    settlement_ids = fields.Many2many("account.settlement", string="Settlements", readonly=True)
    can_fetch_again = fields.Boolean(
        compute="_compute_can_fetch_again", help="It was fetched, and was refused or does not add up."
    )
    content = fields.Text(compute="_compute_content", help="The document for reading; JSON is indented.")

    is_copy = fields.Boolean(
        readonly=True, help="An earlier version stored the same file once more, for another agreement."
    )

    _content_uniq = models.UniqueIndex(
        "(company_id, sha256) WHERE is_copy IS NOT TRUE", "This document has been stored already."
    )
    _attention_idx = models.Index("(company_id) WHERE state IN ('error', 'waiting')")
    _to_read_idx = models.Index("(id) WHERE state = 'new'")
    _waiting_idx = models.Index("(id) WHERE state IN ('error', 'waiting')")

    @api.depends("provider_id.company_id", "connection_id.company_id")
    def _compute_company_id(self):
        for document in self:
            source = document.provider_id or document.connection_id
            document.company_id = source.company_id or document.company_id or self.env.company

    @api.depends("error_data")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for document in self:
            document.error_message = self.env["settlement.message"]._render_stored(document.error_data)

    @api.depends("state", "source", "settlement_ids.problem_data")
    def _compute_can_fetch_again(self):
        for document in self:
            does_not_add_up = document in document.settlement_ids._get_disproved_documents()
            document.can_fetch_again = document.source == "fetch" and (document.state == "error" or does_not_add_up)

    @api.depends("attachment_id", "content_removed_on")
    def _compute_content(self):
        for document in self:
            if document.content_removed_on:
                document.content = False  # The note says why.
                continue
            # A document that is not stored has no content, even if somebody names an attachment for it.
            try:
                text = document._origin._get_content().decode("utf-8-sig") if document._origin else ""
            except UnicodeDecodeError:
                document.content = False
                continue
            except UserError as error:
                document.content = str(error)
                continue
            # What is not JSON is shown as it is.
            with suppress(ValueError):
                text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
            document.content = text.replace("\0", "")[:SHOWN_CHARACTERS]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for document in self.filtered(
            lambda document: document.settlement_ids or document.state in ("done", "waiting")
        ):
            raise UserError(self.env._("%s documents what was booked from it, so it cannot be deleted.", document.name))

    @api.model
    def _store(self, owner, filename, content, source):
        """Store a raw document, once.

        :param owner: the ``account.settlement.connection`` it was fetched through, the ``account.settlement.provider``
            it was uploaded for, or the company.
        :param bytes content: as it came.
        :param str source: ``fetch`` or ``upload``.
        :return: the document, the earlier one where the very same content is stored already.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        vals = self._prepare_owner_vals(owner)
        documents = self.search([("company_id", "=", vals["company_id"]), ("sha256", "=", sha256)], order="id")
        document = (documents.filtered(lambda document: document.provider_id.id == vals["provider_id"]) or documents)[
            :1
        ]
        if document.content_removed_on or (document and document._is_content_intact()):
            return document
        filename = quoted(filename)
        # The very same content repairs a document whose file was changed or lost.
        document = document or self.create(
            {
                **vals,
                "name": filename,
                "code": identify(filename, content) or vals["code"],
                "sha256": sha256,
                "source": source,
            }
        )
        attachment = as_own(self.env["ir.attachment"].sudo()).create(
            {
                "name": filename,
                "raw": content,
                "res_model": self._name,
                "res_id": document.id,
                "company_id": document.company_id.id,
            }
        )
        as_own(document).attachment_id = attachment.id
        return document

    @staticmethod
    def _prepare_owner_vals(owner):
        """Return the values that say whose a document is. A connection with one agreement fetches for that alone."""
        if owner._name == "res.company":
            return {"provider_id": False, "connection_id": False, "company_id": owner.id, "code": False}
        is_connection = owner._name == "account.settlement.connection"
        provider = owner.provider_ids if is_connection else owner
        return {
            "provider_id": provider.id if len(provider) == 1 else False,
            "connection_id": owner.id if is_connection else False,
            "company_id": owner.company_id.id,
            "code": owner.code,
        }

    @api.model_create_multi
    def create(self, vals_list):
        """Create documents without a file: only :meth:`_store` stores it."""
        for vals in vals_list:
            self._check_file(vals)
        return super().create(vals_list)

    def write(self, vals):
        """Write, but never the file: what a document holds is never changed or replaced."""
        self._check_file(vals)
        return super().write(vals)

    def _check_file(self, vals):
        if "attachment_id" in vals and not is_own(self):
            raise AccessError(self.env._("The file of a settlement document is stored once, unchanged."))

    def unlink(self):
        """Delete documents from which nothing was booked, with their files; the check comes first."""
        return super(AccountSettlementDocument, as_own(self)).unlink()

    # ---------------------------------------------------------------- the file

    def _read_file(self):
        """Return the stored bytes as they are; None where this document has no file."""
        self.ensure_one()
        attachment = self.sudo().attachment_id
        if attachment.res_model != self._name or attachment.res_id != self.id:
            return None
        return attachment.with_context(bin_size=False).raw or b""

    def _is_content_intact(self):
        """Whether the file is still exactly what was stored."""
        content = self._read_file()
        return content is not None and hashlib.sha256(content).hexdigest() == self.sha256

    def _get_content(self):
        """Return the file's bytes, which are still exactly what was stored.

        :raises AccessError: when the user may not read the document.
        :raises UserError: when the file was changed, lost, or removed at the end of its retention.
        """
        self.ensure_one()
        self.check_access("read")
        self._check_content_kept()
        content = self._read_file()
        if content is None or hashlib.sha256(content).hexdigest() != self.sha256:
            raise UserError(
                self.env._(
                    "The file of %(document)s is not what was stored: its SHA-256 should be %(expected)s. Upload the "
                    "original file again to put it back.",
                    document=self.name,
                    expected=self.sha256,
                )
            )
        return content

    def _parse(self):
        """Return the document as :class:`~..providers.records.Document`.

        :raises SettlementError: when it cannot be read.
        :raises UserError: when it is not what was stored.
        """
        self.ensure_one()
        return parse(self.name, self._get_content(), self.code or self.provider_id.code, self._get_settings())

    def _get_settings(self):
        """Return what was entered for the settings of the provider it is from."""
        connection = self.connection_id or self.provider_id.connection_id
        return connection._get_entered_settings() if connection else self._get_settings_of(self.company_id, self.code)

    def _ingest(self, parsed=None):
        """Read the document and store its settlements.

        :param parsed: :class:`~..providers.records.Document`, where the caller has read it already.
        :raises UserError: when it cannot be read.
        """
        settlements = self._read(parsed)
        if settlements:
            self._take_in_waiting(self.company_id, self.code)
        return settlements

    def _read(self, parsed=None):
        self.ensure_one()
        self._check_content_kept()
        with self.env["settlement.message"]._as_user_error():
            parsed = parsed or self._parse()
            settlements, values = self._take_in(parsed)
        providers = values.pop("refused_by") or settlements.provider_id
        if not self.provider_id and len(providers) == 1:
            # It is on the card of whom it is for; what is refused, on that of who refused it.
            values["provider_id"] = providers.id
        self.write({"format": parsed.format, "code": parsed.code, **values})
        self.settlement_ids |= settlements
        if self.state == "done":
            self._close_attention()
        elif self.source == "fetch":
            self._ask_for_attention()
        return settlements

    def action_ingest(self):
        for document in self._as_user().filtered(lambda document: document.state != "done").sorted("id"):
            document._ingest()
        self.env.ref("settlement_bridge.ir_cron_settlement_ingest").sudo()._trigger()
        self.env.ref("settlement_bridge.ir_cron_settlement_process").sudo()._trigger()
        return True

    def action_fetch_again(self):
        """Fetch again what could not be read or does not add up, read it, and go on with what waits.

        :raises UserError: when it is still the same, or cannot be read either.
        """
        for document in self._as_user().filtered("can_fetch_again"):
            (document.connection_id or document.provider_id.connection_id)._fetch_document_again(document)
        return True

    def _take_again(self, content):
        """Read new content in place of this document, which was refused or does not add up.

        This document is kept as it came. If it was refused it is now excluded, so that what waited for it is read.

        :param bytes content: what the provider gives now.
        :raises UserError: when nothing has changed, or the new content cannot be read; none of it is kept then.
        """
        self.ensure_one()
        if hashlib.sha256(content).hexdigest() == self.sha256:
            raise UserError(
                self.env._("The provider still returns %s unchanged. Report it to the provider.", self.name)
            )
        stem, dot, ending = self.name.rpartition(".")
        with self.env.cr.savepoint():
            fresh = self._store(
                self.connection_id or self.provider_id, f"{stem or self.name} (2){dot}{ending}", content, source="fetch"
            )
            if fresh.state != "done":
                fresh._ingest()
        if self.state == "error":
            said = Message("fetched_again", {"name": fresh.name})
            self.write({"state": "left_out", "error_data": [*(self.error_data or []), said.to_json()]})
            self._close_attention()
        self.env.ref("settlement_bridge.ir_cron_settlement_ingest").sudo()._trigger()
        self.env.ref("settlement_bridge.ir_cron_settlement_process").sudo()._trigger()
        return fresh

    def _get_attention_key(self):
        return f"document {self.id}"

    def _close_attention(self):
        """Close the activities about these documents: nobody has to look at them any more."""
        for document in self:
            source = document.connection_id or document.provider_id
            if source:
                source._close_attention(document._get_attention_key())

    def action_leave_out(self):
        """Exclude refused documents, as a person has decided that they are not needed; what waits for them is read."""
        for document in self._as_manager().filtered(lambda document: document.state in ("error", "waiting")):
            document._exclude_by_person()
        self.env.ref("settlement_bridge.ir_cron_settlement_ingest").sudo()._trigger()
        return True

    def _exclude_by_person(self):
        self.ensure_one()
        said = Message("document_excluded_by", {"user": self.env.user.name})
        self.write({"state": "left_out", "error_data": [*(self.error_data or []), said.to_json()]})
        self._close_attention()

    def action_download(self):
        """Download the file, as it came.

        :raises UserError: when it was changed since.
        """
        self._get_content()
        return {
            "type": "ir.actions.act_url",
            "url": f"/settlement/document/{self.id}",
            "target": "download",
        }

    @api.model
    def _cron_ingest(self, batch_size=50):
        """Scheduled action: read the stored documents. One that is refused never stops the others."""
        fault = self.env["settlement.fault"]
        ready = [("state", "=", "new"), *fault._get_ready_domain("read", self)]
        documents = self.search(ready, order="id").filtered(lambda document: not document._waits())
        self.env["ir.cron"]._commit_progress(remaining=len(documents))
        fault._work_through(
            "read",
            documents[:batch_size],
            lambda document: document._ingest_if_new(),
            lambda document, error: document._refuse(
                error.__cause__ if isinstance(error.__cause__, SettlementError) else error
            ),
        )
        self._take_in_all_waiting()
        if documents:
            fault._wake("ir_cron_settlement_process")

    def _ingest_if_new(self):
        """Read the document, unless somebody is reading it right now or it waits for an earlier one."""
        document = self.try_lock_for_update().filtered(lambda document: document.state == "new")
        if document and not document._waits():
            document.with_company(document.company_id)._ingest()

    def _waits(self):
        """Whether an earlier fetched document has not been read: later ones depend on it, and are read after it.

        A refused document waits for a person; one on which reading stopped unexpectedly is retried automatically.
        """
        resting = self.env["settlement.fault"]._get_ready_domain("read", self)[0][2]
        self.ensure_one()
        return self.source == "fetch" and bool(
            self.search_count(
                [
                    *self._get_queue_domain(),
                    ("source", "=", "fetch"),
                    "|",
                    ("state", "=", "error"),
                    "&",
                    ("state", "=", "new"),
                    ("id", "in", resting),
                    ("id", "<", self.id),
                ],
                limit=1,
            )
        )

    def _get_queue_domain(self):
        """Return the domain of the documents that come from where this one came from."""
        if self.connection_id:
            return [("connection_id", "=", self.connection_id.id)]
        return [("provider_id", "=", self.provider_id.id)]

    def _refuse(self, error):
        """Mark a fetched document as unreadable and ask a person to look."""
        message = error.message if isinstance(error, SettlementError) else Message("text_only", {"error": str(error)})
        self.write({"state": "error", "error_data": [message.to_json()]})
        self._ask_for_attention()

    def _ask_for_attention(self):
        """Ask a person to look at the document, on the card of an agreement it came for."""
        source = self.provider_id or self.connection_id
        if source:
            source._ask_for_attention(self.error_message, key=self._get_attention_key())
