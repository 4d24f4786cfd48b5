"""One grey image to paint on (paint.js)."""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from .canvas import component, encoded

_paint = component(
    "paint",
    """<div class="ae paint"><canvas class="point" tabindex="0" role="img"
aria-label="Image to paint on. Arrow keys move, Enter inverts a pixel."></canvas>
<div class="bar"><button type="button">Clear</button><span class="status"></span></div></div>""",
)


def paint(pixels: NDArray[Any], flipped: list[int], key: str, on_paint: Callable[[], None]) -> Any:
    """One grey image (1 × height × width, 0 to 1) on which painting inverts pixels. flipped: indices of the inverted
    pixels; the result's `flipped` has those after painting."""
    data = {"shape": list(pixels.shape), "pixels": encoded(pixels), "flipped": flipped}
    return _paint(data=data, key=key, on_flipped_change=on_paint)
