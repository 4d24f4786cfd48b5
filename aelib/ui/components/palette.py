"""Images to choose from (palette.js)."""

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from .canvas import component, encoded

_palette = component("palette", """<div class="ae palette" role="group" aria-label="Pictures to choose from"></div>""")


def palette(
    pixels: NDArray[Any], names: Sequence[str], chosen: Sequence[int], key: str, on_choice: Callable[[], None]
) -> Any:
    """Images (n × channels × height × width, as drawn) to select from. chosen: indices of the selected ones; the
    result's `chosen` has those after a click."""
    data = {"shape": list(pixels.shape[1:]), "pixels": encoded(pixels), "names": list(names), "chosen": list(chosen)}
    return _palette(data=data, key=key, on_chosen_change=on_choice)
