from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import float_round

from ..common.messages import SettlementError
from ..invoicing.sent import sent_goods
from .sale_order_companions import TOLD_BY_SHOP

#: Steps that a delivery may have (pick, pack, ship), each of which may call for the next.
MAX_STEPS = 5


class SaleOrder(models.Model):
    """Odoo's deliveries of web orders, where Inventory is installed: they follow what the shop says it has sent."""

    _inherit = "sale.order"

    def _follow_webshop_states(self, told):
        result = super()._follow_webshop_states(told)
        if "picking_ids" in self._fields:
            for record in self:
                if record.webshop_is_reported and record.picking_ids:
                    record._follow_webshop_deliveries()
        return result

    def _follow_webshop_deliveries(self):
        """Bring Odoo's deliveries in line with what the shop has sent, and cancel what will not be sent any more.

        What cannot be done, as where a lot is to be chosen, stays open and is noted on the order.
        """
        policy = self.webshop_delivery
        try:
            order = self._get_webshop_order()  # with the refunds that came as documents of their own
        except SettlementError:
            return  # what the shop said is not kept any more: the order waits, and says so
        sent = sent_goods(order)
        try:
            with self.env.cr.savepoint():
                if policy == "shipped" and sent.shares:
                    self._deliver(sent.shares)
                if order.is_called_off or (policy == "shipped" and sent.is_all):
                    self.picking_ids.filtered(lambda picking: picking.state not in ("done", "cancel")).action_cancel()
        except UserError as error:
            said = self.env._("The delivery could not be done as in the shop: %s", error)
            if said not in "".join(str(body) for body in self.message_ids.mapped("body")):
                self.message_post(body=said)

    def _deliver(self, shares):
        """Do the deliveries of so much of each line, step by step; what was done before, or came back, is left alone.

        :param dict shares: the line's id in the shop to the share of it that was sent.
        """
        for _step in range(MAX_STEPS):
            quantities = {}
            for line in self.order_line.filtered(lambda line: line.webshop_line_id in shares):
                quantities |= self._get_quantities_to_move(line, float(shares[line.webshop_line_id]))
            if not quantities:
                return
            for move, quantity in quantities.items():
                move.quantity = quantity
                move.picked = True
            for picking in {move.picking_id for move in quantities}:
                (picking.move_ids - self.env["stock.move"].union(*quantities)).filtered(
                    lambda move: move.state not in ("done", "cancel")
                ).picked = False
                picking.with_context(**{TOLD_BY_SHOP: True, "cancel_backorder": False})._action_done()

    @staticmethod
    def _get_quantities_to_move(line, share):
        """Return ``{move: quantity}`` of the first step of the delivery that is behind; empty where none is.

        A kit moves its parts, each by the same share.
        """
        moves = line.move_ids.filtered(
            lambda move: move.state != "cancel" and move.picking_type_id.code in ("internal", "outgoing")
        )
        legs = defaultdict(lambda: moves.browse())
        for move in moves:
            legs[move.product_id, move.location_id, move.location_dest_id] |= move
        totals = defaultdict(float)
        for (product, *_places), leg in legs.items():
            totals[product] = max(totals[product], sum(_get_quantity(move) for move in leg))
        result = {}
        for (product, *_places), leg in sorted(legs.items(), key=lambda pair: _get_depth(pair[1])):
            if any(move.product_id == product for move in result):
                continue  # a later step, when this one is done
            done = sum(move.quantity for move in leg if move.state == "done")
            behind = totals[product] * share - done
            for move in leg.filtered(lambda move: move.state != "done").sorted("id"):
                wanted = min(behind, move.product_uom_qty)
                quantity = float_round(wanted, precision_rounding=move.product_uom.rounding)
                if quantity > 0:
                    result[move] = quantity
                    behind -= quantity
        return result


def _get_quantity(move):
    return move.quantity if move.state == "done" else move.product_uom_qty


def _get_depth(moves):
    """Return how many steps of the delivery come before these moves."""
    depth = 0
    while moves := moves.move_orig_ids:
        depth += 1
    return depth
