from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..webshops.gift_card_codes import cut_gift_card_codes
from .written_language import in_written_language

#: Stored documents that are read together: more are little faster, and hold their rows longer.
TOGETHER = 50


class SaleWebshopEvent(models.Model):
    """The inbox: what a shop sent or was asked for, stored before it is acted on."""

    _name = "sale.webshop.event"
    _description = "Webshop Event"
    _order = "id desc"
    _rec_name = "external_id"
    _inherit = ["settlement.rights"]
    _check_company_auto = True

    webshop_id = fields.Many2one("sale.webshop", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="webshop_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("hint", "Something happened"), ("document", "Order as Read"), ("deleted", "Order deleted")],
        required=True,
        readonly=True,
    )
    source = fields.Selection(
        [("webhook", "Sent by the shop"), ("poll", "Fetched"), ("asked", "Requested")],
        required=True,
        readonly=True,
    )
    topic = fields.Char(readonly=True)
    delivery_id = fields.Char(readonly=True)
    external_id = fields.Char(string="Order in the Shop", readonly=True)
    content = fields.Text(string="Original Content", readonly=True, groups="settlement_bridge.group_settlement_manager")
    content_shown = fields.Text(
        string="Content",
        compute="_compute_content_shown",
        compute_sudo=True,
        help="JSON is indented, and the codes of gift cards are cut: whoever has one has the money.",
    )
    sha256 = fields.Char(string="SHA-256", readonly=True)
    state = fields.Selection(
        [("new", "To Read"), ("done", "Read"), ("ignored", "Excluded"), ("error", "Refused")],
        default="new",
        required=True,
        readonly=True,
        index=True,
    )
    message_data = fields.Json(readonly=True)
    message = fields.Text(string="Why", compute="_compute_message")
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="set null")

    _delivery_uniq = models.UniqueIndex(
        "(webshop_id, delivery_id) WHERE delivery_id IS NOT NULL", "This delivery has been stored already."
    )
    _order_idx = models.Index("(webshop_id, external_id, id DESC)")
    _webhook_idx = models.Index("(webshop_id, id) WHERE source = 'webhook'")
    _to_read_idx = models.Index("(id) WHERE state = 'new'")

    @api.depends("external_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for event in self:
            # what cannot be read may not even say which order it is
            event.display_name = event.external_id or self.env._("Document %s", event.id or "")

    @api.depends("content")
    def _compute_content_shown(self):
        for event in self:
            text = event.content or ""
            # What is not JSON is shown as it is.
            with suppress(ValueError):
                text = cut_gift_card_codes(text)
            event.content_shown = text

    @api.depends("message_data")
    @api.depends_context("lang")
    def _compute_message(self):
        for event in self:
            event.message = self.env["settlement.message"]._render_stored(event.message_data)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for event in self.filtered(lambda event: event.state == "done" and event.order_id):
            raise UserError(
                self.env._("%s documents what was invoiced from it, so it cannot be deleted.", event.display_name)
            )

    # ---------------------------------------------------------------- scheduled

    @api.model
    def _get_hint_domain(self):
        """The hints that can be followed up now: a shop that failed is asked again when it is due."""
        now = fields.Datetime.now()
        due = [("state", "=", "active"), "|", ("fetch_failures", "=", 0), ("fetch_next_at", "<=", now)]
        webshops = self.env["sale.webshop"].search(due)
        return [("state", "=", "new"), ("kind", "=", "hint"), ("webshop_id", "in", webshops.ids)]

    @api.model
    def _cron_process(self, batch_size=100):
        """Scheduled action: ask for what the webhooks spoke of, and read what is stored."""
        fault = self.env["settlement.fault"]
        documents = [
            ("kind", "!=", "hint"),
            ("webshop_id.state", "=", "active"),
            *fault._get_ready_domain("events", self),
            "|",
            "&",
            ("state", "=", "new"),
            ("message_data", "=", False),
            "&",
            ("state", "=", "error"),
            ("id", "in", fault._get_due("read", self)),
        ]

        def count():
            return self.search_count(self._get_hint_domain()) + self.search_count(documents)

        self.env["ir.cron"]._commit_progress(remaining=count())
        hints = self.search(self._get_hint_domain(), order="id", limit=batch_size)
        for webshop, of_shop in hints.grouped("webshop_id").items():
            of_shop = in_written_language(of_shop)
            fault._work_on("hints", webshop, lambda webshop, of_shop=of_shop: of_shop._resolve_hints())
        # what was asked for is to be read now, too
        self.env["ir.cron"]._commit_progress(len(hints), remaining=count())
        fault._work_through(
            "events",
            self.search(documents, order="id", limit=batch_size),
            lambda events: events.try_lock_for_update().filtered_domain(documents)._read_all(),
            together=TOGETHER,
        )
        if not count():
            # another worker may be at the same documents: each takes those that the other has not
            self.env["sale.order"]._cron_webshop_documents(batch_size)
        fault._wake("ir_cron_webshop_documents")

    @api.autovacuum
    def _gc_hints(self):
        """Hints that were followed up are of no use after some weeks, nor what was excluded; what was read is kept."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        is_of_no_use = Domain("state", "=", "ignored") | Domain("state", "=", "done") & Domain("kind", "!=", "document")
        self.search(Domain("create_date", "<", limit) & Domain("order_id", "=", False) & is_of_no_use).unlink()
