"""The job panel of every page: the user's trainings and the server's load. Polls only while jobs are active."""

import random
import time

import streamlit as st

from aelib.core.durations import duration_text
from aelib.core.language import _, ngettext
from aelib.experiment import digest_of
from aelib.jobs import Job
from aelib.ui.shell.links import link, link_back, name
from aelib.ui.shell.messages import escaped
from aelib.ui.shell.server_state import jobs, store
from aelib.ui.shell.visitor import visitor_id

from .training_panel import stop

POLL = 2.0  # seconds between two updates
SETTLES = 0.15  # share of the pages that stop polling at each update once no job is active
RECENT = 900.0  # seconds for which an ended training stays listed
MAX_ENDED = 3


def panel() -> None:
    """Draw the panel. It updates itself while jobs wait or run on this server."""
    busy = bool(jobs().active())
    with st.container(key="panel"):
        st.fragment(_panel, run_every=POLL if busy else None)(busy)


def _panel(polling: bool) -> None:
    active = jobs().active()
    if polling and not active and random.random() < SETTLES:  # noqa: S311 - no secret
        st.rerun()  # redraw the page without polling; at random, so that not all pages of a class redraw at once
    person = visitor_id()
    mine = [job for job in active if person in job.people]
    ended = [job for job in jobs().ended(person) if job.ended and time.time() - job.ended < RECENT]
    ended = [job for job in ended if job.state != "done" or digest_of(job.experiment) in store()]
    st.caption(_("Your trainings"))
    if not mine and not ended:
        st.markdown(f":small[{_('None now. Your trainings continue while you read and after you close the page.')}]")
    for group in _groups(mine):
        _active(group)
    for group in _groups(ended)[:MAX_ENDED]:
        _ended(group)
    running = sum(job.state == "running" for job in active)
    if active:
        waiting = len(active) - running
        said = _("On this server: {running} running, {waiting} waiting.", running=running, waiting=waiting)
        st.markdown(f":small[{said}]")


def _groups(found: list[Job]) -> list[list[Job]]:
    """Group the jobs by the request that submitted them."""
    groups: dict[str, list[Job]] = {}
    for job in found:
        groups.setdefault(job.request, []).append(job)
    return list(groups.values())


def _name(group: list[Job]) -> str:
    nets = sum(len(job.experiments) for job in group)
    first = name(group[0].experiment)
    return first if nets == 1 else ngettext("{n} net, from {first}", "{n} nets, from {first}", nets, first=first)


def _link(group: list[Job], label: str, icon: str) -> None:
    """A link to the page that requested the jobs, or to the experiment's lesson."""
    if group[0].page is not None:
        link_back(group[0].page, label, icon)
    else:
        link(group[0].experiment, label, icon)


def _active(group: list[Job]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        _link(group, _name(group), ":material/progress_activity:")
        if st.button("", icon=":material/stop:", type="tertiary", key=f"panel:stop:{group[0].request}", help=_("Stop")):
            for job in group:
                stop(job)
            st.rerun()
    reports = [progress for job in group if (progress := jobs().progress(job.digest)) is not None]
    if reports:
        again = _("restarted, ") if max(job.attempts for job in group) > 1 else ""
        waiting = sum(job.state == "queued" for job in group)
        more = ngettext("{n} more batch waits", "{n} more batches wait", waiting)
        seconds = max(one.seconds_left for one in reports)
        left = more if waiting else _("{duration} left", duration=duration_text(seconds))
        st.progress(sum(one.share for one in reports) / len(group), text=f":small[{again}{left}]")
    else:
        before = jobs().position(group[0])
        waits = _("{before} ahead in the queue", before=before) if before else _("next in the queue")
        st.markdown(f":small[{waits if group[0].state == 'queued' else _('starting')}]")


def _ended(group: list[Job]) -> None:
    failed = [job for job in group if job.state != "done"]
    if failed:
        _link(failed, f"{_name(failed)}: {_(failed[0].state)}", ":material/error:")
        st.markdown(f":small[{escaped(failed[0].reason)}]")
    else:
        _link(group, _name(group), ":material/check_circle:")
