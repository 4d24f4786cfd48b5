"""The locks and the task of a teacher's link in a lesson, and the popover that makes such links."""

import streamlit as st

from aelib.analysis import assignments
from aelib.analysis.assignments import ConditionResult
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.experiment import Experiment
from aelib.experiment.encoding import PRESET
from aelib.training import Run
from aelib.ui.classroom import membership
from aelib.ui.classroom.one_each import one_each
from aelib.ui.components.qr import qr_code
from aelib.ui.shell.links import address, is_local
from aelib.ui.shell.messages import escaped, fragment, show_error
from aelib.ui.shell.server_state import classroom
from aelib.ui.shell.session import set_widget, widget

from . import teacher_link
from .controls import Controls
from .teacher_link import ALL, MORE


def fixed(form: Controls) -> None:
    """Show which controls the link locks."""
    names = form.rules.lock
    if form.rules.frozen:
        st.caption(_("Your teacher has fixed every choice for now."), help=_(_ABOUT))
    elif ALL in names:
        st.caption(_("Your teacher's link has fixed every choice."), help=_(_ABOUT))
    elif names:
        st.caption(
            _("Fixed by your teacher's link: {names}.", names=escaped(", ".join(map(teacher_link.label, names)))),
            help=_(_ABOUT),
        )


_ABOUT = N_("Fixed choices keep their values, even if you start from another preset.")


def task(form: Controls, experiment: Experiment | None) -> None:
    """Show the task, and those of its conditions that are known before training not to be met."""
    asked = form.rules.task
    if asked is None or experiment is None:
        return
    with st.container(border=True, key=f"{form.lesson.name}:task"):
        st.markdown(_(":material/flag: **Your task:** {describe}", describe=escaped(asked.describe(experiment))))
        for verdict in asked.before(experiment):
            if not verdict.met:
                st.markdown(_line(verdict))


def result(form: Controls, run: Run) -> None:
    """Show whether the run meets the task: each condition with its measured value."""
    if form.rules.task is None:
        return
    verdicts = form.rules.task.check(run)
    lines = "\n".join(f"- {_line(verdict)}" for verdict in verdicts)
    if all(verdict.met for verdict in verdicts):
        st.success(_("**Task met.**\n\n{lines}", lines=lines), icon=":material/trophy:")
    else:
        st.warning(_("**Task not met yet.**\n\n{lines}", lines=lines), icon=":material/flag:")


def _line(verdict: ConditionResult) -> str:
    icon, word = (":material/check:", _("met")) if verdict.met else (":material/close:", _("not met"))
    return f"{icon} {escaped(str(verdict))}: **{word}**"


# --- making links ---------------------------------------------------------------------------------------------


def popover(form: Controls, experiment: Experiment | None) -> None:
    """The address of this page, and a link with locked and hidden controls and a task, with its QR code."""
    if form.given:  # start with the rules of the link that was opened
        set_widget(_key(form, "lock"), list(form.rules.lock))
        set_widget(_key(form, "hide"), list(form.rules.hide))
        set_widget(_key(form, "task"), str(form.rules.task or ""))
    # drawn before it opens: Streamlit positions a popover by its content at that time, and does not move it later
    with st.popover(_("For the class"), icon=":material/co_present:", key=_key(form, "popover")):
        if experiment is None:
            st.markdown(_("The link appears as soon as the choices fit together."))
        else:
            _make(form, experiment)


@fragment
def _make(form: Controls, experiment: Experiment) -> None:
    st.caption(_("This page as it is now"))
    st.code(address(form.address), language=None, wrap_lines=True)
    st.caption(_("A link for your class"))
    lock = _several(form, "lock", _("Fix"), _("Shown with their values, but cannot be changed."))
    hide = _several(form, "hide", _("Leave out"), _("Not shown; they have the values of this page."))
    text = st.text_input(
        _("Task"),
        key=_key(form, "task"),
        placeholder="learnt>=30; parameters<=1500",
        persist_state="session",
        help=_(
            "Conditions, separated by ;. Figures: {METRICS}. Operators: {OPERATORS}",
            METRICS=", ".join(assignments.METRICS),
            OPERATORS=escaped(" ".join(assignments.OPERATORS)),
        ),
    )
    try:
        asked = assignments.parse(text) if text.strip() else None
    except LabError as error:
        show_error(error)
        return
    if asked is not None:
        st.markdown(_(":material/flag: {describe}", describe=escaped(asked.describe(experiment))))
    page = {name: value for name, value in form.address.items() if name not in teacher_link.NAMES}
    query = page | teacher_link.to_query(lock, hide, str(asked or ""))
    link = address(query)
    st.code(link, language=None, wrap_lines=True)
    if is_local(link):
        st.caption(_("This address works on this computer only: first open the page under the server's network name."))
    if not qr_code(link, f"{form.lesson.name}-link.png", _key(form, "png")):
        st.info(
            _(
                "The link has {link:,} characters, too many for a QR code: fix or leave out “every choice” or "
                "“all under More choices” instead of many single choices.",
                link=len(link),
            ),
            icon=":material/qr_code:",
        )
    try:
        _give(form, experiment, query, str(asked or ""))
    except LabError as error:
        show_error(error)


def _several(form: Controls, word: str, label: str, about: str) -> tuple[str, ...]:
    key = _key(form, word)
    chosen = widget(key, [])
    names = list(dict.fromkeys([ALL, MORE, PRESET, *form.drawn, *chosen]))
    found = st.multiselect(
        label,
        names,
        key=key,
        format_func=teacher_link.label,
        help=about,
        placeholder=_("nothing"),
        persist_state="session",
    )
    return (ALL,) if ALL in found else tuple(found)


def _give(form: Controls, experiment: Experiment, query: dict[str, str], asked: str) -> None:
    """For a teacher of a class: give the class what the link says."""
    groups = {group.id: group for group in membership.taught()}
    if not groups:
        return
    st.divider()
    each = one_each(_key(form, "each"))
    rules = teacher_link.read(query, form.lesson)[0]
    for group in groups.values():
        if st.button(
            _("Give it to {title}", title=escaped(group.title)),
            icon=":material/send:",
            key=_key(form, f"give:{group.code}"),
        ):
            pinned = teacher_link.pinned(rules, experiment)
            classroom().classes.set_task(group, form.lesson.name, query, asked, pinned, each)
            st.toast(_("Your students have a button now that opens it."), icon=":material/send:")


def _key(form: Controls, name: str) -> str:
    return f"{form.lesson.name}:class:{name}"
