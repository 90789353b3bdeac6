from odoo import models

from ..common.messages import DocumentError, WaitsForDocument
from ..providers.proof import closing_balance, prove
from .money import to_decimal


class AccountSettlementProvider(models.Model):
    """Membership by position: a ledger's rows, of which a payout closes those since the one before.

    Documents may come in any order. What is stored is one stretch of the ledger without gaps: a document that continues
    it, before or after, is taken in; one that does not waits for what lies between. The rows before the first payout of
    the stretch may join it later, in a voucher of their own.
    """

    _inherit = "account.settlement.provider"

    def _store_run(self, run, document, is_first, is_last):
        """Store the rows between two payouts of a ledger, or those after the last one.

        :param run: :class:`~..providers.records.Settlement`, by position.
        :param is_first: whether nothing lies before it in the document. :param is_last: whether nothing lies after it.
        :return: the ``account.settlement`` they are in.
        """
        if not run.transactions:
            return self._store_fees_alone(run, self.env["account.settlement"], document)
        stored = self._find_stored(run)
        is_mended = bool(stored.problem_data)
        mended = (stored or self._find_open_run())._drop_disproved(run)
        known = self._get_known_lines(run, document)
        fresh = [row for row in run.transactions if row.external_id not in known]
        is_better = bool(stored.line_ids) and not stored.is_open and not is_mended and stored._is_replaceable()
        if is_better:
            stored._replace_rows(run, document)
        if stored and not stored.is_open and stored.line_ids and not is_mended and not is_better:
            early = self._get_rows_before(stored, fresh)
            self._check_same_payout(stored, run, [row for row in fresh if row not in early], document)
            fresh = early
            if not fresh:
                self._check_adds_up(run, document)
                return self._apply_fee_reports(run, stored)
        if known and not fresh and not is_mended and not is_better:
            self._check_adds_up(run, document)
            stored = self._get_run_of(known)
            stored._extend_complete_to(run)
            return self._apply_fee_reports(run, stored)
        if not stored:
            stored = mended or self._choose_run(run, known, document, is_first, is_last)
        is_before = bool(stored.line_ids and fresh) and fresh == self._get_rows_before(stored, fresh)
        if is_before and not mended:
            self._check_continues(stored, run, fresh, document)
        if is_before:
            stored.opening_balance = run.opening_balance
        self._add_lines(stored, fresh, document)
        self._apply_fee_reports(run, stored)
        self._update_settlement(stored, run, fresh, document)
        return stored

    @staticmethod
    def _get_run_of(known):
        """Return the settlement with these lines; the latest, should they be in several."""
        lines = next(iter(known.values())).browse(line.id for line in known.values())
        return lines.settlement_id.sorted(lambda settlement: (settlement.date_to, settlement.id))[-1:]

    @staticmethod
    def _get_rows_before(stored, rows):
        """Return the rows of days before the first that a settlement has."""
        return [row for row in rows if stored.date_from and row.date < stored.date_from]

    def _choose_run(self, run, known, document, is_first, is_last):
        """Return the settlement that the rows of a run belong to, created if there is none.

        :raises WaitsForDocument: when what lies between them and what is stored is missing.
        """
        if known:
            return self._get_run_to_go_on(run, known, document)
        first, last = run.transactions[0].date, run.transactions[-1].date
        ledger = [("provider_id", "=", self.id), ("by_position", "=", True), ("date_from", "!=", False)]
        settlements = self.env["account.settlement"]
        previous = settlements.search([*ledger, ("date_to", "<=", first)], order="date_to desc, id desc", limit=1)
        following = settlements.search(
            [*ledger, ("date_from", ">=", last), ("id", "!=", previous.id)], order="date_from, id", limit=1
        )
        within = settlements.search([*ledger, ("date_from", "<=", first), ("date_to", ">", first)], limit=1)
        if within and within != previous:
            # A day reported again with other rows, inside a settlement: its payout proves the whole.
            return within if within.is_open or not run.external_id else self._create_settlement(run)
        if is_first and previous.has_closing_balance:
            self._check_no_gap_before(run, document, previous)
        if is_last and following.has_closing_balance:
            self._check_no_gap_after(run, document, following, closing_balance(run))
        if following and not run.external_id:
            return following
        return previous if previous.is_open else self._create_settlement(run)

    def _get_run_to_go_on(self, run, known, document):
        """Return the settlement with the rows of a run that are known.

        :raises DocumentError: when it was closed by another payout than this run.
        """
        found = self._get_run_of(known)
        if run.external_id and found.external_id and found.external_id != run.external_id:
            row = next(row for row in run.transactions if row.external_id in known)
            message = self._say_claimed(known[row.external_id], row, run, document)
            raise DocumentError(message.code, **message.values)
        return found

    def _check_no_gap_before(self, run, document, previous):
        expected = to_decimal(previous.closing_balance, previous.currency_id)
        if run.opening_balance not in (None, expected):
            raise WaitsForDocument(
                "document_with_gap",
                filename=document.name,
                date=run.transactions[0].date,
                found=run.opening_balance,
                last=previous.date_to,
                expected=expected,
            )

    def _check_no_gap_after(self, run, document, following, found):
        expected = to_decimal(following.opening_balance, following.currency_id)
        if found not in (None, expected):
            raise WaitsForDocument(
                "document_with_gap_after",
                filename=document.name,
                date=run.transactions[-1].date,
                found=found,
                last=following.date_from,
                expected=expected,
            )

    def _check_continues(self, stored, run, early, document):
        """Check that rows before a settlement's first lead to the balance it starts from."""
        if run.opening_balance is not None and stored.has_closing_balance:
            self._check_no_gap_after(run, document, stored, run.opening_balance + sum(row.net for row in early))

    def _check_adds_up(self, settlement, document):
        """Refuse a document that adds nothing and does not even add up: it contradicts what is stored.

        :raises DocumentError: with what does not add up.
        """
        if problems := prove(settlement):
            raise DocumentError("document_does_not_add_up", filename=document.name, problem=problems[0])
