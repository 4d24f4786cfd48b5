"""Reads GNU gettext catalogues (.po) directly, so that nothing has to be compiled first.

The format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

Messages = dict[str, tuple[str, ...]]  # English text -> its translations: one, or one for each plural form

_LINE = re.compile(r'(?:(msgid_plural|msgid|msgstr)(?:\[(\d)\])? )?(".*")')


def read(file: Path) -> Messages:
    """The translated messages of a catalogue. Fuzzy, obsolete and empty ones are left out. Raises OSError."""
    found: Messages = {}
    for entry in file.read_text(encoding="utf-8").split("\n\n"):
        if re.search(r"^#,.*\bfuzzy\b", entry, re.MULTILINE):
            continue
        fields = dict(_fields(entry))
        texts = tuple(fields[key] for key in ("msgstr", "msgstr0", "msgstr1") if fields.get(key))
        if fields.get("msgid") and texts:
            found[fields["msgid"]] = texts
    return found


def _fields(entry: str) -> Iterator[tuple[str, str]]:
    """msgid, msgid_plural, msgstr (or msgstr0, msgstr1) of one entry, with their texts."""
    name, pieces = "", [""]
    for line in entry.splitlines():
        if (match := _LINE.fullmatch(line)) is None:  # a comment
            continue
        if match[1]:
            if name:
                yield name, "".join(pieces)
            name, pieces = match[1] + (match[2] or ""), []
        pieces.append(json.loads(match[3]))  # escapes of .po files that Babel writes are also JSON's
    if name:
        yield name, "".join(pieces)
