"""VAT that a shop charged abroad, of which nobody has said yet whose it is."""

from ..common.messages import Message

#: The code of the sentence with which such an order waits.
FOREIGN_VAT = "foreign_vat_undecided"


def joined_foreign_vat(problems):
    """Return ``problems`` with one sentence for all lines of an order at the same rate, with their sums.

    :param problems: list of :class:`~..common.messages.Message`.
    """
    result, by_rate = [], {}
    for problem in problems:
        if problem.code != FOREIGN_VAT:
            result.append(problem)
            continue
        rate = problem.values["rate"]
        if rate not in by_rate:
            by_rate[rate] = len(result)
            result.append(problem)
            continue
        index = by_rate[rate]
        result[index] = _added(result[index], problem)
    return result


def _added(one, other):
    values = dict(one.values)
    for name in ("tax", "amount"):
        values[name] += other.values[name]
    names = [*values["tax_class"].split(" / "), other.values["tax_class"]]
    told = list(dict.fromkeys(name for name in names if name != "–"))
    return Message(one.code, {**values, "tax_class": " / ".join(told) or "–"})


def get_foreign_vat(problem_data):
    """Return the undecided VAT among stored problems, each as the values of its sentence.

    :param list problem_data: of :meth:`~..common.messages.Message.to_json`, or nothing.
    """
    problems = map(Message.from_json, problem_data or ())
    return [problem.values for problem in problems if problem.code == FOREIGN_VAT]
