"""Why the clearing account stands where it does, told from plain values: nothing is lost, and nothing is told twice."""

import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ...balances.clearing import Clearing, Payout, explain_clearing
from ...balances.entries import BookedAgain, Entry, Undoing, limit_undoings
from ...balances.statement import Account, AccountRole, HeldBalance, Item, Kind, Statement, in_order
from ..properties import examples

DAY = datetime.date(2026, 3, 31)
AMOUNTS = st.integers(-100_000, 100_000).filter(bool).map(lambda cents: Decimal(cents).scaleb(-2))
DAYS = st.integers(-30, 30).map(lambda days: DAY + datetime.timedelta(days=days))


def entry(number, amount, **values):
    values = {"currency": "NOK", "open_currency": amount, **values}
    return Entry(id=number, account_id=1, date=DAY, move_id=number, number=f"V/{number}", open=amount, **values)


def payout(number, **values):
    return Payout(id=number, name=f"Vipps {number}", owner="Vipps", date=DAY, number=str(number), **values)


def explain(entries, *payouts, undoings=None):
    clearing = Clearing(date=DAY, currency="NOK", payouts={one.id: one for one in payouts}, undoings=undoings or {})
    return [(item.kind, item.amount) for item in in_order(explain_clearing(clearing, entries))]


def test_paid_out_and_not_on_the_bank():
    sent = payout(1, sent_on=DAY, amount=Decimal("98.00"))
    assert explain([entry(1, Decimal("98.00"), settlement_id=1)], sent) == [(Kind.IN_TRANSIT, Decimal("98.00"))]


def test_paid_out_the_day_after_is_not_on_its_way_yet():
    later = payout(1, sent_on=DAY + datetime.timedelta(days=1), amount=Decimal("98.00"))
    assert explain([entry(1, Decimal("98.00"), settlement_id=1)], later) == [(Kind.NOT_PAID_OUT, Decimal("98.00"))]


def test_what_the_bank_received_less_is_short():
    met = payout(1, sent_on=DAY, amount=Decimal("98.00"), is_met=True)
    assert explain([entry(1, Decimal("10.00"), settlement_id=1)], met) == [(Kind.SHORT, Decimal("10.00"))]


def test_debt_is_carried_to_the_next_payout():
    """A payout of zero left a debt of 50; the next one pays out the 1,000 of its own less the debt."""
    first = payout(1, sent_on=DAY, amount=Decimal(0), closing=Decimal("-50.00"))
    second = payout(2, sent_on=DAY, amount=Decimal("950.00"), from_id=1)
    debt = entry(1, Decimal("-50.00"), settlement_id=1)
    assert explain([debt], first) == [(Kind.CARRIED, Decimal("-50.00"))]
    both = [debt, entry(2, Decimal("1000.00"), settlement_id=2)]
    assert explain(both, first, second) == [(Kind.IN_TRANSIT, Decimal("950.00"))]


def test_aborted_payout_is_held_by_the_provider_again():
    back = payout(1, sent_on=DAY, amount=Decimal("98.00"), returned_on=DAY)
    assert explain([entry(1, Decimal("98.00"), settlement_id=1)], back) == [(Kind.FAILED, Decimal("98.00"))]


def test_bank_lines_and_entries_by_hand():
    paid = payout(1, sent_on=DAY, amount=Decimal("98.00"), is_met=True)
    assert explain(
        [
            entry(1, Decimal("-5.00"), is_bank=True, met_ids=frozenset({1})),
            entry(2, Decimal("-98.00"), is_bank=True, later_ids=frozenset({1})),
            entry(3, Decimal("40.00"), is_bank=True, payout_id=1),
            entry(4, Decimal("-7.00"), is_bank=True),
            entry(5, Decimal("20.00")),
        ],
        paid,
    ) == [
        (Kind.OVER, Decimal("-5.00")),
        (Kind.BANK_EARLY, Decimal("-98.00")),
        (Kind.TOP_UP, Decimal("40.00")),
        (Kind.BANK_STRAY, Decimal("-7.00")),
        (Kind.BY_OTHERS, Decimal("20.00")),
    ]


