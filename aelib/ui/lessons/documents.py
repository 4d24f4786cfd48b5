"""The parts of the page From the documents: what is written down of the reproduction, as a table and row by row."""

from collections import Counter

import pandas as pd
import streamlit as st

from aelib.core.errors import LabError
from aelib.experiment import parse, resolve
from aelib.reproduction import runner
from aelib.reproduction.claims import CLAIMS
from aelib.reproduction.runner import assumptions, side_text, table_row, untried_assumptions
from aelib.reproduction.verdicts import TOLERANCE, Record, other_layers
from aelib.ui.components.figures import csv_button
from aelib.ui.shell.links import link
from aelib.ui.shell.messages import escaped, text_of

DOCUMENTS = {
    "A": "A: slides, dense, denoising, variational",
    "B": "B: slides, momentum and MNIST",
    "C": "C: lecture, compression and colour",
    "D": "D: practical, restoring digits",
    "E": "E: paper, super-resolution",
}
COMMAND = "python -m aelib reproduce --write"
_ORDER = [
    "row",
    "reported",
    "document's recipe",
    "our recipe",
    "verdict",
    "figure",
    "epochs",
    "seconds",
    "network",
    "document",
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
    "better": "better than reported",
    "as reported": "as reported",
    "not reached": "not reached",
    "picture": "with a picture, or nothing to compare",
    "absent": "without its images here",
    "diverged": "where the document's recipe diverges",
}


def recorded() -> list[Record]:
    """What `reproduce --write` has written down. Raises LabError where it cannot be read."""
    try:
        stamp = runner.RECORD.stat().st_mtime_ns
    except OSError:
        return []
    return _stored(str(runner.RECORD), stamp)


@st.cache_data(show_spinner=False, max_entries=2)
def _stored(path: str, stamp: int) -> list[Record]:
    return runner.load()


def nothing_yet() -> None:
    """What to do where nothing is written down."""
    st.info("Nothing has been measured on this machine yet. One command trains everything, row after row:")
    st.code(COMMAND, language="bash")
    st.caption("It can be stopped at any time and goes on where it was; with --quick it has fewer seeds and epochs.")


def summary(records: list[Record]) -> None:
    """How many rows came out how, and how many are to come."""
    counts = Counter(record["status"] for record in records)
    said = [f"{counts[status]} {_SAID[status]}" for status in _SAID if counts[status]]
    left = len(CLAIMS) - len(records)
    said += [f"{left} not measured yet"] if left else []
    st.markdown(escaped(f"{len(CLAIMS)} rows, by our recipe where we have one: {'; '.join(said)}."))
    others = [record["id"] for record in records if any(_layers(record, side) for side in record["sides"])]
    if others:
        st.caption(escaped(f"Our recipe has other layers than the document's in {', '.join(others)}."))
    if any(record["quick"] for record in records):
        st.caption(f"Rows marked quick have fewer seeds or epochs: `{COMMAND}` replaces them.")


def _layers(record: Record, side: Record) -> str:
    """In words, other layers than the document's; empty where they are the same."""
    return other_layers(record["sides"][0], side)


def filtered(records: list[Record]) -> list[Record]:
    """The rows of the document that is chosen, or all."""
    there = sorted({record["document"] for record in records})
    document = st.segmented_control(
        "Document",
        there,
        format_func=lambda name: DOCUMENTS.get(name, name),
        key="documents:document",
        help="None chosen: all of them.",
    )
    return [record for record in records if document in (None, record["document"])]


def frame(records: list[Record]) -> pd.DataFrame:
    """One line a row, as in the table; and the figures as numbers, for who goes on with them."""
    lines = []
    for record in records:
        line: dict[str, object] = {**table_row(record), "status": record["status"], "quick": record["quick"]}
        for side in record["sides"]:
            if side["role"] != "alternative":
                figure = side["figure"] or {}
                line |= {f"{side['role']} {name}": figure.get(name) for name in ("mean", "std")}
                line |= {f"{side['role']} {name}": side[name] for name in ("seeds", "epochs", "seconds")}
        lines.append(line)
    return pd.DataFrame(lines)


