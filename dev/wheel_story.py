"""What an Odoo looks like in which the addon was installed from its wheel, with demo data. Called by dev/test."""

from pathlib import Path

from odoo.modules.module import Manifest


def run(env, arguments):
    """Look at where the addon comes from, and at its demo month.

    :param arguments: the folder of the environment that has the wheel.
    """
    [home] = arguments
    path = Manifest.for_addon("settlement_bridge").path
    assert Path(path).is_relative_to(home), f"the addon comes from {path}"
    company = env.ref("settlement_bridge.demo_company")
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    settlements = env["account.settlement"].search([("company_id", "=", company.id)])
    states = sorted(settlements.mapped("state"))
    assert states == ["booked", "paid", "paid", "paid", "paid"], states
    lines = settlements.line_ids
    unknown = lines.filtered(lambda line: line.status == "unknown")
    assert unknown.mapped("order_reference") == ["GAVEKORT-77"], unknown.mapped("order_reference")
    orders = env["sale.order"].search([("company_id", "=", company.id)])
    waiting = orders.filtered(lambda order: order.webshop_state == "waiting")
    assert len(orders) == 10 and not waiting, waiting.mapped("webshop_problem")
    invoices = env["account.move"].search([("company_id", "=", company.id), ("move_type", "=", "out_invoice")])
    assert len(invoices) == 9 and set(invoices.mapped("payment_state")) == {"paid"}, invoices.mapped("payment_state")
    page = env["ir.module.module"].search([("name", "=", "settlement_bridge")]).description_html
    assert "Settlement Bridge" in page and "<img" in page, "the page under Apps is empty"
