import datetime
from zoneinfo import ZoneInfo

from odoo import api, fields, models

from ..models.times import to_aware, to_naive

#: How many documents of a kind are named on the page; their list holds all of them.
NAMED = 100


class SettlementVatTermCase(models.TransientModel):
    """A document, an order or a voucher to look at before a VAT term is reported."""

    _name = "settlement.vat.term.case"
    _description = "Document to Look At in a VAT Term"
    _order = "kind, event_date, id"
    _rec_name = "name"

    term_id = fields.Many2one("settlement.vat.term", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [
            ("1_waiting", "Not documented yet: the order waits"),
            ("2_draft", "Not posted"),
            ("3_late", "Late: happened before the term"),
            ("4_moved", "Moved to a later term"),
        ],
        string="What",
    )
    name = fields.Char(string="Document")
    webshop_id = fields.Many2one("sale.webshop", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Customer", ondelete="cascade")
    event_date = fields.Date(string="Happened On")
    date = fields.Date(string="VAT Date")
    currency_id = fields.Many2one("res.currency", ondelete="cascade")
    base = fields.Monetary(string="VAT Base")
    vat = fields.Monetary(string="VAT")
    amount_total = fields.Monetary(string="Total")
    move_id = fields.Many2one("account.move", ondelete="cascade")
    order_id = fields.Many2one("sale.order", ondelete="cascade")

    @api.readonly
    def action_open_document(self):
        """Open the document or the order."""
        self.ensure_one()
        return (self.move_id or self.order_id).get_formview_action()

    # ---------------------------------------------------------------- what there is

    @api.model
    def _prepare_cases(self, page):
        """Return the values of what is to be looked at in a term.

        :param page: ``settlement.vat.term``.
        """
        own = [("company_id", "=", page.company_id.id)]
        documents = [*own, ("webshop_id", "!=", False)]
        happened = [("webshop_date", ">=", page.date_from), ("webshop_date", "<=", page.date_to)]
        dated = [("date", ">=", page.date_from), ("date", "<=", page.date_to)]
        before = [("webshop_date", "<", page.date_from)]
        posted, draft = ("state", "=", "posted"), ("state", "=", "draft")
        return [
            *self._prepare_orders(self._find_waiting(page)),
            *self._prepare_moves("2_draft", [*documents, draft, *happened]),
            *self._prepare_moves("3_late", [*documents, posted, *before, *dated]),
            *self._prepare_vouchers(page),
            *self._prepare_moves("4_moved", [*documents, posted, *happened, ("date", ">", page.date_to)]),
        ]

    @api.model
    def _find_waiting(self, page):
        """Return the orders that wait, and that were placed before the term's end and changed in it or later: what
        happened to them may belong to it."""
        zone = ZoneInfo(page.company_id.partner_id.tz or self.env.user.tz or "Europe/Oslo")

        def begin(day):
            return to_naive(datetime.datetime.combine(day, datetime.time(), zone))

        return self.env["sale.order"].search(
            [
                ("company_id", "=", page.company_id.id),
                ("webshop_id", "!=", False),
                ("webshop_state", "=", "waiting"),
                ("date_order", "<", begin(page.date_to + datetime.timedelta(days=1))),
                "|",
                ("webshop_changed_at", "=", False),
                ("webshop_changed_at", ">=", begin(page.date_from)),
            ],
            limit=NAMED,
        )

    @api.model
    def _prepare_orders(self, orders):
        return [
            {
                "kind": "1_waiting",
                "name": order.webshop_reference or order.name,
                "webshop_id": order.webshop_id.id,
                "partner_id": order.partner_id.id,
                "event_date": order._get_local_date(to_aware(order.webshop_changed_at or order.date_order)),
                "currency_id": order.currency_id.id,
                "amount_total": order.webshop_total or order.amount_total,
                "order_id": order.id,
            }
            for order in orders
        ]

    @api.model
    def _prepare_moves(self, kind, domain):
        moves = self.env["account.move"].search(domain, order="webshop_date, id", limit=NAMED)
        return [
            {
                "kind": kind,
                "name": move.name if move.state == "posted" else move.webshop_reference,
                "webshop_id": move.webshop_id.id,
                "partner_id": move.commercial_partner_id.id,
                "event_date": move.webshop_date,
                "date": move.date if move.state == "posted" else False,
                "currency_id": move.company_currency_id.id,
                "base": move.amount_untaxed_signed,
                "vat": move.amount_tax_signed,
                "amount_total": move.amount_total_signed,
                "move_id": move.id,
            }
            for move in moves
        ]

    @api.model
    def _prepare_vouchers(self, page):
        """Return the settlements' vouchers with VAT that a lock moved into the term."""
        items = self.env["account.settlement.vat.item"]
        domain = page._get_item_domain() & fields.Domain(
            [("origin", "=", "settlement"), ("event_date", "<", page.date_from)]
        )
        groups = items._read_group(
            domain,
            ["move_id"],
            ["event_date:min", "date:max", "base:sum", "vat_owed:sum", "vat_deducted:sum"],
            order="move_id",
            limit=NAMED,
        )
        return [
            {
                "kind": "3_late",
                "name": move.name,
                "event_date": event_date,
                "date": date,
                "currency_id": page.currency_id.id,
                "base": base,
                "vat": owed - deducted,
                "move_id": move.id,
            }
            for move, event_date, date, base, owed, deducted in groups
        ]
