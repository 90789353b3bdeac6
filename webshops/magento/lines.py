"""What an order of Magento says of its lines, and a credit memo of what came back: amounts with VAT, and rates.

Sources: the modules ``Sales`` and ``Tax`` of github.com/magento/magento2. Fields of gift wrapping belong to Adobe
Commerce.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from ...common.amounts import explaining_rate, to_amount, to_decimal
from ...common.currencies import rounded
from ...common.json_reading import entries, nested, required, text
from ..records import ZERO, LineKind, OrderLine, TaxTotal

SHIPPING_ID = "shipping"
#: Adobe Commerce: price, VAT, type in ``item_applied_taxes``, name.
GIFT_WRAPPINGS = (
    ("gw_price", "gw_tax_amount", "quote_gw", "Gift wrapping"),
    ("gw_items_price", "gw_items_tax_amount", "item_gw", "Gift wrapping of items"),
    ("gw_card_price", "gw_card_tax_amount", "printed_card_gw", "Printed card"),
)


def number(record: dict, name: str) -> Decimal:
    """Return a number as precise as the shop has it (four decimals); zero where the field is missing or empty."""
    value = record.get(name)
    return ZERO if value is None or value == "" else to_decimal(value, name)


def _extended(record: dict, name: str) -> dict:
    """Return where a field is that one edition keeps in the order, and another in its ``extension_attributes``."""
    return nested(record, "extension_attributes") if record.get(name) is None else record


def extended_number(record: dict, name: str) -> Decimal:
    """Return a number that may be in either place; see :func:`number`."""
    return number(_extended(record, name), name)


def extended_entries(record: dict, name: str) -> list:
    """Return a list of objects that may be in either place."""
    return entries(_extended(record, name), name)


def delivery(record: dict) -> dict:
    """Return where to and how an order is sent."""
    assignments = extended_entries(record, "shipping_assignments")
    return nested(assignments[0], "shipping") if assignments else {}


def order_lines(record: dict, currency: str) -> tuple:
    """Return the lines of an order: rows with a price, shipping, gift wrapping."""
    rows = (_line(item, record, currency) for item in priced_items(entries(record, "items")))
    return tuple(filter(None, (*rows, _shipping_line(record, currency), *_wrapping_lines(record, currency))))


def priced_items(items: list) -> list:
    """Return the rows that carry the price.

    A configurable product or a bundle is a row of its own, and so are the products it was made up of
    (``parent_item_id``). One or the other has the price: the parts of a bundle with dynamic price, else the parent.
    """
    known = {str(required(item, "item_id")) for item in items}
    priced_by_parts = {parent_id(item) for item in items if parent_id(item) and number(item, "row_total")}
    return [
        item
        for item in items
        if str(item["item_id"]) not in priced_by_parts
        and (parent_id(item) not in known or parent_id(item) in priced_by_parts)
    ]


def parent_id(item: dict) -> str:
    """Return the row a row is a part of; empty where it is none's."""
    return text(item, "parent_item_id")


def _line(item: dict, record: dict, currency: str) -> OrderLine | None:
    external_id = str(required(item, "item_id"))
    amount, tax = _amounts(item, record, external_id)
    quantity = number(item, "qty_ordered")
    if not quantity and not amount:
        return None
    applied = _applied_taxes(record, "product", external_id)
    return OrderLine(
        external_id=external_id,
        kind=LineKind.GIFT_CARD if item.get("product_type") == "giftcard" else LineKind.PRODUCT,
        name=text(item, "name") or text(item, "sku"),
        amount=rounded(amount, currency),
        tax=rounded(tax, currency),
        rate=_item_rate(item, applied, tax),
        quantity=quantity or Decimal(1),
        discount=to_amount(number(item, "discount_amount"), currency, "discount_amount"),
        sku=text(item, "sku"),
        tax_class=_tax_class(item, record, applied),
    )


def _amounts(item: dict, record: dict, order_item_id: str) -> tuple:
    """Return the gross amount and the VAT of a row of an order or a credit memo, not rounded.

    ``discount_tax_compensation_amount`` is the VAT within the discount, where prices are entered with VAT. Fixed
    product taxes (``weee``) come on top, and their own VAT, which only the order's list of applied taxes has.
    """
    tax = number(item, "tax_amount")
    amount = (
        number(item, "row_total")
        + tax
        + number(item, "discount_tax_compensation_amount")
        - number(item, "discount_amount")
    )
    weee = number(item, "weee_tax_applied_row_amount")
    if weee:
        weee_tax = sum((number(applied, "amount") for applied in _applied_taxes(record, "weee", order_item_id)), ZERO)
        amount, tax = amount + weee + weee_tax, tax + weee_tax
    return amount, tax


def _applied_taxes(record: dict, kind: str, item_id: str = "") -> list:
    """Return the taxes the shop applied to one row (``product``, or ``weee`` of it), or to what has no row."""
    return [
        applied
        for entry in extended_entries(record, "item_applied_taxes")
        if entry.get("type") == kind
        and (not item_id or item_id in (str(entry.get("item_id")), str(entry.get("associated_item_id"))))
        for applied in entries(entry, "applied_taxes")
    ]


