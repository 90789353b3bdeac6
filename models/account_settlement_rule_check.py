from odoo import api, models
from odoo.exceptions import ValidationError

from ..common.messages import SettlementError
from ..matching.patterns import count_groups
from ..matching.rules import TextOperator
from .account_settlement_rule import CONDITION_FIELDS
from .own_writes import is_own


class AccountSettlementRule(models.Model):
    """What a rule must be like to be saved, and a sentence for each way in which it is not."""

    _inherit = "account.settlement.rule"

    @api.constrains("name", "company_id", *CONDITION_FIELDS)
    def _check_rule(self):
        for rule in self.browse() if is_own(self) else self:
            if problem := rule._get_problem():
                raise ValidationError(problem)

    @api.constrains("company_id", "replaces_id")
    def _check_company_of_change(self):
        for rule in self:
            if rule.replaces_id and rule.replaces_id.company_id != rule.company_id:
                raise ValidationError(
                    self.env._("Draft %s changes a rule of another company. Make a new rule there instead.", rule.name)
                )

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
                "Rule %s books transactions to a customer: choose which, or what to find the customer by.", name
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
            return self.env["settlement.message"]._render(error.message)
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
                "Rule %s captures the reference from both the text and the reference. Capture a part of only one of"
                " them.",
                self.name,
            )
        return False
