"""What reading Vipps' documents and asking its servers can report."""

from ...common.messages import _, register

register(
    {
        "not_a_vipps_settlement": _(
            'The file "%(file)s" is not a Vipps settlement. Expected the report with the columns Type, Amount, '
            "Booking date, Currency, PSP reference and Order ID/Reference, or an earlier settlement file. In the "
            "Vipps business portal, choose Reports and download it as CSV or XLSX."
        ),
        "vipps_repeats_page": _(
            "Vipps returns the same page of %(path)s again and again. Nothing was stored; the next fetch tries again."
        ),
        "vipps_keys_incomplete": _(
            "The Vipps keys are not complete: %(names)s is missing or contains characters that no key has. Copy "
            "the keys again from the Vipps business portal, under For developers."
        ),
        "vipps_no_token": _("Vipps did not return an access token. The next fetch tries again."),
        "vipps_answer_not_a_list": _(
            "Vipps answered %(path)s with something other than a list of items. Report it to Vipps."
        ),
        "vipps_entry_without_date": _(
            "Vipps returned an entry without a ledger date. Nothing was stored; report it to Vipps."
        ),
        "vipps_answer_not_a_ledger": _(
            "Vipps answered %(path)s with something other than a ledger. Report it to Vipps."
        ),
        "declared_fees_differ": _(
            "Settlement %(settlement)s: the totals in row %(row)s state fees to be invoiced: %(total)s, but the "
            "rows add up to %(computed)s. Get the document again."
        ),
        "declared_fees_of_file_differ": _(
            "Settlement %(settlement)s: its totals state fees to be invoiced: %(total)s, but its transactions add up "
            "to %(computed)s. Get the document again."
        ),
        "element_sum_differs": _(
            "%(id)s: its amounts add up to %(computed)s, but its own sum says %(stated)s. Get the document again."
        ),
        "row_sum_differs": _(
            "Row %(row)s (%(id)s): its amounts add up to %(computed)s, but its own sum says %(stated)s. Get the "
            "document again."
        ),
        "file_without_settlement": _(
            'The file "%(file)s" contains no settlement. Choose a period with payouts and download it again.'
        ),
        "settlement_without_totals": _(
            "Row %(row)s and others belong to settlement %(settlement)s, but the file has no totals for it. Get "
            "the document again."
        ),
        "rows_of_another_settlement": _(
            "Rows %(first)s to %(last)s say they belong to settlement %(others)s, but the file's only settlement "
            "is %(settlement)s (row %(row)s). Get the document again."
        ),
        "expected_settlement_number": _("the number of the settlement"),
        "expected_transaction_number": _("the number of the transaction"),
        "expected_payout_sum": _("the sum to be paid out"),
        "file_total_differs": _(
            'Row %(row)s, "Til utbetaling netto", is %(total)s, but the settlements of the file add up to '
            "%(computed)s. Get the document again."
        ),
        "file_cut_off_before_sum": _(
            'The file "%(file)s" is cut off: its last row, "Til utbetaling netto" with the sum, is missing. '
            "Download the file again."
        ),
        "settlement_missing_in_file": _(
            'The file "%(file)s": NumOfSettlements says %(expected)s, but there are %(found)s. A '
            "settlement is missing; download the file again."
        ),
        "expected_iso_time": _("a date and time, for instance 2018-03-01T11:30:11.005+01:00"),
        "fee_type_retained": _("Fees deducted from the payouts"),
        "fee_type_per_payment": _("Fee per payment"),
        "fee_type_total": _("Total fee of a payment"),
        "fee_type_corrections": _("Fee corrections"),
        "fee_type_credit_notes": _("Credit notes on fees"),
        "ledger_in_two_currencies": _(
            'The file "%(file)s", row %(row)s is in %(found)s, but the ledger is in %(expected)s. Upload one '
            "ledger at a time."
        ),
        "report_without_rows": _(
            'The file "%(file)s" has a heading but no rows. Choose a period with payments and download it again.'
        ),
        "expected_transaction_type": _("the type of the transaction, for instance Capture"),
        "row_net_differs": _(
            "Row %(row)s: amount %(amount)s + fee %(fee)s = %(computed)s, but its net amount is %(stated)s. "
            "Download the report again."
        ),
        "fee_balance_differs": _(
            "Fees row %(row)s (%(id)s): balance before %(before)s + amount %(amount)s = %(computed)s, but the row"
            " says %(stated)s. A row is missing or changed; fetch the date again."
        ),
        "json_not_a_vipps_report": _(
            'The document "%(file)s" is JSON, but not a report fetched from Vipps: expected "format" to be '
            '"%(date)s" or "%(feed)s". Fetch it again from Vipps.'
        ),
        "expected_entry_type": _("the type of the entry"),
        "expected_minor_units": _("a whole number of minor units, for instance 124900"),
        "retained_fees_differ": _(
            "Ledger date %(date)s: fees of %(taken)s were retained from the funds (row %(row)s), but the fees "
            "ledger received %(arrived)s. The two must be equal with opposite signs; fetch the date again."
        ),
        "json_cut_off": _(
            'The document "%(file)s" is cut off or damaged: it is not complete JSON. Fetch it again from Vipps.'
        ),
        "json_without_items": _(
            'The document "%(file)s" has no pages of %(topic)s with "items". Fetch it again from Vipps.'
        ),
        "json_row_of_another_date": _(
            'The document "%(file)s", %(topic)s row %(row)s has ledger date %(found)s, expected %(expected)s. '
            "Fetch the date again from Vipps."
        ),
        "vipps_several_ledgers": _(
            "With these keys Vipps shows %(count)s ledgers in %(currency)s. Enter the merchant serial number of "
            "this agreement as merchant id, and activate a provider for each of the others."
        ),
        "vipps_no_ledger": _(
            "With these keys Vipps shows no ledger in %(currency)s for merchant %(merchant)s. Check the merchant "
            "serial number, and that access to the ledger was granted in the Vipps portal."
        ),
        "vipps_day_not_closed": _("Vipps has not closed %(date)s yet. It is fetched automatically later."),
        "closing_row_differs": _(
            'Row %(row)s, "Til utbetaling netto" of settlement %(settlement)s, is %(total)s, but the settlement adds '
            "up to %(computed)s. Get the document again."
        ),
        "settlement_without_closing_row": _(
            'The file "%(file)s" is cut off: settlement %(settlement)s has no row "Til utbetaling netto" with its sum. '
            "Download the file again."
        ),
        "settlement_without_rows": _(
            'The file "%(file)s", row %(row)s: the totals of settlement %(settlement)s state %(total)s, but the file '
            "has no transactions of it, so they add up to %(computed)s. The file may be cut off. Download it again."
        ),
        "settlement_of_file_without_rows": _(
            'The file "%(file)s": the totals of settlement %(settlement)s state %(total)s, but the file has no '
            "transactions of it, so they add up to %(computed)s. The file may be cut off. Download it again."
        ),
        "net_without_refunds": _(
            "The net of settlement %(settlement)s (row %(row)s), %(net)s, leaves out the refunds of %(refunds)s. With "
            "them, %(payout)s is paid out, and the transactions add up to it. Confirm it if that is what the bank "
            "received, or will."
        ),
        "fee_type_settlement": _("Fees of a settlement"),
    }
)
