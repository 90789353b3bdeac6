"""A month as an accountant reads it: what is done, what is to be known, and what is open."""

import datetime
from dataclasses import replace
from decimal import Decimal

from odoo.addons.settlement_bridge.closing.checks import CheckCode, CheckState, check_month
from odoo.addons.settlement_bridge.closing.days import Days
from odoo.addons.settlement_bridge.closing.facts import Balance, Fees, MonthFacts, Tally

LAST = datetime.date(2026, 3, 31)
CLEARING = Balance(
    role="clearing",
    account_id=1522,
    account="1522 Vipps oppgjør",
    ledger=Decimal("979.00"),
    explained=Decimal("979.00"),
    items=1,
    stated=Decimal("979.00"),
)
QUIET = MonthFacts(
    last=LAST,
    today=datetime.date(2026, 4, 2),
    is_ledger=True,
    days=Days(LAST),
    booked=Tally(9, Decimal(9000)),
    balances=(CLEARING, replace(CLEARING, role="unknown", ledger=Decimal(0), explained=Decimal(0), items=0)),
    fees=Fees(Decimal("29.90"), Decimal(1000)),
    fees_before=Fees(Decimal("61.00"), Decimal(2000)),
    lock=LAST,
)


def states(**changes):
    """Return the checks that are not done."""
    return {
        str(check.code): str(check.state)
        for check in check_month(replace(QUIET, **changes))
        if check.state != CheckState.DONE
    }


def test_quiet_month_is_done():
    """Everything fetched, booked, proven, met, invoiced and locked: nothing is left, and every check is shown."""
    assert states() == {}
    assert [check.code for check in check_month(QUIET)] == list(CheckCode)


def test_days_that_are_missing_are_open():
    assert states(days=Days(datetime.date(2026, 3, 30))) == {"days": "open"}
    assert states(days=Days()) == {"days": "open"}
    # Stripe tells of payouts: what is missing shows in the bank.
    assert states(days=Days(), is_ledger=False) == {"days": "note"}


def test_silent_days_are_told_as_such():
    """Only where each day was told of is every day here; a zero balance proves no day between."""
    [days] = [check for check in check_month(replace(QUIET, days=Days(LAST, 2))) if check.code == CheckCode.DAYS]
    assert (str(days.state), days.message.code) == ("done", "closing_days_no_gap")
    assert states(days=Days(LAST, 2, may_lack=True)) == {"days": "note"}


def test_unproven_account_is_open():
    assert states(balances=(replace(CLEARING, explained=Decimal("900.00"), is_proven=False),)) == {"clearing": "open"}
    # The ledger is explained, but the provider says that it holds something else.
    assert states(balances=(replace(CLEARING, stated=Decimal("978.00"), is_proven=False),)) == {"clearing": "open"}


def test_unknown_that_is_named_is_a_note():
    unknown = replace(CLEARING, role="unknown", ledger=Decimal("-75.00"), explained=Decimal("-75.00"))
    assert states(balances=(CLEARING, unknown)) == {"unknown": "note"}
    # In and out of zero in all, but two items are there.
    both = replace(unknown, ledger=Decimal(0), explained=Decimal(0), items=2)
    assert states(balances=(CLEARING, both)) == {"unknown": "note"}


def test_payout_on_its_way_is_a_note_for_a_week():
    on_the_way = {"payout_without_bank": Tally(1, Decimal("979.00"), LAST)}
    assert states(missing=on_the_way) == {"payouts": "note"}
    assert states(missing=on_the_way, today=datetime.date(2026, 4, 8)) == {"payouts": "open"}


def test_fees_are_compared_with_the_month_before():
    [fees] = [check for check in check_month(QUIET) if check.code == CheckCode.FEES]
    assert fees.message.values == {"percent": Decimal("2.99"), "before": Decimal("3.05")}
    assert states(fees=Fees(Decimal("35.00"), Decimal(1000))) == {"fees": "open"}
    assert states(fees=Fees(Decimal("35.00"), Decimal(1000)), fees_before=Fees()) == {}
    assert states(fees=Fees(Decimal("1.00"), Decimal(0))) == {"fees": "open"}


def test_what_waits_for_a_person_is_open():
    one = Tally(1, Decimal(100), LAST)
    assert states(failed=one) == states(altered=one) == {"errors": "open"}
    assert states(unbooked=one) == {"booked": "open"}
    assert states(by_hand=one, by_whom="Per") == states(by_hand=one, registered=one) == {"by_hand": "open"}
    assert states(registered=one) == {"by_hand": "note"}
    assert states(missing={"order_not_invoiced": one, "captured_not_invoiced": one}) == {"orders": "open"}
    assert states(missing={"payment_not_invoiced": one}) == {"payments": "open"}
    assert states(missing={"bank_without_payout": one}) == {"bank": "open"}
    assert states(missing={"balances_differ": one}) == {"documents": "open"}


def test_what_explains_itself_is_a_note():
    one = Tally(1, Decimal("0.40"), LAST)
    assert states(late=one, rounding=one, disputes=one, gift_cards=one, lock=None) == dict.fromkeys(
        ("late", "rounding", "disputes", "gift_cards", "lock"), "note"
    )
    assert states(missing={"invoice_not_paid": one}) == {"invoices": "note"}
