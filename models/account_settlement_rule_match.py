from odoo import api, models
from odoo.fields import Command, Domain

from ..matching.default_rules import DEFAULT_RULES
from ..matching.rules import FEE_KINDS, RESERVE_KINDS, RULE_KINDS, Action, Key, Rule, TextCondition, TextOperator
from ..providers.records import Kind
from .money import to_decimal

#: Several types of transaction under one name, besides each type by itself.
KIND_GROUPS = {
    "customer": frozenset(),
    "fees": FEE_KINDS,
    "reserves": RESERVE_KINDS,
    "any": RULE_KINDS,
}


class AccountSettlementRule(models.Model):
    """The rules in use as the match stage reads them, plain values in order; and those a provider starts with."""

    _inherit = "account.settlement.rule"

    def _get_rules(self, provider):
        """Return the rules of a provider that are in use, in order, as :class:`~..matching.rules.Rule` values."""
        return self._search_used(provider)._to_plain_rules()

    @api.model
    def _search_used(self, provider):
        """Return the rules in use for a provider, in order."""
        return self.sudo().search(
            Domain("state", "=", "used")
            & Domain("company_id", "=", provider.company_id.id)
            & self._get_provider_domain(provider)
        )

    @api.model
    def _get_provider_domain(self, provider):
        """Return the domain of the rules of its company that hold for a provider: for all of them, or for it."""
        return Domain("provider_ids", "=", False) | Domain("provider_ids", "in", provider.ids)

    def _to_plain_rules(self):
        return [rule.with_env(self.env)._to_plain() for rule in self]

    def _to_plain(self):
        rule = self.sudo().with_company(self.company_id).with_context(show_account_code=True)
        partner = rule.partner_id.commercial_partner_id
        account = rule._get_usable_account()
        if rule.action == "customer":
            account = partner.property_account_receivable_id
        return Rule(
            id=rule._origin.id or 0,
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
            "partner_id": plain.partner_id,
            "account_id": plain.account_id if plain.action is Action.ACCOUNT else False,
            "tax_id": plain.tax_id or False,
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
        """Return the name: of a rule that a provider starts with as a message, for readers in every language, unless a
        person has renamed it."""
        default = {code: rule for code, _sequence, rule in DEFAULT_RULES}.get(self.default_code)
        if not default:
            return self.name or ""
        names = self.env["settlement.message"]._get_translations(default.name)
        # In a language that was activated later it still reads in English.
        is_renamed = any(
            self.with_context(lang=language).name not in (name, names["en_US"]) for language, name in names.items()
        )
        return self.name if is_renamed else default.name

    def _to_text_condition(self, operator_field):
        value = self[f"{operator_field}_param"]
        if not self[operator_field] or not value:
            return None
        return TextCondition(TextOperator(self[operator_field]), value)

    # ---------------------------------------------------------------- what a provider starts with

    @api.model
    def _create_defaults(self, provider):
        """Give a provider the rules every provider starts with."""
        for code, sequence, plain in DEFAULT_RULES:
            names = self.env["settlement.message"]._get_translations(plain.name)
            rule = self.with_context(lang="en_US").create(
                {
                    **self._prepare_vals(plain),
                    "name": names["en_US"],
                    "sequence": sequence,
                    "default_code": code,
                    "state": "used",
                    "company_id": provider.company_id.id,
                    "provider_ids": [Command.set(provider.ids)],
                }
            )
            rule.update_field_translations("name", names)
