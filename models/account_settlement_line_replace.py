from odoo import fields, models

from ..common.messages import Message


class AccountSettlementLine(models.Model):
    """A transaction that counts no more, as the better document does not have it."""

    _inherit = "account.settlement.line"

    is_unexplained = fields.Boolean(
        readonly=True, help="What no row of the document explains: a person accepted that the payout is right."
    )
    is_replaced = fields.Boolean(
        readonly=True, help="A better document does not have it. It had been undone, and counts no more."
    )

    def _take_out(self, document):
        """Let unbooked transactions count no more, as a better document does not have them.

        :return: those that were booked and undone; they keep the links to their vouchers. The others are deleted.
        """
        booked = self.filtered("move_line_ids")
        (self - booked).unlink()
        said = Message("row_replaced", {"document": document.name})
        booked.write({"is_replaced": True, "status": "excluded", "explanation_data": [said.to_json()]})
        return booked

    def _read_again(self, settlement, document):
        """Let unbooked transactions be as a better document has them; they count again if they had been replaced.

        :param settlement: :class:`~..providers.records.Settlement` in that document.
        """
        rows = {row.external_id: row for row in settlement.transactions}
        currencies = self.settlement_id[:1]._get_row_currencies(settlement.transactions)
        for line in self:
            vals = self._prepare_row_vals(rows[line.external_id], currencies)
            line.write({**vals, "currency_id": line.currency_id.id, "document_id": document.id})
        self.filtered("is_replaced").write({"is_replaced": False, "status": "new", "explanation_data": False})
