"""Parts of the page Compare: runs side by side. compare_table.py has the input, compare_noise.py the tests."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from aelib.analysis import comparison
from aelib.charts import curves, glyphs
from aelib.charts.latent import latent_planes as planes_chart
from aelib.core.errors import LabError
from aelib.core.language import _, ngettext, number
from aelib.datasets import DatasetSpec
from aelib.experiment import Experiment, labels, resolve
from aelib.experiment.labels import text
from aelib.metrics import latent_space
from aelib.store import DamagedRun, outcome_text
from aelib.training import Run
from aelib.ui.components.figures import chart, csv_button
from aelib.ui.jobs import bulk_training
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import escaped, fragment, problems, text_of
from aelib.ui.shell.server_state import open_run
from aelib.ui.shell.session import Slot, set_widget, widget
from aelib.ui.views import run_views

from . import compare_table

SHOWN = 12  # images in a row
TILE = 48
IN_A_PLANE = 1_000  # images
_BY = ("epochs", "seconds")
SET_APART = 2  # differing fields in a name


def runs(rows: Mapping[int, Experiment], seeds: int) -> dict[str, list[Run]] | None:
    """Show what differs between the rows. Returns for each row its number and short name -> its runs, one per seed.
    While runs are missing, None, and a button or the progress."""
    if len(rows) < 2:
        st.info(_("Enter at least two different rows."), icon=":material/compare:")
        return None
    every, wrong = {}, []
    for place, experiment in rows.items():
        try:
            every[place] = comparison.with_seeds(experiment, seeds)
        except LabError as error:
            wrong.append(_("Row {place}: {text_of}", place=place, text_of=text_of(error)))
    problems(wrong)
    if wrong:
        return None
    names = _names(rows, seeds)
    named = {names[place]: one for place, one in rows.items()}
    fields = _differing(named)
    st.markdown(_("They differ in: {value}.", value=", ".join(f"**{escaped(field)}**" for field in fields)))
    asked = [each for group in every.values() for each in group]
    if bulk_training.missing(asked):
        _highlighted(pd.DataFrame(fields, index=list(named)).T, list(fields), "compare:before")
    if not bulk_training.train(asked, _("Train what is missing"), "compare:batch"):
        return None
    return _opened(every, names)


def _names(rows: Mapping[int, Experiment], seeds: int) -> dict[int, str]:
    """Row number -> name: the network, its differences from rows with the same network, and the seed if only one."""
    found = {}
    for place, experiment in rows.items():
        alike = [one for one in rows.values() if one.network == experiment.network]
        acting = resolve(experiment).acting
        apart = [
            f"{labels.short(path).lower()} {text(acting.get(path)) or '–'}"
            for path in comparison.differing(alike)
            if path != "seed"
        ]
        seed = [_("seed {seed}", seed=experiment.seed)] if seeds == 1 else []
        found[place] = f"{place}: {', '.join([experiment.network, *apart[:SET_APART], *seed])}"
    return found


def _opened(every: Mapping[int, list[Experiment]], names: Mapping[int, str]) -> dict[str, list[Run]] | None:
    """Open the trained runs. Shows an error for each that diverged or cannot be read."""
    found: dict[str, list[Run]] = {}
    damaged: dict[int, list[Experiment]] = {}
    for place, group in every.items():
        opened, unreadable = [], []
        for one in group:
            try:
                opened.append(open_run(one))
            except DamagedRun:
                damaged.setdefault(place, []).append(one)
            except LabError as error:
                unreadable.append(_("Row {place}: {text_of}", place=place, text_of=text_of(error)))
        problems(unreadable)
        there = [run for run in opened if run is not None]
        if len(there) < len(opened):
            problems(
                [
                    _(
                        "Row {place}: {opened} of {group} trainings diverged.",
                        place=place,
                        opened=len(opened) - len(there),
                        group=len(group),
                    )
                ]
            )
        if there:
            found[names[place]] = there
    if damaged:
        again = [one for group in damaged.values() for one in group]
        st.warning(
            ngettext(
                "{n} stored run is damaged (row {rows}): training replaces it.",
                "{n} stored runs are damaged (row {rows}): training replaces them.",
                len(again),
                rows=", ".join(map(str, damaged)),
            ),
            icon=":material/warning:",
        )
        bulk_training.train(again, _("Train damaged runs again"), "compare:again", damaged=again)
    return found if len(found) > 1 else None


def _differing(experiments: Mapping[str, Experiment]) -> dict[str, list[str]]:
    """Differing field -> its values; a dash if the field has no effect."""
    every = [{**resolve(one).acting, "dataset": one.dataset} for one in experiments.values()]
    paths = comparison.differing(list(experiments.values()))
    return {labels.short(path): [text(own.get(path)) or "–" for own in every] for path in paths}


def _highlighted(frame: pd.DataFrame, fields: list[str], key: str) -> None:
    def highlight(row: "pd.Series[Any]") -> list[str]:
        return ["background-color: rgba(59, 130, 246, 0.14)" if row.name in fields else ""] * len(row)

    st.dataframe(frame.style.apply(highlight, axis=1), key=f"{key}:table")


# --- side by side --------------------------------------------------------------------------------------------------


def networks(shown: Mapping[str, Run]) -> None:
    """Draw each network, with a link to its lesson."""
    across = min(3, len(shown))
    for place, (label, run) in enumerate(shown.items()):
        if place % across == 0:  # a new row of columns, so that a narrow window keeps the order
            cells = st.columns(across)
        with cells[place % across]:
            st.markdown(f"**{escaped(label)}**")
            run_views.network(run.experiment)
            link(run.experiment, _("Open it: {outcome_text}", outcome_text=outcome_text(run.metrics)))


def settings(shown: Mapping[str, Run], key: str) -> None:
    """A table of the differing fields, highlighted, and the results."""
    fields = _differing({label: run.experiment for label, run in shown.items()})
    table = {
        **fields,
        _("result"): [outcome_text(run.metrics) for run in shown.values()],
        "MSE": [number(run.metrics["mse"], ".3g") for run in shown.values()],
        _("parameters"): [number(run.parameters, ",") for run in shown.values()],
        _("seconds"): [number(run.seconds, ".2f") for run in shown.values()],
    }
    _highlighted(pd.DataFrame(table, index=list(shown)).T, list(fields), key)
    figures = {
        "result": [outcome_text(run.metrics) for run in shown.values()],
        "MSE": [f"{run.metrics['mse']:.3g}" for run in shown.values()],
        "parameters": [run.parameters for run in shown.values()],
        "seconds": [f"{run.seconds:.2f}" for run in shown.values()],
    }
    csv_button(pd.DataFrame({**fields, **figures}, index=list(shown)).T, "compared.csv", key, index=True)


def asked(of: str, among: Sequence[str]) -> str:
    """The choice in the address if it is valid, otherwise the first."""
    found = compare_table.choice(of)
    return found if found in among else among[0]


def learning(shown: Mapping[str, Run], key: str) -> None:
    """Error curves in one chart, by epoch or by seconds."""
    shared = curves.shared_error(shown.values())
    if shared is None:
        st.info(
            _("Runs on memorised images and runs on large data sets have no common error, so no curves are compared.")
        )
        return
    place = f"{key}:by:{compare_table.version()}"
    if widget(place) is None:
        set_widget(place, asked("by", _BY))
    by = str(st.segmented_control(_("Against"), _BY, key=place, required=True, persist_state="session"))
    compare_table.set_choice("by", by if by != _BY[0] else "")
    if len({run.experiment.dataset for run in shown.values()}) > 1:
        st.caption(_("These runs are on different images: compare the shapes of the curves, not their heights."))
    chart(curves.errors(shown, shared, by == "seconds"), f"{key}:curves")


def together(shown: Mapping[str, Run]) -> DatasetSpec | None:
    """The common data set of all runs; None, and a note, if they differ."""
    sets = {run.experiment.dataset for run in shown.values()}
    if len(sets) == 1:
        return resolve(next(iter(shown.values())).experiment).spec
    st.info(
        _("These runs are on different images, so they cannot be compared image by image."), icon=":material/image:"
    )
    return None


def errors(shown: Mapping[str, Run], key: str) -> None:
    """A table of the wrong pixels of each image in each run."""
    counts = comparison.wrong_pixels(shown)
    if any("wrong_pixels" not in run.metrics for run in shown.values()):
        st.caption(_("Wrong pixels are counted only for memorised images, so there is no table of them."))
    elif not counts:
        st.success(_("No image has a wrong pixel in any of these runs."), icon=":material/check_circle:")
    else:
        frame = pd.DataFrame(counts).T
        most = max(1, int(frame.to_numpy().max()))

        def shade(count: Any) -> str:
            return f"background-color: rgba(234, 88, 12, {0.5 * count / most:.2f})" if count > 1 else ""

        st.dataframe(frame.style.map(shade), key=f"{key}:table", height=330)
        st.caption(_("Wrong pixels of each image, sorted by how much the runs disagree."))


@st.cache_data(max_entries=64, show_spinner=False)
def _points(digest: str, created: str, _run: Run) -> NDArray[np.float32]:
    codes = _run.codes()[:IN_A_PLANE]
    return latent_space.plane(codes).points(codes)


@fragment
def images(shown: Mapping[str, Run], key: str) -> None:
    """Latent planes at one scale, and reconstructions row by row. A selection in one plane appears in all."""
    first = next(iter(shown.values()))
    names = first.images.names[:IN_A_PLANE]
    # a new table has new widgets, which start with the choices in the address
    own = f"{key}:{first.experiment.dataset}"
    place, brushed = f"{own}:picked:{compare_table.version()}", f"{own}:brushed:{compare_table.version()}"
    if widget(place) is None:
        set_widget(place, list(dict.fromkeys(names[i] for i in _followed(len(names)))))
    picked = st.multiselect(
        _("Images to follow"),
        names,
        key=place,
        max_selections=SHOWN,
        placeholder=_("Choose some, or select points in a plane"),
        persist_state="session",
    )
    chosen = [names.index(one) for one in picked]
    brush: Slot[list[int]] = Slot(brushed, list)
    many = brush.get()
    if many[:SHOWN] == chosen:  # until other images are selected
        chosen = many
    plane = f"{own}:planes:{compare_table.version()}"

    def take() -> None:
        """Copy a plane's selection to the widget; the redrawn chart shows it and has no selection of its own."""
        points = widget(plane, {}).get("selection", {}).get("points", [])
        if points:
            found = list(dict.fromkeys(one["point_index"] for one in points))
            brush.set(found)
            set_widget(place, [names[one] for one in found[:SHOWN]])

    _planes(shown, chosen, plane, take)
    compare_table.set_choice("images", "-".join(map(str, chosen[:SHOWN])))
    _reconstructions(shown, (chosen or _telling(shown))[:SHOWN])


