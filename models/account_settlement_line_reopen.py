from odoo import fields, models
from odoo.fields import Command

from ..common.messages import Message
from ..matching.roles import OPEN_ROLES, Role
from .account_settlement_line_open import OWN_ROLES
from .own_writes import as_own

#: Where an amount stands on a customer, or did before somebody took its reconciliation apart.
CUSTOMER_ROLES = (Role.ITEM, Role.CUSTOMER, Role.PREPAYMENT)

#: The sentence on what took a reconciliation apart, see ``account_move_undone``.
_CAUSES = {
    "unreconciled": "unreconciled_by",
    "changed": "document_changed_by",
    "cancelled": "document_cancelled_by",
    "deleted": "document_deleted_by",
    "reversed": "document_reversed_by",
    "customer_changed": "document_customer_changed_by",
    "undone": "counterpart_undone_by",
}
#: The same of what was paid out: a credit note is gone, so the customer owes it.
_CAUSES_OF_REFUNDS = {
    **_CAUSES,
    "cancelled": "credit_note_cancelled_by",
    "deleted": "credit_note_deleted_by",
    "reversed": "credit_note_reversed_by",
}


class AccountSettlementLine(models.Model):
    """What others do to a booked transaction: its reconciliation is taken apart, or made, by somebody else than us.

    The ledger says what is open; here it is kept who did it, and what a person has taken back.
    """

    _inherit = "account.settlement.line"

    is_reopened = fields.Boolean(
        readonly=True, copy=False, help="Somebody has taken its reconciliation apart; it is open again."
    )
    taken_back_item_ids = fields.Many2many(
        "account.move.line",
        relation="account_settlement_line_taken_back_rel",
        column1="settlement_line_id",
        column2="move_line_id",
        readonly=True,
        copy=False,
        string="Taken Back From",
        help="The open items a person has taken it back from: it is matched with them again only by a person.",
    )
    taken_back_line_ids = fields.Many2many(
        "account.settlement.line",
        relation="account_settlement_line_apart_rel",
        column1="settlement_line_id",
        column2="other_id",
        readonly=True,
        copy=False,
        string="Taken Back From Transactions",
        help="The transactions whose money a person has taken it back from: booked again, they have other items.",
    )

    def _note_taken_apart(self, met, cause):
        """Note on transactions that their reconciliation was taken apart; call it when it is.

        :param met: :class:`~.account_partial_reconcile.Met`: what each of these transactions had met.
        :param str cause: one of the causes above.
        """
        cause = cause if cause in _CAUSES else "unreconciled"
        for line, entries in self._group_met(met):
            causes = _CAUSES_OF_REFUNDS if line.amount < 0 else _CAUSES
            said = [
                Message(
                    causes[entry.cause or cause],
                    {"user": self.env.user.name, "document": entry.document, "amount": entry.amount, **entry.values},
                )
                for entry in entries
            ]
            vals = {"is_reopened": True, "explanation_data": line._get_explanation_after(*said)}
            items = self.env["account.move.line"].browse(
                entry.item_id for entry in entries if (entry.cause or cause) == "unreconciled"
            )
            if taken_back := items - line.move_line_ids:
                vals.update(line._get_taken_back_vals(taken_back))
            if line.status in ("matched", "resolved") and not line.is_dispute:
                vals.update(line._get_reopened_vals())
            line.write(vals)

    def _get_reopened_vals(self):
        """Return the status of a matched transaction that is open again, by where it is open."""
        if "unknown" in self._get_open_move_lines().mapped("settlement_role"):
            return {"status": "unknown"}
        return {"status": "on_account"} if self._is_open_on_customer() else {}

    def _get_taken_back_vals(self, items):
        """Return what is written on a transaction that a person has taken back from journal items."""
        others = self._get_transactions_of(items)
        vals = {
            "taken_back_item_ids": [Command.link(item.id) for item in items if not item.settlement_line_ids & others],
            "taken_back_line_ids": [Command.link(line.id) for line in others],
        }
        if self.invoice_id in items.move_id:
            vals["invoice_id"] = False
        if self._get_placed_documents(self.placed_data) & items.move_id:
            left = self._get_placements_without(items.move_id)
            vals.update({"placed_data": left, "placed_before_data": self.placed_data})
        return vals

    def _get_transactions_of(self, items):
        """Return the transactions, but this one, whose own the journal items are."""
        return items.filtered(lambda item: item.settlement_role in OWN_ROLES).settlement_line_ids - self

    def _note_met_by_others(self, met):
        """Note on transactions that somebody else has reconciled them.

        :param met: :class:`~.account_partial_reconcile.Met`: what each of these transactions has met.
        """
        for line, entries in self._group_met(met):
            said = [
                Message(
                    "reconciled_by_hand",
                    {"user": self.env.user.name, "document": entry.document, "amount": entry.amount},
                )
                for entry in entries
            ]
            items = self.env["account.move.line"].browse(entry.item_id for entry in entries)
            vals = {"explanation_data": line._get_explanation_after(*said), **line._get_freed_vals(items)}
            if not line._get_own_open_items():
                vals.update(line._get_closed_vals())
                vals.update(line._get_met_document(items))
            line.write(vals)

    def _get_freed_vals(self, items):
        """Return what is written on a transaction that has met journal items: they are free to it again."""
        return {
            "taken_back_item_ids": [Command.unlink(item.id) for item in items],
            "taken_back_line_ids": [Command.unlink(line.id) for line in self._get_transactions_of(items)],
        }

    def _free_taken_back(self):
        """Let transactions meet again what a person took them back from: a person has said so, or all is matched."""
        self.write({"taken_back_item_ids": False, "taken_back_line_ids": False, "placed_before_data": False})

    def _group_met(self, met):
        """Return ``(transaction, what of ``met`` is about it)``, each once."""
        grouped = {}
        for entry in met:
            grouped.setdefault(entry.line_id, []).append(entry)
        return [(self.browse(line_id), entries) for line_id, entries in grouped.items()]

    def _get_closed_vals(self):
        """Return what is written on a transaction of which nothing is open any more."""
        vals = {"is_reopened": False, "difference": False}
        if self.status in ("unknown", "on_account"):
            vals["status"] = "matched"
        return vals

    def _get_met_document(self, items):
        """Return the values of the invoice or credit note that ``items`` belong to, if it is one."""
        documents = items.move_id.filtered(lambda move: move.is_sale_document(include_receipts=True))
        return {"invoice_id": documents.id} if len(documents) == 1 else {}

    def _note_closed_since(self):
        """Set those of these transactions to *matched* that were open and that something unnoticed has closed."""
        for line in self:
            items = line.move_line_ids.filtered(lambda item: item.settlement_role in OWN_ROLES)
            met = items.matched_debit_ids.debit_move_id | items.matched_credit_ids.credit_move_id
            others = (met - items).filtered(lambda item: item.parent_state == "posted")
            if others and not line._get_own_open_items():
                said = Message("closed_since", {"documents": ", ".join(sorted(set(others.mapped("move_name"))))})
                closed = line._get_closed_vals()
                line.write({"explanation_data": line._get_explanation_after(said), **closed})

    # ---------------------------------------------------------------- what is open

    def _get_own_open_items(self):
        """Return the journal items of this transaction that are open, on whichever side."""
        return self.move_line_ids.filtered(
            lambda item: (
                item.parent_state == "posted"
                and item.settlement_role in OWN_ROLES
                and (item.amount_residual_currency or item.amount_residual)
            )
        )

    def _is_opposite(self, item):
        """Whether an open item has the side that its transaction does not have: it takes an amount off somewhere."""
        return (item.amount_residual or item.amount_residual_currency) * self.amount > 0

    def _is_open_on_customer(self):
        return any(item.settlement_role in CUSTOMER_ROLES for item in self._get_open_move_lines())

    def _get_open_move_lines(self):
        """Return the journal items on which this transaction's amount is open.

        Where two of its own items stand open against each other, somebody has taken them apart: that amount is open
        nowhere.
        """
        items = self._get_own_open_items()
        opposite = items.filtered(self._is_opposite)
        places = {(item.account_id, item.partner_id) for item in opposite}
        reserve = self.move_line_ids.filtered(
            lambda item: (
                item.settlement_role == Role.RESERVE
                and item.parent_state == "posted"
                and (item.amount_residual_currency or item.amount_residual)
            )
        )
        return (items - opposite).filtered(
            lambda item: item.settlement_role in OPEN_ROLES and (item.account_id, item.partner_id) not in places
        ) | reserve

    def _reconcile_own_pairs(self):
        """Reconcile what stands open of a transaction against itself, on one account: it is the same amount."""
        for settlement, lines in self.grouped("settlement_id").items():
            groups = []
            for line in lines:
                items = line._get_own_open_items()
                by_place = items.grouped(lambda item: (item.account_id, item.partner_id, item.currency_id))
                groups += [
                    group
                    for group in by_place.values()
                    if len({item.amount_residual_currency > 0 for item in group}) == 2
                ]
            settlement.with_company(settlement.company_id)._reconcile_groups(groups)
        closed = self.filtered(lambda line: line.is_reopened and not line._get_own_open_items())
        closed.is_reopened = False

    def _meet_what_was_kept(self):
        """Reconcile transactions that were booked again with what is open of them since they were undone.

        What somebody else had reconciled stays so; its reversal stands open then, and the new item belongs to it.
        """
        kept = self.filtered(lambda line: any(map(line._is_opposite, line._get_own_open_items())))
        kept._reconcile_own_pairs()
        kept._note_closed_since()

    # ---------------------------------------------------------------- documents that are posted again

    def _follow_posted(self, documents):
        """Let transactions follow documents that are posted, perhaps again and changed.

        What a person took back from them is free again. Where the customer was changed, Odoo leaves the document
        reconciled with the former customer's payment: that is taken apart.

        :param documents: ``account.move``.
        """
        receivables = documents.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")
        taken_back = self.search([("taken_back_item_ids", "in", receivables.ids)])
        taken_back.write({"taken_back_item_ids": [Command.unlink(item_id) for item_id in receivables.ids]})
        crossing = (receivables.matched_debit_ids | receivables.matched_credit_ids).filtered(
            lambda partial: (
                partial.settlement_id and partial.debit_move_id.partner_id != partial.credit_move_id.partner_id
            )
        )
        if crossing:
            met = crossing._get_met()
            as_own(crossing).unlink()
            self._note_taken_apart(met, "customer_changed")
