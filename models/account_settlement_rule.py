from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..matching.rules import Action, Key, Rule
from ..providers.records import Kind


class AccountSettlementRule(models.Model):
    """One step in deciding where a transaction belongs; the steps are tried in order."""

    _name = "account.settlement.rule"
    _description = "Settlement Rule"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one("res.company", help="Empty: the rule holds for every company.")
    provider_ids = fields.Many2many(
        "account.settlement.provider", string="Providers", check_company=True, help="Empty: every provider."
    )
    kind = fields.Selection(
        "_selection_kind",
        string="Type of Transaction",
        tracking=True,
        help="Empty: everything a customer stands behind.",
    )
    text = fields.Char(string="Text Contains", tracking=True)
    action = fields.Selection(
        [
            (Action.MATCH.value, "Find the order or invoice"),
            (Action.ACCOUNT.value, "Book to an account"),
            (Action.UNKNOWN.value, "Send to the unknown account"),
        ],
        required=True,
        default=Action.MATCH.value,
        tracking=True,
    )
    key = fields.Selection(
        [
            (Key.PROVIDER_REFERENCE.value, "Provider's transaction id"),
            (Key.ORDER_REFERENCE.value, "Order reference"),
            (Key.INVOICE_NUMBER.value, "Invoice number"),
            (Key.PAYMENT_REFERENCE.value, "Payment reference (KID)"),
        ],
        string="Find By",
        tracking=True,
    )
    account_id = fields.Many2one("account.account", check_company=True, ondelete="restrict", tracking=True)

    def _selection_kind(self):
        return self.env["account.settlement.line"]._fields["kind"].selection

    @api.constrains("action", "key", "account_id")
    def _check_action(self):
        for rule in self:
            if rule.action == "match" and not rule.key:
                raise ValidationError(self.env._("Rule %s looks for something: choose what to find it by.", rule.name))
            if rule.action == "account" and not rule.account_id:
                raise ValidationError(self.env._("Rule %s books to an account: choose which.", rule.name))

    def _get_rules(self, provider):
        """Return the rules of a provider, in order, as plain :class:`~..matching.rules.Rule` values."""
        rules = self.sudo().search(
            [
                ("company_id", "in", [False, provider.company_id.id]),
                "|",
                ("provider_ids", "=", False),
                ("provider_ids", "in", provider.id),
            ]
        )
        return [rule.with_env(self.env)._to_plain() for rule in rules]

    def _to_plain(self):
        rule = self.sudo()
        return Rule(
            id=rule.id,
            name=rule.name,
            action=Action(rule.action),
            key=Key(rule.key) if rule.key else None,
            kinds=frozenset({Kind(rule.kind)} if rule.kind else ()),
            text=rule.text or "",
            account_id=rule.account_id.id or None,
        )
