from dataclasses import replace

from odoo import models

from ..matching.vouchers import PlannedLine, Voucher
from ..providers.messages import Message, _
from .own_writes import as_own


class AccountSettlement(models.Model):
    """What is not as it was booked is taken out of the ledger by reversal."""

    _inherit = "account.settlement"

    def _take_out_foreign_vouchers(self):
        """Entries of which nothing is kept: what has to do with our accounts is reversed, and its transactions are
        booked anew; others lose the marks that make them look like ours."""
        moves = self._get_entries_of_nothing_kept()
        accounts = self.provider_id.clearing_account_id | self.provider_id.unknown_account_id
        ours = moves.filtered(
            lambda move: (
                move.line_ids.account_id & accounts
                or move.line_ids.settlement_line_ids
                or move.line_ids.settlement_clearing_id
                or any(move.line_ids.mapped("settlement_role"))
            )
        )
        as_own(ours.filtered(lambda move: move.settlement_id != self)).settlement_id = self
        if ours:
            self.env.flush_all()
            self.env["account.settlement.voucher"]._set_back_place_of_items(ours)
        ours._take_out_of_ledger(self.env._("Nothing was kept of how it was booked."))
        as_own(moves - ours).settlement_id = False
        as_own(self._get_strange_reversals()).reversed_entry_id = False

    def _get_entries_of_nothing_kept(self):
        """Return the posted entries that are marked as this settlement's, or whose items are."""
        own_items = [("settlement_role", "!=", False), ("settlement_line_ids.settlement_id", "=", self.id)]
        moves = self.env["account.move.line"].search([*own_items, ("parent_state", "=", "posted")]).move_id
        moves |= self.env["account.move"].search([("settlement_id", "=", self.id), ("state", "=", "posted")])
        kept = self.env["account.settlement.voucher"].search([("move_id", "in", moves.ids), ("is_ended", "=", False)])
        return moves - kept.move_id

    def _take_out_surplus(self):
        """Reverse what stands in the ledger more than once: reversals of what is reversed already, and vouchers whose
        transactions an earlier one has."""
        vouchers = self._get_trusted_vouchers().filtered("move_id")
        for move in vouchers.move_id:
            while move._count_in_ledger() < 0:
                surplus = move._get_settlement_reversals().filtered(lambda one: one._count_in_ledger() > 0)
                surplus[-1:]._take_out_of_ledger(self.env._("It was reversed more than once."))
        placed = set()
        for voucher in vouchers.filtered(lambda voucher: voucher._is_live()):
            ids = {one.id for one in voucher._get_trusted().transactions}
            if ids & placed:
                voucher.move_id._take_out_of_ledger(self.env._("Its transactions stand in another voucher."))
            else:
                placed |= ids


