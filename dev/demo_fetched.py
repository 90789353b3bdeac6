"""An agreement of the demo whose settlements are fetched: activated, asked by the scheduled actions, and paid.

Its server stands on this machine, so nothing here needs a network.
"""

import datetime
import sys
from dataclasses import dataclass
from decimal import Decimal

from demo_vipps import CENT

#: What the scheduled actions do, in the order in which one wakes the next.
ACTIONS = ("fetch", "ingest", "process", "retry", "bank")

PARAMETER = "settlement_bridge.allow_local_addresses"


@dataclass(frozen=True)
class Agreement:
    """What is fetched of one agreement, and with what.

    :ivar server: a provider's server of ``pure_tests/servers``, not started. :ivar keys: what it asks for, by name.
    :ivar bank_text: the bank's text of a payout; ``{reference}`` stands for the provider's reference.
    :ivar paid_on: the day the bank has each payout on, by external id.
    """

    code: str
    name: str
    merchant_id: str
    server: object
    keys: dict
    bank_text: str
    paid_on: dict


def percentage(amount, rate, fixed="0"):
    """Return a fee of ``rate`` per cent and ``fixed`` kroner, to the øre."""
    return (amount * Decimal(rate) / 100 + Decimal(fixed)).quantize(CENT)


def fetch(env, provider, agreement, first_day):
    """Enter the keys, and let the scheduled actions fetch, read and book what is told from the first day on."""
    env["ir.config_parameter"].set_param(PARAMETER, "True")
    with agreement.server as server:
        provider.write({"api_url": server.base_url, "start_date": first_day, "fetch_enabled": True})
        provider.connection_id._set_settings(agreement.keys)
        run_actions(env)
    if provider.fetch_error or not provider.settlement_ids:
        sys.exit(f"demo: nothing was fetched from {agreement.name}. {provider.fetch_error or ''}")
    # Nobody answers there any more.
    provider.fetch_enabled = False
    env["ir.config_parameter"].set_param(PARAMETER, False)


def pay(env, provider, agreement, journal):
    """Let each payout come to the bank, and the scheduled actions find its line."""
    for settlement in provider.settlement_ids.filtered("payout_amount").sorted("date"):
        # As a bank synchronisation does: in Community the right to create bank lines belongs to a hidden group.
        env["account.bank.statement.line"].sudo().create(
            {
                "journal_id": journal.id,
                "date": agreement.paid_on[settlement.external_id],
                "payment_ref": agreement.bank_text.format(reference=settlement.external_id),
                "amount": settlement.payout_amount,
            }
        )
    run_actions(env, "bank")
    if unpaid := provider.settlement_ids.filtered(lambda settlement: settlement.state != "paid"):
        sys.exit(f"demo: not paid: {', '.join(unpaid.mapped('name'))}.")


def run_actions(env, *names):
    """Run the scheduled actions, all of them unless some are named."""
    for name in names or ACTIONS:
        # An action works in a transaction of its own, on what is committed.
        env.cr.commit()
        if env.ref(f"settlement_bridge.ir_cron_settlement_{name}").method_direct_trigger() is not True:
            sys.exit(f"demo: the scheduled action {name} ended with an error; see the log.")
        env.cr.commit()
    env.invalidate_all()


def two_days_later(date):
    """Return when a payout is in the bank."""
    return date + datetime.timedelta(days=2)
