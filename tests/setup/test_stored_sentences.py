"""What version 19.0.1.2.0 stored by its English wording reads the same once it is stored by code."""

import importlib.util
import json
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import file_path

from odoo.addons.settlement_bridge.common.messages import Message
from odoo.addons.settlement_bridge.pure_tests.samples.vipps_files import capture, day, payout

from ..common import SettlementCase

#: One word that is its own code.
SAME_WORDS = {"payments", "refunds", "fees", "net", "chargebacks", "corrections"}

SCRIPT = Path(file_path("settlement_bridge/migrations/19.0.1.3.0/post-sentences-by-code.py"))


def load_script():
    spec = importlib.util.spec_from_file_location("sentences_by_code", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@tagged("post_install", "-at_install")
class TestStoredSentences(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.script = load_script()
        cls.wordings = {code: wording for wording, code in cls.script.CODES.items()}

    def as_before(self, stored):
        """Return stored messages with the wording that was stored then in the place of the code."""
        if isinstance(stored, dict):
            return {name: self.as_before(value) for name, value in stored.items()}
        if isinstance(stored, list) and len(stored) == 2 and isinstance(stored[0], str):
            return [self.wordings[stored[0]], self.as_before(stored[1])]
        return [self.as_before(value) for value in stored] if isinstance(stored, list) else stored

    def test_explanations_are_stored_by_code(self):
        self.settle([capture("1", day(1), "WEB-404", "100.00"), payout("2000001", day(1))])
        line = self.line_of("1")
        line.invalidate_recordset()
        explanation, summary, trail = line.explanation, line.explanation_summary, line.trail
        stored, attempts = line.explanation_data, line.tried_data
        self.assertTrue(stored and attempts)
        tried = [[self.wordings[attempt["message"][0]], self.as_before(attempt["message"][1])] for attempt in attempts]
        for (_wording, values), attempt in zip(tried, attempts, strict=True):
            if attempt["rule_id"]:
                values["rule_id"] = str(attempt["rule_id"])
        self.env.cr.execute(
            "UPDATE account_settlement_line SET explanation_data = %s, tried_data = %s WHERE id = %s",
            [json.dumps(self.as_before(stored)), json.dumps(tried), line.id],
        )
        self.script.migrate(self.env.cr, "19.0.1.2.0")
        line.invalidate_recordset()
        self.assertEqual(line.explanation_data, stored)
        self.assertEqual(line.tried_data, attempts)
        self.assertEqual((line.explanation, line.explanation_summary, line.trail), (explanation, summary, trail))

    def test_every_wording_then_has_a_sentence_now(self):
        for code in self.script.CODES.values():
            self.assertNotEqual(Message(code).sentence, "" if code in SAME_WORDS else code)

    def test_what_is_no_sentence_stops_nothing(self):
        for broken in ([["only"]], [[1, 2]], [["a", None]], [["a", {"rule_id": "abc"}]], "x", None):
            self.script.as_attempts(broken)

    def test_a_sentence_without_its_values_is_shown_with_those_it_has(self):
        stored = [["reference_unknown", {"other": "WEB-1"}], ["100 % of it", {"more": "2"}]]
        shown = self.env["settlement.message"]._render_stored(stored)
        self.assertIn("WEB-1", shown)
        self.assertIn("100 % of it", shown)

    def test_a_wording_that_nobody_knows_is_left_and_shown(self):
        self.assertEqual(self.script.with_codes([["It rained.", {}]]), [["It rained.", {}]])
        self.assertEqual(self.env["settlement.message"]._render_stored([["It rained.", {}]]), "It rained.")
