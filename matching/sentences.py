"""How a transaction was matched, and why it could not be.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from ..common.messages import _, register

register(
    {
        "customer_uncertain": _("Rule “%(rule)s”: the customer of %(name)s is not certain."),
        "rule_finds_by_amount": _(
            "Rule “%(rule)s” found %(name)s: the only document of %(customer)s with exactly this amount open "
            "within %(days)s days."
        ),
        "rule_books_to_customer": _("Rule “%(rule)s” books this to the customer (%(name)s)."),
        "rule_books_to_account": _("Rule “%(rule)s” books this to %(account)s."),
        "rule_books_to_reserve": _(
            "Rule “%(rule)s”: reserve held or released by the provider, booked to the reserve account."
        ),
        "rule_proposes_exclusion": _(
            "Rule “%(rule)s” proposes to exclude this. A person decides: exclude it, or book it."
        ),
        "fee_owed": _("Rule “%(rule)s”: a fee that the provider invoices later, booked as owed."),
        "fee_deducted": _("Rule “%(rule)s”: a fee that the provider has deducted, booked to the fee account."),
        "rule_books_to_unknown": _("Rule “%(rule)s” books this to the unknown account."),
        "not_of_shops": _("Rule “%(rule)s”: it is not known to be from %(shops)s."),
        "key_with_reading": _("%(key)s (%(how)s)"),
        "rule_found_by_amount": _(
            "Rule “%(rule)s” found %(case)s by %(key)s: exactly this amount is open there. %(other)s has the same "
            "reference by another key, but is not known to await this amount."
        ),
        "rule_found": _("Rule “%(rule)s” found %(case)s by %(key)s."),
        "rule_found_split": _(
            "Rule “%(rule)s” found %(count)s orders of one customer by %(key)s (%(names)s): the shop has split an "
            "order, and together exactly this amount is open on them."
        ),
        "account_unusable": _(
            "Rule “%(rule)s”: nothing can be booked to %(account)s any more. Choose another account."
        ),
        "no_reserve_account": _("Rule “%(rule)s”: the provider has no reserve account."),
        "exclusion_declined": _("Rule “%(rule)s” proposed to exclude this; a person decided that it is booked."),
        "item_stays_open": _("%(name)s: %(amount)s %(currency)s matched, %(open)s remains open."),
        "item_closed": _("%(name)s: %(amount)s %(currency)s, closed."),
        "taken_back_before": _(
            "A person has taken it back from %(name)s, so it is not matched with that again by itself. To allow it, "
            "press Retry."
        ),
        "stays_taken_back": _("A person took it back to unknown: it is matched again only by a person."),
        "payment_disputed": _(
            "The customer disputes the payment: the amount is open on the customer until the dispute is won, or "
            "until a credit note is made because the sale is cancelled. The invoice itself is not changed."
        ),
        "dispute_not_found": _(
            "A disputed amount came back, but no open dispute of this amount was found: it is open on the customer."
        ),
        "payment_registered_in_odoo": _("Matched with the payment %(name)s, which is already registered in Odoo."),
        "matched_open_payment": _(
            "Matched with the payment %(name)s, which was still open: %(amount)s %(currency)s went back to the "
            "customer."
        ),
        "matched_open_refund": _("Matched with the refund %(name)s, which was still open: %(amount)s %(currency)s."),
        "refunded_later": _("%(amount)s %(currency)s of it was refunded by %(name)s."),
        "matched_later_payment": _("%(amount)s %(currency)s of it was matched with the payment %(name)s."),
        "met_unknown": _(
            "%(name)s has the same provider's id and the opposite amount, and was unknown too: the two are matched "
            "with each other on the unknown account."
        ),
        "amount_in_other_currency": _(
            "%(name)s is in %(currency)s, and the document does not state the amount in that currency."
        ),
        "dispute_won": _("The dispute was won: the amount withheld for %(name)s came back."),
        "rule_finds_no_reading": _(
            "Rule “%(rule)s”: nothing has the reference %(reference)s, also read as %(others)s."
        ),
        "rule_without_reference": _("Rule “%(rule)s”: the transaction has no such reference."),
        "rule_finds_nothing": _("Rule “%(rule)s”: nothing has the reference %(reference)s."),
        "rejected_date": _("%(name)s was rejected: its date %(date)s is more than %(days)s days away."),
        "rejected_cancelled": _("%(name)s was rejected: the order is cancelled."),
        "reference_in_several_places": _(
            "%(count)s documents have the reference %(reference)s (%(names)s), and not exactly one of them has "
            "this amount open."
        ),
        "reference_open_and_awaited": _(
            "%(name)s and %(other)s have the reference %(reference)s. This amount is open on %(name)s, but "
            "%(other)s awaits it too: it is not fully invoiced yet."
        ),
        "rejected_other_amount": _(
            "%(name)s was rejected: it has the reference %(reference)s, but not exactly this amount open."
        ),
        "several_customers": _("%(count)s customers have the reference %(reference)s."),
        "customer_with_several": _("%(customer)s has exactly this amount open in %(count)s documents (%(names)s)."),
        "rejected_other_shop": _("%(name)s was rejected: it is not from %(shops)s."),
        "customer_without_amount": _("Rule “%(rule)s”: %(customer)s has no document with exactly this amount open."),
        "rule_name_provider_reference": _("Provider's transaction id"),
        "rule_name_order_reference": _("Order reference"),
        "rule_name_invoice_number": _("Invoice number"),
        "rule_name_payment_reference": _("Payment reference (KID)"),
        "rule_name_fees": _("Fees"),
        "rule_name_reserve": _("Reserve"),
        "fee_refunds": _("fee refunds"),
        "chargebacks": _("chargebacks"),
        "chargebacks_won": _("chargebacks won"),
        "reserves_held": _("reserves held"),
        "reserves_released": _("reserves released"),
        "corrections": _("corrections"),
        "other_types": _("other types"),
        "key_provider_reference": _("the provider's transaction id"),
        "key_order_reference": _("the order reference"),
        "key_invoice_number": _("the invoice number"),
        "key_payment_reference": _("the payment reference (KID)"),
        "text_contains": _("The provider's text contains “%(value)s”."),
        "text_does_not_contain": _("The provider's text does not contain “%(value)s”."),
        "text_matches": _("The provider's text matches the regular expression “%(value)s”."),
        "reference_contains": _("The order reference contains “%(value)s”."),
        "reference_does_not_contain": _("The order reference does not contain “%(value)s”."),
        "reference_matches": _("The order reference matches the regular expression “%(value)s”."),
        "condition_kinds": _("Only %(kinds)s."),
        "condition_shops": _("Orders and invoices of %(shops)s."),
        "key_captured": _("%(key)s, taken from what the expression captures"),
        "action_match_by_customer_key": _(
            "→ Find the one document with exactly this amount open, at most %(days)s days away, of the customer "
            "whose name, number or e-mail is %(key)s."
        ),
        "action_customer_of_match": _("→ Book to the customer of the order or invoice found by %(key)s."),
        "condition_no_transfers": _("Everything except transfers to the bank."),
        "condition_dates": _("Ledger dates from %(first)s to %(last)s."),
        "condition_dates_from": _("Ledger dates from %(first)s."),
        "condition_dates_to": _("Ledger dates to %(last)s."),
        "condition_amounts": _("Amounts from %(smallest)s to %(largest)s."),
        "condition_amounts_from": _("Amounts of at least %(smallest)s."),
        "condition_amounts_to": _("Amounts of at most %(largest)s."),
        "condition_currency": _("Only in %(currency)s."),
        "condition_payment_method": _("Paid by %(method)s."),
        "condition_sales_unit": _("From the sales unit %(unit)s."),
        "action_match_by_customer": _(
            "→ Find the one document of %(customer)s with exactly this amount open, at most %(days)s days away."
        ),
        "action_account": _("→ Book to %(account)s."),
        "action_fee": _("→ Book as a fee, to the account of its type."),
        "action_reserve": _("→ Book to the provider's reserve account."),
        "action_unknown": _("→ Book to the unknown account."),
        "action_exclude": _("→ Propose to exclude; a person decides."),
        "action_match": _("→ Find the order or invoice by %(key)s."),
        "action_without_rounding": _("→ No difference is booked as rounding."),
        "action_with_prefix": _("→ The shop's prefix is not removed."),
        "action_with_attempt": _("→ The attempt number is not removed."),
        "action_customer": _("→ Book to the customer %(customer)s."),
        "action_customer_by_key": _("→ Book to the customer whose name, number or e-mail is %(key)s."),
        "action_tax": _("→ The amount includes the tax %(tax)s."),
        "action_partner": _("→ With the partner %(partner)s."),
        "action_label": _("→ With the text “%(label)s”."),
        "action_analytic": _("→ With its own analytic distribution."),
        "action_rounding_limit": _("→ Differences of at most %(limit)s are booked as rounding."),
        "surplus_rounded": _("%(amount)s more than was open: within the limit, booked as rounding."),
        "nothing_open_customer_uncertain": _("Nothing is open on %(name)s, and its customer is not certain."),
        "awaits_invoice": _("%(amount)s %(currency)s is booked to the customer and awaits the invoice of %(name)s."),
        "shortfall_rounded": _("%(amount)s less than was open: within the limit, booked as rounding."),
        "awaits_credit_note": _(
            "%(name)s has no open credit note for %(amount)s %(currency)s: the amount is booked to the customer "
            "and awaits one."
        ),
        "open_in_other_currency": _(
            "What is open on %(name)s is in another currency, so %(amount)s %(currency)s stays on the customer. If "
            "they belong together, reconcile them in the customer's open journal items."
        ),
        "surplus_on_customer": _(
            "%(amount)s %(currency)s more than was open on %(name)s, above the rounding limit: the surplus stays "
            "on the customer."
        ),
        "already_paid_by": _(
            "Already paid: nothing is open on %(name)s, it was paid by %(paid_by)s. The amount stays on the customer."
        ),
        "nothing_open": _("Nothing is open on %(name)s. The amount stays on the customer."),
        "reference_ambiguous": _("%(reference)s does not fit exactly one order or invoice."),
        "reference_unknown": _("No order or invoice has the reference %(reference)s."),
        "bank_transfer": _("A transfer between the provider and the bank: the bank's own lines book it."),
        "needs_rule_for_type": _("It can be matched when there is a rule for transactions of this type."),
        "no_rule_for_type": _("No rule covers a row of type “%(type)s”."),
        "needs_one_candidate": _(
            "It can be matched when exactly one order or invoice of this company has the reference %(keys)s."
        ),
        "needs_other_rule": _("It can be matched when there is a rule that uses something other than a reference."),
        "no_order_reference": _("The provider sent no order reference."),
        "rule_name_from_example": _("Reference taken from “%(example)s”"),
        "pattern_empty": _("The regular expression is empty. Write one, or choose another condition."),
        "pattern_too_long": _(
            "The regular expression has %(length)s characters, and at most %(longest)s are allowed. Shorten it."
        ),
        "pattern_class_unknown": _(
            "The regular expression “%(pattern)s” contains %(part)s, which covers only the letters A to Z. Write "
            "[\\pL\\d] for a letter or a digit, [^\\pL\\d] for anything else."
        ),
        "pattern_unusable": _(
            "The regular expression “%(pattern)s” cannot be used: %(reason)s. Correct it; backreferences and "
            "looking ahead or behind are not supported."
        ),
        "place_customer": _("the customer"),
        "place_prepayment": _("the customer's prepayments"),
        "place_dispute": _("disputed, on the customer"),
        "place_unknown": _("the unknown account"),
        "place_account": _("an account"),
        "place_fee": _("the fee account"),
        "place_fee_payable": _("fees owed"),
        "place_reserve": _("the reserve account"),
        "place_rounding": _("rounding"),
        "fits_amount": _("exactly this amount"),
        "fits_reference": _("the reference %(reference)s"),
        "fits_customer": _("the customer %(customer)s"),
        "fits_same_day": _("the same date"),
        "fits_next_day": _("one day apart"),
        "fits_date": _("%(days)s days apart"),
        "group_item": _("Invoice or payment"),
        "group_dispute": _("Disputed, on the customer"),
        "group_prepayment": _("Prepayment"),
        "group_customer": _("Customer"),
        "group_account": _("Account"),
        "group_fee": _("Fee account"),
        "group_fee_payable": _("Fees owed"),
        "group_reserve": _("Reserve account"),
        "group_unknown": _("Unknown account"),
        "group_rounding": _("Rounding"),
        "place_unchanged": _("unchanged"),
        "place_exclusion": _("proposed for exclusion"),
        "place_nothing": _("nothing to book"),
        "place_with_rounding": _("%(name)s with rounding"),
        "name_only": _("%(name)s"),
        "place_customer_of": _("the customer of %(name)s"),
        "group_unchanged": _("Unchanged"),
        "group_exclusion": _("Proposed for exclusion"),
        "group_by_rule": _("%(place)s, by “%(rule)s”"),
        "group_nothing": _("Nothing to book"),
        "group_item_with_rounding": _("Invoice or payment, with rounding"),
        "bank_second_entry": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, names this payout, but it has another bank line "
            "already. If that one is not this payout, take it back with Take Back the Bank Line; then "
            "press Match Bank."
        ),
        "bank_several_entries": _(
            "%(count)s bank lines have exactly this amount, the first of %(date)s: %(amount)s %(currency)s. Choose one "
            "with Match Bank…."
        ),
        "bank_several_payouts": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, may be any of the payouts %(payouts_named)s. Choose "
            "with Match Bank…."
        ),
        "bank_merged": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, is the sum of %(count)s payouts. Agree to it with "
            "Match Bank…."
        ),
        "bank_split": _(
            "%(count)s bank lines, the first of %(date)s with %(amount)s %(currency)s, are this payout together. Agree "
            "to it with Match Bank…."
        ),
        "bank_converted": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, may be this payout, converted by the bank. Agree to "
            "it with Match Bank…."
        ),
        "bank_named_less": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, names this payout, but is %(difference)s less. With "
            "Match Bank… the difference is booked to an account, or stays open."
        ),
        "bank_named_more": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, names this payout, but is %(difference)s more. With "
            "Match Bank… the difference is booked to an account, or stays open."
        ),
        "bank_reduced": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, may be this payout less %(difference)s that the bank "
            "has deducted. Agree to it with Match Bank…."
        ),
        "bank_payer_unnamed": _(
            "The bank line of %(date)s, %(amount)s %(currency)s, has this amount, but the bank names neither the "
            "payout nor the payer. If it is this payout, press Match Bank…."
        ),
    }
)
