"""Workers: many processes run the scheduled actions at once, beside a person who works in the same books.

The person places, pays, credits, resets, undoes, retries, and uploads one file twice at the same moment, each in a
transaction as a click has it (Odoo's own ``retrying``). Afterwards the scheduled actions run in peace, and everything
that always holds is looked at.
"""

import os
import pickle
import random
import time
from collections import Counter

import attack_world
from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, retrying

from odoo.addons.settlement_bridge.pure_tests.samples import vipps_files

#: Passes with every scheduled action due, after which all is done.
PASSES = 3
#: What takes long.
SELDOM = ("undo_settlement", "upload_twice_at_once", "book")


class TurnedDown(Exception):
    """There was nothing to do this on."""


def run(arena):
    """Return the figures and what was found."""
    workers, seconds = (3, 8) if arena.is_short else (6, 40)
    persons = 1 if arena.is_short else 2
    arena.fresh()
    arena.warm()
    end = time.monotonic() + seconds
    processes = [arena.fork(arena.work_until, end) for _worker in range(workers)]
    answers = [arena.start_asking(act_until, arena, end, number) for number in range(persons)]
    deeds, found = Counter(), []
    for answer in answers:
        done, sentences = answer()
        deeds.update(done)
        found += sentences
    for process in processes:
        _pid, status = os.waitpid(process, 0)
        if status:
            found.append("a worker ended with an exception: see the log")
    arena.ask(arena.run_crons, PASSES)
    _state, sentences = arena.look()
    found += sentences + arena.check_again()
    figures = {"workers": workers, "persons beside them": persons, "seconds": seconds, "rows": arena.world.rows}
    figures |= {f"{name}: {what}": count for (name, what), count in sorted(deeds.items())}
    return figures, list(dict.fromkeys(found))


def act_until(arena, end, number):
    """Do what a person does, one thing after another; return how often each was done or refused, and the faults."""
    chance = random.Random(f"person {number} {arena.seed}")
    person = Person(arena, chance)
    deeds, found = Counter(), []
    names = [name.removeprefix("do_") for name in dir(person) if name.startswith("do_")]
    weights = [1 if name in SELDOM else 4 for name in names]
    while time.monotonic() < end:
        [name] = chance.choices(names, weights)
        try:
            getattr(person, f"do_{name}")()
            outcome = "done"
        except TurnedDown:
            time.sleep(0.02)
            continue
        except UserError as refusal:
            outcome = "refused"
            if not str(refusal).strip():
                found.append(f"{name}: refused without a reason")
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # five tries, as for any click; a person presses again
            outcome = "given up"
        except Exception as error:
            outcome = "failed"
            found.append(f"{name}: {type(error).__name__}: {str(error)[:200]}")
        deeds[name, outcome] += 1
    return deeds, found


