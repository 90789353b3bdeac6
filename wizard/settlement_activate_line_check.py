import re

from odoo import models

from ..chart import norway
from ..chart.roles import ACCOUNT_TYPES, EXCLUSIVE_ROLES, get_account_types

ACCOUNT_CODE = re.compile(r"[A-Za-z0-9.]+")


class SettlementActivateLine(models.TransientModel):
    """Why an account of the proposal cannot be used, in a sentence that says what to do."""

    _inherit = "settlement.activate.line"

    def _get_problem(self):
        """Return why the account cannot be used, in a sentence; False if it can."""
        others = (self.activation_id.line_ids - self).filtered("selected")
        if self.account_id:
            return self._get_existing_account_problem(others)
        return self._get_new_account_problem(others)

    def _get_new_account_problem(self, others):
        code = self._get_code()
        if not code:
            return self._get_missing_number_problem()
        if not ACCOUNT_CODE.fullmatch(code):
            return self.env._(
                "%(code)s cannot be an account number: only letters from A to Z, digits and dots can be used.",
                code=code,
            )
        if not (self.account_name or "").strip():
            return self.env._("Account %(code)s needs a name.", code=code)
        if self.activation_id.is_norwegian and not norway.is_allowed(self.role, code):
            return self._get_series_problem(code)
        taken = self.activation_id._get_account_by_code(code)
        if taken and not taken.active:
            return self.env._(
                "Number %(code)s is taken by the archived account %(account)s. Use another number, or restore it.",
                code=code,
                account=self._describe(taken),
            )
        if taken:
            return self.env._(
                "Number %(code)s is taken by %(account)s. Use another number, or choose that account if it is the one "
                "you mean.",
                code=code,
                account=self._describe(taken),
            )
        for other in others.filtered(lambda other: not other.account_id and other._get_code() == code):
            return self.env._(
                "Number %(code)s is given twice: for “%(role)s” and for “%(other)s”.",
                code=code,
                role=self._get_role_label(),
                other=other._get_role_label(),
            )
        return False

    def _get_missing_number_problem(self):
        if not self.proposed_code and self.activation_id.is_norwegian:
            return self.env._(
                "No number is free in %(series)s for “%(role)s”. "
                "Enter one from %(allowed)s, or choose an existing account.",
                series=", ".join(map(self._format_series, norway.PROPOSED_SERIES[self.role])),
                role=self._get_role_label(),
                allowed=self._format_series(norway.ALLOWED_SERIES[self.role]),
            )
        if not self.proposed_code:
            return self.env._(
                "No free number was found for “%(role)s”. Enter one, or choose an existing account.",
                role=self._get_role_label(),
            )
        return self.env._(
            "Enter a number for “%(role)s”, or choose an existing account. %(code)s is free.",
            role=self._get_role_label(),
            code=self.proposed_code,
        )

    def _get_series_problem(self, code):
        if norway.is_tax_base(code):
            return self.env._(
                "Number %(code)s is among the bases of value added tax, %(bases)s. Nothing else may be booked there.",
                code=code,
                bases=self._format_series(norway.TAX_BASES),
            )
        return self.env._(
            "Number %(code)s is outside the series for “%(role)s”. Use one from %(allowed)s.",
            code=code,
            role=self._get_role_label(),
            allowed=self._format_series(norway.ALLOWED_SERIES[self.role]),
        )

    def _format_series(self, series):
        return norway.format_series(series, self.activation_id.code_length)

    def _get_existing_account_problem(self, others):
        account = self._get_account()
        activation = self.activation_id
        described = self._describe(account)
        if not activation._is_usable(account):
            return self.env._(
                "Account %(account)s is archived or belongs to another company than %(company)s.",
                account=described,
                company=self.company_id.name,
            )
        if account.account_type not in get_account_types(self.role):
            return self._get_type_problem(account)
        if activation.is_norwegian and norway.is_tax_base(account.code):
            return self._get_series_problem(account.code)
        if account.currency_id and account.currency_id not in (activation.currency_id, self.company_id.currency_id):
            return self.env._(
                "Account %(account)s takes only %(currency)s.", account=described, currency=account.currency_id.name
            )
        if self.role not in EXCLUSIVE_ROLES:
            return False
        if provider := self._get_other_provider(account):
            return self.env._(
                "Account %(account)s is already used by %(provider)s. Only agreements with the same provider in the "
                "same currency share accounts; else neither balance could be explained.",
                account=described,
                provider=provider.name,
            )
        for other in others.filtered(lambda other: other.account_id == self.account_id):
            return self.env._(
                "Account %(account)s is chosen twice: for “%(role)s” and for “%(other)s”.",
                account=described,
                role=self._get_role_label(),
                other=other._get_role_label(),
            )
        return False

    def _get_type_problem(self, account):
        labels = dict(account._fields["account_type"]._description_selection(self.env))
        return self.env._(
            "Account %(account)s is of the type %(type)s. For “%(role)s” it must be of the type %(expected)s.",
            account=self._describe(account),
            type=labels[account.account_type],
            role=self._get_role_label(),
            expected=labels[ACCOUNT_TYPES[self.role]],
        )

    def _get_other_provider(self, account):
        """Return a provider that already uses the account for what it owes or for unknown transactions, and does not
        share it: for the same role, with the same provider, in the same currency."""
        activation = self.activation_id
        providers = self.env["account.settlement.provider"].sudo().with_context(active_test=False)
        found = providers.search(
            ["|", ("clearing_account_id", "=", account.id), ("unknown_account_id", "=", account.id)]
        )
        return found.filtered(
            lambda provider: (
                (provider.code, provider.currency_id, provider.company_id)
                != (activation.code, activation.currency_id, activation.company_id)
                or provider[f"{self.role}_account_id"] != account
            )
        )[:1]
