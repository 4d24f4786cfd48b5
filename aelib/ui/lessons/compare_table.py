"""What the page Compare compares: a table of experiments to type into, which the address follows."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from aelib.analysis.comparison import MAX_RUNS, MAX_SEEDS
from aelib.core.errors import LabError
from aelib.experiment import Experiment, digest_of, presets
from aelib.experiment.encoding import MAX_VALUE, decode, encode, unpack
from aelib.store import DamagedRun
from aelib.ui.form import url_sync
from aelib.ui.shell.links import short
from aelib.ui.shell.messages import problems, text_of
from aelib.ui.shell.server_state import jobs, store
from aelib.ui.shell.session import Slot, set_widget, widget

_PAGE = "compare"
_SEEDS = "compare:seeds"  # key of a widget
EXTRAS = ("figure", "by", "images")  # what an address has in addition to the table: see `asked`
SEEDS_TRIED = 10  # of each preset, to find an experiment by its digest
_START, _OTHER = "start from", "anything else"
# column -> field; "layers" is another field for each kind of net
_COLUMNS = {
    "hidden activation": "model.hidden_activation",
    "optimiser": "optimizer.kind",
    "learning rate": "optimizer.learning_rate",
    "epochs": "epochs",
    "noise": "corruption.level",
    "seed": "seed",
}
_DEFAULT = ("font-20-10", "font-25-15")  # which differ in one thing

Row = dict[str, str | None]


@dataclass
class _Table:
    """What a person's session holds of the table.

    Attributes:
        rows: that the editor began with.
        now: as it is.
        version: rises with every table that comes from elsewhere.
        address: the query that was written last.
        written: its part about the table.
        extras: its part about what is chosen below the table.
        problems: with the table as it came, one sentence each.
    """

    rows: list[Row] = field(default_factory=list)
    now: list[Row] = field(default_factory=list)
    version: int = 0
    address: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


_TABLE = Slot("compare:state", _Table)


def choose() -> tuple[dict[int, Experiment], int]:
    """The experiments to compare, by the number of their row, and how many seeds of each. What makes no sense is said
    and left out; rows that would share runs are one."""
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
            _START: st.column_config.SelectboxColumn(options=list(presets.PRESETS), width="medium"),
            "layers": st.column_config.TextColumn(help="Sizes from image to code, or channels of convolutions."),
            "noise": st.column_config.TextColumn(help="Level, 0 to 1; what kind: corruption.kind in the last column."),
            _OTHER: st.column_config.TextColumn(
                help="Any other field, such as loss=bce; model.batch_norm=true", width="medium"
            ),
        },
    )
    now = [_cleaned(row) for row in edited.to_dict("records")]
    if now != state.now:
        state.problems = []  # they were about the table as it came
    state.now = now
    with above:
        problems(state.problems)
    st.caption(
        f"One row each, up to {MAX_RUNS}; an empty cell is as the preset has it. The last row adds one; pick a row at "
        "its left edge to delete it."
    )
    seeds = st.number_input(
        "Seeds of each",
        1,
        MAX_SEEDS,
        step=1,
        key=_SEEDS,
        persist_state="session",
        help="With several, figures are mean ± standard deviation, and a test says whether a difference is noise.",
    )
    rows = _once(_valid(now), "say the same: they are one.")
    state.written = {str(i): short(one) for i, one in enumerate(rows.values(), 1)}
    if seeds > 1:
        state.written["seeds"] = str(seeds)
        rows = _once(
            rows,
            f"differ only in the seed, and {seeds} seeds of each would be partly the same runs: they "
            "are one, with the seeds of the first.",
            seed=0,
        )
    _write()
    return rows, int(seeds)


def choice(name: str) -> str:
    """What the address says in addition to the table, as it was given: to be checked. name: in EXTRAS."""
    return _TABLE.get().extras.get(name, "")


def set_choice(name: str, value: str) -> None:
    """Have it in the address; empty: leave it out."""
    if choice(name) != value:
        _TABLE.get().extras[name] = value
        _write()


def version() -> int:
    """Another number whenever another table has come."""
    return _TABLE.get().version


# --- rows ----------------------------------------------------------------------------------------------------------


def _row_of(given: str) -> Row:
    """A row of the table from an experiment in an address, or the digest of one that is known here. Raises
    LabError."""
    if re.fullmatch("[0-9a-f]{16}", given):
        encoded = encode(_by_digest(given))
    else:
        preset, changes = unpack(given)
        encoded = encode(decode(preset, changes), preset)
    preset, changes = encoded.preset, dict(encoded.changes)
    row: Row = {_START: preset, "layers": changes.pop(_layers(preset), "")}
    row |= {column: changes.pop(path, "") for column, path in _COLUMNS.items()}
    return {**row, _OTHER: "; ".join(f"{path}={value}" for path, value in changes.items())}


def _by_digest(digest: str) -> Experiment:
    """Of a run, a training, or a preset with one of its first seeds. Raises LabError."""
    try:
        run = store().get(digest)
    except DamagedRun:  # what it was may be known from elsewhere
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
        f"run {digest} is not on this server, and its digest alone does not tell its settings: ask for this page's "
        "address from where the run is, which holds them, or open its run file on the page Runs."
    )


def _layers(preset: str) -> str:
    return "model.layers" if presets.get(preset).model.dense else "model.convolution.channels"


def _experiment(row: Mapping[str, str | None]) -> Experiment:
    """Raises LabError."""
    preset = row.get(_START) or ""
    if not preset:
        raise LabError(f"choose in the column “{_START}” what the row begins with.")
    found = {path: row.get(column) for column, path in _COLUMNS.items()}
    found[_layers(preset)] = row.get("layers")
    typed = {path: value for path, value in found.items() if value}
    return decode(preset, typed | unpack(f"{preset};{row.get(_OTHER) or ''}").changes)


def _cleaned(row: Mapping[Any, Any]) -> Row:
    """A row as it comes from the editor, where an empty cell may be None or NaN."""
    cells = {
        str(column): "" if value is None or value != value else str(value).strip() for column, value in row.items()
    }
    return {**cells, _START: cells[_START] or None}


def _valid(table: list[Row]) -> dict[int, Experiment]:
    """By their place in the table, from 1; what is wrong with the others is said."""
    rows, said = {}, []
    for place, row in enumerate(table, 1):
        if not any(row.values()):
            continue
        if place > MAX_RUNS:
            said.append(f"At most {MAX_RUNS} rows are compared: row {place} and those below it are left out.")
            break
        try:
            rows[place] = _experiment(row)
        except LabError as error:
            said.append(f"Row {place}: {text_of(error)}")
    problems(said)
    return rows


def _once(rows: Mapping[int, Experiment], why: str, **same: int) -> dict[int, Experiment]:
    """The first of those rows that are equal when these fields are made the same; the others are said."""
    groups: dict[str, list[int]] = defaultdict(list)
    for place, experiment in rows.items():
        groups[digest_of(experiment.with_values(same))].append(place)
    for places in groups.values():
        if len(places) > 1:
            st.caption(f"Rows {', '.join(map(str, places[:-1]))} and {places[-1]} {why}")
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
    """The table as the address has it, where that is new; else as this person left it."""
    known, state = bool(_TABLE), _TABLE.setdefault()
    query = {key: st.query_params[key] for key in st.query_params}
    if url_sync.is_echo(_PAGE, query, state.address):
        query = state.address
        st.query_params.from_dict(query)
    if known and (not query or query == state.address):
        if widget(_editor()) is None:  # the page was left, and what was typed went with the editor
            state.problems = []
            _show(state.now)
        return
    adds = "add" in query
    numbered = [query[str(i)] for i in range(1, MAX_RUNS + 1) if str(i) in query]
    given = [query["add"]] if adds else numbered
    rows: list[Row] = list(state.now) if adds or not given else []
    said = []
    for one in given:
        try:
            row = _row_of(one)
        except LabError as error:
            said.append(f"An experiment of the address is left out: {text_of(error)}")
            continue
        if not adds or _digest(row) not in [_digest(other) for other in rows]:
            rows.append(row)
    if len(rows) > MAX_RUNS:
        said.append(f"At most {MAX_RUNS} are compared: the first of those that were here made room.")
        rows = rows[-MAX_RUNS:]
    state.problems = said
    _show(rows or [_row_of(one) for one in _DEFAULT])
    seeds = query.get("seeds", "")
    before = widget(_SEEDS, 1) if adds else 1
    given_seeds = bool(re.fullmatch("[0-9]{1,4}", seeds)) and 1 <= int(seeds) <= MAX_SEEDS
    set_widget(_SEEDS, int(seeds) if given_seeds else before)
    found = {name: query[name][:MAX_VALUE] for name in EXTRAS if name in query}
    state.extras = {**(state.extras if adds else {}), **found}


def _show(rows: list[Row]) -> None:
    """Another table: the editor forgets what was typed into the last."""
    state = _TABLE.get()
    state.rows = state.now = rows
    state.version += 1


def _write() -> None:
    """The address follows the table and what is chosen below it."""
    state = _TABLE.get()
    query = {**state.written, **{name: value for name in EXTRAS if (value := choice(name))}}
    if query != state.address or not st.query_params:
        if state.address:
            url_sync.replaced(_PAGE, state.address)
        st.query_params.from_dict(query)
    state.address = query
    url_sync.listen(_PAGE, query)
