from odoo import models

from ..common.messages import Message
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """The status of a transaction after a voucher of it was reversed or found in the ledger."""

    _inherit = "account.settlement.line"

    def _note_booked_again(self):
        """Set the status of transactions that a voucher has booked, by where their amount is open."""
        for line in self:
            roles = set(line._get_open_move_lines().mapped("settlement_role"))
            on_account = "on_account" if roles & {"customer", "prepayment"} else "matched"
            line.status = "unknown" if "unknown" in roles else on_account
            line._note_customer_again()
        self._note_resolved_again()

    def _note_customer_again(self):
        """Set customer and invoice again on a transaction that was deleted and stored anew."""
        self.ensure_one()
        items = self.move_line_ids.filtered(lambda item: item.settlement_role in ("item", "customer"))
        partials = items.matched_debit_ids | items.matched_credit_ids
        invoices = (partials.debit_move_id | partials.credit_move_id).move_id.filtered(lambda move: move.is_invoice())
        if not self.invoice_id and len(invoices) == 1:
            self.invoice_id = invoices
        if not self.partner_id and len(items.partner_id) == 1:
            self.partner_id = items.partner_id

    def _note_resolved_again(self):
        """Set transactions that a correction voucher has moved from the unknown account to *resolved*."""
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
                    unknown.filtered(lambda item, account=account: item.account_id == account)._reconcile_again()
                line.status = "resolved"

    def _take_back_correction(self, booked):
        """Note on transactions that their correction voucher is no longer in the ledger.

        :param booked: :class:`~..booking.voucher_record.BookedVoucher`.
        """
        for line in self:
            said = Message(
                "correction_taken_out",
                {"voucher": booked.name},
            )
            line.explanation_data = line._get_explanation_after(said)
        self._note_booked_again()

    def _restore_values(self, wanted):
        """Write those of the values that the transaction does not have.

        :param dict wanted: values as they are written.
        """
        self.ensure_one()

        def found(name):
            field = self._fields[name]
            if field.type == "monetary":
                return to_decimal(self[name], self[field.get_currency_field(self)])
            return self[name].id if field.type == "many2one" else self[name]

        changed = {name: value for name, value in wanted.items() if found(name) != value}
        if changed:
            self.write(changed)
