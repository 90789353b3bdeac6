"""A printed statement: every part once, in order, and nothing longer than a page."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest

from ...balances.pages import into_pages
from ...balances.statement import Account, AccountRole, Document, Item, Kind, Statement

DAY = datetime.date(2026, 3, 31)


def statement(count, documents=1):
    papers = tuple(Document(number, f"{number}.csv", "0" * 64) for number in range(documents))
    items = tuple(
        Item(kind=kind, date=DAY, amount=Decimal(1), name="Hvorfor", reference=f"{kind}{number}", documents=papers)
        for kind in (Kind.IN_TRANSIT, Kind.UNKNOWN)
        for number in range(count)
    )
    return Statement(
        role=AccountRole.CLEARING, account=Account(1, "1522", ""), date=DAY, currency="NOK", ledger=Decimal(0),
        items=items,
    )  # fmt: skip


@pytest.mark.parametrize("documents", [0, 1, 40])
@pytest.mark.parametrize("count", [0, 1, 8, 9, 45])
def test_every_part_once(count, documents):
    told = statement(count, documents)
    pages = into_pages(told, str)
    assert [row[3] for rows in pages for row in rows if row[3]] == list(told.items)
    assert all(rows for rows in pages[:-1])
    assert all(rows[-1][3] for rows in pages if rows), "a heading is never the last of a page"


def test_long_list_is_divided():
    assert len(into_pages(statement(2), str)) == 1
    assert len(into_pages(statement(45), str)) > 5


def test_what_is_too_much_to_print_is_counted_and_summed():
    """A wrong part is printed wherever it stands."""
    told = statement(4)
    wrong = replace(told.items[-1], ledger=Decimal(3))
    told = replace(told, items=(*told.items[:-1], wrong))
    rows = [row for page in into_pages(told, "{} more".format, most=3) for row in page]
    of_transit, of_unknown = told.groups
    assert rows == [
        (Kind.IN_TRANSIT, *of_transit[1:], None),
        *((Kind.IN_TRANSIT, (), None, item) for item in told.items[:3]),
        ("more", (), Decimal(1), "1 more"),
        (Kind.UNKNOWN, *of_unknown[1:], None),
        (Kind.UNKNOWN, (), None, wrong),
        ("more", (), Decimal(3), "3 more"),
    ]
