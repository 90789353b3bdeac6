"""The shortest whole provider: what the page *Add a provider* describes, for tests.

A file of it is JSON: ``{"dummy": 1, "account": "A-1", "currency": "NOK", "payouts": [{"number": "P-1", "paid": "97.00",
"date": "2026-03-05", "rows": [{"id": "1", "amount": "100.00", "fee": "3.00", "order": "WEB-1"}]}]}``. A payout without
a number holds what is not paid out yet; it may name another ``account`` or ``currency``. A row may have its own
``date`` or ``time``.
"""

import json

from odoo.addons.settlement_bridge.common.currencies import minor_unit_decimals
from odoo.addons.settlement_bridge.common.files.dates import OSLO
from odoo.addons.settlement_bridge.common.files.rows import Row
from odoo.addons.settlement_bridge.common.json_reading import load_json
from odoo.addons.settlement_bridge.common.messages import DocumentError
from odoo.addons.settlement_bridge.common.settings import Setting
from odoo.addons.settlement_bridge.common.values import ZERO
from odoo.addons.settlement_bridge.providers.contract import Provider
from odoo.addons.settlement_bridge.providers.records import Document, Kind, Settlement, Transaction
from odoo.addons.settlement_bridge.pure_tests.samples.fixtures import AROUND_MIDNIGHT, UNKNOWN_TYPE, Fixtures

#: In ``providers/`` the sentence would stand in the provider's ``sentences.py``, and its code here.
NO_FILE = 'The file "%(file)s" is no file of Dummy Payments, or it is cut off. Download it again.'


def identify(filename: str, content: bytes) -> bool:
    """Whether it is a file of ours."""
    try:
        return "dummy" in load_json(content)
    except (ValueError, TypeError):
        return False


def parse(filename: str, content: bytes, settings: dict) -> Document:
    """Read a file."""
    if not identify(filename, content):
        raise DocumentError(NO_FILE, file=filename)
    file = load_json(content)
    head = Row(filename, 0, file)
    account, currency = head.required_identifier("account", "expected_short_id"), head.currency("currency")
    payouts = tuple(_settlement(filename, payout, account, currency) for payout in file["payouts"])
    return Document("dummy", "Dummy", payouts, frozenset({account}))


def _settlement(filename: str, payout: dict, account: str, currency: str) -> Settlement:
    head = Row(filename, 0, payout)
    currency = head.currency("currency") if "currency" in payout else currency
    decimals = minor_unit_decimals(currency)
    number, account = head.identifier("number"), head.identifier("account") or account
    rows = enumerate(payout["rows"], 1)
    return Settlement(
        external_id=number,
        currency=currency,
        date=head.day("date"),
        transactions=tuple(_transaction(Row(filename, place, row), head, currency) for place, row in rows),
        merchant_id=account,
        merchant_ids=frozenset({account}),
        opening_balance=head.amount("opening", decimals),
        closing_balance=head.amount("closing", decimals),
        payout_amount=head.amount("paid", decimals),
        payout_reference=number,
    )


def _transaction(row: Row, payout: Row, currency: str) -> Transaction:
    decimals, kind, time = minor_unit_decimals(currency), row.text("kind") or "payment", row.moment("time")
    return Transaction(
        external_id=row.required_identifier("id", "expected_short_id"),
        kind=Kind(kind) if kind in list(Kind) else Kind.OTHER,
        date=row.day("date") if row.text("date") else time.astimezone(OSLO).date() if time else payout.day("date"),
        time=time,
        amount=row.required_amount("amount", decimals),
        fee=row.amount("fee", decimals) or ZERO,
        currency=currency,
        order_reference=row.identifier("order"),
        provider_reference=row.identifier("id"),
        text=kind,
        row=row.number,
        raw={name: row.text(name) for name in ("id", "kind", "amount", "fee", "order") if row.text(name)},
    )


PROVIDER = Provider(
    code="dummy",
    name="Dummy Payments",
    short_name="Dummy",
    identify=identify,
    parse=parse,
    merchant_id="The account, which stands on its invoice.",
    settings=(Setting("key", "Key", is_secret=True, is_required=True),),
    bank_texts=("dummy",),
)


def file_of(*payouts, account="A-1", currency="NOK") -> bytes:
    """Return a file.

    A payout is ``(number, paid, day of March, rows[, opening balance, closing balance])``, a row
    ``(id, amount, fee[, order[, kind[, time]]])``.
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
                    "rows": [
                        dict(zip(("id", "amount", "fee", "order", "kind", "time"), row, strict=False)) for row in rows
                    ],
                    **dict(zip(("opening", "closing"), balances, strict=False)),
                }
                for number, paid, day, rows, *balances in payouts
            ],
        }
    ).encode()


FIXTURES = Fixtures(
    shapes={"file": lambda payouts: [("dummy.json", file_of(*payouts))]},
    story=[
        ("P-1", "1196.00", 5, [("1", "1249.00", "3.00", "WEB-10231"), ("2", "-50.00", "0", "WEB-10199", "refund")]),
        ("P-2", "95.00", 12, [("3", "100.00", "5.00", "WEB-10232")]),
        ("", None, 13, [("4", "75.00", "3.00", "WEB-10233")]),
    ],
    midnight=[
        (
            "P-3",
            "400.00",
            31,
            [
                (str(place), "100.00", "0", reference, "payment", moment.isoformat())
                for place, (reference, moment, _day) in enumerate(AROUND_MIDNIGHT)
            ],
        )
    ],
    unknown=[("P-4", "95.00", 5, [("1", "100.00", "0", "WEB-10231"), ("2", "-5.00", "0", "", UNKNOWN_TYPE)])],
    with_unknown=frozenset({"file"}),
    merchant_id="A-1",
)
