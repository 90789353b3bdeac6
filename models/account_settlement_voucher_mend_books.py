from dataclasses import replace

from odoo import models

from ..booking.planned import PlannedLine, Voucher
from .own_writes import as_own


class AccountSettlementVoucher(models.Model):
    """Booking a changed voucher again as it was."""

    _inherit = "account.settlement.voucher"

    def _book_again_if_altered(self):
        """Reverse this voucher if it is not what was booked, and book it again as it was.

        :return: its new journal items, if they still have to be reconciled as the old ones were.
        """
        self.ensure_one()
        booked = self._get_trusted()
        move = self.move_id
        nothing = self.env["account.move.line"]
        is_counted = not move or self._is_live()
        if move and not self._compare_items(booked).in_ledger:
            if is_counted and self._compare_transactions(booked):
                # The document does not agree with the stored copy: it is booked anew from the document.
                move._take_out_of_ledger(self.env._("It differs from the document."))
            return nothing
        met = self._get_counterparts()
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
            self.search([("move_id", "=", fresh.id)])._note_reversed_move(original)
        reversal._note_reversed_move(fresh)
        items = fresh.line_ids.sorted("id")
        if not move:
            items._recompute_residuals_beside()
        pairs = zip(booked.items, items, strict=True)
        items._reconcile_again({item: met[old.id] for old, item in pairs if old.id in met})
        return items

    def _get_counterparts(self):
        """Return ``{item id: the items it is reconciled with}``."""
        met = {}
        own = self.move_id.line_ids
        for item in own:
            partials = item.matched_debit_ids | item.matched_credit_ids
            met[item.id] = (partials.debit_move_id | partials.credit_move_id) - own
        return met

    def _plan_again(self, booked):
        """Return the plan of the voucher as it was booked; None where an account or customer no longer exists."""
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
        """Return the stored copy of this voucher's reversal: by its reference, or by its amounts where this one was
        deleted."""
        vouchers = self.settlement_id._get_trusted_vouchers() - self
        if self.move_id:
            return vouchers.filtered(lambda one: one._get_trusted().reversed_id == self.move_id.id)[:1]
        for voucher in vouchers:
            other = voucher._get_trusted()
            is_lost = other.reversed_id and not self.env["account.move"].browse(other.reversed_id).exists()
            if is_lost and other.get_effects() == booked.get_effects(-1):
                return voucher
        return self.browse()

    def _note_reversed_move(self, original):
        """Store that a reversal is that of another entry, as its voucher was booked again.

        :param original: ``account.move``.
        """
        for voucher in self:
            booked = replace(voucher._get_booked(), reversed_id=original.id)
            voucher.write({"booked_data": booked.to_json(), "digest": booked.digest})
            if voucher.move_id:
                as_own(voucher.move_id).reversed_entry_id = original

    def _get_placed_lines(self, booked):
        """Return the transactions of a correction voucher; none for a voucher that books transactions itself."""
        ids = {line_id for item in booked.items for line_id in item.transaction_ids}
        if booked.transactions or booked.reversed_id:
            ids = ()
        return self.env["account.settlement.line"].browse(ids).exists()
