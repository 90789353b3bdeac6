"""Why an amount stands on a balance account.

The codes are stored in databases and stay; the wording may be improved at any time.
"""

from ..common.messages import _, register

register(
    {
        "balance_in_transit": _("%(settlement)s: paid out %(date)s, and not on the bank yet."),
        "balance_open_run": _("%(owner)s, from %(date)s"),
        "balance_short": _("%(settlement)s: the bank received less than was paid out on %(date)s."),
        "balance_too_much": _("%(settlement)s: the bank received more than is booked of it."),
        "balance_over": _("%(entry)s, %(text)s: the bank received more than %(settlement)s was."),
        "balance_bank_early": _("%(entry)s, %(text)s: it is on the bank; %(settlement)s was booked later."),
        "balance_failed": _("%(settlement)s: the payout did not arrive; it comes with a later one."),
        "balance_carried": _("%(settlement)s: kept by the provider after the payout, carried to the next one."),
        "balance_debt": _("%(settlement)s: owed to the provider after the payout, deducted from the next one."),
        "balance_not_paid_out": _("%(settlement)s: booked, and not paid out yet."),
        "balance_top_up": _("%(entry)s, %(text)s: paid to the provider, and not part of a payout yet."),
        "balance_undone_later": _(
            "%(entry)s, %(text)s: booked a second time by then; reversed by %(reversal)s on %(date)s."
        ),
        "balance_missing": _("%(entry)s, %(settlement)s: it was booked here, and the ledger does not have it here."),
        "balance_changed": _("%(settlement)s: the ledger has something else than was booked."),
        "balance_altered": _("%(settlement)s: what is stored differs from what was booked. Open it to see what."),
        "balance_met_by_hand": _("%(settlement)s: reconciled with %(entries)s, which is no bank line."),
        "balance_failed_came": _("%(settlement)s: the payout did not arrive at first; it came with %(later)s."),
        "balance_set_off": _("%(settlement)s: entries that cancel each other out."),
        "balance_rest_by_hand": _("%(entry)s, %(text)s: more than is open of %(settlement)s, in journal %(journal)s."),
        "balance_payment": _("%(entry)s, %(text)s: a payment registered in Odoo, in journal %(journal)s."),
        "balance_bank_first": _("%(entry)s, %(text)s: it is on the bank; %(settlement)s was paid out on %(date)s."),
        "balance_unknown_then": _("%(label)s, %(settlement)s: unknown until %(date)s."),
        "balance_exchange": _("%(entry)s, %(text)s: an exchange difference that is not booked yet."),
        "balance_bank_stray": _("%(entry)s, %(text)s: a bank line that belongs to no payout."),
        "balance_by_others": _("%(entry)s, %(text)s: entered by hand or by another program, in journal %(journal)s."),
        "balance_months_by_others": _(
            "%(count)s entries of journal %(journal)s from %(first)s to %(last)s, by hand or by another program."
        ),
        "balance_unknown": _("%(label)s, %(settlement)s. %(cause)s"),
        "balance_prepayment": _("%(label)s, %(customer)s: paid in advance, in %(settlement)s."),
        "balance_fee_owed": _("%(label)s, %(settlement)s: a fee that is not invoiced yet."),
        "balance_fees_owed": _(
            "%(owner)s: fees from %(first)s to %(last)s that are not invoiced yet, in %(count)s vouchers."
        ),
        "balance_reserve": _("%(label)s, %(settlement)s: held back or released by the provider."),
        "balance_reserves": _("%(owner)s: held back or released from %(first)s to %(last)s, in %(count)s vouchers."),
        "balance_several": _("%(owner)s: from %(first)s to %(last)s, in %(count)s vouchers."),
        "balance_until": _("%(said)s Until %(date)s."),
        "balance_not_booked": _(
            "%(settlement)s: transactions that are known and not booked yet: %(count)s, in all %(amount)s."
        ),
        "balance_not_fetched": _("%(owner)s: its documents tell nothing of the days after %(date)s yet."),
    }
)
