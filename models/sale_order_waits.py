from odoo import api, fields, models

from ..common.messages import Message
from .foreign_vat import FOREIGN_VAT

#: Sentences with which orders wait for something that is set up in Odoo, and where. One act ends the wait of all.
SET_UP = {
    FOREIGN_VAT: "vat",
    "line_tax_unknown": "taxes",
    "line_tax_rate_differs": "taxes",
    "no_tax_for_rate": "taxes",
    "tax_rate_differs": "taxes",
    "line_without_product": "products",
    "line_without_sku": "products",
    "no_product_for_sku": "products",
    "shop_without_account": "accounts",
    "currency_inactive": "currencies",
    "currency_without_rate": "currencies",
    "books_locked": "locks",
    "document_date_locked": "locks",
}
#: Sentences of an invoice that a person must write, of one that is missing beside others, of a credit note, and
#: of documents to look at.
BY_HAND = {
    **dict.fromkeys(
        (
            "order_total_differs",
            "tenders_exceed_order",
            "line_negative",
            "line_rate_unknown",
            "line_vat_differs",
            "order_vat_differs",
            "document_total_differs",
            "document_rate_differs",
            "document_currency_differs",
            "mystore_line_unknown",
            "order_status_unknown",
            "order_list_too_long",
        ),
        "invoice",
    ),
    **dict.fromkeys(("documents_differ", "refund_not_credited"), "difference"),
    **dict.fromkeys(
        (
            "refund_rate_unknown",
            "refund_unclear",
            "refund_without_lines_exceeds_goods",
            "refund_exceeds_invoiced",
            "refund_of_several_taxes",
            "refund_tax_ambiguous",
            "no_line_of_rate",
            "document_made_by_hand",
            "draft_made_by_hand",
            "document_set_to_draft",
            "document_cancelled",
            "order_deleted_after_invoice",
            "order_with_down_payment",
            "order_content_removed",
        ),
        "documents",
    ),
}
#: Sentences of reading the shop's documents, which do not know what can be done here.
OF_READING = frozenset(
    {
        "line_negative",
        "line_rate_unknown",
        "line_vat_differs",
        "order_vat_differs",
        "mystore_line_unknown",
        "order_status_unknown",
        "order_list_too_long",
    }
)


class SaleOrder(models.Model):
    """What a person can do here about an order that waits, and letting orders go on that waited for the same."""

    _inherit = "sale.order"

    webshop_ways = fields.Char(
        compute="_compute_webshop_ways",
        groups="account.group_account_invoice",
        help="Which buttons end the wait: names of those on the form.",
    )

    @api.depends("webshop_problem_data")
    def _compute_webshop_ways(self):
        for order in self:
            codes = order._get_problem_codes()
            ways = {**SET_UP, **BY_HAND}
            found = {ways[code] for code in codes if code in ways}
            if order._get_skus_without_product():
                found.add("sku")
            order.webshop_ways = " ".join(sorted(found))

    def _get_problem_codes(self):
        return {code for code, _values in self.webshop_problem_data or ()}

    def _get_skus_without_product(self):
        """Return the SKUs for which a product is missing, each with the name of its line."""
        told = [values for code, values in self.webshop_problem_data or () if SET_UP.get(code) == "products"]
        # earlier versions wrote a dash for a line without SKU
        return {values["sku"]: values["line"] for values in told if values.get("sku", "–") != "–"}

    @staticmethod
    def _with_way(problems):
        """Return the problems that let an order wait, with what can be done here where none of them says it."""
        if any(problem.code in OF_READING for problem in problems):
            return [*problems, Message("written_by_hand")]
        return problems

    def _go_on(self, first=None):
        """Try orders again that waited for something which is set up now: in the background, so that there may be many.

        :param first: those of them that are tried at once, as somebody looks at them.
        """
        first = self & first if first else self.browse()
        waiting = self.filtered(lambda order: order.webshop_state == "waiting") - first
        waiting.webshop_check = True
        if first:
            first.write({"webshop_state": "open", "webshop_check": True})
            first._make_webshop_documents()
        if waiting:
            self.env.ref("settlement_bridge.ir_cron_webshop_documents").sudo()._trigger()

    def _let_others_go_on(self):
        """Try the company's other orders again that wait for the same settings as these did."""
        for company, orders in self.grouped("company_id").items():
            codes = set().union(*(order._get_problem_codes() for order in orders)) & SET_UP.keys()
            shops = orders.webshop_id.search([("company_id", "=", company.id)])
            (shops._get_waiting_orders(codes) - orders)._go_on()

    def action_open_foreign_vat(self):
        """Open the dialog that says whose VAT it is."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_foreign_vat")
        action["context"] = {"default_order_id": self.id}
        return action

    def action_open_webshop_taxes(self):
        return self.webshop_id._open_set_up("taxes")

    def action_open_webshop_products(self):
        return self.webshop_id._open_set_up("products")

    def action_open_webshop_accounts(self):
        return self.webshop_id._open_set_up("accounts")

    def action_open_currencies(self):
        """Open the currencies of the orders, those that are not active among them."""
        action = self.env["ir.actions.act_window"]._for_xml_id("base.action_currency_form")
        names = {values.get("currency") for order in self for code, values in order.webshop_problem_data or ()}
        action["domain"] = [("name", "in", list(names - {None}))]
        action["context"] = {"active_test": False}
        return action
