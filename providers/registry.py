"""Which provider a document is from, and reading it."""

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path

from ..common.limits import MAX_ID, is_plausible_amount
from ..common.messages import DocumentError
from .contract import Provider
from .records import Document

#: How many days a row may lie before and after its settlement's date: a negative balance can wait long for its payout.
DAYS_BEFORE, DAYS_AFTER = 800, 62


def _find_providers() -> dict[str, Provider]:
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.ispkg)
    packages = [importlib.import_module(f"{__package__}.{name}") for name in names]
    providers = [package.PROVIDER for package in packages if hasattr(package, "PROVIDER")]
    return {each.code: each for each in sorted(providers, key=lambda each: (each.sequence, each.name))}


#: The providers by their code: every package of this folder that has a ``PROVIDER``.
PROVIDERS = _find_providers()


def identify(filename: str, content: bytes) -> str | None:
    """Return the code of the provider whose format ``content`` is in, or None. ``filename`` is for people only."""
    return next((code for code, provider in PROVIDERS.items() if provider.identify(filename, content)), None)


def parse(filename: str, content: bytes, code: str | None = None, entered: Mapping | None = None) -> Document:
    """Read a document.

    :param code: the provider it is expected to be from, or None to find out.
    :param entered: the settings entered for that provider, by name.
    :raises DocumentError: when it cannot be read, with the file, the place, what was expected and what to do.
    """
    code = code or identify(filename, content)
    if code not in PROVIDERS:
        raise DocumentError(
            "document_format_unknown",
            filename=filename,
            names=", ".join(provider.name for provider in PROVIDERS.values()),
        )
    try:
        provider = PROVIDERS[code]
        document = provider.parse(filename, content, provider.complete(entered or {}))
    except OverflowError:
        raise DocumentError(
            "file_with_impossible_value",
            file=filename,
        ) from None
    check_bounds(filename, document)
    return document


def check_bounds(filename: str, document: Document) -> None:
    """Refuse rows whose ids, amounts or dates are beyond what can be kept and booked.

    :raises DocumentError: naming the row.
    """
    for settlement in document.settlements:
        for row in (*settlement.transactions, *settlement.fee_reports):
            texts = (row.external_id, row.provider_reference, row.order_reference)
            if any(len(text) > MAX_ID for text in texts):
                raise DocumentError(
                    "file_id_too_long",
                    file=filename,
                    row=row.row,
                    found=max(texts, key=len),
                    limit=MAX_ID,
                )
            amounts = (getattr(row, "amount", None), row.fee, getattr(row, "balance_after", None))
            if not all(amount is None or is_plausible_amount(amount) for amount in amounts):
                raise DocumentError(
                    "file_amount_too_large",
                    file=filename,
                    row=row.row,
                )
            if not -DAYS_BEFORE <= (row.date - settlement.date).days <= DAYS_AFTER:
                raise DocumentError(
                    "file_date_far_away",
                    file=filename,
                    row=row.row,
                    found=row.date,
                    expected=settlement.date,
                )
