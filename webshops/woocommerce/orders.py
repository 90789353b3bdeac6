"""What an order of WooCommerce says.

A stored document is ``{"order": …, "refunds": […]}``: the order as ``/orders`` gives it, and its refunds in full as
``/orders/<id>/refunds`` gives them. All amounts on lines are without VAT, with the VAT beside them, also when the shop
shows prices with VAT. ``date_paid`` is when an order was accepted (reserved or paid), never when money was captured.

Sources: the REST documentation; for gift cards used and sold, the source of WooCommerce Gift Cards and PW Gift Cards.
"""

import datetime
from collections.abc import Iterable
from dataclasses import replace

from ...common.amounts import to_amount
from ...common.json_reading import entries, load_document, nested, required, text
from ...common.messages import Message
from ..records import (
    ZERO,
    Address,
    Buyer,
    Order,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    Tender,
    TenderKind,
    references,
)
from .lines import LineReader, as_ordered, items, names_of, rates_of
from .payments import PaymentReader, qliro_parts
from .plugins import PLUGINS, Meta
from .times import read_time, required_time

#: Statuses of an order that is only begun.
BEGUN = ("pending", "failed", "checkout-draft", "auto-draft")
#: Statuses that mean the order is binding, also where ``date_paid`` is missing.
ACCEPTED = ("processing", "completed", "refunded")
#: Statuses in which an order that was completed once is open again: often because the capture failed.
REOPENED = (*BEGUN, "on-hold", "processing")

#: Gift cards used to pay: field of the order, and the field of its entries that names the card.
GIFT_CARDS_USED = (("gift_cards", "code"), ("pw_gift_cards_redeemed", "number"))
#: Keys in ``meta_data`` with the buyer's VAT number: EU VAT Number (two names, not confirmed), Kustom, Svea.
VAT_KEYS = ("_billing_vat_number", "_vat_number", "_billing_org_nr", "_svea_co_company_reg_number")


def parse(content: bytes, settings: ShopSettings) -> Order:
    """Return the order of a stored document.

    :param settings: only ``time_zone`` is used, for the few times that are written without one.
    :raises DocumentError: when a field that is needed is missing or cannot be read.
    """
    document = load_document(content)
    return _Reader(nested(document, "order"), entries(document, "refunds"), settings.time_zone).to_order()


def changed_at(order: dict, refunds: list, zone: datetime.tzinfo) -> datetime.datetime:
    """Return the last change of the order or its refunds: before about 7.6 a refund did not date the order."""
    modified = read_time(order, "date_modified", zone) or required_time(order, "date_created", zone)
    return max([modified, *(required_time(refund, "date_created", zone) for refund in refunds)])


