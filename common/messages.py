"""Sentences for people, kept as a code and its values, so that each reader sees them in their own language.

The wording of each code is in the ``sentences`` of the package that says it. Only codes and values are stored and
compared, so the wording can be improved at any time. Pure code cannot ask Odoo for a translation: the wording is marked
with ``_``, where Odoo's export of terms finds it, and the ORM translates it when a message is shown.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from .limits import MAX_QUOTE, MAX_SENTENCE, quoted

#: The code of a message whose only value is text that somebody else has written: a rule's name, Odoo's own error.
TEXT_ONLY = "text_only"

#: The wording of every code, in English with named ``%(name)s`` placeholders.
_SENTENCES = {}


def _(sentence: str) -> str:
    """Mark ``sentence`` to be translated; returns it unchanged."""
    return sentence


def register(sentences: dict) -> None:
    """Make the sentences of a package known, by code.

    :raises ValueError: when a code has a sentence already.
    """
    if known := _SENTENCES.keys() & sentences.keys():
        raise ValueError(f"Sentences with these codes exist already: {', '.join(sorted(known))}")
    _SENTENCES.update(sentences)


@dataclass(frozen=True)
class Message:
    """One sentence.

    :ivar code: of its wording. :ivar values: what the placeholders stand for: text, ``Decimal`` amounts and dates
        (shown in the reader's own style), or another ``Message``.
    """

    code: str
    values: dict = field(default_factory=dict)

    def __str__(self) -> str:
        values = {name: _shown(value, self._longest) for name, value in self.values.items()}
        return self.sentence % values if values else self.sentence

    @property
    def sentence(self) -> str:
        """The English wording, before values are put in. A code that is not known any more is its own wording."""
        return _SENTENCES.get(self.code, self.code)

    @property
    def _longest(self) -> int:
        return MAX_SENTENCE if self.code == TEXT_ONLY else MAX_QUOTE

    def to_json(self) -> list:
        """Return ``[code, values]``, the form stored in the database. Quoted text is cleaned and shortened."""
        return [self.code, {name: _value_to_json(value, self._longest) for name, value in self.values.items()}]

    @classmethod
    def from_json(cls, stored: list) -> "Message":
        """Return the message that :meth:`to_json` stored."""
        code, values = stored
        return cls(code, {name: _value_from_json(value) for name, value in values.items()})


def joined(messages: Iterable, separator: str) -> Message:
    """Return messages one after another as one, each in the reader's language."""
    values = {f"part{number}": message for number, message in enumerate(messages)}
    return Message(separator.join(f"%({name})s" for name in values), values)


def _shown(value, limit: int) -> str:
    return str(value) if isinstance(value, Message) else quoted(str(value), limit)


def _value_to_json(value, limit: int):
    if isinstance(value, Message):
        return {"message": value.to_json()}
    if isinstance(value, Decimal):
        return {"amount": str(value)}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    return quoted(str(value), limit)


def _value_from_json(value):
    if not isinstance(value, dict):
        return value
    if "message" in value:
        return Message.from_json(value["message"])
    if "amount" in value:
        return Decimal(value["amount"])
    return datetime.date.fromisoformat(value["date"][:10])


class SettlementError(Exception):
    """Base of the errors of the pure packages. ``message`` says what, where, what was expected and what to do."""

    def __init__(self, code: str, /, **values):
        self.message = Message(code, values)
        super().__init__(str(self.message))


class DocumentError(SettlementError):
    """A document that cannot be read. It is refused whole; nothing of it is kept."""


class WaitsForDocument(DocumentError):
    """A document that can be read, but not taken in before another one. It is kept, and taken in after that one."""


class ProviderError(SettlementError):
    """A provider's server that could not be asked, refused, or returned an unusable answer.

    :ivar retry_after: seconds the server asks us to wait, or None.
    :ivar is_permanent: True when asking again will not help until a person has changed something (keys, access).
    """

    def __init__(self, code: str, /, retry_after=None, is_permanent=False, **values):
        super().__init__(code, **values)
        self.retry_after = retry_after
        self.is_permanent = is_permanent
