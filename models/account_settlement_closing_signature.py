import base64

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

    def write(self, vals):
        """Nobody changes what was signed."""
        raise UserError(
            self.env._("A signature stays as it is. If the month has changed since, sign it again: both are kept.")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A signature stays as it is. If the month has changed since, sign it again: both are kept.")
        )

    @api.depends("signed_data", "digest", "comment", "signed_by", "signed_at")
    def _compute_is_intact(self):
        for signature in self:
            signed = signature.signed_data or {}
            signature.is_intact = (
                get_digest(signed) == signature.digest
                and signed.get("signed_by") == signature.signed_by
                and signed.get("signed_at") == fields.Datetime.to_string(signature.signed_at)
                and signed.get("comment") == (signature.comment or "")
            )

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
        for signature in self:
            currency = signature.company_id.currency_id
            said = []
            for code, state, message, _count, amount in signature._get_kept().checks if signature.signed_data else ():
                line = f"{titles.get(code, code)} – {states.get(state, state)}: {render(Message.from_json(message))}"
                shown = f" ({formatLang(self.env, float(amount), currency_obj=currency)})" if float(amount) else ""
                said.append(line + shown)
            signature.kept_text = "\n".join(said)

    def _compute_attachments(self):
        Attachment = self.env["ir.attachment"].sudo()
        files = Attachment.search([("res_model", "=", self._name), ("res_id", "in", self.ids)]).grouped("res_id")
        for signature in self:
            signature.attachment_ids = files.get(signature.id, Attachment).sudo(False)

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
