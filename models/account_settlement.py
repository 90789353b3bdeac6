from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..matching.rules import FEE_KINDS
from ..providers.records import BANK_KINDS


class AccountSettlement(models.Model):
    """One payout and the transactions it consists of; or, until the payout comes, the open run of ledger dates.

    The stages have files of their own: ``account_settlement_ingest``, ``_match``, ``_book`` and ``_bank``, which
    ``_process`` runs; then ``_proof``, which compares what is stored with what was booked, and ``_mend``.
    """

    _name = "account.settlement"
    _description = "Settlement"
    _inherit = ["mail.thread", "mail.activity.mixin", "settlement.rights"]
    _order = "date desc, id desc"
    _check_company_auto = True
    # Nobody writes a settlement by hand; whoever reads it may post messages and plan activities.
    _mail_post_access = "read"

    name = fields.Char(compute="_compute_name", store=True)
    provider_id = fields.Many2one(
        "account.settlement.provider",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="provider_id.company_id", store=True, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    external_id = fields.Char(
        string="Settlement Number",
        readonly=True,
        index=True,
        help="The provider's number of the payout; empty until it comes.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date(readonly=True, index=True)
    date_from = fields.Date(string="From", compute="_compute_from_lines", store=True)
    date_to = fields.Date(string="To", compute="_compute_from_lines", store=True)
    amount_gross = fields.Monetary(
        string="Payments and Refunds", compute="_compute_from_lines", store=True, help="Before fees."
    )
    amount_payments = fields.Monetary(
        string="Payments", compute="_compute_from_lines", store=True, help="Before refunds and fees."
    )
    amount_fee = fields.Monetary(string="Fees Deducted", compute="_compute_from_lines", store=True)
    amount_net = fields.Monetary(string="Net", compute="_compute_from_lines", store=True)
    opening_balance = fields.Monetary(readonly=True, help="What the provider owed before the first transaction.")
    payout_amount = fields.Monetary(readonly=True, string="Payout")
    payout_reference = fields.Char(readonly=True, help="Expected in the text of the bank line.")
    payout_date = fields.Date(readonly=True)
    payout_failed = fields.Boolean(
        readonly=True, help="The provider says that the payout did not arrive. The amount comes with a later one."
    )
    complete_to = fields.Date(readonly=True, help="The last day that is complete: nothing more is expected for it.")
    closing_balance = fields.Monetary(readonly=True)
    has_closing_balance = fields.Boolean(readonly=True)
    is_open = fields.Boolean(readonly=True, string="Awaits Payout")
    by_position = fields.Boolean(
        readonly=True,
        help="A ledger: a payout closes the transactions since the one before. Else they name their payout.",
    )
    needs_confirmation = fields.Boolean(
        readonly=True,
        help="The document does not prove its payout: a person confirms it before it is booked.",
    )
    confirmation_data = fields.Json(readonly=True, help="What the person confirms, if it is more than the payout.")
    confirmation_message = fields.Text(compute="_compute_confirmation_message")
    confirmed_by_id = fields.Many2one("res.users", readonly=True)
    problem_data = fields.Json(readonly=True, help="What does not add up, and in which document.")
    booking_error_data = fields.Json(readonly=True, help="Why booking failed the last time.")
    error_message = fields.Text(compute="_compute_error_message")
    state = fields.Selection(
        [
            ("open", "Still Open"),
            ("new", "To Book"),
            ("booked", "Booked"),
            ("paid", "Paid Out"),
            ("error", "Error"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
    )
    line_ids = fields.One2many("account.settlement.line", "settlement_id", string="Transactions", readonly=True)
    move_ids = fields.One2many("account.move", "settlement_id", string="Vouchers", readonly=True)
    clearing_line_ids = fields.One2many("account.move.line", "settlement_clearing_id", readonly=True)
    document_ids = fields.Many2many("account.settlement.document", string="Documents", readonly=True)
    carried_to_id = fields.Many2one(
        "account.settlement",
        readonly=True,
        index="btree_not_null",
        string="Paid Out With",
        help="The payout was aborted; the amount comes with this later one.",
        check_company=True,
    )
    carried_from_ids = fields.One2many("account.settlement", "carried_to_id", string="Aborted Payouts Included")
    clearing_residual = fields.Monetary(compute="_compute_clearing_residual", string="Open on Clearing")
    line_count = fields.Integer(compute="_compute_counts")
    unknown_count = fields.Integer(compute="_compute_counts")
    move_count = fields.Integer(compute="_compute_counts")

    _external_uniq = models.UniqueIndex(
        "(provider_id, external_id) WHERE external_id IS NOT NULL", "This settlement is stored already."
    )
    _open_uniq = models.UniqueIndex(
        "(provider_id, currency_id) WHERE is_open", "A provider has only one open settlement at a time."
    )

    @api.depends("provider_id.name", "external_id")
    def _compute_name(self):
        for settlement in self:
            settlement.name = f"{settlement.provider_id.name} {settlement.external_id or '…'}"

    @api.depends("name", "external_id", "date_from", "provider_id.display_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        """Name its agreement as where another one may be meant, and what has no number yet by its first day."""
        for settlement in self:
            provider = settlement.provider_id
            number = (settlement.name or "").removeprefix(provider.name or "").strip()
            first = "" if settlement.external_id else format_date(self.env, settlement.date_from)
            settlement.display_name = " ".join(filter(None, (provider.display_name, number, first)))

    @api.depends(
        "line_ids.amount", "line_ids.fee", "line_ids.kind", "line_ids.fee_owed", "line_ids.is_replaced", "line_ids.date"
    )
    def _compute_from_lines(self):
        totals = {settlement.id: [None, None, 0.0, 0.0, 0.0] for settlement in self}
        for settlement, kind, first, last, amount, fee in self.env["account.settlement.line"]._read_group(
            [("settlement_id", "in", self.ids), ("fee_owed", "=", False), ("is_replaced", "=", False)],
            ["settlement_id", "kind"],
            ["date:min", "date:max", "amount:sum", "fee:sum"],
        ):
            total = totals[settlement.id]
            total[0] = min(filter(None, (total[0], first)))
            total[1] = max(filter(None, (total[1], last)))
            total[3] += fee
            if kind in FEE_KINDS:
                total[3] -= amount
            elif kind not in BANK_KINDS:
                total[2] += amount
            if kind == "payment":
                total[4] += amount
        for settlement in self:
            first, last, gross, fee, payments = totals.get(settlement.id, (None, None, 0.0, 0.0, 0.0))
            settlement.date_from = first
            settlement.date_to = last
            settlement.amount_gross = gross
            settlement.amount_payments = payments
            settlement.amount_fee = fee
            settlement.amount_net = gross - fee

    @api.depends(
        "is_open",
        "problem_data",
        "booking_error_data",
        "line_ids.status",
        "amount_net",
        "clearing_line_ids.amount_currency",
        "clearing_line_ids.amount_residual",
        "clearing_line_ids.parent_state",
        "payout_amount",
        "carried_to_id",
        "payout_item_ids.amount_residual",
        "payout_item_ids.amount_residual_currency",
        "payout_item_ids.parent_state",
    )
    def _compute_state(self):
        unbooked = {
            settlement.id
            for (settlement,) in self.env["account.settlement.line"]._read_group(
                [("settlement_id", "in", self.ids), ("status", "=", "new")], ["settlement_id"]
            )
        }
        for settlement in self:
            if settlement.problem_data or settlement.booking_error_data:
                settlement.state = "error"
            elif settlement.is_open:
                settlement.state = "open"
            elif settlement.id in unbooked:
                settlement.state = "new"
            elif settlement._is_clearing_reconciled():
                settlement.state = "paid"
            else:
                settlement.state = "booked"

    def _get_clearing_items(self):
        """Return these settlements' posted items on the clearing account, reconciled or not."""
        return self.clearing_line_ids.filtered(lambda item: item.parent_state == "posted")

    def _is_clearing_reconciled(self):
        """Whether all that the provider owed for this settlement was booked on the clearing account, and is reconciled,
        with nothing left open of what it is reconciled with: the bank's side too.

        An account without reconciliation has no residual, and a deleted voucher no items: neither means a payout.
        """
        self.ensure_one()
        if self._is_of_balance_alone():
            return self._is_balance_met()
        items = self._get_clearing_items()
        owed = sum(items.mapped("amount_currency"))
        return (
            all(items.account_id.mapped("reconcile"))
            and self.currency_id.compare_amounts(owed, self.amount_net) == 0
            and all(
                item.company_currency_id.is_zero(item.amount_residual)
                and item.currency_id.is_zero(item.amount_residual_currency)
                for item in items._all_reconciled_lines()
            )
        )

    @api.depends("clearing_line_ids.amount_residual_currency", "clearing_line_ids.parent_state")
    def _compute_clearing_residual(self):
        for settlement in self:
            settlement.clearing_residual = sum(settlement._get_clearing_items().mapped("amount_residual_currency"))

    def _compute_counts(self):
        Line = self.env["account.settlement.line"]
        lines = dict(Line._read_group([("settlement_id", "in", self.ids)], ["settlement_id"], ["__count"]))
        unknown = dict(
            Line._read_group(
                [("settlement_id", "in", self.ids), ("status", "=", "unknown")], ["settlement_id"], ["__count"]
            )
        )
        moves = dict(
            self.env["account.move"]._read_group([("settlement_id", "in", self.ids)], ["settlement_id"], ["__count"])
        )
        for settlement in self:
            settlement.line_count = lines.get(settlement, 0)
            settlement.unknown_count = unknown.get(settlement, 0)
            settlement.move_count = moves.get(settlement, 0)

    @api.depends("problem_data", "booking_error_data")
    @api.depends_context("lang")
    def _compute_error_message(self):
        for settlement in self:
            problems = [problem["message"] for problem in settlement.problem_data or []]
            settlement.error_message = self.env["settlement.message"]._render_stored(
                problems + (settlement.booking_error_data or [])
            )

    @api.depends("confirmation_data")
    @api.depends_context("lang")
    def _compute_confirmation_message(self):
        for settlement in self:
            settlement.confirmation_message = self.env["settlement.message"]._render_stored(
                settlement.confirmation_data
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        for settlement in self.filtered("move_ids"):
            raise UserError(
                self.env._("%s has vouchers, so it cannot be deleted. Undo it by reversal instead.", settlement.name)
            )

    # ---------------------------------------------------------------- actions

    def action_confirm(self):
        """Book settlements whose payout a person has confirmed."""
        for settlement in self._as_user().filtered("needs_confirmation"):
            settlement.write({"needs_confirmation": False, "confirmed_by_id": self.env.user.id})
            settlement.message_post(
                body=self.env._(
                    "The payout of %s was confirmed.",
                    formatLang(
                        self.env, settlement.payout_amount or settlement.amount_net, currency_obj=settlement.currency_id
                    ),
                )
            )
        self._process()
        return True

    def action_upload(self):
        """Upload a corrected file of a settlement that does not add up: it takes this one's place."""
        return self.provider_id[:1].action_upload()

    def action_reverse(self):
        self._as_manager()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_reverse")
        action["context"] = {"default_settlement_ids": self.ids}
        return action

    def _open_action(self, xml_id, domain):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = domain
        action["context"] = {}
        return action

    def action_open_lines(self):
        return self._open_action("settlement_bridge.action_account_settlement_line", [("settlement_id", "=", self.id)])

    def action_open_unknown(self):
        return self._open_action(
            "settlement_bridge.action_account_settlement_line",
            [("settlement_id", "=", self.id), ("status", "=", "unknown")],
        )

    def action_open_moves(self):
        return self._open_action("account.action_move_journal_line", [("settlement_id", "=", self.id)])

    def action_open_documents(self):
        return self._open_action(
            "settlement_bridge.action_account_settlement_document", [("settlement_ids", "in", self.ids)]
        )
