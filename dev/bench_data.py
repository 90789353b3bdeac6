"""What is measured: a shop's invoices, a provider's settlement of them, and rules."""

import datetime
import json
import sys
from collections import Counter
from decimal import Decimal

from odoo.fields import Command

MERCHANT = "123455"
LEDGER = "302321"
DAY = datetime.date(2026, 3, 2)

#: The ledger date of the settlement that is matched in a large ledger.
MATCH_DAY = datetime.date(2026, 3, 3)

#: Invoices are created this many at a time, so that making them does not set the peak of memory.
BATCH = 250

#: The matching stage is counted over this many lines too, to show that its queries do not grow.
SMALL = 200

#: What the shop puts before its order numbers when it asks the provider for a payment.
PREFIX = "NO-"

#: As what a payment comes back from the provider, each in turn: what it is called, and its reference.
SPELLINGS = (
    ("the order reference", "{webshop_reference}"),
    ("the invoice number", "{name}"),
    ("the order reference", "{webshop_reference}"),
    ("the KID", "{payment_reference}"),
    ("a retry of the order reference", "{webshop_reference}-1"),
    ("the invoice number", "{name}"),
    ("the order reference with the prefix", PREFIX + "{webshop_reference}"),
    ("the KID", "{payment_reference}"),
    ("the order reference, spelt otherwise", "# nett - {number:06}"),
    ("the order reference", "{webshop_reference}"),
    ("a retry with the prefix", PREFIX + "{webshop_reference}-2"),
    ("nothing known", "UKJENT-{number:06}"),
)

#: The same for orders, which have names of their own and the provider's id.
ORDER_SPELLINGS = (
    ("the order reference of an order", "{webshop_reference}"),
    ("the order's name", "{order_name}"),
    ("the order reference of an order, spelt otherwise", "# nett - {number:06}"),
    ("the provider's id of an order", ""),
)

#: One in this many transactions pays an order.
ORDER_SHARE = 10


def activate(env):
    """Activate Vipps with the wizard's own proposal."""
    wizard = env["settlement.activate"].create({"code": "vipps", "merchant_id": MERCHANT})
    return env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])


def make_invoices(env, numbers):
    """Return posted invoices, each of its own customer, with a web order reference."""
    partners = env["res.partner"].create([{"name": f"Testkunde {number:05}"} for number in numbers])
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": DAY,
                "webshop_reference": f"WEB-{number:05}",
                "invoice_line_ids": [Command.create({"name": "Vare", "quantity": 1, "price_unit": 100 + number % 900})],
            }
            for number, partner in zip(numbers, partners, strict=True)
        ]
    )
    invoices.action_post()
    return invoices


def compose_payments(invoices):
    """Return a payment of each invoice: the provider's id, the reference and the amount in øre."""
    return [
        (f"44{number:08}", invoice.webshop_reference, to_cents(Decimal(repr(invoice.amount_total))))
        for number, invoice in enumerate(invoices)
    ]


def to_cents(amount):
    """The amount as a whole number of øre."""
    return int(amount.quantize(Decimal("0.01")).scaleb(2))


def make_rules(env, provider_id, count):
    """Make rules that come before the default ones and are all tried on nearly every payment.

    Their texts occur in no row, so that each payment comes through to the default rules.
    """
    provider = env["account.settlement.provider"].browse(provider_id)
    actions = (
        {"action": "account", "account_id": provider.fee_account_id.id},
        {"action": "unknown"},
        {"action": "match", "key": "payment_reference"},
    )
    Rule = env["account.settlement.rule"]
    Rule.sudo().create(
        [
            {
                "name": f"Rule {number:03}",
                "sequence": 1,
                "state": "used",
                "company_id": provider.company_id.id,
                "provider_ids": [Command.link(provider_id)] if number % 2 else [],
                "kind": "payment",
                "match_text": "contains",
                "match_text_param": f"adjustment {number:03}",
                **actions[number % len(actions)],
            }
            for number in range(count)
        ]
    )
    if len(Rule._get_rules(provider)) < count:
        sys.exit("bench: not all of the rules are in use.")


def compose_references(documents, count):
    """Return ``count`` payments spread over the documents, and how they should end: ``{status: number}``."""
    orders = [document for document in documents if document.is_order]
    invoices = [document for document in documents if not document.is_order]
    payments, expected = [], Counter()
    for number in range(count):
        kind, place = (orders, number // ORDER_SHARE) if number % ORDER_SHARE == 0 else (invoices, number)
        spellings = ORDER_SPELLINGS if kind is orders else SPELLINGS
        share = ORDER_SHARE if kind is orders else 1
        document = kind[place * len(kind) // -(-count // share)]
        what, spelling = spellings[place % len(spellings)]
        is_by_id = not spelling
        payments.append(
            (
                document.provider_reference if is_by_id else f"77{number:08}",
                spelling.format(**vars(document)),
                to_cents(document.amount),
            )
        )
        if what == "nothing known":
            expected["unknown"] += 1
        else:
            expected["matched" if document.is_invoiced else "on_account"] += 1
    return payments, expected


def compose_bundle(day, payments):
    """Return one day of Vipps's Report API: the payments with a fee each, the fees retained, the payout.

    :param payments: ``(provider's id, reference, øre)`` each.
    """
    payout = f"2{day:%y%m%d}"
    funds, fees = [], []
    balance = owed = 0

    def row(topic, kind, psp, amount, before, reference=""):
        topic.append(
            {
                "pspReference": psp,
                "time": f"{day.isoformat()}T10:11:40.120000Z",
                "ledgerDate": day.isoformat(),
                "entryType": kind,
                "reference": reference,
                "currency": "NOK",
                "amount": amount,
                "balanceBefore": before,
                "balanceAfter": before + amount,
                "recipientHandle": f"api:{MERCHANT}",
            }
        )
        return before + amount

    for psp, reference, amount in payments:
        balance = row(funds, "capture", psp, amount, balance, reference)
        owed = row(fees, "capture-fee", psp, -(100 + amount * 299 // 10000), owed, reference)
    retained = owed
    balance = row(funds, "fees-retained", f"{LEDGER}-{day:%Y%m%d}", retained, balance)
    row(fees, "fees-retained", f"{LEDGER}-{day:%Y%m%d}", -retained, owed)
    row(funds, "payout-scheduled", f"{LEDGER}-{payout}", -balance, balance, f"Utb. {payout} Vippsnr {MERCHANT}")
    bundle = {
        "format": "vipps-report-v2",
        "ledger": {"ledgerId": LEDGER, "currency": "NOK", "settlesForRecipientHandles": [f"api:{MERCHANT}"]},
        "date": day.isoformat(),
        "funds": [{"hasMore": False, "tryLater": False, "items": funds}],
        "fees": [{"hasMore": False, "tryLater": False, "items": fees}],
    }
    return json.dumps(bundle).encode()
