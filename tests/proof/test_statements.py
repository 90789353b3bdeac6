from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.settlement_bridge.balances.statement import Kind
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestStatements(SettlementCase):
    """The accountant asks for any day: what stands on the account, and why?"""

    def statement(self, date, role="clearing"):
        self.env.flush_all()
        [found] = [one for one in self.provider._get_statements(date) if one.role == role]
        self.assertEqual(found.difference, 0, found.items)
        return found

    def parts(self, date, role="clearing"):
        return [
            (item.kind, item.reference, str(item.amount))
            for item in self.statement(date, role).items
            if item.is_in_ledger
        ]

    def test_payout_from_the_shop_to_the_bank(self):
        self.settle(
            [
                capture("1", day(2), "W-1", "100.00", "2.00"),
                payout("2000001", day(3)),
                capture("2", day(4), "W-2", "50.00"),
            ]
        )
        self.bank_line(98, "Vipps 2000001", day(5))
        self.provider.settlement_ids._match_bank()
        self.assertEqual(self.parts(day(1)), [])
        self.assertEqual(self.parts(day(2)), [(Kind.NOT_PAID_OUT, "2000001", "98.00")])
        self.assertEqual(self.parts(day(3)), [(Kind.IN_TRANSIT, "2000001", "98.00")])
        self.assertEqual(self.parts(day(4)), [(Kind.IN_TRANSIT, "2000001", "98.00"), (Kind.NOT_PAID_OUT, "", "50.00")])
        self.assertEqual(self.parts(day(5)), [(Kind.NOT_PAID_OUT, "", "50.00")])
        [item] = self.statement(day(3)).items
        self.assertEqual((item.date, item.owner), (day(3), "Vipps"))
        documents = self.env["account.settlement"].browse(item.res_id).document_ids
        self.assertEqual({one.sha256 for one in item.documents}, set(documents.mapped("sha256")))
        self.assertEqual(self.statement(day(4)).ledger, Decimal("148.00"))
