"""Regular expressions that people write, bounded so that none can hang the server.

They have the syntax of RE2 (https://github.com/google/re2/wiki/Syntax): a search takes time in proportion to the text,
whatever the expression is. In return there is no look-around and there are no back-references.
"""

import re
from functools import lru_cache

import re2

from ..common.messages import SettlementError

#: The longest expression that can be saved, in characters.
LONGEST_PATTERN = 250

#: How much of a text is searched, in characters. Providers' texts are far shorter.
LONGEST_TEXT = 2000


#: RE2's classes that know the letters A to Z only; they would cut Bjørn short.
_ENGLISH_CLASS = re.compile(r"(?<!\\)(?:\\\\)*(\\[wWbB])")


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str):
    """Return the compiled expression; upper and lower case are the same.

    :raises SettlementError: when it is empty, too long, or cannot be understood.
    """
    if not pattern:
        raise SettlementError("pattern_empty")
    if len(pattern) > LONGEST_PATTERN:
        raise SettlementError(
            "pattern_too_long",
            length=len(pattern),
            longest=LONGEST_PATTERN,
        )
    if english := _ENGLISH_CLASS.search(pattern):
        raise SettlementError(
            "pattern_class_unknown",
            pattern=pattern,
            part=english[1],
        )
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0] if error.args else error
        raise SettlementError(
            "pattern_unusable",
            pattern=pattern,
            reason=reason.decode() if isinstance(reason, bytes) else reason,
        ) from error


def count_groups(pattern: str) -> int:
    """Return how many capture groups the expression has. :raises SettlementError: when it cannot be used."""
    return compile_pattern(pattern).groups


def search_pattern(pattern: str, text: str) -> tuple | None:
    """Return ``(what the first capture group found or "",)`` where the expression is found in ``text``, else None."""
    readable = text[:LONGEST_TEXT].encode(errors="replace").decode()
    found = compile_pattern(pattern).search(readable)
    if not found:
        return None
    return ((found.group(1) or "") if found.re.groups else "",)
