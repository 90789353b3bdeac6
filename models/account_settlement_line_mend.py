from odoo import models

from ..common.messages import Message, _
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """What a transaction says when a voucher of it was taken out of the ledger, or is found in it."""

    _inherit = "account.settlement.line"

    def _note_booked_again(self):
        """Say of transactions that a voucher has booked that they are booked: by where their amount is open."""
        for line in self:
            roles = set(line._get_open_move_lines().mapped("settlement_role"))
            on_account = "on_account" if roles & {"customer", "prepayment"} else "matched"
            line.status = "unknown" if "unknown" in roles else on_account
            line._note_customer_again()
        self._note_placed_again()

    def _note_customer_again(self):
        """Say again whose a transaction is, and of which invoice, where it was deleted and stored anew."""
        self.ensure_one()
        items = self.move_line_ids.filtered(lambda item: item.settlement_role in ("item", "customer"))
        partials = items.matched_debit_ids | items.matched_credit_ids
        invoices = (partials.debit_move_id | partials.credit_move_id).move_id.filtered(lambda move: move.is_invoice())
        if not self.invoice_id and len(invoices) == 1:
            self.invoice_id = invoices
        if not self.partner_id and len(items.partner_id) == 1:
            self.partner_id = items.partner_id

    def _note_placed_again(self):
        """Say of transactions that a correction voucher has moved from the unknown account that they are placed."""
        for line in self:
            unknown = line.move_line_ids.filtered(
                lambda item: item.parent_state == "posted" and item.settlement_role in ("unknown", "source")
            )
            unknown = unknown.filtered(
                lambda item: item.account_id == item.move_id.settlement_id.provider_id.unknown_account_id
            )
            is_moved = any(item.settlement_role == "source" for item in unknown)
            if is_moved and line.company_id.currency_id.is_zero(sum(unknown.mapped("balance"))):
                for account in unknown.account_id:
                    unknown.filtered(lambda item, account=account: item.account_id == account)._meet_again()
                line.status = "resolved"

    def _take_back_correction(self, booked):
        """Say of transactions that a correction voucher has placed that it is gone from the ledger.

        :param booked: :class:`~..matching.booked.BookedVoucher`.
        """
        for line in self:
            said = Message(
                _("Correction voucher %(voucher)s was taken out of the ledger: it was changed by force."),
                {"voucher": booked.name},
            )
            line.explanation_data = [said.to_json(), *(line.explanation_data or [])]
        self._note_booked_again()

    def _set_back(self, wanted):
        """Set a transaction back to what it was, where it is not so still.

        :param dict wanted: values as they are written.
        """
        self.ensure_one()

        def found(name):
            field = self._fields[name]
            if field.type == "monetary":
                return to_decimal(self[name], self.currency_id)
            return self[name].id if field.type == "many2one" else self[name]

        changed = {name: value for name, value in wanted.items() if found(name) != value}
        if changed:
            self.write(changed)
