"""What an order of WooCommerce says.

A stored document is ``{"order": …, "refunds": […]}``: the order as ``/orders`` gives it, and its refunds in full as
``/orders/<id>/refunds`` gives them. All amounts on lines are without VAT, with the VAT beside them, also when the shop
shows prices with VAT. ``date_paid`` is when an order was accepted (reserved or paid), never when money was captured.

Sources: the REST documentation; for gift cards used and sold, the source of WooCommerce Gift Cards and PW Gift Cards.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from ...common.amounts import divide, to_amount, to_decimal
from ...common.currencies import rounded, smallest_unit
from ...common.json_reading import entries, load_document, nested, references, required, text, to_time
from ...common.messages import Message, _
from ..records import (
    ZERO,
    Address,
    Buyer,
    Capture,
    LineKind,
    Order,
    OrderLine,
    ReferenceKind,
    Refund,
    Shipment,
    ShopSettings,
    TaxTotal,
    Tender,
    TenderKind,
)
from .plugins import NO, PLUGINS, QLIRO, UNKNOWN, VIPPS, Meta, plugin_of

UTC = datetime.timezone.utc

#: Statuses of an order that is only begun.
BEGUN = ("pending", "failed", "checkout-draft", "auto-draft")
#: Statuses that mean the order is binding, also where ``date_paid`` is missing.
ACCEPTED = ("processing", "completed", "refunded")
#: Statuses in which an order that was completed once is open again: often because the capture failed.
REOPENED = (*BEGUN, "on-hold", "processing")

#: Lists of an order and of a refund, and what their lines are.
LISTS = (
    ("line_items", LineKind.PRODUCT),
    ("shipping_lines", LineKind.SHIPPING),
    ("fee_lines", LineKind.FEE),
)
#: Keys in a line's ``meta_data`` that only a gift card sold has (PW Gift Cards; WooCommerce Gift Cards).
GIFT_CARD_KEYS = ("pw_gift_card_number", "pw_gift_card_amount", "wc_gc_giftcard_amount", "wc_gc_giftcards")
#: Gift cards used to pay: field of the order, and the field of its entries that names the card.
GIFT_CARDS_USED = (("gift_cards", "code"), ("pw_gift_cards_redeemed", "number"))
#: Keys in ``meta_data`` with the buyer's VAT number: EU VAT Number (two names, not confirmed), Kustom, Svea.
VAT_KEYS = ("_billing_vat_number", "_vat_number", "_billing_org_nr", "_svea_co_company_reg_number")
#: What Qliro captured of a line: ``<transaction>:<quantity>,…``.
QLIRO_CAPTURED = "_qliro_captured_data"


def parse(content: bytes, settings: ShopSettings) -> Order:
    """Return the order of a stored document.

    :param settings: only ``time_zone`` is used, for the few times that are written without one.
    :raises DocumentError: when a field that is needed is missing or cannot be read.
    """
    document = load_document(content)
    return _Reader(nested(document, "order"), entries(document, "refunds"), settings.time_zone).to_order()


def read_time(record: dict, name: str, zone: datetime.tzinfo) -> datetime.datetime | None:
    """Return a time of WooCommerce: ``<name>_gmt``, which is UTC without saying so, or ``name`` in the shop's zone."""
    if record.get(f"{name}_gmt"):
        return to_time(record[f"{name}_gmt"], UTC, f"{name}_gmt")
    return to_time(record[name], zone, name) if record.get(name) else None


