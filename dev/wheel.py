"""The wheel: built from this checkout, installed in an environment of its own, and from there in an empty Odoo.

Its Odoo has demo data, so those of the addon are installed as well, in a company without the Norwegian chart.
"""

import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace

import environment

NAME = "odoo_addon_settlement_bridge"
ADDON = f"odoo/addons/{environment.ADDON}"
#: Parts of the repository that do not belong in it.
LEFT_OUT = ("tests/", "pure_tests/", "dev/", "static/tests/", ".ci/")


def run(setup, database):
    """Build and install the wheel.

    :param database: the name of a database to make.
    :return: the log of the installation, and what else is wrong.
    """
    folder = Path(setup.folder) / "wheel"
    shutil.rmtree(folder, ignore_errors=True)
    wheel = build(setup, folder)
    installed = beside(setup, folder, wheel)
    log = environment.odoo(installed, database, "-i", environment.ADDON, "--with-demo", log="wheel")
    story = environment.CHECKOUT / "dev" / "wheel_story.py"
    environment.story(installed, database, story, folder / "environment", log="wheel_story")
    return log, wrong_contents(wheel)


def build(setup, folder):
    """Return the path of the wheel, made without a network."""
    offline = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    environment.run([setup.python, "-m", "pip", "wheel", *offline, "--wheel-dir", folder, environment.CHECKOUT])
    [wheel] = folder.glob(f"{NAME}-*.whl")
    return wheel


def wrong_contents(wheel):
    """Return what the wheel lacks of the addon, or has too much."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    expected = [f"{ADDON}/{name}" for name in ("__manifest__.py", "LICENSE", "static/description/index.html")]
    found = [f"{name} is missing in the wheel" for name in expected if name not in names]
    excess = tuple(f"{ADDON}/{part}" for part in LEFT_OUT)
    return found + [f"{name} does not belong in the wheel" for name in names if name.startswith(excess)]


def beside(setup, folder, wheel):
    """Return the set-up with an environment that has the wheel, and in which Odoo is not told of this checkout."""
    home = folder / "environment"
    environment.run([setup.python, "-m", "venv", "--without-pip", home])
    python = home / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site, libraries = (environment.run([each, "-c", where]).strip() for each in (python, setup.python))
    Path(site, "libraries.pth").write_text(f"{libraries}\n{setup.packages}\n")
    # What it depends on must be there already: it says itself what that is.
    environment.run([setup.python, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", wheel])
    config = folder / "odoo.conf"
    own = f"{Path(setup.addon).parent}"
    lines = Path(setup.config).read_text().splitlines()
    paths = next(line for line in lines if line.startswith("addons_path = ")).removeprefix("addons_path = ").split(",")
    others = [path for path in paths if path != own]
    lines = [line for line in lines if not line.startswith("addons_path = ")]
    config.write_text("\n".join([*lines, *([f"addons_path = {','.join(others)}"] if others else [])]) + "\n")
    variables = {**setup.variables, "ODOO_RC": str(config)}
    return SimpleNamespace(**{**vars(setup), "python": python, "config": config, "variables": variables})
