from odoo import models

from .account_settlement_document_proof import ROW_FIELDS


class AccountSettlement(models.Model):
    """Restoring the transactions, and storing again those that are missing."""

    _inherit = "account.settlement"

    def _read_documents(self):
        """Return what the documents of this settlement report: ``{document: settlements}``.

        :return: of ``account.settlement.document`` and tuples of :class:`~..providers.records.Settlement`; without the
            documents that are not as received, or cannot be read.
        """
        read = {document: document._get_reported_settlements(self.provider_id) for document in self.document_ids}
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
                    self.provider_id._add_lines(
                        self, document._get_missing_rows(self.provider_id, settlement), document
                    )

    def _restore_rows_of(self, document, reported, is_ours):
        rows = {row.external_id: row for row in reported.transactions}
        currencies = self._get_row_currencies(reported.transactions)
        # What is not paid out yet stays with the open settlement it is in.
        target = self if is_ours else reported.external_id and (self.provider_id._find_stored(reported) or self)
        lines = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.provider_id.id), ("external_id", "in", list(rows))]
        )
        for line in lines:
            row = rows[line.external_id]
            comes_from = line.document_id if line.document_id in self.document_ids else document
            if comes_from != document or not (is_ours or line.settlement_id == self):
                continue
            stored = line._prepare_row_vals(row, currencies)
            wanted = {
                **{name: stored[name] or False for name in (*ROW_FIELDS, "date", "amount", "fee", "order_reference")},
                "document_id": document.id,
                "fee_owed": False,
                "currency_id": self.currency_id.id,
            }
            if line.content_removed_on:
                wanted["provider_text"] = False
            if target:
                wanted["settlement_id"] = target.id
            line._restore_values(wanted)

    def _find_with_transactions_of(self, reported):
        """Return the settlement among these with the transactions of a reported payout, whatever its number is."""
        names = {row.external_id for row in reported.transactions}
        lines = self.line_ids.filtered(lambda line: line.external_id in names)
        return lines.settlement_id if len(lines.settlement_id) == 1 else self.browse()
