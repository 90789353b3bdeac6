import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.messages import Message
from ..matching.engine import decide
from ..matching.lookups import collect_lookups
from .account_settlement_line_open import RETRIED
from .settlement_fault import CONCURRENCY

_logger = logging.getLogger(__name__)


class AccountSettlementLine(models.Model):
    """Matching transactions again that are unknown or wait for their invoice."""

    _inherit = "account.settlement.line"

    def action_retry(self):
        """Match again, including transactions that a person has undone or taken back from a document."""
        self._retry()
        return True

    @api.model
    def _cron_retry(self):
        """Scheduled action: match again what is open, whatever its status says, one settlement at a time."""
        waiting = Domain("status", "in", ("unknown", "on_account")) & Domain("provider_id.state", "=", "active")
        self.search(waiting & Domain("open_as", "=", False))._note_closed_since()
        domain = self._get_awaiting_domain() & Domain("provider_id.state", "=", "active")
        fault = self.env["settlement.fault"]
        settlements = (
            self.env["account.settlement"]
            .browse(settlement.id for settlement, _lines in self.search(domain)._group_by_settlement())
            .filtered_domain(fault._get_ready_domain("retry", self.env["account.settlement"]))
        )
        self.env["ir.cron"]._commit_progress(remaining=len(settlements))
        fault._work_through(
            "retry",
            settlements,
            lambda settlement: (
                settlement.line_ids.filtered_domain(domain).with_company(settlement.company_id)._retry(by_itself=True)
            ),
        )

    @api.model
    def _get_waiting_domain(self):
        """Return the domain of transactions that may still be matched, in full or with what is left of them.

        What is open in the ledger counts, not the status: somebody may have taken the reconciliation apart.
        """
        return Domain("status", "not in", ("new", "excluded")) & Domain("open_as", "in", RETRIED)

    @api.model
    def _get_awaiting_domain(self):
        """Return the domain of waiting transactions that are retried automatically: not those a person has undone."""
        return self._get_waiting_domain() & Domain("is_undone", "=", False)

    @api.model
    def _reconsider(self, companies):
        """Let the scheduled actions retry what waits, because the rules of these companies have changed."""
        proposed = [("company_id", "in", companies.ids), ("is_exclusion_proposed", "=", True)]
        self.search(proposed).is_exclusion_proposed = False
        self.env.ref("settlement_bridge.ir_cron_settlement_retry")._trigger()
        self.env.ref("settlement_bridge.ir_cron_settlement_process")._trigger()

    @api.model
    def _follow_and_retry(self, documents):
        """Let transactions follow documents that are posted, and retry those that wait.

        :param documents: ``account.move``, invoices and credit notes, new ones or posted again.
        """
        orders = documents.invoice_line_ids.sale_line_ids.order_id
        references = [reference for reference in documents.mapped("webshop_reference") if reference]
        references += orders.settlement_reference_ids.mapped("value")
        of_documents = Domain("invoice_id", "in", documents.ids)
        of_documents |= Domain("sale_order_id", "in", orders.ids) | Domain("order_reference", "in", references)
        self._retry_awaiting(of_documents, documents.company_id, documents)

    @api.model
    def _retry_awaiting(self, domain, companies, documents=None):
        """Retry those transactions that wait; what is wrong with one of them does not stop the caller.

        :param domain: of the transactions. :param companies: whose they are. :param documents: which they follow first.
        :raises CONCURRENCY: somebody else is at the same rows; PostgreSQL wants the whole request tried again.
        """
        lines = self
        # what the caller has not written yet fails as the caller's own
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                if documents:
                    self._follow_posted(documents)
                lines = self.search(Domain("company_id", "in", companies.ids) & Domain(domain))
                lines.filtered_domain(self._get_awaiting_domain())._retry(by_itself=True)
        except UserError as error:
            _logger.info("Settlement transactions %s still wait: %s", lines.ids, error)
        except CONCURRENCY:
            raise
        except Exception:
            _logger.exception("Settlement transactions %s could not be placed", lines.ids)

    def _retry(self, by_itself=False):
        """Match again what is open of transactions, and move what is matched now.

        :param bool by_itself: nobody has asked for it: what a person took back from a document stays taken back.
        :return: the transactions that were moved.
        """
        moved = self.sudo().browse()
        waiting = self._as_user().filtered_domain(self._get_waiting_domain())
        if not by_itself:
            waiting._reconcile_own_pairs()
        for settlement, lines in waiting._group_by_settlement():
            sources = lines._get_open_sources()
            provider = settlement.provider_id
            plain = [line._get_plain_open(move_line) for line, move_line in sources]
            if not by_itself:
                plain = [line.freed() for line in plain]
            settings = settlement._get_match_settings(fields.Date.context_today(self))
            rules = self.env["account.settlement.rule"]._get_rules(provider)
            ledger = provider._gather_ledger(collect_lookups(plain, rules, settings.prefixes))
            decisions = decide(plain, rules, ledger, settings)
            chosen = lines._get_documents_chosen(by_itself)
            decided = {}
            for (line, move_line), decision in zip(sources, decisions, strict=True):
                decided.setdefault(line, []).append((move_line, decision))
            for line, of_line in decided.items():
                if line._repeat_choice(chosen[line], of_line) or line._move_bettered(of_line, by_itself):
                    moved |= line
        return moved.with_env(self.env)

    def _move_bettered(self, decided, by_itself):
        """Move of a transaction what is matched now, and return whether any is.

        :param decided: ``(open journal item, decision)``.
        """
        moved = [
            (move_line, decision)
            for move_line, decision in decided
            if self._is_bettered(decision, move_line) and self._try_transfer(decision, move_line)
        ]
        if moved:
            left = [entry for entry in decided if entry not in moved]
            self._note_left(left)
            if by_itself and left:
                met = [part.item.id for _item, decision in moved for part in decision.allocations if part.item]
                self.write(self._get_freed_vals(self.env["account.move.line"].browse(met)))
            else:
                self._free_taken_back()
        return bool(moved)

    def _is_bettered(self, decision, move_line):
        """Whether it is to be moved from ``move_line`` as ``decision`` says."""
        return decision.improves(move_line.settlement_role) and self._keeps_placement(decision, move_line)

    def _try_transfer(self, decision, move_line):
        """Move a transaction that is matched now, and return whether that worked. If not, it stays and says why."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._book_transfer(decision, move_line, status="resolved" if self.placed_data else None)
        except UserError as error:
            self._note_failed_transfer(error)
            return False
        self.tried_data = [message.to_json() for message in decision.tried]
        self.decided_rule = decision.rule_id or 0
        return True

    def _note_failed_transfer(self, error):
        """Store once in the explanation why a matched transaction could not be moved."""
        cause = self.env["account.settlement"]._get_stored_error(error)
        said = Message("not_moved", {"error": Message.from_json(cause)}).to_json()
        _logger.info("Settlement transaction %s could not be moved: %s", self.id, error)
        if said not in (self.explanation_data or []):
            kept = [message for message in self.explanation_data or [] if message[0] != "not_moved"]
            self.explanation_data = [said, *kept]

    def _group_by_settlement(self):
        """Return ``(settlement, its transactions)``, both in the order in which they are booked."""
        ordered = self.sorted(lambda line: (line.date, line.row, line.id))
        return sorted(
            ordered.grouped("settlement_id").items(),
            key=lambda entry: (entry[0].date or fields.Date.today(), entry[0].id),
        )
