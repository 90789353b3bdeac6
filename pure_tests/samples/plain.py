"""A ledger of plain values, as the tests of ``matching/`` write it down."""

import datetime
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.settlement_bridge.booking.accounts import Accounts
from odoo.addons.settlement_bridge.booking.vouchers import Conversion, plan_voucher
from odoo.addons.settlement_bridge.matching.default_rules import DEFAULT_RULES
from odoo.addons.settlement_bridge.matching.engine import decide
from odoo.addons.settlement_bridge.matching.ledger import Case, ItemType, Ledger, Line, OpenItem
from odoo.addons.settlement_bridge.matching.rules import Key
from odoo.addons.settlement_bridge.matching.settings import Settings
from odoo.addons.settlement_bridge.providers.records import Kind

RECEIVABLE, PREPAYMENT, RESERVE, OUTSTANDING = 1500, 2900, 1580, 1599
CLEARING, UNKNOWN, FEE, ROUNDING, FEE_OWED, GAIN, LOSS = 1522, 1523, 7772, 7740, 2960, 8060, 8160
DAY = datetime.date(2026, 3, 2)
RATES = {"NOK": Decimal(1), "EUR": Decimal("11.60"), "SEK": Decimal("1.0437")}
ACCOUNTS = Accounts(CLEARING, UNKNOWN, FEE, ROUNDING, FEE_OWED, GAIN, LOSS)
LABELS = {name: name for name in ("clearing", "fee", "fee_payable", "rounding", "exchange")}

#: As every provider starts with: the provider's id, the order reference, the invoice number, the payment reference,
#: fees, reserves.
RULES = tuple(replace(rule, id=number) for number, (_code, _sequence, rule) in enumerate(DEFAULT_RULES, 1))


def to_nok(amount, currency):
    """Company amounts: the company keeps its books in NOK."""
    return (amount * RATES[currency]).quantize(Decimal("0.01"), ROUND_HALF_UP)


def settings(**values):
    """What a provider's set-up says, with the usual limit of one krone."""
    return Settings(**{"limit": Decimal("1.00"), "to_company": to_nok, **values})


def line(amount, reference="WEB-1", kind=None, **values):
    """A transaction: a payment when positive, a refund when negative, unless ``kind`` says otherwise."""
    amount = Decimal(amount)
    values = {"id": 1, "date": DAY, "currency": "NOK", "order_reference": reference, **values}
    for name in ("fee", "amount_original"):
        if values.get(name) is not None:
            values[name] = Decimal(values[name])
    return Line(kind=kind or (Kind.PAYMENT if amount >= 0 else Kind.REFUND), amount=amount, **values)


class Books:
    """Cases, open items and the keys they are known by."""

    def __init__(self):
        self.ledger = Ledger()

    def case(self, name="WEB-1", *references, key=Key.ORDER_REFERENCE, partner_id=7, **values):
        """A case, known by ``references`` (by its own name where none is given)."""
        case = Case(
            id=f"case:{name}:{len(self.ledger.cases)}",
            name=name,
            partner_id=partner_id,
            receivable_account_id=RECEIVABLE,
            **{"has_invoice": True, "order_id": 500 + len(self.ledger.cases), "currency": "NOK", **values},
        )
        self.ledger.cases[case.id] = case
        for reference in references or (name,):
            self.know(reference, case, key)
        return case

    def know(self, reference, case, key=Key.ORDER_REFERENCE):
        self.ledger.keys[key, reference].add(case.id)

    def item(self, case, residual, type_=None, currency="NOK", **values):
        """An open item of a case: an invoice when positive, a credit note when negative."""
        residual = Decimal(residual)
        type_ = type_ or (ItemType.INVOICE if residual > 0 else ItemType.CREDIT_NOTE)
        number = len(self.ledger.items) + 1
        is_document = type_ in (ItemType.INVOICE, ItemType.CREDIT_NOTE)
        item = OpenItem(
            **{
                "id": number,
                "type": type_,
                "case_id": case.id,
                "name": f"{str(type_).upper()}/{number}",
                "account_id": OUTSTANDING if type_ is ItemType.PAYMENT else RECEIVABLE,
                "partner_id": case.partner_id,
                "currency": currency,
                "residual": residual,
                "invoice_id": 100 + number if is_document else None,
                **values,
            }
        )
        self.ledger.items.append(item)
        return item

    def decide(self, *lines, rules=RULES, **values):
        return decide(lines, rules, self.ledger, settings(**values))

    def decide_one(self, transaction, **values):
        [decision] = self.decide(transaction, **values)
        return decision


def voucher_of(decisions, currency="NOK", accounts=ACCOUNTS):
    """The voucher an accountant sees for these decisions."""
    return plan_voucher(DAY, decisions, accounts, Conversion(currency, "NOK", to_nok), LABELS)


def parts_of(decision):
    """``[(role, amount)]`` as text."""
    return [(str(part.role), str(part.amount)) for part in decision.allocations]


def said(decision):
    """The whole explanation as English text."""
    return "\n".join(map(str, decision.explanation))
