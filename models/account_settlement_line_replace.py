from odoo import fields, models


class AccountSettlementLine(models.Model):
    """A transaction that counts no more, as the better document does not have it."""

    _inherit = "account.settlement.line"

    is_unexplained = fields.Boolean(
        readonly=True, help="What no row of the document explains: a person accepted that the payout is right."
    )
    is_replaced = fields.Boolean(
        readonly=True, help="A better document does not have it. It had been undone, and counts no more."
    )

    def _revive(self):
        """Let transactions count again that a better document had not, because another one has them."""
        self.filtered("is_replaced").write({"is_replaced": False, "status": "new", "explanation_data": False})
