"""The same weeks at Stripe, composed in each of the shapes a merchant can get them in.

Numbers, names and ids are invented. A story is a list of :class:`Movement`; the functions render it::

    for name, content in as_payout_documents(story()):
        ...

An automatic payout takes all there is in its currency. The rows after the last one are not paid out yet: the API tells
them with the balance only, the files list them without a payout.
"""

import datetime
import json
from dataclasses import dataclass, replace
from decimal import Decimal

from ..servers.stripe import ACCOUNT, KEY, StripeServer
from .fixtures import AROUND_MIDNIGHT, UNKNOWN_TYPE, Fixtures
from .vipps_files import csv_text

ZERO = Decimal(0)
UTC = datetime.timezone.utc

#: Whom and what only Stripe needs to know.
PERSONAL = ("kari@example.com", "Kari Nordmann", "Storgata 1", "4242", "+4799999999", "secret_of_the_intent")


@dataclass(frozen=True)
class Movement:
    """One balance transaction.

    :ivar type: Stripe's type. :ivar category: its reporting category. :ivar id: what its ids end with.
    :ivar amount: gross, signed; of a payout everything there is. :ivar fee: positive when charged.
    :ivar vat: how much of ``fee`` is VAT. :ivar net: where Stripe states another one than amount − fee.
    :ivar of: id of the charge (refund, dispute) or payout (its failure) it is about.
    :ivar place: where the order reference stands: ``charge``, ``intent`` or ``description``.
    :ivar dispute: id of the dispute. :ivar status: of a dispute or a payout.
    :ivar original: what the customer saw, in ``original_currency``, at ``rate``.
    """

    type: str
    category: str
    id: str
    time: datetime.datetime
    amount: Decimal = ZERO
    fee: Decimal = ZERO
    reference: str = ""
    of: str = ""
    vat: Decimal = ZERO
    net: Decimal | None = None
    place: str = "charge"
    dispute: str = ""
    status: str = ""
    currency: str = "NOK"
    original: Decimal | None = None
    original_currency: str = ""
    rate: Decimal | None = None
    text: str = ""

    @property
    def stated_net(self) -> Decimal:
        return self.amount - self.fee if self.net is None else self.net

    @property
    def txn(self) -> str:
        return f"txn_{self.id}"

    @property
    def source(self) -> str:
        """The id of what the movement is about."""
        if self.type in ("payout_failure", "payout_cancel"):
            return f"po_{self.of}"
        if self.dispute:
            return f"du_{self.dispute}"
        prefix = {
            "charge": "ch",
            "payment": "py",
            "refund": "re",
            "refund_failure": "re",
            "payout": "po",
            "topup": "tu",
        }
        return (
            f"{prefix[self.type]}_{self.of if self.type == 'refund_failure' else self.id}"
            if self.type in prefix
            else ""
        )

    @property
    def description(self) -> str:
        if self.text:
            return self.text
        if self.reference and self.place == "description" and self.type in ("charge", "payment"):
            return f"Order {self.reference}"
        return {"payout": "STRIPE PAYOUT", "charge": "Nettbutikk AS", "refund": "REFUND FOR CHARGE"}.get(self.type, "")


def at(day: int, hour: int = 9, month: int = 3, minute: int = 0) -> datetime.datetime:
    """Return a time of 2026 in UTC."""
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=UTC)


def charge(id, when, reference, amount, fee="0", **other) -> Movement:
    """Return a payment."""
    return Movement("charge", "charge", id, when, Decimal(amount), Decimal(fee), reference, **other)


def refund(id, when, of, amount, fee="0", reference="", **other) -> Movement:
    """Return a refund of ``amount``, given positive, of a charge. A negative ``fee`` is given back."""
    return Movement("refund", "refund", id, when, -Decimal(amount), Decimal(fee), reference, of, **other)


