"""What only earlier versions reported: it is stored in their databases, and still shown."""

from ..common.messages import _, register

register(
    {
        "document_of_other_merchant": _(
            "%(filename)s belongs to merchant %(found)s, but %(provider)s has merchant id %(expected)s. Choose "
            "the right provider, or activate one for that merchant."
        ),
        "document_in_other_currency": _(
            "%(filename)s is in %(found)s, but %(provider)s settles in %(expected)s. Activate a provider for that"
            " currency, then upload again."
        ),
        "document_before_start": _(
            "%(filename)s contains transactions from %(date)s (row %(row)s), before the start date %(start)s of "
            "%(provider)s. Export the report from the start date, or change the start date."
        ),
        "order_without_amount": _("The order total is zero, so there is nothing to invoice."),
        "vipps_keys_missing": _(
            "The keys for Vipps are missing. A system administrator enters them under Settings › Payment "
            "Providers and Webshops."
        ),
    }
)
