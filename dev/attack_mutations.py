"""Mutations: settlement files and shop documents with damage of every kind, read by the real readers.

A damaged document is read right, or refused with a sentence; it never ends in another exception, never takes long, and
never passes with other amounts than the original unless the proof says so. Each batch is read in a process of its own,
that is killed when one document takes too long. A sample is then uploaded, and sent to the shops, in a real database,
each followed by a good one, which must be read.
"""

import contextlib
import datetime
import json
import os
import pickle
import random
import resource
import select
import signal
import time
from collections import Counter
from decimal import Decimal

import environment
import ledger_check
from attack_damage import damage_csv, damage_json, damage_xlsx, damage_xml

from odoo.exceptions import UserError

from odoo.addons.settlement_bridge.common.json_reading import to_json
from odoo.addons.settlement_bridge.common.limits import MAX_ID
from odoo.addons.settlement_bridge.common.messages import SettlementError
from odoo.addons.settlement_bridge.providers.proof import has_proof, prove
from odoo.addons.settlement_bridge.providers.registry import parse
from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files, webshop_month
from odoo.addons.settlement_bridge.pure_tests.servers.shops import SERVERS
from odoo.addons.settlement_bridge.webshops.records import Order
from odoo.addons.settlement_bridge.webshops.registry import PLATFORMS

#: Seconds a document may take, and the most memory it may take on top, in bytes.
LONGEST, MOST_MEMORY = 5, 1_500 * 2**20

#: A sentence longer than this quotes too much.
LONGEST_SENTENCE = 3000

#: How a reading may end.
OUTCOMES = ("refused", "disproved", "read")


class Specimen:
    """A document that can be damaged: ``name``, ``content`` and how its kind is damaged and read."""

    def __init__(self, group, name, content, damage, read):
        self.group, self.name, self.content, self.damage, self.read = group, name, content, damage, read


def run(arena):
    """Return the figures and what was found."""
    count = 60 if arena.is_short else 1500
    figures, found = {}, []
    groups = settlement_specimens()
    groups.update(shop_specimens())
    for group, specimens in groups.items():
        outcomes, sentences = read_all(arena, group, specimens, count)
        figures[f"{group}: refused, disproved, read"] = "  ".join(str(outcomes[how]) for how in OUTCOMES)
        found += sentences
        if not arena.is_short:
            environment.say(f"{group}: {dict(outcomes)}")
    figures["mutations in all"] = count * len(groups)
    stored, sentences = store_sample(arena, groups, 2 if arena.is_short else 60)
    figures["stored in a database"] = stored
    return figures, found + sentences


def settlement_specimens():
    """The month at Vipps, in each of its formats."""
    movements = vipps_files.without_late_fees(vipps_files.story())
    late = vipps_files.story()
    formats = {
        "report API": (vipps_files.as_api_bundles(late), damage_json),
        "report API feed": ([vipps_files.as_api_feed(late)], damage_json),
        "portal CSV": ([vipps_files.as_portal_csv(late)], damage_csv),
        "portal XLSX": ([vipps_files.as_portal_xlsx(late)], damage_xlsx),
        "earlier XML": ([vipps_files.as_old_xml(movements)], damage_xml),
        "earlier CSV": ([vipps_files.as_old_csv(movements)], damage_csv),
        "earlier XLSX": (vipps_files.as_old_xlsx(movements), damage_xlsx),
    }
    return {
        group: [Specimen(group, name, content, damage, read_settlements) for name, content in files]
        for group, (files, damage) in formats.items()
    }


def shop_specimens():
    """Orders of the month in the shop, as each platform writes them."""
    groups = {}
    for server_class in SERVERS.values():
        with server_class() as server:
            lives = [life for life in webshop_month.Month().lives if not life.needs & server.cannot.keys()][::4]
            for life in lives:
                for order in life.states:
                    if not order.is_deleted:
                        server.put(order)
            platform = PLATFORMS[server.platform]
            if platform.client:
                client = platform.client(server.settings)
                since = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
                contents = [(raw.external_id, raw.content) for page in client.changes(since) for raw in page]
            else:
                contents = [
                    (life.number, to_json(document)) for life in lives for document in server.documents(life.number)
                ]
            read = order_reader(platform, server.settings)
            groups[server.platform] = [
                Specimen(server.platform, name, content, damage_json, read) for name, content in contents
            ]
    return groups


