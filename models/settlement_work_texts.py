from odoo import models

#: The field that says why a record waits, by cause.
REASONS = {
    "altered": "proof_message",
    "error": "error_message",
    "unconfirmed": "confirmation_message",
    "bank": "bank_message",
    **dict.fromkeys(("unknown", "reopened", "proposed", "owed", "short", "dispute", "fee_vat"), "explanation_summary"),
    "refused": "error_message",
    "waiting": "error_message",
    "order": "webshop_problem",
    "event": "message",
    "fetch": "fetch_error",
}

#: What ends it, by cause, where that does not depend on the record.
SOLUTIONS = {
    "altered": "mend",
    "unconfirmed": "confirm",
    "undone": "process",
    "bank": "bank",
    **dict.fromkeys(("reopened", "unknown", "owed"), "match"),
    "proposed": "exclude",
    "fee_vat": "vat",
    **dict.fromkeys(("order", "event", "fault"), "retry"),
    "fetch": "fetch",
}


class SettlementWork(models.Model):
    """What a row of the work list says: what it is, why it waits, and what ends it."""

    _inherit = "settlement.work"

    def _get_name(self, record):
        """Return what a record is called in the list."""
        if record._name == "sale.order":
            return record.webshop_reference or record.name
        if record._name == "settlement.fault":
            failed = self._get_failed_record(record)
            return failed.display_name if failed else record.task
        return record.display_name

    def _get_proposal_text(self):
        """Return what is proposed, and why; empty where nothing is."""
        if not self.candidate_id:
            return ""
        return self.env._(
            "Proposal: %(document)s, %(why)s.",
            document=self.candidate_id.sudo().display_name,
            why=self.candidate_reason,
        )

    @staticmethod
    def _get_failed_record(fault):
        """Return the record on which a scheduled action failed; none where it does not exist any more."""
        if fault.res_model not in fault.env:
            return None
        return fault.env[fault.res_model].browse(fault.res_id).exists()

    def _get_reason(self, record, cause):
        """Return why a record waits, in the reader's language."""
        if cause in REASONS and (said := record[REASONS[cause]]):
            return said
        return {
            "unconfirmed": self._say_unconfirmed,
            "undone": self._say_undone,
            "stray": self._say_stray,
            "fault": self._say_fault,
            "setup": self._say_set_up,
        }.get(cause, lambda _record: "")(record)

    def _say_unconfirmed(self, _settlement):
        return self.env._("The document does not prove its payout: a person confirms it before it is booked.")

    def _say_undone(self, _settlement):
        return self.env._("It was undone. Nothing books it again by itself: press Match and Book.")

    def _say_stray(self, item):
        account = item.account_id.with_company(item.company_id).with_context(show_account_code=True)
        return self.env._("Open on %s, and belongs to no payout.", account.display_name)

    def _say_fault(self, fault):
        return self.env._(
            "Failed %s times in a row because of an unexpected error. It is retried automatically; if it keeps "
            "failing, show the server log to whoever maintains Odoo.",
            fault.failures,
        )

    def _say_set_up(self, provider):
        return " ".join(provider.with_env(self.env(su=True))._get_account_faults())

    def _get_solution(self, record, cause):
        """Return what ends it, one of the values of ``solution``."""
        if cause == "error":
            if not record.problem_data:
                return "process"
            return "difference" if record.can_accept else "upload"
        if cause == "refused":
            return "retry" if record.can_fetch_again else "upload"
        if cause == "waiting":
            return "activate" if record.can_activate else "upload"
        return SOLUTIONS.get(cause, "open")
