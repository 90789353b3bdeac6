from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.exceptions import UserError

from ..common.messages import Message, SettlementError
from ..providers.records import FORMAT_KINDS
from .account_settlement_line_row import MATCHED_TEXTS
from .money import to_decimal

#: The other fields of a row that decide where it is booked or are shown, and the row's attributes.
ROW_TEXTS = {stored: name for name, stored in MATCHED_TEXTS.items() if name != "order_reference"}
ROW_AMOUNTS = ("fee_vat", "amount_original")

#: The fields of a row that are compared.
ROW_FIELDS = (*ROW_TEXTS, *ROW_AMOUNTS, "currency_original_id")


class AccountSettlementDocument(models.Model):
    """The proof of a document: its content has its hash, and what was read from it is still stored as it was read."""

    _inherit = "account.settlement.document"

    def _get_differences(self, settlement, lines, settlements):
        """Compare the document with its hash, and with what was read from it.

        :param settlement: an ``account.settlement`` in the document.
        :param lines: the transactions of that settlement that come from this document.
        :param settlements: of :meth:`_get_reported_settlements`.
        :return: list of :class:`~..common.messages.Message`.
        """
        self.ensure_one()
        if self.content_removed_on:
            return self._get_removal_differences(settlement)
        if not self._is_content_intact():
            return [Message("content_changed", {"document": self.name, "booked": self.sha256})]
        if settlements is None:
            if self.state == "new" or not (self.state == "done" or lines):
                # It waits to be read; what keeps it from being read is reported then.
                return []
            values = {"document": self.name, "count": len(lines), "found": self.sha256}
            return [Message("document_unreadable", values)]
        rows = {row.external_id: (row, reported.currency) for reported in settlements for row in reported.transactions}
        said = self._get_row_differences(rows, lines)
        for reported in settlements:
            if settlement.external_id and reported.external_id == settlement.external_id:
                said += self._get_payout_differences(reported, settlement)
                missing = self._get_missing_rows(settlement.provider_id, reported)
                said += [self._describe_missing(row) for row in missing]
            elif settlement.provider_id._is_missing(reported):
                values = {"number": reported.external_id, "amount": reported.payout_amount or 0, "document": self.name}
                said.append(Message("payout_missing", values))
        return said

    def _get_removal_differences(self, settlement):
        """Compare removed content with the time until which it has to be kept."""
        company = settlement.company_id
        if not self.attachment_id and settlement.date_to and settlement.date_to < company._get_document_limit():
            return []
        year = company.sudo().compute_fiscalyear_dates(settlement.date_to or settlement.date)["date_to"]
        kept_to = year + relativedelta(years=company.settlement_document_years)
        return [Message("content_removed_early", {"document": self.name, "date": kept_to})]

    def _read_again_if_lost(self):
        """Set documents to be read again if some of their rows are no longer stored."""
        for document in self:
            for provider in document.settlement_ids.provider_id | document.provider_id:
                reported = document._get_reported_settlements(provider) or ()
                if any(document._get_missing_rows(provider, settlement) for settlement in reported):
                    document.state = "new"

    def _get_reported_settlements(self, provider):
        """Return a provider's settlements in the document, as it is read today; None where its content is not as
        received, or cannot be read.

        :return: tuple of :class:`~..providers.records.Settlement`.
        """
        self.ensure_one()
        try:
            parsed = self._parse()
        except (SettlementError, UserError):
            return None
        return tuple(settlement for settlement in parsed.settlements if provider._is_named_by(settlement))

    def _get_row_differences(self, rows, lines):
        said = []
        always = ("date", "order_reference")
        for line in lines:
            row, currency = rows.get(line.external_id, (None, None))
            if not row:
                said += line._describe_as("row_invented", document=self.name)
                continue
            found, reported = line._get_row_values(), line._get_reported_values(row, currency)
            if found != reported:
                differing = [
                    name for name in found if name not in (*always, "amount", "fee") and found[name] != reported[name]
                ]
                shown = {
                    which: line._describe_row(
                        {name: values[name] for name in (*always, *differing)}, values["amount"], values["fee"]
                    )
                    for which, values in (("found", found), ("booked", reported))
                }
                said += line._describe_as("row_misread", document=self.name, **shown)
        return said

    def _get_payout_differences(self, reported, settlement):
        found = to_decimal(settlement.payout_amount, settlement.currency_id), settlement.payout_reference or ""
        booked = reported.payout_amount or 0, reported.payout_reference or ""
        if found == booked:
            return []
        described = {
            which: Message("payout_amount", {"amount": amount, "reference": reference})
            for which, (amount, reference) in (("found", found), ("booked", booked))
        }
        return [Message("payout_misread", {"document": self.name, **described})]

    def _get_missing_rows(self, provider, reported):
        """Return the rows of a provider's settlement in this document that are not stored, whatever document they came
        from."""
        names = [row.external_id for row in reported.transactions]
        stored = self.env["account.settlement.line"].search_fetch(
            [("provider_id", "=", provider.id), ("external_id", "in", names)], ["external_id", "document_id"]
        )
        known = set(stored.mapped("external_id"))
        missing = [row for row in reported.transactions if row.external_id not in known]
        if provider.start_date:
            missing = [row for row in missing if row.date >= provider.start_date]
        if reported.external_id and stored and self not in stored.document_id:
            # The payout was taken from a document in another format, with fees on the payments or in rows of their own.
            missing = [row for row in missing if row.kind not in FORMAT_KINDS]
        return missing

    def _describe_missing(self, row):
        values = {"row": row.provider_reference or row.external_id, "amount": row.amount, "document": self.name}
        return Message("row_missing", values)
