"""Keep by what the buyers of earlier web orders are known; no address that was typed is used by other orders."""

from odoo import SUPERUSER_ID, api

from odoo.addons.settlement_bridge.webshops.buyers import normal_name, normal_vat

BATCH = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    cr.execute("UPDATE sale_order SET webshop_buyer_id = NULL WHERE trim(webshop_buyer_id, '0-') = ''")
    remember(env)
    keep_addresses_apart(cr)


def remember(env):
    """The shop's own numbers count as they did; an e-mail only of customers whom a web order has created."""
    env.cr.execute(
        """
        SELECT orders.company_id, orders.webshop_id, orders.webshop_buyer_id, orders.customer_id,
               bool_or(customer.create_date = orders.create_date)
          FROM (SELECT so.company_id, so.webshop_id, so.webshop_buyer_id, so.create_date, so.id,
                       COALESCE(partner.commercial_partner_id, partner.id) AS customer_id
                  FROM sale_order so
                  JOIN res_partner partner ON partner.id = so.partner_id
                 WHERE so.webshop_event_id IS NOT NULL) orders
          JOIN res_partner customer ON customer.id = orders.customer_id
          JOIN sale_webshop shop ON shop.id = orders.webshop_id
         WHERE shop.collective_partner_id IS DISTINCT FROM orders.customer_id
      GROUP BY orders.company_id, orders.webshop_id, orders.webshop_buyer_id, orders.customer_id
      ORDER BY max(orders.id) DESC
        """
    )
    found = env.cr.fetchall()
    created = {customer for _company, _shop, _number, customer, is_created in found if is_created}
    known, vals_list = set(), []
    customers = env["res.partner"].browse({row[3] for row in found})
    told = {
        customer.id: (
            customer.email_normalized or "",
            normal_name(customer.name) if customer.is_company else "",
            normal_vat(customer.vat) if customer.is_company else "",
        )
        for customer in customers
    }
    for company, shop, number, customer, _is_created in found:
        email, name, vat = told[customer]
        keys = [("number", shop, number)] if number else []
        keys += [("email", False, email)] if email and customer in created else []
        for kind, shop_id, value in keys:
            key = (company, kind, value, shop_id, name, vat)
            if key not in known:
                known.add(key)
                vals_list.append(
                    {
                        "company_id": company,
                        "webshop_id": shop_id,
                        "kind": kind,
                        "value": value,
                        "company_name": name,
                        "vat": vat,
                        "partner_id": customer,
                        "is_created": customer in created,
                    }
                )
    for start in range(0, len(vals_list), BATCH):
        env["sale.webshop.buyer"].create(vals_list[start : start + BATCH])


def keep_addresses_apart(cr):
    """What web orders created as a customer's invoice or delivery address is proposed for no other order."""
    cr.execute(
        """
        UPDATE res_partner address
           SET type = 'other'
          FROM sale_order so
         WHERE address.id IN (so.partner_invoice_id, so.partner_shipping_id)
           AND so.webshop_event_id IS NOT NULL
           AND address.type IN ('invoice', 'delivery')
           AND address.parent_id IS NOT NULL
           AND address.create_date = so.create_date
        """
    )
