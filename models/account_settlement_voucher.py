from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..booking.voucher_record import BookedItem, BookedVoucher
from .money import to_decimal


class AccountSettlementVoucher(models.Model):
    """A stored copy of a voucher as it was booked; the ledger is compared with it every night.

    Only our own methods write here; the digest shows whether somebody else has.
    """

    _name = "account.settlement.voucher"
    _description = "Settlement Voucher As Booked"
    _order = "id"
    _rec_name = "number"

    settlement_id = fields.Many2one("account.settlement", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="settlement_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move",
        string="Voucher",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty if it was deleted outside the program.",
    )
    number = fields.Char(required=True, readonly=True)
    booked_data = fields.Json(required=True, readonly=True, help="Its journal items and transactions, as booked.")
    digest = fields.Char(string="SHA-256", required=True, readonly=True, help="Of the stored content.")
    is_ended = fields.Boolean(
        readonly=True, help="It had been changed outside the program and was reversed: it is no longer compared."
    )

    _compared_idx = models.Index("(settlement_id) WHERE is_ended IS NOT TRUE")

    @api.model
    def _keep(self, booked):
        """Store copies of vouchers that have just been posted.

        :param booked: pairs of ``account.move`` and the ``account.settlement.line`` it has booked.
        """
        vals_list = []
        for move, transactions in booked:
            voucher = BookedVoucher(
                name=move.name,
                date=move.date,
                journal_id=move.journal_id.id,
                company_id=move.company_id.id,
                move_type=move.move_type,
                currency=move.currency_id.name,
                partner_id=move.partner_id.id or None,
                settlement_id=move.settlement_id.id,
                reversed_id=move.reversed_entry_id.id or None,
                documents=transactions._get_document_digests() if transactions else (),
                items=tuple(self._to_booked_item(item) for item in move.line_ids.sorted("id")),
                transactions=tuple(transactions._to_booked() if transactions else ()),
            )
            vals_list.append(
                {
                    "settlement_id": move.settlement_id.id,
                    "move_id": move.id,
                    "number": move.name,
                    "booked_data": voucher.to_json(),
                    "digest": voucher.digest,
                }
            )
        return self.sudo().create(vals_list)

    @staticmethod
    def _to_booked_item(item):
        return BookedItem(
            id=item.id,
            account_id=item.account_id.id,
            partner_id=item.partner_id.id or None,
            balance=to_decimal(item.balance, item.company_currency_id),
            amount_currency=to_decimal(item.amount_currency, item.currency_id),
            currency=item.currency_id.name,
            role=item.settlement_role or "",
            is_clearing=item.settlement_clearing_id == item.move_id.settlement_id,
            transaction_ids=tuple(sorted(item.settlement_line_ids.ids)),
            tax_ids=tuple(sorted(item.tax_ids.ids)),
            tax_tag_ids=tuple(sorted(item.tax_tag_ids.ids)),
            tax_repartition_line_id=item.tax_repartition_line_id.id or None,
            tax_line_id=item.tax_line_id.id or None,
            tax_base_amount=to_decimal(item.tax_base_amount, item.company_currency_id),
            display_type=item.display_type or "",
        )

    def _get_booked(self):
        """Return the :class:`~..booking.voucher_record.BookedVoucher` that is stored.

        :raises ValueError: when the copy cannot be read any more, see :meth:`_is_readable`.
        """
        self.ensure_one()
        return BookedVoucher.from_json(self.booked_data)

    def _is_readable(self):
        """Whether the copy can be read: SQL may have replaced it by anything."""
        try:
            self._get_booked()
        except ValueError:
            return False
        return True

    def _get_found_items(self):
        """Return the voucher's :class:`~..booking.voucher_record.BookedItem` as the ledger has them now.

        They are read by SQL, without any cache, as changes by SQL are what is looked for.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id,
                       item.account_id,
                       item.partner_id,
                       item.balance::text,
                       item.amount_currency::text,
                       COALESCE(currency.name, ''),
                       COALESCE(item.settlement_role, ''),
                       COALESCE(item.settlement_clearing_id = %(settlement_id)s, false),
                       ARRAY(
                           SELECT settlement_line_id
                             FROM account_settlement_line_move_line_rel
                            WHERE move_line_id = item.id
                         ORDER BY 1
                       ),
                       ARRAY(
                           SELECT account_tax_id
                             FROM account_move_line_account_tax_rel
                            WHERE account_move_line_id = item.id
                         ORDER BY 1
                       ),
                       ARRAY(
                           SELECT account_account_tag_id
                             FROM account_account_tag_account_move_line_rel
                            WHERE account_move_line_id = item.id
                         ORDER BY 1
                       ),
                       item.tax_repartition_line_id,
                       item.tax_line_id,
                       item.tax_base_amount::text,
                       COALESCE(item.display_type, '')
                  FROM account_move_line item
                  LEFT JOIN res_currency currency ON currency.id = item.currency_id
                 WHERE item.move_id = %(move_id)s
              ORDER BY item.id
                """,
                settlement_id=self.settlement_id.id,
                move_id=self.move_id.id,
            )
        )
        return [
            BookedItem(
                *values[:3],
                *(self._to_found_amount(text) for text in values[3:5]),
                *values[5:8],
                *map(tuple, values[8:11]),
                tax_repartition_line_id=values[11],
                tax_line_id=values[12],
                tax_base_amount=self._to_found_amount(values[13] or "0"),
                display_type=values[14],
            )
            for values in rows
        ]

    @staticmethod
    def _to_found_amount(text):
        """Return an amount that the database gives as text, as its driver would read it as a float; NaN where there is
        none."""
        return Decimal("NaN" if text is None else text)
