"""Rules in use are no longer edited, so how they read is not kept beside them any more: what was kept becomes a file.

Rules, their order and their drafts stay as they are, and each transaction keeps its rule and its explanation.
"""

import json

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Hang how each provider's rules read, and which transactions were booked by them, on the provider's log.

    :param str version: the installed version; empty on a new installation.
    """
    if not version:
        return
    cr.execute("SELECT to_regclass('account_settlement_rule_version')")
    if cr.fetchone() == (None,):
        return
    cr.execute(
        """
        SELECT kept.provider_id,
               json_agg(json_build_object(
                   'kept_on', kept.create_date,
                   'rules', kept.content,
                   'transactions', (
                       SELECT json_agg(line.external_id ORDER BY line.id)
                         FROM account_settlement_line line
                        WHERE line.rule_version_id = kept.id
                   )
               ) ORDER BY kept.id)
          FROM account_settlement_rule_version kept
      GROUP BY kept.provider_id
        """
    )
    env = api.Environment(cr, SUPERUSER_ID, {})
    for provider_id, versions in cr.fetchall():
        env["account.settlement.provider"].browse(provider_id).message_post(  # pylint: disable=translation-required
            body="How the rules read when transactions were booked, as it was kept until this version.",
            attachments=[("rules_as_booked.json", json.dumps(versions, indent=1, ensure_ascii=False).encode())],
        )
    # Odoo leaves the tables of models that are gone.
    cr.execute("DROP TABLE IF EXISTS account_settlement_rule_version, settlement_rule_tryout_rule CASCADE")
