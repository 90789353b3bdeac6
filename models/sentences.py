"""What the records report: on transactions, documents, orders, and in the proof of the books.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from ..common.messages import _, register

register(
    {
        "item_of_payout": _("The payout of %(name)s."),
        "item_of_transactions": _("%(role)s: the sum of %(count)s transactions of %(name)s."),
        "fetched_again": _("Fetched again: %(name)s was read instead."),
        "document_excluded_by": _("Excluded by %(user)s."),
        "row_misread": _("Transaction %(row)s reads %(found)s, but document %(document)s has %(booked)s."),
        "row_invented": _("Transaction %(row)s of %(amount)s is not in its document %(document)s."),
        "row_missing": _("Transaction %(row)s of %(amount)s is in document %(document)s, but is not stored."),
        "row_without_document": _("Transaction %(row)s of %(amount)s has no document."),
        "payout_missing": _("Payout %(number)s of %(amount)s is in document %(document)s, but is not stored."),
        "content_removed_early": _(
            "The content of document %(document)s is marked as removed, but it must be kept until %(date)s."
        ),
        "payout_amount": _("%(amount)s %(reference)s"),
        "payout_misread": _("The payout reads %(found)s, but document %(document)s has %(booked)s."),
        "content_changed": _(
            "Document %(document)s is no longer what was received: the SHA-256 of its content is not %(booked)s. "
            "Upload the original file again to restore it."
        ),
        "no_document": _("%(settlement)s has %(count)s transactions but no document."),
        "not_its_document": _(
            "%(count)s transactions are linked to document %(found)s, which is not one of this settlement's: "
            "%(booked)s."
        ),
        "document_unreadable": _(
            "Document %(document)s, the source of %(count)s transactions, cannot be read: its SHA-256 is now %(found)s."
        ),
        "fees_owed_differ": _(
            "Fees owed for transaction %(row)s add up to %(found)s, but to %(booked)s in the documents."
        ),
        "fee_owed_unreported": _("Transaction %(row)s, %(found)s, is a fee owed that no document reports."),
        "fee_type_all_other": _("All other fees"),
        "stored_rows_differ_from_payout": _(
            "The rows of settlement %(number)s plus its opening balance give %(total)s, but %(payout)s is paid "
            "out. Something is missing or duplicated: compare it with the provider's own report."
        ),
        "assigned_by_hand": _("Matched by hand with %(target)s."),
        "booked_with_tax": _("The amount includes %(tax)s."),
        "booked_without_tax": _("Booked without VAT, although %(account)s usually has %(tax)s."),
        "late": _("Dated %(date)s, which is locked: booked on %(booked)s."),
        "kept_by_person": _("To be booked, %(user)s: %(reason)s"),
        "excluded_by": _("Excluded by %(user)s: %(reason)s"),
        "undone_by": _("Undone by %(user)s: %(reason)s"),
        "vat_reviewed_by": _("VAT reviewed by %(user)s: %(reason)s"),
        "correction_taken_out": _(
            "Correction voucher %(voucher)s was reversed, because it had been changed outside the program."
        ),
        "not_moved": _("A match was found, but the amount could not be moved there: %(error)s"),
        "person_says": _("%(user)s: %(reason)s"),
        "unreconciled_by": _(
            "%(user)s removed its reconciliation with %(document)s: %(amount)s is open again. It is not matched with "
            "that again by itself: press Retry to allow it, or match it by hand."
        ),
        "document_changed_by": _(
            "%(user)s reset %(document)s to draft and changed it: %(amount)s is open again. It is matched again when "
            "the document is posted."
        ),
        "document_cancelled_by": _(
            "%(user)s cancelled %(document)s: %(amount)s is open again. Pay it back, or match it by hand."
        ),
        "document_deleted_by": _(
            "%(user)s deleted %(document)s: %(amount)s is open again. Pay it back, or match it by hand."
        ),
        "document_reversed_by": _(
            "%(user)s reversed %(document)s: %(amount)s is open again. It is matched with the invoice that replaces it "
            "when that is posted; if there is none, pay it back, or match it by hand."
        ),
        "credit_note_cancelled_by": _(
            "%(user)s cancelled %(document)s: %(amount)s is open again. It has been paid back, so the customer owes "
            "it until there is another credit note: make one, or match it by hand."
        ),
        "credit_note_deleted_by": _(
            "%(user)s deleted %(document)s: %(amount)s is open again. It has been paid back, so the customer owes it "
            "until there is another credit note: make one, or match it by hand."
        ),
        "credit_note_reversed_by": _(
            "%(user)s reversed %(document)s: %(amount)s is open again. It has been paid back, so the customer owes it "
            "until there is another credit note: make one, or match it by hand."
        ),
        "awaits_no_invoice": _(
            "No invoice of %(name)s is expected any more to use the %(amount)s %(currency)s that was booked to the "
            "customer. Pay it back, or match it by hand."
        ),
        "stood_on_customer": _("At first it stood open on the customer, for %(name)s."),
        "reconciled_and_undone": _(
            "It was undone, but somebody else had reconciled it by hand, and that stays. Book it again: it takes the "
            "same place. Or remove that reconciliation first."
        ),
        "document_customer_changed_by": _(
            "%(user)s changed the customer of %(document)s from %(before)s to %(after)s: %(amount)s is open again on "
            "%(before)s, and is moved to %(after)s where the document is found by the rules. Else match it by hand."
        ),
        "counterpart_undone_by": _(
            "%(user)s undid %(document)s, which it was reconciled with: %(amount)s is open again until that is booked "
            "again, or until it is matched by hand."
        ),
        "opened_outside": _(
            "It was matched, but is open again; what opened it was not noted. Press Retry, or match it by hand."
        ),
        "reconciled_by_hand": _("%(user)s reconciled %(amount)s of it by hand with %(document)s."),
        "closed_since": _("Nothing of it is open any more: it was reconciled with %(documents)s."),
        "placed_before": _("A person had matched it by hand before it was undone."),
        "placed_again": _("Matched again as %(user)s had matched it before: %(reason)s"),
        "not_placed_again": _(
            "%(user)s had matched it with %(target)s (%(reason)s), but that is not possible any more: %(error)s It is "
            "matched by the rules, or by hand."
        ),
        "rest_not_placed_again": _(
            "%(user)s had matched %(amount)s of it with %(target)s (%(reason)s), but that is not possible any more: "
            "%(error)s It stays where the rules have put it. Match it by hand if it belongs elsewhere."
        ),
        "part_stays_taken_back": _(
            "A person took %(amount)s of it back from %(target)s: that is open until a person matches it again."
        ),
        "placed_with_others": _(
            "A person had matched it together with %(lines)s: that is done again when those are booked again. Match it "
            "by hand if they are not to be."
        ),
        "voucher_copy_missing": _(
            "The stored copy of voucher %(voucher)s, debit %(amount)s, which reverses another, is missing."
        ),
        "voucher_foreign": _(
            "Voucher %(voucher)s, debit %(amount)s, is linked to this settlement, but was not booked from it."
        ),
        "row_without_voucher": _("Transaction %(row)s of %(amount)s is marked as booked, but is in no voucher."),
        "row_in_two_vouchers": _("Transaction %(row)s of %(amount)s is in more than one voucher."),
        "row_booked_unmarked": _("Transaction %(row)s of %(amount)s is in a voucher, but is not marked as booked."),
        "clearing_differs": _(
            "The clearing account has %(found)s from this settlement, but its transactions give %(booked)s."
        ),
        "residual_differs": _(
            "According to the journal item, %(found)s %(currency)s of %(item)s is open, but %(booked)s according "
            "to its reconciliations."
        ),
        "reconciled_mark_wrong": _("%(item)s has %(found)s open, but its reconciled mark says otherwise."),
        "exclusion_lost": _(
            "Transaction %(row)s of %(amount)s was excluded because of a journal item that no longer has its amount."
        ),
        "item_of_other_settlement": _("%(item)s of voucher %(voucher)s has %(found)s, but belongs to %(booked)s."),
        "and_more": _("… and %(count)s more."),
        "not_an_amount": _("%(record)s: %(field)s is %(found)s, but an amount is expected."),
        "row_sum_differs_in_ledger": _(
            "Transaction %(row)s of %(amount)s has %(found)s in the ledger instead of %(booked)s."
        ),
        "row_in_other_company": _(
            "Transaction %(row)s of %(amount)s has %(found)s, but its settlement has %(booked)s."
        ),
        "row_hidden": _(
            "%(found)s of transaction %(row)s of %(amount)s is open on the unknown account, but the transaction "
            "is not shown there: it is marked as %(status)s."
        ),
        "settlement_elsewhere": _("%(settlement)s has %(found)s, but its provider has %(booked)s."),
        "entry_pretends": _(
            "Entry %(voucher)s, debit %(amount)s, has journal items marked as this settlement's, but is not one "
            "of its vouchers."
        ),
        "reversal_foreign": _(
            "Entry %(voucher)s, debit %(amount)s, is marked as reversing a voucher of this settlement, but was "
            "not booked from it."
        ),
        "paid_but_open": _("It is marked as paid out, but %(found)s of %(booked)s is open on the clearing account."),
        "reconciled_elsewhere": _(
            "%(item)s, which is reconciled with the clearing account, is on %(found)s and not on %(booked)s."
        ),
        "reconciled_unposted": _(
            "%(item)s, which is reconciled with the clearing account, is not posted: its entry is %(found)s."
        ),
        "bank_line_differs": _("Bank line %(item)s has %(found)s of this payout, but %(booked)s was paid out."),
        "bank_in_transit": _("On its way to the bank since %(date)s (%(days)s days). No bank line has come."),
        "bank_short": _(
            "The bank has received %(amount)s %(currency)s less than the payout. If the rest is to come, wait for it. "
            "If not, take the bank line back with Take Back the Bank Line, and book the difference with Match Bank…."
        ),
        "bank_over_opening": _(
            "%(amount)s %(currency)s of its bank line is what the provider owed before the first transaction, and is "
            "still open on the clearing account. Accept the opening items under Configuration › Go-Live, or choose "
            "the entry of before with Match Bank…."
        ),
        "bank_over": _(
            "%(amount)s %(currency)s of its bank line is still open on the clearing account: another payout in the "
            "same bank line, or an amount paid to the provider. Match Bank… on that payout closes it; a bank line that "
            "paid the provider is put on the clearing account."
        ),
        "bank_open_differs": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, is this payout, but %(open)s %(currency)s is open on "
            "the clearing account. Look for what is missing there: a bank line by which the provider was paid is put "
            "on the clearing account, then this one is matched."
        ),
        "payout_contradicts": _(
            "%(filename)s reports settlement %(number)s with a payout of %(found)s%(row)s, but it is stored with "
            "%(stored)s and the rows of %(other)s. Undo the stored settlement first if this document is the right"
            " one."
        ),
        "document_with_gap": _(
            "%(filename)s starts on %(date)s with a balance of %(found)s, but the last known balance, of %(last)s, is "
            "%(expected)s. The time between is missing: fetch or upload it. Until then this document waits."
        ),
        "document_with_gap_after": _(
            "%(filename)s ends on %(date)s with a balance of %(found)s, but what is stored from %(last)s on starts "
            "from %(expected)s. The time between is missing: fetch or upload it. Until then this document waits."
        ),
        "transaction_contradicts": _(
            "%(filename)s, row %(row)s: transaction %(id)s is %(found)s here, but %(stored)s in %(other)s. The "
            "same transaction cannot have two amounts: ask the provider which document is right."
        ),
        "settlement_without_agreement": _(
            "%(document)s: %(amount)s %(currency)s of settlement %(number)s are for merchant %(merchant)s, and no "
            "active provider has that number in that currency. Activate one: then it is booked. If it is not yours, "
            "exclude the document."
        ),
        "settlement_fits_several": _(
            "%(document)s: %(amount)s %(currency)s of settlement %(number)s are for merchant %(merchant)s, and several "
            "providers fit: %(providers)s. It waits. Archive those that are not in use, then read it again."
        ),
        "document_does_not_add_up": _("%(filename)s adds nothing new, and does not add up: %(problem)s"),
        "payout_of_known_rows": _(
            "%(filename)s reports payout %(number)s of %(found)s, but all its transactions are in payout %(other)s of "
            "%(stored)s already (%(document)s). Ask the provider which document is right. If it is this one, undo "
            "%(other)s first, then upload this again."
        ),
        "payout_of_booked_rows": _(
            "%(filename)s reports payout %(number)s, but %(count)s of its transactions are booked in %(other)s with "
            "others, before their payout was known. Undo %(other)s first, then upload this again."
        ),
        "row_in_two_payouts": _(
            "Transaction %(row)s of %(amount)s is in payout %(number)s of %(found)s (%(filename)s), but is stored with "
            "payout %(other)s of %(stored)s (%(document)s). It is paid out once: ask the provider which document is "
            "right, undo the settlement of the other one, and upload the right one again."
        ),
        "difference_accepted_by": _(
            "No row of the document explains it. %(user)s accepted the payout as it is. Reason: %(reason)s"
        ),
        "row_replaced": _("Undone before. %(document)s, the better document, does not have it: it counts no more."),
        "and_additional_row": _(" and an additional row %(row)s"),
        "row_stored_again": _("Stored again: it had been deleted outside the program."),
        "voucher_deleted": _("Voucher %(voucher)s of %(date)s, debit %(amount)s, was deleted."),
        "voucher_not_posted": _("Voucher %(voucher)s, debit %(amount)s, is no longer posted: it is %(state)s."),
        "voucher_renumbered": _("Voucher %(booked)s now has the number %(found)s."),
        "voucher_redated": _("Voucher %(voucher)s was booked on %(booked)s, but is now dated %(found)s."),
        "voucher_in_other_journal": _("Voucher %(voucher)s was booked in journal %(booked)s, but is now in %(found)s."),
        "voucher_unlinked": _("Voucher %(voucher)s is no longer linked to this settlement."),
        "voucher_copy_changed": _(
            "The stored copy of voucher %(voucher)s, which it is compared with, was itself changed."
        ),
        "row_changed": _("Transaction %(row)s was booked as %(booked)s, but now reads %(found)s."),
        "row_gone": _("Transaction %(row)s was booked as %(booked)s, but no longer exists."),
        "voucher_copy_moved": _(
            "The stored copy of voucher %(voucher)s belonged to %(booked)s, but is now with %(found)s."
        ),
        "voucher_changed": _("Voucher %(voucher)s: %(field)s was %(booked)s, but is now %(found)s."),
        "reversal_orphaned": _(
            "What voucher %(voucher)s, debit %(amount)s, reverses was deleted: it no longer reverses anything."
        ),
        "voucher_documents_changed": _(
            "Voucher %(voucher)s was booked from documents with the SHA-256 %(booked)s, but its transactions now "
            "come from %(found)s."
        ),
        "no_line_of_rate": _(
            "No line of the order has %(rate)s %%, so there is no account to book %(amount)s to. Write the credit "
            "note by hand from the invoice under Documents, then choose Include Documents Made by Hand."
        ),
        "document_made_by_hand": _(
            "%(documents)s was made by hand, so the shop's own documents are not added to it. Choose Include Documents "
            "Made by Hand if it is of this order, else Exclude."
        ),
        "draft_made_by_hand": _(
            "%(documents)s is a draft made by hand, so the shop's own documents are not added to it. If it is of this "
            "order, post it under Documents and choose Include Documents Made by Hand; else cancel it and choose Retry."
        ),
        "document_set_to_draft": _("%(documents)s is a draft. Post it under Documents, or cancel it and choose Retry."),
        "document_cancelled": _("%(documents)s was cancelled by hand. Retry to create it anew, or exclude the order."),
        "document_currency_differs": _(
            "The document would be in %(made)s, but the order is in %(wanted)s. It was not created. Choose Draft "
            "Invoice, correct it and post it."
        ),
        "document_total_differs": _(
            "The document would come to %(made)s with %(made_tax)s VAT, but the shop has %(wanted)s with "
            "%(wanted_tax)s. It was not created. Choose Draft Invoice, correct it and post it."
        ),
        "documents_differ": _(
            "The documents of this order come to %(booked)s, but the shop has %(wanted)s. The difference is "
            "%(difference)s. Choose Draft of the Difference, correct it and post it."
        ),
        "refund_not_credited": _(
            "The shop refunded %(amount)s (%(refund)s), which cannot be credited by the lines of the order. Choose "
            "Draft of the Difference, correct it and post it."
        ),
        "document_rate_differs": _(
            "The document would have %(made)s at %(rate)s %% VAT, but the shop has %(wanted)s at that rate. It was not "
            "created. Choose Draft Invoice, correct it and post it."
        ),
        "booking_stopped": _(
            "Booking stopped on an unexpected error; see the server log. It is not retried automatically: press Retry."
        ),
        "booking_failed": _("Booking stopped on an unexpected error; see the server log. It is retried automatically."),
        "order_with_down_payment": _(
            "Order %(order)s has a down payment, which is invoiced in Odoo by hand. Exclude the order here."
        ),
        "order_content_removed": _(
            "%(reason)s The documents it calls for can no longer be worked out, so nothing was booked. Make what "
            "is missing by hand, then exclude the order."
        ),
        "keep_unpaid": _("%(document)s of order %(order)s is not fully paid."),
        "keep_unfinished": _("Order %(order)s is not finished."),
        "keep_unmatched": _("A transaction of order %(order)s is not matched yet."),
        "keep_unposted": _("A document of order %(order)s is not posted yet."),
        "keep_unlocked": _("Order %(order)s is booked in a period that is not locked yet."),
        "account_of_gift_cards": _("gift cards"),
        "account_of_store_credit": _("store credit"),
        "account_of_tips": _("tips"),
        "account_of_rounding": _("cash rounding"),
        "shop_without_account": _(
            "The shop has no account for %(what)s, which this order needs. Choose it under Accounts of the Shop; all "
            "orders that wait for it then go on."
        ),
        "order_with_too_many_lines": _(
            "The order has %(count)s lines, more than the limit of %(limit)s. Write its invoice by hand, or "
            "divide the order in the shop."
        ),
        "reading_stopped": _(
            "Reading stopped on an unexpected error; see the server log. It is not retried automatically: press Read "
            "Again."
        ),
        "reading_failed": _("Reading stopped on an unexpected error; see the server log. It is retried automatically."),
        "fetching_failed": _(
            "Fetching stopped on an unexpected error; see the server log. It is retried automatically."
        ),
        "waits_for_order": _("Waits for order %(order)s."),
        "content_removed_unneeded": _(
            "The content of order %(order)s was removed on %(date)s, because it was no longer needed."
        ),
        "content_removed_superseded": _(
            "The content of order %(order)s was removed on %(date)s, because a later document has the same content."
        ),
        "content_removed_erasure": _(
            "The content of order %(order)s was removed on %(date)s, because the customer's data were erased."
        ),
        "order_id_unusable": _("%(id)s cannot be the id of an order. Nothing was stored."),
        "ordered_before_start": _("Ordered before %(date)s, when this shop starts here."),
        "test_order": _("A test order."),
        "not_paid": _("Neither paid nor reserved yet."),
        "older_than_known": _("Older than what is already stored of the order."),
        "method_excluded": _("Paid or delivered by %(method)s, which is excluded here."),
        "shop_cannot_be_asked": _("This shop sends its orders itself, so nothing can be fetched."),
        "foreign_vat_undecided": _(
            "The shop charged %(tax)s VAT in %(amount)s to %(country)s: %(rate)s %%, tax name %(tax_class)s. The "
            "rate alone does not tell whose VAT it is. Choose Decide on VAT: owed to that country (OSS or IOSS), "
            "domestic VAT that the shop charged, or no VAT (export). All orders that wait for it then go on."
        ),
        "vat_charged_outside_area": _(
            "The shop charged %(tax)s VAT for order %(order)s, sent to %(place)s, which is outside the VAT area. It is "
            "booked as charged, and owed. If it was charged by mistake, refund it to the buyer in the shop."
        ),
        "line_tax_unknown": _(
            "No tax of the company corresponds to %(rate)s %% on the line %(line)s of %(amount)s (%(area)s). Add it "
            "under Taxes of the Shop; all orders that wait for it then go on."
        ),
        "written_by_hand": _(
            "If the shop cannot be corrected, choose Draft Invoice, correct it and post it, or write a credit note "
            "from the invoice under Documents: then the order goes on."
        ),
        "line_tax_rate_differs": _(
            "The line %(line)s of %(amount)s has %(rate)s %% in the shop, which stands for the tax %(tax)s, but that "
            "has %(own)s %%. Choose one with the same rate under Taxes of the Shop; all orders that wait for it then "
            "go on."
        ),
        "line_without_sku": _(
            "The line %(line)s, %(amount)s, has no SKU, and the shop has no default product. Choose Products of the "
            "Shop: a default product, or one for lines of this name or kind; all orders that wait for it then go on."
        ),
        "line_without_product": _(
            "No product has the SKU %(sku)s of the line %(line)s, %(amount)s, and the shop has no default product. "
            "Choose New Product, then Retry; or choose a default under Products of the Shop."
        ),
        "document_date_locked": _(
            "The books are locked up to %(date)s, which includes today, so nothing can be invoiced or credited for "
            "order %(order)s of %(amount)s. Open the period, then choose Retry: all orders that wait for it then go on."
        ),
        "refund_tax_ambiguous": _(
            "The shop refunded %(amount)s at %(rate)s %% without saying what for, and several taxes of the order have "
            "that rate: %(taxes)s. Write the credit note by hand from the invoice under Documents, then choose Include "
            "Documents Made by Hand."
        ),
        "currency_inactive": _(
            "The order is in %(currency)s, which is not active. Activate it under Currencies, and enter its rates; "
            "then choose Retry: all orders that wait for it go on."
        ),
        "currency_without_rate": _(
            "The order is in %(currency)s, which has no rate here. Enter it under Currencies, then choose Retry: all "
            "orders that wait for it go on."
        ),
        "area_outside": _("outside the VAT area"),
        "area_with_tax_name": _("%(area)s, tax name %(tax_class)s"),
        "area_domestic": _("in the country"),
    }
)
