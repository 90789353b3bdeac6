"""What the tests of web orders share: a shop of a platform, its products, and what an accountant reads off."""

from odoo.fields import Command

from ..common import SettlementCase


class WebshopCase(SettlementCase):
    """A shop in Norway whose orders are booked here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.taxes = cls.env["sale.webshop.tax"]._get_chart_taxes(cls.company)
        cls.socks = cls.make_product("SOKK-1", "Ullsokker", "3")
        cls.coffee = cls.make_product("KAFFE-250", "Kaffe 250 g", "31")
        cls.rest = cls.make_product("", "Diverse", "3", type="service")

    @classmethod
    def make_product(cls, sku, name, tax_code, **values):
        values = {
            "name": name,
            "default_code": sku or False,
            "type": "consu",
            "taxes_id": [Command.set(cls.taxes[tax_code].ids)],
            **values,
        }
        return cls.env["product.product"].sudo().create(values).with_env(cls.env)

    @classmethod
    def make_shop(cls, platform="inbox", **values):
        shop = cls.env["sale.webshop"].create(
            {
                "name": f"Eksempelbutikken {platform}",
                "platform": platform,
                "company_id": cls.company.id,
                "start_date": False,
                "fallback_product_id": cls.rest.id,
                **values,
            }
        )
        shop.action_activate()
        shop.action_propose_gift_card_accounts()
        return shop
