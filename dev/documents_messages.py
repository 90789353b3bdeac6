"""Every message that the program can give a person, and what it asks them to do, for doc/feilsoking.md."""

import ast
import fnmatch
import re
from dataclasses import dataclass

import polib

#: With one of these a part of a message begins that asks for something, in Norwegian or not translated yet.
IMPERATIVES = frozenset(
    """
    Accept Activate Add Agree Archive Ask Change Check Choose Confirm Copy Correct Create Decide Delete Download Empty
    Enter Exclude Fetch Find Get Give Include Install Leave Make Match Open Press Put Remove Report Retry Reverse Save
    Select Set Shorten Show Try Undo Unpack Upload Use Wait Write
    Aktiver Angi Arkiver Avbryt Be Behold Bekreft Bestem Betal Bokfør Bruk Del Endre Fjern Finn Fyll Gi Gjør Godta Hent
    Innhent Installer Kontakt Kontroller Kopier Kort Kryss Lag Lagre Last Legg Match Meld Omgjør Oppgi Opprett Pakk
    Plasser Post Prøv Rett Reverser Sammenlign Se Sett Skriv Slett Slå Spør Start Ta Trykk Undersøk Utelat Velg Vent Vis
    Åpne
    """.split()  # noqa: SIM905
)

#: Or with one of these: it says what happens by itself, or on which condition something is to be done.
BEGINNINGS = (
    "Det prøves igjen", "Neste henting", "Den hentes automatisk", "Dagen hentes automatisk", "Hvis ", "Er det ",
    "Skal resten", "Med Match bank", "En systemadministrator", "Hører de", "The next fetch", "A later fetch",
    "It is fetched automatically", "A system administrator", "If ",
)  # fmt: skip

#: What is done about a message that is nothing but a request.
AS_IT_SAYS = "Det den sier."

#: What describes a rule, and asks for nothing: codes that begin so.
DESCRIPTIONS = ("condition_", "text_", "reference_contains", "reference_does_not", "reference_matches", "action_")

#: A part of a message ends here.
END = re.compile(r"(?<=[.;:!?])\s+")


@dataclass(frozen=True)
class Text:
    """A message.

    :ivar place: of its wording: a file's path. :ivar code: its code there; for what a method raises, the method.
    :ivar english: the wording in the source.
    """

    place: str
    code: str
    english: str

    @property
    def is_sentence(self):
        """Whether it stands by itself; the rest are names, conditions and parts of other sentences."""
        if self.code.startswith(DESCRIPTIONS):
            return False
        words = re.sub(r"%\(\w+\)s", "x", self.english)
        return words.endswith((".", "?", "…")) and len(words.split()) > 3 and not words.startswith("→")


def all_texts(checkout):
    """Return all messages: the registered sentences, and what methods raise as a UserError or show as one."""
    found = []
    for path in sorted(checkout.rglob("sentences.py")):
        found += _registered(path, path.relative_to(checkout).as_posix())
    for folder in ("models", "wizard"):
        for path in sorted((checkout / folder).glob("*.py")):
            found += _raised(path, path.relative_to(checkout).as_posix())
    return [text for text in found if text.is_sentence]


def _registered(path, place):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "register":
            for code, call in zip(node.args[0].keys, node.args[0].values, strict=True):
                yield Text(place, code.value, call.args[0].value)


def _raised(path, place):
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Raise) and node.exc:
                    for call in ast.walk(node.exc):
                        if isinstance(call, ast.Call) and ast.unparse(call.func) == "self.env._":
                            yield Text(place, function.name, call.args[0].value)


def messages_table(checkout, patterns, taken):
    """Return the messages of some places as a table.

    :param patterns: ``place:code`` each, with ``*`` for anything; a message is in the first table that wants it.
    :param taken: what stands in earlier tables; added to.
    """
    norwegian = {entry.msgid: entry.msgstr for entry in polib.pofile(str(checkout / "i18n" / "nb.po"))}
    rows = {}
    for text in all_texts(checkout):
        wanted = any(fnmatch.fnmatch(f"{text.place}:{text.code}", pattern) for pattern in patterns)
        if wanted and text not in taken:
            taken.add(text)
            what, todo = divided(norwegian.get(text.english) or text.english)
            rows[readable(what)] = readable(todo)
    return "\n".join(
        ["| melding | hva du gjør |", "|---|---|", *(f"| {what} | {rows[what]} |" for what in sorted(rows))]
    )


def divided(text):
    """Return what a message says, and what it asks for: the latter from the first part that begins with a request."""
    parts = END.split(text)
    for number, part in enumerate(parts):
        if number and (_word(part) in IMPERATIVES or _begins(part)):
            what, todo = " ".join(parts[:number]), " ".join(parts[number:])
            return re.sub(r"[;:]$", ".", what), todo[0].upper() + todo[1:]
    return text, AS_IT_SAYS if _word(parts[0]) in IMPERATIVES else "–"


def _word(part):
    """The first word of a part, as a sentence begins with it."""
    return part.split()[0].strip("«“\"',").capitalize()


def _begins(part):
    return (part[0].upper() + part[1:]).startswith(BEGINNINGS)


def readable(text):
    """Return a wording for a table: what is put into it later is an ellipsis."""
    text = re.sub(r"%\(\w+\)s", "…", text).replace("%s", "…").replace("%%", "%")
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
