"""Interpolation between pictures in the latent space: along a path, in a triangle or a square, and as files."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from aelib.browser import trained
from aelib.charts import film as files
from aelib.core.language import _, current, number
from aelib.experiment.variants import plain
from aelib.metrics import latent_space, reconstruction
from aelib.training import Run
from aelib.ui.components.film import film
from aelib.ui.components.mix import mix as mix_component
from aelib.ui.components.net import net_data
from aelib.ui.jobs.related_runs import runs_of
from aelib.ui.shell.messages import fragment

from . import latent_plane

BETWEEN = (2, 10, 60)  # minimum, default and maximum number of images between two stops
MAX_STOPS = 8
SIDE = 25  # points across and down of the mixture, decoded in advance where the browser does not compute the net


@fragment
def morph(run: Run, key: str) -> None:
    """A path through pictures by the net, by its plain counterpart, and by cross-fading; as film, strip and files."""
    names = list(run.images.names)
    left, middle, right = st.columns([3, 2, 1], vertical_alignment="bottom")
    dataset = run.experiment.dataset
    with left:
        stops = st.multiselect(
            _("From picture to picture"),
            names,
            default=_apart(names, 2),
            max_selections=MAX_STOPS,
            key=f"{key}:{dataset}:stops",
            help=_("Two or more, in the order of the path."),
            persist_state="session",
        )
    with middle:
        between = st.slider(
            _("Images between two"), BETWEEN[0], BETWEEN[2], BETWEEN[1], key=f"{key}:between", persist_state="session"
        )
    with right:
        spherical = st.toggle(
            _("Spherical"),
            key=f"{key}:spherical",
            help=_("Interpolate along an arc around the origin: codes with many dimensions lie near a sphere."),
            persist_state="session",
        )
    if len(stops) < 2:
        st.info(_("Choose at least two pictures."), icon=":material/add_circle:")
        return
    twins = [run]
    if run.experiment.model.variational:
        twin = runs_of([plain(run.experiment)], _("Train the plain autoencoder too"), f"{key}:plain")
        twins += twin or []
    numbers = [names.index(stop) for stop in stops]
    rows = _ways(
        current(), tuple((one.digest, one.created) for one in twins), tuple(numbers), between, spherical, twins
    )
    marks = [""] * (len(stops) + (len(stops) - 1) * between)
    marks[:: between + 1] = stops
    shown = rows[next(iter(rows))]
    film(rows, marks, f"{key}:film")
    if trained.refusal(run) is None:
        st.markdown(
            _("Drag the dot along the path, or a picture to another place: the path bends, and all on it changes.")
        )
        latent_plane.path(run, numbers, f"{key}:bend", spherical)
    _compared(rows, run)
    _downloads(shown, f"{stops[0]}-to-{stops[-1]}".replace(" ", "-"), key)


@st.cache_data(max_entries=32, show_spinner=False)
def _ways(
    language: str,
    runs: tuple[tuple[str, str], ...],
    numbers: tuple[int, ...],
    between: int,
    spherical: bool,
    _runs: list[Run],
) -> dict[str, NDArray[Any]]:
    """Method -> frames of its path, as drawn: n × channels × height × width."""
    found: dict[str, NDArray[Any]] = {}
    chosen = list(numbers)
    drawn = _runs[0].spec.drawn
    for run in _runs:
        path = latent_space.along(torch.from_numpy(run.codes()[chosen]), between, spherical)
        name = _("variational") if run.experiment.model.variational else _("plain autoencoder")
        found[name] = drawn(run.decode(path.numpy()))
    pixels = _runs[0].images.images()[chosen]
    faded = latent_space.along(pixels.flatten(1), between).view(-1, *pixels.shape[1:])
    found[_("cross-fade of pixels")] = drawn(faded.numpy())
    return found


def _compared(rows: dict[str, NDArray[Any]], run: Run) -> None:
    """The largest distance of each path from the pictures of the data set."""
    pictures = torch.from_numpy(run.spec.drawn(run.images.images().numpy()))
    distant = []
    for name, frames in rows.items():
        _nearest, distances = reconstruction.nearest(torch.from_numpy(frames), pictures)
        distant.append(f"{name} {number(float(distances.max()), '.3f')}")
    st.caption(
        _(
            "Largest distance of an image on each path from the nearest picture of the data set (root mean "
            "squared difference): {distant}. Which path has the largest depends on the pictures: try others.",
            distant="; ".join(distant),
        )
    )


def _downloads(frames: NDArray[Any], name: str, key: str) -> None:
    """Downloads of the path; files are made on request."""
    kinds: list[tuple[str, str, str, Callable[[], bytes]]] = [
        (_("Animation (GIF)"), "gif", "image/gif", lambda: files.gif([*frames, *frames[-2:0:-1]])),
        (_("Strip (PNG)"), "png", "image/png", lambda: files.strip(list(frames))),
    ]
    with st.container(horizontal=True):
        for label, suffix, mime, make in kinds:
            st.download_button(
                label,
                make,
                f"{name}.{suffix}",
                mime,
                icon=":material/download:",
                key=f"{key}:{suffix}",
                on_click="ignore",
            )


def _apart(names: list[str], count: int) -> list[str]:
    """Some names that are not adjacent in the list, if there are enough."""
    step = 3 if len(names) > 3 * (count - 1) else 1
    return names[::step][:count]


@fragment
def mix(run: Run, key: str) -> None:
    """Three or four pictures at the corners, mixed at the pointer."""
    names = list(run.images.names)
    dataset = run.experiment.dataset
    if len(names) < 3:
        st.info(_("A triangle needs three pictures: choose more pictures above."), icon=":material/change_history:")
        return
    corners = st.multiselect(
        _("Corners: three or four"),
        names,
        default=_apart(names, 3),
        max_selections=4,
        key=f"{key}:{dataset}:corners",
        persist_state="session",
    )
    if len(corners) < 3:
        st.info(_("Choose three pictures for a triangle, four for a square."), icon=":material/change_history:")
        return
    numbers = [names.index(corner) for corner in corners]
    places, weights = latent_space.mixture(len(corners), SIDE)
    codes = run.codes()[numbers]
    drawn, net = run.spec.drawn, net_data(run)
    cells = None if net is not None else drawn(run.decode(np.nan_to_num(weights) @ codes))
    originals = drawn(run.images.pixels[numbers].numpy())
    mix_component(originals, corners, places, weights, codes, net, cells, f"{key}:mix")
    if (why := trained.refusal(run)) is not None:
        st.caption(why + " " + _("The pointer shows the nearest of {side} × {side} mixtures.", side=SIDE))
