from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain

from ..common.messages import SettlementError
from ..matching.default_rules import DEFAULT_RULES
from ..matching.descriptions import describe_action, describe_conditions
from ..matching.patterns import count_groups
from ..matching.rules import FEE_KINDS, RESERVE_KINDS, RULE_KINDS, Action, Key, Rule, TextCondition, TextOperator
from ..providers.records import BANK_KINDS, Kind
from .money import to_decimal

#: Several types of transaction under one name, besides each type by itself.
KIND_GROUPS = {
    "customer": frozenset(),
    "fees": FEE_KINDS,
    "reserves": RESERVE_KINDS,
    "any": RULE_KINDS,
}

#: What says what a rule does: its conditions and its action.
CONDITION_FIELDS = (
    "name",
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

    A draft is not used until a person puts it into use: a new rule, or a change to one in use (``replaces_id``).
    """

    _name = "account.settlement.rule"
    _description = "Settlement Rule"
    _inherit = ["mail.thread", "analytic.mixin", "settlement.rights"]
    _order = "sequence, id"
    _check_company_auto = True

    #: What only our methods write. Of a rule in use, people set its place (``sequence``) and archive it, no more.
    _written_by_program = frozenset({"state", "replaces_id", "default_code", "default_data"})

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
        string="Change To",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="cascade",
        help="The rule in use that this draft takes the place of.",
    )
    draft_ids = fields.One2many("account.settlement.rule", "replaces_id", string="Drafts")
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
    default_data = fields.Json(readonly=True, copy=False, help="How a rule that came with the provider read then.")
    is_changed = fields.Boolean(
        compute="_compute_is_changed", help="A person has changed it since it came with the provider."
    )

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
    currency_id = fields.Many2one("res.currency", tracking=True, help="Empty: every currency.")
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
            (Action.CUSTOMER.value, "Put on the customer"),
            (Action.ACCOUNT.value, "Book to an account"),
            (Action.FEE.value, "Book as a fee, by its type"),
            (Action.RESERVE.value, "Book to the reserve account"),
            (Action.UNKNOWN.value, "Send to the unknown account"),
            (Action.EXCLUDE.value, "Propose to leave out"),
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
        help="How many days may lie between the document's date and the transaction's.",
    )
    without_prefix = fields.Boolean(
        default=True,
        string="Also Without the Shop's Prefix",
        tracking=True,
        help="The provider's order reference prefixes may be left out; the amount must then agree exactly.",
    )
    without_attempt = fields.Boolean(
        default=True,
        string="Also Without the Attempt Number",
        tracking=True,
        help="WEB-1001-2 may be the second attempt to pay WEB-1001; the amount must then agree exactly.",
    )
    has_tolerance = fields.Boolean(
        string="Own Rounding Limit", tracking=True, help="Else the provider's rounding limit applies."
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
        help="The tax that is contained in the amount. Empty: none.",
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
            ("any", self.env._("Everything but transfers to the bank")),
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

    @api.depends(*CONDITION_FIELDS)
    @api.depends_context("lang")
    def _compute_description(self):
        for rule in self:
            if rule._get_problem():
                rule.description = False
            else:
                rule.description = rule._render_rule(rule._to_plain())

    @api.depends("default_data", "sequence", "active", *CONDITION_FIELDS)
    def _compute_is_changed(self):
        for rule in self:
            shipped = rule.default_data or {}
            names = shipped.get("names")
            current = {**rule._prepare_default_data(), "names": rule._get_names(names)} if shipped else shipped
            rule.is_changed = current != shipped

    def _compute_transaction_count(self):
        counts = dict(
            self.env["account.settlement.line"]._read_group([("rule_id", "in", self.ids)], ["rule_id"], ["__count"])
        )
        for rule in self:
            rule.transaction_count = counts.get(rule, 0)

    @api.model
    def _render_rule(self, plain):
        """Return what a plain rule does, in the reader's language, a sentence a line."""
        render = self.env["account.settlement"]._render_message
        return "\n".join(render(message) for message in (*describe_conditions(plain), *describe_action(plain)))

    # ---------------------------------------------------------------- checks

    @api.constrains(*CONDITION_FIELDS, "company_id")
    def _check_rule(self):
        for rule in self:
            if problem := rule._get_problem():
                raise ValidationError(problem)

    def _get_problem(self):
        """Return why the rule cannot be used, in a sentence; False if it can."""
        self.ensure_one()
        return (
            self._get_action_problem()
            or self._get_amount_problem()
            or self._get_text_problem("match_text", "match_text_param")
            or self._get_text_problem("match_reference", "match_reference_param")
            or self._get_capture_problem()
        )

    def _get_action_problem(self):
        name = self.name or ""
        if self.action == "match" and not self.key:
            return self.env._("Rule %s looks for something: choose what to find it by.", name)
        if self.action == "customer" and not (self.partner_id or self.key):
            return self.env._(
                "Rule %s puts transactions on a customer: choose which, or what to find the customer by.", name
            )
        if self.action == "account" and not self.account_id:
            return self.env._("Rule %s books to an account: choose which.", name)
        if self.action == "account" and not self._get_usable_account():
            return self.env._(
                "Rule %(rule)s books to %(account)s, which is archived, outside the balance, or in another currency "
                "only. Choose another account.",
                rule=name,
                account=self.account_id.display_name,
            )
        if self.action == "account" and self.tax_id and self.tax_id.amount_type not in ("percent", "division"):
            return self.env._(
                "Rule %(rule)s has tax %(tax)s, which is no percentage of the amount. Choose one that is.",
                rule=name,
                tax=self.tax_id.display_name,
            )
        if self.action == "account" and self.account_id in self._get_clearing_accounts():
            return self.env._(
                "Rule %(rule)s books to %(account)s, which holds what the provider owes. Choose another account.",
                rule=name,
                account=self.account_id.display_name,
            )
        if self.key == "customer_amount" and self.days < 0:
            return self.env._("Rule %s: the number of days cannot be negative.", name)
        return False

    def _get_usable_account(self):
        """Return the account, unless Odoo would refuse to book to it."""
        account = self.account_id
        is_usable = account.active and account.account_type != "off_balance"
        is_free = account.currency_id in (self.env["res.currency"], self.company_id.currency_id)
        return account if is_usable and is_free else account.browse()

    def _get_clearing_accounts(self):
        providers = self.env["account.settlement.provider"].sudo().with_context(active_test=False)
        return providers.search([("company_id", "=", self.company_id.id)]).clearing_account_id

    def _get_amount_problem(self):
        if self.amount_from < 0 or self.amount_to < 0:
            return self.env._(
                "Rule %s: amounts are compared without their sign, so they cannot be negative.", self.name
            )
        if self.amount_to and self.amount_to < self.amount_from:
            return self.env._("Rule %s: the largest amount is smaller than the smallest.", self.name)
        if self.date_from and self.date_to and self.date_to < self.date_from:
            return self.env._("Rule %s: the last day is before the first.", self.name)
        if self.has_tolerance and not 0 <= self.tolerance <= 1:
            return self.env._(
                "The rounding limit of rule %(rule)s is %(limit)s. It must lie between 0.00 and 1.00: larger "
                "differences are never written off, a person decides on them.",
                rule=self.name,
                limit=self.tolerance,
            )
        return False

    def _get_text_problem(self, operator_field, value_field):
        operator, value = self[operator_field], self[value_field]
        if not operator:
            return False
        if not value:
            return self.env._(
                "Rule %(rule)s: say what “%(field)s” is compared with.",
                rule=self.name,
                field=self._fields[operator_field]._description_string(self.env),
            )
        if operator != TextOperator.REGEX.value:
            return False
        try:
            groups = count_groups(value)
        except SettlementError as error:
            return self.env["account.settlement"]._render_message(error.message)
        if groups > 1:
            return self.env._(
                "Rule %(rule)s: “%(pattern)s” captures more than one part. The captured part is the key, so there can "
                "be one only: write the others as (?:…).",
                rule=self.name,
                pattern=value,
            )
        return False

    def _get_capture_problem(self):
        texts = (self._to_text_condition("match_text"), self._to_text_condition("match_reference"))
        if all(condition and condition.has_group for condition in texts):
            return self.env._(
                "Rule %s takes the key out of the text and out of the reference. Capture a part of one of them only.",
                self.name,
            )
        return False

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        for rule in self.filtered("transaction_count"):
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
        if not self.env.su and used and not vals.keys().isdisjoint((*CONDITION_FIELDS[1:], "company_id")):
            raise UserError(
                self.env._(
                    "%s is in use, so it is changed by a draft that takes its place. Press Change, try the draft, and "
                    "put it into use.",
                    ", ".join(used.mapped("name")),
                )
            )

    def write(self, vals):
        """Look again at what waits when rules in use change. Say in the trail when the analytic distribution does: Odoo
        does not track that type of field."""
        self._check_not_written_by_hand([vals])
        self._check_changed_by_draft(vals)
        result = super().write(vals)
        if not vals.keys().isdisjoint((*CONDITION_FIELDS, "active", "sequence", "state")):
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
        """Make a draft of a rule in use, or go on with the one there is."""
        self.ensure_one()
        place = {"replaces_id": self.id, "sequence": self.sequence, "provider_ids": self.provider_ids.ids}
        draft = self.draft_ids[:1] or self._as_manager().copy(place).with_env(self.env)
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
        wizard = self.env["settlement.rule.tryout"].create(
            {"provider_id": providers[:1].id, "company_id": (self.company_id or self.env.company)[:1].id}
        )
        return wizard._get_form_action()

    def action_put_into_use(self):
        """Put drafts into use without trying them first."""
        used = self._put_into_use()
        return used[:1]._get_form_action() if len(used) == 1 else True

    def action_open_transactions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_line")
        action["domain"] = [("rule_id", "=", self.id)]
        action["context"] = {}
        return action

    # ---------------------------------------------------------------- drafts

    def _put_into_use(self):
        """Put drafts into use: a change takes effect in the rule it changes, which keeps its place and its trail.

        Transactions that wait are looked at again by the scheduled actions.

        :return: the rules now in use.
        """
        self.check_access("write")
        self.replaces_id.check_access("write")
        used = self.sudo().browse()
        for draft in self._as_manager().filtered(lambda rule: rule.state == "draft"):
            rule = draft.replaces_id
            if rule:
                rule._take_over(draft)
            else:
                draft.state = "used"
                rule = draft
            used |= rule
        return used.with_env(self.env)

    def _take_over(self, draft):
        """Take over a draft's conditions and action; the draft is done with."""
        self.ensure_one()
        values = draft.copy_data()[0]
        del values["sequence"]
        values |= {"provider_ids": [Command.set(draft.provider_ids.ids)], "active": True}
        self.write(values)
        draft.copy_translations(self)
        draft.unlink()

    # ---------------------------------------------------------------- as plain values

    def _get_rules(self, provider):
        """Return the rules of a provider that are in use, in order, as :class:`~..matching.rules.Rule` values."""
        return self._search_used(provider)._to_plain_rules()

    @api.model
    def _search_used(self, provider):
        """Return the rules in use for a provider, in order."""
        return self.sudo().search(
            Domain("state", "=", "used")
            & Domain("company_id", "=", provider.company_id.id)
            & (Domain("provider_ids", "=", False) | Domain("provider_ids", "in", provider.ids))
        )

    def _to_plain_rules(self):
        return [rule.with_env(self.env)._to_plain() for rule in self]

    def _to_plain(self):
        rule = self.sudo().with_company(self.company_id).with_context(show_account_code=True)
        partner = rule.partner_id.commercial_partner_id
        account = rule._get_usable_account()
        if rule.action == "customer":
            account = partner.property_account_receivable_id
        return Rule(
            id=(rule.replaces_id or rule._origin).id or 0,
            name=rule._get_plain_name(),
            action=Action(rule.action),
            key=Key(rule.key) if rule._looks_by_key() else None,
            kinds=KIND_GROUPS[rule.kind] if rule.kind in KIND_GROUPS else frozenset({Kind(rule.kind)}),
            amount_from=to_decimal(rule.amount_from, rule.amount_currency_id) if rule.amount_from else None,
            amount_to=to_decimal(rule.amount_to, rule.amount_currency_id) if rule.amount_to else None,
            currency=rule.currency_id.name or "",
            payment_method=(rule.payment_method or "").strip(),
            sales_unit=(rule.sales_unit or "").strip(),
            text=rule._to_text_condition("match_text"),
            reference=rule._to_text_condition("match_reference"),
            webshop_ids=frozenset(rule.webshop_ids.ids),
            date_from=rule.date_from or None,
            date_to=rule.date_to or None,
            days=rule.days if rule.key == "customer_amount" else 0,
            without_prefix=rule.without_prefix,
            without_attempt=rule.without_attempt,
            tolerance=to_decimal(rule.tolerance, rule.company_currency_id) if rule.has_tolerance else None,
            partner_id=partner.id or None,
            account_id=account.id or None,
            tax_id=rule.tax_id.id or None,
            analytic_distribution=rule.analytic_distribution or None,
            label=rule.label or "",
            account_name=(account or rule.account_id).display_name or "",
            partner_name=partner.display_name or "",
            tax_name=rule.tax_id.display_name or "",
            webshop_names=tuple(rule.webshop_ids.mapped("name")),
        )

    @api.model
    def _prepare_vals(self, plain):
        """Return the values of a rule that reads like a plain one; without name and providers."""
        vals = {
            "kind": self._get_kind_group(plain.kinds),
            "action": plain.action.value,
            "key": plain.key.value if plain.key else False,
            "amount_from": plain.amount_from,
            "amount_to": plain.amount_to,
            "partner_id": plain.partner_id,
            "account_id": plain.account_id if plain.action is Action.ACCOUNT else False,
        }
        for field, condition in (("match_text", plain.text), ("match_reference", plain.reference)):
            if condition:
                vals |= {field: condition.operator.value, f"{field}_param": condition.value}
        return vals

    @staticmethod
    def _get_kind_group(kinds):
        """Return the selection value for a set of kinds."""
        groups = {group_kinds: group for group, group_kinds in KIND_GROUPS.items()}
        return groups[kinds] if kinds in groups else next(iter(kinds)).value

    def _looks_by_key(self):
        """Whether the key counts: a rule that names its customer needs none to find one."""
        return bool(self.key) and (self.action == "match" or (self.action == "customer" and not self.partner_id))

    def _get_plain_name(self):
        """The name in every reader's language where it is still as it came with the provider, else as it reads."""
        original = self.replaces_id or self
        default = self._get_defaults().get(original.default_code)
        shipped = (original.default_data or {}).get("names")
        return default.name if default and shipped == self._get_names(shipped) else self.name or ""

    def _get_names(self, languages):
        """Return the name in some languages."""
        return {language: self.with_context(lang=language).name for language in languages or ()}

    def _to_text_condition(self, operator_field):
        value = self[f"{operator_field}_param"]
        if not self[operator_field] or not value:
            return None
        return TextCondition(TextOperator(self[operator_field]), value)

    # ---------------------------------------------------------------- what a provider starts with

    @api.model
    def _get_defaults(self):
        return {code: rule for code, _sequence, rule in DEFAULT_RULES}

    @api.model
    def _update_defaults(self, providers):
        """Give providers the rules every provider starts with, each once, and bring to today's those nobody has
        changed.

        A rule that a person changed, moved, archived or deleted stays as it is.
        """
        for provider in providers:
            given = provider.default_rule_codes or []
            for code, sequence, plain in DEFAULT_RULES:
                if code not in given:
                    self._create_default(provider, code, sequence, plain)
            provider.default_rule_codes = [code for code, _sequence, _plain in DEFAULT_RULES]
        existing = self.with_context(active_test=False).search(
            [("provider_ids", "in", providers.ids), ("default_code", "!=", False)]
        )
        shipped = {code: (sequence, plain) for code, sequence, plain in DEFAULT_RULES}
        for rule in existing.filtered(lambda rule: rule.default_code in shipped and not rule.is_changed):
            rule._set_default(*shipped[rule.default_code])

    @api.model
    def _create_default(self, provider, code, sequence, plain):
        rule = self.with_context(lang="en_US").create(
            {
                **self._prepare_default_vals(sequence, plain),
                "default_code": code,
                "state": "used",
                "company_id": provider.company_id.id,
                "provider_ids": [Command.set(provider.ids)],
            }
        )
        rule._set_default(sequence, plain)

    def _set_default(self, sequence, plain):
        """Let a rule read as it comes with the provider, in every language, and note how that is."""
        vals = self._prepare_default_vals(sequence, plain)
        rule = self.with_context(lang="en_US")
        if changed := {name: value for name, value in vals.items() if rule[name] != value}:
            rule.write(changed)
        names = self.env["account.settlement"]._get_translations(plain.name)
        if names != self._get_names(names):
            self.update_field_translations("name", names)
        self.default_data = {**self._prepare_default_data(), "names": names}

    @api.model
    def _prepare_default_vals(self, sequence, plain):
        return {**self._prepare_vals(plain), "name": plain.name.template, "sequence": sequence}

    def _prepare_default_data(self):
        """Return what is a person's change when it changes: conditions, action, place, providers, being used."""
        self.ensure_one()
        plain = self._to_plain().to_json()
        # Names of other records follow those records, and the rule's own number says nothing.
        for name in ("id", "name", "account_name", "partner_name", "tax_name", "webshop_names"):
            plain.pop(name, None)
        return {"rule": plain, "sequence": self.sequence, "active": self.active, "providers": self.provider_ids.ids}