def test_entry_by_hand_against_a_payout_is_not_the_bank():
    """98 is on its way; somebody has entered 10 against it."""
    sent = payout(1, sent_on=DAY, amount=Decimal("98.00"), by_hand=Decimal("10.00"), hand_entries="MISC/1")
    [on_its_way, by_hand] = explain_clearing(
        Clearing(date=DAY, currency="NOK", payouts={1: sent}), [entry(1, Decimal("88.00"), settlement_id=1)]
    )
    assert (on_its_way.kind, on_its_way.amount) == (Kind.IN_TRANSIT, Decimal("98.00"))
    assert (by_hand.kind, by_hand.amount) == (Kind.BY_OTHERS, Decimal("-10.00"))
    assert by_hand.name.values["entries"] == "MISC/1"


def test_what_is_left_of_an_entry_by_hand_is_not_the_bank():
    paid = payout(1, sent_on=DAY, amount=Decimal("98.00"), is_met=True)
    items = explain_clearing(
        Clearing(date=DAY, currency="NOK", payouts={1: paid}),
        [entry(1, Decimal("-5.00"), met_ids=frozenset({1})), entry(2, Decimal("40.00"), is_payment=True)],
    )
    assert [(item.kind, item.name.code) for item in items] == [
        (Kind.BY_OTHERS, "balance_rest_by_hand"),
        (Kind.PAYMENT, "balance_payment"),
    ]


def test_bank_line_before_the_payout_it_is():
    sent = payout(1, sent_on=DAY + datetime.timedelta(days=1), amount=Decimal("98.00"))
    entries = [entry(1, Decimal("-98.00"), is_bank=True, payout_id=1)]
    [item] = explain_clearing(Clearing(date=DAY, currency="NOK", payouts={1: sent}), entries)
    assert (item.kind, item.name.code) == (Kind.BANK_EARLY, "balance_bank_first")


def test_failed_payout_that_came_with_a_later_one():
    failed = payout(1, sent_on=DAY, amount=Decimal("98.00"), returned_on=DAY, returned_in=2)
    entries = [entry(1, Decimal("98.00"), settlement_id=1)]
    for is_met, code in ((False, "balance_failed"), (True, "balance_failed_came")):
        later = payout(2, sent_on=DAY, is_met=is_met)
        [item] = explain_clearing(Clearing(date=DAY, currency="NOK", payouts={1: failed, 2: later}), entries)
        assert (item.kind, item.name.code) == (Kind.FAILED, code)


def test_reversed_voucher_is_named_by_its_own_number():
    """The reversal of 03/0001 was reconciled with 04/0003, which booked the same once more."""
    other = Undoing(
        entry_id=1, date=DAY, number="R/1", amount=Decimal(98), amount_currency=Decimal(98), of_number="03/0001"
    )
    clearing = Clearing(date=DAY, currency="NOK", payouts={}, undoings={1: [other]})
    [item] = explain_clearing(clearing, [entry(1, Decimal(98), settlement_id=1)])
    assert (item.reference, item.name.values["entry"]) == ("03/0001", "03/0001")


def test_what_the_bank_has_met_and_was_changed_since_is_not_short():
    changed = entry(1, Decimal("5.00"), settlement_id=1, unexplained=Decimal("5.00"))
    paid = payout(1, sent_on=DAY, amount=Decimal("98.00"), is_met=True)
    [item] = explain_clearing(Clearing(date=DAY, currency="NOK", payouts={1: paid}), [changed])
    assert (item.kind, item.amount, item.difference) == (Kind.MISSING, 0, Decimal("5.00"))


def test_converted_residue_is_an_exchange_difference():
    residue = entry(1, Decimal("3.21"), currency="EUR", open_currency=Decimal(0), settlement_id=1)
    assert explain([residue], payout(1, sent_on=DAY, amount=Decimal(10))) == [(Kind.EXCHANGE, Decimal("3.21"))]


