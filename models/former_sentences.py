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
        "no_connection": _(
            "There was no connection to %(service)s, or it was lost. The next fetch tries again; if it keeps "
            "failing, check this server's access to the internet."
        ),
        "order_without_amount": _("The order total is zero, so there is nothing to invoice."),
        "vipps_keys_missing": _(
            "The keys for Vipps are missing. A system administrator enters them under Settings › Payment "
            "Providers and Webshops."
        ),
        "no_tax_for_rate": _(
            "No tax of the company corresponds to %(rate)s %% on the line %(line)s (%(area)s, tax name "
            "%(tax_class)s). Add it to the taxes of the shop."
        ),
        "tax_rate_differs": _(
            "The shop's %(rate)s %% is mapped to the tax %(tax)s, which has %(own)s %%. They must be the same."
        ),
        "no_product_for_sku": _(
            "No product has the SKU %(sku)s of the line %(line)s, and the shop has no default product. Create the"
            " product, or choose a default on the shop."
        ),
        "books_locked": _("The books are locked up to %(date)s, which includes today. Open the period to go on."),
        "refund_of_several_taxes": _(
            "%(rate)s %% was refunded without lines, and several taxes of the order have that rate: %(taxes)s."
        ),
    }
)
