from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.exceptions import UserError

from ..common.messages import Message, SettlementError, _
from .money import to_decimal

ROW_MISREAD = _("Transaction %(row)s reads %(found)s, and %(booked)s in document %(document)s.")
ROW_INVENTED = _("Transaction %(row)s of %(amount)s is not in document %(document)s, which it is said to come from.")
ROW_MISSING = _("Transaction %(row)s of %(amount)s is in document %(document)s, and is not stored.")
ROW_UNDOCUMENTED = _("Transaction %(row)s of %(amount)s comes from no document.")
PAYOUT_MISSING = _("Payout %(number)s of %(amount)s is in document %(document)s, and is not stored.")
REMOVED_EARLY = _("The content of document %(document)s is said to be removed, and it is to be kept until %(date)s.")
PAYOUT_MISREAD = _("The payout reads %(found)s, and %(booked)s in document %(document)s.")
CONTENT_CHANGED = _(
    "Document %(document)s is no longer what was received: its content has another SHA-256 than %(booked)s. Upload the "
    "original file again to put it back."
)


NO_DOCUMENT = _("%(settlement)s has %(count)s transactions and no document.")
NOT_ITS_DOCUMENT = _(
    "%(count)s transactions come from document %(found)s, which is none of this settlement's: %(booked)s."
)
UNREADABLE = _(
    "Document %(document)s, which %(count)s transactions come from, cannot be read: it has the SHA-256 %(found)s now."
)
OWED = _("Fees owed for transaction %(row)s add up to %(found)s, and to %(booked)s in the documents.")
OWED_UNTOLD = _("Transaction %(row)s, %(found)s, is a fee owed that no document tells of.")

#: What else of a row decides where it is booked, and what shows it: the field, and the row's own name of it.
ROW_TEXTS = {
    "kind": "kind",
    "provider_reference": "provider_reference",
    "fee_type": "fee_type",
    "payment_method": "payment_method",
    "sales_unit": "sales_unit",
    "provider_text": "text",
}
ROW_AMOUNTS = ("fee_vat", "amount_original")

#: What is compared of a row.
ROW_FIELDS = (*ROW_TEXTS, *ROW_AMOUNTS, "currency_original_id")


class AccountSettlementDocument(models.Model):
    """The proof of a document: its content has its hash, and what was read from it is stored as it says."""

    _inherit = "account.settlement.document"

    def _get_differences(self, settlement, lines, settlements):
        """Compare the document with its hash, and with what was read from it.

        :param settlement: an ``account.settlement`` the document speaks of.
        :param lines: the transactions of that settlement that come from this document.
        :param settlements: of :meth:`_get_told_as_received`.
        :return: list of :class:`~..providers.messages.Message`.
        """
        self.ensure_one()
        if self.content_removed_on:
            return self._get_removal_differences(settlement)
        if not self._is_content_intact():
            return [Message(CONTENT_CHANGED, {"document": self.name, "booked": self.sha256})]
        if settlements is None:
            if self.state == "new" or not (self.state == "done" or lines):
                # It waits to be read, and what is in the way of that is said then.
                return []
            values = {"document": self.name, "count": len(lines), "found": self.sha256}
            return [Message(UNREADABLE, values)]
        rows = {row.external_id: (row, told.currency) for told in settlements for row in told.transactions}
        said = self._get_row_differences(rows, lines)
        for told in settlements:
            if settlement.external_id and told.external_id == settlement.external_id:
                said += self._get_payout_differences(told, settlement)
                said += [self._describe_missing(row) for row in self._get_missing_rows(told)]
            elif told.external_id and not self._is_payout_stored(told):
                values = {"number": told.external_id, "amount": told.payout_amount or 0, "document": self.name}
                said.append(Message(PAYOUT_MISSING, values))
        return said

    def _get_removal_differences(self, settlement):
        """Content is removed when its time is over, and then it is gone."""
        company = settlement.company_id
        if not self.attachment_id and settlement.date_to and settlement.date_to < company._get_document_limit():
            return []
        year = company.sudo().compute_fiscalyear_dates(settlement.date_to or settlement.date)["date_to"]
        kept_to = year + relativedelta(years=company.settlement_document_years)
        return [Message(REMOVED_EARLY, {"document": self.name, "date": kept_to})]

    def _is_payout_stored(self, told):
        domain = [("provider_id", "=", self.provider_id.id), ("external_id", "=", told.external_id)]
        return bool(self.env["account.settlement"].search_count(domain, limit=1))

    def _read_again_if_lost(self):
        """Documents that were read, and of which nothing is stored any more, are read again."""
        for document in self:
            if any(document._get_missing_rows(told) for told in document._get_told() or ()):
                document.state = "new"

    def _get_told(self):
        """Return the settlements the document tells of, as it is read today; None where it cannot be read.

        :return: tuple of :class:`~..providers.records.Settlement`.
        """
        self.ensure_one()
        try:
            return self._parse().settlements
        except (SettlementError, UserError):
            return None

    def _get_told_as_received(self):
        """Return the settlements the document tells of; None where it is not there as it was received, or cannot be
        read."""
        return self._get_told() if self._get_readable() else None

    def _get_readable(self):
        """Return those of these documents whose content is there, as it was received."""
        return self.filtered(lambda document: not document.content_removed_on and document._is_content_intact())

    def _get_row_differences(self, rows, lines):
        said = []
        always = ("date", "order_reference")
        for line in lines:
            row, currency = rows.get(line.external_id, (None, None))
            if not row:
                said += line._describe_as(ROW_INVENTED, document=self.name)
                continue
            found, told = line._get_row_values(), line._get_told_values(row, currency)
            if found != told:
                differing = [
                    name for name in found if name not in (*always, "amount", "fee") and found[name] != told[name]
                ]
                shown = {
                    which: line._describe_row(
                        {name: values[name] for name in (*always, *differing)}, values["amount"], values["fee"]
                    )
                    for which, values in (("found", found), ("booked", told))
                }
                said += line._describe_as(ROW_MISREAD, document=self.name, **shown)
        return said

    def _get_payout_differences(self, told, settlement):
        found = to_decimal(settlement.payout_amount, settlement.currency_id), settlement.payout_reference or ""
        booked = told.payout_amount or 0, told.payout_reference or ""
        if found == booked:
            return []
        described = {"found": f"{found[0]} {found[1]}".strip(), "booked": f"{booked[0]} {booked[1]}".strip()}
        return [Message(PAYOUT_MISREAD, {"document": self.name, **described})]

    def _get_missing_rows(self, told):
        """Return the rows of a settlement of this document that are not stored, whichever document they came from."""
        names = [row.external_id for row in told.transactions]
        stored = self.env["account.settlement.line"].search_fetch(
            [("provider_id", "=", self.provider_id.id), ("external_id", "in", names)], ["external_id"]
        )
        known = set(stored.mapped("external_id"))
        return [row for row in told.transactions if row.external_id not in known]

    def _describe_missing(self, row):
        values = {"row": row.provider_reference or row.external_id, "amount": row.amount, "document": self.name}
        return Message(ROW_MISSING, values)
