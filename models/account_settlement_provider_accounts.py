from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..chart.roles import RECONCILED_ROLES, REQUIRED_ROLES, ROLES, get_account_types


class AccountSettlementProvider(models.Model):
    """Checks of the journal and accounts on which a provider is booked."""

    _inherit = "account.settlement.provider"

    @api.constrains("rounding_limit")
    def _check_rounding_limit(self):
        for provider in self:
            if not 0 <= provider.rounding_limit <= 1:
                raise ValidationError(
                    self.env._(
                        "The rounding limit of %(provider)s is %(limit)s. It must lie between 0.00 and 1.00: larger "
                        "differences are never written off, a person decides on them.",
                        provider=provider.name,
                        limit=provider.rounding_limit,
                    )
                )

    @api.constrains(
        "state",
        "fee_mode",
        "journal_id",
        "clearing_account_id",
        "unknown_account_id",
        "fee_account_id",
        "rounding_account_id",
        "fee_payable_account_id",
    )
    def _check_accounts(self):
        for provider in self.filtered(lambda provider: provider.state in ("active", "shadow")):
            if faults := provider._get_account_faults():
                raise ValidationError("\n".join(faults))

    @api.model
    def _check_still_bookable(self, accounts=None, journals=None):
        """Refuse a change of accounts or journals that would keep an active provider from booking.

        :raises ValidationError: with the account or journal, what is wrong with it, and what to do.
        """
        domain = Domain("journal_id", "in", journals.ids if journals else [])
        for role, _label in ROLES:
            domain |= Domain(f"{role}_account_id", "in", accounts.ids if accounts else [])
        self.sudo().search(domain)._check_accounts()

    def _get_account_faults(self):
        """Return why nothing can be booked with this provider's journal and accounts: sentences that say what to do."""
        self.ensure_one()
        required = ["journal_id", *(f"{role}_account_id" for role in REQUIRED_ROLES)]
        if self.fee_mode == "gross":
            required.append("fee_payable_account_id")
        missing = [self._fields[name]._description_string(self.env) for name in required if not self[name]]
        if missing:
            return [
                self.env._(
                    "%(provider)s cannot be active yet. Still missing: %(missing)s.",
                    provider=self.name,
                    missing=", ".join(missing),
                )
            ]
        faults = [self._get_account_fault(role, self[f"{role}_account_id"]) for role, _label in ROLES]
        return list(filter(None, [self._get_journal_fault(), *faults]))

    def _get_journal_fault(self):
        journal = self.journal_id
        values = {"journal": journal.display_name, "provider": self.name}
        if not journal.active:
            return self.env._(
                "Journal %(journal)s of %(provider)s is archived. Restore it, or choose another on the provider.",
                **values,
            )
        if journal.type != "general":
            return self.env._(
                "Journal %(journal)s of %(provider)s must be of the type Miscellaneous. Set it back, or choose another "
                "on the provider.",
                **values,
            )
        return None

    def _get_account_fault(self, role, account):
        if not account:
            return None
        account = account.sudo().with_company(self.company_id).with_context(show_account_code=True)
        values = {"account": account.display_name, "provider": self.name}
        if not account.active:
            return self.env._(
                "Account %(account)s of %(provider)s is archived. Restore it, or choose another on the provider.",
                **values,
            )
        if not account.filtered_domain(account._check_company_domain(self.company_id)):
            return self.env._(
                "Account %(account)s of %(provider)s belongs to another company. Choose another on the provider.",
                **values,
            )
        if account.account_type not in get_account_types(role):
            labels = dict(account._fields["account_type"]._description_selection(self.env))
            return self.env._(
                "Account %(account)s of %(provider)s is of the type %(found)s, and must be of the type %(expected)s. "
                "Set it back, or choose another on the provider.",
                found=labels[account.account_type],
                expected=labels[get_account_types(role)[0]],
                **values,
            )
        if role in RECONCILED_ROLES and not account.reconcile:
            return self.env._(
                "Account %(account)s of %(provider)s must allow reconciliation: its open items are followed one by "
                "one. Tick it on the account, or choose another on the provider.",
                **values,
            )
        return None

    def _check_nothing_open(self, name):
        """Refuse to replace an account on which settlements of these providers have open items.

        :param str name: the account's field.
        """
        for provider in self.filtered(lambda provider: provider.state != "draft"):
            account = provider[name]
            of_provider = [
                ("account_id", "=", account.id),
                ("company_id", "=", provider.company_id.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("move_id.settlement_id.provider_id", "=", provider.id),
            ]
            count = self.env["account.move.line"].sudo().search_count(of_provider)
            if account and count:
                raise UserError(
                    self.env._(
                        "%(count)s journal items of %(provider)s are open on %(account)s, so the account cannot be "
                        "replaced yet. Settle them first: the provider's work list shows them.",
                        count=count,
                        provider=provider.name,
                        account=account.display_name,
                    )
                )
