from math import isfinite

from odoo import api, fields, models
from odoo.fields import Domain

from ..common.messages import Message
from .money import to_decimal

#: How a payout stands in the bank, as read from the reconciliation.
IN_TRANSIT, SHORT, OVER = "in_transit", "short", "over"


class AccountSettlement(models.Model):
    """The payout in the bank: what of it has come is read from the ledger, whoever reconciled it.

    Which bank line it is, is found by :mod:`..matching.bank`; ``_bank_ledger`` gathers what it looks at, and
    ``_bank_match`` does what it decides.
    """

    _inherit = "account.settlement"

    bank_item_ids = fields.Many2many(
        "account.move.line",
        compute="_compute_bank_items",
        compute_sudo=True,
        help="The bank's side: items on the clearing account that are reconciled with what the provider owed.",
    )
    bank_line_ids = fields.Many2many(
        "account.bank.statement.line", string="Bank Lines", compute="_compute_bank_items", compute_sudo=True
    )
    returned_bank_line_ids = fields.Many2many(
        "account.bank.statement.line",
        string="Returned By Bank Lines",
        compute="_compute_bank_items",
        compute_sudo=True,
        help="The payout had reached the bank, and was returned.",
    )
    payout_item_ids = fields.One2many("account.move.line", "settlement_payout_id", readonly=True)
    refused_bank_line_ids = fields.Many2many(
        "account.bank.statement.line",
        relation="account_settlement_refused_bank_line_rel",
        string="Bank Lines Taken Back",
        readonly=True,
        help="A person took them back: they are matched again only by a person.",
    )
    refused_item_ids = fields.Many2many(
        "account.move.line",
        relation="account_settlement_refused_item_rel",
        string="Entries Taken Back",
        readonly=True,
        help="Entries made by hand on the clearing account that a person took back: as for bank lines.",
    )
    is_bank_found_by_amount = fields.Boolean(
        readonly=True, help="Its bank line was found by its amount alone: one that names the payout takes over."
    )
    bank_proposal_data = fields.Json(readonly=True, help="What a person may agree to, see matching/bank.py.")
    bank_state = fields.Selection(
        [(IN_TRANSIT, "In Transit"), (SHORT, "Short"), (OVER, "Over"), ("paid", "Received")],
        string="In the Bank",
        compute="_compute_bank_state",
        search="_search_bank_state",
    )
    bank_message = fields.Text(compute="_compute_bank_message")
    needs_bank_decision = fields.Boolean(
        compute="_compute_needs_bank_decision",
        search="_search_needs_bank_decision",
        string="Bank to Decide On",
        help="The bank line differs from the payout, or a person is to say which one it is.",
    )

    @api.depends(
        "clearing_line_ids.matched_debit_ids",
        "clearing_line_ids.matched_credit_ids",
        "clearing_line_ids.parent_state",
        "payout_item_ids.account_id",
        "payout_amount",
        "carried_to_id",
    )
    def _compute_bank_items(self):
        for settlement in self:
            own = settlement._get_clearing_items()
            met = own.matched_debit_ids.debit_move_id | own.matched_credit_ids.credit_move_id
            marked = settlement.payout_item_ids.filtered(
                lambda item, settlement=settlement: item.account_id == settlement.provider_id.clearing_account_id
            )
            items = (met | marked).filtered(
                lambda item: item.parent_state == "posted" and not item.settlement_clearing_id
            )
            settlement.bank_item_ids = items
            settlement.bank_line_ids = settlement._get_paid_items(items).move_id.statement_line_id
            returned = settlement._get_returned_items(items)
            settlement.returned_bank_line_ids = returned.move_id.statement_line_id

    def _get_paid_items(self, items):
        """Return the items of the bank's side that go the way of the payout; a return or a top-up goes the other."""
        return items.filtered(lambda item: item.amount_currency * self.payout_amount < 0)

    def _get_returned_items(self, items):
        """Return the items of the bank's side by which an aborted payout came back."""
        if not self.carried_to_id:
            return items.browse()
        return items.filtered(
            lambda item: not self.currency_id.compare_amounts(item.amount_currency, self.payout_amount)
        )

    @api.depends("state", "bank_item_ids", "clearing_residual", "payout_amount", "carried_to_id")
    def _compute_bank_state(self):
        for settlement in self:
            settlement.bank_state = settlement._get_bank_state()

    def _get_bank_state(self):
        self.ensure_one()
        if self.state == "paid":
            return "paid" if self.bank_item_ids else False
        if self.state != "booked" or not isfinite(self.payout_amount) or self.currency_id.is_zero(self.payout_amount):
            return False
        if not self._get_paid_items(self.bank_item_ids):
            return IN_TRANSIT
        return SHORT if not self.currency_id.is_zero(self.clearing_residual) else OVER

    def _search_bank_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain("state", "=", "paid") & Domain("payout_amount", "!=", 0) if "paid" in value else Domain.FALSE
        if {IN_TRANSIT, SHORT, OVER} & set(value):
            booked = self.search([("state", "=", "booked"), ("payout_amount", "!=", 0)])
            found |= Domain("id", "in", booked.filtered(lambda one: one.bank_state in value).ids)
        return found

    @api.depends("bank_state", "bank_proposal_data")
    def _compute_needs_bank_decision(self):
        for settlement in self:
            settlement.needs_bank_decision = settlement.bank_state in (SHORT, OVER) or (
                settlement.bank_state == IN_TRANSIT and bool(settlement.bank_proposal_data)
            )

    def _search_needs_bank_decision(self, operator, value):
        if operator != "in":
            return NotImplemented
        booked = self.search([("state", "=", "booked"), ("payout_amount", "!=", 0)])
        found = Domain("id", "in", booked.filtered("needs_bank_decision").ids)
        return found if True in value else ~found

    @api.depends("bank_state", "bank_proposal_data", "clearing_residual")
    @api.depends_context("lang")
    def _compute_bank_message(self):
        for settlement in self:
            said = []
            if settlement.state in ("booked", "paid"):
                said = [Message.from_json(proposal["message"]) for proposal in settlement.bank_proposal_data or []]
            if settlement.state == "paid":
                said = [message for message in said if message.code == "bank_second_entry"]
            if not (said and settlement.bank_state == IN_TRANSIT):
                said.append(settlement._describe_bank_state())
            render = self.env["settlement.message"]._render
            settlement.bank_message = "\n".join(render(message) for message in said if message) or False

    def _describe_bank_state(self):
        """Return the sentence on what of the payout has come, or None where there is nothing to say."""
        self.ensure_one()
        values = {"currency": self.currency_id.name}
        if self.bank_state == IN_TRANSIT:
            if self.carried_to_id or self.payout_failed:
                return None
            date = self.payout_date or self.date
            days = (fields.Date.context_today(self) - date).days
            return Message("bank_in_transit", {"date": date, "days": max(days, 0)})
        if self.bank_state == SHORT:
            amount = to_decimal(abs(self.clearing_residual), self.currency_id)
            return Message("bank_short", {**values, "amount": amount})
        if self.bank_state == OVER:
            rest = sum(abs(item.amount_residual_currency) for item in self.bank_item_ids)
            code = "bank_over_opening" if self._is_open_by_opening() else "bank_over"
            return Message(code, {**values, "amount": to_decimal(rest, self.currency_id)})
        return None

    # ---------------------------------------------------------------- actions

    def action_match_bank(self):
        """Look for the payouts' bank lines now, also among those that a person has taken back; else ask.

        :return: the dialog, where a person has to say which ones they are.
        """
        self._as_user().provider_id._check_not_shadow()
        self._as_user().write({"refused_bank_line_ids": False, "refused_item_ids": False})
        self._match_bank()
        waiting = self.filtered(lambda one: one.bank_state in (IN_TRANSIT, SHORT, OVER))
        return waiting.action_open_bank_match() if waiting else True

    def action_take_back_bank_line(self):
        """Take the bank's entries back from these payouts: bank lines wait on the suspense account again."""
        for settlement in self._as_user():
            items = settlement.bank_item_ids.sudo()
            bank_lines = items.move_id.statement_line_id
            (items - bank_lines.line_ids).remove_move_reconcile()
            bank_lines.action_undo_reconciliation()
        return True

    def action_open_bank_match(self):
        """Open the dialog in which a person says which bank lines these payouts are."""
        self._as_user()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_bank_match")
        action["context"] = {"default_settlement_ids": self.ids, "dialog_size": "extra-large"}
        return action

    def action_open_bank_line(self):
        """Open the bank's entries of this payout."""
        self.ensure_one()
        moves = self.bank_item_ids.move_id.filtered("statement_line_id").with_env(self.env)
        if len(moves) == 1:
            return moves.get_formview_action()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank Lines"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("id", "in", moves.ids)],
        }
