from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.messages import SettlementError
from ..providers.registry import PROVIDERS
from .settlement_source import SettlementSource

#: The fields that stay as they are once there are settlements, which were read and booked with them.
KEPT_WITH_SETTLEMENTS = ("code", "company_id", "currency_id", "journal_id", "merchant_id")


class AccountSettlementProvider(models.Model):
    """One agreement with one payment provider, for one company and one currency."""

    _name = "account.settlement.provider"
    _description = "Payment Provider (Settlements)"
    _inherit = ["settlement.source"]
    _order = "sequence, name, id"
    _check_company_auto = True

    _set_by_managers = SettlementSource._set_by_managers | {
        "code",
        "currency_id",
        "merchant_id",
        "fee_mode",
        "start_date",
        "webshop_ids",
        "reference_prefixes",
        "journal_id",
        "clearing_account_id",
        "unknown_account_id",
        "fee_account_id",
        "rounding_account_id",
        "rounding_limit",
        "prepayment_account_id",
        "reserve_account_id",
        "fee_payable_account_id",
        "fee_type_ids",
        "fee_rate_ids",
        "partner_id",
        "gathers_payouts",
        "unknown_reminder",
        "unknown_reminder_user_id",
    }
    _set_by_administrators = frozenset({"api_url", "payment_provider_ids", "setting_ids"})
    _where_keys_go = SettlementSource._where_keys_go | {"code", "merchant_id"}

    code = fields.Selection(
        "_selection_code",
        string="Provider",
        required=True,
        default=lambda self: self._get_first_code(),
        tracking=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        ondelete="restrict",
        help="The currency the provider settles in.",
    )
    merchant_id = fields.Char(
        string="Merchant ID",
        tracking=True,
        help="The provider's number for this agreement. What its documents say of other numbers is not taken in here.",
    )
    fee_mode = fields.Selection(
        [("net", "Deducted from the payouts"), ("gross", "Invoiced later")],
        string="Fees",
        default="net",
        required=True,
        tracking=True,
    )
    start_date = fields.Date(
        tracking=True,
        help="Transactions before this day are kept out: they were booked by hand. Empty: everything is taken.",
    )
    payment_provider_ids = fields.Many2many(
        "payment.provider",
        string="Odoo Payment Providers",
        check_company=True,
        # Odoo lets only system administrators read its payment providers, for the secrets they hold.
        groups="base.group_system",
        help="Odoo's own payment providers for the same agreement. Their payments are matched with the settlements.",
    )
    webshop_ids = fields.Many2many(
        "sale.webshop",
        string="Webshops",
        check_company=True,
        help="The shops whose payments come from this provider. A shop without providers is matched by all.",
    )
    reference_prefixes = fields.Char(
        string="Order Reference Prefixes",
        help="The prefixes that the shop adds to order numbers it sends to the provider, separated by commas: "
        "WEB-, NO-.",
    )

    journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        ondelete="restrict",
        tracking=True,
    )
    clearing_account_id = fields.Many2one("account.account", check_company=True, ondelete="restrict", tracking=True)
    unknown_account_id = fields.Many2one(
        "account.account", string="Unknown Transactions Account", check_company=True, ondelete="restrict", tracking=True
    )
    fee_account_id = fields.Many2one("account.account", check_company=True, ondelete="restrict", tracking=True)
    rounding_account_id = fields.Many2one("account.account", check_company=True, ondelete="restrict", tracking=True)
    partner_id = fields.Many2one(
        "res.partner",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="The provider as the bank names it. It stands on what the provider owes, so that the bank's views find it "
        "there; its bank account is noted when a bank line names a payout.",
    )
    gathers_payouts = fields.Boolean(
        string="One Item per Payout",
        tracking=True,
        help="A payout of several days has several vouchers. One more gathers what they have on the clearing account "
        "in one item, where payouts are matched in a view of the bank that looks for one item of the payout's amount.",
    )
    rounding_limit = fields.Monetary(
        default=1.0,
        currency_field="company_currency_id",
        tracking=True,
        help="The largest difference per invoice that is booked as rounding, in the company's currency. "
        "It may be lowered, never raised above 1.00.",
    )
    prepayment_account_id = fields.Many2one(
        "account.account", string="Prepayments Account", check_company=True, ondelete="restrict", tracking=True
    )
    reserve_account_id = fields.Many2one("account.account", check_company=True, ondelete="restrict", tracking=True)
    fee_payable_account_id = fields.Many2one(
        "account.account", string="Fees Owed Account", check_company=True, ondelete="restrict", tracking=True
    )

    settlement_ids = fields.One2many("account.settlement", "provider_id")
    document_ids = fields.One2many("account.settlement.document", "provider_id")

    _agreement_uniq = models.UniqueIndex(
        "(company_id, code, currency_id, COALESCE(merchant_id, ''))",
        "This agreement is already there: one provider per company, kind, currency and merchant id.",
    )

    @api.model
    def _selection_code(self):
        return [(code, provider.name) for code, provider in PROVIDERS.items()]

    @api.model
    def _get_all(self):
        """Return every agreement with its accounts, of all companies, archived ones too."""
        return self.sudo().with_context(active_test=False).search([("clearing_account_id", "!=", False)])

    @api.model
    def _get_first_code(self):
        """Return the kind of provider that is proposed first."""
        return next(iter(PROVIDERS))

    def write(self, vals):
        """Write, but never change an account with open items, or what settlements were read and booked with."""
        self._check_agreement_kept(vals)
        for name in ("clearing_account_id", "unknown_account_id"):
            if name in vals:
                self.filtered(lambda provider, name=name: provider[name].id != vals[name])._check_nothing_open(name)
        result = super().write(vals)
        if not (
            vals.keys().isdisjoint(("active", "state", "merchant_id")) or self.env.context.get("settlement_adopts")
        ):
            self._take_in_waiting()
        return result

    def _take_in_waiting(self):
        """Read what waits for these agreements, as they were activated or restored, or their number was entered."""
        documents = self.env["account.settlement.document"].sudo()
        for provider in self.sudo().filtered(lambda provider: provider.active and provider.state != "draft"):
            documents._take_in_waiting(provider.company_id, provider.code)

    def _check_agreement_kept(self, vals):
        """Refuse another agreement, company or journal for a provider with settlements.

        :raises UserError: naming the field.
        """
        for provider in self:
            changed = [name for name in KEPT_WITH_SETTLEMENTS if name in vals and provider[name]]
            changed = [name for name in changed if provider._is_changed_by(vals, name)]
            if changed and provider.sudo().settlement_ids:
                raise UserError(
                    self.env._(
                        "%(provider)s has settlements, so its %(field)s cannot be changed: they were read and "
                        "booked with it. Activate another provider, and pause or archive this one.",
                        provider=provider.name,
                        field=provider._fields[changed[0]]._description_string(self.env),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Give each provider the rules every provider starts with."""
        providers = super().create(vals_list)
        for provider in providers.sudo():
            self.env["account.settlement.rule"].sudo()._create_defaults(provider)
        return providers

    def unlink(self):
        """Delete providers with the rules that are theirs alone: without a provider, these would hold for all."""
        rules = (
            self.env["account.settlement.rule"]
            .with_context(active_test=False)
            .search([("provider_ids", "in", self.ids)])
        )
        own = rules.filtered(lambda rule: not rule.provider_ids - self)
        result = super().unlink()
        own.unlink()
        return result

    @api.model
    def _update_defaults(self):
        """Give the providers of an earlier version their fee types; called when the addon is upgraded."""
        providers = self.with_context(active_test=False).search([("code", "!=", False)])
        providers.filtered(lambda provider: not provider.fee_type_ids)._create_fee_types()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for provider in self.filtered("settlement_ids"):
            raise UserError(
                self.env._(
                    "%s has settlements, so it cannot be deleted: it links the vouchers to the files. Archive it "
                    "instead.",
                    provider.name,
                )
            )

    # ---------------------------------------------------------------- actions

    def action_resume(self):
        self._as_manager().write({"state": "active"})

    def action_upload(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_upload")
        action["context"] = {"default_provider_id": self[:1].id}
        return action

    # ---------------------------------------------------------------- the agreement

    def _may_adopt(self, names):
        """Whether this agreement without a number may be the one that a document names.

        :param names: every form in which it names its merchant. An agreement with documents has what the latest names.
        """
        self.ensure_one()
        if any(provider.merchant_id in names for provider in self._get_same_kind()):
            return False
        latest = self.document_ids.filtered(lambda document: document.state == "done")[:1]
        try:
            known = latest._parse().merchant_ids if latest else frozenset()
        except (SettlementError, UserError):
            return False
        return not known or not known.isdisjoint(names)

    def _adopt_merchant_id(self, settlement):
        """Take the number of an agreement without one from its first document: from then on it takes no other's.

        :param settlement: :class:`~..providers.records.Settlement`.
        """
        self.ensure_one()
        if self.merchant_id or not settlement.merchant_id:
            return
        if settlement.merchant_id not in self._get_same_kind().mapped("merchant_id"):
            self.sudo().with_context(settlement_adopts=True).merchant_id = settlement.merchant_id

    def _get_same_kind(self):
        """Return the other agreements of the company with this provider in this currency, archived ones too."""
        self.ensure_one()
        same = [
            ("company_id", "=", self.company_id.id),
            ("code", "=", self.code),
            ("currency_id", "=", self.currency_id.id),
            ("id", "!=", self.id),
        ]
        return self.sudo().with_context(active_test=False).search(same)

    # ---------------------------------------------------------------- upload

    def _ingest_file(self, filename, content, parsed=None):
        """Read a settlement file and store its settlements, each with the agreement that it names.

        This agreement is the one for what the file does not say whose it is.

        :param str filename: for people; the format is recognised by content.
        :param bytes content: the file.
        :param parsed: :class:`~..providers.records.Document` of that file, where the caller has read it already.
        :return: the settlements in the file (``account.settlement``), even if nothing in it was new; without those
            that wait with their document for another agreement, or for the days before.
        :raises UserError: when the file cannot be read; nothing of it is kept then.
        """
        self.ensure_one()
        documents = self.env["account.settlement.document"]
        return documents._receive(self.company_id, self, filename, content, parsed).settlement_ids
