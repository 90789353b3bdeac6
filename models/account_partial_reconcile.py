from dataclasses import dataclass, field
from decimal import Decimal

from odoo import api, fields, models

from .account_settlement_line_open import OWN_ROLES
from .money import to_decimal
from .own_writes import is_own


@dataclass(frozen=True)
class Met:
    """What a transaction's own journal item is reconciled with.

    :ivar line_id: the transaction. :ivar item_id: the other journal item. :ivar document: what it belongs to.
    :ivar amount: in company currency. :ivar cause: what takes it apart, where that is known; else empty.
    :ivar values: more for the sentence on it.
    """

    line_id: int
    item_id: int
    document: str
    amount: Decimal
    cause: str = ""
    values: dict = field(default_factory=dict)


class AccountPartialReconcile(models.Model):
    _name = "account.partial.reconcile"
    _inherit = ["account.partial.reconcile", "settlement.rights"]

    #: By it undoing knows what to take apart.
    _written_by_program = frozenset({"settlement_id"})

    settlement_id = fields.Many2one(
        "account.settlement",
        index="btree_not_null",
        ondelete="set null",
        help="The settlement that made this reconciliation; empty where a person or another addon did.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Which settlement has made it, only our methods write. What others reconcile is noted on the transactions."""
        self._check_not_written_by_hand(vals_list)
        partials = super().create(vals_list)
        if not is_own(self) and (met := partials.sudo()._get_met()):
            self.env["account.settlement.line"].sudo()._note_met_by_others(met)
        return partials

    def write(self, vals):
        """Which settlement has made it, only our methods write."""
        self._check_not_written_by_hand([vals])
        return super().write(vals)

    def unlink(self):
        """Note on the transactions what others take apart."""
        met = [] if is_own(self) else self.sudo()._get_met()
        result = super().unlink()
        if met:
            cause = self.env.context.get("settlement_cause") or "unreconciled"
            self.env["account.settlement.line"].sudo()._note_taken_apart(met, cause)
        return result

    def _get_met(self):
        """Return the :class:`Met` of all transactions whose own journal items these reconcile."""
        found = []
        for partial in self:
            sides = (partial.debit_move_id, partial.credit_move_id)
            for own, other in (sides, sides[::-1]):
                if own.settlement_role not in OWN_ROLES or not own.settlement_line_ids or not other:
                    continue
                if own.settlement_line_ids == other.settlement_line_ids and own != partial.debit_move_id:
                    continue  # two items of one transaction: once is enough
                if other.journal_id == other.company_id.currency_exchange_journal_id:
                    continue  # the exchange difference goes with the reconciliation it belongs to
                found += partial._get_met_of(own, other)
        return found

    def _get_met_of(self, own, other):
        move = other.move_id
        is_changed = move.state != "posted" and not self.env.context.get("settlement_cause")
        return [
            Met(
                line_id=line.id,
                item_id=other.id,
                document=move.name or move.ref or "",
                amount=to_decimal(self.amount, self.company_id.currency_id),
                cause="changed" if is_changed else "",
                values={"before": own.partner_id.display_name or "", "after": other.partner_id.display_name or ""},
            )
            for line in own.settlement_line_ids
        ]
