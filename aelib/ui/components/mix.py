"""Images at the corners of a triangle or a square, mixed at the pointer (mix.js)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .canvas import component, encoded, floats
from .net import NetData

_mix = component(
    "mix",
    """<div class="ae mix"><canvas class="point" tabindex="0" role="img"
aria-label="Pictures at the corners, mixed at the pointer. Arrow keys move the point."></canvas>
<div class="bar"><span class="status"></span></div></div>""",
    "net",
)


def mix(
    corners: NDArray[Any],
    names: Sequence[str],
    places: NDArray[Any],
    weights: NDArray[Any],
    codes: NDArray[np.float32],
    net: NetData | None,
    cells: NDArray[Any] | None,
    key: str,
) -> None:
    """Draw the mixtures.

    Args:
        corners: the images, n × channels × height × width, as drawn.
        names: one per corner.
        places: position of each corner in the drawing, n × 2, from 0 to 1.
        weights: weights of the corners in each cell, side · side × n; NaN outside the figure.
        codes: of the corners, n × numbers.
        net: decodes every mixture; None where the browser does not compute it.
        cells: without a net, the decoded image of each cell, side · side × channels × height × width.
        key: of the component.
    """
    _mix(
        data={
            "shape": list(corners.shape[1:]),
            "side": round(len(weights) ** 0.5),
            "names": list(names),
            "corners": encoded(corners),
            "places": places.tolist(),
            "weights": [None if np.isnan(row[0]) else row.tolist() for row in weights],
            "codes": floats(codes),
            "net": net,
            "cells": None if cells is None else encoded(cells),
        },
        key=key,
    )
