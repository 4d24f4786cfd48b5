"""Code that all interactive canvases share. They are written in plain JavaScript.

Each has its own module, NAME.py with NAME.js. Data goes to the browser as numbers and base64 pixels, never inside HTML.
"""

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from aelib.core.language import current

from .words import said

_HERE = Path(__file__).parent

_CSS = """
:host, .ae { color: var(--st-text-color); font-family: var(--st-font); }
canvas { display: block; touch-action: pan-y; border-radius: 6px; }
.ae canvas.point { cursor: crosshair; }
.paint canvas { touch-action: none; border: 1px solid #8a93a3; padding: 4px; background: rgb(250, 249, 245); }
.paint .pair { display: flex; flex-wrap: wrap; gap: 16px; }
.paint .made:not([hidden]) { display: block; touch-action: pan-y; border-color: #db2777; }
.paint .made[hidden] { display: none; }
.sketch button[aria-pressed=true] { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.noisy label { flex: 1; display: flex; gap: 12px; align-items: center; max-width: 640px; }
.paint .bar, .mix .bar { margin-top: 8px; }
.palette { display: flex; flex-wrap: wrap; gap: 4px; }
.palette button { padding: 3px; line-height: 0; background: none; border: 2px solid transparent; }
.palette button[aria-pressed=true] { border-color: var(--st-primary-color); }
.palette canvas { image-rendering: pixelated; border: 1px solid #8a93a3; padding: 2px; background: rgb(250, 249, 245);
  border-radius: 0; }
.bench .two { gap: 12px; margin-top: 4px; }
.bench canvas.points, .bench canvas.curve { touch-action: pan-y; }
.atlas .pair { display: flex; flex-wrap: wrap; gap: 16px; }
.atlas .pair > div { flex: 1 1 300px; min-width: 0; }
.atlas .chosen { display: flex; gap: 12px; align-items: center; }
.beside { display: flex; flex-wrap: wrap; gap: 16px; }
.beside > .main { flex: 3 1 320px; min-width: 0; }
.beside > .code { flex: 1 1 220px; min-width: 0; }
.code select, .code output { font: inherit; color: inherit; }
.code select { background: var(--st-secondary-background-color); border: 1px solid var(--st-border-color);
  border-radius: 6px; padding: 0.2em; max-width: 11em; }
.code .made { flex: none; }
.code .numbers { max-height: 330px; overflow-y: auto; font-size: 0.9rem; }
.code .numbers label { display: flex; gap: 8px; align-items: center; padding: 2px 4px; }
.code .numbers span { min-width: 2.2em; }
.code .numbers input { flex: 1; min-width: 0; accent-color: var(--st-primary-color); }
.code .numbers output { min-width: 3.6em; text-align: right; font-variant-numeric: tabular-nums; }
canvas:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.live { font-size: 0.9rem; }
.live .wrap { flex-wrap: wrap; gap: 6px 8px; }
.live .two { display: flex; }
.live .edge[hidden], .live.brief :is(.choices, .layers, .step, .undo, .keep, .look) { display: none; }
.live button { padding: 0.2em 0.5em; }
.live select { font: inherit; color: inherit; background: var(--st-secondary-background-color); padding: 0.2em;
  max-width: 11em; border: 1px solid var(--st-border-color); border-radius: 6px; }
@supports (field-sizing: content) { .live select { field-sizing: content; max-width: 17em; } }
.live .note { color: var(--st-red-text-color, #b91c1c); }
.status { font-size: 0.9rem; min-height: 1.5em; font-variant-numeric: tabular-nums; }
.bar { display: flex; gap: 12px; align-items: center; margin-bottom: 6px; }
.bar input { flex: 1; accent-color: var(--st-primary-color); }
button:disabled { opacity: 0.4; cursor: default; }
button { white-space: nowrap; font: inherit; color: inherit; padding: 0.3em 0.9em; cursor: pointer; border-radius: 6px;
  border: 1px solid var(--st-border-color); background: var(--st-secondary-background-color); }
"""


def component(name: str, html: str, *before: str) -> Callable[..., Any]:
    """The component of NAME.js, preceded by the shared code in common.js and in the files `before`. Its data
    include its texts in the session's language, see words.py."""
    script = "".join((_HERE / f"{one}.js").read_text(encoding="utf-8") for one in ("common", *before, name))
    mounted = st.components.v2.component(f"aelib.{name}", html=html, css=_CSS, js=script)

    def draw(data: Mapping[str, Any], **more: Any) -> Any:
        return mounted(data={**data, "texts": said(name), "language": current()}, **more)

    return draw


def encoded(pixels: NDArray[Any]) -> str:
    """Encode pixels in 0..1 (or uint8) as base64 of uint8."""
    if pixels.dtype != np.uint8:
        pixels = (np.clip(np.nan_to_num(pixels), 0, 1) * 255).round().astype(np.uint8)
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()


def floats(numbers: NDArray[Any]) -> str:
    """Encode numbers as base64 of float32, little-endian."""
    return base64.b64encode(np.ascontiguousarray(numbers, "<f4").tobytes()).decode()
