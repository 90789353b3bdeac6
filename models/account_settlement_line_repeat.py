from odoo import models
from odoo.exceptions import UserError


class AccountSettlementLine(models.Model):
    """What a person had chosen for a transaction and what was taken apart since: done again."""

    _inherit = "account.settlement.line"

    def _get_documents_chosen(self, by_itself):
        """Return ``{transaction: account.move}``: the open documents that a person has said each belongs to.

        What a person placed it on holds by itself. What somebody took it back from counts only when a person asks.

        :param bool by_itself: nobody has asked.
        """
        placed = {line: line._get_placed_documents(line._get_standing_placements()) for line in self}
        existing = self.env["account.move"].union(*placed.values()).exists()
        chosen = {}
        for line in self:
            taken_back = line.taken_back_item_ids.move_id
            documents = (placed[line] & existing).with_prefetch(existing.ids) - taken_back
            if not by_itself and not line.is_undone:
                documents |= taken_back
            chosen[line] = documents.filtered(line._is_open_for)
        return chosen

    def _get_standing_placements(self):
        """Return the placements that hold: not those that wait to be made again, nor what was taken back of them."""
        return [kept for kept in self.placed_data or () if not (kept.get("waits") or kept.get("taken_back"))]

    def _get_placed_documents(self, placements):
        """Return the documents among ``placements``, of ``placed_data``; some may not exist any more."""
        ids = [entry["id"] for entry in placements or () if entry["model"] == "account.move"]
        return self.env["account.move"].browse(ids)

    def _is_open_for(self, move):
        """Whether a posted invoice or credit note has something open on the side this transaction pays."""
        if move.state != "posted" or not move.is_sale_document() or not move.amount_residual:
            return False
        return (move.move_type == "out_refund") == (self.amount < 0)

    def _repeat_choice(self, documents, decided):
        """Match a transaction again with the documents a person had chosen, and return whether that was done.

        :param documents: ``account.move``. :param decided: ``(open journal item, decision)`` by the rules, which know
            better what becomes of a surplus where they find the same documents.
        """
        found = {part.item.invoice_id for _item, decision in decided for part in decision.allocations if part.item}
        if not documents or (not self.placed_before_data and found & set(documents.ids)):
            return False
        placements = self.placed_before_data or self.placed_data or []
        try:
            with self.env.cr.savepoint():
                self._match_open_again(documents, placements)
        except UserError as error:
            self._note_failed_transfer(error)
            return False
        if self._get_placed_documents(placements) & documents:
            self.placed_data = [self._get_met_again(kept, documents) for kept in placements]
        return True

    @staticmethod
    def _get_met_again(placement, documents):
        """Return a placement without the mark that it was taken back, where it is one of ``documents``."""
        if placement["model"] != "account.move" or placement["id"] not in documents.ids:
            return placement
        return {name: value for name, value in placement.items() if name != "taken_back"}

    def _match_open_again(self, documents, placements):
        """Match what is open with ``documents``, in the parts in which a person had divided it.

        :raises UserError: when none can take it.
        """
        amount_open = self._get_amounts_open()[self.id]
        for parts in self._get_steps(placements):
            of_documents = [part for part in parts if part["model"] == "account.move" and part["id"] in documents.ids]
            for entries in (parts, of_documents):
                if len(parts) > 1 and entries and self._get_placed_amount(entries) == amount_open:
                    self._divide_again(entries)
                    return
        by_id = {entry["id"]: entry for entry in placements if entry["model"] == "account.move"}
        for document in documents:
            if not self._get_open_move_lines():
                return
            if document.id in by_id:
                self._place_again_on(by_id[document.id])
            else:
                self._assign(document, self._get_placed_reason({"reason": ""}))
