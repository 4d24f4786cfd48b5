"""Drawings that answer the pointer, in plain JavaScript: the latent plane, learning replayed, an image to paint on.

Data goes to the browser as numbers and base64 pixels, never inside HTML.
"""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from .. import latent
from ..run import Run

GRID_BYTES = 400_000  # of decoded images sent to the browser for the plane
REPLAY_BYTES = 1_000_000  # of reconstructions sent for the replay
_HERE = Path(__file__).parent

_CSS = """
:host, .plane, .replay, .paint { color: var(--st-text-color); font-family: var(--st-font); }
canvas { display: block; touch-action: pan-y; border-radius: 6px; }
.plane canvas, .paint canvas { cursor: crosshair; }
.paint canvas { touch-action: none; border: 1px solid var(--st-border-color); }
.paint .bar { margin-top: 8px; }
canvas:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.status { font-size: 0.9rem; min-height: 1.5em; font-variant-numeric: tabular-nums; }
.bar { display: flex; gap: 12px; align-items: center; margin-bottom: 6px; }
.bar input { flex: 1; accent-color: var(--st-primary-color); }
button:disabled { opacity: 0.4; cursor: default; }
button { font: inherit; color: inherit; padding: 0.3em 0.9em; cursor: pointer; border-radius: 6px;
  border: 1px solid var(--st-border-color); background: var(--st-secondary-background-color); }
"""
_PLANE = """<div class="plane"><canvas tabindex="0" role="img"
aria-label="Latent plane. Arrow keys move the point, Enter keeps it, plus and minus zoom."></canvas>
<div class="bar"><button type="button">− Zoom out</button><button type="button">Whole plane</button>
<span class="status"></span></div></div>"""
_REPLAY = """<div class="replay"><div class="bar"><button type="button">▶ Play</button>
<input type="range" min="0" value="0" aria-label="Epoch"><span class="status"></span></div>
<canvas class="points"></canvas><canvas class="sheet"></canvas></div>"""
_PAINT = """<div class="paint"><canvas tabindex="0" role="img"
aria-label="Image to paint on. Arrow keys move, Enter inverts a pixel."></canvas>
<div class="bar"><button type="button">Clear</button><span class="status"></span></div></div>"""


def _script(name: str) -> str:
    return (_HERE / "canvas.js").read_text(encoding="utf-8") + (_HERE / name).read_text(encoding="utf-8")


_plane = st.components.v2.component("aelib.plane", html=_PLANE, css=_CSS, js=_script("plane.js"))
_replay = st.components.v2.component("aelib.replay", html=_REPLAY, css=_CSS, js=_script("replay.js"))
_paint = st.components.v2.component("aelib.paint", html=_PAINT, css=_CSS, js=_script("paint.js"))


def _bytes(pixels: NDArray[Any]) -> str:
    """Pixels in 0..1 (or uint8) as base64."""
    if pixels.dtype != np.uint8:
        pixels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8)
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()


def labels(plane: latent.Plane) -> list[str]:
    """Names of the two axes."""
    if plane.is_pca:
        return ["first principal component", "second principal component"]
    return ["z₁", "z₂" if len(plane.origin) == 2 else ""]


@st.cache_data(max_entries=64, show_spinner=False)
def _plane_data(digest: str, created: str, _run: Run) -> dict[str, Any]:
    """What plane.js draws; the cache's key is the digest and the time, a run itself is never hashed."""
    run = _run
    codes = run.codes()
    plane = latent.plane(codes)
    points = plane.points(codes)
    x, y = latent.bounds(points)
    side = int(np.clip((GRID_BYTES / run.images.pixels[0].numel()) ** 0.5, 12, 64))
    grid = latent.grid(x, y, side, side)
    return {
        "shape": list(run.images.pixels.shape[1:]),
        "columns": side,
        "rows": side,
        "x": x,
        "y": y,
        "grid": _bytes(run.decode(plane.codes(grid.reshape(-1, 2)))),
        "points": points.tolist(),
        "names": list(run.images.names),
        "originals": _bytes(run.images.pixels.numpy()),
        "wrong": list(run.metrics["wrong_pixels"].values()),
        "labels": labels(plane),
    }


def plane(run: Run, point: tuple[float, float] | None, key: str, on_point: Callable[[], None]) -> Any:
    """The latent plane: the decoder's picture of every point, every image at its code, the pointer decoded live.

    `on_point` is called when a point is picked; the result's `point` is then (x, y).
    """
    data = {**_plane_data(run.digest, run.created, run), "point": point}
    return _plane(data=data, key=key, on_point_change=on_point)


def replay(run: Run, key: str) -> None:
    """Codes and reconstructions at every snapshot, on the axes of the last one."""
    snapshots = run.snapshots
    shown = max(1, min(len(run.images), REPLAY_BYTES // (len(snapshots.epochs) * run.images.pixels[0].numel())))
    if shown < len(run.images):
        st.caption(f"The first {shown} of {len(run.images)} images.")
    codes = snapshots.codes[:, :shown].numpy()
    plane = latent.plane(codes[-1])
    points = plane.points(codes)
    x, y = latent.bounds(points)
    learnt = {record["epoch"]: record["learnt"] for record in run.history}
    _replay(
        data={
            "shape": list(run.images.pixels.shape[1:]),
            "epochs": snapshots.epochs.tolist(),
            "points": points.tolist(),
            "pixels": _bytes(snapshots.pixels[:, :shown].numpy()),
            "originals": _bytes(run.images.pixels[:shown].numpy()),
            "names": list(run.images.names[:shown]),
            "total": len(run.images),
            "x": x,
            "y": y,
            "labels": labels(plane),
            "learnt": [learnt.get(epoch) for epoch in snapshots.epochs.tolist()],
        },
        key=key,
    )


def paint(pixels: NDArray[Any], flipped: list[int], key: str, on_paint: Callable[[], None]) -> Any:
    """One grey image (1 × height × width, 0 to 1) whose pixels are inverted by painting. flipped: the numbers of
    those that are; the result's `flipped` is the same, as painted."""
    data = {"shape": list(pixels.shape), "pixels": _bytes(pixels), "flipped": flipped}
    return _paint(data=data, key=key, on_flipped_change=on_paint)
