"""A statement divided into printed pages.

Debian's wkhtmltopdf, which Odoo prints with there, neither repeats a table's head nor keeps a row together where a page
ends. So each page is a table of its own, with its head, and no longer than fits.
"""

from math import ceil

#: How many lines of text fit on a page in landscape, and on the first one, below the company and the account.
LINES, FIRST_LINES = 36, 22

#: How many lines the sums, the comparison with the provider and the signature take at the end.
CLOSING_LINES = 10

#: How many characters of a sentence fit on a line, in the narrower of the two programs.
CHARACTERS = 52


def into_pages(statement) -> list:
    """Return the rows of each page, at least one page.

    A row is ``(kind, items, sum, None)`` for the heading of a group, ``(kind, (), None, item)`` for an item. A heading
    is never the last row of a page. What follows the parts fits on the last page: it may have no rows.

    :param statement: :class:`~.statement.Statement`, its sentences as text.
    """
    pages, left = [[]], FIRST_LINES
    for kind, items, total in statement.groups:
        for place, item in enumerate(items):
            rows = [(kind, items, total, None)] if place == 0 else []
            rows.append((kind, (), None, item))
            needed = _count_lines(item) + len(rows) - 1
            if needed > left and pages[-1]:
                pages.append([])
                left = LINES
            pages[-1] += rows
            left -= needed
    if left < CLOSING_LINES and statement.items:
        pages.append([])
    return pages


def _count_lines(item):
    """Return how many lines an item takes, with the space around it."""
    return max(2 * len(item.documents), ceil(len(str(item.name)) / CHARACTERS), 1) + 0.3
