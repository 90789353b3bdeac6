import logging

from odoo import models
from odoo.exceptions import UserError

from ..common.messages import DocumentError, Message, SettlementError
from ..webshops.records import Order, Refund
from ..webshops.registry import PLATFORMS
from .sale_webshop_ingest import REFUSED
from .settlement_fault import CONCURRENCY

_logger = logging.getLogger(__name__)

#: Lines of an order. Each becomes a journal item, and invoicing is everybody's: a thousand take seconds.
MAX_LINES = 1000


class SaleWebshopEvent(models.Model):
    """Acting on stored events: hints are followed up, documents become orders."""

    _inherit = "sale.webshop.event"

    def action_read(self):
        events = self._as_user()
        events.filtered(lambda event: event.state in ("error", "ignored")).write(
            {"state": "new", "message_data": False}
        )
        events._resolve_hints()
        events._read()
        events.order_id._make_webshop_documents()
        return True

    def action_leave_out(self):
        """A person has decided that this is not needed."""
        said = Message("document_excluded_by", {"user": self.env.user.name})
        for event in self._as_user().filtered(lambda event: event.state in ("new", "error")):
            event.write({"state": "ignored", "message_data": [*(event.message_data or []), said.to_json()]})
        self.webshop_id._report_refused()

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
                    failure = SettlementError("fetching_failed")
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
        """Read stored documents that are new: one that is refused never stops the others."""
        self.filtered(lambda event: event.kind != "hint" and event.state == "new")._read_all()

    def _read_all(self):
        """Read stored documents: the new orders of a shop together, the rest one by one, as they came."""
        for events in self.sorted("id").grouped("webshop_id").values():
            for event in events - events._read_new_orders():
                if event.state in ("new", "error"):
                    event._read_safely()

    def _read_new_orders(self):
        """Create, together, the orders of which these documents of one shop are the first that is heard.

        :return: the events that were read. The others speak of known orders, or have to say themselves what is wrong.
        """
        documents = self._parse_new_orders()
        events = self.browse(event.id for event in documents)
        if len(events) < 2:
            return self.browse()
        webshop = events.webshop_id.with_company(events.company_id)
        try:
            with self.env.cr.savepoint():
                orders = self.env["sale.order"].with_company(events.company_id)._create_from_webshop(webshop, documents)
                for event, order in zip(events, orders, strict=True):
                    event.write({"external_id": order.webshop_external_id, "state": "done", "message_data": False})
                events._get_waiting_refunds()._read()
        except CONCURRENCY:
            raise
        except Exception as error:
            _logger.info("Webshop events %s are read one by one: %s", events.ids, error)
            return self.browse()
        events._note_read()
        return events

    def _parse_new_orders(self):
        """Return each event's order, where it is in Odoo for the first time and nothing here came before it."""
        documents, spoken_of = {}, set()
        for event in self:
            parsed, order_id = None, event.external_id
            if event.kind == "document":
                try:
                    parsed = event._parse()
                except Exception:
                    continue  # read by itself it says what is wrong
                order_id = parsed.order_id if isinstance(parsed, Refund) else parsed.external_id
            if isinstance(parsed, Order) and order_id not in spoken_of:
                documents[event] = parsed
            spoken_of.add(order_id)
        known = set(
            self._find_orders([order.external_id for order in documents.values()]).mapped("webshop_external_id")
        )
        no_order = self.env["sale.order"]
        return {
            event: order
            for event, order in documents.items()
            if order.external_id not in known and not event.webshop_id._get_exclusion_reason(order, no_order)
        }

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
            event._refuse(DocumentError("text_only", error=str(error)))
        except CONCURRENCY:
            # somebody else is at the same order: the caller tries again
            raise
        except Exception as error:
            _logger.exception("Webshop event %s could not be read", event.id)
            is_noted = fault._note_safely("read", event, error)
            event._refuse(DocumentError("reading_failed" if is_noted else "reading_stopped"))
        else:
            event._note_read()

    def _note_read(self):
        """Close what was asked of a person, where these documents of one shop were the last that could not be read."""
        self.env["settlement.fault"]._forget("read", self)
        if self.webshop_id._get_attention(REFUSED):
            self.webshop_id._report_refused()

    def _refuse(self, error):
        with self.env.cr.savepoint():
            self.write({"state": "error", "message_data": [error.message.to_json()]})
            self.webshop_id._report_refused()

    def _parse(self):
        """Return the :class:`~..webshops.records.Order` or ``Refund`` this event holds.

        :raises DocumentError: when it cannot be read.
        """
        self.ensure_one()
        self._check_content_kept()
        platform = PLATFORMS[self.webshop_id.platform]
        parsed = platform.parse((self.sudo().content or "").encode(), self.webshop_id._get_settings())
        if len(parsed.lines) > MAX_LINES:
            raise DocumentError(
                "order_with_too_many_lines",
                count=len(parsed.lines),
                limit=MAX_LINES,
            )
        return parsed

    def _find_order(self, external_id):
        return self._find_orders([external_id])

    def _find_orders(self, external_ids):
        return (
            self.env["sale.order"]
            .with_context(active_test=False)
            .search([("webshop_id", "=", self.webshop_id.id), ("webshop_external_id", "in", external_ids)])
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
                self.message_data = [Message("waits_for_order", {"order": parsed.order_id}).to_json()]
                return
            self._check_currency_of_refund(parsed, order)
            order.webshop_check = True
            self.write({"state": "done", "order_id": order.id, "message_data": False})
            return
        self.external_id = parsed.external_id
        order = self._find_order(parsed.external_id)
        reason = self.webshop_id._get_exclusion_reason(parsed, order)
        if reason:
            self.write({"state": "ignored", "message_data": [reason.to_json()], "order_id": order.id})
            return
        order = self.env["sale.order"]._update_from_webshop(self.webshop_id, parsed, order, self)
        self.write({"state": "done", "order_id": order.id, "message_data": False})
        self._get_waiting_refunds()._read()

    @staticmethod
    def _check_currency_of_refund(refund, order):
        """Refuse a refund in another currency than its order's: its amount would be credited as the order's.

        :raises DocumentError: naming both.
        """
        order_currency = order.webshop_currency_id.name or order.currency_id.name
        if refund.currency and refund.currency != order_currency:
            raise DocumentError(
                "order_in_two_currencies",
                field=f"refund {refund.external_id}",
                currency=refund.currency,
                order_currency=order_currency,
            )

    def _get_waiting_refunds(self):
        """Return the refunds that came before their orders, which are these events'."""
        return self.search(
            [
                ("webshop_id", "=", self.webshop_id.id),
                ("external_id", "in", self.mapped("external_id")),
                ("kind", "=", "document"),
                ("state", "=", "new"),
                ("message_data", "!=", False),
            ]
        )
