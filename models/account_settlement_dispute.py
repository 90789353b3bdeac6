from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..providers.records import DISPUTE_KINDS, Kind

#: What people write on a dispute; all else follows from its transactions.
WRITTEN_BY_PEOPLE = frozenset({"deadline", "cause"})


class AccountSettlementDispute(models.Model):
    """A disputed payment, from the day the provider takes it back until it is won or lost.

    The transactions tell what was taken and what came back, the ledger whether anything is open. That it was lost, and
    why, no provider tells: a person says so, and is asked about the VAT.
    """

    _name = "account.settlement.dispute"
    _description = "Disputed Payment"
    _inherit = ["mail.thread", "mail.activity.mixin", "settlement.rights"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_from_lines", store=True)
    provider_id = fields.Many2one(
        "account.settlement.provider", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_from_lines", store=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    reference = fields.Char(
        required=True,
        readonly=True,
        help="What its transactions share: the provider's id, else the order.",
    )
    line_ids = fields.One2many("account.settlement.line", "dispute_id", string="Transactions", readonly=True)
    date = fields.Date(string="Opened", compute="_compute_from_lines", store=True)
    amount = fields.Monetary(compute="_compute_from_lines", store=True, help="Taken back by the provider, before fees.")
    amount_returned = fields.Monetary(string="Came Back", compute="_compute_from_lines", store=True)
    amount_fee = fields.Monetary(string="Fees", compute="_compute_from_lines", store=True)
    order_reference = fields.Char(compute="_compute_from_lines", store=True)
    amount_open = fields.Monetary(
        compute="_compute_state", currency_field="company_currency_id", help="Not won and not decided on yet."
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("won", "Won"),
            ("credited", "Lost, Sale Credited"),
            ("loss", "Lost, Booked as Loss"),
            ("closed", "Closed by Hand"),
        ],
        compute="_compute_state",
        search="_search_state",
    )
    deadline = fields.Date(tracking=True, help="Until when the provider wants an answer.")
    cause = fields.Char(string="What the Buyer Says", tracking=True)
    outcome = fields.Selection(
        [("credited", "The sale is called off"), ("loss", "The goods are gone")],
        readonly=True,
        tracking=True,
        help="What a person said when the dispute was lost.",
    )
    outcome_reason = fields.Char(string="Reason", readonly=True)
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    decided_on = fields.Date(readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", compute="_compute_documents")
    sale_order_id = fields.Many2one("sale.order", compute="_compute_documents")
    invoice_id = fields.Many2one("account.move", compute="_compute_documents")
    move_ids = fields.Many2many("account.move", string="Vouchers", compute="_compute_documents")

    _reference_uniq = models.UniqueIndex("(provider_id, reference)")

    @api.depends("line_ids.amount", "line_ids.fee", "line_ids.date", "line_ids.kind", "line_ids.order_reference")
    def _compute_from_lines(self):
        for dispute in self:
            lines = dispute.line_ids.sorted(lambda line: (line.date, line.id))
            taken = lines.filtered(lambda line: line.kind == Kind.CHARGEBACK.value)
            dispute.order_reference = next(filter(None, lines.mapped("order_reference")), False)
            dispute.name = dispute.order_reference or dispute.reference
            dispute.currency_id = lines[:1].currency_id or dispute.provider_id.currency_id
            dispute.date = lines[:1].date
            dispute.amount = -sum(taken.mapped("amount"))
            dispute.amount_returned = sum((lines - taken).mapped("amount"))
            dispute.amount_fee = sum(lines.mapped("fee"))

    @api.depends("line_ids.open_as", "line_ids.amount_open", "line_ids.status", "outcome", "amount", "amount_returned")
    def _compute_state(self):
        for dispute in self:
            lines, currency = dispute.line_ids, dispute.company_currency_id
            dispute.amount_open = -sum(lines.mapped("amount_open"))
            if "new" in lines.mapped("status") or any(lines.mapped("open_as")):
                dispute.state = "open"
            elif currency.compare_amounts(dispute.amount_returned, dispute.amount) >= 0:
                dispute.state = "won"
            else:
                dispute.state = dispute.outcome or "closed"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.sudo().search([("company_id", "in", self.env.companies.ids)])
        return Domain("id", "in", found.filtered(lambda dispute: dispute.state in value).ids)

    @api.depends("line_ids.partner_id", "line_ids.sale_order_id", "line_ids.invoice_id", "line_ids.move_line_ids")
    def _compute_documents(self):
        for dispute in self:
            lines = dispute.line_ids
            dispute.partner_id = lines.partner_id[:1]
            dispute.sale_order_id = lines.sale_order_id[:1]
            invoices = lines.invoice_id.filtered(lambda move: move.move_type == "out_invoice")
            dispute.invoice_id = invoices[:1] or dispute._get_order_invoices()[:1]
            dispute.move_ids = lines.move_line_ids.move_id

    def _get_order_invoices(self):
        return self.sale_order_id.sudo().invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )

    def write(self, vals):
        """People write the deadline and what the buyer says; a deadline reminds whoever set it."""
        self._check_written(vals, WRITTEN_BY_PEOPLE)
        result = super().write(vals)
        if "deadline" in vals:
            self._remind()
        return result

    def _remind(self):
        todo = "mail.mail_activity_data_todo"
        for dispute in self:
            dispute.activity_unlink([todo])
            if dispute.deadline and dispute.state == "open":
                dispute.activity_schedule(
                    todo,
                    date_deadline=dispute.deadline,
                    summary=self.env._("Answer the dispute about %s", dispute.name),
                    user_id=self.env.uid,
                )

    # ---------------------------------------------------------------- from transactions

    @api.model
    def _link(self, lines):
        """Put disputed transactions on their cases, new ones where there is none yet.

        :param lines: ``account.settlement.line``; others than chargebacks and their reversals are passed over.
        """
        kinds = {kind.value for kind in DISPUTE_KINDS}
        lines = lines.filtered(lambda line: line.kind in kinds and not line.dispute_id)
        if not lines:
            return
        groups = lines.grouped(lambda line: (line.provider_id, self._get_key(line)))
        known = {
            (dispute.provider_id, dispute.reference): dispute
            for dispute in self.sudo().search(
                [
                    ("provider_id", "in", lines.provider_id.ids),
                    ("reference", "in", list({reference for _provider, reference in groups})),
                ]
            )
        }
        missing = [group for group in groups if group not in known]
        made = self.sudo().create([{"provider_id": group[0].id, "reference": group[1]} for group in missing])
        known.update(zip(missing, made, strict=True))
        for group, members in groups.items():
            members.sudo().dispute_id = known[group]

    @staticmethod
    def _get_key(line):
        return line.provider_reference or line.order_reference or line.external_id

    # ---------------------------------------------------------------- actions

    def action_open_lost(self):
        """Ask what became of the sale, now that the dispute is lost."""
        self.ensure_one()
        if self.state != "open":
            raise UserError(self.env._("Nothing of the dispute about %s is open any more.", self.name))
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_dispute_lost")
        return {**action, "context": {"default_dispute_id": self.id}}

    def action_open_moves(self):
        """Open what each stage of the dispute has booked."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        return {**action, "domain": [("id", "in", self.move_ids.ids)], "context": {}}

    def action_open_invoice(self):
        """Open the invoice whose payment is disputed."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": self.invoice_id.id,
        }
