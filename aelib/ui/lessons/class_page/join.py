"""Joining a class, opening it as its teacher, and making one."""

import streamlit as st

from aelib.classroom.classes import Group, Member
from aelib.classroom.people.names import MAX_IDENTIFIER, MAX_NAME, MAX_TITLE
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.ui.classroom import membership
from aelib.ui.form.url_sync import PageAddress
from aelib.ui.shell.lessons import CLASS
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.server_state import classroom
from aelib.ui.shell.session import widget
from aelib.ui.shell.visitor import visitor_id

CODE, KEY = "class", "key"  # in the address


def taught() -> list[Group]:
    """The classes of this teacher. If the address has a teacher's key, it is used and removed from the address, because
    others see the screen. Raises LabError for a wrong one."""
    if KEY in st.query_params:
        key = st.query_params[KEY]
        group = membership.find(st.query_params.get(CODE, ""))
        membership.admit_teacher(group, key)
        PageAddress(CLASS.name).leave_for(CLASS.name, {CODE: group.code})
    return membership.taught()


def student() -> None:
    """The form to join a class; for those who have joined, their name and a way to leave."""
    found = membership.student_of()
    if found is None:
        if not membership.must_log_in():  # the page says so, beside the button
            _form(st.query_params.get(CODE, ""), membership.suggested_name(), "", _("Join"))
    else:
        _joined(*found)


def _joined(group: Group, member: Member) -> None:
    st.success(
        _("You are **{name}** in **{title}**.", name=escaped(member.name), title=escaped(group.title)),
        icon=":material/check_circle:",
    )
    other = st.query_params.get(CODE, "")
    with st.expander(_("Another name, or another class")):
        _form(other or group.code, member.name, member.identifier, _("Change"))
    with st.popover(_("Leave the class"), icon=":material/logout:"):
        st.markdown(
            _("Your name, your predictions and your results there are deleted. Your runs stay: they have no name.")
        )
        st.button(_("Leave"), type="primary", key="class:leave", on_click=_leave, args=(group,))


def _leave(group: Group) -> None:
    try:
        classroom().classes.leave(group, visitor_id())
        classroom().presence.forget(group.id, visitor_id())
    except LabError as error:
        show_error(error)


def _form(code: str, name: str, identifier: str, label: str) -> None:
    with st.form("class:join", border=False):
        st.text_input(_("Code of the class"), code, key="class:code", max_chars=40, autocomplete="off")
        st.text_input(
            _("Your name or a nickname"),
            name,
            key="class:name",
            help=_("At most {n} characters. Your teacher sees it; other students do not.", n=MAX_NAME),
        )
        if not membership.address():  # a person who has logged in is identified by it
            st.text_input(
                _("E-mail or number, if your teacher asks for it"),
                identifier,
                key="class:identifier",
                help=_("At most {n} characters, for your teacher's gradebook.", n=MAX_IDENTIFIER),
            )
        pressed = st.form_submit_button(label, type="primary", icon=":material/login:")
    st.caption(
        _(
            "Your teacher sees your name, the lesson that you have open, what you train and what you predict. Nothing "
            "is sent to anybody else. You can leave at any time, and all of it is deleted."
        )
    )
    if pressed:
        _join(*(str(widget(f"class:{field}") or "") for field in ("code", "name", "identifier")))


def _join(code: str, name: str, identifier: str) -> None:
    try:
        membership.join(code, name, identifier)
    except LabError as error:
        show_error(error)
    else:
        st.rerun()


def make() -> None:
    """The form that makes a class; for a person who may not, a sentence that says so."""
    try:
        membership.must_teach()
    except LabError as error:
        st.caption(escaped(str(error)))
        return
    with st.form("class:make", border=False):
        st.text_input(
            _("Name of the class"), key="class:title", max_chars=MAX_TITLE, placeholder=_("such as Neural networks, 5b")
        )
        pressed = st.form_submit_button(_("Make a class"), icon=":material/group_add:")
    if pressed:
        try:
            membership.make(str(widget("class:title") or ""))
        except LabError as error:
            show_error(error)
        else:
            st.rerun()
