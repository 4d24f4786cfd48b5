"""The last section of a lesson: downloads of the run as a page, a notebook and a script."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from aelib import datasets
from aelib.browser.trained import refusal
from aelib.classroom.asking.items import Predicted
from aelib.core.errors import LabError
from aelib.core.language import N_, _, current, speaking
from aelib.reports.images import file_of
from aelib.reports.script import check, script
from aelib.reports.script_files import archive
from aelib.training import Run
from aelib.ui.components.kept_words import kept_words
from aelib.ui.shell.messages import escaped, problem_text
from aelib.ui.shell.session import Slot, set_widget, widget

MAX_TITLE, MAX_NOTES = 200, 10_000  # characters
SUBMIT_HELP = N_("The page and the notebook begin with them.")


def hand_in(run: Run, key: str, predicted: Predicted | None = None) -> None:
    """Fields for title and notes, and downloads of the run as a page, a notebook and a plain PyTorch script. Each file
    is made on request. key: prefix of the session's keys for title and notes; predicted: what the user predicted, which
    the page and the notebook then include."""
    words = _words(key)
    if predicted is not None:
        st.caption(_("The page and the notebook have your prediction, what came, and your explanation."))
    with st.container(horizontal=True):
        _page_and_notebook([run], words, key, predicted)
        _live(run, words, key)
        _script(run, key)


def _live(run: Run, words: "_Words", key: str) -> None:
    """The download of the page with the net inside, where the browser computes the net."""
    _download(
        _("Live page (HTML)"),
        lambda: _live_page(run, words),
        f"autoencoder-{run.digest}-live.html",
        "text/html",
        ":material/play_circle:",
        f"{key}:live",
        _("One file with the network inside: decode and draw, without a network connection."),
        problem_text(lambda: _here([run])) or refusal(run),
    )


def _script(run: Run, key: str) -> None:
    """The download of a script; if the images are too many to be written into it, a ZIP file with both."""
    problem = problem_text(lambda: _here([run]), lambda: check(run.experiment))
    # of the opened run: its data set may have been removed since
    name, icon, key = f"autoencoder-{run.digest}.py", ":material/code:", f"{key}:script"
    about = _("The same training in plain PyTorch, without this app's library.")
    if problem is None and file_of(run.experiment):
        name = f"{name.removesuffix('.py')}.zip"
        about += _(" With the images that it loads: unpack both into one folder.")
        both = partial(archive, run.experiment)
        _download(_("Python script and images"), both, name, "application/zip", icon, key, about, problem)
    else:
        alone = partial(script, run.experiment)
        _download(_("Python script"), alone, name, "text/x-python", icon, key, about, problem)


def hand_in_many(runs: Sequence[Run], key: str) -> None:
    """The same for up to six runs side by side, without a script, because a script has only one run."""
    words = _words(key)
    with st.container(horizontal=True):
        _page_and_notebook(list(runs), words, key)


class _Words(NamedTuple):
    """The title and notes that the files contain."""

    title: str = ""
    notes: str = ""


def _words(key: str) -> _Words:
    """The title and notes that were submitted. A form sends both with its button, so the content of the files does not
    depend on whether typing or clicking is faster. The caption shows what the files contain. The browser keeps what is
    typed, and gives it back after a reload."""
    slot = Slot(f"{key}:words", _Words)
    fields = {name: f"{key}:{name}" for name in _Words._fields}
    with st.form(f"{key}:form", border=False):
        title = st.text_input(
            _("Title"),
            max_chars=MAX_TITLE,
            key=f"{key}:title",
            persist_state="session",
            placeholder=_("Your name, and what you tried"),
        )
        notes = st.text_area(
            _("Notes"),
            max_chars=MAX_NOTES,
            key=f"{key}:notes",
            persist_state="session",
            placeholder=_("What did you expect, what happened, and why?"),
        )
        if st.form_submit_button(_("Put them into the files"), icon=":material/edit_note:", help=_(SUBMIT_HELP)):
            slot.set(_Words(title or "", notes or ""))
    words = slot.get()
    shown = _Words(*(widget(fields[name]) or "" for name in _Words._fields))
    kept_words(shown.title, shown.notes, words, fields, f"{key}:kept", lambda: _restore(slot, fields, f"{key}:kept"))
    if any(words):
        about = _("the title “{title}”", title=words.title) if words.title else _("no title")
        st.caption(
            escaped(_("The files have {about} and {notes:,} characters of notes.", about=about, notes=len(words.notes)))
        )
    else:
        st.caption(_("The files have no title and no notes yet."))
    return words


def _restore(slot: Slot[_Words], fields: Mapping[str, str], kept: str) -> None:
    """Put what the browser has kept back into the fields, and the title and notes of the files back into these."""
    words = widget(kept)["words"]
    for name, key in fields.items():
        set_widget(key, _limited(name, words.get(name)))
    files = words.get("files") or ("", "")
    slot.set(_Words(*(_limited(name, text) for name, text in zip(fields, files, strict=True))))


def _limited(name: str, text: object) -> str:
    return str(text or "")[: MAX_TITLE if name == "title" else MAX_NOTES]


def _page_and_notebook(runs: list[Run], words: _Words, key: str, predicted: Predicted | None = None) -> None:
    problem = problem_text(lambda: _here(runs))
    plainly = unicodedata.normalize("NFKD", words.title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9]+", "-", plainly).strip("-").lower()[:60] or f"autoencoder-{runs[0].digest}"
    _download(
        _("Page (HTML)"),
        lambda: _page(runs, words, predicted),
        f"{name}.html",
        "text/html",
        ":material/description:",
        f"{key}:html",
        _("One file with all pictures and figures. Opens in any browser, prints well."),
        problem,
    )
    _download(
        _("Notebook"),
        lambda: _notebook(runs, words, predicted),
        f"{name}.ipynb",
        "application/x-ipynb+json",
        ":material/menu_book:",
        f"{key}:notebook",
        _("For Jupyter: reproduces the same figures with aelib."),
        problem,
    )


def _download(
    label: str,
    made: Callable[[], str | bytes],
    name: str,
    kind: str,
    icon: str,
    key: str,
    about: str,
    problem: str | None,
) -> None:
    """A download button that makes its file when pressed. problem: why the file cannot be made; it disables the button
    and becomes its help."""
    st.download_button(
        label,
        partial(_in_language, current(), made),
        name,
        kind,
        icon=icon,
        key=key,
        help=problem or about,
        on_click="ignore",
        disabled=problem is not None,
    )


def _in_language(code: str, made: Callable[[], str | bytes]) -> str | bytes:
    """A file in the session's language: Streamlit makes it in a thread that has no session."""
    with speaking(code):
        return made()


def _here(runs: Sequence[Run]) -> None:
    """Raise LabError if the images of a run are not on this machine."""
    for run in runs:
        # checked again, because the files may have been removed since the run was opened
        if (missing := datasets.spec(run.experiment.dataset).missing()) is not None:
            raise LabError(missing)


# The report modules are imported on request, so that pages load without them.


def _page(runs: list[Run], words: _Words, predicted: Predicted | None) -> str:
    from aelib.reports.html import page

    return page(runs, words.title, words.notes, predicted=predicted)


def _live_page(run: Run, words: _Words) -> str:
    from aelib.reports.live_page import live_page

    return live_page(run, words.title, words.notes)


def _notebook(runs: list[Run], words: _Words, predicted: Predicted | None) -> str:
    from aelib.reports.notebook import notebook

    return notebook(runs, words.title, words.notes, predicted)
