"""Each source has an activity type of its own model: one without a model was offered on contacts and all the rest."""

from odoo import SUPERUSER_ID, api

TYPES = {
    "account.settlement.provider": "settlement_bridge.mail_activity_settlement",
    "account.settlement.connection": "settlement_bridge.mail_activity_connection",
    "sale.webshop": "settlement_bridge.mail_activity_webshop",
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    before = env.ref(TYPES["account.settlement.provider"], raise_if_not_found=False)
    if not before:
        return
    for model, xml_id in TYPES.items():
        if (new := env.ref(xml_id, raise_if_not_found=False)) and new != before:
            cr.execute(
                "UPDATE mail_activity SET activity_type_id = %s WHERE activity_type_id = %s AND res_model = %s",
                [new.id, before.id, model],
            )
    # Somebody may have planned one elsewhere, as it was offered there: it becomes an ordinary task.
    task = env.ref("mail.mail_activity_data_todo")
    cr.execute(
        "UPDATE mail_activity SET activity_type_id = %s WHERE activity_type_id = %s AND res_model <> %s",
        [task.id, before.id, "account.settlement.provider"],
    )
    env.invalidate_all()
    before.res_model = "account.settlement.provider"
