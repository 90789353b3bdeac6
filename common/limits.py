"""What text, ids, amounts and dates from outside may be. Each bound stands here once, for files and shops alike."""

import datetime
import re
from decimal import Decimal

#: Characters of an id. The longest in use have some 100; an index of the database cannot hold more than 2,700 bytes.
MAX_ID = 200

#: No single amount comes near it. Below, a number of the database or of a spreadsheet keeps every øre.
MAX_AMOUNT = Decimal(10) ** 12

#: What is smaller is what a calculation with binary fractions has left of nothing.
MIN_AMOUNT = Decimal(10) ** -12

#: Characters of a value that a sentence quotes, and of a sentence that is quoted whole.
MAX_QUOTE = 500
MAX_SENTENCE = 2000

#: The platforms and providers here are younger than this.
EARLIEST = datetime.date(2000, 1, 1)
#: A payout may be announced, never that long before.
DAYS_AHEAD = 400

#: The database keeps neither U+0000 nor half a surrogate pair (a text that was cut within an emoji).
_UNFIT = re.compile("[\0\ud800-\udfff]")
_MAYBE_UNFIT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def clean_text(text: str) -> str:
    """Return ``text`` with U+FFFD in the place of every character that the database cannot keep."""
    return text if text.isascii() and "\0" not in text else _UNFIT.sub("\ufffd", text)


def clean_json(value):
    """Return decoded JSON with all its texts cleaned, names of fields too; see :func:`clean_text`."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_json(name): clean_json(entry) for name, entry in value.items()}
    return [clean_json(entry) for entry in value] if isinstance(value, list) else value


def clean_decoded(value, content):
    """Return what was decoded from the JSON ``content`` (text or bytes), cleaned where it can need it."""
    encoded = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return clean_json(value) if _MAYBE_UNFIT.search(encoded) or b"\xed" in encoded else value


def quoted(text: str, limit: int = MAX_QUOTE) -> str:
    """Return ``text`` as a sentence quotes it: cleaned, and cut where it is longer than ``limit``."""
    text = clean_text(text[: limit + 1])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def is_plausible_date(date: datetime.date) -> bool:
    """Whether something can have happened, or be announced, for this date."""
    return EARLIEST <= date <= datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=DAYS_AHEAD)


def is_plausible_amount(amount: Decimal) -> bool:
    """Whether an amount is finite and small enough to be kept exactly."""
    # compared, not computed with: the arithmetic of numbers without measure fails
    return amount.is_finite() and -MAX_AMOUNT < amount < MAX_AMOUNT
