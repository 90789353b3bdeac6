"""Currencies of ISO 4217 and their minor units."""

from decimal import ROUND_HALF_UP, Decimal

#: Currencies whose minor unit is not a hundredth (ISO 4217, list one), by its decimals.
_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DECIMALS = {currency: decimals for decimals, names in _BY_DECIMALS.items() for currency in names.split()}


def minor_unit_decimals(currency: str) -> int:
    """Return how many decimals the minor unit of ``currency`` (ISO 4217 code) stands for: 2 for NOK, 0 for JPY."""
    return _DECIMALS.get(currency, 2)


def smallest_unit(currency: str) -> Decimal:
    """Return the smallest amount of a currency (``Decimal("0.01")`` for NOK)."""
    return Decimal(1).scaleb(-minor_unit_decimals(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return ``amount`` rounded half up to what the currency has."""
    return amount.quantize(smallest_unit(currency), ROUND_HALF_UP)


def from_minor_units(amount: int, currency: str) -> Decimal:
    """Return ``amount``, given in minor units (øre), in the major unit (kroner): 124900 is ``Decimal("1249.00")``."""
    return Decimal(amount).scaleb(-minor_unit_decimals(currency))
