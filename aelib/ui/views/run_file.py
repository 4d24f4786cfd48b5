"""Runs as files: download and upload."""

import streamlit as st

from aelib.core.errors import LabError
from aelib.store import archive
from aelib.training import Run
from aelib.ui.shell.links import link, name
from aelib.ui.shell.messages import escaped, problem_text
from aelib.ui.shell.server_state import store
from aelib.ui.shell.session import Slot, widget
from aelib.ui.shell.visitor import visitor_id

MAX_MB = 100  # of an upload, which a server holds in memory; use the command line for larger files
_OPENED: Slot[tuple[str, bool] | None] = Slot("runs:file:opened", lambda: None)  # digest, and whether it was new
_PROBLEM = Slot("runs:file:problem", str)  # one sentence


def download(run: Run, key: str, label: str = "Run as a file") -> None:
    """A button that downloads the run as one file, for another server or later use. The file is made on request."""
    about = (
        "Weights, figures and settings, and your own images if it was trained on them. The page Runs of another server "
        "opens the file."
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
    """Upload a run from a file, which is checked and stored."""

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
            help="A file from the button “Run as a file” of a lesson. Everything in it is checked before it is stored.",
        )
    if problem := _PROBLEM.get():
        st.error(escaped(problem), icon=":material/error:")
    if opened := _OPENED.get():
        digest, new = opened
        run = store().get(digest)
        if run is not None:
            what = "is now in the list" if new else "was here already and is unchanged"
            st.success(escaped(f"The run {name(run.experiment)} {what}."), icon=":material/check_circle:")
            link(run.experiment, f"Open {name(run.experiment)} in its lesson", ":material/arrow_forward:")