def dispute(id, when, of, amount, fee="150", reference="", **other) -> Movement:
    """Return a dispute of ``amount``, given positive, of a charge, with Stripe's fee for it."""
    values = {"dispute": id, "status": "needs_response", **other}
    return Movement("adjustment", "dispute", id, when, -Decimal(amount), Decimal(fee), reference, of, **values)


def dispute_reversal(id, when, of, amount, of_dispute, status="won", reference="", **other) -> Movement:
    """Return money that a dispute gives back."""
    values = {"fee": ZERO, "dispute": of_dispute, "status": status, **other}
    return Movement("adjustment", "dispute_reversal", id, when, Decimal(amount), reference=reference, of=of, **values)


def stripe_fee(id, when, amount, text="Radar for Fraud Teams (2026-03)", **other) -> Movement:
    """Return a fee of Stripe's in a row of its own, given positive."""
    return Movement("stripe_fee", "fee", id, when, -Decimal(amount), text=text, **other)


def payout(id, when, **other) -> Movement:
    """Return the automatic payout of everything there is."""
    return Movement("payout", "payout", id, when, **{"status": "paid", **other})


def payout_failure(id, when, of, amount) -> Movement:
    """Return what a payout that failed puts back."""
    return Movement("payout_failure", "payout_reversal", id, when, Decimal(amount), of=of, text="STRIPE PAYOUT FAILURE")


def story() -> list:
    """Return the weeks: three payouts, of which the second fails and comes back in the third, and an open day.

    2 to 5 March: payments whose order stands in the charge, in the payment intent and in the description; a refund with
    a part of the fee given back. 9 March: a payment in euro, a dispute, a fee. 16 March: the dispute is won, the failed
    payout is back. 20 March: not paid out yet.
    """
    return [
        charge("3A", at(2), "WEB-10231", "1249.00", "20.54"),
        charge("3B", at(2, 22), "WEB-10232", "499.00", "9.29", place="intent"),
        charge("3C", at(2, 23, minute=30), "WEB-10233", "850.50", "14.56", place="description"),
        refund("3D", at(4), "3A", "249.00", "-1.50", reference="WEB-10231"),
        payout("1X", at(5, 1)),
        charge("3E", at(6), "WEB-10234", "1150.00", "40.15", vat=Decimal("8.03"), original=Decimal("100.00"),
               original_currency="EUR", rate=Decimal("11.5")),
        dispute("3F", at(9), "3B", "499.00", reference="WEB-10232", place="intent"),
        stripe_fee("3G", at(9, 10), "12.50"),
        payout("1Y", at(10, 1), status="failed"),
        dispute_reversal("3H", at(13), "3B", "499.00", "3F", reference="WEB-10232", place="intent"),
        payout_failure("3I", at(14), "1Y", "448.35"),
        charge("3J", at(15), "WEB-10235", "99.00", "3.39"),
        payout("1Z", at(16, 1)),
        charge("3K", at(20), "WEB-10236", "75.00", "3.05"),
    ]  # fmt: skip


def settled(movements: list) -> list:
    """Return (payout, its rows) for each payout, with its amount; and (None, rows) for what is not paid out yet."""
    groups, runs = [], {}
    for movement in movements:
        run = runs.setdefault(movement.currency, [])
        if movement.type == "payout":
            total = sum((row.stated_net for row in run), ZERO)
            groups.append((replace(movement, amount=-total), list(run)))
            run.clear()
        else:
            run.append(movement)
    return groups + [(None, run) for run in runs.values() if run]


def arrival(movement: Movement) -> datetime.datetime:
    """Return when a payout is expected in the bank: midnight UTC, two days later."""
    return datetime.datetime.combine(movement.time.date() + datetime.timedelta(days=2), datetime.time(), UTC)


# --- API --------------------------------------------------------------------------------------------------------------


def _minor_units(amount: Decimal, currency: str = "NOK") -> int:
    return int(amount.scaleb(0 if currency == "JPY" else 2))


