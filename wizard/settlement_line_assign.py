from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

#: What a person may do in the dialog that moves an amount, and so has a voucher with a date.
MOVING = ("invoice", "customer", "account", "divide", "undo")


class SettlementLineAssign(models.TransientModel):
    """Assign, undo, exclude or keep transactions by hand.

    What may be found for them, taxes, and dividing have files of their own: ``_search``, ``_tax`` and ``_divide``.
    """

    _name = "settlement.line.assign"
    _description = "Match Transactions"
    _inherit = ["settlement.assign.target"]

    line_ids = fields.Many2many("account.settlement.line", string="Transactions", required=True)
    transaction_count = fields.Integer(compute="_compute_from_lines")
    company_id = fields.Many2one("res.company", compute="_compute_from_lines")
    currency_id = fields.Many2one("res.currency", compute="_compute_from_lines")
    amount = fields.Monetary(compute="_compute_from_lines")
    amount_open = fields.Monetary(compute="_compute_from_lines", string="Still Open")
    clearing_account_ids = fields.Many2many("account.account", compute="_compute_from_lines")
    needs_move_line = fields.Boolean(compute="_compute_from_lines")
    order_reference = fields.Char(compute="_compute_from_lines")
    action = fields.Selection(
        [
            ("invoice", "Invoice or credit note"),
            ("customer", "Customer"),
            ("account", "Account"),
            ("divide", "Divide among several"),
            ("undo", "Take back to unknown"),
            ("exclude", "Exclude"),
            ("keep", "Book it"),
        ],
        string="Match With",
        required=True,
        default="invoice",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Already Booked By",
        help="The journal item on the clearing account that has booked it already.",
    )
    date = fields.Date(
        string="Booking Date",
        compute="_compute_date",
        store=True,
        readonly=False,
        help="The date of the correction voucher. Empty: each transaction's own date.",
    )
    date_note = fields.Char(compute="_compute_date_note")
    reason = fields.Char(required=True)

    @api.depends("line_ids")
    def _compute_from_lines(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.transaction_count = len(lines)
            wizard.company_id = lines.company_id[:1] or self.env.company
            wizard.currency_id = lines.currency_id[:1]
            wizard.amount = sum(lines.mapped("amount"))
            wizard.amount_open = lines.sudo()._get_amount_open()
            wizard.clearing_account_ids = lines.provider_id.clearing_account_id
            wizard.needs_move_line = any(not line.currency_id.is_zero(line.amount - line.fee) for line in lines)
            wizard.order_reference = ", ".join(filter(None, lines.mapped("order_reference")))

    # ---------------------------------------------------------------- the voucher's date

    def _get_own_date(self):
        """Return the date of what would be moved, whether or not it is locked; False where there is no voucher."""
        if self.action not in MOVING:
            return False
        lines = self.line_ids.sudo()
        items = lines._get_own_items() if self.action == "undo" else lines._get_open_move_lines()
        return max(items.mapped("date"), default=False)

    def _get_open_date(self, date):
        """Return the date, or the first open day after it where it is locked for what is chosen."""
        return self.line_ids.settlement_id[:1].sudo()._get_booking_date(date, self._has_tax())

    def _has_tax(self):
        """Whether what would be booked affects the VAT return, whose lock then counts."""
        if self.action == "divide":
            return bool(self.part_ids.tax_id)
        if self.action == "undo":
            return any(item._affect_tax_report() for item in self.line_ids.sudo()._get_own_items())
        return self.action == "account" and bool(self.tax_id)

    @api.depends("line_ids", "action")
    def _compute_date(self):
        """As the transaction, if there is only one and its period is open; else the first open day after it."""
        for wizard in self:
            own = len(wizard.line_ids) == 1 and wizard._get_own_date()
            wizard.date = own and wizard._get_open_date(own)

    @api.depends("line_ids", "action", "date", "tax_id")
    def _compute_date_note(self):
        for wizard in self:
            wanted = len(wizard.line_ids) == 1 and (wizard.date or wizard._get_own_date())
            own = wanted and wizard._get_own_date()
            booked = wanted and wizard._get_open_date(wanted)
            wizard.date_note = False
            if booked and booked != wanted:
                wizard.date_note = self.env._(
                    "%(date)s is locked: it will be booked on %(booked)s.",
                    date=format_date(self.env, wanted),
                    booked=format_date(self.env, booked),
                )
            elif own and wanted == wizard._get_open_date(own) != own:
                wizard.date_note = self.env._(
                    "%s, its own date, is locked. This is the first open day after it.", format_date(self.env, own)
                )

    def _get_chosen_date(self):
        """Return the date that a person has chosen, or None where what is proposed is taken as it is."""
        own = len(self.line_ids) == 1 and self._get_own_date()
        return None if not self.date or (own and self.date == self._get_open_date(own)) else self.date

    # ---------------------------------------------------------------- confirming

    def action_confirm(self):
        """Do what was chosen, and say what was done."""
        self.ensure_one()
        if not self.line_ids:
            raise UserError(self.env._("No transaction is chosen. Close the dialog and open it from the list."))
        if self.action == "keep":
            self.line_ids._keep(self.reason)
            return self.line_ids._notify_done(self.line_ids.move_line_ids.move_id)
        before = self.line_ids.move_line_ids.move_id
        self._do_chosen()
        vouchers = self.line_ids.move_line_ids.move_id - before
        return self._offer_rule(vouchers) or self.line_ids._notify_done(vouchers)

    def _do_chosen(self):
        if self.action == "exclude":
            for line in self.line_ids:
                line._exclude(self.reason, self.move_line_id)
        elif self.action == "undo":
            self.line_ids._undo(self.reason, self._get_chosen_date())
        elif self.action == "divide":
            self._divide()
        else:
            self._check_target_chosen()
            if self.action == "customer" and not self.env.context.get("settlement_awaits_order"):
                self.line_ids._check_stands_elsewhere(self.partner_id)
            tax = self.tax_id if self.action == "account" else None
            self.line_ids._assign(self._get_target(), self.reason, self._get_chosen_date(), tax)

    def _check_target_chosen(self):
        if not self._get_target():
            raise UserError(self.env._("Choose the document, the customer or the account to match it with."))

    def _get_target(self):
        """Return the record to which the transactions are assigned, if they are."""
        return self._get_chosen_target(self.action)

    def _offer_rule(self, vouchers):
        """Offer the rule that would have matched the first of the transactions with it.

        :param vouchers: what was written, to be told in the same dialog.
        """
        target = self._get_target()
        if not target:
            return False
        line = self.line_ids[:1]
        tax = self.tax_id if self.action == "account" else None
        learned = line._get_learning_target(target, tax)
        done = self.line_ids._describe_done(vouchers)
        return self.env["settlement.rule.learn"]._offer(line, learned, done, self.line_ids)
