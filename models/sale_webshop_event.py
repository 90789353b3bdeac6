import hashlib
import json
import logging
from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.limits import MAX_ID, clean_text, quoted
from ..common.messages import DocumentError, Message, SettlementError, _
from ..webshops.left_out import leave_out
from ..webshops.records import Refund
from ..webshops.registry import PLATFORMS
from .settlement_fault import CONCURRENCY

_logger = logging.getLogger(__name__)

#: What an activity on a shop is about when orders could not be read, and how many of them it names.
REFUSED = "refused"
NAMED_REFUSED = 5

#: Lines of an order. Each becomes a journal item, and invoicing is everybody's: a thousand take seconds.
MAX_LINES = 1000


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
        [("hint", "Something happened"), ("document", "Order as it reads"), ("deleted", "Order is gone")],
        required=True,
        readonly=True,
    )
    source = fields.Selection(
        [("webhook", "Sent by the shop"), ("poll", "Found by asking"), ("asked", "Asked for")],
        required=True,
        readonly=True,
    )
    topic = fields.Char(readonly=True)
    delivery_id = fields.Char(readonly=True)
    external_id = fields.Char(string="Order in the Shop", readonly=True)
    content = fields.Text(string="Content as It Came", readonly=True)
    content_shown = fields.Text(string="Content", compute="_compute_content_shown", help="JSON is indented.")
    sha256 = fields.Char(string="SHA-256", readonly=True)
    state = fields.Selection(
        [("new", "To Read"), ("done", "Read"), ("ignored", "Left Out"), ("error", "Refused")],
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
    _to_read_idx = models.Index("(id) WHERE state = 'new'")

    @api.depends("content")
    def _compute_content_shown(self):
        for event in self:
            text = event.content or ""
            # What is not JSON is shown as it is.
            with suppress(ValueError):
                text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
            event.content_shown = text

    @api.depends("message_data")
    @api.depends_context("lang")
    def _compute_message(self):
        for event in self:
            event.message = self.env["account.settlement"]._render_messages(event.message_data)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for event in self.filtered(lambda event: event.state == "done" and event.order_id):
            raise UserError(
                self.env._("%s documents what was invoiced from it, so it cannot be deleted.", event.display_name)
            )

    # ---------------------------------------------------------------- storing

    @api.model
    def _store_raw(self, webshop, raw_orders, source):
        """Keep orders as they came, but for what booking never reads of them.

        One that reads as it did the last time is not kept again.

        :param raw_orders: :class:`~..webshops.records.RawOrder` of this shop.
        :return: the events: the new ones, and the earlier ones of what was known.
        """
        names = self._get_left_out_names(webshop)
        contents = [leave_out(raw.content, names) for raw in raw_orders]
        latest = self._get_latest(webshop, [raw.external_id for raw in raw_orders if raw.external_id])
        events = self.browse()
        new = []
        for raw, content in zip(raw_orders, contents, strict=True):
            known = latest.get(raw.external_id)
            digest = hashlib.sha256(content).hexdigest()
            # what was stored before anything was left out is known by the digest of the whole
            digests = {digest, hashlib.sha256(raw.content).hexdigest()}
            if known and known.kind == "document" and known.sha256 in digests and not known._is_to_read_again():
                events |= known
                continue
            new.append(
                {
                    "webshop_id": webshop.id,
                    "kind": "document",
                    "source": source,
                    "external_id": raw.external_id,
                    "content": clean_text(content.decode("utf-8", "replace")),
                    "sha256": digest,
                }
            )
        return events | self.create(new)

    @api.model
    def _get_left_out_names(self, webshop):
        """The fields of this shop's documents that are not stored, as :func:`~..webshops.left_out.leave_out` wants."""
        platform = PLATFORMS.get(webshop.platform)
        return platform.left_out if platform else ()

    def _is_to_read_again(self):
        """Whether the same document, told once more, is of use: it was refused, or left out and removed since."""
        is_removed = self.state == "ignored" and self.content_removed_by == "retention"
        return self.state == "error" or is_removed

    @api.model
    def _store_deleted(self, webshop, external_id):
        """Note that the shop does not have an order any more."""
        known = self._get_latest(webshop, [external_id]).get(external_id)
        if known and known.kind == "deleted":
            return known
        return self.create({"webshop_id": webshop.id, "kind": "deleted", "source": "asked", "external_id": external_id})

    @api.model
    def _get_latest(self, webshop, external_ids):
        """Return each order's latest event that is not a hint, by the order's id in the shop."""
        if not external_ids:
            return {}
        rows = self._read_group(
            [
                ("webshop_id", "=", webshop.id),
                ("external_id", "in", external_ids),
                ("kind", "in", ("document", "deleted")),
            ],
            ["external_id"],
            ["id:max"],
        )
        return {external_id: self.browse(event_id) for external_id, event_id in rows}

    @api.model
    def _store_delivery(self, webshop, headers, body):
        """Keep what a webhook brought, once. Its signature has been verified.

        :param dict headers: names in lower case. :param bytes body: as it came.
        :return: the event, or none when there is nothing to do or it is known.
        :raises DocumentError: when the body cannot be read.
        """
        platform = PLATFORMS[webshop.platform]
        hint = platform.read_hint(headers, body)
        if hint is None:
            return self.browse()
        for order_id in hint.order_ids:
            if len(order_id) > MAX_ID or "\ufffd" in order_id:
                raise DocumentError(_("The id %(id)s is none an order can have. Nothing was stored."), id=order_id)
        is_document = platform.sends_documents
        kept = leave_out(body, platform.left_out) if is_document else b""
        digest = hashlib.sha256(kept if is_document else body).hexdigest()
        content = clean_text(kept.decode("utf-8", "replace")) or False
        delivery_id = quoted(hint.delivery_id, MAX_ID)
        known = Domain("delivery_id", "=", delivery_id) if delivery_id else Domain.FALSE
        if is_document:
            # the same document once more, whatever the delivery is called; one that was refused may be read by now
            same = Domain("external_id", "in", hint.order_ids) & Domain("sha256", "=", digest)
            known |= same & Domain("state", "!=", "error")
        else:
            # the delivery's id is not signed, its body is: what comes again under another id tells nothing new
            same = Domain("topic", "=", quoted(hint.topic)) & Domain("sha256", "=", digest)
            known |= Domain("kind", "=", "hint") & same
        if self.search_count(Domain("webshop_id", "=", webshop.id) & known, limit=1):
            return self.browse()
        return self.create(
            [
                {
                    "webshop_id": webshop.id,
                    "kind": "document" if is_document else "hint",
                    "source": "webhook",
                    "topic": quoted(hint.topic),
                    # one delivery may speak of several orders
                    "delivery_id": (f"{delivery_id}/{number}" if number else delivery_id) or False,
                    "external_id": order_id,
                    # a hint often carries the whole order, which is asked for anyway: it is known by its digest
                    "content": content,
                    "sha256": digest,
                }
                for number, order_id in enumerate(hint.order_ids)
            ]
        )

    # ---------------------------------------------------------------- acting on it

    def _may_decide(self):
        """Return the events with the rights to act on them. What a shop has sent is never changed by hand."""
        return self._as_user()

    def action_read(self):
        events = self._may_decide()
        events.filtered(lambda event: event.state in ("error", "ignored")).write(
            {"state": "new", "message_data": False}
        )
        events._resolve_hints()
        events._read()
        events.order_id._make_webshop_documents()
        return True

    def action_leave_out(self):
        """A person has decided that this is not needed."""
        said = Message(_("Left out by %(user)s."), {"user": self.env.user.name})
        for event in self._may_decide().filtered(lambda event: event.state in ("new", "error")):
            event.write({"state": "ignored", "message_data": [*(event.message_data or []), said.to_json()]})
        self.webshop_id._tell_of_refused()

    def _resolve_hints(self):
        """Ask the shops for the orders their webhooks spoke of. A hint is done when the order is stored.

        One order that cannot be had does not keep the others from being asked for; a shop that does not answer twice in
        a row is left until it is due again.
        """
        hints = self.filtered(lambda event: event.kind == "hint" and event.state == "new").sorted("id")
        for webshop, events in hints.grouped("webshop_id").items():
            client, failure, in_a_row = None, None, 0
            for external_id, of_order in events.grouped("external_id").items():
                try:
                    with self.env.cr.savepoint():
                        client = client or webshop._get_client()
                        webshop._fetch_order(client, external_id)
                        of_order.state = "done"
                    in_a_row = 0
                except SettlementError as error:
                    failure, in_a_row = error, in_a_row + 1
                except CONCURRENCY:
                    # somebody else is at the same shop: the caller tries again
                    raise
                except Exception:
                    _logger.exception("Order %s of webshop %s could not be asked for", external_id, webshop.id)
                    failure = SettlementError(
                        _("Fetching stopped on an unexpected fault; see the server log. It is tried again by itself.")
                    )
                    in_a_row += 1
                webshop._commit_step()
                if in_a_row == 2:
                    break
            if failure:
                webshop._note_fetch_failure(failure)
            elif webshop.fetch_failures:
                webshop._note_fetch_success()
            webshop._commit_step()

    def _read(self):
        """Read stored documents, one by one: one that is refused never stops the others."""
        for event in self.filtered(lambda event: event.kind != "hint").sorted("id"):
            if event.state == "new":
                event._read_safely()

    def _read_if_any(self):
        for event in self:
            event._read_safely()

    def _read_safely(self):
        self.ensure_one()
        fault = self.env["settlement.fault"]
        event = self.with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                event._read_one()
        except SettlementError as error:
            event._refuse(error)
        except UserError as error:
            event._refuse(DocumentError("%(error)s", error=str(error)))
        except CONCURRENCY:
            # somebody else is at the same order: the caller tries again
            raise
        except Exception as error:
            _logger.exception("Webshop event %s could not be read", event.id)
            fault._note_safely("read", event, error)
            event._refuse(
                DocumentError(
                    _("Reading stopped on an unexpected fault; see the server log. It is tried again by itself.")
                )
            )
        else:
            fault._forget("read", event)
            if event.webshop_id._get_attention(REFUSED):
                event.webshop_id._tell_of_refused()

    def _refuse(self, error):
        with self.env.cr.savepoint():
            self.write({"state": "error", "message_data": [error.message.to_json()]})
            self.webshop_id._tell_of_refused()

    def _parse(self):
        """Return the :class:`~..webshops.records.Order` or ``Refund`` this event holds.

        :raises DocumentError: when it cannot be read.
        """
        self.ensure_one()
        self._check_content_kept()
        platform = PLATFORMS[self.webshop_id.platform]
        parsed = platform.parse((self.content or "").encode(), self.webshop_id._get_settings())
        if len(parsed.lines) > MAX_LINES:
            raise DocumentError(
                _(
                    "The order has %(count)s lines, and at most %(limit)s are taken over. Write its invoice by hand, "
                    "or divide it in the shop."
                ),
                count=len(parsed.lines),
                limit=MAX_LINES,
            )
        return parsed

    def _find_order(self, external_id):
        return (
            self.env["sale.order"]
            .with_context(active_test=False)
            .search([("webshop_id", "=", self.webshop_id.id), ("webshop_external_id", "=", external_id)])
        )

    def _read_one(self):
        if self.kind == "deleted":
            order = self._find_order(self.external_id)
            order.write({"webshop_is_deleted": True, "webshop_check": True})
            self.write({"state": "done" if order else "ignored", "order_id": order.id})
            return
        parsed = self._parse()
        if isinstance(parsed, Refund):
            order = self._find_order(parsed.order_id)
            self.external_id = parsed.order_id
            if not order:
                # it may have overtaken its order
                self.message_data = [Message(_("Waits for order %(order)s."), {"order": parsed.order_id}).to_json()]
                return
            order.webshop_check = True
            self.write({"state": "done", "order_id": order.id, "message_data": False})
            return
        self.external_id = parsed.external_id
        order = self._find_order(parsed.external_id)
        reason = self.webshop_id._get_reason_to_leave_out(parsed, order)
        if reason:
            self.write({"state": "ignored", "message_data": [reason.to_json()], "order_id": order.id})
            return
        order = self.env["sale.order"]._update_from_webshop(self.webshop_id, parsed, order, self)
        self.write({"state": "done", "order_id": order.id, "message_data": False})
        self._get_waiting_refunds()._read()

    def _get_waiting_refunds(self):
        """Return the refunds that came before their order, which is this event's."""
        return self.search(
            [
                ("webshop_id", "=", self.webshop_id.id),
                ("external_id", "=", self.external_id),
                ("kind", "=", "document"),
                ("state", "=", "new"),
                ("message_data", "!=", False),
            ]
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
            fault._work_on("hints", webshop, lambda webshop, of_shop=of_shop: of_shop._resolve_hints(), None)
        # what was asked for is to be read now, too
        self.env["ir.cron"]._commit_progress(len(hints), remaining=count())
        fault._work_through(
            "events",
            self.search(documents, order="id", limit=batch_size),
            lambda event: event.try_lock_for_update().filtered_domain(documents)._read_if_any(),
        )
        self.env.ref("settlement_bridge.ir_cron_webshop_documents")._trigger()

    @api.autovacuum
    def _gc_hints(self):
        """Hints that were followed up are of no use after some weeks; what was invoiced from is kept."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=30)
        self.search(
            [("create_date", "<", limit), ("order_id", "=", False), ("state", "in", ("done", "ignored"))]
        ).unlink()
