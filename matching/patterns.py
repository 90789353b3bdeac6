"""Regular expressions that people write, bounded so that none can hang the server.

The expressions are RE2's (https://github.com/google/re2/wiki/Syntax): the time of a search grows with the length of the
text only, whatever the expression is. In return RE2 knows no look-around and no back-references.
"""

import re
from functools import lru_cache

import re2

from ..common.messages import SettlementError, _

#: The longest expression that can be saved, in characters.
LONGEST_PATTERN = 250

#: How much of a text is looked at, in characters. Providers' own texts are far shorter.
LONGEST_TEXT = 2000


#: RE2's classes of the letters A to Z alone; Bjørn and Æsops would be cut short by them.
_ENGLISH_CLASS = re.compile(r"(?<!\\)(?:\\\\)*(\\[wWbB])")


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str):
    """Return the compiled expression; upper and lower case are the same.

    :raises SettlementError: when it is empty, too long, or cannot be understood.
    """
    if not pattern:
        raise SettlementError(_("The regular expression is empty. Write one, or choose another condition."))
    if len(pattern) > LONGEST_PATTERN:
        raise SettlementError(
            _("The regular expression has %(length)s characters, and at most %(longest)s are allowed. Shorten it."),
            length=len(pattern),
            longest=LONGEST_PATTERN,
        )
    if english := _ENGLISH_CLASS.search(pattern):
        raise SettlementError(
            _(
                "The regular expression “%(pattern)s” has %(part)s in it, which knows only the letters A to Z. Write "
                "[\\pL\\d] for a letter or a digit, [^\\pL\\d] for anything else."
            ),
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
            _(
                "The regular expression “%(pattern)s” cannot be used: %(reason)s. Correct it; references to earlier "
                "groups and looking ahead or behind are not possible."
            ),
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
