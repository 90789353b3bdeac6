from odoo import fields, models


class MailActivity(models.Model):
    """What a person is asked to look at."""

    _inherit = "mail.activity"

    settlement_reason = fields.Char(
        readonly=True, copy=False, help="Its subject, so that it is closed when that works again."
    )
