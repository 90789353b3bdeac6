import logging
import secrets
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.messages import ProviderError, SettlementError, _
from ..invoicing.plan import InvoiceOn
from ..webshops.records import RawOrder, ShopSettings
from ..webshops.registry import PLATFORMS
from .settlement_source import SettlementSource

_logger = logging.getLogger(__name__)

#: A shop's clock may differ from ours, and an order may be written a while after the time it carries.
OVERLAP = timedelta(minutes=15)

#: Why an order is left out that may come in after all, when the shop starts earlier.
ORDERED_BEFORE = _("Ordered before %(date)s, when this shop starts here.")

#: How many orders that are not finished a shop is asked for in a day, one by one.
OPEN_ORDERS_A_DAY = 100


class SaleWebshop(models.Model):
    """One shop whose orders become invoices."""

    _name = "sale.webshop"
    _description = "Webshop"
    _inherit = ["settlement.source"]
    _order = "sequence, name, id"
    _check_company_auto = True

    _fetch_pause = timedelta(minutes=5)
    _set_by_managers = SettlementSource._set_by_managers | {
        "platform",
        "provider_ids",
        "api_url",
        "store_code",
        "time_zone",
        "invoice_on",
        "sending",
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
    _keys = frozenset({"api_key", "api_secret", "api_token", "api_token_secret"})
    _where_keys_go = SettlementSource._where_keys_go | {"api_url", "platform", "store_code"}
    _set_by_administrators = _keys | {"api_url", "platform", "store_code", "webhook_secret"}

    name = fields.Char(required=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    platform = fields.Selection("_selection_platform", required=True, tracking=True)
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("paused", "Paused")], default="draft", required=True, tracking=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True, ondelete="restrict"
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company Currency")
    provider_ids = fields.Many2many(
        "account.settlement.provider",
        string="Payment Providers",
        check_company=True,
        help="The providers this shop's payments come from. Empty: any. Others never look for its orders.",
    )

    # How to reach it
    api_url = fields.Char(string="Address", tracking=True, help="https://www.example.com")
    api_key = fields.Char(string="Key", groups="base.group_system", copy=False)
    api_secret = fields.Char(string="Secret", groups="base.group_system", copy=False)
    api_token = fields.Char(string="Access Token", groups="base.group_system", copy=False)
    api_token_secret = fields.Char(string="Access Token Secret", groups="base.group_system", copy=False)
    store_code = fields.Char(help="Where one installation holds several shops: the code of this one.")
    time_zone = fields.Selection(
        "_selection_time_zone",
        required=True,
        default="Europe/Oslo",
        help="The shop's own time, for platforms that write times without saying where.",
    )
    webhook_secret = fields.Char(
        groups="base.group_system",
        copy=False,
        default=lambda self: secrets.token_urlsafe(32),
        help="The shop signs with it what it sends. Some platforms give it themselves: enter theirs then.",
    )
    webhook_url = fields.Char(string="Webhook Address", compute="_compute_webhook_url")
    has_webhooks = fields.Boolean(compute="_compute_abilities")
    has_polling = fields.Boolean(compute="_compute_abilities")
    webhook_last_at = fields.Datetime(string="Last Webhook", compute="_compute_attention")

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
    start_date = fields.Date(
        tracking=True,
        default=fields.Date.context_today,
        help="Orders from before this day are left out: they were invoiced elsewhere. Empty: all.",
    )
    excluded_methods = fields.Char(
        tracking=True,
        help="Codes of ways to pay or deliver whose orders are not invoiced here, separated by commas: paid at the "
        "till, invoiced by another system.",
    )
    reference_prefix = fields.Char(
        string="Order Prefix", tracking=True, help="Put before the shop's order number: WEB- makes 1001 WEB-1001."
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
        help="A buyer is found by VAT number, the shop's customer number or e-mail, and else created.",
    )
    collective_partner_id = fields.Many2one(
        "res.partner", string="Customer for All", check_company=True, ondelete="restrict", tracking=True
    )
    fallback_product_id = fields.Many2one(
        "product.product",
        string="Product for the Rest",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Taken for lines whose SKU is no product here. Empty: such an order waits for a person.",
    )
    fallback_account_id = fields.Many2one(
        "account.account",
        string="Income Account for the Rest",
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

    waiting_count = fields.Integer(compute="_compute_attention")
    open_count = fields.Integer(compute="_compute_attention")
    refused_count = fields.Integer(compute="_compute_attention")
    last_order_date = fields.Datetime(compute="_compute_attention")

    @api.constrains("api_url")
    def _check_api_url(self):
        self._check_address_form("api_url")

    @api.model
    def _selection_platform(self):
        own = {"odoo": self.env._("Odoo's own shop")}
        names = {code: platform.name for code, platform in PLATFORMS.items()}
        return list({**own, **names, "inbox": self.env._("Own shop (JSON)")}.items())

    @api.model
    def _selection_time_zone(self):
        return self.env["res.partner"]._fields["tz"]._description_selection(self.env)

    @api.depends("platform")
    def _compute_abilities(self):
        for webshop in self:
            platform = PLATFORMS.get(webshop.platform)
            webshop.has_webhooks = bool(platform and platform.verify)
            webshop.has_polling = not platform or bool(platform.client)

    @api.depends("platform")
    def _compute_webhook_url(self):
        for webshop in self:
            shop_id = webshop._origin.id
            webshop.webhook_url = f"{webshop.get_base_url()}/webshop/{shop_id}/event" if shop_id else False

    def _compute_attention(self):
        Order = self.env["sale.order"]
        counts = {
            (webshop.id, state): count
            for webshop, state, count in Order._read_group(
                [("webshop_id", "in", self.ids)], ["webshop_id", "webshop_state"], ["__count"]
            )
        }
        last = dict(Order._read_group([("webshop_id", "in", self.ids)], ["webshop_id"], ["date_order:max"]))
        refused = dict(
            self.env["sale.webshop.event"]._read_group(
                [("webshop_id", "in", self.ids), ("state", "=", "error")], ["webshop_id"], ["__count"]
            )
        )
        sent = dict(
            self.env["sale.webshop.event"]._read_group(
                [("webshop_id", "in", self.ids), ("source", "=", "webhook")], ["webshop_id"], ["create_date:max"]
            )
        )
        for webshop in self:
            webshop.webhook_last_at = sent.get(webshop, False)
            webshop.waiting_count = counts.get((webshop.id, "waiting"), 0)
            webshop.open_count = counts.get((webshop.id, "open"), 0)
            webshop.refused_count = refused.get(webshop, 0)
            webshop.last_order_date = last.get(webshop, False)

    @api.constrains("customer_policy", "collective_partner_id", "state")
    def _check_collective_partner(self):
        for webshop in self:
            if webshop.customer_policy == "collective" and not webshop.collective_partner_id:
                raise ValidationError(
                    self.env._("%s books all orders on one customer: choose which.", webshop.name),
                )

    @api.constrains("platform", "company_id", "state")
    def _check_own_shop(self):
        """Odoo's own shop is one per company: its orders carry no other mark."""
        for webshop in self.filtered(lambda webshop: webshop.platform == "odoo" and webshop.state != "draft"):
            domain = [("platform", "=", "odoo"), ("company_id", "=", webshop.company_id.id), ("id", "!=", webshop.id)]
            if self.search_count([*domain, ("state", "!=", "draft")], limit=1):
                raise ValidationError(self.env._("%s has a webshop for Odoo's own orders.", webshop.company_id.name))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for webshop in self.filtered("order_ids"):
            raise UserError(
                self.env._("%s has orders, so it cannot be deleted. Archive it instead.", webshop.name),
            )

    # ---------------------------------------------------------------- actions

    def action_activate(self):
        webshops = self._as_manager()
        webshops._propose_set_up()
        for webshop in webshops:
            webshop.write({"state": "active", "fetch_enabled": webshop.has_polling})

    def action_pause(self):
        self._as_manager().write({"state": "paused"})

    def write(self, vals):
        earlier = {webshop.id: webshop.start_date for webshop in self} if "start_date" in vals else {}
        result = super().write(vals)
        for webshop in self.filtered(lambda webshop: webshop.id in earlier):
            start, before = webshop.start_date, earlier[webshop.id]
            if before and (not start or start < before):
                # what was left out for its date is read once more, and what was never asked for is
                webshop.sudo().fetch_cursor = False
                webshop.sudo().event_ids.filtered(
                    lambda event: (
                        event.state == "ignored"
                        and not event.content_removed_on
                        and event.message_data[-1][0] == ORDERED_BEFORE
                    )
                ).write({"state": "new", "message_data": False})
        return result

    def action_check_connection(self):
        """Ask the shop for its name with the keys entered."""
        self.ensure_one()
        try:
            name = self._as_user()._get_client().check()
        except ProviderError as error:
            raise UserError(self.env["account.settlement"]._render_messages([error.message.to_json()])) from error
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("The shop answers: %s", name)},
        }

    def action_fetch(self):
        """Fetch now; reading and invoicing follow at once, by the scheduled actions."""
        # A user may fetch, but neither see the keys nor change the set-up. The scheduled actions do the rest.
        for webshop in self._as_user():
            webshop._fetch()
        return True

    def _open_orders(self, domain=()):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_webshop_order")
        action["domain"] = [("webshop_id", "=", self.id), *domain]
        action["context"] = {}
        return action

    def action_open_orders(self):
        return self._open_orders()

    def action_open_waiting(self):
        return self._open_orders([("webshop_state", "=", "waiting")])

    def action_open_unfinished(self):
        return self._open_orders([("webshop_state", "=", "open")])

    def action_open_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_sale_webshop_event")
        action["domain"] = [("webshop_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_open_refused(self):
        action = self.action_open_events()
        action["domain"].append(("state", "=", "error"))
        return action

    # ---------------------------------------------------------------- set-up

    def _propose_set_up(self):
        """Fill in what can be told without asking: taxes, and accounts of a Norwegian chart that are there."""
        for webshop in self:
            if not webshop.tax_rule_ids:
                webshop.tax_rule_ids = (
                    webshop.env["sale.webshop.tax"].with_company(webshop.company_id)._propose(webshop)
                )
            webshop.rounding_account_id = webshop.rounding_account_id or webshop._find_account("7740")

    def action_propose_gift_card_accounts(self):
        """Create or pick 2901 for gift cards and 2902 for store credit."""
        names = {
            "gift_card_account_id": ("2901", self.env._("Gift cards")),
            "store_credit_account_id": ("2902", self.env._("Store credit")),
        }
        for webshop in self:
            accounts = webshop.env["account.account"].with_company(webshop.company_id)
            for field, (code, name) in names.items():
                webshop[field] = (
                    webshop[field]
                    or webshop._find_account(code)
                    or accounts.create(
                        {
                            "code": code,
                            "name": name,
                            "account_type": "liability_current",
                            "company_ids": webshop.company_id.ids,
                        }
                    )
                )

    def _find_account(self, code):
        Account = self.env["account.account"].with_company(self.company_id)
        return Account.search([("code", "=", code), *Account._check_company_domain(self.company_id)], limit=1)

    def _get_account(self, field):
        """Return one of the shop's accounts.

        :raises SettlementError: when it is not set.
        """
        self.ensure_one()
        if not self[field]:
            raise SettlementError(
                _("The shop has no account for %(what)s. Choose it on the shop."),
                what=self._fields[field]._description_string(self.env).lower(),
            )
        return self[field]

    def _get_sale_journal(self):
        return self.journal_id or self._find_journal([("type", "=", "sale")])

    def _get_tender_journal(self):
        used = self.env["account.settlement.provider"].sudo().search([("journal_id", "!=", False)]).journal_id
        return self.tender_journal_id or self._find_journal([("type", "=", "general"), ("id", "not in", used.ids)])

    def _find_journal(self, domain):
        Journal = self.env["account.journal"]
        return Journal.search([*Journal._check_company_domain(self.company_id), *domain], limit=1)

    # ---------------------------------------------------------------- fetch

    def _get_settings(self):
        """Return the shop's :class:`~..webshops.records.ShopSettings`, keys included."""
        webshop = self.sudo()
        return ShopSettings(
            url=webshop.api_url or "",
            key=webshop.api_key or "",
            secret=webshop.api_secret or "",
            token=webshop.api_token or "",
            token_secret=webshop.api_token_secret or "",
            store=webshop.store_code or "",
            time_zone=ZoneInfo(webshop.time_zone),
            may_be_local=webshop._may_be_local(),
        )

    def _get_client(self):
        self.ensure_one()
        platform = PLATFORMS.get(self.platform)
        if not platform or not platform.client:
            raise ProviderError(_("This shop sends its orders itself, so it cannot be asked."), is_permanent=True)
        return platform.client(self._get_settings())

    def _fetch_new(self):
        """Ask the shop for the orders changed since the last time, and store each as it came."""
        self.ensure_one()
        if self.platform == "odoo":
            return self._odoo_fetch()
        started = datetime.now(timezone.utc)
        cursor = (self.fetch_cursor or {}).get("changed_to")
        since = datetime.fromisoformat(cursor) - OVERLAP if cursor else self._get_first_moment(started)
        count = 0
        seen = datetime.fromisoformat(cursor) if cursor else since
        client = self._get_client()
        for page in client.changes(since):
            events = self.env["sale.webshop.event"]._store_raw(self, page, "poll")
            count += len(events.filtered(lambda event: event.state == "new"))
            # a time in the future would let the next fetch begin there
            seen = min(max([seen, *(raw.changed_at for raw in page if raw.changed_at)]), started)
            self.fetch_cursor = {**(self.fetch_cursor or {}), "changed_to": seen.isoformat()}
            self._commit_step()
        return count + self._ask_for_open_orders(client)

    def _ask_for_open_orders(self, client):
        """Once a day, ask for orders that are not finished: a shop does not tell of one that it has deleted.

        :return: how many have changed, or are gone.
        """
        today = fields.Date.today().isoformat()
        if (self.fetch_cursor or {}).get("asked_on") == today:
            return 0
        orders = self.env["sale.order"].search(
            [("webshop_id", "=", self.id), ("webshop_state", "in", ("open", "waiting"))],
            order="webshop_asked_at NULLS FIRST, id",
            limit=OPEN_ORDERS_A_DAY,
        )
        events = self.env["sale.webshop.event"]
        for order in orders:
            order.webshop_asked_at = fields.Datetime.now()
            try:
                events |= self._fetch_order(client, order.webshop_external_id)
            except ProviderError as error:
                # one order that the shop cannot give must not keep the others from being fetched
                _logger.info("Web order %s could not be asked for: %s", order.id, error)
        self.fetch_cursor = {**(self.fetch_cursor or {}), "asked_on": today}
        self._commit_step()
        return len(events.filtered(lambda event: event.state == "new"))

    def _get_first_moment(self, started):
        """From when the first fetch asks: the start date, else thirty days back."""
        if self.start_date:
            moment = datetime.combine(self.start_date, datetime.min.time(), ZoneInfo(self.time_zone))
            return moment.astimezone(timezone.utc)
        return started - timedelta(days=30)

    def _fetch_order(self, client, external_id):
        """Ask for one order, and store it as it came; one that is gone is stored as deleted.

        :param client: see :meth:`_get_client`; one serves for many orders.
        :return: the stored event.
        """
        Event = self.env["sale.webshop.event"]
        raw = client.order(external_id)
        return Event._store_raw(self, [raw], "asked") if raw else Event._store_deleted(self, external_id)

    def _wake_after_fetch(self):
        self.env.ref("settlement_bridge.ir_cron_webshop_events").sudo()._trigger()

    # ---------------------------------------------------------------- ingest

    def _ingest_orders(self, payloads):
        """Read orders as the shop's platform writes them, and bring Odoo's orders in line.

        :param payloads: the stored form of each order (bytes): what the platform's client composes, or for the inbox
            the document itself.
        :return: the orders (``sale.order``); those that were left out, or could not be read, are not among them.
        """
        self.ensure_one()
        webshop = self._as_user()
        Event = webshop.env["sale.webshop.event"]
        events = Event
        for payload in payloads:
            events |= Event._store_raw(webshop, [RawOrder("", None, payload)], "asked")
        events._read()
        return self.env["sale.order"].browse(events.order_id.ids)
