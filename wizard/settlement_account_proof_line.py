from odoo import fields, models
from odoo.exceptions import UserError

#: What a row may open: only records that its reader reads by right of the access lists.
OPENED = (
    "account.settlement",
    "account.settlement.line",
    "account.settlement.provider",
    "account.move.line",
    "account.account",
)


class SettlementAccountProofLine(models.TransientModel):
    """A row of the proof: an account, a sum, one part of a balance, or what is left unexplained."""

    _name = "settlement.account.proof.line"
    _description = "Row of the Proof of Accounts"
    _order = "sequence, id"

    proof_id = fields.Many2one("settlement.account.proof", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer()
    currency_id = fields.Many2one(related="proof_id.currency_id")
    level = fields.Selection(
        [
            ("account", "Account"),
            ("group", "Sum"),
            ("item", "Part"),
            ("difference", "Not explained"),
            ("held", "The provider's own balance"),
        ],
        required=True,
    )
    kind = fields.Selection(
        [
            ("in_transit", "Payouts on their way"),
            ("short", "Short at the bank"),
            ("over", "Over at the bank"),
            ("bank_early", "On the bank before it was booked"),
            ("failed", "Payouts that did not arrive"),
            ("carried", "Kept by the provider after a payout"),
            ("not_paid_out", "Not paid out yet"),
            ("top_up", "Paid to the provider"),
            ("unknown", "Unknown transactions"),
            ("prepayment", "Paid in advance"),
            ("fee_owed", "Fees that are not invoiced yet"),
            ("reserve", "Held back by the provider"),
            ("undone_later", "Booked twice, and reversed later"),
            ("missing", "Booked, and changed since"),
            ("exchange", "Exchange differences"),
            ("payment", "Payments registered in Odoo"),
            ("bank_stray", "Bank lines without a payout"),
            ("by_others", "Entries by hand"),
            ("not_booked", "Not in the ledger: not booked yet"),
            ("not_fetched", "Not in the ledger: not known yet"),
            ("altered", "Differs from what was booked"),
        ],
        string="What",
    )
    name = fields.Char(string="Why It Stands There")
    date = fields.Date(string="Since")
    age = fields.Integer(string="Days")
    reference = fields.Char()
    owner = fields.Char(string="Agreement")
    amount = fields.Monetary()
    hides_amount = fields.Boolean()
    amount_currency = fields.Float(string="In Currency", digits=(16, 2))
    item_currency = fields.Char(string="Item's Currency")
    model = fields.Char()
    res_id = fields.Integer()
    item_ids = fields.Many2many("account.move.line", string="Journal Items")
    document_ids = fields.Many2many("account.settlement.document", string="Documents")
    sha256 = fields.Char(string="SHA-256")
    is_wrong = fields.Boolean()

    def action_open(self):
        """Open what the row stands for: a settlement, a transaction or a journal item; of an account, its items."""
        self.ensure_one()
        if self.level == "account":
            return self._open_items([("account_id", "=", self.res_id), ("date", "<=", self.proof_id.date)], self.name)
        if self.model not in OPENED or not self.res_id:
            return self.action_open_items()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_open_items(self):
        """Open exactly the journal items of this row."""
        self.ensure_one()
        if not self.item_ids:
            raise UserError(self.env._("There is no journal item of it: it is not in the ledger yet."))
        return self._open_items([("id", "in", self.item_ids.ids)], self.reference or self.name)

    def _open_items(self, domain, name):
        list_view = self.env.ref("settlement_bridge.view_account_move_line_settlement_list")
        kanban_view = self.env.ref("settlement_bridge.view_account_move_line_settlement_kanban")
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "account.move.line",
            "view_mode": "list,kanban",
            "views": [(list_view.id, "list"), (kanban_view.id, "kanban")],
            "mobile_view_mode": "kanban",
            "domain": [
                *domain,
                ("company_id", "=", self.proof_id.company_id.id),
                ("parent_state", "=", "posted"),
            ],
        }

    def action_open_documents(self):
        """Open the raw documents that it is known from."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_document")
        action.update({"domain": [("id", "in", self.document_ids.ids)], "context": {}})
        if len(self.document_ids) == 1:
            action.update({"views": [(False, "form")], "res_id": self.document_ids.id})
        return action
