from dataclasses import fields

from odoo import models

from ..matching.ledger import NOT_MATCHED
from ..providers.records import Fee, Kind, Transaction
from .money import to_decimal

#: Where a field of a :class:`~..providers.records.Transaction` is stored under another name.
_OTHER_NAMES = {"currency": "currency_id", "currency_original": "currency_original_id", "text": "provider_text"}

#: The fields of a Transaction that are stored: ``{its name: the stored field}``. A field that is added there is stored,
#: matched by and, if it is text, proven without another line of code: only its column is declared on the model.
STORED_FIELDS = {
    field.name: _OTHER_NAMES.get(field.name, field.name)
    for field in fields(Transaction)
    if field.name != "balance_after"
}

#: Those of them that decide where a transaction is booked.
MATCHED_FIELDS = {name: stored for name, stored in STORED_FIELDS.items() if name not in NOT_MATCHED}

#: The texts among these.
MATCHED_TEXTS = {
    field.name: MATCHED_FIELDS[field.name]
    for field in fields(Transaction)
    if field.type in (Kind, str)
    and field.name in MATCHED_FIELDS
    and field.name not in ("currency", "currency_original")
}


class AccountSettlementLine(models.Model):
    """A transaction as the row of a document it was read from: written from it, and read back."""

    _inherit = "account.settlement.line"

    def _prepare_row_vals(self, row, currencies):
        """Return the values to store for a row of a document.

        :param row: :class:`~..providers.records.Transaction`.
        :param currencies: ``{name: id}`` of the currencies Odoo has.
        """
        vals = {stored: getattr(row, name) for name, stored in STORED_FIELDS.items()}
        vals.update(
            {
                "kind": str(row.kind),
                # as pairs, because PostgreSQL keeps an object's names in an order of its own
                "raw": [list(pair) for pair in row.raw.items()],
                "fees": [fee.to_json() for fee in row.fees] or False,
                "time": (row.time - row.time.utcoffset()).replace(tzinfo=None) if row.time else False,
                "currency_id": currencies.get(row.currency, False),
                "currency_original_id": currencies.get(row.currency_original, False),
                "amount_original": row.amount_original or False,
                "rate": row.rate or False,
            }
        )
        return vals

    def _read_row(self):
        """Return the fields of the row that decide where it is booked: values of a Transaction, by name."""
        self.ensure_one()
        return {name: self._read_row_field(stored) for name, stored in MATCHED_FIELDS.items()}

    def _read_row_field(self, name):
        field, value = self._fields[name], self[name]
        if name == "kind":
            return Kind(value)
        if name == "amount_original" and not self.currency_original_id:
            return None
        if name == "fees":
            return tuple(map(Fee.from_json, value or ()))
        if field.type == "monetary":
            return to_decimal(value, self[field.get_currency_field(self)])
        if field.type == "many2one":
            return value.name or ""
        return value or "" if field.type in ("char", "text") else value
