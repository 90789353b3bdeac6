from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging customers answers who a new buyer is, and a customer of before is not one that a shop created."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        Order, Buyer = self.env["sale.order"].sudo(), self.env["sale.webshop.buyer"].sudo()
        asked = Order.search(
            [
                ("webshop_similar_partner_id", "!=", False),
                "|",
                ("partner_id", "in", partner_ids),
                ("webshop_similar_partner_id", "in", partner_ids),
            ]
        )
        customers = {order: order.partner_id.id for order in asked}
        rows = Buyer.search([("partner_id", "in", partner_ids)])
        buyers = {row: row.partner_id.id for row in rows}
        created = set(rows.filtered("is_created").partner_id.ids)
        result = super()._merge(partner_ids, dst_partner=dst_partner, extra_checks=extra_checks)
        # Odoo writes to the tables
        asked.invalidate_recordset()
        rows.invalidate_recordset()
        asked.filtered(
            lambda order: (
                order.partner_id.id != customers[order] or order.partner_id == order.webshop_similar_partner_id
            )
        ).webshop_similar_partner_id = False
        rows.filtered(
            lambda row: row.partner_id.id != buyers[row] and row.partner_id.id not in created
        ).is_created = False
        return result
