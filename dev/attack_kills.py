"""Kills: the scheduled actions are ended by kill -9 at random moments, then run in peace. Nothing may show of it.

Two agreements, one fetched day by day and one with a file, invoices, credit notes, web orders and bank lines are worked
off by Odoo's own ``ir.cron._process_jobs``. The ledger at the end must be the one of a run that nobody disturbed.
"""

import os
import random
import signal
import time

import environment
import ledger_snapshot

#: Passes with every scheduled action due, after which all is done.
PASSES = 3


def run(arena):
    """Return the figures and what was found."""
    rounds, kills = (3, 6) if arena.is_short else (29, 60)
    chance = random.Random(f"kills {arena.seed}")
    arena.fresh()
    arena.warm()
    started = time.monotonic()
    arena.ask(arena.run_crons, 1)
    duration = time.monotonic() - started
    arena.ask(arena.run_crons, PASSES)
    expected, found = arena.look()
    found = [f"undisturbed: {sentence}" for sentence in found]
    if len(expected["rows"]) < arena.world.rows:
        found.append(f"undisturbed: only {len(expected['rows'])} of {arena.world.rows} rows were stored")
    found += [f"undisturbed: {sentence}" for sentence in arena.check_again()]
    figures = {
        "rows of settlements": arena.world.rows,
        "invoices and credit notes": len(arena.world.documents),
        "web orders": arena.world.order_count,
        "seconds of the undisturbed run": f"{duration:.1f}",
    }
    killed = differing = 0
    for number in range(rounds):
        arena.fresh()
        wanted = kills // rounds + (number < kills % rounds)
        moments = []
        while len(moments) < wanted:
            # the later runs find less to do
            moment = chance.uniform(0.02, duration / (1 + len(moments)))
            if kill_after(arena, moment):
                moments.append(f"{moment:.2f}")
            else:
                duration *= 0.9
        killed += len(moments)
        arena.ask(arena.run_crons, PASSES)
        state, sentences = arena.look()
        sentences += ledger_snapshot.compare(expected, state)
        sentences += arena.check_again()
        differing += bool(sentences)
        where = f"round {number + 1}, killed after {', '.join(moments)} s"
        found += [f"{where}: {sentence}" for sentence in sentences]
        environment.say(f"{where}: {'FOUND ' + str(len(sentences)) if sentences else 'as undisturbed'}")
    figures |= {"rounds": rounds, "kills": killed, "ledgers that differ": differing}
    return figures, found


def kill_after(arena, seconds):
    """Run the scheduled actions and kill them after a while; whether they were still at work then."""
    process = arena.fork(arena.run_crons, 1)
    time.sleep(seconds)
    ended, _status = os.waitpid(process, os.WNOHANG)
    if ended:
        return False
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return True
