"""The same month at Vipps, composed in each of the six shapes a merchant can get it in.

Numbers, names and ids are invented. A story is a list of :class:`Movement`; the functions render it::

    for name, content in as_api_bundles(story()):
        ...

The API and the portal report have ledger dates, running balances and retained fees as rows of their own. Files of
earlier years have neither: each row carries its fee, and movements after the last payout are not in them yet.
"""

import datetime
import io
import json
import zipfile
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from openpyxl import Workbook

from odoo.addons.settlement_bridge.common.files.dates import OSLO

from ..servers.vipps import CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY, VippsServer
from .fixtures import AROUND_MIDNIGHT, UNKNOWN_TYPE, Fixtures

ZERO = Decimal(0)
LEDGER = "302321"
MSN = "123455"
MERCHANT = "Nettbutikk AS"

#: Name and telephone number of a customer, as the portal's report has them.
PERSONAL = ("Kari Eksempel", "+4790000000")
LEDGER_OBJECT = {
    "ledgerId": LEDGER,
    "currency": "NOK",
    "payoutBankAccount": {"scheme": "BBAN:NO", "id": "86011117947"},
    "owner": {"scheme": "business:NO:ORG", "id": "987654325"},
    "settlesForRecipientHandles": [f"api:{MSN}"],
}


@dataclass(frozen=True)
class Movement:
    """One thing that happens.

    :ivar type: entry type as the Report API calls it; ``payout-scheduled`` needs no amount (all there is).
    :ivar psp: psp reference; for a payout its number.
    :ivar day: ledger date. :ivar reference: the merchant's order reference.
    :ivar amount: kroner, signed. :ivar fee: kroner, positive when charged.
    :ivar fee_day: the ledger date the fee comes on, when it is later than ``day``.
    :ivar is_repeated: whether the very same row stands twice. :ivar time: when; some time of the day where not given.
    """

    type: str
    psp: str
    day: datetime.date
    reference: str = ""
    amount: Decimal = ZERO
    fee: Decimal = ZERO
    fee_day: datetime.date | None = None
    is_repeated: bool = False
    time: datetime.datetime | None = None


def day(number: int, month: int = 3) -> datetime.date:
    """Return a day of 2026."""
    return datetime.date(2026, month, number)


def capture(psp, when, reference, amount, fee="0", **other) -> Movement:
    """Return a payment of ``amount`` kroner."""
    return Movement("capture", psp, when, reference, Decimal(amount), Decimal(fee), **other)


def refund(psp, when, reference, amount, **other) -> Movement:
    """Return a refund of ``amount`` kroner, given positive."""
    return Movement("refund", psp, when, reference, -Decimal(amount), **other)


def payout(number, when) -> Movement:
    """Return the payout of everything there is at the end of the day."""
    return Movement("payout-scheduled", number, when)


def story() -> list:
    """Return the month: three payouts, the second of two days, and a day that is not paid out yet.

    2 March: two payments, a refund in full. 3 and 4 March: a payment whose fee comes the day after, a partial refund, a
    payment with a reference nobody knows, a row that stands twice. 9 March: two captures of one order. 10 March: open.
    """
    return [
        capture("4410020001", day(2), "WEB-10231", "1249.00", "38.35"),
        capture("4410020002", day(2), "WEB-10232", "499.00", "15.92"),
        refund("4410020003", day(2), "WEB-10199", "499.00"),
        payout("2000045", day(2)),
        capture("4410020004", day(3), "WEB-10233", "850.50", "26.50", fee_day=day(4)),
        capture("4410020005", day(3), "GAVEKORT-77", "300.00", "9.97"),
        refund("4410020006", day(4), "WEB-10231", "249.00"),
        capture("4410020007", day(4), "WEB-10234", "129.90", "4.89", is_repeated=True),
        payout("2000046", day(4)),
        capture("4410020008", day(9), "WEB-10235", "1000.00", "30.98"),
        capture("4410020009", day(9), "WEB-10235", "399.00", "12.98"),
        payout("2000047", day(9)),
        capture("4410020010", day(10), "WEB-10236", "75.00", "3.25"),
    ]


