"""How large a file may be."""

from ..messages import DocumentError, _

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 200


def check_size(filename: str, content: bytes) -> None:
    """Refuse a file that is empty or larger than :data:`MAX_BYTES`."""
    if not content.strip(b"\0 \t\r\n"):
        raise DocumentError(
            _('The file "%(file)s" is empty. A settlement was expected. Download it again.'), file=filename
        )
    if len(content) > MAX_BYTES:
        raise DocumentError(
            _(
                'The file "%(file)s" is %(size)s MB; the limit is %(limit)s MB.'
                " Download a shorter period at a time, and upload each file."
            ),
            file=filename,
            size=-(-len(content) // (1024 * 1024)),
            limit=MAX_BYTES // (1024 * 1024),
        )


def cut_off(filename: str) -> DocumentError:
    return DocumentError(
        _('The file "%(file)s" is cut off: its end is missing. Download it again, and wait until it is complete.'),
        file=filename,
    )


def too_many(filename: str, rows: int, columns: int) -> DocumentError:
    return DocumentError(
        _(
            'The file "%(file)s" has more than %(rows)s rows or %(columns)s columns. A settlement was expected.'
            " Download a shorter period at a time, and upload each file."
        ),
        file=filename,
        rows=rows,
        columns=columns,
    )
