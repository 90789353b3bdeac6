"""Shopify: goods that come back without money back: exchanged, on account, or before they were paid for.

What the buyer ends owing and paying is what the goods are worth that were kept.
"""

from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn

from ...invoicing.books import Books
from .documents import item, money, read, transaction, vat

BY_MONEY_AND_GOODS = pytest.mark.parametrize("invoice_on", [InvoiceOn.SHIPPED, InvoiceOn.CAPTURED])


def goods(number, price, rate="0.25", quantity=1, **values):
    price = Decimal(price)
    share = Decimal(rate) / (1 + Decimal(rate))
    tax = (price * quantity * share).quantize(Decimal("0.01"))
    return item(number, str(price), quantity, taxes=vat(str(tax), float(rate)), **values)


def came_back(number, price, rate="0.25", restock="RETURN", paid=None, status="SUCCESS", adjustment=None):
    """A refund of a whole line, a week later."""
    tax = (Decimal(price) * Decimal(rate) / (1 + Decimal(rate))).quantize(Decimal("0.01"))
    line = {
        "lineItem": {"id": f"gid://shopify/LineItem/{number}"},
        "quantity": 1,
        "restockType": restock,
        "subtotalSet": money(price),
        "totalTaxSet": money(str(tax)),
    }
    adjustments = [{"reason": "REFUND_DISCREPANCY", "amountSet": money(adjustment)}] if adjustment else []
    repaid = [transaction(90 + number, "REFUND", paid, "2026-03-09T09:02:01Z", 12, status=status)] if paid else []
    return {
        "id": f"gid://shopify/Refund/{500 + number}",
        "createdAt": "2026-03-09T09:02:00Z",
        "refundLineItems": {"nodes": [line]},
        "orderAdjustments": {"nodes": adjustments},
        "transactions": {"nodes": repaid},
    }


def sent(number, day=3):
    line = {"quantity": 1, "lineItem": {"id": f"gid://shopify/LineItem/{number}"}}
    return {
        "id": f"gid://shopify/Fulfillment/{number}",
        "createdAt": f"2026-03-{day:02}T08:20:44Z",
        "status": "SUCCESS",
        "fulfillmentLineItems": {"nodes": [line]},
    }


def told(lines, price, payments, refunds=(), parcels=(), status="FULFILLED", **values):
    return read(
        {
            "id": "gid://shopify/Order/6100000000001",
            "name": "#1042",
            "createdAt": "2026-03-02T13:05:11Z",
            "processedAt": "2026-03-02T13:05:10Z",
            "updatedAt": "2026-03-12T08:20:44Z",
            "taxesIncluded": True,
            "currencyCode": "NOK",
            "displayFulfillmentStatus": status,
            "totalPriceSet": money(price),
            "lineItems": {"nodes": lines},
            "transactions": payments,
            "refunds": list(refunds),
            "fulfillments": list(parcels),
            **values,
        }
    )


def sale(number, amount, day=2, **values):
    return transaction(number, "SALE", amount, f"2026-03-{day:02}T13:05:09Z", **values)


def documents(books):
    return [
        (
            "credit note" if document.is_credit_note else "invoice",
            sorted(part.line_id for part in document.parts),
            str(document.total),
        )
        for document in books.documents
    ]


#: Price of what was bought and of what it was exchanged for, what was paid and paid back for the difference.
EXCHANGES = {
    "even": ("1000.00", "1000.00", None, None),
    "cheaper": ("1000.00", "365.00", None, "635.00"),
    "dearer": ("100.00", "250.00", "150.00", None),
}


def exchange(name, first_rate="0.25", second_rate="0.25", **values):
    first, second, paid, paid_back = EXCHANGES[name]
    before = told([goods(1, first, first_rate)], first, [sale(11, first)], parcels=[sent(1)])
    back = came_back(1, first, first_rate, paid=paid_back)
    payments = [sale(11, first), *([sale(12, paid, day=10)] if paid else [])]
    lines = [goods(1, first, first_rate, currentQuantity=0), goods(2, second, second_rate)]
    after = told(
        lines,
        values.pop("price", str(Decimal(first) + Decimal(second))),
        payments,
        [back],
        [sent(1), sent(2, 11)],
        **values,
    )
    return before, after


@BY_MONEY_AND_GOODS
@pytest.mark.parametrize("name", EXCHANGES)
@pytest.mark.parametrize("is_seen_before", [True, False])
def test_what_is_exchanged_is_credited_and_what_is_kept_is_paid(name, is_seen_before, invoice_on):
    before, after = exchange(name)
    books = Books(invoice_on)
    if is_seen_before:
        books.tell(before)
    plan = books.tell(after)
    first, second, _paid, paid_back = EXCHANGES[name]
    assert plan.is_finished
    assert ("credit note", ["1"], first) in documents(books)
    assert books.left() == Decimal(second)
    assert books.per_rate("tax") == {Decimal(25): Decimal(second) / 5}
    # nothing is owed either way: what was paid less what was paid back is what is kept
    assert after.captured - Decimal(paid_back or 0) == books.left()


