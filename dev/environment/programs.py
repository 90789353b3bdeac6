"""Running programs, and what every command of this folder says and stops with."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ADDON = "settlement_bridge"
STARTED = time.monotonic()


def say(text):
    """Report progress, apart from what the command itself prints."""
    print(f"[{time.monotonic() - STARTED:4.0f} s] {text}", file=sys.stderr, flush=True)


class Stopped(SystemExit):
    """The command ends, with a sentence that says why."""


def stop(sentence):
    """End the command with one sentence that says what is wrong and what to do."""
    raise Stopped(f"{Path(sys.argv[0]).name}: {sentence}")


# Interrupted or terminated, a command still deletes its database and stops its server.
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def home():
    """The one folder that holds everything."""
    if chosen := os.environ.get("SETTLEMENT_BRIDGE_HOME"):
        return Path(chosen).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / ADDON


def digest(*parts):
    """A short hash of a recipe."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:10]


def need(tool):
    """The path of a program, or the end of the command."""
    return shutil.which(tool) or stop(f"the program {tool!r} is needed for the set-up and was not found on the PATH.")


def run(command, **options):
    """Run a program quietly; if it fails, show the end of what it said and end the command."""
    result = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if result.returncode:
        print("\n".join(result.stdout.splitlines()[-25:]), file=sys.stderr)
        stop(f"{Path(command[0]).name} failed with status {result.returncode}: see the lines above.")
    return result.stdout


@contextlib.contextmanager
def locked(path):
    """Hold a lock file, so that two commands started at once build nothing twice."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another command that is preparing the same thing")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def built(target):
    """Yield a temporary folder that becomes ``target`` when the block ends well."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    yield partial
    partial.rename(target)


#: The programs that run right now, several where a command does things beside each other.
RUNNING = set()
ENDING = threading.Event()


def finished(command, **options):
    """Run a program to its end; return its status and what it said."""
    if ENDING.is_set():
        stop("it was ended before it was done.")
    with subprocess.Popen([str(part) for part in command], text=True, **options) as process:
        RUNNING.add(process)
        try:
            output, _errors = process.communicate()
        finally:
            RUNNING.discard(process)
    return process.returncode, output


def end_running():
    """End the programs that still run, and let no more begin."""
    ENDING.set()
    running = list(RUNNING)
    for process in running:
        process.terminate()
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()


def follow(command, setup, **options):
    """Run a program in the foreground as if it were this one: same input, output and signals; return its status."""
    child = subprocess.Popen([str(part) for part in command], env=setup.variables, **options)
    # The keyboard's interrupt reaches the child by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    status = child.wait()
    return 128 - status if status < 0 else status


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(command, address, setup, log):
    """Have a server running beside this command, from its first answer on; its log is a file of this checkout's.

    :param address: a page of it.
    """
    path = setup.folder / "logs" / f"{log}.log"
    with path.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command], env=setup.variables, stdout=output, stderr=output, start_new_session=True
        )
    try:
        end = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(address, timeout=60).close()
                break
            time.sleep(0.5)
        else:
            stop(f"the server did not start; its log is {path}.")
        yield
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        process.kill()
