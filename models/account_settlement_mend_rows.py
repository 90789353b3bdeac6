from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..providers.messages import Message, _
from .money import to_decimal


class AccountSettlement(models.Model):
    """Setting back the transactions, and storing again those that are missing."""

    _inherit = "account.settlement"

    def _set_back_rows(self):
        """Let the transactions read as their documents, also those that no voucher has booked, and store again what the
        documents tell of this payout and is not stored."""
        for document in self.document_ids._get_readable():
            for told in document._get_told() or ():
                is_ours = self.external_id and told.external_id == self.external_id
                self._set_back_rows_of(document, told, is_ours)
                if is_ours:
                    self.provider_id._add_lines(self, document._get_missing_rows(told), document)

    def _set_back_rows_of(self, document, told, is_ours):
        rows = {row.external_id: row for row in told.transactions}
        lines = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.provider_id.id), ("external_id", "in", list(rows))]
        )
        for line in lines:
            row = rows[line.external_id]
            comes_from = line.document_id if line.document_id in self.document_ids else document
            if comes_from != document or not (is_ours or line.settlement_id == self):
                continue
            wanted = {
                "document_id": document.id,
                "kind": str(row.kind),
                "date": row.date,
                "amount": row.amount,
                "fee": row.fee,
                "fee_owed": False,
                "currency_id": self.currency_id.id,
                "order_reference": row.order_reference or False,
                "provider_reference": row.provider_reference or False,
            }
            if is_ours:
                wanted["settlement_id"] = self.id
            elif told.external_id:
                wanted["settlement_id"] = (self.provider_id._find_stored(told) or self).id
            line._set_back(wanted)

    def _find_told_by(self, told):
        """Return the one of these settlements that has the transactions of a payout: its number may be changed."""
        names = {row.external_id for row in told.transactions}
        lines = self.line_ids.filtered(lambda line: line.external_id in names)
        return lines.settlement_id if len(lines.settlement_id) == 1 else self.browse()


class AccountSettlementDocument(models.Model):
    """Setting back what a document tells of a payout as a whole."""

    _inherit = "account.settlement.document"

    def _set_back_payouts(self):
        """Let the payouts read as the document tells them: number, amount and reference."""
        self.ensure_one()
        payouts = [told for told in self._get_told() or () if told.external_id]
        numbers = [told.external_id for told in payouts]
        for told in payouts:
            stored = self.provider_id._find_stored(told)
            if not stored:
                strange = self.settlement_ids.filtered(lambda one: not one.is_open and one.external_id not in numbers)
                stored = strange._find_told_by(told)
            if not stored:
                continue
            wanted = {
                "external_id": told.external_id,
                "payout_amount": told.payout_amount or 0,
                "payout_reference": told.payout_reference or False,
            }
            found = {
                "external_id": stored.external_id,
                "payout_amount": to_decimal(stored.payout_amount, stored.currency_id),
                "payout_reference": stored.payout_reference or False,
            }
            if found != wanted:
                stored.write(wanted)


class AccountSettlementLine(models.Model):
    _inherit = "account.settlement.line"

    def _set_back(self, wanted):
        """Set a transaction back to what it was, where it is not so still.

        :param dict wanted: values as they are written.
        """
        self.ensure_one()

        def found(name):
            field = self._fields[name]
            if field.type == "monetary":
                return to_decimal(self[name], self.currency_id)
            return self[name].id if field.type == "many2one" else self[name]

        changed = {name: value for name, value in wanted.items() if found(name) != value}
        if changed:
            self.write(changed)


class AccountSettlementVoucher(models.Model):
    """Setting back the transactions that vouchers have booked."""

    _inherit = "account.settlement.voucher"

    def _set_back_transactions(self):
        """Set the transactions of the vouchers that count back to what they were when they were booked, also those that
        were deleted: with the same id, by which their items are theirs again."""
        booked = {}
        for voucher in self:
            if not voucher.move_id or voucher._is_live():
                booked.update((one.id, (voucher, one)) for one in voucher._get_trusted().transactions)
        if not booked:
            return
        self.env.flush_all()
        lines = self.env["account.settlement.line"].browse(booked).exists()
        self._free_names(lines, booked)
        for line in lines:
            voucher, one = booked[line.id]
            line._set_back(voucher._prepare_transaction_vals(one))
        for voucher, one in booked.values():
            if one.id not in lines.ids:
                voucher._store_again(one)

    def _free_names(self, lines, booked):
        """Give transactions that have got others' ids names of their own first: two may have each other's.

        :raises UserError: where the name is taken by one that was never booked with it.
        """
        renamed = lines.filtered(lambda line: line.external_id != booked[line.id][1].external_id)
        missing = set(booked) - set(lines.ids)
        names = [booked[line_id][1].external_id for line_id in [*renamed.ids, *missing]]
        strange = lines.search(
            [
                ("provider_id", "in", self.settlement_id.provider_id.ids),
                ("external_id", "in", names),
                ("id", "not in", lines.ids),
            ]
        )
        for line in strange.filtered("move_line_ids"):
            raise UserError(
                self.env._(
                    "Transaction %(row)s of %(settlement)s was stored a second time, and booked. Undo %(settlement)s "
                    "there first, and press Put Right again.",
                    row=line.external_id,
                    settlement=line.settlement_id.name,
                )
            )
        strange.unlink()
        if renamed:
            self.env.cr.execute(
                SQL("UPDATE account_settlement_line SET external_id = 'id ' || id WHERE id IN %s", renamed._ids)
            )
            renamed.invalidate_recordset(["external_id"])

    def _prepare_transaction_vals(self, one):
        currency = self.settlement_id._get_currencies([one.currency])[one.currency]
        return {
            "settlement_id": one.settlement_id,
            "external_id": one.external_id,
            "kind": one.kind,
            "date": one.date,
            "amount": one.amount,
            "fee": one.fee,
            "currency_id": currency.id,
            "provider_reference": one.provider_reference or False,
        }

    def _store_again(self, one):
        """Store a transaction again that was deleted: as its document has it, else as it is kept here."""
        settlement = self.settlement_id
        lines = self.env["account.settlement.line"]
        named = [("provider_id", "=", settlement.provider_id.id), ("external_id", "=", one.external_id)]
        for document in settlement.document_ids._get_readable():
            rows = [row for told in document._get_told() or () for row in told.transactions]
            settlement.provider_id._add_lines(
                settlement, [row for row in rows if row.external_id == one.external_id][:1], document
            )
            if line := lines.search(named):
                break
        else:
            roles = {item.role for item in self._get_trusted().items if one.id in item.transaction_ids}
            vals = self._prepare_transaction_vals(one)
            line = lines.create({**vals, "fee_owed": "fee_payable" in roles})
        line.explanation_data = [Message(_("Stored again: it had been deleted by force."), {}).to_json()]
        self.env.flush_all()
        # Nothing leads to the new one yet.
        self.env.cr.execute(SQL("UPDATE account_settlement_line SET id = %s WHERE id = %s", one.id, line.id))
        self.env.invalidate_all()
