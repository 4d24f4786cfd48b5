"""What a teacher's link shows in a lesson, and the popover that makes such links."""

import io
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st

from aelib.analysis import assignments
from aelib.analysis.assignments import ConditionResult
from aelib.core.errors import LabError
from aelib.experiment import Experiment
from aelib.experiment.encoding import PRESET
from aelib.training import Run
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.session import set_widget, widget

from . import teacher_link
from .controls import Controls
from .teacher_link import ALL, MORE

QR_WIDTH = "min(100%, 420px, 60vh)"  # readable from the back of a classroom, and whole in its popover
QR_BORDER = 4  # modules of white around it, as ISO/IEC 18004 asks
QR_PRINT = 16  # pixels of a module in the file to download
_LOCAL = ("localhost", "127.0.0.1", "[::1]", "0.0.0.0")  # noqa: S104 - names that only this machine understands


def fixed(form: Controls) -> None:
    """Which controls the link has fixed."""
    names = form.rules.lock
    if ALL in names:
        st.caption("Your teacher's link has fixed every choice.", help=_ABOUT)
    elif names:
        st.caption(f"Fixed by your teacher's link: {escaped(', '.join(map(teacher_link.label, names)))}.", help=_ABOUT)


_ABOUT = "What is fixed keeps its value, also when you start from another preset."


def task(form: Controls, experiment: Experiment | None) -> None:
    """What is to be reached, and what of it is known before training."""
    asked = form.rules.task
    if asked is None or experiment is None:
        return
    with st.container(border=True, key=f"{form.lesson.name}:task"):
        st.markdown(f":material/flag: **Your task:** {escaped(asked.describe(experiment))}")
        for verdict in asked.before(experiment):
            if not verdict.met:
                st.markdown(_line(verdict))


def result(form: Controls, run: Run) -> None:
    """Whether the run is what the task asks for, each condition with its figure."""
    if form.rules.task is None:
        return
    verdicts = form.rules.task.check(run)
    lines = "\n".join(f"- {_line(verdict)}" for verdict in verdicts)
    if all(verdict.met for verdict in verdicts):
        st.success(f"**Task met.**\n\n{lines}", icon=":material/trophy:")
    else:
        st.warning(f"**Task not met yet.**\n\n{lines}", icon=":material/flag:")


def _line(verdict: ConditionResult) -> str:
    icon, word = (":material/check:", "met") if verdict.met else (":material/close:", "not met")
    return f"{icon} {escaped(str(verdict))}: **{word}**"


# --- making links ---------------------------------------------------------------------------------------------


def popover(form: Controls, experiment: Experiment | None) -> None:
    """The link of this page, and one with controls fixed or left out and a task, with its QR code."""
    if form.given:  # begin with what the link that was opened says
        set_widget(_key(form, "lock"), list(form.rules.lock))
        set_widget(_key(form, "hide"), list(form.rules.hide))
        set_widget(_key(form, "task"), str(form.rules.task or ""))
    with st.popover("For the class", icon=":material/co_present:", key=_key(form, "popover")):
        if experiment is None:
            st.markdown("A link is made as soon as the choices fit together.")
        else:
            _make(form, experiment)


@st.fragment
def _make(form: Controls, experiment: Experiment) -> None:
    st.caption("This page as it is now")
    st.code(_link(form.address), language=None, wrap_lines=True)
    st.caption("A link for your class")
    lock = _several(form, "lock", "Fix", "Shown with their values, not to be changed.")
    hide = _several(form, "hide", "Leave out", "Not shown; their values are those of this page.")
    text = st.text_input(
        "Task",
        key=_key(form, "task"),
        placeholder="learnt>=30; parameters<=1500",
        persist_state="session",
        help=f"Conditions with ; between them. Figures: {', '.join(assignments.METRICS)}. "
        f"Signs: {escaped(' '.join(assignments.OPERATORS))}",
    )
    try:
        asked = assignments.parse(text) if text.strip() else None
    except LabError as error:
        show_error(error)
        return
    if asked is not None:
        st.markdown(f":material/flag: {escaped(asked.describe(experiment))}")
    page = {name: value for name, value in form.address.items() if name not in teacher_link.NAMES}
    link = _link(page | teacher_link.to_query(lock, hide, str(asked or "")))
    st.code(link, language=None, wrap_lines=True)
    if urlsplit(link).hostname in _LOCAL:
        st.caption("This address works on this computer only: open the page by the server's own name first.")
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
        placeholder="nothing",
        persist_state="session",
    )
    return (ALL,) if ALL in found else tuple(found)


def _code(form: Controls, link: str) -> None:
    """The link as a QR code, dark on white whatever the theme: scanners want it so."""
    import segno

    try:
        code = segno.make_qr(link, error="l", boost_error=True)
    except segno.DataOverflowError:
        st.info(
            f"The link has {len(link):,} characters, more than a QR code takes: fix or leave out all, or more, instead "
            "of many single choices.",
            icon=":material/qr_code:",
        )
        return
    image = code.svg_data_uri(scale=4, border=QR_BORDER, dark="#000", light="#fff", omitsize=True)
    st.html(f'<img class="ae-qr" src="{image}" alt="QR code of the link" style="width: {QR_WIDTH}">')
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=QR_PRINT, border=QR_BORDER, dark="#000", light="#fff")
    st.download_button(
        "QR code as PNG",
        picture.getvalue(),
        f"{form.lesson.name}-link.png",
        "image/png",
        icon=":material/qr_code:",
        key=_key(form, "png"),
        on_click="ignore",
    )


def _link(query: dict[str, str]) -> str:
    """The whole address of this page with such a query; only the query where a page has no address (tests)."""
    here = urlsplit(st.context.url or "")
    # signs that every browser leaves alone stay as they are: shorter, and to be read
    return here._replace(query=urlencode(query, quote_via=quote, safe=",;:"), fragment="").geturl()


def _key(form: Controls, name: str) -> str:
    return f"{form.lesson.name}:class:{name}"
