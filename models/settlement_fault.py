import logging
import random
import time
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .written_language import company_language, in_written_language

_logger = logging.getLogger(__name__)

#: Minutes until the next attempt after the first, second … failure in a row; the last one repeats.
RETRY_MINUTES = (5, 15, 60, 240, 720)

#: No pause is longer: a later next attempt was not written by us, and is due.
LONGEST_PAUSE = timedelta(minutes=RETRY_MINUTES[-1])

#: After how many failures in a row a person is asked to look.
FAILURES_TO_TELL = 3

#: After how many conflicts in a row records that are worked on together are worked on one by one.
MAX_TRIES_TOGETHER = 3

#: Conflicts with what others do at the same time: they changed or stored the same record. Retried at once.
CONCURRENCY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError, UniqueViolation)


def get_pause(failures):
    """Return how long to wait after so many failures in a row (``timedelta``)."""
    return timedelta(minutes=RETRY_MINUTES[min(failures, len(RETRY_MINUTES)) - 1])


class SettlementFault(models.Model):
    """A record on which a scheduled action failed unexpectedly, and when it is retried.

    All scheduled actions go through their records here: one never stops the others, a conflict with somebody else is
    retried at once, and an unexpected fault later.
    """

    _name = "settlement.fault"
    _description = "Unexpected Fault of a Scheduled Action"
    _rec_name = "task"

    task = fields.Char(required=True, readonly=True)
    res_model = fields.Char(string="Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", required=True, readonly=True)
    failures = fields.Integer(readonly=True)
    next_at = fields.Datetime(string="Next Try", readonly=True)

    _record_uniq = models.UniqueIndex("(task, res_model, res_id)")

    @api.model
    def _get_ready_domain(self, task, model):
        """Return the domain of the records that do not wait for a retry after an unexpected fault."""
        now = fields.Datetime.now()
        resting = self.sudo().search(
            [
                ("task", "=", task),
                ("res_model", "=", model._name),
                ("next_at", ">", now),
                ("next_at", "<=", now + LONGEST_PAUSE),
            ]
        )
        return [("id", "not in", resting.mapped("res_id"))]

    @api.model
    def _get_due(self, task, model):
        """Return the ids of the records that have failed unexpectedly and are due for a retry."""
        now = fields.Datetime.now()
        of_task = [("task", "=", task), ("res_model", "=", model._name)]
        due = [*of_task, "|", ("next_at", "<=", now), ("next_at", ">", now + LONGEST_PAUSE)]
        return self.sudo().search(due).mapped("res_id")

    @api.model
    def _work_through(self, task, records, work, refuse=None, together=1):
        """Call ``work`` with each record in its company's language, and commit what it did before the next one.

        :param str task: the name under which faults are stored.
        :param work: called with one record; a ``UserError`` is a refusal.
        :param refuse: called with the record and its ``UserError``, after everything done for it was rolled back.
        :param int together: ``work`` is called with so many records, and with each by itself where that fails.
        """
        for alike in records.grouped(lambda record: company_language(record.company_id)).values():
            for start in range(0, len(alike), together):
                chunk = in_written_language(alike[start : start + together])
                if self._work_on_together(task, chunk, work):
                    self.env["ir.cron"]._commit_progress(len(chunk))
                    continue
                for record in chunk:
                    self._work_on(task, record, work, refuse)
                    self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _wake(self, name):
        """Let another scheduled action run soon, at the end of one.

        What was done is committed first: a worker that just runs the other has its row, and PostgreSQL turns us down.
        """
        self.env["ir.cron"]._commit_progress()
        self._work_on("wake", self.env.ref(f"settlement_bridge.{name}").sudo(), lambda action: action._trigger())

    def _work_on_together(self, task, records, work):
        """Call ``work`` with several records at once; return whether it succeeded. Nothing is left of it otherwise."""
        if len(records) == 1:
            return False
        for attempt in range(1, MAX_TRIES_TOGETHER + 1):
            try:
                work(records)
                self.env.flush_all()
                self._forget(task, records)
                return True
            except CONCURRENCY:
                self.env.cr.rollback()
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
            except Exception as error:
                self.env.cr.rollback()
                _logger.info("%s of %s is done one by one: %s", task, records, error)
                return False
        return False

    def _work_on(self, task, record, work, refuse=None):
        for attempt in range(1, MAX_TRIES_ON_CONCURRENCY_FAILURE + 1):
            try:
                work(record)
                self.env.flush_all()
                self._forget(task, record)
                return
            except CONCURRENCY as error:
                self.env.cr.rollback()
                if attempt == MAX_TRIES_ON_CONCURRENCY_FAILURE:
                    if isinstance(error, UniqueViolation):
                        self._note_safely(task, record, error)
                    else:
                        _logger.info("%s of %s is left for the next run: %s", task, record, error)
                    return
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
            except UserError as error:
                self.env.cr.rollback()
                self._refuse_safely(task, record, refuse, error)
                return
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("%s of %s failed", task, record)
                self._note_safely(task, record, error)
                return

    def _refuse_safely(self, task, record, refuse, error):
        """Store the refusal; one that cannot be stored never stops the others."""
        if not refuse:
            _logger.info("%s of %s: %s", task, record, error)
            return
        try:
            with self.env.cr.savepoint():
                refuse(record, error)
        except CONCURRENCY as busy:
            self.env.cr.rollback()
            _logger.info("%s of %s is left for the next run: %s", task, record, busy)
        except Exception as fault:
            self.env.cr.rollback()
            _logger.exception("The refusal of %s could not be written down", record)
            self._note_safely(task, record, fault)

    def _note_safely(self, task, record, error):
        """Store an unexpected fault; return whether that was possible, as only what is stored is retried by itself."""
        try:
            with self.env.cr.savepoint():
                self._note(task, record, error)
        except Exception:
            # what was done before it, of other records too, stays
            _logger.exception("The fault of %s could not be written down", record)
            return False
        return True

    def _find(self, task, records):
        return self.sudo().search(
            [("task", "=", task), ("res_model", "=", records._name), ("res_id", "in", records.ids)]
        )

    def _forget(self, task, records):
        """Delete the stored faults of records that succeeded."""
        faults = self._find(task, records)
        if faults:
            failed = records.browse(faults.mapped("res_id"))
            faults.unlink()
            for record in failed:
                self._get_source(record)._close_attention(task)

    def _note(self, task, record, error):
        """Store an unexpected fault and when to retry; ask a person to look when it persists."""
        record = in_written_language(record)
        fault = self._find(task, record)
        failures = fault.failures + 1
        vals = {"failures": failures, "next_at": fields.Datetime.now() + get_pause(failures)}
        if fault:
            fault.write(vals)
        else:
            self.sudo().create({"task": task, "res_model": record._name, "res_id": record.id, **vals})
        if failures >= FAILURES_TO_TELL:
            self._get_source(record)._ask_for_attention(
                record.env._(
                    "%(record)s failed %(count)s times in a row because of an unexpected error (%(fault)s). It is "
                    "retried automatically; show the server log to whoever maintains Odoo.",
                    record=record.display_name,
                    count=failures,
                    fault=type(error).__name__,
                ),
                key=task,
            )

    @staticmethod
    def _get_source(record):
        """Return the ``settlement.source`` on which a person finds the fault of a record."""
        names = [name for name in ("provider_id", "connection_id", "webshop_id") if name in record._fields]
        return next((record[name] for name in names if record[name]), record)

    @api.autovacuum
    def _gc_gone(self):
        """Delete the faults of records that no longer exist, or that were not retried for a month."""
        self.search([("next_at", "<", fields.Datetime.subtract(fields.Datetime.now(), days=30))]).unlink()
