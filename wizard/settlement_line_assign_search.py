import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..matching.suggestions import order

#: How many documents and orders the dialog shows.
FOUND = 20
FOUND_ORDERS = 10
FOUND_CUSTOMERS = 5


class SettlementLineAssign(models.TransientModel):
    """What is found for the transactions of the dialog: open documents, the best first, and orders."""

    _inherit = "settlement.line.assign"

    shop_links = fields.Html(compute="_compute_shop_links", sanitize=False)
    search_text = fields.Char(
        string="Search",
        compute="_compute_search_text",
        store=True,
        readonly=False,
        help="Order reference, invoice number, customer or amount. Filled with the order reference.",
    )
    candidate_ids = fields.Many2many("account.move", compute="_compute_candidate_ids", string="Found")
    partner_ids = fields.Many2many("res.partner", compute="_compute_candidate_ids", string="Customers")
    order_ids = fields.Many2many("sale.order", compute="_compute_candidate_ids", string="Orders Not Invoiced")
    proposal_id = fields.Many2one("account.move", compute="_compute_candidate_ids")
    proposal_reason = fields.Char(compute="_compute_candidate_ids")
    proposal_text = fields.Char(compute="_compute_candidate_ids")

    @api.depends("line_ids")
    def _compute_search_text(self):
        for wizard in self:
            wizard.search_text = wizard.line_ids[:1].order_reference

    @api.depends("line_ids")
    def _compute_shop_links(self):
        for wizard in self:
            wizard.shop_links = wizard.line_ids.shop_links if len(wizard.line_ids) == 1 else False

    @api.depends("search_text", "line_ids")
    def _compute_candidate_ids(self):
        """Find open documents with the searched text, or exactly the amount; the best first."""
        for wizard in self:
            text = (wizard.search_text or "").strip()
            found, fits = wizard._search_documents(text)
            wizard.candidate_ids = found
            wizard.order_ids = wizard._search_orders(text)
            wizard.partner_ids = wizard._search_customers(text)
            # Of two that fit equally well, none is proposed.
            is_clear = fits and fits[0].is_proposed and (len(fits) == 1 or fits[0].weight > fits[1].weight)
            wizard.proposal_id = found[:1] if is_clear else False
            move = wizard.proposal_id
            shown = (move.partner_id.display_name, move.invoice_date and format_date(self.env, move.invoice_date))
            wizard.proposal_text = ", ".join(filter(None, shown))
            wizard.proposal_reason = is_clear and self.env["account.settlement.line"]._explain_fit(fits[0])

    def _search_documents(self, text):
        """Return open documents, the best first, and how each fits: ``account.move`` and a list of ``Fit``."""
        AccountMove = self.env["account.move"]
        lines = self.env["account.settlement.line"]
        found = AccountMove
        base = lines._get_document_domain(self.company_id)
        if text:
            fields_searched = ("name", "ref", "payment_reference", "webshop_reference", "invoice_origin")
            any_of = ["|"] * len(fields_searched) + [
                *((name, "ilike", text) for name in fields_searched),
                ("partner_id.name", "ilike", text),
            ]
            found = AccountMove.search(base + any_of, limit=FOUND)
            if len(found) < FOUND and (amount := self._read_amount(text)):
                of_amount = ["|", ("amount_residual", "=", amount), ("amount_total", "=", amount)]
                found |= AccountMove.search([*base, *of_amount], limit=FOUND - len(found))
        if len(found) < FOUND:
            amount = abs(self.amount_open or self.amount)
            found |= AccountMove.search([*base, ("amount_residual", "=", amount)], limit=FOUND - len(found))
        line = self.line_ids[:1]
        if not line:
            return found, []
        plain = line.sudo()._get_plain_sum(self.line_ids.sudo())
        fits = order(plain, map(lines._to_document, found), line.partner_id.commercial_partner_id.id or None)
        return AccountMove.browse(fit.document.id for fit in fits), fits

    @staticmethod
    def _read_amount(text):
        """Return the amount that was typed, as it is typed in Norwegian or English; None where it is none."""
        digits = "".join(text.split()).replace(",", ".")
        return float(digits) if re.fullmatch(r"\d{1,12}(\.\d{1,2})?", digits) else None

    def _search_orders(self, text):
        """Return orders with the searched text that are not invoiced yet: their payment is assigned to the customer."""
        if not text:
            return self.env["sale.order"]
        any_of = [
            "|",
            "|",
            "|",
            ("name", "ilike", text),
            ("client_order_ref", "ilike", text),
            ("settlement_reference_ids.value", "ilike", text),
            ("partner_id.name", "ilike", text),
        ]
        Order = self.env["sale.order"]
        not_invoiced = [("company_id", "=", self.company_id.id), *Order._get_invoice_to_come_domain()]
        return Order.search(not_invoiced + any_of, limit=FOUND_ORDERS)

    def _search_customers(self, text):
        """Return customers by name, e-mail, reference or VAT number: an amount may be theirs without any document."""
        partners = self.env["res.partner"]
        if not text:
            return partners
        of_company = partners._check_company_domain(self.company_id)
        found = partners.search([*of_company, ("display_name", "ilike", text)], limit=FOUND_CUSTOMERS)
        return found.commercial_partner_id

    def action_match_proposal(self):
        """Match with the document that is proposed."""
        self.ensure_one()
        if not self.proposal_id:
            raise UserError(self.env._("There is no proposal any more. Choose a document from the list."))
        self._choose(action="invoice", move_id=self.proposal_id.id)
        return self.action_confirm()

    def _choose(self, **vals):
        """Take what was found; the date that a person has chosen stays, as what is proposed does."""
        self.write({**vals, "date": self.date})

    @api.model
    def _get_opened(self):
        """Return the dialog from which a document or an order was chosen.

        :raises UserError: when there is none.
        """
        dialog = self.browse(self.env.context.get("settlement_assign_id")).exists()
        if not dialog:
            raise UserError(self.env._("Open Match… on the transactions first, and choose there."))
        return dialog
