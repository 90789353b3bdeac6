import base64
import hashlib
import logging

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ..common.limits import quoted
from ..models.settlement_fault import CONCURRENCY
from ..providers.registry import identify, parse

_logger = logging.getLogger(__name__)

#: Files of one upload: it is one transaction, and a browser waits for it.
MAX_FILES = 100


class SettlementUpload(models.TransientModel):
    """Uploading settlement files; whose each settlement is, is found by what they hold."""

    _name = "settlement.upload"
    _description = "Upload Settlement Files"
    _inherit = ["settlement.dialog"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    provider_id = fields.Many2one(
        "account.settlement.provider",
        domain="[('company_id', '=', company_id), ('state', 'in', ('active', 'shadow'))]",
        help="Only needed if the files do not say whose they are.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Choose Files", required=True)

    def action_upload(self):
        """Read every file, book what is proven, and show the settlements.

        :raises UserError: naming each file that was refused; the others are kept.
        """
        self.ensure_one()
        if len(self.attachment_ids) > MAX_FILES:
            raise UserError(
                self.env._(
                    "These are %(count)s files. Upload at most %(limit)s at a time.",
                    count=len(self.attachment_ids),
                    limit=MAX_FILES,
                )
            )
        settlements, documents = self.env["account.settlement"], self.env["account.settlement.document"]
        refused, unchanged = [], []
        # As they were chosen: Odoo lists the newest first, and a later period waits for the one before it.
        for attachment in self.attachment_ids.sorted("id"):
            content = attachment.raw or base64.b64decode(attachment.datas or b"")
            known = self._get_known(content)
            try:
                with self.env.cr.savepoint():
                    document, found = self._ingest(attachment.name, content)
                settlements |= found
                documents |= document
                if document and document == known:
                    unchanged.append(document.name)
            except UserError as error:
                refused.append(str(error))
            except CONCURRENCY as error:
                # Somebody is reading the same right now: Odoo calls this again, and then finds what they have stored.
                raise ConcurrencyError(str(error)) from error
            except Exception:
                _logger.exception("%s could not be read", attachment.name)
                refused.append(
                    self.env._(
                        "%s could not be read because of an unexpected error. Nothing of it was stored. Upload it "
                        "again; if it keeps failing, show the server log to whoever maintains Odoo.",
                        quoted(attachment.name),
                    )
                )
        self.attachment_ids.unlink()
        if refused and not documents:
            raise UserError("\n\n".join(refused))
        settlements._process_each()
        refused += [document.error_message for document in documents if document.state != "done"]
        return self._show(settlements, documents, refused, unchanged)

    def _ingest(self, filename, content):
        """Store a file, and the settlements in it with the agreements that it names.

        :return: the document and its settlements.
        """
        documents = self.env["account.settlement.document"]
        with self.env["settlement.message"]._as_user_error():
            code = identify(filename, content) or self.provider_id.code
            parsed = parse(filename, content, code, documents._get_settings_of(self.company_id, code))
        document = documents._receive(self.company_id, self.provider_id, filename, content, parsed)
        return document, document.settlement_ids

    def _get_known(self, content):
        """Return the document of the very same content, if it was read before and nothing in it is read anew now."""
        sha256 = hashlib.sha256(content).hexdigest()
        same = [("company_id", "=", self.company_id.id), ("sha256", "=", sha256), ("state", "=", "done")]
        known = self.env["account.settlement.document"].search(same, limit=1)
        is_read_anew = any(settlement.problem_data or settlement.is_undone for settlement in known.settlement_ids)
        return known.browse() if is_read_anew else known

    def _show(self, settlements, documents, refused, unchanged):
        shown, name = settlements, "account_settlement"
        if not settlements:
            shown, name = documents, "account_settlement_document"
        action = self.env["ir.actions.act_window"]._for_xml_id(f"settlement_bridge.action_{name}")
        action["domain"] = [("id", "in", shown.ids)]
        action["context"] = {}
        if len(shown) == 1:
            action.update({"views": [(False, "form")], "res_id": shown.id})
        said = [self.env._("%s was here already. Nothing has changed.", name) for name in unchanged]
        if not refused + said:
            return action
        params = {"type": "info", "message": "\n".join(said)}
        if refused:
            title = self.env._("Not everything could be booked")
            params = {"type": "warning", "sticky": True, "title": title, "message": "\n".join(refused + said)}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": {**params, "next": action}}
