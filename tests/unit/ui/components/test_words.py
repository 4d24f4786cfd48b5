"""The texts that components write in the browser are listed, so that they are translated."""

import re
from pathlib import Path

import pytest

from aelib.core.language import speaking
from aelib.ui.components import canvas, words

FOLDER = Path(canvas.__file__).parent


def _code(name: str) -> str:
    files = [FOLDER / f"{name}.js"]
    if '"net"' in (FOLDER / f"{name}.py").read_text(encoding="utf-8"):
        files.append(FOLDER / "net.js")
    return "".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("name", sorted(words.WORDS))
def test_every_text_of_a_component_is_listed_and_every_listed_text_is_used(name: str) -> None:
    code, python = _code(name), (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    python += (FOLDER / "net.py").read_text(encoding="utf-8") if "net" in code else ""
    written = set(re.findall(r'say\("([^"]+)"', code))
    assert written <= set(words.WORDS[name])
    fixed = {" ".join(text.split()) for text in re.findall(r'aria-label="([^"]+)"', python)}
    for text in words.WORDS[name]:
        assert text in written | fixed or f">{text}<" in python or f">{text} <" in python, text


def test_texts_are_in_the_language_of_the_session() -> None:
    with speaking("es"):
        assert words.said("replay")["Pause"] == "Pausa"
    assert words.said("replay") == {}
