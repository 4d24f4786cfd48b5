"""Pictures to choose from (palette.js)."""

from collections.abc import Callable, Sequence
from typing import Any

from numpy.typing import NDArray

from .canvas import component, encoded

_palette = component("palette", """<div class="ae palette" role="group" aria-label="Pictures to choose from"></div>""")


def palette(
    pixels: NDArray[Any], names: Sequence[str], chosen: Sequence[int], key: str, on_choice: Callable[[], None]
) -> Any:
    """Pictures (n × channels × height × width, as drawn) of which some are chosen; the result's `chosen` has their
    numbers."""
    data = {"shape": list(pixels.shape[1:]), "pixels": encoded(pixels), "names": list(names), "chosen": list(chosen)}
    return _palette(data=data, key=key, on_chosen_change=on_choice)
