"""Where the attack takes place: copies of one database, child processes that may be killed, and a server of Vipps.

The registry is loaded once. A child is a fork that makes connections of its own; between children nothing is connected,
so that the database can be replaced by a fresh copy under the same name.
"""

import contextlib
import os
import pickle
import select
import signal
import sys
import threading
import time
import traceback

import attack_world
import environment
import ledger_check
import ledger_snapshot
import psycopg2

from odoo import api, sql_db
from odoo.modules.registry import Registry

from odoo.addons.base.models.ir_cron import IrCron
from odoo.addons.settlement_bridge.pure_tests.servers.vipps import VippsServer

ADMINISTRATOR = 2


class Closed:
    """The ledger dates that are not complete yet: all from a day on."""

    def __init__(self, first):
        self.first = first

    def __contains__(self, date):
        return date >= self.first


class Arena:
    """The set-up of one run; a context manager. ``seed`` and ``is_short`` are the run's, ``log`` what Odoo logs."""

    def __init__(self, setup, database, copy, log, is_short, seed):
        self.setup, self.database, self.copy = setup, database, copy
        self.log, self.is_short, self.seed = log, is_short, seed
        self.world = self._server = None
        self.base_url = ""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.disconnect()
        if self._server:
            os.kill(self._server, signal.SIGKILL)
            os.waitpid(self._server, 0)

    # ---------------------------------------------------------------- databases

    def disconnect(self):
        """Have no connection to any database."""
        sql_db.close_all()

    def build(self):
        """Make the world in the database that is copied ever after, and start the server."""
        self.world = attack_world.World(self.seed, self.is_short)
        self.base_url = self.serve(self.world)
        with self.env(self.database) as env:
            self.world.build(env, self.base_url)
        Registry.delete(self.database)

    def fresh(self):
        """Replace the copy by a fresh one of the world."""
        self.make_copy(self.copy)

    def make_copy(self, name):
        """Replace a database by a fresh one of the world."""
        self.disconnect()
        environment.copy(self.setup, self.database, name)

    @contextlib.contextmanager
    def env(self, database=None, is_kept=True):
        """Yield the administrator's environment in a transaction of its own, committed at the end."""
        database = database or self.copy
        threading.current_thread().dbname = database
        try:
            with Registry(database).cursor() as cursor:
                env = api.Environment(cursor, ADMINISTRATOR, {})
                env = env(context={"lang": "en_US", "allowed_company_ids": env.user.company_ids.ids})
                yield env
                if not is_kept:
                    cursor.rollback()
        finally:
            # also after a refusal: two processes that share a connection read each other's answers
            self.disconnect()

    def warm(self):
        """Load the registry, so that each child finds it in memory."""
        with self.env():
            pass

    def sql(self, statement, *values):
        """Run a statement by itself, committed at once."""
        connection = psycopg2.connect(dbname=self.copy)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    # ---------------------------------------------------------------- processes

    def fork(self, function, *arguments):
        """Run a function in a process of its own; return its id. Nothing may be connected meanwhile."""
        sys.stdout.flush()
        process = os.fork()
        if process:
            return process
        status = 1
        try:
            # the command's own handler would end the parent's work from here
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            function(*arguments)
            status = 0
        except BaseException:
            with self.log.open("a") as log:
                traceback.print_exc(file=log)
        finally:
            os._exit(status)

    def start_asking(self, function, *arguments):
        """Run a function in a process of its own; return what gives its answer.

        :return: ``answer(seconds=None)``: waits for the process and returns what the function returned; None when it
            had not ended after so many seconds and was killed.
        """
        reader, writer = os.pipe()

        def work():
            os.close(reader)
            result = pickle.dumps(function(*arguments))
            with os.fdopen(writer, "wb") as stream:
                stream.write(result)

        process = self.fork(work)
        os.close(writer)

        def answer(seconds=None):
            ready, _writable, _failed = select.select([reader], [], [], seconds)
            if not ready:
                os.kill(process, signal.SIGKILL)
            with os.fdopen(reader, "rb") as stream:
                content = stream.read()
            os.waitpid(process, 0)
            if ready and not content:
                lines = self.logged().splitlines()[-30:]
                raise RuntimeError("a step of the attack itself failed:\n" + "\n".join(lines))
            return pickle.loads(content) if content else None

        return answer

    def ask(self, function, *arguments):
        """Run a function in a process of its own, and return what it returns."""
        return self.start_asking(function, *arguments)()

    def serve(self, world):
        """Start a server of the provider's in a process of its own; return its address."""
        reader, writer = os.pipe()

        def run():
            os.close(reader)
            funds, fees = world.api_items()
            with VippsServer(funds, fees) as server:
                server._server.handle_error = lambda *_request: None  # who is killed stops listening: that is the point
                server.open_dates = Closed(world.end.isoformat())
                os.write(writer, server.base_url.encode())
                os.close(writer)
                signal.pause()

        self._server = self.fork(run)
        os.close(writer)
        with os.fdopen(reader, "rb") as stream:
            return stream.read().decode()

    # ---------------------------------------------------------------- scheduled actions

    def wake_crons(self):
        """Let all scheduled actions be due, but those that run right now."""
        self.sql(
            """
            UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' - interval '1 minute'
             WHERE id IN (SELECT id FROM ir_cron WHERE active FOR UPDATE SKIP LOCKED)
            """
        )
        self.sql(
            """
            UPDATE account_settlement_connection SET fetch_next_at = NULL
             WHERE id IN (SELECT id FROM account_settlement_connection WHERE fetch_next_at IS NOT NULL
                             FOR UPDATE SKIP LOCKED)
            """
        )

    def run_crons(self, passes=1):
        """Run what is due as a cron worker does, so many times with all of it due."""
        for _pass in range(passes):
            self.wake_crons()
            IrCron._process_jobs(self.copy)

    def work_until(self, end):
        """Run scheduled actions, again and again."""
        while time.monotonic() < end:
            self.run_crons()

    # ---------------------------------------------------------------- what is checked

    def logged(self):
        """Return what was logged since the run began."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def look(self, is_quiet=True):
        """Return ``(snapshot, findings)`` of the copy as it stands."""

        def look():
            with self.env(is_kept=False) as env:
                return ledger_snapshot.snapshot(env), ledger_check.check_all(env, self.logged(), is_quiet)

        return self.ask(look)

    def check_again(self):
        """Run everything once more, and return a sentence for each thing that this changed."""

        def trace():
            with self.env(is_kept=False) as env:
                return ledger_snapshot.traces(env)

        before = self.ask(trace)
        self.ask(self.run_crons)
        return [f"all run again: {sentence}" for sentence in ledger_snapshot.compare(before, self.ask(trace))]
