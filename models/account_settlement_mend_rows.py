from odoo import models


class AccountSettlement(models.Model):
    """Setting back the transactions, and storing again those that are missing."""

    _inherit = "account.settlement"

    def _set_back_rows(self):
        """Let the transactions read as their documents, also those that no voucher has booked, and store again what the
        documents tell of this payout and is not stored."""
        for document in self.document_ids._get_readable():
            for told in document._get_told() or ():
                is_ours = self.external_id and told.external_id == self.external_id
                self._set_back_rows_of(document, told, is_ours)
                if is_ours:
                    self.provider_id._add_lines(self, document._get_missing_rows(told), document)

    def _set_back_rows_of(self, document, told, is_ours):
        rows = {row.external_id: row for row in told.transactions}
        lines = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.provider_id.id), ("external_id", "in", list(rows))]
        )
        for line in lines:
            row = rows[line.external_id]
            comes_from = line.document_id if line.document_id in self.document_ids else document
            if comes_from != document or not (is_ours or line.settlement_id == self):
                continue
            wanted = {
                "document_id": document.id,
                "kind": str(row.kind),
                "date": row.date,
                "amount": row.amount,
                "fee": row.fee,
                "fee_owed": False,
                "currency_id": self.currency_id.id,
                "order_reference": row.order_reference or False,
                "provider_reference": row.provider_reference or False,
            }
            if is_ours:
                wanted["settlement_id"] = self.id
            elif told.external_id:
                wanted["settlement_id"] = (self.provider_id._find_stored(told) or self).id
            line._set_back(wanted)

    def _find_told_by(self, told):
        """Return the one of these settlements that has the transactions of a payout: its number may be changed."""
        names = {row.external_id for row in told.transactions}
        lines = self.line_ids.filtered(lambda line: line.external_id in names)
        return lines.settlement_id if len(lines.settlement_id) == 1 else self.browse()
