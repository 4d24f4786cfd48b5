"""Names that people type, made plain text of a sensible length."""

import unicodedata

from aelib.core.errors import LabError

MAX_NAME, MAX_IDENTIFIER, MAX_TITLE = 40, 80, 60  # characters
_JOINER = "\u200d"  # of emoji that are made of several


def plain(text: str, most: int) -> str:
    """The text without control characters and marks that change its direction, and with single spaces. Raises LabError
    if it has more than `most` characters."""
    kept = "".join(c if c == _JOINER or unicodedata.category(c)[0] != "C" else " " for c in text[: 10 * most])
    found = " ".join(unicodedata.normalize("NFC", kept).split()).strip(_JOINER)
    if len(found) > most or len(text) > 10 * most:
        raise LabError("This has {count:,} characters: give at most {most}.", count=len(text), most=most)
    return found


def person_name(text: str) -> str:
    """The name of a student. Raises LabError if it is empty or too long."""
    found = plain(text, MAX_NAME)
    if not found:
        raise LabError("Give a name or a nickname, so that your teacher knows who you are.")
    return found


def folded(name: str) -> str:
    """The name without case and width: it is equal for two names that look alike."""
    return unicodedata.normalize("NFKC", name).casefold()


def told_apart(name: str, taken: set[str]) -> str:
    """The name, with a number behind it if somebody has it already. taken: folded names."""
    found, number = name, 2
    while folded(found) in taken:
        found, number = f"{name} ({number})", number + 1
    return found