def _seconds(moment: datetime.datetime) -> int:
    return int(moment.timestamp())


def _charge_object(movement: Movement, id: str) -> dict:
    amount, currency = movement.original or movement.amount, movement.original_currency or movement.currency
    order = {"order_id": movement.reference} if movement.reference else {}
    return {
        "id": id,
        "object": "charge",
        "amount": _minor_units(abs(amount), currency),
        "currency": currency.lower(),
        "description": f"Order {movement.reference}" if movement.place == "description" else "Nettbutikk AS",
        "metadata": {"customer_email": PERSONAL[0], **(order if movement.place == "charge" else {})},
        "billing_details": {"name": PERSONAL[1], "email": PERSONAL[0], "address": {"line1": PERSONAL[2]}},
        "shipping": {"name": PERSONAL[1], "phone": PERSONAL[4]},
        "receipt_email": PERSONAL[0],
        "payment_method_details": {"type": "card", "card": {"last4": PERSONAL[3], "brand": "visa"}},
        "source": {"object": "card", "name": PERSONAL[1], "last4": PERSONAL[3]},
        "payment_intent": {
            "id": f"pi_{id.partition('_')[2]}",
            "object": "payment_intent",
            "client_secret": PERSONAL[5],
            "receipt_email": PERSONAL[0],
            "description": None,
            "metadata": order if movement.place == "intent" else {},
        },
    }


def _source_object(movement: Movement):
    if movement.type in ("charge", "payment"):
        return _charge_object(movement, movement.source)
    if movement.type == "payout":
        return payout_object(movement)
    if movement.type in ("payout_failure", "payout_cancel"):
        return {"id": movement.source, "object": "payout", "status": "failed", "currency": movement.currency.lower(),
                "amount": _minor_units(movement.amount), "arrival_date": _seconds(arrival(movement)),
                "automatic": True}  # fmt: skip
    if not movement.of:
        return movement.source or None
    original = movement.original or movement.amount
    currency = movement.original_currency or movement.currency
    of_charge = _charge_object(replace(movement, original=None, original_currency=""), f"ch_{movement.of}")
    source = {
        "id": movement.source,
        "object": "dispute" if movement.dispute else "refund",
        "amount": _minor_units(abs(original), currency),
        "currency": currency.lower(),
        "charge": of_charge,
        "payment_intent": of_charge["payment_intent"]["id"],
        "metadata": {},
        "status": movement.status or "succeeded",
    }
    return {**source, "evidence": {"customer_name": PERSONAL[1]}} if movement.dispute else source


def transaction_object(movement: Movement) -> dict:
    """Return a balance transaction as the API gives it, with everything expanded."""
    details = []
    if movement.fee:
        details.append({"amount": _minor_units(movement.fee - movement.vat), "currency": movement.currency.lower(),
                        "type": "stripe_fee", "description": "Stripe processing fees"})  # fmt: skip
    if movement.vat:
        details.append({"amount": _minor_units(movement.vat), "currency": movement.currency.lower(), "type": "tax",
                        "description": "VAT"})  # fmt: skip
    return {
        "id": movement.txn,
        "object": "balance_transaction",
        "amount": _minor_units(movement.amount, movement.currency),
        "fee": _minor_units(movement.fee, movement.currency),
        "net": _minor_units(movement.stated_net, movement.currency),
        "currency": movement.currency.lower(),
        "created": _seconds(movement.time),
        "available_on": _seconds(movement.time) + 3 * 24 * 3600,
        "type": movement.type,
        "reporting_category": movement.category,
        "description": movement.description,
        "exchange_rate": None if movement.rate is None else float(movement.rate),
        "fee_details": details,
        "status": "available",
        "source": _source_object(movement),
    }


