"""What planning vouchers and comparing them with the ledger can report.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from ..common.messages import _, register

register(
    {
        "no_exchange_account": _(
            "The company has no account for exchange differences. Set it in the accounting settings, then book again."
        ),
        "no_fee_payable_account": _(
            "The provider has no account for fees owed, but reports fees that it invoices later. Set the account "
            "on the provider."
        ),
        "fee_vat_included": _("The fee of %(amount)s includes %(vat)s VAT by tax %(tax)s of fee type “%(fee_type)s”."),
        "rule_vat_differs": _(
            "The document states %(stated)s VAT, but the rule's tax gives %(expected)s: booked in full, until a "
            "person has reviewed it."
        ),
        "fee_vat_without_tax": _(
            "The document states %(stated)s VAT in the fee, but fee type “%(fee_type)s” has no tax: booked in "
            "full as cost. If the supplier's invoice shows that VAT, set the tax on the fee type and book again."
        ),
        "fee_vat_foreign": _(
            "The document states %(stated)s VAT in the fee, but fee type “%(fee_type)s” is bought from abroad: "
            "foreign VAT is part of the cost. Booked in full, without reverse charge by tax %(tax)s: ask the "
            "supplier for an invoice without VAT."
        ),
        "fee_reverse_charge": _(
            "The fee is bought from abroad: %(vat)s VAT by tax %(tax)s of fee type “%(fee_type)s” is reported as "
            "reverse charge."
        ),
        "fee_vat_differs": _(
            "The document states %(stated)s VAT in a fee of %(amount)s, but tax %(tax)s of fee type "
            "“%(fee_type)s” gives %(expected)s: booked in full as cost, until a person has reviewed it."
        ),
        "rule_without_tax": _("The document states %(stated)s VAT, but the rule has no tax: booked in full."),
        "voucher_unbalanced": _(
            "The voucher planned for %(date)s does not balance: debit and credit differ by %(amount)s. Nothing "
            "was booked."
        ),
        "item_changed": _("Voucher %(voucher)s: %(booked)s was booked, and it reads %(found)s now."),
        "item_gone": _("Voucher %(voucher)s: %(booked)s was booked, and no longer exists."),
        "item_added": _("Voucher %(voucher)s: %(found)s was added after booking."),
        "item_links_changed": _(
            "Voucher %(voucher)s: %(booked)s is no longer linked to the transactions it was booked for."
        ),
    }
)
