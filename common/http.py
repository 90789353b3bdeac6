"""One way to call a provider's server, for all of them: time limits, few short retries, and errors people understand.

No key, token or header is ever part of a sentence, a log line or an exception.
"""

import base64
import datetime
import email.utils
import logging
import re
import time
import urllib.parse
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import requests

from .addresses import CheckedAdapter, Deadline
from .limits import MAX_QUOTE, quoted
from .messages import Message, ProviderError

_logger = logging.getLogger(__name__)

#: Seconds until a server that does not take the call, or stops sending, is given up.
TIMEOUT = 30
#: A server that sends a byte now and then would never run into that. For all tries of one question together: Odoo ends
#: a scheduled action that takes two minutes.
TOTAL_TIMEOUT = 60
MAX_BYTES = 50 * 1024 * 1024
MAX_TRIES = 3
#: Seconds to pause before the second and third try. Longer waits are left to the scheduled action (``retry_after``).
PAUSES = (0.5, 2)
#: A server may ask for a pause this short, and get it at once.
LONGEST_PAUSE = 5
#: Seconds to wait when a server asks for it without saying how long, and the most it can make us wait.
DEFAULT_WAIT = 60
LONGEST_WAIT = 24 * 60 * 60
MAX_REDIRECTS = 3


@dataclass(frozen=True)
class Answer:
    """A server's answer: its HTTP ``status``, its ``headers`` (case-insensitive) and its complete ``body``."""

    status: int
    headers: dict
    body: bytes


def is_key(value: str) -> bool:
    """Whether this can be sent as a key. A line break or a foreign letter would make the request fail, and show it."""
    return re.fullmatch(r"[\x21-\x7e]+", value) is not None


class StatusError(ProviderError):
    """The server answered with an error.

    :ivar status: HTTP status. :ivar detail: what the server says of it, without secrets; may be empty.
    """

    def __init__(self, code: str, /, *, status: int, detail: str, **values):
        super().__init__(code, status=str(status), detail=detail, **values)
        self.status = status
        self.detail = detail