def _followed(count: int) -> list[int]:
    """The indices of the images in the address, below `count`."""
    given = [int(one) for one in compare_table.choice("images").split("-") if one.isdecimal()]
    return [one for one in dict.fromkeys(given) if one < count][:SHOWN]


def _planes(shown: Mapping[str, Run], chosen: list[int], key: str, take: Callable[[], None]) -> None:
    """Latent planes of the runs that have one. chosen: images to highlight; take: called on a selection."""
    first = next(iter(shown.values()))
    names = first.images.names[:IN_A_PLANE]
    coded = {label: run for label, run in shown.items() if run.resolved.stores_codes and run.latent_dim > 1}
    without = [label for label in shown if label not in coded]
    if without:
        st.caption(
            escaped(
                _(
                    "Without a latent plane: {without}. Codes of one dimension, or too large.",
                    without="; ".join(without),
                )
            )
        )
    if not coded:
        return
    points = {label: _points(run.digest, run.created, run) for label, run in coded.items()}
    classes = first.images.labels[:IN_A_PLANE].tolist() if not first.spec.memorised else None
    plot = planes_chart.planes(points, names, classes, chosen)
    chart(plot, key, on_select=take, selection_mode=("points", "box", "lasso"))
    if any(run.latent_dim > 2 for run in coded.values()):
        st.caption(_("Codes with more than two dimensions are projected onto their first two principal components."))


