"""A month in a small web shop: its orders, Vipps' settlements, the bank, and what an accountant reads off afterwards.

Then the same shop takes payments through Stripe and Klarna too, whose settlements are fetched: see demo_stripe.py and
demo_klarna.py. Called by dev/demo in a fresh database. Everybody and everything in it is invented. The story is told as
on 1 April 2026, whenever it is run, so that every run gives the same books.
"""

import json
import sys
from decimal import Decimal

import demo_klarna
import demo_stripe
from demo_books import Books
from demo_day import TODAY, told_on
from demo_fetched import fetch, pay
from demo_fetched_books import FetchedBooks, show_total
from demo_vipps import CENT, MERCHANT, SHOP, Month, day, portal_csv

from odoo.fields import Command

CUSTOMERS = (
    "Ada Eksempelsen", "Bjarte Prøvestad", "Cecilie Liksom", "Didrik Fiktivsen", "Eline Testrud", "Frode Påfunn",
    "Guro Innbilt", "Håkon Tenktmoen", "Ida Luftslott", "Jostein Vassbygd", "Kaja Oppdiktsen", "Lars Låtsom",
    "Mari Skinnvik", "Nils Papirvold", "Oda Drømmedal", "Peder Navnløs", "Ragna Kladdeby", "Sindre Utkast",
    "Tuva Skissestad", "Ulrik Modellvoll", "Vilde Øvrebilde", "Wenche Ærend", "Yngve Åpenbart", "Luftspeil Kontor AS",
    "Fantasi Borettslag",
)  # fmt: skip

#: Code to name, price with tax, and rate of tax.
PRODUCTS = {
    "lamp": ("Bordlampe Nordlys", "1249.00", 25),
    "blanket": ("Ullpledd", "899.00", 25),
    "cup": ("Håndlaget kopp", "249.50", 25),
    "candles": ("Stearinlys, 6 stk.", "129.90", 25),
    "coffee": ("Kaffe, 500 g", "149.50", 15),
    "chocolate": ("Sjokolade, 200 g", "69.00", 15),
}

#: The orders take these in turn: (product, quantity).
CARTS = (
    (("lamp", 1),),
    (("blanket", 1), ("candles", 2)),
    (("cup", 4),),
    (("coffee", 2), ("chocolate", 3)),
    (("candles", 3), ("chocolate", 1)),
    (("cup", 2), ("coffee", 1)),
    (("blanket", 1),),
)

#: The day of each order, 1000 and on; it is sent the same day.
ORDER_DAYS = (
    (2, 27), (3, 2), (3, 2), (3, 2), (3, 2), (3, 3), (3, 3), (3, 4), (3, 6), (3, 6), (3, 6), (3, 10), (3, 10), (3, 13),
    (3, 13), (3, 13), (3, 17), (3, 17), (3, 19), (3, 19), (3, 24), (3, 24), (3, 25), (3, 25), (3, 27), (3, 27),
    (3, 27), (3, 30), (3, 30), (3, 31), (3, 31),
)  # fmt: skip

#: Ordered, paid, and not sent: invoiced when they are, the first of them in the month.
PREPAID = (1012, 1026, 1029)


def run(env):
    """Tell the month and print the books."""
    company = env.ref("base.main_company")
    env = env(context={"allowed_company_ids": company.ids, "lang": "en_US", "tz": "Europe/Oslo"})
    with told_on(TODAY):
        Demo(env).tell()


def at(date, hour):
    """Return a time of a day, in Norway in winter, as a shop writes it."""
    return f"{date.isoformat()}T{hour:02}:00:00+01:00"


def progress(text):
    """Say what is being done, apart from the books."""
    print(f"  … {text}", file=sys.stderr, flush=True)


