"""Which provider a document is from, and reading it."""

import importlib
import pkgutil
import sys
from collections.abc import Mapping

from ..common.files.archives import archived_files, is_archive
from ..common.limits import MAX_ID, is_plausible_amount
from ..common.messages import DocumentError
from .archive import merged
from .contract import Provider
from .records import Document

#: How many days a row may lie before and after its settlement's date: a negative balance can wait long for its payout.
DAYS_BEFORE, DAYS_AFTER = 800, 62


def find_providers() -> dict[str, Provider]:
    """Return the providers by their code: of every package of this folder that has a ``PROVIDER``."""
    folders = sys.modules[__package__].__path__
    names = sorted(module.name for module in pkgutil.iter_modules(folders) if module.ispkg)
    packages = [importlib.import_module(f"{__package__}.{name}") for name in names]
    providers = [package.PROVIDER for package in packages if hasattr(package, "PROVIDER")]
    return {each.code: each for each in sorted(providers, key=lambda each: (each.sequence, each.name))}


PROVIDERS = find_providers()


def identify(filename: str, content: bytes) -> str | None:
    """Return the code of the provider whose format ``content`` is in, or None. ``filename`` is for people only.

    An archive is of the provider that all files in it are of.
    """
    if is_archive(content):
        try:
            codes = {_identify_file(name, inner) for name, inner in archived_files(filename, content)}
        except DocumentError:
            return None
        return codes.pop() if len(codes) == 1 else None
    return _identify_file(filename, content)


def _identify_file(filename: str, content: bytes) -> str | None:
    return next((code for code, provider in PROVIDERS.items() if provider.identify(filename, content)), None)


def parse(filename: str, content: bytes, code: str | None = None, entered: Mapping | None = None) -> Document:
    """Read a document, or all that a ZIP archive holds as one.

    :param code: the provider it is expected to be from, or None to find out.
    :param entered: the settings entered for that provider, by name.
    :raises DocumentError: when it cannot be read, with the file, the place, what was expected and what to do.
    """
    if is_archive(content):
        return _parse_archive(filename, archived_files(filename, content), code, entered or {})
    code = code or _identify_file(filename, content)
    if code not in PROVIDERS:
        raise DocumentError(
            "document_format_unknown",
            filename=filename,
            names=_known_formats(),
        )
    return _parse_file(filename, content, code, entered or {})


def _parse_archive(filename: str, files: list, code: str | None, entered: Mapping) -> Document:
    documents = []
    for name, content in files:
        inside = name.removeprefix(f"{filename}/")
        found = _identify_file(name, content) or code
        code = code or found
        if found not in PROVIDERS:
            raise DocumentError(
                "archived_format_unknown",
                filename=filename,
                name=inside,
                names=_known_formats(),
            )
        if found != code:
            raise DocumentError(
                "archive_of_several_providers",
                filename=filename,
                name=inside,
                found=PROVIDERS[found].name,
                expected=PROVIDERS[code].name,
            )
        documents.append((inside, _parse_file(name, content, code, entered)))
    return merged(documents)


def _known_formats() -> str:
    return ", ".join(provider.name for provider in PROVIDERS.values())


def _parse_file(filename: str, content: bytes, code: str, entered: Mapping) -> Document:
    provider = PROVIDERS[code]
    try:
        document = provider.parse(filename, content, provider.complete(entered))
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
