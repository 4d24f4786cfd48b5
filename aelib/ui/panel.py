"""Every page's job panel: one's own trainings, and how busy the server is. Polls only while something runs."""

import time

import streamlit as st

from ..jobs import Job
from .links import link, name
from .person import who
from .progress import stop
from .resources import jobs, store
from .words import plain

POLL = 1.5  # seconds between two looks
RECENT = 900.0  # seconds for which a training that has ended is still listed
MOST_ENDED = 3


def panel() -> None:
    """Drawn with the page; looks again by itself as long as anything waits or runs on this server."""
    busy = bool(jobs().active())
    with st.container(key="panel"):
        st.fragment(_panel, run_every=POLL if busy else None)(busy)


def _panel(polling: bool) -> None:
    active = jobs().active()
    if polling and not active:
        st.rerun()  # the page is drawn once more, without polling
    person = who()
    mine = [job for job in active if person in job.people]
    ended = [job for job in jobs().ended(person) if job.ended and time.time() - job.ended < RECENT]
    ended = [job for job in ended if job.state != "done" or job.experiment.digest in store()][:MOST_ENDED]
    st.caption("Your trainings")
    if not mine and not ended:
        st.markdown(":small[None now. What you start goes on while you read, or close the page.]")
    for job in mine:
        _active(job)
    for job in ended:
        _ended(job)
    running = sum(job.state == "running" for job in active)
    if active:
        st.markdown(f":small[On this server: {running} running, {len(active) - running} waiting.]")


def _active(job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        link(job.experiment, name(job.experiment), ":material/progress_activity:")
        if st.button("", icon=":material/stop:", type="tertiary", key=f"panel:stop:{job.digest}", help="Stop it"):
            stop(job)
            st.rerun()
    progress = jobs().progress(job.digest)
    if progress is not None:
        again = "begun again, " if job.attempts > 1 else ""
        st.progress(progress.share, text=f":small[{again}{progress.seconds_left:.0f} s left]")
    else:
        before = jobs().position(job)
        waits = f"{before} before it in the queue" if before else "next in the queue"
        st.markdown(f":small[{waits if job.state == 'queued' else 'starting'}]")


def _ended(job: Job) -> None:
    if job.state == "done":
        link(job.experiment, name(job.experiment), ":material/check_circle:")
    else:
        link(job.experiment, f"{name(job.experiment)}: {job.state}", ":material/error:")
        st.markdown(f":small[{plain(job.reason)}]")
