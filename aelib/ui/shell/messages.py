"""Words on a page: values in them come from people, so Markdown shows them as they are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from aelib.core.errors import LabError
from aelib.experiment import labels


def problems(sentences: list[str]) -> None:
    """What is wrong, one sentence each, after the label of the field it is about; as plain text, since values in them
    come from people."""
    for sentence in sentences:
        st.error(escaped(labels.named(sentence)), icon=":material/error:")


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
        return escaped(str(error))
    return None


@contextmanager
def show_errors() -> Iterator[None]:
    """What cannot be done is said in its place, and the page ends there."""
    try:
        yield
    except LabError as error:
        problems([str(error)])
        st.stop()
