from dataclasses import replace

from odoo import models

from ..balances.clearing import Clearing, Payout, explain_clearing
from ..balances.statement import Account, AccountRole, Statement, in_order
from ..common.messages import Message
from .ledger_as_of import LedgerAsOf
from .money import to_decimal

#: The provider's field of each balance account.
ROLE_FIELDS = {
    AccountRole.CLEARING: "clearing_account_id",
    AccountRole.UNKNOWN: "unknown_account_id",
    AccountRole.PREPAYMENT: "prepayment_account_id",
    AccountRole.FEE_PAYABLE: "fee_payable_account_id",
    AccountRole.RESERVE: "reserve_account_id",
}


class AccountSettlementProvider(models.Model):
    """The proof of these agreements' balance accounts for any day, read from the ledger as it was then."""

    _inherit = "account.settlement.provider"

    def _get_statements(self, date):
        """Return a :class:`~..balances.statement.Statement` of each of these agreements' balance accounts.

        An account that several agreements share is proven once, for all of them. The sentences are in the reader's
        language. The number of queries does not depend on how many items there are.

        :param date: the day at whose end it is.
        :return: list of statements: by company, account role and code.
        """
        self.check_access("read")
        statements = []
        for company in self.company_id.sorted("id"):
            of_company = self.filtered(lambda provider, company=company: provider.company_id == company)
            statements += of_company._get_company_statements(company.sudo(), date)
        return statements

    def _get_company_statements(self, company, date):
        agreements = self.sudo().with_context(active_test=False)
        accounts = {}
        for role, name in ROLE_FIELDS.items():
            for account in agreements[name].with_company(company).sorted("code"):
                accounts.setdefault(account, role)
        if not accounts:
            return []
        every = self._get_all().filtered(lambda provider: provider.company_id == company)
        ledger = LedgerAsOf(company, self.env["account.account"].sudo().union(*accounts), date)
        balances = ledger.get_balances()
        entries, undoings = ledger.get_entries()
        by_account = {}
        for entry in entries:
            by_account.setdefault(entry.account_id, []).append(entry)
        clearing = Clearing(
            date=date,
            currency=company.currency_id.name,
            payouts=every._get_payouts(entries, date),
            undoings=undoings,
        )
        return [
            Statement(
                role=role,
                account=Account(account.id, account.code or "", account.name),
                date=date,
                currency=company.currency_id.name,
                ledger=balances.get(account.id, to_decimal(0, company.currency_id)),
                items=self._say(explain_clearing(clearing, by_account.get(account.id, []))),
            )
            for account, role in accounts.items()
        ]

    def _say(self, items):
        """Return items in order, with their sentences in the reader's language."""
        render = self.env["settlement.message"]._render
        return tuple(
            replace(item, name=render(item.name) if isinstance(item.name, Message) else item.name)
            for item in in_order(items)
        )

    # ---------------------------------------------------------------- payouts

    def _get_payouts(self, entries, date):
        """Return ``{settlement id: Payout}`` of the settlements that entries have to do with, as of the day."""
        ids = set()
        for entry in entries:
            ids |= {entry.settlement_id, entry.payout_id} | entry.met_ids | entry.later_ids
        settlements = self.env["account.settlement"].sudo().browse(sorted(ids - {None}))
        earlier = settlements.balance_from_id
        while earlier - settlements:
            settlements |= earlier
            earlier = settlements.balance_from_id
        sent, returned, met = settlements._read_paid_out(date)
        return {
            settlement.id: Payout(
                id=settlement.id,
                name=settlement.name,
                owner=settlement.provider_id.name,
                date=settlement.date_from or settlement.date,
                number=settlement.external_id or "",
                sent_on=sent.get(settlement.id) or settlement._get_sent_on(),
                amount=to_decimal(settlement.payout_amount, settlement.currency_id),
                closing=to_decimal(
                    settlement.closing_balance if settlement.has_closing_balance else 0, settlement.currency_id
                ),
                returned_on=returned.get(settlement.id),
                from_id=settlement.balance_from_id.id or None,
                is_met=settlement.id in met,
                documents=settlement._get_sources(),
            )
            for settlement in settlements
        }
