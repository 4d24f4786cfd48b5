"""The languages of the interface. English texts are the source and are written in the code; catalogues have the others.

- `_("Text with {name}", name=value)` is the text in the language of this session, with its numbers as that language
  writes them. Look it up when it is shown, never at import.
- `N_("Text")` marks a text that is declared at import (a label, a record). `_` translates it where it is shown. What is
  declared stays English, so keys, options, digests and addresses do not depend on a language.
- `@translated("label")` above a dataclass: this field is declared in English and read in the current language.
- `Lazy("Text with {name}", name=value)` is a text with its values that is translated each time it is shown: a part of
  an error, or the stored message of a finished training run. Its values may be `Lazy` too.
- `ngettext("{n} map", "{n} maps", n)` chooses between one and many.

The language is the first of these that is set: what `speaking` has set in this context, what the app reports for its
session (`ask_session`), what `use` has set for the process (the command line), English.
"""

import functools
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from . import catalogue

FOLDER = Path(__file__).parents[1] / "locale"
DOMAIN = "aelib"

T = TypeVar("T")


@dataclass(frozen=True)
class Language:
    """One language.

    Attributes:
        code: as in `<html lang>` and in an address.
        name: in the language itself.
        comma: whether it writes 0,5 and 1.000 where English writes 0.5 and 1,000.
        day: how it writes a date, as in `strftime`.
        plural: which plural form a count takes: 0 for one, 1 for many.
        plural_forms: the same for the header of the catalogue.
    """

    code: str
    name: str
    comma: bool = False
    day: str = "%d/%m/%Y"
    plural: Callable[[int], int] = lambda n: int(n != 1)
    plural_forms: str = "nplurals=2; plural=(n != 1);"

    @property
    def catalogue(self) -> Path:
        return FOLDER / self.code.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


ENGLISH = "en"
LANGUAGES: dict[str, Language] = {
    one.code: one
    for one in (
        Language(ENGLISH, "English", day="%Y-%m-%d"),
        Language("es", "Español", comma=True),
        Language(
            "pt-BR",
            "Português (Brasil)",
            comma=True,
            plural=lambda n: int(n > 1),
            plural_forms="nplurals=2; plural=(n > 1);",
        ),
    )
}

_spoken: ContextVar[str | None] = ContextVar("language", default=None)
_process = ENGLISH
_session: Callable[[], str | None] | None = None


def current() -> str:
    """The code of the language in which texts are shown at this moment."""
    return _spoken.get() or (_session and _session()) or _process


def use(code: str) -> None:
    """Set the language that this process uses if neither the context nor the session sets one. Raises KeyError."""
    global _process
    _process = LANGUAGES[code].code


def ask_session(session: Callable[[], str | None]) -> None:
    """Register a function that returns the language of the current thread's session: a code, or None outside a
    session."""
    global _session
    _session = session


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Use this language inside the block, in this thread alone. Raises KeyError if it is unknown."""
    token = _spoken.set(LANGUAGES[code].code)
    try:
        yield
    finally:
        _spoken.reset(token)


def matching(tags: str) -> str | None:
    """The first of our languages in a list that a browser or a system requests, such as "es-AR,es;q=0.9,en;q=0.8" or
    "pt_BR.UTF-8". A language without a country matches: "pt" is Brazilian Portuguese. None if no language matches."""
    weighted = []
    for tag in re.split(r"[,:]", tags):
        name, _weight, quality = tag.partition(";q=")
        try:
            weighted.append((-float(quality or 1), name.strip()))
        except ValueError:
            continue
    for _weight, name in sorted(weighted, key=lambda one: one[0]):
        primary = re.split(r"[-_.@]", name.lower())[0]
        found = next((code for code in LANGUAGES if code.lower().split("-")[0] == primary), None)
        if found is not None:
            return found
    return None


def _(text: str, /, **values: Any) -> str:
    """The text in the current language. values: for its placeholders `{name}` and `{name:.2f}`."""
    code = current()
    if code != ENGLISH:
        text = _messages(code).get(text, (text,))[0]
    return _filled(text, values, code) if values else text


def N_(text: str) -> str:  # noqa: N802 - gettext's name
    """The same text, marked for translation: `_` translates it where it is shown."""
    return text


class Lazy:
    """A text that is translated when it is shown, possibly in another session or on another day.

    Args:
        text: in English, with a placeholder `{name}` for each of the `values`.
    """

    def __init__(self, text: str, /, **values: Any) -> None:
        self.text, self.values = text, values

    def __str__(self) -> str:
        return _(self.text, **self.values)

    def __repr__(self) -> str:
        return f"Lazy({self.text!r}, **{self.values!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lazy) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        return hash(self.text)


def translated(*fields: str) -> Callable[[type[T]], type[T]]:
    """A class decorator for dataclasses: these fields are declared in English and read in the current language."""

    def decorate(record: type[T]) -> type[T]:
        for name in fields:
            setattr(record, name, _Translated(name))
        return record

    return decorate


class _Translated:
    """A field of a dataclass that is translated when it is read."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, record: Any, owner: type) -> Any:
        return self if record is None else _(record.__dict__[self.name])

    def __set__(self, record: Any, value: str) -> None:
        record.__dict__[self.name] = value


def ngettext(one: str, many: str, n: int, /, **values: Any) -> str:
    """The text for a count, in the current language. `{n}` in it is the count; values: for other placeholders."""
    code = current()
    forms = (one, many) if code == ENGLISH else _messages(code).get(one, (one, many))
    return _filled(forms[min(LANGUAGES[code].plural(n), len(forms) - 1)], {"n": n, **values}, code)


def number(value: float, form: str = "") -> str:
    """A number as the current language writes it. form: as in `format`: ",.1f"."""
    return _number(value, form, current())


def date_text(when: str) -> str:
    """A date and time as the current language writes them, to the minute. when: ISO 8601, as in `Run.created`."""
    moment = datetime.fromisoformat(when)
    return f"{moment:{LANGUAGES[current()].day}} {moment:%H:%M}"


def separators() -> str:
    """The decimal mark and the thousands separator, as Plotly's layout expects them."""
    return ",." if LANGUAGES[current()].comma else ".,"


def _filled(text: str, values: Mapping[str, Any], code: str) -> str:
    return text.format(**values) if not LANGUAGES[code].comma else _WithComma(code).vformat(text, (), values)


def _number(value: Any, form: str, code: str) -> str:
    text = format(value, form)
    return text.translate(_SWAPPED) if LANGUAGES[code].comma else text


_SWAPPED = str.maketrans(",.", ".,")


class _WithComma(string.Formatter):
    """Formats numbers with a decimal comma; everything else is as in `str.format`."""

    def __init__(self, code: str) -> None:
        self.code = code

    def format_field(self, value: Any, format_spec: str) -> str:
        is_number = hasattr(value, "__float__") and not isinstance(value, str | bool)
        if is_number and not isinstance(value, Sequence):
            return _number(value, format_spec, self.code)
        return str(super().format_field(value, format_spec))


@functools.cache
def _messages(code: str) -> catalogue.Messages:
    """The catalogue of a language; read once in a process."""
    return catalogue.read(LANGUAGES[code].catalogue)
