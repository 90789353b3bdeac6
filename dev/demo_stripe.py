"""What happens at Stripe in the demo month: three weekly payouts, and its API on this machine that tells them."""

from decimal import Decimal

from demo_fetched import Agreement, percentage, two_days_later
from demo_vipps import day

from odoo.addons.settlement_bridge.pure_tests.samples import stripe_files
from odoo.addons.settlement_bridge.pure_tests.samples.stripe_files import at
from odoo.addons.settlement_bridge.pure_tests.servers import stripe as stripe_server

CODE = "stripe"

#: The day of each order, by number; it is sent and paid the same day.
ORDERS = {1034: 3, 1035: 4, 1036: 6, 1037: 10, 1038: 12, 1039: 17, 1040: 19}

#: What is sent back whole: the order, and the day it is credited and refunded.
RETURNS = {1035: 13}

PAYOUT_DAYS = (9, 16, 23)


def agreement(amounts):
    """Return the agreement. ``amounts``: what each order amounts to, by its reference."""
    movements = month(amounts)
    server = stripe_server.StripeServer(stripe_files.api_payouts(movements), stripe_files.api_transactions(movements))
    return Agreement(
        code=CODE,
        name="Stripe",
        merchant_id=stripe_server.ACCOUNT,
        server=server,
        keys={"secret_key": stripe_server.KEY},
        bank_text="Stripe Technology Europe",
        paid_on={f"po_1Mars{number:02}": two_days_later(day(3, number)) for number in PAYOUT_DAYS},
    )


def month(amounts):
    """Return the movements.

    In the second week an order comes back, and somebody pays what the shop knows nothing of. In the third a customer
    disputes a payment, for which Stripe charges a fee, and there is VAT on the fee of one payment.
    """
    movements = [charge(number, date, amounts) for number, date in ORDERS.items()]
    movements += [
        stripe_files.refund(f"re{order}", at(date, 13), str(order), amounts[f"WEB-{order}"], reference=f"WEB-{order}")
        for order, date in RETURNS.items()
    ]
    movements += [
        stripe_files.charge("kasse", at(11), "KASSE-12", "350.00", "7.05"),
        stripe_files.dispute("dp1038", at(18), "1038", amounts["WEB-1038"], reference="WEB-1038"),
    ]
    movements += [stripe_files.payout(f"1Mars{number:02}", at(number, 20)) for number in PAYOUT_DAYS]
    return sorted(movements, key=lambda movement: movement.time)


def charge(number, date, amounts):
    """Return the payment of an order: 1.5 % and 1.80 kroner, of the last one with VAT."""
    amount = amounts[f"WEB-{number}"]
    fee = percentage(amount, "1.5", "1.80")
    vat = percentage(fee, 25) if number == max(ORDERS) else Decimal(0)
    return stripe_files.charge(str(number), at(date), f"WEB-{number}", amount, fee + vat, vat=vat)
