from decimal import Decimal


def to_decimal(amount, currency):
    """Return an amount of the ORM (float, major units) as an exact ``Decimal`` with the currency's decimals."""
    return Decimal(repr(float(amount))).quantize(Decimal(1).scaleb(-currency.decimal_places))


def to_rate(taxes):
    """Return the percentage that taxes of the type *percentage* add up to, exactly; zero for none."""
    return sum((Decimal(repr(tax.amount)) for tax in taxes), Decimal(0))
