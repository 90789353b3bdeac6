from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import line, sent_order

from ..webshops.web_order_case import WebOrderCase

IN_APRIL = "2026-04-05 12:00:00"


@tagged("post_install", "-at_install")
class TestClosingOfShops(WebOrderCase):
    """A shop that sells through several providers: what an order lacks is in the month of its own."""

    def get_todo(self, provider):
        """The checks of a provider's March on which something is left to do."""
        with freeze_time(IN_APRIL):
            closings = self.env["account.settlement.closing"]
            closings.action_open_closings()
            march = closings.search([("provider_id", "=", provider.id), ("month", "=", "2026-03-01")])
            march.action_check()
        return {check.code for check in march.check_ids if check.state == "open"}

    def test_an_order_that_waits_is_in_the_month_of_its_provider(self):
        stripe = self.activate(code="stripe", merchant_id="acct_1Test")
        (stripe | self.provider).start_date = "2026-03-01"
        self.shop.fallback_product_id = False
        lines = (line("71", "Fisk", "111.00", 11, sku="FISK"),)
        order = self.told(sent_order(lines=lines, total=Decimal("111.00")))
        self.assertWaits(order, "No product has the SKU FISK")
        self.assertIn("orders", self.get_todo(self.provider))
        self.assertNotIn("orders", self.get_todo(stripe))

    def test_two_people_open_the_months_at_once(self):
        """Whoever comes second is tried again by Odoo, and finds them."""
        self.provider.start_date = "2026-03-01"
        closings = self.env["account.settlement.closing"]
        with freeze_time(IN_APRIL):
            self.assertTrue(closings._create_missing())
            self.patch(
                self.registry["account.settlement.closing"], "search", lambda months, *args, **kw: months.browse()
            )
            with self.assertRaises(ConcurrencyError), self.assertLogs("odoo.sql_db"):
                closings._create_missing()
