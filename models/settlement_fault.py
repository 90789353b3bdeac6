import logging
import random
import time
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import MAX_TRIES_ON_CONCURRENCY_FAILURE, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

#: Minutes until the next try after the first, second … failure in a row; the last one repeats.
RETRY_MINUTES = (5, 15, 60, 240, 720)

#: No pause is longer: a later next try was not written by us, and is due.
LONGEST_PAUSE = timedelta(minutes=RETRY_MINUTES[-1])

#: From how many failures in a row on a person is asked to look.
FAILURES_TO_TELL = 3

#: What others do at the same time: the same moved on meanwhile, or was stored by somebody else. Tried again at once.
CONCURRENCY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError, UniqueViolation)


def get_pause(failures):
    """Return how long to wait after so many failures in a row (``timedelta``)."""
    return timedelta(minutes=RETRY_MINUTES[min(failures, len(RETRY_MINUTES)) - 1])


class SettlementFault(models.Model):
    """What a scheduled action failed on unexpectedly, and when it is tried again.

    It is also the one way in which scheduled actions go through their records: one never stops the others, what
    somebody else was at is tried again at once, and an unexpected fault is never an end.
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
        """Return the domain of the records that are not resting after an unexpected fault."""
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
        """Return the ids of the records that have failed unexpectedly and are to be tried again now."""
        now = fields.Datetime.now()
        of_task = [("task", "=", task), ("res_model", "=", model._name)]
        due = [*of_task, "|", ("next_at", "<=", now), ("next_at", ">", now + LONGEST_PAUSE)]
        return self.sudo().search(due).mapped("res_id")

    @api.model
    def _work_through(self, task, records, work, refuse=None):
        """Call ``work`` with each record; what it does for one is committed before the next one's turn.

        :param str task: a name for what is done, under which faults are remembered.
        :param work: called with one record; a ``UserError`` is a refusal.
        :param refuse: called with the record and its ``UserError``, after everything done for it was rolled back.
        """
        for record in records:
            self._work_on(task, record, work, refuse)
            self.env["ir.cron"]._commit_progress(1)

    def _work_on(self, task, record, work, refuse):
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
        """Write the refusal down; one that cannot be written never stops the others."""
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
        try:
            with self.env.cr.savepoint():
                self._note(task, record, error)
        except Exception:
            self.env.cr.rollback()
            _logger.exception("The fault of %s could not be written down", record)

    def _find(self, task, record):
        return self.sudo().search([("task", "=", task), ("res_model", "=", record._name), ("res_id", "=", record.id)])

    def _forget(self, task, record):
        """It went well: nothing is remembered."""
        fault = self._find(task, record)
        if fault:
            fault.unlink()
            self._get_source(record)._close_attention(task)

    def _note(self, task, record, error):
        """Remember an unexpected fault and when it is tried again; ask a person when it goes on."""
        fault = self._find(task, record)
        failures = fault.failures + 1
        vals = {"failures": failures, "next_at": fields.Datetime.now() + get_pause(failures)}
        if fault:
            fault.write(vals)
        else:
            self.sudo().create({"task": task, "res_model": record._name, "res_id": record.id, **vals})
        if failures >= FAILURES_TO_TELL:
            self._get_source(record)._ask_for_attention(
                self.env._(
                    "%(record)s could not be handled %(count)s times in a row because of an unexpected fault "
                    "(%(fault)s). It goes on being tried by itself; show the server log to whoever looks after Odoo.",
                    record=record.display_name,
                    count=failures,
                    fault=type(error).__name__,
                ),
                key=task,
            )

    @staticmethod
    def _get_source(record):
        """Return the ``settlement.source`` on which a person looks for what is the matter with a record."""
        name = next((name for name in ("provider_id", "webshop_id") if name in record._fields), None)
        return record[name] if name else record

    @api.autovacuum
    def _gc_gone(self):
        """Faults of records that are gone, or that nobody came back to for a month, are of no use."""
        self.search([("next_at", "<", fields.Datetime.subtract(fields.Datetime.now(), days=30))]).unlink()
