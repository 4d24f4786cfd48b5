"""The locks and the task of a teacher's link in a lesson, and the popover that makes such links."""

import io
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from aelib.analysis import assignments
from aelib.analysis.assignments import ConditionResult
from aelib.core.errors import LabError
from aelib.core.language import N_, _
from aelib.experiment import Experiment
from aelib.experiment.encoding import PRESET
from aelib.training import Run
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.session import set_widget, widget

from . import teacher_link
from .controls import Controls
from .teacher_link import ALL, MORE

QR_WIDTH = "min(100%, 420px, 60vh)"  # readable from the back of a classroom, and fits into its popover
QR_BORDER = 4  # white modules around the code, required by ISO/IEC 18004
QR_PRINT = 16  # pixels per module in the downloaded file
_LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")  # noqa: S104 - names that work on this machine only


def fixed(form: Controls) -> None:
    """Show which controls the link locks."""
    names = form.rules.lock
    if ALL in names:
        st.caption(_("Your teacher's link has fixed every choice."), help=_(_ABOUT))
    elif names:
        st.caption(
            _("Fixed by your teacher's link: {names}.", names=escaped(", ".join(map(teacher_link.label, names)))),
            help=_(_ABOUT),
        )


_ABOUT = N_("Fixed choices keep their values, even if you start from another preset.")


def task(form: Controls, experiment: Experiment | None) -> None:
    """Show the task, and the conditions that are already known not to be met before training."""
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
    with st.popover(_("For the class"), icon=":material/co_present:", key=_key(form, "popover")):
        if experiment is None:
            st.markdown(_("The link appears as soon as the choices fit together."))
        else:
            _make(form, experiment)


@st.fragment
def _make(form: Controls, experiment: Experiment) -> None:
    st.caption(_("This page as it is now"))
    st.code(_link(form.address), language=None, wrap_lines=True)
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
    link = _link(page | teacher_link.to_query(lock, hide, str(asked or "")))
    st.code(link, language=None, wrap_lines=True)
    if urlsplit(link).hostname in _LOCAL:
        st.caption(_("This address works on this computer only: first open the page under the server's network name."))
    _code(form, link)


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


def _code(form: Controls, link: str) -> None:
    """The link as a QR code, dark on white in every theme, because scanners need that."""
    import segno

    try:
        code = segno.make_qr(link, error="l", boost_error=True)
    except segno.DataOverflowError:
        st.info(
            _(
                "The link has {link:,} characters, too many for a QR code: fix or leave out “every choice” or "
                "“all under More choices” instead of many single choices.",
                link=len(link),
            ),
            icon=":material/qr_code:",
        )
        return
    image = code.svg_data_uri(scale=4, border=QR_BORDER, dark="#000", light="#fff", omitsize=True)
    st.html(f'<img class="ae-qr" src="{image}" alt="{_("QR code of the link")}" style="width: {QR_WIDTH}">')
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=QR_PRINT, border=QR_BORDER, dark="#000", light="#fff")
    st.download_button(
        _("QR code as PNG"),
        picture.getvalue(),
        f"{form.lesson.name}-link.png",
        "image/png",
        icon=":material/qr_code:",
        key=_key(form, "png"),
        on_click="ignore",
    )


def _link(query: dict[str, str]) -> str:
    """The full address of this page with a query; only the query if the page has no address (tests)."""
    here = urlsplit(st.context.url or "")
    # do not encode characters that all browsers accept: the link is shorter and readable
    return here._replace(query=urlencode(query, quote_via=quote, safe=",;:"), fragment="").geturl()


def _key(form: Controls, name: str) -> str:
    return f"{form.lesson.name}:class:{name}"
