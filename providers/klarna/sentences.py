"""What reading the reports of Klarna and Kustom and asking their servers can report."""

from ...common.messages import _, register

register(
    {
        "not_a_klarna_report": _(
            'The file "%(file)s" is not a settlement report of Klarna or Kustom. In the portal, under Settlements, '
            "download the report of each payout as CSV and upload it unchanged."
        ),
        "klarna_transaction_report": _(
            'The file "%(file)s" has transactions, but not the totals of a payout. It is Kustom\'s transaction report, '
            "which also lists captures that are not settled yet, or a settlement report without its summary. Under "
            "Settlements, download the settlement report of each payout as CSV; if its summary is missing, tick "
            "payment_reference, payout_date and total_settlement_amount under Configure and download it again."
        ),
        "klarna_report_without_transactions": _(
            'The file "%(file)s" has the totals of a payout, but not its transactions: it is a summary, or its end is '
            "missing. Under Settlements, download the settlement report of each payout as CSV."
        ),
        "klarna_columns_missing": _(
            'The file "%(file)s", row %(row)s lacks %(names)s, or it has been renamed. In the report configurator of '
            "the portal, tick it under its own name and download the report again: the change counts for earlier "
            "payouts too."
        ),
        "klarna_rows_without_payout": _(
            'The file "%(file)s", row %(row)s: there are several payouts, but the transactions do not say which is '
            "theirs. Tick payment_reference for transactions in the report configurator, or download one payout at a "
            "time."
        ),
        "klarna_payout_twice": _(
            'The file "%(file)s" has the totals of payout %(found)s twice. Download the report of one payout at a time.'
        ),
        "klarna_row_of_another_payout": _(
            'The file "%(file)s", row %(row)s belongs to %(found)s, expected %(expected)s. Nothing was read. Download '
            "or fetch the report again."
        ),
        "klarna_json_cut_off": _(
            'The document "%(file)s" is cut off or damaged: it is not complete JSON. Fetch it again from Klarna or '
            "Kustom."
        ),
        "klarna_json_not_a_payout": _(
            'The document "%(file)s" is JSON, but not a payout fetched from Klarna or Kustom: expected "format" to be '
            '"%(format)s", a payout and pages of transactions. Fetch it again.'
        ),
        "klarna_expected_type": _("the type of the transaction, for instance SALE"),
        "klarna_expected_payment_reference": _("the payment reference of the payout"),
        "klarna_expected_minor_units": _("a whole number of minor units, for instance 124900"),
        "klarna_total_differs": _(
            "Settlement %(settlement)s: the transactions of type %(types)s add up to %(computed)s, but the report's "
            "own total of them is %(total)s."
        ),
        "klarna_both_readings_differ": _(
            "Settlement %(settlement)s: with the signs the amounts are printed with, the transactions add up to "
            "%(signed)s; with the signs of their types, to %(unsigned)s; expected %(expected)s. A transaction is "
            "missing or changed; get the report again."
        ),
        "klarna_debt_differs": _(
            "Settlement %(settlement)s: the debt of %(opening)s before the payout, less what was repaid, with what was "
            "added, is %(computed)s, but the report says %(closing)s. Ask Klarna or Kustom whether it has been "
            "invoiced."
        ),
        "klarna_answer_not_a_list": _(
            "%(service)s answered %(path)s with something other than a list of %(name)s. Report it to %(service)s."
        ),
        "klarna_answer_not_a_payout": _(
            "%(service)s answered %(path)s with something other than a payout. Nothing was stored; report it to "
            "%(service)s."
        ),
        "klarna_repeats_page": _(
            "%(service)s returns the same page of %(path)s again and again. Nothing was stored; the next fetch tries "
            "again."
        ),
        "klarna_pages_incomplete": _(
            "%(service)s announced %(expected)s %(name)s at %(path)s, but gave %(found)s: they changed while they were "
            "fetched. Nothing was stored; the next fetch tries again."
        ),
        "klarna_fee_percentage": _("Fee per sale, percentage"),
        "klarna_fee_fixed": _("Fee per sale, fixed"),
        "klarna_fee_percentage_refund": _("Fee per sale given back"),
        "klarna_fee_return": _("Fee per return"),
        "klarna_fee_late_return": _("Fee for a late return"),
        "klarna_fee_expiry": _("Fee for an expired order"),
        "klarna_fee_expiry_gross": _("Fee for an expired order (gross)"),
        "klarna_fee_extra_invoice": _("Fee for an extra invoice"),
        "klarna_fee_extended_due_date": _("Fee for an extended due date"),
        "klarna_fee_servicing": _("Servicing fee"),
        "klarna_fee_dispute": _("Dispute fee"),
        "klarna_fee_dispute_refund": _("Dispute fee given back"),
        "klarna_fee_unspecified": _("Fees whose type the report leaves out"),
        "klarna_fee_refund_unspecified": _("Fees given back whose type the report leaves out"),
        "klarna_fee_commission": _("Commission received"),
        "klarna_fee_tax": _("VAT on fees, in one sum"),
        "klarna_fee_correction": _("Fee corrections, in one sum"),
    }
)
