"""A server on this machine that a test can ask, and tell to misbehave."""

import contextlib
import http.server
import json
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Fault:
    """What the server does instead, for one request whose path contains ``path``.

    :ivar status: answer with this status. :ivar headers: with these headers. :ivar body: with this body.
    :ivar delay: wait so many seconds first. :ivar cut: send only half of the right answer, then close.
    :ivar send: called with the handler, to write whatever it likes to its ``wfile``; then the connection is closed.
    """

    path: str = ""
    status: int = 0
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0
    cut: bool = False
    send: Callable | None = None


class LocalServer:
    """The server; a context manager. ``requests`` lists what was asked: (method, path, query, headers, body).

    A platform's server overrides :meth:`answer`.
    """

    def __init__(self):
        self.faults: list = []
        self.requests: list = []

    def __enter__(self):
        owner = self

        class Handler(_Handler):
            local = owner

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list:
        """Return the paths asked for, in order."""
        return [request[1] for request in self.requests]

    def answer(self, method: str, path: str, query: dict, headers: dict, body: bytes) -> tuple:
        """Return ``(status, headers, object)``, the right answer; names of headers are in lower case.

        The object is sent as JSON; bytes are sent as they are. ``query`` has the last value of each parameter.
        """
        raise NotImplementedError


class _Handler(http.server.BaseHTTPRequestHandler):
    local: LocalServer
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024  # headers and body in one packet: else each answer waits for the one before to be confirmed

    def log_message(self, *_args):
        pass

    def _serve(self, method):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        server = self.local
        path = urllib.parse.unquote(url.path)
        server.requests.append((method, path, query, headers, body))
        fault = next((fault for fault in server.faults if fault.path in path), None)
        if fault:
            server.faults.remove(fault)
            time.sleep(fault.delay)
        if fault and fault.send:
            self.close_connection = True
            with contextlib.suppress(OSError):
                fault.send(self)
                self.wfile.flush()
            return
        if fault and fault.status:
            self._send(fault.status, fault.headers, fault.body)
            return
        status, more, answer = server.answer(method, path, query, headers, body)
        content = answer if isinstance(answer, bytes) else json.dumps(answer, default=str).encode()
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

    def do_HEAD(self):
        self._serve("HEAD")

    def do_POST(self):
        self._serve("POST")
