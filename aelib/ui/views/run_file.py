"""Runs as files: one to take away, one to open here."""

import streamlit as st

from aelib.core.errors import LabError
from aelib.store import archive
from aelib.training import Run
from aelib.ui.shell.links import link, name
from aelib.ui.shell.messages import escaped, problem_text
from aelib.ui.shell.server_state import store
from aelib.ui.shell.session import Slot, widget
from aelib.ui.shell.visitor import visitor_id

MAX_MB = 100  # of an upload, which a server keeps in memory; larger ones by the command line
_OPENED: Slot[tuple[str, bool] | None] = Slot("runs:file:opened", lambda: None)  # digest, and whether it was new
_PROBLEM = Slot("runs:file:problem", str)  # one sentence


def download(run: Run, key: str, label: str = "Run as a file") -> None:
    """The run as one file, for another server or for later; made when it is asked for."""
    about = (
        "Weights, figures and settings, and your own images where it was trained on them. The page Runs of another "
        "server opens it."
    )
    problem = problem_text(lambda: archive.check(run))
    st.download_button(
        label,
        lambda: archive.to_zip(run),
        archive.file_name(run),
        "application/zip",
        icon=":material/archive:",
        on_click="ignore",
        key=f"{key}:file:{run.digest}",
        help=problem or about,
        disabled=problem is not None,
    )


def upload() -> None:
    """A run from a file, checked and kept."""

    def take() -> None:
        _OPENED.pop()
        _PROBLEM.pop()
        if (given := widget("runs:file")) is None:
            return
        try:
            run, new = archive.import_zip(given.getvalue(), store())
            if new:
                store().owners.add(run.digest, [visitor_id()])
        except LabError as error:
            _PROBLEM.set(str(error))
        else:
            _OPENED.set((run.digest, new))

    with st.expander("Open a run from a file", icon=":material/unarchive:"):
        st.file_uploader(
            "A run (ZIP)",
            type=["zip"],
            key="runs:file",
            on_change=take,
            max_upload_size=MAX_MB,
            help="What the button “Run as a file” of a lesson gives. Everything in it is checked before it is kept.",
        )
    if problem := _PROBLEM.get():
        st.error(escaped(problem), icon=":material/error:")
    if opened := _OPENED.get():
        digest, new = opened
        run = store().get(digest)
        if run is not None:
            what = "is now in the list" if new else "was here already, so it stays as it was"
            st.success(escaped(f"The run {name(run.experiment)} {what}."), icon=":material/check_circle:")
            link(run.experiment, f"Open {name(run.experiment)} in its lesson", ":material/arrow_forward:")
