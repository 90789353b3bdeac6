from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    def _take_out_of_ledger(self, reason):
        """Reverse vouchers that are not what was booked, on their own date where it is open.

        What they are now is stored as booked: they stay in the ledger, and so do their reversals.

        :param str reason: for the reversals.
        """
        kept = self.env["account.settlement.voucher"]
        for move in self:
            kept.search([("move_id", "=", move.id)]).is_ended = True
            move._reverse_settlement_moves(reason, move.date)
            kept._keep([(move, self.env["account.settlement.line"])])

    def _get_holders_of_numbers(self, wanted):
        """Return the stored copies of other vouchers that have one of these vouchers' numbers now.

        :param wanted: ``{id: values}`` to which these vouchers are restored.
        :raises UserError: where an entry that is not a voucher has the number.
        """
        holders = self.browse()
        for values in wanted.values():
            holders |= self.search(
                [
                    ("name", "=", values["name"]),
                    ("journal_id", "=", values["journal_id"]),
                    ("state", "=", "posted"),
                    ("id", "not in", list(wanted)),
                ]
            )
        kept = self.env["account.settlement.voucher"].search([("move_id", "in", holders.ids), ("is_ended", "=", False)])
        kept = kept.filtered(lambda voucher: (voucher._get_trusted() or voucher.move_id).name != voucher.move_id.name)
        for entry in holders - kept.move_id:
            raise UserError(
                self.env._(
                    "Entry %(entry)s of %(date)s, %(ref)s, has the number of a settlement's voucher. Give it another "
                    "number, and press Put Right again.",
                    entry=entry.name,
                    date=entry.date,
                    ref=entry.ref or "–",
                )
            )
        return kept
