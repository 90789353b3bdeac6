from odoo import api, fields, models
from odoo.exceptions import UserError


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
        " ('company_id', '=', company_id), ('commercial_partner_id', '=', partner_id)]",
        help="Empty: the whole invoice is credited.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Account of Losses",
        compute="_compute_account",
        store=True,
        readonly=False,
        domain="[('account_type', 'in', ('expense', 'expense_other', 'expense_direct_cost'))]",
    )
    date = fields.Date(help="Empty: the day of the transaction, or the first open one.")
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
            lambda note: self.currency_id.compare_amounts(note.amount_residual, self.amount_open) == 0
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
        lines = dispute.line_ids.filtered("open_as").with_env(self.env)
        if not lines:
            raise UserError(self.env._("Nothing of the dispute about %s is open any more.", dispute.name))
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
            if not self.account_id:
                raise UserError(self.env._("Choose the account of losses, such as 7830."))
            return self.account_id
        return self.credit_note_id or self._create_credit_note()

    def _create_credit_note(self):
        """Credit the whole invoice with Odoo's own reversal, where just that is disputed."""
        invoice = self.invoice_id
        if not invoice:
            raise UserError(
                self.env._(
                    "No invoice of %s is known here. Make the credit note, and choose it here.", self.dispute_id.name
                )
            )
        if self.currency_id.compare_amounts(abs(invoice.amount_total_signed), self.amount_open):
            raise UserError(
                self.env._(
                    "Another amount is disputed than %s comes to. Make a credit note of what is called off, and choose "
                    "it here.",
                    invoice.name,
                )
            )
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        values = {"journal_id": invoice.journal_id.id, "reason": self.reason}
        if self.date:
            values["date"] = self.date
        reversal = reversal.create(values)
        reversal.reverse_moves()
        note = reversal.new_move_ids
        note.action_post()
        return note
