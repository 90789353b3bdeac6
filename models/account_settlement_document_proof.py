from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..providers.messages import Message, SettlementError, _
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


class AccountSettlement(models.Model):
    """The proof against the documents: each transaction is one of theirs, and has what they say."""

    _inherit = "account.settlement"

    def _get_document_differences(self, lines):
        """Compare the documents with their hashes, and the transactions with the documents.

        :param lines: the transactions of this settlement.
        """
        of_document = lines.grouped("document_id")
        undocumented = of_document.pop(self.env["account.settlement.document"], lines.browse())
        said = undocumented.filtered(lambda line: not line.fee_owed)._describe_as(ROW_UNDOCUMENTED)
        documents = self.document_ids
        if not documents:
            said.append(Message(NO_DOCUMENT, {"settlement": self.name, "count": len(lines)}))
        for document in of_document.keys() - set(documents):
            values = {"found": document.name, "booked": ", ".join(documents.mapped("name")) or "–"}
            said.append(Message(NOT_ITS_DOCUMENT, {"count": len(of_document[document]), **values}))
            documents |= document
        told = {}
        for document in documents:
            told[document] = document._get_told_as_received()
            said += document._get_differences(self, of_document.get(document, lines.browse()), told[document])
        return said + self._get_owed_differences(lines.filtered("fee_owed"), told)

    def _get_owed_differences(self, owed, told):
        """Compare the fees that are owed with what the documents tell of them.

        :param owed: the transactions of this settlement that are such fees.
        :param told: ``{document: settlements or None}`` that has been read already.
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
            if document not in told:
                told[document] = document._get_told_as_received()
        if None in told.values():
            # Not all that was told is there to compare with. Where it should be, that is said of the document.
            return []
        reports = [report for settlements in told.values() for one in settlements for report in one.fee_reports]
        keys = {(report.provider_reference or "", report.date, report.fee_type or "") for report in reports}
        known = self._sum_fee_reports(reports)
        said = []
        for line in owed:
            if (line.provider_reference or "", line.date, line.fee_type or "") not in keys:
                found = line._describe_row({"date": line.date, "fee_type": line.fee_type or ""}, line.amount, line.fee)
                said += line._describe_as(OWED_UNTOLD, found=found)
        for reference, rows in (with_others | owed).grouped(lambda line: line.provider_reference or "").items():
            found = -to_decimal(sum(rows.mapped("amount")), self.currency_id)
            booked = known.get(reference, Decimal(0))
            if found != booked:
                said += (rows & owed)[:1]._describe_as(OWED, found=found, booked=booked)
        return said

    @staticmethod
    def _sum_fee_reports(reports):
        """Return ``{provider reference: fee}``: the larger of a payment's single fees together, and its fee as told in
        one sum."""
        entries, totals = {}, {}
        for report in reports:
            reference = report.provider_reference or ""
            if report.is_total:
                totals[reference] = report.fee
            else:
                entries.setdefault(reference, {})[report.external_id] = report.fee
        sums = {reference: sum(single.values(), Decimal(0)) for reference, single in entries.items()}
        return {
            reference: max(sums.get(reference, Decimal(0)), totals.get(reference, Decimal(0)), key=abs)
            for reference in sums.keys() | totals.keys()
        }


class AccountSettlementLine(models.Model):
    _inherit = "account.settlement.line"

    def _describe_row(self, values, amount, fee):
        """Return what a transaction is, or should be, in words.

        :param dict values: of its fields: the date, the order reference, and what else is to be seen.
        """
        values = dict(values)
        amounts = self.env._(
            "%(amount)s with a fee of %(fee)s on %(date)s",
            amount=formatLang(self.env, float(amount)),
            fee=formatLang(self.env, float(fee)),
            date=format_date(self.env, values.pop("date")),
        )
        parts = [values.pop("order_reference", ""), amounts]
        for name, value in values.items():
            field = self._fields[name]
            if field.type == "boolean":
                value = self.env._("Yes") if value else self.env._("No")
            elif field.type == "selection":
                value = dict(field._description_selection(self.env)).get(value, value)
            parts.append(f"{field._description_string(self.env)}: {value or '–'}")
        return ", ".join(filter(None, parts))

    def _get_row_values(self):
        """Return what is compared of a transaction with its row: ``{field: value}``."""
        self.ensure_one()
        values = {"date": self.date, "order_reference": self.order_reference or ""}
        for name in ("amount", "fee", "fee_vat"):
            values[name] = to_decimal(self[name], self.currency_id)
        values["amount_original"] = to_decimal(self.amount_original, self.currency_original_id or self.currency_id)
        values["currency_original_id"] = self.currency_original_id.name or ""
        values["currency_id"] = self.currency_id.name or ""
        values["fee_owed"] = self.fee_owed
        values.update({name: self[name] or "" for name in ROW_TEXTS})
        return values

    def _get_told_values(self, row, currency):
        """Return the same as :meth:`_get_row_values`, as the document has it.

        :param row: :class:`~..providers.records.Transaction`. :param currency: of its settlement.
        """
        values = {"date": row.date, "order_reference": row.order_reference or ""}
        values.update({"amount": row.amount, "fee": row.fee, "fee_vat": row.fee_vat or Decimal(0)})
        values["amount_original"] = row.amount_original or Decimal(0)
        # A currency that Odoo does not have is not stored.
        values["currency_original_id"] = row.currency_original if self.currency_original_id else ""
        values.update({"currency_id": currency, "fee_owed": False})
        values.update({name: str(getattr(row, attribute) or "") for name, attribute in ROW_TEXTS.items()})
        return values


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