def test_an_exchange_of_another_rate_moves_the_vat():
    books = Books()
    for order in exchange("even", "0.25", "0.15"):
        books.tell(order)
    assert books.per_rate("tax") == {Decimal(15): Decimal("130.43")}


def test_the_part_without_money_settles_the_new_goods():
    _before, after = exchange("cheaper")
    [back] = after.refunds
    assert (str(back.amount), str(back.offset)) == ("1000.00", "365.00")
    [back] = exchange("even")[1].refunds
    assert (str(back.amount), str(back.offset)) == ("1000.00", "1000.00")


def test_an_exchange_not_paid_for_yet_leaves_the_difference_open():
    lines = [goods(1, "100.00", currentQuantity=0), goods(2, "250.00")]
    order = told(lines, "350.00", [sale(11, "100.00")], [came_back(1, "100.00")], [sent(1), sent(2, 11)])
    books = Books()
    books.tell(order)
    assert books.left() - order.captured == 150


@pytest.mark.parametrize(("price", "now"), [("2000.00", None), ("1000.00", "1000.00")])
def test_the_new_goods_count_whether_or_not_the_price_does(price, now):
    """Shopify does not document whether ``totalPriceSet`` has what an exchange added."""
    values = {"currentTotalPriceSet": money(now)} if now else {}
    _before, after = exchange("even", price=price, **values)
    assert after.total == 2000
    assert Books().tell(after).problems == ()


@pytest.mark.parametrize("restock", ["RETURN", "NO_RESTOCK", "CANCEL"])
def test_goods_on_account_that_came_back_are_credited(restock):
    unpaid = [sale(11, "1000.00", status="PENDING")]
    books = Books()
    books.tell(told([goods(1, "1000.00")], "1000.00", unpaid, parcels=[sent(1)]))
    assert books.left() == 1000
    gone = goods(1, "1000.00", currentQuantity=0)
    back = came_back(1, "1000.00", restock=restock)
    order = told([gone], "1000.00", unpaid, [back], [sent(1)])
    books.tell(order)
    assert books.left() == 0
    assert books.per_rate("tax") == {}


def test_one_of_two_lines_on_account_came_back():
    unpaid = [sale(11, "1500.00", status="PENDING")]
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "500.00", "0.15")]
    books = Books()
    books.tell(told(lines, "1500.00", unpaid, [came_back(1, "1000.00")], [sent(1), sent(2)]))
    assert books.per_rate() == {Decimal(15): Decimal("500.00")}


@BY_MONEY_AND_GOODS
def test_goods_that_came_back_before_they_were_captured_are_not_voided_once_more(invoice_on):
    """Sent 300.00 at 25 % and 200.00 at 15 %; the latter came back, 300.00 was captured and the rest voided."""
    payments = [
        transaction(11, "AUTHORIZATION", "500.00"),
        transaction(12, "CAPTURE", "300.00", "2026-03-10T08:20:44Z", 11),
        transaction(13, "VOID", "200.00", "2026-03-10T08:20:45Z", 11),
    ]
    lines = [goods(1, "300.00"), goods(2, "200.00", "0.15", currentQuantity=0)]
    order = told(lines, "500.00", payments, [came_back(2, "200.00", "0.15")], [sent(1), sent(2)])
    books = Books(invoice_on)
    plan = books.tell(order)
    assert plan.is_finished
    assert books.per_rate() == {Decimal(25): Decimal("300.00")}
    assert books.per_rate("tax") == {Decimal(25): Decimal("60.00")}


def test_goods_put_back_on_the_shelf_of_an_order_that_is_paid_are_not_credited():
    """The shop kept the money."""
    order = told([goods(1, "1000.00", currentQuantity=0)], "1000.00", [sale(11, "1000.00")], [came_back(1, "1000.00")])
    assert order.refunds == ()


def test_less_paid_back_than_the_goods_were_worth_is_a_deduction():
    """Shopify writes down that another sum was paid back: the buyer still owes for the rest of the order."""
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "500.00")]
    back = came_back(1, "1000.00", paid="800.00", adjustment="200.00")
    [refund] = told(lines, "1500.00", [sale(11, "1000.00")], [back], [sent(1), sent(2)]).refunds
    assert (refund.amount, refund.offset) == (800, 0)


@pytest.mark.parametrize("status", ["PENDING", "AWAITING_RESPONSE"])
def test_an_exchange_whose_money_is_on_its_way_back_waits_for_it(status):
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "365.00")]
    back = came_back(1, "1000.00", paid="635.00", status=status)
    assert told(lines, "1365.00", [sale(11, "1000.00")], [back], [sent(1), sent(2)]).refunds == ()


