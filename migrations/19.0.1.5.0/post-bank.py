"""Give each provider its partner, vouchers on their way the text of the bank, and read *paid* anew: from both sides."""

from odoo import SUPERUSER_ID, api

from odoo.addons.settlement_bridge.providers.registry import PROVIDERS


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    partners = env["res.partner"]
    for provider in env["account.settlement.provider"].with_context(active_test=False).search([("code", "!=", False)]):
        if not provider.partner_id:
            name = PROVIDERS[provider.code].payer_name or PROVIDERS[provider.code].name
            found = partners.search([("name", "=ilike", name), ("is_company", "=", True), ("company_id", "=", False)])
            provider.partner_id = found[:1] or partners.create({"name": name, "is_company": True})
    settlements = env["account.settlement"].search([("state", "in", ("booked", "paid"))])
    settlements.filtered(lambda one: one.state == "booked")._note_expected_bank_text()
    env.add_to_compute(settlements._fields["state"], settlements)
    settlements.flush_recordset(["state"])
