from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.messages import SettlementError


class AccountSettlementProvider(models.Model):
    """Beginning with a provider: the shadow month, in which documents are read and nothing is booked, and what ends it.

    Nothing is posted while the state is *shadow*: only an active provider is booked, and every other way to a voucher
    asks :meth:`_check_not_shadow`. Until the first voucher everything can be started over.
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

    def _has_vouchers(self):
        """Whether anything was ever booked for one of these providers."""
        vouchers = [("settlement_id.provider_id", "in", self.ids)]
        return bool(self.env["account.move"].sudo().search_count(vouchers, limit=1))

    def _check_nothing_posted(self):
        """Refuse to begin again with a provider for which something was booked.

        :raises UserError: saying what to do instead.
        """
        for provider in self.filtered(lambda provider: provider._has_vouchers()):
            raise UserError(
                self.env._(
                    "%s has vouchers, so it cannot be started over. What was booked is corrected by undoing the "
                    "settlement.",
                    provider.name,
                )
            )

    def action_pause(self):
        """Pause; a shadow month is not paused: when resumed, it would be booked without anybody having gone live."""
        self._as_manager()._check_not_shadow()
        return super().action_pause()

    def action_resume(self):
        """Activate or resume; a shadow month ends by going live."""
        self._as_manager()._check_not_shadow()
        return super().action_resume()

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
            provider.message_post(body=self.env._("The shadow month began: documents are read, and nothing is booked."))

    def write(self, vals):
        """Write; with another start date, what is stored is read again from the documents, unless something of it is
        booked: nothing of before that day is ever booked, and nothing since is missing."""
        before = {provider: provider.start_date for provider in self} if "start_date" in vals else {}
        result = super().write(vals)
        for provider in self.sudo().filtered(lambda provider: provider in before):
            provider._begin_from(before[provider])
        return result

    def _begin_from(self, earlier):
        """Read again what is stored, from the new start date on, while nothing of it is booked.

        :param earlier: the start date until now.
        """
        start = self.start_date
        if start == earlier or self._has_vouchers():
            return
        if earlier and (not start or start < earlier) and self.is_alone:
            self.connection_id.fetch_cursor = False  # What was never asked for is fetched, too.
        self._read_documents_again()

    def _set_start_date(self, date):
        """Begin with another day.

        :param date: the first ledger date that is booked here; None for everything.
        :raises UserError: once something is booked.
        """
        provider = self._as_manager()
        provider.ensure_one()
        if (provider.start_date or None) != (date or None):
            provider._check_nothing_posted()
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
        provider.state = "active"
        said = self.env._("Live. Everything is booked from now on.")
        if date:
            said = self.env._("Live. Booked from %s on.", format_date(self.env, date))
        provider.message_post(body=said)
        self.env.ref("settlement_bridge.ir_cron_settlement_process").sudo()._trigger()

    def _start_over(self):
        """Remove what was read of these providers with its documents, and take them back to the draft.

        Accounts, journal, rules and keys stay. A document that also holds settlements of others stays with them.

        :raises UserError: once something is booked.
        """
        providers = self._as_manager()
        providers._check_nothing_posted()
        for provider in providers:
            own = provider._get_documents()
            provider._drop_settlements()
            provider._accept_opening_items(self.env["account.move.line"])
            unused = own.filtered(lambda document: not document.settlement_ids)
            unused.write({"state": "new"})
            unused._close_attention()
            unused.unlink()
            if provider.is_alone:
                provider.connection_id.fetch_cursor = False
            provider.state = "draft"
            provider.message_post(body=self.env._("Started over: %s documents were removed.", len(unused)))

    def _get_documents(self):
        """Return the documents from which something of these providers was read, or is to be."""
        documents = self.env["account.settlement.document"].search([("provider_id", "in", self.ids)])
        return documents | self.settlement_ids.document_ids

    def _drop_settlements(self):
        """Delete what was read of these providers; nothing of it is booked."""
        self.settlement_ids.line_ids.unlink()
        self.settlement_ids.unlink()
        self.invalidate_recordset(["settlement_ids"])

    def _read_documents_again(self):
        """Read the stored documents anew, as when they came. One that is refused stops no other."""
        documents = self._get_documents().filtered(
            lambda document: document.state != "left_out" and not document.content_removed_on
        )
        self._drop_settlements()
        documents.write({"state": "new", "error_data": False, "missing_agreements": False})
        for document in documents.sorted("id"):
            try:
                with self.env.cr.savepoint():
                    document._ingest()
            except UserError as error:
                document._refuse(error.__cause__ if isinstance(error.__cause__, SettlementError) else error)
