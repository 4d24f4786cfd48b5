"""The choice of what differs between the students in a task."""

import streamlit as st

from aelib.classroom.tasks import EACH
from aelib.core.language import _


def one_each(key: str) -> str:
    """The chosen key of `EACH`."""
    return st.selectbox(
        _("One task for all, or one each"),
        list(EACH),
        format_func=lambda one: _(EACH[one]),
        key=key,
        help=_("Results cannot be copied where each student has another: a run counts only with their own."),
    )
