"""The Python that has every requirement and finds Odoo."""

import shutil
import sys
from pathlib import Path

from .odoo_source import odoo_packages
from .programs import CHECKOUT, digest, home, locked, run, say, stop


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
