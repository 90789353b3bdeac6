from odoo import fields, models


class AccountSettlementProvider(models.Model):
    """What has failed at a provider, and which buttons on its card may mend it."""

    _inherit = "account.settlement.provider"

    has_booking_errors = fields.Boolean(
        compute="_compute_remedies", help="Settlements that add up could not be booked: booking may be retried."
    )
    has_errors_to_fetch = fields.Boolean(
        compute="_compute_remedies", help="A fetched document was refused or does not add up: it may be fetched again."
    )
    has_errors_to_upload = fields.Boolean(
        compute="_compute_remedies", help="An uploaded file was refused or does not add up: a corrected one may come."
    )

    def _compute_remedies(self):
        errors = self._get_failed_settlements()
        fetched = errors._get_disproved_documents()
        refused = self._get_refused_documents()
        for provider in self:
            own = errors.filtered(lambda settlement, provider=provider: settlement.provider_id == provider)
            documents = refused.filtered(lambda document, provider=provider: document.provider_id == provider)
            disproved = own.filtered("problem_data")
            to_fetch = disproved.filtered(
                lambda settlement: any(
                    problem["document_id"] in fetched.ids for problem in settlement.problem_data or ()
                )
            )
            provider.has_booking_errors = bool(own - disproved)
            provider.has_errors_to_fetch = bool(to_fetch) or "fetch" in documents.mapped("source")
            provider.has_errors_to_upload = bool(disproved - to_fetch) or "upload" in documents.mapped("source")

    def _get_failed_settlements(self):
        return self.env["account.settlement"].search([("provider_id", "in", self.ids), ("state", "=", "error")])

    def _get_refused_documents(self):
        return self.env["account.settlement.document"].search(
            [("provider_id", "in", self.ids), ("state", "=", "error")]
        )

    def action_retry_errors(self):
        """Match and book once more what could not be booked; what still fails says why, and stops nothing else."""
        self._as_user()._get_failed_settlements().filtered(lambda one: not one.problem_data)._process_each()
        return True

    def action_fetch_errors_again(self):
        """Ask the provider once more for the documents that were refused or do not add up.

        :raises UserError: when one of them is still the same, or cannot be asked for.
        """
        providers = self._as_user()
        documents = providers._get_failed_settlements()._get_disproved_documents()
        documents |= providers._get_refused_documents().filtered("can_fetch_again")
        return documents.action_fetch_again()

    def action_mend_altered(self):
        """Bring the ledger back to what was booked, in every settlement that differs from it."""
        providers = self._as_manager()
        altered = [("provider_id", "in", providers.ids), ("is_altered", "=", True)]
        return providers.env["account.settlement"].search(altered).action_mend()
