from odoo import models
from odoo.fields import Domain
from odoo.tools import formatLang

from .own_writes import as_own
from .written_language import in_written_language


class AccountSettlementProvider(models.Model):
    """What stands on a provider's accounts from the bookkeeping before, and was accepted as its opening items."""

    _inherit = "account.settlement.provider"

    def _get_balance_accounts(self):
        """Return the accounts of this provider whose balance is carried over, in order."""
        self.ensure_one()
        return (
            self.clearing_account_id
            | self.unknown_account_id
            | self.prepayment_account_id
            | self.reserve_account_id
            | self.fee_payable_account_id
        )

    def _get_by_hand_domain(self):
        """Return the domain of posted journal items on this provider's accounts that our vouchers did not make."""
        return Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("parent_state", "=", "posted"),
                ("account_id", "in", self._get_balance_accounts().ids),
                ("move_id.settlement_id", "=", False),
                ("settlement_payout_id", "=", False),
            ]
        )

    def _get_opening_domain(self, date):
        """Return the domain of what is open on the clearing and the unknown account from before a day, booked by hand.

        :param date: the first ledger date that is booked here.
        """
        return (
            self._get_by_hand_domain()
            & Domain("account_id", "in", (self.clearing_account_id | self.unknown_account_id).ids)
            & Domain("date", "<", date)
            & (Domain("amount_residual", "!=", 0) | Domain("amount_residual_currency", "!=", 0))
            # Of agreements on one account each has its own.
            & Domain("settlement_opening_id", "in", [False, self.id])
        )

    def _revoke_opening_items(self):
        """Accept no longer what is not from before the start, as that was moved."""
        self.ensure_one()
        first = self.env["account.settlement.line"].search([("provider_id", "=", self.id)], order="date, id", limit=1)
        start = self.start_date or first.date
        if not start:
            return
        since = [("settlement_opening_id", "=", self.id), ("date", ">=", start)]
        items = self.env["account.move.line"].sudo().search(since)
        as_own(items).settlement_opening_id = False
        if items:
            env = in_written_language(self).env
            self.message_post(
                body=env._(
                    "%(count)s opening items are not from before the new start, and are accepted no longer.",
                    count=len(items),
                )
            )

    def _accept_opening_items(self, items):
        """Note that a person knows these journal items as the opening items of this provider, and no others.

        They are no longer on the list of what is on the clearing account without a payout.

        :param items: ``account.move.line``, open on the clearing or unknown account.
        """
        provider = self._as_manager()
        provider.ensure_one()
        items = provider._get_chosen(items)
        earlier = self.env["account.move.line"].sudo().search([("settlement_opening_id", "=", provider.id)])
        as_own(earlier - items).settlement_opening_id = False
        as_own(items - earlier).settlement_opening_id = provider.id
        # A bank line may have come before, and waits for them.
        for settlement in provider.settlement_ids.filtered(lambda one: one.state == "booked" and one.bank_item_ids):
            settlement._close_own_clearing()
        if items:
            env = in_written_language(provider).env
            provider.message_post(
                body=env._(
                    "%(count)s journal items were accepted as opening items, together %(amount)s.",
                    count=len(items),
                    amount=formatLang(
                        env, sum(items.mapped("amount_residual")), currency_obj=provider.company_currency_id
                    ),
                )
            )
