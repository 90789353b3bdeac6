from odoo import fields, models

#: The scheduled action of each task; of tasks that several models have, by model too.
SCHEDULED = {
    "book": "ir_cron_settlement_process",
    "bank": "ir_cron_settlement_bank",
    "Proof": "ir_cron_settlement_prove",
    "retry": "ir_cron_settlement_retry",
    "events": "ir_cron_webshop_events",
    "hints": "ir_cron_webshop_events",
    "invoice": "ir_cron_webshop_documents",
    "invoices": "ir_cron_webshop_documents",
    ("read", "account.settlement.document"): "ir_cron_settlement_ingest",
    ("read", "sale.webshop.event"): "ir_cron_webshop_events",
    ("fetch", "account.settlement.connection"): "ir_cron_settlement_fetch",
    ("fetch", "sale.webshop"): "ir_cron_webshop_fetch",
}


class SettlementFault(models.Model):
    """A person has what failed tried again now, without waiting for its pause to end."""

    _inherit = "settlement.fault"

    def _retry_now(self):
        """Let what failed be due, and its scheduled action run; the caller has checked who asks."""
        faults = self.sudo()
        faults.next_at = fields.Datetime.now()
        for fault in faults:
            name = SCHEDULED.get(fault.task) or SCHEDULED.get((fault.task, fault.res_model))
            if name:
                self.env.ref(f"settlement_bridge.{name}").sudo()._trigger()
