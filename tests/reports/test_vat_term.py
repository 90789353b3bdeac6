"""The VAT term before it is reported: the ledger's codes, where they come from, and what is not there yet."""

import datetime
from dataclasses import replace
from decimal import Decimal

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import RETURNED, line, refunded_order, sent_order
from odoo.addons.settlement_bridge.webshops.records import Address, Shipment

from ..booking.fee_case import FeeCase
from ..webshops.web_order_case import NOON, WebOrderCase

FEBRUARY = datetime.datetime(2026, 2, 20, 9, 0, 0, tzinfo=datetime.timezone.utc)
STOCKHOLM = Address("Kerstin Exempel", street="Drottninggatan 1", postcode="11122", city="Stockholm", country="SE")
BOSTON = Address("John Sample", street="Main Street 1", postcode="02108", city="Boston", country="US")


def sold_in_february(number, make=sent_order, **values):
    """A sale of the term before."""
    moved = {"created_at": FEBRUARY, "accepted_at": FEBRUARY, "completed_at": FEBRUARY, "changed_at": FEBRUARY}
    if make is refunded_order:
        moved["changed_at"] = RETURNED
    order = make(external_id=number, number=number, **values)
    return replace(order, **moved, shipments=(Shipment(f"shipment-{number}", FEBRUARY),))


