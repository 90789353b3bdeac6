from odoo import models
from odoo.exceptions import UserError

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
        bank_lines = items.sudo().move_id.statement_line_id
        counterparts = self.env["account.move.line"]
        for item in items.sorted("id"):
            is_last = item == items.sorted("id")[-1]
            counterparts |= item.sudo()._put_on_clearing(first, difference if is_last else None).sudo(False)
        open_lines = counterparts
        for settlement in self:
            open_lines |= settlement._get_open_clearing_lines()
        first._reconcile_groups([open_lines])
        self.refused_bank_line_ids -= bank_lines
        self.bank_proposal_data = False
        for settlement in self.filtered(lambda one: reason):
            settlement.message_post(body=self.env._("Matched with the bank by hand: %s", reason))

    def _check_bank_items(self, items, account, reason):
        """:raises UserError: when these payouts and items cannot be reconciled with each other."""
        if not self or not items:
            raise UserError(self.env._("Choose at least one payout and one bank line."))
        if len(self.provider_id.clearing_account_id) > 1 or len(self.currency_id) > 1 or len(self.company_id) > 1:
            raise UserError(self.env._("Choose payouts of one company, in one currency and on one clearing account."))
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
        if (items.currency_id != self.currency_id) and (len(items) > 1 or len(self) > 1 or account):
            raise UserError(
                self.env._(
                    "A payout that the bank has converted is matched alone, with one bank line and no difference."
                )
            )
        if account and not (reason or "").strip():
            raise UserError(self.env._("Enter a reason for the difference: it is kept with the bank's entry."))
        if account and account == self.provider_id.clearing_account_id:
            raise UserError(self.env._("Choose another account for the difference than the clearing account itself."))
        if account and not account.filtered_domain(account._check_company_domain(self.company_id)):
            raise UserError(
                self.env._(
                    "%(account)s does not belong to %(company)s.", account=account.code, company=self.company_id.name
                )
            )

    def _get_bank_difference(self, items):
        """Return by how much these payouts are more than items of the bank's side, ``Decimal`` in their currency."""
        currency = self.currency_id[:1]
        lines = self.env["account.move.line"].union(*(settlement._get_open_clearing_lines() for settlement in self))
        amount = sum((lines - items).mapped("amount_residual_currency")) - sum(
            item._get_bank_amount() for item in items
        )
        return to_decimal(amount, currency)

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
