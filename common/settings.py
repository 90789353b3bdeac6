"""What a remote source declares about itself: the keys it is reached with, and how it is to be read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .messages import Message, ProviderError, joined


@dataclass(frozen=True)
class Setting:
    """One key or setting that a person enters for a source.

    :ivar name: stored in the database. :ivar label: for people, marked for translation. :ivar help: where it is found.
    :ivar is_secret: shown masked, readable by system administrators only.
    :ivar is_required: without it nothing can be fetched.
    :ivar choices: ``(value, label)`` of what can be chosen; empty where it is typed.
    :ivar default: where nothing is entered.
    :ivar needed_if: ``(name, value)`` of another setting: this one counts only if that one has the value.
    """

    name: str
    label: str
    help: str = ""
    is_secret: bool = False
    is_required: bool = False
    choices: tuple = ()
    default: str = ""
    needed_if: tuple = ()

    def applies(self, values: Mapping) -> bool:
        """Whether this setting counts beside the values of the others."""
        if not self.needed_if:
            return True
        name, value = self.needed_if
        return values.get(name) == value


def complete_settings(declared: Iterable, entered: Mapping) -> dict:
    """Return the value of every declared setting: what was entered, else its default; empty where it does not apply.

    :param declared: :class:`Setting`. :param entered: ``{name: text}``; unknown names and choices are ignored.
    """
    declared = tuple(declared)
    values = {}
    for setting in declared:
        value = (entered.get(setting.name) or "").strip()
        if setting.choices and value not in dict(setting.choices):
            value = ""
        values[setting.name] = value or setting.default
    return {setting.name: values[setting.name] if setting.applies(values) else "" for setting in declared}


def check_settings(service: str, declared: Iterable, values: Mapping) -> None:
    """Check that everything is entered that fetching needs.

    :param service: the source's name, for people. :param values: of :func:`complete_settings`.
    :raises ProviderError: permanent, with the labels of what is missing.
    """
    missing = [
        Message(each.label) for each in declared if each.is_required and each.applies(values) and not values[each.name]
    ]
    if missing:
        raise ProviderError("settings_missing", is_permanent=True, service=service, names=joined(missing, ", "))
