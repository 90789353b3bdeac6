import base64
import logging

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError

from ..common.limits import quoted
from ..models.settlement_fault import CONCURRENCY
from ..providers.registry import parse

_logger = logging.getLogger(__name__)

#: Files of one upload: it is one transaction, and a browser waits for it.
MAX_FILES = 100


class SettlementUpload(models.TransientModel):
    """Uploading settlement files; the provider of each is found by what it holds."""

    _name = "settlement.upload"
    _description = "Upload Settlement Files"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    provider_id = fields.Many2one(
        "account.settlement.provider",
        domain="[('company_id', '=', company_id), ('state', '=', 'active')]",
        help="Only needed if the files do not name it.",
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
        settlements = self.env["account.settlement"]
        refused = []
        # As they were chosen: Odoo lists the newest first, and a later period waits for the one before it.
        for attachment in self.attachment_ids.sorted("id"):
            content = attachment.raw or base64.b64decode(attachment.datas or b"")
            try:
                with self.env.cr.savepoint():
                    settlements |= self._ingest(attachment.name, content)
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
        if refused and not settlements:
            raise UserError("\n\n".join(refused))
        settlements._process_each()
        return self._show(settlements, refused)

    def _ingest(self, filename, content):
        """Store a file's settlements with the chosen provider, else with the one that the file itself names."""
        if self.provider_id:
            return self.provider_id._ingest_file(filename, content)
        with self.env["settlement.message"]._as_user_error():
            parsed = parse(filename, content)
        return self._find_provider(filename, parsed)._ingest_file(filename, content, parsed)

    def _find_provider(self, filename, parsed):
        """Return the one active provider that fits a document's format, merchant id and currency.

        :param parsed: :class:`~..providers.records.Document`.
        :raises UserError: when none fits, or several do.
        """
        providers = self.env["account.settlement.provider"].search(
            [("company_id", "=", self.company_id.id), ("code", "=", parsed.code), ("state", "=", "active")]
        )
        named = providers.filtered(lambda provider: provider.merchant_id in parsed.merchant_ids)
        currencies = {settlement.currency for settlement in parsed.settlements}
        fitting = (named or providers.filtered(lambda provider: not provider.merchant_id)) or providers
        fitting = fitting.filtered(lambda provider: not currencies or provider.currency_id.name in currencies)
        if len(fitting) == 1:
            return fitting
        values = {"filename": filename, "merchants": ", ".join(parsed.merchant_numbers) or "–"}
        if not fitting:
            raise UserError(
                self.env._(
                    "%(filename)s is a %(code)s report for merchant %(merchants)s in %(currencies)s, and no active "
                    "provider fits it. Activate a provider for that merchant and currency first.",
                    code=parsed.code,
                    currencies=", ".join(sorted(currencies)) or "–",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "%(filename)s (merchant %(merchants)s) fits several providers: %(names)s. Choose one in the dialog.",
                names=", ".join(fitting.mapped("name")),
                **values,
            )
        )

    def _show(self, settlements, refused):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement")
        action["domain"] = [("id", "in", settlements.ids)]
        action["context"] = {}
        if len(settlements) == 1:
            action.update({"views": [(False, "form")], "res_id": settlements.id})
        if not refused:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not every file could be read"),
                "message": "\n".join(refused),
                "next": action,
            },
        }
