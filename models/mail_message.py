from odoo import models
from odoo.exceptions import AccessError

#: The models whose log is kept as evidence of who did what.
EVIDENCE = (
    "account.settlement",
    "account.settlement.closing",
    "account.settlement.connection",
    "account.settlement.dispute",
    "account.settlement.fee.type",
    "account.settlement.provider",
    "account.settlement.rule",
    "sale.webshop",
)

#: What a message says, and when, where and of whom.
SAID = frozenset(
    {
        "attachment_ids",
        "author_id",
        "body",
        "date",
        "email_from",
        "is_internal",
        "message_type",
        "model",
        "record_name",
        "res_id",
        "subject",
        "subtype_id",
        "tracking_value_ids",
    }
)


class MailMessage(models.Model):
    """What the program has logged on settlements and what they are set up by stays as it was logged."""

    _inherit = "mail.message"

    def write(self, vals):
        if SAID & vals.keys():
            self._check_not_evidence()
        return super().write(vals)

    def unlink(self):
        self._check_not_evidence()
        return super().unlink()

    def _check_not_evidence(self):
        """Refuse to change what the program has logged: Odoo lets whoever acted be its author. A person's own comment
        may be changed by them, as elsewhere in Odoo.

        :raises AccessError: naming the reason.
        """
        if self.env.su:
            return
        logged = self.sudo().filtered(lambda message: message.model in EVIDENCE and message.message_type != "comment")
        if logged:
            raise AccessError(
                self.env._(
                    "This was logged by the program, and is kept as it is. Write a comment of your own beside it."
                )
            )
