"""A printed statement: every part once, in order, and nothing longer than a page."""

import datetime
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
    pages = into_pages(told)
    assert [row[3] for rows in pages for row in rows if row[3]] == list(told.items)
    assert all(rows for rows in pages[:-1])
    assert all(rows[-1][3] for rows in pages if rows), "a heading is never the last of a page"


def test_long_list_is_divided():
    assert len(into_pages(statement(2))) == 1
    assert len(into_pages(statement(45))) > 5
