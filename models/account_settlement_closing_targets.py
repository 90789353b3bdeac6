from odoo import models
from odoo.fields import Domain

from ..closing.checks import CAUSES, CheckCode, CheckState

_ITEMS = "account.action_account_moves_all"
_LINES = "settlement_bridge.action_account_settlement_line"
_SETTLEMENTS = "settlement_bridge.action_account_settlement"
_MISSING = "settlement_bridge.action_account_settlement_completeness"

#: The checks of balance accounts, with the provider's field.
ACCOUNTS = {
    CheckCode.CLEARING: "clearing_account_id",
    CheckCode.UNKNOWN: "unknown_account_id",
    CheckCode.RESERVES: "reserve_account_id",
    CheckCode.PREPAYMENTS: "prepayment_account_id",
}


class AccountSettlementClosing(models.Model):
    """What each check opens: exactly what it counts."""

    _inherit = "account.settlement.closing"

    def _to_check(self, sequence, check):
        """Return the values of a row of the page.

        :param check: :class:`~..closing.checks.Check`.
        """
        return {
            "sequence": sequence,
            "code": str(check.code),
            "state": str(check.state),
            "message_data": check.message.to_json(),
            "count": check.tally.count,
            "amount": float(check.tally.amount),
            "target_data": self._get_target(check),
        }

    def _get_target(self, check):
        if check.code in CAUSES:
            return self._to_target(_MISSING, self._get_missing_domain(*CAUSES[check.code])) if check.tally else False
        if check.code in ACCOUNTS:
            account = self.provider_id[ACCOUNTS[check.code]]
            return {"account": account.id} if account else False
        lists = {
            CheckCode.DAYS: (_SETTLEMENTS, self._get_settlement_domain()),
            CheckCode.BOOKED: (_SETTLEMENTS, self._get_settlement_domain()),
            CheckCode.ERRORS: (_SETTLEMENTS, self._get_failed_domain()),
            CheckCode.BY_HAND: (_ITEMS, self._get_by_hand_domain()),
            CheckCode.LATE: (_LINES, self._get_late_domain()),
            CheckCode.FEES: (_LINES, self._get_line_domain() & (Domain("fee", "!=", 0) | Domain("kind", "=", "fee"))),
            CheckCode.ROUNDING: (_ITEMS, self._get_rounding_domain()),
            CheckCode.DISPUTES: (_LINES, self._get_dispute_domain()),
            CheckCode.GIFT_CARDS: (_ITEMS, self._get_gift_card_domain()),
        }
        if check.code == CheckCode.DAYS and check.state == CheckState.OPEN:
            return self._to_target(_MISSING, self._get_missing_domain("days_missing"))
        if check.code == CheckCode.BOOKED and check.state == CheckState.OPEN:
            return self._to_target(_LINES, self._get_unbooked_domain())
        if check.code not in lists or (not check.tally and check.code not in (CheckCode.DAYS, CheckCode.FEES)):
            return False
        return self._to_target(*lists[check.code])

    def _get_failed_domain(self):
        failed = Domain("state", "=", "error") | Domain("is_altered", "=", True)
        return self._get_settlement_domain() & failed

    def _make_proof(self, account_id=False):
        """Return the proof of the provider's balance accounts at the end of the month, or of one of them."""
        return self.env["settlement.account.proof"].create(
            {
                "company_id": self.company_id.id,
                "provider_ids": self.provider_id.ids,
                "date": self.month_end,
                "account_id": account_id,
            }
        )

    def _to_target(self, xml_id, domain):
        """Return an action and a domain in the form that is stored."""
        return {"action": xml_id, "domain": [_to_json(term) for term in domain]}

    def _open_target(self, target):
        """Return the action that lists what a row is about; the reader's own rights decide what is seen."""
        if not target:
            return False
        if account_id := target.get("account"):
            proof = self._make_proof(account_id)
            proof._show()
            return proof._get_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(target["action"])
        action["domain"] = target["domain"]
        action["context"] = {"create": False}
        return action


def _to_json(term):
    """Return a term of a domain as JSON has it: dates as text, collections as lists."""
    if not isinstance(term, (list, tuple)):
        return term
    name, operator, value = term
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    elif not isinstance(value, (str, int, float)) and value is not None:
        value = list(value)
    return [name, operator, value]
