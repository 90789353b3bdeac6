from decimal import Decimal

from odoo import fields, models

from ..common.messages import Message
from ..matching.actions import decide_unknown
from ..matching.roles import Role
from .money import to_decimal


class AccountSettlementLine(models.Model):
    """Where a person has placed a transaction: that holds when its settlement is undone and booked again.

    Placing moves all that is open at the time: the whole, or the rest that a rule or a person has left. So placements
    are kept in order, as steps. A step has one placement, or several where the amount was divided.
    """

    _inherit = "account.settlement.line"

    placed_data = fields.Json(
        readonly=True,
        copy=False,
        help="Where a person has placed it, and why, in order: step, model, id, amount, tax, date, user, reason; "
        "the transactions it was placed with; whether it was taken back since; whether it waits to be placed again.",
    )
    placed_before_data = fields.Json(
        readonly=True, copy=False, help="Where a person had placed it before that was taken apart: Retry repeats it."
    )

    def _note_placement(self, share, amounts, reason, date=None):
        """Keep where a person has placed what was open of these transactions.

        :param share: :class:`~.account_settlement_line_share.Share`. :param amounts: ``{transaction id: amount}`` that
            were open, without sign. :param date: that the person has chosen.
        """
        for line in self:
            placement = line._prepare_placement(share, amounts[line.id], reason, date)
            if len(self) > 1 and share.target._name == "account.move":
                placement["with"] = self.ids
            line._add_step([placement])

    def _note_division(self, shares, reason, date=None):
        """Keep among what a person has divided this transaction, :class:`~.account_settlement_line_share.Share`."""
        self._add_step([self._prepare_placement(share, share.amount, reason, date) for share in shares])

    def _note_placed_on_order(self, order):
        """Keep that what a person has just placed on a customer awaits the invoice of an order."""
        for line in self:
            *before, last = line.placed_data
            line.placed_data = [*before, {**last, "model": order._name, "id": order.id}]

    def _prepare_placement(self, share, amount, reason, date):
        placement = {
            "model": share.target._name,
            "id": share.target.id,
            "amount": str(amount),
            "user": self.env.user.name,
            "reason": (reason or "").strip(),
        }
        if share.tax:
            placement["tax"] = share.tax.id
        if date:
            placement["date"] = fields.Date.to_string(date)
        return placement

    def _add_step(self, placements):
        # What waits to be placed again is decided anew; what moved everything leaves nothing of the steps before it.
        before = [kept for kept in self.placed_data or () if not kept.get("waits")]
        if self._get_placed_amount(placements) == self._get_whole_amount():
            before = []
        step = max((kept.get("step", 0) for kept in before), default=0) + 1
        self.placed_data = before + [{**placement, "step": step} for placement in placements]

    def _get_steps(self, placements):
        """Return placements of ``placed_data`` by step, in order: a list of lists."""
        steps = {}
        for placement in placements or ():
            steps.setdefault(placement.get("step", 0), []).append(placement)
        return list(steps.values())

    def _get_placed_amount(self, placements):
        """Return what placements moved, without sign."""
        # Without an amount, as it was stored formerly, it is the whole.
        return sum((Decimal(kept.get("amount") or self._get_whole_amount()) for kept in placements), Decimal(0))

    def _get_whole_amount(self):
        return abs(to_decimal(self.amount, self.currency_id))

    def _get_amounts_open(self):
        """Return ``{transaction id: what is open of it, without sign}``."""
        return {line.id: abs(to_decimal(line._get_amount_open(), line.currency_id)) for line in self}

    # ---------------------------------------------------------------- what it means for the rules

    def _is_decided_by_person(self):
        """Whether a person has said where all of it goes, or that it stays unknown, before it is booked."""
        return bool(self.is_undone or self._is_placed_whole())

    def _is_placed_whole(self):
        """Whether a person has placed the whole of it; else only what the rules had left."""
        steps = self._get_steps(self.placed_data)
        return bool(steps) and self._get_placed_amount(steps[0]) == self._get_whole_amount()

    def _decide_taken_back(self):
        """Return the decision on what a person has decided on: unknown, until it is placed again."""
        return decide_unknown(self._to_plain(), Message("placed_before" if self.placed_data else "stays_taken_back"))

    def _get_placements_without(self, documents):
        """Return the placements that are left where a person has taken it back from documents; False if none is.

        Of what was divided, the part is marked: the others stay where they are.
        """
        steps = []
        for step in self._get_steps(self.placed_data):
            marked = [
                {**kept, "taken_back": True}
                if kept["model"] == "account.move" and kept["id"] in documents.ids
                else kept
                for kept in step
            ]
            if not all(kept.get("taken_back") for kept in marked):
                steps += marked
        return steps or False

    def _keeps_placement(self, decision, source):
        """Whether a decision leaves it where a person has placed it: on that customer, or on that document.

        :param decision: over what is open on ``source``, an ``account.move.line``.
        """
        if any(kept.get("waits") for kept in self.placed_data or ()):
            return False
        placed = {entry["id"] for entry in self.placed_data or () if entry["model"] == "account.move"}
        if not self.placed_data or any(entry["model"] == "sale.order" for entry in self.placed_data):
            return True
        return all(
            part.role is Role.ROUNDING
            or (part.account_id, part.partner_id) == (source.account_id.id, source.partner_id.id)
            or (part.item and part.item.invoice_id in placed)
            for part in decision.allocations
        )
