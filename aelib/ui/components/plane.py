"""The latent plane, decoded at every point (plane.js)."""

from collections.abc import Callable
from typing import Any, TypedDict

from .canvas import component
from .net import CODE_HTML, CodeData, NetData

_plane = component(
    "plane",
    f"""<div class="ae plane"><div class="beside"><div class="main"><canvas class="point" tabindex="0" role="img"
aria-label="Latent plane. Arrow keys move the point, Enter keeps it, plus and minus zoom."></canvas>
<div class="bar"><button type="button">− Zoom out</button><button type="button">Whole plane</button>
<span class="status"></span></div></div>{CODE_HTML}</div></div>""",
    "net",
)


class Prior(TypedDict):
    """The prior on the plane. point: its mean; ellipse: its covariance, xx, xy, yy."""

    point: list[float]
    ellipse: list[float]


class PlaneData(TypedDict):
    """What plane.js draws.

    Attributes:
        shape: channels, height, width of an image.
        columns, rows: size of the decoded grid.
        x, y: range of the grid: min, max.
        grid: decoded images, row by row from the top (see `canvas.encoded`); None where the browser has the net.
        net: decodes every point; None where the browser does not compute it.
        code: the sliders of the code; None without a net.
        origin, axes: of the plane in the latent space; shapes: numbers, and numbers × 2.
        points: the code of each image, x and y.
        names, originals, wrong: name, pixels and number of wrong pixels of each image.
        posteriors: of a variational net, the covariance of each image's distribution on the plane: xx, xy, yy.
        prior: of a variational net, its mean (x, y) and covariance on the plane; both None for any other net.
        labels: of the two axes.
    """

    shape: list[int]
    columns: int
    rows: int
    x: tuple[float, float]
    y: tuple[float, float]
    grid: str | None
    net: NetData | None
    code: CodeData | None
    origin: list[float]
    axes: list[list[float]]
    points: list[list[float]]
    names: list[str]
    originals: str
    wrong: list[int]
    posteriors: list[list[float]] | None
    prior: Prior | None
    labels: list[str]


def plane(data: PlaneData, point: tuple[float, float] | None, key: str, on_point: Callable[[], None]) -> Any:
    """Draw the plane. point: the selected point, x and y; None where the browser has the net and keeps the point.
    `on_point` is called when the user picks another, which is then the result's `point`."""
    return _plane(data={**data, "point": point}, key=key, on_point_change=on_point)
