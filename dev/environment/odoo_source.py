"""Odoo 19: the one that is there, or Debian's."""

import os
import runpy
import shutil
from pathlib import Path

from .debian import apt, apt_sources, debian_keyring, unpack
from .programs import built, digest, home, locked, need, say, stop

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