def read_settlements(name, content, original):
    """Read a settlement file; return ``(outcome, sentence of what is wrong)``."""
    parsed = parse(name, content)
    whole = parse(name, original)
    wanted = {row.external_id: row for one in whole.settlements for row in one.transactions}
    opened = {one.external_id: one.opening_balance for one in whole.settlements}
    outcome = "read"
    for settlement in parsed.settlements:
        if prove(settlement):
            outcome = "disproved"
            continue
        if not has_proof(settlement):
            continue  # a person confirms the payout
        if settlement.opening_balance != opened.get(settlement.external_id, settlement.opening_balance):
            continue  # it begins in the middle; that is said when it is stored
        for row in settlement.transactions:
            right = wanted.get(row.external_id)
            if right and (right.amount, right.fee, right.kind) != (row.amount, row.fee, row.kind):
                return outcome, (
                    f"accepted, with {row.kind} {row.amount} less {row.fee} for {row.external_id}, "
                    f"which is {right.kind} {right.amount} less {right.fee}"
                )
        if settlement.payout_amount is not None and settlement.opening_balance is not None:
            net = sum((row.net for row in settlement.transactions if str(row.kind) != "payout"), Decimal(0))
            if settlement.opening_balance + net != settlement.payout_amount:
                return outcome, f"accepted, though {net} is not the payout of {settlement.payout_amount}"
    return outcome, check_storable(parsed)


def check_storable(parsed):
    """Nothing is accepted that a ledger cannot hold."""
    for settlement in parsed.settlements:
        for row in settlement.transactions:
            if abs(row.amount) >= 10**13:
                return (
                    f"accepted, with an amount of {len(str(row.amount))} digits, which a ledger does not hold exactly"
                )
            if not 2000 <= row.date.year <= 2100:
                return f"accepted, with a date in the year {row.date.year}"
            for text in (row.external_id, row.order_reference, row.provider_reference, row.text):
                if "\0" in text or any(0xD800 <= ord(letter) < 0xE000 for letter in text):
                    return "accepted, with a letter that a database does not hold"
            # the provider's free text is kept whole: it has no index, and sentences quote it cut
            for text in (row.external_id, row.order_reference, row.provider_reference):
                if len(text) > MAX_ID:
                    return f"accepted, with a reference of {len(text)} characters"
    return ""


def order_reader(platform, settings):
    """Return the reader of a platform's orders."""

    def read(_name, content, _original):
        order = platform.parse(content, settings)
        if isinstance(order, Order):
            total = sum((line.amount for line in order.lines), Decimal(0))
            return ("read" if total == order.total else "disproved"), ""
        return "read", ""

    return read


def read_one(specimen, content):
    """Read a damaged document; return ``(outcome, sentence of what is wrong)``."""
    try:
        return specimen.read(specimen.name, content, specimen.content)
    except SettlementError as refusal:
        sentence = str(refusal)
        if not sentence.strip():
            return "refused", "refused without a reason"
        if len(sentence) > LONGEST_SENTENCE:
            return "refused", f"refused in a sentence of {len(sentence)} characters"
        try:
            stored = json.dumps(refusal.message.to_json())
            stored.encode()
        except (ValueError, TypeError) as error:
            return "refused", f"refused with a reason that cannot be stored: {error}"
        if "\\u0000" in stored or "\\ud8" in stored.lower():
            return "refused", "refused with a reason that a database does not hold (U+0000 or half a letter)"
        return "refused", ""
    except MemoryError:
        return "failed", "takes too much memory"
    except Exception as error:
        frame = error.__traceback__
        while frame.tb_next:
            frame = frame.tb_next
        place = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}"
        return "failed", f"{type(error).__name__} at {place}: {str(error)[:100]}"


def read_all(arena, group, specimens, count):
    """Read so many damaged documents of a kind; return how they ended, and what is wrong, each kind of fault once."""
    outcomes, faults, done = Counter(), {}, 0
    while done < count:
        for number, seconds, outcome, sentence in batch(arena, group, specimens, done, count):
            done = number + 1
            outcomes[outcome] += 1
            if seconds > LONGEST and not sentence:
                sentence = "takes too long"
            if sentence:
                faults.setdefault(" ".join(sentence.split(": ")[:1]), []).append((number, sentence))
    found = []
    for entries in faults.values():
        number, sentence = entries[0]
        found.append(f"{group}, mutation {number} ({len(entries)} alike): {sentence}")
    return outcomes, found


def mutation(arena, group, specimens, number):
    """Return the specimen and its damaged content; always the same for a seed and number."""
    chance = random.Random(f"{arena.seed} {group} {number}")
    specimen = chance.choice(specimens)
    return specimen, specimen.damage(specimen.content, chance)


