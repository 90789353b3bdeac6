from dataclasses import replace

from odoo import fields, models
from odoo.exceptions import UserError

from ..balances.clearing import Clearing, Payout, explain_clearing, take_undone
from ..balances.open_items import explain_open_items
from ..balances.statement import Account, AccountRole, Item, Kind, Statement, in_order
from ..balances.workbook import without_control_characters
from ..common.messages import Message
from ..common.values import ZERO
from .ledger_as_of import LedgerAsOf
from .ledger_held import LedgerHeld
from .ledger_told import LedgerTold
from .money import to_decimal

#: The provider's field of each balance account.
ROLE_FIELDS = {
    AccountRole.CLEARING: "clearing_account_id",
    AccountRole.UNKNOWN: "unknown_account_id",
    AccountRole.PREPAYMENT: "prepayment_account_id",
    AccountRole.FEE_PAYABLE: "fee_payable_account_id",
    AccountRole.RESERVE: "reserve_account_id",
}


class _Reader:
    """What is read for all accounts of a company at once.

    :param accounts: ``{account.account: AccountRole}``. :param agreements: all of the company's.
    """

    def __init__(self, env, company, accounts, agreements, date):
        self.currency = company.currency_id.name
        self.agreements = agreements
        own = env["account.account"].sudo().union(*accounts)
        ledger = LedgerAsOf(company, own, date)
        told = LedgerTold(agreements, own.with_company(company), date)
        self.balances = ledger.get_balances()
        entries, undoings = ledger.get_entries(told.read_balances)
        self.missing = told.get_missing_items()
        self.entries = {}
        for entry in entries:
            self.entries.setdefault(entry.account_id, []).append(entry)
        payouts = agreements._get_payouts(entries, date)
        self.clearing = Clearing(date=date, currency=self.currency, payouts=payouts, undoings=undoings)
        roles = {account.id: role for account, role in accounts.items()}
        single = [entry for entry in entries if roles[entry.account_id] is not AccountRole.CLEARING]
        lines = env["account.settlement.line"].browse({entry.transaction_id for entry in single} - {None})
        settlements = env["account.settlement"].browse({entry.voucher_of for entry in single} - {None})
        of_lines, of_settlements = lines._get_balance_sources(), settlements._get_balance_sources()
        self.sources = {
            entry.id: of_lines.get(entry.transaction_id) or of_settlements[entry.voucher_of]
            for entry in single
            if entry.voucher_of
        }
        held = LedgerHeld(agreements.filtered(lambda provider: provider.clearing_account_id in accounts), date)
        self.outside = held.get_outside()
        self.altered = agreements._get_altered_items(date)
        self.held = held.get_held(self._get_undone(env))

    def explain(self, role, account):
        """Return the items of one account."""
        entries = self.entries.get(account.id, [])
        missing = self.missing.get(account.id, [])
        if role is AccountRole.CLEARING:
            outside = [item for provider in self._get_of(account) for item in self.outside.get(provider, [])]
            altered = [item for provider in self._get_of(account) for item in self.altered.get(provider, [])]
            return explain_clearing(self.clearing, entries) + missing + outside + altered
        undone, rest = take_undone(entries, self.clearing.undoings, self.currency)
        settled = {entry.voucher_of for entry in entries} | {item.res_id for item in missing}
        altered = [item for items in self.altered.values() for item in items if item.res_id in settled]
        return (
            undone + explain_open_items(role, rest, self.sources, self.currency, account.reconcile) + missing + altered
        )

    def get_held(self, account):
        """Return what the agreements of a clearing account say they hold."""
        return tuple(self.held[provider] for provider in self._get_of(account) if provider in self.held)

    def _get_of(self, account):
        return self.agreements.filtered(lambda provider: provider.clearing_account_id == account)

    def _get_undone(self, env):
        """Return ``{provider: amount}`` on the clearing accounts of what was undone after the day."""
        undone = {}
        for entry in (entry for entries in self.entries.values() for entry in entries if entry.settlement_id):
            provider = env["account.settlement"].sudo().browse(entry.settlement_id).provider_id
            amounts = (undoing.amount_currency for undoing in self.clearing.undoings.get(entry.id, ()))
            undone[provider] = undone.get(provider, 0) + sum(amounts)
        return undone


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

    def action_open_proof_of_accounts(self, date=None):
        """Open the page on which these agreements' balance accounts are proven.

        :param date: as text or a date; yesterday by default.
        """
        try:
            day = fields.Date.to_date(date)
        except (TypeError, ValueError):
            raise UserError(self.env._("%s is not a date.", str(date))) from None
        return self.env["settlement.account.proof"]._open(self, day)

    def _get_company_statements(self, company, date):
        agreements = self.sudo().with_context(active_test=False)
        accounts = {}
        for role, name in ROLE_FIELDS.items():
            for account in agreements[name].with_company(company).sorted("code"):
                accounts.setdefault(account, role)
        if not accounts:
            return []
        every = self._get_all().filtered(lambda provider: provider.company_id == company)
        reader = _Reader(self.env, company, accounts, every, date)
        return [
            Statement(
                role=role,
                account=Account(account.id, account.code or "", account.name),
                date=date,
                currency=company.currency_id.name,
                ledger=reader.balances.get(account.id, to_decimal(0, company.currency_id)),
                items=self._say(reader.explain(role, account)),
                held=reader.get_held(account) if role is AccountRole.CLEARING else (),
            )
            for account, role in accounts.items()
        ]

    def _say(self, items):
        """Return items in order, with their sentences in the reader's language; without control characters, which
        others' texts may have and no file can."""
        render = self.env["settlement.message"]._render
        return tuple(
            replace(
                item,
                name=without_control_characters(render(item.name) if isinstance(item.name, Message) else item.name),
                reference=without_control_characters(item.reference),
                owner=without_control_characters(item.owner),
                documents=tuple(
                    replace(document, name=without_control_characters(document.name)) for document in item.documents
                ),
            )
            for item in in_order(items)
        )

    def _get_altered_items(self, date):
        """Return ``{provider: [Item]}`` of these agreements' settlements that differ from what was booked, as the
        nightly proof knows, and begin by ``date``."""
        settlements = self.env["account.settlement"].search(
            [("provider_id", "in", self.ids), ("is_altered", "=", True), ("date_from", "<=", date)]
        )
        found = {}
        for settlement in settlements:
            item = Item(
                kind=Kind.ALTERED,
                date=settlement.date_from,
                amount=to_decimal(0, settlement.company_id.currency_id),
                reference=settlement.external_id or "",
                name=Message("balance_altered", {"settlement": settlement._get_said_name()}),
                model="account.settlement",
                res_id=settlement.id,
                documents=settlement._get_sources(),
                owner=settlement.provider_id.name,
            )
            found.setdefault(settlement.provider_id, []).append(item)
        return found

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
        settlements |= settlements.carried_to_id
        sent, returned, met, by_hand = settlements._read_paid_out(date)
        return {
            settlement.id: Payout(
                id=settlement.id,
                name=settlement._get_said_name(),
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
                returned_in=settlement.carried_to_id.id or None,
                is_met=settlement.id in met,
                by_hand=to_decimal(by_hand[settlement.id][0], settlement.currency_id)
                if settlement.id in by_hand
                else ZERO,
                hand_entries=by_hand[settlement.id][1] if settlement.id in by_hand else "",
                documents=settlement._get_sources(),
            )
            for settlement in settlements
        }
