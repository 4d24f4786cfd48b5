"""Words on a page: values in them come from people, so Markdown shows them as they are."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import streamlit as st

from aelib.core.errors import LabError
from aelib.experiment import ExperimentError, labels


def problems(sentences: Iterable[str]) -> None:
    """Show what is wrong, one sentence each; as plain text, since values in them come from people."""
    for sentence in sentences:
        st.error(escaped(sentence), icon=":material/error:")


def sentences(error: LabError) -> list[str]:
    """What is wrong, one sentence each, with the labels of fields where an error is about them."""
    if isinstance(error, ExperimentError):
        return [problem.text(_label) for problem in error.problems]
    return [str(error)]


def text_of(error: LabError) -> str:
    """All of what is wrong, as one text."""
    return " ".join(sentences(error))


def show_error(error: LabError) -> None:
    """Show what is wrong."""
    problems(sentences(error))


def _label(path: str) -> str:
    return f"“{labels.short(path)}”"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:&" else c for c in text)


def problem_text(*checks: Callable[[], object]) -> str | None:
    """What speaks against a file that is made only when its button is pressed, when nothing can be said any more: one
    sentence for the button's help. None where nothing does."""
    try:
        for check in checks:
            check()
    except LabError as error:
        return escaped(text_of(error))
    return None


@contextmanager
def show_errors() -> Iterator[None]:
    """What cannot be done is said in its place, and the page ends there."""
    try:
        yield
    except LabError as error:
        show_error(error)
        st.stop()
