import hashlib
from dataclasses import replace
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import line, sent_order
from odoo.addons.settlement_bridge.webshops.records import LineKind, Tender, TenderKind

from .web_order_case import WebOrderCase

FIRST, SECOND, OLD = "ABCD-1234-EFGH-5678", "ABCD 1234 EFGH 9999", "OLD-7777"


def card_sold(number, amount, *codes, quantity=1):
    lines = (line("1", "Gavekort", amount, 0, kind=LineKind.GIFT_CARD, quantity=quantity, gift_cards=codes),)
    return sent_order(external_id=number, number=number, lines=lines, total=Decimal(amount), references=())


def paid_with(number, *tenders):
    """Socks for 358.20, paid partly with gift cards: pairs of amount and code."""
    lines = (line("1", "Ullsokker", "358.20", 25, sku="SOKK-1", quantity=2),)
    tenders = tuple(Tender(TenderKind.GIFT_CARD, Decimal(amount), code) for amount, code in tenders)
    return sent_order(
        external_id=number, number=number, lines=lines, total=Decimal("358.20"), tenders=tenders, references=()
    )


@tagged("post_install", "-at_install")
class TestGiftCardReport(WebOrderCase):
    """What is owed to the holders of gift cards, by card where the shop tells."""

    def owed(self, **context):
        self.env.flush_all()
        groups = self.env["settlement.gift.card"].with_context(**context)._read_group([], ["card"], ["amount:sum"])
        return {(card or "").partition(" ")[0]: round(amount, 2) for card, amount in groups}

    def assertOwedAsInTheLedger(self):
        self.assertAlmostEqual(sum(self.owed().values()), -float(self.balances("2901")["2901"]))

    def test_by_card(self):
        """Two cards sold on one line; one used twice, the other not; one of before; one that no code is told of."""
        self.told(card_sold("1", "1000.00", FIRST, SECOND, quantity=2))
        self.assertEqual(self.owed(), {"…5678": 500.0, "…9999": 500.0})
        self.told(paid_with("2", ("200.00", FIRST)), paid_with("3", ("100.00", "abcd1234efgh5678"), ("50.00", OLD)))
        self.assertEqual(self.owed(), {"…5678": 200.0, "…9999": 500.0, "…7777": -50.0})
        self.told(paid_with("4", ("30.00", "")))
        self.assertEqual(self.owed()[""], -30.0)
        self.assertOwedAsInTheLedger()
        self.assertEqual(self.owed(settlement_date="2026-03-02"), {})

    def test_given_back_to_the_card(self):
        order = paid_with("2", ("200.00", FIRST))
        self.told(card_sold("1", "500.00", FIRST), order)
        self.assertEqual(self.owed(), {"…5678": 300.0})
        self.told(replace(order, tenders=(Tender(TenderKind.GIFT_CARD, Decimal("150.00"), FIRST),)))
        self.assertOwedAsInTheLedger()

    def test_an_entry_by_hand_is_named(self):
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-05",
                "line_ids": [
                    Command.create({"account_id": self.account("2901").id, "credit": 75.0, "name": "Kort fra kassen"}),
                    Command.create({"account_id": self.account("1920").id, "debit": 75.0}),
                ],
            }
        ).action_post()
        row = self.env["settlement.gift.card"].search([])
        self.assertRecordValues(row, [{"kind": "other", "amount": 75.0, "card": False}])
        self.assertOwedAsInTheLedger()

    def test_the_code_is_kept_nowhere_but_in_the_shops_own_document(self):
        """Whoever has the code has the money."""
        order = self.told(card_sold("1", "500.00", FIRST))
        kept = order.webshop_gift_card_ids
        self.assertEqual(len(kept.sudo().key), 64)
        self.assertNotEqual(kept.sudo().key, hashlib.sha256(b"ABCD1234EFGH5678").hexdigest(), "it could be guessed")
        for record in (kept, order, order.order_line, order._get_webshop_moves().line_ids):
            for values in record.sudo().read():
                self.assertNotIn("1234", str({key: value for key, value in values.items() if key != "key"}))
        with self.assertRaises(AccessError):
            kept.read(["key"])

    def test_who_invoices_sees_no_code_in_the_shops_document(self):
        order = self.told(card_sold("1", "500.00", FIRST))
        event = order.webshop_event_id.with_user(self.settlement_user("invoicing"))
        self.assertIn(FIRST, event.sudo().content)
        self.assertNotIn("EFGH", event.content_shown)
        self.assertIn("…5678", event.content_shown)
        with self.assertRaises(AccessError):
            event.read(["content"])
        with self.assertRaises(AccessError):
            event.search([("content", "ilike", FIRST)])

    def test_two_cards_on_two_lines(self):
        """Each card is owed what was paid for it, whichever is used."""
        lines = [line(n, "Gavekort", amount, 0, kind=LineKind.GIFT_CARD) for n, amount in (("1", "500"), ("2", "300"))]
        lines = [replace(one, gift_cards=(code,)) for one, code in zip(lines, (FIRST, SECOND), strict=True)]
        order = card_sold("1", "800.00")
        self.told(replace(order, lines=tuple(lines)))
        self.assertEqual(self.owed(), {"…5678": 500.0, "…9999": 300.0})
        self.told(paid_with("2", ("200.00", SECOND)))
        self.assertEqual(self.owed(), {"…5678": 500.0, "…9999": 100.0})
        self.assertOwedAsInTheLedger()

    def test_the_rows_come_to_the_item_to_the_ore(self):
        self.told(card_sold("1", "100.00", FIRST, SECOND, OLD, quantity=3))
        amounts = self.env["settlement.gift.card"].search([]).mapped("amount")
        self.assertEqual((len(amounts), round(sum(amounts), 2)), (3, 100.0))
        self.assertOwedAsInTheLedger()

    def test_less_is_paid_with_two_cards_in_the_end(self):
        """The shop tells less of one of them afterwards: by card and in all it is what the ledger has."""
        order = paid_with("2", ("200.00", FIRST), ("100.00", SECOND))
        self.told(card_sold("1", "1000.00", FIRST, SECOND, quantity=2), order)
        self.assertEqual(self.owed(), {"…5678": 300.0, "…9999": 400.0})
        tenders = tuple(
            Tender(TenderKind.GIFT_CARD, Decimal(amount), code)
            for amount, code in (("200.00", FIRST), ("40.00", SECOND))
        )
        self.told(replace(order, tenders=tenders))
        self.assertEqual(self.owed(), {"…5678": 300.0, "…9999": 460.0})
        self.assertOwedAsInTheLedger()
