from odoo import models

from ..matching.ledger import Line
from ..providers.records import Kind
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """What the match stage asks of a transaction."""

    _inherit = "account.settlement.line"

    def _to_plain(self):
        """Return the transaction as a plain :class:`~..matching.decisions.Line`."""
        self.ensure_one()
        original = self.currency_original_id
        return Line(
            id=self.id,
            kind=Kind(self.kind),
            date=self.date,
            amount=to_decimal(self.amount, self.currency_id),
            currency=self.currency_id.name,
            order_reference=self.order_reference or "",
            provider_reference=self.provider_reference or "",
            text=self.provider_text or "",
            fee_type=self.fee_type or "",
            fee=to_decimal(self.fee, self.currency_id),
            fee_vat=to_decimal(self.fee_vat, self.currency_id),
            fee_owed=self.fee_owed,
            amount_original=to_decimal(self.amount_original, original) if original else None,
            currency_original=original.name or "",
            payment_method=self.payment_method or "",
            sales_unit=self.sales_unit or "",
            is_kept=self.is_kept,
        )
