from odoo import fields, models


class MailActivity(models.Model):
    """What a person is asked to look at."""

    _inherit = "mail.activity"

    settlement_reason = fields.Char(
        readonly=True, copy=False, help="What it is about, so that it is closed when that works again."
    )
