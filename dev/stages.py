"""The stages of dev/test: each checks one thing and reports how that ended."""

import subprocess
import time
from pathlib import Path

import environment
import oca
import upgrade
import wheel

# The database is fresh and has no demo data: what Odoo warns about while it installs the addon is ours, but for these.
HARMLESS = ("pg_trgm", "unaccent", "security risk")
#: Apps that many shops have, and that extend the same models as the addon.
OTHER_APPS = (
    "sale_stock",
    "website_sale",
    "point_of_sale",
    "purchase",
    "mrp",
    "project",
    "loyalty",
    "event",
    "sale_management",
)


class Stages:
    """The checks that ran, with how long they took and how they ended."""

    def __init__(self, setup, processors):
        self.setup = setup
        self.processors = processors
        self.results = []
        #: What failed checks said last, repeated below everything else.
        self.said = []

    def report(self, name, started, status, output=""):
        """Keep a result for the summary, and what was said by a check that failed."""
        self.results.append((name, status, time.monotonic() - started))
        if status.startswith("FAILED") and output:
            self.said.append(f"{name} said:\n" + "\n".join(output.rstrip().splitlines()[-60:]))

    def check(self, name, *command, **variables):
        """Run a program; keep what it says if it fails."""
        started = time.monotonic()
        environment.say(name)
        status, output = environment.finished(
            command,
            env={**self.setup.variables, **variables},
            cwd=self.setup.addon.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.report(name, started, "FAILED" if status else "ok", output)

    def log_check(self, name, make):
        """Call ``make``, which returns a log of Odoo and what else was found; a warning in the log is a failure too.

        :return: whether it came to its end.
        """
        started = time.monotonic()
        environment.say(name)
        try:
            log, found = make()
        except environment.Stopped as reason:
            self.report(name, started, "FAILED", str(reason))
            return False
        found = warnings(log) + found
        self.report(name, started, "FAILED" if found else "ok", "\n".join(found))
        return True

    def without_database(self):
        """Everything that needs no database: the linters, and the tests that need no Odoo."""
        python, checkout = self.setup.python, environment.CHECKOUT
        self.check("ruff", python, "-m", "ruff", "check", "--no-cache", "--output-format=concise", checkout)
        self.check("pylint-odoo", python, "-m", "pylint", f"--rcfile={checkout / '.pylintrc'}", environment.ADDON)
        self.check("imports without Odoo", python, checkout / "dev" / "check_pure.py", checkout)
        command = pure_tests(python, "--properties", "--tb=short", checkout / "pure_tests")
        self.check("tests without Odoo", *command, PYTHONPATH=str(checkout / "dev"))

    def install(self, database):
        """Install the addon in a fresh database; return whether that worked."""
        environment.template(self.setup)
        return self.log_check("installation", lambda: (environment.with_addon(self.setup, database), []))

    def other_apps(self, database):
        """Install other apps in a copy, beside the addon, and see what they make of web orders."""
        story = environment.CHECKOUT / "dev" / "companions_story.py"
        with environment.throw_away(self.setup, "apps") as name:
            environment.copy(self.setup, database, name)
            apps = ",".join(OTHER_APPS)
            if self.log_check(
                "installation of other apps",
                lambda: (environment.odoo(self.setup, name, "-i", apps, "--without-demo=True", log=name), []),
            ):
                self.log_check(
                    "web orders with other apps",
                    lambda: (environment.story(self.setup, name, story, log="companions") or "", []),
                )

    def with_oca(self, database):
        """Install the community's view of the bank in a copy, and reconcile there."""
        with environment.throw_away(self.setup, "oca") as name:
            environment.copy(self.setup, database, name)
            self.log_check("the community's bank view", lambda: oca.run(self.setup, name))

    def upgrading(self):
        """Upgrade the version before, with a month in it, to this one; the books and the sentences stay."""
        if upgrade.has_history():
            self.log_check("upgrade", lambda: upgrade.run(self.setup))
        else:
            self.report("upgrade skipped, the version before is not in this clone's history", time.monotonic(), "-")

    def packaging(self):
        """Build the wheel, and install the addon from it in an empty Odoo with demo data."""
        with environment.throw_away(self.setup, "wheel") as name:
            self.log_check("the wheel in an empty Odoo with demo data", lambda: wheel.run(self.setup, name))

    def uninstalling(self, database):
        """Book something in a copy, uninstall the addon there, and see that the books are as before."""
        story = environment.CHECKOUT / "dev" / "uninstall_story.py"
        with environment.throw_away(self.setup, "uninstall") as name:
            environment.copy(self.setup, database, name)
            self.log_check(
                "uninstalling", lambda: (environment.story(self.setup, name, story, log="uninstall") or "", [])
            )

    def attack(self, database):
        """Attack copies of the database for a minute: kills, workers, damaged documents, a server that misbehaves."""
        self.check(
            "attack in its short form", environment.CHECKOUT / "dev" / "attack", "--short", "--database", database
        )

    def odoo_lint(self, database):
        """Odoo's own checks of source text."""
        lint = self.setup.packages / "odoo/addons/test_lint/tests"
        # It reads all of Odoo's addons for minutes, and pylint-odoo has read ours.
        skipped = f"--ignore={lint / 'test_pylint.py'}"
        quiet = ["-qq", "--tb=short", "--config-file=/dev/null", "-p", "no:cacheprovider"]
        self.check("Odoo's own lint", *odoo_tests(self.setup, database, *quiet, skipped, lint))

    def tests(self, database, arguments):
        """Run the tests that need Odoo in the foreground, with a browser if there is one."""
        started = time.monotonic()
        found, missing = environment.browser()
        variables = {**self.setup.variables, "PYTHONPATH": str(environment.CHECKOUT / "dev")}
        if found:
            # Odoo looks for a browser on the PATH.
            variables = {**variables, "PATH": f"{Path(found).parent}:{variables['PATH']}"}
        environment.say("tests")
        # All of them take long: each processor works in a copy of the database, and takes from the others in the end.
        chosen = [addon_path(self.setup, part) for part in arguments or self.processors]
        if not any(part.startswith(str(self.setup.addon)) for part in chosen):
            chosen.append(self.setup.addon / "tests")
        configuration = f"--config-file={self.setup.addon / 'pyproject.toml'}"
        cache = f"--override-ini=cache_dir={self.setup.folder / 'pytest_cache'}"
        options = (configuration, cache, f"--rootdir={self.setup.addon}", "-p", "several_processors")
        command = odoo_tests(self.setup, database, *options, *chosen)
        status, _output = environment.finished(command, env=variables, cwd=self.setup.addon.parent)
        self.report("tests with Odoo", started, f"FAILED with status {status}" if status else "ok")
        if missing:
            self.report(f"browser tests skipped, {missing}", time.monotonic(), "-")

    def summary(self):
        """Print what failed checks said, and the results; return the exit status."""
        print("", *self.said, "", sep="\n")
        for name, status, seconds in self.results:
            print(f"{seconds:6.0f} s  {status:<8} {name}")
        return int(any(status.startswith("FAILED") for _name, status, _seconds in self.results))


def warnings(log):
    """Return the lines of a log of Odoo that warn of something that matters."""
    found = [line for line in log.splitlines() if any(f" {level} " in line for level in ("WARNING", "ERROR"))]
    return [line for line in found if not any(text in line for text in HARMLESS)]


def odoo_tests(setup, database, *arguments):
    """The command that runs pytest with Odoo's registry of a database, and a web server."""
    odoo = [f"--odoo-config={setup.config}", f"--odoo-database={database}", "--odoo-http"]
    return [str(setup.python), "-m", "pytest", *odoo, *map(str, arguments)]


def pure_tests(python, *arguments):
    """The command that runs pytest where there is no Odoo."""
    without = ["-p", "no:odoo", "-p", "without_odoo", "-p", "no:cacheprovider", "--quiet"]
    return [str(python), "-m", "pytest", *without, *map(str, arguments)]


def addon_path(setup, argument):
    """A test's path as Odoo must see it: through the link that carries the addon's technical name."""
    path, *rest = argument.split("::")
    if argument.startswith("-") or not path:
        return argument
    full = Path(path).resolve()
    if not full.exists():
        full = environment.CHECKOUT / path
    if not full.exists() or not full.is_relative_to(environment.CHECKOUT):
        return argument
    return "::".join([str(setup.addon / full.relative_to(environment.CHECKOUT)), *rest])
