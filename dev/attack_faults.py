"""Faults: a server of the provider's that misbehaves in many ways, one ledger date after another.

Each fault meets the fetching of one date. Then the server is well again: the date's rows must be there once, whatever
was stored meanwhile, and nothing may be left that a person has to mend. While it lasts, the reason is shown. No key
goes to another server, and none is in a log, a message or a reason.
"""

import datetime
import gzip
import io
import json
import random
import time
from dataclasses import dataclass
from decimal import Decimal

import attack_arena
import attack_world
import environment
import ledger_check

from odoo.addons.settlement_bridge.common import http
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files
from odoo.addons.settlement_bridge.pure_tests.servers import vipps as vipps_server
from odoo.addons.settlement_bridge.pure_tests.servers.local_server import Fault, LocalServer

DATES = "/dates/"
#: Seconds after which a server that sends nothing, or too slowly, is to be given up: far less than in use.
TIMEOUT, TOTAL_TIMEOUT = 1, 3
#: Seconds within which fetching must have ended, whatever the server does.
LONGEST = 30


@dataclass(frozen=True)
class Case:
    """One way to misbehave.

    :ivar name: for the reader. :ivar start: ``(server, date)``; lets the server misbehave.
    :ivar is_shown: whether it outlasts our own retries, so that a reason must be shown.
    """

    name: str
    start: object
    is_shown: bool = True


class Stranger(LocalServer):
    """Another server, to which nothing of ours may go."""

    def answer(self, method, path, query, headers, body):
        return 200, {}, {"items": [], "hasMore": False, "access_token": "stranger", "expires_in": 900}


def answers(status, body=b"", headers=None, path=DATES, times=3, **more):
    """The server gives this answer, so many times."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()

    def start(server, _date):
        server.faults += [Fault(path, status, headers or {}, body, **more) for _time in range(times)]

    return start


def writes(send, path=DATES, times=3):
    """The server writes this to the connection."""

    def start(server, _date):
        server.faults += [Fault(path, send=send) for _time in range(times)]

    return start


def drips(head, piece=b" ", chunked=False):
    """The server sends its head, then a byte now and then, and never ends."""

    def send(handler):
        handler.wfile.write(head)
        for _second in range(400):
            handler.wfile.write(b"1\r\n%s\r\n" % piece if chunked else piece)
            handler.wfile.flush()
            time.sleep(0.1)

    # the next try finds the server well
    return writes(send, times=1)


def drips_headers(handler):
    """Headers that never end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(400):
        handler.wfile.write(b"X-%d: y\r\n" % number)
        handler.wfile.flush()
        time.sleep(0.1)


