from dataclasses import replace

from odoo import models
from odoo.tools import format_date

from ..common.messages import DocumentError, Message
from ..common.values import ZERO
from ..providers.ledgers import find_ends
from ..providers.proof import closing_balance, has_proof, prove
from ..providers.records import BANK_KINDS, FORMAT_KINDS, Kind, PayoutStatus
from .money import to_decimal


class AccountSettlementProvider(models.Model):
    """The ingest stage: what a document says becomes settlements and lines, each movement once.

    How rows find their payout is in ``account_settlement_provider_run`` (by position) and ``_payout`` (by name).
    """

    _inherit = "account.settlement.provider"

    def _store_settlements(self, parsed, document):
        """Store what is new of this agreement in a document.

        :param parsed: :class:`~..providers.records.Document`, with the settlements of this agreement.
        :param document: the ``account.settlement.document`` it was read from.
        :return: every settlement the document speaks of.
        :raises DocumentError: when it contradicts what is stored; nothing is kept then.
        :raises WaitsForDocument: when days before it or after it have not been received.
        """
        self.ensure_one()
        settlements = self.env["account.settlement"]
        reported = [part for part in map(self._get_from_start, parsed.settlements) if part]
        runs = [settlement for settlement in reported if settlement.by_position]
        for run, (is_first, is_last) in zip(runs, find_ends(runs), strict=True):
            settlements |= self._store_run(run, document, is_first, is_last)
        for settlement in reported:
            if not settlement.by_position:
                settlements |= self._store_payout(settlement, document)
        self._add_fee_types(parsed)
        return settlements

    def _get_from_start(self, settlement):
        """Return a settlement without the rows before the first day, which were booked by hand; None if none is left.

        What these rows come to is the balance that the settlement starts from.

        :param settlement: :class:`~..providers.records.Settlement`.
        """
        start = self.start_date
        early = [row for row in settlement.transactions if start and row.date < start]
        if not early:
            return settlement
        late = tuple(row for row in settlement.transactions if row.date >= start)
        if all(row.kind in BANK_KINDS for row in late):
            return None
        return replace(
            settlement,
            transactions=late,
            fee_reports=tuple(report for report in settlement.fee_reports if report.date >= start),
            opening_balance=(settlement.opening_balance or ZERO) + sum((row.net for row in early), ZERO),
            declared=None,
        )

    def _get_known_lines(self, settlement, document):
        """Return ``{external id: line}`` of the document's rows that are stored already, checked to be the same."""
        rows = {row.external_id: row for row in settlement.transactions}
        lines = self.env["account.settlement.line"].search(
            [("provider_id", "=", self.id), ("external_id", "in", list(rows))]
        )
        for line in lines.filtered(lambda line: not (line.is_replaced or line.settlement_id._is_replaceable())):
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

    def _is_named_by(self, settlement):
        """Whether a settlement of a document is this agreement's, and not another's of the company.

        :param settlement: :class:`~..providers.records.Settlement`.
        """
        self.ensure_one()
        if settlement.currency != self.currency_id.name:
            return False
        if not settlement.merchant_ids or self.merchant_id in settlement.merchant_ids:
            return True
        # An earlier version took in what nobody's number was on: what is stored of it is compared all the same.
        others = self._get_same_kind().filtered(lambda provider: provider.merchant_id in settlement.merchant_ids)
        payments = [row.external_id for row in settlement.transactions if row.kind in (Kind.PAYMENT, Kind.REFUND)]
        own = [("provider_id", "=", self.id), ("external_id", "in", payments)]
        return not others and bool(self.env["account.settlement.line"].search_count(own, limit=1))

    def _is_missing(self, settlement):
        """Whether a payout that a document reports ought to be stored, and is not."""
        if not settlement.external_id or not self._get_from_start(settlement) or self._find_stored(settlement):
            return False
        # What a ledger has not paid out yet is paid out by its own row.
        names = [row.external_id for row in settlement.transactions if row.kind not in FORMAT_KINDS]
        open_rows = [("provider_id", "=", self.id), ("external_id", "in", names), ("settlement_id.is_open", "=", True)]
        return not self.env["account.settlement.line"].search_count(open_rows, limit=1)

    def _find_stored(self, settlement):
        if not settlement.external_id:
            return self.env["account.settlement"]
        return self.env["account.settlement"].search(
            [("provider_id", "=", self.id), ("external_id", "=", settlement.external_id)]
        )

    def _find_open_run(self):
        return self.env["account.settlement"].search(
            [("provider_id", "=", self.id), ("currency_id", "=", self.currency_id.id), ("is_open", "=", True)]
        )

    def _create_settlement(self, settlement):
        return self.env["account.settlement"].create(
            {
                "provider_id": self.id,
                "currency_id": self.currency_id.id,
                "date": settlement.date,
                "is_open": not settlement.external_id,
                "by_position": settlement.by_position,
            }
        )

    def _check_same_payout(self, stored, settlement, fresh, document):
        """Check that a payout reported a second time, perhaps in another format, is the same payout."""
        amount = to_decimal(stored.payout_amount, stored.currency_id)
        unexpected = [row for row in fresh if row.kind not in FORMAT_KINDS]
        if settlement.payout_amount == amount and not unexpected:
            if stored.needs_confirmation and has_proof(settlement) and not settlement.confirm and not prove(settlement):
                stored.write({"needs_confirmation": False, "confirmation_data": False})
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

    def _update_settlement(self, stored, settlement, fresh, document, claimed=()):
        """Store what the document says of the settlement as a whole, and prove what is stored.

        :param fresh: the rows of the document that were not stored before.
        :param claimed: :class:`~..common.messages.Message` for each row that another payout has.
        """
        vals = {
            "date": max(filter(None, (stored.date, settlement.date))),
        }
        stored._extend_complete_to(settlement)
        problems = [*prove(settlement), *claimed]
        if settlement.opening_balance is not None:
            if not stored.has_closing_balance:
                vals["opening_balance"] = settlement.opening_balance
            if not (settlement.by_position and fresh) or fresh[-1].date >= stored.date_to:
                vals["closing_balance"] = closing_balance(settlement)
            vals["has_closing_balance"] = True
        if settlement.external_id:
            vals.update(self._prepare_payout_vals(settlement))
        found = [{"document_id": document.id, "message": problem.to_json()} for problem in problems]
        vals["problem_data"] = (stored.problem_data or []) + found or False
        stored.write(vals)
        stored._note_expected_bank_text()
        if stored.external_id and len(found) == len(claimed):
            stored._prove_payout(document)
        stored._link_aborted_payouts()
        stored._link_carried_balances()
        for warning in settlement.warnings:
            stored.message_post(body=self.env["settlement.message"]._render(warning))
        if stored.opening_balance and not stored.balance_from_id and len(fresh) == len(stored.line_ids):
            stored.message_post(
                body=self.env._(
                    "The first transaction of %(date)s starts from an earlier balance of %(balance)s. That balance "
                    "must already be on the clearing account, from the previous bookkeeping.",
                    date=format_date(self.env, stored.date_from),
                    balance=stored.currency_id.format(stored.opening_balance),
                )
            )

    @staticmethod
    def _prepare_payout_vals(settlement):
        return {
            "external_id": settlement.external_id,
            "is_open": False,
            "date": settlement.date,
            "payout_amount": settlement.payout_amount or 0,
            "payout_reference": settlement.payout_reference,
            "payout_date": settlement.payout_date or False,
            "payout_failed": settlement.payout_status is PayoutStatus.FAILED,
            "needs_confirmation": bool(settlement.confirm) or not has_proof(settlement),
            "confirmation_data": [settlement.confirm.to_json()] if settlement.confirm else False,
        }
