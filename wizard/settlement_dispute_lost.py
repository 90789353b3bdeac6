from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

#: The types of account on which a loss may stand.
LOSSES = ("expense", "expense_other", "expense_direct_cost")


class SettlementDisputeLost(models.TransientModel):
    """A dispute is lost: what became of the sale decides on the VAT, so a person is asked.

    Called off, or the goods came back: the sale is credited with its VAT (merverdiavgiftsloven § 4-7 (2)). Goods gone:
    a loss on receivables, and the VAT stays.
    """

    _name = "settlement.dispute.lost"
    _description = "A Lost Dispute"
    _inherit = ["settlement.dialog"]

    dispute_id = fields.Many2one("account.settlement.dispute", required=True, readonly=True)
    company_id = fields.Many2one(related="dispute_id.company_id")
    currency_id = fields.Many2one(related="dispute_id.company_currency_id")
    amount_open = fields.Monetary(related="dispute_id.amount_open")
    partner_id = fields.Many2one(related="dispute_id.partner_id")
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id", string="Invoiced Customer")
    invoice_id = fields.Many2one(related="dispute_id.invoice_id")
    outcome = fields.Selection(
        [
            ("credited", "The sale is called off, or the goods came back: credit note with VAT"),
            ("loss", "The goods are gone: a loss, and the VAT stays"),
        ],
        string="What Became of the Sale",
        required=True,
    )
    credit_note_id = fields.Many2one(
        "account.move",
        compute="_compute_credit_note",
        store=True,
        readonly=False,
        domain="[('move_type', '=', 'out_refund'), ('state', '=', 'posted'), ('amount_residual', '>', 0),"
        " ('company_id', '=', company_id), ('commercial_partner_id', '=', commercial_partner_id)]",
        help="Empty: the whole invoice is credited.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Account of Losses",
        compute="_compute_account",
        store=True,
        readonly=False,
        domain=[("account_type", "in", LOSSES)],
    )
    date = fields.Date(
        help="Of the voucher, and of the credit note that is made here. Empty: the day of the transaction. The first "
        "open day after it where that is locked."
    )
    reason = fields.Char(required=True)

    @api.depends("outcome")
    def _compute_credit_note(self):
        for dialog in self:
            notes = dialog._search_credit_notes() if dialog.outcome == "credited" else dialog.credit_note_id.browse()
            dialog.credit_note_id = notes if len(notes) == 1 else False

    def _search_credit_notes(self):
        """Return the open credit notes that may be of the disputed sale: of its amount, or of its invoice."""
        notes = self.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
                ("amount_residual", ">", 0),
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "=", self.partner_id.commercial_partner_id.id),
            ]
        )
        of_invoice = notes.filtered(lambda note: note.reversed_entry_id == self.invoice_id)
        return of_invoice or notes.filtered(
            lambda note: self.dispute_id._is_amount_open(
                note.currency_id, note.amount_residual, abs(note.amount_residual_signed)
            )
        )

    @api.depends("outcome")
    def _compute_account(self):
        Account = self.env["account.account"]
        for dialog in self:
            accounts = Account.with_company(dialog.company_id)
            domain = [*accounts._check_company_domain(dialog.company_id), ("code", "=like", "783%")]
            is_loss = dialog.outcome == "loss"
            dialog.account_id = accounts.search(domain, order="code", limit=1) if is_loss else False

    def action_confirm(self):
        """Book what was chosen, and keep the reason with the case."""
        self.ensure_one()
        dispute = self.dispute_id._as_user()
        dispute.with_env(self.env)._check_can_be_lost()
        lines = dispute.line_ids.filtered("open_as").with_env(self.env)
        lines._assign(self._get_target(), self.reason, self.date)
        dispute.write(
            {
                "outcome": self.outcome,
                "outcome_reason": self.reason,
                "decided_by_id": self.env.uid,
                "decided_on": fields.Date.context_today(self),
            }
        )
        dispute.activity_feedback(["mail.mail_activity_data_todo"], feedback=self.reason)
        return {"type": "ir.actions.act_window_close"}

    def _get_target(self):
        """Return what the disputed amount is matched with: a credit note, or the account of losses.

        :raises UserError: when there is none.
        """
        if self.outcome == "loss":
            return self._get_account_of_losses()
        if self.credit_note_id:
            self._check_credit_note()
            return self.credit_note_id
        return self._create_credit_note()

    def _get_account_of_losses(self):
        if not self.account_id:
            raise UserError(self.env._("Choose the account of losses, such as 7830."))
        if self.account_id.account_type not in LOSSES:
            raise UserError(
                self.env._(
                    "%s is no account of costs, so no loss can stand there. Choose one, such as 7830.",
                    self.account_id.with_context(show_account_code=True).display_name,
                )
            )
        return self.account_id

    def _check_credit_note(self):
        note, customer = self.credit_note_id, self.commercial_partner_id
        if (
            note.move_type != "out_refund"
            or note.state != "posted"
            or (customer and note.commercial_partner_id != customer)
        ):
            raise UserError(
                self.env._(
                    "%(note)s is no posted credit note of %(customer)s. Choose one that is.",
                    note=note.display_name,
                    customer=customer.display_name or self.dispute_id.name,
                )
            )

    def _create_credit_note(self):
        """Credit the whole invoice with Odoo's own reversal, where just that is disputed and nothing is credited."""
        invoice = self.invoice_id
        if not invoice:
            raise UserError(
                self.env._(
                    "No invoice of %s is known here. Make the credit note, and choose it here.", self.dispute_id.name
                )
            )
        self._check_not_credited(invoice)
        if not self.dispute_id._is_amount_open(
            invoice.currency_id, invoice.amount_total, abs(invoice.amount_total_signed)
        ):
            raise UserError(
                self.env._(
                    "Another amount is disputed than %s comes to. Make a credit note of what is called off, and choose "
                    "it here.",
                    invoice.name,
                )
            )
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        reversal = reversal.create(
            {"journal_id": invoice.journal_id.id, "reason": self.reason, "date": self._get_note_date(invoice)}
        )
        reversal.reverse_moves()
        note = reversal.new_move_ids
        note.action_post()
        return note

    def _check_not_credited(self, invoice):
        """Refuse to credit what is credited already, naming the credit notes.

        :raises UserError: with what is to be done instead.
        """
        notes = self.dispute_id._get_credit_notes()
        if not notes:
            return
        values = {"invoice": invoice.name, "notes": ", ".join(notes.mapped("display_name"))}
        if notes.filtered(lambda note: note.state == "draft" or note.amount_residual):
            raise UserError(
                self.env._(
                    "%(invoice)s is credited already by %(notes)s, which is not paid back yet. Post it if it is a "
                    "draft, and choose it here.",
                    **values,
                )
            )
        if invoice.currency_id.compare_amounts(sum(notes.mapped("amount_total")), invoice.amount_total) < 0:
            raise UserError(
                self.env._(
                    "A part of %(invoice)s is credited already by %(notes)s. Make a credit note of the rest that is "
                    "called off, and choose it here.",
                    **values,
                )
            )
        raise UserError(
            self.env._(
                "%(invoice)s is credited already by %(notes)s, so no sale is left to credit. If that was paid back to "
                "the buyer, this is paid back a second time: choose the loss, or leave it open on the customer as a "
                "claim on the buyer.",
                **values,
            )
        )

    def _get_note_date(self, invoice):
        """Return the chosen day, else that of the transaction as the loss; the first open day where it is locked."""
        items = self.dispute_id.line_ids.sudo()._get_open_move_lines()
        date = max([self.date or max(items.mapped("date")), invoice.date])
        locks = self.company_id._get_violated_lock_dates(date, bool(invoice.line_ids.tax_ids), invoice.journal_id)
        return max(lock for lock, _field in locks) + timedelta(days=1) if locks else date