def batch(arena, group, specimens, start, count):
    """Yield ``(number, seconds, outcome, sentence)`` from a process of its own; ends early when one takes too long."""
    reader, writer = os.pipe()

    def work():
        os.close(reader)
        with open("/proc/self/statm") as memory:
            used = int(memory.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY, used + MOST_MEMORY))
        with os.fdopen(writer, "wb", 0) as stream:
            for number in range(start, count):
                specimen, content = mutation(arena, group, specimens, number)
                pickle.dump(("begun", number, 0, ""), stream)
                started = time.process_time()
                outcome, sentence = read_one(specimen, content)
                pickle.dump(("ended", number, time.process_time() - started, (outcome, sentence)), stream)

    process = arena.fork(work)
    os.close(writer)
    number = start
    with os.fdopen(reader, "rb", 0) as stream:
        while True:
            # the machine may be busy: three times as long by the clock
            ready, _write, _error = select.select([stream], [], [], LONGEST * 3)
            if not ready:
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
                yield number, LONGEST * 3, "failed", f"had not ended after {LONGEST * 3} s"
                return
            try:
                what, number, seconds, result = pickle.load(stream)
            except EOFError:
                break
            if what == "ended":
                yield number, seconds, *result
    _pid, status = os.waitpid(process, 0)
    if status:
        yield number, 0, "failed", f"the process ended with status {status}"


def store_sample(arena, groups, count):
    """Upload damaged files and send damaged orders, each followed by a good one; return how many, and the faults.

    Nothing is kept: each is taken back before the next.
    """
    found, stored = [], 0
    with arena.env(is_kept=False) as env:
        sample = Sample(env)
        for group, specimens in groups.items():
            for number in range(10_000, 10_000 + count):
                specimen, content = mutation(arena, group, specimens, number)
                store = sample.send if group in PLATFORMS else sample.upload
                stored += 1
                env.flush_all()
                savepoint = env.cr.savepoint(flush=False)
                try:
                    sentence = store(specimen, content)
                    env.flush_all()
                except Exception as error:
                    sentence = f"{type(error).__name__}: {str(error)[:150]}"
                savepoint.close(rollback=True)
                env.transaction.clear()
                if sentence:
                    found.append(f"{group}, mutation {number}, stored: {sentence}")
    return stored, found


class Sample:
    """A provider and shops that are given damaged documents, and another provider that is given a good one."""

    def __init__(self, env):
        self.env = env
        Provider = env["account.settlement.provider"]
        self.provider = Provider.search([("merchant_id", "=", vipps_files.MSN)])
        self.provider.start_date = False
        env.company.fiscalyear_lock_date = False
        wizard = env["settlement.activate"].create({"code": "vipps", "merchant_id": "123499", "name": "God"})
        self.other = Provider.browse(wizard.action_activate()["res_id"])
        name, content = vipps_files.as_old_xml(vipps_files.story()[:4])
        self.good = name, content.replace(vipps_files.MSN.encode(), b"123499")
        shop = env["sale.webshop"].search([], limit=1)
        # an address only a few platforms want, and nothing is sent to
        self.shops = {"inbox": shop}
        for platform in SERVERS.keys() - self.shops.keys():
            values = {"name": platform, "platform": platform, "api_url": "https://shop.example.com"}
            self.shops[platform] = shop.copy(values)
            self.shops[platform].sudo().state = "active"

    def upload(self, specimen, content):
        """A person uploads a damaged file; it is fetched too; then comes a good one. Return what is wrong."""
        # a refusal is right
        with contextlib.suppress(UserError), self.env.cr.savepoint():
            self.provider._ingest_file(specimen.name, content)._process_each()
        Document = self.env["account.settlement.document"].sudo()
        document = Document._store(self.provider.connection_id, f"again {specimen.name}", content, "fetch")
        if document.state == "new":
            try:
                with self.env.cr.savepoint():
                    document._ingest()
            except UserError as error:
                document._refuse(error.__cause__ if isinstance(error.__cause__, SettlementError) else error)
                self.env.flush_all()
                if not (document.error_message or "").strip():
                    return "refused without a reason"
        settlements = self.other._ingest_file(*self.good)
        settlements._process()
        self.env.flush_all()
        return "" if set(settlements.mapped("state")) == {"booked"} else "the good file after it was not booked"

    def send(self, specimen, content):
        """A shop sends a damaged order, then the right one. Return what is wrong."""
        shop = self.shops[specimen.group]
        Event = self.env["sale.webshop.event"]
        shop._ingest_orders([content])
        self.env.flush_all()
        event = Event.search([("webshop_id", "=", shop.id)], order="id desc", limit=1)
        if event.state == "error" and ledger_check.UNEXPLAINED in (event.message or ""):
            return event.message
        if event.state == "error" and not (event.message or "").strip():
            return "refused without a reason"
        orders = self.env["sale.order"].search([("webshop_id", "=", shop.id), ("webshop_event_id", "=", event.id)])
        for order in orders:
            order._make_webshop_documents()
            for move in order._get_webshop_moves().filtered(lambda move: move.state == "posted"):
                if abs(move.amount_total) > 10**9 or not 2000 <= move.date.year <= 2100:
                    return f"{move.name} of {move.date} over {move.amount_total} was posted"
        shop._ingest_orders([specimen.content])
        event = Event.search([("webshop_id", "=", shop.id)], order="id desc", limit=1)
        if event.state == "error" and ledger_check.UNEXPLAINED in (event.message or ""):
            return f"the good order after it: {event.message}"
        return ""
