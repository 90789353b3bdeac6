from decimal import Decimal

from odoo import models
from odoo.tools import format_date

from ..common.messages import DocumentError, Message
from ..providers.proof import has_proof, prove
from ..providers.records import BANK_KINDS, Kind
from .money import to_decimal


class AccountSettlementProvider(models.Model):
    """The ingest stage: what a document says becomes settlements and lines, each movement once."""

    _inherit = "account.settlement.provider"

    def _store_settlements(self, parsed, document):
        """Store what is new in a document.

        :param parsed: :class:`~..providers.records.Document`.
        :param document: the ``account.settlement.document`` it was read from.
        :return: every settlement the document speaks of.
        :raises DocumentError: when it is not this provider's, or contradicts what is stored; nothing is kept then.
        """
        self.ensure_one()
        self._check_document(parsed, document)
        settlements = self.env["account.settlement"]
        for settlement in parsed.settlements:
            settlements |= self._store_settlement(settlement, document)
        self._add_fee_types(parsed)
        return settlements

    def _check_document(self, parsed, document):
        if self.merchant_id and parsed.merchant_ids and self.merchant_id not in parsed.merchant_ids:
            raise DocumentError(
                "document_of_other_merchant",
                filename=document.name,
                found=", ".join(parsed.merchant_numbers),
                provider=self.name,
                expected=self.merchant_id,
            )
        for settlement in parsed.settlements:
            if settlement.currency != self.currency_id.name:
                raise DocumentError(
                    "document_in_other_currency",
                    filename=document.name,
                    found=settlement.currency,
                    provider=self.name,
                    expected=self.currency_id.name,
                )
            early = [row for row in settlement.transactions if self.start_date and row.date < self.start_date]
            if early:
                raise DocumentError(
                    "document_before_start",
                    filename=document.name,
                    date=early[0].date,
                    row=early[0].row,
                    start=self.start_date,
                    provider=self.name,
                )

    def _store_settlement(self, settlement, document):
        """Store one settlement of a document, or add to what is stored of it already."""
        if not settlement.transactions and self.fee_mode == "net":
            return self._apply_fee_reports(settlement, self.env["account.settlement"])
        stored = self._find_stored(settlement)
        is_mended = bool(stored.problem_data)
        (stored or self._find_open_run())._drop_disproved(settlement)
        known = self._get_known_lines(settlement, document)
        fresh = [row for row in settlement.transactions if row.external_id not in known]
        if stored and not stored.is_open and stored.line_ids and not is_mended:
            self._check_same_payout(stored, settlement, fresh, document)
            return self._apply_fee_reports(settlement, stored)
        if known and not fresh and not is_mended:
            stored = next(iter(known.values())).settlement_id
            stored._extend_complete_to(settlement)
            return self._apply_fee_reports(settlement, stored)
        if not stored:
            stored = self._choose_open_run(settlement, known) or self._create_settlement(settlement)
        self._check_continuity(stored, settlement, known, document)
        self._add_lines(stored, fresh, document)
        self._apply_fee_reports(settlement, stored)
        self._update_settlement(stored, settlement, fresh, document)
        return stored

    def _get_known_lines(self, settlement, document):
        """Return ``{external id: line}`` of the document's rows that are stored already, checked to be the same."""
        rows = {row.external_id: row for row in settlement.transactions}
        lines = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.id), ("external_id", "in", list(rows))]
        )
        for line in lines:
            row = rows[line.external_id]
            if to_decimal(line.amount, line.currency_id) != row.amount or line.kind != str(row.kind):
                raise DocumentError(
                    "transaction_contradicts",
                    filename=document.name,
                    row=row.row,
                    id=row.provider_reference or row.external_id,
                    found=row.amount,
                    stored=to_decimal(line.amount, line.currency_id),
                    other=line.document_id.name or line.settlement_id.name,
                )
        return {line.external_id: line for line in lines}

    def _find_stored(self, settlement):
        if not settlement.external_id:
            return self.env["account.settlement"]
        return self.env["account.settlement"].search(
            [("provider_id", "=", self.id), ("external_id", "=", settlement.external_id)]
        )

    def _check_same_payout(self, stored, settlement, fresh, document):
        """Check that a payout reported a second time, perhaps in another format, is the same payout."""
        amount = to_decimal(stored.payout_amount, stored.currency_id)
        unexpected = [row for row in fresh if row.kind not in {*BANK_KINDS, Kind.FEE, Kind.FEE_REFUND}]
        if settlement.payout_amount == amount and not unexpected:
            return
        raise DocumentError(
            "payout_contradicts",
            filename=document.name,
            number=settlement.external_id,
            found=settlement.payout_amount,
            row=Message("and_additional_row", {"row": unexpected[0].row}) if unexpected else "",
            stored=amount,
            other=", ".join(stored.document_ids.mapped("name")),
        )

    def _find_open_run(self):
        return self.env["account.settlement"].search(
            [("provider_id", "=", self.id), ("currency_id", "=", self.currency_id.id), ("is_open", "=", True)]
        )

    def _choose_open_run(self, settlement, known):
        """Return the open run the rows belong to, if any."""
        run = self._find_open_run()
        if not run or not settlement.external_id:
            return run
        if any(line.settlement_id == run for line in known.values()):
            return run
        closes_run = any(row.kind is Kind.PAYOUT for row in settlement.transactions)
        is_later = not run.date_to or any(row.date >= run.date_to for row in settlement.transactions)
        return run if closes_run and is_later else run.browse()

    def _create_settlement(self, settlement):
        return self.env["account.settlement"].create(
            {
                "provider_id": self.id,
                "currency_id": self.currency_id.id,
                "date": settlement.date,
                "is_open": not settlement.external_id,
            }
        )

    def _check_continuity(self, stored, settlement, known, document):
        """Check that the balance before the first row is the last one known; else a day is missing in between."""
        if settlement.opening_balance is None or known or not settlement.transactions:
            return
        first = settlement.transactions[0].date
        if stored.date_to and first < stored.date_to:
            return  # a day reported again, inside the run: the payout proves the whole
        previous = stored
        if not stored.line_ids:
            previous = self.env["account.settlement"].search(
                [("provider_id", "=", self.id), ("has_closing_balance", "=", True), ("date_to", "<=", first)],
                order="date_to desc, id desc",
                limit=1,
            )
        if not previous.has_closing_balance:
            return
        expected = to_decimal(previous.closing_balance, previous.currency_id)
        if expected != settlement.opening_balance:
            raise DocumentError(
                "document_with_gap",
                filename=document.name,
                date=first,
                found=settlement.opening_balance,
                last=previous.date_to,
                expected=expected,
            )

    # ---------------------------------------------------------------- lines

    def _add_lines(self, stored, rows, document):
        currencies = stored._get_row_currencies(rows)
        lines = self.env["account.settlement.line"]
        lines.create(
            [
                {
                    **lines._prepare_row_vals(row, currencies),
                    "settlement_id": stored.id,
                    "document_id": document.id,
                    "currency_id": stored.currency_id.id,
                }
                for row in rows
            ]
        )
        stored.document_ids |= document

    # ---------------------------------------------------------------- totals and proof

    @staticmethod
    def _get_closing_balance(settlement):
        """Return what the provider owes after the last row; a document may report its payout without a row for it."""
        closing = settlement.opening_balance + sum((row.net for row in settlement.transactions), Decimal(0))
        has_payout_row = any(row.kind is Kind.PAYOUT for row in settlement.transactions)
        return closing if has_payout_row else closing - (settlement.payout_amount or 0)

    def _update_settlement(self, stored, settlement, fresh, document):
        """Store what the document says of the settlement as a whole, and prove it."""
        vals = {
            "date": max(filter(None, (stored.date, settlement.date))),
        }
        stored._extend_complete_to(settlement)
        problems = prove(settlement)
        if settlement.opening_balance is not None:
            if not stored.has_closing_balance:
                vals["opening_balance"] = settlement.opening_balance
            if not fresh or fresh[-1].date >= stored.date_to:
                vals["closing_balance"] = self._get_closing_balance(settlement)
            vals["has_closing_balance"] = True
        if settlement.external_id:
            vals.update(
                {
                    "external_id": settlement.external_id,
                    "is_open": False,
                    "date": settlement.date,
                    "payout_amount": settlement.payout_amount or 0,
                    "payout_reference": settlement.payout_reference,
                    "payout_date": settlement.payout_date or False,
                    "needs_confirmation": not has_proof(settlement),
                }
            )
        found = [{"document_id": document.id, "message": problem.to_json()} for problem in problems]
        vals["problem_data"] = (stored.problem_data or []) + found or False
        stored.write(vals)
        if not stored.problem_data and settlement.external_id and stored.has_closing_balance:
            stored._prove_payout(document)
        stored._link_aborted_payouts()
        if stored.opening_balance and len(fresh) == len(stored.line_ids):
            stored.message_post(
                body=self.env._(
                    "The first transaction of %(date)s starts from an earlier balance of %(balance)s. That balance "
                    "must already be on the clearing account, from the previous bookkeeping.",
                    date=format_date(self.env, stored.date_from),
                    balance=stored.opening_balance,
                )
            )
