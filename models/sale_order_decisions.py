from odoo import models
from odoo.exceptions import AccessError, UserError

from .money import to_decimal
from .sale_order_booked import REFUND


class SaleOrder(models.Model):
    """The buttons of the work list: what a person decides on web orders that wait."""

    _inherit = "sale.order"

    def _may_decide(self):
        """Return the web orders with the rights to follow a decision up, once it is clear that the user may take it.

        :raises UserError: where none of them is a web order.
        """
        self.check_access("write")
        if not self.env.user.has_group("settlement_bridge.group_settlement_user"):
            raise AccessError(self.env._("Only users of Settlements decide on web orders that wait."))
        orders = self.sudo().filtered("webshop_id")
        if self and not orders:
            raise UserError(self.env._("%s is no web order: there is nothing to decide on it here.", self[0].name))
        return orders

    def action_webshop_retry(self):
        """Retry: what kept the orders waiting may be fixed. Others that wait for the same settings are tried too."""
        orders = self._may_decide()
        orders._let_others_go_on()
        # what was cancelled by hand counts no more, and is made anew
        orders.webshop_move_ids.filtered(lambda move: move.state == "cancel").webshop_order_id = False
        orders.filtered(lambda order: order.webshop_state in ("waiting", "left_out")).write(
            {"webshop_state": "open", "webshop_check": True}
        )
        orders._make_webshop_documents()

    def action_webshop_leave_out(self):
        """A person has decided that nothing more of these orders is to be invoiced or credited here."""
        orders = self._may_decide()
        orders.write({"webshop_state": "left_out", "webshop_check": False, "webshop_problem_data": False})
        for order in orders:
            order.message_post(body=self.env._("Nothing more is invoiced or credited for this web order."))

    def action_webshop_call_off(self):
        """A person has said that an order the shop has deleted was called off: what is invoiced is credited."""
        orders = self._may_decide()
        if kept := orders.filtered(lambda order: not order.webshop_is_deleted):
            raise UserError(
                self.env._(
                    "%s is not deleted in the shop. What is cancelled there is credited by itself once the shop "
                    "reports it.",
                    kept[0].name,
                )
            )
        orders.write({"webshop_is_called_off": True})
        self.action_webshop_retry()

    def action_open_webshop_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_sale_webshop_event")
        action["domain"] = [("order_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_open_webshop_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of %s", self.webshop_reference or self.name),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", self._get_webshop_moves(with_tenders=True).ids)],
            "context": {"create": False},
        }

    def action_webshop_adopt(self):
        """A person has decided that documents made by hand count as the shop's own.

        A credit note of just a refund's amount is that refund's; others count as a change.
        """
        for order in self._may_decide():
            order.webshop_is_by_hand = True
            booked = order._get_booked()
            missing = [
                refund for refund in order._get_webshop_order().refunds if refund.external_id not in booked.refunds
            ]
            for move in order._get_foreign_moves():
                refund = next(
                    (
                        refund
                        for refund in missing
                        if move.move_type == "out_refund"
                        and refund.amount == to_decimal(move.amount_total, move.currency_id)
                    ),
                    None,
                )
                if refund:
                    missing.remove(refund)
                move.write(
                    {
                        "webshop_order_id": order.id,
                        "webshop_document_key": f"{REFUND}{refund.external_id}" if refund else "change",
                    }
                )
        self.action_webshop_retry()
