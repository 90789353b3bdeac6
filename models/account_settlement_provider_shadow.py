from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .written_language import in_written_language


class AccountSettlementProvider(models.Model):
    """Beginning with a provider: the shadow month, in which documents are read and nothing is booked, and what ends it.

    Nothing is posted while the state is *shadow*: only an active provider is booked, and every other way to a voucher
    asks :meth:`_check_not_shadow`. Until the first voucher everything can be started over: see ``_begin_again``.
    """

    _inherit = "account.settlement.provider"

    state = fields.Selection(
        selection_add=[("shadow", "Shadow Month"), ("active",)], ondelete={"shadow": "set default"}
    )

    def _check_not_shadow(self):
        """Refuse to book for a provider in its shadow month.

        :raises UserError: naming it.
        """
        for provider in self.filtered(lambda provider: provider.state == "shadow"):
            raise UserError(
                self.env._(
                    "%s is in its shadow month: documents are read, and nothing is booked. Go live with it first, "
                    "under Configuration › Go-Live.",
                    provider.name,
                )
            )

    def action_pause(self):
        """Pause what is live; a shadow month or a draft is not: when resumed, it would be booked without anybody having
        gone live."""
        self._as_manager()._check_not_shadow()
        live = self.filtered(lambda provider: provider.state != "draft")
        return super(AccountSettlementProvider, live).action_pause() if live else True

    def action_resume(self):
        """Resume; a shadow month, and a draft, lead to the first booking by going live.

        :return: the page for that, where there is a draft.
        """
        self._as_manager()._check_not_shadow()
        drafts = self.filtered(lambda provider: provider.state == "draft")
        if self - drafts:
            super(AccountSettlementProvider, self - drafts).action_resume()
        return drafts[:1].action_go_live() if drafts else True

    def action_go_live(self):
        """Open the page that leads to the first booking."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_go_live")
        action["context"] = {"default_provider_id": self.id}
        return action

    # ---------------------------------------------------------------- the steps

    def _start_shadow(self):
        """Begin a shadow month: documents are read from now on, and nothing is booked.

        :raises UserError: once something is booked, or while accounts are missing.
        """
        for provider in self._as_manager():
            provider._check_nothing_posted()
            provider.state = "shadow"
            said = in_written_language(provider).env._
            provider.message_post(body=said("The shadow month began: documents are read, and nothing is booked."))

    def write(self, vals):
        """Write; with another start date, what is stored is read again from the documents: nothing of before that day
        is ever booked, and nothing since is missing.

        :raises UserError: for another start date, once something is booked.
        """
        moved = self.browse()
        if "start_date" in vals:
            date = fields.Date.to_date(vals["start_date"]) or False
            moved = self.sudo().filtered(lambda provider: provider.start_date != date)
            moved._check_start_date_free()
        before = {provider: provider.start_date for provider in moved}
        result = super().write(vals)
        for provider, earlier in before.items():
            provider._begin_from(earlier)
        return result

    def _set_start_date(self, date):
        """Begin with another day.

        :param date: the first ledger date that is booked here; None for everything.
        :raises UserError: once something is booked.
        """
        provider = self._as_manager()
        provider.ensure_one()
        provider.start_date = date

    def _go_live(self, date):
        """End the shadow month: book from a day on.

        :param date: the first ledger date that is booked here; None for everything.
        :raises UserError: unless the provider is in its shadow month or not active yet.
        """
        provider = self._as_manager()
        provider.ensure_one()
        if provider.state not in ("shadow", "draft"):
            raise UserError(self.env._("%s is live already.", provider.name))
        provider._set_start_date(date)
        provider._create_fee_types()
        provider.state = "active"
        env = in_written_language(provider).env
        said = env._("Live. Everything is booked from now on.")
        if date:
            said = env._("Live. Booked from %s on.", format_date(env, date))
        provider.message_post(body=said)
        self.env.ref("settlement_bridge.ir_cron_settlement_process").sudo()._trigger()
