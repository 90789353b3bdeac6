from decimal import Decimal

from odoo import api, fields, models

from ..common.messages import Message
from ..providers.records import PayoutStatus
from .money import to_decimal


class AccountSettlement(models.Model):
    """What the ingest stage asks of a settlement."""

    _inherit = "account.settlement"

    def _extend_complete_to(self, settlement):
        """Store the last date the document is complete to, if it is later than the one known."""
        self.ensure_one()
        if settlement.complete_to and (not self.complete_to or self.complete_to < settlement.complete_to):
            self.complete_to = settlement.complete_to

    can_fetch_again = fields.Boolean(compute="_compute_can_fetch_again")

    @api.depends("problem_data")
    def _compute_can_fetch_again(self):
        for settlement in self:
            settlement.can_fetch_again = bool(settlement._get_disproved_documents())

    def _get_disproved_documents(self):
        """Return the fetched documents whose rows do not add up; they can be asked for again, and nothing of them is
        booked."""
        found = [problem["document_id"] for settlement in self for problem in settlement.problem_data or []]
        documents = self.env["account.settlement.document"].browse(dict.fromkeys(found)).exists()
        return documents.filtered(lambda document: document.source == "fetch").sorted("id")

    def action_fetch_again(self):
        """Ask the provider once more for what does not add up.

        :raises UserError: when it is still the same, or cannot be asked for.
        """
        return self._as_user()._get_disproved_documents().action_fetch_again()

    def _drop_disproved(self, settlement):
        """Remove unbooked rows of a document that failed its proof, so that a corrected one can replace them.

        In an open run, the rows of the new document's days; in a settlement with its payout, all of them.

        :return: these settlements, if rows were removed; else none.
        """
        if not self or not self.problem_data:
            return self.browse()
        disproved = {problem["document_id"] for problem in self.problem_data}
        dates = [row.date for row in settlement.transactions]
        lines = self.line_ids.filtered(lambda line: line.status == "new" and not line.move_line_ids)
        if self.is_open:
            lines = lines.filtered(
                lambda line: line.document_id.id in disproved and dates and min(dates) <= line.date <= max(dates)
            )
        if not lines and self.is_open:
            return self.browse()
        lines.unlink()
        of_others = self.line_ids.document_id
        gone = self.document_ids.filtered(lambda document: document.id in disproved and document not in of_others)
        self.document_ids -= gone
        left = set(self.line_ids.document_id.ids) if self.is_open else set()
        self.problem_data = [problem for problem in self.problem_data if problem["document_id"] in left] or False
        rows = self.line_ids.filtered(lambda line: not line.fee_owed)
        self.has_closing_balance = self.has_closing_balance and bool(rows)
        self.closing_balance = self.opening_balance + sum(rows.mapped(lambda line: line.amount - line.fee))
        return self

    def _prove_payout(self, document):
        """Check over all documents that what was carried in and all rows since give the payout."""
        if self.needs_confirmation:
            return
        problem = self._get_payout_problem()
        if problem:
            found = {"document_id": document.id, "message": problem.to_json()}
            self.problem_data = [*(self.problem_data or []), found]

    def _get_payout_problem(self):
        """Return what does not add up between what was carried in, all rows since, and the payout; None if it does."""
        payout, found = to_decimal(self.payout_amount, self.currency_id), self._get_stored_payout()
        if found == payout:
            return None
        return Message("stored_rows_differ_from_payout", {"number": self.external_id, "total": found, "payout": payout})

    def _get_stored_payout(self):
        """Return what the stored rows give as the payout: what was carried in, with them, less what is carried on."""
        self.ensure_one()
        lines = self.line_ids.filtered(lambda line: not (line.fee_owed or line.is_replaced) and line.kind != "payout")
        carried = self.opening_balance if self.has_closing_balance else 0
        total = to_decimal(carried, self.currency_id) + sum(
            (to_decimal(line.amount - line.fee, self.currency_id) for line in lines), Decimal(0)
        )
        return total - to_decimal(self.closing_balance if self.has_closing_balance else 0, self.currency_id)

    def _note_payout_status(self, settlement):
        """Note that a payout has failed since it was reported, or arrived after all.

        :param settlement: :class:`~..providers.records.Settlement`, as it is reported now.
        """
        self.ensure_one()
        has_failed = settlement.payout_status is PayoutStatus.FAILED
        if self.payout_failed != has_failed:
            self.payout_failed = has_failed
            self.message_post(
                body=self.env._("The provider says that the payout failed. The amount comes with a later one.")
                if has_failed
                else self.env._("The provider says that the payout arrived after all.")
            )

    def _link_aborted_payouts(self):
        """Link earlier settlements whose payout was aborted and came back into this one; and this one, if it did."""
        self.ensure_one()
        linked = self.carried_from_ids.mapped("payout_amount")
        for line in self.line_ids.filtered(lambda line: line.kind == "payout_return"):
            if line.amount in linked:
                linked.remove(line.amount)
                continue
            line._find_aborted_payout()._carry_to(self)
        if self.external_id and not self.carried_to_id:
            returned = self.env["account.settlement.line"].search(
                [
                    ("provider_id", "=", self.provider_id.id),
                    ("kind", "=", "payout_return"),
                    ("amount", "=", self.payout_amount),
                    ("settlement_id", "!=", self.id),
                ]
            )
            named = returned.filtered(lambda line: self.external_id in line._get_named_payouts())
            self._carry_to(named.settlement_id[:1])

    def _carry_to(self, later):
        """Note that the payout was aborted, and that the amount comes with a later one."""
        if self and later:
            self.carried_to_id = later
            self.message_post(body=self.env._("The payout was aborted; it comes with %s.", later._get_html_link()))
