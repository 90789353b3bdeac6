"""What reading a provider's documents can report, whichever provider it is; each provider's own are in its folder."""

from ..common.messages import _, register

register(
    {
        "amount_in_currency": _("%(amount)s %(currency)s"),
        "balance_after_fee_differs": _(
            "Row %(row)s (%(id)s): balance before %(before)s + amount %(amount)s - fee %(fee)s = %(computed)s, "
            "but the row says %(stated)s. A row is missing or changed; get the document again."
        ),
        "balance_differs": _(
            "Row %(row)s (%(id)s): balance before %(before)s + amount %(amount)s = %(computed)s, but the row says"
            " %(stated)s. A row is missing or changed; get the document again."
        ),
        "rows_differ_from_payout": _(
            "Settlement %(settlement)s: its rows add up to %(rows)s, but %(payout)s was paid out, a difference of"
            " %(difference)s. The document may begin in the middle of the settlement; get one for a longer "
            "period."
        ),
        "carried_balance_differs_from_payout": _(
            "Settlement %(settlement)s: the opening balance %(carried_in)s plus the rows %(rows)s gives "
            "%(computed)s to pay out, but %(payout)s was paid out, a difference of %(difference)s. Get the "
            "document again."
        ),
        "declared_total_differs": _(
            "Settlement %(settlement)s: the totals in row %(row)s state %(name)s: %(total)s, but the rows add up "
            "to %(computed)s. A row or the totals are missing or changed; get the document again."
        ),
        "declared_total_of_file_differs": _(
            "Settlement %(settlement)s: its totals state %(name)s: %(total)s, but its transactions add up to "
            "%(computed)s. A transaction or the totals are missing or changed; get the document again."
        ),
        "repeated_row_may_explain": _(
            "%(message)s Row %(row)s (%(id)s) occurs twice in the document and was read once; counting it twice "
            "would explain the difference."
        ),
        "payments_and_refunds": _("payments and refunds"),
        "payments": _("payments"),
        "refunds": _("refunds"),
        "fees": _("fees"),
        "net": _("net"),
        "more_balances_differ": _("The balance is wrong in %(count)s more rows."),
        "number_of_transactions": _("number of transactions"),
        "document_format_unknown": _(
            "%(filename)s is not in a known settlement format. Known formats: %(names)s. Upload the report "
            "exactly as the provider made it."
        ),
        "archived_format_unknown": _(
            'The file "%(name)s" in "%(filename)s" is not in a known settlement format. Known formats: %(names)s. '
            "Unpack the archive, and upload only the settlement files in it, exactly as the provider made them."
        ),
        "archive_of_several_providers": _(
            'The file "%(name)s" in "%(filename)s" is from %(found)s, and not from %(expected)s. Unpack the archive, '
            "and upload the files of each provider by themselves."
        ),
        "in_file": _('In "%(file)s": %(message)s'),
        "file_with_impossible_value": _(
            'The file "%(file)s" contains an impossible date or number. Nothing was read. Download it again and '
            "upload it unchanged."
        ),
        "file_id_too_long": _(
            'The file "%(file)s", row %(row)s: the id "%(found)s" is longer than the limit of %(limit)s '
            "characters. Nothing was read. Download the file again and upload it unchanged."
        ),
        "file_amount_too_large": _(
            'The file "%(file)s", row %(row)s contains an amount larger than any payment. Nothing was read. '
            "Download the file again and upload it unchanged."
        ),
        "file_date_far_away": _(
            'The file "%(file)s", row %(row)s is dated %(found)s, far from its settlement of %(expected)s. '
            "Nothing was read. Download the file again and upload it unchanged; if the date is the same, ask the "
            "provider."
        ),
    }
)
