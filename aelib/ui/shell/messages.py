"""Messages on a page. They contain user input, so Markdown in it is escaped."""

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import streamlit as st

from aelib.core.errors import LabError
from aelib.experiment import ExperimentError, labels

P = ParamSpec("P")


def problems(sentences: Iterable[str]) -> None:
    """Show one error per sentence, as plain text, because sentences contain user input."""
    for sentence in sentences:
        st.error(escaped(sentence), icon=":material/error:")


def sentences(error: LabError) -> list[str]:
    """The problems of an error, one sentence each. Fields appear by their labels."""
    if isinstance(error, ExperimentError):
        return [problem.text(_label) for problem in error.problems]
    return [without_command(str(error))]


def without_command(text: str) -> str:
    """A sentence for a page, without the command that an error may name first: nobody is sent to the command line."""
    return re.sub(r"\w+ `python -m [^`]*`, \w+ ", "", text)  # "run ..., or", in any language


def text_of(error: LabError) -> str:
    """All problems of an error as one text."""
    return " ".join(sentences(error))


def show_error(error: LabError) -> None:
    """Show the problems of an error."""
    problems(sentences(error))


def _label(path: str) -> str:
    return f"“{labels.short(path)}”"


def escaped(text: str) -> str:
    """Escape a text so that Markdown shows it literally."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:&" else c for c in text)


def problem_text(*checks: Callable[[], object]) -> str | None:
    """Why a download cannot be made, as text for its button's help; None if all checks pass. The file itself is made
    only after the button is pressed, when the page can no longer show an error."""
    try:
        for check in checks:
            check()
    except LabError as error:
        return escaped(text_of(error))
    return None


@contextmanager
def show_errors() -> Iterator[None]:
    """Show a LabError in place and stop the page there."""
    try:
        yield
    except LabError as error:
        show_error(error)
        st.stop()


def fragment(draw: Callable[P, None]) -> Callable[P, None]:
    """A part of a page that reruns by itself, as `st.fragment`, and shows a LabError in its place. Without this,
    Streamlit shows the error as a traceback before the page around the fragment can catch it."""
    return st.fragment(_with_its_errors(draw))


def fragment_every(seconds: float) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A `fragment` that also reruns every so many seconds."""
    return lambda draw: st.fragment(_with_its_errors(draw), run_every=seconds)


def _with_its_errors(draw: Callable[P, None]) -> Callable[P, None]:
    @functools.wraps(draw)
    def drawn(*arguments: P.args, **named: P.kwargs) -> None:
        try:
            draw(*arguments, **named)
        except LabError as error:
            show_error(error)

    return drawn
