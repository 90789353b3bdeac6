from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..providers.records import Kind


class AccountSettlementDispute(models.Model):
    """The sale whose payment is disputed: its payment, order, invoice, and what of it is credited already.

    The disputed transactions know it while they stand on the customer. Afterwards, and where a person took them back,
    the payment that is disputed still does.
    """

    _inherit = "account.settlement.dispute"

    payment_line_ids = fields.Many2many(
        "account.settlement.line", string="Disputed Payments", compute="_compute_payment_line_ids"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", compute="_compute_documents")
    sale_order_id = fields.Many2one("sale.order", compute="_compute_documents")
    invoice_id = fields.Many2one("account.move", compute="_compute_documents")
    move_ids = fields.Many2many("account.move", string="Vouchers", compute="_compute_documents")
    can_meet = fields.Boolean(
        compute="_compute_can_meet", help="What was taken back and what was paid or came back both stand open."
    )

    @api.depends("reference", "order_reference", "provider_id")
    def _compute_payment_line_ids(self):
        """By the provider's id; by the order where the provider gives none."""
        lines = self.line_ids
        found = lines.search(
            Domain("provider_id", "in", self.provider_id.ids)
            & Domain("kind", "=", Kind.PAYMENT.value)
            & (
                Domain("provider_reference", "in", [*filter(None, lines.mapped("provider_reference"))])
                | Domain("order_reference", "in", [*filter(None, lines.mapped("order_reference"))])
            )
        )
        for dispute in self:
            own = found.filtered(lambda line, dispute=dispute: line.provider_id == dispute.provider_id)
            references = {*filter(None, dispute.line_ids.mapped("provider_reference"))}
            orders = {*filter(None, dispute.line_ids.mapped("order_reference"))}
            dispute.payment_line_ids = own.filtered(
                lambda line, known=references: line.provider_reference in known
            ) or own.filtered(lambda line, known=orders: line.order_reference in known)

    @api.depends("line_ids.partner_id", "line_ids.sale_order_id", "line_ids.invoice_id", "line_ids.move_line_ids")
    def _compute_documents(self):
        for dispute in self:
            lines = dispute.line_ids + dispute.payment_line_ids
            dispute.partner_id = lines.partner_id[:1]
            dispute.sale_order_id = lines.sale_order_id[:1]
            invoices = lines.invoice_id.filtered(lambda move: move.move_type == "out_invoice")
            dispute.invoice_id = invoices[:1] or dispute._get_order_invoices()[:1]
            dispute.move_ids = dispute.line_ids.move_line_ids.move_id

    def _get_order_invoices(self):
        return self.sale_order_id.sudo().invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )

    def _get_credit_notes(self):
        """Return the credit notes of the disputed invoice, drafts too: by reversal, by its order, or matched with
        it."""
        invoice = self.invoice_id.sudo()
        items = invoice.line_ids.matched_credit_ids.credit_move_id
        notes = invoice.reversal_move_ids | self.sale_order_id.sudo().invoice_ids | items.move_id
        return notes.filtered(
            lambda note: (
                note.move_type == "out_refund"
                and note.state != "cancel"
                and note.reversed_entry_id in (invoice, invoice.browse())
            )
        )

    def _is_amount_open(self, currency, amount, amount_company):
        """Return whether just an amount is disputed: compared in its own currency, as rates change between.

        :param amount: in ``currency``. :param amount_company: the same in company currency, for disputes in another.
        """
        if currency == self.currency_id:
            amount_open = -self.line_ids.sudo()._get_amount_open()
            return currency.compare_amounts(amount, amount_open) == 0
        return self.company_currency_id.compare_amounts(amount_company, self.amount_open) == 0

    def _check_sale_is_booked(self):
        """Refuse to call a sale off, or a loss, that was never booked.

        :raises UserError: naming what stands open instead, and what to do.
        """
        order, currency = self.sale_order_id, self.company_currency_id
        if order and not self.invoice_id:
            raise UserError(
                self.env._(
                    "%(order)s is not invoiced, so no sale is booked that could be credited or lost. If the goods were "
                    "delivered, invoice it first. If not, cancel it, and press Match Together: the payment and what "
                    "was taken back close each other.",
                    order=order.sudo().display_name,
                )
            )
        payments = self.payment_line_ids.filtered("open_as")
        if payments and currency.compare_amounts(sum(payments.mapped("amount_open")), self.amount_open) >= 0:
            raise UserError(
                self.env._(
                    "The payment itself, %(payment)s, still stands open, so no sale is booked that could be credited "
                    "or lost. Match it with its invoice first. If there is none, press Match Together: the payment and "
                    "what was taken back close each other.",
                    payment=payments[0].name,
                )
            )

    # ---------------------------------------------------------------- both stand open

    @api.depends("line_ids.open_as", "line_ids.amount_open")
    def _compute_can_meet(self):
        for dispute in self:
            dispute.can_meet = bool(dispute._get_pair())

    def _get_pair(self):
        """Return ``(what was taken back, what was paid or came back)`` where each stands open with the same amount,
        else None."""
        lines = (self.line_ids | self.payment_line_ids).filtered("open_as")
        for taken in lines.filtered(lambda line: line.amount_open < 0):
            amount, currency = taken.sudo()._get_amount_open(), taken.currency_id
            for other in lines.filtered(lambda line, currency=currency: line.currency_id == currency):
                if currency.is_zero(amount + other.sudo()._get_amount_open()):
                    return taken, other
        return None

    def action_match_together(self):
        """Let what was taken back and what was paid or came back close each other."""
        self.ensure_one()
        self._as_user()
        pair = self._get_pair()
        if not pair:
            raise UserError(
                self.env._("Nothing of the same amount stands open on both sides of the dispute about %s.", self.name)
            )
        taken, other = pair
        before = (taken | other).move_line_ids.move_id
        taken._meet_by_hand(other, self.env._("Matched together in the dispute about %s", self.name))
        return (taken | other)._notify_done((taken | other).move_line_ids.move_id - before)

    def action_open_invoice(self):
        """Open the invoice whose payment is disputed."""
        self.ensure_one()
        return self.invoice_id.get_formview_action()