def sends_much(handler):
    """More than can be wanted."""
    size = http.MAX_BYTES + 2**20
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % size)
    for _mega in range(size // 2**20):
        handler.wfile.write(b" " * 2**20)


def bomb():
    """200 MB of blanks, in 200 KB."""
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb") as packed:
        for _mega in range(200):
            packed.write(b" " * 2**20)
    return stream.getvalue()


def changes_day(change):
    """The items of the day read otherwise; ``change(item)`` alters the first."""

    def start(server, date):
        for topic, items in server.topics.items():
            server.topics[topic] = items = [dict(item) for item in items]
            for item in items:
                if item["ledgerDate"] == date and item["entryType"] == "capture":
                    change(item)
                    break

    return start


def never_ends(server, date):
    """The day as it is, but for an amount of a million digits."""
    items = [dict(item) for item in server.topics["funds"] if item["ledgerDate"] == date]
    items[0]["amount"] = "@"
    body = json.dumps({"items": items, "hasMore": False, "tryLater": False}).replace('"@"', "1e1000000")
    server.faults.append(Fault("/funds/dates/", 200, {}, body.encode()))


def sets(**values):
    """Attributes of the server."""

    def start(server, _date):
        for name, value in values.items():
            setattr(server, name, value)

    return start


def echoes_keys(handler):
    """An error that repeats every header it was sent, and the pair of keys in base64."""
    said = " ".join(handler.headers.values())
    body = json.dumps({"title": "Bad request", "detail": said}).encode()
    handler.wfile.write(b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
    handler.wfile.write(body)


def expires(server, _date):
    server.faults.append(Fault(DATES, 401, {}, b'{"title": "Unauthorized", "detail": "token expired"}'))


def cases(stranger):
    """All faults."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    away = {"Location": f"{stranger}/elsewhere"}
    ledgers, token = "/ledgers", "/accesstoken/get"
    past = "Wed, 21 Oct 2015 07:28:00 GMT"
    page = {"hasMore": False, "tryLater": False, "items": []}
    ledger = {"ledgerId": 1, "currency": "NOK"}
    return (
        Case("a fault of its own, once", answers(500, times=1), is_shown=False),
        Case("a fault of its own, for long", answers(500, {"title": "Internal", "detail": "down"})),
        Case("503 with Retry-After 120", answers(503, headers={"Retry-After": "120"})),
        Case("503 with a negative Retry-After", answers(503, headers={"Retry-After": "-5"})),
        Case("429 without Retry-After", answers(429)),
        Case("429 until a time that is past", answers(429, headers={"Retry-After": past})),
        Case("429 for thirty thousand years", answers(429, headers={"Retry-After": "999999999999"})),
        Case("429 with a Retry-After that is no time", answers(429, headers={"Retry-After": "soon"})),
        Case("no answer in time", answers(0, delay=TIMEOUT + 0.7)),
        Case("a byte now and then, of a length told", drips(head + b"Content-Length: 100000\r\n\r\n"), is_shown=False),
        Case("a byte now and then, until it closes", drips(head + b"Connection: close\r\n\r\n"), is_shown=False),
        Case(
            "a byte now and then, in chunks",
            drips(head + b"Transfer-Encoding: chunked\r\n\r\n", chunked=True),
            is_shown=False,
        ),
        Case("headers without end", writes(drips_headers, times=1), is_shown=False),
        Case("a body that is cut off", answers(0, cut=True)),
        Case("a body that is not what its encoding says", answers(200, b"no gzip", {"Content-Encoding": "gzip"})),
        Case("a page of a proxy, in HTML", answers(200, b"<html>Sign in</html>", {"Content-Type": "text/html"})),
        Case("null", answers(200, b"null")),
        Case("a list", answers(200, b"[]")),
        Case("items that are no list", answers(200, {**page, "items": {"a": 1}})),
        Case("items that are numbers", answers(200, {**page, "items": [1, None, "x"]}, times=1)),
        Case("an empty body", answers(200, b"")),
        Case("right JSON as text/plain", sets(), is_shown=False),
        Case("the same page again and again", sets(stuck_cursor=True)),
        Case("a page that comes twice", sets(again="/funds/"), is_shown=False),
        Case("an empty last page", sets(empty_last_page=True), is_shown=False),
        Case("a cursor that is forgotten", answers(400, {"title": "Invalid cursor"})),
        Case("a token that has expired", expires, is_shown=False),
        Case("keys that are refused", answers(401, {"error": "invalid_client"}, path=token)),
        Case("a token that is a number", answers(200, {"access_token": 5}, path=token)),
        Case("an error that repeats our headers", writes(echoes_keys)),
        Case("an error that repeats our headers, for the token", writes(echoes_keys, path=token)),
        Case("a redirect to another host", answers(302, headers=away)),
        Case("a redirect of the keys to another host", answers(307, headers=away, path=token)),
        Case("a redirect to itself", answers(302, headers={"Location": "/settlement/v1/ledgers"}, times=9)),
        Case("more than can be wanted", writes(sends_much)),
        Case("200 MB in 200 KB", answers(200, bomb(), {"Content-Encoding": "gzip"})),
        Case("ledgers that are texts", answers(200, {"items": ["302321"]}, path=ledgers)),
        Case("a ledger without its number", answers(200, {"items": [{"currency": "NOK"}]}, path=ledgers)),
        Case(
            "handles that are numbers",
            answers(200, {"items": [{**ledger, "settlesForRecipientHandles": [5]}]}, path=ledgers),
        ),
        Case("no access to the ledger", answers(403, {"title": "Forbidden"}, path=ledgers)),
        Case("U+0000 in the title of an error", answers(500, b'{"title": "b\\u0000d", "detail": "\\u0000"}')),
        Case("a lone surrogate in the title of an error", answers(500, b'{"title": "b\\ud800d"}')),
        Case("a title of a megabyte", answers(500, {"title": "x" * 2**20})),
        Case("a day with a row without its amount", changes_day(lambda item: item.pop("amount"))),
        Case("a day whose balances do not add up", changes_day(lambda item: item.update(amount=item["amount"] + 100))),
        Case("a day with U+0000 in a currency", changes_day(lambda item: item.update(currency="N\0K"))),
        Case("a day with a lone surrogate in a currency", changes_day(lambda item: item.update(currency="\ud800"))),
        Case("a day of the year 9999", changes_day(lambda item: item.update(time="9999-12-31T23:59:59-14:00"))),
        Case("an amount that never ends", never_ends),
    )  # fmt: skip


def run(arena):
    """Return the figures and what was found."""
    arena.fresh()
    arena.warm()
    with Stranger() as stranger:
        chosen = list(cases(stranger.base_url))
        random.Random(f"faults {arena.seed}").shuffle(chosen)
        if arena.is_short:
            chosen = chosen[:12]
        movements = compose(len(chosen))
        funds, fees = vipps_files.api_items(movements)
        with vipps_server.VippsServer(funds, fees, page_size=2) as server:
            server._server.handle_error = lambda *_request: None  # the client stops listening: that is the point
            attack = Attack(arena, server, movements)
            for number, case in enumerate(chosen):
                attack.meet(case, attack_world.START + datetime.timedelta(days=number))
        if stranger.requests:
            attack.found.append(f"{len(stranger.requests)} requests of ours reached another server")
    found = attack.found
    arena.ask(arena.run_crons, 2)
    found += arena.look(is_quiet=False)[1]
    figures = {
        "faults": len(chosen),
        "recovered without a person": attack.recovered,
        "rows": sum(attack.rows.values()),
        "longest fetch, seconds": f"{attack.longest:.1f}",
    }
    return figures, list(dict.fromkeys(found))


def compose(days):
    """A few movements a day, paid out every third."""
    movements = []
    for number in range(days):
        day = attack_world.START + datetime.timedelta(days=number)
        for part in range(3):
            amount = Decimal(100 + 7 * number + part)
            movements.append(vipps_files.capture(f"77{number:04}{part}", day, f"FEIL-{number}-{part}", amount, "2.50"))
        if number % 3 == 2:
            movements.append(vipps_files.payout(f"27{number:05}", day))
    return movements


class Attack:
    """One date after another; ``found`` is what was not as it must be."""

    def __init__(self, arena, server, movements):
        self.arena, self.server, self.movements = arena, server, movements
        self.right = dict(server.topics)
        self.found, self.recovered, self.longest = [], 0, 0.0
        self.rows = {}
        self.arena.sql(
            "UPDATE account_settlement_connection SET api_url = %s"
            " WHERE id = (SELECT connection_id FROM account_settlement_provider WHERE merchant_id = %s)",
            server.base_url,
            vipps_files.MSN,
        )

    def meet(self, case, date):
        """Fetch a date while the server misbehaves, and then again when it is well."""
        server = self.server
        server.open_dates = attack_arena.Closed((date + datetime.timedelta(days=1)).isoformat())
        case.start(server, date.isoformat())
        seconds, shown = self.fetch(case)
        self.longest = max(self.longest, seconds)
        if case.is_shown and not shown:
            self.note(case, "no reason is shown")
        elif shown and ledger_check.UNEXPLAINED in shown:
            self.note(case, shown)
        self.heal()
        for _time in range(3):
            _seconds, shown = self.fetch(case)
            missing = self.missing(date)
            if not (shown or missing):
                break
        if shown or missing:
            self.note(case, f"not recovered when the server was well again: {shown or missing}")
            self.mend(date)
            self.fetch(case)
            if missing := self.missing(date):
                self.note(case, f"nor when a person left it out: {missing}")
        else:
            self.recovered += 1
            if activities := self.activities():
                self.note(case, f"the activity stays open after all is well: {activities[0]}")
        # what the next one is told of must be its own
        self.arena.sql("DELETE FROM mail_activity WHERE res_model = 'account.settlement.provider'")
        environment.say(f"{case.name}: {seconds:.1f} s")

    def note(self, case, sentence):
        """Keep what was found."""
        self.found.append(f"{case.name}: {sentence}")

    def heal(self):
        """The server is well again."""
        self.server.faults.clear()
        self.server.topics = dict(self.right)
        self.server.stuck_cursor = self.server.empty_last_page = False
        self.server.again = ""

    def fetch(self, case):
        """Run fetching and reading as the scheduled actions do; return the seconds, and the reason that is shown."""
        self.arena.sql("UPDATE account_settlement_connection SET fetch_next_at = NULL")
        started = time.monotonic()
        answer = self.arena.start_asking(self._fetch)(LONGEST)
        seconds = time.monotonic() - started
        if answer is None:
            self.note(case, f"fetching had not ended after {LONGEST} s")
            return seconds, "it did not end"
        shown, faults = answer
        for fault in faults:
            self.note(case, fault)
        return seconds, shown

    def _fetch(self):
        original = http.Connection.__init__

        def impatient(connection, *args, **kwargs):
            original(connection, *args, **kwargs)
            connection._timeout = TIMEOUT

        http.Connection.__init__ = impatient
        http.TOTAL_TIMEOUT, http.PAUSES = TOTAL_TIMEOUT, (0.01, 0.01)
        faults = []
        for model, method in (
            ("account.settlement.provider", "_cron_fetch"),
            ("account.settlement.document", "_cron_ingest"),
        ):
            try:
                with self.arena.env() as env:
                    getattr(env[model].with_user(1), method)()
            except Exception as error:
                faults.append(f"{method} ended with {type(error).__name__}: {str(error)[:150]}")
        with self.arena.env(is_kept=False) as env:
            provider = env["account.settlement.provider"].search([("merchant_id", "=", vipps_files.MSN)])
            documents = env["account.settlement.document"].search([("provider_id", "=", provider.id)])
            refused = documents.filtered(lambda document: document.state == "error")
            settlements = env["account.settlement"].search([("provider_id", "=", provider.id), ("state", "=", "error")])
            shown = provider.fetch_error or refused[:1].error_message or settlements[:1].error_message or ""
        return shown, faults

    def missing(self, date):
        """Say what of a date is not stored exactly once."""
        wanted = {m.psp for m in self.movements if m.day == date and m.type == "capture"}
        rows = self.arena.sql(
            """
            SELECT line.provider_reference, count(*)
              FROM account_settlement_line line
              JOIN account_settlement_provider provider ON provider.id = line.provider_id
             WHERE line.date = %s AND line.kind = 'payment' AND provider.merchant_id = %s
          GROUP BY 1
            """,
            date,
            vipps_files.MSN,
        )
        stored = dict(rows)
        self.rows[date] = len(stored)
        lacking = wanted - stored.keys()
        double = [reference for reference, count in stored.items() if count > 1]
        other = stored.keys() - wanted
        if lacking or double or other:
            return f"{len(lacking)} rows are missing, {len(double)} double, {len(other)} of no movement"
        return ""

    def activities(self):
        """The open activities of the agreement."""
        rows = self.arena.sql(
            "SELECT note FROM mail_activity WHERE res_model = 'account.settlement.provider' AND active"
        )
        return [note for (note,) in rows]

    def mend(self, date):
        """What a person does who finds no button: leave out what was refused, and have the date fetched again."""
        self.arena.sql(
            """
            UPDATE account_settlement_document SET state = 'left_out'
             WHERE state IN ('error', 'new') AND source = 'fetch'
            """
        )
        before = json.dumps({vipps_files.LEDGER: {"date": (date - datetime.timedelta(days=1)).isoformat()}})
        self.arena.sql(
            "UPDATE account_settlement_connection SET fetch_cursor = %s"
            " WHERE id = (SELECT connection_id FROM account_settlement_provider WHERE merchant_id = %s)",
            before,
            vipps_files.MSN,
        )
