"""Sentences are stored by code: each code has one wording, is used, and is given all that its wording shows."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from odoo.addons.settlement_bridge.common import messages
from odoo.addons.settlement_bridge.common.messages import DocumentError, Message

CHECKOUT = Path(messages.__file__).parent.parent
PURE = ("common", "providers", "webshops", "matching", "booking", "invoicing", "balances", "closing", "golive", "vat")
PACKAGES = (*PURE, "models", "wizard")
#: Calls that take a code and the values of its placeholders by name.
MAKERS = {"DocumentError", "ProviderError", "SettlementError", "StatusError", "say"}
#: What such a call takes besides.
OPTIONS = {"retry_after", "is_permanent"}
PLACEHOLDER = re.compile(r"%\((\w+)\)")


def catalogue(path):
    """Return the sentences of one file by code, read from its source."""
    (found,) = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Dict))
    return {key.value: value.args[0].value for key, value in zip(found.keys, found.values, strict=True)}


CATALOGUES = {
    path.parent: catalogue(path)
    for package in (*PURE, "models")
    for path in sorted(Path(CHECKOUT, package).rglob("sentences.py"))
}
SENTENCES = {code: sentence for sentences in CATALOGUES.values() for code, sentence in sentences.items()}


def modules():
    for package in PACKAGES:
        for path in sorted(Path(CHECKOUT, package).rglob("*.py")):
            if path.name != "sentences.py":
                yield path, ast.parse(path.read_text())


def test_each_code_has_one_sentence():
    assert len(SENTENCES) == sum(map(len, CATALOGUES.values()))
    assert all(re.fullmatch(r"[a-z0-9_]+", code) for code in SENTENCES)


def test_each_sentence_is_used():
    nodes = [node for _path, tree in modules() for node in ast.walk(tree)]
    used = {node.value for node in nodes if isinstance(node, ast.Constant)}
    # codes that are made of a word and the name of what they are about
    beginnings = {node.values[0].value for node in nodes if isinstance(node, ast.JoinedStr) and _begins_with_word(node)}
    assert not [code for code in SENTENCES.keys() - used if not code.startswith(tuple(beginnings))]


def _begins_with_word(text):
    first = text.values[0]
    return isinstance(first, ast.Constant) and re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+_", first.value)


def test_a_sentence_is_given_the_values_it_shows():
    wrong = []
    for path, tree in modules():
        for node in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            code, given = _code_and_values(node)
            if code and (code not in SENTENCES or given != set(PLACEHOLDER.findall(SENTENCES[code]))):
                wrong.append(f"{path.relative_to(CHECKOUT)}:{node.lineno}: {code} is given {given}")
    assert not wrong


def _code_and_values(call):
    """Return the literal code of a call that makes a message, and the names of its values; None where they vary."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", None)
    code = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    if name == "Message" and isinstance(code, str):
        values = call.args[1] if len(call.args) > 1 else ast.Dict([], [])
        if isinstance(values, ast.Dict) and all(isinstance(key, ast.Constant) for key in values.keys):
            return code, {key.value for key in values.keys}
    elif name in MAKERS and isinstance(code, str) and all(keyword.arg for keyword in call.keywords):
        return code, {keyword.arg for keyword in call.keywords} - OPTIONS
    return None, set()


def test_the_wording_is_not_what_is_stored():
    message = Message("reference_unknown", {"reference": "WEB-1"})
    assert message.to_json() == ["reference_unknown", {"reference": "WEB-1"}]
    assert str(Message.from_json(message.to_json())) == str(message)


def test_a_sentence_nobody_knows_any_more_is_shown_as_it_was_stored():
    assert str(Message.from_json(["The %(thing)s is gone.", {"thing": "moon"}])) == "The moon is gone."


def test_a_code_cannot_be_given_twice():
    with pytest.raises(ValueError, match="file_empty"):
        messages.register({"file_empty": "Another file is empty."})


def test_a_value_may_be_called_code():
    assert DocumentError("mystore_line_unknown", code="X", amount="1", order="2").message.values["code"] == "X"


@pytest.mark.parametrize("folder", [folder for folder in CATALOGUES if folder.name != "models"])
def test_a_package_brings_its_sentences(folder):
    package = ".".join(folder.relative_to(CHECKOUT).parts)
    importlib.import_module(f"odoo.addons.settlement_bridge.{package}")
    for code, sentence in CATALOGUES[folder].items():
        assert Message(code).sentence == sentence