def payout_object(movement: Movement, **other) -> dict:
    """Return a payout as the API gives it."""
    return {
        "id": f"po_{movement.id}",
        "object": "payout",
        "amount": _minor_units(-movement.amount, movement.currency),
        "currency": movement.currency.lower(),
        "created": _seconds(movement.time),
        "arrival_date": _seconds(arrival(movement)),
        "automatic": True,
        "status": movement.status,
        "reconciliation_status": "completed",
        "balance_transaction": movement.txn,
        "statement_descriptor": "NETTBUTIKK",
        "trace_id": None,
        "livemode": True,
        "destination": "ba_1",
        **other,
    }


def api_payouts(movements: list) -> list:
    """Return (payout, its balance transactions) of each automatic payout, as the API gives them: the newest first."""
    return [
        (payout_object(closing), [transaction_object(row) for row in [*rows, closing]][::-1])
        for closing, rows in settled(movements)
        if closing
    ]


def api_transactions(movements: list) -> list:
    """Return all balance transactions as the API gives them: the newest first."""
    rows = [row for closing, run in settled(movements) for row in [*run, closing] if row]
    return [transaction_object(row) for row in sorted(rows, key=lambda row: row.time)][::-1]


def as_payout_documents(movements: list, page_size: int = 100) -> list:
    """Return (name, content) for each payout, as the client stores them."""
    return [payout_document(payout, rows, page_size) for payout, rows in api_payouts(movements)]


def payout_document(payout: dict, rows: list, page_size: int = 100) -> tuple:
    """Return (name, content) of one payout."""
    pages = [rows[start : start + page_size] for start in range(0, len(rows), page_size)] or [[]]
    bundle = {
        "format": "stripe-payout-v1",
        "account": ACCOUNT,
        "payout": payout,
        "pages": [{"data": page, "has_more": page is not pages[-1]} for page in pages],
    }
    return f"stripe-{payout['id']}.json", json.dumps(bundle).encode()


def as_balance_document(movements: list, opening: Decimal = ZERO) -> tuple:
    """Return (name, content) of the whole story as one stretch of the balance, as of an account paid out by hand."""
    rows = api_transactions(movements)
    currencies = {row["currency"] for row in rows}
    balances = {
        currency: {
            "opening": _minor_units(opening),
            "closing": _minor_units(opening) + sum(row["net"] for row in rows if row["currency"] == currency),
        }
        for currency in currencies
    }
    bundle = {
        "format": "stripe-balance-v1",
        "account": ACCOUNT,
        "from": _seconds(at(1, 0)) - 3600,
        "to": _seconds(at(31, 22)),
        "balances": balances,
        "pages": [{"data": rows, "has_more": False}],
    }
    return "stripe-balance.json", json.dumps(bundle).encode()


# --- files ------------------------------------------------------------------------------------------------------------

ITEMIZED_HEADING = (
    "automatic_payout_id", "automatic_payout_effective_at", "balance_transaction_id", "created_utc", "currency",
    "gross", "fee", "net", "reporting_category", "description", "source_id", "charge_id", "payment_intent_id",
    "customer_facing_amount", "customer_facing_currency", "payment_method_type", "payment_metadata[order_id]",
    "customer_email",
)  # fmt: skip


def itemized_table(movements: list, own_row: int | None = -1) -> list:
    """Return heading and rows of the itemised payout reconciliation report.

    :param own_row: the sign of the payouts' own rows; None for a report without them.
    """
    table = [ITEMIZED_HEADING]
    for closing, rows in settled(movements):
        number = f"po_{closing.id}" if closing else ""
        effective = f"{arrival(closing):%Y-%m-%d %H:%M:%S}" if closing else ""
        own = [] if closing is None or own_row is None else [replace(closing, amount=closing.amount * -own_row)]
        for row in [*rows, *own]:
            of_charge = row.id if row.type == "charge" else row.of if row.category != "payout_reversal" else ""
            table.append((
                number, effective, row.txn, f"{row.time:%Y-%m-%d %H:%M:%S}", row.currency.lower(), row.amount,
                row.fee, row.stated_net, row.category, row.description, row.source,
                f"ch_{of_charge}" if of_charge else "", f"pi_{of_charge}" if of_charge else "",
                "" if row.original is None else row.original, row.original_currency.lower(),
                "card" if of_charge else "", "" if row.place == "description" else row.reference,
                PERSONAL[0] if of_charge else "",
            ))  # fmt: skip
    return table


