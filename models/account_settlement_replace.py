from odoo import fields, models


class AccountSettlement(models.Model):
    """A better document in place of a worse one, after a person has undone the settlement."""

    _inherit = "account.settlement"

    is_undone = fields.Boolean(
        readonly=True,
        copy=False,
        help="A person undid it: it is booked again by a person, or when a better document has come.",
    )

    def _is_replaceable(self):
        """Whether a person has undone the settlement and nothing of it is booked."""
        self.ensure_one()
        return self.is_undone and not self.move_ids.filtered(
            lambda move: not move.reversed_entry_id and move._count_in_ledger() > 0
        )

    def _replace_rows(self, settlement, document):
        """Take out the rows that a better document does not have; what it has is its from now on.

        Rows that were booked and undone keep the links to their vouchers, and no longer count. Of a ledger, a document
        speaks of its own days: rows of the days before it are left to the documents they came with.

        :param settlement: :class:`~..providers.records.Settlement` of the better document.
        """
        self.ensure_one()
        names = {row.external_id for row in settlement.transactions}
        first = min(row.date for row in settlement.transactions)
        earlier = self.line_ids.filtered(lambda line: settlement.by_position and line.date < first)
        kept = self.line_ids.filtered(lambda line: line.external_id in names)
        gone = self.line_ids - kept - earlier
        kept._read_again(settlement, document)
        gone._take_out(document)
        replaced = self.document_ids - document - earlier.document_id
        replaced.settlement_ids -= self
        self.document_ids = document | earlier.document_id
        self.problem_data = False
        if not earlier:
            self.write({"has_closing_balance": False, "opening_balance": 0, "closing_balance": 0})
        if replaced:
            names = ", ".join(replaced.mapped("name"))
            self.message_post(body=self.env._("%(new)s replaces %(old)s.", new=document.name, old=names))

    def _leave_to(self, document):
        """Let nothing of a document count here any more, as it is of another agreement.

        :param document: the ``account.settlement.document``, uploaded anew for that one.
        """
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: line.document_id == document)
        lines._take_out(document).document_id = False
        self.document_ids -= document
        self.write({"payout_amount": 0, "has_closing_balance": False, "opening_balance": 0, "closing_balance": 0})
        self.message_post(
            body=self.env._("%s was uploaded for another agreement. Nothing of it counts here.", document.name)
        )