def money_back(amount, day=12):
    """A refund of money alone."""
    return {
        "id": f"gid://shopify/Refund/{600 + day}",
        "createdAt": f"2026-03-{day:02}T09:02:00Z",
        "refundLineItems": {"nodes": []},
        "orderAdjustments": {"nodes": []},
        "transactions": {"nodes": [transaction(81, "REFUND", amount, f"2026-03-{day:02}T09:02:01Z", 11)]},
    }


@BY_MONEY_AND_GOODS
@pytest.mark.parametrize("first", [{}, {"paid": "635.00", "status": "FAILURE"}])
@pytest.mark.parametrize("is_seen_between", [True, False])
def test_the_difference_paid_back_later_is_for_the_goods_that_came_back(is_seen_between, first, invoice_on):
    """1000.00 at 25 % exchanged for 365.00 at 15 %; the 635.00 failed, or was left out, and paid back three days later.

    What is kept is 365.00, 47.61 of it VAT at 15 %.
    """
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "365.00", "0.15")]
    back, parcels = came_back(1, "1000.00", **first), [sent(1), sent(2, 11)]
    books = Books(invoice_on)
    books.tell(told([goods(1, "1000.00")], "1000.00", [sale(11, "1000.00")], parcels=[sent(1)]))
    if is_seen_between:
        books.tell(told(lines, "1365.00", [sale(11, "1000.00")], [back], parcels))
    books.tell(told(lines, "1365.00", [sale(11, "1000.00")], [back, money_back("635.00")], parcels))
    assert books.per_rate() == {Decimal(15): Decimal("365.00")}
    assert books.per_rate("tax") == {Decimal(15): Decimal("47.61")}
    assert [(document.key, document.total) for document in books.documents if document.is_credit_note] == [
        ("refund:501", Decimal("365.00")),
        ("refund:612", Decimal("635.00")),
    ]


def test_the_difference_paid_back_in_two_parts():
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "365.00", "0.15")]
    refunds = [came_back(1, "1000.00"), money_back("600.00", 12), money_back("35.00", 13)]
    books = Books()
    books.tell(told(lines, "1365.00", [sale(11, "1000.00")], refunds, [sent(1), sent(2, 11)]))
    assert books.per_rate() == {Decimal(15): Decimal("365.00")}
    assert books.per_rate("tax") == {Decimal(15): Decimal("47.61")}


def test_goods_on_the_shelf_first_and_paid_back_later():
    """Nothing is credited before the money goes back; then it is for these goods, not for a share of the others."""
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "500.00", "0.15")]
    refunds = [came_back(1, "1000.00"), money_back("1000.00")]
    order = told(lines, "1500.00", [sale(11, "1500.00")], refunds, [sent(1), sent(2)])
    books = Books()
    books.tell(order)
    assert books.per_rate() == {Decimal(15): Decimal("500.00")}
    assert [(line.external_id, line.quantity) for refund in order.refunds for line in refund.lines] == [("1", 1)]


@BY_MONEY_AND_GOODS
def test_goods_paid_back_before_they_came_do_not_pay_for_others(invoice_on):
    """1000.00 paid and paid back; then the goods came, and 500.00 at 15 % was sent on account: that is owed."""
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "500.00", "0.15")]
    books = Books(invoice_on)
    books.tell(told([goods(1, "1000.00")], "1000.00", [sale(11, "1000.00")], [money_back("1000.00", 5)], [sent(1)]))
    refunds = [money_back("1000.00", 5), came_back(1, "1000.00")]
    order = told(lines, "1500.00", [sale(11, "1000.00")], refunds, [sent(1), sent(2, 11)])
    assert [refund.offset for refund in order.refunds] == [0]
    books.tell(order)
    if invoice_on is InvoiceOn.SHIPPED:
        assert books.left() == 500


def test_a_rebate_before_an_exchange_stays_a_rebate():
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "1000.00")]
    refunds = [money_back("200.00", 5), came_back(1, "1000.00")]
    books = Books()
    books.tell(told(lines, "2000.00", [sale(11, "1000.00")], refunds, [sent(1), sent(2, 11)]))
    assert books.left() == 800


def test_an_exchange_that_is_cancelled_with_the_money_back_stands():
    """1000.00 exchanged evenly; then the new goods were cancelled and 1000.00 paid back: one more credit note."""
    first, second = exchange("even", second_rate="0.15")
    lines = [goods(1, "1000.00", currentQuantity=0), goods(2, "1000.00", "0.15", currentQuantity=0)]
    refunds = [came_back(1, "1000.00"), came_back(2, "1000.00", "0.15", "CANCEL", paid="1000.00")]
    refunds[1] |= {"createdAt": "2026-03-13T07:59:59Z"}
    books = Books()
    books.tell(first)
    books.tell(second)
    cancelled = "2026-03-13T08:00:00Z"
    books.tell(told(lines, "2000.00", [sale(11, "1000.00")], refunds, [sent(1), sent(2, 11)], cancelledAt=cancelled))
    assert documents(books)[-2:] == [("credit note", ["1"], "1000.00"), ("credit note", ["2"], "1000.00")]
    assert books.per_rate() == {}
