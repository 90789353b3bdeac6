from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..matching.roles import Role
from ..providers.records import DISPUTE_KINDS, Kind

#: What people write on a dispute; all else follows from its transactions.
WRITTEN_BY_PEOPLE = frozenset({"deadline", "cause"})

#: The costs in a settlement that are not the disputed amount's own.
OWN_COSTS = (Role.FEE, Role.FEE_OWED, Role.FEE_TAX, Role.ROUNDING, Role.EXCHANGE)


class AccountSettlementDispute(models.Model):
    """A disputed payment, from the day the provider takes it back until it is won or lost.

    The transactions tell what was taken and what came back, the ledger whether anything is open and what became of it.
    That it was lost, and why, no provider tells: a person says so, and is asked about the VAT. The sale that is
    disputed is in ``account_settlement_dispute_sale``.
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
        compute="_compute_state",
        currency_field="company_currency_id",
        help="Not won and not decided on yet. Zero where what was taken back and what came back both stand open.",
    )
    state = fields.Selection(
        [
            ("open", "Still Open"),
            ("returned", "Came Back After It Was Lost"),
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
    outcome_reason = fields.Char(string="Reason", readonly=True, tracking=True)
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True, tracking=True)
    decided_on = fields.Date(readonly=True)

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

    @api.depends(
        "line_ids.open_as",
        "line_ids.amount_open",
        "line_ids.status",
        "line_ids.move_line_ids.balance",
        "line_ids.move_line_ids.parent_state",
        "line_ids.move_line_ids.matched_credit_ids",
        "amount",
        "amount_returned",
    )
    def _compute_state(self):
        for dispute in self:
            lines, currency = dispute.line_ids, dispute.company_currency_id
            dispute.amount_open = -sum(lines.mapped("amount_open"))
            is_returned = currency.compare_amounts(dispute.amount_returned, dispute.amount) >= 0
            lost_as = dispute._get_lost_as()
            if "new" in lines.mapped("status") or any(lines.mapped("open_as")):
                dispute.state = "returned" if is_returned and lost_as else "open"
            else:
                dispute.state = "won" if is_returned else lost_as or "closed"

    def _get_lost_as(self):
        """Return what the ledger says became of what was taken back, whoever has booked it and however: ``credited``
        where a credit note has met it, ``loss`` where it stands as a cost; None else."""
        taken = self.line_ids.filtered(lambda line: line.kind == Kind.CHARGEBACK.value)
        items = taken.sudo().move_line_ids.filtered(lambda item: item.parent_state == "posted")
        if "out_refund" in items.matched_credit_ids.credit_move_id.move_id.mapped("move_type"):
            return "credited"
        costs = items.filtered(
            lambda item: item.account_id.internal_group == "expense" and item.settlement_role not in OWN_COSTS
        )
        is_cost = self.company_currency_id.compare_amounts(sum(costs.mapped("balance")), 0) > 0
        return "loss" if is_cost else None

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self.sudo().search([("company_id", "in", self.env.companies.ids)])
        return Domain("id", "in", found.filtered(lambda dispute: dispute.state in value).ids)

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
        self._check_can_be_lost()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_dispute_lost")
        return {**action, "context": {"default_dispute_id": self.id}}

    def _check_can_be_lost(self):
        """:raises UserError: where nothing was lost, with what is to be done instead."""
        self.ensure_one()
        if self.state not in ("open", "returned"):
            raise UserError(self.env._("Nothing of the dispute about %s is open any more.", self.name))
        if self.state == "returned":
            raise UserError(
                self.env._(
                    "The dispute about %s was lost, and then the amount came back. Press Undo Decision, then Match "
                    "Together.",
                    self.name,
                )
            )
        if self.company_currency_id.compare_amounts(self.amount_open, 0) <= 0:
            raise UserError(
                self.env._(
                    "What was taken back for %s came back as well, so nothing is lost. Press Match Together.", self.name
                )
            )
        self._check_sale_is_booked()

    def action_open_undo_decision(self):
        """Open the dialog that takes back what was booked when the dispute was lost: the money came back after all."""
        self.ensure_one()
        taken = self.line_ids.filtered(lambda line: line.kind == Kind.CHARGEBACK.value and not line.open_as)
        return taken.action_undo()

    def _forget_decision(self):
        """Tell no decision that has been undone; the chatter keeps it."""
        decided = self.filtered("outcome")
        decided.sudo().write({"outcome": False, "outcome_reason": False, "decided_by_id": False, "decided_on": False})

    def action_open_moves(self):
        """Open what each stage of the dispute has booked."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        return {**action, "domain": [("id", "in", self.move_ids.ids)], "context": {}}
