"""Web orders, from the stored document to the posted invoice, beside Odoo making the same documents one by one.

The same orders for both: three lines of two VAT rates, each of a customer of its own, captured and sent. A worker is a
process that runs the scheduled actions as Odoo's own cron worker does.
"""

import datetime
import os
import sys
import time
from dataclasses import replace

from bench_report import get_peak, reset_peak

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.sql_db import close_all

from odoo.addons.settlement_bridge.pure_tests.samples import webshop_orders
from odoo.addons.settlement_bridge.pure_tests.servers.woocommerce import WooCommerceServer
from odoo.addons.settlement_bridge.webshops.records import RawOrder, Reference, ReferenceKind

#: Scheduled actions of a worker.
CRONS = ("ir_cron_webshop_events", "ir_cron_webshop_documents")

#: Payloads are stored so many at a time, as fetching does.
STORED_TOGETHER = 500


def make_products(env):
    """Make the products of the orders; return the one for the rest."""
    taxes = env["sale.webshop.tax"]._get_chart_taxes(env.company)
    values = (("SOKK-1", "Ullsokker", "3"), ("KAFFE-250", "Kaffe 250 g", "31"), (False, "Diverse", "3"))
    products = env["product.product"].create(
        [
            {
                "default_code": sku,
                "name": name,
                "type": "service" if not sku else "consu",
                "taxes_id": [Command.set(taxes[code].ids)],
                "invoice_policy": "order",
            }
            for sku, name, code in values
        ]
    )
    return products[-1]


def make_shop(env, number, rest, count):
    """Make a shop, with a journal of its own, that has sent ``count`` orders, none of them read; return it."""
    journal = env["account.journal"].create({"name": f"Butikk {number}", "code": f"BU{number}", "type": "sale"})
    shop = env["sale.webshop"].create(
        {
            "name": f"Butikk {number}",
            "platform": "woocommerce",
            "journal_id": journal.id,
            "start_date": False,
            "fallback_product_id": rest.id,
        }
    )
    shop.action_activate()
    for start in range(0, count, STORED_TOGETHER):
        raw_orders = list(_compose(number, range(start, min(start + STORED_TOGETHER, count))))
        env["sale.webshop.event"].sudo()._store_raw(shop, raw_orders, "asked")
    return shop


def _compose(shop_number, numbers):
    server = WooCommerceServer()
    for number in numbers:
        order_id = str(shop_number * 1_000_000 + number)
        order = webshop_orders.sent_order(
            external_id=order_id,
            number=order_id,
            references=(Reference(ReferenceKind.PROVIDER_REFERENCE, f"woo-{order_id}"),),
        )
        name = f"Kunde {order_id}"
        address = replace(order.billing, name=name, street=f"Gate {number}")
        buyer = replace(order.buyer, name=name, email=f"kunde{order_id}@example.com")
        server.put(replace(order, buyer=buyer, billing=address, shipping=address))
        yield RawOrder(order_id, order.changed_at, server.document(order_id))


def make_by_odoo(env, count):
    """Let Odoo make customers, orders and invoices, one by one as a user or a plain connector would.

    :return: the seconds.
    """
    products = [
        env["product.product"].search([("default_code", "=", sku)], limit=1) for sku in ("SOKK-1", "KAFFE-250")
    ]
    rest = env["product.product"].search([("name", "=", "Diverse")], limit=1)
    started = time.perf_counter()
    for number in range(count):
        name = f"Odoo-kunde {number}"
        partner = env["res.partner"].create(
            {
                "name": name,
                "email": f"odoo{number}@example.com",
                "street": f"Gate {number}",
                "zip": "0155",
                "city": "Oslo",
                "country_id": env.ref("base.no").id,
            }
        )
        lines = ((products[0], 2, 143.28), (products[1], 1, 100.96), (rest, 1, 63.2))
        order = env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": f"ODOO-{number}",
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": quantity, "price_unit": price})
                    for product, quantity, price in lines
                ],
            }
        )
        order.action_confirm()
        order._create_invoices().action_post()
        env.cr.commit()
    return time.perf_counter() - started


def run_workers(registry, functions):
    """Run functions, each given an environment, in processes of their own at once; return the seconds of all."""
    started = time.perf_counter()
    processes = []
    for function in functions:
        sys.stdout.flush()
        process = os.fork()
        if not process:
            status = 1
            try:
                close_all()
                function()
                status = 0
            finally:
                os._exit(status)
        processes.append(process)
    for process in processes:
        if os.waitpid(process, 0)[1]:
            sys.exit("bench: a worker failed; see the log.")
    return time.perf_counter() - started


def run_scheduled(registry, crons=CRONS, is_done=lambda env: True):
    """Run scheduled actions until there is nothing left for them."""
    company_context = {"lang": "en_US"}
    while True:
        for name in crons:
            with registry.cursor() as cursor:
                env = api.Environment(cursor, SUPERUSER_ID, company_context)
                env.ref(f"settlement_bridge.{name}").method_direct_trigger()
        with registry.cursor() as cursor:
            if is_done(api.Environment(cursor, SUPERUSER_ID, company_context)):
                return
