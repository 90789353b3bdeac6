from odoo import models
from odoo.exceptions import UserError


class ReportSettlementSummary(models.AbstractModel):
    """The summarised print of settlements."""

    _name = "report.settlement_bridge.settlement_summary"
    _description = "Settlement Summary"

    def _get_report_values(self, docids, data=None):
        settlements = self.env["account.settlement"].browse(docids)
        return {
            "doc_ids": docids,
            "doc_model": "account.settlement",
            "docs": settlements,
            "pages": [(settlement, settlement._get_summary()) for settlement in settlements],
        }


class ReportSettlementVoucherSummary(models.AbstractModel):
    """The summarised print of single vouchers."""

    _name = "report.settlement_bridge.settlement_voucher_summary"
    _description = "Settlement Voucher Summary"

    def _get_report_values(self, docids, data=None):
        moves = self.env["account.move"].browse(docids)
        if strange := moves.filtered(lambda move: not move.settlement_id):
            raise UserError(self.env._("%s is not a settlement's voucher.", strange[0].display_name))
        return {
            "doc_ids": docids,
            "doc_model": "account.move",
            "docs": moves,
            "pages": [(move.settlement_id, move.settlement_id._get_summary(move)) for move in moves],
        }
