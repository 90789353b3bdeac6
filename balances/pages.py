"""A statement divided into printed pages.

Debian's wkhtmltopdf, which Odoo prints with there, neither repeats a table's head nor keeps a row together where a page
ends. So each page is a table of its own, with its head, and no longer than fits.
"""

from math import ceil

from ..common.values import ZERO

#: How many lines of text fit on a page in landscape, and on the first one, below the company and the account.
LINES, FIRST_LINES = 36, 22

#: How many lines the sums, the comparison with the provider and the signature take at the end.
CLOSING_LINES = 10

#: How many parts of an account are printed one by one, those that are wrong aside: a thousand take half a minute. The
#: workbook has all.
MOST_PARTS = 500

#: How many characters of a sentence fit on a line, in the narrower of the two programs.
CHARACTERS = 52


def into_pages(statement, say_more, most=MOST_PARTS) -> list:
    """Return the rows of each page, at least one page.

    A row is ``(kind, items, sum, None)`` for the heading of a group, ``(kind, (), None, item)`` for an item, and
    ``("more", (), sum, text)`` for the rest of a group that is not printed one by one. A heading is never the last row
    of a page. What follows the parts fits on the last page: it may have no rows.

    :param statement: :class:`~.statement.Statement`, its sentences as text.
    :param say_more: gets how many parts are left out; returns the sentence that says so.
    :param most: how many parts are printed one by one, those that are wrong aside.
    """
    pages, left = [[]], FIRST_LINES
    room = most
    for kind, items, total in statement.groups:
        printed, rest = _choose(items, room)
        room -= sum(not item.is_wrong for item in printed)
        for place, item in enumerate(printed):
            rows = [(kind, items, total, None)] if place == 0 else []
            rows.append((kind, (), None, item))
            needed = _count_lines(item) + len(rows) - 1
            if needed > left and pages[-1]:
                pages.append([])
                left = LINES
            pages[-1] += rows
            left -= needed
        if rest:
            rows = [] if printed else [(kind, items, total, None)]
            if left < len(rows) + 2:
                pages.append([])
                left = LINES
            left -= len(rows) + 2
            of_rest = sum((item.amount for item in rest), ZERO) if rest[0].is_in_ledger else None
            pages[-1] += [*rows, ("more", (), of_rest, say_more(len(rest)))]
    if left < CLOSING_LINES and statement.items:
        pages.append([])
    return pages


def _choose(items, room):
    """Return the items that are printed, in order, and those that are not: the wrong ones always are."""
    printed, rest = [], []
    for item in items:
        if item.is_wrong or room > 0:
            printed.append(item)
            room -= not item.is_wrong
        else:
            rest.append(item)
    return printed, rest


def _count_lines(item):
    """Return how many lines an item takes, with the space around it."""
    return max(2 * len(item.documents), ceil(len(str(item.name)) / CHARACTERS), 1) + 0.3
