"""What comes from outside is bounded: texts, ids, amounts, dates, and the time and memory that reading takes."""

import datetime
import io
import json
import time
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_bridge.common import limits
from odoo.addons.settlement_bridge.common.files import numbers, rows, xlsx
from odoo.addons.settlement_bridge.common.json_reading import load_json, to_json
from odoo.addons.settlement_bridge.common.messages import DocumentError, Message
from odoo.addons.settlement_bridge.providers import registry as formats
from odoo.addons.settlement_bridge.providers.vipps import report_api
from odoo.addons.settlement_bridge.webshops.records import ShopSettings
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS


def day_document(date="2026-03-02", **entry):
    """One ledger date with one payment, as the API gives it."""
    item = {
        "entryType": "capture",
        "pspReference": "4000001",
        "ledgerDate": date,
        "time": f"{date}T10:00:00Z",
        "reference": "WEB-1",
        "currency": "NOK",
        "amount": 10000,
        **entry,
    }
    bundle = {
        "format": report_api.DATE_FORMAT,
        "ledger": {"ledgerId": "302321", "currency": "NOK"},
        "date": date,
        "funds": [{"items": [item]}],
        "fees": [{"items": []}],
    }
    return json.dumps(bundle).encode()


def refusal(content, name="day.json"):
    """The sentence with which a settlement document is refused."""
    with pytest.raises(DocumentError) as caught:
        formats.parse(name, content)
    return caught.value.message


# --- texts


@given(st.text(max_size=400) | st.sampled_from(["N\0K", "N\ud800K", "😀" * 400]))
def test_every_quoted_text_can_be_stored(found):
    """Whatever a document holds where the refusal quotes it, the refusal can be stored and is not long."""
    message = Message("found %(found)s", {"found": found, "part": Message("%(x)s", {"x": found})})
    stored = json.dumps(message.to_json(), ensure_ascii=False)
    stored.encode()
    assert "\\u0000" not in stored
    assert len(message.to_json()[1]["found"]) <= limits.MAX_QUOTE


def test_currency_with_nul_or_half_an_emoji():
    """The refusal of such a currency was what stopped all providers."""
    for currency in ("N\0K", "N\ud800K", "N" * 200_000):
        stored = json.dumps(refusal(day_document(currency=currency)).to_json())
        assert "\\u0000" not in stored
        assert "\\ud800" not in stored
        assert len(stored) < 1_000


def test_field_name_with_nul_is_stored_clean():
    document = load_json(b'{"note\\u0000": "\\ud800", "emoji": "\\ud83d\\ude00"}')
    assert document == {"note\ufffd": "\ufffd", "emoji": "😀"}
    assert to_json({"note": "\ud800"}) == '{"note": "\ufffd"}'.encode()


# --- ids, amounts, dates


def test_id_of_a_megabyte():
    assert "200" in str(refusal(day_document(pspReference="4" * 1_000_000)))
    assert "200" in str(refusal(day_document(reference="W" * 1_000_000)))


@pytest.mark.parametrize("amount", [10**18 + 1, -(10**18) - 1, 10**400])
def test_amount_that_would_be_stored_as_another(amount):
    assert "minor units" in str(refusal(day_document(amount=amount)))


def test_number_that_would_not_end():
    """Three letters of JSON that take gigabytes when written out."""
    content = day_document(amount=123454321)
    for written in (b"1e1000000", b"1E999999999", b"-1e999999999"):
        started = time.monotonic()
        assert "minor units" in str(refusal(content.replace(b"123454321", written)))
        assert time.monotonic() - started < 2


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.integers() | st.floats() | st.text(max_size=20))
def test_amount_of_a_cell_is_small_enough_or_none(value):
    try:
        amount = numbers.parse_amount(str(value) if isinstance(value, Decimal) else value)
    except (ValueError, ArithmeticError):
        return
    assert abs(amount) < limits.MAX_AMOUNT
    assert Decimal(repr(float(amount))) == amount


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31", "2062-03-02"])
def test_date_that_cannot_be(date):
    assert date in str(refusal(day_document(date=date)))


def test_time_beyond_the_calendar():
    for moment in ("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"):
        assert moment in str(refusal(day_document(time=moment)))


@given(st.dates())
def test_every_date_is_read_or_refused(date):
    """No year makes reading fail in another way than with a sentence."""
    content = day_document(date=date.isoformat().zfill(10))
    try:
        document = formats.parse("day.json", content)
    except DocumentError:
        assert not limits.is_plausible_date(date)
    else:
        assert document.settlements[0].transactions[0].date == date


def test_row_far_from_its_settlement():
    content = day_document()
    parsed = formats.parse("day.json", content)
    row = parsed.settlements[0].transactions[0]
    settlement = replaced(parsed.settlements[0], date=row.date - datetime.timedelta(days=400))
    with pytest.raises(DocumentError, match="dated 2026-03-02"):
        formats.check_bounds("day.json", replaced(parsed, settlements=(settlement,)))


def replaced(record, **values):
    """The record with other values."""
    return record.__class__(**{**vars(record), **values})


def test_amount_cell_formatted_as_a_time():
    row = rows.Row("report.xlsx", 3, {"amount": datetime.time(10, 30)}, {"amount": "Beløp"})
    with pytest.raises(DocumentError, match="Beløp"):
        row.amount("amount")


# --- time and memory


def test_workbook_with_one_cell_far_down():
    """A space typed beside Ctrl+End: refused, or read, within seconds."""
    book = openpyxl.Workbook()
    book.active["A1"] = "Beløp"
    book.active["A600000"] = " "
    content = io.BytesIO()
    book.save(content)
    started = time.monotonic()
    with pytest.raises(DocumentError, match="500000"):
        xlsx.workbook_sheets("report.xlsx", content.getvalue())
    assert time.monotonic() - started < 8


# --- shops


@pytest.mark.parametrize("code", sorted(PLATFORMS))
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["order", "id", "currency", "total", "lines", "items", "refunds", "taxes", "status"]),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_order_of_another_form_is_refused_with_a_sentence(code, document):
    """Lists and numbers where a shop sends objects, on every platform."""
    with pytest.raises(DocumentError):
        PLATFORMS[code].parse(json.dumps(document).encode(), ShopSettings(url="https://www.example.com"))
