"""The form of a lesson: the blocks in its record, then all other controls under "More choices"."""

import streamlit as st

from aelib.core.language import _
from aelib.experiment import Experiment, digest_of
from aelib.experiment.presets import Preset
from aelib.ui.jobs import bulk_training
from aelib.ui.shell.messages import escaped
from aelib.ui.shell.visitor import on_phone

from .blocks import BLOCKS, rest
from .controls import Controls


def draw(controls: Controls) -> Experiment | None:
    """Draw the form and return its experiment, or None if the input is invalid (see `controls.problems`)."""
    lesson = controls.lesson
    _start(controls)
    # a phone shows preset, Train and the picture on its first screens
    with st.expander(_("Choices")) if on_phone() else st.container():
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
    """The preset and our assumptions."""
    preset = controls.preset()
    if preset.assumed:
        st.caption(escaped(preset.assumed))


def reported(preset: Preset) -> None:
    """The figure that the preset's document reports. Call it after training: before, it would answer the question."""
    row = preset.reported
    if row:
        note = f" ({row['note']})" if row["note"] else ""
        metric = row["metric"].replace("_", " ")
        said = _(
            "The document reports {reported} for {metric}{note}.", reported=row["reported"], metric=metric, note=note
        )
        st.caption(escaped(said))
