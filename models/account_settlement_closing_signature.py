import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import formatLang

from ..closing.kept import KeptMonth, get_digest
from ..common.messages import Message
from .own_writes import as_own, is_own


class AccountSettlementClosingSignature(models.Model):
    """That a person has signed a month: who, when, and on which figures. It is never changed or deleted, by nobody."""

    _name = "account.settlement.closing.signature"
    _description = "Signature of a Month"
    _order = "id desc"
    _rec_name = "signed_by"

    closing_id = fields.Many2one(
        "account.settlement.closing", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="closing_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    signed_by = fields.Char(readonly=True, required=True, help="The person's name at that time.")
    signed_at = fields.Datetime(readonly=True, required=True)
    comment = fields.Text(readonly=True)
    signed_data = fields.Json(readonly=True, required=True, help="Everything that was signed, as it was.")
    digest = fields.Char(
        string="SHA-256", readonly=True, required=True, help="Of what was signed, the signature before it included."
    )
    is_intact = fields.Boolean(compute="_compute_is_intact", help="What is stored still is what was signed.")
    kept_text = fields.Text(compute="_compute_kept_text", string="Signed Figures")
    attachment_ids = fields.Many2many(
        "ir.attachment", compute="_compute_attachments", string="Files", help="The proof of the accounts, as signed."
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Only signing a month makes a signature."""
        if not is_own(self):
            raise AccessError(self.env._("A signature is made by signing a month, in no other way."))
        return super().create(vals_list)

    def write(self, vals):  # pylint: disable=method-required-super
        """Nobody changes what was signed."""
        raise UserError(
            self.env._("A signature stays as it is. If the month has changed since, sign it again: both are kept.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A signature stays as it is. If the month has changed since, sign it again: both are kept.")
        )

    @api.depends("signed_data", "digest", "comment", "signed_by", "signed_at", "user_id", "closing_id")
    def _compute_is_intact(self):
        before = self._get_digests_before()
        files = self._get_file_digests()
        for signature in self:
            signed = signature.signed_data or {}
            told = {
                **signature.closing_id._get_identity(signature.user_id),
                "signed_by": signature.signed_by,
                "signed_at": fields.Datetime.to_string(signature.signed_at),
                "comment": signature.comment or "",
                "before": before[signature],
                "files": files.get(signature.id, {}),
            }
            is_as_told = all(signed.get(name) == value for name, value in told.items())
            signature.is_intact = is_as_told and get_digest(signed) == signature.digest

    def _get_digests_before(self):
        """Return ``{signature: digest}`` of the signature before each in its month; empty where it is the first."""
        before = {}
        for signatures in self.closing_id.signature_ids.grouped("closing_id").values():
            digest = ""
            for signature in signatures.sorted("id"):
                before[signature] = digest
                digest = signature.digest
        return before

    def _get_file_digests(self):
        """Return ``{signature id: {name: SHA-256}}`` of the files as they are stored now."""
        found = {}
        for file in self._search_files():
            content = file.with_context(bin_size=False).raw or b""
            found.setdefault(file.res_id, {})[file.name] = hashlib.sha256(content).hexdigest()
        return found

    def _search_files(self):
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids), ("res_field", "=", False)]
        return self.env["ir.attachment"].sudo().search(domain)

    def _get_kept(self):
        """Return the :class:`~..closing.kept.KeptMonth` that was signed."""
        self.ensure_one()
        return KeptMonth.from_json(self.signed_data["month"])

    @api.depends("signed_data")
    @api.depends_context("lang")
    def _compute_kept_text(self):
        Check = self.env["account.settlement.closing.check"]
        titles = dict(Check._fields["code"]._description_selection(self.env))
        states = dict(Check._fields["state"]._description_selection(self.env))
        render = self.env["settlement.message"]._render
        currencies = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "!=", False)]).grouped("name")
        )
        for signature in self:
            own = signature.company_id.currency_id
            said = []
            for code, state, message, _count, amount, *named in (
                signature._get_kept().checks if signature.signed_data else ()
            ):
                line = f"{titles.get(code, code)} – {states.get(state, state)}: {render(Message.from_json(message))}"
                currency = currencies.get(named[0] if named else "", own)
                shown = f" ({formatLang(self.env, float(amount), currency_obj=currency)})" if float(amount) else ""
                said.append(line + shown)
            signature.kept_text = "\n".join(said)

    def _compute_attachments(self):
        files = self._search_files().grouped("res_id")
        for signature in self:
            signature.attachment_ids = files.get(signature.id, self.env["ir.attachment"]).sudo(False)

    @api.model
    def _leave_files_behind(self):
        """Leave the proofs that were signed on the company, which stays without this addon, with their SHA-256."""
        for signature in self.search([("closing_id", "!=", False)]):
            month = fields.Date.to_string(signature.closing_id.month)[:7]
            for file in signature._search_files():
                digest = (signature.signed_data.get("files") or {}).get(file.name, "")
                as_own(file).write(
                    {
                        "res_model": "res.company",
                        "res_id": signature.company_id.id,
                        "name": f"{signature.closing_id.provider_id.name} {month} {file.name}",
                        "description": self.env._(
                            "Signed by %(user)s on %(time)s. SHA-256: %(digest)s\n%(comment)s",
                            user=signature.signed_by,
                            time=fields.Datetime.to_string(signature.signed_at),
                            digest=digest,
                            comment=signature.comment or "",
                        ),
                    }
                )

    def _add_files(self, documents):
        """Attach the files that were signed.

        :param documents: ``{name: bytes}``; what was signed has the SHA-256 of each.
        """
        as_own(self.env["ir.attachment"].sudo()).create(
            [
                {"name": name, "datas": base64.b64encode(content), "res_model": self._name, "res_id": self.id}
                for name, content in documents.items()
            ]
        )
