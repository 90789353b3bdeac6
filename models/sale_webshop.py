import secrets
from datetime import timedelta

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..invoicing.records import InvoiceOn
from ..webshops.registry import PLATFORMS
from .settlement_source import SettlementSource


class SaleWebshop(models.Model):
    """One shop whose orders become invoices."""

    _name = "sale.webshop"
    _description = "Webshop"
    _inherit = ["settlement.source.settings", "settlement.source"]
    _order = "sequence, name, id"
    _check_company_auto = True

    _fetch_pause = timedelta(minutes=5)
    _set_by_managers = SettlementSource._set_by_managers | {
        "platform",
        "provider_ids",
        "api_url",
        "time_zone",
        "invoice_on",
        "sending",
        "delivery",
        "start_date",
        "excluded_methods",
        "reference_prefix",
        "journal_id",
        "customer_policy",
        "collective_partner_id",
        "fallback_product_id",
        "fallback_account_id",
        "gift_card_account_id",
        "store_credit_account_id",
        "tip_account_id",
        "rounding_account_id",
        "tender_journal_id",
        "analytic_distribution",
        "analytic_precision",
        "product_rule_ids",
        "tax_rule_ids",
    }
    _attention_type = "settlement_bridge.mail_activity_webshop"
    _settings_depend_on = "platform"
    _where_keys_go = SettlementSource._where_keys_go | {"api_url", "platform"}
    _set_by_administrators = frozenset({"api_url", "platform", "setting_ids", "webhook_secret"})

    platform = fields.Selection("_selection_platform", required=True, tracking=True)
    provider_ids = fields.Many2many(
        "account.settlement.provider",
        string="Payment Providers",
        check_company=True,
        help="The providers that this shop's payments come from. Empty: any. Other providers are never matched "
        "with its orders.",
    )

    # How to reach it
    api_url = fields.Char(string="Address", tracking=True)
    setting_ids = fields.One2many(
        "settlement.setting", "webshop_id", string="Keys", groups="base.group_system", copy=False
    )
    time_zone = fields.Selection(
        "_selection_time_zone",
        required=True,
        default="Europe/Oslo",
        help="The shop's time zone, for platforms that send times without one.",
    )
    webhook_secret = fields.Char(
        groups="base.group_system",
        copy=False,
        default=lambda self: secrets.token_urlsafe(32),
        help="The shop signs what it sends with this. Some platforms issue it themselves: then enter theirs.",
    )
    webhook_url = fields.Char(string="Webhook Address", compute="_compute_webhook_url")
    # What the platform declares: see Platform in webshops/contract.py
    # whether the shop reports its orders in documents that are read here; Odoo's own are orders already
    has_documents = fields.Boolean("Documents", compute="_compute_abilities")
    has_deliveries = fields.Boolean(
        compute="_compute_abilities", help="An app is installed that delivers, or starts other work, for orders."
    )
    has_webhooks = fields.Boolean(compute="_compute_abilities")
    has_polling = fields.Boolean(compute="_compute_abilities")
    has_settings = fields.Boolean(compute="_compute_abilities")
    has_local_times = fields.Boolean(compute="_compute_abilities")
    address_example = fields.Char(compute="_compute_abilities")
    webhook_help = fields.Html(compute="_compute_webhook_texts", sanitize=False)
    webhook_secret_name = fields.Char(compute="_compute_webhook_texts")
    issues_secret = fields.Boolean(compute="_compute_webhook_texts")
    # the rows of settings are made when the webshop is saved
    is_platform_saved = fields.Boolean(compute="_compute_is_platform_saved")

    # What is invoiced, and how
    invoice_on = fields.Selection(
        [
            (InvoiceOn.SHIPPED.value, "When it is sent"),
            (InvoiceOn.CAPTURED.value, "When it is captured"),
            (InvoiceOn.COMPLETED.value, "When the shop calls it completed"),
        ],
        string="Invoice",
        required=True,
        default=InvoiceOn.SHIPPED.value,
        tracking=True,
    )
    sending = fields.Selection(
        [("shop", "The shop sends its own receipt"), ("email", "By e-mail"), ("ehf", "As EHF, else by e-mail")],
        string="Invoice to the Buyer",
        required=True,
        default="shop",
        tracking=True,
    )
    delivery = fields.Selection(
        [
            ("shop", "The shop delivers"),
            ("odoo", "Odoo delivers"),
            ("shipped", "Odoo's delivery is done when the shop says sent"),
        ],
        string="Who Delivers",
        required=True,
        default="shop",
        tracking=True,
        help="The shop delivers: web orders make no deliveries here, nor projects, tasks, purchases or manufacturing. "
        "Odoo delivers: they make what other orders make. When the shop says sent: likewise, and what the shop has "
        "sent leaves the stock by itself. Orders that are here already stay as they are.",
    )
    start_date = fields.Date(
        tracking=True,
        default=fields.Date.context_today,
        help="Orders from before this day are excluded: they were invoiced elsewhere. Empty: all.",
    )
    excluded_methods = fields.Char(
        tracking=True,
        help="Codes of ways to pay or deliver whose orders are not invoiced here, separated by commas: paid at the "
        "till, invoiced by another system.",
    )
    reference_prefix = fields.Char(
        string="Order Prefix",
        tracking=True,
        help="Prefix of the shop's order number: with WEB-, 1001 becomes WEB-1001.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Sales Journal",
        check_company=True,
        domain="[('type', '=', 'sale')]",
        ondelete="restrict",
        tracking=True,
        help="Empty: the company's first one.",
    )
    customer_policy = fields.Selection(
        [("buyer", "One customer per buyer"), ("collective", "One customer for all")],
        string="Customers",
        required=True,
        default="buyer",
        tracking=True,
        help="A buyer is found by the shop's customer number or e-mail among the customers that the shops' orders "
        "created, each company they buy for by itself. A customer of before is proposed on the order.",
    )
    collective_partner_id = fields.Many2one(
        "res.partner", string="Customer for All", check_company=True, ondelete="restrict", tracking=True
    )
    fallback_product_id = fields.Many2one(
        "product.product",
        string="Default Product",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Used for lines whose SKU is not a product here. Empty: such an order waits for a person.",
    )
    fallback_account_id = fields.Many2one(
        "account.account",
        string="Default Income Account",
        check_company=True,
        domain="[('account_type', 'in', ('income', 'income_other'))]",
        ondelete="restrict",
        tracking=True,
    )
    gift_card_account_id = fields.Many2one(
        "account.account",
        string="Gift Cards",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        ondelete="restrict",
        tracking=True,
        help="What is owed to the holders of gift cards.",
    )
    store_credit_account_id = fields.Many2one(
        "account.account",
        string="Store Credit",
        check_company=True,
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current'))]",
        ondelete="restrict",
        tracking=True,
    )
    tip_account_id = fields.Many2one(
        "account.account", string="Tips", check_company=True, ondelete="restrict", tracking=True
    )
    rounding_account_id = fields.Many2one(
        "account.account",
        string="Cash Rounding",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="For shops that round what is paid in cash.",
    )
    tender_journal_id = fields.Many2one(
        "account.journal",
        string="Journal for Gift Cards Used",
        check_company=True,
        domain="[('type', '=', 'general')]",
        ondelete="restrict",
        tracking=True,
        help="Empty: the company's first general journal that is not a provider's.",
    )
    analytic_distribution = fields.Json(string="Department")
    analytic_precision = fields.Integer(
        store=False, default=lambda self: self.env["decimal.precision"].precision_get("Percentage Analytic")
    )
    product_rule_ids = fields.One2many("sale.webshop.product", "webshop_id", string="Products by Name", copy=True)
    tax_rule_ids = fields.One2many("sale.webshop.tax", "webshop_id", string="Taxes", copy=True)

    event_ids = fields.One2many("sale.webshop.event", "webshop_id")
    order_ids = fields.One2many("sale.order", "webshop_id")

    @api.constrains("api_url")
    def _check_api_url(self):
        self._check_address_form("api_url")

    @api.model
    def _selection_platform(self):
        names = {code: self._translate(platform.name) for code, platform in PLATFORMS.items()}
        return sorted(names.items(), key=lambda item: item[1].casefold())

    def _translate(self, text):
        """Return a text of a platform in the reader's language; it is marked where it is declared."""
        return self.env._(text) if text else ""  # pylint: disable=gettext-variable

    def _get_declared_settings(self):
        return PLATFORMS[self.platform].settings if self.platform in PLATFORMS else None

    @api.model
    def _selection_time_zone(self):
        return self.env["res.partner"]._fields["tz"]._description_selection(self.env)

    @api.depends("platform")
    def _compute_abilities(self):
        for webshop in self:
            platform = PLATFORMS.get(webshop.platform)
            webshop.has_documents = bool(platform)
            webshop.has_deliveries = self.env["sale.order"]._has_companions()
            webshop.has_webhooks = bool(platform and platform.verify)
            webshop.has_polling = bool(platform and platform.client)
            webshop.has_settings = bool(platform and platform.settings)
            webshop.has_local_times = bool(platform and platform.has_local_times)
            webshop.address_example = platform.address_example if platform else ""

    @api.depends("platform")
    @api.depends_context("lang")
    def _compute_webhook_texts(self):
        for webshop in self:
            platform = PLATFORMS.get(webshop.platform)
            webshop.webhook_help = platform and webshop._get_webhook_help(platform)
            webshop.issues_secret = bool(platform and platform.webhook_secret_name)
            own = platform and self._translate(platform.webhook_secret_name)
            webshop.webhook_secret_name = own or self.env._("Secret")

    def _get_webhook_help(self, platform):
        """Return what to do in the shop so that it sends, with the page for its developer, as HTML."""
        text = escape(self._translate(platform.webhook_help))
        if platform.developer_page:
            page = Markup('<a href="/settlement_bridge/%s" target="_blank">%s</a>')
            text += Markup(" ") + page % (platform.developer_page, self.env._("For the shop's developer"))
        return text

    @api.depends("platform")
    def _compute_is_platform_saved(self):
        for webshop in self:
            webshop.is_platform_saved = webshop._origin.platform == webshop.platform

    @api.depends("platform")
    def _compute_webhook_url(self):
        for webshop in self:
            shop_id = webshop._origin.id
            webshop.webhook_url = f"{webshop.get_base_url()}/webshop/{shop_id}/event" if shop_id else False

    @api.constrains("customer_policy", "collective_partner_id", "state")
    def _check_collective_partner(self):
        for webshop in self:
            if webshop.customer_policy == "collective" and not webshop.collective_partner_id:
                raise ValidationError(
                    self.env._("%s books all orders to one customer: choose which.", webshop.name),
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for webshop in self.filtered("order_ids"):
            raise UserError(
                self.env._("%s has orders, so it cannot be deleted. Archive it instead.", webshop.name),
            )

    def _may_be_paid_with(self, provider):
        """Whether its payments may come from an agreement of its company: it names this one, or none."""
        self.ensure_one()
        return provider.company_id == self.company_id and (not self.provider_ids or provider in self.provider_ids)

    # ---------------------------------------------------------------- actions

    def action_activate(self):
        webshops = self._as_manager()
        webshops._propose_set_up()
        for webshop in webshops:
            webshop.write({"state": "active", "fetch_enabled": webshop.has_polling})
