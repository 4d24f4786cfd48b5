"""Interactive parts of the theory pages: plain ES modules that need no server once they are loaded.

A part is a module NAME.js whose default export, (root, given), builds it into `root`. It imports controls.js and
chart.js from here, and whatever it needs of the engine in `aelib/browser/engine`. `part` draws one. Its texts are in
the session's language: `say` of controls.js, listed in words.py.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from aelib.browser.modules import FOLDER, needed
from aelib.core.language import current
from aelib.ui.components import canvas
from aelib.ui.components.words import translations

from .words import WORDS

_HERE = Path(__file__).parent
_COMMON = (Path(canvas.__file__).parent / "common.js").read_text(encoding="utf-8")
_SHARED = ("bytes", "sprite", "onPaper", "ellipse", "fit", "themed", "frame")  # what the parts use of common.js
LOADER = _COMMON + (_HERE / "loader.js").read_text(encoding="utf-8")

_part = st.components.v2.component(
    "aelib.theory",
    html="""<div class="ae theory"></div>""",
    css=(_HERE / "theory.css").read_text(encoding="utf-8"),
    js=LOADER,
)


def part(name: str, given: Mapping[str, Any] | None = None, version: str = "") -> None:
    """Draw the part of NAME.js. given: its data, as JSON; version: if it or the language changes, the part restarts."""
    _part(data=data(name, given or {}, version), key=name)


def data(name: str, given: Mapping[str, Any], version: str = "") -> dict[str, Any]:
    """The data that loader.js needs, in the language of this session."""
    modules, language = texts(name), current()
    said = translations(text for file, _ in (("loader.js", ""), *modules) for text in WORDS.get(file, ()))
    return {
        "entry": f"{name}.js",
        "modules": modules,
        "given": given,
        "version": f"{language} {version}",
        "texts": said,
        "language": language,
    }


@functools.cache
def texts(name: str) -> tuple[tuple[str, str], ...]:
    """(file name, text) of the part's module and of all that it needs, each after those that it imports."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in (*FOLDER.glob("*.js"), *_HERE.glob("*.js"))}
    sources["common.js"] = f"{_COMMON}\nexport {{ {', '.join(_SHARED)} }};\n"
    return needed([f"{name}.js"], sources)
