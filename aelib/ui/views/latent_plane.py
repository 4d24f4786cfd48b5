"""Interactive planes through the latent space: decoded at every point, replayed over training, and coloured by
class."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from aelib.browser import trained
from aelib.charts.latent.variational import CLASSES
from aelib.core.language import _, current
from aelib.metrics import latent_space
from aelib.training import Run
from aelib.ui.components import class_plane as class_plane_component
from aelib.ui.components import path as path_component
from aelib.ui.components import plane as plane_component
from aelib.ui.components import replay as replay_component
from aelib.ui.components.canvas import encoded, floats
from aelib.ui.components.class_plane import ClassPlaneData
from aelib.ui.components.net import code_data, net_data
from aelib.ui.components.plane import PlaneData, Prior

from . import code_line

GRID_BYTES = 400_000  # limit for the decoded images that the browser gets for the plane
PRIOR_SHOWN = 2  # standard deviations of the prior that the plane of a variational net shows
REPLAY_BYTES = 1_000_000  # limit for the reconstructions that it gets for the replay


def labels(plane: latent_space.Plane) -> list[str]:
    """The names of the two axes."""
    if plane.is_pca:
        return [_("first principal component"), _("second principal component")]
    return ["z₁", "z₂" if len(plane.origin) == 2 else ""]


@st.cache_data(max_entries=64, show_spinner=False)
def _plane_data(digest: str, created: str, language: str, _run: Run) -> PlaneData:
    """The data of plane.js. The cache key is digest, time and language, because a run is not hashable."""
    run = _run
    codes = run.codes()
    plane = latent_space.plane(codes)
    points = plane.points(codes)
    posteriors, prior = _distributions(run, plane)
    shown = points
    if prior is not None:  # two of its standard deviations on each side
        reach = PRIOR_SHOWN * np.sqrt(np.array(prior["ellipse"])[[0, 2]])
        shown = np.concatenate([points, np.array(prior["point"]) + np.stack([-reach, reach])])
    x, y = latent_space.bounds(shown)
    side = grid_side(run)
    described, net = run.spec, net_data(run)
    decoded = None
    if net is None:
        grid = latent_space.grid(x, y, side, side)
        decoded = encoded(described.drawn(run.decode(plane.codes(grid.reshape(-1, 2)))))
    middle = plane.codes(np.array([sum(x) / 2, sum(y) / 2], np.float32))
    originals = described.drawn(run.images.pixels.numpy())
    return {
        "shape": list(originals.shape[1:]),
        "columns": side,
        "rows": side,
        "x": x,
        "y": y,
        "grid": decoded,
        "net": net,
        "code": None if net is None else code_data(run, codes, middle),
        "origin": plane.origin.tolist(),
        "axes": plane.axes.tolist(),
        "points": points.tolist(),
        "names": list(run.images.names),
        "originals": encoded(originals),
        "wrong": list(run.metrics["wrong_pixels"].values()),
        "posteriors": posteriors,
        "prior": prior,
        "labels": labels(plane),
    }


def grid_side(run: Run) -> int:
    """Decoded images across and down in the grid of a plane whose net does not go to the browser."""
    return int(np.clip((GRID_BYTES / run.images.pixels[0].numel()) ** 0.5, 12, 64))


def _distributions(run: Run, plane: latent_space.Plane) -> tuple[list[list[float]] | None, Prior | None]:
    """The posteriors of the images and the prior on the plane, None and None for a net that is not variational."""
    log_var = run.snapshots.log_var
    if log_var is None:
        return None, None
    deviations = (0.5 * log_var[-1]).exp().numpy()
    ones = np.ones((1, deviations.shape[1]), np.float32)
    prior: Prior = {
        "point": plane.points(0 * ones)[0].tolist(),
        "ellipse": latent_space.ellipses(ones, plane.axes)[0].tolist(),
    }
    return latent_space.ellipses(deviations, plane.axes).tolist(), prior


def plane(run: Run, point: tuple[float, float] | None, key: str, on_point: Callable[[], None]) -> Any:
    """The latent plane: the decoder's output at every point, each image at its code, the pointer's point decoded live.

    `on_point` is called when the user picks a point; the result's `point` is then (x, y).
    """
    return plane_component.plane(_plane_data(run.digest, run.created, current(), run), point, key, on_point)


def path(run: Run, stops: list[int], key: str, spherical: bool = False) -> None:
    """A path through the images with these numbers, which the user can drag along and bend; nothing where the browser
    does not compute the net."""
    data = _plane_data(run.digest, run.created, current(), run)
    if data["net"] is None or data["code"] is None:
        return
    path_component.path(
        {
            "shape": data["shape"],
            "names": data["names"],
            "originals": data["originals"],
            "points": data["points"],
            "codes": data["code"]["codes"],
            "stops": stops,
            "spherical": spherical,
            "x": data["x"],
            "y": data["y"],
            "origin": data["origin"],
            "axes": data["axes"],
            "labels": data["labels"],
            "net": data["net"],
            "key": f"{data['net']['key']} {stops} {spherical}",
        },
        key,
    )


def replay(run: Run, key: str) -> None:
    """Codes and reconstructions at every snapshot, on the axes of the last one."""
    snapshots = run.snapshots
    shown = max(1, min(len(run.images), REPLAY_BYTES // (len(snapshots.epochs) * run.images.pixels[0].numel())))
    if shown < len(run.images):
        st.caption(_("The first {shown} of {images} images.", shown=shown, images=len(run.images)))
    codes = snapshots.codes[:, :shown].numpy()
    plane = latent_space.plane(codes[-1])
    points = plane.points(codes)
    x, y = latent_space.bounds(points)
    learnt = {record["epoch"]: record["learnt"] for record in run.history}
    described = run.spec
    originals = described.drawn(run.images.pixels[:shown].numpy())
    replay_component.replay(
        {
            "shape": list(originals.shape[1:]),
            "epochs": snapshots.epochs.tolist(),
            "points": points.tolist(),
            "pixels": encoded(described.drawn(snapshots.pixels[:, :shown].numpy())),
            "originals": encoded(originals),
            "names": list(run.images.names[:shown]),
            "total": len(run.images),
            "x": x,
            "y": y,
            "labels": labels(plane),
            "learnt": [learnt.get(epoch) for epoch in snapshots.epochs.tolist()],
        },
        key,
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _class_plane_data(digest: str, created: str, language: str, _run: Run) -> ClassPlaneData:
    run, snapshots = _run, _run.snapshots
    images = run.images
    codes = snapshots.codes.numpy()
    plane = latent_space.plane(codes[-1])
    points = plane.points(codes)
    if snapshots.extent is not None:
        extents = snapshots.extent.tolist()
    else:
        (left, right), (low, high) = latent_space.bounds(points)
        extents = [[left, right, low, high]] * len(points)
    ellipses = None
    if snapshots.log_var is not None:
        deviations = (0.5 * snapshots.log_var).exp().numpy()
        ellipses = floats(np.stack([latent_space.ellipses(one, plane.axes) for one in deviations]))
    described = run.spec
    originals = described.drawn(images.pixels.numpy())
    grid = snapshots.grid
    fine, net = grid_side(run), net_data(run)
    stretch = grid is not None and net is None
    history = {int(record["epoch"]): record for record in run.history}
    return {
        "shape": list(originals.shape[1:]),
        "epochs": snapshots.epochs.tolist(),
        "points": floats(points),
        "ellipses": ellipses,
        "extents": extents,
        "colours": CLASSES,
        "classes": images.labels.tolist(),
        "names": list(images.names),
        "originals": encoded(originals),
        "grid": None if grid is None else encoded(described.drawn(grid.numpy())),
        "side": 0 if grid is None else round(grid.shape[1] ** 0.5),
        "fine": encoded(described.drawn(run.decode(latent_space.cells(extents[-1], fine)))) if stretch else None,
        "fine_side": fine,
        "net": net,
        "code": None if net is None else code_data(run, codes[-1], codes[-1].mean(axis=0)),
        "origin": plane.origin.tolist(),
        "axes": plane.axes.tolist(),
        "labels": labels(plane),
        "losses": [
            {name: history[epoch][name] for name in ("recon_loss", "kl", "mse") if name in history.get(epoch, {})}
            for epoch in snapshots.epochs.tolist()
        ],
    }


def class_plane(run: Run, key: str) -> None:
    """Codes coloured by class, and the decoded plane, at every snapshot; the posterior of the selected image as an
    ellipse. A code of one number is a line."""
    if run.latent_dim == 1:
        code_line.line(run, key)
        return
    if (why := trained.refusal(run)) is not None:
        st.caption(why + " " + _("A point is shown as the nearest of a grid of decoded points."))
    class_plane_component.class_plane(_class_plane_data(run.digest, run.created, current(), run), key)
