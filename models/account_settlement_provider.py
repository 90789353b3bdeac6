import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..common.messages import SettlementError
from .account_roles import RECONCILED_ROLES, REQUIRED_ROLES, ROLES, get_account_types
from .settlement_source import SettlementSource

_logger = logging.getLogger(__name__)

#: The keys for Vipps; see ``account_settlement_provider_vipps``.
VIPPS_KEYS = frozenset({"vipps_client_id", "vipps_client_secret", "vipps_subscription_key"})

#: What stays as it is once there are settlements: they are another agreement's otherwise, or in no journal of ours.
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
        "vipps_key_type",
        "vipps_fetch_mode",
    }
    _set_by_administrators = frozenset({"api_url", "payment_provider_ids", "vipps_key_type"}) | VIPPS_KEYS
    _where_keys_go = SettlementSource._where_keys_go | {"code", "merchant_id", "vipps_key_type"}
    _keys = VIPPS_KEYS

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    code = fields.Selection(
        selection=[("vipps", "Vipps MobilePay")], string="Provider", required=True, default="vipps", tracking=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="restrict"
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
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
        help="What the provider calls this agreement: for Vipps the merchant serial number (MSN).",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("paused", "Paused")], default="draft", required=True, tracking=True
    )
    fee_mode = fields.Selection(
        [("net", "Deducted from the payouts"), ("gross", "Invoiced afterwards")],
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
        help="Odoo's own payment providers that carry the same agreement. Their payments are met by the settlements.",
    )
    webshop_ids = fields.Many2many(
        "sale.webshop",
        string="Webshops",
        check_company=True,
        help="The shops whose payments come from this provider. A shop that names no provider is looked at by all.",
    )
    reference_prefixes = fields.Char(
        string="Order Reference Prefixes",
        help="What the shop puts before the order number when it talks to the provider, separated by commas: "
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

    default_rule_codes = fields.Json(
        readonly=True, copy=False, help="The rules it started with: what a person deletes of them does not come back."
    )
    settlement_ids = fields.One2many("account.settlement", "provider_id")
    document_ids = fields.One2many("account.settlement.document", "provider_id")

    api_url = fields.Char(string="API Address", groups="base.group_system")

    unknown_count = fields.Integer(compute="_compute_attention")
    unknown_amount = fields.Monetary(compute="_compute_attention", currency_field="currency_id")
    late_count = fields.Integer(compute="_compute_attention")
    difference_count = fields.Integer(compute="_compute_attention")
    proposed_count = fields.Integer(compute="_compute_attention")
    rules_changed_count = fields.Integer(compute="_compute_attention")
    fee_vat_count = fields.Integer(compute="_compute_attention")
    error_count = fields.Integer(compute="_compute_attention")
    unconfirmed_count = fields.Integer(compute="_compute_attention")
    refused_count = fields.Integer(compute="_compute_attention")
    altered_count = fields.Integer(compute="_compute_attention")
    clearing_balance = fields.Monetary(compute="_compute_attention", currency_field="company_currency_id")
    unknown_balance = fields.Monetary(compute="_compute_attention", currency_field="company_currency_id")
    last_settlement_date = fields.Date(compute="_compute_attention")

    _agreement_uniq = models.UniqueIndex(
        "(company_id, code, currency_id, COALESCE(merchant_id, ''))",
        "This agreement is already there: one provider per company, kind, currency and merchant id.",
    )

    def _compute_attention(self):
        """What the card shows: how much waits for a person, and what the provider owes according to the ledger."""
        Line = self.env["account.settlement.line"]
        groups = {
            "unknown": Line._read_group(
                [("provider_id", "in", self.ids), ("status", "=", "unknown")],
                ["provider_id"],
                ["__count", "amount:sum"],
            ),
            "late": Line._read_group(
                [("provider_id", "in", self.ids), ("is_late", "=", True)], ["provider_id"], ["__count"]
            ),
            "difference": Line._read_group(
                [("provider_id", "in", self.ids), ("has_difference", "=", True)], ["provider_id"], ["__count"]
            ),
            "fee_vat": Line._read_group(
                [("provider_id", "in", self.ids), ("fee_vat_issue", "!=", False)], ["provider_id"], ["__count"]
            ),
            "proposed": Line._read_group(
                [("provider_id", "in", self.ids), ("is_exclusion_proposed", "=", True)], ["provider_id"], ["__count"]
            ),
            "rules_changed": self.env["account.settlement"]._read_group(
                [("provider_id", "in", self.ids), ("needs_rule_agreement", "=", True)], ["provider_id"], ["__count"]
            ),
            "altered": self.env["account.settlement"]._read_group(
                [("provider_id", "in", self.ids), ("is_altered", "=", True)], ["provider_id"], ["__count"]
            ),
            "refused": self.env["account.settlement.document"]._read_group(
                [("provider_id", "in", self.ids), ("state", "=", "error")], ["provider_id"], ["__count"]
            ),
        }
        found = {name: {row[0].id: row[1:] for row in rows} for name, rows in groups.items()}
        settlements = {}
        for provider, state, needs_confirmation, count, last in self.env["account.settlement"]._read_group(
            [("provider_id", "in", self.ids)],
            ["provider_id", "state", "needs_confirmation"],
            ["__count", "date:max"],
        ):
            settlements.setdefault(provider.id, []).append((state, needs_confirmation, count, last))
        accounts = self.clearing_account_id | self.unknown_account_id
        balances = {
            (account.id, company.id): balance
            for account, company, balance in self.env["account.move.line"]._read_group(
                [
                    ("account_id", "in", accounts.ids),
                    ("parent_state", "=", "posted"),
                    ("company_id", "in", self.company_id.ids),
                ],
                ["account_id", "company_id"],
                ["balance:sum"],
            )
        }
        for provider in self:
            rows = settlements.get(provider.id, [])
            provider.unknown_count, provider.unknown_amount = found["unknown"].get(provider.id, (0, 0.0))
            provider.late_count = found["late"].get(provider.id, (0,))[0]
            provider.difference_count = found["difference"].get(provider.id, (0,))[0]
            provider.fee_vat_count = found["fee_vat"].get(provider.id, (0,))[0]
            provider.proposed_count = found["proposed"].get(provider.id, (0,))[0]
            provider.rules_changed_count = found["rules_changed"].get(provider.id, (0,))[0]
            provider.altered_count = found["altered"].get(provider.id, (0,))[0]
            provider.refused_count = found["refused"].get(provider.id, (0,))[0]
            provider.error_count = sum(count for state, _confirm, count, _last in rows if state == "error")
            provider.unconfirmed_count = sum(count for _state, confirm, count, _last in rows if confirm)
            provider.last_settlement_date = max((last for *_rest, last in rows if last), default=False)
            key = provider.company_id.id
            provider.clearing_balance = balances.get((provider.clearing_account_id.id, key), 0.0)
            provider.unknown_balance = balances.get((provider.unknown_account_id.id, key), 0.0)

    @api.constrains("api_url")
    def _check_api_url(self):
        self._check_address_form("api_url")

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
        for provider in self.filtered(lambda provider: provider.state == "active"):
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
        """Return why this provider's journal and accounts cannot be booked on: sentences that say what to do."""
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

    def write(self, vals):
        """The accounts of an active provider stay while something is open on them: its rows are looked for there. What
        its settlements were read and booked with stays for good."""
        self._check_agreement_kept(vals)
        for name in ("clearing_account_id", "unknown_account_id"):
            if name in vals:
                self.filtered(lambda provider, name=name: provider[name].id != vals[name])._check_nothing_open(name)
        return super().write(vals)

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
                        "%(provider)s has settlements, so its %(field)s stays: they were read and booked with it. "
                        "Activate another provider, and pause or archive this one.",
                        provider=provider.name,
                        field=provider._fields[changed[0]]._description_string(self.env),
                    )
                )

    def _check_nothing_open(self, name):
        """Refuse to leave an account on which settlements of these providers stand open.

        :param str name: of the field that holds the account.
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
                        "%(count)s journal items of %(provider)s stand open on %(account)s, so another account cannot "
                        "take its place yet. Settle them first: the work list of the provider shows them.",
                        count=count,
                        provider=provider.name,
                        account=account.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Give each provider the rules every provider starts with."""
        providers = super().create(vals_list)
        self.env["account.settlement.rule"].sudo()._update_defaults(providers.sudo())
        return providers

    def unlink(self):
        """A provider's own rules go with it: without a provider they would hold for all."""
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
        """Bring the rules that nobody has changed to this version's, and add new fee types; called when the addon is
        upgraded."""
        providers = self.with_context(active_test=False).search([("code", "!=", False)])
        self.env["account.settlement.rule"]._update_defaults(providers)
        providers.filtered(lambda provider: not provider.fee_type_ids)._create_fee_types()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for provider in self.filtered("settlement_ids"):
            raise UserError(
                self.env._(
                    "%s has settlements, so it cannot be deleted: the trail from the vouchers to the files goes "
                    "through it. Archive it instead.",
                    provider.name,
                )
            )

    # ---------------------------------------------------------------- actions

    def action_pause(self):
        self._as_manager().write({"state": "paused"})

    def action_resume(self):
        self._as_manager().write({"state": "active"})

    def action_fetch(self):
        """Fetch, read and book now, in the steps of the scheduled actions."""
        # A user may fetch, but neither see the keys nor change the set-up.
        for provider in self._as_user():
            provider._fetch()
        return True

    def action_upload(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_upload")
        action["context"] = {"default_provider_id": self[:1].id}
        return action

    def _open_action(self, xml_id, domain=(), context=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        action["domain"] = [("provider_id", "=", self.id), *domain]
        action["context"] = {"default_provider_id": self.id, **(context or {})}
        return action

    def action_open_settlements(self):
        return self._open_action("settlement_bridge.action_account_settlement")

    def action_open_errors(self):
        return self._open_action("settlement_bridge.action_account_settlement", [("state", "=", "error")])

    def action_open_altered(self):
        """The settlements that differ from what was booked."""
        return self._open_action("settlement_bridge.action_account_settlement", [("is_altered", "=", True)])

    def action_open_unconfirmed(self):
        return self._open_action("settlement_bridge.action_account_settlement", [("needs_confirmation", "=", True)])

    def action_open_lines(self):
        return self._open_action("settlement_bridge.action_account_settlement_line")

    def action_open_unknown(self):
        return self._open_action("settlement_bridge.action_account_settlement_line", [("status", "=", "unknown")])

    def action_open_late(self):
        return self._open_action("settlement_bridge.action_account_settlement_line", [("is_late", "=", True)])

    def action_open_differences(self):
        return self._open_action("settlement_bridge.action_account_settlement_line", [("has_difference", "=", True)])

    def action_open_proposed(self):
        """The transactions that a rule proposes to leave out."""
        return self._open_action(
            "settlement_bridge.action_account_settlement_line", [("is_exclusion_proposed", "=", True)]
        )

    def action_open_rules_changed(self):
        """The settlements that a person agrees to book by today's rules."""
        return self._open_action("settlement_bridge.action_account_settlement", [("needs_rule_agreement", "=", True)])

    def action_open_rules(self):
        """The rules that hold for this provider, in order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_rule")
        action["domain"] = [
            ("company_id", "=", self.company_id.id),
            "|",
            ("provider_ids", "=", False),
            ("provider_ids", "in", self.ids),
        ]
        action["context"] = {"default_provider_ids": self.ids, "default_company_id": self.company_id.id}
        return action

    def action_try_rules(self):
        """Try rules over this provider's transactions."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_rule_tryout")
        action["context"] = {"default_provider_id": self.id, "default_company_id": self.company_id.id}
        return action

    def action_open_documents(self):
        return self._open_action("settlement_bridge.action_account_settlement_document")

    def action_open_refused(self):
        return self._open_action("settlement_bridge.action_account_settlement_document", [("state", "=", "error")])

    def action_open_clearing_items(self):
        """The open items of the clearing account: what the provider still owes."""
        return self._open_items(self.clearing_account_id)

    def action_open_unknown_items(self):
        """The open items of the account for unknown transactions."""
        return self._open_items(self.unknown_account_id)

    def _open_items(self, account):
        self.ensure_one()
        list_view = self.env.ref("settlement_bridge.view_account_move_line_settlement_list")
        kanban_view = self.env.ref("settlement_bridge.view_account_move_line_settlement_kanban")
        return {
            "type": "ir.actions.act_window",
            "name": account.display_name,
            "res_model": "account.move.line",
            "view_mode": "list,kanban",
            "views": [(list_view.id, "list"), (kanban_view.id, "kanban")],
            "mobile_view_mode": "kanban",
            "search_view_id": [self.env.ref("settlement_bridge.view_account_move_line_settlement_search").id, "search"],
            "domain": [
                ("account_id", "=", account.id),
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                ("amount_residual", "!=", 0),
            ],
        }

    # ---------------------------------------------------------------- upload

    def _ingest_file(self, filename, content):
        """Read a settlement file of this provider and store its settlements.

        :param str filename: for people; the format is recognised by content.
        :param bytes content: the file.
        :return: the settlements the file speaks of (``account.settlement``), also where nothing in it was new.
        :raises UserError: when the file cannot be read; nothing of it is kept then.
        """
        self.ensure_one()
        provider = self._as_user()
        document = provider.env["account.settlement.document"]._store(provider, filename, content, source="upload")
        if document.state != "done" or document.content_removed_on:
            document._ingest()
        return document.settlement_ids.with_env(self.env)

    # ---------------------------------------------------------------- fetch

    def _get_client(self):
        """Return the client of this provider's API, with its credentials.

        Each provider's own file adds ``_<code>_get_client``.
        """
        self.ensure_one()
        return getattr(self.sudo(), f"_{self.code}_get_client")()

    def _fetch_new(self):
        client = self._get_client()
        count = self._fetch_refused_again(client)
        return count + getattr(self, f"_{self.code}_fetch")(client)

    def _fetch_refused_again(self, client):
        """Ask again for the first fetched document that was refused, on which the later ones wait, or whose rows do not
        add up.

        :return: how many were read.
        """
        document = self.env["account.settlement.document"].search(
            [("provider_id", "=", self.id), ("source", "=", "fetch"), ("state", "=", "error")], order="id", limit=1
        )
        document = document or self._get_disproved_documents()[:1]
        if not document:
            return 0
        try:
            self._fetch_document_again(document, client)
        except UserError as error:
            _logger.info("%s could not be read yet: %s", document, error)
            return 0
        self._commit_step()
        return 1

    def _get_disproved_documents(self):
        """The fetched documents whose rows do not add up, the earliest first: nothing of them is booked."""
        settlements = self.env["account.settlement"].search([("provider_id", "=", self.id), ("state", "=", "error")])
        return settlements._get_disproved_documents()

    def _fetch_document_again(self, document, client=None):
        """Ask once more for a fetched document that was refused or does not add up, and read it in its place.

        :raises UserError: when it cannot be had or read.
        """
        self.ensure_one()
        try:
            content = getattr(self, f"_{self.code}_fetch_again")(client or self._get_client(), document)
        except SettlementError as error:
            raise UserError(self.env["account.settlement"]._render_messages([error.message.to_json()])) from error
        if content is None:
            raise UserError(
                self.env._(
                    "%s cannot be asked for by itself. Download the report of these days from the provider and upload "
                    "it, then leave this document out.",
                    document.name,
                )
            )
        return document._take_again(content)

    def _wake_after_fetch(self):
        self.env.ref("settlement_bridge.ir_cron_settlement_ingest").sudo()._trigger()

    def _store_fetched(self, filename, content, cursor):
        """Store one fetched document and move the cursor on, in one committed step.

        :param dict cursor: where to go on, for ``fetch_cursor``.
        :return: the document.
        """
        document = self.env["account.settlement.document"]._store(self, filename, content, source="fetch")
        self.fetch_cursor = cursor
        self._commit_step()
        return document
