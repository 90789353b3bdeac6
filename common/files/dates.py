"""Dates and times as people and programs write them in files."""

import datetime
import re
import zoneinfo

from openpyxl.utils.datetime import from_excel

from ..limits import is_plausible_date

#: Times without an offset in Norwegian files are local time in Norway.
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NORWEGIAN_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)


def _split_day(text: str) -> tuple[datetime.date, str]:
    """Return the date ``text`` begins with, and what follows it."""
    if match := _ISO_DAY.match(text):
        year, month, day = match.groups()
    elif match := _NORWEGIAN_DAY.match(text):
        day, month, year = match.groups()
    else:
        raise ValueError(text)
    return _plausible(datetime.date(int(year), int(month), int(day))), text[match.end() :]


def _plausible(date):
    if not is_plausible_date(date.date() if isinstance(date, datetime.datetime) else date):
        raise ValueError(date)
    return date


def parse_day(value) -> datetime.date:
    """Return the date written in ``value``: ``2026-03-02``, ``02.03.2026``, either followed by a time, or a date cell.

    A time with an offset is *not* converted; use :func:`parse_moment` for that.

    :raises ValueError: when it is not a date.
    """
    if isinstance(value, datetime.datetime):
        return _plausible(value).date()
    if isinstance(value, datetime.date):
        return _plausible(value)
    if isinstance(value, str):
        day, rest = _split_day(value.strip())
        if rest and not _CLOCK.fullmatch(rest.lstrip("Tt ").strip()):
            raise ValueError(value)
        return day
    return _from_date_number(value).date()


def parse_moment(value, zone: datetime.tzinfo = OSLO) -> datetime.datetime:
    """Return the time written in ``value``, aware.

    Understands ISO 8601 with any number of decimals and ``Z``, ``+02:00`` or ``+0200``, the same with a space for the
    ``T``, ``02.03.2026 09:53``, a bare date (midnight), and a date cell. Without an offset it is local to ``zone``.

    :raises ValueError: when it is not a time.
    """
    if isinstance(value, str):
        day, rest = _split_day(value.strip())
        if not rest:
            return datetime.datetime.combine(day, datetime.time(), zone)
        match = _CLOCK.fullmatch(rest.lstrip("Tt ").strip())
        if not match:
            raise ValueError(value)
        hour, minute, second, fraction, offset = match.groups()
        clock = datetime.time(int(hour), int(minute), int(second or 0), int((fraction or "0")[:6].ljust(6, "0")))
        return datetime.datetime.combine(day, clock, _offset(offset) if offset else zone)
    if isinstance(value, datetime.datetime):
        moment = _plausible(value)
    elif isinstance(value, datetime.date):
        moment = datetime.datetime.combine(value, datetime.time())
    else:
        moment = _from_date_number(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _offset(text: str) -> datetime.tzinfo:
    if text in "Zz":
        return datetime.timezone.utc
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return datetime.timezone(sign * datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _from_date_number(value) -> datetime.datetime:
    """Return the date a workbook keeps as a number of days; only dates of this century and the last."""
    if isinstance(value, bool) or value is None or not 20_000 <= value <= 80_000:
        raise ValueError(value)
    moment = from_excel(value)
    if not isinstance(moment, datetime.datetime):
        raise ValueError(value)
    # Excel's days are binary fractions; a second is as fine as they are.
    moment = _plausible(moment)
    return (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)
