from odoo import fields, models
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
            "currency_id": self._get_currency(check.tally.currency).id,
            "target_data": self._get_target(check),
        }

    def _get_currency(self, name):
        """Return the company's currency, or the provider's where that is named."""
        own = self.provider_id.currency_id
        return own if name and name == own.name else self.company_currency_id

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
            CheckCode.BY_HAND: (_ITEMS, self._get_by_others_domain(check.ids)),
            CheckCode.LATE: (_LINES, self._get_late_domain()),
            CheckCode.FEES: (_LINES, self._get_line_domain() & (Domain("fee", "!=", 0) | Domain("kind", "=", "fee"))),
            CheckCode.ROUNDING: (_ITEMS, self._get_rounding_domain()),
            CheckCode.DISPUTES: (_LINES, self._get_dispute_domain()),
            CheckCode.GIFT_CARDS: (_ITEMS, self._get_gift_card_domain()),
        }
        if check.code == CheckCode.DAYS and check.state == CheckState.OPEN:
            causes = ("days_missing", *CAUSES[CheckCode.DOCUMENTS])
            return self._to_target(_MISSING, self._get_missing_domain(*causes))
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

    def _may_open(self, target):
        """Return whether there is something to open that the reader may read."""
        if not target or target.get("account"):
            return bool(target)
        return target["action"] != _MISSING or self.env["account.settlement.completeness"].has_access("read")

    def _open_target(self, target):
        """Return the action that lists what a row is about; the reader's own rights decide what is seen."""
        if not target:
            return False
        if account_id := target.get("account"):
            if not self.env["settlement.account.proof"].has_access("create"):
                return self._open_items(account_id)
            proof = self._make_proof(account_id)
            proof._show()
            return proof._get_action()
        return self._open_list(target["action"], target["domain"])

    def _open_items(self, account_id):
        """Return the action that lists an account's items up to the end of the month: for who may read no proof."""
        domain = [
            ("account_id", "=", account_id),
            ("company_id", "=", self.company_id.id),
            ("date", "<=", fields.Date.to_string(self.month_end)),
            ("parent_state", "=", "posted"),
        ]
        return self._open_list(_ITEMS, domain)

    def _open_list(self, xml_id, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        return {**action, "domain": domain, "context": {"create": False}}


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
