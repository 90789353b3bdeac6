from odoo import models

from ..common.messages import DocumentError, Message
from ..providers.records import BANK_KINDS
from .money import to_decimal


class AccountSettlementProvider(models.Model):
    """Membership by name: a payout consists of the rows that name it.

    Rows that are not paid out yet wait in the open settlement, and move to their payout when that is known. They are
    booked only then: a voucher has one line on the clearing account, which must not be that of two payouts.
    """

    _inherit = "account.settlement.provider"

    def _store_payout(self, settlement, document):
        """Store a payout with the rows that name it, or rows that are not paid out yet.

        :param settlement: :class:`~..providers.records.Settlement`.
        :return: the ``account.settlement`` they are in.
        """
        stored = self._find_stored(settlement)
        if not settlement.transactions and not settlement.payout_amount:
            return self._store_fees_alone(settlement, stored, document)
        is_mended = bool(stored.problem_data)
        (stored or self._find_open_run())._drop_disproved(settlement)
        known = self._get_known_lines(settlement, document)
        fresh = [row for row in settlement.transactions if row.external_id not in known]
        lines = self.env["account.settlement.line"].union(*known.values())
        others = lines.filtered(lambda line: line.settlement_id != stored and not line.settlement_id.is_open)
        elsewhere = others.filtered(lambda line: not (line.is_replaced or line.settlement_id._is_replaceable()))
        if stored and stored.line_ids and not is_mended:
            if not stored._is_replaceable():
                self._check_same_payout(stored, settlement, fresh, document)
                self._check_same_rows(stored, settlement, elsewhere, document)
                self._check_adds_up(settlement, document)
                stored._note_payout_status(settlement)
                return self._apply_fee_reports(settlement, stored)
            stored._replace_rows(settlement, document)
        is_known = not (fresh or is_mended or stored)
        if is_known and (found := self._find_of_known(settlement, lines, elsewhere, document)):
            self._check_adds_up(settlement, document)
            return self._apply_fee_reports(settlement, found)
        stored = stored or self._choose_payout(settlement, lines)
        if settlement.external_id:
            self._move_to_payout(lines - elsewhere - stored.line_ids, stored, settlement, document)
        self._add_lines(stored, fresh, document)
        self._apply_fee_reports(settlement, stored)
        rows = {row.external_id: row for row in settlement.transactions}
        claimed = []
        if settlement.external_id:
            claimed = [self._say_claimed(line, rows[line.external_id], settlement, document) for line in elsewhere]
        self._update_settlement(stored, settlement, fresh, document, claimed)
        return stored

    def _store_fees_alone(self, settlement, stored, document):
        """Store what is reported of fees alone: shown on their payments, and owed under a gross contract."""
        if self.fee_mode == "gross" and settlement.fee_reports:
            stored = stored or self._find_open_run() or self._create_settlement(settlement)
            stored.document_ids |= document
            stored._extend_complete_to(settlement)
        return self._apply_fee_reports(settlement, stored)

    def _find_of_known(self, settlement, lines, elsewhere, document):
        """Return the settlement that has all rows of a document that adds none; none if they are to be moved.

        :raises DocumentError: when they are all in another payout.
        """
        if settlement.external_id and lines and lines == elsewhere:
            other = elsewhere.settlement_id[:1]
            raise DocumentError(
                "payout_of_known_rows",
                filename=document.name,
                number=settlement.external_id,
                found=settlement.payout_amount or 0,
                other=other.external_id,
                stored=to_decimal(other.payout_amount, other.currency_id),
                document=", ".join(other.document_ids.mapped("name")),
            )
        owner = lines.settlement_id
        # A ledger's own payout row closes it.
        return owner[:1] if not settlement.external_id or (len(owner) == 1 and owner.by_position) else owner.browse()

    def _choose_payout(self, settlement, lines):
        """Return the settlement for a payout: the open one where it has no other rows, else a new one."""
        run = self._find_open_run()
        if not settlement.external_id:
            return run or self._create_settlement(settlement)
        rows = run.line_ids.filtered(lambda line: line.kind not in (*BANK_KINDS, "fee", "fee_refund"))
        return run if run and rows <= lines else self._create_settlement(settlement)

    def _move_to_payout(self, waiting, stored, settlement, document):
        """Move rows to their payout: those that waited for it, and those of a settlement that a person has undone.

        :raises DocumentError: when they are booked with rows of another payout.
        """
        if not waiting:
            return
        if booked := waiting.filtered(lambda line: line.status != "new" and not line.is_replaced):
            raise DocumentError(
                "payout_of_booked_rows",
                filename=document.name,
                number=settlement.external_id,
                count=len(booked),
                other=booked.settlement_id[:1].name,
            )
        sources = waiting.settlement_id
        waiting._read_again(settlement, document)
        waiting.settlement_id = stored
        sources.filtered(lambda source: not source.line_ids and not source.move_ids).unlink()
        for source in sources.exists().filtered("external_id"):
            source._prove_payout(document)

    def _check_same_rows(self, stored, settlement, elsewhere, document):
        """Refuse a payout that is reported again with rows that another payout has.

        :raises DocumentError: naming the row and both payouts.
        """
        if elsewhere:
            rows = {row.external_id: row for row in settlement.transactions}
            line = elsewhere[0]
            message = self._say_claimed(line, rows[line.external_id], settlement, document)
            raise DocumentError(message.code, **message.values)

    def _say_claimed(self, line, row, settlement, document):
        other = line.settlement_id
        return Message(
            "row_in_two_payouts",
            {
                "row": row.provider_reference or row.external_id,
                "amount": row.net,
                "filename": document.name,
                "number": settlement.external_id,
                "found": settlement.payout_amount or 0,
                "other": other.external_id,
                "stored": to_decimal(other.payout_amount, other.currency_id),
                "document": line.document_id.name or ", ".join(other.document_ids.mapped("name")),
            },
        )
