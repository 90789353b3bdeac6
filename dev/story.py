"""Call ``run(env)`` of a Python file in a database, as the administrator. Run by the commands, inside Odoo's Python.

Usage: story.py DATABASE LOG FILE [ARGUMENT ...]. A story that takes them gets the arguments: ``run(env, arguments)``.
"""

import inspect
import runpy
import sys
import threading

from odoo import api
from odoo.modules.registry import Registry
from odoo.tools import config

ADMINISTRATOR = 2


def main(database, log, file, *arguments):
    """Run the story in one transaction of its own, and commit it at the end."""
    config.parse_config(["-d", database, f"--logfile={log}"], setup_logging=True)
    threading.current_thread().dbname = database
    run = runpy.run_path(file)["run"]
    with Registry(database).cursor() as cursor:
        env = api.Environment(cursor, ADMINISTRATOR, {})
        run(env, list(arguments)) if len(inspect.signature(run).parameters) > 1 else run(env)


if __name__ == "__main__":
    main(*sys.argv[1:])
