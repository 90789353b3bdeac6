"""Which provider a document is from, and reading it."""

from . import vipps
from .messages import DocumentError, _
from .records import Document

#: The providers whose documents can be read, by code.
PROVIDERS = {module.CODE: module for module in (vipps,)}


def identify(filename: str, content: bytes) -> str | None:
    """Return the code of the provider whose format ``content`` is in, or None. ``filename`` is for people only."""
    return next((code for code, module in PROVIDERS.items() if module.identify(filename, content)), None)


def parse(filename: str, content: bytes, code: str | None = None) -> Document:
    """Read a document.

    :param code: the provider it is expected to be from, or None to find out.
    :raises DocumentError: when it cannot be read, with the file, the place, what was expected and what to do.
    """
    code = code or identify(filename, content)
    if code not in PROVIDERS:
        raise DocumentError(
            _(
                "%(filename)s is not a settlement report that is known here. Known are: %(names)s. "
                "Upload the report as the provider made it."
            ),
            filename=filename,
            names=", ".join(module.NAME for module in PROVIDERS.values()),
        )
    return PROVIDERS[code].parse(filename, content)
