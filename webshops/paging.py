"""Lists of orders that change while they are read: all of them, in order of change."""

import datetime
import heapq
from collections.abc import Callable, Iterable, Iterator

from ..common.messages import ProviderError

#: A million changes at a hundred a page; more is a server that never ends.
MAX_PAGES = 10_000


def listed(ask: Callable, start: datetime.datetime) -> Iterator:
    """Yield ``(time, order id)`` of what changed at ``start`` or later, oldest first, none missing.

    Each page is asked for by the time of the last row, not by its number: rows that change while we read move to the
    end of the list, and others would slip over the edge of a page.

    :param ask: ``(start, page number) -> (rows, whether there are more pages)``; rows are ``(time, id)``, oldest first.
    :raises ProviderError: the shop gives the same page again and again.
    """
    seen: set = set()
    page = 1
    for _asked in range(MAX_PAGES):
        rows, has_more = ask(start, page)
        new = [row for row in dict.fromkeys(rows) if row not in seen]
        yield from new
        if not has_more or not rows:
            return
        if not new and page > 1:
            break
        seen.update(new)
        last = rows[-1][0]
        start, page = (last, 1) if last > start else (start, page + 1)
    raise same_page_again()


def whole_list(ask: Callable, key: str) -> list:
    """Return all records of a list whose pages are asked for by number; of one that comes twice, the later.

    :param ask: ``page number -> (records, whether there are more pages)``. :param key: the field with a record's id.
    :raises ProviderError: the shop gives the same page again and again.
    """
    found: dict = {}
    for page in range(1, MAX_PAGES + 1):
        records, has_more = ask(page)
        before = len(found)
        found.update((str(record.get(key)), record) for record in records)
        if not has_more:
            return list(found.values())
        if len(found) == before:
            break
    raise same_page_again()


def same_page_again() -> ProviderError:
    """Return the error of a list that does not come to an end."""
    return ProviderError("shop_repeats_page")


def pages_in_order(feeds: Iterable, read: Callable, page_size: int) -> Iterator:
    """Yield pages of changed orders in order of change, each order once.

    An order found by an early change (its invoice) that has changed since (its refund) comes at its last change, so
    that whoever stops after a page has missed nothing before it.

    :param feeds: of ``(time, order id)``, each oldest first.
    :param read: ``(order ids) -> RawOrder of those that are still there``.
    """
    known: dict = {}  # order id -> when it last changed, and whether it has been given
    page: dict = {}

    def given(last):
        for raw in read(list(page)):
            is_given = raw.changed_at is None or raw.changed_at <= last
            known[raw.external_id] = raw.changed_at or last, is_given
            if is_given:
                yield raw

    def in_order(last):
        return tuple(sorted(given(last), key=lambda raw: (raw.changed_at or last, raw.external_id)))

    last = None
    for moment, order_id in heapq.merge(*feeds):
        changed_at, is_given = known.get(order_id, (moment, False))
        if moment < changed_at or (is_given and moment == changed_at):
            continue
        if len(page) >= page_size and order_id not in page:
            yield from filter(None, [in_order(last)])
            page.clear()
        page[order_id] = True
        last = moment
    if page:
        yield from filter(None, [in_order(last)])


def clock_goes_back(moment: datetime.datetime, zone: datetime.tzinfo) -> bool:
    """Whether a moment lies in the hour that clocks in ``zone`` show twice at the end of summer time."""
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def shown_since(moment: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """Return from when to ask a shop that writes times as its clock shows them.

    An hour shown twice is asked for whole.
    """
    return moment - datetime.timedelta(hours=1) if clock_goes_back(moment, zone) else moment