def table(records: list[Record]) -> None:
    """Reported beside ours, and the same as CSV."""
    shown = pd.DataFrame([table_row(record) for record in records])
    st.dataframe(
        shown,
        hide_index=True,
        key="documents:table",
        column_order=_ORDER,
        column_config={"verdict": st.column_config.TextColumn(width="large")},
    )
    st.caption(
        f"mean ± std over the seeds, whose number is in brackets. {TOLERANCE} Epochs, and seconds of one training: of "
        "the document's recipe / of ours."
    )
    csv_button(frame(records), "from-the-documents.csv", "documents")


def opened(records: list[Record]) -> None:
    """One row: both recipes, what was assumed and how much it matters, the way to its lesson."""
    by_id = {record["id"]: record for record in records}
    name = st.selectbox("Row", list(by_id), key="documents:row")
    record = by_id[name]
    st.markdown(f"{_ICONS[record['status']]} {escaped(record['verdict'])}")
    sides = {side["role"]: side for side in record["sides"] if side["role"] != "alternative"}
    figures = {"Reported": record["reported"] or "–"}
    figures |= {"The document's recipe": side_text(sides["document"])} if "document" in sides else {}
    figures |= {"Our recipe": side_text(sides["best"])} if "best" in sides else {}
    for column, (label, text) in zip(st.columns(3), figures.items(), strict=False):
        column.metric(label, text)
    runs = "one run" if record["reported_runs"] == 1 else f"{record['reported_runs']} runs"
    note = f" The document adds: {record['note']}." if record["note"] else ""
    st.caption(escaped(f"{record['measure'].capitalize()}. The document's figure is of {runs}.{note}"))
    for column, (role, side) in zip(st.columns(2), sides.items(), strict=False):
        with column:
            _side(record, role, side)
    st.subheader("What the document leaves out")
    st.markdown(escaped(record["assumed"]) if record["assumed"] else "Nothing that we know of.")
    others = assumptions(record)
    if others:
        st.dataframe(pd.DataFrame(others).drop(columns=["row", "figure"]), hide_index=True, key="documents:assumptions")
        st.caption("How much it matters: the same figure with another assumption.")
    for line in untried_assumptions(record):
        st.caption(escaped(line))
    about = record["measured"]
    st.caption(escaped(f"Measured on {about['date']}: {about['machine']}, torch {about['torch']}."))


def _side(record: Record, role: str, side: Record) -> None:
    """One recipe in words, and the way to its lesson."""
    st.subheader("The document's recipe" if role == "document" else "Our recipe")
    if layers := _layers(record, side):
        st.markdown(escaped(f"{layers.capitalize()}."))
    st.markdown(escaped(side["words"]))
    if side["why"]:
        st.markdown(escaped(side["why"]))
    details = [f"{side['seeds']} seeds" if side["seeds"] > 1 else "1 seed"]
    if side["whole_epochs"]:
        details.append(f"{side['epochs']:,} of {side['whole_epochs']:,} epochs")
    if side["seconds"] is not None:
        details.append(f"{side['seconds']:.2g} s a training")
    if side["diverged"]:
        details.append(f"{side['diverged']} diverged")
    if side["mse"] is not None:
        details.append(f"mean squared error {side['mse']['mean']:.3g}")
    if side["psnr"] is not None:
        details.append(f"{side['psnr']['mean']:.1f} dB")
    st.caption(escaped(", ".join(details)))
    try:
        experiment = resolve(parse(side["experiment"])).experiment
    except LabError as error:  # measured with images that are not on this machine
        st.caption(escaped(text_of(error)))
        return
    claim = CLAIMS[record["id"]]
    recipe = claim.recipe if role == "document" or claim.best is None else claim.best
    link(experiment, "Open it in its lesson", preset=recipe.preset)
