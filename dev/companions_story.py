"""What the apps that extend sales make of web orders: nothing, a delivery, or a delivery that the shop says is done.

Called by dev/test in a copy of a database with Inventory, Purchase, Manufacturing, Project, Loyalty and Events.
Everybody and everything in it is invented.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

#: What other apps make of a confirmed order.
STARTED = (
    "stock.picking",
    "stock.move",
    "mrp.production",
    "purchase.order",
    "project.task",
    "project.project",
    "loyalty.card",
    "sale.order.coupon.points",
)


def run(env):
    """Raise AssertionError where a web order leaves something behind, or its delivery is not what the shop says."""
    story = Story(env(su=True))
    story.the_shop_delivers()
    story.odoo_delivers()
    story.the_shop_says_sent()
    story.in_parts()
    story.in_steps()
    story.called_off()
    story.with_a_lot()
    story.set_otherwise_later()


class Story:
    """One shop, and goods that call for something each: from stock, of a kit, made, bought, and done by somebody."""

    def __init__(self, env):
        from odoo.addons.settlement_bridge.pure_tests.samples import webshop_orders
        from odoo.addons.settlement_bridge.pure_tests.servers.inbox import InboxServer

        self.samples, self.server = webshop_orders, InboxServer()
        company = env["res.company"].search([("chart_template", "=", "no")], limit=1)
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company
        self.warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        self.stored = self.product("LAGER", is_storable=True)
        self.make_goods()
        self.env["loyalty.program"].create(
            {
                "name": "Poeng",
                "program_type": "loyalty",
                "applies_on": "both",
                "trigger": "auto",
                "rule_ids": [(0, 0, {"reward_point_mode": "order", "reward_point_amount": 10})],
            }
        )
        self.shop = self.env["sale.webshop"].create(
            {
                "name": "Eksempelbutikken",
                "platform": "inbox",
                "company_id": company.id,
                "start_date": False,
                "fallback_product_id": self.product("ANNET", type="service").id,
            }
        )
        self.shop.action_activate()
        self.number = 0

    def product(self, sku, **values):
        tax = self.env["sale.webshop.tax"]._get_chart_taxes(self.company)["3"]
        values = {"name": sku.title(), "default_code": sku, "type": "consu", "taxes_id": [(6, 0, tax.ids)], **values}
        return self.env["product.product"].create(values)

    def make_goods(self):
        kit, made = self.product("SETT"), self.product("LAGET", is_storable=True)
        parts = self.product("DEL-A", is_storable=True) | self.product("DEL-B", is_storable=True)
        for product, kind in ((kit, "phantom"), (made, "normal")):
            bom = {"product_tmpl_id": product.product_tmpl_id.id, "type": kind, "product_qty": 1}
            lines = [(0, 0, {"product_id": part.id, "product_qty": 2}) for part in parts]
            self.env["mrp.bom"].create({**bom, "bom_line_ids": lines})
        to_order = self.warehouse.mto_pull_id.route_id
        to_order.active = True
        made.route_ids = to_order | self.warehouse.manufacture_pull_id.route_id
        vendor = self.env["res.partner"].create({"name": "Leverandøren AS"})
        seller = {"partner_id": vendor.id, "price": 10}
        self.product("INNKJØPT", type="service", service_to_purchase=True, seller_ids=[(0, 0, seller)])
        self.product("ARBEID", type="service", service_tracking="task_in_project")

    # ------------------------------------------------------------ telling

    def order(self, make, **values):
        self.number += 1
        number = str(5000 + self.number)
        skus = ("LAGER", "SETT", "LAGET", "INNKJØPT", "ARBEID")
        lines = tuple(
            self.samples.line(str(position), sku.title(), "200.00", 25, sku=sku, quantity=4)
            for position, sku in enumerate(skus, start=1)
        )
        return make(external_id=number, number=number, lines=lines, total=Decimal(1000), **values)

    def told(self, order):
        self.server.put(order)
        [(_headers, body)] = self.server.webhooks(order.external_id)
        found = self.shop._ingest_orders([body])
        found._make_webshop_documents()
        assert found.webshop_state in ("open", "done"), found.webshop_problem
        assert found.amount_total == 1000, found.amount_total
        return found

    def count(self):
        self.env.flush_all()
        return {model: self.env[model].search_count([]) for model in STARTED}

    def delivered(self, order):
        """What Odoo has delivered of the goods from stock, of the kit and of what is made."""
        return order.order_line.filtered(lambda line: line.product_id.type == "consu").mapped("qty_delivered")

    def open_pickings(self, order):
        return order.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel"))

    # ------------------------------------------------------------ the steps

    def the_shop_delivers(self):
        """Nothing is left behind: not by an order that is new, sent, raised, refunded or confirmed by hand."""
        assert self.shop.delivery == "shop", "the shop delivers unless something else is chosen"
        assert self.shop.has_deliveries, "who delivers is asked where Inventory is"
        before = self.count()
        order = self.order(self.samples.new_order)
        found = self.told(order)
        assert found.state == "sale"
        raised = tuple(replace(line, quantity=line.quantity + 1) for line in order.lines)
        self.told(replace(order, lines=raised, changed_at=order.changed_at + timedelta(minutes=1)))
        self.told(self.order(self.samples.sent_order))
        found.action_lock()
        found.action_unlock()
        found._action_cancel()
        found.action_draft()
        found.action_confirm()
        assert self.count() == before, f"{before} has become {self.count()}"

    def odoo_delivers(self):
        """What other orders call for: open, also when the shop says that it is sent. The prices stay the shop's."""
        self.shop.delivery = "odoo"
        before = self.count()
        order = self.order(self.samples.new_order)
        found = self.told(order)
        after = self.count()
        for model in STARTED[:5]:
            assert after[model] > before[model], f"no {model} was made"
        for model in STARTED[6:]:
            assert after[model] == before[model], f"{model} was made"
        assert self.open_pickings(found)
        self.told(self.sent(order))
        assert self.open_pickings(found), "it was delivered without a person"
        assert self.delivered(found) == [0, 0, 0]
        assert not found.picking_ids.activity_ids, found.picking_ids.activity_ids.mapped("note")

    def the_shop_says_sent(self):
        self.shop.delivery = "shipped"
        order = self.order(self.samples.new_order)
        found = self.told(order)
        assert self.open_pickings(found)
        self.told(self.sent(order))
        assert not self.open_pickings(found), found.picking_ids.mapped("state")
        assert self.delivered(found) == [4, 4, 4], self.delivered(found)
        # told once more, and after goods came back here: nothing more leaves the stock
        picking = found.picking_ids.filtered(lambda picking: picking.picking_type_code == "outgoing")[:1]
        wizard = self.env["stock.return.picking"].with_context(active_id=picking.id, active_model="stock.picking")
        wizard = wizard.create({"picking_id": picking.id})
        wizard.product_return_moves.filtered(lambda row: row.product_id == self.stored).quantity = 1
        back = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        back.move_ids.picked = True
        back._action_done()
        assert self.delivered(found)[0] == 3, self.delivered(found)
        self.told(replace(self.sent(order), changed_at=self.samples.RETURNED))
        assert self.delivered(found) == [3, 4, 4], self.delivered(found)

    def sent(self, order, **values):
        return replace(
            self.samples.sent_order(external_id=order.external_id, number=order.number, lines=order.lines),
            total=order.total,
            captures=(),
            **values,
        )

    def in_parts(self):
        """One parcel now, the rest later; what was refunded in between stays in stock, and waits no more."""
        order = self.order(self.samples.new_order)
        found = self.told(order)
        first = self.parcel("1", self.samples.SENT, {"1": 1, "2": 2})
        self.told(replace(order, shipments=(first,), changed_at=self.samples.SENT))
        assert self.delivered(found) == [1, 2, 0], self.delivered(found)
        assert self.open_pickings(found)
        second = self.parcel("2", self.samples.RETURNED, {"1": 2, "2": 2, "3": 4})
        done = self.samples.RETURNED + timedelta(hours=1)
        back = replace(order.lines[0], quantity=Decimal(1), amount=Decimal(50), tax=Decimal(10))
        refund = self.samples.Refund("1", order.external_id, Decimal(50), self.samples.SENT, (back,))
        self.told(
            replace(
                order,
                shipments=(first, second),
                refunds=(refund,),
                completed_at=done,
                changed_at=done,
                status="completed",
            )
        )
        assert self.delivered(found) == [3, 4, 4], self.delivered(found)
        assert not self.open_pickings(found), found.picking_ids.mapped("state")

    def parcel(self, name, time, quantities):
        pairs = tuple((line_id, Decimal(quantity)) for line_id, quantity in quantities.items())
        return self.samples.Shipment(name, time, pairs)

    def in_steps(self):
        """A warehouse that picks, packs and ships: every step is done."""
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self.order(self.samples.new_order)
        found = self.told(order)
        first = self.parcel("1", self.samples.SENT, {"1": 1})
        self.told(replace(order, shipments=(first,), changed_at=self.samples.SENT))
        assert self.delivered(found) == [1, 0, 0], self.delivered(found)
        self.told(replace(self.sent(order), changed_at=self.samples.RETURNED))
        assert self.delivered(found) == [4, 4, 4], self.delivered(found)
        assert not self.open_pickings(found), found.picking_ids.mapped("state")
        self.warehouse.delivery_steps = "ship_only"

    def called_off(self):
        """Cancelled in the shop, before and after it was invoiced: nothing waits to be delivered."""
        for policy in ("odoo", "shipped"):
            self.shop.delivery = policy
            for make in (self.samples.new_order, self.samples.sent_order):
                order = self.order(make)
                found = self.told(order)
                later = self.samples.RETURNED
                self.told(replace(order, cancelled_at=later, changed_at=later))
                assert not self.open_pickings(found), found.picking_ids.mapped("state")

    def with_a_lot(self):
        """Which lot was sent, nobody says: that delivery waits for a person, and the order says so once."""
        self.shop.delivery = "shipped"
        self.stored.tracking = "lot"
        order = self.order(self.samples.sent_order)
        found = self.told(order)
        self.told(replace(order, changed_at=self.samples.RETURNED))
        assert found.webshop_state == "done"
        assert self.open_pickings(found)
        said = [body for body in found.message_ids.mapped("body") if "could not be done as in the shop" in body]
        assert len(said) == 1, said
        self.stored.tracking = "none"

    def set_otherwise_later(self):
        """An order that the shop has sent is not delivered once more when Odoo is to deliver from now on."""
        self.shop.delivery = "shop"
        order = self.order(self.samples.sent_order)
        found = self.told(order)
        self.shop.delivery = "odoo"
        raised = tuple(replace(line, quantity=line.quantity + 1) for line in order.lines)
        self.told(replace(order, lines=raised, changed_at=self.samples.RETURNED))
        assert not found.picking_ids
