from odoo import models

from ..booking.voucher_record import BookedTransaction
from ..common.messages import Message
from ..matching.outcomes import Status
from ..providers.records import BANK_KINDS
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """What the book stage writes on a transaction."""

    _inherit = "account.settlement.line"

    def _note_decisions(self, decisions, date, booking_date, fees):
        """Store where each transaction was booked and why.

        :param fees: ``{transaction id: FeeBooking}`` of :func:`~..booking.fees.book_fees`.
        """
        by_id = {decision.line.id: decision for decision in decisions}
        for line in self:
            decision = by_id[line.id]
            # A transaction without a voucher of ours is not moved by a lock.
            has_voucher = decision.line.kind not in BANK_KINDS and decision.status is not Status.NEW
            booked = booking_date if has_voucher else date
            is_late = booked != date
            explanation = line._get_kept_messages()
            explanation += [message.to_json() for message in decision.explanation]
            if is_late:
                late = Message("late", {"date": date, "booked": booked})
                explanation.append(late.to_json())
            line.write(
                {
                    "status": str(decision.status),
                    "explanation_data": explanation,
                    "tried_data": [message.to_json() for message in decision.tried],
                    "decided_rule": decision.rule_id or 0,
                    "is_exclusion_proposed": decision.status is Status.NEW,
                    "rule_id": decision.rule_id or False,
                    "invoice_id": decision.invoice_id or False,
                    "sale_order_id": decision.case.order_id if decision.case else False,
                    "partner_id": decision.partner_id or False,
                    "is_dispute": decision.is_dispute,
                    "is_late": is_late,
                    "booking_date": booked,
                    "difference": decision.difference or False,
                    "is_reopened": any(message.code == "taken_back_before" for message in decision.explanation),
                    "fee_vat_issue": self._get_fee_vat_issue(fees.get(line.id)),
                }
            )

    @staticmethod
    def _get_fee_vat_issue(fee):
        return str(fee.issue) if fee and fee.issue else False

    def _reset_to_new(self):
        self.write(
            {
                "status": "new",
                "difference": False,
                "is_late": False,
                "booking_date": False,
                "fee_vat_issue": False,
                "is_exclusion_proposed": False,
                "is_reopened": False,
            }
        )

    def _get_document_digests(self):
        """Return the SHA-256 of the documents these transactions come from."""
        return tuple(sorted(self.document_id.mapped("sha256")))

    def _to_booked(self):
        """Return these transactions as :class:`~..booking.voucher_record.BookedTransaction`."""
        return [
            BookedTransaction(
                id=line.id,
                external_id=line.external_id,
                kind=line.kind,
                date=line.date,
                amount=to_decimal(line.amount, line.currency_id),
                fee=to_decimal(line.fee, line.currency_id),
                currency=line.currency_id.name,
                provider_reference=line.provider_reference or "",
                settlement_id=line.settlement_id.id,
            )
            for line in self
        ]