class Demo:
    """The shop, its month, and the printing of its books."""

    def __init__(self, env):
        self.env = env
        self.company = env.company
        self.bank_journal = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.orders = {}
        self.documents = {}

    def tell(self):
        """Do what happened, in the order in which it happened; then print the books."""
        self.name_shop()
        before = self.env["account.account"].search([])
        progress("Vipps is activated with what the wizard proposes")
        self.provider = self.activate("vipps", MERCHANT)
        self.created_accounts = self.env["account.account"].search([]) - before
        self.open_shop()
        progress("the orders of the month, invoiced when they are sent")
        self.sell()
        month = Month({reference: self.total(order) for reference, order in self.orders.items()})
        self.first_half(month)
        self.second_half(month)
        self.draft_rule()
        self.env.flush_all()
        self.env.invalidate_all()
        parts = [Books(self, self.provider, self.created_accounts)]
        parts[0].show()
        parts += [self.tell_fetched(part) for part in (demo_stripe, demo_klarna)]
        show_total([Books(self, books.provider, books.created_accounts) for books in parts])

    def name_shop(self):
        """Give the company its name and the language of its documents."""
        self.company.write({"name": SHOP, "email": "butikk@example.com"})
        self.company.partner_id.lang = "nb_NO"

    def activate(self, code, merchant_id):
        """Activate a provider by the wizard, with what it proposes."""
        wizard = self.env["settlement.activate"].create({"code": code, "merchant_id": merchant_id})
        return self.env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])

    # ------------------------------------------------------------ the shop

    def open_shop(self):
        """Connect the shop, with what is proposed."""
        progress("the web shop is connected")
        self.make_products()
        self.shop = self.env["sale.webshop"].create(
            {
                "name": "eksempelbutikken.no",
                "platform": "inbox",
                "reference_prefix": "WEB-",
                "start_date": day(2, 1),
                "provider_ids": self.provider.ids,
                "fallback_product_id": self.env["product.product"]
                .create({"name": "Frakt og annet", "type": "service"})
                .id,
            }
        )
        self.shop.action_activate()

    def make_products(self):
        """The products the shop's SKUs stand for, each with the tax of its rate."""
        taxes = {
            rate: self.env["account.tax"].search(
                [("type_tax_use", "=", "sale"), ("amount", "=", rate), ("company_id", "=", self.company.id)], limit=1
            )
            for rate in (15, 25)
        }
        self.env["product.product"].create(
            [
                {
                    "name": name,
                    "default_code": code,
                    "type": "consu",
                    "list_price": float((Decimal(price) * 100 / (100 + rate)).quantize(CENT)),
                    "taxes_id": [Command.set(taxes[rate].ids)],
                }
                for code, (name, price, rate) in PRODUCTS.items()
            ]
        )

    def sell(self):
        """The shop sends its orders, and tells when each was sent; the prepaid ones are paid and not sent."""
        for number, date in enumerate(ORDER_DAYS):
            self.place(number, day(*date))
        placed = [f"WEB-{1000 + number}" for number in range(len(ORDER_DAYS))]
        self.tell_shop(*placed)
        for number, date in enumerate(ORDER_DAYS, 1000):
            if number not in PREPAID:
                self.ship(f"WEB-{number}", day(*date))
        self.tell_shop(*placed)
        self.place_others()
        # February is closed; what is still to come for it is booked on the first open day.
        self.company.fiscalyear_lock_date = day(2, 28)

    def place(self, number, date, payment_method="vipps"):
        """Somebody orders one of the carts; the money is reserved."""
        name = CUSTOMERS[number % len(CUSTOMERS)]
        lines = []
        for position, (code, quantity) in enumerate(CARTS[number % len(CARTS)], 1):
            title, price, rate = PRODUCTS[code]
            amount = str(Decimal(price) * quantity)
            line = {"id": str(position), "name": title, "sku": code, "quantity": quantity}
            lines.append({**line, "amount": amount, "tax_rate": rate})
        moment = at(date, 8)
        self.documents[f"WEB-{1000 + number}"] = {
            "type": "order",
            "id": str(1000 + number),
            "created_at": moment,
            "changed_at": moment,
            "accepted_at": moment,
            "currency": "NOK",
            "total": str(sum(Decimal(line["amount"]) for line in lines)),
            "status": "reserved",
            "lines": lines,
            "buyer": {"name": name, "email": f"kunde{number % len(CUSTOMERS) + 1}@example.com"},
            "billing_address": {
                "name": name,
                "street": "Eksempelveien 1",
                "postcode": "0155",
                "city": "Oslo",
                "country": "NO",
            },
            "payment_method": payment_method,
            "captures": [],
        }

    def ship(self, reference, date):
        """It is sent, and the money captured with that."""
        document = self.documents[reference]
        moment = at(date, 12)
        document.update(
            {
                "status": "sent",
                "changed_at": moment,
                "captures": [{"id": "1", "amount": document["total"], "captured_at": moment}],
                "shipments": [{"id": "1", "shipped_at": moment}],
                "completed_at": moment,
            }
        )

    def credit(self, reference, date, quantity=None):
        """All, or ``quantity`` of the first line, comes back and is refunded; return the amount."""
        document = self.documents[reference]
        moment = at(date, 14)
        lines = [
            {"line_id": line["id"], **{name: line[name] for name in ("name", "sku", "quantity", "amount", "tax_rate")}}
            for line in document["lines"]
        ]
        if quantity:
            amount = Decimal(lines[0]["amount"]) * quantity / lines[0]["quantity"]
            lines = [{**lines[0], "quantity": quantity, "amount": str(amount)}]
        amount = sum(Decimal(line["amount"]) for line in lines)
        refund = {
            "id": f"{document['id']}-1",
            "refunded_at": moment,
            "amount": str(amount),
            "reason": "Retur",
            "lines": lines,
        }
        document.update({"changed_at": moment, "refunds": [refund]})
        self.tell_shop(reference)
        return amount

    def place_others(self):
        """One is called off before it is sent; one is lowered after it was; one nobody can book without help."""
        for number in (1031, 1032, 1033):
            self.place(number - 1000, day(3, 26))
        self.tell_shop("WEB-1031", "WEB-1032", "WEB-1033")
        called_off, lowered, untaxed = (self.documents[f"WEB-{number}"] for number in (1031, 1032, 1033))
        called_off.update({"status": "cancelled", "changed_at": at(day(3, 27), 9), "cancelled_at": at(day(3, 27), 9)})
        self.ship("WEB-1032", day(3, 27))
        untaxed["lines"][0]["tax_rate"] = 11
        self.ship("WEB-1033", day(3, 27))
        self.tell_shop("WEB-1031", "WEB-1032", "WEB-1033")
        line = lowered["lines"][0]
        line["amount"] = str(Decimal(line["amount"]) - 100)
        lowered.update({"total": str(Decimal(lowered["total"]) - 100), "changed_at": at(day(3, 28), 9)})
        lowered["refunds"] = [{"id": "1032-1", "refunded_at": at(day(3, 28), 9), "amount": "100.00", "lines": []}]
        self.tell_shop("WEB-1032")

    def tell_shop(self, *references):
        """Let the shop send these orders as they read now, and do what they call for."""
        payloads = [json.dumps(self.documents[reference]).encode() for reference in references]
        orders = self.shop._ingest_orders(payloads)
        orders._make_webshop_documents()
        for order in orders:
            self.orders[order.webshop_reference] = order

    @staticmethod
    def total(document):
        """Return what an order or invoice amounts to."""
        return Decimal(repr(document.amount_total)).quantize(CENT)

    # ------------------------------------------------------------ the two halves of the month

    def first_half(self, month):
        """Up to 13 March: the first file, the bank, and an unknown payment that a person places."""
        month.pay(day(2, 27), "WEB-1000")
        month.payout(day(2, 27), 2000500)
        for number in (1001, 1002, 1003, 1004):
            month.pay(day(3, 2), f"WEB-{number}")
        month.payout(day(3, 2), 2000501)
        month.pay(day(3, 3), "WEB-1005", fee_date=day(3, 4))
        month.pay(day(3, 3), "WEB-1006")
        month.pay(day(3, 4), "WEB-1007")
        month.payout(day(3, 4), 2000502)
        month.pay(day(3, 6), "WEB-1008", difference="0.40")
        month.pay(day(3, 6), "WEB-1009", difference="-0.35")
        month.pay(day(3, 6), "WEB-1010")
        month.payout(day(3, 6), 2000503)
        month.pay(day(3, 10), "WEB-1011", difference="-1.01")
        month.pay(day(3, 10), "WEB-1012")
        month.pay(day(3, 10), "GAVEKORT-77", amount=Decimal("300.00"))
        month.payout(day(3, 10), 2000504)
        month.pay(day(3, 13), "WEB-1013")
        month.pay(day(3, 13), "WEB-1014", difference="25.00")
        month.pay(day(3, 13), "WEB-1015", is_repeated=True)
        month.pay(day(3, 13), "WEB-9114", amount=Decimal("189.00"))
        month.payout(day(3, 13), 2000505)
        self.settle(month, day(2, 27), day(3, 13))
        self.bank(2000500, day(3, 2))
        self.bank(2000501, day(3, 3))
        self.bank(2000502, day(3, 5))
        self.bank(2000503, day(3, 9))
        self.bank(2000504, day(3, 11), text="Overføring Vipps")
        self.bank(2000505, day(3, 16))
        self.place_by_hand()
        self.ship("WEB-1012", day(3, 16))
        self.tell_shop("WEB-1012")

    def second_half(self, month):
        """From 13 March: returned goods, an aborted payout, a second payment, a dispute, and what is still to come."""
        part = self.credit("WEB-1002", day(3, 16), quantity=2)
        whole = self.credit("WEB-1004", day(3, 23))
        month.pay(day(3, 17), "WEB-1016")
        month.pay(day(3, 17), "WEB-1017")
        month.refund(day(3, 17), "WEB-1002", part)
        month.payout(day(3, 17), 2000506)
        aborted = sum((m.amount - m.fee for m in month.movements if m.date == day(3, 17)), Decimal(0))
        month.abort(day(3, 18), 2000506, aborted)
        month.pay(day(3, 19), "WEB-1018")
        month.pay(day(3, 19), "WEB-1019")
        month.payout(day(3, 19), 2000507)
        month.pay(day(3, 24), "WEB-1020")
        month.pay(day(3, 24), "WEB-1021")
        month.pay(day(3, 24), "WEB-1006")
        month.dispute(day(3, 24), "WEB-1005")
        month.refund(day(3, 24), "WEB-1004", whole)
        month.payout(day(3, 24), 2000508)
        month.pay(day(3, 25), "WEB-1022")
        month.pay(day(3, 25), "WEB-1023")
        month.refund(day(3, 25), "WEB-1009", Decimal("249.50"))
        month.payout(day(3, 25), 2000509)
        for number in (1024, 1025, 1026):
            month.pay(day(3, 27), f"WEB-{number}")
        month.pay(day(3, 27), "WEB-1032", difference="100.00")
        month.payout(day(3, 27), 2000510)
        month.pay(day(3, 30), "WEB-1027")
        month.pay(day(3, 30), "WEB-1028")
        month.refund(day(3, 30), "WEB-1032", Decimal("100.00"))
        month.pay(day(3, 31), "WEB-1029")
        month.pay(day(3, 31), "WEB-1030")
        # The second file begins before the first one ends: what is there already is not stored again.
        self.settle(month, day(3, 10), day(3, 31))
        self.bank(2000507, day(3, 20))
        self.bank(2000508, day(3, 25))
        self.bank(2000509, day(3, 26))

    def settle(self, month, first, last):
        """Upload the report of some weeks, and book it."""
        progress(f"Vipps report from {first} to {last}: read and booked")
        content = portal_csv(month.movements, first, last)
        self.provider._ingest_file(f"vipps-{MERCHANT}-{first}-{last}.csv", content)._process()

    def bank(self, number, date, text=None):
        """Let the payout come to the bank, and find its line."""
        settlement = self.env["account.settlement"].search([("external_id", "=", str(number))])
        # As a bank synchronisation does: in Community the right to create bank lines belongs to a hidden group.
        self.env["account.bank.statement.line"].sudo().create(
            {
                "journal_id": self.bank_journal.id,
                "date": date,
                "payment_ref": text or f"Utb. {number} Vippsnr {MERCHANT}",
                "amount": settlement.payout_amount,
            }
        )
        settlement._match_bank()

    def place_by_hand(self):
        """A gift card was invoiced without a web order; the accountant places its payment."""
        progress("a person places one unknown payment")
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.orders["WEB-1003"].partner_id.id,
                "invoice_date": day(3, 9),
                "invoice_line_ids": [
                    Command.create({"name": "Gavekort", "price_unit": 300, "tax_ids": [Command.clear()]})
                ],
            }
        )
        invoice.action_post()
        line = self.env["account.settlement.line"].search([("order_reference", "=", "GAVEKORT-77")])
        line._assign(invoice, "Kunden bekreftet kjøpet per e-post")

    def draft_rule(self):
        """The accountant thinks of writing off nothing: a draft of a change to the rule that finds most payments."""
        rule = self.env["account.settlement.rule"].search([("default_code", "=", "order_reference")], limit=1)
        draft = self.env["account.settlement.rule"].browse(rule.action_change()["res_id"])
        draft.write({"has_tolerance": True, "tolerance": 0})

    # ------------------------------------------------------------ the providers whose settlements are fetched

    def tell_fetched(self, part):
        """The shop takes payments through one more provider, whose settlements are fetched; print and return its books.

        :param part: the module with the orders, what comes back of them, and the agreement.
        """
        before = self.env["account.account"].search([])
        agreement = part.agreement(self.sell_through(part))
        progress(f"{agreement.name} is activated; its settlements are fetched, booked and paid")
        provider = self.activate(agreement.code, agreement.merchant_id)
        self.shop.provider_ids += provider
        fetch(self.env, provider, agreement, day(3, 1))
        pay(self.env, provider, agreement, self.bank_journal)
        created = self.env["account.account"].search([]) - before
        books = FetchedBooks(self, provider, created)
        books.show()
        return books

    def sell_through(self, part):
        """The orders that are paid through the provider are sent, and some come back; return what each amounts to."""
        placed = [f"WEB-{number}" for number in part.ORDERS]
        for number, date in part.ORDERS.items():
            self.place(number - 1000, day(3, date), part.CODE)
        self.tell_shop(*placed)
        for number, date in part.ORDERS.items():
            self.ship(f"WEB-{number}", day(3, date))
        self.tell_shop(*placed)
        for number, date in part.RETURNS.items():
            self.credit(f"WEB-{number}", day(3, date))
        return {reference: self.total(self.orders[reference]) for reference in placed}
