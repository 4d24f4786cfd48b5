"""Fields for answers to items, and the outcomes of runs."""

from collections.abc import Callable

import streamlit as st

from aelib.classroom.asking.items import ChoiceItem, ImageItem, Item, NumberItem, Outcome
from aelib.core.language import _, number
from aelib.experiment import Experiment
from aelib.training import Run
from aelib.ui.shell.session import set_widget, widget

WIDTH, NARROW = 150, 76  # pixels: width of a field for an answer, and of one for a number


def field(
    item: Item, experiment: Experiment, answer: str | None, text: str, key: str, keep: Callable[[], None]
) -> None:
    """The field for an answer. answer: the stored one; text: a name for screen readers."""
    if answer is not None and widget(key) is None:
        set_widget(key, number(float(answer), "g") if isinstance(item, NumberItem) else answer)
    match item:
        case ChoiceItem():
            st.segmented_control(
                text,
                list(item.choices),
                format_func=item.said,
                key=key,
                on_change=keep,
                label_visibility="collapsed",
            )
        case ImageItem():
            st.selectbox(
                text,
                item.options(experiment),
                index=None,
                key=key,
                on_change=keep,
                placeholder=_("your guess"),
                label_visibility="collapsed",
                width=WIDTH,
            )
        case NumberItem():  # a text field accepts a decimal comma, and says in a sentence why it rejects an answer
            st.text_input(
                text,
                key=key,
                on_change=keep,
                placeholder=f"?{item.unit}",
                label_visibility="collapsed",
                width=NARROW,
            )


@st.cache_data(max_entries=512, show_spinner=False)
def outcome_of(name: str, digest: str, created: str, _item: Item, _run: Run) -> Outcome:
    """The outcome of an item for a run, computed once. name: of the item."""
    return _item.outcome(_run)
