from odoo import models
from odoo.fields import Command

from .own_writes import as_own


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def action_undo_reconciliation(self):
        """A payout whose bank line is taken back waits for its bank line again."""
        result = super().action_undo_reconciliation()
        Settlement = self.env["account.settlement"].sudo()
        Settlement.search([("bank_line_id", "in", self.ids)]).bank_line_id = False
        Settlement.search([("returned_bank_line_id", "in", self.ids)]).returned_bank_line_id = False
        return result

    def _replace_suspense_by_clearing(self, account, settlement):
        """Move the line's counterpart from the suspense account to a clearing account, as Odoo's own bank
        reconciliation does: the entry stays posted, its number and amounts stay.

        :param account: the clearing ``account.account``. :param settlement: the ``account.settlement`` it pays out.
        :return: the new counterpart, ``account.move.line``.
        """
        self.ensure_one()
        # In Community the right to change bank lines belongs to a group that cannot be selected.
        self = self.sudo()
        _liquidity, suspense, _other = self._seek_for_lines()
        existing = self.move_id.line_ids
        as_own(self).with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": suspense.partner_id.id,
                            "name": suspense.name,
                            "balance": suspense.balance,
                            "amount_currency": suspense.amount_currency,
                            "currency_id": suspense.currency_id.id,
                            "settlement_payout_id": settlement.id,
                        }
                    ),
                ]
            }
        )
        return (self.move_id.line_ids - existing).sudo(False)
