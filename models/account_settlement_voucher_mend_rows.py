from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.messages import Message


class AccountSettlementVoucher(models.Model):
    """Restoring the transactions that vouchers have booked."""

    _inherit = "account.settlement.voucher"

    def _restore_transactions(self):
        """Restore the transactions of the vouchers that count as they were when booked.

        Deleted ones are stored again with the same id, so that their items are theirs again.
        """
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
            line._restore_values(voucher._prepare_transaction_vals(one))
        missing = [(voucher, one) for voucher, one in booked.values() if one.id not in lines.ids]
        settlements = self.settlement_id.browse({voucher.settlement_id.id for voucher, _one in missing})
        reported = {settlement: settlement._read_documents() for settlement in settlements}
        for voucher, one in missing:
            voucher._store_again(one, reported[voucher.settlement_id])

    def _free_names(self, lines, booked):
        """Give transactions that have another's external id a temporary one first, as two may have each other's.

        :raises UserError: where the external id is taken by a transaction that was never booked with it.
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
                    "Transaction %(row)s of %(settlement)s was stored and booked a second time. Undo %(settlement)s"
                    " there first, then press Put Right again.",
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

    def _store_again(self, one, documents):
        """Store a deleted transaction again: as its document has it, else as the stored copy has it.

        :param dict documents: of :meth:`AccountSettlement._read_documents`.
        """
        settlement = self.settlement_id
        lines = self.env["account.settlement.line"]
        named = [("provider_id", "=", settlement.provider_id.id), ("external_id", "=", one.external_id)]
        for document, reported in documents.items():
            rows = [row for each in reported for row in each.transactions if row.external_id == one.external_id]
            settlement.provider_id._add_lines(settlement, rows[:1], document)
            if line := lines.search(named):
                break
        else:
            roles = {item.role for item in self._get_trusted().items if one.id in item.transaction_ids}
            vals = self._prepare_transaction_vals(one)
            line = lines.create({**vals, "fee_owed": "fee_payable" in roles})
        line.explanation_data = [Message("row_stored_again", {}).to_json()]
        self.env.flush_all()
        # Nothing refers to the new one yet.
        self.env.cr.execute(SQL("UPDATE account_settlement_line SET id = %s WHERE id = %s", one.id, line.id))
        self.env.invalidate_all()
