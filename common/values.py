"""Values that every package uses."""

from decimal import Decimal
from enum import Enum

ZERO = Decimal(0)


class TextEnum(str, Enum):
    """Values that are written, stored and compared as their own text."""

    def __str__(self) -> str:
        return self.value
