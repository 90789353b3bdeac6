"""What a provider said stays what it said: nobody writes it, and a changed file is not shown as the file."""

import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.settlement_bridge import uninstall_hook
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase

#: Fields to records that belong to no company, or whose company is the record's own by how they are made.
WITHOUT_COMPANY = {"res.users", "res.currency"}


class EvidenceCase(SettlementCase):
    """A booked settlement with its document."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.settlement_user()
        cls.invoice(100, "WEB-1")
        cls.settlement = cls.settle(
            [capture("1", day(2), "WEB-1", "100.00", "2.00"), capture("2", day(2), "X", "50.00"), payout("1", day(2))]
        )
        cls.document = cls.settlement.document_ids[:1]
        cls.file = cls.document.sudo().attachment_id

    def forge(self, content=b"FORGED"):
        """Somebody with access to the database or the disk puts another file in its place."""
        forged = self.env["ir.attachment"].sudo().create({"name": "forged", "raw": content})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = %s, db_datas = %s, checksum = %s WHERE id = %s",
            [forged.store_fname or None, forged.db_datas or None, forged.checksum, self.file.id],
        )
        self.env.invalidate_all()

    def everybody(self):
        """Who might try: a user, the manager, an administrator of everything, and code with all rights."""
        administrator = new_test_user(
            self.env(su=True),
            "everything",
            "base.group_system,settlement_bridge.group_settlement_manager,account.group_account_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        return [self.env(user=self.user), self.env, self.env(user=administrator), self.env(su=True)]


@tagged("post_install", "-at_install")
class TestFiles(EvidenceCase):
    def test_attachment_of_somebody_else_cannot_be_read_through_a_document(self):
        secret = self.env["ir.attachment"].sudo().create({"name": "lønn.txt", "raw": b"TOP SECRET PAYROLL"})
        values = {"name": "x.json", "provider_id": self.provider.id, "sha256": "0" * 64, "source": "upload"}
        for env in self.everybody():
            documents = env["account.settlement.document"]
            with self.assertRaises(AccessError):
                documents.create({**values, "attachment_id": secret.id})
            with self.assertRaises(AccessError):
                documents.browse(self.document.id).attachment_id = secret
            answer = {}
            try:
                answer = documents.onchange(
                    {**values, "attachment_id": secret.id}, ["attachment_id"], {"content": {}, "attachment_id": {}}
                )
            except AccessError:
                continue
            self.assertNotIn("PAYROLL", str(answer))

    def test_file_is_not_changed_moved_shared_or_deleted(self):
        for env in self.everybody():
            file = env["ir.attachment"].browse(self.file.id)
            for values in (
                {"datas": base64.b64encode(b"FORGED")},
                {"raw": b"FORGED"},
                {"public": True},
                {"res_model": "res.partner", "res_id": self.customer.id},
                {"name": "other.json"},
                {"access_token": "guessed"},
                {"url": "https://example.com", "type": "url"},
            ):
                with self.subTest(su=env.su, user=env.user.login, values=values), self.assertRaises(UserError):
                    file.write(values)
            with self.assertRaises(UserError):
                file.unlink()
            with self.assertRaises(UserError):
                file.generate_access_token()
        self.assertTrue(self.document._is_content_intact())

    def test_odoo_may_move_files_between_database_and_disk(self):
        self.env["ir.config_parameter"].sudo().set_param("ir_attachment.location", "db")
        self.file._migrate()
        self.env.invalidate_all()
        self.assertTrue(self.file.db_datas)
        self.assertTrue(self.document._is_content_intact())

    def test_file_is_read_through_its_document_alone(self):
        for env in self.everybody()[:3]:
            with self.assertRaises(AccessError):
                env["ir.attachment"].browse(self.file.id).read(["datas"])
            self.assertNotIn(self.file, env["ir.attachment"].search([("res_model", "=", self.document._name)]).sudo())
        self.assertIn("amount", self.document.with_user(self.user).content)

    def test_nobody_gives_a_document_another_file(self):
        for env in self.everybody():
            values = {"name": "forged", "raw": b"FORGED", "res_model": self.document._name, "res_id": self.document.id}
            with self.assertRaises(AccessError):
                env["ir.attachment"].create(values)
            with self.assertRaises(AccessError):
                env["ir.attachment"].with_context(default_res_model=self.document._name).create({"name": "forged"})
            other = env["ir.attachment"].create({"name": "other", "raw": b"OTHER"})
            with self.assertRaises(AccessError):
                other.write({"res_model": self.document._name, "res_id": self.document.id})

    def test_changed_file_is_not_shown_nor_read(self):
        self.forge()
        self.assertFalse(self.document._is_content_intact())
        self.assertNotIn("FORGED", self.document.content)
        self.assertIn("is not what was stored", self.document.content)
        for read in (self.document.action_download, self.document.sudo()._ingest):
            with self.assertRaisesRegex(UserError, "is not what was stored"):
                read()

    def test_restored_file_is_read_again(self):
        """As the sentence says: the file from the backup is put back, and all is well."""
        content = self.document._get_content()
        self.forge()
        self.forge(content)
        self.assertTrue(self.document._is_content_intact())
        self.assertEqual(self.document._get_content(), content)

    def test_documents_hang_on_their_vouchers(self):
        """The same stored file: an auditor without this addon finds it on the journal entry."""
        for move in self.settlement.move_ids:
            files = self.env["ir.attachment"].search([("res_model", "=", "account.move"), ("res_id", "=", move.id)])
            documents = move.line_ids.settlement_line_ids.document_id
            self.assertTrue(documents)
            self.assertEqual(files.settlement_document_id, documents)
            stored = documents.sudo().attachment_id
            self.assertEqual(set(files.mapped("store_fname")), set(stored.mapped("store_fname")))
            self.assertIn(self.document._get_content(), files.mapped("raw"))

    def test_documents_hang_once_on_each_voucher(self):
        self.settlement._process()
        self.env["account.settlement"]._attach_documents(self.settlement.move_ids)
        move = self.settlement.move_ids[:1]
        files = self.env["ir.attachment"].search([("res_model", "=", "account.move"), ("res_id", "=", move.id)])
        self.assertEqual(len(files), len(files.settlement_document_id))

    def test_copies_on_vouchers_stay_too(self):
        copy = self.env["ir.attachment"].search([("settlement_document_id", "=", self.document.id)], limit=1)
        for env in self.everybody():
            with self.assertRaises(UserError):
                copy.with_env(env).raw = b"FORGED"
            with self.assertRaises(UserError):
                copy.with_env(env).unlink()

    def test_correction_has_the_document_too(self):
        line = self.settlement.line_ids.filtered(lambda line: line.status == "unknown")
        line._assign(self.customer, "Kari")
        move = line.move_line_ids.move_id.sorted("id")[-1:]
        files = self.env["ir.attachment"].search([("res_model", "=", "account.move"), ("res_id", "=", move.id)])
        self.assertEqual(files.settlement_document_id, line.document_id)

    def test_files_survive_uninstalling(self):
        unbooked = self.settle([capture("5", day(9), "Z", "10.00")], process=False).document_ids - self.document
        unbooked = unbooked.filtered(lambda document: not document.settlement_ids.move_ids)
        contents = {document: document._get_content() for document in self.document | unbooked}
        uninstall_hook(self.env(su=True))
        Attachment = self.env["ir.attachment"].sudo()
        for document, content in contents.items():
            left = Attachment.search([("checksum", "=", document.sudo().attachment_id.checksum)])
            left = left.filtered(lambda file: file.res_model in ("account.move", "res.company"))
            self.assertTrue(left)
            self.assertEqual(set(left.mapped("raw")), {content})

    def test_dialog_says_what_goes(self):
        module = self.env["ir.module.module"].sudo().search([("name", "=", "settlement_bridge")])
        dialog = self.env["base.module.uninstall"].sudo().create({"module_ids": module.ids})
        self.assertIn("keep a backup", dialog.settlement_bridge_loss)


@tagged("post_install", "-at_install")
class TestDownload(EvidenceCase, HttpCase):
    def test_downloaded_through_the_document(self):
        new_test_user(
            self.env(su=True), "reader", "settlement_bridge.group_settlement_user", password="readerreader",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        new_test_user(self.env(su=True), "nobody", "base.group_user", password="nobodynobody")
        url = self.document.action_download()["url"]
        content = self.document._get_content()
        self.authenticate("reader", "readerreader")
        self.assertEqual(self.url_open(url).content, content)
        self.assertNotEqual(self.url_open(f"/web/content/{self.file.id}").content, content)
        self.authenticate("nobody", "nobodynobody")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.assertNotEqual(self.url_open(f"/web/content/{self.file.id}").content, content)

    @mute_logger("odoo.http")
    def test_changed_file_is_not_sent(self):
        self.forge()
        self.authenticate("admin", "admin")
        answer = self.url_open(f"/settlement/document/{self.document.id}")
        self.assertNotIn(b"FORGED", answer.content)


@tagged("post_install", "-at_install")
class TestEvidence(EvidenceCase):
    def test_users_act_on_their_own_companys_records_only(self):
        other = self.env["res.company"].sudo().create({"name": "En annen AS"})
        stranger = new_test_user(
            self.env(su=True),
            "stranger",
            "settlement_bridge.group_settlement_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        line = self.settlement.line_ids.filtered(lambda line: line.status == "unknown")
        settlement = self.settlement.with_user(stranger).with_context(allowed_company_ids=other.ids)
        line = line.with_user(stranger).with_context(allowed_company_ids=other.ids)
        for call in (
            settlement._process,
            settlement.action_process,
            lambda: settlement._reverse("Nei"),
            lambda: line._assign(line.env.user.partner_id, "Mitt"),
            lambda: line._undo("Nei"),
            lambda: self.provider.with_user(stranger)._ingest_file("x.json", b"{}"),
            lambda: self.provider.with_user(stranger)._fetch(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_target_of_another_company(self):
        """Under our own rights no record rule keeps another company out: the target's company is compared."""
        other = self.env["res.company"].sudo().create({"name": "En annen AS"})
        partner = self.env["res.partner"].sudo().create({"name": "Deres kunde", "company_id": other.id})
        account = (
            self.env["account.account"]
            .sudo()
            .with_company(other)
            .create({"code": "3999", "name": "Deres", "account_type": "income", "company_ids": other.ids})
        )
        line = self.settlement.line_ids.filtered(lambda line: line.status == "unknown")
        for target in (partner, account):
            with self.subTest(target=target._name), self.assertRaises(UserError):
                line.sudo()._assign(target.sudo(), "Feil firma")
            with self.subTest(target=target._name), self.assertRaises(AccessError):
                line.with_user(self.user)._assign(target, "Feil firma")

    def test_who_did_it_is_known(self):
        line = self.settlement.line_ids.filtered(lambda line: line.status == "unknown").with_user(self.user)
        line._assign(self.customer.with_user(self.user), "Kari")
        self.assertEqual(line.move_line_ids.move_id.sorted("id")[-1:].create_uid, self.user)
        self.assertIn(self.user.name, line.explanation)

    def test_invoicing_alone_does_not_book(self):
        clerk = new_test_user(
            self.env(su=True), "clerk", "account.group_account_invoice",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        with self.assertRaisesRegex(AccessError, "the right Settlements / User is needed"):
            self.settlement.with_user(clerk).action_process()

    def test_readers_talk_about_settlements(self):
        settlement = self.settlement.with_user(self.user)
        note = "Ring Vipps"
        settlement.message_post(body=note)
        settlement.activity_schedule("mail.mail_activity_data_todo", summary="Ring", user_id=self.user.id)
        self.assertEqual(settlement.activity_ids.summary, "Ring")

    def test_many2one_fields_check_the_company(self):
        """A field of rows and settlements never names another company's record."""
        missing = []
        for name in ("account.settlement", "account.settlement.line", "account.settlement.document"):
            for field in self.env[name]._fields.values():
                if field.type != "many2one" or not field.store or field.related:
                    continue
                if field.comodel_name in WITHOUT_COMPANY:
                    continue
                comodel = self.env[field.comodel_name]
                if ("company_id" in comodel._fields or "company_ids" in comodel._fields) and not field.check_company:
                    missing.append(str(field))
        self.assertFalse(missing)
