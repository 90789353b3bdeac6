"""What a platform declares: a :class:`Platform` named ``PLATFORM`` in a package of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from ..common.limits import MAX_ID
from ..common.messages import DocumentError
from .records import Refund, ShopSettings

#: What Python raises where a document has a list, a number or a text instead of an object.
_WRONG_FORM = (AttributeError, TypeError, LookupError, ValueError, ArithmeticError, RecursionError)


@dataclass(frozen=True)
class Platform:
    """One platform. What people read is marked for translation with ``_`` of :mod:`~..common.messages`.

    :ivar code: stored in the database. :ivar name: for people.
    :ivar parse: ``(content: bytes, settings: ShopSettings) -> Order | Refund``; raises DocumentError.
    :ivar has_refund_documents: True where a refund may be a document of its own, apart from its order; only then may
        ``parse`` return a ``Refund``.
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
    :ivar excluded_fields: names of fields that booking never reads and that are not stored, as
        :func:`~.excluded_fields.exclude_fields` takes them.
    :ivar sends_documents: True where a webhook's body is the document itself, to be given to ``parse``.
    :ivar settings: :class:`~..common.settings.Setting` of the keys and what else a person enters, in the order in which
        they are shown; ``client`` and ``parse`` get them as :meth:`~.records.ShopSettings.with_entered` says. The
        address, the time zone and the secret of webhooks are no settings: they are asked for as the next ones say.
    :ivar address_example: an address such a shop may have, shown where it is entered; empty where none is needed.
    :ivar has_local_times: True where times come without a zone, so that the shop's own must be known.
    :ivar webhook_help: what to do in the shop so that it sends webhooks.
    :ivar webhook_secret_name: what the platform calls the secret it signs with, where it issues that itself and it is
        entered here; empty where the shop is given ours.
    :ivar admin_search_url: ``(settings: ShopSettings, reference: str) -> str``: the page of the shop's administration
        on which a person finds the orders with a reference, below the shop's own address; empty where a setting for it
        is not entered. None where the platform has no such page, or it is not known.
    :ivar developer_page: path of a page for whoever programs the shop, below the addon's folder; empty where none is
        needed.
    """

    code: str
    name: str
    parse: Callable
    client: Callable | None = None
    verify: Callable | None = None
    read_hint: Callable | None = None
    is_ping: Callable = lambda headers, body: False
    sends_documents: bool = False
    has_refund_documents: bool = False
    excluded_fields: tuple = ()
    settings: tuple = ()
    address_example: str = ""
    has_local_times: bool = False
    webhook_help: str = ""
    webhook_secret_name: str = ""
    developer_page: str = ""
    admin_search_url: Callable | None = None

    def __post_init__(self):
        names = [setting.name for setting in self.settings]
        if len(set(names)) < len(names) or set(names) & ShopSettings.NOT_DECLARED:
            raise ValueError(f"{self.name} declares a setting twice, or one that every shop has: {', '.join(names)}")
        object.__setattr__(self, "parse", self._guarded(self.parse))

    def _guarded(self, parse: Callable) -> Callable:
        """Return ``parse`` that refuses, with a sentence, a document of another form, and ids that are too long."""

        def read(content: bytes, settings):
            try:
                document = parse(content, settings)
            except _WRONG_FORM as error:
                raise DocumentError(
                    "order_in_another_form",
                    platform=self.name,
                    fault=f"{type(error).__name__}: {error}",
                ) from error
            if isinstance(document, Refund) and not self.has_refund_documents:
                raise TypeError(f"{self.name} gave a refund apart from its order, but does not declare that it does.")
            for name, value in _ids(document):
                if len(value) > MAX_ID:
                    raise DocumentError(
                        "order_id_too_long",
                        name=name,
                        value=value,
                        limit=MAX_ID,
                    )
            return document

        return read


def _ids(document):
    """Yield name and value of every id an order or a refund holds."""
    for name in ("external_id", "order_id", "number"):
        yield name, str(getattr(document, name, None) or "")
    for name in ("lines", "captures", "shipments", "refunds", "tenders"):
        for entry in getattr(document, name, None) or ():
            yield f"{name}.external_id", str(getattr(entry, "external_id", None) or "")
    for reference in getattr(document, "references", None) or ():
        yield str(reference.kind), str(reference.value)
