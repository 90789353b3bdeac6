from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..common.messages import SettlementError
from .own_writes import as_own
from .written_language import in_written_language


class AccountSettlementProvider(models.Model):
    """Beginning again before the first voucher: what was read goes, and what documents say of others stays theirs."""

    _inherit = "account.settlement.provider"

    def unlink(self):
        """Delete agreements; the documents that also speak of others, or came with their keys, stay."""
        self.check_access("unlink")
        documents = self.env["account.settlement.document"].sudo().search([("provider_id", "in", self.ids)])
        # What names no merchant would be taken for another agreement's.
        for document in documents.filtered(lambda document: document._names_nobody()):
            document._exclude_by_person()
        documents.provider_id = False
        return super().unlink()

    # ---------------------------------------------------------------- what forbids it

    def _has_vouchers(self):
        """Whether anything was ever booked for one of these providers."""
        vouchers = [("settlement_id.provider_id", "in", self.ids)]
        return bool(self.env["account.move"].sudo().search_count(vouchers, limit=1))

    def _check_nothing_posted(self):
        """Refuse to begin again with a provider for which something was booked, or a month was signed.

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
        self._check_no_signed_month()

    def _check_start_date_free(self):
        """Refuse another start date once something is booked, or a month is signed.

        :raises UserError: saying what to do instead.
        """
        for provider in self.filtered(lambda provider: provider._has_vouchers()):
            raise UserError(
                self.env._(
                    "%s has vouchers, so the day from which it is booked stays as it is. What is missing of the days "
                    "before is booked by hand.",
                    provider.name,
                )
            )
        self._check_no_signed_month()

    def _get_months(self):
        return self.env["account.settlement.closing"].sudo().search([("provider_id", "in", self.ids)], order="month")

    def _check_no_signed_month(self):
        """:raises UserError: naming the first month that is signed."""
        for month in self._get_months().filtered("signature_ids")[:1]:
            raise UserError(
                self.env._(
                    "%(month)s of %(provider)s is signed, and a signature stays as it is. Go on with this provider, or "
                    "archive it.",
                    month=format_date(self.env, month.month, date_format="MMMM y"),
                    provider=month.provider_id.name,
                )
            )

    # ---------------------------------------------------------------- another start date

    def _begin_from(self, earlier):
        """Read again what is stored, from the new start date on; nothing of it is booked.

        :param earlier: the start date until now.
        """
        start = self.start_date
        if earlier and (not start or start < earlier):
            # What was never asked for is fetched, too. What the agreements with the same keys have is not read twice.
            self.connection_id.fetch_cursor = False
        self._get_months().unlink()
        self._read_documents_again()
        self._revoke_opening_items()

    def _read_documents_again(self):
        """Read the stored documents anew, as when they came. One that is refused stops no other."""
        documents = self._get_documents().filtered(
            lambda document: document.state != "left_out" and not document.content_removed_on
        )
        decisions = self._get_decisions()
        self._drop_settlements()
        documents.write({"state": "new", "error_data": False, "missing_agreements": False})
        for document in documents.sorted("id"):
            try:
                with self.env.cr.savepoint():
                    document._ingest()
            except UserError as error:
                document._refuse(error.__cause__ if isinstance(error.__cause__, SettlementError) else error)
        self._decide_again(decisions)
        self._drop_empty_disputes()

    def _get_documents(self):
        """Return the documents from which something of these providers was read, or is to be."""
        documents = self.env["account.settlement.document"].search([("provider_id", "in", self.ids)])
        return documents | self.settlement_ids.document_ids

    def _drop_settlements(self):
        """Delete what was read of these providers; nothing of it is booked."""
        as_own(self.settlement_ids.clearing_line_ids.sudo()).settlement_clearing_id = False
        as_own(self.settlement_ids.payout_item_ids.sudo()).settlement_payout_id = False
        self.settlement_ids.line_ids.unlink()
        self.settlement_ids.unlink()
        self.invalidate_recordset(["settlement_ids"])

    def _drop_empty_disputes(self):
        """Delete the cases of which no transaction is left."""
        disputes = self.env["account.settlement.dispute"].sudo().search([("provider_id", "in", self.ids)])
        disputes.filtered(lambda dispute: not dispute.line_ids).unlink()

    # ---------------------------------------------------------------- what people decided

    def _get_decisions(self):
        """Return ``{(provider id, external id): values}`` of the transactions that a person has excluded, or has said
        are to be booked: they still hold when the same rows are read again."""
        lines = self.settlement_ids.line_ids.filtered(
            lambda line: line.is_kept or (line.status == "excluded" and line.exclusion_reason)
        )
        return {
            (line.provider_id.id, line.external_id): {
                "status": line.status,
                "is_exclusion_proposed": False,
                "is_kept": line.is_kept,
                "exclusion_reason": line.exclusion_reason,
                "exclusion_move_line_id": line.exclusion_move_line_id.id,
                "explanation_data": line.explanation_data,
            }
            for line in lines
        }

    def _decide_again(self, decisions):
        """Let decisions of before hold for the same transactions, read anew.

        :param decisions: of :meth:`_get_decisions`.
        """
        names = [external_id for _provider_id, external_id in decisions]
        again = [("provider_id", "in", self.ids), ("external_id", "in", names)]
        for line in self.env["account.settlement.line"].sudo().search(again):
            values = decisions.get((line.provider_id.id, line.external_id))
            if values and line.status == "new":
                line.write(values)
                as_own(line.exclusion_move_line_id).settlement_clearing_id = line.settlement_id

    # ---------------------------------------------------------------- starting over

    def _start_over(self):
        """Remove what was read of these providers with its documents, and take them back to the draft.

        Accounts, journal, rules and keys stay. A document that also holds settlements of others, or waits for them,
        stays with them, and what came through keys that others use stays stored: it is not fetched again.

        :raises UserError: once something is booked, or a month is signed.
        """
        providers = self._as_manager()
        providers._check_nothing_posted()
        for provider in providers:
            own = provider._get_documents()
            provider._get_months().unlink()
            provider._drop_settlements()
            provider._drop_empty_disputes()
            provider._accept_opening_items(self.env["account.move.line"])
            kept = own.filtered(lambda document, provider=provider: provider._shares(document))
            unused = own - kept
            unused.write({"state": "new"})
            unused._close_attention()
            unused.unlink()
            if not provider._shares_connection():
                provider.connection_id.fetch_cursor = False
            provider.state = "draft"
            kept._wait_for(provider)
            said = in_written_language(provider).env._
            body = said("Started over: %s documents were removed.", len(unused))
            if kept:
                body += " " + said("%s stay, as they also serve other agreements.", len(kept))
            provider.message_post(body=body)

    def _shares_connection(self):
        """Whether other agreements have the same keys, archived ones too."""
        return len(self.connection_id.with_context(active_test=False).provider_ids) > 1

    def _shares(self, document):
        """Whether a document serves others than this agreement, now that nothing of it is read here any more."""
        if document.settlement_ids or (document.connection_id and self._shares_connection()):
            return True
        own = {"code": self.code, "merchant_id": self.merchant_id or "", "currency": self.currency_id.name}
        return any(missing != own for missing in document.missing_agreements or [])
