"""What a student sees on every page: the class in the sidebar, and above the page a task that was just given."""

import streamlit as st

from aelib.classroom.classes import Group, Member
from aelib.classroom.tasks import Task
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.ui.shell import languages, lessons
from aelib.ui.shell.links import page_link
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.session import Slot

from . import membership

POLL = 5.0  # seconds between two checks for what the teacher has done

_OPENED: Slot[int] = Slot("class:opened", int)  # number of the task that this session has opened
_ANNOUNCED: Slot[int] = Slot("class:announced", int)  # number of the last task that this session has announced
_Seen = tuple[str, bool, int]  # what a page was drawn for: class, frozen, number of the task


def note(title: str) -> None:
    """Draw both; nothing for people who are in no class. title: of the page, in English."""
    try:
        found = membership.student_of()
        task = membership.task_of(found[0]) if found else None
    except LabError as error:
        show_error(error)
        return
    if found is None:
        return
    group, member = found
    page = next((one.name for one in lessons.every_page() if one.title == title), "")
    if task is not None and task.number != _OPENED.get():
        _offer(group, member, task)
    with st.sidebar:
        st.fragment(_watch, run_every=POLL)(page, (group.id, group.frozen, task.number if task else 0))


def _offer(group: Group, member: Member, task: Task) -> None:
    """The button that leads to a task: a student goes there when ready."""
    query = task.query_for(group, member.person)
    if all(st.query_params.get(name) == value for name, value in query.items()):
        _OPENED.set(task.number)  # the page shows it
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="class:offer"):
        lesson = lessons.lesson(task.lesson)
        said = _("Your teacher has given a task in **{lesson}**.", lesson=escaped(_(lesson.title)))
        st.markdown(f":material/flag: {said}", width="content")
        if _ANNOUNCED.get() != task.number:  # whoever has scrolled down does not see the top of the page
            _ANNOUNCED.set(task.number)
            st.toast(said, icon=":material/flag:")
        if st.button(_("Open the task"), type="primary", key="class:open-task"):
            _OPENED.set(task.number)
            st.switch_page(lesson.file, query_params={**query, **languages.in_address()})


def _watch(page: str, drawn: _Seen) -> None:
    """The class in the sidebar. It checks regularly whether the teacher has changed something, and then reruns the
    page."""
    try:
        found = membership.student_of()
        task = membership.task_of(found[0]) if found else None
        membership.see(page)
    except LabError as error:
        show_error(error)
        return
    now: _Seen = (found[0].id, found[0].frozen, task.number if task else 0) if found else ("", False, 0)
    if now != drawn:
        st.rerun()
    assert found is not None  # noqa: S101 - st.rerun does not return
    group, member = found
    st.caption(_("Your class"))
    page_link(lessons.CLASS.file, f"{escaped(group.title)}: {escaped(member.name)}", lessons.CLASS.icon)
    if task is not None:
        query = task.query_for(group, member.person)
        page_link(lessons.lesson(task.lesson).file, _("The task"), ":material/flag:", query)
