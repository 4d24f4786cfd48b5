"""What a class must do: the next task, frozen controls, everybody's progress, the gradebook."""

from collections.abc import Callable, Iterable

import streamlit as st

from aelib.analysis import assignments
from aelib.classroom import gradebook
from aelib.classroom.classes import Group
from aelib.classroom.results import Standing
from aelib.classroom.tasks import CONDITIONS, Task
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.experiment.encoding import PRESET
from aelib.ui.classroom.one_each import one_each
from aelib.ui.shell import lessons
from aelib.ui.shell.messages import fragment_every, show_error
from aelib.ui.shell.server_state import classroom
from aelib.ui.shell.session import set_widget, widget

from . import board, check


@fragment_every(board.REFRESH)
def freeze(group: Group) -> None:
    """The switch that fixes the controls of all students. It shows what another browser of the teacher has set."""
    key = f"class:{group.id}:frozen"
    frozen = classroom().classes.is_frozen(group)
    if widget(key) != frozen:  # setting it every time would undo a click that is on its way
        set_widget(key, frozen)
    st.toggle(
        _("Freeze the controls of all students"),
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
            "experiment of your own, fixed choices or hidden ones, open the lesson and use **{button}** there.",
            button=_("For the class"),
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
        each = one_each("class:each")
        pressed = st.form_submit_button(_("Send"), type="primary", icon=":material/send:")
    if not pressed:
        return
    try:
        asked = str(assignments.parse(conditions)) if conditions.strip() else ""
        query = {PRESET: by_name[name].preset, **({CONDITIONS: asked} if asked else {})}
        classroom().classes.set_task(group, name, query, asked, {}, each)
    except LabError as error:
        show_error(error)
    else:
        st.toast(_("Your students have a button now that opens it."), icon=":material/send:")


def title(task: Task) -> str:
    """A task in one line."""
    return f"{task.number}: {_(lessons.lesson(task.lesson).title)} {task.conditions}".strip()


def book(group: Group) -> None:
    """Everybody's progress with a task: a download, and the check by training again."""
    found = {task.number: task for task in classroom().classes.tasks(group)}
    if not found:
        st.caption(_("You have given no task yet."))
        return
    chosen = st.selectbox(
        _("Task"), list(found), format_func=lambda one: title(found[one]), key=f"class:{group.id}:task"
    )
    task = found.get(int(chosen or 0), next(iter(found.values())))
    with st.container(horizontal=True, key="class:books"):
        _download(
            group,
            task,
            gradebook.to_csv,
            _("Gradebook as CSV"),
            _(
                "Name, identifier, task, met (1 or 0), best figure, time and digest. Moodle imports it: map identifier "
                "to the user's e-mail or ID number, and met to a grade."
            ),
        )
        _download(
            group,
            task,
            gradebook.to_canvas,
            _("Gradebook for Canvas"),
            _("One point for a task that is met. Canvas finds students by their login, else by their name."),
        )
    check.section(group, task)


def _download(
    group: Group, task: Task, write: Callable[[Iterable[Standing], Task], bytes], label: str, about: str
) -> None:
    name = write.__name__.removeprefix("to_")
    st.download_button(
        label,
        lambda: write(board.read(group, task).standings.values(), task),
        f"class-{group.code}-task-{task.number}-{name}.csv",
        "text/csv",
        icon=":material/download:",
        key=f"class:{name}",
        help=about,
        on_click="ignore",
    )