def test_what_the_ledger_has_more_than_the_transactions_is_not_explained():
    changed = entry(1, Decimal("103.00"), settlement_id=1, unexplained=Decimal("5.00"))
    [item] = explain_clearing(
        Clearing(date=DAY, currency="NOK", payouts={1: payout(1, sent_on=DAY, amount=Decimal("98.00"))}), [changed]
    )
    assert (item.amount, item.ledger, item.difference) == (Decimal("98.00"), Decimal("103.00"), Decimal("5.00"))


def undoing(entry_id, amount):
    return Undoing(entry_id=entry_id, date=DAY, number="R/1", amount=amount, amount_currency=amount)


def test_undone_and_booked_again_on_the_same_day_stands_there_twice():
    entries = [entry(1, Decimal("98.00"), settlement_id=1), entry(2, Decimal("98.00"), settlement_id=1)]
    undoings = {1: [undoing(1, Decimal("98.00"))]}
    again = limit_undoings(entries, undoings, [BookedAgain(1, 7, Decimal("98.00"), 1)])
    sent = payout(1, sent_on=DAY, amount=Decimal("98.00"))
    assert explain(entries, sent, undoings=again) == [
        (Kind.IN_TRANSIT, Decimal("98.00")),
        (Kind.UNDONE_LATER, Decimal("98.00")),
    ]


def test_undone_and_not_booked_again_is_what_it_was():
    entries = [entry(1, Decimal("98.00"), settlement_id=1)]
    assert limit_undoings(entries, {1: [undoing(1, Decimal("98.00"))]}, []) == {}


@st.composite
def accounts(draw):
    """Entries of an account, with payouts in any state and chains of carried balances."""
    payouts = [
        payout(
            number,
            sent_on=draw(st.none() | DAYS),
            amount=draw(AMOUNTS),
            closing=draw(st.just(Decimal(0)) | AMOUNTS),
            returned_on=draw(st.none() | DAYS),
            from_id=draw(st.none() | st.integers(1, 4)),
            is_met=draw(st.booleans()),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    some = st.frozensets(st.integers(1, len(payouts)), max_size=1)
    entries = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        settlement_id = draw(st.none() | st.integers(1, len(payouts)))
        marks = (
            {} if settlement_id else {"met_ids": draw(some), "later_ids": draw(some), "is_bank": draw(st.booleans())}
        )
        entries.append(entry(number, draw(AMOUNTS), settlement_id=settlement_id, **marks))
    return payouts, entries


@settings(max_examples=examples(300), deadline=None)
@given(accounts())
def test_parts_are_the_balance(account):
    """Whatever the payouts are like: the parts add up to the øre, and each entry is in a part."""
    payouts, entries = account
    clearing = Clearing(date=DAY, currency="NOK", payouts={one.id: one for one in payouts})
    items = explain_clearing(clearing, entries)
    statement = Statement(
        role=AccountRole.CLEARING,
        account=Account(1, "1522", "Vipps oppgjør"),
        date=DAY,
        currency="NOK",
        ledger=sum(one.open for one in entries),
        items=in_order(items),
    )
    assert statement.difference == 0
    assert {key for item in items for key in item.entry_ids} == {one.id for one in entries}
    assert sum(total for _kind, _items, total in statement.groups) == statement.ledger


def test_provider_and_ledger_side_by_side():
    held = HeldBalance(
        owner="Vipps", currency="NOK", stated=Decimal(150), known_to=DAY, booked=Decimal(100), not_booked=Decimal(40)
    )
    assert held.difference == 10
    values = {"role": AccountRole.CLEARING, "account": Account(1, "1522", ""), "date": DAY, "currency": "NOK"}
    outside = Item(kind=Kind.NOT_BOOKED, date=DAY, amount=Decimal(40))
    statement = Statement(ledger=Decimal(0), items=(outside,), held=(held,), **values)
    assert (statement.difference, statement.is_proven, statement.provider_balance) == (0, False, 150)
