"""What was given back of an order: credit slips, and what a payment module paid back without one.

Modules such as ps_checkout pay back without a slip: they write a negative payment down, or only set the state
"Refunded". Source: ``PrestaShopCorp/ps_checkout`` and the class ``OrderSlip`` of PrestaShop.
"""

from decimal import Decimal

from ...common.currencies import rounded
from ...common.json_reading import entries, nested, required, text, to_time
from ...common.messages import Message
from ..magento.lines import SHIPPING_ID
from ..records import ZERO, LineKind, OrderLine, Refund
from ..rounding import exact_tax
from .lines import rounding_of_row, unit_of_order
from .payments import paid_back
from .values import in_first_language, looked_up, number


def read_refunds(document: dict, payments: list, lines: tuple, total: Decimal, course, zone) -> tuple:
    """Return the refunds, and the problems with what was given back that nothing tells the amount of.

    :param payments: as :func:`~.payments.read_payments` gives them. :param course: the states the order went through.
    """
    currency = str(required(looked_up(document, "currencies", "id_currency"), "iso_code"))
    record, slips = document["order"], entries(document, "slips")
    refunds = tuple(_refund(slip, record, currency, zone, lines) for slip in slips)
    back, credited, problems = paid_back(payments), sum((refund.amount for refund in refunds), ZERO), ()
    if not back and course.is_refunded:
        back, problems = _told_by_state(record, refunds, credited, total, course)
    more = back - credited
    if more > 0:
        moment = max((payment.time for payment in payments if payment.amount < 0), default=course.since)
        # it is for what the slips, which have lines, do not credit: they come first
        moment = max([moment, *(refund.time for refund in refunds)])
        refunds += (Refund("paid-back", str(required(record, "id")), more, moment),)
    return refunds, problems


def _told_by_state(record: dict, refunds: tuple, credited: Decimal, total: Decimal, course) -> tuple:
    """Return what the state "Refunded" says was paid back, and the problem where that is not clear.

    :param refunds: the credit slips, which come to ``credited``.
    """
    values = {"order": text(record, "reference"), "total": total, "state": in_first_language(course.current, "name")}
    is_modules = bool(text(course.current, "module_name"))
    if not refunds:
        # a module's own state may mean that a part was given back
        return (ZERO, (Message("prestashop_refund_without_amount", values),)) if is_modules else (total, ())
    if not is_modules and credited < total and course.since > max(refund.time for refund in refunds):
        # it may mean what is credited already, or the rest as well; a slip made after it says what
        values |= {"credited": credited, "left": total - credited}
        return ZERO, (Message("prestashop_refunded_in_part", values),)
    return ZERO, ()


def _refund(slip: dict, record: dict, currency: str, zone, lines: tuple) -> Refund:
    """Return a credit slip. It reports what the shop credited, not that the provider has paid it out."""
    known = {line.external_id: line for line in lines}
    shipping = number(slip, "total_shipping_tax_incl") or number(slip, "shipping_cost_amount")
    goods, chosen = number(slip, "total_products_tax_incl"), number(slip, "amount")
    if chosen and chosen != number(slip, "total_products_tax_excl"):
        goods = chosen  # the amount a person chose, or the goods again
    details = entries(nested(slip, "associations"), "order_slip_details")
    unit = unit_of_order(record, currency)
    back = [
        _line_back(
            known.get(str(detail.get("id_order_detail"))),
            number(detail, "amount_tax_incl"),
            number(detail, "amount_tax_excl"),
            number(detail, "product_quantity"),
            currency,
            rounding_of_row(record, number(detail, "product_quantity"), unit),
        )
        for detail in details
    ]
    net = number(slip, "total_shipping_tax_excl")
    back.append(_line_back(known.get(SHIPPING_ID), shipping, net, Decimal(1), currency, unit, LineKind.SHIPPING))
    return Refund(
        external_id=str(required(slip, "id")),
        order_id=str(required(record, "id")),
        amount=rounded(goods + shipping, currency),
        time=to_time(required(slip, "date_add"), zone, "date_add"),
        lines=tuple(line for line in back if line),
    )


def _line_back(line, amount, net, quantity, currency, allowed, kind=LineKind.PRODUCT) -> OrderLine | None:
    if not amount:
        return None
    # where the shop does not keep the amount without VAT, the VAT is not told
    amount, tax, quantity = rounded(amount, currency), rounded(amount - (net or amount), currency), quantity or 1
    if line is None:
        return OrderLine("", kind, "", amount, tax, None if tax else ZERO, Decimal(quantity))
    return OrderLine(
        line.external_id,
        kind,
        line.name,
        amount,
        exact_tax(amount, tax, line.rate, allowed, currency),
        line.rate,
        Decimal(quantity),
        sku=line.sku,
        tax_class=line.tax_class,
    )
