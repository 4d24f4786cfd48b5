"""One grey image to paint on, and the net's output for it after every stroke (paint.js)."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from .canvas import component, encoded
from .net import NetData

PAINT_HTML = """<div class="ae paint"><div class="pair"><canvas class="point" tabindex="0" role="img"
aria-label="Image to paint on. Arrow keys move, Enter inverts a pixel."></canvas>
<canvas class="made" role="img"
aria-label="What the net makes of it" hidden></canvas></div><div class="bar"><button type="button">Clear</button>
<span class="status"></span></div></div>"""
_paint = component("paint", PAINT_HTML, "net")


def paint(
    pixels: NDArray[Any], flipped: list[int], key: str, on_paint: Callable[[], None], net: NetData | None = None
) -> Any:
    """One grey image (1 × height × width, 0 to 1) on which painting inverts pixels. flipped: indices of the inverted
    pixels; the result's `flipped` has those after painting. net: with its encoder; its output is drawn beside
    the image and follows every stroke."""
    data = {"shape": list(pixels.shape), "pixels": encoded(pixels), "flipped": flipped, "net": net}
    return _paint(data=data, key=key, on_flipped_change=on_paint)
