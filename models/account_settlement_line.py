from odoo import api, fields, models
from odoo.exceptions import UserError

from .cutoff_queries import CROSSED_INDEX

#: The status of transactions that are not matched for good.
NOT_MATCHED_FOR_GOOD = ("new", "unknown", "on_account")


class AccountSettlementLine(models.Model):
    """One transaction of a settlement: a row of the provider's document.

    Its stages have files of their own: ``_match``, ``_book``, ``_transfer`` and ``_retry``, what a person does by hand
    (``_assign``, ``_undo``, ``_exclude``), what others do (``_reopen``), ``_open`` for where what is open of it stands,
    and ``_explanation`` for why it was booked as it is.
    """

    _name = "account.settlement.line"
    _description = "Settlement Transaction"
    _inherit = ["settlement.rights"]
    _order = "date desc, settlement_id desc, row, id"
    _rec_name = "name"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    settlement_id = fields.Many2one(
        "account.settlement", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    provider_id = fields.Many2one(related="settlement_id.provider_id", store=True, index=True, precompute=True)
    company_id = fields.Many2one(related="settlement_id.company_id", store=True, index=True, precompute=True)
    document_id = fields.Many2one(
        "account.settlement.document", readonly=True, index=True, ondelete="restrict", check_company=True
    )
    row = fields.Integer(readonly=True, help="Where in the document.")
    external_id = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("refund", "Refund"),
            ("fee", "Fee"),
            ("fee_refund", "Fee Refund"),
            ("chargeback", "Chargeback"),
            ("chargeback_reversal", "Chargeback Won"),
            ("reserve_hold", "Reserve Held"),
            ("reserve_release", "Reserve Released"),
            ("payout", "Payout"),
            ("payout_return", "Payout Returned"),
            ("top_up", "Top-up"),
            ("correction", "Correction"),
            ("other", "Other"),
        ],
        string="Type",
        required=True,
        readonly=True,
    )
    date = fields.Date(string="Ledger Date", required=True, readonly=True, index=True)
    time = fields.Datetime(readonly=True)
    booking_date = fields.Date(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="Before fees; positive when it adds to what the provider owes.")
    fee = fields.Monetary(readonly=True, help="Deducted on this row.")
    fee_reported = fields.Monetary(
        readonly=True, string="Fee (Reported)", help="Reported on this row; deducted or invoiced elsewhere."
    )
    fee_report_data = fields.Json(readonly=True)
    fee_vat = fields.Monetary(
        string="VAT in the Fee",
        readonly=True,
        help="As stated in the document. It is deducted according to the fee type.",
    )
    fee_vat_issue = fields.Selection(
        [
            ("untaxed", "VAT on a fee without tax"),
            ("foreign", "Foreign VAT"),
            ("differs", "VAT differs from the rate"),
        ],
        string="VAT to Review",
        readonly=True,
        index="btree_not_null",
        help="Why VAT that the document states was booked as cost.",
    )
    fee_owed = fields.Boolean(readonly=True, help="A fee that is invoiced later, not deducted.")
    amount_original = fields.Monetary(readonly=True, currency_field="currency_original_id", string="Original Amount")
    currency_original_id = fields.Many2one("res.currency", readonly=True, string="Original Currency")
    rate = fields.Float(readonly=True, digits=(16, 8))
    order_reference = fields.Char(readonly=True, index="btree_not_null")
    provider_reference = fields.Char(readonly=True, index="btree_not_null", string="Provider's ID")
    provider_text = fields.Char(readonly=True, string="Provider's Text")
    fee_type = fields.Char(readonly=True)
    fees = fields.Json(readonly=True, help="What the fee consists of, where the document reports several.")
    payment_method = fields.Char(readonly=True, help="What the provider calls how the customer paid.")
    sales_unit = fields.Char(readonly=True)
    raw = fields.Json(readonly=True)
    raw_text = fields.Text(compute="_compute_raw_text", string="Original Row")
    is_dispute = fields.Boolean(readonly=True, string="Disputed")
    is_late = fields.Boolean(readonly=True, string="Late", help="Its period was locked: booked in the next open one.")
    status = fields.Selection(
        [
            ("new", "To Book"),
            ("matched", "Matched"),
            ("on_account", "On Customer"),
            ("unknown", "Unknown"),
            ("resolved", "Resolved"),
            ("excluded", "Excluded"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    explanation_data = fields.Json(readonly=True)
    tried_data = fields.Json(readonly=True, help="What the rules searched for and did not find.")
    rule_id = fields.Many2one(
        "account.settlement.rule", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    decided_rule = fields.Integer(
        readonly=True, help="The id of the rule that decided, even if a person has matched it differently since."
    )
    is_exclusion_proposed = fields.Boolean(
        readonly=True, string="Proposed for Exclusion", help="A rule proposes it; a person decides."
    )
    is_undone = fields.Boolean(
        readonly=True, help="A person took it back to unknown: it is matched again only by a person."
    )
    is_kept = fields.Boolean(readonly=True, help="A rule proposed to exclude it; a person decided that it is booked.")
    invoice_id = fields.Many2one(
        "account.move", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    sale_order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    partner_id = fields.Many2one("res.partner", readonly=True, string="Customer", check_company=True)
    move_line_ids = fields.Many2many(
        "account.move.line",
        relation="account_settlement_line_move_line_rel",
        column1="settlement_line_id",
        column2="move_line_id",
        readonly=True,
        string="Journal Items",
    )
    difference = fields.Selection(
        [("open", "Invoice partly open"), ("excess", "Surplus on the customer")],
        readonly=True,
        help="The difference that is above the rounding limit.",
    )
    exclusion_reason = fields.Char(readonly=True)
    exclusion_move_line_id = fields.Many2one(
        "account.move.line", readonly=True, ondelete="restrict", string="Already Booked By", check_company=True
    )

    _external_uniq = models.UniqueIndex("(provider_id, external_id)", "This transaction is stored already.")
    _late_idx = models.Index("(provider_id, booking_date) WHERE is_late IS TRUE")
    _fee_vat_idx = models.Index("(provider_id) WHERE fee_vat_issue IS NOT NULL")
    _proposed_idx = models.Index("(provider_id) WHERE is_exclusion_proposed IS TRUE")
    _to_book_idx = models.Index("(settlement_id, date) WHERE status = 'new'")
    _crossed_idx = models.Index(CROSSED_INDEX)
    _refund_idx = models.Index("(date) WHERE kind = 'refund'")
    _resolved_idx = models.Index("(date) WHERE status = 'resolved'")
    _unplaced_idx = models.Index("(company_id, order_reference) WHERE status IN ('unknown', 'on_account')")

    @api.depends("order_reference", "provider_reference", "kind")
    @api.depends_context("lang")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            reference = line.order_reference or line.provider_reference or ""
            line.name = f"{kinds[line.kind]} {reference}".strip() if line.kind else ""

    @api.depends("raw")
    def _compute_raw_text(self):
        for line in self:
            line.raw_text = "\n".join(f"{name}: {value}" for name, value in line.raw or ())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        for line in self.filtered(lambda line: line.move_line_ids):
            raise UserError(self.env._("Transaction %s is booked, so it cannot be deleted.", line.name))

    # ---------------------------------------------------------------- actions

    def action_open_move_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_moves_all")
        action["domain"] = [("id", "in", self.move_line_ids.ids)]
        action["context"] = {}
        return action

    def action_open_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "res_id": self.invoice_id.id,
        }

    def action_open_document(self):
        self.ensure_one()
        return self.document_id.action_download()