class Connection:
    """A provider's server.

    :param service: what people call it (``Shopify``), for the sentences.
    :param base_url: scheme and host, perhaps a path; everything asked for is below it.
    :param read_json: decodes a body; raises ValueError when it is not JSON.
    :param secrets: texts that must never be shown, should the server repeat one.
    :param session: a ``requests.Session``, or None for a new one.
    :param sleep: called with seconds; replaced in tests.
    :param may_be_local: whether it may stand in our own network; see :class:`~.addresses.CheckedAdapter`.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        read_json: Callable,
        secrets: Iterable = (),
        session: requests.Session | None = None,
        sleep: Callable = time.sleep,
        timeout: int = TIMEOUT,
        max_bytes: int = MAX_BYTES,
        may_be_local: bool = True,
    ):
        self.service = service
        self.base_url = base_url.rstrip("/")
        self._read_json = read_json
        self._secrets = {secret for secret in secrets if secret}
        self._session = session or requests.Session()
        self._adapter = CheckedAdapter(service, may_be_local)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, self._adapter)
        self._sleep = sleep
        self._timeout = timeout
        self._max_bytes = max_bytes

    def add_secret(self, secret: str) -> None:
        """Never show ``secret`` from now on (a token that has been fetched)."""
        if secret:
            self._secrets.add(secret)

    def json(self, method: str, path: str, **request) -> tuple:
        """Ask, and return the decoded JSON and the body it was decoded from.

        An answer that is not JSON has probably been cut off, and is asked for again.

        :param request: ``headers``, ``params``, ``data`` and ``auth`` as ``requests`` takes them.
        :raises ProviderError: see :meth:`_ask`.
        """
        return self._with_retries(lambda: self._ask_json(method, path, request))

    def _ask_json(self, method: str, path: str, request: dict) -> tuple:
        answer = self._ask(method, path, request)
        try:
            return self._read_json(answer.body), answer.body
        except ValueError:
            raise ProviderError(
                "answer_not_json",
                service=self.service,
                path=path,
            ) from None

    def _with_retries(self, ask: Callable):
        self._ends_at = time.monotonic() + TOTAL_TIMEOUT
        for attempt in range(MAX_TRIES):
            try:
                return ask()
            except ProviderError as error:
                pause = error.retry_after if error.retry_after is not None else PAUSES[min(attempt, len(PAUSES) - 1)]
                is_last = attempt == MAX_TRIES - 1 or time.monotonic() >= self._ends_at
                if is_last or error.is_permanent or pause > LONGEST_PAUSE:
                    raise
                _logger.info("%s: asked again after %s s", self.service, pause)
                self._sleep(pause)
        raise AssertionError("unreachable")

    def _ask(self, method: str, path: str, request: dict) -> Answer:
        """Ask once.

        :raises ProviderError: no connection, time-out, incomplete or too large answer.
        :raises StatusError: the server answered with an error. 401, 403, 404 and other faults of the request are
            permanent; 429 and 503 carry the ``retry_after`` the server asks for.
        """
        url = f"{self.base_url}/{path.lstrip('/')}"
        for _redirect in range(MAX_REDIRECTS + 1):
            answer = self._send(method, url, path, request)
            if not (300 <= answer.status < 400 and answer.headers.get("Location")):
                break
            url = self._redirected(url, answer.headers["Location"], method, path)
            request = {**request, "params": None}
        if answer.status >= 300:
            raise self._status_error(path, answer)
        return answer

    def _redirected(self, url: str, location: str, method: str, path: str) -> str:
        target = urllib.parse.urljoin(url, location)
        here, there = urllib.parse.urlsplit(url), urllib.parse.urlsplit(target)
        if method != "GET" or (here.scheme, here.netloc) != (there.scheme, there.netloc):
            # our keys must not be sent to another server
            raise ProviderError(
                "redirect_refused",
                is_permanent=True,
                service=self.service,
                path=path,
            )
        return target

    def _send(self, method: str, url: str, path: str, request: dict) -> Answer:
        request = {"auth": _as_it_is, **request, "timeout": self._timeout, "allow_redirects": False, "stream": True}
        is_over = False
        try:
            with Deadline(self._adapter, max(self._ends_at - time.monotonic(), 1)) as deadline:
                try:
                    with self._session.request(method, url, **request) as response:
                        self._note_sent(response.request.headers)
                        body = self._body(response, path)
                finally:
                    is_over = deadline.is_over
            if is_over:
                raise requests.Timeout()
            return Answer(response.status_code, response.headers, body)
        except requests.Timeout:
            code = "no_answer_in_time"
        except requests.exceptions.SSLError:
            code = "certificate_refused"
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            code = "answer_cut_off"
        except requests.ConnectionError:
            code = "no_connection_to_address"
        except (requests.RequestException, ValueError):
            code = "request_not_possible"
        if is_over:
            code = "no_answer_in_time"
        # without the original: it may name the whole address, and with it keys
        if code == "no_connection_to_address":
            raise ProviderError(code, service=self.service, address=self._address) from None
        raise ProviderError(code, service=self.service, path=path) from None

    @property
    def _address(self) -> str:
        """The server that is asked: without path, query or whatever else may hold a key."""
        return urllib.parse.urlsplit(self.base_url).netloc.rpartition("@")[2]

    def _body(self, response, path: str) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(64 * 1024):
            body += chunk
            if len(body) > self._max_bytes:
                raise ProviderError(
                    "answer_too_large",
                    is_permanent=True,
                    service=self.service,
                    path=path,
                    limit=self._max_bytes // (1024 * 1024),
                )
        return bytes(body)

    def _status_error(self, path: str, answer: Answer) -> StatusError:
        # hidden before it is cut: half a key is one too many
        detail = quoted(self._hidden_beginning(self._detail(answer)), MAX_QUOTE)
        said = Message("server_says", {"detail": detail}) if detail else Message("server_says_nothing")
        values = {
            "service": self.service,
            "path": path,
            "answer": said,
        }
        status = answer.status
        if status == 401:
            code = "keys_refused"
        elif status == 403:
            code = "access_denied"
        elif status == 404:
            code = "address_not_found"
        elif status == 429:
            code = "server_asks_to_wait"
        elif status >= 500:
            code = "server_fault"
        else:
            code = "request_refused"
        return StatusError(
            code,
            status=status,
            detail=detail,
            retry_after=_retry_after(status, answer.headers.get("Retry-After")),
            is_permanent=status < 500 and status not in (408, 425, 429),
            **values,
        )

    def _detail(self, answer: Answer) -> str:
        """Return what the server says: RFC 7807, JSON:API, OAuth 2, Azure's, or ``errorMessage`` (or a list)."""
        try:
            problem = self._read_json(answer.body)
        except ValueError:
            return ""
        if isinstance(problem, dict) and isinstance(problem.get("errors"), list):
            problem = [*problem["errors"], problem]
        problem = problem[0] if isinstance(problem, list) and problem else problem
        if not isinstance(problem, dict):
            return ""
        texts = [
            str(problem[name])
            for name in ("title", "detail", "errorCode", "errorMessage", "error", "error_description", "message")
            if isinstance(problem.get(name), (str, int))
        ]
        return ": ".join(dict.fromkeys(filter(None, texts)))

    def _hidden(self, text: str) -> str:
        for secret in sorted(self._secrets, key=len, reverse=True):
            for written in {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)}:
                text = text.replace(written, "***")
            for core in _within_base64(secret):
                text = re.sub(rf"[A-Za-z0-9+/_=-]*(?:{'|'.join(core)})[A-Za-z0-9+/_=-]*", "***", text)
        return text

    def _hidden_beginning(self, text: str) -> str:
        """Return the beginning of a text without our keys, and without the half of one at its end."""
        if len(text) <= 8 * MAX_QUOTE:
            return self._hidden(text)
        longest = max((2 * len(secret) for secret in self._secrets), default=0)
        hidden = self._hidden(text[: 8 * MAX_QUOTE])
        return hidden[: len(hidden) - longest] if longest else hidden

    def _note_sent(self, headers) -> None:
        """Never show a header that carries a key, nor what stands in it, should the server repeat it."""
        for name, value in headers.items():
            value = value.decode("latin-1") if isinstance(value, bytes) else value
            if name.lower() in ("authorization", "cookie"):
                self._secrets |= {value, value.rpartition(" ")[2]}


def _within_base64(secret: str) -> list:
    """Return what base64 makes of ``secret`` wherever it stands in a text (``key:secret``), ready for a pattern."""
    cores = []
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + secret.encode()).decode().rstrip("=")
        # the first and last letters depend on what stands beside it
        core = encoded[(0, 2, 3)[offset] : -1]
        if len(core) >= 6:
            cores.append((re.escape(core), re.escape(core.replace("+", "-").replace("/", "_"))))
    return cores


def _retry_after(status: int, header: str | None) -> int | None:
    """Return the seconds a server asks us to wait: a number, or a date (RFC 9110 § 10.2.3); at most a day.

    Asked to wait without being told how long (429), we wait a minute.
    """
    if status not in (429, 503):
        return None
    unknown = DEFAULT_WAIT if status == 429 else None
    text = (header or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(int(text), LONGEST_WAIT)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return unknown
    if until.tzinfo is None:
        until = until.replace(tzinfo=datetime.timezone.utc)
    seconds = round((until - datetime.datetime.now(datetime.timezone.utc)).total_seconds())
    return min(max(0, seconds), LONGEST_WAIT)


def _as_it_is(request):
    """Leave a request's headers alone. Without this, ``requests`` may replace our token by what a .netrc file has."""
    return request
