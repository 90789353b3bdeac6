"""The terms for which VAT is reported: two months in Norway, or one month, or a year."""

import calendar
import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One term of the VAT return. Terms begin in January.

    :ivar number: within the year, from 1. :ivar months: its length: 1, 2 (ordinary in Norway) or 12.
    """

    year: int
    number: int
    months: int = 2

    @classmethod
    def containing(cls, day: datetime.date, months: int = 2) -> "Term":
        """Return the term a day lies in."""
        return cls(day.year, (day.month - 1) // months + 1, months)

    @classmethod
    def ended_before(cls, day: datetime.date, months: int = 2) -> "Term":
        """Return the last term that has ended when ``day`` begins: the one that is reported next."""
        return cls.containing(day, months).previous()

    @property
    def first(self) -> datetime.date:
        """Its first day."""
        return datetime.date(self.year, (self.number - 1) * self.months + 1, 1)

    @property
    def last(self) -> datetime.date:
        """Its last day."""
        month = self.number * self.months
        return datetime.date(self.year, month, calendar.monthrange(self.year, month)[1])

    def next(self) -> "Term":
        """Return the term after this one."""
        return self._moved(1)

    def previous(self) -> "Term":
        """Return the term before this one."""
        return self._moved(-1)

    def _moved(self, by):
        year, index = divmod(self.year * (12 // self.months) + self.number - 1 + by, 12 // self.months)
        return Term(year, index + 1, self.months)
