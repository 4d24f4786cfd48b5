"""The catalogues have every text of the source, and nothing else."""

import ast
import pickle
import string
from collections.abc import Iterator

import pytest

from aelib.core.errors import LabError
from aelib.core.language import ENGLISH, LANGUAGES, Language, Lazy, speaking
from tools import messages

TRANSLATED = [language for code, language in LANGUAGES.items() if code != ENGLISH]


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda one: one.code)
def test_every_text_is_translated(language: Language) -> None:
    found = messages.catalogue(language)
    found.update(messages.template(), no_fuzzy_matching=True)
    assert messages.missing(found) == [], "run `python -m tools.messages`, and translate what it names"


@pytest.mark.parametrize("language", TRANSLATED, ids=lambda one: one.code)
def test_translations_keep_their_placeholders_and_are_used(language: Language) -> None:
    found = messages.catalogue(language)
    assert messages.broken(found) == []
    assert messages.unused(found) == [], "run `python -m tools.messages`"


def test_texts_are_found_where_they_are_marked_and_declared() -> None:
    found = {text.one for text in messages.texts()}
    assert "Home" in found, "the argument of _"
    assert "Hand in" in found, "of N_"
    assert "Dense autoencoder" in found, "of a record"


def _said() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Where a sentence is made that is translated later, the call, and its text: errors, `Lazy`, problems."""
    for file in messages.sources():
        if file.suffix != ".py":  # a template raises nothing
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            places = {"Problem": (2, 3), "_damaged": (1,)}.get(name, (0,) if name in ("Lazy", *messages.ERRORS) else ())
            where = f"{file.relative_to(messages.ROOT).as_posix()}:{node.lineno}"
            yield from ((where, node, node.args[place]) for place in places if place < len(node.args))


def test_no_error_is_glued_from_parts() -> None:
    def glued(text: ast.expr) -> bool:
        added = isinstance(text, ast.BinOp) and isinstance(text.op, ast.Add | ast.Mod)
        return added or any(isinstance(one, ast.JoinedStr) for one in ast.walk(text))

    found = [where for where, _, text in _said() if glued(text)]
    assert found == [], "write a text with {names} for its values, which a catalogue can have"


def test_every_error_has_the_values_of_its_placeholders() -> None:
    wrong = []
    for where, call, text in _said():
        values = {keyword.arg for keyword in call.keywords}
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and values and None not in values:
            names = {name for _, name, _, _ in string.Formatter().parse(text.value) if name is not None}
            wrong += [f"{where}: {names ^ values}"] * (names != values)
    assert wrong == []


def test_an_error_is_in_the_language_of_who_reads_it() -> None:
    inner = LabError("There is no preset {name!r}: choose one that exists, such as {near}.", name="a{b}", near="font")
    again = pickle.loads(pickle.dumps(LabError("{name}: {error}", name="x.json", error=inner)))
    assert str(again) == "x.json: There is no preset 'a{b}': choose one that exists, such as font."
    with speaking("es"):
        assert str(again) == "x.json: No hay ninguna configuración 'a{b}': elegir una que exista, por ejemplo font."
        assert str(LabError(again.text)) == str(again)
    with speaking("pt-BR"):
        assert (
            str(
                Lazy(
                    "Numbers from {low:.4g} to {high:.4g}: read as {least} to {most:,.0f}.",
                    low=0.5,
                    high=1,
                    least=0,
                    most=65535,
                )
            )
            == "Números de 0,5 a 1: lidos como de 0 a 65.535."
        )
