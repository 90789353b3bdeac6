from odoo import fields, models


class AccountMove(models.Model):
    """A provider's bill for the fees of a month, which were booked as owed."""

    _inherit = "account.move"

    settlement_fee_provider_id = fields.Many2one(
        "account.settlement.provider",
        string="Fees of Provider",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    settlement_fee_month = fields.Date(string="Fees of Month", readonly=True, copy=False)
