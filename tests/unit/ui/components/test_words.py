"""The texts that components write in the browser are listed, so that they are translated."""

import re
from pathlib import Path

import pytest

from aelib.core.language import speaking
from aelib.ui.components import canvas, words

FOLDER = Path(canvas.__file__).parent


COMPONENTS = sorted(
    path.stem
    for path in FOLDER.glob("*.py")
    if path.with_suffix(".js").exists() and " = component(" in path.read_text(encoding="utf-8")
)
SAID = re.compile(r'\bsay\("([^"]+)"')
KEYS = {"Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"}  # of a keyboard


def _parts(name: str) -> list[str]:
    """The component and what stands before it: the names in its Python that are names of scripts."""
    python = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    return [name, *(one for one in re.findall(r'"(\w+)"', python) if one != name and (FOLDER / f"{one}.js").exists())]


def _code(name: str) -> str:
    return "".join((FOLDER / f"{one}.js").read_text(encoding="utf-8") for one in _parts(name))


@pytest.mark.parametrize("name", COMPONENTS)
def test_every_text_of_a_component_is_listed_and_every_listed_text_is_used(name: str) -> None:
    code, python = _code(name), (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    python += (FOLDER / "net.py").read_text(encoding="utf-8") if "net" in code else ""
    written = set(SAID.findall(code))
    listed = words.WORDS.get(name, ())
    assert written <= set(listed)
    fixed = {" ".join(text.split()) for text in re.findall(r'aria-label="([^"]+)"', python)}
    for text in listed:
        assert text in written | fixed or f">{text}<" in python or f">{text} <" in python, text


def test_what_stands_in_the_html_of_live_is_listed() -> None:
    python = (FOLDER / "live.py").read_text(encoding="utf-8")
    html = python[python.index('"""<div') : python.index("</div></div></div>")]
    texts = [*re.findall(r'aria-label="([^"]+)"', html), *re.findall(r">([^<>]*\w[^<>]*)<", html)]
    assert len(texts) > 10
    assert [one for one in (" ".join(text.split()) for text in texts) if one not in words.WORDS["live"]] == []


def test_live_writes_no_words_that_are_not_said() -> None:
    code = SAID.sub("say(", re.sub(r"^ *//.*| // .*", "", _code("live"), flags=re.MULTILINE))
    texts = [one or other for one, other in re.findall(r'"([^"\n]*)"|`([^`]*)`', code)]
    assert len(texts) > 50
    assert {one for one in texts if re.search(r"\b[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+", one)} <= KEYS


def test_texts_are_in_the_language_of_the_session() -> None:
    with speaking("es"):
        assert words.said("replay")["Pause"] == "Pausa"
    assert words.said("replay") == {}
