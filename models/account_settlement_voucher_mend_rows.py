from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.messages import Message, _


class AccountSettlementVoucher(models.Model):
    """Setting back the transactions that vouchers have booked."""

    _inherit = "account.settlement.voucher"

    def _set_back_transactions(self):
        """Set the transactions of the vouchers that count back to what they were when they were booked, also those that
        were deleted: with the same id, by which their items are theirs again."""
        booked = {}
        for voucher in self:
            if not voucher.move_id or voucher._is_live():
                booked.update((one.id, (voucher, one)) for one in voucher._get_trusted().transactions)
        if not booked:
            return
        self.env.flush_all()
        lines = self.env["account.settlement.line"].browse(booked).exists()
        self._free_names(lines, booked)
        for line in lines:
            voucher, one = booked[line.id]
            line._set_back(voucher._prepare_transaction_vals(one))
        for voucher, one in booked.values():
            if one.id not in lines.ids:
                voucher._store_again(one)

    def _free_names(self, lines, booked):
        """Give transactions that have got others' ids names of their own first: two may have each other's.

        :raises UserError: where the name is taken by one that was never booked with it.
        """
        renamed = lines.filtered(lambda line: line.external_id != booked[line.id][1].external_id)
        missing = set(booked) - set(lines.ids)
        names = [booked[line_id][1].external_id for line_id in [*renamed.ids, *missing]]
        strange = lines.search(
            [
                ("provider_id", "in", self.settlement_id.provider_id.ids),
                ("external_id", "in", names),
                ("id", "not in", lines.ids),
            ]
        )
        for line in strange.filtered("move_line_ids"):
            raise UserError(
                self.env._(
                    "Transaction %(row)s of %(settlement)s was stored a second time, and booked. Undo %(settlement)s "
                    "there first, and press Put Right again.",
                    row=line.external_id,
                    settlement=line.settlement_id.name,
                )
            )
        strange.unlink()
        if renamed:
            self.env.cr.execute(
                SQL("UPDATE account_settlement_line SET external_id = 'id ' || id WHERE id IN %s", renamed._ids)
            )
            renamed.invalidate_recordset(["external_id"])

    def _prepare_transaction_vals(self, one):
        currency = self.settlement_id._get_currencies([one.currency])[one.currency]
        return {
            "settlement_id": one.settlement_id,
            "external_id": one.external_id,
            "kind": one.kind,
            "date": one.date,
            "amount": one.amount,
            "fee": one.fee,
            "currency_id": currency.id,
            "provider_reference": one.provider_reference or False,
        }

    def _store_again(self, one):
        """Store a transaction again that was deleted: as its document has it, else as it is kept here."""
        settlement = self.settlement_id
        lines = self.env["account.settlement.line"]
        named = [("provider_id", "=", settlement.provider_id.id), ("external_id", "=", one.external_id)]
        for document in settlement.document_ids._get_readable():
            rows = [row for told in document._get_told() or () for row in told.transactions]
            settlement.provider_id._add_lines(
                settlement, [row for row in rows if row.external_id == one.external_id][:1], document
            )
            if line := lines.search(named):
                break
        else:
            roles = {item.role for item in self._get_trusted().items if one.id in item.transaction_ids}
            vals = self._prepare_transaction_vals(one)
            line = lines.create({**vals, "fee_owed": "fee_payable" in roles})
        line.explanation_data = [Message(_("Stored again: it had been deleted by force."), {}).to_json()]
        self.env.flush_all()
        # Nothing leads to the new one yet.
        self.env.cr.execute(SQL("UPDATE account_settlement_line SET id = %s WHERE id = %s", one.id, line.id))
        self.env.invalidate_all()
