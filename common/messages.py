"""Sentences for people, kept as a template and its values so that each reader sees them in their own language.

Pure code cannot ask Odoo for a translation. It marks a sentence with ``_`` (Odoo's export of terms finds it there) and
hands over a :class:`Message`; the ORM translates the template when it is shown.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from .limits import MAX_QUOTE, MAX_SENTENCE, quoted

#: The message whose only value is a sentence that somebody else has made.
_SENTENCE = "%(error)s"


def _(template: str) -> str:
    """Mark ``template`` as a sentence to be translated; returns it unchanged."""
    return template


@dataclass(frozen=True)
class Message:
    """One sentence.

    :ivar template: English text with named ``%(name)s`` placeholders, marked with ``_`` where it is written.
    :ivar values: what the placeholders stand for: text, ``Decimal`` amounts and dates (shown in the reader's own
        style), or another ``Message``.
    """

    template: str
    values: dict = field(default_factory=dict)

    def __str__(self) -> str:
        values = {name: _shown(value, self._longest) for name, value in self.values.items()}
        return self.template % values if values else self.template

    @property
    def _longest(self) -> int:
        return MAX_SENTENCE if self.template == _SENTENCE else MAX_QUOTE

    def to_json(self) -> list:
        """Return ``[template, values]``, the form stored in the database: what is quoted is cleaned and cut."""
        return [self.template, {name: _value_to_json(value, self._longest) for name, value in self.values.items()}]

    @classmethod
    def from_json(cls, stored: list) -> "Message":
        """Return the message that :meth:`to_json` stored."""
        template, values = stored
        return cls(template, {name: _value_from_json(value) for name, value in values.items()})


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

    def __init__(self, template: str, **values):
        self.message = Message(template, values)
        super().__init__(str(self.message))


class DocumentError(SettlementError):
    """A document that cannot be read. It is refused whole; nothing of it is kept."""


class ProviderError(SettlementError):
    """A provider's server that could not be asked, refused, or answered something that cannot be used.

    :ivar retry_after: seconds the server asks us to wait, or None.
    :ivar is_permanent: True when asking again will not help until a person has changed something (keys, access).
    """

    def __init__(self, template: str, retry_after=None, is_permanent=False, **values):
        super().__init__(template, **values)
        self.retry_after = retry_after
        self.is_permanent = is_permanent
