from odoo import Command, api, fields, models

from ..chart.roles import ACCOUNT_TYPES, RECONCILED_ROLES, REQUIRED_ROLES, ROLES
from ..chart.saft import get_grouping


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
        """Return the chosen account, read in the company whose numbers apply."""
        return self.account_id.sudo().with_company(self.company_id.root_id)

    def _get_outcome(self):
        """Return in words what activating will do with this line."""
        if not self.selected:
            return self.env._("Not used; tick it to use it.")
        account = self._get_account()
        if not account:
            grouping = self.activation_id.is_norwegian and get_grouping(self.role, self._get_code())
            return self.env._("New account, code %s in SAF-T", grouping.code) if grouping else self.env._("New account")
        if self._is_made_reconcilable(account):
            return self.env._(
                "Existing account %(account)s is used, and made reconcilable", account=self._describe(account)
            )
        return self.env._("Existing account %(account)s is used", account=self._describe(account))

    def _describe(self, account):
        return f"{account.code} {account.name}"

    def _is_made_reconcilable(self, account):
        return self.role in RECONCILED_ROLES and not account.reconcile

    def _get_or_create_account(self):
        """Return the approved account: the chosen one, made reconcilable where it must be, or a new one."""
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
        """Return the values of the new account.

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
