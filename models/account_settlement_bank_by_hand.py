from odoo import models
from odoo.exceptions import UserError

from ..matching.bank import CONVERSION_SHARE
from .money import to_decimal


class AccountSettlement(models.Model):
    """A person says which bank lines payouts are: several together, in parts, converted, or less what the bank took."""

    _inherit = "account.settlement"

    def _match_bank_items(self, items, account=None, reason=""):
        """Reconcile payouts with items of the bank's side, as a person has said.

        :param items: ``account.move.line`` of the bank's side: on the suspense account, or on the clearing account.
        :param account: for the difference, which is booked in the bank's entry; without it, it stays open.
        :param str reason: why there is a difference.
        :raises UserError: naming what does not go together.
        """
        items = self._get_chosen(items)
        self = self._as_user()
        self._check_bank_items(items, account, reason)
        for settlement in self:
            settlement._lock()
        first = self[:1].with_company(self.company_id)
        if account and self._get_bank_difference(items):
            items = items._get_back_on_suspense()
        difference = first._prepare_bank_difference(self, items, account, reason)
        converted = self._get_converted_amount(items)
        bank_lines = items.sudo().move_id.statement_line_id
        self._close_undone()
        counterparts = self.env["account.move.line"]
        for item in items.sorted("id"):
            is_last = item == items.sorted("id")[-1]
            counterparts |= item.sudo()._put_on_clearing(first, difference if is_last else None, converted).sudo(False)
        open_lines = counterparts
        for settlement in self:
            open_lines |= settlement._get_open_clearing_lines()
        first._reconcile_groups([open_lines])
        self.refused_bank_line_ids -= bank_lines
        self.write({"bank_proposal_data": False, "is_bank_found_by_amount": False})
        for settlement in self.filtered(lambda one: reason):
            settlement.message_post(body=self.env._("Matched with the bank by hand: %s", reason))

    def _check_bank_items(self, items, account, reason):
        """:raises UserError: when these payouts and items cannot be reconciled with each other."""
        if not self or not items:
            raise UserError(self.env._("Choose at least one payout and one bank line."))
        if len(self.provider_id.clearing_account_id) > 1 or len(self.currency_id) > 1 or len(self.company_id) > 1:
            raise UserError(self.env._("Choose payouts of one company, in one currency and on one clearing account."))
        self.provider_id._check_not_shadow()
        for settlement in self.filtered(lambda one: one.state != "booked"):
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(name)s is in the state %(state)s: only a booked payout that is open is matched with the bank.",
                    name=settlement.name,
                    state=states[settlement.state],
                )
            )
        for item in items:
            if not item._is_open_on_bank_side(self.provider_id.clearing_account_id, self.company_id):
                raise UserError(
                    self.env._(
                        "%s is no open bank line of this company any more. Close the dialog and open it again.",
                        item.display_name,
                    )
                )
        self._check_bank_amounts(items, account, reason)
        if account and not (reason or "").strip():
            raise UserError(self.env._("Enter a reason for the difference: it is kept with the bank's entry."))
        if account and account in self._get_reserved_accounts(items):
            raise UserError(
                self.env._(
                    "%s holds what customers, banks or providers owe, and is followed elsewhere. Choose an account of "
                    "cost or income for the difference.",
                    account.with_context(show_account_code=True).display_name,
                )
            )
        if account and not account.filtered_domain(account._check_company_domain(self.company_id)):
            raise UserError(
                self.env._(
                    "%(account)s does not belong to %(company)s.", account=account.code, company=self.company_id.name
                )
            )

    def _check_bank_amounts(self, items, account, reason):
        """:raises UserError: when the amounts say that these items are not these payouts."""
        currency = self.currency_id[:1]
        open_amount = self._get_open_amount(items)
        amounts = [item._get_bank_amount_in(currency) for item in items]
        if None not in amounts:
            if open_amount * sum(amounts) < 0:
                raise UserError(
                    self.env._(
                        "The bank line goes the other way than the payout. Choose the line by which it was paid."
                    )
                )
            return
        if len(items) > 1 or account:
            raise UserError(
                self.env._(
                    "A payout that the bank has converted is matched alone, with one bank line and no difference."
                )
            )
        received, payout = -items.sudo().balance, self._get_conversion_of(open_amount)
        if received * payout <= 0 or (
            abs(received - payout) > abs(payout) * float(CONVERSION_SHARE) and not (reason or "").strip()
        ):
            raise UserError(
                self.env._(
                    "The bank line is %(received)s, but at the day's rate the payout is %(payout)s. If it is this "
                    "payout all the same, enter the reason: the difference is booked as an exchange difference.",
                    received=self.company_id.currency_id.format(received),
                    payout=self.company_id.currency_id.format(payout),
                )
            )

    def _get_conversion_of(self, amount):
        """Return an amount of these payouts in company currency, at the day's rate of the first."""
        first, currency = self[:1], self.currency_id[:1]
        convert = first._get_conversion(first.payout_date or first.date)
        return float(convert(to_decimal(amount, currency), currency.name))

    def _get_reserved_accounts(self, items):
        """Return the accounts on which a difference would be lost: each is followed by itself."""
        providers = self.env["account.settlement.provider"]._get_all()
        reserved = providers.clearing_account_id | providers.unknown_account_id
        reserved |= items.sudo().journal_id.suspense_account_id
        types = ("asset_receivable", "liability_payable", "asset_cash", "liability_credit_card")
        return reserved | self.env["account.account"].sudo().search(
            [("account_type", "in", types), *reserved._check_company_domain(self.company_id)]
        )

    def _get_open_amount(self, items):
        """Return what is open of these payouts on the clearing account, without ``items``, in their currency."""
        lines = self.env["account.move.line"].union(*(settlement._get_open_clearing_lines() for settlement in self))
        return self.currency_id[:1].round(sum((lines - items).mapped("amount_residual_currency")))

    def _get_converted_amount(self, items):
        """Return what one item is in the payouts' currency, where the bank has converted it: all that is open."""
        is_converted = any(item._get_bank_amount_in(self.currency_id[:1]) is None for item in items)
        return self._get_open_amount(items) if is_converted else None

    def _get_bank_difference(self, items):
        """Return by how much these payouts are more than items of the bank's side, ``Decimal`` in their currency."""
        currency = self.currency_id[:1]
        received = sum(item._get_bank_amount_in(currency) or 0.0 for item in items)
        return to_decimal(currency.round(self._get_open_amount(items) - received), currency)

    def _prepare_bank_difference(self, settlements, items, account, reason):
        """Return the values of the item that books the difference, or None where there is none to book."""
        difference = settlements._get_bank_difference(items) if account else 0
        if not difference:
            return None
        if items.sorted("id")[-1].account_id == self.provider_id.clearing_account_id:
            raise UserError(
                self.env._(
                    "%s was made by hand and stands on the clearing account, so no difference can be booked in it. "
                    "Match it without one, and book the difference by an entry of your own on the clearing account.",
                    items.sorted("id")[-1].move_id.name,
                )
            )
        return {"account_id": account.id, "name": reason.strip(), "amount_currency": float(difference)}
