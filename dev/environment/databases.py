"""What a command needs to know of the set-up, and the databases in it."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from .interpreter import python
from .odoo_source import odoo_packages
from .postgresql import postgresql
from .programs import ADDON, CHECKOUT, Stopped, digest, finished, home, locked, run, say, stop

TEMPLATE_MODULES = ("l10n_no", "account", "sale_management")

# English is named too: Odoo switches it off where it is not among the languages loaded.
TEMPLATE_OPTIONS = ("--without-demo=True", "--load-language=en_US,nb_NO")


@contextlib.contextmanager
def prepared():
    """Have everything ready, and yield what a command needs to know of it.

    ``python`` is the interpreter, ``folder`` this checkout's part of the set-up, ``addon`` the link by which Odoo finds
    the checkout under its technical name whatever the folder is called, ``config`` Odoo's configuration file, and
    ``variables`` the process environment to start programs with.
    """
    executable = python()
    packages = odoo_packages()
    folder = home() / "checkouts" / f"{CHECKOUT.name}-{digest(CHECKOUT)}"
    addon = folder / "addons" / ADDON
    addon.parent.mkdir(parents=True, exist_ok=True)
    for part in ("logs", "data"):
        (folder / part).mkdir(exist_ok=True)
    if not addon.is_symlink():
        with contextlib.suppress(FileExistsError):
            addon.symlink_to(CHECKOUT)
    addons = [addon.parent]
    if (packages / "addons").is_dir():
        addons.append(packages / "addons")
    with postgresql(folder, executable) as (socket, programs):
        config = folder / "odoo.conf"
        settings = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": folder / "data",
            "db_host": socket,
            "db_user": "odoo",
            "http_interface": "127.0.0.1",
            "max_cron_threads": 0,
            "limit_time_real": 3600,
            "screenshots": folder / "screenshots",
        }
        text = "[options]\n" + "".join(f"{name} = {value}\n" for name, value in settings.items())
        if not config.exists() or config.read_text() != text:
            partial = config.with_suffix(f".{os.getpid()}")
            partial.write_text(text)
            partial.replace(config)
        variables = {**os.environ, "ODOO_RC": str(config), "PGHOST": str(socket), "PGUSER": "odoo"}
        variables["PATH"] = f"{variables.get('PATH', os.defpath)}{os.pathsep}{programs}"
        yield SimpleNamespace(
            python=executable, packages=packages, folder=folder, addon=addon, config=config, variables=variables
        )


def sql(setup, statement, *values):
    """Run one statement in the server's own database, outside a transaction; return its rows."""
    code = (
        "import sys, psycopg2\n"
        "connection = psycopg2.connect(dbname='postgres')\n"
        "connection.autocommit = True\n"
        "cursor = connection.cursor()\n"
        "cursor.execute(sys.argv[1], sys.argv[2:])\n"
        "if cursor.description: print('\\n'.join(row[0] for row in cursor.fetchall()))\n"
    )
    return run([setup.python, "-c", code, statement, *values], env=setup.variables).split()


def databases(setup):
    """The names of all databases of this checkout."""
    return sql(setup, "SELECT datname FROM pg_database WHERE NOT datistemplate")


def drop(setup, name):
    """Delete a database and its files, whoever of ours is connected to it."""
    # Not DROP ... WITH (FORCE): it may not end the server's own vacuuming, which a plain DROP makes give way.
    ended = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
    sql(setup, ended, name)
    sql(setup, f'DROP DATABASE IF EXISTS "{name}"')
    shutil.rmtree(setup.folder / "data" / "filestore" / name, ignore_errors=True)


def copy(setup, source, target):
    """Replace a database by a copy of another. The files are linked: Odoo never changes one in place."""
    drop(setup, target)
    files = setup.folder / "data" / "filestore"
    if (files / source).exists():
        shutil.copytree(files / source, files / target, copy_function=os.link)
    sql(setup, f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def odoo(setup, name, *arguments, log):
    """Run Odoo on a database until it has started, then stop it; return what it logged, which a file keeps too."""
    path = setup.folder / "logs" / f"{log}.log"
    path.unlink(missing_ok=True)
    command = [setup.python, "-m", "odoo", "-d", name, "--no-http", "--stop-after-init", f"--logfile={path}"]
    watched([*command, *arguments], path, setup)
    return path.read_text() if path.exists() else ""


def story(setup, name, file, *arguments, log, stdout=None):
    """Call ``run(env)`` of a Python file in a database, as the administrator, and keep what it did."""
    path = setup.folder / "logs" / f"{log}.log"
    path.unlink(missing_ok=True)
    runner = CHECKOUT / "dev" / "story.py"
    watched([setup.python, runner, name, path, file, *arguments], path, setup, stdout=stdout)


def watched(command, path, setup, stdout=subprocess.PIPE):
    """Run an Odoo program; if it fails, show the end of its log and end the command."""
    status, output = finished(command, env=setup.variables, stdout=stdout, stderr=stdout)
    if status:
        lines = path.read_text().splitlines() if path.exists() else []
        print("\n".join(lines[-40:] or [output or ""]), file=sys.stderr)
        stop(f"Odoo failed with status {status}; its log is {path}.")


def template(setup):
    """The name of a database with Odoo's own modules and a Norwegian company, built once and copied ever after."""
    founding = CHECKOUT / "dev" / "template_story.py"
    recipe = (setup.packages, (setup.packages / "odoo" / "release.py").read_text(), TEMPLATE_MODULES, TEMPLATE_OPTIONS)
    name = f"template_{digest(*recipe, founding.read_text())}"
    if name in databases(setup):
        return name
    with locked(setup.folder / "template.lock"):
        existing = databases(setup)
        if name not in existing:
            partial = f"{name}_partial"
            drop(setup, partial)
            say("installing Odoo's modules in a template database")
            odoo(setup, partial, "-i", ",".join(TEMPLATE_MODULES), *TEMPLATE_OPTIONS, log="template")
            say("making its company Norwegian")
            story(setup, partial, founding, log="template_company")
            files = setup.folder / "data" / "filestore"
            shutil.rmtree(files / name, ignore_errors=True)
            if (files / partial).exists():
                (files / partial).rename(files / name)
            sql(setup, f'ALTER DATABASE "{partial}" RENAME TO "{name}"')
            for old in existing:
                if old.startswith("template_"):
                    drop(setup, old)
    return name


def with_addon(setup, name):
    """Make a fresh database that has the addon installed; return the log of that installation."""
    copy(setup, template(setup), name)
    say("installing the addon")
    try:
        return odoo(setup, name, "-i", ADDON, "--without-demo=True", log=name)
    except Stopped:
        drop(setup, name)
        raise


@contextlib.contextmanager
def throw_away(setup, purpose):
    """Yield the name of a database for this command alone, and delete it at the end; also those of killed commands."""
    for old in databases(setup):
        process = old.removeprefix(f"{purpose}_")
        if process.isdigit() and not Path("/proc", process).exists():
            drop(setup, old)
            (setup.folder / "logs" / f"{old}.log").unlink(missing_ok=True)
    name = f"{purpose}_{os.getpid()}"
    try:
        yield name
    finally:
        drop(setup, name)
