"""Upgrade the version before to this checkout, and compare what must stay: the ledger, what people read, the keys."""

import ast
import json
import re
import subprocess
import tempfile
from collections import Counter
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import environment

#: The last commit of the version before.
BEFORE = "7a02fae2c2881b0b37c8a1f52936a272ead1e483"
#: The wordings of that version, by which its sentences were stored, and the code of each.
WORDINGS = environment.CHECKOUT / "migrations" / "19.0.1.3.0" / "wordings.json"
#: Sentences on what stands open on the customer; this version says them of the past once nothing does.
STANDS_ON_CUSTOMER = ("awaits_invoice", "awaits_credit_note", "surplus_on_customer", "already_paid_by", "nothing_open")
OF_THE_PAST = dict.fromkeys(STANDS_ON_CUSTOMER, "stood_on_customer")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def has_history():
    """Whether the repository holds the version before; a shallow clone does not."""
    command = ["git", "-C", environment.CHECKOUT, "cat-file", "-e", f"{BEFORE}^{{commit}}"]
    return not subprocess.run(list(map(str, command)), capture_output=True).returncode


def run(setup):
    """Install the version before, run its demo month, enter keys, upgrade, and compare.

    :return: the log of the upgrade, and a list of sentences: one for each thing that is not as before.
    """
    with environment.throw_away(setup, "upgrade") as name, tempfile.TemporaryDirectory() as folder:
        old = version_before(setup, Path(folder))
        environment.copy(setup, environment.template(setup), name)
        environment.odoo(old, name, "-i", environment.ADDON, "--without-demo=True", log=f"{name}_before")
        month = old.addon / "dev" / "demo_story.py"
        environment.story(old, name, month, log=f"{name}_month", stdout=subprocess.PIPE)
        keys = environment.CHECKOUT / "dev" / "upgrade_keys_story.py"
        environment.story(old, name, keys, log=f"{name}_keys")
        before = read(old, name, Path(folder) / "before.json")
        log = environment.odoo(setup, name, "-u", environment.ADDON, log=name)
        after = read(setup, name, Path(folder) / "after.json")
    texts = sum(len(texts) for fields in before["sentences"].values() for texts in fields.values())
    environment.say(
        f"upgrade: {texts} texts, {sum(map(len, before['ledger'].values()))} rows of the ledger and "
        f"{sum(map(len, before['keys'].values()))} keys compared"
    )
    languages = (before["norwegian"], after["norwegian"])
    return log, compare(before, after, [wordings(*languages), wordings(*languages, OF_THE_PAST)])


def version_before(setup, folder):
    """Unpack the version before; return the set-up in which Odoo finds it in this one's place."""
    addon = folder / "addons" / environment.ADDON
    addon.mkdir(parents=True)
    archive = folder / "before.tar"
    environment.run(["git", "-C", environment.CHECKOUT, "archive", f"--output={archive}", BEFORE])
    environment.run(["tar", "-xf", archive, "-C", addon])
    config = folder / "odoo.conf"
    config.write_text(setup.config.read_text().replace(str(setup.addon.parent), str(addon.parent)))
    variables = {**setup.variables, "ODOO_RC": str(config)}
    return SimpleNamespace(**{**vars(setup), "addon": addon, "config": config, "variables": variables})


def wordings(norwegian_then, norwegian_now, instead=None):
    """Return the :class:`Wording` of each sentence, in English and in Norwegian, the most particular first.

    :param dict norwegian_then: the translations as they were, by the English wording. ``norwegian_now``: as they are.
    :param dict instead: the codes of sentences to those that are said in their place.
    """
    now = {}
    former = environment.CHECKOUT / "models" / "former_sentences.py"
    for path in (*environment.CHECKOUT.glob("[a-z]*/**/sentences.py"), former):
        (catalogue,) = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Dict))
        for code, sentence in zip(catalogue.keys, catalogue.values, strict=True):
            now[code.value] = sentence.args[0].value
    found = {}
    for wording, code in json.loads(WORDINGS.read_text()).items():
        if code not in now:
            # nothing reports it any more; where it is stored all the same, the texts differ
            continue
        said = now[(instead or {}).get(code, code)]
        found[wording] = said
        if norwegian := norwegian_then.get(wording):
            found[norwegian] = norwegian_now[said]
    found = sorted(found.items(), key=lambda pair: -len(PLACEHOLDER.sub("", pair[0])))
    return [Wording(then, now) for then, now in found]


def read(setup, name, path):
    """Return what dev/upgrade_story.py finds in a database."""
    story = environment.CHECKOUT / "dev" / "upgrade_story.py"
    environment.story(setup, name, story, path, log=f"{name}_read")
    return json.loads(path.read_text())


def compare(before, after, reworded):
    """Return a list of sentences: one for each part of the ledger, each shop's keys, and each text, not as before.

    Fields that only one of the versions has are left out.

    :param reworded: one list of :class:`Wording` for each way in which a sentence may read now.
    """
    found = []
    for name, rows in before["ledger"].items():
        then, now = Counter(rows), Counter(after["ledger"][name])
        found += [f"{name}: {row} is gone" for row in then - now]
        found += [f"{name}: {row} is new" for row in now - then]
    for shop in sorted(before["keys"].keys() | after["keys"].keys()):
        then, now = before["keys"].get(shop), after["keys"].get(shop)
        if then != now:
            found.append(f"keys of {shop}:\n    before: {then}\n    now:    {now}")
    for language, fields in before["sentences"].items():
        for field in sorted(fields.keys() & after["sentences"][language].keys()):
            then, now = fields[field], after["sentences"][language][field]
            for number in sorted(then.keys() | now.keys(), key=int):
                lines = zip_longest(then.get(number, "").splitlines(), now.get(number, "").splitlines(), fillvalue="")
                if not all(any(reword(line, each) == said for each in reworded) for line, said in lines):
                    texts = f"    before: {then.get(number)}\n    now:    {now.get(number)}"
                    found.append(f"{field} of {number} in {language}:\n{texts}")
    return found


class Wording:
    """A sentence as it was and as it is, with ``%(name)s`` for its values."""

    def __init__(self, then, now):
        self.now = now
        parts = PLACEHOLDER.split(then.replace("%%", "%"))
        self.names = parts[1::2]
        #: Its longest words, by which most texts are told apart without the pattern.
        self.key = max(parts[::2], key=len)
        self.pattern = re.compile("(.+?)".join(map(re.escape, parts[::2])))

    def read(self, text):
        """Return the values in a text that is this sentence, else None."""
        match = self.key in text and self.pattern.fullmatch(text)
        return dict(zip(self.names, match.groups(), strict=True)) if match else None


def reword(text, reworded):
    """Return a text as it reads now: the value of a placeholder is kept, and reworded itself."""
    indent = text[: len(text) - len(text.lstrip())]
    for wording in reworded:
        values = wording.read(text.lstrip())
        if values is not None and wording.key:
            if not values:
                return indent + wording.now
            return indent + wording.now % {name: reword(value, reworded) for name, value in values.items()}
    return text
