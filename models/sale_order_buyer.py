from odoo import fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """A new buyer who looks like a customer of before: a person says whether they are the same."""

    _inherit = "sale.order"

    webshop_similar_partner_id = fields.Many2one(
        "res.partner",
        string="Perhaps the Same Customer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="account.group_account_invoice",
        help="Has the organisation number, the name or the e-mail that was typed in the shop.",
    )

    def action_webshop_use_similar(self):
        """A person has confirmed who the buyer is: their orders go to that customer from now on.

        So do the orders that are here and not invoiced yet; what is invoiced stays as posted. A customer who is left
        without orders is archived.

        :raises UserError: when there is no such customer any more.
        """
        for order in self._may_decide():
            wanted, before = order.webshop_similar_partner_id, order.partner_id.commercial_partner_id
            if not wanted.active or wanted == before:
                raise UserError(
                    self.env._("The customer that looked the same as that of %s is gone. Reload the page.", order.name)
                )
            order._let_buyer_be(wanted, before)

    def _let_buyer_be(self, wanted, before):
        """Put the buyer of this order, as it was told in the shop, on another customer from now on."""
        company = self.company_id
        rows = self.env["sale.webshop.buyer"].search(
            [("partner_id", "=", before.id), ("company_id", "=", company.id)],
        )
        rows.write({"partner_id": wanted.id, "is_created": False})
        orders = self.search(
            [("webshop_id", "!=", False), ("company_id", "=", company.id), ("partner_id", "=", before.id)]
        )
        orders.webshop_similar_partner_id = False
        for order in orders.filtered(lambda order: order.webshop_is_reported and not order._get_webshop_moves()):
            if not order.webshop_event_id.content_removed_on:
                shop_order = order.webshop_event_id._parse()
                values = order._prepare_webshop_partners(order.webshop_id, shop_order, order.partner_id)
                order._write_webshop_partners(values)
        moved = orders.filtered(lambda order: order.partner_id != before)
        said = self.env._("%s has confirmed that the buyer is a customer of before.", self.env.user.name)
        for order in moved | self:
            order.message_post(body=said)
        self._archive_if_unused(before)

    def _archive_if_unused(self, partner):
        """Archive a customer that was created for a buyer who turned out to be another one, and has nothing."""
        family = partner.with_context(active_test=False).search([("id", "child_of", partner.id)])
        names = ("partner_id", "partner_invoice_id", "partner_shipping_id")
        is_used = (
            any(self.search_count([(name, "in", family.ids)], limit=1) for name in names)
            or self.env["account.move.line"].search_count([("partner_id", "in", family.ids)], limit=1)
            or self.env["account.settlement.line"].search_count([("partner_id", "in", family.ids)], limit=1)
            or family.user_ids
        )
        if not is_used:
            family.active = False

    def action_webshop_keep_buyer(self):
        """A person has said that the buyer is not the customer they look like."""
        self._may_decide().webshop_similar_partner_id = False

    def _say_similar(self):
        """Note on new orders whose buyer may be a customer of before; without names, which may have to be erased."""
        said = self.env._(
            "The buyer is new, but looks like a customer of before. What was typed in the shop is no proof, so the "
            "order is on a customer of its own. Press Use This Customer if they are the same."
        )
        for order in self.filtered("webshop_similar_partner_id"):
            order.message_post(body=said)
