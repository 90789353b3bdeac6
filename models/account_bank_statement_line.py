from odoo import api, models

from .own_writes import is_own


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Look for payouts among new bank lines at once, not only within the hour."""
        lines = super().create(vals_list)
        if (
            self.env["account.settlement.provider"]
            .sudo()
            .search_count([("company_id", "in", lines.company_id.ids)], limit=1)
        ):
            self.env.ref("settlement_bridge.ir_cron_settlement_bank").sudo()._trigger()
        return lines

    def action_undo_reconciliation(self):
        """Note what is taken back of returns and top-ups too, which are reconciled with nothing yet."""
        if not is_own(self):
            placed = self.sudo().line_ids.filtered(lambda item: item.settlement_payout_id and not item.matching_number)
            for item in placed:
                item.settlement_payout_id._note_bank_line_taken_back(item)
        return super().action_undo_reconciliation()

    def _get_bank_text(self):
        """Return what the bank says of these lines."""
        texts = [text for line in self for text in (line.payment_ref, line.ref, line.partner_name, line.narration)]
        return " ".join(filter(None, texts))