# --- The ledger -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LedgerRow:
    """A movement on the ledger, with its running balance."""

    type: str
    psp: str
    day: datetime.date
    reference: str
    amount: Decimal
    balance_before: Decimal
    fee: Decimal = ZERO
    is_repeated: bool = False
    is_of_order: bool = True
    time: datetime.datetime | None = None

    @property
    def balance_after(self) -> Decimal:
        return self.balance_before + self.amount


def _days(movements: list) -> list:
    days = {m.day for m in movements} | {m.fee_day for m in movements if m.fee_day}
    return sorted(days)


def ledger_rows(movements: list, opening: Decimal = ZERO) -> tuple:
    """Return the rows of the funds and of the fees ledger, as they would be listed, repeats left single."""
    funds, fees = [], []
    balance, owed = opening, ZERO
    for when in _days(movements):
        for m in [m for m in movements if m.day == when and m.type != "payout-scheduled"]:
            row = LedgerRow(m.type, m.psp, when, m.reference, m.amount, balance, m.fee, m.is_repeated, time=m.time)
            funds.append(row)
            balance += m.amount
        charged = [m for m in movements if m.fee and (m.fee_day or m.day) == when]
        for m in charged:
            fees.append(LedgerRow("capture-fee", m.psp, when, m.reference, -m.fee, owed))
            owed -= m.fee
        if charged:
            psp = f"{LEDGER}-{when:%Y%m%d}"
            funds.append(LedgerRow("fees-retained", psp, when, "", owed, balance, is_of_order=False))
            fees.append(LedgerRow("fees-retained", psp, when, "", -owed, owed, is_of_order=False))
            balance, owed = balance + owed, ZERO
        for m in [m for m in movements if m.day == when and m.type == "payout-scheduled"]:
            psp, text = f"{LEDGER}-{m.psp}", f"Utb. {m.psp} Vippsnr {MSN}"
            funds.append(LedgerRow(m.type, psp, when, text, -balance, balance, is_of_order=False))
            balance = ZERO
    return funds, fees


# --- Report API -------------------------------------------------------------------------------------------------------


def _minor_units(amount: Decimal) -> int:
    return int(amount.scaleb(2))


def _some_time(when: datetime.date, position: int) -> datetime.datetime:
    clock = datetime.time(8 + position % 12, 11, 40, 120000, tzinfo=datetime.timezone.utc)
    return datetime.datetime.combine(when, clock)


