"""Mystore: an order is lowered after it was sent, and a credit order made for the same goods."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn

from ...invoicing.books import Books
from .test_orders import composed, credit_order, read


def sent(pairs):
    document, included = composed()
    document["included"].append({"type": "order-status", "id": "3", "attributes": {"name": "Sendt"}})
    included["order-products/50110"]["attributes"]["quantity"] = pairs
    return read(document)


@pytest.mark.parametrize("invoice_on", InvoiceOn)
@pytest.mark.parametrize("is_credited_first", [True, False])
def test_one_pair_taken_out_and_credited_is_credited_once(invoice_on, is_credited_first):
    """553.30 was taken; a pair of 179.10 is taken out of the order, and the credit order says the same."""
    books, credit = Books(invoice_on), read(credit_order())
    books.tell(sent(2))
    books.tell(replace(sent(2), refunds=(credit,)) if is_credited_first else sent(1))
    books.tell(replace(sent(1), refunds=(credit,)))
    assert books.per_rate() == {Decimal(25): Decimal("258.10"), Decimal(15): Decimal("116.10")}
    assert books.per_rate("tax") == {Decimal(25): Decimal("51.62"), Decimal(15): Decimal("15.14")}
