"""What of a posted voucher nobody but our own methods may change, on the entry and on its items."""

from odoo.exceptions import UserError

#: The fields that mark a journal entry and its items as a settlement's.
MOVE_MARKS = frozenset({"settlement_id"})
ITEM_MARKS = frozenset(
    {
        "settlement_line_ids",
        "settlement_clearing_id",
        "settlement_opening_id",
        "settlement_payout_id",
        "settlement_role",
    }
)

#: The fields of a posted voucher that stay as booked. Texts, analysis, due dates, hashes, attachments and
#: reconciliations are not among them.
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
    # What Odoo computes from the items: it does so without write(), so whoever calls write() with it is not Odoo.
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
    # What reports read on the item, and Odoo takes from the voucher or computes, without write().
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


def get_given(records, vals, names):
    """Return which of ``names`` a new record gets, by its values or by a default in the context."""
    return {name for name in names if vals.get(name) or records.env.context.get(f"default_{name}")}


def get_changed(record, vals, names):
    """Return which of ``names`` these values would change."""
    return {name for name in names & vals.keys() if _will_change(record, vals, name)}


def _will_change(record, vals, name):
    field = record._fields[name]
    if field.type in ("many2many", "one2many"):
        return record.env["account.move"]._field_will_change(record, vals, name)
    return field.convert_to_cache(vals[name], record) != field.convert_to_cache(record[name], record)


def get_followed(item, vals):
    """Return ``partner_id`` where a journal item only follows its customer, who has got a parent company."""
    return {"partner_id"} if vals.get("partner_id") == item.partner_id.commercial_partner_id.id else set()


def refuse_marks(model, names):
    """:raises UserError: when anybody but our own methods sets the fields that mark entries as a settlement's."""
    if names:
        labels = [model._fields[name]._description_string(model.env) for name in sorted(names)]
        raise UserError(
            model.env._(
                "%s is set only when a settlement is booked. Upload the settlement, or open the transaction and "
                "press Match….",
                ", ".join(labels),
            )
        )
