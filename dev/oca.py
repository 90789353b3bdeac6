"""The bank through the community's own views: its reconciliation, and its import of camt.053 and CSV.

Run by ``dev/test --oca``, not with the other checks: it downloads those addons, which this one does not need.
"""

import zipfile
from pathlib import Path
from types import SimpleNamespace

import environment

#: Packages of the Odoo Community Association for this series, and the addons installed from them.
WHEELS = (
    "odoo-addon-account-reconcile-oca==19.0.*",
    "odoo-addon-account-statement-base==19.0.*",
    "odoo-addon-account-statement-import-base==19.0.*",
    "odoo-addon-account-statement-import-camt==19.0.*",
    "odoo-addon-account-statement-import-file==19.0.*",
    "odoo-addon-account-statement-import-sheet-file==19.0.*",
)
ADDONS = "account_reconcile_oca,account_statement_import_camt,account_statement_import_sheet_file"
LIBRARIES = ("chardet", "xlrd", "odoo-test-helper")


def run(setup, database):
    """Install those addons beside this one, import statements, reconcile, and look at the settlements.

    :return: the log of the installation, and no further findings.
    """
    with_oca = beside(setup, unpacked(setup))
    log = environment.odoo(with_oca, database, "-i", ADDONS, "--without-demo=True", log="oca")
    environment.story(with_oca, database, environment.CHECKOUT / "dev" / "oca_story.py", log="oca_story")
    return "\n".join(line for line in log.splitlines() if "settlement_bridge" in line), []


def unpacked(setup):
    """Download the addons once, and return the folder they lie in."""
    folder = Path(setup.folder) / "oca"
    complete = folder / "complete"
    if not complete.exists():
        environment.say("downloading the community's addons")
        pip = [setup.python, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder / "wheels", *WHEELS]
        environment.run(pip)
        for wheel in (folder / "wheels").glob("*.whl"):
            with zipfile.ZipFile(wheel) as content:
                content.extractall(folder / "unpacked")
        environment.run([setup.python, "-m", "pip", "install", "--quiet", "--target", folder / "libraries", *LIBRARIES])
        complete.touch()
    return folder


def beside(setup, folder):
    """Return the set-up with these addons on Odoo's path."""
    config = folder / "odoo.conf"
    text = Path(setup.config).read_text()
    config.write_text(text.replace("addons_path = ", f"addons_path = {folder / 'unpacked' / 'odoo' / 'addons'},"))
    variables = {**setup.variables, "ODOO_RC": str(config), "PYTHONPATH": str(folder / "libraries")}
    return SimpleNamespace(**{**vars(setup), "config": config, "variables": variables})
