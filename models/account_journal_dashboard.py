from odoo import models


class AccountJournal(models.Model):
    """The card of a provider's journal on Odoo's accounting dashboard: what waits, instead of an empty box."""

    _inherit = "account.journal"

    def _get_journal_dashboard_data_batched(self):
        data = super()._get_journal_dashboard_data_batched()
        self._fill_settlement_dashboard_data(data)
        return data

    def _fill_settlement_dashboard_data(self, data):
        """Add ``settlements`` to the data of the journals that providers are booked in: one entry a provider.

        Whoever may not read settlements sees the card as Odoo makes it.
        """
        providers = self.env["account.settlement.provider"]
        if not providers.has_access("read") or not self.env["account.settlement"].has_access("read"):
            return
        general = self.filtered(lambda journal: journal.type == "general")
        if not general:
            return
        providers = providers.search([("journal_id", "in", general.ids), ("state", "!=", "draft")])
        for provider in providers:
            data[provider.journal_id.id].setdefault("settlements", []).append(provider._prepare_dashboard_data())

    def _get_settlement_providers(self):
        """Return the providers that are booked in these journals."""
        return self.env["account.settlement.provider"].search([("journal_id", "in", self.ids)])

    def action_open_settlement_overview(self):
        """Open the overview of the providers that are booked in this journal."""
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_account_settlement_overview")
        action["domain"] = [("journal_id", "in", self.ids)]
        return action

    def action_open_settlement_upload(self):
        """Upload a file; whose it is, it says itself, unless there is one provider only."""
        providers = self._get_settlement_providers()
        return (providers if len(providers) == 1 else providers.browse()).action_upload()

    def action_open_settlement_unknown(self):
        """Open the unknown transactions of the providers that are booked in this journal."""
        return self._get_settlement_providers()._open_work_list("unknown_count")

    def action_open_settlement_late(self):
        """Open what the providers that are booked in this journal have booked late."""
        return self._get_settlement_providers()._open_work_list("late_count")

    def action_open_settlement_transit(self):
        """Open the payouts on their way of the providers that are booked in this journal."""
        return self._get_settlement_providers().action_open_transit()
