"""Many codes coloured by class, and the decoded plane, at every snapshot (class_plane.js)."""

from typing import TypedDict

from .canvas import component

_class_plane = component(
    "class_plane",
    """<div class="ae atlas"><div class="bar"><button type="button">▶ Play</button>
<input type="range" min="0" value="0" step="1" aria-label="Epoch"><span class="status"></span></div>
<div class="pair"><div><canvas class="points point" tabindex="0" role="img"
aria-label="Codes coloured by class. Arrow keys choose another image."></canvas></div>
<div><canvas class="grid" role="img" aria-label="What is decoded at every point of the plane"></canvas></div></div>
<div class="chosen"><canvas class="picture"></canvas><span class="about status"></span></div></div>""",
)


class ClassPlaneData(TypedDict):
    """What class_plane.js draws.

    Attributes:
        shape: channels, height, width of an image.
        epochs: of the snapshots.
        points: snapshots × images × 2 (see `canvas.floats`).
        ellipses: of each point, where the codes are distributions (see `canvas.floats`).
        extents: of each snapshot: x from, x to, y from, y to.
        colours: of each class.
        classes, names, originals: of each image.
        grid: decoded images, snapshots × side · side; None where there are none.
        side: images across and down in the grid.
        labels: of the two axes.
        losses: of each snapshot, by name.
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
    labels: list[str]
    losses: list[dict[str, float]]


def class_plane(data: ClassPlaneData, key: str) -> None:
    """Draw both planes."""
    _class_plane(data=data, key=key)
