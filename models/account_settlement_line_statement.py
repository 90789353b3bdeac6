from odoo import models

from ..balances.open_items import Source
from ..balances.statement import Document


class AccountSettlementLine(models.Model):
    """What the proof of a balance account asks of transactions."""

    _inherit = "account.settlement.line"

    def _get_balance_sources(self):
        """Return ``{id: Source}`` of these transactions, :class:`~..balances.open_items.Source`."""
        return {
            line.id: Source(
                id=line.id,
                label=" · ".join(filter(None, (line.order_reference, line.provider_reference, line.provider_text))),
                settlement=line.settlement_id._get_said_name(),
                owner=line.provider_id.name,
                reference=line.order_reference or line.provider_reference or "",
                cause=(line.explanation or "").partition("\n")[0],
                documents=tuple(Document(document.id, document.name, document.sha256) for document in line.document_id),
            )
            for line in self.sudo()
        }
