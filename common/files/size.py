"""How large a file may be."""

from ..messages import DocumentError

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 200


def check_size(filename: str, content: bytes) -> None:
    """Refuse a file that is empty or larger than :data:`MAX_BYTES`."""
    if not content.strip(b"\0 \t\r\n"):
        raise DocumentError("file_empty", file=filename)
    if len(content) > MAX_BYTES:
        raise DocumentError(
            "file_too_large",
            file=filename,
            size=-(-len(content) // (1024 * 1024)),
            limit=MAX_BYTES // (1024 * 1024),
        )


def cut_off(filename: str) -> DocumentError:
    return DocumentError(
        "file_cut_off",
        file=filename,
    )


def too_many(filename: str, rows: int, columns: int) -> DocumentError:
    return DocumentError(
        "file_with_too_many_rows",
        file=filename,
        rows=rows,
        columns=columns,
    )
