import logging
import re
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: How many days after the payout date a bank line without a reference may lie, and how many before it.
DAYS_AFTER = 7
DAYS_BEFORE = 1


class AccountSettlement(models.Model):
    """The bank stage: the payout is reconciled with its bank statement line, and the clearing account is zero."""

    _inherit = "account.settlement"

    @api.model
    def _get_bank_domain(self):
        """Return the domain of settlements that wait for a bank line: of their payout, or of its return."""
        awaits_payout = (
            Domain("state", "=", "booked")
            & Domain("bank_line_id", "=", False)
            & Domain("carried_to_id", "=", False)
            & Domain("payout_failed", "=", False)
            & Domain("payout_amount", "!=", 0)
        )
        awaits_return = (
            Domain("carried_to_id", "!=", False)
            & Domain("bank_line_id", "!=", False)
            & Domain("returned_bank_line_id", "=", False)
        )
        return awaits_payout | awaits_return

    def _match_bank(self):
        """Find the bank line of each payout and reconcile it: by payout reference, else by amount and date if unique.

        :return: the settlements whose bank line was found now.
        """
        matched = self.browse()
        waiting = self._as_user().filtered_domain(self._get_bank_domain())
        for company, settlements in waiting.grouped("company_id").items():
            settlements = settlements.with_company(company)
            candidates = settlements._find_bank_candidates()
            # A returned payout is settled before the later payout that includes it.
            for settlement in settlements.sorted(lambda settlement: (not settlement.carried_to_id, settlement.date)):
                bank_line = settlement._choose_bank_line(candidates)
                if bank_line:
                    candidates -= bank_line
                    settlement._reconcile_bank_line(bank_line)
                    matched |= settlement.with_env(self.env)
        return matched

    def _get_bank_amount(self):
        """Return the amount of the expected bank line, in the settlement's currency."""
        self.ensure_one()
        return -self.payout_amount if self.carried_to_id else self.payout_amount

    def _find_bank_candidates(self):
        """Return the posted bank lines of an expected amount that are still entirely on the suspense account."""
        amounts = [(settlement._get_bank_amount(), settlement.currency_id.id) for settlement in self]
        self.env["account.move.line"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT statement_line.id
                  FROM account_bank_statement_line statement_line
                  JOIN account_journal journal ON journal.id = statement_line.journal_id
                  JOIN account_move_line suspense
                    ON suspense.move_id = statement_line.move_id
                   AND suspense.account_id = journal.suspense_account_id
                 WHERE statement_line.company_id = %s
                   AND suspense.parent_state = 'posted'
                   AND (-suspense.amount_currency, suspense.currency_id) IN %s
                """,
                self.company_id.id,
                tuple(amounts),
            )
        )
        return self.env["account.bank.statement.line"].browse(row[0] for row in rows)

    def _choose_bank_line(self, candidates):
        """Return the one bank line of this payout, or none."""
        self.ensure_one()
        same_amount = candidates.filtered(self._has_bank_amount)
        by_reference = same_amount.filtered(self._names_payout)
        if by_reference:
            return by_reference if len(by_reference) == 1 else by_reference.browse()
        date = self.carried_to_id.date_from if self.carried_to_id else self.payout_date or self.date
        first, last = date - timedelta(days=DAYS_BEFORE), date + timedelta(days=DAYS_AFTER)
        near = same_amount.filtered(lambda line: first <= line.date <= last)
        near = near.filtered(lambda line: not self._names_another_payout(line))
        rivals = self.search(
            (self._get_bank_domain() | Domain("state", "in", ("new", "error")))
            & Domain("id", "!=", self.id)
            & Domain("company_id", "=", self.company_id.id)
            & Domain("currency_id", "=", self.currency_id.id)
            & Domain("payout_amount", "=", self.payout_amount)
            & Domain("date", ">=", date - timedelta(days=DAYS_AFTER))
            & Domain("date", "<=", last)
        ).filtered(lambda other: other._get_bank_amount() == self._get_bank_amount())
        return near if len(near) == 1 and not rivals else near.browse()

    def _has_bank_amount(self, bank_line):
        _liquidity, suspense, _other = bank_line._seek_for_lines()
        return (
            suspense.currency_id == self.currency_id
            and self.currency_id.compare_amounts(-suspense.amount_currency, self._get_bank_amount()) == 0
        )

    def _names_payout(self, bank_line):
        """Whether the bank's text contains the payout's number, as a number of its own."""
        reference = (self.payout_reference or "").strip()
        return bool(reference and re.search(rf"(?<!\w){re.escape(reference)}(?!\w)", self._get_bank_text(bank_line)))

    def _names_another_payout(self, bank_line):
        """Whether the bank's text contains another number of the same length: that of a payout still to come."""
        reference = (self.payout_reference or "").strip()
        numbers = re.findall(r"(?<!\w)\d+(?!\w)", self._get_bank_text(bank_line))
        return reference.isdigit() and any(len(number) == len(reference) for number in numbers)

    @staticmethod
    def _get_bank_text(bank_line):
        return " ".join(filter(None, (bank_line.payment_ref, bank_line.ref, bank_line.move_id.narration)))

    def _reconcile_bank_line(self, bank_line):
        """Replace the bank line's suspense account by the clearing account, and reconcile."""
        self.ensure_one()
        counterpart = bank_line._replace_suspense_by_clearing(self.provider_id.clearing_account_id, self)
        if self.carried_to_id:
            self.returned_bank_line_id = bank_line
            body = self.env._("The payout was returned by bank line %s.", bank_line.move_id._get_html_link())
        else:
            self._reconcile_groups([counterpart | self._get_open_clearing_lines()])
            self.bank_line_id = bank_line
            body = self.env._("The payout was matched with bank line %s.", bank_line.move_id._get_html_link())
        self.message_post(body=body)

    def _get_open_clearing_lines(self):
        """Return the open clearing lines a payout covers: its own, and those of aborted payouts included in it."""
        lines = self._get_clearing_items()
        for settlement in self.carried_from_ids:
            lines |= settlement._get_open_clearing_lines()
            lines |= settlement.returned_bank_line_id.sudo().line_ids.filtered("settlement_payout_id").sudo(False)
        lines = lines.filtered(lambda line: line.amount_residual_currency or line.amount_residual)
        return lines | self._get_carried_lines()

    @api.model
    def _cron_bank(self):
        """Scheduled action: match payouts with bank lines. One that fails never stops the others."""
        fault = self.env["settlement.fault"]
        settlements = self._search_hopeful().filtered_domain(fault._get_ready_domain("bank", self))
        self.env["ir.cron"]._commit_progress(remaining=len(settlements))
        domain = self._get_bank_domain()
        fault._work_through(
            "bank",
            settlements,
            lambda settlement: (
                settlement.try_lock_for_update(allow_referencing=True).filtered_domain(domain)._match_bank()
            ),
            lambda settlement, error: settlement._post_once(
                self.env._("The bank line could not be matched: %s", str(error))
            ),
        )

    @api.model
    def _search_hopeful(self):
        """Return the waiting settlements for whose amount there is any bank line."""
        hopeful = self.browse()
        waiting = self.search(self._get_bank_domain(), order="date, id")
        for company, settlements in waiting.grouped("company_id").items():
            candidates = settlements.with_company(company)._find_bank_candidates()
            lines = candidates.sudo().move_id.line_ids
            amounts = {(line.currency_id, line.currency_id.round(-line.amount_currency)) for line in lines}
            hopeful |= settlements.filtered(
                lambda row, amounts=amounts: (row.currency_id, row.currency_id.round(row._get_bank_amount())) in amounts
            )
        return hopeful

    def _post_once(self, body):
        """Post a message, unless it is the last one already."""
        if body not in (self.message_ids[:1].body or ""):
            self.message_post(body=body, message_type="comment")
