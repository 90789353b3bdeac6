from odoo import models
from odoo.fields import Command

from ..providers.messages import Message, _
from .own_writes import as_own


class AccountSettlement(models.Model):
    """Putting right what the proof has found."""

    _inherit = "account.settlement"

    def action_mend(self):
        """Bring the ledger back to what was booked, and book what is missing in it."""
        for settlement in self:
            settlement._mend()
        return True

    def _mend(self):
        """Put right what differs from what was booked.

        What differs in the ledger is taken out of it, by reversal where that is possible, and its transactions are
        booked anew; marks, numbers and transactions are set back to what they were. What differs still is said again.

        :raises UserError: when it cannot be taken out of the ledger or booked; nothing is changed then.
        """
        self.ensure_one()
        self = self._as_manager()
        self._lock()
        self._prove()
        if not self.is_altered:
            return
        was = self.proof_message
        self._recompute_residuals()
        self._restore_stray_items()
        vouchers = self._get_compared_vouchers()
        for voucher in vouchers:
            voucher._restore_transactions()
        unbooked = self.env["account.settlement.line"]
        for voucher in vouchers:
            unbooked |= voucher._mend()
        self._take_out_foreign_vouchers()
        for line in self._get_wrongly_excluded(self.line_ids):
            line._include_again(self.env._("the journal item it was left out for does not have it any more"))
        self._recompute_residuals()
        self._restore_missing_rows()
        nowhere, _double, unaware = self._compare_places(self._get_compared_vouchers(), self.line_ids)
        (unbooked | nowhere)._reset_to_new()
        unaware._note_booked_again()
        self.message_post(body=self.env._("Mended. It differed from what was booked: %s", was))
        self._process()
        self._prove()

    def _take_out_foreign_vouchers(self):
        """Entries of which nothing is kept: our own are reversed, so that their transactions are booked anew; others
        lose the marks that make them look like ours."""
        moves = self._get_foreign_vouchers()
        ours = moves.filtered(
            lambda move: move.journal_id == self.provider_id.journal_id and move.line_ids.settlement_line_ids
        )
        if ours:
            ours._reverse_settlement_moves(self.env._("Nothing was kept of how it was booked."))
        own = as_own(moves - ours)
        own.line_ids.write({"settlement_role": False, "settlement_clearing_id": False, "settlement_line_ids": False})
        own.settlement_id = False

    def _restore_stray_items(self):
        """Let items say of their voucher what it says itself."""
        for item in as_own(self._get_stray_items()):
            for name in ("date", "journal_id", "company_id", "parent_state"):
                self.env.add_to_compute(item._fields[name], item)
            item.write({"debit": max(item.balance, 0), "credit": max(-item.balance, 0)})
        self.env.flush_all()

    def _restore_missing_rows(self):
        """Store again what the documents tell of this payout and is not stored."""
        for document in self.document_ids._get_readable():
            for told in document._get_told() or ():
                if self.external_id and told.external_id == self.external_id:
                    self.provider_id._add_lines(self, document._get_missing_rows(told), document)

    def _recompute_residuals(self):
        """Let Odoo work out anew what is open, where reconciliations were deleted past it."""
        items = self.env["account.move.line"].browse(row[0] for row in self._find_wrong_residuals())
        if items:
            for name in ("amount_residual", "amount_residual_currency", "reconciled"):
                self.env.add_to_compute(items._fields[name], items)
            items.modified(["amount_residual", "amount_residual_currency"])
            self.env.flush_all()


class AccountSettlementLine(models.Model):
    """What a transaction says when a voucher of it was taken out of the ledger, or is found in it."""

    _inherit = "account.settlement.line"

    def _note_booked_again(self):
        """Say of transactions that a voucher has booked that they are booked: by where their amount is open."""
        for line in self:
            roles = set(line._get_open_move_lines().mapped("settlement_role"))
            on_account = "on_account" if roles & {"customer", "prepayment"} else "matched"
            line.status = "unknown" if "unknown" in roles else on_account

    def _take_back_correction(self, number):
        """Say of transactions that a correction voucher has placed that it is gone from the ledger.

        :param str number: of that voucher.
        """
        for line in self:
            said = Message(
                _("Correction voucher %(voucher)s was taken out of the ledger: it was changed by force."),
                {"voucher": number},
            )
            line.explanation_data = [said.to_json(), *(line.explanation_data or [])]
        self._note_booked_again()


