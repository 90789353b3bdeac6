"""Whoever reads Norwegian meets no English: not on the screen, and not in what the scheduled actions write."""

import re

import polib
from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_path, html2plaintext

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase

MODULE = "settlement_bridge"

#: Words that no Norwegian sentence has, among them those that our texts are about.
ENGLISH = re.compile(
    r"\b(the|and|of|with|not|from|this|that|are|was|were|which|when|has|have|been|your|settlements?|invoices?|payments?"
    r"|accounts?|transactions?|fees?|webshops?|providers?|customers?|vouchers?|choose|until|only|each|its|their|they"
    r"|created|deleted|changed|finished|booked|paid|unknown|waits?|rounding)\b",
    re.IGNORECASE,
)

#: What is called so in Norwegian too: our own name, pages and columns of others, and what is typed as it is.
NAMES = re.compile(
    r"\"[^\"]*\"|“[^”]*”|«[^»]*»|%\(\w+\)[a-z]|https?://\S+|<[^>]*>|[\w.]+_[\w.]+|[a-z]+\.[a-z]\w+(\.\w+)*"
    r"|Settlement Bridge|Balance transaction sources, Charges and refunds|Connected accounts|Account details"
    r"|(under|åpner du) Settlements|gross, fee, net, reporting_category og created"
)

#: What stands in an attribute of a view, and is read by people.
READ_ATTRIBUTES = ("string", "placeholder", "help", "confirm", "title", "sum", "avg", "aria-label", "data-tooltip")


def english_in(text):
    """Return the English words in a text for Norwegian readers, without names."""
    return sorted({word.casefold() for word in ENGLISH.findall(NAMES.sub(" ", text or ""))})


