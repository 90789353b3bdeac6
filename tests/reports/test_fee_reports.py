"""Fees beside payments, beside what was agreed, and beside the ledger; fees owed and their bills; rounding."""

import json
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.providers.records import Document, Fee, Kind, Settlement, Transaction
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..booking.fee_case import FeeCase


@tagged("post_install", "-at_install")
class TestFeeReports(FeeCase):
    """What an accountant reads off before the provider's invoice is accepted."""

    def paid(self, number, amount, fee, method="", when=2, month=3, **values):
        """A payment as the provider's document has it."""
        return Transaction(
            external_id=number,
            kind=Kind.PAYMENT,
            date=day(when, month),
            amount=Decimal(amount),
            fee=Decimal(fee),
            payment_method=method,
            currency="NOK",
            order_reference=f"W-{number}",
            row=int(number),
            **values,
        )

    def settle_rows(self, *rows, number="1", process=True):
        document = (
            self.env["account.settlement.document"].sudo()._store(self.provider, number, number.encode(), "upload")
        )
        net = sum((row.net for row in rows), Decimal(0))
        told = Settlement(number, "NOK", rows[-1].date, rows, opening_balance=Decimal(0), payout_amount=net)
        provider = self.provider.sudo()
        settlement = provider._store_settlements(Document("vipps", "rows", (told,)), document).sudo(False)
        settlement.sudo().needs_confirmation = False
        if process:
            settlement._process()
        return settlement

    def report(self, groupby, *aggregates, domain=()):
        self.env.flush_all()
        domain = [("provider_id", "=", self.provider.id), *domain]
        groups = self.env["account.settlement.fee.report"]._read_group(
            domain, groupby, [f"{name}" for name in aggregates]
        )
        return [tuple(round(part, 4) if isinstance(part, float) else part for part in group) for group in groups]

    def test_against_the_agreed_fees(self):
        """Cards have a row of their own, which is raised on the 15th; all others pay 2.4 % and 2.00."""
        rates = self.env["account.settlement.fee.rate"]
        for method, percent, fixed, date in (
            (False, 2.4, 2, "2026-01-01"),
            ("Card", 1.4, 1.8, "2026-01-01"),
            ("card", 1.5, 1.8, "2026-03-15"),
        ):
            vals = {"provider_id": self.provider.id, "payment_method": method, "date_from": date}
            rates.create({**vals, "percent": percent, "fixed": fixed})
        self.settle_rows(
            self.paid("1", "1000.00", "15.80", "card"),  # 14.00 + 1.80
            self.paid("2", "200.00", "4.60", "card"),  # 2.80 + 1.80
            self.paid("3", "1000.00", "16.80", "card", when=15),  # 15.00 + 1.80
            self.paid("4", "500.00", "24.00", "later"),  # 12.00 + 2.00: ten too much
        )
        rows = self.env["account.settlement.fee.report"].search([("provider_id", "=", self.provider.id)], order="id")
        self.assertEqual([row.expected for row in rows], [15.8, 4.6, 16.8, 14])
        self.assertEqual([row.difference for row in rows], [0, 0, 0, 10])
        differing = self.env["account.settlement.fee.report"].search(
            [("provider_id", "=", self.provider.id), ("deviation", ">=", 0.01)]
        )
        self.assertEqual(
            (differing.reference, differing.action_open_transaction()["res_id"]), ("W-4", differing.line_id.id)
        )
        [(count, paid, fee, percent, difference)] = self.report(
            [], "payment_count:sum", "payment:sum", "fee:sum", "fee_percent:avg", "difference:sum"
        )
        self.assertEqual((count, paid, fee, percent, difference), (4, 2700, 61.2, 2.2667, 10))
        # what the fees follow is found without an agreement: before the 15th, 1.4 % and 1.80
        domain = [("payment_method", "=", "card"), ("date", "<", "2026-03-15")]
        self.assertEqual(self.report([], "found_percent:avg", "found_fixed:avg", domain=domain), [(1.4, 1.8)])
        self.assertIn("Card: 1.4 % +", "".join(self.provider.message_ids.mapped("body")))
        rates.search([("payment_method", "=", "Card")]).percent = 1.3
        self.assertIn("→", self.provider.message_ids[0].body)

    def test_by_type_of_fee(self):
        """Several fees of one payment count each by its type, and the payment once."""
        self.settle_rows(
            self.paid("1", "1000.00", "26.25", fees=(Fee("card", Decimal("20.00")), Fee("rent", Decimal("6.25"))))
        )
        found = self.report(["fee_type_id"], "payment:sum", "fee:sum")
        self.assertEqual([(kind.code, *sums) for kind, *sums in found], [("card", 1000, 20), ("rent", 0, 6.25)])

    def month(self, month="2026-03-01"):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["account.settlement.fee.month"].search(
            [("provider_id", "=", self.provider.id), ("month", "=", month)]
        )

    def test_reported_and_booked(self):
        """Vipps reports a fee on each payment and deducts them as a row: what is booked is the row."""
        self.deductible("fees-retained")
        movements = [capture("1", day(2), "X", "1000.00", "17.50"), payout("1", day(2))]
        self.settle(movements)
        row = self.month()
        self.assertEqual((row.own_rows, row.reported, row.unreported), (17.5, 17.5, 0))
        self.assertEqual((row.total, row.booked, row.difference), (17.5, 17.5, 0))
        self.assertEqual(
            sum(self.env["account.move.line"].search(row.action_open_items()["domain"]).mapped("balance")), 17.5
        )
        # a day that is not booked yet waits, and is no difference
        self.settle([*movements, capture("2", day(5), "Y", "100.00", "2.00"), payout("2", day(5))], process=False)
        row = self.month()
        self.assertEqual((row.total, row.waiting, row.booked, row.difference), (19.5, 2, 17.5, 0))
        # an undone settlement is booked with nothing in all
        self.provider.settlement_ids.filtered(lambda settlement: settlement.state == "booked")._reverse(
            "Feil", date=day(6)
        )
        self.assertEqual((self.month().waiting, self.month().difference), (19.5, 0))

    def test_a_fee_that_a_lock_moved_is_no_difference(self):
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        self.settle_fees(("rent", "100", "0"))
        march, april = self.month(), self.month("2026-04-01")
        self.assertEqual((march.total, march.moved, march.booked, march.difference), (100, -100, 0, 0))
        self.assertEqual((april.total, april.moved, april.booked, april.difference), (0, 100, 100, 0))

    def test_what_is_undone_and_booked_again_behind_a_lock_is_no_difference(self):
        """March is locked after it was booked: the undo and what is booked again meet in April."""
        self.settle_fees(("rent", "100", "0"))
        settlement = self.provider.settlement_ids
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        settlement._reverse("Feil", date=day(2, 4))
        self.assertEqual([self.month(month).difference for month in ("2026-03-01", "2026-04-01")], [0, 0])
        settlement._process()
        march, april = self.month(), self.month("2026-04-01")
        self.assertEqual((march.total, march.moved, march.booked, march.difference), (100, 0, 100, 0))
        self.assertEqual((april.total, april.moved, april.booked, april.difference), (0, 0, 0, 0))

    def test_a_fee_that_a_rule_puts_elsewhere(self):
        """It is booked all the same, and on its month, though not as a fee."""
        rent = {"action": "account", "account_id": self.account("6540").id, "kind": "fees", "sequence": 1}
        rule = self.env["account.settlement.rule"].create({"name": "Leie", "provider_ids": self.provider.ids, **rent})
        rule._put_into_use()
        self.settle_fees(("rent", "100", "0"))
        row = self.month()
        self.assertEqual((row.total, row.booked, row.booked_elsewhere, row.difference), (100, 0, 100, 0))

    # ------------------------------------------------------------ fees owed

    def gross_month(self):
        """Under a gross contract, 17.50 is owed for March."""
        self.provider.fee_payable_account_id = self.account("2960")
        self.provider.fee_mode = "gross"
        [(name, content)] = vipps_files.as_api_bundles(
            [capture("1", day(2), "WEB-1", "1000.00", "17.50"), payout("2000001", day(2))]
        )
        bundle = json.loads(content)
        for item in bundle["funds"][0]["items"]:
            if item["entryType"] == "payout-scheduled":
                item.update(amount=-100000, balanceBefore=100000)
        bundle["funds"][0]["items"] = [
            item for item in bundle["funds"][0]["items"] if item["entryType"] != "fees-retained"
        ]
        bundle["fees"][0]["items"] = [item for item in bundle["fees"][0]["items"] if item["entryType"] == "capture-fee"]
        self.provider._ingest_file(name, json.dumps(bundle).encode())._process()

    def owed(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["account.settlement.fee.owed"].search(
            [("account_id", "=", self.account("2960").id)], order="month"
        )

    def test_fees_owed_and_the_bill(self):
        self.gross_month()
        self.assertEqual(self.month().owed, 17.5)
        march = self.owed()
        self.assertEqual((march.booked, march.billed, march.closing, march.bill_of_month), (17.5, 0, 17.5, 0))
        bill = self.env["account.move"].browse(march.action_make_bill()["res_id"])
        self.assertEqual((bill.state, bill.partner_id, bill.amount_total), ("draft", self.provider.partner_id, 17.5))
        self.assertEqual(march.action_make_bill()["res_id"], bill.id, "one bill a month")
        # the provider's own invoice comes in April, and is a krone more
        bill.invoice_line_ids.price_unit = 18.5
        bill.write({"invoice_date": "2026-04-08", "date": "2026-04-08", "ref": "F-77"})
        bill.action_post()
        march, april = self.owed()
        self.assertEqual((march.closing, march.bill_of_month, march.bill_difference), (17.5, 18.5, 1))
        self.assertEqual((april.opening, april.booked, april.billed, april.closing), (17.5, 0, 18.5, -1))
        self.assertEqual(april.provider_id, self.provider)
        with self.assertRaisesRegex(UserError, "nothing to bill"):
            april.action_make_bill()

    # ------------------------------------------------------------ rounding

    def test_rounding_that_goes_to_one_side(self):
        self.invoice(99.6, "A-1")
        self.invoice(200.4, "A-2")
        self.invoice(300.2, "A-3")
        self.settle(
            [
                capture("1", day(2), "A-1", "100.00"),
                capture("2", day(2), "A-2", "200.00"),
                capture("3", day(2), "A-3", "300.00"),
                payout("1", day(2)),
            ]
        )
        self.env.flush_all()
        [(count, loss, gain, balance, drift)] = self.env["account.settlement.rounding.report"]._read_group(
            [("provider_id", "=", self.provider.id)],
            [],
            ["__count", "loss:sum", "gain:sum", "balance:sum", "drift:avg"],
        )
        self.assertEqual((count, *(round(part, 2) for part in (loss, gain, balance, drift))), (3, 0.6, 0.4, 0.2, 20))
        self.assertBalances(a7740="0.20")
