"""Whatever happens in a shop, the books end with what the buyer kept and paid, net and VAT, rate by rate."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common.amounts import tax_within
from odoo.addons.settlement_bridge.invoicing.records import InvoiceOn
from odoo.addons.settlement_bridge.pure_tests.properties import examples

from .books import Books, said
from .random_shop import OurRecords, Shopify, WooCommerce, stories

#: How a shop tells of its orders, and whether it edits and exchanges, or refunds what is only reserved.
TELLERS = {
    "our records, edited": (OurRecords, True),
    "our records, refunded": (OurRecords, False),
    "WooCommerce": (WooCommerce, False),
    "Shopify, prices with VAT": (lambda: Shopify(taxes_included=True), True),
    "Shopify, prices without VAT": (lambda: Shopify(taxes_included=False), True),
}
ORE = Decimal("0.01")


@pytest.mark.parametrize("teller", TELLERS)
@given(data=st.data(), invoice_on=st.sampled_from(InvoiceOn))
@settings(max_examples=examples(300), deadline=None)
def test_the_books_end_with_what_the_buyer_kept_and_paid(teller, data, invoice_on):
    make, can_exchange = TELLERS[teller]
    story = data.draw(stories(can_exchange))
    if story.is_on_account and invoice_on is InvoiceOn.CAPTURED:
        # nothing is captured of what is on account, so nothing is invoiced
        invoice_on = InvoiceOn.SHIPPED
    shop, books = make(), Books(invoice_on)
    for state in story.states:
        order = shop.told(state)
        if state is story.states[-1] or data.draw(st.booleans()):
            plan = books.tell(order)
            assert not plan.problems, said(plan)
    assert plan.is_finished
    check_kept_and_paid(books, story)
    check_nothing_else_was_invoiced(books, story)


def check_kept_and_paid(books, story):
    """Net and VAT of each rate are of what was kept; nothing is owed either way, but on account."""
    kept = {rate: amount for rate, amount in story.kept.items() if amount}
    assert books.left() == sum(kept.values())
    if not story.is_on_account:
        assert books.left() == story.paid
    if not story.is_divided:
        assert books.per_rate() == kept
    # each line and each refund may be rounded by itself
    allowed = ORE * (len(books.documents) + len(story.sold) + 2)
    for rate, amount in books.per_rate().items():
        assert abs(books.per_rate("tax").get(rate, 0) - tax_within(amount, rate, "NOK")) <= allowed
    assert set(books.per_rate("tax")) <= set(books.per_rate())


def check_nothing_else_was_invoiced(books, story):
    """No document is of goods that were not sold, and nothing is credited but what was given back."""
    invoiced = {}
    for document in books.documents:
        assert document.total >= 0
        assert not document.is_credit_note or document.key.startswith("refund:")
        if not document.is_credit_note:
            for part in document.parts:
                invoiced[part.line_id] = invoiced.get(part.line_id, 0) + part.amount
    assert sum(invoiced.values()) == sum(story.sold.values())
    if not story.is_spread:
        assert {name: amount for name, amount in invoiced.items() if amount} == {
            name: amount for name, amount in story.sold.items() if amount
        }
