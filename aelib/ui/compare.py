"""The parts of the page Compare: a table of experiments, their runs side by side, and how much of it is noise."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from .. import comparison, labels, latent, presets
from ..basics import LabError
from ..charts import beside as planes_chart
from ..charts import curves, glyphs
from ..comparison import FIGURES, MOST, MOST_SEEDS
from ..datasets import DatasetSpec
from ..experiment import Experiment, flatten
from ..index import outcome
from ..run import Run
from . import batch, views
from .address import packed, text, unpacked
from .links import link, name, short
from .resources import open_run, store
from .words import plain, problems

_ROWS, _SEEDS, _VERSION, _ADDRESS = "compare:rows", "compare:seeds", "compare:version", "compare:address"
_PLAIN = {"displayModeBar": False}
SHOWN = 12  # images in a row
TILE = 48
IN_A_PLANE = 1_000  # images
_START, _OTHER = "start from", "anything else"
# column -> field; "layers" is another field for each kind of net
_COLUMNS = {
    "hidden activation": "model.hidden_activation", "optimiser": "optimizer.kind",
    "learning rate": "optimizer.learning_rate", "epochs": "epochs", "noise": "corruption.level", "seed": "seed",
}  # fmt: skip
_DEFAULT = ("font-20-10", "font-best")

Rows = list[dict[str, str]]


# --- which experiments ---------------------------------------------------------------------------------------------


def _row_of(given: str) -> dict[str, str]:
    """A row of the table from an experiment in an address, or the digest of a run that is here. Raises LabError."""
    if re.fullmatch("[0-9a-f]{16}", given):
        run = store().get(given)
        if run is None:
            raise LabError(f"run {given} is not on this server: ask for a link of this page's, or for its run file.")
        given = short(run.experiment)
    experiment = unpacked(given)
    preset = given.partition(";")[0].strip()
    changes = {path: text(value) for path, value in experiment.changes(presets.get(preset)).items()}
    row = {_START: preset, "layers": changes.pop(_layers(preset), "")}
    row |= {column: changes.pop(path, "") for column, path in _COLUMNS.items()}
    row["seed"] = str(experiment.seed)
    return {**row, _OTHER: "; ".join(f"{path}={value}" for path, value in changes.items())}


def _layers(preset: str) -> str:
    return "model.layers" if presets.get(preset).model.kind == "dense" else "model.convolution.channels"


def _experiment(row: Mapping[str, Any]) -> Experiment:
    """Raises LabError."""
    preset = row.get(_START) or ""
    if not preset:
        raise LabError(f"choose in the column “{_START}” what the row begins with.")
    found = {path: _cell(row.get(column)) for column, path in _COLUMNS.items()}
    found[_layers(preset)] = _cell(row.get("layers"))
    parts = [f"{path}={value}" for path, value in found.items() if value]
    return unpacked(";".join([preset, *parts, *(_cell(row.get(_OTHER)).split(";"))]))


def _cell(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()


def _begin() -> None:
    """The table as the address has it, where that is new; else as this person left it."""
    query = {key: st.query_params[key] for key in st.query_params}
    state = st.session_state
    if _ROWS in state and (not query or query == state.get(_ADDRESS)):
        return
    rows: Rows = list(state.get(_ROWS, [])) if "add" in query else []
    given = [query["add"]] if "add" in query else [query[str(i)] for i in range(1, MOST + 1) if str(i) in query]
    if "add" in query and _ROWS in state:
        given = [given[0]] if all(_same(row, given[0]) is False for row in rows) else []
    said = []
    for one in given:
        try:
            rows.append(_row_of(one))
        except LabError as error:
            said.append(f"An experiment of the address is left out: {error}")
    if len(rows) > MOST:
        said.append(f"At most {MOST} are compared: the first of those that were here made room.")
        rows = rows[-MOST:]
    state["compare:said"] = said
    state[_ROWS] = rows or [_row_of(packed(presets.get(one), one)) for one in _DEFAULT]
    state[_VERSION] = state.get(_VERSION, 0) + 1  # another table: the editor forgets what was typed into the last
    seeds = query.get("seeds", "")
    state[_SEEDS] = int(seeds) if seeds.isdecimal() and 1 <= int(seeds[:4]) <= MOST_SEEDS else state.get(_SEEDS, 1)


def _same(row: Mapping[str, Any], given: str) -> bool:
    try:
        return _experiment(row) == unpacked(given)
    except LabError:
        return False


def choose() -> tuple[list[Experiment], int]:
    """The table of experiments, and how many seeds of each. Rows that make no sense are said and left out."""
    _begin()
    state = st.session_state
    problems(state.get("compare:said", []))
    frame = pd.DataFrame(state[_ROWS], columns=[_START, "layers", *_COLUMNS, _OTHER])
    edited = st.data_editor(
        frame, num_rows="dynamic", hide_index=True, key=f"compare:table:{state[_VERSION]}",
        column_config={
            _START: st.column_config.SelectboxColumn(options=list(presets.PRESETS), required=True, width="medium"),
            "layers": st.column_config.TextColumn(help="Sizes from image to code, or channels of convolutions."),
            "noise": st.column_config.TextColumn(help="Level, 0 to 1; what kind: corruption.kind in the last column."),
            _OTHER: st.column_config.TextColumn(
                help="Any other field, such as loss=bce; model.batch_norm=true", width="medium"
            ),
        },
    )  # fmt: skip
    st.caption(
        f"One row each, up to {MOST}; an empty cell is as the preset has it. The last row adds one; pick a row at its "
        "left edge to delete it."
    )
    seeds = st.number_input(
        "Seeds of each", 1, MOST_SEEDS, step=1, key=_SEEDS, persist_state="session",
        help="With several, figures are mean ± standard deviation, and a test says whether a difference is noise.",
    )  # fmt: skip
    experiments, said = [], []
    for place, row in enumerate(edited.to_dict("records"), 1):
        if place > MOST:
            said.append(f"At most {MOST} rows are compared: row {place} and those below it are left out.")
            break
        try:
            experiments.append(_experiment({str(column): value for column, value in row.items()}))
        except LabError as error:
            said.append(f"Row {place}: {error}")
    problems(said)
    unique = list({one.digest: one for one in experiments}.values())
    if len(unique) < len(experiments):
        st.caption("Rows that say the same are one.")
    _write([*unique], int(seeds))
    return unique, int(seeds)


def _write(experiments: Sequence[Experiment], seeds: int) -> None:
    """The address follows the table."""
    query = {str(i): short(one) for i, one in enumerate(experiments, 1)}
    if seeds > 1:
        query["seeds"] = str(seeds)
    if {key: st.query_params[key] for key in st.query_params} != query:
        st.query_params.from_dict(query)
    st.session_state[_ADDRESS] = query


def runs(experiments: Sequence[Experiment], seeds: int) -> dict[str, list[Run]] | None:
    """The runs of each, by a short name, one for each seed; None while some are missing: then there is a button, or
    progress."""
    if len(experiments) < 2:
        st.info("Give at least two different rows.", icon=":material/compare:")
        return None
    every = [comparison.with_seeds(one, seeds) for one in experiments]
    if not batch.train([each for group in every for each in group], "Train what is missing", "compare:batch"):
        return None
    found: dict[str, list[Run]] = {}
    for place, group in enumerate(every, 1):
        opened = [run for one in group if (run := open_run(one)) is not None]
        if len(opened) < len(group):
            problems([f"Row {place}: {len(group) - len(opened)} of {len(group)} trainings diverged."])
        if opened:
            found[f"{place}: {name(opened[0].experiment)}"] = opened
    return found if len(found) > 1 else None


# --- side by side --------------------------------------------------------------------------------------------------


def networks(shown: Mapping[str, Run]) -> None:
    """A picture of each, with a link to its lesson."""
    cells = st.columns(min(3, len(shown)))
    for place, (label, run) in enumerate(shown.items()):
        with cells[place % len(cells)]:
            st.markdown(f"**{plain(label)}**")
            views.network(run.experiment)
            link(run.experiment, f"Open it: {outcome(run.metrics)}")


def settings(shown: Mapping[str, Run], key: str) -> None:
    """What differs, highlighted, and what came out."""
    paths = comparison.differing([run.experiment for run in shown.values()])
    fields = [flatten(run.experiment.model_dump(mode="json")) for run in shown.values()]
    table = {labels.short(path): [text(own.get(path)) or "–" for own in fields] for path in paths}
    differing = list(table)
    table |= {
        "result": [outcome(run.metrics) for run in shown.values()],
        "MSE": [f"{run.metrics['mse']:.3g}" for run in shown.values()],
        "parameters": [f"{run.parameters:,}" for run in shown.values()],
        "seconds": [f"{run.seconds:.2f}" for run in shown.values()],
    }
    frame = pd.DataFrame(table, index=list(shown)).T

    def highlight(row: "pd.Series[Any]") -> list[str]:
        return ["background-color: rgba(59, 130, 246, 0.14)" if row.name in differing else ""] * len(row)

    st.dataframe(frame.style.apply(highlight, axis=1), key=f"{key}:table")
    st.download_button(
        "Table as CSV", frame.to_csv(), "compared.csv", "text/csv", icon=":material/download:", key=f"{key}:csv",
        on_click="ignore",
    )  # fmt: skip


def learning(shown: Mapping[str, Run], key: str) -> None:
    """Curves over each other, by epoch or by seconds."""
    shared = curves.shared_error(shown.values())
    if shared is None:
        st.info("Images learnt one by one, and many images of some classes: their curves cannot be compared.")
        return
    by = st.segmented_control("Against", ["epochs", "seconds"], default="epochs", key=f"{key}:by", required=True)
    st.plotly_chart(curves.errors(shown, shared, by == "seconds"), key=f"{key}:curves", config=_PLAIN)


def noise(groups: Mapping[str, list[Run]], key: str) -> None:
    """Mean ± standard deviation over the seeds, and whether each differs from the first by more than noise."""
    first, *others = groups
    if min(len(group) for group in groups.values()) < 2:
        st.info(
            "One run of each may be luck. Give more seeds above, and this part says whether a difference is noise.",
            icon=":material/casino:",
        )
        return
    names = comparison.figures([run for group in groups.values() for run in group])
    chosen = st.selectbox("Figure", names, format_func=FIGURES.__getitem__, key=f"{key}:figure")
    values = {
        label: [value for run in group if (value := comparison.figure(run, chosen)) is not None]
        for label, group in groups.items()
    }
    rows, said = [], []
    for label, found in values.items():
        row = {"run": label, "mean ± std": f"{np.mean(found):.4g} ± {np.std(found, ddof=1):.2g}", "runs": len(found)}
        if label != first:
            told = comparison.difference(values[first], found)
            row |= {"difference": f"{told.means[1] - told.means[0]:+.4g}", "p": told.p, "effect (d)": told.effect}
            said.append(
                f"{plain(label)}: {_amount(told)} beside the first (p = {told.p:.2g}, effect {told.size}, "
                f"{told.runs[1]} runs against {told.runs[0]})."
            )
        rows.append(row)
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key=f"{key}:table", placeholder="",
        column_config={
            "p": st.column_config.NumberColumn(
                format="%.2g", help="Welch's t-test: how often chance alone gives such a difference of the means."
            ),
            "effect (d)": st.column_config.NumberColumn(
                format="%.2f", help="Cohen's d: the difference by the standard deviation; 0.8 and more is large."
            ),
        },
    )  # fmt: skip
    st.markdown("\n".join(f"- {one}" for one in said))
    if len(others) > 1:
        st.caption(f"{len(others)} tests were made: of twenty, chance alone makes one look like more than noise.")


def _amount(told: comparison.Difference) -> str:
    """What the test says, and what it cannot say."""
    if told.is_sure:
        return "**more than noise**"
    if told.size in ("medium", "large"):
        return "**cannot be told** from noise with so few runs: try more seeds"
    return "**no difference seen**; with more seeds a small one might be"


def together(shown: Mapping[str, Run]) -> DatasetSpec | None:
    """The data set where all have the same; else None, and one sentence."""
    sets = {run.experiment.dataset for run in shown.values()}
    if len(sets) == 1:
        return next(iter(shown.values())).experiment.dataset_spec
    st.info("These runs are on different images, so nothing can be shown image by image.", icon=":material/image:")
    return None


def errors(shown: Mapping[str, Run], key: str) -> None:
    """Who gets what wrong, joined by image."""
    counts = comparison.wrong_pixels(shown)
    if any("wrong_pixels" not in run.metrics for run in shown.values()):
        st.caption("No image of these is learnt by itself, so there is no table of wrong pixels.")
    elif not counts:
        st.success("No image has a wrong pixel in any of these runs.", icon=":material/check_circle:")
    else:
        frame = pd.DataFrame(counts).T
        most = max(1, int(frame.to_numpy().max()))

        def shade(count: Any) -> str:
            return f"background-color: rgba(234, 88, 12, {0.5 * count / most:.2f})" if count > 1 else ""

        st.dataframe(frame.style.map(shade), key=f"{key}:table", height=330)
        st.caption("Wrong pixels of each image; those first on which the runs disagree most.")


@st.cache_data(max_entries=64, show_spinner=False)
def _points(digest: str, created: str, _run: Run) -> NDArray[np.float32]:
    codes = _run.codes()[:IN_A_PLANE]
    return latent.plane(codes).points(codes)


@st.fragment
def images(shown: Mapping[str, Run], key: str) -> None:
    """Latent planes at one scale, and reconstructions row by row; what is picked in one is seen in all."""
    first = next(iter(shown.values()))
    names = first.images.names[:IN_A_PLANE]
    picked = st.multiselect(
        "Images to follow", names, key=f"{key}:{first.experiment.dataset}:picked", max_selections=SHOWN,
        placeholder="Choose some, or select points in a plane",
    )  # fmt: skip
    chosen = [names.index(one) for one in picked]
    coded = {label: run for label, run in shown.items() if run.experiment.keeps_codes and run.experiment.latent_dim > 1}
    if len(coded) > 1:
        place = f"{key}:{first.experiment.dataset}:planes"
        selection = st.session_state.get(place, {}).get("selection", {}).get("points", [])
        chosen += [one["point_index"] for one in selection if one["point_index"] not in chosen]
        points = {label: _points(run.digest, run.created, run) for label, run in coded.items()}
        classes = first.images.labels[:IN_A_PLANE].tolist() if not first.experiment.dataset_spec.named else None
        st.plotly_chart(
            planes_chart.planes(points, names, classes, chosen), key=place, on_select="rerun",
            selection_mode=("points", "box", "lasso"), config=_PLAIN,
        )  # fmt: skip
        wide = sorted({run.experiment.latent_dim for run in coded.values() if run.experiment.latent_dim > 2})
        if wide:
            st.caption(
                "Codes of more than two numbers are shown through the plane of their first principal components."
            )
    _reconstructions(shown, (chosen or _telling(shown))[:SHOWN])


def _telling(shown: Mapping[str, Run]) -> list[int]:
    """The images on which the runs disagree most, then the first."""
    names = next(iter(shown.values())).images.names
    wrong = [names.index(one) for one in comparison.wrong_pixels(shown)]
    return [*wrong, *(i for i in range(min(SHOWN, len(names))) if i not in wrong)]


def _reconstructions(shown: Mapping[str, Run], chosen: list[int]) -> None:
    """Originals, and what each run makes of them."""
    first = next(iter(shown.values()))
    drawn = first.experiment.dataset_spec.drawn
    rows = {"original": first.images.images()[chosen]}
    rows |= {label: run.restored(run.inputs[chosen]).clamp(0, 1) for label, run in shown.items()}
    counts = [run.metrics.get("wrong_pixels", {}) for run in shown.values()]
    columns = []
    for place, image in enumerate(chosen):
        called = first.images.names[image]
        tiles = tuple(
            glyphs.tile(glyphs.colours(drawn(pixels[place].numpy())), f"{called}, {label}", TILE)
            for label, pixels in rows.items()
        )
        told = " ".join(str(own[called]) for own in counts if called in own)
        columns.append((tiles, told, False))
    st.html(glyphs.row(columns))
    below = " Below: wrong pixels in this order." if any(counts) else ""
    st.caption(plain(f"From top to bottom: {'; '.join(rows)}.{below}"))