class Person:
    """An accountant with the rights of the administrator, one click after another."""

    def __init__(self, arena, chance):
        self.arena, self.chance = arena, chance

    def click(self, function):
        """Run ``function(env)`` as a request does: tried again on a serialization failure, committed at the end."""
        with self.arena.env() as env:
            return retrying(lambda: function(env), env)

    def choose(self, records):
        """One of the records, at random; there may be none."""
        if not records:
            raise TurnedDown
        return records.browse(self.chance.choice(records.ids))

    def lines(self, env, *domain):
        """Transactions."""
        return env["account.settlement.line"].search(list(domain), limit=200)

    def invoices(self, env, *domain):
        """Posted invoices."""
        return env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("state", "=", "posted"), *domain], limit=200
        )

    # ---------------------------------------------------------------- what the person does

    def do_place(self):
        def place(env):
            line = self.choose(self.lines(env, ("status", "in", ("unknown", "on_account"))))
            invoice = self.invoices(env, ("amount_residual", ">", 0))[:1]
            targets = [
                env["account.account"].search([("code", "=like", "7790%")], limit=1),
                invoice.partner_id,
                invoice,
            ]
            target = self.chance.choice([target for target in targets if target])
            line._assign(target, "Tilfeldig plassert")

        self.click(place)

    def do_pay(self):
        def pay(env):
            invoice = self.choose(self.invoices(env, ("amount_residual", ">", 0)))
            wizard = (
                env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({})
            )
            wizard._create_payments()

        self.click(pay)

    def do_credit(self):
        def credit(env):
            invoice = self.choose(self.invoices(env))
            wizard = (
                env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"journal_id": invoice.journal_id.id, "reason": "Retur"})
            )
            moves = env["account.move"].browse(wizard.reverse_moves()["res_id"])
            moves.filtered(lambda move: move.state == "draft").action_post()

        self.click(credit)

    def do_reset(self):
        def reset(env):
            invoice = self.choose(self.invoices(env, ("date", ">", attack_world.LOCKED_TO)))
            invoice.button_draft()
            invoice.action_post()

        self.click(reset)

    def do_write_invoice(self):
        def write(env):
            line = self.choose(self.lines(env, ("status", "=", "unknown"), ("amount", ">", 0)))
            env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": env["res.partner"].create({"name": f"Sen kunde {line.id}"}).id,
                    "webshop_reference": line.order_reference,
                    "invoice_line_ids": [
                        Command.create({"name": "Vare", "price_unit": line.amount, "tax_ids": [Command.clear()]})
                    ],
                }
            ).action_post()

        self.click(write)

    def do_undo_row(self):
        self.click(
            lambda env: self.choose(self.lines(env, ("status", "in", ("matched", "on_account", "resolved"))))._undo(
                "Feil"
            )
        )

    def do_undo_settlement(self):
        def undo(env):
            if self.chance.random() < 0.7:
                raise TurnedDown
            settlements = env["account.settlement"].search([("state", "in", ("booked", "open"))])
            self.choose(settlements.filtered("move_ids"))._reverse("Feil")

        self.click(undo)

    def do_book(self):
        self.click(lambda env: self.choose(env["account.settlement"].search([])).action_process())

    def do_retry_rows(self):
        self.click(lambda env: self.lines(env, ("status", "=", "unknown"))[:20].action_retry())

    def do_retry_documents(self):
        self.click(lambda env: env["account.settlement.document"].search([("state", "!=", "done")]).action_ingest())

    def do_send_order(self):
        def send(env):
            _number, content = self.chance.choice(self.arena.world.order_documents())
            env["sale.webshop"].search([], limit=1)._ingest_orders([content])

        self.click(send)

    def do_upload_twice_at_once(self):
        """One file of the fetched agreement, perhaps being fetched right now, uploaded by two at the same moment."""
        name, content = self.chance.choice(vipps_files.as_api_bundles(self.arena.world.movements))
        name, content = self.chance.choice([(name, content), self.arena.world.file()])
        processes = []
        for _person in range(2):
            reader, writer = os.pipe()
            processes.append((reader, self.arena.fork(self._upload, name, content, writer)))
            os.close(writer)
        answers = []
        for reader, process in processes:
            with os.fdopen(reader, "rb") as stream:
                answers.append(stream.read())
            os.waitpid(process, 0)
        outcomes = [pickle.loads(answer) if answer else ("failed", "the process ended") for answer in answers]
        for outcome, text in outcomes:
            if outcome == "failed" or "stored already" in text:
                raise RuntimeError(text)
            if outcome == "given up":
                raise SerializationFailure(text)
        for outcome, text in outcomes:
            if outcome == "refused":
                raise UserError(text)

    def _upload(self, name, content, writer):
        def upload(env):
            attachment = env["ir.attachment"].create({"name": name, "raw": content})
            wizard = env["settlement.upload"].create({"attachment_ids": [Command.set(attachment.ids)]})
            wizard.action_upload()

        try:
            self.click(upload)
            outcome = ("done", "")
        except UserError as refusal:
            outcome = ("refused", str(refusal))
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            outcome = ("given up", str(error))
        except Exception as error:
            outcome = ("failed", f"{type(error).__name__}: {str(error)[:200]}")
        with os.fdopen(writer, "wb") as stream:
            pickle.dump(outcome, stream)
