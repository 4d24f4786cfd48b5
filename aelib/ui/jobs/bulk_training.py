"""Train many experiments at once: button, progress, stop. Stored runs are reused; only missing ones are trained."""

from collections.abc import Sequence

import streamlit as st

from aelib.core.durations import duration_text
from aelib.core.errors import LabError
from aelib.core.language import _, ngettext
from aelib.experiment import Experiment, digest_of, resolve
from aelib.jobs import Job
from aelib.ui.shell.links import here
from aelib.ui.shell.messages import escaped, fragment_every, show_error
from aelib.ui.shell.server_state import jobs, store
from aelib.ui.shell.visitor import visitor_id

from . import downloads
from .training_panel import POLL, stop


def missing(experiments: Sequence[Experiment]) -> list[Experiment]:
    """The experiments that have no stored run and are not known to diverge."""
    known = store().known(digest_of(experiment) for experiment in experiments)
    return [experiment for experiment in experiments if digest_of(experiment) not in known]


def tried(experiments: Sequence[Experiment]) -> bool:
    """Whether all of these were trained, or at least requested."""
    return bool(experiments) and all(jobs().get(digest_of(one)) is not None for one in missing(experiments))


def train(experiments: Sequence[Experiment], label: str, key: str, damaged: Sequence[Experiment] = ()) -> bool:
    """Whether all experiments are trained. If not, shows a button to train the missing ones, or the progress with
    Stop. damaged: experiments whose stored run cannot be read and is to be replaced."""
    left = [*missing(experiments), *damaged]
    waiting = {digest for job in _mine(left) for digest in job.digests} & {digest_of(one) for one in left}
    if waiting and len(waiting) == len(left):
        _watch([digest_of(one) for one in left], len(experiments), key, {digest_of(one) for one in damaged})
        return False
    if not left:
        return True
    if waiting:  # some were requested elsewhere, for example by another curve, so their progress is not this one's
        st.caption(
            _(
                "{waiting:,} of the {left:,} missing nets are already being trained.",
                waiting=len(waiting),
                left=len(left),
            )
        )
    asked = (jobs().get(digest_of(one)) for one in left)
    reasons = {job.reason for job in asked if job is not None and job.state == "failed"}
    for reason in sorted(reasons)[:3]:
        st.info(escaped(reason), icon=":material/info:")
    if any(downloads.missing(described) for described in {one.dataset: resolve(one).spec for one in left}.values()):
        return False
    have = len(experiments) - len(left)
    if st.button(label, type="primary", icon=":material/play_arrow:", key=f"{key}:train"):
        try:
            jobs().submit_all(left, visitor_id(), fresh=bool(damaged), page=here())
        except LabError as error:
            show_error(error)
            return False
        st.rerun()
    already = _("{have:,} of {total:,} are in the store; ", have=have, total=len(experiments)) if have else ""
    duration = duration_text(jobs().estimate(left))
    st.caption(
        _(
            "{already}{left:,} to train, about {duration} on this server as busy as it is.",
            already=already,
            left=len(left),
            duration=duration,
        )
    )
    return False


def _mine(experiments: Sequence[Experiment]) -> list[Job]:
    """This user's queued and running jobs for these experiments. Other users' jobs are left out, because a page that
    followed all jobs would redraw continuously."""
    person = visitor_id()
    jobs_of = (job for one in experiments if (job := jobs().get(digest_of(one))) is not None)
    return list({id(job): job for job in jobs_of if job.active and person in job.people}.values())


@fragment_every(POLL * 2)
def _watch(digests: list[str], total: int, key: str, damaged: set[str]) -> None:
    active = {id(job): job for digest in digests if (job := jobs().get(digest)) is not None and job.active}
    if not active or store().known(digests) - damaged:  # some training has ended: redraw the page to show it
        st.rerun()
    asked = set(digests)
    # a job may include trainings that this page did not request
    waited = {key: sum(digest in asked for digest in job.digests) for key, job in active.items()}
    share, seconds = float(total - sum(waited.values())), 0.0
    for each, job in active.items():
        progress = jobs().progress(job.digest)
        if progress is not None:
            share += progress.share * waited[each]
            seconds = max(seconds, progress.seconds_left)
    running = sum(job.state == "running" for job in active.values())
    waiting = len(active) - running
    text = _("{share:.0%} of {total:,} trainings", share=share / total, total=total)
    text += ngettext(" · {n} batch training", " · {n} batches training", running) if running else ""
    if waiting:
        text += ngettext(", {n} waiting", ", {n} waiting", waiting)
    elif seconds:
        text += _(" · about {duration} left", duration=duration_text(seconds))
    st.progress(max(0.0, min(1.0, share / total)), text=text)
    mine = [job for job in active.values() if visitor_id() in job.people]
    if mine:  # a callback runs even if the next redraw interrupts this one
        st.button(
            _("Stop these trainings"),
            icon=":material/stop:",
            key=f"{key}:stop",
            help=_("Finished trainings stay stored."),
            on_click=_stop,
            args=(mine,),
        )


def _stop(mine: list[Job]) -> None:
    for job in mine:
        stop(job)
