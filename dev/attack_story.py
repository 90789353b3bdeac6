"""The attack from the inside: run by dev/attack, in Odoo's Python.

Usage: attack_story.py DATABASE COPY OTHER_COPY short|long SEED PART ...

Damaged documents are read beside the other parts, on the second copy: they need no server, and change nothing.
"""

import importlib
import sys
import time
from pathlib import Path

import environment

from odoo.tools import config


def main(database, copy, other_copy, size, seed, *parts):
    """Run the parts, print the table of figures; return the exit status."""
    with environment.prepared() as setup:
        log = setup.folder / "logs" / f"{copy}.log"
        log.unlink(missing_ok=True)
        config.parse_config(["-d", copy, f"--logfile={log}"], setup_logging=True)
        import attack_arena

        arena = attack_arena.Arena(setup, database, copy, Path(log), size == "short", int(seed))
        with arena:
            arena.build()
            beside = None
            if "mutations" in parts:
                arena.make_copy(other_copy)
                beside = arena.start_asking(play, arena, "mutations", other_copy)
            results = [play(arena, part) for part in parts if part != "mutations"]
            if beside:
                results.append(beside())
        return report(results, seed, size)


def play(arena, part, copy=None):
    """Run a part; return its name, its figures, what was found and the seconds."""
    arena.copy = copy or arena.copy
    started = time.monotonic()
    environment.say(f"attack: {part}")
    figures, found = importlib.import_module(f"attack_{part}").run(arena)
    return part, figures, found, time.monotonic() - started


def report(results, seed, size):
    """Print what was done and what was found."""
    print()
    for part, figures, found, seconds in results:
        print(f"{part:<12}{seconds:>8.0f} s  {'FOUND ' + str(len(found)) if found else 'ok'}")
        for name, value in figures.items():
            print(f"  {name:<44}{value:>12}")
    again = f"dev/attack {'--short ' if size == 'short' else ''}--seed {seed}"
    for part, _figures, found, _seconds in results:
        if found:
            print(f"\n{part}: again with {again} {part}")
        for sentence in found[:60]:
            print(f"  - {sentence}")
        if len(found) > 60:
            print(f"  … and {len(found) - 60} more")
    print(flush=True)
    return int(any(found for _part, _figures, found, _seconds in results))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
