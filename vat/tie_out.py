"""How the VAT in the ledger is tied to what it comes from: by code of the VAT return, and by shop.

Amounts are :class:`~decimal.Decimal` in company currency. The base of a sale is positive, that of a credit note
negative; ``owed`` is output VAT, ``deducted`` input VAT, both positive where the code is used as it is meant.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..common.values import ZERO, TextEnum


class Use(TextEnum):
    """What a code of the VAT return is for."""

    SALE = "sale"
    PURCHASE = "purchase"
    #: Another country's VAT: a debt, and no part of the VAT return here.
    ABROAD = "abroad"
    #: A tax without a code: no part of the VAT return.
    OTHER = "other"


class Origin(TextEnum):
    """What made a journal item."""

    WEBSHOP = "webshop"
    SETTLEMENT = "settlement"
    ELSEWHERE = "elsewhere"


#: The uses that are reported in the VAT return.
REPORTED = (Use.SALE, Use.PURCHASE)


@dataclass(frozen=True)
class VatSum:
    """The journal items of a term that have this in common, summed.

    :ivar code: of the VAT return, or the tax's name where it has none. :ivar webshop_id: the shop, or None.
    :ivar is_credit: whether they are of credit notes.
    :ivar is_late: whether what is documented happened before the term.
    :ivar expected: the VAT by the documents' own lines.
    """

    code: str
    use: Use
    origin: Origin
    webshop_id: int | None
    is_credit: bool
    is_late: bool
    base: Decimal
    owed: Decimal
    deducted: Decimal
    expected: Decimal


@dataclass
class CodeLine:
    """One code of the VAT return: what the ledger has, and where it comes from.

    :ivar by_origin: ``{Origin: [base, VAT owed less deducted]}``. :ivar expected: the VAT by the lines of the shops'
        documents.
    """

    use: Use
    code: str
    base: Decimal = ZERO
    owed: Decimal = ZERO
    deducted: Decimal = ZERO
    by_origin: dict = field(default_factory=lambda: {origin: [ZERO, ZERO] for origin in Origin})
    expected: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """How much more VAT the ledger has of the shops' documents than their lines give."""
        return self.by_origin[Origin.WEBSHOP][1] - self.expected


@dataclass
class ShopLine:
    """One code of one shop: sales, credit notes and what of both is late.

    :ivar vat: owed, credit notes taken off. :ivar late_base: of documents for what happened before the term.
    """

    webshop_id: int
    use: Use
    code: str
    sale_base: Decimal = ZERO
    sale_vat: Decimal = ZERO
    credit_base: Decimal = ZERO
    credit_vat: Decimal = ZERO
    late_base: Decimal = ZERO
    late_vat: Decimal = ZERO
    expected: Decimal = ZERO

    @property
    def base(self) -> Decimal:
        """Sales less credit notes."""
        return self.sale_base + self.credit_base

    @property
    def vat(self) -> Decimal:
        """VAT of sales less that of credit notes."""
        return self.sale_vat + self.credit_vat

    @property
    def difference(self) -> Decimal:
        """How much more VAT the ledger has than the documents' lines give."""
        return self.vat - self.expected


def tie_by_code(sums) -> list:
    """Return a :class:`CodeLine` for each code, in the order of the VAT return.

    :param sums: :class:`VatSum`.
    """
    lines = {}
    for each in sums:
        line = lines.setdefault((each.use, each.code), CodeLine(each.use, each.code))
        line.base += each.base
        line.owed += each.owed
        line.deducted += each.deducted
        part = line.by_origin[each.origin]
        part[0] += each.base
        part[1] += each.owed - each.deducted
        if each.origin is Origin.WEBSHOP:
            line.expected += each.expected
    return sorted(lines.values(), key=_place)


def tie_by_shop(sums) -> list:
    """Return a :class:`ShopLine` for each shop and code, shop by shop.

    :param sums: :class:`VatSum`.
    """
    lines = {}
    for each in sums:
        if each.webshop_id is None:
            continue
        line = lines.setdefault((each.webshop_id, each.use, each.code), ShopLine(each.webshop_id, each.use, each.code))
        vat = each.owed - each.deducted
        if each.is_credit:
            line.credit_base += each.base
            line.credit_vat += vat
        else:
            line.sale_base += each.base
            line.sale_vat += vat
        if each.is_late:
            line.late_base += each.base
            line.late_vat += vat
        line.expected += each.expected
    return sorted(lines.values(), key=lambda line: (line.webshop_id, *_place(line)))


def get_amount_due(lines) -> Decimal:
    """Return what the VAT return comes to: positive is to be paid, negative is refunded.

    :param lines: :class:`CodeLine`.
    """
    return sum((line.owed - line.deducted for line in lines if line.use in REPORTED), ZERO)


def _place(line):
    """Where a code stands: by use, then by number; names after numbers."""
    is_number = line.code.isdigit()
    return list(Use).index(line.use), not is_number, int(line.code) if is_number else 0, line.code