def api_item(row: LedgerRow, position: int = 0) -> dict:
    """Return a row as the Report API gives it."""
    return {
        "pspReference": row.psp,
        "time": (row.time or _some_time(row.day, position)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "ledgerDate": row.day.isoformat(),
        "entryType": row.type,
        "reference": row.reference if row.is_of_order else "",
        "currency": "NOK",
        "amount": _minor_units(row.amount),
        "balanceBefore": _minor_units(row.balance_before),
        "balanceAfter": _minor_units(row.balance_after),
        "recipientHandle": f"api:{MSN}" if row.is_of_order else None,
    }


def api_items(movements: list) -> tuple:
    """Return the items of the funds and of the fees topic, repeated rows twice."""
    topics = []
    for rows in ledger_rows(movements):
        items = []
        for position, row in enumerate(rows):
            items += [api_item(row, position)] * (2 if row.is_repeated else 1)
        topics.append(items)
    return tuple(topics)


def as_api_bundles(movements: list) -> list:
    """Return (name, content) for each ledger date on which something happened, as the client stores them."""
    funds, fees = api_items(movements)
    bundles = []
    for when in _days(movements):
        bundle = {"format": "vipps-report-v2", "ledger": LEDGER_OBJECT, "date": when.isoformat()}
        for topic, items in (("funds", funds), ("fees", fees)):
            of_day = [item for item in items if item["ledgerDate"] == when.isoformat()]
            bundle[topic] = [{"hasMore": False, "tryLater": False, "items": of_day}]
        bundles.append((f"vipps-{LEDGER}-{when.isoformat()}.json", json.dumps(bundle).encode()))
    return bundles


def as_api_feed(movements: list) -> tuple:
    """Return (name, content) of the whole story as one stretch of the feed."""
    funds, fees = api_items(movements)
    bundle = {
        "format": "vipps-report-v2-feed",
        "ledger": LEDGER_OBJECT,
        "funds": [{"items": funds, "cursor": "f1", "tryLater": False}],
        "fees": [{"items": fees, "cursor": "g1", "tryLater": False}],
        "cursors": {"funds": "f1", "fees": "g1"},
    }
    return f"vipps-{LEDGER}-feed.json", json.dumps(bundle).encode()


# --- Portal report ----------------------------------------------------------------------------------------------------

PORTAL_HEADING = (
    "Sales unit", "MSN/Vipps number", "Country", "Payment solution", "Time", "Booking date", "Type", "Amount",
    "Balance", "Fee", "Net amount", "Currency", "Customer name", "Customer phone number", "Message", "Category",
    "PSP reference", "Order ID/Reference",
)  # fmt: skip
PORTAL_HEADING_NORWEGIAN = (
    "Salgssted", "MSN/Vippsnummer", "Land", "Betalingsløsning", "Tid", "Bokføringsdato", "Type", "Beløp", "Saldo",
    "Gebyr", "Nettobeløp", "Valuta", "Kundenavn", "Kundens telefonnummer", "Melding", "Kategori", "PSP-referanse",
    "Ordre-ID/Referanse",
)  # fmt: skip


def portal_table(movements: list, is_norwegian: bool = False, opening: Decimal = ZERO) -> list:
    """Return heading and rows of the portal report; amounts are Decimal or empty text."""
    table = [PORTAL_HEADING_NORWEGIAN if is_norwegian else PORTAL_HEADING]
    funds, _fees = ledger_rows(movements, opening)
    for position, row in enumerate(funds):
        clock = row.time.astimezone(OSLO) if row.time else _some_time(row.day, position)
        person = PERSONAL if row.is_of_order else ("", "")
        name = row.type.replace("-", " ").capitalize()
        fee = -row.fee if row.type == "capture" else ""
        line = (
            MERCHANT, MSN, "Norway", "Online" if row.is_of_order else "",
            f"{clock:%Y-%m-%d %H:%M:%S}", row.day.isoformat(), name, row.amount, row.balance_after, fee,
            row.amount - row.fee if fee != "" else "", "NOK", *person, "", "", row.psp, row.reference,
        )  # fmt: skip
        table += [line] * (2 if row.is_repeated else 1)
    return table


def csv_text(table: list, delimiter: str = ",", decimal_mark: str = ".") -> str:
    """Return a table as CSV. Texts with a delimiter are put in quotation marks."""
    lines = []
    for row in table:
        cells = [f"{c:.2f}".replace(".", decimal_mark) if isinstance(c, Decimal) else str(c) for c in row]
        lines.append(delimiter.join(f'"{c}"' if delimiter in c or "\n" in c else c for c in cells))
    return "\n".join(lines) + "\n"


def workbook_bytes(table: list, is_text: bool = False) -> bytes:
    """Return a table as XLSX; Decimal cells become numbers, or texts if ``is_text``."""
    workbook = Workbook()
    for row in table:
        workbook.active.append([str(cell) if is_text and isinstance(cell, Decimal) else cell for cell in row])
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def as_portal_csv(movements: list, delimiter=",", decimal_mark=".", encoding="utf-8", is_norwegian=False) -> tuple:
    """Return (name, content) of the portal report as CSV."""
    text = csv_text(portal_table(movements, is_norwegian), delimiter, decimal_mark)
    return "vipps-report.csv", text.encode(encoding)


def as_portal_xlsx(movements: list, is_norwegian: bool = False) -> tuple:
    """Return (name, content) of the portal report as XLSX."""
    return "vipps-report.xlsx", workbook_bytes(portal_table(movements, is_norwegian))


# --- Files of earlier years -------------------------------------------------------------------------------------------


def _settled(movements: list) -> list:
    """Return (payout, its movements) for each payout; what comes after the last one is not in a file yet."""
    settled, run = [], []
    for m in movements:
        if m.type == "payout-scheduled":
            settled.append((m, run))
            run = []
        else:
            run.append(m)
    return settled


def _sums(run: list) -> dict:
    sums = defaultdict(lambda: ZERO)
    for m in run:
        sums["capture" if m.amount >= 0 else "refund"] += m.amount
        sums["fee"] += m.fee
    sums["gross"] = sums["capture"] + sums["refund"]
    sums["net"] = sums["gross"] - sums["fee"]
    return sums


def _twice_if_repeated(run: list) -> list:
    return [copy for m in run for copy in [m] * (2 if m.is_repeated else 1)]


def _xml_time(movement: Movement) -> str:
    return movement.time.isoformat() if movement.time else f"{movement.day.isoformat()}T10:30:11.005+01:00"


def as_old_xml(movements: list, is_gross: bool = False) -> tuple:
    """Return (name, content) of the settlement report in XML 3.0."""
    infos = []
    for closing, run in _settled(movements):
        rows = "".join(
            f"<TransactionInfo><TransactionTime>{_xml_time(m)}</TransactionTime>"
            f"<TransactionCaptureAmount>{max(m.amount, ZERO):.2f}</TransactionCaptureAmount>"
            f"<TransactionRefundAmount>{min(m.amount, ZERO):.2f}</TransactionRefundAmount>"
            f"<TransactionGrossAmount>{m.amount:.2f}</TransactionGrossAmount>"
            f"<TransactionNetAmount>{m.amount - m.fee:.2f}</TransactionNetAmount>"
            f"<TransactionFeeAmount>{m.fee:.2f}</TransactionFeeAmount>"
            "<SettlementCurrencyCode>NOK</SettlementCurrencyCode>"
            f"<TransactionID>{m.psp}</TransactionID><OrderID>{m.reference}</OrderID></TransactionInfo>\n"
            for m in _twice_if_repeated(run)
        )
        sums = _sums(run)
        infos.append(
            f"<SettlementInfo><SettlementDate>{closing.day.isoformat()}</SettlementDate>"
            f"<SettlementID>{closing.psp}</SettlementID><SettlementCurrencyCode>NOK</SettlementCurrencyCode>"
            f"<SettlementType>{'Gross' if is_gross else 'Net'}</SettlementType>\n{rows}"
            f"<NumOfTransactions>{len(run)}</NumOfTransactions>"
            f"<CaptureSettlementAmount>{sums['capture']:.2f}</CaptureSettlementAmount>"
            f"<RefundSettlementAmount>{sums['refund']:.2f}</RefundSettlementAmount>"
            f"<GrossSettlementAmount>{sums['gross']:.2f}</GrossSettlementAmount>"
            f"<NetSettlementAmount>{sums['net']:.2f}</NetSettlementAmount>"
            f"<FeeSettlementAmount>{sums['fee']:.2f}</FeeSettlementAmount>"
            f"<SettledAmount>{sums['gross' if is_gross else 'net']:.2f}</SettledAmount></SettlementInfo>\n"
        )
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<SettlementReport xmlns="http://vipps.no/xmlschema/SettlementReport-3.0.xsd">\n'
        f"<SettlementDetailsInfo><SaleUnitName>{MERCHANT}</SaleUnitName><SerialNumber>{MSN}</SerialNumber>\n"
        f"<PaymentsInfo><SettlementCurrencyCode>NOK</SettlementCurrencyCode>\n{''.join(infos)}"
        f"<NumOfSettlements>{len(infos)}</NumOfSettlements></PaymentsInfo></SettlementDetailsInfo>\n"
        "<VippsInfo><Name>Vipps AS</Name></VippsInfo>\n</SettlementReport>\n"
    )
    return f"{MSN}-settlements.xml", content.encode()


