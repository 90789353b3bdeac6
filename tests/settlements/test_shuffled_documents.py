"""Whatever comes first, comes twice or comes late, the books are those of the documents in order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.properties import examples
from odoo.addons.settlement_bridge.pure_tests.providers import dummy
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import MSN, capture, day, payout

from .dummy_case import DummyCase
from .test_route import CAFE


def portal(unit, psp, first, last, payouts):
    """The rows that the portal shows of these days of one sales unit: a payment of 100.00 a day, with 2.00 fee."""
    movements = []
    for number in range(1, 7):
        movements.append(capture(f"{psp}{number}", day(number), f"{psp}-{number}", "100.00", "2.00"))
        if number in payouts:
            movements.append(payout(f"200000{number}", day(number)))
    heading, *rows = vipps_files.as_portal_csv(movements)[1].decode().splitlines()
    column = heading.split(",").index("Booking date")
    days = {day(number).isoformat() for number in range(first, last + 1)}
    return heading, [row.replace(MSN, unit) for row in rows if row.split(",")[column] in days]


def two_units(first, last):
    """One report of the shop, paid out on the 2nd and 5th, and the café, paid out on the 3rd and 6th."""
    heading, shop = portal(MSN, "7", first, last, (2, 5))
    _heading, cafe = portal(CAFE, "8", first, last, (3, 6))
    return f"{first}-{last}.csv", "\n".join([heading, *shop, *cafe, ""]).encode()


#: Open rows and the payouts that name them, of two accounts in kroner and one in euro; and a ledger's overlapping days.
DOCUMENTS = [
    ("open.json", dummy.file_of((None, None, 1, [("1", "100.00", "3.00"), ("2", "200.00", "5.00")]))),
    ("p1.json", dummy.file_of(("P-1", "97.00", 2, [("1", "100.00", "3.00")]))),
    ("p2.json", dummy.file_of(("P-2", "95.00", 3, [("2", "200.00", "5.00"), ("3", "-100.00", "0")]))),
    ("b.json", dummy.file_of(("P-1", "40.00", 3, [("1", "40.00", "0")]), account="B-2")),
    ("eur.json", dummy.file_of(("P-1", "10.00", 4, [("9", "10.00", "0")]), currency="EUR")),
    two_units(1, 2),
    two_units(2, 3),
    two_units(4, 5),
    two_units(5, 6),
]


@tagged("post_install", "-at_install")
class TestShuffledDocuments(DummyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.env.ref("base.EUR").sudo()
        euro.active = True
        euro.rate_ids = [(5, 0, 0), (0, 0, {"name": "2026-01-01", "inverse_company_rate": 11.5})]
        cls.euro = cls.activate(code="dummy", merchant_id="A-1", currency_id=euro.id)
        cls.cafe = cls.activate(code="vipps", merchant_id=CAFE)
        cls.agreements = cls.provider | cls.cafe | cls.first | cls.second | cls.euro

    def take_all(self, documents):
        for name, content in documents:
            document = self.env["account.settlement.document"]._receive(
                self.company, self.env["account.settlement.provider"], name, content
            )
            self.assertIn(document.state, ("done", "waiting"), document.error_message)
            self.agreements.settlement_ids._process_each()

    def books(self):
        found = {}
        for settlement in self.agreements.settlement_ids:
            lines = settlement.line_ids
            found[settlement.provider_id.name, settlement.external_id or "open"] = (
                sorted(lines.mapped("external_id")),
                sorted(lines.mapped("status")),
                settlement.state,
                round(settlement.clearing_residual, 2),
            )
        accounts = self.agreements.mapped(lambda provider: provider.clearing_account_id | provider.unknown_account_id)
        accounts |= self.agreements.fee_account_id
        return found, self.balances(*accounts.mapped("code"))

    def books_after(self, documents):
        with self.env.cr.savepoint() as savepoint:
            self.take_all(documents)
            waiting = self.env["account.settlement.document"].search([("state", "!=", "done")])
            self.assertFalse(waiting.mapped("error_message"))
            books = self.books()
            savepoint.rollback()
            self.env.invalidate_all()
        return books

    def test_any_order(self):
        undisturbed = self.books_after(DOCUMENTS)
        self.assertEqual(undisturbed[0]["Dummy", "P-2"][2:], ("booked", 95))
        self.assertEqual(undisturbed[0]["Vipps", "2000005"][2:], ("booked", 294))

        @settings(max_examples=examples(12), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(
            st.permutations(DOCUMENTS), st.lists(st.tuples(st.integers(0, 9), st.sampled_from(DOCUMENTS)), max_size=3)
        )
        def check(order, again):
            order = list(order)
            for place, document in again:
                order.insert(place, document)
            self.assertEqual(self.books_after(order), undisturbed, [name for name, _content in order])

        check()
