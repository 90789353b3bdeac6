from odoo import fields, models
from odoo.exceptions import UserError

from ..webshops.buyers import identity_of
from .sale_order_buyer_by_hand import PARTNERS


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

        :raises UserError: when that customer cannot be used any more.
        """
        for order in self._may_decide():
            order._check_similar()
            order._let_buyer_be(order.webshop_similar_partner_id)

    def _check_similar(self):
        """Refuse a customer that became another one since it was asked.

        :raises UserError: saying what to do.
        """
        wanted = self.webshop_similar_partner_id
        if not wanted:
            raise UserError(
                self.env._("The customer that looked the same as that of %s is gone. Reload the page.", self.name)
            )
        if wanted.company_id and wanted.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "The customer that looks the same as that of %s belongs to another company now, so its orders "
                    "cannot be put there. Press Somebody Else.",
                    self.name,
                )
            )
        if not wanted.active:
            raise UserError(
                self.env._(
                    "%(customer)s, who looks the same as the customer of %(order)s, is archived. Press Somebody Else, "
                    "or unarchive that customer and press Use This Customer again.",
                    customer=wanted.name,
                    order=self.name,
                )
            )
        if wanted.commercial_partner_id != wanted:
            raise UserError(
                self.env._(
                    "%(customer)s, who looks the same as the customer of %(order)s, is a contact of %(company)s now, "
                    "which would be invoiced. Press Somebody Else, or take the contact out of the company and press "
                    "Use This Customer again.",
                    customer=wanted.name,
                    order=self.name,
                    company=wanted.commercial_partner_id.name,
                )
            )
        if self.webshop_event_id.content_removed_on:
            raise UserError(
                self.env._(
                    "What the shop told of %s is removed, so nobody knows by what its buyer is known again. Press "
                    "Somebody Else.",
                    self.name,
                )
            )

    def _let_buyer_be(self, wanted):
        """Put the buyer of this order, as it was told in the shop, on another customer from now on.

        Whoever else is on the order's customer stays: it may have been chosen by hand, or merged into another buyer's.
        """
        Buyer, webshop = self.env["sale.webshop.buyer"], self.webshop_id
        identity = identity_of(self.webshop_event_id._parse())
        known = Buyer._find(webshop, identity)
        usable = known.filtered(lambda row: webshop._is_usable(row.partner_id, self.partner_id))
        before = (usable or known)[:1].partner_id
        # an e-mail address that is another buyer's stays theirs
        rows = known.filtered(lambda row: row.partner_id == before or row not in usable)
        created = rows.filtered(lambda row: row.is_created and row.partner_id == before).partner_id - wanted
        rows.write({"partner_id": wanted.id, "is_created": False})
        Buyer._remember(webshop, identity, wanted, known, is_created=False)
        moved = self._put_on_their_buyers(before)
        said = self.env._("%s has confirmed that the buyer is a customer of before.", self.env.user.name)
        for order in moved | self:
            order.webshop_similar_partner_id = False
            order.message_post(body=said)
        if created:
            self._archive_if_unused(created)

    def _put_on_their_buyers(self, before):
        """Put this order, and those of a customer, on who their buyers are now; what is invoiced stays, and what a
        person has put there.

        :return: those that have another customer now.
        """
        of_before = self.search(
            [
                ("webshop_id", "!=", False),
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", before.id),
                ("webshop_is_customer_by_hand", "=", False),
            ]
        )
        moved = self.browse()
        for order in self | of_before:
            if not order.webshop_is_reported or order.webshop_event_id.content_removed_on or order._get_webshop_moves():
                continue
            current, shop_order = order.partner_id, order.webshop_event_id._parse()
            order._write_webshop_partners(order._prepare_webshop_partners(order.webshop_id, shop_order, current))
            order.webshop_is_customer_by_hand = False
            if order.partner_id != current:
                moved |= order
        return moved

    def _archive_if_unused(self, partner):
        """Archive a customer that was created for a buyer who turned out to be another one, and has nothing."""
        family = partner.with_context(active_test=False).search([("id", "child_of", partner.id)])
        is_used = (
            any(self.search_count([(name, "in", family.ids)], limit=1) for name in PARTNERS)
            or self.env["sale.webshop.buyer"].search_count([("partner_id", "in", family.ids)], limit=1)
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