def as_old_csv(movements: list) -> tuple:
    """Return (name, content) of the settlement report as CSV in sections."""
    lines = [
        ("OrganizationNumber", "MerchantName"),
        ("987654325", MERCHANT),
        (
            "SettlementInfo", "SalesUnitName", "SaleUnitNumber", "SettlementDate", "SettlementID", "SettlementAccount",
            "Gross", "Currency", "Fee", "Refund", "Net", "NumberOfTransactions",
        ),
    ]  # fmt: skip
    settled = _settled(movements)
    for closing, run in settled:
        sums = _sums(run)
        lines.append((
            "SettlementInfo", MERCHANT, MSN, f"{closing.day:%d.%m.%Y}", closing.psp, "86011117947", sums["capture"],
            "NOK", -sums["fee"], sums["refund"], sums["net"], len(run),
        ))  # fmt: skip
    lines.append((
        "TransactionInfo", "SalesDate", "SaleUnitName", "SaleUnitNumber", "TransactionId", "SettlementId", "OrderID",
        "SettlementDate", "Gross", "Currency", "Fee", "Refund", "Net",
    ))  # fmt: skip
    for closing, run in settled:
        for m in _twice_if_repeated(run):
            lines.append((
                "TransactionInfo", f"{m.day:%d.%m.%Y}", MERCHANT, MSN, m.psp, closing.psp, m.reference,
                f"{closing.day:%d.%m.%Y}", max(m.amount, ZERO), "NOK", -m.fee, min(m.amount, ZERO), m.amount - m.fee,
            ))  # fmt: skip
    return "settlement-report.csv", csv_text(lines).encode()


