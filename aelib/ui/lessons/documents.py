"""Parts of the page From the documents: the recorded reproduction, as a table and row by row."""

from collections import Counter

import pandas as pd
import streamlit as st

from aelib.core.errors import LabError
from aelib.core.language import ENGLISH, N_, _, speaking
from aelib.experiment import parse, resolve
from aelib.reproduction import runner
from aelib.reproduction.claims import CLAIMS
from aelib.reproduction.runner import assumptions, table_row, untried_assumptions
from aelib.reproduction.verdicts import Record, error_text, other_layers, recipe_text, side_text, tolerance, verdict
from aelib.ui.components.figures import csv_button
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import escaped, problems, text_of
from aelib.ui.shell.session import Slot, set_widget

_ASKED = Slot("documents:asked", str)  # the row that the address asked for last

DOCUMENTS = {
    "A": N_("A: slides, dense, denoising, variational"),
    "B": N_("B: slides, momentum and MNIST"),
    "C": N_("C: lecture, compression and colour"),
    "D": N_("D: practical, restoring digits"),
    "E": N_("E: paper, super-resolution"),
}
_ORDER = [
    N_("row"),
    N_("reported"),
    N_("document's recipe"),
    N_("our recipe"),
    N_("verdict"),
    N_("figure"),
    N_("epochs"),
    N_("seconds"),
    N_("network"),
    N_("document"),
]
_ICONS = {
    "better": ":material/trending_up:",
    "as reported": ":material/check:",
    "not reached": ":material/trending_down:",
    "picture": ":material/image:",
    "absent": ":material/folder_off:",
    "diverged": ":material/error:",
}
_SAID = {
    "better": N_("better than reported"),
    "as reported": N_("as reported"),
    "not reached": N_("not reached"),
    "picture": N_("with a picture, or no figure to compare"),
    "absent": N_("without their images on this machine"),
    "diverged": N_("where the document's recipe diverges"),
}


def recorded() -> list[Record]:
    """The records of `reproduce --write`. Raises LabError if they cannot be read."""
    try:
        stamp = runner.RECORD.stat().st_mtime_ns
    except OSError:
        return []
    return _stored(str(runner.RECORD), stamp)


@st.cache_data(show_spinner=False, max_entries=2)
def _stored(path: str, stamp: int) -> list[Record]:
    return runner.load()


def nothing_yet() -> None:
    """Show what to do if there are no records."""
    st.info(
        _(
            "Nothing has been measured on this server yet. Whoever runs it can measure all rows, one after the "
            "other: the documentation says how, under “From the documents”."
        )
    )


def summary(records: list[Record]) -> None:
    """Count the rows by outcome, and those not measured yet."""
    counts = Counter(record["status"] for record in records)
    said = [f"{counts[status]} {_(_SAID[status])}" for status in _SAID if counts[status]]
    left = len(CLAIMS) - len(records)
    said += [_("{left} not measured yet", left=left)] if left else []
    st.markdown(
        escaped(
            _("{claims} rows, counted by our recipe if we have one: {said}.", claims=len(CLAIMS), said="; ".join(said))
        )
    )
    others = [record["id"] for record in records if any(_layers(record, side) for side in record["sides"])]
    if others:
        st.caption(
            escaped(_("Our recipe has different layers from the document's in {others}.", others=", ".join(others)))
        )
    if any(record["quick"] for record in records):
        st.caption(_("Rows marked quick have fewer seeds or epochs than a whole measurement."))


def _layers(record: Record, side: Record) -> str:
    """Describe layers that differ from the document's; empty if they are the same."""
    return other_layers(record["sides"][0], side)


def filtered(records: list[Record]) -> list[Record]:
    """The rows of the chosen document, or all rows."""
    there = sorted({record["document"] for record in records})
    document = st.segmented_control(
        _("Document"),
        there,
        format_func=lambda name: _(DOCUMENTS[name]) if name in DOCUMENTS else name,
        key="documents:document",
        help=_("If none is chosen, all rows are shown."),
        persist_state="session",
    )
    return [record for record in records if document in (None, record["document"])]


def frame(records: list[Record]) -> pd.DataFrame:
    """The table, with the figures also as numbers for further analysis."""
    lines = []
    for record in records:
        with speaking(ENGLISH):  # a file is the same for everybody
            row = table_row(record)
        line: dict[str, object] = {**row, "status": record["status"], "quick": record["quick"]}
        for side in record["sides"]:
            if side["role"] != "alternative":
                figure = side["figure"] or {}
                line |= {f"{side['role']} {name}": figure.get(name) for name in ("mean", "std")}
                line |= {f"{side['role']} {name}": side[name] for name in ("seeds", "epochs", "seconds")}
        lines.append(line)
    return pd.DataFrame(lines)


