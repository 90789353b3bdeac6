"""A browser for the tests that need one."""

import shutil

from .debian import apt, apt_sources, debian_keyring, unpack
from .programs import Stopped, built, digest, home, locked, run, say

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