@tagged("post_install", "-at_install")
class TestNorwegian(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"].sudo()._activate_lang("nb_NO")
        cls.env["ir.module.module"].sudo()._load_module_terms([MODULE], ["nb_NO"])
        (cls.company.partner_id | cls.accountant.partner_id).sudo().lang = "nb_NO"

    def assertNorwegian(self, texts):
        """Compare ``{where: text}`` with what Norwegian has not."""
        found = [f"{where}: {words} in {text!r}" for where, text in texts.items() if (words := english_in(text))]
        self.assertFalse(found, "\n".join(found))

    def ours(self, model):
        """Return the records of a model that this module has in its files, as read in Norwegian."""
        data = self.env["ir.model.data"].sudo().search([("module", "=", MODULE), ("model", "=", model)])
        return {
            name: record
            for name, record in zip(
                data.mapped("name"),
                self.env[model].sudo().with_context(lang="nb_NO").browse(data.mapped("res_id")),
                strict=True,
            )
            if record.exists()
        }

    # ------------------------------------------------------------ on the screen

    def test_no_translation_is_half_english(self):
        entries = [entry for entry in polib.pofile(file_path(f"{MODULE}/i18n/nb.po")) if not entry.obsolete]
        self.assertNorwegian({entry.msgid: entry.msgstr for entry in entries})

    def test_views_and_menus(self):
        texts = {}
        for name, view in self.ours("ir.ui.view").items():
            for node in etree.fromstring(view.arch.encode()).iter(etree.Element):
                if node.tag == "style" or (node.tag == "attribute" and node.get("name") not in READ_ATTRIBUTES):
                    continue
                texts.update({f"{name} {a} {node.get(a)}": node.get(a) for a in READ_ATTRIBUTES if node.get(a)})
                said = [part.strip() for part in (node.text, node.tail) if part and part.strip()]
                texts.update({f"{name} {part}": part for part in said})
        for model, fields in (
            ("ir.ui.menu", ("name",)),
            ("ir.actions.act_window", ("name", "help")),
            ("ir.actions.server", ("name",)),
            ("ir.cron", ("name",)),
            ("mail.activity.type", ("name", "summary")),
            ("res.groups", ("name", "comment")),
            ("res.groups.privilege", ("name", "description")),
        ):
            for name, record in self.ours(model).items():
                texts.update({f"{name} {field}": html2plaintext(record[field] or "") for field in fields})
        self.assertGreater(len(texts), 500)
        self.assertNorwegian(texts)

    def test_fields_and_their_choices(self):
        """They head the columns of a list and of what is exported from it."""
        data = self.env["ir.model.data"].sudo().search([("module", "=", MODULE), ("model", "=", "ir.model.fields")])
        texts = {}
        for field in self.env["ir.model.fields"].sudo().browse(data.mapped("res_id")).exists():
            model = self.env[field.model].sudo().with_context(lang="nb_NO")
            if field.name not in model._fields or model._fields[field.name].related:
                continue
            shown = model.fields_get([field.name], ["string", "help", "selection"])[field.name]
            where = f"{field.model}.{field.name}"
            texts.update({f"{where} label": shown["string"], f"{where} help": shown.get("help") or ""})
            texts.update({f"{where}={key}": label for key, label in shown.get("selection") or ()})
        self.assertGreater(len(texts), 500)
        self.assertNorwegian(texts)

    # ------------------------------------------------------------ what scheduled actions write

    def run_actions(self, *names):
        for name in names:
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self.trigger(name)
            self.env.invalidate_all()

    def get_written(self, since):
        """Return what stands in the chatter and the activities written after a message: ``{where: text}``.

        E-mails are in the language of who gets them.
        """
        texts = {}
        of_ours = [*map("account.settlement{}".format, ("", ".provider", ".connection")), "account.move", "sale.order"]
        domain = [("id", ">", since.id), ("model", "in", of_ours), ("message_type", "!=", "user_notification")]
        for message in self.env["mail.message"].sudo().search(domain):
            texts[f"{message.model} {message.id}"] = html2plaintext(message.body or "")
            for value in message.tracking_value_ids:
                if value.field_id.ttype == "selection":
                    shown = f"{value.old_value_char} → {value.new_value_char}"
                    texts[f"{message.model} {message.id} {value.field_id.name}"] = shown
        for activity in self.env["mail.activity"].sudo().search([("res_model", "=like", "account.settlement%")]):
            texts[f"activity {activity.id}"] = html2plaintext(activity.note or "")
        return texts

    def test_chatter_of_scheduled_actions(self):
        """A fetched document is read, booked and paid by scheduled actions, another refused, a row damaged."""
        self.invoice(100.0, "WEB-1")
        self.bank_line(150.0, "Vipps 2000001")
        since = self.env["mail.message"].sudo().search([], order="id desc", limit=1)
        bundles = vipps_files.as_api_bundles(
            [capture("1", day(1), "WEB-1", "100.00"), capture("2", day(1), "WEB-2", "50.00"), payout("2000001", day(1))]
        )
        Document = self.env["account.settlement.document"].sudo()
        connection = self.provider.connection_id
        for name, content in bundles:
            Document._store(connection, name, content, source="fetch")
        with freeze_time("2026-03-05 08:00:00"):
            self.run_actions("ir_cron_settlement_ingest", "ir_cron_settlement_process", "ir_cron_settlement_bank")
        settlement = self.env["account.settlement"].search([("external_id", "=", "2000001")])
        self.assertEqual(settlement.state, "paid")
        Document._store(connection, "broken.json", b'{"format": "vipps-report-v2"', source="fetch")
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_settlement_line SET amount = 51 WHERE provider_reference = '2'")
        self.env.cr.execute("UPDATE account_settlement SET proof_at = NULL")
        self.env.invalidate_all()
        self.run_actions("ir_cron_settlement_ingest", "ir_cron_settlement_prove")
        self.assertTrue(settlement.is_altered)
        written = self.get_written(since)
        self.assertTrue(any("state" in where for where in written), written)
        self.assertTrue(any(where.startswith("activity") for where in written), written)
        self.assertNorwegian(written)

    # ------------------------------------------------------------ amounts, dates and places in a file

    def in_norwegian(self, record):
        return record.with_context(lang="nb_NO")

    def test_amounts_and_places_are_said_as_a_norwegian_says_them(self):
        """An XML file has no rows, and its amounts no dot, whatever the file writes."""
        name, content = vipps_files.as_old_xml([capture("1", day(2), "WEB-1", "979.00"), payout("2000001", day(2))])
        wrong = content.replace(b"<SettledAmount>979.00", b"<SettledAmount>978.00")
        self.assertNotEqual(wrong, content)
        settlement = self.in_norwegian(self.provider._ingest_file(name, wrong))
        self.assertEqual(settlement.state, "error")
        said = settlement.error_message.replace("\N{NO-BREAK SPACE}", " ")
        self.assertIn("978,00 NOK", said)
        self.assertIn("979,00 NOK", said)
        self.assertNotRegex(said, r"(?i)\brad(en)? \d|\d\.\d\d NOK")
        trail = html2plaintext(settlement.line_ids.trail)
        self.assertIn("TransactionID: 1", trail)
        names = [pair.split(":")[0] for pair in settlement.line_ids.raw_text.splitlines()]
        row = wrong[wrong.index(b"<TransactionInfo>") :]
        positions = [row.index(f"<{name}>".encode()) for name in names]
        self.assertEqual(positions, sorted(positions), "in the file's order")

    def test_a_settlement_without_a_number_is_named_by_its_first_day(self):
        settlement = self.settle([capture("1", day(2), "WEB-1", "100.00")])
        self.assertFalse(settlement.external_id)
        self.assertEqual(self.in_norwegian(settlement).display_name, "Vipps … 02.03.2026")
        self.assertEqual(settlement.with_context(lang="en_US").display_name, "Vipps … 03/02/2026")
        labels = settlement.move_ids.line_ids.filtered(lambda item: item.account_id == self.account("1522")).mapped(
            "name"
        )
        self.assertEqual(labels, ["Vipps …, 02.03.2026"])

    # ------------------------------------------------------------ the log as evidence

    def test_what_the_program_logged_stays(self):
        """Odoo lets an author change a message; whoever undid a settlement is the author of what the log says of it."""
        settlement = self.settle([capture("1", day(2), "WEB-1", "100.00"), payout("2000001", day(2))])
        settlement._reverse("Feil fil")
        logged = settlement.message_ids.filtered(lambda message: "Feil fil" in (message.body or ""))
        self.assertEqual(logged.author_id, self.accountant.partner_id)
        for change in (lambda: logged.write({"body": "Ingenting"}), logged.unlink):
            with self.assertRaises(AccessError):
                change()
        self.assertIn("Feil fil", logged.body)
        logged.toggle_message_starred()
        said = "Sjekket mot banken"
        comment = settlement.message_post(body=said, message_type="comment", subtype_xmlid="mail.mt_note")
        settlement._message_update_content(comment, body="Sjekket mot kontoutskriften")
        self.assertIn("kontoutskriften", comment.body)