def _telling(shown: Mapping[str, Run]) -> list[int]:
    """The images on which the runs disagree most, then the first images."""
    names = next(iter(shown.values())).images.names
    wrong = [names.index(one) for one in comparison.wrong_pixels(shown)]
    return [*wrong, *(i for i in range(min(SHOWN, len(names))) if i not in wrong)]


def _reconstructions(shown: Mapping[str, Run], chosen: list[int]) -> None:
    """Originals, and their reconstruction by each run."""
    first = next(iter(shown.values()))
    drawn = first.spec.drawn
    rows = {"original": first.images.images()[chosen]}
    labels = first.images.labels[chosen]
    rows |= {label: run.restored(run.inputs[chosen], labels).clamp(0, 1) for label, run in shown.items()}
    counts = [run.metrics.get("wrong_pixels", {}) for run in shown.values()]
    columns = []
    for place, image in enumerate(chosen):
        called = first.images.names[image]
        tiles = tuple(
            glyphs.tile(glyphs.colours(drawn(pixels[place].numpy())), f"{called}, {label}", TILE)
            for label, pixels in rows.items()
        )
        caption = " ".join(str(own[called]) for own in counts if called in own)
        columns.append((tiles, caption, False))
    st.html(glyphs.row(columns))
    below = _(" Below: wrong pixels, in the same order.") if any(counts) else ""
    st.caption(escaped(_("From top to bottom: {rows}.{below}", rows="; ".join(rows), below=below)))
