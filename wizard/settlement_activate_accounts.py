from odoo import models

from ..chart import norway
from ..chart.names import FEE_WORDS, ROUNDING_WORDS, get_account_names, has_word
from ..chart.roles import ACCOUNT_TYPES, REQUIRED_ROLES, ROLES, get_account_types


class SettlementActivate(models.TransientModel):
    """The proposal: existing accounts that serve a new provider, and numbers and names for those that are missing."""

    _inherit = "settlement.activate"

    def _prepare_line_vals_list(self):
        """Return the proposal: one line per account, each with a number that neither the chart nor another line has."""
        if not self.company_id or not self.code:
            return []
        accounts = self._get_chart()
        taken = {account.code for account in accounts}
        vals_list = []
        for role, _label in ROLES:
            account = self._find_account(role, accounts)
            code = account.code or self._find_free_code(role, accounts, taken)
            taken.add(code)
            name = account.name or self._get_account_name(role)
            vals_list.append(
                {
                    "role": role,
                    "account_id": account.id,
                    "account_code": code,
                    "account_name": name,
                    "proposed_account_id": account.id,
                    "proposed_code": code,
                    "proposed_name": name,
                    "proposed_company_id": self.company_id.id,
                }
            )
        return vals_list

    def _get_choices(self):
        """Return what the user has changed in the proposal, by role; a new proposal for the same company keeps it."""
        choices = {}
        for line in self.line_ids.filtered(lambda line: line.proposed_company_id == self.company_id):
            choice = choices.setdefault(line.role, {})
            if line.account_id != line.proposed_account_id:
                choice["account_id"] = line.account_id.id
            if line.account_id != line.proposed_account_id or line.account_code != line.proposed_code:
                choice["account_code"] = line.account_code
            if line.account_id != line.proposed_account_id or line.account_name != line.proposed_name:
                choice["account_name"] = line.account_name
            if line.role not in REQUIRED_ROLES and line.role != "fee_payable":
                choice["selected"] = line.selected
        return choices

    def _get_chart(self):
        """Return every account of the company and its branches, archived ones too: their numbers are all taken.

        Branches share the chart of their root company, which also keeps the numbers.
        """
        return (
            self.env["account.account"]
            .sudo()
            .with_company(self.company_id.root_id)
            .with_context(active_test=False)
            .search_fetch(
                [("company_ids", "child_of", self.company_id.root_id.ids), ("code", "!=", False)],
                ["code", "name", "account_type", "active", "company_ids"],
                order="code, id",
            )
        )

    def _get_account_by_code(self, code):
        return self._get_chart().filtered(lambda account: account.code == code)[:1]

    def _is_usable(self, account):
        """Whether the company can book on the account: it is its own, or that of a company above it."""
        return account.active and bool(account.company_ids & self.company_id.sudo().parent_ids)

    def _find_account(self, role, accounts):
        """Return the existing account that already serves for ``role``, or none."""
        usable = accounts.filtered(
            lambda account: account.account_type in get_account_types(role) and self._is_usable(account)
        )
        found = accounts.browse()
        if role == "rounding":
            found = self._get_shared_rounding_account() & usable
        if found:
            return found[:1]
        if self.is_norwegian:
            if role in norway.STANDARD_NUMBERS:
                code = norway.format_number(norway.STANDARD_NUMBERS[role], self.code_length)
                found = usable.filtered(lambda account: account.code == code)
        elif role == "rounding":
            found = self._filter_by_words(usable, ROUNDING_WORDS)
        return found[:1]

    def _get_shared_rounding_account(self):
        """Return the rounding account of the company's other providers: one account for all of them."""
        providers = self.env["account.settlement.provider"].sudo()
        found = providers.search(
            [("company_id", "child_of", self.company_id.root_id.ids), ("rounding_account_id", "!=", False)]
        )
        return found.rounding_account_id.with_company(self.company_id.root_id)

    def _filter_by_words(self, accounts, words):
        """Return the accounts whose name holds one of the words, in English or in the user's language."""
        english = accounts.with_context(lang="en_US")
        return accounts.browse(
            account.id
            for account, source in zip(accounts, english, strict=True)
            if has_word((account.name or "", source.name or ""), words)
        )

    def _has_norwegian_numbers(self, accounts):
        """Whether the numbers follow the Norwegian standard: the country says so, and receivables lie in 15xx.

        A company may be Norwegian and yet keep its books in another chart.
        """
        root = self.company_id.root_id.sudo()
        if "NO" not in (root.account_fiscal_country_id.code, (root.chart_template or "").upper()):
            return False
        receivable = self._get_default_account("property_account_receivable_id", "asset_receivable", accounts)
        return norway.follows_standard(receivable.code)

    def _get_default_account(self, field_name, account_type, accounts):
        """Return the company's own default receivable or payable account, else the first of that type."""
        partners = self.env["res.partner"].sudo()
        for company in reversed(self.company_id.sudo().parent_ids):
            field = partners._fields[field_name]
            account = field.get_company_dependent_fallback(partners.with_company(company))
            if account and account in accounts:
                return account.with_company(company.root_id)
        return accounts.filtered(lambda account: account.account_type == account_type and account.active)[:1]

    def _find_free_code(self, role, accounts, taken):
        """Return the first number that the role's new account can have; False when a person must choose."""
        if self.is_norwegian:
            return norway.find_free_code(role, taken, self.code_length) or False
        code = self._get_anchor_account(role, accounts).code or ""
        if not code[-1:].isdigit():
            return False
        # Next to the account it is kin to, but never beyond the hundred in which that lies.
        chart = self.env["account.account"].sudo().with_company(self.company_id.root_id)
        found = chart._search_new_account_code(code, taken)
        return len(found) == len(code) and found[:-2] == code[:-2] and found

    def _get_anchor_account(self, role, accounts):
        """Return the account that a new one should lie next to, in a chart that is not Norwegian."""
        account_type = ACCOUNT_TYPES[role]
        if account_type == "asset_current":
            return self._get_default_account("property_account_receivable_id", "asset_receivable", accounts)
        if account_type == "liability_current":
            return self._get_default_account("property_account_payable_id", "liability_payable", accounts)
        expenses = accounts.filtered(lambda account: account.account_type == account_type and account.active)
        own = self.company_id.root_id.sudo().expense_account_id & expenses
        return (self._filter_by_words(expenses, FEE_WORDS) or own.with_env(accounts.env) or expenses)[:1]

    def _get_account_name(self, role):
        """Return the proposed name: Norwegian in a Norwegian chart and for Norwegian users, else English."""
        english, norwegian = self._get_account_names(role)
        is_norwegian_user = (self.env.lang or "").startswith(("nb_", "nn_"))
        return norwegian if is_norwegian_user or self.is_norwegian else english

    def _get_account_names(self, role):
        return get_account_names(role, self.name)
