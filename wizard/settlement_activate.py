import re
from collections import Counter

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.account_roles import (
    ACCOUNT_TYPES,
    EXCLUSIVE_ROLES,
    RECONCILED_ROLES,
    REQUIRED_ROLES,
    ROLES,
    get_account_types,
)

#: The number an account already has in any Norwegian chart, whatever it is called there.
NORWEGIAN_NUMBERS = {"rounding": 7740, "prepayment": 2900, "fee_payable": 2960}

#: Numbers to propose in a Norwegian chart, in this order.
NORWEGIAN_PROPOSALS = {
    # 1522–1529 are free in every edition of the chart and lie right after the trade receivables. Then the rest of the
    # receivables of a trade kind, those that older editions use last. 1530–1539 is accrued income, 1550 and above are
    # group companies, employees, owners and provisions.
    "clearing": ((1522, 1529), (1510, 1519), (1501, 1509), (1520, 1521), (1540, 1549)),
    "unknown": ((1522, 1529), (1510, 1519), (1501, 1509), (1520, 1521), (1540, 1549)),
    "reserve": ((1522, 1529), (1510, 1519), (1501, 1509), (1520, 1521), (1540, 1549)),
    # Right after 7770, bank and card fees. 7780–7789 are bases of value added tax, 78xx are losses on receivables.
    "fee": ((7772, 7779), (7790, 7797)),
    "rounding": ((7740, 7749),),
    "prepayment": ((2900, 2909),),
    "fee_payable": ((2960, 2964),),
}
#: Numbers a person may choose in a Norwegian chart: the whole group, so that the balance stays right.
NORWEGIAN_SERIES = {
    "clearing": (1501, 1599),
    "unknown": (1501, 1599),
    "reserve": (1501, 1599),
    "fee": (7700, 7799),
    "rounding": (7700, 7799),
    "prepayment": (2900, 2999),
    "fee_payable": (2900, 2999),
}
#: Bases of value added tax: what is booked there ends up in the tax return.
NORWEGIAN_TAX_BASES = (7780, 7789)

#: Account names, (English, Norwegian). They belong to the chart, so they follow its language and not the interface's.
ACCOUNT_NAMES = {
    "clearing": ("%s settlement clearing", "%s oppgjør"),
    "unknown": ("%s unknown transactions", "%s ukjente transaksjoner"),
    "fee": ("%s fees", "%s gebyr"),
    "rounding": ("Rounding differences", "Øredifferanser"),
    "prepayment": ("Prepayments from customers", "Forskudd fra kunder"),
    "fee_payable": ("Payment provider fees owed", "Skyldige gebyrer til betalingsleverandører"),
    "reserve": ("%s reserve withheld", "%s tilbakeholdt reserve"),
}
#: What a provider is called in names of accounts, where that is shorter than its full name.
SHORT_NAMES = {"vipps": "Vipps"}

#: By these words the accounts of a chart that is not Norwegian are found, in the languages of such charts here.
FEE_WORDS = ("bank fee", "bank charge", "bank cost", "bankgeb", "bankomkost", "bankavgift", "bankkost", "bankkulu")
ROUNDING_WORDS = ("rounding", "avrund", "afrund", "øresdiff", "øredif", "öresutj", "rundung", "pyöristy")

ACCOUNT_CODE = re.compile(r"[A-Za-z0-9.]+")


