"""Web orders, from the stored document to the posted invoice, beside Odoo making the same documents one by one.

The same orders for both: three lines of two VAT rates, each of a customer of its own, captured and sent. A worker is a
process that runs the scheduled actions as Odoo's own cron worker does.
"""

import os
import sys
import time
from dataclasses import replace

from bench_report import get_peak, report_orders, reset_peak, tell

from odoo import SUPERUSER_ID, api, sql_db
from odoo.fields import Command

from odoo.addons.settlement_bridge.pure_tests.samples import webshop_orders
from odoo.addons.settlement_bridge.pure_tests.servers.woocommerce import WooCommerceServer
from odoo.addons.settlement_bridge.webshops.records import RawOrder, Reference, ReferenceKind

READING, DOCUMENTS = "ir_cron_webshop_events", "ir_cron_webshop_documents"

#: The scheduled actions of each worker. Odoo lets one worker at a time run an action, so two share them between them.
WORKERS = {
    "one worker": ((READING, DOCUMENTS),),
    "two workers": ((READING,), (DOCUMENTS,)),
}

#: Seconds until a worker whose action has nothing to do is woken again.
WAKING = 0.2

#: Payloads are stored so many at a time, as fetching does.
STORED_TOGETHER = 500


def make_products(env):
    """Make the products of the orders, the last of them the one for the rest."""
    taxes = env["sale.webshop.tax"]._get_chart_taxes(env.company)
    values = (("SOKK-1", "Ullsokker", "3"), ("KAFFE-250", "Kaffe 250 g", "31"), (False, "Diverse", "3"))
    env["product.product"].create(
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


def make_shop(env, number, count):
    """Make a shop, with a journal of its own, that has sent ``count`` orders, none of them read; return it."""
    journal = env["account.journal"].create({"name": f"Butikk {number}", "code": f"BU{number}", "type": "sale"})
    shop = env["sale.webshop"].create(
        {
            "name": f"Butikk {number}",
            "platform": "woocommerce",
            "journal_id": journal.id,
            "start_date": False,
            "fallback_product_id": get_product(env, "Diverse").id,
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


def get_product(env, name):
    """Return the product of this name."""
    return env["product.product"].search([("name", "=", name)], limit=1)


def make_by_odoo(env, count, prefix):
    """Let Odoo make customers, orders and invoices, one by one as a user or a plain connector would.

    :return: the seconds.
    """
    lines = [
        (get_product(env, name), quantity, price)
        for name, quantity, price in (("Ullsokker", 2, 143.28), ("Kaffe 250 g", 1, 100.96), ("Diverse", 1, 63.2))
    ]
    started = time.perf_counter()
    for number in range(count):
        name = f"{prefix} {number}"
        partner = env["res.partner"].create(
            {
                "name": name,
                "email": f"{prefix}{number}@example.com",
                "street": f"Gate {number}",
                "zip": "0155",
                "city": "Oslo",
                "country_id": env.ref("base.no").id,
            }
        )
        order = env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": f"{prefix}-{number}",
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


def work(registry, crons):
    """Run scheduled actions, as a cron worker of Odoo does, until no order is left for them.

    :param crons: their names. Reading is done when nothing is unread; booking when nothing is left of both.
    """
    while True:
        for name in crons:
            with registry.cursor() as cursor:
                if get_environment(cursor).ref(f"settlement_bridge.{name}").method_direct_trigger() is not True:
                    sys.exit(f"bench: {name} ended with an error; see the log.")
        with registry.cursor() as cursor:
            env = get_environment(cursor)
            is_read = not env["sale.webshop.event"].search_count([("state", "=", "new")], limit=1)
            is_booked = DOCUMENTS not in crons or not env["sale.order"].search_count(
                [("webshop_check", "=", True)], limit=1
            )
        if is_read and is_booked:
            return
        if READING not in crons:
            time.sleep(WAKING)


def work_beside_each_other(registry, workers):
    """Let workers, given as the scheduled actions of each, run in processes of their own; return ``(seconds, peak)``.

    :return: the seconds until the last has ended, and the largest peak of memory of one of them in MB.
    """
    sys.stdout.flush()
    started = time.perf_counter()
    pipes = []
    for crons in workers:
        reader, writer = os.pipe()
        if not os.fork():
            status = 1
            try:
                # what is connected belongs to the process that goes on; it is neither used nor closed here
                _inherited = (sql_db._Pool, registry._db)
                sql_db._Pool = None
                registry._db = sql_db.db_connect(registry.db_name)
                reset_peak()
                work(registry, crons)
                os.write(writer, str(round(get_peak())).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(writer)
        pipes.append(reader)
    peaks = []
    for reader in pipes:
        with os.fdopen(reader) as stream:
            peaks.append(stream.read())
        if os.wait()[1]:
            sys.exit("bench: a worker failed; see the log.")
    return time.perf_counter() - started, max(map(int, peaks))


def get_environment(cursor):
    """Return an environment as scheduled actions have it."""
    return api.Environment(cursor, SUPERUSER_ID, {"lang": "en_US"})


def measure_orders(env, options, transaction):
    """Read and invoice a shop's orders by one worker and by two, and as many by Odoo alone; return the figures."""
    registry, count = env.registry, options.orders
    tell(f"making {options.core_orders} orders and invoices one by one with Odoo")
    with transaction(env) as step:
        make_products(step)
    with transaction(env) as step:
        make_by_odoo(step, 10, "warm")
        core_seconds = make_by_odoo(step, options.core_orders, "core")
    seconds, peaks = {}, []
    for number, (label, workers) in enumerate(WORKERS.items(), 1):
        tell(f"storing {count} orders of a shop")
        with transaction(env) as step:
            shop_id = make_shop(step, number, count).id
        with transaction(env) as step:
            step.cr.execute("ANALYZE")
        tell(f"reading and invoicing them, {label}")
        seconds[label], peak = work_beside_each_other(registry, workers)
        peaks.append(peak)
        with transaction(env) as step:
            check_invoiced(step, shop_id, count)
    return report_orders(count, seconds, max(peaks), options.core_orders, core_seconds)


def check_invoiced(env, shop_id, count):
    """End the command unless every order has its posted invoice, ready to be sent: else the figures mean nothing."""
    moves = env["account.move"].search([("webshop_id", "=", shop_id), ("state", "=", "posted")])
    total = round(sum(moves.mapped("amount_total")), 2)
    if len(moves) != count or total != round(count * 553.30, 2):
        sys.exit(f"bench: {len(moves)} of {count} orders are invoiced, {total} in all.")
