"""A server on this machine that behaves as the Report API is documented to, and can be told to misbehave.

Use::

    with VippsServer(funds_items, fees_items) as server:
        client = VippsClient(credentials, base_url=server.base_url)
        server.faults.append(Fault(status=500))
"""

import base64
import itertools
import json

from .local_server import LocalServer

CLIENT_ID = "11111111-2222-3333-4444-555555555555"
CLIENT_SECRET = "test-only-client-secret"
SUBSCRIPTION_KEY = "test-only-subscription-key"
MSN = "123455"


class VippsServer(LocalServer):
    """The server.

    :ivar again: serve the same page as before to the next request with a cursor whose path contains this.
    """

    def __init__(self, funds=(), fees=(), ledgers=None, page_size=1000, open_dates=()):
        super().__init__()
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
        self.again = ""
        self.tokens: set = set()
        self._numbers = itertools.count(1)
        self._last_page: dict = {}

    def answer(self, method, path, query, headers, body):
        if method == "POST":
            return self._token(path, headers, body)
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 401, {}, {"title": "Unauthorized", "status": 401, "detail": "token expired"}
        is_partner = headers["authorization"].startswith("Bearer partner")
        if is_partner == ("ocp-apim-subscription-key" in headers):
            return 401, {}, {"statusCode": 401, "message": "Access denied due to subscription key."}
        if not all(headers.get(f"vipps-system-{n}") for n in ("name", "version", "plugin-name", "plugin-version")):
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
        if self.again and self.again in path and "cursor" in query:
            self.again = ""
            # a cursor that looks new makes the client ask for the right page next
            return 200, {}, {**self._last_page, "hasMore": True, "cursor": f"c0{query['cursor'][1:]}"}
        self._last_page = self._date_page([i for i in items if i["ledgerDate"] == parts[6]], parts[6], query)
        return 200, {}, json.dumps(self._last_page, indent=1).encode()

    def _token(self, path, headers, body):
        number = next(self._numbers)
        if path == "/accesstoken/get":
            given = [headers.get(n) for n in ("client_id", "client_secret", "ocp-apim-subscription-key")]
            if given != [CLIENT_ID, CLIENT_SECRET, SUBSCRIPTION_KEY] or headers.get("merchant-serial-number") != MSN:
                return 401, {}, {"error": "invalid_client", "error_description": f"wrong secret {given[1]}"}
            token = f"merchant-token-{number}"
            answer = {"token_type": "Bearer", "expires_in": str(self.token_seconds), "access_token": token}
        elif path == "/miami/v1/token":
            basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            is_right = headers.get("authorization") == f"Basic {basic}" and body == b"grant_type=client_credentials"
            if not is_right or "ocp-apim-subscription-key" in headers:
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
            return {"hasMore": False, "tryLater": True, "items": []}
        start = int(query.get("cursor", "c0")[1:])
        end = start + self.page_size
        has_more = end < len(items) or (self.empty_last_page and start < len(items))
        page = {"items": items[start:end], "hasMore": has_more, "tryLater": False}
        if has_more:
            page["cursor"] = "c1" if self.stuck_cursor else f"c{end}"
        return page

    def _feed_page(self, topic, items, query):
        start = int(query.get("cursor", "c0")[1:])
        end = min(start + self.page_size, len(items))
        page = {"items": items[start:end], "cursor": f"c{end}"}
        if start >= len(items):
            page["tryLater"] = True
        return 200, {}, page
