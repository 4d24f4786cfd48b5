"""A path from image to image through the latent space, to drag along and to bend (path.js)."""

from typing import TypedDict

from .canvas import component
from .net import NetData

PATH_HTML = """<div class="ae path"><div class="bar"><input type="range" min="0" max="1" step="0.001" value="0.5"
aria-label="Place on the path"><button type="button">Straighten</button></div>
<div class="beside"><div class="main"><canvas class="way point" tabindex="0" role="img"
aria-label="The path on the latent plane"></canvas></div>
<div class="code"><canvas class="here" role="img"
aria-label="What the decoder makes of it"></canvas><div class="status" role="status"></div></div></div>
<canvas class="strip" role="img" aria-label="The path, decoded step by step"></canvas></div>"""
_path = component("path", PATH_HTML, "net")


class PathData(TypedDict):
    """What path.js draws.

    Attributes:
        shape: channels, height, width of an image.
        names, originals, points: name, pixels and place on the plane of each image.
        codes: images × numbers (see `canvas.floats`).
        stops: numbers of the images on the path, in order.
        spherical: whether it turns about the origin (see `latent_space.interpolate`).
        x, y: range of the axes: min, max.
        origin, axes: of the plane in the latent space; shapes: numbers, and numbers × 2.
        labels: of the two axes.
        net: decodes every point of the path.
        key: identifies the path.
    """

    shape: list[int]
    names: list[str]
    originals: str
    points: list[list[float]]
    codes: str
    stops: list[int]
    spherical: bool
    x: tuple[float, float]
    y: tuple[float, float]
    origin: list[float]
    axes: list[list[float]]
    labels: list[str]
    net: NetData
    key: str


def path(data: PathData, key: str) -> None:
    """Draw the path."""
    _path(data=data, key=key)
