"""The shortest whole provider: what the page *Add a provider* describes, for tests.

A file of it is JSON: ``{"dummy": 1, "account": "A-1", "currency": "NOK", "payouts": [{"number": "P-1", "paid": "97.00",
"date": "2026-03-05", "rows": [{"id": "1", "amount": "100.00", "fee": "3.00", "order": "WEB-1"}]}]}``. A payout without
a number holds what is not paid out yet; it may name another account, or
another currency.
"""

import datetime
import json
from decimal import Decimal

from odoo.addons.settlement_bridge.common.json_reading import load_document
from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.common.settings import Setting
from odoo.addons.settlement_bridge.providers.contract import Membership, Provider
from odoo.addons.settlement_bridge.providers.records import Document, Kind, Settlement, Transaction


def identify(filename: str, content: bytes) -> bool:
    """Whether it is a file of ours."""
    try:
        return "dummy" in load_document(content)
    except DocumentError:
        return False


def parse(filename: str, content: bytes, settings: dict) -> Document:
    """Read a file."""
    file = load_document(content)
    payouts = tuple(_settlement(file, payout) for payout in file["payouts"])
    return Document("dummy", "Dummy", payouts, frozenset({file["account"]}))


def _settlement(file: dict, payout: dict) -> Settlement:
    date = datetime.date.fromisoformat(payout["date"])
    rows = tuple(
        Transaction(
            external_id=row["id"],
            kind=Kind(row.get("kind", "payment")),
            date=datetime.date.fromisoformat(row.get("date", payout["date"])),
            amount=Decimal(row["amount"]),
            fee=Decimal(row.get("fee", "0")),
            currency=payout.get("currency", file["currency"]),
            order_reference=row.get("order", ""),
            provider_reference=row["id"],
            row=number,
        )
        for number, row in enumerate(payout["rows"], 1)
    )
    return Settlement(
        external_id=payout.get("number", ""),
        currency=payout.get("currency", file["currency"]),
        date=date,
        transactions=rows,
        merchant_id=payout.get("account", file["account"]),
        merchant_ids=frozenset({payout.get("account", file["account"])}),
        opening_balance=Decimal(payout["opening"]) if "opening" in payout else None,
        closing_balance=Decimal(payout["closing"]) if "closing" in payout else None,
        payout_amount=Decimal(payout["paid"]) if "paid" in payout else None,
        payout_reference=payout.get("number", ""),
    )


PROVIDER = Provider(
    code="dummy",
    name="Dummy Payments",
    short_name="Dummy",
    identify=identify,
    parse=parse,
    membership=Membership.NAMED,
    merchant_id="The account, which stands on its invoice.",
    settings=(Setting("key", "Key", is_secret=True, is_required=True),),
    bank_texts=("dummy",),
)


def file_of(*payouts, account="A-1", currency="NOK") -> bytes:
    """Return a file.

    A payout is ``(number, paid, day of March, rows[, opening balance, closing balance])``, a row
    ``(id, amount, fee[, order])``.
    """
    return json.dumps(
        {
            "dummy": 1,
            "account": account,
            "currency": currency,
            "payouts": [
                {
                    **({"number": number, "paid": paid} if number else {}),
                    "date": f"2026-03-{day:02}",
                    "rows": [dict(zip(("id", "amount", "fee", "order"), row, strict=False)) for row in rows],
                    **dict(zip(("opening", "closing"), balances, strict=False)),
                }
                for number, paid, day, rows, *balances in payouts
            ],
        }
    ).encode()
