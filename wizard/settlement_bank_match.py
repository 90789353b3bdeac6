from datetime import timedelta

from odoo import Command, api, fields, models

from ..common.messages import Message

#: The bank lines that are offered: so many days before the first payout, and after the last.
OFFERED_BEFORE, OFFERED_AFTER = timedelta(days=10), timedelta(days=90)


class SettlementBankMatch(models.TransientModel):
    """A person says which bank lines these payouts are."""

    _name = "settlement.bank.match"
    _description = "Match Payouts with the Bank"
    _inherit = ["settlement.dialog"]

    settlement_ids = fields.Many2many("account.settlement", string="Payouts", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_facts")
    currency_id = fields.Many2one("res.currency", compute="_compute_facts")
    offered_settlement_ids = fields.Many2many(
        "account.settlement", relation="settlement_bank_match_offered", compute="_compute_offered"
    )
    offered_item_ids = fields.Many2many("account.move.line", compute="_compute_offered")
    item_ids = fields.Many2many(
        "account.move.line",
        relation="settlement_bank_match_item_rel",
        string="Bank Lines",
        compute="_compute_item_ids",
        store=True,
        readonly=False,
    )
    message = fields.Text(compute="_compute_message")
    open_amount = fields.Monetary(compute="_compute_amounts", string="Payouts, Open")
    bank_amount = fields.Monetary(compute="_compute_amounts", string="Received")
    difference = fields.Monetary(compute="_compute_amounts")
    is_converted = fields.Boolean(compute="_compute_amounts")
    difference_account_id = fields.Many2one(
        "account.account",
        string="Book the Difference To",
        check_company=True,
        help="For example the account of bank fees. Empty: the difference stays open.",
    )
    reason = fields.Char(help="Kept with the bank's entry.")

    @api.depends("settlement_ids")
    def _compute_facts(self):
        for dialog in self:
            dialog.company_id = dialog.settlement_ids._origin.company_id[:1]
            dialog.currency_id = dialog.settlement_ids._origin.currency_id[:1]

    @api.depends("settlement_ids")
    def _compute_offered(self):
        for dialog in self:
            first = dialog.settlement_ids._origin[:1]
            account = first.provider_id.clearing_account_id
            dialog.offered_settlement_ids = first.search(
                [
                    ("state", "=", "booked"),
                    ("currency_id", "=", first.currency_id.id),
                    ("company_id", "=", first.company_id.id),
                    ("provider_id.clearing_account_id", "=", account.id),
                    ("payout_amount", "!=", 0),
                ]
            )
            dialog.offered_item_ids = dialog._search_offered_items(dialog.settlement_ids._origin)

    @api.model
    def _search_offered_items(self, settlements):
        """Return the open items of the bank's side around these payouts."""
        dates = [one.payout_date or one.date for one in settlements]
        items = self.env["account.move.line"].sudo()
        if not dates:
            return items
        company, account = settlements.company_id[:1], settlements.provider_id.clearing_account_id[:1]
        journals = self.env["account.journal"].sudo().search([("company_id", "=", company.id)])
        around = [
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("date", ">=", min(dates) - OFFERED_BEFORE),
            ("date", "<=", max(dates) + OFFERED_AFTER),
            ("account_id", "in", (journals.suspense_account_id | account).ids),
        ]
        found = items.search(around, order="date desc, id desc", limit=1000)
        return found.filtered(lambda item: item._is_open_on_bank_side(account, company)).sudo(False)

    @api.depends("settlement_ids")
    def _compute_item_ids(self):
        """Choose what the bank stage proposes."""
        for dialog in self:
            proposals = [proposal for one in dialog.settlement_ids._origin for proposal in one.bank_proposal_data or []]
            proposed = {item_id for proposal in proposals for item_id in proposal["item_ids"]}
            is_one_way = len({tuple(sorted(proposal["item_ids"])) for proposal in proposals}) == 1
            offered = dialog._search_offered_items(dialog.settlement_ids._origin)
            offered = offered.filtered(lambda item, ids=proposed: item.id in ids)
            dialog.item_ids = offered if is_one_way else False

    @api.depends("settlement_ids")
    @api.depends_context("lang")
    def _compute_message(self):
        render = self.env["settlement.message"]._render
        for dialog in self:
            proposals = [proposal for one in dialog.settlement_ids._origin for proposal in one.bank_proposal_data or []]
            said = dict.fromkeys(render(Message.from_json(proposal["message"])) for proposal in proposals)
            dialog.message = "\n".join(said) or False

    @api.depends("settlement_ids", "item_ids")
    def _compute_amounts(self):
        for dialog in self:
            settlements, items = dialog.settlement_ids._origin, dialog.item_ids._origin
            amounts = [item._get_bank_amount_in(dialog.currency_id._origin) for item in items]
            dialog.is_converted = None in amounts
            dialog.bank_amount = sum(filter(None, amounts))
            dialog.open_amount = settlements._get_open_amount(items) if settlements else 0.0
            has_difference = bool(items) and not dialog.is_converted
            dialog.difference = dialog.open_amount - dialog.bank_amount if has_difference else 0.0

    @api.model
    def default_get(self, fields):
        """Open the dialog with all payouts of one bank line, where several are proposed to be in it."""
        values = super().default_get(fields)
        ids = self.env.context.get("default_settlement_ids") or []
        settlements = self.env["account.settlement"].browse(ids)
        proposals = [proposal for one in settlements for proposal in one.bank_proposal_data or []]
        others = [other for proposal in proposals for other in proposal["settlement_ids"]]
        if ids:
            values["settlement_ids"] = [Command.set(list(dict.fromkeys([*ids, *others])))]
        return values

    def action_confirm(self):
        """Reconcile what was chosen."""
        self.ensure_one()
        self.settlement_ids._match_bank_items(self.item_ids, self.difference_account_id, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
