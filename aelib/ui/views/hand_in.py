"""The last section of a lesson: what was learnt as a page, a notebook and a script to take away."""

import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.reports.script import check, script
from aelib.training import Run
from aelib.ui.shell.messages import problem_text
from aelib.ui.shell.session import Slot, widget

MAX_TITLE, MAX_NOTES = 200, 10_000  # characters
SETTLED = 0.3  # seconds


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


@dataclass
class _Words:
    """The title and the notes that stand in the fields: one object a session and key, so that a file is made with what
    stands there when it is asked for, not when the page was last drawn."""

    title: str = ""
    notes: str = ""

    def read(self, key: str) -> None:
        self.title = widget(f"{key}:title") or ""
        self.notes = widget(f"{key}:notes") or ""


def _words(key: str) -> _Words:
    words = Slot(f"{key}:words", _Words).setdefault()
    st.text_input(
        "Title",
        max_chars=MAX_TITLE,
        key=f"{key}:title",
        persist_state="session",
        on_change=words.read,
        args=(key,),
        placeholder="Who you are, and what you tried",
    )
    st.text_area(
        "Notes",
        max_chars=MAX_NOTES,
        key=f"{key}:notes",
        persist_state="session",
        on_change=words.read,
        args=(key,),
        placeholder="What did you expect, what happened, and why?",
    )
    words.read(key)
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

    _settle()
    return page(runs, words.title, words.notes)


def _notebook(runs: list[Run], words: _Words) -> str:
    from aelib.reports.notebook import notebook

    _settle()
    return notebook(runs, words.title, words.notes)


def _settle() -> None:
    """Who types and clicks at once sends the words and the wish for the file together: let the words be read."""
    time.sleep(SETTLED)
