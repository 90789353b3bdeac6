"""Money of cancelled orders. Nothing belongs there but what takes back the money there, and the money it takes back.

A single transaction may be turned down although the batch as a whole explains it: a payment and its refunds, also in
parts, or a payment of which the refunds stand there already. That shows when the whole batch has been looked at.
"""

from collections import defaultdict

from ..common.values import ZERO
from .ledger import ItemType
from .outcomes import Status


def find_returned(decisions, turned_down, allocator) -> dict:
    """Return the decisions that are to be made again because their money went both ways, ``{number: case id}``,
    in order.

    More has gone back of an order than stands there, and payments that were turned down cover it. Where they do not,
    nothing says what the rest is for, and all of it is left to a person.

    :param decisions: :class:`~.outcomes.Decision` of the batch. :param turned_down: ``{transaction id: {case id}}``:
        where each would have belonged, had the order not been cancelled. :param allocator: of the batch.
    """
    groups = defaultdict(list)
    for number, decision in enumerate(decisions):
        line = decision.line
        case_ids = turned_down.get(line.id, ())
        if decision.status is Status.UNKNOWN and len(case_ids) == 1:
            groups[next(iter(case_ids)), line.currency].append(number)
    returned = {}
    for (case_id, currency), numbers in groups.items():
        lines = [decisions[number].line for number in numbers]
        paid = sum((line.amount for line in lines if line.amount > 0), ZERO)
        refunded = sum((line.amount for line in lines if line.amount < 0), ZERO)
        refunded += _get_standing(allocator, case_id, currency, {line.item_id for line in lines})
        if refunded < 0 <= refunded + paid:
            returned.update(dict.fromkeys(numbers, case_id))
    return dict(sorted(returned.items()))


def _get_standing(allocator, case_id, currency, own_ids):
    """Return what stands in a case, and what the batch has left over there: payments less refunds."""
    items = allocator.ledger.open_items(case_id, ItemType.ON_ACCOUNT)
    standing = sum((item.residual for item in items if item.currency == currency and item.id not in own_ids), ZERO)
    return allocator.get_left_over(case_id).get(currency, ZERO) - standing
