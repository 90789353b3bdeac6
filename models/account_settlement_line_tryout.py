from odoo import fields, models

from ..matching.trials import Batch


class AccountSettlementLine(models.Model):
    """Transactions in the batches in which they are matched."""

    _inherit = "account.settlement.line"

    def _get_batches_anew(self):
        """Return batches as if all were to be booked, and the transactions in the order of the batches."""
        batches, tried = [], self.browse()
        for settlement, lines in self._group_by_settlement():
            for date, dated in sorted(lines.grouped("date").items()):
                settings = settlement._get_match_settings(date)
                batches.append(Batch(tuple(line._to_plain() for line in dated), settings))
                tried += dated
        return batches, tried

    def _get_waiting_batches(self):
        """Return batches of what is open, to be matched again, and of what is new; and the transactions in order."""
        batches, tried = [], self.browse()
        today = fields.Date.context_today(self)
        for settlement, lines in self._get_retried_by_rules()._group_by_settlement():
            if sources := lines._get_open_sources():
                plain = tuple(line._get_plain_open(item) for line, item in sources)
                roles = tuple(item.settlement_role for _line, item in sources)
                batches.append(Batch(plain, settlement._get_match_settings(today), roles))
                tried = tried.concat(*(line for line, _item in sources))
        new = self.filtered(lambda line: line.status == "new" and not line._is_decided_by_person())
        new_batches, new_tried = new._get_batches_anew()
        return batches + new_batches, tried + new_tried

    def _get_retried_by_rules(self):
        """Return those of these transactions that are retried, and that no person has placed."""
        return self.filtered_domain(self._get_awaiting_domain()).filtered(lambda line: not line.placed_data)
