"""The questions at the end of a lesson. Answers are not stored."""

import streamlit as st

from aelib.classroom.asking.items import ChoiceItem, Item
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.training import Run
from aelib.ui.shell.lessons import Lesson
from aelib.ui.shell.messages import escaped, fragment, show_error
from aelib.ui.shell.session import widget

from .fields import field, outcome_of

TITLE = N_("Check yourself")
TEXT = N_("Answer without looking it up, then look. Some questions are about your own run.")


@fragment
def questions(lesson: Lesson, run: Run) -> None:
    """All questions that fit the run. The right answer to each is shown once the user has answered it."""
    right = asked = 0
    for item in lesson.checks:
        if item.fits(run.resolved):
            asked += 1
            right += _question(item, run, f"{lesson.name}:check:{item.name}:{run.digest}", asked)
    if right == asked:
        st.success(_("All {n} are right.", n=asked), icon=":material/trophy:")


def _question(item: Item, run: Run, key: str, number: int) -> bool:
    """One question. Returns whether the answer is right."""
    text = item.asked(run.experiment)
    with st.container(border=True, gap="small"):
        hint = escaped(_(item.hint)) if item.hint else None
        st.markdown(f"**{number}.** {escaped(text)}", help=hint)
        if isinstance(item, ChoiceItem):
            names = list(item.choices)
            st.radio(text, names, index=None, format_func=item.said, key=key, label_visibility="collapsed")
        else:
            field(item, run.experiment, None, text, key, lambda: None)
        given = widget(key)
        if given is None or given == "":
            return False
        try:
            answer = item.read(given, run.experiment)
            outcome = outcome_of(item.name, run.digest, run.created, item, run)
        except LabError as error:
            show_error(error)
            return False
        is_right, _text = item.judge(answer, outcome)
        said = _("Right.") if is_right else _("No: {outcome}.", outcome=item.came(outcome))
        icon = ":material/check_circle:" if is_right else ":material/lightbulb:"
        st.markdown(f"{icon} **{escaped(said)}** {escaped(_(item.why)) if item.why else ''}")
    return is_right
