from collections import defaultdict
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..matching.trials import describe_group, describe_place, is_same_place
from ..models.money import to_decimal

#: How many differing transactions are listed one by one; the sums are over all of them.
LISTED = 2000


class SettlementRuleTryout(models.TransientModel):
    """Try drafts of rules, among the rules in use, over the transactions of a period. Nothing is booked."""

    _name = "settlement.rule.tryout"
    _description = "Try Rules"
    _inherit = ["settlement.dialog"]

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    provider_id = fields.Many2one(
        "account.settlement.provider",
        required=True,
        domain="[('company_id', '=', company_id)]",
        default=lambda self: self._get_default_provider(),
    )
    date_from = fields.Date(
        required=True, default=lambda self: fields.Date.context_today(self) + relativedelta(months=-3, day=1)
    )
    date_to = fields.Date(required=True, default=fields.Date.context_today)
    scope = fields.Selection(
        [
            ("waiting", "Waiting: new, unknown, or on the customer"),
            ("all", "All, as if they were booked again today"),
        ],
        required=True,
        default="all",
        string="Transactions",
    )
    draft_ids = fields.Many2many(
        "account.settlement.rule",
        string="Drafts",
        compute="_compute_draft_ids",
        store=True,
        readonly=False,
        domain="[('state', '=', 'draft'), ('company_id', '=', company_id), "
        "'|', ('provider_ids', '=', False), ('provider_ids', 'in', provider_id)]",
    )
    is_tried = fields.Boolean()
    tried_count = fields.Integer(readonly=True)
    changed_count = fields.Integer(readonly=True)
    posted_count = fields.Integer(readonly=True, string="Posted Transactions That Would Change")
    group_ids = fields.One2many("settlement.rule.tryout.group", "tryout_id", string="Differences", readonly=True)
    line_ids = fields.One2many(
        "settlement.rule.tryout.line", "tryout_id", string="Transactions That Would Go Elsewhere", readonly=True
    )
    currency_id = fields.Many2one(related="provider_id.currency_id")

    @api.depends_context("lang")
    def _compute_display_name(self):
        self.display_name = self.env._("Try Rules")

    def _get_default_provider(self):
        return self.env["account.settlement.provider"].search([("company_id", "=", self.env.company.id)], limit=1)

    @api.depends("provider_id")
    def _compute_draft_ids(self):
        """All drafts that hold for the provider."""
        for tryout in self:
            rules = self.env["account.settlement.rule"]
            tryout.draft_ids = rules.search(
                Domain("state", "=", "draft")
                & Domain("company_id", "=", tryout.company_id.id)
                & rules._get_provider_domain(tryout.provider_id)
            )

    @api.onchange("provider_id", "date_from", "date_to", "scope", "draft_ids")
    def _onchange_what_is_tried(self):
        """What was seen before says nothing about another choice."""
        self.is_tried = False

    def _get_tried_rules(self):
        """Return the rules that are tried, in order: those in use, with the drafts in their places."""
        drafts = self.draft_ids.filtered(lambda rule: rule.state == "draft")
        return (self._get_used_rules() - drafts.replaces_id + drafts).sorted(lambda rule: rule._get_place())

    def _get_used_rules(self):
        return self.env["account.settlement.rule"]._search_used(self.provider_id)

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try Rules"),
            "res_model": self._name,
            "view_mode": "form",
            "res_id": self.id,
        }

    # ---------------------------------------------------------------- trying

    def action_try(self):
        """Compare what the tried rules would do with what today's rules do."""
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period ends before it begins. Choose another."))
        outcomes = self._try()
        rules = self._get_tried_rules() | self._get_used_rules()
        differing = [outcome for outcome in outcomes if not is_same_place(*outcome[1:])]
        # What came of it is only read.
        self.sudo().write(
            {
                "is_tried": True,
                "tried_count": len(outcomes),
                "changed_count": len(differing),
                "posted_count": sum(line.status != "new" for line, _now, _then in differing),
                "group_ids": [
                    fields.Command.clear(),
                    *map(fields.Command.create, self._prepare_groups(differing, rules)),
                ],
                "line_ids": [
                    fields.Command.clear(),
                    *map(fields.Command.create, self._prepare_lines(differing[:LISTED], rules)),
                ],
            }
        )
        return True

    def _try(self):
        lines = self.env["account.settlement.line"].search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("date", ">=", self.date_from),
                ("date", "<=", self.date_to),
            ]
        )
        rules = self._get_tried_rules()._to_plain_rules()
        return self.provider_id._try_rules(rules, lines, anew=self.scope == "all")

    def _prepare_groups(self, differing, rules):
        render = self.env["settlement.message"]._render
        names = {plain.id: plain.name for plain in rules._to_plain_rules()}
        groups = defaultdict(lambda: [0, Decimal(0), 0])
        for line, now, then in differing:
            key = render(describe_group(now, names)), render(describe_group(then, names))
            group = groups[key]
            group[0] += 1
            group[1] += to_decimal(line.amount, line.currency_id)
            group[2] += line.status != "new"
        return [
            {"now": now, "then": then, "transaction_count": count, "amount": amount, "posted_count": posted}
            for (now, then), (count, amount, posted) in sorted(groups.items(), key=lambda entry: -entry[1][0])
        ]

    def _prepare_lines(self, differing, rules):
        render = self.env["settlement.message"]._render
        rules = rules.sudo().with_context(show_account_code=True)
        accounts = {account.id: account.display_name for account in rules.account_id}
        return [
            {
                "line_id": line.id,
                "now": render(describe_place(now, accounts)),
                "then": render(describe_place(then, accounts)),
                "why": self.env["settlement.message"]._render_stored(
                    [message.to_json() for message in then.explanation] if then else []
                ),
            }
            for line, now, then in differing
        ]

    def action_put_into_use(self):
        """Use the drafts that were tried from now on, and show the rules."""
        self.draft_ids._put_into_use()
        return self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_rule")


class SettlementRuleTryoutGroup(models.TransientModel):
    """Differing transactions that go from one kind of place to another."""

    _name = "settlement.rule.tryout.group"
    _description = "Difference Between Rules"
    _order = "transaction_count desc, id"

    tryout_id = fields.Many2one("settlement.rule.tryout", required=True, ondelete="cascade")
    now = fields.Char(string="With Today's Rules")
    then = fields.Char(string="With These Rules")
    transaction_count = fields.Integer(string="Transactions")
    posted_count = fields.Integer(string="Already Posted")
    currency_id = fields.Many2one(related="tryout_id.currency_id")
    amount = fields.Monetary()


class SettlementRuleTryoutLine(models.TransientModel):
    """A transaction that would go elsewhere."""

    _name = "settlement.rule.tryout.line"
    _description = "Transaction That Would Go Elsewhere"
    _order = "id"

    tryout_id = fields.Many2one("settlement.rule.tryout", required=True, ondelete="cascade", index=True)
    line_id = fields.Many2one("account.settlement.line", string="Transaction", required=True, ondelete="cascade")
    date = fields.Date(related="line_id.date")
    order_reference = fields.Char(related="line_id.order_reference")
    provider_text = fields.Char(related="line_id.provider_text")
    status = fields.Selection(related="line_id.status")
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(related="line_id.amount")
    now = fields.Char(string="With Today's Rules")
    then = fields.Char(string="With These Rules")
    why = fields.Text()

    def action_open_transaction(self):
        self.ensure_one()
        return self.line_id.get_formview_action()
