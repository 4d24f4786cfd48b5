"""The check by training again: the runs that met a task are trained once more in the workers, and compared."""

import pandas as pd
import streamlit as st

from aelib.classroom.classes import Group
from aelib.classroom.gradebook import harmless
from aelib.classroom.recomputing import Checked
from aelib.classroom.results import Standing
from aelib.classroom.tasks import Task
from aelib.core.errors import LabError
from aelib.core.language import _, ngettext, number
from aelib.jobs import Job
from aelib.ui.shell.messages import escaped, fragment_every, show_error
from aelib.ui.shell.server_state import checking, classroom, store

from . import board


@fragment_every(board.REFRESH)
def section(group: Group, task: Task) -> None:
    """How many have met the task; their runs are trained again on request, and compared. The page stays usable, and may
    be closed meanwhile."""
    everybody = list(board.read(group, task).standings.values())
    met = [one for one in everybody if one.met]
    if not met:
        st.caption(_("Nobody has met this task yet."))
        return
    st.caption(_("{met} of {n} have met this task.", met=len(met), n=len(everybody)))
    classroom().checks.collect(group, task, met, store(), checking().store)
    found = classroom().checks.of(group, task)
    left = [one for one in met if (one.member.person, one.digest) not in found]
    active = [job for digest in {one.digest for one in left} if (job := checking().get(digest)) and job.active]
    if active:
        _progress(active, len({one.digest for one in met}))
    elif left:
        st.button(
            _("Check by training again"),
            icon=":material/play_arrow:",
            key=f"class:check:{task.number}",
            on_click=_start,
            args=(left,),
            help=ngettext(
                "The run of {n} student is trained again, and must meet the task again.",
                "The runs of {n} students are trained again, and must meet the task again.",
                len(left),
            ),
        )
    if found or any(checking().get(one.digest) for one in left):
        _table(met, found)


def _start(left: list[Standing]) -> None:
    try:
        for digest in {one.digest: None for one in left}:
            stored = store().get(digest)
            if stored is not None:
                checking().submit(stored.experiment, fresh=True)
    except LabError as error:
        show_error(error)


def _progress(active: list[Job], total: int) -> None:
    reports = [checking().progress(job.digest) for job in active]
    done = total - len(active) + sum(one.share for one in reports if one is not None)
    text = ngettext("{n} run is left to train again", "{n} runs are left to train again", len(active))
    st.progress(max(0.0, min(1.0, done / total)), text=text)
    st.button(_("Stop"), icon=":material/stop:", key="class:check:stop", on_click=_stop, args=(active,))


def _stop(active: list[Job]) -> None:
    for job in active:
        checking().cancel(job.digest)


def _table(met: list[Standing], found: dict[tuple[str, str], Checked]) -> None:
    rows, bad = [], []
    for one in met:
        checked = found.get((one.member.person, one.digest))
        says = _("yes") if checked and checked.met else _("no") if checked else _why_not(one.digest)
        if checked and not checked.met:
            bad.append(one.member.name)
        rows.append(
            {
                _("name"): harmless(one.member.name),
                _("met again"): says,
                _("best"): number(checked.best, ",.4g") if checked and checked.best is not None else "",
                _("same figure"): (_("yes") if checked.agrees else _("no")) if checked else "",
                _("digest"): one.digest,
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="class:checked")
    if bad:
        st.warning(escaped(_("Not met again: {names}.", names=", ".join(bad))), icon=":material/flag:")


def _why_not(digest: str) -> str:
    """Why a run has no result of a second training."""
    job = checking().get(digest)
    if digest not in store():
        return _("gone")
    if job is None or job.state == "done":
        return ""
    return _("waiting") if job.active else job.reason or _("failed")
