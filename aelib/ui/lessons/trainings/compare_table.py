"""The input of the page Compare: an editable table of experiments, which the address stores."""

import re
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from aelib.analysis.comparison import MAX_RUNS, MAX_SEEDS, with_seeds
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.experiment import Experiment, digest_of, presets
from aelib.experiment.encoding import MAX_VALUE, decode, encode, unpack
from aelib.store import DamagedRun
from aelib.ui.form.url_sync import PageAddress
from aelib.ui.jobs import bulk_training
from aelib.ui.shell.address import known
from aelib.ui.shell.links import short
from aelib.ui.shell.messages import problems, text_of
from aelib.ui.shell.server_state import jobs, store
from aelib.ui.shell.session import Slot, set_widget, widget

_PAGE = "compare"
_SEEDS = "compare:seeds"  # key of a widget
EXTRAS = ("figure", "reference", "by", "images")  # parameters of the address in addition to the table: see `choice`
_READ = ("add", "seeds", *EXTRAS, *(str(place) for place in range(1, MAX_RUNS + 1)))  # all of the address that is read
SEEDS_TRIED = 10  # of each preset, to find an experiment by its digest
_START, _OTHER = "start from", "anything else"
# column -> field; the field of "layers" depends on the kind of net
_COLUMNS = {
    N_("hidden activation"): "model.hidden_activation",
    N_("optimiser"): "optimizer.kind",
    N_("learning rate"): "optimizer.learning_rate",
    N_("epochs"): "epochs",
    N_("noise"): "corruption.level",
    N_("seed"): "seed",
}
_DEFAULT = ("font-20-10", "font-25-15")  # these differ in one field

Row = dict[str, str | None]


@dataclass
class _Table:
    """The state of the table in a session.

    Attributes:
        rows: the initial rows of the editor.
        now: the current rows.
        version: increases with every table that does not come from the editor.
        written: the part of the address for the table.
        extras: the part of it for the choices below the table.
        problems: with the table in the address, one sentence each.
    """

    rows: list[Row] = field(default_factory=list)
    now: list[Row] = field(default_factory=list)
    version: int = 0
    written: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


_TABLE = Slot("compare:state", _Table)
_ADDRESS = PageAddress(_PAGE)


def choose() -> tuple[dict[int, Experiment], int]:
    """Draw the table. Returns row number -> experiment, and the number of seeds. Invalid rows are left out with an
    error; rows that would share runs are merged."""
    _begin()
    state = _TABLE.setdefault()
    above = st.container()
    frame = pd.DataFrame(state.rows, columns=[_START, "layers", *_COLUMNS, _OTHER])
    edited = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        key=_editor(),
        column_config={
            _START: st.column_config.SelectboxColumn(_("start from"), options=list(presets.PRESETS), width="medium"),
            "layers": st.column_config.TextColumn(
                _("layers"), help=_("Layer sizes from image to code, or channels of convolutions.")
            ),
            **{name: st.column_config.Column(_(name)) for name in _COLUMNS},
            "noise": st.column_config.TextColumn(
                _("noise"), help=_("Level, 0 to 1; its kind: corruption.kind in the last column.")
            ),
            _OTHER: st.column_config.TextColumn(
                _("anything else"), help=_("Any other field, such as loss=bce; model.batch_norm=true"), width="medium"
            ),
        },
    )
    now = [_cleaned(row) for row in edited.to_dict("records")]
    if now != state.now:
        state.problems = []  # they were about the initial table
    state.now = now
    with above:
        problems(state.problems)
    st.caption(
        _(
            "One experiment per row, up to {max_runs}. An empty cell has the preset's value. Use the last row "
            "to add one; select a row at its left edge to delete it.",
            max_runs=MAX_RUNS,
        )
    )
    seeds = st.number_input(
        _("Seeds per row"),
        1,
        MAX_SEEDS,
        step=1,
        key=_SEEDS,
        persist_state="session",
        help=_("With several, figures are mean ± standard deviation, and a test shows whether a difference is noise."),
    )
    rows = _once(_valid(now), N_("Rows {rows} are the same experiment: they are merged."))
    state.written = {str(i): short(one) for i, one in enumerate(rows.values(), 1)}
    if seeds > 1:
        state.written["seeds"] = str(seeds)
        rows = _once(
            rows,
            N_(
                "Rows {rows} differ only in the seed, so several seeds of each would partly be the same runs: they are "
                "merged and have the seeds of the first."
            ),
            seed=0,
        )
    _ADDRESS.show(_query(), urlencode(state.written), bulk_training.tried(_nets(rows, int(seeds))))
    return rows, int(seeds)


