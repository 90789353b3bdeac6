"""The month of Odoo's demo data adds up, whenever it is installed."""

import datetime
import json
from decimal import Decimal

import pytest

from odoo.addons.settlement_bridge.demo import month
from odoo.addons.settlement_bridge.providers.registry import identify, parse

TODAYS = [datetime.date(2026, number, day) for number in range(1, 13) for day in (1, 28)]


@pytest.mark.parametrize("today", TODAYS)
def test_all_of_it_has_happened(today):
    first = month.first_monday(today)
    assert first.weekday() == 0
    last = max(date for date, _text, _amount in month.bank_lines(first))
    assert max(last, *(movement.date for movement in month.movements(first))) < today


def test_vipps_report_is_proven_and_its_payouts_are_what_the_bank_received():
    first = month.first_monday(datetime.date(2026, 4, 15))
    name, content = month.report(first)
    assert identify(name, content) == "vipps"
    settlements = parse(name, content, "vipps", {}).settlements
    payouts = {settlement.external_id: settlement.payout_amount for settlement in settlements}
    assert [str(number) for _days, number, _is_at_bank in month.PAYOUTS] == list(payouts)
    received = {text.split()[1]: amount for _date, text, amount in month.bank_lines(first)}
    assert received == {number: amount for number, amount in payouts.items() if number in received}
    assert len(received) == len(payouts) - 1, "the last one is on its way"


def test_every_order_is_paid_in_full_but_for_one_rounded_krone():
    first = month.first_monday(datetime.date(2026, 4, 15))
    paid = {m.reference: m.amount for m in month.movements(first) if m.type == "Capture"}
    for order in month.orders(first):
        assert abs(paid.pop(f"NORD-{order['id']}") - Decimal(order["total"])) < 1
        assert json.dumps(order)
    assert list(paid) == ["GAVEKORT-77"]
