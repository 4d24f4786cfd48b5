"""The form of a lesson: the blocks in its record, then all other controls under "More choices"."""

import streamlit as st

from aelib.experiment import Experiment, digest_of
from aelib.ui.jobs import bulk_training
from aelib.ui.shell.messages import escaped

from . import uploads
from .blocks import BLOCKS, rest
from .controls import Controls


def draw(controls: Controls) -> Experiment | None:
    """Draw the form and return its experiment, or None if the input is invalid (see `controls.problems`)."""
    lesson = controls.lesson
    if any(BLOCKS[name].arrives for name in (*lesson.front, *lesson.more)):
        uploads.arrived(controls)
    _start(controls)
    for name in lesson.front:
        BLOCKS[name].draw(controls)
    with controls.more():
        for name in lesson.more:
            BLOCKS[name].draw(controls)
        rest(controls)
    experiment = controls.experiment_or_none()
    if experiment is None:
        controls.show_address("", tried=False)
    else:
        controls.show_address(digest_of(experiment), bulk_training.tried([experiment]))
    return experiment


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
