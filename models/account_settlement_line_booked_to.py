from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..matching.rules import CUSTOMER_KINDS

#: The roles of items that say where an amount went; the others come with them: taxes, rounding, exchange.
PLACED_ROLES = ("item", "customer", "prepayment", "dispute", "account", "reserve", "fee")


class AccountSettlementLine(models.Model):
    """Where a transaction stands in the ledger, in short."""

    _inherit = "account.settlement.line"

    booked_to = fields.Char(
        compute="_compute_booked_to",
        compute_sudo=True,
        help="The document, customer or account on which it stands. Empty while it is unknown.",
    )

    @api.depends("move_line_ids.balance", "move_line_ids.amount_residual", "move_line_ids.parent_state")
    def _compute_booked_to(self):
        """Read it off the journal items: what a voucher of ours has moved on or taken back no longer counts."""
        standing = self._get_standing()
        places = [place for found in standing.values() for place in found]
        account_ids = {account_id for account_id, *_place in places}
        accounts = self.env["account.account"].browse(account_ids).with_context(show_account_code=True)
        names = {account.id: account.with_company(self.company_id[:1]).display_name for account in accounts}
        partner_ids = {partner_id for _account_id, partner_id, *_place in places}
        partners = {
            partner.id: partner.display_name for partner in self.env["res.partner"].browse(partner_ids - {None})
        }
        for line in self:
            told = []
            for account_id, partner_id, is_open, documents in standing.get(line._origin.id, ()):
                told += documents
                if is_open or not documents:
                    told.append(partners.get(partner_id) or names[account_id])
            line.booked_to = " + ".join(dict.fromkeys(told)) or False

    def _get_standing(self):
        """Return ``{transaction id: [(account id, partner id, is open, documents)]}`` of what has not been moved on.

        The documents are the names of what its items are reconciled with.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH own AS (
                    SELECT rel.settlement_line_id, item.id, item.account_id, item.partner_id, item.balance,
                           item.amount_residual, item.settlement_role
                      FROM account_settlement_line_move_line_rel rel
                      JOIN account_settlement_line line ON line.id = rel.settlement_line_id
                      JOIN account_move_line item ON item.id = rel.move_line_id
                     WHERE line.id = ANY(%(ids)s)
                       AND item.parent_state = 'posted'
                       AND item.settlement_role != 'clearing'
                           -- a payment's fee is not where the payment went
                       AND NOT (item.settlement_role LIKE 'fee%%' AND line.kind = ANY(%(customer_kinds)s))
                ), place AS (
                    SELECT settlement_line_id, account_id, partner_id,
                           round(sum(amount_residual), 2) != 0 AS is_open
                      FROM own
                  GROUP BY settlement_line_id, account_id, partner_id
                    HAVING round(sum(balance), 2) != 0
                       AND bool_or(settlement_role = ANY(%(roles)s))
                ), met AS (
                    SELECT own.settlement_line_id, own.account_id, own.partner_id, other.move_name
                      FROM own
                      JOIN account_partial_reconcile partial
                        ON own.id IN (partial.debit_move_id, partial.credit_move_id)
                      JOIN account_move_line other
                        ON other.id = partial.debit_move_id + partial.credit_move_id - own.id
                     WHERE NOT EXISTS (
                               SELECT 1 FROM own same
                                WHERE same.id = other.id AND same.settlement_line_id = own.settlement_line_id
                           )
                )
                SELECT place.settlement_line_id, place.account_id, place.partner_id, place.is_open,
                       ARRAY(
                           SELECT DISTINCT met.move_name
                             FROM met
                            WHERE (met.settlement_line_id, met.account_id)
                                = (place.settlement_line_id, place.account_id)
                              AND met.partner_id IS NOT DISTINCT FROM place.partner_id
                         ORDER BY 1
                       )
                  FROM place
              ORDER BY 1, 2, 3
                """,
                ids=self._origin.ids,
                roles=list(PLACED_ROLES),
                customer_kinds=[str(kind) for kind in CUSTOMER_KINDS],
            )
        )
        standing = defaultdict(list)
        for line_id, *place in rows:
            standing[line_id].append(tuple(place))
        return standing
