"""The last section of a lesson: what was learnt as a page, a notebook and a script to take away."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.reports.script import check, script
from aelib.training import Run
from aelib.ui.shell.messages import escaped, problem_text
from aelib.ui.shell.session import Slot

MAX_TITLE, MAX_NOTES = 200, 10_000  # characters
SUBMIT_HELP = "The page and the notebook begin with them."


def hand_in(run: Run, key: str) -> None:
    """Title and notes, and buttons that give the run as a page, a notebook and a plain PyTorch script; each is made
    when it is asked for. key: under which title and notes are kept in the session."""
    words = _words(key)
    with st.container(horizontal=True):
        _page_and_notebook([run], words, key)
        name = f"autoencoder-{run.digest}.py"
        _download(
            "Python script",
            lambda: script(run.experiment),
            name,
            "text/x-python",
            ":material/code:",
            f"{key}:script",
            "The same training in plain PyTorch, without this app's library.",
            problem_text(lambda: _here([run]), lambda: check(run.experiment)),
        )


def hand_in_many(runs: Sequence[Run], key: str) -> None:
    """The same for up to six runs, side by side in one page or notebook; a script has one run, so there is none."""
    words = _words(key)
    with st.container(horizontal=True):
        _page_and_notebook(list(runs), words, key)


class _Words(NamedTuple):
    """title, notes: as the files have them."""

    title: str = ""
    notes: str = ""


def _words(key: str) -> _Words:
    """The title and the notes that were put into the files. A form sends both together with its button, so what the
    files have never depends on what is faster, typing or clicking; the caption says what they have."""
    slot = Slot(f"{key}:words", _Words)
    with st.form(f"{key}:form", border=False):
        title = st.text_input(
            "Title",
            max_chars=MAX_TITLE,
            key=f"{key}:title",
            persist_state="session",
            placeholder="Who you are, and what you tried",
        )
        notes = st.text_area(
            "Notes",
            max_chars=MAX_NOTES,
            key=f"{key}:notes",
            persist_state="session",
            placeholder="What did you expect, what happened, and why?",
        )
        if st.form_submit_button("Put them into the files", icon=":material/edit_note:", help=SUBMIT_HELP):
            slot.set(_Words(title or "", notes or ""))
    words = slot.get()
    if any(words):
        about = f"the title “{words.title}”" if words.title else "no title"
        st.caption(escaped(f"The files have {about} and {len(words.notes):,} characters of notes."))
    else:
        st.caption("The files have no title and no notes yet.")
    return words


def _page_and_notebook(runs: list[Run], words: _Words, key: str) -> None:
    problem = problem_text(lambda: _here(runs))
    plainly = unicodedata.normalize("NFKD", words.title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", plainly).strip("-").lower()[:60] or f"autoencoder-{runs[0].digest}"
    _download(
        "Page (HTML)",
        lambda: _page(runs, words),
        f"{name}.html",
        "text/html",
        ":material/description:",
        f"{key}:html",
        "One file with every picture and figure: opens anywhere, prints well.",
        problem,
    )
    _download(
        "Notebook",
        lambda: _notebook(runs, words),
        f"{name}.ipynb",
        "application/x-ipynb+json",
        ":material/menu_book:",
        f"{key}:notebook",
        "For Jupyter: makes the same figures again, with aelib.",
        problem,
    )


def _download(
    label: str, made: Callable[[], str], name: str, kind: str, icon: str, key: str, about: str, problem: str | None
) -> None:
    """A button that makes its file when it is pressed; what is known to speak against it disables it and is its
    help."""
    st.download_button(
        label,
        made,
        name,
        kind,
        icon=icon,
        key=key,
        help=problem or about,
        on_click="ignore",
        disabled=problem is not None,
    )


def _here(runs: Sequence[Run]) -> None:
    """Raises LabError where the images of a run are not on this machine."""
    for run in runs:
        # asked again: its files may have gone since the run was opened
        if (missing := datasets.spec(run.experiment.dataset).missing()) is not None:
            raise LabError(missing)


# What draws and writes these is imported when it is asked for: the pages do not wait for it.


def _page(runs: list[Run], words: _Words) -> str:
    from aelib.reports.html import page

    return page(runs, words.title, words.notes)


def _notebook(runs: list[Run], words: _Words) -> str:
    from aelib.reports.notebook import notebook

    return notebook(runs, words.title, words.notes)
