"""Vouchers that the shop gave for a return, used to pay: a discount to PrestaShop, but the buyer's own money.

The credit slip is credited as any other. What it credits is owed to the buyer, until the voucher pays with it.

Source: ``OrderRefundUpdater`` and ``VoucherRefundListener`` of PrestaShop, where ``generateVoucher`` names the rule
``V<rule>C<customer>O<order>``; a rest of it keeps the name.
"""

import re

from ...common.currencies import rounded
from ...common.json_reading import entries
from ..records import Tender, TenderKind
from .values import in_first_language, is_deleted, number

_NAME = re.compile(r"V[0-9]+C[0-9]+O([0-9]+)(-[0-9]+)?", re.ASCII)


def read_vouchers(document: dict, currency: str) -> tuple:
    """Return the vouchers for returns that were used to pay the order, each with the order it was given for."""
    found = []
    for rule in entries(document, "cart_rules"):
        name = in_first_language(rule, "name").strip()
        match = _NAME.fullmatch(name)
        amount = rounded(number(rule, "value"), currency)
        if match and amount > 0 and not is_deleted(rule):
            found.append(Tender(TenderKind.STORE_CREDIT, amount, name, match[1]))
    return tuple(found)
