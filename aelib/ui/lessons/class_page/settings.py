"""The class itself: code and QR code, the teacher's link, and how to delete it."""

import streamlit as st

from aelib.classroom.classes import Group
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.ui.classroom import membership
from aelib.ui.components.qr import qr_code
from aelib.ui.shell.links import address, is_local
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.server_state import classroom

from .join import CODE, KEY


def code(group: Group) -> None:
    """What the teacher shows on the projector: how to join."""
    link = address({CODE: group.code})
    with st.container(horizontal=True, vertical_alignment="center", key="class:projector"):
        st.markdown(f"# :primary[{group.code}]", width="content")
        with st.popover(_("QR code"), icon=":material/qr_code:"):
            qr_code(link, f"class-{group.code}.png", "class:png")
            st.code(link, language=None, wrap_lines=True)
            if is_local(link):
                st.caption(
                    _("This address works on this computer only: first open the page under the server's network name.")
                )
    st.caption(_("Students open the page **Class** and type the code, or scan the QR code."))


def teachers_link(group: Group) -> None:
    """The link that makes another browser a teacher's browser."""
    st.markdown(
        _(
            "This browser is the teacher's, by its cookie. On another one, open the teacher's link. Whoever has it "
            "sees everything here and can delete the class: keep it secret."
        )
    )
    key = membership.key_of(group)
    if key is None:
        st.button(
            _("Make a teacher's link"),
            icon=":material/key:",
            key="class:new-key",
            on_click=_another_key,
            args=(group,),
            help=_("Only its hash is stored, so it is shown once. A link that you made before no longer works."),
        )
    else:
        st.code(address({CODE: group.code, KEY: key}), language=None, wrap_lines=True)


def _another_key(group: Group) -> None:
    try:
        membership.another_key(group)
    except LabError as error:
        show_error(error)


def delete(group: Group) -> None:
    """The button that deletes the class, after confirmation."""
    st.markdown(
        _(
            "Names, identifiers, predictions, tasks and results are kept until the class is deleted, here or by "
            "whoever runs the server, or until a student leaves. Runs have no names, and stay."
        )
    )
    with st.popover(_("Delete the class"), icon=":material/delete:"):
        st.markdown(escaped(_("All that is stored of the students of {title} is deleted for ever.", title=group.title)))
        st.button(_("Delete for ever"), type="primary", key="class:delete", on_click=_delete, args=(group,))


def _delete(group: Group) -> None:
    try:
        classroom().classes.delete(group)
        classroom().presence.forget(group.id)
    except LabError as error:
        show_error(error)
    else:
        st.toast(_("The class is deleted."), icon=":material/delete:")
