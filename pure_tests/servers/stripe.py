"""A server on this machine that behaves as Stripe's API is documented to, and can be told to misbehave.

Use::

    with StripeServer(stripe_files.api_payouts(story), stripe_files.api_transactions(story)) as server:
        client = StripeClient(KEY, base_url=server.base_url)
        server.faults.append(Fault(status=500))
"""

import copy
import re

from .local_server import LocalServer

KEY = "sk_test_composed"
RESTRICTED_KEY = "rk_test_composed"
ACCOUNT = "acct_1Nettbutikk"

#: Fields that hold an id, unless their path is asked to be expanded.
EXPANDABLE = ("source", "charge", "payment_intent")


class StripeServer(LocalServer):
    """The server.

    :param payouts: (payout, its balance transactions), everything expanded; see :meth:`put`.
    :param transactions: balance transactions, of a payout or not yet.
    :ivar denied: beginnings of paths that the restricted key may not read.
    :ivar most_in_page: fewer than asked for. :ivar stuck: every page of a list is its first.
    :ivar balances: what the account holds, by currency; None for the sum of all balance transactions.
    :ivar arriving: balance transactions of which one comes after each request for them.
    """

    def __init__(self, payouts=(), transactions=(), account: str = ACCOUNT):
        super().__init__()
        self.account = account
        self.payouts: dict = {}
        self.transactions: dict = {}
        self.members: dict = {}
        self.denied: tuple = ()
        self.most_in_page = 100
        self.stuck = False
        self.balances: dict | None = None
        self.arriving: list = []
        for payout, rows in payouts:
            self.put(payout, *rows)
        for row in transactions:
            self.transactions.setdefault(row["id"], row)

    def put(self, payout: dict, *transactions: dict):
        """Let there be a payout, or let it read as given from now on; and the balance transactions it consists of."""
        self.payouts[payout["id"]] = payout
        if transactions:
            self.members[payout["id"]] = [row["id"] for row in transactions]
            self.transactions |= {row["id"]: row for row in transactions}

    def answer(self, method, path, query, headers, body):
        """Return what the API answers."""
        key = headers.get("authorization", "").removeprefix("Bearer ")
        if key not in (KEY, RESTRICTED_KEY):
            return _error(401, "invalid_request_error", f"Invalid API Key provided: {key[:8]}****{key[-4:]}")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d(\.\w+)?", headers.get("stripe-version", "")):
            return _error(400, "invalid_request_error", "Invalid Stripe API version")
        if key == RESTRICTED_KEY and any(path.startswith(denied) for denied in self.denied):
            return _error(403, "invalid_request_error", "The provided key does not have the required permissions.")
        if path == "/v1/account":
            dashboard = {"display_name": "Nettbutikk AS"}
            return 200, {}, {"id": self.account, "object": "account", "settings": {"dashboard": dashboard}}
        if path == "/v1/balance":
            return 200, {}, self._balance()
        if path == "/v1/payouts":
            return self._list(path, list(self.payouts.values()), query)
        if path.startswith("/v1/payouts/"):
            found = self.payouts.get(path.rpartition("/")[2])
            return (200, {}, found) if found else _error(404, "invalid_request_error", "No such payout")
        if path == "/v1/balance_transactions":
            return self._transactions(path, query)
        return _error(404, "invalid_request_error", f"Unrecognized request URL (GET: {path})")

    def _balance(self):
        totals = self.balances
        if totals is None:
            totals = {}
            for row in self.transactions.values():
                totals[row["currency"]] = totals.get(row["currency"], 0) + row["net"]
        return {
            "object": "balance",
            "available": [{"amount": amount - 1, "currency": currency} for currency, amount in totals.items()],
            "pending": [{"amount": 1, "currency": currency} for currency in totals],
        }

    def _transactions(self, path, query):
        rows = list(self.transactions.values())
        if "payout" in query:
            payout = self.payouts.get(query["payout"])
            if not payout or not payout["automatic"]:
                return _error(400, "invalid_request_error", "Balance transaction history is not available for it.")
            rows = [self.transactions[number] for number in self.members.get(payout["id"], [])]
        answer = self._list(path, rows, query)
        if self.arriving:
            row = self.arriving.pop()
            self.transactions[row["id"]] = row
        return answer

    def _list(self, path, records, query):
        for bound, is_within in (("gte", lambda a, b: a >= b), ("lt", lambda a, b: a < b)):
            limit = query.get(f"created[{bound}]")
            if limit is not None:
                records = [record for record in records if is_within(record["created"], int(limit))]
        records = sorted(records, key=lambda record: record["created"], reverse=True)
        ids = [record["id"] for record in records]
        after = query.get("starting_after")
        if after and after not in ids:
            return _error(400, "invalid_request_error", f"No such object: {after}")
        start = ids.index(after) + 1 if after and not self.stuck else 0
        size = min(int(query.get("limit", 10)), self.most_in_page)
        wanted = {value for name, value in query.items() if name.startswith("expand")}
        if any(value.count(".") > 3 for value in wanted):
            return _error(400, "invalid_request_error", "You cannot expand more than 4 levels of a property.")
        page = [_collapsed(copy.deepcopy(record), "data", wanted) for record in records[start : start + size]]
        has_more = self.stuck or start + size < len(records)
        return 200, {}, {"object": "list", "url": path, "has_more": has_more, "data": page}


def _collapsed(record, path, wanted):
    """Return the record with the id in place of every object that was not asked to be expanded."""
    for name in EXPANDABLE:
        value = record.get(name)
        if isinstance(value, dict) and "id" in value:
            inner = f"{path}.{name}"
            is_wanted = any(each == inner or each.startswith(f"{inner}.") for each in wanted)
            record[name] = _collapsed(value, inner, wanted) if is_wanted else value["id"]
    return record


def _error(status, kind, message):
    return status, {}, {"error": {"type": kind, "message": message}}
