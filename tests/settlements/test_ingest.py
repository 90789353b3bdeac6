import datetime
import io
import json
import re
import zipfile
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge.models.account_settlement_line_row import STORED_FIELDS
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout, refund

from ..common import SettlementCase

SAMPLES = Path(vipps_files.__file__).parent / "published"


class ShopMonth(SettlementCase):
    """The shop's side of the composed month: invoices and credit notes for all but the unknown reference."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice(1249, "WEB-10231")
        cls.invoice(499, "WEB-10232")
        cls.credit_note(499, "WEB-10199")
        cls.invoice(850.50, "WEB-10233")
        cls.credit_note(249, "WEB-10231")
        cls.invoice(129.90, "WEB-10234")
        cls.invoice(1399, "WEB-10235")

    def ingest(self, *files):
        settlements = self.env["account.settlement"]
        for name, content in files:
            settlements |= self.provider._ingest_file(name, content)
        settlements._process()
        return settlements


@tagged("post_install", "-at_install")
class TestSixShapes(ShopMonth):
    """The same month in each shape Vipps gives it comes to the same books."""

    def assertMonth(self, settlements):
        """1 249 + 499 − 499 + 850.50 + 300 − 249 + 129.90 + 1 399 = 3 679.40, fees 139.59; 300 is unknown."""
        paid_out = settlements.filtered("external_id").sorted("external_id")
        self.assertEqual(paid_out.mapped("external_id"), ["2000045", "2000046", "2000047"])
        self.assertEqual(paid_out.mapped("state"), ["booked"] * 3)
        self.assertEqual(paid_out.mapped("payout_amount"), [1194.73, 990.04, 1355.04])
        self.assertEqual(
            [round(open_amount, 2) for open_amount in paid_out.mapped("clearing_residual")], [1194.73, 990.04, 1355.04]
        )
        self.assertLedgerHolds(settlements)
        # 10 March has no payout yet: the earlier files do not hold it, the others hold 75.00 less 3.25 as open.
        open_run = settlements.filtered("is_open")
        has_open = bool(open_run.line_ids.filtered(lambda line: line.status != "new"))
        self.assertBalances(
            a1500="0.00",
            a1522="3611.56" if has_open else "3539.81",
            a1523="-375.00" if has_open else "-300.00",
            a7772="142.84" if has_open else "139.59",
            a7740="0.00",
        )
        unknown = settlements.line_ids.filtered(lambda line: line.status == "unknown" and line.date < day(10))
        self.assertEqual(unknown.mapped("order_reference"), ["GAVEKORT-77"])

    def test_report_api(self):
        self.assertMonth(self.ingest(*vipps_files.as_api_bundles(vipps_files.story())))

    def test_report_api_feed(self):
        self.assertMonth(self.ingest(vipps_files.as_api_feed(vipps_files.story())))

    def test_portal_csv(self):
        self.assertMonth(self.ingest(vipps_files.as_portal_csv(vipps_files.story())))

    def test_portal_xlsx(self):
        self.assertMonth(self.ingest(vipps_files.as_portal_xlsx(vipps_files.story())))

    def test_earlier_xml(self):
        self.assertMonth(self.ingest(vipps_files.as_old_xml(vipps_files.story())))

    def test_earlier_csv(self):
        self.assertMonth(self.ingest(vipps_files.as_old_csv(vipps_files.story())))

    def test_earlier_xlsx(self):
        self.assertMonth(self.ingest(*vipps_files.as_old_xlsx(vipps_files.story())))

    def test_earlier_table_of_several_payouts(self):
        self.assertMonth(self.ingest(vipps_files.as_old_table(vipps_files.story())))

    def test_portal_download_of_earlier_xml(self):
        """The portal packs the XML: 123455-settlements.xml.zip."""
        name, content = vipps_files.as_old_xml(vipps_files.story())
        settlements = self.ingest((f"{name}.zip", vipps_files.zipped((name, content))))
        self.assertMonth(settlements)
        settlements._prove()
        self.assertFalse(any(settlements.mapped("is_altered")))

    def test_archive_of_the_same_month_in_several_formats(self):
        """What several files hold is read from one of them, and still is as it was read at the nightly check."""
        story = vipps_files.story()
        files = [vipps_files.as_old_xml(story), vipps_files.as_old_csv(story), vipps_files.as_portal_csv(story)]
        settlements = self.ingest(("march.zip", vipps_files.zipped(*files)))
        self.assertMonth(settlements)
        settlements._prove()
        self.assertFalse(any(settlements.mapped("is_altered")))

    def test_every_shape_after_the_other_changes_nothing(self):
        """The API first, then every file of the same month: the same rows, and not one voucher more."""
        story = vipps_files.story()
        settlements = self.ingest(*vipps_files.as_api_bundles(story))
        self.assertMonth(settlements)
        lines, moves = settlements.line_ids, settlements.move_ids
        for files in (
            vipps_files.as_api_bundles(story),
            [vipps_files.as_api_feed(story)],
            [vipps_files.as_portal_csv(story)],
            [vipps_files.as_portal_xlsx(story)],
            [vipps_files.as_old_xml(story)],
            [vipps_files.as_old_csv(story)],
            vipps_files.as_old_xlsx(story),
        ):
            again = self.ingest(*files)
            self.assertLessEqual(again, settlements)
            self.assertEqual(self.provider.settlement_ids.line_ids, lines, files[0][0])
            self.assertEqual(self.provider.settlement_ids.move_ids, moves, files[0][0])
        self.assertMonth(settlements)

    def test_another_format_is_no_alteration(self):
        """The earlier file deducts fees on the payments, the portal in rows of their own: neither lacks anything."""
        settlements = self.ingest(vipps_files.as_old_xml(vipps_files.story()))
        self.ingest(vipps_files.as_portal_csv(vipps_files.story()))
        for settlement in settlements:
            settlement._prove()
            self.assertFalse(settlement.proof_message)

    def test_file_first_and_api_later(self):
        """The portal's report of the month so far, then the API's days: what is new is added, the rest is known."""
        story = vipps_files.story()
        self.ingest(vipps_files.as_portal_csv(story[:8]))
        self.assertMonth(self.ingest(*vipps_files.as_api_bundles(story)) | self.provider.settlement_ids)

    def test_reported_fees_are_shown_on_their_payments(self):
        """The fee of 26.50 comes the day after; it is shown on the payment, and booked by the row that deducts it."""
        self.ingest(*vipps_files.as_api_bundles(vipps_files.story()))
        late = self.line_of("4410020004")
        self.assertEqual((late.fee, late.fee_reported), (0, 26.50))
        self.ingest(vipps_files.as_portal_csv(vipps_files.story()))
        self.assertEqual(late.fee_reported, 26.50)


@tagged("post_install", "-at_install")
class TestPublishedSamples(SettlementCase):
    def ingest(self, name):
        self.provider.merchant_id = False
        return self.provider._ingest_file(name, (SAMPLES / name).read_bytes())

    def test_net_xml_is_booked_whole(self):
        self.provider.start_date = False
        settlements = self.ingest("vipps_Example-Net.xml")
        settlements._process()
        self.assertEqual(settlements.sorted("external_id").mapped("payout_amount"), [15, 2])
        self.assertEqual(set(settlements.mapped("state")), {"booked"})
        self.assertEqual(len(settlements.line_ids), 15)
        self.assertBalances(a1522="17.00", a1523="-17.00")

    def test_csv_whose_rows_name_another_settlement_stands_in_error(self):
        settlement = self.ingest("vipps_settlement-report.csv")
        settlement._process()
        self.assertEqual(settlement.state, "error")
        self.assertFalse(settlement.move_ids)
        for text in ("Rows 9 to 15", "2000720", "2000001", "row 6"):
            self.assertIn(text, settlement.error_message)
        self.assertBalances(a1522="0.00", a1523="0.00")


@tagged("post_install", "-at_install")
class TestRefusedDocuments(ShopMonth):
    """What cannot be read, or contradicts what is known, is refused whole and leaves no trace."""

    def assertRefused(self, name, content, *words):
        counts = [
            self.env[model].search_count([])
            for model in (
                "account.settlement",
                "account.settlement.line",
                "account.settlement.document",
                "ir.attachment",
            )
        ]
        with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
            self.provider._ingest_file(name, content)
        self.assertIn(name, str(caught.exception))
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.assertEqual(
            counts,
            [
                self.env[model].search_count([])
                for model in (
                    "account.settlement",
                    "account.settlement.line",
                    "account.settlement.document",
                    "ir.attachment",
                )
            ],
        )

    def test_unreadable_files(self):
        _name, csv = vipps_files.as_portal_csv(vipps_files.story())
        _name, xml = vipps_files.as_old_xml(vipps_files.story())
        _name, xlsx = vipps_files.as_portal_xlsx(vipps_files.story())
        _name, old_csv = vipps_files.as_old_csv(vipps_files.story())
        for name, content in {
            "empty.csv": b"",
            "cut.csv": csv[: len(csv) - 40],
            "cut.xml": xml[: len(xml) // 2],
            "cut.xlsx": xlsx[: len(xlsx) // 2],
            "cut-old.csv": old_csv[: len(old_csv) - 25],
            "letter.csv": b"Hei,\nhei\n",
            "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
            "wrong-encoding.csv": csv.decode().replace("WEB-10231", "WEB-æøå").encode("utf-16")[2:-1],
            "large.csv": csv + b"x" * 100 * 1024 * 1024,
        }.items():
            with self.subTest(name):
                self.assertRefused(name, content)

    def test_entities_and_bombs(self):
        xml = vipps_files.as_old_xml(vipps_files.story())[1].decode()
        head, _, body = xml.partition("?>")
        external = f'{head}?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>{body}'
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        billion = f'{head}?><!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]>{body.replace("WEB-10231", "&l9;", 1)}'
        self.assertRefused("external.xml", external.encode())
        self.assertRefused("laughs.xml", billion.encode())
        self.assertRefused("bomb.xlsx", self.workbook_bomb())

    def workbook_bomb(self):
        _name, xlsx = vipps_files.as_portal_xlsx(vipps_files.story())
        target = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bomb:
            for entry in source.infolist():
                content = source.read(entry)
                if entry.filename.endswith("sheet1.xml"):
                    content = content.replace(b"</sheetData>", b" " * 300 * 1024 * 1024 + b"</sheetData>")
                bomb.writestr(entry.filename, content)
        return target.getvalue()

    def assertWaits(self, name, content, *words):
        """It is kept, says what it waits for, and nothing of it is stored."""
        settlements = self.provider._ingest_file(name, content)
        document = self.env["account.settlement.document"].search([("name", "=", name)])
        self.assertEqual((document.state, settlements.ids), ("waiting", []))
        for word in words:
            self.assertIn(word, document.error_message)
        return document

    def test_other_merchant(self):
        name, content = vipps_files.as_portal_csv(vipps_files.story())
        self.provider.merchant_id = "999999"
        self.assertWaits(name, content, "merchant 123455")

    def test_other_currency(self):
        name, content = vipps_files.as_portal_csv(vipps_files.story())
        self.assertWaits(name, content.replace(b"NOK", b"SEK"), "SEK")

    def test_before_the_start_date(self):
        """What was booked by hand before stays out: the settlement starts from what it came to."""
        self.provider.start_date = day(3)
        name, content = vipps_files.as_portal_csv(
            [
                capture("0", day(1), "X", "70.00"),
                payout("2000000", day(1)),
                capture("1", day(2), "X", "100.00"),
                capture("2", day(3), "WEB-10232", "499.00"),
                payout("2000001", day(3)),
            ]
        )
        settlement = self.ingest((name, content))
        self.assertEqual(settlement.line_ids.filtered(lambda line: line.kind == "payment").provider_reference, "2")
        self.assertEqual(
            (settlement.external_id, settlement.opening_balance, settlement.payout_amount, settlement.state),
            ("2000001", 100, 599, "booked"),
        )
        settlement._prove()
        self.assertFalse(settlement.proof_message)

    def test_same_transaction_with_another_amount(self):
        movements = [capture("1", day(2), "WEB-10231", "1249.00")]
        self.settle(movements)
        name, content = vipps_files.as_portal_csv([capture("1", day(2), "WEB-10231", "1250.00")])
        self.assertRefused(name, content, "two amounts")

    def test_missing_day(self):
        """The day after it waits, and is taken in when it has come."""
        first, second, third = vipps_files.as_api_bundles(
            [capture(str(number), day(number), "X", "100.00") for number in (2, 3, 4)]
        )
        run = self.provider._ingest_file(*first)
        document = self.assertWaits(*third, "missing")
        self.assertEqual(self.provider._ingest_file(*second), run)
        self.assertEqual((document.state, document.settlement_ids), ("done", run))
        self.assertEqual(run.line_ids.sorted("date").mapped("provider_reference"), ["2", "3", "4"])

    def test_same_payout_with_other_rows(self):
        self.settle([capture("1", day(2), "X", "100.00"), payout("2000001", day(2))])
        name, content = vipps_files.as_portal_csv(
            [capture("1", day(2), "X", "100.00"), capture("2", day(2), "Y", "5.00"), payout("2000001", day(2))]
        )
        self.assertRefused(name, content, "2000001")


@tagged("post_install", "-at_install")
class TestOpenRun(ShopMonth):
    """Until the payout comes, complete ledger dates are booked; what comes later for a date gets its own voucher."""

    def test_days_are_booked_before_the_payout(self):
        movements = [
            capture("1", day(2), "WEB-10231", "1249.00"),
            capture("2", day(3), "WEB-10232", "499.00"),
            payout("2000001", day(3)),
        ]
        first, second = vipps_files.as_api_bundles(movements)
        run = self.provider._ingest_file(*first)
        run._process()
        self.assertEqual((run.state, run.line_ids.status), ("open", "matched"))
        self.assertEqual(run.move_ids.date, day(2))
        self.assertEqual(self.provider._ingest_file(*second), run)
        run._process()
        self.assertEqual((run.state, run.external_id, run.payout_amount), ("booked", "2000001", 1748))
        self.assertEqual(run.move_ids.sorted("date").mapped("date"), [day(2), day(3)])
        self.assertEqual(run.clearing_residual, 1748)

    def test_negative_balance_rolls_on(self):
        """Refunds exceed payments: no payout, the balance is carried to the next one."""
        movements = [
            refund("1", day(2), "WEB-10199", "499.00"),
            capture("2", day(5), "WEB-10231", "1249.00"),
            payout("2000001", day(5)),
        ]
        settlement = self.settle(movements)
        self.assertEqual((settlement.state, settlement.payout_amount), ("booked", 750))
        self.assertEqual(settlement.move_ids.sorted("date").mapped("date"), [day(2), day(5)])

    def test_incomplete_last_day_of_a_report_waits(self):
        """A portal report taken during the day: its last day is booked when a later document tells the rest."""
        movements = [capture("1", day(2), "WEB-10231", "1249.00"), capture("2", day(3), "WEB-10232", "499.00")]
        run = self.ingest(vipps_files.as_portal_csv(movements))
        self.assertEqual(
            dict(run.line_ids.mapped(lambda line: (line.date, line.status))), {day(2): "matched", day(3): "new"}
        )
        self.ingest(vipps_files.as_portal_csv([*movements, payout("2000001", day(3))]))
        self.assertEqual(run.state, "booked")

    def test_day_is_complete_when_a_later_document_says_so(self):
        """The portal's report at noon already held all of the day; the API's day adds no row, but closes it."""
        movements = [capture("1", day(2), "WEB-10231", "1249.00")]
        run = self.ingest(vipps_files.as_portal_csv(movements))
        self.assertEqual(run.line_ids.status, "new")
        self.assertEqual(self.ingest(*vipps_files.as_api_bundles(movements)), run)
        self.assertEqual(run.line_ids.status, "matched")

    def test_day_that_does_not_add_up_holds_the_run(self):
        """One day's balances are wrong: nothing of it is booked, also not when the next day is right, until the day is
        told again as it should be."""
        movements = [capture("1", day(2), "WEB-10231", "1249.00"), capture("2", day(3), "WEB-10232", "499.00")]
        (name, content), second = vipps_files.as_api_bundles(movements)
        wrong = content.replace(b'"balanceAfter": 124900', b'"balanceAfter": 124901')
        self.assertNotEqual(wrong, content)
        run = self.ingest(("wrong.json", wrong))
        self.assertEqual(run.state, "error")
        self.ingest(second)
        self.assertEqual((run.state, run.move_ids.ids), ("error", []))
        self.ingest((name, content))
        self.assertEqual((run.state, run.error_message), ("open", False))
        self.assertEqual(set(run.line_ids.mapped("status")), {"matched"})
        self.assertBalances(a1522="1748.00", a1500="1631.40")

    def test_error_is_not_forgotten(self):
        """A day whose retained fees do not agree, but whose balance goes on: the error stays with the run."""
        movements = [capture("1", day(2), "WEB-10231", "1249.00", "38.35"), capture("2", day(3), "WEB-10232", "499.00")]
        first, second = vipps_files.as_api_bundles(movements)
        wrong = first[1].replace(b'"amount": 3835', b'"amount": 3836')
        self.assertNotEqual(wrong, first[1])
        run = self.ingest(("wrong.json", wrong), second)
        self.assertEqual(run.state, "error")
        self.assertFalse(run.move_ids)
        self.ingest(first)
        self.assertEqual(run.state, "open")
        self.assertEqual(set(run.line_ids.mapped("status")), {"matched"})

    def test_day_with_nothing_but_fees_makes_no_settlement(self):
        movements = [
            capture("1", day(2), "WEB-10231", "1249.00"),
            payout("2000001", day(2)),
        ]
        self.settle(movements)
        name, content = vipps_files.as_api_bundles([capture("1", day(2), "WEB-10231", "1249.00", "38.35")])[0]
        bundle = json.loads(content)
        bundle["date"] = "2026-03-03"
        bundle["funds"][0]["items"] = []
        bundle["fees"][0]["items"] = [
            {**item, "ledgerDate": "2026-03-03"}
            for item in bundle["fees"][0]["items"]
            if item["entryType"] == "capture-fee"
        ]
        self.provider._ingest_file(name, json.dumps(bundle).encode())
        self.assertEqual(len(self.provider.settlement_ids), 1)
        self.assertEqual(self.line_of("1").fee_reported, 38.35)

    def test_payout_of_nothing_is_paid_at_once(self):
        settlement = self.settle(
            [
                capture("1", day(2), "WEB-10232", "499.00"),
                refund("2", day(2), "WEB-10199", "499.00"),
                payout("2000001", day(2)),
            ]
        )
        self.assertEqual((settlement.payout_amount, settlement.state), (0, "paid"))

    def test_balance_from_before_the_start_is_carried_in(self):
        """Vipps was used before Odoo: the first report starts from a balance that was built up before."""
        movements = [
            capture("1", day(2), "OLD", "100.00"),
            capture("2", day(3), "WEB-10231", "1249.00"),
            payout("2000001", day(3)),
        ]
        settlement = self.provider._ingest_file(*vipps_files.as_api_bundles(movements)[1])
        settlement._process()
        self.assertEqual(
            (settlement.opening_balance, settlement.payout_amount, settlement.state), (100, 1349, "booked")
        )
        self.assertBalances(a1522="1249.00")
        self.bank_line(1349, "Utb. 2000001 Vippsnr 123455")
        settlement._match_bank()
        self.assertEqual((settlement.state, settlement.bank_state), ("booked", "over"))
        self.assertBalances(a1522="-100.00")
        clearing = self.provider.clearing_account_id
        lines = [
            (0, 0, {"account_id": clearing.id, "debit": 100}),
            (0, 0, {"account_id": self.account("1920").id, "credit": 100}),
        ]
        before = self.env["account.move"].create({"date": "2026-03-01", "line_ids": lines})
        before.action_post()
        (before.line_ids[0] | settlement.bank_item_ids.sudo(False)).reconcile()
        self.assertEqual(settlement.state, "paid")
        self.assertBalances(a1522="0.00")

    def test_corrected_document_replaces_one_in_error(self):
        name, content = vipps_files.as_old_xml(
            [capture("1", day(2), "WEB-10231", "1249.00"), payout("2000001", day(2))]
        )
        wrong = content.replace(b"<SettledAmount>1249.00", b"<SettledAmount>1248.00")
        self.assertNotEqual(wrong, content)
        settlement = self.ingest(("wrong.xml", wrong))
        self.assertEqual(settlement.state, "error")
        self.assertEqual(self.ingest((name, content)), settlement)
        self.assertEqual(settlement.state, "booked")

    def test_every_field_of_a_row_has_a_column(self):
        fields = self.env["account.settlement.line"]._fields
        self.assertEqual([name for name in STORED_FIELDS.values() if name not in fields], [])
        self.assertTrue(all(fields[name].store for name in STORED_FIELDS.values()))

    def test_raw_document_is_kept(self):
        name, content = vipps_files.as_portal_csv(vipps_files.story())
        settlements = self.ingest((name, content))
        document = settlements.document_ids
        self.assertEqual(document.attachment_id.raw, content)
        self.assertEqual(document.settlement_ids, settlements)
        self.assertEqual(self.provider._ingest_file("again.csv", content), settlements)
        self.assertEqual(settlements.document_ids, document)
        with self.assertRaises(UserError), mute_logger("odoo.sql_db"):
            document.unlink()

    def test_locked_period_moves_to_the_day_after_the_lock(self):
        self.company.sudo().fiscalyear_lock_date = datetime.date(2026, 3, 15)
        settlement = self.settle([capture("1", day(2), "WEB-10231", "1249.00"), payout("2000001", day(2))])
        self.assertEqual(settlement.move_ids.date, datetime.date(2026, 3, 16))
        line = self.line_of("1")
        self.assertTrue(line.is_late)
        self.assertEqual((line.date, line.booking_date), (day(2), datetime.date(2026, 3, 16)))


@tagged("post_install", "-at_install")
class TestCorrectedDays(SettlementCase):
    """A day that was reported wrongly after another was booked is replaced by the right one."""

    def test_closing_day_told_wrongly_after_a_booked_day(self):
        """The first day is booked; the day of the payout comes with a wrong payout, and then as it should be."""
        movements = [
            capture("1", day(2), "A", "100.00"),
            capture("2", day(3), "B", "200.00"),
            payout("2000001", day(3)),
        ]
        first, second = vipps_files.as_api_bundles(movements)
        settlement = self.provider._ingest_file(*first)
        settlement._process()
        voucher = settlement.move_ids
        wrong = re.sub(rb"(:\s*)20000(?=\D)", rb"\g<1>19000", second[1])
        self.assertNotEqual(wrong, second[1])
        self.assertEqual(self.provider._ingest_file("wrong.json", wrong), settlement)
        self.assertEqual(settlement.state, "error")
        self.assertEqual(self.provider._ingest_file(*second), settlement)
        settlement._process()
        self.assertEqual((settlement.state, settlement.error_message), ("booked", False))
        self.assertIn(voucher, settlement.move_ids)
        self.assertBalances(a1522="300.00", a1523="-300.00")

    def test_closing_day_told_wrongly_and_the_settlement_undone_first(self):
        movements = [
            capture("1", day(2), "A", "100.00"),
            capture("2", day(3), "B", "200.00"),
            payout("2000001", day(3)),
        ]
        first, second = vipps_files.as_api_bundles(movements)
        settlement = self.provider._ingest_file(*first)
        settlement._process()
        self.provider._ingest_file("wrong.json", re.sub(rb"(:\s*)20000(?=\D)", rb"\g<1>19000", second[1]))
        settlement._reverse("Feil fil")
        self.provider._ingest_file(*vipps_files.as_portal_csv(movements))
        settlement._process()
        self.assertEqual(settlement.state, "booked")
        self.assertBalances(a1522="300.00", a1523="-300.00")
