from decimal import Decimal

from odoo import models
from odoo.tools import format_date, formatLang

from ..common.messages import Message
from .account_settlement_document_proof import ROW_TEXTS
from .money import to_decimal


class AccountSettlementLine(models.Model):
    _inherit = "account.settlement.line"

    def _describe_row(self, values, amount, fee):
        """Return in words what a transaction is, or should be.

        :param dict values: of its fields: the date, the order reference, and others to show.
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
        """Return the values of a transaction that are compared with its row: ``{field: value}``."""
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

    def _get_reported_values(self, row, currency):
        """Return the values of :meth:`_get_row_values` as the document has them.

        :param row: :class:`~..providers.records.Transaction`. :param currency: of its settlement.
        """
        values = {"date": row.date, "order_reference": row.order_reference or ""}
        values.update({"amount": row.amount, "fee": row.fee, "fee_vat": row.fee_vat or Decimal(0)})
        values["amount_original"] = row.amount_original or Decimal(0)
        # A currency that Odoo does not have is not stored.
        values["currency_original_id"] = row.currency_original if self.currency_original_id else ""
        values.update({"currency_id": currency, "fee_owed": False})
        values.update({name: str(getattr(row, attribute) or "") for name, attribute in ROW_TEXTS.items()})
        if self.content_removed_on:
            values["provider_text"] = ""
        return values

    def _describe_as(self, code, **values):
        """Return a sentence on each of these transactions."""
        return [
            Message(
                code,
                {
                    "row": line.provider_reference or line.external_id,
                    "amount": to_decimal(line.amount, line.currency_id),
                    **values,
                },
            )
            for line in self
        ]
