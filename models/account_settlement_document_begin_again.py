from odoo import models
from odoo.exceptions import UserError

from ..common.messages import SettlementError


class AccountSettlementDocument(models.Model):
    """What became of a document whose agreement was started over."""

    _inherit = "account.settlement.document"

    def _wait_for(self, provider):
        """Let documents wait for an agreement that was taken back to the draft; what others read of them stays.

        :param provider: ``account.settlement.provider``, of which nothing is read any more.
        """
        for document in self.filtered(lambda document: document.state in ("done", "waiting")):
            try:
                _parts, waiting, missing = document._route(document._parse())
            except (SettlementError, UserError):
                continue  # Its file was removed or changed, so that nothing of it can be read again.
            stored = document.error_data or []
            said = [message.to_json() for message in waiting]
            said = stored + [message for message in said if message not in stored]
            vals = {
                "state": "waiting" if said else "done",
                "error_data": said or False,
                "missing_agreements": missing or False,
            }
            if document.provider_id == provider and document.settlement_ids:
                vals["provider_id"] = document.settlement_ids.provider_id[:1].id
            document.write(vals)

    def _names_nobody(self):
        """Whether the document is still to be read, and does not say whose it is."""
        self.ensure_one()
        if self.state not in ("new", "waiting"):
            return False
        try:
            parsed = self._parse()
        except (SettlementError, UserError):
            return False
        return not parsed.merchant_ids and not any(settlement.merchant_ids for settlement in parsed.settlements)
