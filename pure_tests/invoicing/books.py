"""The documents of an order, as the tests write them down."""

import datetime
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.invoicing.plan import plan_documents
from odoo.addons.settlement_bridge.invoicing.records import Booked, InvoiceOn
from odoo.addons.settlement_bridge.webshops.records import Capture, Refund, Shipment, TenderKind

from ..samples.webshop_orders import RETURNED, SENT, new_order, tax_totals

GIFT_CARD, STORE_CREDIT = TenderKind.GIFT_CARD, TenderKind.STORE_CREDIT
LATER = RETURNED + datetime.timedelta(days=7)
SOCKS, COFFEE, FREIGHT = new_order().lines


class Books:
    """The ledger of one order: it takes in each plan, and tells what is booked as it can be read from Odoo."""

    def __init__(self, invoice_on=InvoiceOn.SHIPPED):
        self.invoice_on = invoice_on
        self.documents = []
        self.tenders = defaultdict(Decimal)

    def booked(self):
        sold, refunds = [], defaultdict(list)
        for document in self.documents:
            # an invoice line in Odoo has a positive quantity of two decimals
            quantities = [abs(round(part.quantity, 2)) or Decimal(1) for part in document.parts]
            parts = [replace(part, quantity=one) for part, one in zip(document.parts, quantities, strict=True)]
            what, _colon, refund_id = document.key.partition(":")
            if what == "withdrawn" or (document.is_credit_note and what != "refund"):
                parts = [part.negated() for part in parts]
            (refunds[refund_id] if refund_id else sold).extend(parts)
        standing = {name: tuple(parts) for name, parts in refunds.items() if total(parts)}
        return Booked(tuple(sold), standing, dict(self.tenders))

    def plan(self, order):
        return plan_documents(order, self.invoice_on, self.booked())

    def tell(self, order):
        """The order reads so now: return the plan, after it is booked and nothing more is called for."""
        plan = self.plan(order)
        if plan.problems:
            assert not plan.documents
            assert not plan.tenders
            return plan
        self.documents += plan.documents
        for tender in plan.tenders:
            self.tenders[tender.kind] += tender.amount
        again = self.plan(order)
        assert (again.documents, again.tenders, again.problems) == ((), (), ())
        assert again.is_finished == plan.is_finished
        return plan

    def parts(self):
        return self.booked().left

    def left(self):
        """Invoices less credit notes."""
        return total(self.parts())

    def per_rate(self, name="amount"):
        return by_rate(self.parts(), name)


def by_rate(parts, name="amount"):
    result = defaultdict(Decimal)
    for part in parts:
        result[part.rate] += getattr(part, name)
    return {rate: value for rate, value in result.items() if value}


def total(parts):
    return sum((part.amount for part in parts), Decimal(0))


def tax(document):
    return sum(part.tax for part in document.parts)


def told(plan):
    """Each document in short."""
    return [
        (document.key, "credit note" if document.is_credit_note else "invoice", str(document.total))
        for document in plan.documents
    ]


def said(plan):
    return " ".join(map(str, plan.problems))


def changed(order, moment=RETURNED, **values):
    """The order reads otherwise from ``moment`` on."""
    if "lines" in values:
        values.setdefault("total", total(values["lines"]))
        values.setdefault("taxes", tax_totals(values["lines"]))
    return replace(order, changed_at=moment, **values)


def refund(external_id, amount, lines=(), moment=RETURNED, **values):
    return Refund(external_id, "10512", Decimal(amount), moment, tuple(lines), **values)


def refunded(order, *refunds, **values):
    return changed(order, refunds=(*order.refunds, *refunds), **values)


def capture(number, amount, moment=SENT):
    return Capture(f"capture-{number}", Decimal(amount), moment)


def parcel(number, moment=SENT, **quantities):
    """A parcel: ``socks`` and ``coffee`` in it."""
    lines = {"socks": SOCKS, "coffee": COFFEE}
    sent = tuple((lines[name].external_id, Decimal(quantity)) for name, quantity in quantities.items())
    return Shipment(f"shipment-{number}", moment, sent)
