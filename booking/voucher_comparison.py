"""How the ledger differs from what was booked.

Whoever changes the ledger or the transactions after they were booked, by whatever way, makes a difference that is named
here with both figures.
"""

from collections import Counter
from dataclasses import dataclass, replace

from ..common.messages import Message


@dataclass
class ItemDifferences:
    """How a voucher's items differ from those that were booked.

    :ivar in_ledger: pairs of booked and found item, None where there is none: differences that people see.
    :ivar marks: pairs of booked and found item that are the same in the ledger, and differently marked.
    """

    in_ledger: list
    marks: list

    def __bool__(self):
        return bool(self.in_ledger or self.marks)


def compare_items(booked, found, gone=frozenset()) -> ItemDifferences:
    """Compare the items of a voucher with those that were booked.

    :param booked: list of :class:`~.voucher_record.BookedItem`. :param found: the same, as the ledger has them now.
    :param gone: ``(field name, id)`` of booked accounts and partners that no longer exist. Odoo deletes none that an
        item is booked to, so they were merged into others, and the items are booked to those now. Also
        ``(field name, id, id)`` of a customer and the company he belongs to now: Odoo moves his items along.
    """
    found_by_id = {item.id: item for item in found}
    differences = ItemDifferences([], [])
    for item in booked:
        other = found_by_id.pop(item.id, None)
        expected = _after_merge(item, other, gone) if other else item
        if not other or other.in_ledger != expected.in_ledger:
            differences.in_ledger.append((item, other))
        elif other.marks != expected.marks:
            differences.marks.append((item, other))
    differences.in_ledger += [(None, other) for other in found_by_id.values()]
    return differences


def _after_merge(item, other, gone):
    merged = {
        name: getattr(other, name)
        for name in ("account_id", "partner_id")
        if (name, getattr(item, name)) in gone or (name, getattr(item, name), getattr(other, name)) in gone
    }
    return replace(item, **merged) if merged else item


def compare_transactions(booked, found) -> list:
    """Return pairs of booked and found transaction that differ; None for one that is gone.

    :param booked: list of :class:`~.voucher_record.BookedTransaction`.
    :param found: ``{id: BookedTransaction}`` as they are now.
    """
    return [(one, found.get(one.id)) for one in booked if found.get(one.id) != one]


def compare_places(booked_ids, live_vouchers) -> tuple:
    """Compare which transactions say that they are booked with the vouchers that have booked them.

    :param booked_ids: of the transactions that say so and have an amount.
    :param live_vouchers: list of :class:`~.voucher_record.BookedVoucher` that are posted and not reversed.
    :return: ids that no voucher has, ids that more than one has, and ids that a voucher has though they do not say so.
    """
    places = Counter(transaction.id for voucher in live_vouchers for transaction in voucher.transactions)
    booked_ids = set(booked_ids)
    missing = booked_ids - places.keys()
    double = {transaction_id for transaction_id, count in places.items() if count > 1}
    return missing, double, places.keys() - booked_ids


# ------------------------------------------------------------ sentences


def describe_items(voucher, differences, describe) -> list:
    """Return the sentences on a voucher's items, as :class:`~..common.messages.Message`.

    :param voucher: its number. :param describe: ``(item, other item or None) -> text`` with account, partner,
        amount, and what else of it differs from the other.
    """
    said = []
    for booked, found in differences.in_ledger:
        values = {"voucher": voucher}
        if booked:
            values["booked"] = describe(booked, found)
        if found:
            values["found"] = describe(found, booked)
        code = "item_changed" if booked and found else "item_gone" if booked else "item_added"
        said.append(Message(code, values))
    said += [
        Message("item_links_changed", {"voucher": voucher, "booked": describe(booked, None)})
        for booked, _found in differences.marks
    ]
    return said
