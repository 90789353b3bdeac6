"""Write the generated parts of doc/. Run by dev/documents."""

import re
import sys
from pathlib import Path

from documents_messages import messages_table
from documents_overrides import overrides_table

CHECKOUT = Path(__file__).resolve().parents[1]

#: The kind of a generated part, to what makes it of the words that follow the kind.
MAKERS = {"messages": messages_table, "overridden methods": overrides_table}

PART = re.compile(rf"<!-- ({'|'.join(MAKERS)}):? ?(.*?) -->\n.*?<!-- end -->", re.DOTALL)


def written(text, checkout=CHECKOUT):
    """Return a document with its generated parts as they should be."""
    taken = set()

    def part(found):
        kind, words = found.groups()
        head = f"<!-- {kind}{': ' + words if words else ''} -->"
        return f"{head}\n\n{MAKERS[kind](checkout, words.split(), taken)}\n\n<!-- end -->"

    return PART.sub(part, text)


def main(arguments):
    """Write all documents, or say which are not as they should be."""
    stale = []
    for path in sorted((CHECKOUT / "doc").rglob("*.md")):
        before = path.read_text()
        after = written(before)
        if after != before:
            stale.append(path.name)
            if "--check" not in arguments:
                path.write_text(after)
    if "--check" in arguments and stale:
        return f"Not as the program is: {', '.join(stale)}. Run dev/documents."
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
