"""Take pictures of a running Odoo. Run by dev/pictures. Usage: CHROMIUM ADDRESS FOLDER NAME ..."""

import base64
import io
import json
import sys
from pathlib import Path

from pictures_browser import Browser
from pictures_list import LANGUAGES, LOGIN, PASSWORD, PICTURES
from PIL import Image

#: A picture of a page is to be smaller than this, in bytes.
LIMIT = 200_000

#: Nothing of the page is being fetched or drawn any more.
QUIET = """document.readyState === "complete" && !document.querySelector(
    ".o_loading_indicator, .o_blockUI, .o_view_sample_data, .o_kanban_skeleton, .o_skeleton")
    && [...document.images].every((image) => image.complete)"""

#: What comes and goes by itself, and what would differ from run to run.
STYLE = """.o_notification_manager, .o-mail-ChatHub, .o-mail-DiscussSystray-class, .o_nocontent_help_arrow, .tooltip
    {display: none !important} *, *::before, *::after {animation: none !important; transition: none !important;
    caret-color: transparent !important}"""


class Photographer:
    """Somebody who is logged in, looks at pages and keeps what is seen."""

    def __init__(self, browser, address, folder):
        self.browser = browser
        self.address = address
        self.folder = Path(folder)

    def log_in(self):
        """Log in, by the page itself."""
        self.browser.open(f"{self.address}/web/login")
        self.browser.wait("!!document.querySelector('input[name=password]')")
        for name, text in (("login", LOGIN), ("password", PASSWORD)):
            self.browser.evaluate(f"document.querySelector('input[name={name}]').value = {json.dumps(text)}")
        self.browser.evaluate("document.querySelector('form.oe_login_form').submit()")
        self.browser.wait("!!document.querySelector('.o_web_client')")

    def call(self, model, method, *arguments):
        """Call a method of a model as the person who is logged in, and return what it gives."""
        payload = {"model": model, "method": method, "args": arguments, "kwargs": {}}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": payload})
        answer = self.browser.evaluate(
            "fetch('/web/dataset/call_kw', {method: 'POST', headers: {'Content-Type': 'application/json'}, "
            f"body: {json.dumps(body)}}}).then((answer) => answer.json())"
        )
        if "error" in answer:
            raise SystemExit(f"{model}.{method}: {answer['error']['data']['message']}")
        return answer["result"]

    def speak(self, language):
        """Choose the language of the person who is logged in, and begin in the app that the pages are in."""
        [user] = self.call("res.users", "search", [["login", "=", LOGIN]])
        self.call("res.users", "write", [user], {"lang": language, "tz": "Europe/Oslo"})
        self.browser.open(f"{self.address}/odoo/action-settlement_bridge.action_account_settlement_overview")
        self.browser.wait(f"{QUIET} && !!document.querySelector('.o_kanban_view')")

    def take(self, picture, language):
        """Open a page, do what is to be done there, and keep the picture; return its file."""
        self.browser.resize(*picture.size)
        self.browser.open(f"{self.address}/odoo/{self.path_of(picture)}")
        for selector in picture.clicks:
            self.browser.wait(f"{QUIET} && !!document.querySelector({json.dumps(selector)})")
            self.browser.evaluate(f"document.querySelector({json.dumps(selector)}).click()")
        self.browser.wait(f"{QUIET} && !!document.querySelector({json.dumps(picture.shows)})")
        self.browser.evaluate(
            f"document.head.appendChild(Object.assign(document.createElement('style'), {{textContent: `{STYLE}`}}));"
            "document.activeElement.blur()"
        )
        self.browser.rest()
        content = self.browser.screenshot(picture.part)
        path = self.folder / f"{picture.name}_{language}.png"
        path.write_bytes(compressed(base64.b64decode(content)))
        return path

    def path_of(self, picture):
        """Return the address of a page, after ``/odoo/``."""
        path = f"action-{picture.action if '.' in picture.action else f'settlement_bridge.{picture.action}'}"
        if picture.new:
            model, values = picture.new
            values = {
                name: self.find(picture, *value) if isinstance(value, tuple) else value
                for name, value in values.items()
            }
            return f"{path}/{self.call(model, 'create', [values])[0]}"
        return f"{path}/{self.find(picture, *picture.record)}" if picture.record else path

    def find(self, picture, model, domain):
        """Return the number of the one record that a picture speaks of."""
        found = self.call(model, "search", domain)
        if len(found) != 1:
            raise SystemExit(f"{picture.name}: the demo has {len(found)} records of {model} with {domain}.")
        return found[0]


def compressed(content):
    """Return a PNG with a palette: pages have few colours."""
    image = Image.open(io.BytesIO(content)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    smaller = io.BytesIO()
    image.save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


def main(chromium, address, folder, *names):
    """Take the pictures of these names, language by language."""
    too_large = []
    with Browser(chromium) as browser:
        photographer = Photographer(browser, address, folder)
        photographer.log_in()
        for short, language in LANGUAGES.items():
            photographer.speak(language)
            for picture in PICTURES:
                if picture.name in names and short in picture.languages:
                    path = photographer.take(picture, short)
                    size = path.stat().st_size
                    print(f"{size // 1000:5} kB  {path.name}", flush=True)
                    if size > LIMIT:
                        too_large.append(path.name)
    return f"Larger than {LIMIT // 1000} kB: {', '.join(too_large)}" if too_large else None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
