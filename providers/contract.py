"""What a payment provider declares: a :class:`Provider` named ``PROVIDER`` in a package of its own."""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..common.settings import complete_settings
from .records import Document


@dataclass(frozen=True)
class Account:
    """What one set of keys gives access to: an account with the provider, in one currency.

    :ivar merchant_id: the number that an agreement has for it. :ivar names: every form of it that documents use.
    """

    merchant_id: str
    currency: str
    name: str = ""
    names: frozenset = frozenset()


@dataclass(frozen=True)
class Agreement:
    """One agreement that documents are fetched for.

    :ivar since: the first day that is of interest; None for all that the client takes of itself.
    """

    merchant_id: str
    currency: str
    since: datetime.date | None = None


@dataclass(frozen=True)
class RawDocument:
    """A document as it was fetched.

    :ivar name: of the file, for people. :ivar content: as the server sent it, perhaps several answers in one.
    :ivar cursor: where to go on once it is stored; a JSON object. It is given to ``documents`` at the next fetch.
    """

    name: str
    content: bytes
    cursor: dict


class Client(Protocol):
    """What fetches from a provider's server. Every method raises :class:`~..common.messages.ProviderError`."""

    def check(self) -> str:
        """Ask whether the keys are accepted; return what the provider calls the merchant, for people."""

    def accounts(self) -> tuple[Account, ...]:
        """Return what the keys give access to."""

    def documents(self, cursor: Mapping, today: datetime.date) -> Iterator[RawDocument]:
        """Yield what is new since ``cursor`` (``{}`` at first), the earliest first.

        Each is stored, with its cursor, before the next one is asked for. One call yields a limited number of
        documents; the next fetch goes on.

        :param today: in Oslo; nothing of this day is complete yet.
        """

    def document_again(self, content: bytes) -> bytes | None:
        """Return a document that was fetched before as the provider gives it now; None if it cannot be asked for."""


@dataclass(frozen=True)
class Provider:
    """One payment provider.

    :ivar code: stored in the database. :ivar name: for people. :ivar short_name: for names of accounts and journals.
    :ivar sequence: its place among those that are offered; the first one is proposed.
    :ivar identify: ``(filename: str, content: bytes) -> bool``: whether the content is one of its formats, by the
        content alone; never raises.
    :ivar parse: ``(filename: str, content: bytes, settings: dict) -> Document``; ``settings`` are all that are
        declared, by name. Each settlement says how its rows are known: those that name it, or ``by_position``. Raises
        DocumentError.
    :ivar merchant_id: what the provider calls the number of an agreement, marked for translation, with where to find
        it; empty where its documents name no agreement.
    :ivar report_hint: where the provider's portal has the file to upload, marked for translation; shown until the first
        settlement has come.
    :ivar settings: :class:`~..common.settings.Setting` of keys and choices, in the order in which they are shown.
    :ivar fee_types: ``(the provider's own name of a fee, code of the sentence that names it)``.
    :ivar payer_name: the company that pays out, as the bank names it; where empty, ``name``.
    :ivar bank_texts: words, in lower case, one of which stands in the bank's text of every payout.
    :ivar bank_text: the bank's text of a payout, with the places ``{payout}`` and ``{merchant}``: what other views of
        the bank find the payout by. :ivar bank_pattern: regular expression of it, with the groups ``payout`` and
        ``merchant``, each found by itself where the text is written in another way. Without them the number
        of the payout stands alone.
    :ivar client: ``(settings: dict, agreements: tuple[Agreement, ...], *, base_url="", session=None, sleep=time.sleep,
        may_be_local=False) -> Client``; raises ProviderError when keys are missing. None where files are uploaded.
    """

    code: str
    name: str
    identify: Callable[[str, bytes], bool]
    parse: Callable[[str, bytes, dict], Document]
    short_name: str = ""
    sequence: int = 100
    merchant_id: str = ""
    report_hint: str = ""
    settings: tuple = ()
    fee_types: tuple = ()
    payer_name: str = ""
    bank_texts: tuple = ()
    bank_text: str = "{payout}"
    bank_pattern: str = ""
    client: Callable[..., Client] | None = field(default=None)

    def complete(self, entered: Mapping) -> dict:
        """Return every declared setting with what was entered for it, or its default."""
        return complete_settings(self.settings, entered)
