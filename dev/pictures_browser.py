"""Chromium, driven over its DevTools protocol: as Odoo's own browser tests do, with the same library."""

import json
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import websocket

#: Seconds to wait for a page, and between two looks at it.
PATIENCE, PAUSE = 60, 0.2

#: What the pages take for now is the day on which the demo's story ends.
CLOCK = """(() => {
    const shift = new Date("2026-04-01T09:00:00+02:00").getTime() - Date.now();
    const RealDate = Date;
    window.Date = class extends RealDate {
        constructor(...parts) { parts.length ? super(...parts) : super(RealDate.now() + shift); }
        static now() { return RealDate.now() + shift; }
    };
})()"""


class Browser:
    """A browser with one page, without a window.

    :param chromium: the path of the program.
    """

    def __init__(self, chromium):
        self.chromium = chromium
        self.number = 0

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
        where = ["--remote-debugging-port=0", f"--user-data-dir={self.folder.name}", "--remote-allow-origins=*"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([self.chromium, *options, *where, "about:blank"], **quiet)
        self.connection = websocket.create_connection(self._page(), timeout=PATIENCE)
        self.send("Page.enable")
        self.send("Page.addScriptToEvaluateOnNewDocument", source=CLOCK)
        return self

    def __exit__(self, *_reason):
        self.connection.close()
        self.process.terminate()
        self.process.wait(timeout=10)
        self.folder.cleanup()

    def _page(self):
        """Return the address at which the page is driven, once there is one."""
        port = Path(self.folder.name, "DevToolsActivePort")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if port.exists() and len(port.read_text().splitlines()) == 2:
                address = f"http://127.0.0.1:{port.read_text().splitlines()[0]}/json/list"
                with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
                    pages = [page for page in json.load(answer) if page["type"] == "page"]
                if pages:
                    return pages[0]["webSocketDebuggerUrl"]
            time.sleep(PAUSE)
        raise SystemExit(f"{self.chromium} did not start.")

    def send(self, method, **parameters):
        """Send a command, and return its result."""
        self.number += 1
        self.connection.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.connection.recv())
            if message.get("id") == self.number:
                if "error" in message:
                    raise SystemExit(f"{method}: {message['error']['message']}")
                return message["result"]

    def evaluate(self, script):
        """Run a script in the page, and return its value; a promise's once it is kept."""
        result = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{script}: {result['exceptionDetails']['exception'].get('description')}")
        return result["result"].get("value")

    def open(self, address):
        """Go to an address."""
        self.send("Page.navigate", url=address)

    def resize(self, width, height):
        """Give the page a size in pixels; a narrow one is a telephone's."""
        is_phone = width < 500
        self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone
        )

    def wait(self, condition):
        """Wait until a condition holds in the page."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(f"!!({condition})"):
            if time.monotonic() > end:
                raise SystemExit(f"The page never came so far: {condition}")
            time.sleep(PAUSE)

    def rest(self):
        """Let the page draw what it has."""
        time.sleep(1)

    def screenshot(self, part=""):
        """Return a PNG of the page, or of a part of it, as base64."""
        options = {}
        if part:
            box = self.evaluate(
                f"(({{x, y, width, height}}) => ({{x, y, width, height, scale: 1}}))"
                f"(document.querySelector({json.dumps(part)}).getBoundingClientRect())"
            )
            options = {"clip": box}
        return self.send("Page.captureScreenshot", format="png", **options)["data"]
