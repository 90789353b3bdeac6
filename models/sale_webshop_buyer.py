from odoo import api, fields, models
from odoo.fields import Domain


class SaleWebshopBuyer(models.Model):
    """By what a buyer of a company's shops is known again, and the customer in Odoo that stands for them.

    There is a row for each key that a buyer has given, and for each company they have bought for. What a guest types
    meets only customers that are named here: those the shops' orders created, and those that a person has chosen.
    """

    _name = "sale.webshop.buyer"
    _description = "Buyer of a Webshop"
    _rec_name = "value"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    webshop_id = fields.Many2one(
        "sale.webshop",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="The shop whose number it is. An e-mail address counts in all shops of the company.",
    )
    kind = fields.Selection(
        [("number", "Customer number in the shop"), ("email", "E-mail"), ("order", "Order of a guest without e-mail")],
        required=True,
        readonly=True,
    )
    value = fields.Char(required=True, readonly=True)
    company_name = fields.Char(
        required=True, default="", readonly=True, help="Of the company bought for, in the form that is compared."
    )
    vat = fields.Char(
        string="VAT Number",
        required=True,
        default="",
        readonly=True,
        help="Of the company bought for, in the form that is compared.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade", index=True
    )
    is_created = fields.Boolean(readonly=True, help="The customer was created from an order of the shop.")

    _buyer_uniq = models.UniqueIndex(
        "(company_id, kind, value, COALESCE(webshop_id, 0), company_name, vat)",
        "This buyer is known already.",
    )

    @api.model
    def _find(self, webshop, identity):
        """Return the rows that a buyer may be known by, those that fit best first.

        :param identity: :class:`~..webshops.buyers.Identity`.
        """
        keys = Domain.OR(self._get_key_domain(webshop, kind, value) for kind, value in identity.keys)
        found = self.search(Domain("company_id", "=", webshop.company_id.id) & keys)
        found = found.filtered(lambda row: identity.is_known_as(row.kind, row.company_name, row.vat))
        # the shop's own number before an e-mail, the very same company before one of which less is known
        return found.sorted(lambda row: (row.kind != "number", row.vat != identity.vat, -row.id))

    @staticmethod
    def _get_key_domain(webshop, kind, value):
        shop = False if kind == "email" else webshop.id
        return Domain([("kind", "=", kind), ("value", "=", value), ("webshop_id", "=", shop)])

    @api.model
    def _remember(self, webshop, identity, partner, known, is_created):
        """Keep by what a buyer is known from now on.

        :param known: the rows :meth:`_find` gave.
        :return: those of them that say the very same: they keep their customer.
        """
        told = (identity.company, identity.vat)
        same = {row.kind: row for row in known if (row.company_name, row.vat) == told}
        self.create(
            [
                {
                    "company_id": webshop.company_id.id,
                    "webshop_id": False if kind == "email" else webshop.id,
                    "kind": kind,
                    "value": value,
                    "company_name": identity.company,
                    "vat": identity.vat,
                    "partner_id": partner.id,
                    "is_created": is_created,
                }
                for kind, value in identity.keys
                if kind not in same
            ]
        )
        return self.browse(row.id for row in same.values())
