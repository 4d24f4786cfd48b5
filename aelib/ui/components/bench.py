"""What a net does with a few images, its codes and its loss, before, during and after training (bench.js)."""

from typing import Literal, TypedDict

from .canvas import component

_bench = component(
    "bench",
    """<div class="ae bench"><canvas class="sheet point" tabindex="0" role="img"
aria-label="Images, and what the net makes of them"></canvas>
<div class="status about"></div>
<div class="two"><canvas class="points" role="img" aria-label="The codes of the images"></canvas>
<canvas class="curve" role="img" aria-label="The loss over the epochs"></canvas></div></div>""",
)


class Row(TypedDict):
    """One row of images.

    Attributes:
        label: in front of the row.
        pixels: of all images (see `canvas.encoded`); None where there is nothing yet.
        wrong: a byte for each pixel, 1 where it is wrong; None where wrong pixels are not counted.
    """

    label: str
    pixels: str | None
    wrong: str | None


class Plane(TypedDict):
    """The codes of images.

    Attributes:
        points: images × 2 (see `canvas.floats`).
        x, y: range of the axes: min, max.
        classes: of each image; None to draw the images themselves.
        labels: of the two axes.
    """

    points: str
    x: tuple[float, float]
    y: tuple[float, float]
    classes: list[int] | None
    labels: list[str]


class BenchData(TypedDict):
    """What bench.js draws.

    Attributes:
        shape: channels, height, width of an image.
        names: of the images.
        rows: from top to bottom; the first has the images of the plane.
        beside: whether the rows are drawn as columns, for few large images.
        captions: one per image, shown under the pointer; empty for none.
        plane: None where codes are not drawn.
        colours: one per class.
        epochs, losses: of the history, the untrained net first.
        marks: the ticks of the axis of epochs, then those of the axis of losses: value and text of each.
        label: name of the loss; axis: text below its curve.
        about: the whole picture in one sentence, for people who cannot see it.
        state: of the net: untrained, training or trained.
        epoch: at which the net is shown; None before training.
        hint: below the images while none of them is pointed at.
    """

    shape: list[int]
    names: list[str]
    rows: list[Row]
    beside: bool
    captions: list[str]
    plane: Plane | None
    colours: list[str]
    epochs: list[float]
    losses: list[float]
    marks: list[list[tuple[float, str]]]
    label: str
    axis: str
    about: str
    state: Literal["untrained", "training", "trained"]
    epoch: int | None
    hint: str


def bench(data: BenchData, key: str) -> None:
    """Draw the bench."""
    _bench(data=data, key=key)
