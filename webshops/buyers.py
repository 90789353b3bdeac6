"""Who buys: what an order tells of its buyer, in a form by which the same buyer is known again.

A sales document names the buyer (bokføringsforskriften § 5-1-1 no. 2 and § 5-1-2: the buyer's name and address, or
organisation number). So a company is never invoiced as the person who placed the order, nor as another company with the
same e-mail address.
"""

from dataclasses import dataclass

from .records import Order


def normal_name(name: str) -> str:
    """Return a name without case, spaces and punctuation: ``Berg & Sønn A/S`` and ``BERG & SØNN AS`` are one."""
    return "".join(filter(str.isalnum, (name or "").casefold()))


def normal_vat(vat: str) -> str:
    """Return a VAT number as it is compared; of a Norwegian one the organisation number alone, nine digits."""
    compact = "".join(filter(str.isalnum, vat or "")).upper()
    digits = compact.removeprefix("NO").removesuffix("MVA")
    return digits if digits.isdecimal() and len(digits) == 9 else compact


def company_of(order: Order) -> str:
    """Return the name of the company that buys, empty where a person buys for themselves.

    A dash in the field, or the person's own name once more, is no company.
    """
    told = order.buyer.company or order.billing.company
    normal = normal_name(told)
    if not normal:
        return ""
    persons = {normal_name(order.buyer.name), normal_name(order.billing.name)}
    return told if order.buyer.vat or normal not in persons else ""


@dataclass(frozen=True)
class Identity:
    """Who buys, as it is compared.

    :ivar order: the shop's id of the order, by which a guest without an e-mail address is known again.
    :ivar number: the shop's number of a registered customer, empty for a guest. :ivar email: in lower case.
    :ivar company: the company's :func:`normal_name`, empty for a private person. :ivar vat: its :func:`normal_vat`.
    """

    order: str = ""
    number: str = ""
    email: str = ""
    company: str = ""
    vat: str = ""

    @property
    def is_company(self) -> bool:
        return bool(self.company or self.vat)

    @property
    def keys(self) -> tuple:
        """What the buyer is looked up by, as pairs of a kind and a value; the shop's own number counts first."""
        keys = tuple((kind, value) for kind, value in (("number", self.number), ("email", self.email)) if value)
        return keys or (("order", self.order),)

    def is_known_as(self, kind: str, company: str, vat: str) -> bool:
        """Whether an earlier buyer with the same key was the same person or company.

        :param kind: of the key, ``number``, ``email`` or ``order``.
        :param company: the earlier buyer's. :param vat: likewise.

        An organisation number that was not known yet is believed of a customer the shop knows by number, with the same
        name. Whoever else types it may not be that company.
        """
        if not self.is_company or not (company or vat):
            return not self.is_company and not (company or vat)
        if self.vat and vat:
            return self.vat == vat
        return self.company == company and bool(company) and (kind == "number" or not self.vat)


def identity_of(order: Order) -> Identity:
    """Return who buys an order. Two persons with one e-mail address are one private customer."""
    email = order.buyer.email.strip().casefold()
    return Identity(
        order=order.external_id,
        number=order.buyer.external_id,
        email=email if "@" in email else "",
        company=normal_name(company_of(order)),
        vat=normal_vat(order.buyer.vat),
    )
