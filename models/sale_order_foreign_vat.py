from odoo import models

from ..common.messages import Message
from ..invoicing.without_vat import without_vat
from ..webshops.records import ZERO
from .foreign_vat import FOREIGN_VAT
from .money import to_decimal, to_rate
from .written_language import in_written_language


class SaleOrder(models.Model):
    """VAT that the shop charged outside the VAT area: said on the invoice, or none where a person has said so."""

    _inherit = "sale.order"

    def _without_vat_not_owed(self, shop_order):
        """Return the order as it is booked: without VAT on lines whose tax here is 0 %, though the shop names a rate.

        What is invoiced stays as it was decided then.

        :param shop_order: :class:`~..webshops.records.Order`.
        """
        if not any(line.rate for line in shop_order.lines) or not self.webshop_id._get_place(shop_order).is_abroad:
            return shop_order
        here = {line.webshop_line_id: to_rate(line.tax_ids) for line in self.order_line if line.webshop_line_id}
        here.update({line_id: rate for line_id, rate in self._get_invoiced_lines() if line_id})
        ids = {line.external_id for line in shop_order.lines if line.rate and here.get(line.external_id) == 0}
        return without_vat(shop_order, ids)

    def _get_tax_as_invoiced(self, line, problem):
        """Return the tax a line was invoiced with, or none: what is credited of it needs no new decision.

        :param line: :class:`~..webshops.records.OrderLine`. :param Message problem: why it has no tax now.
        """
        invoiced = self._get_invoiced_lines()
        found = invoiced.get((line.external_id, line.rate))
        if not found and problem.code == FOREIGN_VAT:
            found = invoiced.get((line.external_id, ZERO))
        return found.tax_ids if found else self.env["account.tax"]

    def _note_vat_outside_area(self, moves, shop_order):
        """Say on new invoices, and on their order, that VAT was charged for goods to Svalbard or Jan Mayen."""
        place = self.webshop_id._get_place(shop_order)
        if not (place.is_abroad and place.is_home):
            return
        address = shop_order.shipping if shop_order.shipping.country else shop_order.billing
        for move in moves.filtered(lambda move: move.move_type == "out_invoice" and move.amount_tax):
            note = Message(
                "vat_charged_outside_area",
                {
                    "order": shop_order.number,
                    "tax": to_decimal(move.amount_tax, move.currency_id),
                    "place": " ".join(filter(None, (address.postcode, address.city))),
                },
            )
            body = in_written_language(self).env["settlement.message"]._render(note)
            for record in (move, self):
                record.message_post(body=body)
