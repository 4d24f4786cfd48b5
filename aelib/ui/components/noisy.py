"""Noise on all images and the net's outputs for them, while the slider is dragged (noisy.js)."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from numpy.typing import NDArray

from .canvas import component, encoded
from .net import NetData

NOISY_HTML = """<div class="ae noisy"><div class="bar"><label><span></span>
<input type="range" min="0" max="1" step="0.01"></label><output></output></div>
<div class="status" role="status"></div>
<canvas role="img" aria-label="Original, noisy and restored images"></canvas></div>"""
_noisy = component("noisy", NOISY_HTML, "net")


class NoisyData(TypedDict):
    """What noisy.js draws.

    Attributes:
        names, pixels, shape: of the images, in the order of their numbers (see `canvas.encoded`).
        kind: of the noise; turn: of its random numbers (see `analysis.denoising.turn_of`).
        level: where the slider begins; at: when this text changes, the slider moves to `level` again.
        label: of the slider.
        threshold: smallest difference, 0 to 1, that makes a pixel wrong.
        net: with its encoder and its noise.
    """

    names: list[str]
    pixels: str
    shape: list[int]
    kind: str
    turn: int
    level: float
    at: str
    label: str
    threshold: float
    net: NetData


def noisy_data(
    names: Sequence[str],
    images: NDArray[Any],
    kind: str,
    turn: int,
    level: float,
    label: str,
    threshold: float,
    net: NetData,
) -> NoisyData:
    """images: images × channels × height × width, 0 to 1; for the others see `NoisyData`."""
    return {
        "names": list(names),
        "pixels": encoded(images),
        "shape": list(images.shape[1:]),
        "kind": kind,
        "turn": turn,
        "level": level,
        "at": f"{kind} {level}",
        "label": label,
        "threshold": threshold,
        "net": net,
    }


def noisy_images(data: NoisyData, key: str, on_level: Callable[[], None]) -> Any:
    """Draw the slider and the rows of original, noisy and restored images. `on_level` is called when the slider is
    released; the result's `level` is its value."""
    return _noisy(data=data, key=key, on_level_change=on_level)
