from decimal import Decimal

from odoo import models
from odoo.tools import format_date, formatLang

from ..booking.booked import compare_items, compare_transactions, describe_items
from ..common.messages import Message, _

GONE = _("Voucher %(voucher)s of %(date)s, debit %(amount)s, was deleted.")
NOT_POSTED = _("Voucher %(voucher)s, debit %(amount)s, is no longer posted: it is %(state)s.")
RENUMBERED = _("Voucher %(booked)s has the number %(found)s now.")
REDATED = _("Voucher %(voucher)s was booked on %(booked)s, and is dated %(found)s now.")
MOVED = _("Voucher %(voucher)s was booked in journal %(booked)s, and is in %(found)s now.")
UNMARKED = _("Voucher %(voucher)s no longer says that it is this settlement's.")
KEPT_CHANGED = _("What is kept of voucher %(voucher)s, to compare it with, was changed itself.")
ROW_CHANGED = _("Transaction %(row)s was booked as %(booked)s, and reads %(found)s now.")
ROW_GONE = _("Transaction %(row)s was booked as %(booked)s, and is gone.")
KEPT_MOVED = _("What is kept of voucher %(voucher)s was kept with %(booked)s, and stands with %(found)s now.")
VOUCHER_CHANGED = _("Voucher %(voucher)s: %(field)s was %(booked)s, and is %(found)s now.")
ORPHAN = _("What voucher %(voucher)s, debit %(amount)s, reverses was deleted: it reverses nothing that is there.")
DOCUMENTS_CHANGED = _(
    "Voucher %(voucher)s was booked from documents with the SHA-256 %(booked)s, and its transactions come from "
    "%(found)s now."
)

#: What differs between two journal items of the same account, customer and amount, by the field that shows it.
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
    """How a voucher differs from what was booked."""

    _inherit = "account.settlement.voucher"

    def _get_differences(self):
        """Return the sentences on how this voucher and its transactions differ from what was booked."""
        self.ensure_one()
        booked = self._get_booked()
        said = []
        if booked.digest != self.digest:
            said += self._describe_as(KEPT_CHANGED)
        if booked.settlement_id != self.settlement_id.id:
            other = self.env["account.settlement"].browse(booked.settlement_id).exists()
            values = {"booked": other.name or "–", "found": self.settlement_id.name}
            said.append(Message(KEPT_MOVED, {"voucher": self.number, **values}))
        if not self._is_live() and booked.transactions and self.move_id.state == "posted":
            # It was reversed: what its transactions are now is the next voucher's affair.
            return said + self._get_voucher_differences(booked)
        return said + self._get_voucher_differences(booked) + self._get_transaction_differences(booked)

    def _get_voucher_differences(self, booked):
        move = self.move_id
        debit = sum((item.balance for item in booked.items if item.balance > 0), Decimal(0))
        values = {"voucher": booked.name, "amount": debit}
        if not move:
            return [Message(GONE, {**values, "date": booked.date})]
        if move.state != "posted":
            states = dict(move._fields["state"]._description_selection(self.env))
            return [Message(NOT_POSTED, {**values, "state": states[move.state]})]
        said = self._get_field_differences(booked, move)
        if move.settlement_id != self.settlement_id:
            said.append(Message(UNMARKED, values))
        return said + describe_items(booked.name, self._compare_items(booked), self._describe_item)

    def _get_field_differences(self, booked, move):
        """Compare what stands on the voucher itself."""
        said = []
        values = {"voucher": booked.name}
        if move.name != booked.name:
            said.append(Message(RENUMBERED, {"booked": booked.name, "found": move.name or ""}))
        if move.date != booked.date:
            said.append(Message(REDATED, {**values, "booked": booked.date, "found": move.date}))
        if move.journal_id.id != booked.journal_id:
            journal = self.env["account.journal"].browse(booked.journal_id).exists()
            said.append(
                Message(MOVED, {**values, "booked": journal.display_name, "found": move.journal_id.display_name})
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
            # A partner that is gone was merged into another; an entry that is gone is said below.
            if move[name] != then and (then or not booked_id):
                said.append(self._describe_field(name, booked, then.display_name, move[name].display_name))
        if self._is_orphan(booked):
            debit = sum((item.balance for item in booked.items if item.balance > 0), Decimal(0))
            said.append(Message(ORPHAN, {**values, "amount": debit}))
        return said

    def _is_orphan(self, booked):
        """Whether it is in the ledger as the reversal of a voucher that was deleted: nothing stands against it then."""
        if not booked.reversed_id or not self._is_live():
            return False
        return not self.env["account.move"].browse(booked.reversed_id).exists()

    def _describe_field(self, name, booked, then, now):
        """Return the sentence on a field of the voucher. :param then: its value when booked. :param now: its value."""
        label = self.env["account.move"]._fields[name]._description_string(self.env)
        values = {"voucher": booked.name, "field": label, "booked": then or "–", "found": now or "–"}
        return Message(VOUCHER_CHANGED, values)

    def _describe_as(self, template):
        """Return a sentence on each of these vouchers."""
        return [Message(template, {"voucher": voucher.number}) for voucher in self]

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
        """Return an item in words. :param other: what it is compared with, where there is one."""
        account = self.env["account.account"].browse(item.account_id).with_company(self.company_id)
        partner = self.env["res.partner"].browse(item.partner_id or [])
        amount = self._describe_number(item.balance, self.company_id.currency_id)
        parts = [account.with_context(show_account_code=True).display_name, partner.display_name, amount]
        for name, attribute in ITEM_DETAILS.items():
            value = getattr(item, attribute)
            if name == "amount_currency" and value == item.balance:
                continue  # in company currency the amount is there already
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
            said.append(Message(ROW_CHANGED if found else ROW_GONE, values))
        return said + self._get_origin_differences(booked)

    def _get_origin_differences(self, booked):
        """Compare the documents its transactions come from, while these are all there."""
        lines = self.env["account.settlement.line"].browse(one.id for one in booked.transactions)
        found = lines._get_document_digests() if lines == lines.exists() else booked.documents
        if found == booked.documents:
            return []
        shown = {"booked": ", ".join(booked.documents) or "–", "found": ", ".join(found) or "–"}
        return [Message(DOCUMENTS_CHANGED, {"voucher": booked.name, **shown})]

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
