from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase


@tagged("post_install", "-at_install")
class TestUpload(SettlementCase):
    """The dialog takes several files at once, and each finds its provider by itself."""

    def upload(self, *files, **values):
        attachments = self.env["ir.attachment"].create([{"name": name, "raw": content} for name, content in files])
        return self.env["settlement.upload"].create({"attachment_ids": attachments.ids, **values}).action_upload()

    @staticmethod
    def plain(text):
        return text.replace("\N{NO-BREAK SPACE}", " ")

    def file_of(self, merchant, number, when=2):
        _name, content = vipps_files.as_portal_csv(
            [capture(f"{merchant}{number}", day(when), "X", "100.00"), payout(number, day(when))]
        )
        return f"{merchant}-{number}.csv", content.replace(vipps_files.MSN.encode(), merchant.encode())

    def test_each_file_finds_its_provider(self):
        other = self.activate(merchant_id="654321")
        action = self.upload(self.file_of("123455", "1"), self.file_of("654321", "2"), self.file_of("123455", "3", 3))
        settlements = self.env["account.settlement"].search(action["domain"])
        self.assertEqual(sorted(settlements.mapped("external_id")), ["1", "2", "3"])
        self.assertEqual(settlements.filtered(lambda row: row.external_id == "2").provider_id, other)
        self.assertEqual(set(settlements.mapped("state")), {"booked"})

    def test_files_of_consecutive_periods_are_read_as_they_were_chosen(self):
        files = [self.file_of("123455", str(number), number) for number in (2, 3, 4)]
        attachments = self.env["ir.attachment"].create([{"name": name, "raw": content} for name, content in files])
        upload = self.env["settlement.upload"].create({"attachment_ids": attachments.ids})
        upload.invalidate_recordset()
        upload.action_upload()
        settlements = self.provider.settlement_ids.sorted("id")
        self.assertEqual(settlements.mapped("external_id"), ["2", "3", "4"])
        self.assertEqual(set(settlements.mapped("state")), {"booked"})

    def test_one_settlement_opens_at_once(self):
        action = self.upload(self.file_of("123455", "1"))
        self.assertEqual(self.env["account.settlement"].browse(action["res_id"]).external_id, "1")

    def test_unreadable_file_is_named_and_the_others_are_kept(self):
        action = self.upload(("brev.txt", b"Hei"), self.file_of("123455", "1"))
        self.assertIn("brev.txt", action["params"]["message"])
        self.assertEqual(self.provider.settlement_ids.mapped("external_id"), ["1"])

    def test_nothing_readable(self):
        with self.assertRaises(UserError) as caught:
            self.upload(("brev.txt", b"Hei"), ("tom.csv", b""))
        self.assertIn("brev.txt", str(caught.exception))
        self.assertIn("tom.csv", str(caught.exception))

    def test_unknown_merchant(self):
        action = self.upload(self.file_of("777777", "1"))
        self.assertIn("100.00 NOK of settlement 1 are for merchant 777777", self.plain(action["params"]["message"]))
        self.assertEqual(action["params"]["next"]["res_model"], "account.settlement.document")
        self.assertFalse(self.provider.settlement_ids)

    def test_more_files_than_a_browser_waits_for(self):
        with self.assertRaisesRegex(UserError, "101 files. Upload at most 100"):
            self.upload(*[(f"{number}.txt", b"Hei") for number in range(101)])

    def test_provider_without_a_number_takes_that_of_its_first_file(self):
        """And from then on no other's, whichever provider is chosen in the dialog."""
        self.provider.merchant_id = False
        self.assertTrue(self.upload(self.file_of("123455", "1"))["res_id"])
        self.assertEqual(self.provider.merchant_id, "123455")
        action = self.upload(self.file_of("444444", "2", 3), provider_id=self.provider.id)
        self.assertIn("merchant 444444", action["params"]["message"])
        self.assertEqual(self.provider.settlement_ids.mapped("external_id"), ["1"])

    def test_booking_that_fails_is_set_aside(self):
        """The provider's fee account was archived: the settlement is kept and says why it is not booked."""
        self.archive_by_force(self.provider.fee_account_id)
        name, content = vipps_files.as_portal_csv([capture("1", day(2), "X", "100.00", "2.00"), payout("1", day(2))])
        settlement = self.env["account.settlement"].browse(self.upload((name, content))["res_id"])
        self.assertEqual(settlement.state, "error")
        self.assertTrue(settlement.error_message)
        self.assertFalse(settlement.move_ids)
        self.archive_by_force(self.provider.fee_account_id, active=True)
        settlement.action_process()
        self.assertEqual(settlement.state, "booked")


