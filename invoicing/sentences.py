"""Why a document of a web order was made, or could not be.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from ..common.messages import _, register

register(
    {
        "order_total_differs": _(
            "The lines add up to %(lines)s, but the shop's total is %(total)s. The difference is %(difference)s. "
            "Correct it in the shop, or choose Draft Invoice, correct it and post it."
        ),
        "tenders_exceed_order": _(
            "Gift cards and store credit paid %(tendered)s of an order of %(total)s. Correct it in the shop, or "
            "choose Draft Invoice, correct it and post it."
        ),
        "line_negative": _("The line %(line)s is negative: %(amount)s."),
        "line_rate_unknown": _("The shop does not give the VAT rate of the line %(line)s (%(amount)s)."),
        "order_vat_differs": _("The lines at %(rate)s %% contain VAT of %(lines)s, but the shop's VAT is %(total)s."),
        "order_changed": _("Order %(order)s was changed in the shop after it was invoiced."),
        "order_deleted_after_invoice": _(
            "Order %(order)s was deleted in the shop after it was invoiced. Choose It Was Cancelled, and it is "
            "credited; or Exclude, and the invoice stays."
        ),
        "refund_rate_unknown": _("The shop does not give the VAT rate of the refunded line %(line)s (%(amount)s)."),
        "refund_unclear": _(
            "The refund %(refund)s of %(amount)s cannot be credited. %(problem)s Correct the refund in the shop; or "
            "make the credit note here by hand, and press Include Documents Made by Hand."
        ),
        "refund_without_lines_exceeds_goods": _(
            "The shop refunded %(amount)s without saying what for. It is more than the remaining goods, so gift cards "
            "or tips must be included. Write the credit note by hand from the invoice under Documents, then choose "
            "Include Documents Made by Hand."
        ),
        "order_refunded": _("Order %(order)s was refunded in the shop."),
        "order_refunded_because": _("Order %(order)s was refunded in the shop: %(reason)s"),
        "refund_deleted": _("The refund %(refund)s of order %(order)s was deleted in the shop."),
        "refund_exceeds_invoiced": _(
            "The shop refunded %(amount)s, but only %(left)s of the order is invoiced and not yet credited. Correct "
            "it in the shop; or write the credit note by hand from the invoice under Documents, then choose Include "
            "Documents Made by Hand."
        ),
        "order_cancelled": _("Order %(order)s was cancelled in the shop."),
        "order_sent": _("Order %(order)s was sent."),
        "nothing_cancelled": _("Order %(order)s was cancelled in the shop, so nothing is invoiced."),
        "nothing_refunded": _(
            "All of order %(order)s was refunded before anything was invoiced, so nothing is invoiced."
        ),
        "nothing_voided": _("The payment of order %(order)s was voided, so nothing is invoiced."),
        "nothing_test": _("Order %(order)s is a test, so nothing is invoiced."),
        "order_captured_in_part": _("Order %(order)s was partly captured, and the rest was voided."),
        "order_paid_by_gift_card": _(
            "What was sent of order %(order)s was paid by gift card or store credit, and the rest was voided."
        ),
        "payment_voided": _("The payment of order %(order)s was voided after it was invoiced."),
        "order_captured": _("Order %(order)s was captured."),
        "order_completed": _("Order %(order)s was completed."),
    }
)