def _item_rate(item: dict, applied: list, tax: Decimal) -> Decimal | None:
    if item.get("tax_percent") is not None:
        return to_decimal(item["tax_percent"], "tax_percent")
    if applied:
        return sum((number(entry, "percent") for entry in applied), ZERO)
    return None if tax else ZERO


def _tax_class(item: dict, record: dict, applied: list) -> str:
    """Return the code of the tax, and its title if that says more. The shop keeps none of a tax of 0 %."""
    if not applied:
        rate = number(item, "tax_percent")
        applied = [entry for entry in extended_entries(record, "applied_taxes") if number(entry, "percent") == rate]
    return " + ".join(dict.fromkeys(filter(None, map(_tax_name, applied))))


def _tax_name(entry: dict) -> str:
    code, title = str(entry.get("code") or ""), str(entry.get("title") or "")
    return code if title.casefold() in code.casefold() else ", ".join(filter(None, (code, title)))


def _shipping_line(record: dict, currency: str) -> OrderLine | None:
    discount = number(record, "shipping_discount_amount")
    net = number(record, "shipping_amount") + number(record, "shipping_discount_tax_compensation_amount") - discount
    name = str(record.get("shipping_description") or delivery(record).get("method") or "Shipping")
    return _charge(
        record, currency, SHIPPING_ID, LineKind.SHIPPING, name, net, number(record, "shipping_tax_amount"), discount
    )


def _wrapping_lines(record: dict, currency: str) -> Iterator:
    for price, tax, kind, name in GIFT_WRAPPINGS:
        net = extended_number(record, price)
        if net:
            yield _charge(record, currency, kind, LineKind.FEE, name, net, extended_number(record, tax))


def _charge(
    record: dict,
    currency: str,
    external_id: str,
    kind: LineKind,
    name: str,
    net: Decimal,
    tax: Decimal,
    discount: Decimal = ZERO,
) -> OrderLine | None:
    """Return the line of what is no product; its ``external_id`` is its type in ``item_applied_taxes``."""
    amount, tax = rounded(net + tax, currency), rounded(tax, currency)
    if not amount and not discount:
        return None
    applied = _applied_taxes(record, external_id)
    if applied:
        rate = sum((number(entry, "percent") for entry in applied), ZERO)
    else:
        rate = explaining_rate(amount, tax, _known_rates(record), currency)
    tax_class = _tax_class({"tax_percent": rate}, record, applied) if rate else ""
    discount = rounded(discount, currency)
    return OrderLine(external_id, kind, name, amount, tax, rate, discount=discount, tax_class=tax_class)


def _known_rates(record: dict) -> set:
    """Return the rates of the shop's tax table that this order names."""
    return {number(entry, "percent") for entry in extended_entries(record, "applied_taxes")} | {
        number(item, "tax_percent") for item in entries(record, "items")
    }


def tax_totals(record: dict, currency: str) -> tuple:
    """Return the shop's own VAT per rate; nothing where it does not make up the order's ``tax_amount``.

    Where several rates apply to one row, the shop gives the whole amount with each of them.
    """
    totals = Counter()
    for entry in extended_entries(record, "applied_taxes"):
        totals[number(entry, "percent")] += to_amount(number(entry, "amount"), currency, "amount")
    if sum(totals.values()) != to_amount(number(record, "tax_amount"), currency, "tax_amount"):
        return ()
    return tuple(TaxTotal(rate, totals[rate]) for rate in sorted(totals))


def refund_line(row: dict, record: dict, currency: str, known: dict) -> OrderLine | None:
    """Return what a row of a credit memo gives back of one of the order\'s lines (``known``, by their id)."""
    item_id = text(row, "order_item_id")
    amount, tax = _amounts(row, record, item_id)
    quantity = number(row, "qty")
    line = known.get(item_id)
    # the credit memo repeats the rows without price of configurable products and bundles
    if not amount and (not quantity or not line):
        return None
    return OrderLine(
        external_id=item_id if line else "",
        kind=line.kind if line else LineKind.PRODUCT,
        name=str(row.get("name") or (line.name if line else row.get("sku")) or ""),
        amount=rounded(amount, currency),
        tax=rounded(tax, currency),
        rate=line.rate if line else None if tax else ZERO,
        quantity=quantity or Decimal(1),
        sku=text(row, "sku"),
        tax_class=line.tax_class if line else "",
    )


def shipping_back(creditmemo: dict, currency: str, line: OrderLine | None) -> OrderLine | None:
    """Return what a credit memo gives back of the shipping (``line`` of the order, where it has one)."""
    net, tax = number(creditmemo, "shipping_amount"), number(creditmemo, "shipping_tax_amount")
    if not net:
        return None
    # the discount of the shipping is what the document's discount has beyond that of its rows
    in_rows = sum((number(row, "discount_amount") for row in entries(creditmemo, "items")), ZERO)
    discount = max(abs(number(creditmemo, "discount_amount")) - in_rows, ZERO)
    compensation = number(creditmemo, "shipping_discount_tax_compensation_amount")
    return OrderLine(
        external_id=SHIPPING_ID if line else "",
        kind=LineKind.SHIPPING,
        name=line.name if line else "Shipping",
        amount=rounded(net + tax + compensation - discount, currency),
        tax=rounded(tax, currency),
        rate=line.rate if line else None if tax else ZERO,
        tax_class=line.tax_class if line else "",
    )
