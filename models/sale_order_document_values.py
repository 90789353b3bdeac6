from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.fields import Command

from ..common.messages import SettlementError
from ..invoicing.dates import document_date
from .money import to_decimal, to_rate

#: Kinds of lines whose VAT an amount without lines is credited with.
OF_RATE = ("product", "shipping", "fee")
#: The shop's account of each kind of line that is no income.
ACCOUNTS = {
    "gift_card": "gift_card_account_id",
    "tip": "tip_account_id",
    "rounding": "rounding_account_id",
}


class SaleOrder(models.Model):
    """The values of one invoice or credit note: its date, its lines and their accounts."""

    _inherit = "sale.order"

    def _prepare_webshop_document(self, document):
        webshop = self.webshop_id
        event_date = self._get_local_date(document.time)
        values = self._prepare_invoice()
        journal = webshop._get_sale_journal()
        credited = document.is_credit_note and self._get_credited_invoice(document)
        values.update(
            {
                "move_type": "out_refund" if document.is_credit_note else "out_invoice",
                "invoice_date": self._get_document_date(event_date, journal, credited),
                "journal_id": journal.id,
                "webshop_id": webshop.id,
                "webshop_order_id": self.id,
                "webshop_document_key": document.key,
                "webshop_date": event_date,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [Command.create(vals) for vals in self._prepare_webshop_parts(document)],
            }
        )
        if document.is_credit_note:
            values["reversed_entry_id"] = credited.id
            values["transaction_ids"] = []
        else:
            values["delivery_date"] = event_date
        return values

    def _get_time_zone(self):
        return self.company_id.partner_id.tz or self.webshop_id.time_zone

    def _get_local_date(self, moment):
        """The day something happened, where the company is: late in the evening in UTC is the next day in Norway."""
        return moment.astimezone(ZoneInfo(self._get_time_zone())).date()

    def _get_document_date(self, event_date, journal, credited=None):
        """Return the date of a document for what happened on ``event_date``.

        :param credited: the invoice that a credit note belongs to: goods refunded before they were invoiced do not
            lower the VAT of a term before that of their sale.
        :raises SettlementError: when today itself is locked.
        """
        if credited and credited.invoice_date:
            event_date = max(event_date, credited.invoice_date)
        company = self.company_id
        today = fields.Date.context_today(self.with_context(tz=self._get_time_zone()))
        date = document_date(event_date, today, int(company.vat_term_months), company.tax_lock_date or None)
        if date != today and company._get_violated_lock_dates(date, True, journal):
            date = today
        if locks := company._get_violated_lock_dates(date, True, journal):
            raise SettlementError(
                "document_date_locked",
                date=max(lock[0] for lock in locks),
                order=self.webshop_reference or self.name,
                amount=to_decimal(self.webshop_total or self.amount_total, self.currency_id),
            )
        return date

    def _get_credited_invoice(self, document):
        """The invoice a credit note belongs to: the latest that holds what is credited."""
        invoices = self._get_webshop_moves().filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )
        line_ids = {part.line_id for part in document.parts if part.line_id}
        holding = invoices.filtered(lambda move: line_ids & {part.line_id for part in move._get_webshop_parts()})
        return (holding or invoices).sorted("id")[-1:]

    def _prepare_webshop_parts(self, document):
        """Return the values of the invoice lines, each with exactly the planned amounts."""
        by_id = {line.webshop_line_id: line for line in self.order_line if line.webshop_line_id}
        invoiced = self._get_invoiced_lines()
        vals_list = []
        for sequence, part in enumerate(document.parts):
            line = by_id.get(part.line_id)
            if part.line_id:
                earlier = invoiced.get((part.line_id, part.rate))
            else:
                earlier = self._get_invoiced_line_of_rate(invoiced, part.rate, part.amount)
            model = line or (earlier and earlier.sale_line_ids[:1]) or self._get_line_of_rate(part.rate, part.amount)
            if not model and not earlier:
                raise SettlementError(
                    "no_line_of_rate",
                    rate=f"{part.rate.normalize():f}",
                    amount=part.amount,
                )
            taxes = earlier.tax_ids if earlier else model.tax_ids
            name = line.name if line else self.env._("Refund")
            values, quantity = self.env["sale.order.line"]._prepare_exact_amounts(
                name, taxes, abs(float(part.quantity)), part.amount, part.tax, self.currency_id
            )
            values = {
                **(model or earlier.sale_line_ids[:1])._prepare_invoice_line(),
                **values,
                "quantity": quantity,
                "sequence": sequence,
                "sale_line_ids": [Command.set(line.ids if line else [])],
            }
            if account := earlier.account_id if earlier else self._get_webshop_account(model, taxes):
                values["account_id"] = account.id
            vals_list.append(values)
        return vals_list

    def _get_invoiced_lines(self):
        """Return the latest invoice line of each order line and rate."""
        result = {}
        for move in self._get_webshop_moves().filtered(lambda move: move.move_type == "out_invoice").sorted("id"):
            for line in move._get_webshop_lines():
                result[line.sale_line_ids[:1].webshop_line_id or "", to_rate(line.tax_ids)] = line
        return result

    def _get_invoiced_line_of_rate(self, invoiced, rate, amount):
        """The largest invoiced line with this VAT: an amount without lines is credited like it, whatever tax the order
        has by now.

        :param dict invoiced: as :meth:`_get_invoiced_lines` gives them.
        :raises SettlementError: naming the amount, when the lines of this rate have several taxes.
        """
        lines = self.env["account.move.line"].concat(*(line for key, line in invoiced.items() if key[1] == rate))
        lines = lines.filtered(lambda line: not line.sale_line_ids or line.sale_line_ids[:1].webshop_kind in OF_RATE)
        return self._get_largest(lines, rate, amount)

    def _get_line_of_rate(self, rate, amount):
        """The largest line of the order with this VAT, where nothing with it is invoiced.

        :raises SettlementError: naming the amount, when the lines of this rate have several taxes.
        """
        lines = self.order_line.filtered(lambda line: line.webshop_kind in OF_RATE and to_rate(line.tax_ids) == rate)
        return self._get_largest(lines, rate, amount)

    def _get_largest(self, lines, rate, amount):
        if len(lines.tax_ids) > 1:
            raise SettlementError(
                "refund_tax_ambiguous",
                amount=amount,
                rate=f"{rate.normalize():f}",
                taxes=", ".join(lines.tax_ids.mapped("display_name")),
            )
        return lines.sorted(lambda line: (-line.price_total, line.id))[:1]

    def _get_account_problems(self, shop_order):
        """Return what is said of the accounts that lines of this order need and the shop has not, each once.

        :param shop_order: :class:`~..webshops.records.Order`.
        """
        needed = {ACCOUNTS[line.kind] for line in shop_order.lines if line.kind in ACCOUNTS and line.amount}
        problems = []
        for name in sorted(needed):
            try:
                self.webshop_id._get_account(name)
            except SettlementError as error:
                problems.append(error.message)
        return problems

    def _get_webshop_account(self, line, taxes):
        """The account of a line, where its product does not say: a debt, or the income account of its VAT.

        :raises SettlementError: when it is not set.
        """
        webshop = self.webshop_id
        if line.webshop_kind in ACCOUNTS:
            return webshop._get_account(ACCOUNTS[line.webshop_kind])
        if line.product_id == webshop.fallback_product_id and webshop.fallback_account_id:
            return webshop.fallback_account_id
        if line.product_id.product_tmpl_id.property_account_income_id:
            return self.env["account.account"]
        return webshop.tax_rule_ids.filtered(lambda rule: rule.account_id and rule.tax_id == taxes)[:1].account_id
