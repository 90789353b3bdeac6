"""Serve a database to dev/pictures, as on the day on which the demo's story ends. Usage: DATABASE PORT."""

import sys

from demo_day import TODAY, told_on

from odoo.cli.command import main

if __name__ == "__main__":
    database, port = sys.argv[1:]
    served = ["-d", database, f"--db-filter=^{database}$", f"--http-port={port}", "--http-interface=127.0.0.1"]
    sys.argv = ["odoo", "server", *served, "--max-cron-threads=0", "--workers=0"]
    with told_on(TODAY):
        main()