def old_table(movements: list, is_numbered: bool = False) -> list:
    """Return the lines of the Norwegian table, each payout with its closing row.

    :param is_numbered: whether closing rows name their settlement, with its date, as in Vipps' report of 2018.
    """
    lines = [
        ("Oppgjørsrapport",),
        (MERCHANT,),
        (),
        (
            "Salgsdato", "Salgssted", "Vippsnummer", "Produkt", "Transaksjons-ID", "Ordre-ID", "Brutto", "Gebyr",
            "Netto", "Transaksjonstype", "Oppgjørs-ID", "Oppgjørsdato", "Oppgjørssum", "Oppgjørskonto",
        ),
    ]  # fmt: skip
    for closing, run in _settled(movements):
        named = (closing.psp, f"{closing.day:%d.%m.%Y}")
        for m in _twice_if_repeated(run):
            kind = "Salg" if m.type == "capture" else "Refundering"
            lines.append((
                f"{m.day:%d.%m.%Y}", MERCHANT, MSN, "Vipps på Nett", m.psp, m.reference, m.amount, -m.fee,
                m.amount - m.fee, kind, *named, "", "",
            ))  # fmt: skip
        lines.append((
            "Til utbetaling netto", *[""] * 9, *(named if is_numbered else ("", "")), _sums(run)["net"], "86011117947",
        ))  # fmt: skip
    return lines


def as_old_table(movements: list) -> tuple:
    """Return (name, content) of one XLSX file with all payouts, each with the closing row that names it."""
    return f"vipps-{MSN}.xlsx", workbook_bytes(old_table(movements, is_numbered=True))


def as_old_xlsx(movements: list) -> list:
    """Return (name, content) of the settlement report as XLSX, one for each payout."""
    files, start = [], 0
    for position, m in enumerate(movements):
        if m.type == "payout-scheduled":
            content = workbook_bytes(old_table(movements[start : position + 1]))
            files.append((f"vipps-{MSN}-{m.psp}.xlsx", content))
            start = position + 1
    return files


def without_late_fees(movements: list) -> list:
    """Return the story with every fee on the day of its payment."""
    return [replace(m, fee_day=None) for m in movements]


#: Every shape, as a function from movements to a list of (name, content).
SHAPES = {
    "api": as_api_bundles,
    "api feed": lambda movements: [as_api_feed(movements)],
    "portal csv": lambda movements: [as_portal_csv(movements)],
    "portal xlsx": lambda movements: [as_portal_xlsx(movements)],
    "old xml": lambda movements: [as_old_xml(movements)],
    "old csv": lambda movements: [as_old_csv(movements)],
    "old xlsx": as_old_xlsx,
    "old table": lambda movements: [as_old_table(movements)],
}

FIXTURES = Fixtures(
    shapes=SHAPES,
    story=story(),
    midnight=[
        *(
            capture(f"44100300{number}", when, reference, "100.00", time=moment)
            for number, (reference, moment, when) in enumerate(AROUND_MIDNIGHT, 10)
        ),
        payout("2000048", day(1, 4)),
    ],
    unknown=[
        capture("4410020001", day(2), "WEB-10231", "100.00"),
        Movement(UNKNOWN_TYPE, "4410020099", day(2), amount=Decimal("-5.00")),
        payout("2000045", day(2)),
    ],
    with_unknown=frozenset({"api", "api feed", "portal csv", "portal xlsx"}),
    merchant_id=MSN,
    personal=PERSONAL,
    fetched="api",
    serve=lambda: VippsServer(*api_items(story())),
    entered={"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "subscription_key": SUBSCRIPTION_KEY},
)


def zipped(*files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive of (name, content)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()
