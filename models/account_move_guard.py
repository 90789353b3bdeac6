from odoo import api, models
from odoo.exceptions import UserError

from .own_writes import as_own, is_own

#: The marks by which a journal entry and its items are known as a settlement's.
MOVE_MARKS = frozenset({"settlement_id"})
ITEM_MARKS = frozenset({"settlement_line_ids", "settlement_clearing_id", "settlement_payout_id", "settlement_role"})

#: What stays of a posted voucher as it was booked. Texts, analysis, due dates, hashes, attachments and reconciliations
#: are not among it.
KEPT_MOVE_FIELDS = MOVE_MARKS | {
    "auto_post",
    "commercial_partner_id",
    "company_id",
    "currency_id",
    "date",
    "journal_id",
    "move_type",
    "name",
    "origin_payment_id",
    "partner_id",
    "posted_before",
    "reversed_entry_id",
    "sequence_number",
    "sequence_prefix",
    "state",
    "statement_line_id",
    "tax_cash_basis_origin_move_id",
    "tax_cash_basis_rec_id",
    # What Odoo works out of the items: it writes it past write(), so whoever calls write() with it is not Odoo.
    "always_tax_exigible",
    "amount_residual",
    "amount_residual_signed",
    "amount_tax",
    "amount_tax_signed",
    "amount_total",
    "amount_total_in_currency_signed",
    "amount_total_signed",
    "amount_untaxed",
    "amount_untaxed_in_currency_signed",
    "amount_untaxed_signed",
    "inalterable_hash",
    "payment_state",
}
KEPT_ITEM_FIELDS = ITEM_MARKS | {
    "account_id",
    "amount_currency",
    "balance",
    "company_id",
    "credit",
    "currency_id",
    "date",
    "debit",
    "discount",
    "display_type",
    "group_tax_id",
    "move_id",
    "partner_id",
    "payment_id",
    "price_unit",
    "product_id",
    "quantity",
    "statement_line_id",
    "tax_base_amount",
    "tax_ids",
    "tax_line_id",
    "tax_repartition_line_id",
    "tax_tag_ids",
    # What reports read on the item, and Odoo takes from the voucher or works out: it writes that past write().
    "amount_residual",
    "amount_residual_currency",
    "company_currency_id",
    "full_reconcile_id",
    "is_storno",
    "journal_id",
    "move_name",
    "parent_state",
    "price_subtotal",
    "price_total",
    "reconciled",
    "statement_id",
    "tax_group_id",
}


def _get_given(records, vals, names):
    """Return which of ``names`` a new record is given, by its values or by a default in the context."""
    return {name for name in names if vals.get(name) or records.env.context.get(f"default_{name}")}


def _get_changed(record, vals, names):
    """Return which of ``names`` these values would change."""
    return {name for name in names & vals.keys() if _will_change(record, vals, name)}


def _will_change(record, vals, name):
    field = record._fields[name]
    if field.type in ("many2many", "one2many"):
        return record.env["account.move"]._field_will_change(record, vals, name)
    return field.convert_to_cache(vals[name], record) != field.convert_to_cache(record[name], record)


def _get_followed(item, vals):
    """Return ``partner_id`` where a journal item only follows its customer, who has been given a company."""
    return {"partner_id"} if vals.get("partner_id") == item.partner_id.commercial_partner_id.id else set()


def _refuse_marks(model, names):
    """:raises UserError: where somebody else than our own methods sets what marks entries as a settlement's."""
    if names:
        labels = [model._fields[name]._description_string(model.env) for name in sorted(names)]
        raise UserError(
            model.env._(
                "%s is set when a settlement is booked, and by nobody else. Upload the settlement, or open the "
                "transaction and press Place….",
                ", ".join(labels),
            )
        )


class AccountMove(models.Model):
    """A posted voucher stays as it was booked, whoever asks: also superusers, other addons and Odoo's own buttons.

    Our own methods pass, see ``own_writes``. What SQL changes all the same, the proof finds.
    """

    _inherit = "account.move"

    def _get_settlement_vouchers(self):
        return self.sudo().filtered("settlement_id")

    def _refuse_voucher_change(self):
        """:raises UserError: for the first of these vouchers, saying how it is corrected."""
        for move in self[:1]:
            values = {"move": move.name or move.ref, "settlement": move.settlement_id.name}
            if move.reversed_entry_id:
                raise UserError(
                    self.env._(
                        "%(move)s is the reversal of %(reversed)s, so it is never changed, deleted or reversed. To "
                        "have the transactions in the ledger again, open settlement %(settlement)s and press Match "
                        "and Book.",
                        reversed=move.reversed_entry_id.name,
                        **values,
                    )
                )
            raise UserError(
                self.env._(
                    "%(move)s was booked from settlement %(settlement)s, so it is never changed, deleted or reversed "
                    "by hand. To correct it, open the settlement and press Undo…: all of it is reversed and booked "
                    "anew. For a single transaction, open that transaction and press Undo… there.",
                    **values,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not is_own(self):
            for vals in vals_list:
                _refuse_marks(self, _get_given(self, vals, MOVE_MARKS))
                reversed_id = vals.get("reversed_entry_id") or self.env.context.get("default_reversed_entry_id")
                self.browse(reversed_id or [])._get_settlement_vouchers()._refuse_voucher_change()
        return super().create(vals_list)

    def write(self, vals):
        if not is_own(self) and KEPT_MOVE_FIELDS & vals.keys():
            for move in self.sudo():
                if move.settlement_id and _get_changed(move, vals, KEPT_MOVE_FIELDS):
                    move._refuse_voucher_change()
                _refuse_marks(move, _get_changed(move, vals, MOVE_MARKS))
                if _get_changed(move, vals, {"reversed_entry_id"}):
                    # Only our own reversals reverse a voucher: Undo would take any other for one.
                    move.browse(vals["reversed_entry_id"] or [])._get_settlement_vouchers()._refuse_voucher_change()
        return super().write(vals)

    def unlink(self):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super().unlink()

    def copy_data(self, default=None):
        """A copy made by hand is an ordinary entry."""
        vals_list = super().copy_data(default)
        if not is_own(self):
            for vals in vals_list:
                for name in MOVE_MARKS & vals.keys():
                    del vals[name]
        return vals_list

    def button_draft(self):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super().button_draft()

    def button_cancel(self):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super().button_cancel()

    def _compute_show_reset_to_draft_button(self):
        result = super()._compute_show_reset_to_draft_button()
        self.filtered("settlement_id").show_reset_to_draft_button = False
        return result

    def action_reverse(self):
        """Odoo's button leads to our undo, where it is the settlement's booking that is to be reversed."""
        vouchers = self._get_settlement_vouchers()
        if not vouchers:
            return super().action_reverse()
        settlements = vouchers.settlement_id.sudo(False)
        is_manager = self.env.user.has_group("settlement_bridge.group_settlement_manager")
        if vouchers != self.sudo() or vouchers.reversed_entry_id or not is_manager:
            vouchers._refuse_voucher_change()
        return settlements.action_reverse()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        if not is_own(self):
            self._get_settlement_vouchers()._refuse_voucher_change()
        return super()._reverse_moves(default_values_list, cancel)

    def _hash_moves(self, **kwargs):
        """Odoo sets an entry's hash by an ordinary write; nobody else does."""
        return super(AccountMove, as_own(self))._hash_moves(**kwargs)
