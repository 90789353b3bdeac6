from decimal import Decimal

from odoo import models

from ..common.messages import Message
from ..providers.records import known_fee
from .money import to_decimal


class AccountSettlement(models.Model):
    """The proof against the documents: each transaction is in one of them, with the same values."""

    _inherit = "account.settlement"

    def _get_document_differences(self, lines):
        """Compare the documents with their hashes, and the transactions with the documents.

        :param lines: the transactions of this settlement.
        """
        of_document = lines.grouped("document_id")
        undocumented = of_document.pop(self.env["account.settlement.document"], lines.browse())
        said = undocumented.filtered(lambda line: not (line.fee_owed or line.is_unexplained))._describe_as(
            "row_without_document"
        )
        documents = self.document_ids
        if not documents:
            said.append(Message("no_document", {"settlement": self.name, "count": len(lines)}))
        for document in of_document.keys() - set(documents):
            values = {"found": document.name, "booked": ", ".join(documents.mapped("name")) or "–"}
            said.append(Message("not_its_document", {"count": len(of_document[document]), **values}))
            documents |= document
        reported = {}
        for document in documents:
            reported[document] = document._get_reported_settlements(self.provider_id)
            said += document._get_differences(self, of_document.get(document, lines.browse()), reported[document])
        return said + self._get_owed_differences(lines.filtered("fee_owed"), reported)

    def _get_owed_differences(self, owed, reported):
        """Compare the fees that are owed with what the documents report of them.

        :param owed: the transactions of this settlement that are such fees.
        :param reported: ``{document: settlements or None}`` that has been read already.
        """
        if not owed:
            return []
        references = set(owed.mapped("provider_reference"))
        with_others = owed.search_fetch(
            [
                ("provider_id", "=", self.provider_id.id),
                ("fee_owed", "=", True),
                ("provider_reference", "in", list(references)),
            ],
            ["amount", "provider_reference", "settlement_id", "currency_id"],
        )
        for document in with_others.settlement_id.document_ids:
            if document not in reported:
                reported[document] = document._get_reported_settlements(self.provider_id)
        if None in reported.values():
            # Not everything that was reported is available to compare with. A missing document is reported by itself.
            return []
        reports = [report for settlements in reported.values() for one in settlements for report in one.fee_reports]
        keys = {(report.provider_reference or "", report.date, report.fee_type or "") for report in reports}
        known = self._sum_fee_reports(reports)
        said = []
        for line in owed:
            if (line.provider_reference or "", line.date, line.fee_type or "") not in keys:
                found = line._describe_row({"date": line.date, "fee_type": line.fee_type or ""}, line.amount, line.fee)
                said += line._describe_as("fee_owed_unreported", found=found)
        for reference, rows in (with_others | owed).grouped(lambda line: line.provider_reference or "").items():
            found = -to_decimal(sum(rows.mapped("amount")), self.currency_id)
            booked = known.get(reference, Decimal(0))
            if found != booked:
                said += (rows & owed)[:1]._describe_as("fees_owed_differ", found=found, booked=booked)
        return said

    @staticmethod
    def _sum_fee_reports(reports):
        """Return ``{provider reference: fee}``: the larger of a payment's single fees together, and its fee reported in
        one sum."""
        entries, totals = {}, {}
        for report in reports:
            reference = report.provider_reference or ""
            if report.is_total:
                totals[reference] = report.fee
            else:
                entries.setdefault(reference, {})[report.external_id] = report.fee
        return {
            reference: known_fee(entries.get(reference, {}).values(), totals.get(reference, Decimal(0)))
            for reference in entries.keys() | totals.keys()
        }
