"""How a month stands, and what has changed since it was signed.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from ..common.messages import _, register

register(
    {
        "closing_days_complete": _("Every day is here, up to %(date)s."),
        "closing_days_no_gap": _(
            "No gap shows, up to %(date)s: each settlement opens with the closing balance before. Days of which "
            "nothing was told: %(count)s."
        ),
        "closing_days_may_lack": _(
            "No gap shows, up to %(date)s. Days of which nothing was told: %(count)s. The provider's balance was zero "
            "before some of them, so that nothing was sold on these days cannot be seen from the balances."
        ),
        "closing_days_missing": _("The days after %(date)s are missing: fetch or upload them."),
        "closing_days_none": _("No day is here yet: fetch or upload the settlements."),
        "closing_days_not_told": _(
            "This provider tells of payouts, not of days. What is missing shows in the bank: payouts and bank lines "
            "below."
        ),
        "closing_documents_read": _(
            "Every document was read, and every opening balance is the closing balance before."
        ),
        "closing_documents_open": _(
            "Documents that were not read, or settlements that do not open with the closing balance before: %(count)s."
        ),
        "closing_booked": _("Settlements booked: %(count)s."),
        "closing_unbooked": _("Transactions that are not booked yet: %(count)s."),
        "closing_no_settlements": _("There is no settlement in this month."),
        "closing_no_errors": _("No settlement is in error or differs from what was booked."),
        "closing_errors": _("Settlements in error, or that differ from what was booked: %(count)s."),
        "closing_clearing_proven": _("%(account)s: %(amount)s at the end of the month, and each part is named."),
        "closing_clearing_stated": _(
            "%(account)s: %(amount)s at the end of the month, and each part is named. The provider says that it holds "
            "%(stated)s, which is what is booked and not paid out."
        ),
        "closing_clearing_not_booked": _(
            "%(account)s: %(amount)s at the end of the month, and each part is named. The provider says that it holds "
            "%(stated)s: %(booked)s that is booked and not paid out, and %(not_booked)s that is not booked yet."
        ),
        "closing_clearing_unproven": _(
            "%(account)s: %(amount)s at the end of the month, of which %(difference)s is not explained, or the "
            "provider's own balance differs. Open the proof of the account."
        ),
        "closing_unknown_zero": _("Nothing is unknown at the end of the month."),
        "closing_unknown_named": _("%(account)s: transactions unknown at the end of the month, each named: %(count)s."),
        "closing_payouts_met": _("Every payout is in the bank."),
        "closing_payouts_open": _("Payouts on their way to the bank: %(count)s, the first since %(date)s."),
        "closing_bank_met": _("No bank line waits for a payout."),
        "closing_bank_open": _("Bank lines without a payout: %(count)s."),
        "closing_not_by_hand": _("Nothing was booked on the clearing account by hand."),
        "closing_by_hand": _("Entries on the clearing account made by hand: %(count)s, by %(who)s."),
        "closing_registered": _(
            "Nothing was booked on the clearing account by hand, but customers' payments were registered on it in "
            "Odoo: %(registered)s."
        ),
        "closing_by_hand_and_registered": _(
            "Entries on the clearing account made by hand: %(count)s, by %(who)s. Customers' payments registered on it "
            "in Odoo: %(registered)s."
        ),
        "closing_orders_invoiced": _("Every order that was sold is invoiced."),
        "closing_orders_open": _("Orders without an invoice, or with another document missing: %(count)s."),
        "closing_invoices_paid": _("Every invoice of a web order is paid, and every credit note refunded."),
        "closing_invoices_open": _("Invoices that are not paid, and credit notes that are not refunded: %(count)s."),
        "closing_payments_matched": _("Every payment and refund has its document."),
        "closing_payments_open": _(
            "Payments and refunds without a document, or registered in Odoo and told of by no settlement: %(count)s."
        ),
        "closing_not_late": _("No transaction was moved by a lock."),
        "closing_late": _("Transactions moved by a lock, booked in a later period: %(count)s."),
        "closing_fees": _("%(percent)s %% of the payments; the month before %(before)s %%."),
        "closing_fees_first": _("%(percent)s %% of the payments. There is no month before to compare with."),
        "closing_fees_without_payments": _("There were no payments in this month."),
        "closing_no_rounding": _("No rounding was booked."),
        "closing_rounding": _("Differences booked as rounding: %(count)s."),
        "closing_no_disputes": _("No dispute is open."),
        "closing_disputes": _("Open disputes: %(count)s."),
        "closing_no_reserve": _("The provider holds no reserve."),
        "closing_reserve": _("%(account)s: held by the provider at the end of the month."),
        "closing_no_prepayments": _("No prepayment is open."),
        "closing_prepayments": _("%(account)s: prepayments open at the end of the month: %(count)s."),
        "closing_no_gift_cards": _("No gift card or store credit is owed."),
        "closing_gift_cards": _("Owed to holders of gift cards and store credit at the end of the month."),
        "closing_locked": _("The books are locked up to %(date)s."),
        "closing_not_locked": _("The month is not locked yet: lock it when it is signed."),
        "closing_balance_changed": _(
            "%(account)s at the end of the month: %(kept)s when it was signed, %(found)s now."
        ),
        "closing_voucher_added": _("%(voucher)s was posted in the month, after it was signed."),
        "closing_voucher_removed": _("%(voucher)s is no longer posted in the month."),
        "closing_voucher_altered": _("%(voucher)s has other amounts than when the month was signed."),
        "closing_voucher_reconciled": _("%(voucher)s is reconciled otherwise than when the month was signed."),
        "closing_voucher_reversed": _("%(voucher)s was reversed after the month was signed."),
        "closing_transactions_arrived": _("Transactions of the month that came after it was signed: %(count)s."),
        "closing_transactions_gone": _("Transactions of the month that are gone since it was signed: %(count)s."),
        "closing_transactions_altered": _(
            "The month's transactions were %(kept)s, with fees of %(kept_fee)s, when it was signed; now they are "
            "%(found)s, with fees of %(found_fee)s."
        ),
        "closing_part_new": _("%(account)s, new in the proof at the end of the month: %(reference)s, %(amount)s."),
        "closing_part_gone": _(
            "%(account)s, no longer in the proof at the end of the month: %(reference)s, %(amount)s."
        ),
        "closing_part_changed": _(
            "%(account)s, %(reference)s: %(kept)s at the end of the month when it was signed, %(found)s now."
        ),
        "closing_lack": _("New since the month was signed: %(what)s: %(reference)s."),
        "closing_lack_amount": _("New since the month was signed: %(what)s: %(reference)s, %(amount)s."),
        "closing_lack_order_not_invoiced": _("Order without invoice"),
        "closing_lack_order_waits": _("Order with a document missing"),
        "closing_lack_bank_without_payout": _("Bank line without payout"),
        "closing_lack_balances_differ": _("Opening balance differs from the closing balance before"),
        "closing_lack_document_not_read": _("Document not read"),
        "closing_lack_message_not_read": _("Shop's message not read"),
        "closing_lack_settlement_failed": _("Settlement in error"),
        "closing_lack_settlement_altered": _("Settlement that differs from what was booked"),
        "closing_more": _("And more of this kind: %(count)s."),
        "closing_signature_broken": _("What is stored of the signature is no longer what was signed."),
        "closing_check_changed": _("%(check)s. When the month was signed: %(kept)s Now: %(found)s"),
        "closing_check_days": _("Days"),
        "closing_check_booked": _("Settlements"),
        "closing_check_errors": _("Errors"),
        "closing_check_clearing": _("Clearing account"),
        "closing_check_unknown": _("Unknown transactions"),
        "closing_check_by_hand": _("Entries by hand"),
        "closing_check_late": _("Late transactions"),
        "closing_check_fees": _("Fees"),
        "closing_check_rounding": _("Rounding"),
        "closing_check_disputes": _("Disputes"),
        "closing_check_reserves": _("Reserves"),
        "closing_check_prepayments": _("Prepayments"),
        "closing_check_gift_cards": _("Gift cards"),
    }
)
