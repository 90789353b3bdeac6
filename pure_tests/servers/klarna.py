"""A server on this machine that behaves as the Settlements API of Klarna and Kustom is documented to.

Use::

    with KlarnaServer(payouts, transactions) as server:
        client = KlarnaDocuments(settings, agreements, base_url=server.base_url, may_be_local=True)
        server.faults.append(Fault(status=500))
"""

import base64
import json
import urllib.parse

from .local_server import LocalServer

USERNAME = "K123456_abcdef123456"
PASSWORD = "test-only-klarna-password"

#: Without ``size``, and the most it may be.
DEFAULT_SIZE, LARGEST_SIZE = 20, 500


class KlarnaServer(LocalServer):
    """The server.

    :ivar payouts: as the API gives them. :ivar transactions: likewise; each names its payout.
    :ivar page_size: the most it gives, whatever is asked for.
    :ivar has_mark: begin every answer with a byte order mark.
    :ivar next_host: what the address of the next page begins with; this server's own when empty.
    :ivar stuck: give the same next page again and again.
    :ivar total_is_off: announce one more than there is.
    """

    def __init__(self, payouts=(), transactions=(), page_size=LARGEST_SIZE):
        super().__init__()
        self.payouts = list(payouts)
        self.transactions = list(transactions)
        self.page_size = page_size
        self.has_mark = False
        self.next_host = ""
        self.stuck = False
        self.total_is_off = False

    def answer(self, method, path, query, headers, body):
        basic = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        if headers.get("authorization") != f"Basic {basic}":
            return 401, {}, {"error_code": "UNAUTHORIZED", "error_message": f"Wrong: {headers.get('authorization')}"}
        status, answer = self._answer(path, query)
        content = json.dumps(answer).encode()
        return status, {}, b"\xef\xbb\xbf" + content if self.has_mark else content

    def _answer(self, path, query):
        root, _slash, rest = path.lstrip("/").partition("/v1/")
        if root != "settlements":
            return 404, {"error_code": "NOT_FOUND"}
        if rest == "payouts":
            return self._page("payouts", [each for each in self.payouts if _is_asked_for(each, query)], path, query)
        if rest == "transactions":
            if "payment_reference" not in query and "order_id" not in query:
                return 400, {"error_code": "BAD_REQUEST", "error_message": "payment_reference or order_id is needed"}
            filters = {name: query[name] for name in ("payment_reference", "order_id") if name in query}
            found = [each for each in self.transactions if filters.items() <= each.items()]
            return self._page("transactions", found, path, query)
        reference = rest.removeprefix("payouts/")
        payout = next((each for each in self.payouts if each["payment_reference"] == reference), None)
        return (200, payout) if payout else (404, {"error_code": "NOT_FOUND", "error_message": "No such payout"})

    def _page(self, name, found, path, query):
        size, offset = int(query.get("size", DEFAULT_SIZE)), int(query.get("offset", 0))
        if size > LARGEST_SIZE:
            return 400, {"error_code": "BAD_REQUEST", "error_message": "size is too large"}
        end = offset + min(size, self.page_size)
        items = found[offset:end]
        pagination = {"count": len(items), "total": len(found) + self.total_is_off, "offset": offset}
        if end < len(found):
            place = {**query, "size": size, "offset": self.page_size if self.stuck else end}
            address = self.next_host or self.base_url
            pagination["next"] = f"{address}{path}?{urllib.parse.urlencode(place)}"
        return 200, {name: items, "pagination": pagination}


def _is_asked_for(payout, query):
    date = payout["payout_date"]
    first, last = (_full(query[name]) if name in query else "" for name in ("start_date", "end_date"))
    is_currency = query.get("currency_code", payout["currency_code"]) == payout["currency_code"]
    return is_currency and first <= date and (not last or date <= last)


def _full(text):
    """A bare date means its first moment."""
    return text if "T" in text else f"{text}T00:00:00Z"