class _Reader:
    """Reads one order."""

    def __init__(self, order: dict, refunds: list, zone: datetime.tzinfo):
        self.record = order
        self.refunds = refunds
        self.zone = zone
        self.external_id = str(required(order, "id"))
        self.currency = str(required(order, "currency"))
        self.status = text(order, "status")
        records = [order, *refunds]
        self.line_reader = LineReader(order, self.currency, rates_of(records), names_of(records))
        self.payments = PaymentReader(order, self.currency, zone)
        self.meta, self.plugin = self.payments.meta, self.payments.plugin

    def to_order(self) -> Order:
        record = self.record
        number = text(record, "number") or self.external_id
        tenders = self._tenders()
        to_pay = to_amount(required(record, "total"), self.currency, "total")
        total = to_pay + sum((tender.amount for tender in tenders), ZERO)
        lines = self.line_reader.order_lines(record, total)
        completed_at = self._completed_at()
        captures, is_final = self.payments.captures(lines, to_pay, completed_at)
        if captures and not completed_at:
            completed_at = self._time("date_completed")
        deliveries = (text(item, "method_id") for item in entries(record, "shipping_lines"))
        originals = {line.external_id: line for line in lines}
        refunds = [self._refund(refund, originals) for refund in self.refunds]
        return Order(
            external_id=self.external_id,
            number=number,
            created_at=required_time(record, "date_created", self.zone),
            changed_at=changed_at(record, self.refunds, self.zone),
            currency=self.currency,
            total=total,
            lines=lines,
            status=self.status,
            taxes=self.line_reader.tax_totals(record, lines, sign=1),
            tenders=tenders,
            buyer=self._buyer(),
            billing=_address(nested(record, "billing")),
            shipping=_address(nested(record, "shipping")),
            payment_method=text(record, "payment_method"),
            payment_name=text(record, "payment_method_title"),
            delivery_method=next(filter(None, deliveries), ""),
            references=self._references(number),
            accepted_at=self._accepted_at(bool(captures)),
            captures=captures,
            is_capture_final=is_final,
            shipments=(Shipment("completed", completed_at),) if completed_at else (),
            completed_at=completed_at,
            cancelled_at=self._cancelled_at(),
            refunds=self._with_released(refund for refund in refunds if refund.amount or refund.lines),
            is_deleted=self.status == "trash",
            is_test=bool(self.plugin.test[1]) and self.plugin.test[1] in self.meta.text(self.plugin.test[0]),
            problems=self._problems(),
        )

    def _time(self, name: str) -> datetime.datetime | None:
        return read_time(self.record, name, self.zone)

    def _tenders(self) -> tuple:
        """Return the gift cards used to pay; the plugins have taken them off the order's ``total``."""
        return tuple(
            Tender(
                TenderKind.GIFT_CARD,
                to_amount(required(card, "amount"), self.currency, f"{field}.amount"),
                text(card, name),
            )
            for field, name in GIFT_CARDS_USED
            for card in entries(self.record, field)
        )

    # --- refunds

    def _refund(self, refund: dict, originals: dict) -> Refund:
        """Return a refund. ``amount`` wins over the lines, which need not add up to it, or be there at all."""
        lines = []
        for item, kind in items(refund):
            external_id = Meta(item).text("_refunded_item_id")
            lines += [as_ordered(line, originals) for line in self.line_reader.lines(item, external_id, kind, sign=-1)]
        ids = Meta(refund).texts("_stripe_refund_id")
        return Refund(
            external_id=str(required(refund, "id")),
            order_id=self.external_id,
            amount=abs(to_amount(required(refund, "amount"), self.currency, "amount")),
            time=required_time(refund, "date_created", self.zone),
            lines=tuple(lines),
            references=references((ReferenceKind.PROVIDER_ID, value) for value in ids),
            taxes=self.line_reader.tax_totals(refund, lines, sign=-1),
            reason=text(refund, "reason"),
        )

    def _with_released(self, refunds: Iterable) -> tuple:
        """Return the refunds oldest first. The first of them are those of money that was only reserved, if any are."""
        released, result = self.payments.released, []
        for refund in sorted(refunds, key=lambda refund: (refund.time, refund.external_id)):
            part = min(refund.amount, released)
            released -= part
            result.append(replace(refund, released=part))
        return tuple(result)

    def _problems(self) -> tuple:
        """Return what cannot be read for certain: refunds the order lists, but the shop does not give in full."""
        given = {str(refund["id"]) for refund in self.refunds}
        listed = (str(refund.get("id")) for refund in entries(self.record, "refunds"))
        missing = [refund_id for refund_id in listed if refund_id not in given]
        if not missing:
            return ()
        code = "woocommerce_refunds_incomplete"
        return (Message(code, {"refunds": ", ".join(missing)}),)

    # --- times

    def _completed_at(self) -> datetime.datetime | None:
        """Return when the order was completed; None while it is open, also when it was opened again."""
        if self.status in REOPENED:
            return None
        completed = self._time("date_completed")
        if completed is None and self.status == "completed":
            return self._time("date_paid") or required_time(self.record, "date_created", self.zone)
        return completed

    def _accepted_at(self, is_captured: bool) -> datetime.datetime | None:
        paid = self._time("date_paid")
        if paid and (self.status not in BEGUN or is_captured):
            return paid
        is_accepted = self.status in ACCEPTED or is_captured
        return required_time(self.record, "date_created", self.zone) if is_accepted else None

    def _cancelled_at(self) -> datetime.datetime | None:
        """Return when the order was called off; WooCommerce has no date for it but that of the last change."""
        if self.status != "cancelled":
            return None
        return self.meta.time(self.plugin.cancelled_at, self.zone) or changed_at(self.record, [], self.zone)

    # --- who, and by which keys

    def _buyer(self) -> Buyer:
        billing = nested(self.record, "billing")
        return Buyer(
            external_id=text(self.record, "customer_id"),
            name=_full_name(billing),
            company=text(billing, "company"),
            email=text(billing, "email"),
            phone=text(billing, "phone"),
            vat=next(filter(None, map(self.meta.text, VAT_KEYS)), ""),
        )

    def _references(self, number: str) -> tuple:
        """Return the keys a provider may send. Those of every plugin: the buyer may have tried another one first."""
        pairs = [
            (ReferenceKind.SHOP_ID, self.external_id),
            (ReferenceKind.SHOP_NUMBER, number),
            (self.plugin.transaction, self.record.get("transaction_id")),
        ]
        for plugin in PLUGINS:
            for kind, keys in (
                (ReferenceKind.PROVIDER_REFERENCE, plugin.references),
                (ReferenceKind.PROVIDER_ID, plugin.ids),
            ):
                pairs += [(kind, value) for key in keys for value in self.meta.texts(key)]
        for item, _kind in items(self.record):
            pairs += [(ReferenceKind.PROVIDER_ID, transaction) for transaction, _quantity in qliro_parts(item)]
        return references(pairs)


def _full_name(address: dict) -> str:
    return " ".join(text(address, name) for name in ("first_name", "last_name")).strip()


def _address(address: dict) -> Address:
    fields = ("company", "address_1", "address_2", "postcode", "city", "country")
    return Address(_full_name(address), *(text(address, name) for name in fields))
