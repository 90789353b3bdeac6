"""A month at Klarna (or Kustom), composed in each of the shapes a merchant can get it in.

Numbers, names and ids are invented. A story is a list of :class:`Payout`; the functions render it::

    for name, content in as_api_bundles(story()):
        ...

A payout's totals, its debt and what goes to the bank are computed from its transactions, as Klarna documents it.
"""

import datetime
import json
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from ..servers.klarna import PASSWORD, USERNAME, KlarnaServer
from .fixtures import AROUND_MIDNIGHT, UNKNOWN_TYPE, Fixtures

ZERO = Decimal(0)
MERCHANT_ID = "K123456"

#: The effect of a type on what Klarna owes; a correction has its own sign.
SIGNS = {
    "SALE": 1, "RETURN": -1, "REVERSAL": -1, "REVERSAL_MERCHANT_PROTECTION": 1, "FEE": -1, "FEE_REFUND": 1,
    "COMMISSION": 1, "CHARGE": -1, "CREDIT": 1, "HOLDBACK": -1, "RELEASE": 1, "CORRECTION": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Happening:
    """One transaction.

    :ivar amount: kroner, without the VAT; positive, only a correction has its sign. :ivar vat: VAT on a fee, beside it.
    :ivar time: UTC. :ivar order: a short name that Klarna's ids are made of. :ivar capture: which capture of the order.
    """

    type: str
    detailed_type: str
    amount: Decimal
    time: datetime.datetime
    order: str = ""
    reference: str = ""
    capture: str = ""
    refund: str = ""
    vat: Decimal = ZERO
    comment: str = ""

    @property
    def effect(self) -> Decimal:
        """What it adds to what Klarna owes, VAT included."""
        return SIGNS.get(self.type, 1) * (self.amount + self.vat)


@dataclass(frozen=True)
class Payout:
    """One payout. :ivar opening_debt: what the merchant owed before. :ivar type: NET or GROSS."""

    reference: str
    date: datetime.date
    happenings: tuple
    opening_debt: Decimal = ZERO
    type: str = "NET"
    fee_correction: Decimal = ZERO
    merchant_id: str = MERCHANT_ID
    currency: str = "NOK"

    @property
    def balance(self) -> Decimal:
        counted = [h for h in self.happenings if self.type == "NET" or not h.type.startswith("FEE")]
        return sum((h.effect for h in counted), self.fee_correction - self.opening_debt)

    @property
    def amount(self) -> Decimal:
        """What goes to the bank."""
        return max(self.balance, ZERO)

    @property
    def closing_debt(self) -> Decimal:
        return max(-self.balance, ZERO)

    @property
    def totals(self) -> dict:
        """The totals, unsigned, by name."""
        sums = defaultdict(lambda: ZERO)
        for happening in self.happenings:
            if happening.type == "REVERSAL_MERCHANT_PROTECTION":
                sums["reversal"] -= happening.amount
            elif happening.type != "CORRECTION" and (self.type == "NET" or not happening.type.startswith("FEE")):
                sums[happening.type.lower()] += happening.amount
            if self.type == "NET":
                sums["tax"] += -SIGNS.get(happening.type, 1) * happening.vat
        growth = self.closing_debt - self.opening_debt
        names = (
            "sale", "return", "reversal", "fee", "fee_refund", "commission", "tax", "charge", "credit", "holdback",
            "release",
        )  # fmt: skip
        return {
            **{name: sums[name] for name in names},
            "fee_correction": self.fee_correction,
            "repay": max(-growth, ZERO),
            "deposit": max(growth, ZERO),
        }


def utc(day: int, hour: int = 9, minute: int = 0, month: int = 3) -> datetime.datetime:
    """Return a time of 2026."""
    return datetime.datetime(2026, month, day, hour, minute, tzinfo=datetime.timezone.utc)


def day(number: int, month: int = 3) -> datetime.date:
    """Return a day of 2026."""
    return datetime.date(2026, month, number)


def sale(order, reference, amount, when, percentage="0", fixed="0", vat=False, capture="1") -> tuple:
    """Return a sale with its two fees; with 25 % VAT on them if ``vat``."""
    rows = [Happening("SALE", "PURCHASE", Decimal(amount), when, order, reference, capture)]
    for kind, fee in (("PERCENTAGE", Decimal(percentage)), ("FIXED", Decimal(fixed))):
        if fee:
            tax = (fee / 4).quantize(Decimal("0.01")) if vat else ZERO
            name = f"PURCHASE_FEE_{kind}"
            rows.append(Happening("FEE", name, fee, when, order, reference, capture, vat=tax))
    return tuple(rows)


def refund(order, reference, amount, when, number="1") -> Happening:
    """Return what was given back of an order, positive."""
    return Happening("RETURN", "PURCHASE_RETURN", Decimal(amount), when, order, reference, refund=number)


def chain(payouts: list) -> list:
    """Return payouts one after the other: each begins with the debt the one before leaves."""
    debt, chained = ZERO, []
    for payout in payouts:
        chained.append(replace(payout, opening_debt=debt))
        debt = chained[-1].closing_debt
    return chained


def story(vat: bool = False) -> list:
    """Return the month: four payouts; ``vat``: whether 25 % VAT is on the fees.

    6 March: two sales and a partial return. 13 March: returns exceed the sales, a debt is left and nothing paid. 20
    March: the debt is repaid; an order sent in two parts, a dispute lost with its fee, a holdback. 27 March: it is
    released, the dispute is won, a fee is given back, and a correction.
    """
    fee = Happening("FEE", "DISPUTE_FEE", Decimal("150.00"), utc(18), "disp0001", "WEB-10240")
    back = Happening("FEE_REFUND", "DISPUTE_FEE_REFUND", Decimal("150.00"), utc(25), "disp0001", "WEB-10240")
    if vat:
        fee, back = (replace(each, vat=Decimal("37.50")) for each in (fee, back))
    return chain(
        [
            Payout(
                "XISA93DJ",
                day(6),
                (
                    *sale("abcd0001", "WEB-10231", "1249.00", utc(2), "36.35", "3.00", vat),
                    *sale("abcd0002", "WEB-10232", "499.00", utc(3), "14.52", "3.00", vat),
                    refund("abcd0001", "WEB-10231", "249.00", utc(4)),
                ),
            ),
            Payout(
                "XISA93DK",
                day(13),
                (
                    *sale("abcd0003", "WEB-10233", "100.00", utc(9), "2.91", "3.00", vat),
                    refund("abcd0001", "WEB-10231", "1000.00", utc(10), "2"),
                ),
            ),
            Payout(
                "XISA93DL",
                day(20),
                (
                    *sale("abcd0004", "WEB-10234", "2000.00", utc(16), "58.20", "3.00", vat),
                    *sale("abcd0004", "WEB-10234", "500.00", utc(17), "14.55", "3.00", vat, capture="2"),
                    *sale("abcd0004", "WEB-10234", "500.00", utc(18), "14.55", "3.00", vat, capture="3"),
                    Happening("REVERSAL", "FRAUD_POLICY_CHARGE", Decimal("640.00"), utc(18), "disp0001", "WEB-10240"),
                    fee,
                    Happening("HOLDBACK", "ROLLING_RESERVE", Decimal("200.00"), utc(19)),
                ),
            ),
            Payout(
                "XISA93DM",
                day(27),
                (
                    *sale("abcd0005", "WEB-10235", "75.50", utc(23), "2.20", "3.00", vat),
                    Happening("RELEASE", "ROLLING_RESERVE", Decimal("200.00"), utc(24)),
                    Happening(
                        "REVERSAL_MERCHANT_PROTECTION", "FRAUD_POLICY_CREDIT_NET", Decimal("640.00"), utc(25),
                        "disp0001", "WEB-10240",
                    ),
                    back,
                    Happening("CORRECTION", "MANUAL_ENTRY", Decimal("-12.30"), utc(25), comment="Of February"),
                    Happening("CREDIT", "CORRECTION_DISPUTE", Decimal("20.00"), utc(26)),
                    Happening("CHARGE", "PAYMENT_REMINDER", Decimal("5.00"), utc(26)),
                    Happening("COMMISSION", "COMMISSION", Decimal("8.00"), utc(26)),
                ),
            ),
        ]
    )  # fmt: skip


# --- The API


def order_id(order: str) -> str:
    """Return Klarna's id of an order."""
    return f"ce17b4cb-147f-48b7-b8e6-{order:0>12}" if order else ""


def short_order_id(order: str) -> str:
    return order.upper()


def capture_id(happening: Happening) -> str:
    return f"33db6f16-9f43-43fa-{happening.capture:0>4}-{happening.order:0>12}" if happening.capture else ""


def refund_id(happening: Happening) -> str:
    return f"5a1e6f16-9f43-43fa-{happening.refund:0>4}-{happening.order:0>12}" if happening.refund else ""


def _minor_units(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def printed(happening: Happening, is_signed: bool) -> tuple:
    """Return amount and VAT as a report prints them: with the sign of their effect, or all positive."""
    sign = SIGNS.get(happening.type, 1) if is_signed else 1
    return sign * happening.amount, sign * happening.vat


def api_payout(payout: Payout) -> dict:
    """Return a payout as the API gives it."""
    totals = {f"{name}_amount": _minor_units(total) for name, total in payout.totals.items()}
    totals["opening_debt_balance_amount"] = _minor_units(payout.opening_debt)
    totals["closing_debt_balance_amount"] = _minor_units(payout.closing_debt)
    totals["settlement_amount"] = _minor_units(payout.amount)
    return {
        "totals": totals,
        "payment_reference": payout.reference,
        "payout_date": f"{payout.date.isoformat()}T00:00:00Z",
        "currency_code": payout.currency,
        "currency_code_of_registration_country": "NOK",
        "merchant_settlement_type": payout.type,
        "merchant_id": payout.merchant_id,
        "transactions": f"https://api.klarna.com/settlements/v1/transactions?payment_reference={payout.reference}",
    }


def api_transaction(payout: Payout, happening: Happening, is_signed: bool = False) -> dict:
    """Return a transaction as the API gives it."""
    amount, vat = printed(happening, is_signed)
    found = {
        "type": happening.type,
        "detailed_type": happening.detailed_type,
        "amount": _minor_units(amount),
        "currency_code": payout.currency,
        "capture_id": capture_id(happening),
        "refund_id": refund_id(happening),
        "merchant_reference1": happening.reference,
        "merchant_reference2": "",
        "order_id": order_id(happening.order),
        "short_order_id": short_order_id(happening.order),
        "payment_reference": payout.reference,
        "sale_date": happening.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "capture_date": happening.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "purchase_country": "NO",
        "shipping_address_country": "NO",
        "initial_payment_method_type": "direct_debit" if happening.type == "SALE" else "",
        "klarna_comment": happening.comment,
    }
    if happening.type.startswith("FEE"):
        found |= {"vat_rate": 2500 if vat else 0, "vat_amount": _minor_units(vat)}
    return found


def as_api_bundle(payout: Payout, is_signed: bool = False, has_mark: bool = False) -> tuple:
    """Return (name, content) of a payout as the client stores it; with a byte order mark before it if ``has_mark``."""
    items = [api_transaction(payout, happening, is_signed) for happening in payout.happenings]
    pages = [
        {"transactions": items[:3], "pagination": {"count": 3, "total": len(items)}},
        {"transactions": items[3:], "pagination": {"count": len(items[3:]), "total": len(items)}},
    ]
    bundle = {"format": "klarna-settlement-v1", "payout": api_payout(payout), "transactions": pages}
    content = json.dumps(bundle).encode()
    return f"klarna-{payout.reference}.json", b"\xef\xbb\xbf" + content if has_mark else content


def as_api_bundles(payouts: list, is_signed: bool = False) -> list:
    """Return (name, content) of each payout as the client stores it."""
    return [as_api_bundle(payout, is_signed) for payout in payouts]


# --- CSV

_SUMMARY = (
    "payment_reference", "payout_date", "settlement_currency", "merchant_id", "merchant_settlement_type",
    "total_sale_amount", "total_fee_amount", "total_fee_correction_amount", "total_fee_refund_amount",
    "total_tax_amount", "total_return_amount", "total_reversal_amount", "total_commission_amount",
    "total_charge_amount", "total_credit_amount", "total_holdback_amount", "total_release_amount",
    "total_repay_amount", "total_deposit_amount", "opening_debt_balance", "closing_debt_balance",
    "total_settlement_amount",
)  # fmt: skip
_DEFAULT = (
    "type", "capture_date", "sale_date", "order_id", "short_order_id", "capture_id", "merchant_reference1",
    "merchant_reference2", "amount", "posting_currency",
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """How a report as CSV looks: its columns and their names, and how it is written."""

    summary: tuple = _SUMMARY
    columns: tuple = _DEFAULT
    delimiter: str = ";"
    decimal_mark: str = "."
    has_blank_line: bool = False
    is_signed: bool = False
    encoding: str = "utf-8"
    #: Our name of a column to what the merchant has renamed it.
    names: tuple = ()


#: Every column there is, as from the portal.
FULL = Shape(
    columns=(
        *_DEFAULT, "refund_id", "purchase_country", "tax_rate", "tax_amount", "initial_payment_method_type",
        "tax_rate_1", "tax_amount_1", "merchant_capture_reference", "merchant_refund_reference", "detailed_type",
        "klarna_comment", "reversal_reference",
    )
)  # fmt: skip
#: The columns of a merchant who has configured nothing.
DEFAULT = Shape()
#: By SFTP, with detailed types and VAT, in another order.
SFTP = Shape(
    columns=(
        "detailed_type", "amount", "type", "order_id", "merchant_reference1", "capture_id", "capture_date",
        "tax_amount", "posting_currency",
    ),
    has_blank_line=True,
)  # fmt: skip
#: Few columns, a decimal comma, a comma between the columns, and names as the API has them.
LEAN = Shape(
    summary=(
        "merchant_id", "payment_reference", "payout_date", "currency_code", "total_tax_amount",
        "opening_debt_balance", "closing_debt_balance", "total_settlement_amount",
    ),
    columns=("order_id", "Merchant Reference1", "TYPE", "Amount", "vat_amount", "capture_date"),
    delimiter=",",
    decimal_mark=",",
    encoding="utf-16",
)  # fmt: skip
#: Repaid and deposited, but not the debts themselves.
MOVES = Shape(
    summary=(
        "payment_reference", "payout_date", "settlement_currency", "total_repay_amount", "total_deposit_amount",
        "total_settlement_amount", "total_tax_amount",
    ),
    columns=(*_DEFAULT, "tax_amount"),
    encoding="utf-8-sig",
)  # fmt: skip

CSV_SHAPES = {"full": FULL, "default": DEFAULT, "sftp": SFTP, "lean": LEAN, "moves": MOVES}


def _summary_values(payout: Payout, shape: Shape) -> dict:
    sign = -1 if shape.is_signed else 1
    deducted = ("fee", "tax", "return", "reversal", "charge", "holdback", "repay")
    return {
        "payment_reference": payout.reference,
        "payout_date": f"{payout.date.isoformat()}T00:00:00Z",
        "settlement_currency": payout.currency,
        "currency_code": payout.currency,
        "merchant_id": payout.merchant_id,
        "merchant_settlement_type": payout.type,
        **{f"total_{name}_amount": total * (sign if name in deducted else 1) for name, total in payout.totals.items()},
        "opening_debt_balance": payout.opening_debt,
        "closing_debt_balance": payout.closing_debt,
        "total_settlement_amount": payout.amount,
    }


def _row_values(payout: Payout, happening: Happening, shape: Shape) -> dict:
    amount, vat = printed(happening, shape.is_signed)
    own = api_transaction(payout, happening)
    is_fee = happening.type.startswith("FEE")
    is_sale = happening.type == "SALE"
    return {
        **own,
        "amount": amount,
        "posting_currency": payout.currency,
        "tax_rate": "25" if vat else "",
        "tax_amount": vat if is_fee else "",
        "vat_amount": vat if is_fee else "",
        "tax_rate_1": "25" if is_sale else "",
        "tax_amount_1": (happening.amount / 5).quantize(Decimal("0.01")) if is_sale else "",
    }


def _line(columns: tuple, values: dict, shape: Shape) -> str:
    cells = []
    for column in columns:
        value = values.get(column.lower().replace(" ", "_"), "")
        text = f"{value:.2f}".replace(".", shape.decimal_mark) if isinstance(value, Decimal) else str(value)
        cells.append(f'"{text}"' if shape.delimiter in text else text)
    return shape.delimiter.join(cells)


def _heading(columns: tuple, shape: Shape) -> str:
    names = dict(shape.names)
    return shape.delimiter.join(names.get(column, column) for column in columns)


def report_lines(payout: Payout, shape: Shape) -> list:
    """Return the lines of one payout's report."""
    lines = [_heading(shape.summary, shape), _line(shape.summary, _summary_values(payout, shape), shape)]
    lines += [""] if shape.has_blank_line else []
    lines.append(_heading(shape.columns, shape))
    return lines + [_line(shape.columns, _row_values(payout, each, shape), shape) for each in payout.happenings]


def as_csv(payout: Payout, shape: Shape = FULL) -> tuple:
    """Return (name, content) of one payout's report."""
    text = "\r\n".join([*report_lines(payout, shape), ""])
    return f"{payout.reference}.{payout.date:%Y%m%d}T000000+0000.csv", text.encode(shape.encoding)


def as_csv_bundle(payouts: list, shape: Shape = FULL) -> tuple:
    """Return (name, content) of several payouts' reports one after another in one file."""
    text = "\n".join(line for payout in payouts for line in [*report_lines(payout, shape), ""])
    return "klarna-bundle.csv", text.encode(shape.encoding)


def as_csv_list(payouts: list, shape: Shape = FULL) -> tuple:
    """Return (name, content) of several payouts' totals, and one list of their transactions that names the payout."""
    shape = replace(shape, columns=("payment_reference", *shape.columns))
    lines = [_heading(shape.summary, shape)]
    lines += [_line(shape.summary, _summary_values(payout, shape), shape) for payout in payouts]
    lines.append(_heading(shape.columns, shape))
    rows = [(payout, happening) for payout in payouts for happening in payout.happenings]
    lines += [_line(shape.columns, _row_values(payout, each, shape), shape) for payout, each in rows[::-1]]
    return "klarna-payouts.csv", "\n".join([*lines, ""]).encode(shape.encoding)


#: Every shape, as a function from payouts to a list of (name, content).
SHAPES = {
    "api": as_api_bundles,
    **{
        name: lambda payouts, shape=shape: [as_csv(payout, shape) for payout in payouts]
        for name, shape in CSV_SHAPES.items()
    },
    "csv bundle": lambda payouts: [as_csv_bundle(payouts)],
    "csv list": lambda payouts: [as_csv_list(payouts)],
}


def serve(payouts: list, **options) -> KlarnaServer:
    """Return a server that has the payouts."""
    return KlarnaServer(
        [api_payout(payout) for payout in payouts],
        [api_transaction(payout, each) for payout in payouts for each in payout.happenings],
        **options,
    )


def _serve_month() -> KlarnaServer:
    """The month, and a payout of today, by which the server knows the merchant."""
    return serve([*story(), Payout("XISA99ZZ", datetime.datetime.now(datetime.timezone.utc).date(), ())])


FIXTURES = Fixtures(
    shapes=SHAPES,
    story=story(),
    midnight=[
        Payout(
            "XISA93DQ",
            day(2, 4),
            tuple(
                row
                for place, (reference, moment, _day) in enumerate(AROUND_MIDNIGHT)
                for row in sale(f"midn{place}", reference, "100.00", moment)
            ),
        )
    ],
    unknown=[
        Payout(
            "XISA93DR",
            day(6),
            (
                *sale("abcd0001", "WEB-10231", "100.00", utc(2)),
                Happening(UNKNOWN_TYPE, UNKNOWN_TYPE, Decimal("5.00"), utc(3)),
            ),
        )
    ],
    with_unknown=frozenset(SHAPES),
    merchant_id=MERCHANT_ID,
    nameless=frozenset({"moves"}),
    fetched="api",
    serve=_serve_month,
    entered={"username": USERNAME, "password": PASSWORD},
)
