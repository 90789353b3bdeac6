"""What reading Stripe's documents and asking its servers can report."""

from ...common.messages import _, register

register(
    {
        "not_a_stripe_settlement": _(
            'The file "%(file)s" is not a settlement from Stripe. Expected the columns balance_transaction_id, '
            "currency, gross, fee, net, reporting_category and created. In Stripe's dashboard, choose Reporting, "
            "Reports, Payout reconciliation, and download it itemised as CSV."
        ),
        "stripe_file_without_rows": _(
            'The file "%(file)s" has a heading but no rows. Choose a period with payouts and download it again.'
        ),
        "stripe_rows_contradict": _(
            'The file "%(file)s": rows %(other)s and %(row)s are both %(id)s, but differ. Nothing was read. Download '
            "the file again and upload it unchanged."
        ),
        "stripe_json_cut_off": _(
            'The document "%(file)s" is cut off or damaged: it is not complete JSON. Fetch it again from Stripe.'
        ),
        "stripe_json_of_another_kind": _(
            'The document "%(file)s" is JSON, but was not fetched from Stripe: expected "format" to be "%(payout)s" or '
            '"%(balance)s". Fetch it again from Stripe.'
        ),
        "stripe_pages_missing": _(
            'The document "%(file)s" does not hold all pages of its transactions. Fetch it again from Stripe.'
        ),
        "stripe_row_in_other_currency": _(
            'The document "%(file)s", row %(row)s is in %(found)s, but payout %(payout)s is in %(expected)s. Fetch it '
            "again from Stripe."
        ),
        "stripe_expected_transaction": _("the id of the transaction, txn_ and letters"),
        "stripe_expected_payout": _("the id of the payout, po_ and letters"),
        "stripe_expected_minor_units": _("a whole number of minor units, for instance 124900"),
        "stripe_expected_seconds": _("a time in seconds, for instance 1772438400"),
        "stripe_net_differs": _(
            "Row %(row)s (%(id)s): amount %(amount)s - fee %(fee)s = %(computed)s, but its net amount is %(stated)s. "
            "The row was changed; get the document again."
        ),
        "stripe_net_of_dispute_differs": _(
            "Row %(row)s (%(id)s): amount %(amount)s - fee %(fee)s = %(computed)s, but its net amount is %(stated)s. "
            "Stripe does this with some disputes and counts the net; the fee booked is what the net leaves."
        ),
        "stripe_payout_differs": _(
            "Payout %(payout)s differs from its rows by %(difference)s. A fee that Stripe took without a row (rent of "
            "a card reader) may be the cause: look at the payout in Stripe's dashboard, and ask Stripe for the missing "
            "row."
        ),
        "stripe_payout_failed": _(
            "Payout %(payout)s failed: the bank did not take it. Its amount comes back as a row of a later payout."
        ),
        "stripe_payout_not_stated": _(
            "The file has no row for payout %(payout)s itself. Its rows add up to %(amount)s, expected in the bank on "
            "%(date)s. Confirm that this is what was paid out."
        ),
        "stripe_test_mode": _(
            "Payout %(payout)s is from Stripe's test mode: no money was moved. Enter a key that begins with sk_live_ "
            "or rk_live_."
        ),
        "stripe_fee_type_stripe": _("Stripe's fees"),
        "stripe_fee_type_application": _("Fees of a platform"),
        "stripe_fee_type_passthrough": _("Fees of payment methods passed on"),
        "stripe_fee_type_network": _("Card network costs"),
        "stripe_fee_type_conversion": _("Currency conversion fees"),
        "stripe_fee_type_tax": _("VAT on Stripe's fees"),
        "stripe_fee_type_withheld": _("Withheld tax"),
        "stripe_key_unfit": _(
            "The Stripe key is not a secret key: it must begin with sk_ or rk_, and contain no spaces. Copy it again "
            "from Stripe's dashboard, under Developers, API keys."
        ),
        "stripe_key_refused": _(
            "Stripe does not accept the key (401): it was deleted, has expired, or was copied in part. Copy it again "
            "from Stripe's dashboard, under Developers, API keys, and enter it in the settings."
        ),
        "stripe_permission_missing": _(
            "The restricted key may not read %(path)s at Stripe (403; %(detail)s). In Stripe's dashboard, under "
            "Developers, API keys, give it read access to %(permissions)s."
        ),
        "stripe_answer_not_a_list": _(
            "Stripe answered %(path)s with something other than a list. Report it to Stripe."
        ),
        "stripe_answer_not_an_object": _(
            "Stripe answered %(path)s with something other than what was asked for. Report it to Stripe."
        ),
        "stripe_repeats_page": _(
            "Stripe returns the same page of %(path)s again and again. Nothing was stored; the next fetch tries again."
        ),
        "stripe_other_account": _(
            "The key is for Stripe account %(found)s, but the agreement is for %(expected)s. Enter a key of that "
            "account, or correct the account id of the agreement."
        ),
        "stripe_balance_moves": _(
            "Payments came to the Stripe account while its balance was read. The next fetch tries again."
        ),
        "stripe_balance_differs": _(
            "The transactions of the document lead to a balance of %(computed)s, but Stripe states %(stated)s. Any of "
            "them may be the wrong one, so nothing of the document is booked. Fetch it again from Stripe."
        ),
        "stripe_not_reconciled": _(
            "Stripe has not yet sorted out which transactions payout %(payout)s consists of. It is fetched "
            "automatically later."
        ),
        "stripe_payouts_by_hand": _(
            "The payouts of this Stripe account are made by hand (the last is %(payout)s). Choose so under Payouts in "
            "the settings; of such payouts the whole balance is fetched."
        ),
    }
)
