"""Everything that a part of a theory page shows is said in the session's language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelib.core.language import speaking
from aelib.ui.theory import parts
from aelib.ui.theory.parts.words import WORDS

FILES = sorted(Path(parts.__file__).parent.glob("*.js"))
PARTS = [file for file in FILES if file.stem != "loader" and "export default" in file.read_text(encoding="utf-8")]
SAID = re.compile(r'\bsay\("([^"]+)"')
# A literal of more than one word, or that begins as a sentence does.
WORDY = re.compile(r"[A-Za-z]{2,}[,.:;?]? [A-Za-z]|[A-Za-z][,.:;?]? [A-Za-z]{2,}|^[A-Z][a-z]")
# Before a literal: what it goes to shows it, however short it is.
SHOWS = re.compile(
    r"(?:\b(?:write\(context, |(?:button|slider|select|toggle|chips|numbers|surface|tell)\(|table\(\[)|textContent(?: =|:) )$"
)
CODE = ("px sans-serif", "(prefers-reduced-motion: reduce)", "columns three")


def _literals(code: str) -> Iterator[tuple[str, str]]:
    """Each string of the code, and each piece of text in its templates, with the code before it."""
    at = 0
    while at < len(code):
        if code.startswith("//", at):
            at = code.find("\n", at) % (len(code) + 1)
        elif code[at] in "\"'":
            end = at + 1
            while code[end] != code[at]:
                end += 2 if code[end] == "\\" else 1
            yield code[:at], code[at + 1 : end]
            at = end + 1
        elif code[at] == "`":
            before, at, piece = code[:at], at + 1, ""
            while code[at] != "`":
                if code.startswith("${", at):
                    yield before, piece
                    begin = at = at + 2
                    while code[at] != "}" or code[begin:at].count("{") > code[begin:at].count("}"):
                        at += 1
                    yield from _literals(code[begin:at])
                    piece = ""
                else:
                    piece += code[at]
                at += 1
            yield before, piece
            at += 1
        else:
            at += 1


def _raw(code: str) -> list[str]:
    """The literals that a person would read in English, whatever the language."""
    return [
        text
        for before, text in _literals(code)
        if text not in CODE
        and not re.search(r"\bsay\($", before)
        and (WORDY.search(text) or (SHOWS.search(before[-40:]) and re.search("[A-Za-z]{3,}", text)))
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_every_text_of_a_module_is_listed_and_every_listed_text_is_used(file: Path) -> None:
    code = file.read_text(encoding="utf-8")
    assert set(SAID.findall(code)) == set(WORDS.get(file.name, ()))
    assert re.findall(r"\bsay\([^\"].{0,20}", code) == [], "a text that is put together is in no list"


def test_words_are_those_of_modules_that_there_are() -> None:
    assert set(WORDS) <= {file.name for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda one: one.stem)
def test_nothing_is_shown_that_is_not_said(file: Path) -> None:
    assert _raw(file.read_text(encoding="utf-8")) == [], "write say(…), or list it as CODE"


def test_english_is_found_wherever_it_hides() -> None:
    code = """
      // A comment is "for those who read code".
      box.tell(`Loss ${shown(loss)} after ${say("layer {n}", { n: `${i}` })}`);
      row(slider("rate", {}), button(on ? "Pause" : say("Play")), element("span", { className: "row", textContent: "none" }));
      throw "the net's \\"weights\\"";
    """
    assert _raw(code) == ["Loss ", " after ", "rate", "Pause", "none", 'the net\'s \\"weights\\"']


@pytest.mark.parametrize("file", PARTS, ids=lambda one: one.stem)
def test_a_part_is_given_all_its_texts_in_the_language_of_the_session(file: Path) -> None:
    assert parts.data(file.stem, {})["texts"] == {}
    with speaking("es"):
        given = parts.data(file.stem, {})
    assert given["language"] == "es"
    assert given["version"] != parts.data(file.stem, {})["version"], "another language starts the part anew"
    modules = [name for name, _ in given["modules"]]
    assert "controls.js" in modules, "the loader gives `say` to it"
    written = {text for name in ("loader.js", *modules) for text in WORDS.get(name, ())}
    assert set(given["texts"]) <= written
    assert given["texts"]["Pause"] == "Pausa"
