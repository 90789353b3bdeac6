from odoo import models

from ..common.messages import Message, SettlementError

#: What each account is needed for, as the sentence says it.
NEEDED = {
    "gift_card_account_id": "account_of_gift_cards",
    "store_credit_account_id": "account_of_store_credit",
    "tip_account_id": "account_of_tips",
    "rounding_account_id": "account_of_rounding",
}


class SaleWebshop(models.Model):
    """The accounts and journals a shop's documents are booked on."""

    _inherit = "sale.webshop"

    def _propose_set_up(self):
        """Fill in what needs no question: taxes, and accounts of a Norwegian chart that are there."""
        for webshop in self:
            if not webshop.tax_rule_ids:
                webshop.tax_rule_ids = (
                    webshop.env["sale.webshop.tax"].with_company(webshop.company_id)._propose(webshop)
                )
            webshop.rounding_account_id = webshop.rounding_account_id or webshop._find_account("7740")

    def action_propose_gift_card_accounts(self):
        """Create or pick 2901 for gift cards and 2902 for store credit."""
        names = {
            "gift_card_account_id": ("2901", self.env._("Gift cards")),
            "store_credit_account_id": ("2902", self.env._("Store credit")),
        }
        for webshop in self:
            accounts = webshop.env["account.account"].with_company(webshop.company_id)
            for field, (code, name) in names.items():
                webshop[field] = (
                    webshop[field]
                    or webshop._find_account(code)
                    or accounts.create(
                        {
                            "code": code,
                            "name": name,
                            "account_type": "liability_current",
                            "company_ids": webshop.company_id.ids,
                        }
                    )
                )

    def _find_account(self, code):
        Account = self.env["account.account"].with_company(self.company_id)
        return Account.search([("code", "=", code), *Account._check_company_domain(self.company_id)], limit=1)

    def _get_account(self, field):
        """Return one of the shop's accounts.

        :raises SettlementError: when it is not set.
        """
        self.ensure_one()
        if not self[field]:
            raise SettlementError(
                "shop_without_account",
                what=Message(NEEDED[field]),
            )
        return self[field]

    def _get_sale_journal(self):
        return self.journal_id or self._find_journal([("type", "=", "sale")])

    def _get_tender_journal(self):
        used = self.env["account.settlement.provider"].sudo().search([("journal_id", "!=", False)]).journal_id
        return self.tender_journal_id or self._find_journal([("type", "=", "general"), ("id", "not in", used.ids)])

    def _find_journal(self, domain):
        Journal = self.env["account.journal"]
        return Journal.search([*Journal._check_company_domain(self.company_id), *domain], limit=1)
