from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..common.messages import Message
from ..matching.actions import decide_unknown
from ..matching.roles import Role

#: What a person may have placed a transaction on.
_PLACES = ("account.move", "res.partner", "account.account", "sale.order")


class AccountSettlementLine(models.Model):
    """Where a person has placed a transaction: that holds when its settlement is undone and booked again."""

    _inherit = "account.settlement.line"

    placed_data = fields.Json(
        readonly=True, copy=False, help="Where a person has placed it, and why: model, id, user, reason, tax, amount."
    )
    placed_before_data = fields.Json(
        readonly=True, copy=False, help="Where a person had placed it before that was taken apart: Retry repeats it."
    )

    def _note_placement(self, target, reason=None, tax=None):
        """Keep where a person has placed these transactions.

        :param target: as for :meth:`_assign`, or ``sale.order``. :param str reason: by default, the one given before.
        """
        for line in self:
            given = (line.placed_data or [{}])[0]
            line.placed_data = [line._prepare_placement(target, reason or given.get("reason"), tax)]

    def _note_division(self, shares, reason):
        """Keep among what a person has divided this transaction, :class:`~.account_settlement_line_share.Share`."""
        self.placed_data = [
            {**self._prepare_placement(share.target, reason, share.tax), "amount": str(share.amount)}
            for share in shares
        ]

    def _prepare_placement(self, target, reason, tax):
        placement = {
            "model": target._name,
            "id": target.id,
            "user": self.env.user.name,
            "reason": (reason or "").strip(),
        }
        return {**placement, "tax": tax.id} if tax else placement

    def _is_decided_by_person(self):
        """Whether a person has said where it goes, or that it stays unknown, before it is booked."""
        return bool(self.is_undone or self.placed_data)

    def _decide_taken_back(self):
        """Return the decision on what a person has decided on: unknown, until it is placed again."""
        return decide_unknown(self._to_plain(), Message("placed_before" if self.placed_data else "stays_taken_back"))

    def _place_again(self):
        """Place transactions that have just been booked again where a person had placed them."""
        for line in self.filtered("placed_data"):
            placements = line.placed_data
            line.is_undone = False
            try:
                with self.env.cr.savepoint():
                    if "amount" in placements[0]:
                        line._divide_again(placements)
                    else:
                        for placement in placements:
                            line._place_again_on(placement)
            except UserError as error:
                line._note_not_placed(placements, error)
            else:
                line.placed_data = placements

    def _place_again_on(self, placement):
        """Place it on one target.

        :param dict placement: of ``placed_data``.
        :raises UserError: when the target cannot take it any more.
        """
        target = self._get_placed_target(placement)
        self._check_placed_target(target)
        reason = self._get_placed_reason(placement)
        if target._name == "sale.order":
            self._assign(target.partner_invoice_id, reason)
            self._await_order(target)
        else:
            self._assign(target, reason, tax=self._get_placed_tax(placement))
        self._say_placed_again(placement)

    def _divide_again(self, placements):
        """Divide it among several targets as before; :raises UserError: when one cannot take its part any more."""
        shares = []
        for placement in placements:
            target = self._get_placed_target(placement)
            self._check_placed_target(target)
            shares.append((target, Decimal(placement["amount"]), self._get_placed_tax(placement)))
        self._divide(shares, self._get_placed_reason(placements[0]))
        self._say_placed_again(placements[0])

    def _check_placed_target(self, target):
        if not target:
            raise UserError(self.env._("It does not exist any more."))

    def _get_placed_reason(self, placement):
        return placement["reason"] or self.env._("Placed by hand before.")

    def _get_placed_tax(self, placement):
        return self.env["account.tax"].browse(placement.get("tax")).exists()

    def _say_placed_again(self, placement):
        said = Message("placed_again", {"user": placement["user"], "reason": placement["reason"]}).to_json()
        # In the place of the sentence that says that whoever books it again has placed it.
        first = next(number for number, kept in enumerate(self.explanation_data) if kept[0] == "person_says")
        self.explanation_data = [*self.explanation_data[:first], said, *self.explanation_data[first + 1 :]]

    def _get_placed_target(self, placement):
        """Return the record of a placement; empty if it does not exist any more."""
        if placement["model"] not in _PLACES:
            return self.browse()
        return self.env[placement["model"]].browse(placement["id"]).exists()

    def _note_not_placed(self, placements, error):
        """Say why it could not be placed again; it is unknown, and matched by the rules."""
        cause = Message.from_json(self.env["account.settlement"]._get_stored_error(error))
        said = [
            Message(
                "not_placed_again",
                {
                    "user": placement["user"],
                    "reason": placement["reason"],
                    "target": self._get_placed_target(placement).display_name or "?",
                    "error": cause,
                },
            )
            for placement in placements
        ]
        self.write({"placed_data": False, "explanation_data": self._get_explanation_after(*said)})

    def _keeps_placement(self, decision, source):
        """Whether a decision leaves it where a person has placed it: on that customer, or on that document.

        :param decision: over what is open on ``source``, an ``account.move.line``.
        """
        placed = {entry["id"] for entry in self.placed_data or () if entry["model"] == "account.move"}
        if not self.placed_data or any(entry["model"] == "sale.order" for entry in self.placed_data):
            return True
        return all(
            part.role is Role.ROUNDING
            or (part.account_id, part.partner_id) == (source.account_id.id, source.partner_id.id)
            or (part.item and part.item.invoice_id in placed)
            for part in decision.allocations
        )