class SettlementActivate(models.TransientModel):
    """Proposes the accounts and the journal of a new provider, and creates them when a person approves."""

    _name = "settlement.activate"
    _description = "Activate a Payment Provider"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    code = fields.Selection(
        selection=lambda self: self.env["account.settlement.provider"]._fields["code"]._description_selection(self.env),
        string="Provider",
        required=True,
        default="vipps",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The currency the provider settles in.",
    )
    merchant_id = fields.Char(
        string="Merchant ID",
        help="What the provider calls this agreement: for Vipps the merchant serial number (MSN).",
    )
    fee_mode = fields.Selection(
        selection=lambda self: (
            self.env["account.settlement.provider"]._fields["fee_mode"]._description_selection(self.env)
        ),
        string="Fees",
        required=True,
        default="net",
    )
    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True)
    proposed_name = fields.Char(compute="_compute_name", store=True, precompute=True)
    line_ids = fields.One2many(
        "settlement.activate.line",
        "activation_id",
        string="Accounts",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    provider_id = fields.Many2one(
        "account.settlement.provider", string="Existing Agreement", compute="_compute_provider_id"
    )
    is_norwegian = fields.Boolean(compute="_compute_chart_style")
    code_length = fields.Integer(compute="_compute_chart_style")
    # Odoo lets only administrators see its payment providers, for the secrets they hold.
    payment_provider_ids = fields.Many2many(
        "payment.provider",
        string="Odoo Payment Providers",
        compute="_compute_payment_provider_ids",
        store=True,
        readonly=False,
        check_company=True,
        groups="base.group_system",
        help="Odoo's own payment providers that carry the same agreement. Payments made through them will land on "
        "the clearing account, where the settlement meets them.",
    )
    has_payment_providers = fields.Boolean(compute="_compute_has_payment_providers")
    replace_payment_accounts = fields.Boolean(
        string="Use the clearing account from now on",
        help="Payments already made keep the account they were booked on.",
    )
    payment_account_note = fields.Text(compute="_compute_payment_account_note")
    has_audit_trail = fields.Boolean(compute="_compute_has_audit_trail")
    restrictive_audit_trail = fields.Boolean(
        string="Keep Odoo's audit trail",
        help="Recommended. What was posted once can no longer be deleted in this company, and every change to it is "
        "logged: invoices and bank entries too, which these settlements are matched with.",
    )

    @api.depends("company_id")
    def _compute_has_audit_trail(self):
        for activation in self:
            activation.has_audit_trail = activation.company_id.sudo().restrictive_audit_trail

    @api.depends("company_id")
    def _compute_currency_id(self):
        for activation in self:
            activation.currency_id = activation.company_id.currency_id

    @api.depends("company_id", "code", "currency_id", "merchant_id")
    def _compute_name(self):
        for activation in self:
            proposed_name = activation._get_proposed_name()
            if not activation.name or activation.name == activation.proposed_name:
                activation.name = proposed_name
            activation.proposed_name = proposed_name

    @api.depends("company_id", "code", "currency_id", "merchant_id", "name")
    def _compute_line_ids(self):
        for activation in self:
            choices = activation._get_choices()
            activation.line_ids = [Command.clear()] + [
                Command.create({**vals, **choices.get(vals["role"], {})})
                for vals in activation._prepare_line_vals_list()
            ]

    @api.depends("company_id")
    def _compute_chart_style(self):
        for activation in self:
            accounts = activation._get_chart()
            activation.is_norwegian = activation._has_norwegian_numbers(accounts)
            activation.code_length = activation._get_code_length(accounts)

    @api.depends("company_id", "code", "currency_id", "merchant_id")
    def _compute_provider_id(self):
        for activation in self:
            activation.provider_id = activation._get_existing_provider()

    @api.depends("company_id", "code")
    def _compute_payment_provider_ids(self):
        for activation in self:
            activation.payment_provider_ids = activation._get_payment_providers()

    @api.depends("company_id")
    def _compute_has_payment_providers(self):
        """Whether payments are made in Odoo at all: if not, nothing needs to be asked."""
        for activation in self:
            activation.has_payment_providers = bool(activation._search_payment_providers(limit=1))

    @api.depends("payment_provider_ids")
    def _compute_payment_account_note(self):
        for activation in self:
            activation.payment_account_note = "\n".join(
                self.env._(
                    "Payments through %(provider)s now land on %(account)s.",
                    provider=line.payment_provider_id.name,
                    account=line.payment_account_id.display_name,
                )
                for line in activation._get_payment_method_lines()
                if line.payment_account_id
            )

    # ---------------------------------------------------------------- actions

    def action_activate(self):
        """Create what was approved and open the provider; an agreement that is already there is only opened."""
        self.ensure_one()
        self = self.with_company(self.company_id)
        self._check_agreement()
        provider = self._get_existing_provider() or self._activate()
        return {
            "type": "ir.actions.act_window",
            "name": provider.name,
            "res_model": "account.settlement.provider",
            "res_id": provider.id,
            "view_mode": "form",
        }

    # ---------------------------------------------------------------- the agreement

    def _get_agreements(self):
        """All agreements with this provider in the books of the company and its branches, archived ones too."""
        providers = self.env["account.settlement.provider"].sudo().with_context(active_test=False)
        return providers.search([("company_id", "child_of", self.company_id.root_id.ids), ("code", "=", self.code)])

    def _get_merchant_id(self):
        return (self.merchant_id or "").strip()

    def _get_existing_provider(self):
        """The provider that already stands for this very agreement, if any."""
        found = self._get_agreements().filtered(
            lambda provider: (
                provider.company_id == self.company_id
                and provider.currency_id == self.currency_id
                and (provider.merchant_id or "") == self._get_merchant_id()
            )
        )
        return found[:1].sudo(False)

    def _check_agreement(self):
        """:raises UserError: where nothing would tell this agreement from another of the same currency."""
        others = self._get_agreements().filtered(
            lambda provider: (
                provider.active
                and provider.company_id == self.company_id
                and provider.currency_id == self.currency_id
                and provider.merchant_id
            )
        )
        if others and not self._get_merchant_id() and not self._get_existing_provider():
            raise UserError(
                self.env._(
                    "%s is active already. Enter the merchant id of the other agreement, by which its settlements are "
                    "told from those: for Vipps the merchant serial number.",
                    ", ".join(others.mapped("name")),
                )
            )

    def _get_proposed_name(self):
        """The provider's name, with what tells this agreement from the others: merchant id, currency, branch."""
        if not self.code or not self.company_id:
            return False
        labels = dict(self._fields["code"]._description_selection(self.env))
        others = self._get_agreements() - self._get_existing_provider()
        name = SHORT_NAMES.get(self.code, labels[self.code])
        merchant_id = self._get_merchant_id()
        if merchant_id and others and merchant_id not in others.mapped("merchant_id"):
            name = f"{name} {merchant_id}"
        if self.currency_id and self.currency_id != self.company_id.currency_id:
            name = f"{name} {self.currency_id.name}"
        if name in others.mapped("name") and self.company_id != self.company_id.root_id:
            name = f"{name} {self.company_id.name}"
        return name

    # ---------------------------------------------------------------- the proposal

    def _prepare_line_vals_list(self):
        """The proposal: one line per account, each with a number that neither the chart nor another line has."""
        if not self.company_id or not self.code:
            return []
        accounts = self._get_chart()
        taken = {account.code for account in accounts}
        vals_list = []
        for role, _label in ROLES:
            account = self._find_account(role, accounts)
            code = account.code or self._get_free_code(role, accounts, taken)
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
        """What the user has changed in the proposal, by role; it is kept in a new proposal for the same company."""
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
        """Every account of the company and its branches, archived ones too: their numbers are all taken.

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
        """The existing account that already serves for ``role``, or none."""
        usable = accounts.filtered(
            lambda account: account.account_type in get_account_types(role) and self._is_usable(account)
        )
        found = accounts.browse()
        if role == "rounding":
            found = self._get_shared_rounding_account() & usable
        if found:
            return found[:1]
        if self.is_norwegian:
            if role in NORWEGIAN_NUMBERS:
                code = self._format_number(NORWEGIAN_NUMBERS[role])
                found = usable.filtered(lambda account: account.code == code)
        elif role == "rounding":
            found = self._filter_by_words(usable, ROUNDING_WORDS)
        return found[:1]

    def _get_shared_rounding_account(self):
        """The rounding account of the company's other providers: one account for all of them."""
        providers = self.env["account.settlement.provider"].sudo()
        found = providers.search(
            [("company_id", "child_of", self.company_id.root_id.ids), ("rounding_account_id", "!=", False)]
        )
        return found.rounding_account_id.with_company(self.company_id.root_id)

    def _filter_by_words(self, accounts, words):
        """The accounts whose name holds one of ``words``, in English or in the user's language."""
        english = accounts.with_context(lang="en_US")
        return accounts.browse(
            account.id
            for account, source in zip(accounts, english, strict=True)
            if any(word in f"{account.name}\n{source.name}".lower() for word in words)
        )

    def _has_norwegian_numbers(self, accounts):
        """Whether the numbers follow the Norwegian standard: the country says so, and receivables lie in 15xx.

        A company may be Norwegian and yet keep its books in another chart.
        """
        root = self.company_id.root_id.sudo()
        receivable = self._get_default_account("property_account_receivable_id", "asset_receivable", accounts)
        return "NO" in (root.account_fiscal_country_id.code, (root.chart_template or "").upper()) and bool(
            re.fullmatch(r"15\d{2,}", receivable.code or "")
        )

    def _get_default_account(self, field_name, account_type, accounts):
        """The company's own default receivable or payable account, else the first of that type."""
        partners = self.env["res.partner"].sudo()
        for company in reversed(self.company_id.sudo().parent_ids):
            field = partners._fields[field_name]
            account = field.get_company_dependent_fallback(partners.with_company(company))
            if account and account in accounts:
                return account.with_company(company.root_id)
        return accounts.filtered(lambda account: account.account_type == account_type and account.active)[:1]

    def _get_code_length(self, accounts):
        """How many digits the company's account numbers have: the usual number, as single accounts may deviate."""
        lengths = Counter(len(account.code) for account in accounts if account.code.isdigit())
        return lengths.most_common(1)[0][0] if lengths else 4

    def _format_number(self, number):
        """A number of the Norwegian standard in the company's own style: 1522 is 152200 where codes have six digits."""
        return str(number).ljust(self.code_length, "0")

    def _get_free_code(self, role, accounts, taken):
        """The first number of the role's series that is not taken, or False when a person must choose."""
        return next((code for code in self._get_candidate_codes(role, accounts) if code not in taken), False)

    def _get_candidate_codes(self, role, accounts):
        if self.is_norwegian:
            for first, last in NORWEGIAN_PROPOSALS[role]:
                for number in range(first, last + 1):
                    yield self._format_number(number)
            return
        # Next to the account it is a kin of, but never beyond the hundred that it lies in.
        anchor = self._get_anchor_account(role, accounts)
        match = re.fullmatch(r"(.*?)(\d{1,2})", anchor.code or "")
        if match:
            start, digits = match.groups()
            for number in range(int(digits) + 1, 10 ** len(digits)):
                yield f"{start}{number:0{len(digits)}}"

    def _get_anchor_account(self, role, accounts):
        """The account that a new one should lie next to, in a chart that is not Norwegian."""
        account_type = ACCOUNT_TYPES[role]
        if account_type == "asset_current":
            return self._get_default_account("property_account_receivable_id", "asset_receivable", accounts)
        if account_type == "liability_current":
            return self._get_default_account("property_account_payable_id", "liability_payable", accounts)
        expenses = accounts.filtered(lambda account: account.account_type == account_type and account.active)
        own = self.company_id.root_id.sudo().expense_account_id & expenses
        return (self._filter_by_words(expenses, FEE_WORDS) or own.with_env(accounts.env) or expenses)[:1]

    def _get_account_name(self, role):
        """The proposed name: Norwegian in a Norwegian chart and for Norwegian users, else English."""
        english, norwegian = self._get_account_names(role)
        is_norwegian_user = (self.env.lang or "").startswith(("nb_", "nn_"))
        return norwegian if is_norwegian_user or self.is_norwegian else english

    def _get_account_names(self, role):
        return [name % self.name if "%s" in name else name for name in ACCOUNT_NAMES[role]]

    # ---------------------------------------------------------------- activation

    def _activate(self):
        """Create or pick the accounts, create the journal and the provider, and return the provider."""
        self._check_proposal()
        lines = self.line_ids.filtered("selected")
        accounts = {line.role: line._get_or_create_account() for line in lines}
        journal = self.env["account.journal"].create(self._prepare_journal_vals())
        providers = self.env["account.settlement.provider"]
        providers.check_access("create")
        # That it is active from the start is no value of a form. Whose company it is, the dialog's own rules say.
        self._check_own_company()
        provider = providers.sudo().create(self._prepare_provider_vals(accounts, journal)).with_env(self.env)
        provider._create_fee_types()
        self._connect_payment_providers(provider)
        if self.restrictive_audit_trail:
            # A manager of settlements need not be an administrator of companies.
            self.company_id.sudo().restrictive_audit_trail = True
        provider.message_post(body=self._get_activation_message(provider, lines))
        return provider

    def _check_own_company(self):
        """Refuse to set up a company that is not the user's.

        :raises AccessError: naming it.
        """
        if not self.env.su and self.company_id not in self.env.user.company_ids:
            raise AccessError(self.env._("%s is not one of your companies.", self.company_id.sudo().name))

    def _check_proposal(self):
        """Refuse with one sentence for everything that is wrong.

        :raises UserError: before anything is created.
        """
        if not self._get_chart():
            raise UserError(
                self.env._(
                    "%(company)s has no chart of accounts yet. "
                    "Choose one under Settings, Invoicing, Fiscal Localization.",
                    company=self.company_id.name,
                )
            )
        lines = self.line_ids
        missing = [self._get_role_label(role) for role in REQUIRED_ROLES if role not in lines.mapped("role")]
        problems = [line._get_problem() for line in lines.filtered("selected")]
        if missing:
            problems.append(self.env._("These accounts are missing: %(accounts)s.", accounts=", ".join(missing)))
        problems = [problem for problem in problems if problem]
        if problems:
            raise UserError("\n".join(problems))

    def _get_role_label(self, role):
        return dict(self.env["settlement.activate.line"]._fields["role"]._description_selection(self.env))[role]

    def _prepare_journal_vals(self):
        """A journal of its own gives the provider's vouchers an unbroken number series."""
        return {
            "name": self.name,
            "code": self._get_journal_code(),
            "type": "general",
            "company_id": self.company_id.id,
        }

    def _get_journal_code(self):
        """VIPPS, then VIPP2, VIPP3 …: the name's first letters and the first number that no branch has either."""
        root = self.company_id.root_id
        journals = self.env["account.journal"].sudo().with_context(active_test=False)
        taken = set(journals.search([("company_id", "child_of", root.ids)]).mapped("code"))
        size = self.env["account.journal"]._fields["code"].size
        letters = re.sub(r"[^A-Z]", "", self.name.upper()) or "PAY"
        codes = [letters[:size]]
        codes += [f"{letters[: size - len(str(number))]}{number}" for number in range(2, 1000)]
        return next(code for code in codes if code not in taken)

    def _prepare_provider_vals(self, accounts, journal):
        vals = {
            "name": self.name,
            "code": self.code,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "merchant_id": self._get_merchant_id() or False,
            "fee_mode": self.fee_mode,
            "state": "active",
            "journal_id": journal.id,
        }
        for role, account in accounts.items():
            vals[f"{role}_account_id"] = account.id
        return vals

    def _get_activation_message(self, provider, lines):
        """What was set up, for the provider's own history."""
        accounts = ", ".join(provider[f"{line.role}_account_id"].display_name for line in lines)
        return self.env._(
            "Activated with journal %(journal)s and accounts %(accounts)s.",
            journal=provider.journal_id.display_name,
            accounts=accounts,
        )

    # ---------------------------------------------------------------- Odoo's own payment providers

    def _search_payment_providers(self, domain=(), limit=None):
        """The company's payment providers that are in use; none for users who may not see any."""
        providers = self.env["payment.provider"].sudo()
        if not self.company_id or not self.env.user.has_group("base.group_system"):
            return providers
        in_use = [*providers._check_company_domain(self.company_id), ("state", "!=", "disabled")]
        return providers.search([*in_use, *domain], limit=limit)

    def _get_payment_providers(self):
        """Odoo's payment providers of the same kind that no other agreement has, to propose."""
        agreements = self.env["account.settlement.provider"].sudo().with_context(active_test=False)
        connected = agreements.search([("payment_provider_ids", "!=", False)]).payment_provider_ids
        return (self._search_payment_providers([("code", "=", self.code)]) - connected).sudo(False)

    def _get_payment_method_lines(self):
        return (
            self.env["account.payment.method.line"]
            .sudo()
            .search([("payment_provider_id", "in", self.sudo().payment_provider_ids.ids), ("journal_id", "!=", False)])
        )

    def _connect_payment_providers(self, provider):
        """Let native payments land on the clearing account, unless they have another account and nobody agreed."""
        provider.sudo().payment_provider_ids = self.sudo().payment_provider_ids
        for line in self._get_payment_method_lines():
            if not line.payment_account_id or self.replace_payment_accounts:
                line.payment_account_id = provider.clearing_account_id


class SettlementActivateLine(models.TransientModel):
    """One account of the proposal: an existing one, or the number and name of a new one."""

    _name = "settlement.activate.line"
    _description = "Account of a Payment Provider to Activate"
    _order = "id"
    _check_company_auto = True

    activation_id = fields.Many2one("settlement.activate", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="activation_id.company_id")
    role = fields.Selection(ROLES, string="Used for", required=True)
    is_required = fields.Boolean(compute="_compute_is_required")
    selected = fields.Boolean(string="Use", compute="_compute_selected", store=True, readonly=False)
    account_id = fields.Many2one(
        "account.account",
        string="Existing Account",
        check_company=True,
        domain="""[(
            'account_type', 'in',
            ['asset_current'] if role in ('clearing', 'unknown', 'reserve')
            else ['liability_current'] if role in ('prepayment', 'fee_payable')
            else ['expense', 'expense_other', 'expense_direct_cost'] if role == 'fee'
            else ['expense', 'expense_other', 'expense_direct_cost', 'income_other'],
        )]""",
    )
    account_code = fields.Char(string="Number", compute="_compute_account_code", store=True, readonly=False)
    account_name = fields.Char(string="Name", compute="_compute_account_name", store=True, readonly=False)
    proposed_account_id = fields.Many2one("account.account")
    proposed_code = fields.Char()
    proposed_name = fields.Char()
    proposed_company_id = fields.Many2one("res.company")
    has_problem = fields.Boolean(compute="_compute_note")
    note = fields.Text(string="What Happens", compute="_compute_note")

    @api.depends("role", "activation_id.fee_mode")
    def _compute_is_required(self):
        for line in self:
            line.is_required = line._is_required()

    @api.depends("role", "activation_id.fee_mode")
    def _compute_selected(self):
        for line in self:
            # Fees owed come and go with the kind of contract; the other optional ones are the user's choice.
            line.selected = line._is_required() or (line.role != "fee_payable" and line.selected)

    @api.depends("account_id")
    def _compute_account_code(self):
        for line in self:
            line.account_code = line._get_account().code or line.proposed_code

    @api.depends("account_id")
    def _compute_account_name(self):
        for line in self:
            line.account_name = line._get_account().name or line.proposed_name

    @api.depends(
        "role",
        "selected",
        "account_id",
        "account_code",
        "account_name",
        "activation_id.company_id",
        "activation_id.currency_id",
        "activation_id.line_ids.account_code",
        "activation_id.line_ids.selected",
    )
    def _compute_note(self):
        for line in self:
            problem = line._get_problem() if line.selected else False
            line.has_problem = bool(problem)
            line.note = problem or line._get_outcome()

    # ---------------------------------------------------------------- business

    def _is_required(self):
        return self.role in REQUIRED_ROLES or (self.role == "fee_payable" and self.activation_id.fee_mode == "gross")

    def _get_role_label(self):
        return self.activation_id._get_role_label(self.role)

    def _get_code(self):
        return (self.account_code or "").strip()

    def _get_account(self):
        """The chosen account, read in the company whose numbers apply."""
        return self.account_id.sudo().with_company(self.company_id.root_id)

    def _get_outcome(self):
        """What activating will do with this line, in words."""
        if not self.selected:
            return self.env._("Not used; tick it to have it.")
        account = self._get_account()
        if not account:
            return self.env._("New account")
        if self._is_made_reconcilable(account):
            return self.env._(
                "Existing account %(account)s is used, and made reconcilable", account=self._describe(account)
            )
        return self.env._("Existing account %(account)s is used", account=self._describe(account))

    def _describe(self, account):
        return f"{account.code} {account.name}"

    def _is_made_reconcilable(self, account):
        return self.role in RECONCILED_ROLES and not account.reconcile

    def _get_problem(self):
        """Why the account cannot be had, in a sentence; False if it can."""
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
        if self.activation_id.is_norwegian and not self._is_in_series(code):
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
                series=", ".join(self._format_range(*bounds) for bounds in NORWEGIAN_PROPOSALS[self.role]),
                role=self._get_role_label(),
                allowed=self._format_range(*NORWEGIAN_SERIES[self.role]),
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

    def _is_in_series(self, code):
        """Whether a number lies in the group of the Norwegian standard that the account belongs to."""
        if not re.fullmatch(r"\d{4,}", code):
            return False
        first, last = NORWEGIAN_SERIES[self.role]
        number = int(code[:4])
        return first <= number <= last and not self._is_tax_base(code)

    def _is_tax_base(self, code):
        first, last = NORWEGIAN_TAX_BASES
        return code[:4].isdigit() and first <= int(code[:4]) <= last

    def _get_series_problem(self, code):
        if self._is_tax_base(code):
            return self.env._(
                "Number %(code)s lies among the bases of value added tax, %(bases)s. Nothing else may be booked there.",
                code=code,
                bases=self._format_range(*NORWEGIAN_TAX_BASES),
            )
        return self.env._(
            "Number %(code)s lies outside the series for “%(role)s”. Use one from %(allowed)s.",
            code=code,
            role=self._get_role_label(),
            allowed=self._format_range(*NORWEGIAN_SERIES[self.role]),
        )

    def _format_range(self, first, last):
        first, last = (self.activation_id._format_number(number) for number in (first, last))
        return first if first == last else f"{first}–{last}"

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
        if activation.is_norwegian and self._is_tax_base(account.code):
            return self._get_series_problem(account.code)
        if account.currency_id and account.currency_id not in (activation.currency_id, self.company_id.currency_id):
            return self.env._(
                "Account %(account)s takes only %(currency)s.", account=described, currency=account.currency_id.name
            )
        if self.role not in EXCLUSIVE_ROLES:
            return False
        if provider := self._get_other_provider(account):
            return self.env._(
                "Account %(account)s is already used by %(provider)s. Every provider needs its own, or neither balance "
                "could be explained.",
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
        """A provider that already uses the account for what it owes or for unknown transactions."""
        providers = self.env["account.settlement.provider"].sudo().with_context(active_test=False)
        return providers.search(
            ["|", ("clearing_account_id", "=", account.id), ("unknown_account_id", "=", account.id)], limit=1
        )

    def _get_or_create_account(self):
        """The approved account: the chosen one, made reconcilable where it must be, or a new one."""
        if not self.account_id:
            return self._create_account()
        if self._is_made_reconcilable(self.account_id):
            self.account_id.reconcile = True
        return self.account_id

    def _create_account(self):
        """Create the account, with its name in the languages of the chart.

        A name that was left as proposed is Norwegian in a Norwegian chart, whatever language it is read in; in other
        charts it is English, and Norwegian for those who read Norwegian. A name that a person wrote is kept as it is.
        """
        activation = self.activation_id
        english, norwegian = activation._get_account_names(self.role)
        is_proposed = self.account_name == self.proposed_name
        is_bilingual = is_proposed and not activation.is_norwegian
        name = english if is_bilingual else self.account_name.strip()
        accounts = self.env["account.account"].with_company(self.company_id).with_context(lang="en_US")
        accounts.check_access("create")
        # Whoever may see a branch only may not touch its root company, which keeps the accounts.
        account = accounts.sudo().create(self._prepare_account_vals(name))
        if is_bilingual and "nb_NO" in dict(self.env["res.lang"].get_installed()):
            account.update_field_translations("name", {"nb_NO": norwegian})
        return account.with_env(self.env)

    def _prepare_account_vals(self, name):
        """Values of the new account.

        It belongs to the root company, as the rest of the chart that branches share: so no branch can give its number
        to another account. It has no currency of its own, also where the provider settles in a foreign one: Odoo would
        then refuse every line in another currency, such as exchange differences and what the bank pays out in kroner.
        """
        return {
            "code": self._get_code(),
            "name": name,
            "account_type": ACCOUNT_TYPES[self.role],
            "reconcile": self.role in RECONCILED_ROLES,
            "company_ids": [Command.set(self.company_id.root_id.ids)],
        }
