from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.messages import Message
from .money import to_decimal

#: What does not add up where no single row is at fault.
ABOUT_THE_SUM = frozenset(
    {
        "rows_differ_from_payout",
        "carried_balance_differs_from_payout",
        "stored_rows_differ_from_payout",
        "declared_total_differs",
    }
)


class AccountSettlement(models.Model):
    """A payout that differs from its rows, accepted by a person: the difference is one item on the unknown account."""

    _inherit = "account.settlement"

    can_accept = fields.Boolean(
        compute="_compute_can_accept", help="Nothing is wrong but the sum: a person may accept the difference."
    )

    @api.depends("problem_data", "is_open", "payout_amount", "line_ids.amount", "line_ids.fee")
    def _compute_can_accept(self):
        for settlement in self:
            codes = {problem["message"][0] for problem in settlement.problem_data or []}
            is_sum = bool(codes) and codes <= ABOUT_THE_SUM
            settlement.can_accept = is_sum and bool(settlement._get_payout_difference())

    def _get_payout_difference(self):
        """Return by how much the payout is more than its transactions give, ``Decimal``; zero without a payout."""
        self.ensure_one()
        if not self.external_id or self.is_open:
            return to_decimal(0, self.currency_id)
        return to_decimal(self.payout_amount, self.currency_id) - self._get_stored_payout()

    def action_accept(self):
        """Let a person accept the difference between the payout and its transactions."""
        self._as_manager()
        if len(self) != 1:
            raise UserError(self.env._("Choose one settlement: each difference is accepted with its own reason."))
        action = self.env["ir.actions.act_window"]._for_xml_id("settlement_bridge.action_settlement_accept")
        action["context"] = {"default_settlement_id": self.id}
        return action

    def _get_free_identity(self, identity):
        """Return an identity that no transaction has: after an undo, a difference may be accepted anew."""
        same = [("provider_id", "=", self.provider_id.id), ("external_id", "=like", f"{identity}%")]
        count = self.env["account.settlement.line"].search_count(same)
        return f"{identity}#{count + 1}" if count else identity

    def _accept_difference(self, reason):
        """Book what no row of the payout explains as one transaction on the unknown account, and the rest as usual.

        :param str reason: why it is right, for the trail.
        :raises UserError: without a reason, or where something else than the sum is wrong.
        """
        self = self._as_manager()
        self.ensure_one()
        self._lock()
        if not (reason or "").strip():
            raise UserError(self.env._("Enter why the payout is right: the reason is kept with the transaction."))
        difference = self._get_payout_difference()
        if not self.can_accept:
            raise UserError(self.env._("%s has no difference in its sum alone that could be accepted.", self.name))
        said = Message("difference_accepted_by", {"user": self.env.user.name, "reason": reason.strip()})
        self.env["account.settlement.line"].create(
            {
                "settlement_id": self.id,
                "external_id": self._get_free_identity(f"unexplained:{self.external_id}"),
                "kind": "other",
                "date": self.date_to or self.date,
                "amount": difference,
                "currency_id": self.currency_id.id,
                "provider_text": reason.strip(),
                "is_unexplained": True,
                "explanation_data": [said.to_json()],
            }
        )
        self.problem_data = False
        self.message_post(
            body=self.env._(
                "The payout of %(payout)s was accepted. %(difference)s of it is in no row. Reason: %(reason)s",
                payout=self.currency_id.format(self.payout_amount),
                difference=self.currency_id.format(float(difference)),
                reason=reason.strip(),
            )
        )
        self._process()
