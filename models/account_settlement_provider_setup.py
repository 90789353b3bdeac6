from odoo import fields, models


class AccountSettlementProvider(models.Model):
    """What an agreement still needs: accounts, keys, a bank journal for its payouts."""

    _inherit = "account.settlement.provider"

    lacks_accounts = fields.Boolean(compute="_compute_missing", help="Something could not be booked.")
    lacks_bank = fields.Boolean(compute="_compute_missing", help="The company has no bank journal.")

    def _gather_setup_facts(self):
        banks = self.env["account.journal"].sudo()._read_group([("type", "=", "bank")], ["company_id"])
        return {**super()._gather_setup_facts(), "with_bank": {company.id for (company,) in banks}}

    def _find_missing(self, facts):
        found = super()._find_missing(facts)
        if faults := self._get_account_faults():
            found["lacks_accounts"] = " ".join(faults)
        if self.fetch_enabled and self.has_client and not self.has_credentials:
            found["lacks_keys"] = self.env._(
                "It is to be fetched, but keys are missing: a system administrator enters them. Until then its files "
                "are uploaded."
            )
        if not facts["with_bank"] & set((self.company_id | self.company_id.parent_ids).ids):
            found["lacks_bank"] = self.env._(
                "%s has no bank journal, so no payout is ever matched with the bank.", self.company_id.name
            )
        return found

    def action_open_bank_journals(self):
        """Open the bank journals, to make the first one."""
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_account_journal_form")
        action["domain"] = [("type", "=", "bank")]
        action["context"] = {"default_type": "bank"}
        return action
