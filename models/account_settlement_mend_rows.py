from odoo import models


class AccountSettlement(models.Model):
    """Restoring the transactions, and storing again those that are missing."""

    _inherit = "account.settlement"

    def _read_documents(self):
        """Return what the documents of this settlement report: ``{document: settlements}``.

        :return: of ``account.settlement.document`` and tuples of :class:`~..providers.records.Settlement`; without the
            documents that are not as received, or cannot be read.
        """
        read = {document: document._get_reported_settlements() for document in self.document_ids._get_readable()}
        return {document: settlements for document, settlements in read.items() if settlements}

    def _restore_rows(self, reported):
        """Restore the transactions from their documents, also those that no voucher has booked, and store again rows of
        this payout that are missing.

        :param dict reported: of :meth:`_read_documents`.
        """
        for document, settlements in reported.items():
            for settlement in settlements:
                is_ours = self.external_id and settlement.external_id == self.external_id
                self._restore_rows_of(document, settlement, is_ours)
                if is_ours:
                    self.provider_id._add_lines(self, document._get_missing_rows(settlement), document)

    def _restore_rows_of(self, document, reported, is_ours):
        rows = {row.external_id: row for row in reported.transactions}
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
            elif reported.external_id:
                wanted["settlement_id"] = (self.provider_id._find_stored(reported) or self).id
            line._restore_values(wanted)

    def _find_with_transactions_of(self, reported):
        """Return the settlement among these with the transactions of a reported payout, whatever its number is."""
        names = {row.external_id for row in reported.transactions}
        lines = self.line_ids.filtered(lambda line: line.external_id in names)
        return lines.settlement_id if len(lines.settlement_id) == 1 else self.browse()
