"""The world that is attacked: a company with two agreements with Vipps, invoices, web orders and a bank.

One agreement is fetched day by day from a server, the other sends a file. Everything follows from the seed.
"""

import datetime
import random
from dataclasses import replace
from decimal import Decimal

from odoo.fields import Command

from odoo.addons.settlement_bridge.common.json_reading import to_json
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files, webshop_orders
from odoo.addons.settlement_bridge.pure_tests.servers import vipps as vipps_server
from odoo.addons.settlement_bridge.pure_tests.servers.inbox import order_document
from odoo.addons.settlement_bridge.webshops.records import RawOrder

FILE_MSN = "123466"
START = datetime.date(2026, 3, 2)
#: Ledger dates to this day are locked in the company's books.
LOCKED_TO = datetime.date(2026, 3, 2)


class World:
    """The movements, and the database they are booked in."""

    def __init__(self, seed, is_short):
        chance = random.Random(f"world {seed}")
        days, a_day, self.order_count = (3, 7, 4) if is_short else (8, 28, 16)
        self.documents = []
        self.movements = self._month(chance, days, a_day, "WEB", "44100")
        self.file_movements = self._month(chance, days // 2 + 1, a_day // 2, "FIL", "55100")
        self.end = START + datetime.timedelta(days=days)

    def _month(self, chance, days, a_day, prefix, psp_prefix):
        """Movements of all fates; the invoices and credit notes they are about are added to ``documents``."""
        movements, number = [], 0
        for position in range(days):
            day = START + datetime.timedelta(days=position)
            for _movement in range(a_day):
                number += 1
                psp, reference = f"{psp_prefix}{number:05}", f"{prefix}-{number:05}"
                amount = Decimal(chance.randrange(5000, 200000)) / 100
                fee = (amount * Decimal("0.0275")).quantize(Decimal("0.01"))
                fate = chance.choices(
                    ("paid", "unknown", "rounded", "refund", "refund_unknown", "parts", "double", "order"),
                    (55, 10, 6, 10, 4, 6, 4, 5),
                )[0]
                invoiced = {
                    "rounded": amount + Decimal("0.40"),
                    "refund": amount,
                    "refund_unknown": None,
                    "unknown": None,
                }
                document = invoiced.get(fate, amount)
                if fate == "order":
                    reference, amount, document = f"{10001 + number % self.order_count}", Decimal("553.30"), None
                if document is not None:
                    kind = "out_refund" if fate == "refund" else "out_invoice"
                    self.documents.append((kind, reference, document))
                if fate.startswith("refund"):
                    movements.append(vipps_files.refund(psp, day, reference, amount))
                elif fate == "parts":
                    part = (amount / 2).quantize(Decimal("0.01"))
                    movements.append(vipps_files.capture(f"{psp}1", day, reference, part, fee))
                    movements.append(vipps_files.capture(f"{psp}2", day, reference, amount - part, "0"))
                elif fate == "double":
                    movements.append(vipps_files.capture(f"{psp}1", day, reference, amount, fee))
                    movements.append(vipps_files.capture(f"{psp}2", day, reference, amount, fee))
                else:
                    movements.append(vipps_files.capture(psp, day, reference, amount, fee))
            if position % 2 or position == days - 2:
                movements.append(vipps_files.payout(f"2{psp_prefix[:2]}{position:04}", day))
        return movements

    def api_items(self):
        """What the server has of the first agreement."""
        return vipps_files.api_items(self.movements)

    def file(self):
        """The file of the second agreement: (name, content)."""
        name, content = vipps_files.as_old_xml(self.file_movements)
        msn = vipps_files.MSN
        return name.replace(msn, FILE_MSN), content.replace(msn.encode(), FILE_MSN.encode())

    @property
    def rows(self):
        """How many movements the documents tell of, payouts left out: the file tells nothing after its last payout."""
        paid_out = len(self.file_movements)
        while self.file_movements[paid_out - 1].type != "payout-scheduled":
            paid_out -= 1
        told = (*self.movements, *self.file_movements[:paid_out])
        return sum(movement.type != "payout-scheduled" for movement in told)

    # ---------------------------------------------------------------- the database

    def build(self, env, base_url):
        """Make the company's books, with nothing of the settlements in them yet."""
        company = env.ref("base.main_company")
        env.user.group_ids |= env.ref("settlement_bridge.group_settlement_manager")
        env.user.group_ids |= env.ref("account.group_account_manager")
        self._silence(env)
        fetched = self.activate(env, vipps_files.MSN)
        self.give_keys(fetched, base_url)
        by_file = self.activate(env, FILE_MSN)
        self._write_documents(env)
        self._write_bank(env, company)
        self._open_shop(env)
        env["account.settlement.document"].sudo()._store(by_file, *self.file(), source="upload")
        company.fiscalyear_lock_date = LOCKED_TO
        env.flush_all()

    @staticmethod
    def _silence(env):
        """Only our own scheduled actions run: orders first, then what the provider sent."""
        data = env["ir.model.data"].search([("module", "=", "settlement_bridge"), ("model", "=", "ir.cron")])
        crons = env["ir.cron"].with_context(active_test=False).search([])
        (crons - crons.browse(data.mapped("res_id"))).active = False
        for name in ("fetch", "events", "documents"):
            env.ref(f"settlement_bridge.ir_cron_webshop_{name}").priority = 1
        env["ir.config_parameter"].set_param("settlement_bridge.allow_local_addresses", "True")

    @staticmethod
    def activate(env, msn):
        """Activate an agreement by the wizard's proposal."""
        wizard = env["settlement.activate"].create({"code": "vipps", "merchant_id": msn, "name": f"Vipps {msn}"})
        return env["account.settlement.provider"].browse(wizard.action_activate()["res_id"])

    @staticmethod
    def give_keys(provider, base_url):
        """Let it be fetched from a server."""
        provider.write({"api_url": base_url, "start_date": START, "fetch_enabled": True})
        provider.connection_id._set_settings(
            {
                "client_id": vipps_server.CLIENT_ID,
                "client_secret": vipps_server.CLIENT_SECRET,
                "subscription_key": vipps_server.SUBSCRIPTION_KEY,
            }
        )

    def _write_documents(self, env):
        partners = env["res.partner"].create([{"name": f"Kunde {number:05}"} for number in range(len(self.documents))])
        moves = env["account.move"].create(
            [
                {
                    "move_type": kind,
                    "partner_id": partner.id,
                    "invoice_date": START,
                    "webshop_reference": reference,
                    "invoice_line_ids": [
                        Command.create({"name": "Vare", "price_unit": float(amount), "tax_ids": [Command.clear()]})
                    ],
                }
                for partner, (kind, reference, amount) in zip(partners, self.documents, strict=True)
            ]
        )
        moves.action_post()

    def _write_bank(self, env, company):
        """The bank's lines of the first agreement's payouts; one of them names no payout."""
        journal = env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
        funds, _fees = vipps_files.ledger_rows(self.movements)
        payouts = [row for row in funds if row.type == "payout-scheduled" and row.amount]
        env["account.bank.statement.line"].sudo().create(
            [
                {
                    "journal_id": journal.id,
                    "date": row.day + datetime.timedelta(days=1),
                    "payment_ref": row.reference if number else "Innbetaling",
                    "amount": float(-row.amount),
                }
                for number, row in enumerate(payouts)
            ]
        )

    def _open_shop(self, env):
        """A shop that has sent orders, none of them read yet."""
        taxes = env["sale.webshop.tax"]._get_chart_taxes(env.company)

        def product(sku, name, code, **values):
            values = {
                "default_code": sku,
                "name": name,
                "type": "consu",
                "taxes_id": [Command.set(taxes[code].ids)],
                **values,
            }
            return env["product.product"].create(values)

        product("SOKK-1", "Ullsokker", "3")
        product("KAFFE-250", "Kaffe 250 g", "31")
        rest = product(False, "Diverse", "3", type="service")
        shop = env["sale.webshop"].create(
            {"name": "Eksempelbutikken", "platform": "inbox", "fallback_product_id": rest.id, "start_date": False}
        )
        shop.webhook_secret = "a secret of the inbox"
        shop.action_activate()
        env["sale.webshop.event"].sudo()._store_raw(
            shop, [RawOrder(number, None, content) for number, content in self.order_documents()], "asked"
        )

    def order_documents(self):
        """The shop's orders, each sent, some of them given back in part: ``[(number, content), ...]``."""
        documents = []
        for position in range(self.order_count):
            make = webshop_orders.refunded_order if position % 3 == 2 else webshop_orders.sent_order
            number = str(10001 + position)
            order = make(external_id=number, number=number, references=())
            refunds = tuple(replace(refund, order_id=number) for refund in order.refunds)
            buyer = replace(order.buyer, email=f"kunde{position}@example.com")
            documents.append((number, to_json(order_document(replace(order, refunds=refunds, buyer=buyer)))))
        return documents
