"""A server on this machine that behaves as the Report API is documented to, and can be told to misbehave.

Use::

    with VippsServer(funds_items, fees_items) as server:
        client = VippsClient(credentials, base_url=server.base_url)
        server.faults.append(Fault(status=500))
"""

import base64
import contextlib
import http.server
import itertools
import json
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

CLIENT_ID = "11111111-2222-3333-4444-555555555555"
CLIENT_SECRET = "test-only-client-secret"
SUBSCRIPTION_KEY = "test-only-subscription-key"
MSN = "123455"


@dataclass
class Fault:
    """What the server does instead, for one request whose path contains ``path``.

    :ivar status: answer with this status. :ivar headers: with these headers. :ivar body: with this body.
    :ivar delay: wait so many seconds first. :ivar cut: send only half of the right answer, then close.
    :ivar again: serve the same page as the request before did; only for a request with a cursor.
    """

    path: str = ""
    status: int = 0
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    delay: int = 0
    cut: bool = False
    again: bool = False


class VippsServer:
    """The server. ``requests`` lists what was asked: (method, path, query, headers)."""

    def __init__(self, funds=(), fees=(), ledgers=None, page_size=1000, open_dates=()):
        self.topics = {"funds": list(funds), "fees": list(fees)}
        self.ledgers = ledgers or [
            {"ledgerId": "302321", "currency": "NOK", "settlesForRecipientHandles": [f"api:{MSN}"]}
        ]
        self.page_size = page_size
        self.open_dates = set(open_dates)
        self.ledger_page_size = 1
        self.empty_last_page = False
        self.stuck_cursor = False
        self.token_seconds = 86398
        self.faults: list = []
        self.requests: list = []
        self.tokens: set = set()
        self._numbers = itertools.count(1)
        self._last_page: dict = {}

    def __enter__(self):
        owner = self

        class Handler(_Handler):
            vipps = owner

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list:
        """Return the paths asked for, in order."""
        return [path for _method, path, _query, _headers in self.requests]

    # --- answers: (status, headers, object)

    def answer(self, method, path, query, headers, body):
        """Return the right answer."""
        if method == "POST":
            return self._token(path, headers, body)
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {}, {"title": "Unauthorized", "status": 401, "detail": "token expired"}
        is_partner = headers["Authorization"].startswith("Bearer partner")
        if is_partner == ("Ocp-Apim-Subscription-Key" in headers):
            return 401, {}, {"statusCode": 401, "message": "Access denied due to subscription key."}
        if not all(headers.get(f"Vipps-System-{n}") for n in ("Name", "Version", "Plugin-Name", "Plugin-Version")):
            return 400, {}, {"errorCode": "10002", "errorMessage": "system headers missing"}
        if path == "/settlement/v1/ledgers":
            return self._ledger_page(query)
        parts = path.strip("/").split("/")
        if parts[:3] != ["report", "v2", "ledgers"] or parts[4:5] not in (["funds"], ["fees"]):
            return 404, {}, {"title": "Not found", "status": 404}
        if parts[3] not in {ledger["ledgerId"] for ledger in self.ledgers}:
            return 404, {}, {"title": "No such ledgerId", "status": 404}
        items = self.topics[parts[4]]
        if parts[5] == "feed":
            return self._feed_page(parts[4], items, query)
        return self._date_page([i for i in items if i["ledgerDate"] == parts[6]], parts[6], query)

    def _token(self, path, headers, body):
        number = next(self._numbers)
        if path == "/accesstoken/get":
            given = [headers.get(n) for n in ("client_id", "client_secret", "Ocp-Apim-Subscription-Key")]
            if given != [CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY] or headers.get("Merchant-Serial-Number") != MSN:
                return 401, {}, {"error": "invalid_client", "error_description": f"wrong secret {given[1]}"}
            token = f"merchant-token-{number}"
            answer = {"token_type": "Bearer", "expires_in": str(self.token_seconds), "access_token": token}
        elif path == "/miami/v1/token":
            basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            is_right = headers.get("Authorization") == f"Basic {basic}" and body == b"grant_type=client_credentials"
            if not is_right or "Ocp-Apim-Subscription-Key" in headers:
                return 401, {}, {"error": "invalid_client"}
            token = f"partner-token-{number}"
            answer = {"token_type": "Bearer", "expires_in": 900, "access_token": token}
        else:
            return 404, {}, {}
        self.tokens.add(token)
        return 200, {}, answer

    def _ledger_page(self, query):
        start = int(query.get("cursor", "0"))
        end = start + self.ledger_page_size
        cursor = str(end) if end < len(self.ledgers) else ""
        if self.stuck_cursor:
            cursor = "7"
        return 200, {}, {"items": self.ledgers[start:end], "cursor": cursor}

    def _date_page(self, items, date, query):
        if date in self.open_dates:
            return 200, {}, {"hasMore": False, "tryLater": True, "items": []}
        start = int(query.get("cursor", "c0")[1:])
        end = start + self.page_size
        has_more = end < len(items) or (self.empty_last_page and start < len(items))
        page = {"items": items[start:end], "hasMore": has_more, "tryLater": False}
        if has_more:
            page["cursor"] = "c1" if self.stuck_cursor else f"c{end}"
        return 200, {}, page

    def _feed_page(self, topic, items, query):
        start = int(query.get("cursor", "c0")[1:])
        end = min(start + self.page_size, len(items))
        page = {"items": items[start:end], "cursor": f"c{end}"}
        if start >= len(items):
            page["tryLater"] = True
        return 200, {}, page


class _Handler(http.server.BaseHTTPRequestHandler):
    vipps: VippsServer
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024  # headers and body in one packet: else each answer waits for the one before to be confirmed

    def log_message(self, *_args):
        pass

    def _serve(self, method):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = dict(self.headers.items())
        server = self.vipps
        server.requests.append((method, url.path, query, headers))
        fault = next((f for f in server.faults if f.path in url.path and (not f.again or "cursor" in query)), None)
        if fault:
            server.faults.remove(fault)
            if fault.delay:
                time.sleep(fault.delay)
        if fault and fault.status:
            self._send(fault.status, fault.headers, fault.body)
            return
        status, more, answer = server.answer(method, url.path, query, headers, body)
        if fault and fault.again:
            # a cursor that looks new makes the client ask for the right page next
            answer = {**server._last_page[url.path], "hasMore": True, "cursor": "c0" + query["cursor"][1:]}
        elif isinstance(answer, dict) and "items" in answer:
            server._last_page[url.path] = answer
        content = json.dumps(answer, indent=1).encode()
        self._send(status, more, content, cut=bool(fault and fault.cut))

    def _send(self, status, headers, content, cut=False):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Type" not in headers:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if cut:
            self.send_header("Connection", "close")
        self.end_headers()
        with contextlib.suppress(OSError):  # the client may have stopped waiting
            self.wfile.write(content[: len(content) // 2] if cut else content)
            self.wfile.flush()
        if cut:
            self.close_connection = True

    def do_GET(self):
        self._serve("GET")

    def do_POST(self):
        self._serve("POST")