class AccountMove(models.Model):
    _inherit = "account.move"

    def _take_out_of_ledger(self, reason):
        """Reverse vouchers that are not what was booked, on their own day where that is open. They are kept as they are
        now: they stay in the ledger, and so does what takes them out of it.

        :param str reason: for the reversals.
        """
        kept = self.env["account.settlement.voucher"]
        for move in self:
            kept.search([("move_id", "=", move.id)]).is_ended = True
            move._reverse_settlement_moves(reason, move.date)
            kept._keep([(move, self.env["account.settlement.line"])])


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _recompute_residuals_beside(self):
        """Let Odoo work out anew what is open of the same customers: what a deleted entry had met is not known."""
        items = self.filtered(lambda item: item.partner_id and item.account_id.reconcile)
        if not items:
            return
        beside = self.search(
            [
                ("account_id", "in", items.account_id.ids),
                ("partner_id", "in", items.partner_id.ids),
                ("parent_state", "=", "posted"),
            ]
        )
        beside._recompute_residuals()

    def _recompute_residuals(self):
        """Let Odoo work out anew what is open of these items, and what hangs on it."""
        for name in ("amount_residual", "amount_residual_currency", "reconciled"):
            self.env.add_to_compute(self._fields[name], self)
        self.modified(["amount_residual", "amount_residual_currency"])
        self.env.flush_all()

    def _meet_again(self, known=None):
        """Reconcile these items with what they were booked for, as far as it is open.

        :param dict known: ``{item: items it had met}``.
        """
        for item in self.exists().sorted("id"):
            settlement = item.move_id.settlement_id
            is_open = item.account_id.reconcile and (item.amount_residual_currency or item.amount_residual)
            if not is_open or item.settlement_role == "clearing":
                continue
            for found in item._get_what_it_met((known or {}).get(item, self.browse())):
                found = found.exists().filtered(
                    lambda other, item=item: (
                        other.account_id == item.account_id
                        and other.parent_state == "posted"
                        and other.company_id == item.company_id
                        and other.amount_residual * item.amount_residual < 0
                    )
                )
                if found:
                    settlement._reconcile_groups([item | found])
                    break

    def _get_what_it_met(self, known):
        """Yield what an item may have met, the most certain first."""
        self.ensure_one()
        yield known
        if self.settlement_role == "item":
            yield self.settlement_line_ids.invoice_id.line_ids
        yield self.settlement_line_ids.move_line_ids - self
        if self.settlement_role == "item":
            alike = self.search(
                [
                    ("account_id", "=", self.account_id.id),
                    ("partner_id", "=", self.partner_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("amount_residual", "=", -self.amount_residual),
                    ("currency_id", "=", self.currency_id.id),
                ],
                limit=2,
            )
            yield alike if len(alike) == 1 else alike.browse()


class AccountSettlementVoucher(models.Model):
    """Booking a voucher again as it was."""

    _inherit = "account.settlement.voucher"

    def _book_again_if_altered(self):
        """Take this voucher out of the ledger if it is not what was booked, and book it again as it was.

        :return: its new journal items, where they still have to meet what the old ones had met.
        """
        self.ensure_one()
        booked = self._get_trusted()
        move = self.move_id
        nothing = self.env["account.move.line"]
        is_counted = not move or self._is_live()
        if move and not self._compare_items(booked).in_ledger:
            if is_counted and self._compare_transactions(booked):
                # The document says otherwise than what is kept: it is booked anew from the document.
                move._take_out_of_ledger(self.env._("It is not what the document says."))
            return nothing
        met = self._get_met_items()
        plan = self._plan_again(booked)
        reversal = self._find_reversal(booked)
        if move:
            move._take_out_of_ledger(self.env._("It was changed after it was booked."))
        self.is_ended = True
        if not plan:
            self._get_placed_lines(booked)._take_back_correction(booked)
            return nothing
        fresh = self.settlement_id._write_vouchers([plan])
        original = self.env["account.move"].browse(booked.reversed_id or []).exists()
        if original:
            self.search([("move_id", "=", fresh.id)])._say_what_it_reverses(original)
        reversal._say_what_it_reverses(fresh)
        items = fresh.line_ids.sorted("id")
        if not move:
            items._recompute_residuals_beside()
        pairs = zip(booked.items, items, strict=True)
        items._meet_again({item: met[old.id] for old, item in pairs if old.id in met})
        return items

    def _get_met_items(self):
        """Return ``{item id: the items it has met}``."""
        met = {}
        own = self.move_id.line_ids
        for item in own:
            partials = item.matched_debit_ids | item.matched_credit_ids
            met[item.id] = (partials.debit_move_id | partials.credit_move_id) - own
        return met

    def _plan_again(self, booked):
        """Return the plan of the voucher as it was booked; None where an account or a customer is gone since."""
        for name, model in (("account_id", "account.account"), ("partner_id", "res.partner")):
            ids = {getattr(item, name) for item in booked.items} - {None}
            if ids - set(self.env[model].browse(ids).exists().ids):
                return None
        settlement = self.settlement_id.with_company(self.company_id)
        labels = settlement._get_labels(booked.date)
        has_tax = any(item.tax_ids or item.tax_tag_ids for item in booked.items)
        plan = Voucher(settlement._get_booking_date(booked.date, has_tax))
        plan.booked_ids = tuple(one.id for one in booked.transactions)
        for item in booked.items:
            old = self.env["account.move.line"].browse(item.id).exists()
            lines = self.env["account.settlement.line"].browse(item.transaction_ids).exists()
            label = labels.get(item.role) or (lines[:1]._to_plain().label if lines else settlement.name)
            plan.lines.append(
                PlannedLine(
                    item.role,
                    item.account_id,
                    item.balance,
                    item.amount_currency,
                    item.currency,
                    old.name or label,
                    item.partner_id,
                    tuple(lines.ids),
                    date_due=old.date_maturity or plan.date,
                    analytic_distribution=old.analytic_distribution or None,
                    tax_ids=item.tax_ids,
                    tax_tag_ids=item.tax_tag_ids,
                    tax_repartition_line_id=item.tax_repartition_line_id,
                    tax_base=item.tax_base_amount,
                )
            )
        return plan

    def _find_reversal(self, booked):
        """Return what is kept of the reversal of this voucher: by what it says, or where this one is gone, by its
        amounts."""
        vouchers = self.settlement_id._get_trusted_vouchers() - self
        if self.move_id:
            return vouchers.filtered(lambda one: one._get_trusted().reversed_id == self.move_id.id)[:1]
        for voucher in vouchers:
            other = voucher._get_trusted()
            is_lost = other.reversed_id and not self.env["account.move"].browse(other.reversed_id).exists()
            if is_lost and other.get_effects() == booked.get_effects(-1):
                return voucher
        return self.browse()

    def _say_what_it_reverses(self, original):
        """Note that a reversal is that of another entry, as its voucher was booked again.

        :param original: ``account.move``.
        """
        for voucher in self:
            booked = replace(voucher._get_booked(), reversed_id=original.id)
            voucher.write({"booked_data": booked.to_json(), "digest": booked.digest})
            if voucher.move_id:
                as_own(voucher.move_id).reversed_entry_id = original

    def _get_placed_lines(self, booked):
        """Return the transactions a correction stands for; none of a voucher that has booked transactions itself."""
        ids = {line_id for item in booked.items for line_id in item.transaction_ids}
        if booked.transactions or booked.reversed_id:
            ids = ()
        return self.env["account.settlement.line"].browse(ids).exists()


class AccountSettlementLine(models.Model):
    _inherit = "account.settlement.line"

    def _take_back_correction(self, booked):
        """Say of transactions that a correction voucher has placed that it is gone from the ledger.

        :param booked: :class:`~..matching.booked.BookedVoucher`.
        """
        for line in self:
            said = Message(
                _("Correction voucher %(voucher)s was taken out of the ledger: it was changed by force."),
                {"voucher": booked.name},
            )
            line.explanation_data = [said.to_json(), *(line.explanation_data or [])]
        self._note_booked_again()
