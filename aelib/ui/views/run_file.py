"""Runs as files: download and upload."""

import streamlit as st

from aelib.core.errors import LabError
from aelib.core.language import _
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


def download(run: Run, key: str, label: str = "") -> None:
    """A button that downloads the run as one file, for another server or later use. The file is made on request."""
    about = _(
        "Weights, figures and settings, and your own images if it was trained on them. The page Runs of "
        "another server opens the file."
    )
    problem = problem_text(lambda: archive.check(run))
    st.download_button(
        label or _("Run as a file"),
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

    with st.expander(_("Open a run from a file"), icon=":material/unarchive:"):
        st.file_uploader(
            _("A run (ZIP)"),
            type=["zip"],
            key="runs:file",
            on_change=take,
            max_upload_size=MAX_MB,
            help=_(
                "A file from the button “Run as a file” of a lesson. Everything in it is checked before it is stored."
            ),
        )
    if problem := _PROBLEM.get():
        st.error(escaped(problem), icon=":material/error:")
    if opened := _OPENED.get():
        digest, new = opened
        run = store().get(digest)
        if run is not None:
            called = name(run.experiment)
            was = _("The run {name} was here already and is unchanged.", name=called)
            said = _("The run {name} is now in the list.", name=called) if new else was
            st.success(
                escaped(said),
                icon=":material/check_circle:",
            )
            link(run.experiment, _("Open {name} in its lesson", name=name(run.experiment)), ":material/arrow_forward:")
