import re

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..chart import norway
from ..chart.roles import REQUIRED_ROLES
from ..providers.registry import PROVIDERS


class SettlementActivate(models.TransientModel):
    """Proposes the accounts and the journal of a new provider, and creates them when a person approves."""

    _name = "settlement.activate"
    _description = "Activate a Payment Provider"
    _inherit = ["settlement.dialog"]
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    code = fields.Selection(
        selection=lambda self: self.env["account.settlement.provider"]._fields["code"]._description_selection(self.env),
        string="Provider",
        required=True,
        default=lambda self: self.env["account.settlement.provider"]._get_first_code(),
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
        help="The provider's number for this agreement. What its documents say of other numbers is not taken in here.",
    )
    merchant_id_help = fields.Char(compute="_compute_merchant_id_help")
    fee_mode = fields.Selection(
        selection=lambda self: (
            self.env["account.settlement.provider"]._fields["fee_mode"]._description_selection(self.env)
        ),
        string="Fees",
        required=True,
        default="net",
    )
    begins = fields.Selection(
        [("active", "Book at once"), ("shadow", "Shadow month: read everything, book nothing until going live")],
        string="Beginning",
        required=True,
        default="active",
        help="In a shadow month you see what would be booked, beside what is booked by hand, until you go live from a "
        "day that you choose.",
    )
    name = fields.Char(compute="_compute_name", store=True, readonly=False, precompute=True, required=True)
    proposed_name = fields.Char(compute="_compute_name", store=True, precompute=True)
    journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
        check_company=True,
        help="A journal that is there, as another agreement's. Empty: a new one, with a number series of its own.",
    )
    connection_id = fields.Many2one(
        "account.settlement.connection",
        string="Keys",
        domain="[('company_id', '=', company_id), ('code', '=', code)]",
        check_company=True,
        help="The keys of another agreement with the same provider that give access to this one too. Empty: its own.",
    )
    has_connections = fields.Boolean(compute="_compute_has_connections")
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
    has_audit_trail = fields.Boolean(compute="_compute_has_audit_trail")
    restrictive_audit_trail = fields.Boolean(
        string="Keep Odoo's audit trail",
        help="Recommended. Posted entries can then no longer be deleted in this company, and every change to them "
        "is logged: also invoices and bank entries, which these settlements are matched with.",
    )

    @api.model
    def _get_named_fields(self):
        """Whoever activates a provider need not see Odoo's own payment providers otherwise."""
        return [name for name in super()._get_named_fields() if name != "payment_provider_ids"]

    @api.depends("company_id", "code")
    def _compute_has_connections(self):
        for activation in self:
            same = [("company_id", "=", activation.company_id.id), ("code", "=", activation.code)]
            activation.has_connections = bool(self.env["account.settlement.connection"].search_count(same, limit=1))

    @api.depends("code")
    @api.depends_context("lang")
    def _compute_merchant_id_help(self):
        for activation in self:
            help_text = PROVIDERS[activation.code].merchant_id if activation.code else ""
            # The literals are marked where the provider declares them.
            activation.merchant_id_help = help_text and self.env._(help_text)  # pylint: disable=gettext-variable

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
            activation.code_length = norway.get_code_length(accounts.mapped("code"))

    @api.depends("company_id", "code", "currency_id", "merchant_id")
    def _compute_provider_id(self):
        for activation in self:
            activation.provider_id = activation._get_existing_provider()

    # ---------------------------------------------------------------- actions

    def action_activate(self):
        """Create what was approved and open the provider; an agreement that is already there is only opened."""
        self.ensure_one()
        self = self.with_company(self.company_id)
        self._check_agreement()
        provider = self._get_existing_provider() or self._activate()
        if not provider.active:
            provider.active = True
        if provider.state == "shadow":
            return provider.action_go_live()
        return {
            "type": "ir.actions.act_window",
            "name": provider.name,
            "res_model": "account.settlement.provider",
            "res_id": provider.id,
            "view_mode": "form",
        }

    # ---------------------------------------------------------------- the agreement

    def _get_agreements(self):
        """Return all agreements with this provider in the books of the company and its branches, archived ones too."""
        providers = self.env["account.settlement.provider"].sudo().with_context(active_test=False)
        return providers.search([("company_id", "child_of", self.company_id.root_id.ids), ("code", "=", self.code)])

    def _get_merchant_id(self):
        return (self.merchant_id or "").strip()

    def _get_existing_provider(self):
        """Return the existing provider of this very agreement, if any."""
        found = self._get_agreements().filtered(
            lambda provider: (
                provider.company_id == self.company_id
                and provider.currency_id == self.currency_id
                and (provider.merchant_id or "") == self._get_merchant_id()
            )
        )
        return found[:1].sudo(False)

    def _check_agreement(self):
        """Refuse an agreement that nothing would distinguish from another in the same currency.

        :raises UserError: naming the others.
        """
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
                    "%s is active already. Enter the merchant id of the other agreement, which tells its "
                    "settlements apart.",
                    ", ".join(others.mapped("name")),
                )
            )

    def _get_proposed_name(self):
        """Return the provider's name, with what sets this agreement apart: merchant id, currency, branch."""
        if not self.code or not self.company_id:
            return False
        labels = dict(self._fields["code"]._description_selection(self.env))
        others = self._get_agreements() - self._get_existing_provider()
        name = PROVIDERS[self.code].short_name or labels[self.code]
        merchant_id = self._get_merchant_id()
        if merchant_id and others and merchant_id not in others.mapped("merchant_id"):
            name = f"{name} {merchant_id}"
        if self.currency_id and self.currency_id != self.company_id.currency_id:
            name = f"{name} {self.currency_id.name}"
        if name in others.mapped("name") and self.company_id != self.company_id.root_id:
            name = f"{name} {self.company_id.name}"
        return name

    # ---------------------------------------------------------------- activation

    def _activate(self):
        """Create or choose the accounts, create the journal and the provider, and return the provider."""
        self._check_proposal()
        lines = self.line_ids.filtered("selected")
        accounts = {line.role: line._get_or_create_account() for line in lines}
        journal = self.journal_id or self.env["account.journal"].create(self._prepare_journal_vals())
        providers = self.env["account.settlement.provider"]
        providers.check_access("create")
        # Its state is not a value that a form may set, so it is created with our rights, after checking the company.
        self._check_own_company()
        provider = providers.sudo().create(self._prepare_provider_vals(accounts, journal)).with_env(self.env)
        provider._create_fee_types()
        self._connect_payment_providers(provider)
        self._prepare_bank(provider)
        if self.restrictive_audit_trail:
            # A manager of settlements need not be an administrator of companies.
            self.company_id.sudo().restrictive_audit_trail = True
        provider.message_post(body=self._get_activation_message(provider, lines))
        provider._take_in_waiting()
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
        """Return values of a journal of the provider's own: its vouchers get an unbroken number series."""
        return {
            "name": self.name,
            "code": self._get_journal_code(),
            "type": "general",
            "company_id": self.company_id.id,
        }

    def _get_journal_code(self):
        """Return the name's first letters (STRIP, STRI2, STRI3 …), with the first number that no branch has either."""
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
            "state": self.begins,
            "user_id": self.env.user.filtered("active").id,
            "journal_id": journal.id,
            "connection_id": self.connection_id.filtered(lambda connection: connection.code == self.code).id,
        }
        for role, account in accounts.items():
            vals[f"{role}_account_id"] = account.id
        return vals

    def _get_activation_message(self, provider, lines):
        """Return what was set up, for the provider's own history."""
        accounts = ", ".join(provider[f"{line.role}_account_id"].display_name for line in lines)
        return self.env._(
            "Activated with journal %(journal)s and accounts %(accounts)s.",
            journal=provider.journal_id.display_name,
            accounts=accounts,
        )
