from collections import defaultdict
from datetime import datetime, time

from odoo import api, models

from ..common.messages import DocumentError, Message, SettlementError
from ..webshops.records import Order
from ..webshops.superseded_documents import says_all_of
from .account_settlement_line import NOT_MATCHED_FOR_GOOD


class SaleOrder(models.Model):
    """When the documents of a web order are needed no longer, and what happens if they are gone and it goes on."""

    _name = "sale.order"
    _inherit = ["sale.order", "settlement.retention"]

    def _check_webshop_content_kept(self):
        """Raise a SettlementError when something the shop reported of this order is not kept any more.

        What is booked cannot be compared with what is gone, so a person decides.
        """
        self.ensure_one()
        last = self.webshop_event_id
        refunds = self.webshop_event_ids.filtered(lambda event: event.is_refund and event.content_removed_on)
        if not last.content_removed_on and not refunds:
            return
        raise SettlementError(
            "order_content_removed",
            reason=(refunds[:1] or last)._get_removed_message(),
        )

    # ---------------------------------------------------------------- what is needed

    def _get_reasons_to_keep(self):
        """Return ``{order: Message}`` of the orders whose documents are still needed, in a constant number of queries.

        Needed is what waits, what has anything open, and what lies in a period that is not locked.
        """
        orders = self.sudo()
        moves_of = {order: order.invoice_ids | order.webshop_move_ids for order in orders}
        order_of = {move.id: order for order, moves in moves_of.items() for move in moves}
        reasons = {}

        def keep(order, code, **values):
            reasons.setdefault(order, Message(code, {"order": order.webshop_reference or order.name, **values}))

        told = orders._get_unread_events()
        for order in orders:
            is_finished = order.webshop_state in ("done", "left_out") and not order.webshop_check
            if not is_finished or (order.webshop_id.id, order.webshop_external_id) in told:
                keep(order, "keep_unfinished")
        for item in orders.env["account.move.line"].search(
            [
                ("move_id", "in", list(order_of)),
                ("account_type", "in", ("asset_receivable", "liability_payable")),
                ("amount_residual", "!=", 0),
                ("parent_state", "=", "posted"),
            ]
        ):
            keep(
                order_of[item.move_id.id],
                "keep_unpaid",
                document=item.move_id.name,
            )
        lines_of = orders._get_settlement_lines(order_of)
        for order in orders:
            closed_to = order.company_id._get_closed_to()
            lines = lines_of[order]
            if lines.filtered(lambda line: line.status in NOT_MATCHED_FOR_GOOD or line.is_exclusion_proposed):
                keep(order, "keep_unmatched")
            moves = moves_of[order].filtered(lambda move: move.state != "cancel")
            if moves.filtered(lambda move: move.state == "draft"):
                keep(order, "keep_unposted")
            days = moves.mapped("date") + [line.booking_date or line.date for line in lines]
            if any(day > closed_to for day in days):
                keep(order, "keep_unlocked")
        return reasons

    def _get_unread_events(self):
        """The orders of which the shop reported something that is not read yet, or was refused: (webshop, id there)."""
        rows = self.env["sale.webshop.event"]._read_group(
            [
                ("webshop_id", "in", self.webshop_id.ids),
                ("external_id", "in", [name for name in self.mapped("webshop_external_id") if name]),
                ("state", "in", ("new", "error")),
            ],
            ["webshop_id", "external_id"],
        )
        return {(webshop.id, external_id) for webshop, external_id in rows}

    def _get_settlement_lines(self, order_of):
        """Return each order's transactions, also those that only carry one of its references.

        :param dict order_of: the order of each invoice, by the invoice's id.
        """
        by_reference = defaultdict(set)
        for order in self:
            for value in {order.webshop_reference, *order.settlement_reference_ids.mapped("value")} - {False}:
                by_reference[order.company_id.id, value].add(order)
        lines = self.env["account.settlement.line"].search(
            [
                "|",
                "|",
                ("sale_order_id", "in", self.ids),
                ("invoice_id", "in", list(order_of)),
                "&",
                ("company_id", "in", self.company_id.ids),
                ("order_reference", "in", list({value for _company, value in by_reference})),
            ]
        )
        found = defaultdict(self.env["account.settlement.line"].browse)
        for line in lines:
            owners = set(by_reference.get((line.company_id.id, line.order_reference), ()))
            owners |= {order_of.get(line.invoice_id.id), line.sale_order_id if line.sale_order_id in self else None}
            for order in owners - {None}:
                found[order] |= line
        return found

    # ---------------------------------------------------------------- the scheduled action

    @api.model
    def _find_to_remove(self, company):
        """Return the web orders of a company that have documents nobody may need any longer."""
        Event = self.env["sale.webshop.event"].sudo()
        kept = [
            ("company_id", "=", company.id),
            ("kind", "=", "document"),
            ("content_removed_on", "=", False),
            ("state", "in", ("done", "ignored")),
            ("order_id.webshop_state", "in", ("done", "left_out")),
        ]
        limit = company._get_raw_order_limit()
        old = Event._read_group(kept, ["order_id"], ["create_date:max"], having=[("create_date:max", "<", limit)])
        # what changed since the last lock is not looked at every night: most of it could not go anyway
        closed = [("order_id.webshop_changed_at", "<=", datetime.combine(company._get_closed_to(), time.max))]
        replaced = Event._read_group(
            [*kept, *closed, ("says_more", "=", False)], ["order_id"], ["__count"], having=[("__count", ">", 1)]
        )
        return self.sudo().browse(sorted({order.id for order, _told in [*old, *replaced]}))

    def _remove_what_is_old(self):
        """Remove the content of documents that are old enough, or that a later one replaces, unless they are needed."""
        needed = self._get_reasons_to_keep()
        for order in self.filtered(lambda order: order not in needed):
            events = order.webshop_event_ids.filtered(lambda event: not event.content_removed_on)
            limit = order.company_id._get_raw_order_limit()
            changes = [*events.mapped("create_date"), order.webshop_changed_at or order.create_date]
            if max(changes) < limit:
                events._remove_content("retention")
            else:
                order._remove_replaced()

    def _remove_replaced(self):
        """Remove the content of documents that a later one replaces, unless something was booked that only they say."""
        self.ensure_one()
        last = self.webshop_event_id
        events = self.webshop_event_ids.filtered(
            lambda event: event.kind == "document" and event.state in ("done", "ignored")
        ).sorted("id")
        if last.content_removed_on or last.state != "done":
            return
        moves = self.invoice_ids | self.webshop_move_ids
        newest = last._parse()
        for event, later in zip(events, [*events[1:], last], strict=True):
            if event == last or event.content_removed_on or event.says_more:
                continue
            try:
                order = event._parse() if event.state == "done" else None
            except DocumentError:
                order = None
                event.says_more = True
                continue
            # until the later one was read, this was what was booked from
            was_booked = moves.filtered(lambda move, later=later: move.create_date <= later.write_date)
            if order is None or (isinstance(order, Order) and (not was_booked or says_all_of(newest, order))):
                event._remove_content("superseded")
            else:
                event.says_more = True
