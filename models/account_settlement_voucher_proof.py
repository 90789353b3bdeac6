from decimal import Decimal

from odoo import models
from odoo.tools import format_date, formatLang

from ..booking.voucher_comparison import compare_items, compare_transactions, describe_items
from ..common.messages import Message

#: What may differ between two journal items of the same account, customer and amount, by field.
ITEM_DETAILS = {
    "currency_id": "currency",
    "amount_currency": "amount_currency",
    "tax_ids": "tax_ids",
    "tax_tag_ids": "tax_tag_ids",
    "tax_repartition_line_id": "tax_repartition_line_id",
    "tax_line_id": "tax_line_id",
    "tax_base_amount": "tax_base_amount",
    "display_type": "display_type",
}


class AccountSettlementVoucher(models.Model):
    """Comparing a voucher with what was booked."""

    _inherit = "account.settlement.voucher"

    def _get_differences(self):
        """Return the sentences on how this voucher and its transactions differ from what was booked."""
        self.ensure_one()
        booked = self._get_booked()
        said = []
        if booked.digest != self.digest:
            said += self._describe_as("voucher_copy_changed")
        if booked.settlement_id != self.settlement_id.id:
            other = self.env["account.settlement"].browse(booked.settlement_id).exists()
            values = {"booked": other.name or "–", "found": self.settlement_id.name}
            said.append(Message("voucher_copy_moved", {"voucher": self.number, **values}))
        if not self._is_live() and booked.transactions and self.move_id.state == "posted":
            # It was reversed: the next voucher is compared with its transactions.
            return said + self._get_voucher_differences(booked)
        return said + self._get_voucher_differences(booked) + self._get_transaction_differences(booked)

    def _get_voucher_differences(self, booked):
        move = self.move_id
        debit = sum((item.balance for item in booked.items if item.balance > 0), Decimal(0))
        values = {"voucher": booked.name, "amount": debit}
        if not move:
            return [Message("voucher_deleted", {**values, "date": booked.date})]
        if move.state != "posted":
            states = dict(move._fields["state"]._description_selection(self.env))
            return [Message("voucher_not_posted", {**values, "state": states[move.state]})]
        said = self._get_field_differences(booked, move)
        if move.settlement_id != self.settlement_id:
            said.append(Message("voucher_unlinked", values))
        return said + describe_items(booked.name, self._compare_items(booked), self._describe_item)

    def _get_field_differences(self, booked, move):
        """Compare the voucher's own fields."""
        said = []
        values = {"voucher": booked.name}
        if move.name != booked.name:
            said.append(Message("voucher_renumbered", {"booked": booked.name, "found": move.name or ""}))
        if move.date != booked.date:
            said.append(Message("voucher_redated", {**values, "booked": booked.date, "found": move.date}))
        if move.journal_id.id != booked.journal_id:
            journal = self.env["account.journal"].browse(booked.journal_id).exists()
            said.append(
                Message(
                    "voucher_in_other_journal",
                    {**values, "booked": journal.display_name, "found": move.journal_id.display_name},
                )
            )
        if move.move_type != booked.move_type:
            types = dict(move._fields["move_type"]._description_selection(self.env))
            shown = types.get(booked.move_type, booked.move_type), types[move.move_type]
            said.append(self._describe_field("move_type", booked, *shown))
        if (move.currency_id.name or "") != booked.currency:
            said.append(self._describe_field("currency_id", booked, booked.currency, move.currency_id.name))
        for name, booked_id in (
            ("company_id", booked.company_id),
            ("partner_id", booked.partner_id),
            ("reversed_entry_id", booked.reversed_id),
        ):
            then = move[name].browse(booked_id or []).exists()
            # A deleted partner was merged into another; a deleted entry is reported below.
            if move[name] != then and (then or not booked_id):
                said.append(self._describe_field(name, booked, then.display_name, move[name].display_name))
        if self._is_orphan(booked):
            debit = sum((item.balance for item in booked.items if item.balance > 0), Decimal(0))
            said.append(Message("reversal_orphaned", {**values, "amount": debit}))
        return said

    def _is_orphan(self, booked):
        """Whether it is in the ledger as the reversal of a deleted voucher, with nothing to balance it."""
        if not booked.reversed_id or not self._is_live():
            return False
        return not self.env["account.move"].browse(booked.reversed_id).exists()

    def _describe_field(self, name, booked, then, now):
        """Return the sentence on a field of the voucher.

        :param then: its value when booked.
        :param now: its value now.
        """
        label = self.env["account.move"]._fields[name]._description_string(self.env)
        values = {"voucher": booked.name, "field": label, "booked": then or "–", "found": now or "–"}
        return Message("voucher_changed", values)

    def _describe_as(self, code):
        """Return a sentence on each of these vouchers."""
        return [Message(code, {"voucher": voucher.number}) for voucher in self]

    def _compare_items(self, booked):
        gone = set()
        for name, model in (("account_id", "account.account"), ("partner_id", "res.partner")):
            ids = {getattr(item, name) for item in booked.items} - {None}
            existing = self.env[model].browse(ids).exists()
            gone |= {(name, record_id) for record_id in ids - set(existing.ids)}
            if name == "partner_id":
                gone |= {(name, partner.id, partner.commercial_partner_id.id) for partner in existing}
        return compare_items(booked.items, self._get_found_items(), gone)

    def _describe_item(self, item, other=None):
        """Return an item in words.

        :param other: the item it is compared with, if any.
        """
        account = self.env["account.account"].browse(item.account_id).with_company(self.company_id)
        partner = self.env["res.partner"].browse(item.partner_id or [])
        amount = self._describe_number(item.balance, self.company_id.currency_id)
        parts = [account.with_context(show_account_code=True).display_name, partner.display_name, amount]
        for name, attribute in ITEM_DETAILS.items():
            value = getattr(item, attribute)
            if name == "amount_currency" and value == item.balance:
                continue  # In company currency the amount is shown already.
            if other and value != getattr(other, attribute):
                parts.append(self._describe_detail(name, value))
        return ", ".join(part for part in parts if part)

    def _describe_detail(self, name, value):
        field = self.env["account.move.line"]._fields[name]
        if field.type == "monetary":
            value = self._describe_number(value)
        elif field.type == "selection":
            value = dict(field._description_selection(self.env)).get(value, value)
        elif field.type == "many2many" or name.startswith("tax_"):
            ids = [value] if isinstance(value, int) else value or []
            value = ", ".join(self.env[field.comodel_name].browse(ids).exists().mapped("display_name"))
        return f"{field._description_string(self.env)}: {value or '–'}"

    def _describe_number(self, amount, currency=None):
        if not amount.is_finite():
            return self.env._("no amount")
        return formatLang(self.env, float(amount), currency_obj=currency)

    def _get_transaction_differences(self, booked):
        said = []
        for one, found in self._compare_transactions(booked):
            values = {"row": one.external_id, "booked": self._describe_transaction(one)}
            if found:
                values["found"] = self._describe_transaction(found)
            said.append(Message("row_changed" if found else "row_gone", values))
        return said + self._get_origin_differences(booked)

    def _get_origin_differences(self, booked):
        """Compare the documents its transactions come from, while all of these exist."""
        lines = self.env["account.settlement.line"].browse(one.id for one in booked.transactions)
        found = lines._get_document_digests() if lines == lines.exists() else booked.documents
        if found == booked.documents:
            return []
        shown = {"booked": ", ".join(booked.documents) or "–", "found": ", ".join(found) or "–"}
        return [Message("voucher_documents_changed", {"voucher": booked.name, **shown})]

    def _compare_transactions(self, booked):
        lines = self.env["account.settlement.line"].browse(one.id for one in booked.transactions).exists()
        return compare_transactions(booked.transactions, {found.id: found for found in lines._to_booked()})

    def _describe_transaction(self, transaction):
        """Return a transaction in words."""
        kinds = dict(self.env["account.settlement.line"]._fields["kind"]._description_selection(self.env))
        amounts = self.env._(
            "%(amount)s with a fee of %(fee)s on %(date)s",
            amount=f"{self._describe_number(transaction.amount)} {transaction.currency}",
            fee=self._describe_number(transaction.fee),
            date=format_date(self.env, transaction.date),
        )
        settlement = self.env["account.settlement"].browse(transaction.settlement_id).exists()
        elsewhere = settlement.name if settlement != self.settlement_id else ""
        names = dict.fromkeys((transaction.external_id, transaction.provider_reference, amounts, elsewhere))
        return f"{kinds.get(transaction.kind, transaction.kind)} {', '.join(filter(None, names))}"

    def _is_live(self):
        """Whether it is in the ledger: posted, and not reversed by us."""
        self.ensure_one()
        return bool(self.move_id) and self.move_id._count_in_ledger() > 0
