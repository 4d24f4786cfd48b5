"""Codes coloured by class, and the decoded plane, at every snapshot (class_plane.js)."""

from typing import TypedDict

from .canvas import component
from .net import CODE_HTML, CodeData, NetData

_class_plane = component(
    "class_plane",
    f"""<div class="ae atlas"><div class="bar"><button type="button">▶ Play</button>
<input type="range" min="0" value="0" step="1" aria-label="Epoch"><span class="status"></span></div>
<div class="pair"><div><canvas class="points point" tabindex="0" role="img"
aria-label="Codes coloured by class. Arrow keys choose another image."></canvas></div>
<div><canvas class="grid" role="img" aria-label="The decoder's output at every point of the plane"></canvas></div></div>
<div class="chosen"><canvas class="decoded" role="img" aria-label="The decoder's output at the pointer"></canvas>
<canvas class="picture" role="img" aria-label="The image with the nearest code"></canvas>
<span class="about status"></span></div>{CODE_HTML}</div>""",
    "net",
)


class ClassPlaneData(TypedDict):
    """What class_plane.js draws.

    Attributes:
        shape: channels, height, width of an image.
        epochs: epoch of each snapshot.
        points: snapshots × images × 2 (see `canvas.floats`).
        ellipses: one per point if the codes are distributions, otherwise None (see `canvas.floats`).
        extents: for each snapshot x min, x max, y min, y max.
        colours: one per class.
        classes, names, originals: one per image.
        grid: decoded images, snapshots × side · side; None if there are none.
        side: number of images across and down in the grid.
        fine: as `grid`, with more images across and down, of the last snapshot only; None if there is no grid, or
            where the browser has the net.
        fine_side: number of images across and down in it.
        net: decodes every point of the last snapshot; None where the browser does not compute it.
        code: the sliders of the code; None without a net.
        origin, axes: of the plane in the latent space; shapes: numbers, and numbers × 2.
        labels: of the two axes.
        losses: for each snapshot, name -> loss.
    """

    shape: list[int]
    epochs: list[int]
    points: str
    ellipses: str | None
    extents: list[list[float]]
    colours: list[str]
    classes: list[int]
    names: list[str]
    originals: str
    grid: str | None
    side: int
    fine: str | None
    fine_side: int
    net: NetData | None
    code: CodeData | None
    origin: list[float]
    axes: list[list[float]]
    labels: list[str]
    losses: list[dict[str, float]]


def class_plane(data: ClassPlaneData, key: str) -> None:
    """Draw both planes."""
    _class_plane(data=data, key=key)
