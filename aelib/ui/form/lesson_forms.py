"""The form of a lesson: the blocks in its record, then all other controls under "More choices"."""

import streamlit as st

from aelib.experiment import Experiment
from aelib.ui.shell.messages import escaped
from aelib.ui.shell.visitor import on_phone

from . import uploads
from .blocks import BLOCKS, rest
from .controls import Controls


def draw(controls: Controls) -> Experiment | None:
    """Draw the form and return its experiment, or None if the input is invalid (see `controls.problems`)."""
    lesson = controls.lesson
    if any(BLOCKS[name].arrives for name in (*lesson.front, *lesson.more)):
        uploads.arrived(controls)
    _start(controls)
    # a phone shows preset, Train and the picture on its first screens
    with st.expander("Choices") if on_phone() else st.container():
        for name in lesson.front:
            BLOCKS[name].draw(controls)
    with controls.more():
        for name in lesson.more:
            BLOCKS[name].draw(controls)
        rest(controls)
    return controls.experiment_or_none()


def draw_all(controls: Controls) -> None:
    """Draw all controls in one column, without a preset: for the base experiment of a sweep."""
    for name in controls.lesson.front:
        BLOCKS[name].draw(controls)
    rest(controls)


def _start(controls: Controls) -> None:
    """The preset, the result that its document reports, and our assumptions."""
    preset = controls.preset()
    if preset.reported:
        reported = preset.reported
        metric = reported["metric"].replace("_", " ")
        note = f" ({reported['note']})" if reported["note"] else ""
        st.caption(escaped(f"The document reports {reported['reported']} for {metric}{note}."))
    if preset.assumed:
        st.caption(escaped(preset.assumed))
