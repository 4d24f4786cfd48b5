"""Parts of the page Runs: filter, open, compare, and delete the user's own runs."""

import re
from collections import Counter

import pandas as pd
import streamlit as st

from aelib import datasets
from aelib.analysis.comparison import MAX_RUNS as MAX_COMPARED
from aelib.core.errors import LabError
from aelib.core.language import N_, _, ngettext
from aelib.experiment import labels
from aelib.store import ORDERS, Order, Summary, outcome_text
from aelib.training import STOPPED, Run
from aelib.ui.shell.links import link, link_compare, name
from aelib.ui.shell.messages import show_error
from aelib.ui.shell.server_state import store
from aelib.ui.shell.session import Slot
from aelib.ui.shell.visitor import visitor_id
from aelib.ui.views import run_file

_DELETED = Slot("runs:deleted", int)  # number of runs that were just deleted
SHOWN = 500  # rows in the list; use the filter to find others
_ORDER_LABELS: dict[Order, str] = {
    "newest": N_("newest first"),
    "best": N_("most learnt, then fewest parameters"),
    "smallest": N_("fewest parameters"),
    "fastest": N_("fastest training"),
}


def filtered() -> tuple[list[Summary], str | None]:
    """Draw the filters. Returns the runs that pass them, and the chosen data set or None for all."""
    runs = store()
    runs.summaries(limit=1)  # updates the index before its data sets are read
    names = runs.index.datasets()
    left, middle, right = st.columns(3)
    dataset: str | None = left.selectbox(
        _("Data set"),
        [None, *names],
        format_func=lambda name: title(name) if name else "all",
        key="runs:dataset",
        persist_state="session",
    )
    layers = middle.text_input(
        _("Layers contain"), placeholder=_("such as 20-10"), key="runs:layers", persist_state="session"
    )
    order: Order = right.selectbox(
        _("Order"),
        list(ORDERS),
        format_func=lambda name: _(_ORDER_LABELS[name]),
        key="runs:order",
        persist_state="session",
    )
    own = st.toggle(
        _("Only my own trainings"),
        key="runs:mine",
        help=_("Trained from this browser; there is no login."),
        persist_state="session",
    )
    among = runs.owners.runs(visitor_id()) if own else None
    return runs.summaries(order, dataset, _as_listed(layers), SHOWN, among), dataset


def _as_listed(layers: str) -> str:
    """Layers in the notation of the list, from what the user has typed: 20,10 or 20 10 becomes 20-10."""
    return re.sub(r"(?<=\d)(\s*[,–-]\s*|\s+)(?=\d)", "-", layers.strip())


def most(rows: list[Summary]) -> str:
    """The most frequent data set of these runs."""
    return Counter(row["dataset"] for row in rows).most_common(1)[0][0]


def title(name: str) -> str:
    try:
        return _(datasets.spec(name).title)
    except LabError:  # removed from this machine, but its runs are still listed
        return name


def table(rows: list[Summary]) -> None:
    """The list of runs. Selected runs can be opened, compared and deleted."""
    frame = pd.DataFrame(rows)
    created = pd.to_datetime(frame["created"], format="ISO8601", utc=True, errors="coerce")
    frame["created"] = created.dt.tz_localize(None)
    frame["result"] = [outcome_text(row) for row in rows]
    frame["wrong_pixels"] = frame["wrong_pixels"].astype("Int64")
    frame["dataset"] = frame["dataset"].map({name: title(name) for name in frame["dataset"].unique()})
    for column, path in (("activation", "model.hidden_activation"), ("optimizer", "optimizer.kind")):
        frame[column] = [labels.choice(path, name) if name else None for name in frame[column]]
    frame["stopped"] = frame["stopped"].map({name: _(text) for name, text in STOPPED.items()})
    columns = {
        "architecture": "layers",
        "result": "result",
        "dataset": _("data set"),
        "wrong_pixels": _("wrong pixels"),
        "parameters": "parameters",
        "epochs": "epochs",
        "stopped": "ended",
        "seed": "seed",
        "activation": "activation",
        "optimizer": "optimiser",
        "learning_rate": _("learning rate"),
        "seconds": "seconds",
        "created": _("trained (UTC)"),
        "digest": "digest",
    }
    picked = st.dataframe(
        frame[list(columns)].rename(columns=columns),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="runs:table",
        placeholder="–",
        column_config={
            "seconds": st.column_config.NumberColumn(format="%.2f"),
            _("learning rate"): st.column_config.NumberColumn(format="%g"),
            _("trained (UTC)"): st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
        },
    )
    chosen = [rows[place] for place in picked.selection.rows if place < len(rows)]
    if not chosen:
        st.caption(
            _(
                "Select a run to open it, or two to {max_compared} runs to compare them. You can delete your own.",
                max_compared=MAX_COMPARED,
            )
        )
        return
    runs = _readable(chosen[:MAX_COMPARED])
    if len(chosen) > MAX_COMPARED:
        st.caption(
            _(
                "Showing the first {max_compared} of the {chosen} selected runs.",
                max_compared=MAX_COMPARED,
                chosen=len(chosen),
            )
        )
    for run in runs.values():
        with st.container(horizontal=True, vertical_alignment="center"):
            link(
                run.experiment,
                _("Open {name}: {outcome_text}", name=name(run.experiment), outcome_text=outcome_text(run.metrics)),
            )
            run_file.download(run, "runs")
    if len(runs) > 1:
        link_compare([run.experiment for run in runs.values()], _("Compare these {runs} side by side", runs=len(runs)))
    _delete([row["digest"] for row in chosen])


def _readable(rows: list[Summary]) -> dict[str, Run]:
    """Short name -> run. Shows an error for each run that cannot be read."""
    found: dict[str, Run] = {}
    for row in rows:
        try:
            run = store().get(row["digest"])
        except LabError as error:
            show_error(error)
            continue
        if run is None:
            st.warning(_("A selected run has been removed in the meantime."), icon=":material/delete:")
        else:
            found[f"{len(found) + 1}: {name(run.experiment)}"] = run
    return found


def _delete(digests: list[str]) -> None:
    """Delete the runs that only this user has trained, after confirmation."""
    person, owners = visitor_id(), store().owners
    own = [digest for digest in digests if owners.of(digest) == {person}]
    if not own:
        st.caption(_("You can delete a run only if you trained it and no other user did."))
        return
    with st.popover(
        _("Delete {own} of your runs", own=len(own)) if len(own) > 1 else _("Delete your run"), icon=":material/delete:"
    ):
        st.markdown(_("You can train deleted runs again at any time: the same experiment gives the same run."))
        if st.button(_("Delete permanently"), type="primary", key="runs:delete"):
            try:
                for digest in own:
                    store().delete(digest)
            except LabError as error:
                show_error(error)
                return
            _DELETED.set(len(own))
            st.rerun()


def notice() -> None:
    """Show how many runs were just deleted."""
    if number := _DELETED.pop():
        st.toast(ngettext("Deleted {n} run.", "Deleted {n} runs.", number), icon=":material/delete:")