def _nets(rows: Mapping[int, Experiment], seeds: int) -> list[Experiment]:
    """Everything that is trained for the comparison, as far as it can be."""
    found = []
    for one in rows.values():
        with suppress(LabError):  # shown by the comparison itself
            found += with_seeds(one, seeds)
    return found


def choice(name: str) -> str:
    """A choice in the address, not yet checked; empty if there is none. name: one of EXTRAS."""
    return _TABLE.get().extras.get(name, "")


def set_choice(name: str, value: str) -> None:
    """Write a choice to the address; an empty one is left out."""
    if choice(name) != value:
        _TABLE.get().extras[name] = value
        _ADDRESS.change(_query(), name)


def version() -> int:
    """The version of the table, which changes whenever a table does not come from the editor."""
    return _TABLE.get().version


# --- rows ----------------------------------------------------------------------------------------------------------


def _row_of(given: str, notes: list[str]) -> Row:
    """A table row from an experiment in the address, or from the digest of a known experiment. `notes` gets a sentence
    about each field that does not exist and is left out. Raises LabError if the rest is invalid, or unknown."""
    if re.fullmatch("[0-9a-f]{16}", given):
        encoded = encode(_by_digest(given))
    else:
        preset, changes = unpack(given)
        encoded = encode(decode(preset, known(changes, notes)), preset)
    preset, changes = encoded.preset, dict(encoded.changes)
    row: Row = {_START: preset, "layers": changes.pop(_layers(preset), "")}
    row |= {column: changes.pop(path, "") for column, path in _COLUMNS.items()}
    return {**row, _OTHER: "; ".join(f"{path}={value}" for path, value in changes.items())}


def _by_digest(digest: str) -> Experiment:
    """Find the experiment among runs, jobs, and presets with their first seeds. Raises LabError if unknown."""
    try:
        run = store().get(digest)
    except DamagedRun:  # a job or a preset may have the experiment
        run = None
    if run is not None:
        return run.experiment
    job = jobs().get(digest)
    for experiment in job.experiments if job is not None else ():
        if digest_of(experiment) == digest:
            return experiment
    for name in presets.PRESETS:
        try:
            base = presets.get(name)
            tried = [base.with_values({"seed": seed}) for seed in range(SEEDS_TRIED)]
            found = next((one for one in tried if digest_of(one) == digest), None)
        except LabError:  # its data set is not on this machine
            continue
        if found is not None:
            return found
    raise LabError(
        "run {digest} is not on this server, and its digest does not contain its settings. Copy this "
        "page's address on the server that has the run, or open its run file on the page Runs.",
        digest=digest,
    )


def _layers(preset: str) -> str:
    return "model.layers" if presets.get(preset).model.dense else "model.convolution.channels"


def _experiment(row: Mapping[str, str | None]) -> Experiment:
    """The experiment of a row. Raises LabError if the row is invalid."""
    preset = row.get(_START) or ""
    if not preset:
        raise LabError("choose a preset in the column “{start}”.", start=_("start from"))
    found = {path: row.get(column) for column, path in _COLUMNS.items()}
    found[_layers(preset)] = row.get("layers")
    typed = {path: value for path, value in found.items() if value}
    return decode(preset, typed | unpack(f"{preset};{row.get(_OTHER) or ''}").changes)


def _cleaned(row: Mapping[Any, Any]) -> Row:
    """Clean a row from the editor, where an empty cell may be None or NaN."""
    cells = {
        str(column): "" if value is None or value != value else str(value).strip() for column, value in row.items()
    }
    return {**cells, _START: cells[_START] or None}