def sent_to(address, number, rate):
    lines = (line("71", "Ullsokker", "500.00", rate, sku="SOKK-1"),)
    values = {"external_id": number, "number": number, "billing": address, "shipping": address}
    return sent_order(lines=lines, total=Decimal("500.00"), **values)


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestVatTerm(WebOrderCase, FeeCase):
    """March and April 2026, with all that a term can hold."""

    def page(self, day="2026-03-01", months="2"):
        self.env.flush_all()
        return self.env["settlement.vat.term"].create({"date_from": day, "months": months})

    def tell_the_term(self):
        """An ordinary sale; one of February with its return in March; one of February that came after it was filed;
        export; a manual invoice; an order that waits; fees with VAT at home and from abroad."""
        self.told(sent_order(external_id="100", number="100"))
        self.told(sold_in_february("101", refunded_order))
        self.company.sudo().tax_lock_date = "2026-02-28"
        self.told(sold_in_february("102"))
        self.told(sent_to(BOSTON, "103", 0))
        swedish = self.told(sent_to(STOCKHOLM, "105", 25))
        self.env["settlement.foreign.vat"].create({"order_id": swedish.id, "choice": "owed"}).action_confirm()
        manual = self.invoice(400, date="2026-03-05")
        manual.button_draft()
        manual.invoice_line_ids.tax_ids = self.sale_tax()
        manual.action_post()
        waiting = self.told(sent_to(replace(STOCKHOLM, country="DK"), "104", 25))
        self.assertEqual(waiting.webshop_state, "waiting")
        self.deductible("rent")
        self.fee_type("radar", tax_id=self.abroad.id, partner_id=self.irish.id)
        self.settle_fees(("rent", "125", "0"), ("radar", "200", "0"), ("other", "10", "2.00"))
        return manual, waiting

    def figures(self, lines, *names):
        return {line.code: tuple(f"{line[name]:.2f}" for name in names) for line in lines}

    def test_every_code_to_the_ore(self):
        manual, _waiting = self.tell_the_term()
        page = self.page()
        found = self.figures(page.line_ids, "base", "vat_owed", "vat_deducted", "difference")
        owed_to_sweden = page.line_ids.filtered(lambda line: line.use == "abroad").code
        # 25 %: two sales of 349.76, one return of 143.28, and 400.00 by hand; 15 %: two sales of coffee
        self.assertEqual(
            found,
            {
                "3": ("956.24", "239.06", "0.00", "0.00"),
                "31": ("201.92", "30.28", "0.00", "0.00"),
                "52": ("900.00", "0.00", "0.00", "0.00"),
                "1": ("100.00", "0.00", "25.00", "0.00"),
                "86": ("200.00", "50.00", "50.00", "0.00"),
                owed_to_sweden: ("400.00", "100.00", "0.00", "0.00"),
            },
        )
        self.assertAlmostEqual(page.amount_due, 239.06 + 30.28 + 50 - 25 - 50, 2)
        # the same by the VAT return's boxes, and by the accounts, of the term alone
        term = [("date", ">=", "2026-03-01"), ("date", "<=", "2026-04-30"), ("parent_state", "=", "posted")]
        for box, amount in {"3 Base": 956.24, "3 Tax": 239.06, "31 Tax": 30.28, "52 Base": 900}.items():
            items = self.env["account.move.line"].search(
                [*term, ("company_id", "=", self.company.id), ("tax_tag_ids.name", "=", box)]
            )
            self.assertAlmostEqual(-sum(items.mapped("balance")), amount, 2, msg=box)
        for code, amount in {"2700": -239.06, "2701": -30.28, "2710": 25}.items():
            items = self.env["account.move.line"].search([*term, ("account_id", "=", self.account(code).id)])
            self.assertAlmostEqual(sum(items.mapped("balance")), amount, 2, msg=code)
        high = page.line_ids.filtered(lambda line: line.code == "3")
        self.assertEqual((high.elsewhere_base, high.elsewhere_vat, high.webshop_vat), (400, 100, 139.06))
        behind = self.env["account.settlement.vat.item"].search(high.action_open_elsewhere()["domain"])
        self.assertEqual(behind.move_id, manual)
        all_items = self.env["account.settlement.vat.item"].search(high.action_open_items()["domain"])
        self.assertAlmostEqual(sum(all_items.mapped("vat_owed")), high.vat_owed, 2)
        self.assertAlmostEqual(page.fee_vat_cost, 2.0)
        self.assertEqual(page.action_open_fee_vat_cost()["domain"], [("id", "in", self.fee_line("other").ids)])

    def fee_line(self, code):
        return self.env["account.settlement.line"].search([("fee_type", "=", code)])

    def test_by_shop_with_late_items_named(self):
        _manual, waiting = self.tell_the_term()
        page = self.page()
        shop = page.shop_line_ids.filtered(lambda line: line.code == "3")
        self.assertEqual(shop.webshop_id, self.shop)
        self.assertAlmostEqual(shop.sale_base, 699.52, 2)
        self.assertAlmostEqual(shop.credit_base, -143.28, 2)
        self.assertAlmostEqual(shop.late_base, 349.76, 2)
        cases = {(case.kind, case.name): case for case in page.case_ids}
        late = next(case for (kind, _name), case in cases.items() if kind == "3_late")
        self.assertEqual((late.move_id.webshop_reference, str(late.event_date)), ("102", "2026-02-20"))
        self.assertAlmostEqual(late.vat, 102.58, 2)
        self.assertEqual(cases["1_waiting", "104"].order_id, waiting)
        self.assertEqual(cases["1_waiting", "104"].amount_total, 500)
        self.assertEqual(len(page.case_ids), 2)
        behind = self.env["account.settlement.vat.item"].search(shop.action_open_late()["domain"])
        self.assertEqual(behind.move_id, late.move_id)
        self.assertTrue(all(behind.mapped("is_late")))
        # the term before names what left it, and shows that it is locked
        moved = late.move_id
        page.action_open_previous()
        self.assertEqual((page.state, str(page.date_from)), ("locked", "2026-01-01"))
        self.assertEqual(page.case_ids.filtered(lambda case: case.kind == "4_moved").move_id, moved)

    def test_what_somebody_changed_is_a_difference(self):
        """A document's VAT changed by a krone in the journal item; an entry that is in the return by its tag alone."""
        order = self.told(sent_order(external_id="100", number="100"))
        move = order._get_webshop_moves()
        item = move.line_ids.filtered(lambda item: item.tax_line_id.l10n_no_standard_code == "3")
        receivable = move._get_webshop_receivables()
        self.env.cr.execute("UPDATE account_move_line SET balance = balance + 1 WHERE id = %s", [item.id])
        self.env.cr.execute("UPDATE account_move_line SET balance = balance - 1 WHERE id = %s", [receivable.id])
        tag = self.sale_tax().invoice_repartition_line_ids.tag_ids.filtered(lambda tag: tag.name == "3 Tax")
        entry = self.env["account.move"].create(
            {
                "date": "2026-03-10",
                "line_ids": [
                    Command.create({"account_id": self.account("2700").id, "credit": 7, "tax_tag_ids": tag.ids}),
                    Command.create({"account_id": self.account("3900").id, "debit": 7}),
                ],
            }
        )
        entry.action_post()
        self.env.invalidate_all()
        high = self.page().line_ids.filtered(lambda line: line.code == "3")
        self.assertEqual((high.difference, high.elsewhere_vat), (-1, 7))

    def test_terms_one_after_another(self):
        page = self.env["settlement.vat.term"].browse(self.env["settlement.vat.term"].action_open()["res_id"])
        self.assertEqual((str(page.date_from), str(page.date_to)), ("2026-01-01", "2026-02-28"))
        page.action_open_next()
        self.assertEqual((str(page.date_from), page.state), ("2026-03-01", "running"))
        page.write({"months": "12"})
        self.assertEqual((str(page.date_from), str(page.date_to)), ("2026-01-01", "2026-12-31"))
        self.assertIn("2026", page.name)