@tagged("post_install", "-at_install")
class TestConfirmation(SettlementCase):
    """A source without any total is booked after a person has confirmed the payout."""

    def test_confirmed_by_a_person(self):
        settlement = self.settle([capture("1", day(2), "X", "100.00"), payout("1", day(2))], process=False)
        settlement.sudo().needs_confirmation = True
        settlement._process()
        self.assertFalse(settlement.move_ids)
        settlement.action_confirm()
        self.assertEqual(settlement.state, "booked")
        self.assertEqual(settlement.confirmed_by_id, self.env.user)
        self.assertIn("100", settlement.message_ids[:1].body)

    def test_net_that_leaves_the_refunds_out(self):
        """The file's net is 1 693.73; its refund of 499.00 lowers what the bank receives to 1 194.73."""
        name, content = vipps_files.as_old_csv(vipps_files.story()[:4])
        content = content.replace(b"-499.00,1194.73,3", b"-499.00,1693.73,3")
        settlement = self.provider._ingest_file(name, content)
        settlement._process()
        self.assertEqual((settlement.state, settlement.needs_confirmation), ("new", True))
        self.assertFalse(settlement.error_message)
        self.assertFalse(settlement.move_ids)
        for text in ("1,693.73 NOK", "-499.00 NOK", "1,194.73 NOK"):
            self.assertIn(text, settlement.confirmation_message)
        settlement.action_confirm()
        self.assertEqual((settlement.state, settlement.confirmed_by_id), ("booked", self.env.user))
        self.assertBalances(a1522="1194.73", a7772="54.27")
        line = self.bank_line(1194.73, f"Utb. 2000045 Vippsnr {vipps_files.MSN}")
        settlement._match_bank()
        self.assertEqual((settlement.state, settlement.bank_line_ids), ("paid", line))
        self.assertBalances(a1522="0.00")

    def test_uploaded_again_it_is_not_asked_again(self):
        name, content = vipps_files.as_old_csv(vipps_files.story()[:4])
        content = content.replace(b"-499.00,1194.73,3", b"-499.00,1693.73,3")
        settlement = self.provider._ingest_file(name, content)
        settlement.action_confirm()
        moves = settlement.move_ids
        self.assertEqual(self.provider._ingest_file(name, content + b"\n"), settlement)
        settlement._process()
        self.assertFalse(settlement.needs_confirmation)
        self.assertEqual(settlement.move_ids, moves)


@tagged("post_install", "-at_install")
class TestFeeAlone(SettlementCase):
    """A settlement without a payment, from which a fee is deducted: the merchant owes it until the next payout."""

    def test_booked_as_a_fee(self):
        _name, content = vipps_files.as_old_csv(vipps_files.story()[:4])
        heading, _row, rest = content.partition(b"1748.00,NOK,-54.27,-499.00,1194.73,3")
        rows = rest.index(b"TransactionInfo,0")
        settlement = self.provider._ingest_file("x.csv", heading + b"0.00,NOK,-99.00,0.00,-99.00,0" + rest[:rows])
        settlement._process()
        self.assertEqual((settlement.state, settlement.payout_amount), ("booked", -99))
        self.assertEqual(settlement.line_ids.mapped("kind"), ["fee"])
        self.assertBalances(a1522="-99.00", a7772="99.00")
        self.assertLedgerHolds(settlement)
        settlement._prove()
        self.assertFalse(settlement.is_altered)
