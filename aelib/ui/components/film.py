"""Rows of frames that play side by side (film.js)."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from .canvas import component, encoded

_film = component(
    "film",
    """<div class="ae film"><div class="bar"><button type="button">▶ Play</button>
<input type="range" min="0" value="0" step="1" aria-label="Image"><span class="status"></span></div>
<canvas role="img" aria-label="Image"></canvas></div>""",
)


def film(rows: Mapping[str, NDArray[Any]], marks: Sequence[str], key: str) -> None:
    """Play rows of frames. rows: name -> frames × channels × height × width, all of one shape; marks: a label for each
    frame, may be empty."""
    shown = next(iter(rows.values()))
    _film(
        data={
            "shape": list(shown.shape[1:]),
            "count": len(shown),
            "marks": list(marks),
            "rows": [{"name": name, "pixels": encoded(frames)} for name, frames in rows.items()],
        },
        key=key,
    )
