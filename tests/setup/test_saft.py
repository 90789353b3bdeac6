from odoo.tests import tagged

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestSaft(SettlementCase):
    """Each account that activation creates has its place in the Norwegian standard audit file."""

    def test_mapping_of_an_activated_provider(self):
        self.env["sale.webshop"].create({"name": "Kaffe", "platform": "inbox"}).action_propose_gift_card_accounts()
        user = self.settlement_user()
        action = self.env["account.account"].with_user(user).action_open_saft_mapping()
        accounts = self.env["account.account"].with_user(user).with_company(self.company).search(action["domain"])
        mapping = {account.code: (account.saft_category, account.saft_code) for account in accounts}
        self.assertEqual(
            mapping,
            {
                "1522": ("balanseverdiForOmloepsmiddel", "1500"),
                "1523": ("balanseverdiForOmloepsmiddel", "1500"),
                "2901": ("kortsiktigGjeld", "2900"),
                "2902": ("kortsiktigGjeld", "2900"),
                "7740": ("annenDriftskostnad", "7700"),
                "7772": ("annenDriftskostnad", "7700"),
            },
        )
        [clearing] = accounts.filtered(lambda account: account.code == "1522")
        self.assertIn("What the provider owes", clearing.settlement_use)
        self.assertEqual(clearing.saft_standard_account, "15")
