import datetime
import hashlib
import json

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from .closing_case import TODAY, ClosingCase


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestClosing(ClosingCase):
    """Month end: what is done of March, signed by a person, and what has changed since."""

    def test_quiet_month(self):
        """One row for the month that has ended, none for the one that runs; what is done is signed as it stands."""
        self.settle_march(capture("2", day(1, 4), "W-2", "60.00"))
        march = self.march()
        self.assertEqual(march.mapped("month"), [day(1)])
        quiet = {"days": "note", "lock": "note"}  # no gap shows, but the balance was zero after 4 March
        self.assertEqual(self.checks(march), quiet)
        self.assertEqual(march.state, "ready")
        self.assertFalse(self.march() - march)
        clearing = march.check_ids.filtered(lambda check: check.code == "clearing")
        self.assertIn("0.00", clearing.message)

        march.action_sign()
        signature = march.signature_id
        self.assertEqual((march.state, signature.user_id), ("signed", self.accountant))
        self.assertTrue(signature.is_intact)
        # The proof of the accounts is signed with it, and is kept as it was.
        [workbook] = signature.attachment_ids.filtered(lambda file: file.name.endswith(".xlsx"))
        digest = hashlib.sha256(workbook.raw).hexdigest()
        self.assertEqual(signature.signed_data["files"][workbook.name], digest)
        for attempt in (workbook.unlink, lambda: workbook.write({"raw": b"Andre tall"})):
            with self.assertRaises(UserError):
                attempt()
        self.assertIn(self.account("1522").name, signature.kept_text)
        self.assertEqual(self.checks(march), quiet)
        self.assertEqual((march.state, march.change_ids.ids), ("signed", []))
        # April goes on, also past a lock: March stays as it was signed.
        self.company.sudo().fiscalyear_lock_date = "2026-03-31"
        self.settle_april()
        self.assertEqual(self.checks(march), {"days": "note"})
        self.assertEqual((march.state, march.change_ids.ids), ("signed", []))

    def settle_april(self):
        return self.settle(
            [
                capture("1", day(4), "W-1", "100.00"),
                payout("2000001", day(4)),
                capture("2", day(1, 4), "W-2", "60.00"),
                payout("2000002", day(1, 4)),
            ]
        )

    def test_open_points(self):
        """They are named, open what they count, and are signed only with a comment."""
        self.settle_march(
            capture("3", day(9), "UKJENT", "75.00"),
            payout("2000003", day(9)),
            capture("4", day(30), "UKJENT-2", "10.00"),
            payout("2000004", day(30)),
        )
        self.book_by_hand(self.provider.clearing_account_id)
        self.invoice(30, "W-9")
        march = self.march()
        self.assertEqual(
            self.checks(march),
            {
                "days": "open",  # known to the 30th
                "unknown": "note",
                "payouts": "open",  # since 9 March
                "by_hand": "open",
                "invoices": "note",
                "payments": "open",
                "lock": "note",
            },
        )
        self.assertEqual(march.state, "not_ready")
        counted = {
            "unknown": 2,
            "payouts": 2,
            "by_hand": 1,
            "invoices": 1,
            "payments": 2,
        }
        for code, count in counted.items():
            check = march.check_ids.filtered(lambda check, code=code: check.code == code)
            action = check.action_open_target()
            if code == "unknown":
                proof = self.env["settlement.account.proof"].browse(action["res_id"])
                found = len(proof.line_ids.filtered(lambda line: line.level == "item"))
            else:
                found = self.env[action["res_model"]].search_count(action["domain"])
            self.assertEqual((code, check.count, found), (code, count, count))
        with self.assertRaisesRegex(UserError, "Payouts"):
            march.action_sign()
        march.with_user(self.settlement_user()).comment = "Utbetalingen er etterlyst hos Vipps 1. april."
        march.action_sign()
        self.assertEqual(march.signature_id.comment, "Utbetalingen er etterlyst hos Vipps 1. april.")
        self.assertFalse(march.comment)

    def test_changed_since(self):
        """What is posted, reversed or told later is named, with its voucher; signing again keeps both signatures."""
        settlements = self.settle_march(capture("3", day(31), "UKJENT", "75.00"), payout("2000003", day(31)))
        march = self.march()
        march.comment = "Alt er sett på."
        march.action_sign()
        first = march.signature_id
        kept = json.dumps(first.signed_data, sort_keys=True)

        line = self.line_of("3")
        invoice = self.invoice(75, "W-75", date="2026-03-31")
        line._assign(invoice, "Samme kunde", date=datetime.date(2026, 3, 31))
        settlements.filtered(lambda one: one.external_id == "2000001")._reverse("Feil konto")
        self.checks(march)
        self.assertEqual(march.state, "changed")
        said = "\n".join(march.change_ids.mapped("message"))
        correction = line.move_line_ids.move_id.sorted("id")[-1]
        for words in (
            f"{self.account('1523').display_name.split()[0]} ",
            f"{correction.name} was posted",
            "was reversed",
        ):
            self.assertIn(words, said)
        for change in march.change_ids:
            action = change.action_open_target()
            self.assertTrue(self.env[action["res_model"]].search_count(action["domain"]), change.message)

        march.comment = "Kvittert på nytt."
        march.action_sign()
        self.assertEqual((march.state, len(march.signature_ids)), ("signed", 2))
        self.assertEqual(march.signature_id.signed_data["before"], first.digest)
        self.assertEqual(json.dumps(first.signed_data, sort_keys=True), kept)

    def test_signature_is_kept(self):
        """Nobody changes, deletes or invents one, nor signs for others, administrators included."""
        self.settle_march(capture("2", day(1, 4), "W-2", "60.00"))
        march = self.march()
        march.action_sign()
        signature = march.signature_id
        for user in (self.accountant, self.env.ref("base.user_admin")):
            for signed in (signature.with_user(user), signature.with_user(user).sudo()):
                for attempt in (
                    lambda signed=signed: signed.write({"comment": "Endret"}),
                    lambda signed=signed: signed.unlink(),
                    lambda signed=signed: signed.create({"closing_id": march.id, "signed_by": "Andre"}),
                ):
                    with self.assertRaises(UserError):
                        attempt()
        for vals in ({"state": "ready"}, {"month": "2026-02-01"}, {"signature_ids": [Command.clear()]}):
            with self.assertRaises(AccessError):
                march.write(vals)
        with self.assertRaises(AccessError):
            march.with_user(self.settlement_user()).action_sign()
        company = self.env(su=True)["res.company"].create({"name": "En annen butikk"})
        stranger = new_test_user(
            self.env(su=True),
            "stranger",
            "settlement_bridge.group_settlement_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        with self.assertRaises(AccessError):
            march.with_user(stranger).with_context(allowed_company_ids=company.ids).action_check()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_settlement_closing_signature SET comment = 'Forfalsket' WHERE id = %s", [signature.id]
        )
        signature.invalidate_recordset()
        self.assertFalse(signature.is_intact)

    def book_by_hand(self, account):
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-13",
                "line_ids": [
                    Command.create({"account_id": account.id, "debit": 5, "name": "Hånd"}),
                    Command.create({"account_id": self.account("7770").id, "credit": 5}),
                ],
            }
        )
        move.action_post()
        return move
