"""The lines of an order: rows, freight and wrapping, less the discounts."""

from decimal import Decimal

from ...common.amounts import divide, explaining_rate, tax_within, to_amount, to_decimal
from ...common.currencies import rounded, smallest_unit
from ...common.json_reading import (
    entries,
    nested,
    required,
    text,
)
from ..magento.lines import SHIPPING_ID
from ..records import (
    ZERO,
    LineKind,
    OrderLine,
)
from ..rounding import exact_tax, unit_of
from .values import in_first_language, is_deleted, looked_up, number

ROUND_ITEM, ROUND_TOTAL = "1", "3"


def read_lines(document: dict, currency: str, paid_by_voucher: Decimal = ZERO) -> tuple:
    """Return the rows, freight and wrapping, less the discounts, which the shop keeps for the whole order.

    Discounts are divided over the rows in proportion to their gross amounts, and so over their VAT rates; those for
    free shipping come off the freight.

    :param paid_by_voucher: what of the discounts is none, see :mod:`.vouchers`.
    """
    record = document["order"]
    details = [detail for detail in entries(document, "details") if number(detail, "product_quantity")]
    gross = [number(detail, "total_price_tax_incl") for detail in details]
    rows = [rounded(amount, currency) for amount in gross]
    if str(record.get("round_type")) == ROUND_TOTAL and sum(gross):
        # the shop rounds their sum only
        rows = divide(to_amount(required(record, "total_products_wt"), currency, "total_products_wt"), gross, currency)
    freight = to_amount(number(record, "total_shipping_tax_incl"), currency, "total_shipping_tax_incl")
    wrapping = to_amount(number(record, "total_wrapping_tax_incl"), currency, "total_wrapping_tax_incl")
    discount = to_amount(number(record, "total_discounts_tax_incl"), currency, "total_discounts_tax_incl")
    discount = max(discount - paid_by_voucher, ZERO)
    off_freight = min(discount, freight, _freight_discount(document, currency))
    amounts = [*rows, freight - off_freight, wrapping]
    # more than the goods cost comes off the rest
    weights = amounts if discount - off_freight > sum(rows) else [*rows, ZERO, ZERO]
    cuts = divide(discount - off_freight, weights, currency) if sum(weights) else [ZERO] * len(amounts)
    taxes, unit = [_taxes(detail, document) for detail in details], unit_of_order(record, currency)
    allowed = [rounding_of_row(record, number(detail, "product_quantity"), unit) for detail in details]
    parts = zip(details, taxes, rows, cuts[: len(rows)], allowed, strict=True)
    lines = [_line(*row, slack, currency) for *row, slack in parts]
    rates = {line.rate for line in lines}
    rate = record.get("carrier_tax_rate")
    rate = None if rate in (None, "") else to_decimal(rate, "carrier_tax_rate")
    name = in_first_language(looked_up(document, "carriers", "id_carrier"), "name") or "Shipping"
    off_freight += cuts[-2]
    lines.append(_charge(record, SHIPPING_ID, LineKind.SHIPPING, name, freight, off_freight, rate, currency, unit))
    tax = wrapping - to_amount(number(record, "total_wrapping_tax_excl"), currency, "total_wrapping_tax_excl")
    rate = explaining_rate(wrapping, tax, {*rates, rate} - {None}, currency, unit)
    lines.append(_charge(record, "wrapping", LineKind.FEE, "Gift wrapping", wrapping, cuts[-1], rate, currency, unit))
    return tuple(line for line in lines if line)


def unit_of_order(record: dict, currency: str) -> Decimal:
    """Return what the shop rounds the order to, where that is more than the smallest unit (whole kroner), else zero."""
    names = ("total_paid", "total_products", "total_shipping", "total_wrapping")
    fields = [f"{name}_tax_{kind}" for name in names for kind in ("incl", "excl") if name != "total_products"]
    fields += ["total_products", "total_products_wt"]
    unit = unit_of([number(record, name) for name in fields], currency)
    return unit if unit > smallest_unit(currency) else ZERO


def rounding_of_row(record: dict, quantity: Decimal, unit: Decimal) -> Decimal:
    """Return what the VAT of a row may be off by, where the shop rounds to ``unit``: some shops round each piece."""
    return unit * quantity if str(record.get("round_type")) == ROUND_ITEM else unit


def _freight_discount(document: dict, currency: str) -> Decimal:
    rules = entries(document, "cart_rules")
    values = [number(rule, "value") for rule in rules if str(rule.get("free_shipping")) == "1" and not is_deleted(rule)]
    return rounded(sum(values, ZERO), currency)


def _taxes(detail: dict, document: dict) -> list:
    """Return the taxes of a row from the shop's table; None in the place of one that is not there."""
    taxes = entries(nested(detail, "associations"), "taxes")
    return [(document.get("taxes") or {}).get(str(tax.get("id"))) for tax in taxes]


def _rate(detail: dict, found: list) -> Decimal | None:
    if not all(found):
        return None
    if not found and number(detail, "total_price_tax_incl") != number(detail, "total_price_tax_excl"):
        return None
    return sum((to_decimal(required(tax, "rate"), "rate") for tax in found), ZERO)


def _tax(amount: Decimal, cut: Decimal, net: Decimal, rate: Decimal | None, currency: str, allowed: Decimal) -> Decimal:
    """Return the VAT of ``amount`` less ``cut``: the shop's own where nothing was cut off.

    :param allowed: by how much the shop may have rounded it; zero in a shop that shows all decimals.
    """
    if not cut or not amount:
        return exact_tax(amount, amount - rounded(net, currency), rate, allowed, currency)
    if rate is None:
        return rounded((amount - net) * (amount - cut) / amount, currency)
    return tax_within(amount - cut, rate, currency)


def _line(detail: dict, taxes: list, amount: Decimal, cut: Decimal, allowed: Decimal, currency: str) -> OrderLine:
    rate = _rate(detail, taxes)
    return OrderLine(
        external_id=str(required(detail, "id")),
        kind=LineKind.PRODUCT,
        name=text(detail, "product_name"),
        amount=amount - cut,
        tax=_tax(amount, cut, number(detail, "total_price_tax_excl"), rate, currency, allowed),
        rate=rate,
        quantity=number(detail, "product_quantity"),
        discount=cut,
        sku=text(detail, "product_reference"),
        tax_class=" + ".join(in_first_language(tax, "name") for tax in taxes if tax),
    )


def _charge(record, part, kind, name, amount, cut, rate, currency, unit=ZERO) -> OrderLine | None:
    if not amount:
        return None
    tax = _tax(amount, cut, number(record, f"total_{part}_tax_excl"), rate, currency, unit)
    return OrderLine(part, kind, name, amount - cut, tax, rate, discount=cut)