def table(records: list[Record]) -> None:
    """The reported figures next to ours, also as CSV."""
    shown = pd.DataFrame([table_row(record) for record in records]).rename(columns=_)
    st.dataframe(
        shown,
        hide_index=True,
        key="documents:table",
        column_order=[_(name) for name in _ORDER],
        column_config={_("verdict"): st.column_config.TextColumn(width="large")},
    )
    st.caption(
        _(
            "Mean ± std over the seeds; their number is in brackets. {tolerance} Epochs and seconds of one "
            "training: the document's recipe / ours.",
            tolerance=tolerance(),
        )
    )
    csv_button(frame(records), "from-the-documents.csv", "documents")


def opened(records: list[Record]) -> None:
    """One row: both recipes, the assumptions and their effect, and links to its lesson."""
    by_id = {record["id"]: record for record in records}
    _from_address(list(by_id))
    name = st.selectbox(_("Row"), list(by_id), key="documents:row", persist_state="session")
    record = by_id[name]
    st.markdown(f"{_ICONS[record['status']]} {escaped(verdict(record))}")
    sides = {side["role"]: side for side in record["sides"] if side["role"] != "alternative"}
    figures = {_("Reported"): record["reported"] or "–"}
    figures |= {_("The document's recipe"): side_text(sides["document"])} if "document" in sides else {}
    figures |= {_("Our recipe"): side_text(sides["best"])} if "best" in sides else {}
    for column, (label, text) in zip(st.columns(3), figures.items(), strict=False):
        column.metric(label, text)
    runs = (
        _("one run")
        if record["reported_runs"] == 1
        else _("{reported_runs} runs", reported_runs=record["reported_runs"])
    )
    note = _(" The document adds: {note}.", note=record["note"]) if record["note"] else ""
    st.caption(
        escaped(
            _(
                "{capitalize}. The document's figure is from {runs}.{note}",
                capitalize=f"{_(record['measure'])[:1].upper()}{_(record['measure'])[1:]}",
                runs=runs,
                note=note,
            )
        )
    )
    for column, (role, side) in zip(st.columns(2), sides.items(), strict=False):
        with column:
            _side(record, role, side)
    st.subheader(_("What the document leaves out"))
    assumed = CLAIMS[record["id"]].assumed
    st.markdown(escaped(assumed) if assumed else _("Nothing, as far as we know."))
    others = assumptions(record)
    if others:
        st.dataframe(pd.DataFrame(others).drop(columns=["row", "figure"]), hide_index=True, key="documents:assumptions")
        st.caption(_("The effect of each assumption: the same figure with a different one."))
    for line in untried_assumptions(record):
        st.caption(escaped(line))
    about = record["measured"]
    st.caption(
        escaped(
            _(
                "Measured on {date}: {machine}, torch {torch}.",
                date=about["date"],
                machine=about["machine"],
                torch=about["torch"],
            )
        )
    )


def _from_address(names: list[str]) -> None:
    """Open the row that a link names (`row=font-best`), once, or say that it is not there."""
    asked = st.query_params.get("row", "")
    if asked and asked not in names:
        text = _("The address asks for row {row!r}, which is not among these: choose one of them.", row=asked[:60])
        problems([text])
    elif asked and asked != _ASKED.get():
        set_widget("documents:row", asked)
    _ASKED.set(asked)


def _side(record: Record, role: str, side: Record) -> None:
    """One recipe in words, and a link to its lesson."""
    st.subheader(_("The document's recipe") if role == "document" else _("Our recipe"))
    if layers := _layers(record, side):
        st.markdown(escaped(f"{layers[:1].upper()}{layers[1:]}."))
    st.markdown(escaped(recipe_text(parse(side["experiment"]))))
    if side["why"]:
        st.markdown(escaped(_(side["why"])))
    details = [_("{seeds} seeds", seeds=side["seeds"]) if side["seeds"] > 1 else _("1 seed")]
    if side["whole_epochs"]:
        details.append(
            _("{epochs:,} of {whole_epochs:,} epochs", epochs=side["epochs"], whole_epochs=side["whole_epochs"])
        )
    if side["seconds"] is not None:
        details.append(_("{seconds:.2g} s per training", seconds=side["seconds"]))
    if side["diverged"]:
        details.append(_("{diverged} diverged", diverged=side["diverged"]))
    if side["mse"] is not None:
        details.append(error_text(side))
    st.caption(escaped(", ".join(details)))
    try:
        experiment = resolve(parse(side["experiment"])).experiment
    except LabError as error:  # its images are not on this machine
        st.caption(escaped(text_of(error)))
        return
    claim = CLAIMS[record["id"]]
    recipe = claim.recipe if role == "document" or claim.best is None else claim.best
    link(experiment, _("Open it in its lesson"), preset=recipe.preset)
