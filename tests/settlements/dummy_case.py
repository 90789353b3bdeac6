"""A provider whose payouts are named, for what is the same for all of them."""

from unittest.mock import patch

from odoo.addons.settlement_bridge.providers.registry import PROVIDERS
from odoo.addons.settlement_bridge.pure_tests.providers import dummy

from ..common import SettlementCase


class DummyCase(SettlementCase):
    """A company with two agreements of one provider, ``A-1`` and ``B-2``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(patch.dict(PROVIDERS, {"dummy": dummy.PROVIDER}))
        cls.first = cls.activate(code="dummy", merchant_id="A-1")
        cls.second = cls.activate(code="dummy", merchant_id="B-2")

    def take(self, *payouts, name="file.json", provider=None, **values):
        """Take in a file, and book what is proven."""
        settlements = (provider or self.first)._ingest_file(name, dummy.file_of(*payouts, **values))
        settlements._process_each()
        return settlements

    def settlement_of(self, number, provider=None):
        return self.env["account.settlement"].search(
            [("provider_id", "=", (provider or self.first).id), ("external_id", "=", number)]
        )

    def rows(self, settlement):
        return sorted(settlement.line_ids.filtered(lambda line: not line.is_replaced).mapped("external_id"))

    @staticmethod
    def plain(text):
        return (text or "").replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
