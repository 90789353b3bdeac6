import io
import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.translate import trans_export

MODULE = "settlement_bridge"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """The interface is complete in Norwegian, the sentences of the pure packages too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        buffer = io.BytesIO()
        trans_export(False, [MODULE], buffer, "po", cls.env)
        cls.exported = polib.pofile(buffer.getvalue().decode())
        cls.norwegian = polib.pofile(file_path(f"{MODULE}/i18n/nb.po"))

    def test_every_term_is_translated(self):
        translated = {entry.msgid for entry in self.norwegian if entry.translated() and not entry.obsolete}
        missing = sorted({entry.msgid for entry in self.exported} - translated)
        self.assertFalse(missing, "i18n/nb.po has no Norwegian for these terms:\n" + "\n".join(map(repr, missing)))

    def test_the_template_knows_every_place(self):
        """Odoo reads from the template where a term is used: a place that is not there stays English."""
        template = polib.pofile(file_path(f"{MODULE}/i18n/{MODULE}.pot"))
        known = {(entry.msgid, place) for entry in template for place, _line in entry.occurrences}
        found = {(entry.msgid, place) for entry in self.exported for place, _line in entry.occurrences}
        missing = [f"{place}: {term!r}" for term, place in sorted(found - known, key=lambda pair: pair[1])]
        self.assertFalse(
            missing,
            f"i18n/{MODULE}.pot is behind; export it again (dev/odoo i18n export). It lacks:\n" + "\n".join(missing),
        )

    def test_sentences_of_the_pure_packages_are_found(self):
        places = {place for entry in self.exported for place, _line in entry.occurrences}
        for folder in ("common", "providers", "webshops", "matching", "booking", "invoicing", "closing"):
            self.assertTrue(any(f"{MODULE}/{folder}/" in place for place in places), folder)

    def test_placeholders_are_kept(self):
        for entry in self.norwegian:
            with self.subTest(term=entry.msgid):
                self.assertEqual(
                    sorted(PLACEHOLDER.findall(entry.msgstr)), sorted(PLACEHOLDER.findall(entry.msgid)), entry.msgstr
                )
