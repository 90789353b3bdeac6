from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..matching.descriptions import describe_action, describe_conditions
from ..matching.rules import Action, Key, TextOperator
from ..providers.records import BANK_KINDS, Kind
from .own_writes import as_own

#: What a rule decides by, and what it does. Of a rule in use these stay as they are.
CONDITION_FIELDS = (
    "provider_ids",
    "kind",
    "amount_from",
    "amount_to",
    "currency_id",
    "payment_method",
    "sales_unit",
    "match_text",
    "match_text_param",
    "match_reference",
    "match_reference_param",
    "webshop_ids",
    "date_from",
    "date_to",
    "action",
    "key",
    "days",
    "without_prefix",
    "without_attempt",
    "has_tolerance",
    "tolerance",
    "partner_id",
    "account_id",
    "tax_id",
    "label",
    "analytic_distribution",
)


class AccountSettlementRule(models.Model):
    """One step in deciding where a transaction belongs; the steps are tried in order.

    A draft is not used until a person puts it into use. A rule in use is never changed: another rule takes its place
    (``replaces_id``), and it is archived. So the rule of a transaction always reads as it did when it decided.
    """

    _name = "account.settlement.rule"
    _description = "Settlement Rule"
    _inherit = ["mail.thread", "analytic.mixin", "settlement.rights"]
    _order = "sequence, id"
    _check_company_auto = True

    #: What only our methods write. Of a rule in use, people set its name and its place (``sequence``), and archive it.
    _written_by_program = frozenset({"state", "replaces_id", "default_code"})

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=50, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    state = fields.Selection(
        [("draft", "Draft"), ("used", "In Use")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    replaces_id = fields.Many2one(
        "account.settlement.rule",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The rule it replaces when it is put into use.",
    )
    draft_ids = fields.One2many(
        "account.settlement.rule", "replaces_id", string="Drafts", domain=[("state", "=", "draft")]
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    provider_ids = fields.Many2many(
        "account.settlement.provider",
        string="Providers",
        check_company=True,
        tracking=True,
        help="Empty: every provider.",
    )
    default_code = fields.Char(readonly=True, copy=False, help="Set on the rules a provider starts with.")

    kind = fields.Selection(
        "_selection_kind", string="Type of Transaction", required=True, default="customer", tracking=True
    )
    amount_from = fields.Monetary(
        currency_field="amount_currency_id",
        tracking=True,
        help="The smallest amount before fees, without its sign. Zero: no bound.",
    )
    amount_to = fields.Monetary(
        currency_field="amount_currency_id",
        tracking=True,
        help="The largest amount before fees, without its sign. Zero: no bound.",
    )
    currency_id = fields.Many2one("res.currency", ondelete="restrict", tracking=True, help="Empty: every currency.")
    amount_currency_id = fields.Many2one("res.currency", compute="_compute_amount_currency_id")
    payment_method = fields.Char(tracking=True, help="How the customer paid, as the provider writes it.")
    sales_unit = fields.Char(tracking=True, help="The sales unit's number, as the provider writes it.")
    match_text = fields.Selection("_selection_operator", string="Provider's Text", tracking=True)
    match_text_param = fields.Char(string="Text", tracking=True)
    match_reference = fields.Selection("_selection_operator", string="Order Reference", tracking=True)
    match_reference_param = fields.Char(string="Reference", tracking=True)
    webshop_ids = fields.Many2many(
        "sale.webshop",
        string="Webshops",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Only orders and invoices of these shops. Empty: all.",
    )
    date_from = fields.Date(tracking=True, help="First ledger date.")
    date_to = fields.Date(tracking=True, help="Last ledger date.")

    action = fields.Selection(
        [
            (Action.MATCH.value, "Find the order or invoice"),
            (Action.CUSTOMER.value, "Book to the customer"),
            (Action.ACCOUNT.value, "Book to an account"),
            (Action.FEE.value, "Book as a fee, by its type"),
            (Action.RESERVE.value, "Book to the reserve account"),
            (Action.UNKNOWN.value, "Book to the unknown account"),
            (Action.EXCLUDE.value, "Propose exclusion"),
        ],
        string="What Happens",
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
            (Key.CUSTOMER_AMOUNT.value, "Customer and exact amount"),
        ],
        string="Find By",
        tracking=True,
    )
    days = fields.Integer(
        string="Within Days",
        default=14,
        tracking=True,
        help="The largest number of days between the document's date and the transaction's.",
    )
    without_prefix = fields.Boolean(
        default=True,
        string="Also Without the Shop's Prefix",
        tracking=True,
        help="The provider's order reference prefixes may be removed; the amount must then agree exactly.",
    )
    without_attempt = fields.Boolean(
        default=True,
        string="Also Without the Attempt Number",
        tracking=True,
        help="WEB-1001-2 may be a second attempt to pay WEB-1001; the amount must then agree exactly.",
    )
    has_tolerance = fields.Boolean(
        string="Own Rounding Limit", tracking=True, help="Otherwise the provider's rounding limit applies."
    )
    tolerance = fields.Monetary(
        currency_field="company_currency_id",
        string="Rounding Limit",
        tracking=True,
        help="The largest difference per invoice that is booked as rounding. The provider's limit applies too.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", check_company=True, ondelete="restrict", tracking=True
    )
    account_id = fields.Many2one("account.account", check_company=True, ondelete="restrict", tracking=True)
    tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="The tax included in the amount. Empty: none.",
    )
    label = fields.Char(tracking=True, help="The text of the journal item. Empty: the transaction's own references.")
    description = fields.Text(compute="_compute_description", string="In Words")
    transaction_count = fields.Integer(compute="_compute_transaction_count")

    # ---------------------------------------------------------------- selections and computes

    def _selection_kind(self):
        labels = dict(self.env["account.settlement.line"]._fields["kind"]._description_selection(self.env))
        return [
            ("customer", self.env._("Payments, refunds and disputes")),
            ("fees", self.env._("Fees and fee refunds")),
            ("reserves", self.env._("Reserves, held and released")),
            ("any", self.env._("Everything except transfers to the bank")),
            *((kind, label) for kind, label in labels.items() if Kind(kind) not in BANK_KINDS),
        ]

    def _selection_operator(self):
        return [
            (TextOperator.CONTAINS.value, self.env._("Contains")),
            (TextOperator.NOT_CONTAINS.value, self.env._("Does not contain")),
            (TextOperator.REGEX.value, self.env._("Matches the regular expression")),
        ]

    @api.depends("currency_id", "company_id")
    def _compute_amount_currency_id(self):
        for rule in self:
            rule.amount_currency_id = rule.currency_id or rule.company_id.currency_id

    @api.depends("name", *CONDITION_FIELDS)
    @api.depends_context("lang")
    def _compute_description(self):
        for rule in self:
            if rule._get_problem():
                rule.description = False
            else:
                rule.description = rule._render_rule(rule._to_plain())

    def _compute_transaction_count(self):
        counts = dict(
            self.env["account.settlement.line"]._read_group([("rule_id", "in", self.ids)], ["rule_id"], ["__count"])
        )
        for rule in self:
            rule.transaction_count = counts.get(rule, 0)

    @api.model
    def _render_rule(self, plain):
        """Return what a plain rule does, in the reader's language, a sentence a line."""
        return self.env["settlement.message"]._render_all([*describe_conditions(plain), *describe_action(plain)])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        decided = self.env["account.settlement.line"].sudo().search([("decided_rule", "in", self.ids)])
        decided = set(decided.mapped("decided_rule"))
        for rule in self.filtered(lambda rule: rule.transaction_count or rule.id in decided):
            raise UserError(
                self.env._(
                    "Rule %s has decided where transactions are booked, so it cannot be deleted. Archive it instead.",
                    rule.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """A new rule is a draft."""
        self._check_not_written_by_hand(
            [{name: value for name, value in vals.items() if (name, value) != ("state", "draft")} for vals in vals_list]
        )
        return super().create(vals_list)

    def _check_changed_by_draft(self, vals):
        """Refuse to change a rule in use: a change is a draft, which can be tried before it counts."""
        used = self.filtered(lambda rule: rule.state == "used")
        if not self.env.su and used and not vals.keys().isdisjoint((*CONDITION_FIELDS, "company_id")):
            raise UserError(
                self.env._(
                    "%s is in use, so it is changed by a draft that replaces it. Press Change, try the draft, and "
                    "put it into use.",
                    ", ".join(used.mapped("name")),
                )
            )

    def write(self, vals):
        """Retry what waits when rules in use change. Log a change of the analytic distribution: Odoo does not track
        that type of field."""
        self._check_not_written_by_hand([vals])
        self._check_changed_by_draft(vals)
        result = super().write(vals)
        if not vals.keys().isdisjoint((*CONDITION_FIELDS, "sequence")):
            # What the drafts would do has to be seen anew.
            tryouts = self.env["settlement.rule.tryout"].sudo()
            tryouts.search([("draft_ids", "in", self.ids), ("is_tried", "=", True)]).is_tried = False
        if not vals.keys().isdisjoint((*CONDITION_FIELDS, "name", "active", "sequence", "state")):
            used = self.filtered(lambda rule: rule.state == "used")
            self.env["account.settlement.line"].sudo()._reconsider(used.company_id)
        if "analytic_distribution" in vals:
            for rule in self:
                rule.message_post(body=self.env._("Analytic distribution: %s", rule._get_distribution_text()))
        return result

    def _get_distribution_text(self):
        accounts = self.distribution_analytic_account_ids
        return ", ".join(accounts.mapped("display_name")) or self.env._("none")

    # ---------------------------------------------------------------- actions

    def action_change(self):
        """Make a draft that takes the place of a rule in use, or go on with the one there is."""
        self.ensure_one()
        if self.state == "draft":
            return self._get_form_action()
        place = {
            "replaces_id": self.id,
            "sequence": self.sequence,
            "provider_ids": self.provider_ids.ids,
            "active": True,
        }
        # A rule that can be used no longer, as its account was archived, is to be changed for just that reason.
        draft = self.draft_ids[:1] or as_own(self._as_manager()).copy(place).with_env(self.env)
        return draft._get_form_action()

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "form",
            "res_id": self.id,
        }

    def action_try(self):
        """Try the rules with these drafts in their places."""
        providers = self.provider_ids or self.env["account.settlement.provider"].search(
            [("company_id", "in", self.company_id.ids or self.env.company.ids), ("state", "!=", "draft")]
        )
        if not providers:
            raise UserError(self.env._("There is no provider to try rules for. Activate one first."))
        return self._open_tryout(providers[:1])

    def _open_tryout(self, provider, date_from=None, date_to=None):
        """Return the action that opens the try-out of these drafts alone, over the period if one is given."""
        period = {"date_from": date_from, "date_to": date_to} if date_from else {}
        wizard = self.env["settlement.rule.tryout"].create(
            {
                "provider_id": provider.id,
                "company_id": (self.company_id or self.env.company)[:1].id,
                "draft_ids": [Command.set(self.ids)],
                **period,
            }
        )
        return wizard._get_form_action()

    def action_put_into_use(self):
        """Put drafts into use without trying them first."""
        self._put_into_use()
        return True

    def action_open_transactions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_line")
        action["domain"] = [("rule_id", "=", self.id)]
        action["context"] = {}
        return action

    # ---------------------------------------------------------------- drafts

    def _put_into_use(self):
        """Put drafts into use, each in the place of the rule it replaces.

        Transactions that wait are matched again by the scheduled actions.
        """
        (self | self.replaces_id).check_access("write")
        for draft in self._as_manager().filtered(lambda rule: rule.state == "draft"):
            if problem := draft.with_env(self.env)._get_problem():
                raise UserError(problem)
            if draft.replaces_id.active:
                draft._take_place_of(draft.replaces_id)
            draft.write({"state": "used", "active": True})

    def _take_place_of(self, rule):
        """Stand in the order where ``rule`` stands, and archive that one."""
        self.ensure_one()
        used = self.search([("state", "=", "used"), ("company_id", "=", rule.company_id.id)])
        self.sequence = place = rule.sequence
        # Rules with the same number are tried by age: the younger ones that came after it shall not come before this.
        for later in used[used.ids.index(rule.id) + 1 :]:
            if later.sequence > place:
                break
            place += 1
            later.sequence = place
        # A provider's own rule keeps its name in every language, and other drafts of it are now drafts of this.
        self.default_code = rule.default_code
        (rule.with_context(active_test=False).draft_ids - self).replaces_id = self
        rule.active = False

    def _get_place(self):
        """Return the key that sorts rules as they would be tried if the drafts among them were in use."""
        replaced = self.replaces_id if self.state == "draft" else self.browse()
        rule = replaced if replaced.active else self
        return rule.sequence, rule.id
