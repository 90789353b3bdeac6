"""An amount divided into a base and the tax in it."""

from dataclasses import dataclass, replace
from decimal import Decimal

from ..common.values import ZERO


@dataclass(frozen=True)
class TaxLine:
    """One part of a tax.

    :ivar amount: in the currency of the amount it is part of. :ivar account_id: or None for the base's own account.
    :ivar repartition_line_id: the tax's own line that says where this part belongs.
    :ivar tag_ids: the boxes of the VAT return it counts in.
    :ivar is_analytic: whether it carries the base's analytic distribution.
    """

    amount: Decimal
    account_id: int | None
    repartition_line_id: int
    tag_ids: tuple = ()
    is_analytic: bool = False


@dataclass(frozen=True)
class TaxSplit:
    """An amount divided into a base and the tax in it. Under reverse charge the base is all of it, and the tax lines
    cancel each other.

    :ivar net: the base. :ivar base_tag_ids: the boxes of the VAT return the base counts in.
    :ivar lines: :class:`TaxLine`; with ``net`` they are exactly the amount. :ivar name: the tax, for people.
    """

    net: Decimal
    base_tag_ids: tuple = ()
    lines: tuple = ()
    name: str = ""

    @property
    def vat(self) -> Decimal:
        """The tax in the amount."""
        return sum((line.amount for line in self.lines), ZERO)

    def with_vat(self, vat) -> "TaxSplit":
        """Return the same amount divided with ``vat`` as its tax: the largest part takes the difference."""
        difference = vat - self.vat
        largest = max(self.lines, key=lambda line: abs(line.amount))
        lines = tuple(
            replace(line, amount=line.amount + difference) if line is largest else line for line in self.lines
        )
        return replace(self, net=self.net - difference, lines=lines)