def required_time(record: dict, name: str, zone: datetime.tzinfo) -> datetime.datetime:
    """Return a time that must be there; see :func:`read_time`."""
    return read_time(record, name, zone) or to_time(required(record, f"{name}_gmt"), UTC, f"{name}_gmt")


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
        self.meta = Meta(order)
        self.plugin = plugin_of(text(order, "payment_method"))
        self.rates = _rates([order, *refunds])

    def to_order(self) -> Order:
        record = self.record
        number = text(record, "number") or self.external_id
        lines = tuple(
            line for item, kind in _items(record) for line in self._lines(item, str(required(item, "id")), kind, sign=1)
        )
        tenders = self._tenders()
        to_pay = to_amount(required(record, "total"), self.currency, "total")
        completed_at = self._completed_at()
        captures, is_final = self._money(lines, to_pay, completed_at)
        if captures and not completed_at:
            completed_at = self._time("date_completed")
        deliveries = (text(item, "method_id") for item in entries(record, "shipping_lines"))
        originals = {line.external_id: line for line in lines}
        refunds = (self._refund(refund, originals) for refund in self.refunds)
        return Order(
            external_id=self.external_id,
            number=number,
            created_at=required_time(record, "date_created", self.zone),
            changed_at=changed_at(record, self.refunds, self.zone),
            currency=self.currency,
            total=to_pay + sum((tender.amount for tender in tenders), ZERO),
            lines=lines,
            status=self.status,
            taxes=self._tax_totals(record, sign=1),
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
            refunds=tuple(
                sorted(
                    (refund for refund in refunds if refund.amount or refund.lines),
                    key=lambda refund: (refund.time, refund.external_id),
                )
            ),
            is_deleted=self.status == "trash",
            is_test=bool(self.plugin.test[1]) and self.plugin.test[1] in self.meta.text(self.plugin.test[0]),
            problems=self._problems(),
        )

    def _time(self, name: str) -> datetime.datetime | None:
        return read_time(self.record, name, self.zone)

    # --- lines

    def _lines(self, item: dict, external_id: str, kind: LineKind, sign: int) -> list:
        """Return what one line of WooCommerce says: a line, one per rate, or nothing.

        :param sign: -1 for a refund, whose lines are negative.
        """
        net = sign * to_decimal(required(item, "total"), "total") + ZERO  # a sum has no negative zero
        tax = sign * to_decimal(item.get("total_tax") or 0, "total_tax") + ZERO
        is_product = kind is LineKind.PRODUCT
        quantity = sign * to_decimal(required(item, "quantity"), "quantity") if is_product else Decimal(1)
        if not rounded(net + tax, self.currency) and not (is_product and quantity):
            return []
        if is_product and any(key in Meta(item) for key in GIFT_CARD_KEYS):
            kind = LineKind.GIFT_CARD
        elif kind is LineKind.FEE and net < 0:
            kind = LineKind.DISCOUNT
        parts = self._parts(item, net, tax, sign)
        amounts = [rounded(part_net + part_tax, self.currency) for _rate, part_net, part_tax in parts]
        discounts = self._discounts(item, amounts) if is_product and sign > 0 else [ZERO] * len(parts)
        return [
            OrderLine(
                external_id=f"{external_id}/{rate:f}" if external_id and len(parts) > 1 else external_id,
                kind=kind,
                name=text(item, "name") or text(item, "method_title"),
                amount=amount,
                tax=rounded(part_tax, self.currency),
                rate=rate,
                quantity=quantity or Decimal(1),
                discount=discount,
                sku=text(item, "sku"),
                tax_class=text(item, "tax_class"),
            )
            for (rate, _net, part_tax), amount, discount in zip(parts, amounts, discounts, strict=True)
        ]

    def _parts(self, item: dict, net: Decimal, tax: Decimal, sign: int) -> list:
        """Return a line's parts, one per rate: ``(rate, net, tax)``. ``net`` and ``tax`` are the whole line's.

        ``taxes`` also lists the order's other rates, with an empty ``total``. A line without any rate has no VAT.
        """
        told = [
            (self.rates.get(str(entry.get("id"))), sign * to_decimal(entry["total"], "taxes.total"))
            for entry in entries(item, "taxes")
            if entry.get("total") not in (None, "")
        ]
        told = [entry for entry in told if entry[1]] or told[:1]
        if not told:
            return [(None if tax else ZERO, net, tax)]
        if len(told) == 1:
            return [(told[0][0], net, tax)]
        # Two rates on one line are of two parts of it (a bundle). Two rates on the same net amount, as some countries
        # have, would make the parts add up to more than the line, and are left for a person.
        bases = [100 * amount / rate if rate else ZERO for rate, amount in told]
        is_of_parts = all(base * net > 0 for base in bases)
        if not is_of_parts or abs(sum(bases) - net) > smallest_unit(self.currency) * 10 * len(bases):
            return [(None, net, tax)]
        nets = divide(rounded(net, self.currency), bases, self.currency)
        taxes = divide(rounded(tax, self.currency), [amount for _rate, amount in told], self.currency)
        return [(rate, part, tax_part) for (rate, _amount), part, tax_part in zip(told, nets, taxes, strict=True)]

    def _discounts(self, item: dict, amounts: list) -> list:
        """Return what was taken off each part of a line: coupons are already inside ``total``."""
        if item.get("subtotal") in (None, ""):
            return [ZERO] * len(amounts)
        before = to_decimal(item["subtotal"], "subtotal") + to_decimal(item.get("subtotal_tax") or 0, "subtotal_tax")
        discount = rounded(before, self.currency) - sum(amounts)
        return [discount] if len(amounts) == 1 else divide(discount, amounts, self.currency)

    def _tax_totals(self, record: dict, sign: int) -> tuple:
        """Return the shop's own VAT per rate; empty when the rate of some of it is not told."""
        totals: dict = {}
        for tax_line in entries(record, "tax_lines"):
            taxes = (to_decimal(tax_line.get(name) or 0, name) for name in ("tax_total", "shipping_tax_total"))
            tax, rate = sign * sum(taxes, ZERO), self.rates[str(tax_line.get("rate_id"))]
            if rate is not None:
                totals[rate] = totals.get(rate, ZERO) + tax
            elif tax:
                return ()
        return tuple(TaxTotal(rate, rounded(totals[rate], self.currency)) for rate in sorted(totals))

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
        for item, kind in _items(refund):
            external_id = Meta(item).text("_refunded_item_id")
            lines += [_as_ordered(line, originals) for line in self._lines(item, external_id, kind, sign=-1)]
        ids = Meta(refund).texts("_stripe_refund_id")
        return Refund(
            external_id=str(required(refund, "id")),
            order_id=self.external_id,
            amount=abs(to_amount(required(refund, "amount"), self.currency, "amount")),
            time=required_time(refund, "date_created", self.zone),
            lines=tuple(lines),
            references=references((ReferenceKind.PROVIDER_ID, value) for value in ids),
            taxes=self._tax_totals(refund, sign=-1),
            reason=text(refund, "reason"),
        )

    def _problems(self) -> tuple:
        """Return what cannot be read for certain: refunds the order lists, but the shop does not give in full."""
        given = {str(refund["id"]) for refund in self.refunds}
        listed = (str(refund.get("id")) for refund in entries(self.record, "refunds"))
        missing = [refund_id for refund_id in listed if refund_id not in given]
        if not missing:
            return ()
        template = _(
            "The order lists the refunds %(refunds)s, but the shop does not give them in full. Open the order in"
            " WooCommerce and see whether they are there; it is read again when it changes."
        )
        return (Message(template, {"refunds": ", ".join(missing)}),)

    # --- money and times

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

    def _money(self, lines: tuple, to_pay: Decimal, completed_at: datetime.datetime | None) -> tuple:
        """Return the captures (None where nothing tells of them), and whether the rest of a reservation was voided.

        :param to_pay: what was left to pay after gift cards.
        """
        if not to_pay:
            return (), False
        if self.plugin is VIPPS and self.meta.text("_vipps_captured"):
            captures, is_voided = self._vipps_money(completed_at)
        else:
            captures = self._captures(lines, to_pay, completed_at)
            is_voided = self.meta.says_yes(self.plugin.voided)
        return captures, is_voided and sum((capture.amount for capture in captures or ()), ZERO) < to_pay

    def _vipps_money(self, completed_at: datetime.datetime | None) -> tuple:
        """Return what Vipps' plugin tells: sums in øre, and the time of the last capture.

        ``_vipps_status`` stays AUTHORIZED, and ``_vipps_capture_remaining`` is not always there.
        """

        def sum_of(name):
            return to_amount(to_decimal(self.meta.text(name) or 0, name) / 100, self.currency, name)

        captured = sum_of("_vipps_captured")
        given_up = sum_of("_vipps_cancelled") + sum_of("_vipps_noncapturable")
        is_voided = bool(given_up) and sum_of("_vipps_amount") <= captured + given_up
        moment = self.meta.time(VIPPS.captured_at, self.zone) or completed_at
        return (Capture("captured", captured, moment),) if captured else (), is_voided

    def _captures(self, lines: tuple, to_pay: Decimal, completed_at: datetime.datetime | None) -> tuple | None:
        """Return the captures of an order of which only yes or no is told, or nothing.

        Where nothing is told, a completed order was captured in full: that is what completing it does in all the
        plugins, and what a shop without one means by it.
        """
        plugin, meta = self.plugin, self.meta
        if plugin is UNKNOWN:
            return (Capture("captured", to_pay, completed_at),) if completed_at else None
        told, how = meta.text(plugin.captured), meta.text(plugin.at_once[0]).upper()
        captures = self._qliro_captures(lines) if plugin is QLIRO and not told else ()
        if captures:
            return captures
        is_at_once = bool(how) and how == plugin.at_once[1]
        paid = self._time("date_paid")
        is_assumed = bool(completed_at or (is_at_once and paid)) and not meta.says_yes(plugin.voided)
        if not (told.casefold() not in NO if told else is_assumed):
            return () if told or how or plugin.reserves else None
        paid = paid if plugin.is_taken_at_once or is_at_once else None
        moment = meta.time(plugin.captured_at, self.zone) or paid or self._time("date_completed")
        name = meta.text(plugin.capture_id) if plugin.capture_id else text(self.record, "transaction_id")
        return (Capture(name or "captured", to_pay, moment),)

    def _qliro_captures(self, lines: tuple) -> tuple:
        """Return Qliro's captures in part, which it tells line by line."""
        taken: dict = {}
        for item, _kind in _items(self.record):
            own = [line for line in lines if line.external_id.split("/")[0] == str(item["id"])]
            parts = _qliro_parts(item)
            if not own or not parts:
                continue
            quantities = [to_decimal(quantity, QLIRO_CAPTURED) for _transaction, quantity in parts]
            left = max(own[0].quantity - sum(quantities), ZERO)
            amounts = divide(sum(line.amount for line in own), [*quantities, left], self.currency)
            for (transaction, _quantity), amount in zip(parts, amounts, strict=False):
                taken[transaction] = taken.get(transaction, ZERO) + amount
        return tuple(Capture(transaction, amount) for transaction, amount in taken.items())

    # --- who, and by which keys

    def _buyer(self) -> Buyer:
        billing, customer = nested(self.record, "billing"), text(self.record, "customer_id")
        return Buyer(
            external_id="" if customer == "0" else customer,
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
        for item, _kind in _items(self.record):
            pairs += [(ReferenceKind.PROVIDER_ID, transaction) for transaction, _quantity in _qliro_parts(item)]
        return references(pairs)


def _items(record: dict) -> Iterator:
    """Yield the lines of an order or a refund, each with what it is."""
    for name, kind in LISTS:
        for item in entries(record, name):
            yield item, kind


def _qliro_parts(item: dict) -> list:
    """Return (transaction, quantity) of what Qliro captured of a line."""
    parts = filter(None, Meta(item).text(QLIRO_CAPTURED).split(","))
    return [(transaction, quantity) for transaction, _colon, quantity in (part.partition(":") for part in parts)]


def _rates(records: list) -> dict:
    """Return the shop's own table of VAT: ``rate_id`` as text to percent, None where it does not tell."""
    rates: dict = {}
    for record in records:
        for tax_line in entries(record, "tax_lines"):
            rate_id = str(tax_line.get("rate_id"))
            if rates.get(rate_id) is None:
                rates[rate_id] = _percent(tax_line)
    return rates


def _percent(tax_line: dict) -> Decimal | None:
    """Return the percent of a ``tax_lines`` entry; older shops have it in the name alone (``NO-MVA 25-1``), if at all.

    The last part of ``rate_code`` is the rate's priority.
    """
    percent = text(tax_line, "rate_percent")
    if not percent:
        names = (text(tax_line, "label"), re.sub(r"-[0-9]+$", "", text(tax_line, "rate_code")))
        found = (re.findall(r"[0-9]+(?:[.,][0-9]+)?", name) for name in names)
        percent = next((numbers[0].replace(",", ".") for numbers in found if len(numbers) == 1), None)
    if not percent:
        return None
    percent = to_decimal(percent, "rate_percent")
    if not 0 <= percent < 100:
        return None
    return percent.quantize(Decimal(1)) if percent == percent.to_integral_value() else percent.normalize()


def _as_ordered(line: OrderLine, originals: dict) -> OrderLine:
    """Return a refund's line as the kind it was sold as. Without VAT of its own it has the rate of the order's line."""
    part = f"{line.external_id}/{line.rate}"  # of a line with two rates, one alone was given back
    original = originals.get(line.external_id) or originals.get(part)
    if original is None:
        return line
    rate = original.rate if not line.tax and not line.rate else line.rate
    return replace(line, external_id=original.external_id, kind=original.kind, rate=rate)


def _full_name(address: dict) -> str:
    return " ".join(text(address, name) for name in ("first_name", "last_name")).strip()


def _address(address: dict) -> Address:
    fields = ("company", "address_1", "address_2", "postcode", "city", "country")
    return Address(_full_name(address), *(text(address, name) for name in fields))
