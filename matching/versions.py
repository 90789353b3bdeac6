"""The rules as they read at one time, kept with what was booked by them, and what has changed since."""

import hashlib
import json
from dataclasses import dataclass

from ..common.messages import Message, _
from .descriptions import describe_action, describe_conditions
from .rules import Rule

#: How people know things; a new name changes nothing that is booked.
_NAMES = ("name", "account_name", "partner_name", "tax_name", "webshop_names")


@dataclass(frozen=True)
class RuleVersion:
    """All that decides where a provider's transactions are booked.

    :ivar rules: :class:`~.rules.Rule`, in order.
    :ivar settings: ``(name, value)`` pairs: what the provider is set to; the name a message, the value text.
    :ivar fee_types: ``(code, name, its own account and tax)``, all text; the last empty where it has none.
    """

    rules: tuple = ()
    settings: tuple = ()
    fee_types: tuple = ()

    def to_json(self) -> dict:
        """Return the form stored in the database."""
        return {
            "rules": [rule.to_json() for rule in self.rules],
            "settings": [[name.to_json(), value] for name, value in self.settings],
            "fee_types": [list(fee_type) for fee_type in self.fee_types],
        }

    @classmethod
    def from_json(cls, stored: dict) -> "RuleVersion":
        """Return the version that :meth:`to_json` stored."""
        return cls(
            tuple(map(Rule.from_json, stored["rules"])),
            tuple((Message.from_json(name), value) for name, value in stored["settings"]),
            tuple(map(tuple, stored["fee_types"])),
        )

    @property
    def fingerprint(self) -> str:
        """The same for two versions that book alike."""
        content = self.to_json()
        rules = [{name: rule[name] for name in rule if name not in _NAMES} for rule in content["rules"]]
        fee_types = sorted([code, booked] for code, _name, booked in content["fee_types"] if booked)
        text = json.dumps([rules, content["settings"], fee_types], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def describe_changes(before: RuleVersion, after: RuleVersion) -> list:
    """Return what ``after`` has other than ``before``, a sentence (:class:`~..providers.messages.Message`) each."""
    old, new = ({rule.id: rule for rule in version.rules} for version in (before, after))
    said = [_named(_("Rule “%(rule)s” is no longer used."), rule) for rule in before.rules if rule.id not in new]
    said += [_named(_("Rule “%(rule)s” is new."), rule) for rule in after.rules if rule.id not in old]
    for rule in after.rules:
        if rule.id in old:
            said += _describe_rule_changes(old[rule.id], rule)
    kept_before = [rule.id for rule in before.rules if rule.id in new]
    kept_after = [rule.id for rule in after.rules if rule.id in old]
    if kept_before != kept_after:
        said.append(_describe_order(after.rules))
    return said + _describe_value_changes(before, after)


def _named(template, rule):
    return Message(template, {"rule": rule.name})


def _describe_rule_changes(old, new):
    """Return what of a rule was taken away and what was added, in the words of its description."""
    if _without_names(old) == _without_names(new):
        return []
    words_before = [*describe_conditions(old), *describe_action(old)]
    words_after = [*describe_conditions(new), *describe_action(new)]
    gone = [words for words in words_before if words not in words_after]
    come = [words for words in words_after if words not in words_before]
    said = [Message(_("Rule “%(rule)s”, no longer: %(words)s"), {"rule": new.name, "words": words}) for words in gone]
    said += [Message(_("Rule “%(rule)s”, now: %(words)s"), {"rule": new.name, "words": words}) for words in come]
    return said or [_named(_("Rule “%(rule)s” has changed."), new)]


def _without_names(rule):
    return {name: value for name, value in rule.to_json().items() if name not in _NAMES}


def _describe_order(rules):
    names = {f"name{number}": rule.name for number, rule in enumerate(rules)}
    order = Message(", ".join(f"%({name})s" for name in names), names)
    return Message(_("The rules are now tried in this order: %(order)s."), {"order": order})


def _describe_value_changes(before, after):
    said = []
    old, new = ({str(name): value for name, value in version.settings} for version in (before, after))
    names = {str(name): name for name, _value in (*before.settings, *after.settings)}
    for text, name in names.items():
        values = {"before": old.get(text) or "–", "after": new.get(text) or "–"}
        if values["before"] != values["after"]:
            said.append(Message(_("%(setting)s: %(before)s before, now %(after)s."), {"setting": name, **values}))
    old = {code: (name, booked) for code, name, booked in before.fee_types}
    new = {code: (name, booked) for code, name, booked in after.fee_types}
    for code in sorted(old.keys() | new.keys()):
        booked_before, booked_after = (types[code][1] if code in types else "" for types in (old, new))
        if booked_before != booked_after:
            said.append(
                Message(
                    _("Fee type “%(name)s”: booked to %(before)s before, now to %(after)s."),
                    {
                        "name": (new.get(code) or old[code])[0],
                        "before": booked_before or Message(_("the fee account, without tax")),
                        "after": booked_after or Message(_("the fee account, without tax")),
                    },
                )
            )
    return said