def as_itemized_csv(movements: list, delimiter=",", decimal_mark=".", own_row: int | None = -1) -> tuple:
    """Return (name, content) of the itemised payout reconciliation report."""
    return "payout_reconciliation.csv", csv_text(itemized_table(movements, own_row), delimiter, decimal_mark).encode()


DASHBOARD_HEADING = (
    "id", "Type", "Source", "Amount", "Fee", "Net", "Currency", "Created (UTC)", "Available On (UTC)", "Description",
    "Customer Facing Amount", "Customer Facing Currency", "Transfer", "Transfer Date (UTC)", "Transfer Group",
    "order_id (metadata)", "customer_email (metadata)",
)  # fmt: skip


def dashboard_table(movements: list) -> list:
    """Return heading and rows of the dashboard's export of the balance."""
    table = [DASHBOARD_HEADING]
    for closing, rows in settled(movements):
        number, day = (f"po_{closing.id}", f"{arrival(closing):%Y-%m-%d %H:%M}") if closing else ("", "")
        for row in [*rows, *([closing] if closing else [])]:
            is_own = row is closing
            table.append((
                row.txn, row.type, row.source, row.amount, row.fee, row.stated_net, row.currency.lower(),
                f"{row.time:%Y-%m-%d %H:%M}", f"{row.time:%Y-%m-%d} 00:00", row.description,
                "" if row.original is None else row.original, row.original_currency.lower(),
                "" if is_own else number, "" if is_own else day, "",
                "" if row.place == "description" else row.reference, PERSONAL[0] if row.reference else "",
            ))  # fmt: skip
    return table


def as_dashboard_csv(movements: list) -> tuple:
    """Return (name, content) of the dashboard's export of the balance."""
    return "balance_history.csv", csv_text(dashboard_table(movements)).encode()


#: Every shape that names payouts, as a function from movements to a list of (name, content).
SHAPES = {
    "api": as_payout_documents,
    "itemised csv": lambda movements: [as_itemized_csv(movements)],
    "itemised csv, own rows positive": lambda movements: [as_itemized_csv(movements, own_row=1)],
    "itemised csv, semicolons and commas": lambda movements: [as_itemized_csv(movements, ";", ",")],
    "itemised csv, commas in quotation marks": lambda movements: [as_itemized_csv(movements, ",", ",")],
    "dashboard csv": lambda movements: [as_dashboard_csv(movements)],
}

FIXTURES = Fixtures(
    shapes={**SHAPES, "api balance": lambda movements: [as_balance_document(movements)]},
    story=story(),
    midnight=[
        *(charge(f"4{place}", moment, reference, "100.00") for place, (reference, moment, _day) in
          enumerate(AROUND_MIDNIGHT)),
        payout("1W", at(1, 23, month=4)),
    ],
    unknown=[
        charge("3A", at(2), "WEB-10231", "100.00"),
        Movement(UNKNOWN_TYPE, UNKNOWN_TYPE, "3Q", at(3), Decimal("-5.00")),
        payout("1X", at(5, 1)),
    ],
    with_unknown=frozenset(SHAPES),
    merchant_id=ACCOUNT,
    nameless=frozenset(shape for shape in SHAPES if "csv" in shape),
    personal=PERSONAL,
    taken_out=frozenset({"api", "api balance"}),
    fetched="api",
    serve=lambda: StripeServer(api_payouts(story()), api_transactions(story())),
    entered={"secret_key": KEY},
)  # fmt: skip