def _valid(table: list[Row]) -> dict[int, Experiment]:
    """Row number, from 1 -> experiment. Shows an error for each invalid row."""
    rows, errors = {}, []
    for place, row in enumerate(table, 1):
        if not any(row.values()):
            continue
        if place > MAX_RUNS:
            errors.append(
                _(
                    "At most {max_runs} rows are compared: row {place} and those below it are left out.",
                    max_runs=MAX_RUNS,
                    place=place,
                )
            )
            break
        try:
            rows[place] = _experiment(row)
        except LabError as error:
            errors.append(_("Row {place}: {text_of}", place=place, text_of=text_of(error)))
    problems(errors)
    return rows


def _once(rows: Mapping[int, Experiment], why: str, **same: int) -> dict[int, Experiment]:
    """Merge rows that are equal if the fields in `same` are set: keep the first, and show the others in a note."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, experiment in rows.items():
        groups[digest_of(experiment.with_values(same))].append(place)
    for places in groups.values():
        if len(places) > 1:
            listed = [", ".join(map(str, places[:-1])), str(places[-1])]
            st.caption(_(why, rows=_(" and ").join(listed)))
    return {places[0]: rows[places[0]] for places in groups.values()}


def _digest(row: Mapping[str, str | None]) -> str | None:
    try:
        return digest_of(_experiment(row))
    except LabError:
        return None


# --- address -------------------------------------------------------------------------------------------------------


def _editor() -> str:
    return f"compare:table:{version()}"


def _begin() -> None:
    """Load the table from a new address; otherwise restore the user's table."""
    known, state = bool(_TABLE), _TABLE.setdefault()
    query = _ADDRESS.opened()
    if known and query is None:
        if widget(_editor()) is None:  # the user left the page, which deletes the editor's input
            state.problems = []
            _show(state.now)
        return
    query = query or {}
    adds = "add" in query
    numbered = [query[str(i)] for i in range(1, MAX_RUNS + 1) if str(i) in query]
    given = [query["add"]] if adds else numbered
    rows: list[Row] = list(state.now) if adds or not given else []
    said = [
        _(
            "{name!r} in the address says nothing to this page: experiments are called 1 to {most}, or add.",
            name=name[:60],
            most=MAX_RUNS,
        )
        for name in query
        if name not in _READ
    ]
    for one in given:
        try:
            row = _row_of(one, said)
        except LabError as error:
            said.append(_("An experiment in the address is left out: {text_of}", text_of=text_of(error)))
            continue
        if not adds or _digest(row) not in [_digest(other) for other in rows]:
            rows.append(row)
    if len(rows) > MAX_RUNS:
        said.append(_("At most {max_runs} rows are compared: the first ones were removed.", max_runs=MAX_RUNS))
        rows = rows[-MAX_RUNS:]
    state.problems = said
    _show(rows or [_row_of(one, said) for one in _DEFAULT])
    seeds = query.get("seeds", "")
    before = widget(_SEEDS, 1) if adds else 1
    given_seeds = bool(re.fullmatch("[0-9]{1,4}", seeds)) and 1 <= int(seeds) <= MAX_SEEDS
    if seeds and not given_seeds:
        text = _(
            "seeds in the address is {seeds!r}: give a whole number from 1 to {most}.", seeds=seeds[:20], most=MAX_SEEDS
        )
        said.append(text)
    set_widget(_SEEDS, int(seeds) if given_seeds else before)
    found = {name: query[name][:MAX_VALUE] for name in EXTRAS if name in query}
    state.extras = {**(state.extras if adds else {}), **found}


def _show(rows: list[Row]) -> None:
    """Replace the table, including the editor's input."""
    state = _TABLE.get()
    state.rows = state.now = rows
    state.version += 1


def _query() -> dict[str, str]:
    """The table and the choices below it."""
    return {**_TABLE.get().written, **{name: value for name in EXTRAS if (value := choice(name))}}
