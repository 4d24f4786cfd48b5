"""A grey image to draw on with a brush, and the net's output for it after every stroke (sketch.js)."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .canvas import component
from .net import NetData

SKETCH_HTML = """<div class="ae paint sketch"><div class="pair"><canvas class="point" tabindex="0" role="img"
aria-label="Image to draw on. Arrow keys move, Enter draws or erases."></canvas>
<canvas class="made" role="img" aria-label="What the net makes of it" hidden></canvas></div>
<div class="bar"><button type="button" aria-pressed="false">Erase</button><button type="button">Clear</button></div>
</div>"""
_sketch = component("sketch", SKETCH_HTML, "net")


def sketch(
    shape: tuple[int, int, int],
    background: int,
    light: bool,
    before: object,
    key: str,
    on_draw: Callable[[], None],
    net: NetData | None = None,
    label: int = 0,
) -> Any:
    """An empty grey image of such a shape (1 × height × width). background: its value, 0 or 1; light: whether 1 is
    white, else ink; before: `levels` of the previous result, which `levels_of` reads; net: with its encoder,
    its output follows every stroke; label: the class that a conditional net is told."""
    given = before if isinstance(before, str) else ""
    data = {"shape": list(shape), "background": background, "light": light, "levels": given, "net": net, "label": label}
    return _sketch(data=data, key=key, on_levels_change=on_draw)


def levels_of(sent: object, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """How much of each pixel is drawn, 0 to 1, as the browser has sent it; anything else counts as an empty image."""
    empty = np.zeros(shape, np.float32)
    if not isinstance(sent, str) or len(sent) > 2 * empty.size + 8:
        return empty
    try:
        content = base64.b64decode(sent, validate=True)
    except (binascii.Error, ValueError):
        return empty
    if len(content) != empty.size:
        return empty
    return np.frombuffer(content, np.uint8).reshape(shape).astype(np.float32) / np.float32(255)
