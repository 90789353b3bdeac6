from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.messages import Message

#: What a person may have placed a transaction on.
_PLACES = ("account.move", "res.partner", "account.account", "sale.order")


class AccountSettlementLine(models.Model):
    """What a person has placed is placed again when its settlement is booked again, step by step.

    Each step moves exactly the amount it moved before. Where no open amount is that, it stays where the rules have put
    it, and the transaction says so.
    """

    _inherit = "account.settlement.line"

    def _place_again(self):
        """Place transactions that have just been booked again where a person had placed them."""
        placed = self.filtered(lambda line: line.placed_data and line.status not in ("new", "excluded"))
        for line in placed:
            line.write({"is_undone": False, "placed_data": [{**kept, "waits": True} for kept in line.placed_data]})
        for line in placed:
            line._place_waiting()

    def _place_waiting(self):
        """Place what waits, in order, until it must wait for others that it was placed together with."""
        while step := self._get_waiting_step():
            group, missing = self._get_placed_together(step)
            if missing:
                self._say_waits_for(missing)
                return
            group._place_step()
            for other in group - self:
                other._place_waiting()

    def _get_waiting_step(self):
        """Return the placements of the first step that waits to be placed again."""
        return next(iter(self._get_steps(kept for kept in self.placed_data or () if kept.get("waits"))), [])

    def _get_placed_together(self, step):
        """Return the transactions to place together with this one, and those that are not booked again yet."""
        group, missing = self, self.browse()
        place = self._get_common_place(step[0])
        for other in self.browse(step[0].get("with")).exists() - self:
            kept = [one for one in other.placed_data or () if self._get_common_place(one) == place]
            if not kept or other.status == "excluded":
                continue
            if other.status == "new" or (kept[0].get("waits") and kept[0] not in other._get_waiting_step()):
                missing |= other
            elif kept[0].get("waits"):
                group |= other
        return group, missing

    @staticmethod
    def _get_common_place(placement):
        return placement["model"], placement["id"], placement.get("with")

    def _place_step(self):
        """Place the step that waits, of transactions that were placed together."""
        steps = {line: line._get_waiting_step() for line in self}
        # Placing it by hand would free it of what it was taken back from; repeating that does not.
        kept = {line: line._get_taken_back_kept() for line in self}
        try:
            with self.env.cr.savepoint():
                self._book_step(steps)
                for line, vals in kept.items():
                    line.write(vals)
        except UserError as error:
            if len(self) > 1:
                for line in self:
                    line._place_step()
            else:
                self._note_not_placed(steps[self], error)
            return
        for line in self:
            line._note_placed(steps[line])

    def _get_taken_back_kept(self):
        """Return the values of what a part of it was taken back from."""
        if not any(kept.get("taken_back") for kept in self.placed_data):
            return {}
        return {
            "taken_back_item_ids": [Command.set(self.taken_back_item_ids.ids)],
            "taken_back_line_ids": [Command.set(self.taken_back_line_ids.ids)],
            "placed_before_data": self.placed_before_data,
        }

    def _book_step(self, steps):
        """Book it.

        :param dict steps: ``{transaction: its placements}``; several have one target.
        :raises UserError: when a target cannot take it any more, or no open amount is exactly it.
        """
        shares, sources = [], []
        for line, step in steps.items():
            own_sources = line._get_sources_of(step)
            sources += own_sources
            if len(step) == 1:
                shares += [line._get_share_again(step[0]).take_from(source) for source in own_sources]
            else:
                parts = [kept for kept in step if not kept.get("taken_back")]
                chosen = [line._get_share_again(kept, self._get_placed_amount([kept])) for kept in parts]
                shares += self._spread(chosen, own_sources)
        first = next(iter(steps.values()))[0]
        self._book_shares(shares, self._get_placed_reason(first), self._get_placed_date(first, sources))
        target = self._get_placed_target(first)
        if target._name == "sale.order":
            self._put_on_order(target)

    def _get_sources_of(self, step):
        """Return the sources that are exactly the amount of a step: all that is open, or the one that is.

        :raises UserError: when there are none.
        """
        amount = self._get_placed_amount(step)
        sources = self._get_open_sources()
        if self._get_amounts_open()[self.id] != amount:
            sources = [source for source in sources if abs(self._get_plain_open(source[1]).amount) == amount]
        # Of two that are the same, it is not known which.
        if not sources or (len(sources) > 1 and self._get_amounts_open()[self.id] != amount):
            raise UserError(
                self.env._("No open amount of it is exactly %s any more.", self._format_amount(amount)),
            )
        return sources

    def _place_again_on(self, placement):
        """Place all that is open on the target of a placement; :raises UserError: when it cannot take it any more."""
        share = self._get_share_again(placement)
        self._assign(share.target, self._get_placed_reason(placement), tax=share.tax)
        self.explanation_data = self._get_said_again(placement)

    def _divide_again(self, placements):
        """Divide what is open as in placements; :raises UserError: when a target cannot take its part any more."""
        parts = [self._get_share_again(kept, self._get_placed_amount([kept])) for kept in placements]
        reason = self._get_placed_reason(placements[0])
        self._divide([(share.target, share.amount, share.tax) for share in parts], reason)
        self.explanation_data = self._get_said_again(placements[0])

    def _get_share_again(self, placement, amount=None):
        """Return a placement as a :class:`~.account_settlement_line_share.Share`.

        :raises UserError: when its target does not exist any more, or is refused.
        """
        target = self._get_placed_target(placement)
        if not target:
            raise UserError(self.env._("It does not exist any more."))
        if target._name == "sale.order":
            target = target.partner_invoice_id
        tax = self.env["account.tax"].browse(placement.get("tax"))
        if tax and not tax.exists():
            raise UserError(self.env._("Its tax does not exist any more."))
        return self._get_share(target, tax, amount)

    def _get_placed_target(self, placement):
        """Return the record of a placement; empty if it does not exist any more."""
        if placement["model"] not in _PLACES:
            return self.browse()
        return self.env[placement["model"]].browse(placement["id"]).exists()

    def _get_placed_reason(self, placement):
        return placement["reason"] or self.env._("Placed by hand before.")

    def _get_placed_date(self, placement, sources):
        """Return the date that the person had chosen; None where it is locked, or not possible for what is moved."""
        date = fields.Date.to_date(placement.get("date"))
        settlement = self.settlement_id[:1]
        if not date or settlement._get_booking_date(date, bool(placement.get("tax"))) != date:
            return None
        try:
            for line, item in sources:
                line._check_chosen_date(date, item)
        except UserError:
            return None
        return date

    # ---------------------------------------------------------------- what it says

    def _note_placed(self, step):
        """Note that a step was placed again."""
        taken_back = [
            Message(
                "part_stays_taken_back",
                {
                    "amount": self._get_placed_amount([kept]),
                    "target": self._get_placed_target(kept).display_name or "?",
                },
            ).to_json()
            for kept in step
            if kept.get("taken_back")
        ]
        explanation = [*taken_back, *self._get_said_again(step[0])]
        vals = {"explanation_data": explanation, "placed_data": self._get_placements_after(step)}
        if self._is_open_as_unknown():
            vals["status"] = "unknown"  # a part was taken back
        self.write(vals)

    def _get_said_again(self, placement):
        """Return the explanation in which it is said that it was placed again, and who had placed it."""
        said = Message("placed_again", {"user": placement["user"], "reason": placement["reason"]}).to_json()
        explanation = [kept for kept in self.explanation_data if kept[0] != "placed_with_others"]
        # In the place of the sentence that says that whoever books it again has placed it.
        first = next((number for number, kept in enumerate(explanation) if kept[0] == "person_says"), 0)
        after = [kept for kept in explanation[first:] if kept[0] != "person_says"]
        return [*explanation[:first], said, *after]

    def _get_placements_after(self, step):
        """Return the placements, of which ``step`` does not wait any more."""
        return [
            {name: value for name, value in kept.items() if name != "waits"} if kept in step else kept
            for kept in self.placed_data
        ]

    def _note_not_placed(self, step, error):
        """Say why a step could not be placed again; what it moved stays where the rules, or the steps before, put it.

        It is forgotten: a person decides anew.
        """
        cause = Message.from_json(self.env["account.settlement"]._get_stored_error(error))
        is_whole = self._get_placed_amount(step) == self._get_whole_amount()
        said = [
            Message(
                "not_placed_again" if is_whole else "rest_not_placed_again",
                {
                    "user": kept["user"],
                    "reason": kept["reason"],
                    "amount": self._get_placed_amount([kept]),
                    "target": self._get_placed_target(kept).display_name or "?",
                    "error": cause,
                },
            )
            for kept in step
            if not kept.get("taken_back")
        ]
        left = [kept for kept in self.placed_data if kept not in step]
        explanation = [kept for kept in self._get_explanation_after(*said) if kept[0] != "placed_with_others"]
        self.write({"placed_data": left or False, "explanation_data": explanation})

    def _say_waits_for(self, others):
        """Say that it is placed again together with others, when they are booked again."""
        said = Message("placed_with_others", {"lines": ", ".join(others.mapped("name"))})
        kept = [message for message in self.explanation_data or [] if message[0] != "placed_with_others"]
        self.explanation_data = [said.to_json(), *kept]
