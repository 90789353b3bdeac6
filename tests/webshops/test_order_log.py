from freezegun import freeze_time

from odoo import SUPERUSER_ID
from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.settlement_bridge.pure_tests.samples.webshop_orders import sent_order

from .web_order_case import NOON, WebOrderCase


@tagged("post_install", "-at_install")
@freeze_time(NOON)
class TestOrderLog(WebOrderCase):
    def test_the_log_is_in_the_companys_language_and_the_invoice_in_the_buyers(self):
        """A Swede buys in a Norwegian shop: the accountant reads the log, not the buyer."""
        for lang in ("nb_NO", "sv_SE"):
            self.env["res.lang"].sudo()._activate_lang(lang)
        self.env["ir.module.module"].sudo()._load_module_terms(["settlement_bridge"], ["nb_NO"])
        self.company.partner_id.sudo().lang = "nb_NO"
        order = self.told(sent_order(), is_booked=False)
        order.partner_id.sudo().lang = "sv_SE"
        self.env.cr.precommit.run()
        order.with_env(self.env(user=SUPERUSER_ID, context={}))._make_webshop_documents()
        self.env.cr.precommit.run()
        invoice = order._get_webshop_moves()
        self.assertEqual(invoice.partner_id.lang, "sv_SE")
        said = [html2plaintext(body) for body in invoice.message_ids.mapped("body")]
        self.assertIn("Ordre 10512 ble sendt.", said)
        changed = order.sudo().message_ids.tracking_value_ids.filtered(
            lambda value: value.field_id.name == "webshop_state"
        )
        self.assertEqual(
            [(value.old_value_char, value.new_value_char) for value in changed], [("Ikke ferdig", "Ferdig")]
        )
