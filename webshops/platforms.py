"""The platforms there are. The next one is a file of its own and a line here."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Platform:
    """One platform.

    :ivar code: stored in the database. :ivar name: for people.
    :ivar parse: ``(content: bytes, settings: ShopSettings) -> Order | Refund``; raises DocumentError. A ``Refund`` is
        for platforms that tell of it apart from its order.
    :ivar client: ``(settings: ShopSettings, session=None, sleep=time.sleep)``, an object with

        - ``check() -> str``: the shop's own name, when it can be reached with these keys;
        - ``changes(since: datetime) -> Iterator[tuple[RawOrder, ...]]``: the orders changed since, page by page, in
          order of change, each with its refunds and payments; an order whose refund alone changed is one of them;
        - ``order(external_id: str) -> RawOrder | None``: one order; None when the shop does not have it any more.

        All raise ProviderError. None for a platform that only sends.
    :ivar verify: ``(headers: dict, body: bytes, secret: str) -> bool``; names of headers in lower case. None for a
        platform without webhooks.
    :ivar read_hint: ``(headers: dict, body: bytes) -> Hint | None`` of a verified webhook; None when there is nothing
        to do. Raises DocumentError.
    :ivar is_ping: ``(headers: dict, body: bytes) -> bool``: an unsigned call that only asks whether we answer.
    :ivar left_out: names of fields that booking never reads and that are not stored, as :func:`~.left_out.leave_out`
        takes them.
    :ivar sends_documents: True where a webhook's body is the document itself, to be given to ``parse``.
    """

    code: str
    name: str
    parse: Callable
    client: Callable | None = None
    verify: Callable | None = None
    read_hint: Callable | None = None
    is_ping: Callable = lambda headers, body: False
    sends_documents: bool = False
    left_out: tuple = ()
