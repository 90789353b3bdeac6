import hashlib

from odoo import api, models
from odoo.fields import Domain

from ..common.limits import MAX_ID, clean_text, quoted
from ..common.messages import DocumentError
from ..webshops.excluded_fields import exclude_fields
from ..webshops.registry import PLATFORMS


class SaleWebshopEvent(models.Model):
    """Storing what a shop sent or was asked for, once, before it is acted on."""

    _inherit = "sale.webshop.event"

    @api.model
    def _store_raw(self, webshop, raw_orders, source):
        """Keep orders as they came, but for what booking never reads of them.

        One that reads as it did the last time is not kept again.

        :param raw_orders: :class:`~..webshops.records.RawOrder` of this shop.
        :return: the events: the new ones, and the earlier ones of what was known.
        """
        platform = PLATFORMS[webshop.platform]
        contents = [exclude_fields(raw.content, platform.excluded_fields) for raw in raw_orders]
        latest = self._get_latest(webshop, [raw.external_id for raw in raw_orders if raw.external_id])
        events = self.browse()
        new = []
        for raw, content in zip(raw_orders, contents, strict=True):
            known = latest.get(raw.external_id)
            digest = hashlib.sha256(content).hexdigest()
            # what was stored before any field was excluded is known by the digest of the whole
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

    def _is_to_read_again(self):
        """Whether the same document, reported once more, is of use: it was refused, or excluded and removed since."""
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
    def _get_repeated_domain(self, webshop, hint):
        """Return the domain of the documents that a delivery may repeat.

        A delivery with a new id is news: where it reads as an earlier document but the last, it sets that back. Without
        an id it may as well be an earlier one sent once more.
        """
        if not hint.delivery_id:
            return Domain.TRUE
        of_topic = [
            ("webshop_id", "=", webshop.id),
            ("kind", "=", "document"),
            ("topic", "=", quoted(hint.topic)),
            ("external_id", "in", hint.order_ids),
        ]
        return Domain("id", "in", self.search(of_topic, order="id desc", limit=1).ids)

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
                raise DocumentError("order_id_unusable", id=order_id)
        is_document = platform.sends_documents
        kept = exclude_fields(body, platform.excluded_fields) if is_document else b""
        digest = hashlib.sha256(kept if is_document else body).hexdigest()
        content = clean_text(kept.decode("utf-8", "replace")) or False
        delivery_id = quoted(hint.delivery_id, MAX_ID)
        known = Domain("delivery_id", "=", delivery_id) if delivery_id else Domain.FALSE
        if is_document:
            # the same document once more, whatever the delivery is called; one that was refused may be read by now
            same = Domain("external_id", "in", hint.order_ids) & Domain("sha256", "=", digest)
            known |= same & Domain("state", "!=", "error") & self._get_repeated_domain(webshop, hint)
        else:
            # the delivery's id is not signed, its body is: what comes again under another id says nothing new
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
