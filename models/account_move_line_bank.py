from odoo import api, fields, models
from odoo.fields import Command

from .own_writes import as_own


class AccountMoveLine(models.Model):
    """The bank's side of the clearing account: bank lines are put there, and what anybody reconciles there is noted."""

    _inherit = "account.move.line"

    bank_amount = fields.Monetary(
        compute="_compute_bank_amount",
        currency_field="currency_id",
        help="What the bank received by it, as far as it is open.",
    )

    @api.depends("amount_currency", "amount_residual_currency", "account_id")
    def _compute_bank_amount(self):
        for item in self:
            item.bank_amount = item._get_bank_amount()

    def _put_on_clearing(self, settlement, difference=None, converted=None):
        """Return this item of the bank's side on the settlement's clearing account, as what belongs to it.

        On the suspense account it is replaced, as Odoo's own bank reconciliation does: the entry stays posted, and its
        number and amounts stay.

        :param settlement: ``account.settlement``.
        :param difference: values of one more item (``account_id``, ``name``, ``amount_currency``), by which the payout
            is more or less than the bank line; the item on the clearing account is the rest.
        :param converted: what the item is in the settlement's currency, where the bank has converted it.
        """
        self.ensure_one()
        account = settlement.provider_id.clearing_account_id
        if self.account_id == account:
            as_own(self).settlement_payout_id = settlement
            return self
        # In Community the right to change bank lines belongs to a group that cannot be selected.
        item = self.sudo()
        vals_list = item._prepare_clearing_vals(settlement, difference, converted)
        move, existing = item.move_id, item.move_id.line_ids
        as_own(move.statement_line_id).with_context(force_delete=True, skip_readonly_check=True).write(
            {"line_ids": [Command.delete(item.id), *map(Command.create, vals_list)]}
        )
        added = move.line_ids - existing
        return added.filtered(lambda line: line.account_id == account).with_env(self.env)

    def _prepare_clearing_vals(self, settlement, difference, converted):
        """Return the values of the items that take this suspense item's place.

        A payout that the bank has converted has its own amount in its own currency, and the bank's in company currency.
        """
        partner = self.partner_id or settlement.provider_id.partner_id
        amount_currency, currency = self.amount_currency, self.currency_id
        if settlement.currency_id == self.company_currency_id:
            amount_currency, currency = self.balance, self.company_currency_id
        elif settlement.currency_id != currency:
            amount_currency, currency = -converted, settlement.currency_id
        vals = {
            "account_id": settlement.provider_id.clearing_account_id.id,
            "partner_id": partner.id,
            "name": self.name,
            "balance": self.balance,
            "amount_currency": amount_currency,
            "currency_id": currency.id,
            "settlement_payout_id": settlement.id,
        }
        if not difference:
            return [vals]
        rate = self.balance / amount_currency if amount_currency else 1.0
        balance = self.company_currency_id.round(difference["amount_currency"] * rate)
        vals["amount_currency"] = currency.round(amount_currency - difference["amount_currency"])
        vals["balance"] = self.company_currency_id.round(self.balance - balance)
        return [vals, {**difference, "balance": balance, "currency_id": currency.id, "partner_id": partner.id}]

    def _get_back_on_suspense(self):
        """Take bank lines off the clearing account; return these items, with those on the suspense account instead."""
        placed = self.sudo().filtered(lambda item: item.account_id != item.journal_id.suspense_account_id)
        bank_lines = placed.move_id.statement_line_id
        rest = self - bank_lines.line_ids.with_env(self.env)
        as_own(bank_lines).action_undo_reconciliation()
        suspense = self.browse()
        for bank_line in bank_lines:
            suspense |= bank_line._seek_for_lines()[1].with_env(self.env)
        return rest | suspense

    def _is_open_on_bank_side(self, clearing_account, company):
        """Whether this is an open item of the bank's side, on the suspense account or on this clearing account."""
        self.ensure_one()
        item = self.sudo()
        if item.parent_state != "posted" or item.company_id != company or item.move_id.settlement_id:
            return False
        if item.account_id == clearing_account:
            return bool(item.amount_residual_currency)
        return bool(item.move_id.statement_line_id) and item.account_id == item.journal_id.suspense_account_id

    def _get_bank_amount(self):
        """Return what the bank received by this item of its side, as far as it is open, in the item's currency."""
        self.ensure_one()
        return self._get_bank_amount_in(self.currency_id)

    def _get_bank_amount_in(self, currency):
        """Return what the bank received by it in ``currency``; None where the bank has converted it to another."""
        self.ensure_one()
        item = self.sudo()
        is_suspense = item.account_id == item.journal_id.suspense_account_id
        if item.currency_id == currency:
            return -(item.amount_currency if is_suspense else item.amount_residual_currency)
        if item.company_currency_id == currency:
            return -(item.balance if is_suspense else item.amount_residual)
        return None

    def _get_paid_settlements(self):
        """Return the settlements whose payout these items of the bank's side are, without aborted ones in it."""
        items = self.filtered(lambda item: not item.settlement_clearing_id and not item.settlement_role)
        met = items.matched_debit_ids.debit_move_id | items.matched_credit_ids.credit_move_id
        settlements = items.settlement_payout_id | met.settlement_clearing_id
        return settlements.filtered(lambda settlement: not settlement.carried_to_id & settlements)

    # ---------------------------------------------------------------- what others reconcile

    def _get_clearing_settlements(self):
        """Return the settlements of the clearing lines among these items, and among all they are reconciled with."""
        if not self:
            # Odoo takes the reconciliations of every item apart that it writes on: most have none
            return self.env["account.settlement"]
        accounts = self.env["account.settlement.provider"]._get_all()
        items = self.sudo().filtered(lambda item: item.account_id in accounts.clearing_account_id)
        return items._all_reconciled_lines().settlement_clearing_id if items else self.env["account.settlement"]

    def _recompute_bank_state(self):
        """Let the state of settlements be read anew, where something they are reconciled with was opened or closed."""
        settlements = self._get_clearing_settlements().sudo()
        self.env.add_to_compute(settlements._fields["state"], settlements)
        settlements.invalidate_recordset(["bank_state", "bank_message", "needs_bank_decision"], flush=False)
        return settlements

    def _reconcile_post_hook(self, data):
        """Note on settlements which bank line their payout was reconciled with, whoever did it."""
        result = super()._reconcile_post_hook(data)
        for settlement in self._recompute_bank_state():
            met = self.sudo() & settlement.bank_item_ids
            as_own(met.filtered(lambda item: not item.settlement_payout_id)).settlement_payout_id = settlement
            if met and self.sudo() & settlement._get_clearing_items():
                settlement.is_bank_found_by_amount = False
                for move in met.move_id:
                    settlement.message_post(
                        body=self.env._("The payout was matched with bank line %s.", move._get_html_link())
                    )
        return result
