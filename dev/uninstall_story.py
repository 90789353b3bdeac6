"""Book a month and sign it, uninstall the addon, and see that the books are as before: balances, what is open, the
reports, and the signed proof of accounts.

Called by dev/test in a copy of a database that has the addon installed. Everybody and everything in it is invented.
"""

from odoo import api
from odoo.fields import Command
from odoo.modules.registry import Registry

ADDON = "settlement_bridge"


def run(env):
    """Raise AssertionError where something is not as it was."""
    # Not at the top: dev/upgrade_story.py imports this file where the version before is installed.
    from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files

    env = env(su=True)
    contents = book(env, vipps_files)
    before = read(env)
    assert before["files"], "no report hangs on a voucher"
    env.cr.commit()
    env["ir.module.module"].search([("name", "=", ADDON)]).button_immediate_uninstall()
    env.cr.commit()
    with Registry(env.cr.dbname).cursor() as cursor:
        env = api.Environment(cursor, api.SUPERUSER_ID, {})
        assert "account.settlement" not in env, "the addon is still there"
        after = read(env)
        for name, values in before.items():
            assert after[name] == values, f"{name} differ: {set(values) ^ set(after[name])}"
        files = env["ir.attachment"].search([("res_model", "in", ("account.move", "res.company"))])
        missing = contents - {bytes(file.raw or b"") for file in files}
        assert not missing, f"{len(missing)} stored reports or signed proofs are gone"
        crons = env["ir.cron"].with_context(active_test=False).search([("cron_name", "ilike", "settlement")])
        assert not crons, f"scheduled actions are left: {crons.mapped('cron_name')}"


def book(env, vipps):
    """Book a settlement with an invoice, an unknown payment and fees, and store a report of which nothing is booked.

    :return: the contents of the stored reports, and of what was signed.
    """
    company = env.ref("base.main_company")
    env = env(context={"allowed_company_ids": company.ids})
    values = {"company_id": company.id, "code": "vipps", "merchant_id": vipps.MSN}
    provider = env["account.settlement.provider"].browse(
        env["settlement.activate"].create(values).action_activate()["res_id"]
    )
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": env["res.partner"].create({"name": "Kari Nordmann"}).id,
            "invoice_date": "2026-03-01",
            "webshop_reference": "WEB-1",
            "invoice_line_ids": [Command.create({"name": "Vare", "price_unit": 100, "tax_ids": [Command.clear()]})],
        }
    )
    invoice.action_post()
    movements = [
        vipps.capture("1", vipps.day(2), "WEB-1", "100.00", "2.00"),
        vipps.capture("2", vipps.day(2), "X", "50.00"),
        vipps.payout("1", vipps.day(3)),
    ]
    for name, content in vipps.as_api_bundles(movements):
        provider._ingest_file(name, content)
    settlements = env["account.settlement"].search([])
    settlements._process()
    assert settlements.mapped("state") == ["booked"], settlements.mapped("error_message")
    documents = env["account.settlement.document"]
    documents._store(provider, "unread.json", b'{"nothing": "booked"}', "upload")
    return {document._get_content() for document in documents.search([])} | sign(env)


def sign(env):
    """Sign the first month.

    :return: the contents of the proof of accounts that was signed.
    """
    closings = env["account.settlement.closing"]
    closings.action_open_closings()
    month = closings.search([], order="month", limit=1)
    month.comment = "Alt er sett på."
    month.action_sign()
    files = month.signature_id.attachment_ids.sudo()
    assert files, "no proof was signed"
    return {bytes(file.raw) for file in files}


def read(env):
    """What must be the same: by account, by journal item, and the files on journal entries."""
    env.flush_all()
    queries = {
        "balances": "SELECT account_id, sum(balance) FROM account_move_line WHERE parent_state = 'posted' GROUP BY 1",
        "residuals": "SELECT id, amount_residual, amount_residual_currency, reconciled, full_reconcile_id "
        "FROM account_move_line",
        "vouchers": "SELECT id, name, state, date, ref FROM account_move",
        "files": "SELECT res_id, name, checksum FROM ir_attachment WHERE res_model = 'account.move' AND res_id > 0",
    }
    found = {}
    for name, query in queries.items():
        env.cr.execute(query)
        found[name] = sorted(env.cr.fetchall(), key=str)
    return found
