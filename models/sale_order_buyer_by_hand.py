from odoo import fields, models

from ..webshops.buyers import identity_of
from .own_writes import as_others, is_own

#: Whom an order is for.
PARTNERS = ("partner_id", "partner_invoice_id", "partner_shipping_id")


class SaleOrder(models.Model):
    """The customer and addresses that a person has chosen on a web order, instead of those its buyer has."""

    _inherit = "sale.order"

    webshop_is_customer_by_hand = fields.Boolean(
        readonly=True,
        copy=False,
        help="A person has chosen the customer or an address: it stays until the shop tells of another.",
        groups="account.group_account_invoice",
    )

    def write(self, vals):
        """A customer or an address that a person chooses stays; who the buyer perhaps is, is not asked of theirs."""
        if is_own(self):
            return super(SaleOrder, as_others(self)).write(vals)
        chosen = {name: vals[name] for name in PARTNERS if name in vals}
        if not chosen:
            return super().write(vals)
        reported = self.sudo().filtered("webshop_is_reported")
        changed = reported.filtered(lambda order: any(order[name].id != value for name, value in chosen.items()))
        asked = changed.filtered(lambda order: "partner_id" in chosen and order.partner_id.id != chosen["partner_id"])
        result = super().write(vals)
        changed.webshop_is_customer_by_hand = True
        asked.webshop_similar_partner_id = False
        return result

    def _follow_webshop_buyer(self, webshop, order, last):
        """Put the order on its buyer, as the shop tells of them now.

        What a person has chosen stays, until the shop tells of another buyer or address than before.

        :param order: :class:`~..webshops.records.Order`. :param last: the ``sale.webshop.event`` of before.
        """
        values = None
        if self.webshop_is_customer_by_hand:
            if not last or last.content_removed_on:
                return
            told = last._parse()
            if identity_of(told) == identity_of(order):
                values = self._prepare_webshop_addresses(webshop, order, told)
            else:
                self.webshop_is_customer_by_hand = False
                self.message_post(
                    body=self.env._(
                        "The shop tells of another buyer than before, so the customer and the addresses that were "
                        "chosen by hand are replaced by those of the shop. Choose them again if they were right."
                    )
                )
        if values is None:
            values = self._prepare_webshop_partners(webshop, order, self.partner_id)
        self._write_webshop_partners(values)

    def _prepare_webshop_addresses(self, webshop, order, told):
        """Return the addresses that the shop tells differently from before, as contacts of the customer chosen here.

        :param order: :class:`~..webshops.records.Order`. :param told: likewise, as it was told before.
        """
        values = {}
        if order.billing != told.billing:
            billing = webshop._get_address(self.partner_id, order.billing, order.buyer.email)
            values["partner_invoice_id"] = billing.id
        shipping = order.shipping or order.billing
        if shipping != (told.shipping or told.billing):
            values["partner_shipping_id"] = webshop._get_address(self.partner_id, shipping).id
        return values
