"""Reading values of PrestaShop's records: rows of its tables, texts in several languages, numbers."""

from decimal import Decimal

from ...common.amounts import to_decimal
from ...common.json_reading import entries, text


def looked_up(document: dict, name: str, field: str) -> dict:
    """Return the row of a table that a field of the order points to."""
    return (document.get(name) or {}).get(str(document["order"].get(field))) or {}


def in_first_language(record: dict, name: str) -> str:
    """Return a text; of one in several languages (``[{"id", "value"}]``) the first."""
    value = record.get(name)
    return (
        next((text(entry, "value") for entry in entries(record, name)), "")
        if isinstance(value, list)
        else str(value or "")
    )


def number(record: dict, name: str) -> Decimal:
    """Return a number; zero where the field is empty or missing."""
    return to_decimal(record.get(name) or 0, name)


def is_deleted(record: dict) -> bool:
    """Whether a record was deleted: PrestaShop keeps it with a mark."""
    return str(record.get("deleted")) == "1"
