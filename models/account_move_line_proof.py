from odoo import models
from odoo.tools import format_date, formatLang

from ..common.messages import Message


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _describe_as_stray(self):
        """Return a sentence on each of these journal items, whose date, journal or company is not their voucher's."""
        return [
            Message(
                "item_of_other_settlement",
                {
                    "item": item.name or item.account_id.display_name,
                    "voucher": item.move_id.name or "",
                    "found": item._describe_place(item.parent_state, item),
                    "booked": item._describe_place(item.move_id.state, item.move_id),
                },
            )
            for item in self
        ]

    def _describe_place(self, state, record):
        """Return in words where and whether something is booked.

        :param record: the journal item, or its voucher.
        """
        states = dict(self.move_id._fields["state"]._description_selection(self.env))
        number = record.move_name if record == self else record.name
        debit, credit = (self.debit, self.credit) if record == self else (max(self.balance, 0), max(-self.balance, 0))
        return ", ".join(
            (
                number or "–",
                format_date(self.env, record.date) or "–",
                record.journal_id.display_name or "–",
                record.company_id.display_name or "–",
                states.get(state, "–"),
                f"{formatLang(self.env, debit)}/{formatLang(self.env, credit)}",
            )
        )
