"""What a class is to do: the next task, frozen controls, how everybody stands, the gradebook."""

import hashlib
from collections.abc import Callable

import pandas as pd
import streamlit as st

from aelib.analysis import assignments
from aelib.classroom import gradebook
from aelib.classroom.classes import Group, Task
from aelib.classroom.recomputing import Checked, compared
from aelib.core.errors import LabError
from aelib.core.language import _, ngettext, number
from aelib.experiment.encoding import PRESET
from aelib.training import Run, fit
from aelib.ui.jobs.background import result_of
from aelib.ui.shell import lessons
from aelib.ui.shell.messages import escaped, fragment_every, show_error
from aelib.ui.shell.server_state import classroom, store
from aelib.ui.shell.session import widget

from . import board

MAX_CHECKED = 50  # runs that are trained again at once


def freeze(group: Group) -> None:
    """The switch that fixes the controls of all students."""
    key = f"class:{group.id}:frozen"
    st.toggle(
        _("Freeze the controls of all students"),
        group.frozen,
        key=key,
        on_change=lambda: _freeze(group, bool(widget(key))),
        help=_("Students see their choices and can change none. A task that you give still opens."),
    )


def _freeze(group: Group, frozen: bool) -> None:
    try:
        classroom().classes.freeze(group, frozen)
    except LabError as error:
        show_error(error)


def give(group: Group) -> None:
    """Send everybody to a lesson, with a task or without."""
    st.markdown(
        _(
            "Send everybody to a lesson: your students get a button, and go when they are ready. For a task with an "
            "experiment of your own, fixed choices or hidden ones, open the lesson and use **For the class** there."
        )
    )
    with st.form("class:give", border=False):
        by_name = {one.name: one for one in (*lessons.LESSONS, lessons.LAB)}
        name = st.selectbox(
            _("Lesson"), list(by_name), format_func=lambda one: _(by_name[one].title), key="class:lesson"
        )
        conditions = st.text_input(
            _("Task, or empty"), key="class:conditions", placeholder="learnt>=30; parameters<=1500", max_chars=300
        )
        each = st.toggle(
            _("Another seed for each student"),
            key="class:each",
            help=_("Results cannot be copied then, and a run counts only with the student's own seed."),
        )
        pressed = st.form_submit_button(_("Send"), type="primary", icon=":material/send:")
    if not pressed:
        return
    try:
        asked = str(assignments.parse(conditions)) if conditions.strip() else ""
        query = {PRESET: by_name[name].preset, **({"task": asked} if asked else {})}
        classroom().classes.set_task(group, name, query, asked, {}, each)
    except LabError as error:
        show_error(error)
    else:
        st.toast(_("Your students have a button now that opens it."), icon=":material/send:")


def title(task: Task) -> str:
    """A task in one line."""
    return f"{task.number}: {_(lessons.lesson(task.lesson).title)} {task.conditions}".strip()


def book(group: Group) -> None:
    """How everybody stands with a task: a download, and the check by training again."""
    found = {task.number: task for task in classroom().classes.tasks(group)}
    if not found:
        st.caption(_("You have given no task yet."))
        return
    chosen = st.selectbox(
        _("Task"), list(found), format_func=lambda one: title(found[one]), key=f"class:{group.id}:task"
    )
    task = found.get(int(chosen or 0), next(iter(found.values())))
    st.download_button(
        _("Gradebook as CSV"),
        lambda: gradebook.to_csv(board.read(group, task).standings.values(), task),
        f"class-{group.code}-task-{task.number}.csv",
        "text/csv",
        icon=":material/download:",
        key="class:csv",
        help=_("Name, identifier, task, met (1 or 0), best figure, time and digest. Moodle and Canvas import it."),
        on_click="ignore",
    )
    _check(group, task)


@fragment_every(board.REFRESH)
def _check(group: Group, task: Task) -> None:
    """How many have met the task; their runs are trained again on request, and compared."""
    everybody = list(board.read(group, task).standings.values())
    standing = [one for one in everybody if one.met]
    if not standing:
        st.caption(_("Nobody has met this task yet."))
        return
    st.caption(_("{met} of {n} have met this task.", met=len(standing), n=len(everybody)))
    some = standing[:MAX_CHECKED]
    who = " ".join(f"{one.member.person} {one.member.name} {one.digest}" for one in some)
    key = f"class:check:{task.number}:{hashlib.sha256(who.encode()).hexdigest()}"

    def work(on_progress: Callable[[float], None], stop: Callable[[], bool]) -> list[tuple[str, str, Checked | None]]:
        done = []
        trained: dict[str, Run] = {}  # several students may have the same run
        for place, one in enumerate(some):
            stored = store().get(one.digest)
            if stored and one.digest not in trained:
                trained[one.digest] = fit(stored.experiment, "cpu", cancelled=stop)
            checked = compared(task, group, one.member.person, stored, trained[one.digest]) if stored else None
            done.append((one.member.name, one.digest, checked))
            on_progress((place + 1) / len(some))
        return done

    about = ngettext(
        "The run of {n} student is trained again, and must meet the task again.",
        "The runs of {n} students are trained again, and must meet the task again.",
        len(some),
    )
    found = result_of(key, _("Check by training again"), work, about)
    if found is None:
        return
    rows = [
        {
            _("name"): gradebook.harmless(name),
            _("met again"): _("gone") if one is None else _("yes") if one.met else _("no"),
            _("best"): "" if one is None or one.best is None else number(one.best, ",.4g"),
            _("same figure"): "" if one is None else _("yes") if one.agrees else _("no"),
            _("digest"): digest,
        }
        for name, digest, one in found
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="class:checked")
    bad = [name for name, _digest, one in found if one is None or not one.met]
    if bad:
        st.warning(escaped(_("Not met again: {names}.", names=", ".join(bad))), icon=":material/flag:")
