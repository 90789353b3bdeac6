from odoo import models
from odoo.fields import Command
from odoo.tools import SQL

from .own_writes import as_own


class AccountSettlementVoucher(models.Model):
    """Restoring a voucher's place: number, date, journal, company and items.

    This is done by SQL, as Odoo changes nothing that is posted; the stored copy has what Odoo had posted.
    """

    _inherit = "account.settlement.voucher"

    def _get_trusted(self):
        """Return the stored copy, a :class:`~..booking.voucher_record.BookedVoucher`; None if it was changed itself."""
        self.ensure_one()
        try:
            booked = self._get_booked()
            return booked if booked.digest == self.digest else None
        except ValueError:
            return None

    def _is_ended_by_force(self, compared):
        """Whether it was marked as ended by force: no other compared copy has its entry or its effect on the ledger.

        :param compared: the settlement's copies that are compared.
        """
        booked = self._get_trusted()
        if not booked:
            return False
        if self.move_id:
            return self.move_id.state == "posted" and self.move_id not in compared.move_id
        effects = booked.get_effects()
        return all((voucher._get_trusted() or booked).get_effects() != effects for voucher in compared)

    def _find_move(self, booked):
        """Return the entry that has the voucher's items: the copy may have been linked to another entry, or to none."""
        items = self.env["account.move.line"].browse(item.id for item in booked.items).exists()
        if not items or items.move_id & self.move_id:
            return self.move_id
        return max(items.grouped("move_id").items(), key=lambda group: len(group[1]))[0]

    def _restore_moves(self):
        """Restore number, date, journal, company and state of these vouchers, their settlement, what they reverse, and
        which items are theirs."""
        wanted = {voucher.move_id.id: voucher._get_trusted() for voucher in self if voucher.move_id}
        if not wanted:
            return
        self.env.flush_all()
        moves = self.env["account.move"].browse(wanted)
        self._restore_items_of(wanted)
        changed = {}
        for move in moves:
            booked = wanted[move.id]
            reversed_id = booked.reversed_id
            if reversed_id and not move.browse(reversed_id).exists():
                reversed_id = move.reversed_entry_id.id
            values = {
                "name": booked.name,
                "date": booked.date,
                "journal_id": booked.journal_id,
                "company_id": booked.company_id,
                "move_type": booked.move_type,
                "currency_id": self.settlement_id._get_currencies([booked.currency])[booked.currency].id,
                "partner_id": booked.partner_id,
                "settlement_id": booked.settlement_id,
                "reversed_entry_id": reversed_id or None,
                "state": "posted",
            }
            if any(
                move._fields[name].convert_to_write(move[name], move) != (value or False)
                for name, value in values.items()
            ):
                changed[move.id] = values
        renamed = moves.browse(move_id for move_id in changed if move_id)
        others = renamed._get_holders_of_numbers(changed)
        if others:
            (self | others)._restore_moves()
            return
        if changed:
            # Two vouchers may have each other's number.
            self.env.cr.execute(SQL("UPDATE account_move SET name = NULL WHERE id IN %s", tuple(changed)))
        for move_id, values in changed.items():
            pairs = SQL(", ").join(SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items())
            self.env.cr.execute(SQL("UPDATE account_move SET %s WHERE id = %s", pairs, move_id))
        self.env.invalidate_all()
        for name in ("sequence_prefix", "sequence_number"):
            self.env.add_to_compute(renamed._fields[name], renamed)
        self.env.flush_all()
        self._restore_place_of_items(moves)
        for voucher in self.filtered("move_id"):
            for item, found in voucher._compare_items(wanted[voucher.move_id.id]).in_ledger:
                if item and found and item.tax_identity != found.tax_identity:
                    self._restore_tax_details(item)

    def _restore_tax_details(self, item):
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move_line
                   SET tax_repartition_line_id = %s, tax_line_id = %s, tax_base_amount = %s, display_type = %s
                 WHERE id = %s
                """,
                *item.tax_identity,
                item.id,
            )
        )
        self.env.invalidate_all()

    def _restore_items_of(self, wanted):
        """Move items back that were moved from one voucher to another."""
        for move_id, booked in wanted.items():
            ids = tuple(item.id for item in booked.items) or (0,)
            self.env.cr.execute(
                SQL("UPDATE account_move_line SET move_id = %s WHERE id IN %s AND move_id != %s", move_id, ids, move_id)
            )
        own = [item.id for booked in wanted.values() for item in booked.items]
        strange = self.env["account.move.line"].search([("move_id", "in", list(wanted)), ("id", "not in", own)])
        if strange:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE account_move_line item
                       SET move_id = kept.move_id
                      FROM account_settlement_voucher kept
                CROSS JOIN LATERAL jsonb_array_elements(
                               CASE WHEN jsonb_typeof(kept.booked_data->'items') = 'array'
                                    THEN kept.booked_data->'items' ELSE '[]' END
                           ) one
                     WHERE kept.is_ended IS NOT TRUE
                       AND kept.move_id IS NOT NULL
                       AND item.id IN %s
                       AND one->>0 = item.id::text
                    """,
                    strange._ids,
                )
            )
        self.env.invalidate_all()

    def _restore_place_of_items(self, moves):
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move_line item
                   SET date = move.date,
                       journal_id = move.journal_id,
                       company_id = move.company_id,
                       company_currency_id = company.currency_id,
                       parent_state = move.state,
                       move_name = move.name,
                       deductible_amount = COALESCE(item.deductible_amount, 100)
                  FROM account_move move
                  JOIN res_company company ON company.id = move.company_id
                 WHERE move.id = item.move_id
                   AND move.id IN %s
                """,
                moves._ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move_line
                   SET debit = GREATEST(balance, 0), credit = GREATEST(-balance, 0)
                 WHERE move_id IN %s
                   AND debit - credit IS DISTINCT FROM balance
                   AND balance IS NOT NULL
                   AND balance != 'NaN'
                """,
                moves._ids,
            )
        )
        self.env.invalidate_all()

    def _restore_unbalanced(self):
        """Restore the items of vouchers that no longer balance, as these cannot be reversed."""
        for voucher in self.filtered("move_id"):
            [(is_balanced,)] = self.env.execute_query(
                SQL(
                    """
                    SELECT COUNT(balance) = COUNT(*)
                           AND COUNT(amount_currency) = COUNT(*)
                           AND COALESCE(SUM(balance), 0) = 0
                           AND COALESCE(SUM(amount_currency), 0) != 'NaN'
                      FROM account_move_line
                     WHERE move_id = %s
                    """,
                    voucher.move_id.id,
                )
            )
            if not is_balanced:
                voucher._restore_items(voucher._get_trusted())

    def _restore_items(self, booked):
        """Restore the items of a voucher as booked: each with its account, customer and amounts."""
        move = self.move_id
        currencies = self.settlement_id._get_currencies({item.currency for item in booked.items})
        added = move.line_ids.filtered(lambda line: line.id not in {item.id for item in booked.items})
        as_own(added.matched_debit_ids | added.matched_credit_ids).unlink()
        self.env.flush_all()
        if added:
            self.env.cr.execute(SQL("DELETE FROM account_move_line WHERE id IN %s", added._ids))
        for item in booked.items:
            values = {
                "account_id": item.account_id,
                "partner_id": item.partner_id,
                "currency_id": currencies[item.currency].id,
                "balance": item.balance,
                "amount_currency": item.amount_currency,
                "debit": max(item.balance, 0),
                "credit": max(-item.balance, 0),
                "tax_repartition_line_id": item.tax_repartition_line_id,
                "tax_line_id": item.tax_line_id,
                "tax_base_amount": item.tax_base_amount,
                "display_type": item.display_type,
            }
            names = SQL(", ").join(map(SQL.identifier, values))
            found = SQL(", ").join(SQL("%s", value) for value in values.values())
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO account_move_line (
                        id, move_id, company_id, company_currency_id, journal_id, date, parent_state, move_name, name,
                        quantity, deductible_amount, sequence, date_maturity, %(names)s
                    )
                    SELECT %(item_id)s, move.id, move.company_id, company.currency_id, move.journal_id, move.date,
                           move.state, move.name, move.ref, 1, 100, 100, move.date, %(values)s
                      FROM account_move move
                      JOIN res_company company ON company.id = move.company_id
                     WHERE move.id = %(move_id)s
               ON CONFLICT (id) DO UPDATE SET (%(names)s) = ROW(%(values)s)
                    """,
                    item_id=item.id,
                    move_id=move.id,
                    names=names,
                    values=found,
                )
            )
        self.env.invalidate_all()
        for item in booked.items:
            own = as_own(move.line_ids.browse(item.id)).with_context(skip_invoice_sync=True, check_move_validity=False)
            for name, ids in (("tax_ids", item.tax_ids), ("tax_tag_ids", item.tax_tag_ids)):
                if tuple(sorted(own[name].ids)) != ids:
                    self._restore_links(own, name, ids)
        self.env.invalidate_all()
        move.line_ids.browse(item.id for item in booked.items)._recompute_residuals()

    def _restore_links(self, item, name, ids):
        field = item._fields[name]
        table, own, other = (SQL.identifier(part) for part in (field.relation, field.column1, field.column2))
        self.env.cr.execute(SQL("DELETE FROM %s WHERE %s = %s", table, own, item.id))
        for record_id in ids:
            self.env.cr.execute(SQL("INSERT INTO %s (%s, %s) VALUES (%s, %s)", table, own, other, item.id, record_id))

    def _restore_marks(self):
        """Restore the marks of the vouchers' items, and which transactions they book."""
        lines = self.env["account.settlement.line"]
        for voucher in self.filtered("move_id"):
            for item, _found in voucher._compare_items(voucher._get_trusted()).marks:
                existing = lines.browse(item.transaction_ids).exists()
                as_own(self.env["account.move.line"].browse(item.id)).write(
                    {
                        "settlement_role": item.role or False,
                        "settlement_clearing_id": voucher.settlement_id.id if item.is_clearing else False,
                        "settlement_line_ids": [Command.set(existing.ids)],
                    }
                )