class AccountSettlementVoucher(models.Model):
    """Putting one voucher right, or taking it out of the ledger."""

    _inherit = "account.settlement.voucher"

    def _restore_transactions(self):
        """Set the transactions of a voucher in the ledger back to what they were when it was booked."""
        self.ensure_one()
        booked = self._get_booked()
        if booked.digest != self.digest or not booked.transactions:
            return
        gone = []
        for one, found in self._compare_transactions(booked):
            if found:
                vals = {"external_id": one.external_id, "kind": one.kind, "date": one.date}
                vals.update({"amount": one.amount, "fee": one.fee})
                self.env["account.settlement.line"].browse(one.id).write(vals)
            else:
                gone.append(one)
        if gone:
            self._recreate_transactions(gone)

    def _recreate_transactions(self, gone):
        """Store transactions again that were deleted: from the document, else as they are kept here."""
        settlement = self.settlement_id
        wanted = {one.external_id for one in gone}
        wanted -= set(settlement.line_ids.mapped("external_id"))
        for document in settlement.document_ids._get_readable():
            settlements = document._get_told() or ()
            rows = [row for told in settlements for row in told.transactions if row.external_id in wanted]
            settlement.provider_id._add_lines(settlement, rows, document)
            wanted -= {row.external_id for row in rows}
        self.env["account.settlement.line"].create(
            [
                {
                    "settlement_id": settlement.id,
                    "external_id": one.external_id,
                    "kind": one.kind,
                    "date": one.date,
                    "amount": one.amount,
                    "fee": one.fee,
                    "currency_id": settlement.currency_id.id,
                }
                for one in gone
                if one.external_id in wanted
            ]
        )

    def _mend(self):
        """Put this voucher right, or take it out of the ledger.

        :return: the transactions that are no longer in the ledger by it.
        """
        self.ensure_one()
        booked = self._get_booked()
        move = self.move_id
        nothing = self.env["account.settlement.line"]
        if move.state == "posted" and self._can_stay(booked, move):
            self._restore_marks(booked, move)
            return nothing
        placed = self._get_placed_lines(booked)
        if move.state == "posted" and self._is_live():
            self._take_out(move)
        elif move and move.state != "posted":
            move._cancel_altered()
        self.is_ended = True
        if move.reversed_entry_id:
            # Its original counts again: by the comparison of places its transactions are found to be booked.
            return nothing
        if booked.transactions:
            return self._get_transactions(booked)
        placed._take_back_correction(booked.name)
        return nothing

    def _can_stay(self, booked, move):
        """Whether the voucher is in the ledger as it was booked, for transactions that are all still there."""
        lines = self.env["account.settlement.line"].browse(one.id for one in booked.transactions)
        is_same = (move.date, move.journal_id.id) == (booked.date, booked.journal_id)
        is_trusted = booked.digest == self.digest
        return is_trusted and is_same and lines == lines.exists() and not self._compare_items(booked).in_ledger

    def _restore_marks(self, booked, move):
        own = as_own(move)
        if move.settlement_id != self.settlement_id:
            own.settlement_id = self.settlement_id
        if move.name != booked.name:
            own.name = booked.name
        for item, _found in self._compare_items(booked).marks:
            existing = self.env["account.settlement.line"].browse(item.transaction_ids).exists()
            own.line_ids.browse(item.id).write(
                {
                    "settlement_role": item.role or False,
                    "settlement_clearing_id": self.settlement_id.id if item.is_clearing else False,
                    "settlement_line_ids": [Command.set(existing.ids)],
                }
            )

    def _take_out(self, move):
        """Take a voucher that was changed out of the ledger: by reversal, where it still balances."""
        own = as_own(move)
        if move.settlement_id != self.settlement_id:
            own.settlement_id = self.settlement_id
        balance = sum(move.line_ids.mapped("balance"))
        if move.company_id.currency_id.is_zero(balance):
            move._reverse_settlement_moves(self.env._("It was changed after it was booked."))
            return
        move._cancel_altered()

    def _get_transactions(self, booked):
        """Return the transactions it has booked, found by what the provider calls them where they were stored anew."""
        names = [one.external_id for one in booked.transactions]
        return self.settlement_id.line_ids.filtered(lambda line: line.external_id in names)

    def _get_placed_lines(self, booked):
        """Return the transactions its items stand for."""
        ids = {line_id for item in booked.items for line_id in item.transaction_ids}
        return self.env["account.settlement.line"].browse(ids).exists()
