"""Which entry of the bank is which payout, as an accountant would say with the statement in hand. No database."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.matching.bank import Entry, Payer, Payout, names, pair_payouts
from odoo.addons.settlement_bridge.providers.registry import PROVIDERS
from odoo.addons.settlement_bridge.pure_tests.properties import examples

VIPPS_PARTNER, KLARNA_PARTNER, CUSTOMER = 1, 2, 3
VIPPS_ACCOUNT, KLARNA_ACCOUNT = 1522, 1524


MERCHANTS = frozenset({"123455", "999999"})


def payer(code, merchant_id="123455", partner_id=VIPPS_PARTNER, accounts=()):
    provider = PROVIDERS[code]
    return Payer(
        key=(code, merchant_id),
        texts=provider.bank_texts,
        pattern=provider.bank_pattern,
        merchant_id=merchant_id,
        other_merchants=MERCHANTS - {merchant_id},
        partner_id=partner_id,
        accounts=frozenset(accounts),
    )


VIPPS = payer("vipps", accounts=("15032080119",))
OTHER_UNIT = payer("vipps", "999999")
KLARNA = payer("klarna", "K1", KLARNA_PARTNER)


def march(day):
    return datetime.date(2026, 3, day)


def payout(reference="2000777", amount="98.00", day=4, of=VIPPS, currency="NOK", **values):
    account_id = KLARNA_ACCOUNT if of is KLARNA else VIPPS_ACCOUNT
    name = f"{of.merchant_id}/{reference}"
    return Payout(name, Decimal(amount), currency, march(day), of, reference, account_id=account_id, **values)


def entry(text, amount="98.00", day=5, currency="NOK", **values):
    entry.count += 1
    amount = Decimal(amount)
    return Entry(entry.count, amount, currency, march(day), text, line_id=entry.count, amount_company=amount, **values)


entry.count = 0


def paired(payouts, *entries):
    return {pair.payout.id: pair.entry.text for pair in pair_payouts(payouts, entries).pairs}


def said(payouts, *entries):
    outcome = pair_payouts(payouts, entries)
    return {key: [proposal.message.code for proposal in found] for key, found in outcome.proposals.items()}


# --- By the number


@pytest.mark.parametrize(
    "text",
    [
        "Utb. 2000777 Vippsnr 123455",
        "Vipps utbet. 2000777 Vippsnr 123455",
        "Utbet2000777",
        "UTBETALING 2000777 VIPPS MOBILEPAY AS",
        "2000777",
        # a number of the merchant that is nobody's here
        "Utb. 2000777 Vippsnr 57860",
        # the two numbers in the other order
        "Utb. 123455 Vippsnr 2000777",
    ],
)
def test_named_payout_is_met_whenever_it_comes(text):
    assert paired([payout()], entry(text, day=28)) == {"123455/2000777": text}


def test_number_inside_another_number_names_nothing():
    assert not names("Faktura 12000777", "2000777")
    assert not names("Faktura 20007770", "2000777")
    assert names("utb.2000777/vipps", "2000777")
    assert names("STRIPE po_1X", "PO_1x")
    assert not names("STRIPE po_1X2", "po_1X")


def test_two_units_with_the_same_number_and_amount():
    """The merchant number in the text tells whose it is; without it a person chooses."""
    both = [payout(), payout(of=OTHER_UNIT)]
    own, other = entry("Utb. 2000777 Vippsnr 123455"), entry("Utb. 2000777 Vippsnr 999999")
    assert paired(both, other, own) == {"123455/2000777": own.text, "999999/2000777": other.text}
    assert paired(both, other) == {"999999/2000777": other.text}
    assert paired(both, entry("Utb. 2000777")) == {}
    assert said(both, entry("Utb. 2000777")) == {
        "123455/2000777": ["bank_several_payouts"],
        "999999/2000777": ["bank_several_payouts"],
    }


def test_invoice_of_a_customer_with_the_payouts_number_and_amount():
    line = entry("Faktura 2000777", partner_id=CUSTOMER)
    assert paired([payout()], line) == {}


# --- Without it


@pytest.mark.parametrize(
    "text",
    [
        "KLARNA BANK AB",
        "STRIPE PAYMENTS EUROPE",
        "KREDITRENTER",
        "Innbetaling faktura 12345678901",
        "Overføring mellom egne konti",
        "Innbetaling fra Ola Nordmann",
        "",
    ],
)
def test_same_amount_from_anybody_else_is_left_alone(text):
    assert paired([payout()], entry(text)) == {}


@pytest.mark.parametrize(
    "line",
    [
        entry("VIPPS MOBILEPAY AS"),
        entry("Giro 1234567 Vipps MobilePay AS"),
        entry("Innbetaling", partner_id=VIPPS_PARTNER),
        entry("Innbetaling", account="15032080119"),
        entry("Arkivref 9000777 MobilePay"),
    ],
)
def test_payer_amount_and_date_fit(line):
    assert paired([payout()], line) == {"123455/2000777": line.text}


def test_text_of_the_provider_but_partner_is_a_customer():
    assert paired([payout()], entry("Vipps fra Kari", partner_id=CUSTOMER)) == {}


@pytest.mark.parametrize("day", [2, 12])
def test_unnamed_entry_outside_the_days(day):
    assert paired([payout()], entry("Vipps", day=day)) == {}


def test_klarnas_entry_of_the_same_amount_is_not_vipps():
    klarna = payout("K-PAY-1", of=KLARNA)
    first, second = entry("KLARNA BANK AB", day=3), entry("Utb. 2000777 Vippsnr 123455", day=4)
    assert paired([payout(), klarna], first, second) == {
        "K1/K-PAY-1": "KLARNA BANK AB",
        "123455/2000777": second.text,
    }


def test_entry_of_a_unit_without_agreement():
    assert paired([payout()], entry("Vipps utbetaling Vippsnr 57860")) == {}


def test_equal_payouts_and_one_entry_are_never_guessed():
    both = [payout(), payout("2000778", day=5)]
    assert paired(both, entry("Vipps")) == {}
    assert set(said(both, entry("Vipps"))) == {"123455/2000777", "123455/2000778"}


def test_equal_payout_not_booked_yet_is_a_rival():
    assert paired([payout(), payout("2000778", is_ready=False)], entry("Vipps")) == {}


def test_entry_that_names_a_payout_still_to_come():
    assert paired([payout()], entry("Utb. 2000790 Vippsnr 123455")) == {}


def test_two_entries_for_one_payout():
    assert said([payout()], entry("Vipps"), entry("Vipps", day=6)) == {"123455/2000777": ["bank_several_entries"]}


def test_entry_that_a_person_has_put_on_the_clearing_account():
    line = entry("?", day=25, account_id=VIPPS_ACCOUNT)
    assert paired([payout()], line) == {"123455/2000777": "?"}
    assert paired([payout()], entry("?", account_id=KLARNA_ACCOUNT)) == {}


# --- What changes afterwards


def test_named_entry_takes_over_from_one_found_by_amount():
    later = entry("Utb. 2000777 Vippsnr 123455")
    [pair] = pair_payouts([payout(is_ready=False, is_met=True, may_give_way=True)], [later]).pairs
    assert (pair.entry, pair.gives_way) == (later, True)


def test_second_entry_that_names_a_payout_met_by_its_name():
    assert paired([payout(is_met=True)], entry("Utb. 2000777")) == {}
    assert said([payout(is_met=True)], entry("Utb. 2000777")) == {"123455/2000777": ["bank_second_entry"]}


def test_entry_taken_back_stays_taken_back():
    line = entry("Utb. 2000777")
    refused = payout(refused=frozenset({line.line_id}))
    assert paired([refused], line) == {}
    other = entry("Utb. 2000777", day=9)
    assert paired([refused], line, other) == {"123455/2000777": other.text}


# --- What a person is asked


def test_one_entry_for_two_payouts():
    both = [payout(amount="100.00"), payout("2000778", "250.00", day=5)]
    line = entry("Vipps MobilePay", "350.00")
    outcome = pair_payouts(both, [line])
    assert not outcome.pairs
    for one in both:
        [proposal] = outcome.proposals[one.id]
        assert proposal.message.code == "bank_merged"
        assert set(proposal.payouts) == {other.id for other in both}
        assert proposal.entries == (line.id,)


def test_two_entries_for_one_payout_in_parts():
    parts = entry("Vipps del 1", "60.00"), entry("Vipps del 2", "38.00", day=6)
    outcome = pair_payouts([payout()], parts)
    [proposal] = outcome.proposals["123455/2000777"]
    assert (proposal.message.code, set(proposal.entries)) == ("bank_split", {part.id for part in parts})


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (entry("Utb. 2000777 Vippsnr 123455", "83.00"), "bank_named_less"),
        (entry("Utb. 2000777 Vippsnr 123455", "99.00"), "bank_named_more"),
        (entry("VIPPS", "83.00"), "bank_reduced"),
        (entry("Innbetaling"), "bank_payer_unnamed"),
    ],
)
def test_what_is_asked(line, code):
    assert paired([payout()], line) == {}
    assert said([payout()], line) == {"123455/2000777": [code]}


def test_payout_converted_by_the_bank():
    euro = payout(amount="100.00", currency="EUR", amount_company=Decimal("1160.00"))
    assert said([euro], entry("VIPPS", "1150.00")) == {"123455/2000777": ["bank_converted"]}
    assert said([euro], entry("VIPPS", "900.00")) == {}


# --- Always


@settings(max_examples=examples(60))
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["100", "200", "300"]), st.integers(1, 9), st.sampled_from([VIPPS, OTHER_UNIT, KLARNA])
        ),
        max_size=6,
    ),
    st.lists(
        st.tuples(
            st.sampled_from(["Vipps", "KLARNA", "Utb. 2000001 Vippsnr 123455", "Utb. 2000003", ""]),
            st.sampled_from(["100", "200", "300", "400"]),
            st.integers(1, 9),
            st.sampled_from([None, VIPPS_ACCOUNT, KLARNA_ACCOUNT]),
        ),
        max_size=6,
    ),
)
def test_pairs_are_exact_and_nothing_is_used_twice(told, seen):
    payouts = [payout(f"200000{number}", amount, day, of) for number, (amount, day, of) in enumerate(told)]
    entries = [entry(text, amount, day, account_id=account) for text, amount, day, account in seen]
    outcome = pair_payouts(payouts, entries)
    assert len({pair.payout.id for pair in outcome.pairs}) == len(outcome.pairs)
    assert len({pair.entry.id for pair in outcome.pairs}) == len(outcome.pairs)
    for pair in outcome.pairs:
        assert pair.payout.amount == pair.entry.amount
        assert pair.entry.account_id in (None, pair.payout.account_id)
        assert pair.payout.id not in outcome.proposals
    # The order in which they are told changes nothing.
    again = pair_payouts(payouts[::-1], entries[::-1])
    assert {(pair.payout.id, pair.entry.id) for pair in again.pairs} == {
        (pair.payout.id, pair.entry.id) for pair in outcome.pairs
    }
