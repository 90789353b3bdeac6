"""What happens at Klarna in the demo month: a payout, one of zero that leaves a debt, and one that repays it."""

from demo_fetched import Agreement, percentage, two_days_later
from demo_vipps import day

from odoo.addons.settlement_bridge.pure_tests.samples import klarna_files
from odoo.addons.settlement_bridge.pure_tests.samples.klarna_files import utc
from odoo.addons.settlement_bridge.pure_tests.servers import klarna as klarna_server

CODE = "klarna"

#: The day of each order, by number; it is sent and paid the same day.
ORDERS = {1041: 4, 1042: 5, 1043: 11, 1044: 18, 1045: 20}

#: What is sent back whole: the order, and the day it is credited and refunded.
RETURNS = {1042: 12}

#: Klarna's reference of each payout, and its day: what happened since the one before.
PAYOUTS = {"XISADEM1": 10, "XISADEM2": 17, "XISADEM3": 24}


def agreement(amounts):
    """Return the agreement. ``amounts``: what each order amounts to, by its reference."""
    payouts = month(amounts)
    server = klarna_server.KlarnaServer(
        [klarna_files.api_payout(payout) for payout in payouts],
        [klarna_files.api_transaction(payout, each) for payout in payouts for each in payout.happenings],
    )
    return Agreement(
        code=CODE,
        name="Klarna",
        merchant_id=klarna_files.MERCHANT_ID,
        server=server,
        keys={"username": klarna_server.USERNAME, "password": klarna_server.PASSWORD},
        bank_text="Klarna Bank AB {reference}",
        paid_on={reference: two_days_later(day(3, date)) for reference, date in PAYOUTS.items()},
    )


def month(amounts):
    """Return the payouts. In the second week more comes back than is sold."""
    payouts, after = [], 0
    for reference, date in PAYOUTS.items():
        happenings = []
        for number, sold_on in ORDERS.items():
            if after < sold_on <= date:
                happenings += sale(number, sold_on, amounts)
        for number, returned_on in RETURNS.items():
            if after < returned_on <= date:
                order = f"WEB-{number}"
                happenings.append(klarna_files.refund(str(number), order, amounts[order], utc(returned_on)))
        payouts.append(klarna_files.Payout(reference, day(3, date), tuple(happenings)))
        after = date
    return klarna_files.chain(payouts)


def sale(number, date, amounts):
    """Return the payment of an order with its two fees: 2.99 %, and 3 kroner."""
    order = f"WEB-{number}"
    return klarna_files.sale(str(number), order, amounts[order], utc(date), percentage(amounts[order], "2.99"), "3.00")
