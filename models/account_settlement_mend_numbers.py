from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

#: The amounts that Odoo computes from others.
RESIDUALS = ("amount_residual", "amount_residual_currency", "reconciled")
TOTALS = ("amount_gross", "amount_fee", "amount_net")


class AccountSettlement(models.Model):
    """Putting right amounts that are not numbers, before anything is added up."""

    _inherit = "account.settlement"

    def _restore_numbers(self):
        """Restore amounts that are empty or not a number, from the stored copies and the documents.

        This is done by SQL, as Odoo cannot compute with them.

        :raises UserError: when the right amount is stored nowhere.
        """
        # What the check has just written must outlive the cache, which is emptied below without being written.
        self.env.flush_all()
        broken = {}
        for model, record_id, _name, _found in self._find_broken_numbers():
            broken.setdefault(model, set()).add(record_id)
        if not broken:
            return
        items = broken.get("account.move.line", set())
        partials = self.env["account.partial.reconcile"].browse(broken.get("account.partial.reconcile", ()))
        items |= set((partials.debit_move_id | partials.credit_move_id).ids)
        partials.invalidate_recordset(flush=False)
        if partials:
            # How much was reconciled is stored nowhere: the items are open again, and are reconciled anew.
            self.env.cr.execute(SQL("DELETE FROM account_partial_reconcile WHERE id IN %s", partials._ids))
        for item in self._get_kept_items():
            if item.id in items:
                self._update_numbers(
                    "account.move.line",
                    item.id,
                    balance=item.balance,
                    amount_currency=item.amount_currency,
                    debit=max(item.balance, 0),
                    credit=max(-item.balance, 0),
                    tax_base_amount=item.tax_base_amount,
                )
        for item_id in items:
            self._update_numbers("account.move.line", item_id, amount_residual=0, amount_residual_currency=0)
        reported = [settlement for settlements in self._read_documents().values() for settlement in settlements]
        for row_id, amount, fee in self._get_reported_numbers(reported):
            if row_id in broken.get("account.settlement.line", ()):
                self._update_numbers("account.settlement.line", row_id, amount=amount, fee=fee)
        if "account.settlement" in broken:
            self._restore_totals(reported)
        self.env.invalidate_all(flush=False)
        if said := self._get_number_differences():
            raise UserError(self.env["settlement.message"]._render_all(said))
        for records, names in ((self.env["account.move.line"].browse(items), RESIDUALS), (self, TOTALS)):
            for name in names:
                self.env.add_to_compute(records._fields[name], records)
        self.env.flush_all()

    def _get_kept_items(self):
        """Return the :class:`~..booking.voucher_record.BookedItem` of all vouchers whose stored copy can be trusted."""
        return [item for voucher in self._get_trusted_vouchers() for item in voucher._get_trusted().items]

    def _get_reported_numbers(self, reported):
        """Return ``(transaction id, amount, fee)`` as the documents report them.

        :param reported: the :class:`~..providers.records.Settlement` of all documents.
        """
        ids = dict(self.line_ids.mapped(lambda line: (line.external_id, line.id)))
        rows = [row for settlement in reported for row in settlement.transactions if row.external_id in ids]
        return [(ids[row.external_id], row.amount, row.fee) for row in rows]

    def _restore_totals(self, reported):
        """Restore the payout from the documents; the sums are computed again.

        :param reported: as for :meth:`_get_reported_numbers`.
        """
        values = {"amount_net": 0}
        for settlement in reported:
            if self.external_id and settlement.external_id == self.external_id:
                values["payout_amount"] = settlement.payout_amount or 0
        self._update_numbers("account.settlement", self.id, **values)

    def _update_numbers(self, model, record_id, **values):
        changes = [SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()]
        table = SQL.identifier(self.env[model]._table)
        self.env.cr.execute(SQL("UPDATE %s SET %s WHERE id = %s", table, SQL(", ").join(changes), record_id))
