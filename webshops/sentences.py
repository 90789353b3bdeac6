"""What reading web orders can report.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from ..common.messages import _, register

register(
    {
        "answer_not_understood": _(
            "%(service)s answered %(path)s with something other than its API describes. Nothing was stored; the "
            "next fetch tries again. If it keeps failing, check the address in the settings, and find out what in"
            " the shop changes the API's answers."
        ),
        "order_in_another_form": _(
            "The order does not have the form in which %(platform)s returns orders (%(fault)s). Nothing of it was"
            " read. Find out what in the shop changes the API's answers, then retry."
        ),
        "order_id_too_long": _(
            "%(name)s is %(value)s, longer than the limit of %(limit)s characters. Nothing of the order was read."
        ),
        "credit_order_without_original": _(
            "The credit order %(order)s does not say which order it credits. Make that order's credit note by "
            "hand, and exclude this one."
        ),
        "inbox_not_utf8": _("The body is not text in UTF-8. Nothing was stored."),
        "inbox_value_unexpected": _("%(field)s is %(value)s, but %(expected)s was expected. Nothing of it was read."),
        "inbox_field_unknown": _("%(field)s is not a known field. Expected one of: %(known)s. Nothing of it was read."),
        "inbox_contradiction": _(
            "%(field)s is %(value)s, but the enclosing order has %(expected)s. Nothing of it was read."
        ),
        "inbox_value_unknown": _("%(field)s is %(value)s. Expected one of: %(known)s. Nothing of it was read."),
        "expected_vat_percent": _("VAT in percent, such as 25"),
        "expected_boolean": _("true or false"),
        "expected_object": _("an object"),
        "expected_list": _("a list"),
        "expected_text": _("text"),
        "expected_plain_number": _("a number such as 358.20, without blanks or separators,"),
        "expected_positive_number": _("a number above zero"),
        "expected_time_with_offset": _("a time with its offset, such as 2026-03-02T14:05:11+01:00"),
        "expected_unique_id": _("an id that is not used twice"),
        "expected_currency": _("a currency such as NOK"),
        "expected_nonzero_number": _("a number other than zero"),
        "expected_country": _("a country such as NO"),
        "line_vat_differs": _("The VAT of the line %(line)s is %(tax)s; at %(rate)s %% it should be %(expected)s."),
        "magento_keys_incomplete": _(
            "The keys of the Magento shop are not complete. Copy consumer key, consumer secret, access token and "
            "access token secret from System > Extensions > Integrations; or the access token alone, if the shop "
            "accepts it as a bearer token."
        ),
        "mystore_keys_incomplete": _(
            "The shop's name or the access token of Mystore is missing, or contains characters that it cannot "
            "have. Enter the name as in the address of the shop's administration, and a personal access token."
        ),
        "mystore_not_in_order": _(
            "Mystore does not return the orders in order of change, so some could be skipped. Report it."
        ),
        "mystore_time_unreadable": _("Mystore returned the order %(order)s without a readable time: %(reason)s"),
        "credit_order_cancelled": _(
            "The credit order %(order)s, of order %(original)s, was cancelled. If it has been credited here, "
            "reverse that credit note by hand; then exclude this one."
        ),
        "mystore_line_unknown": _(
            'The shop lists %(amount)s as "%(code)s" on order %(order)s, which is not known here. Report it, and '
            "say what it is for."
        ),
        "order_part_missing": _(
            "The order refers to %(type)s %(id)s, which was not sent with it. Nothing of the order was read."
        ),
        "nettbutikk24_keys_incomplete": _(
            "The access token of 24Nettbutikk is missing, or contains characters that no token has. Copy it again"
            " from the shop's administration."
        ),
        "nettbutikk24_order_unreadable": _(
            "24Nettbutikk returned an order whose number or time cannot be read: %(reason)s"
        ),
        "order_status_unknown": _(
            "Order %(order)s has the status %(status)s, whose meaning is not known here. Report it, with what the"
            " shop calls it."
        ),
        "shop_repeats_page": _("The shop returns the same page of a list again and again. The next fetch tries again."),
        "prestashop_key_malformed": _(
            "The PrestaShop key should have 32 letters and digits. Copy it from Advanced Parameters > Webservice."
        ),
        "prestashop_refund_without_amount": _(
            "The shop has set order %(order)s of %(total)s to %(state)s, but has neither a credit slip nor a payment "
            "back. Make the credit slip in PrestaShop; or make the credit note here by hand, and exclude the order."
        ),
        "prestashop_refunded_in_part": _(
            "The shop has set order %(order)s of %(total)s to %(state)s after its credit slips, which come to "
            "%(credited)s. If the other %(left)s was paid back too, make a credit slip of it in PrestaShop; if not, "
            "set the order back to its former state there."
        ),
        "shopify_request_refused": _(
            "Shopify refused the request (%(detail)s). Check the settings; if they are right, report it."
        ),
        "shopify_request_too_large": _(
            "Shopify says that we ask for too much at a time (%(detail)s). Report it to us."
        ),
        "shopify_scopes_missing": _(
            "The Shopify app may not read everything that is needed (%(detail)s). Give it the scopes read_orders "
            "and read_customers and access to protected customer data, then install it in the shop again."
        ),
        "shopify_no_answer": _("Shopify could not answer (%(detail)s). The next fetch tries again."),
        "shopify_asks_to_wait": _(
            "Shopify asks us to wait: too much was requested in a short time. A later fetch tries again."
        ),
        "no_reason_given": _("no reason is given"),
        "shopify_keys_incomplete": _(
            "The Shopify keys are not complete, or contain characters that no key has. Copy the client id and "
            "client secret again from the app's settings in Shopify's Dev Dashboard, or enter an access token."
        ),
        "shopify_order_deleted_meanwhile": _(
            "An order was deleted in Shopify while it was being read. The next fetch tries again."
        ),
        "shopify_no_token": _("Shopify did not return an access token. The next fetch tries again."),
        "order_in_two_currencies": _(
            "%(field)s is in %(currency)s, but the order is in %(order_currency)s. Nothing of it was read."
        ),
        "order_list_too_long": _(
            "The order has %(count)s or more %(kind)s, and not all of them can be read. Book it by hand."
        ),
        "webhook_without_order": _("The webhook %(topic)s from WooCommerce does not name an order. It was not used."),
        "woocommerce_keys_incomplete": _(
            "The WooCommerce keys are not complete: %(names)s is missing or contains characters that no key has. "
            "Create them in WooCommerce, under Settings, Advanced, REST API, and copy them here."
        ),
        "woocommerce_time_unreadable": _("WooCommerce returned %(record)s without a readable time: %(reason)s"),
        "woocommerce_refunds_incomplete": _(
            "The order lists the refunds %(refunds)s, but the shop does not return them in full. Open the order "
            "in WooCommerce and check that they exist; it is read again when it changes."
        ),
    }
)
