"""Codes and reconstructions at every snapshot (replay.js)."""

from typing import TypedDict

from .canvas import component

_replay = component(
    "replay",
    """<div class="ae replay"><div class="bar"><button type="button">▶ Play</button>
<input type="range" min="0" value="0" aria-label="Epoch"><span class="status"></span></div>
<canvas class="points" role="img"
aria-label="The codes of the images on the latent plane"></canvas><canvas class="sheet" role="img"
aria-label="The reconstructions"></canvas></div>""",
)


class ReplayData(TypedDict):
    """What replay.js draws.

    Attributes:
        shape: channels, height, width of an image.
        epochs: epoch of each snapshot.
        points: snapshots × images × 2.
        pixels: reconstructions, snapshots × images (see `canvas.encoded`).
        originals, names: one per image.
        total: number of images in the data set, which may be more than are shown.
        x, y: range of the axes: min, max.
        labels: of the two axes.
        learnt: number of images learnt at each snapshot; None if not recorded.
    """

    shape: list[int]
    epochs: list[int]
    points: list[list[list[float]]]
    pixels: str
    originals: str
    names: list[str]
    total: int
    x: tuple[float, float]
    y: tuple[float, float]
    labels: list[str]
    learnt: list[float | None]


def replay(data: ReplayData, key: str) -> None:
    """Draw the replay."""
    _replay(data=data, key=key)
