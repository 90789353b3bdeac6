"""The documents of a ZIP archive as one document."""

from dataclasses import replace

from .proof import in_file
from .records import FORMAT_KINDS, Document, Settlement


def merged(documents: list) -> Document:
    """Return one document with the settlements of all, oldest first.

    A settlement that several files hold, say as XML and as CSV, is read from the first of them. Where there are several
    files, each settlement and each row says which it is from.

    :param documents: ``(name of the file in the archive, Document)``, at least one; all of one provider.
    """
    settlements: list = []
    known: dict = {}
    for name, document in documents:
        for settlement in document.settlements:
            key = (settlement.merchant_id, settlement.currency, settlement.external_id)
            said = _what_is_paid_out(settlement)
            first, said_first = known.setdefault(key, (name, said))
            if settlement.external_id and first != name and said_first == said:
                continue
            settlements.append(_from_file(settlement, name) if len(documents) > 1 else settlement)
    formats = dict.fromkeys(document.format for _name, document in documents)
    return Document(
        code=documents[0][1].code,
        format=f"{', '.join(formats)}, ZIP",
        settlements=tuple(sorted(settlements, key=lambda settlement: settlement.date)),
        merchant_ids=frozenset().union(*(document.merchant_ids for _name, document in documents)),
        repeated_rows=tuple(row for _name, document in documents for row in document.repeated_rows),
    )


def _what_is_paid_out(settlement: Settlement) -> tuple:
    """Return what every format says of a payout."""
    rows = {row.external_id: row.amount for row in settlement.transactions if row.kind not in FORMAT_KINDS}
    return settlement.payout_amount, rows


def _from_file(settlement: Settlement, name: str) -> Settlement:
    return replace(
        settlement,
        file=name,
        confirm=settlement.confirm and in_file(name, settlement.confirm),
        transactions=tuple(replace(row, raw={"ZIP": name, **row.raw}) for row in settlement.transactions),
    )
