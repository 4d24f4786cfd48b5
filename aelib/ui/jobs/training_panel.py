"""Train an experiment: start button, live progress, stop."""

from datetime import timedelta

import streamlit as st

from aelib.charts import curves
from aelib.core.errors import LabError, StoreError
from aelib.experiment import Experiment, digest_of, resolve
from aelib.experiment.architecture import shape_text
from aelib.jobs import Job
from aelib.nn.losses import LOSSES
from aelib.store import DamagedRun
from aelib.training import Run, time_estimate
from aelib.ui.components.figures import chart
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.server_state import jobs, open_run
from aelib.ui.shell.session import Slot
from aelib.ui.shell.visitor import visitor_id

from . import downloads

_WATCHED = Slot("watched", str)  # digest of the experiment whose training this user has just watched
POLL = 0.7  # seconds between two checks of a running job


def run_of(experiment: Experiment, key: str) -> Run | None:
    """The stored run of an experiment. If there is none, None, and a Train button or live progress with Stop."""
    digest = digest_of(experiment)
    if _WATCHED.get() != digest:
        _WATCHED.pop()  # another experiment: the note “trained just now” no longer applies
    job = jobs().get(digest)
    if job is not None and job.active:
        _WATCHED.set(digest)
        _watch(digest, key)
        return None
    is_damaged = False
    try:
        run = open_run(experiment)
    except DamagedRun as damaged:
        st.warning(
            escaped(f"The stored run is damaged ({damaged.what}). Train again to replace it."),
            icon=":material/warning:",
        )
        run, is_damaged = None, True
    except StoreError as error:
        show_error(error)
        return None
    if run is not None:
        _stored_note(run, just_now=bool(_WATCHED))
        return run
    if job is not None and job.state == "failed":
        st.error(escaped(job.reason), icon=":material/error:")
    if job is not None and job.state == "cancelled":
        st.info(escaped(job.reason), icon=":material/stop_circle:")
    _train_button(experiment, key, is_damaged)
    return None


def _train_button(experiment: Experiment, key: str, is_damaged: bool) -> None:
    if downloads.missing(resolve(experiment).spec):
        return
    if st.button("Train", type="primary", icon=":material/play_arrow:", key=f"{key}:train"):
        try:
            jobs().submit(experiment, visitor_id(), fresh=is_damaged)
        except LabError as error:
            show_error(error)
            return
        _WATCHED.set(digest_of(experiment))
        st.rerun()
    st.caption(
        f"Not trained yet: {experiment.epochs:,} epoch{'s' * (experiment.epochs > 1)} of "
        f"{resolve(experiment).architecture.parameters:,} parameters, "
        f"{_guess(experiment)}. Predict before you train: {_question(experiment)}"
    )


def _question(experiment: Experiment) -> str:
    described = resolve(experiment).spec
    if described.paired:
        return "by how many decibels will it beat upscaling without a net?"
    if experiment.corruption.kind != "none" and not described.memorised:
        return "what will it restore, and what will it invent?"
    if experiment.model.kind == "convolutional":
        return f"what will be lost in a code of {shape_text(resolve(experiment).architecture.code_shape)}?"
    if not described.memorised and described.classes < 2:
        return "which pictures will come out worst?"
    if not described.memorised:
        return "which classes will be neighbours, and which will overlap?"
    what = "pictures" if described.light else "characters"
    return f"how many {what} will it learn, and which will it confuse?"


def _guess(experiment: Experiment) -> str:
    """The estimated training time as a phrase."""
    return f"about {time_estimate.duration_text(time_estimate.seconds([experiment]))} on an idle core"


def _stored_note(run: Run, just_now: bool) -> None:
    took = f"{run.epochs:,} epoch{'s' * (run.epochs > 1)} in {run.seconds:.2f} s on {run.device}"
    why = {"learnt": ", stopped when all images were learnt", "patience": ", stopped when the loss no longer fell"}
    text = f"{took}{why.get(run.stopped, '')}"
    if just_now:
        st.success(f"Trained just now: {text}.", icon=":material/check_circle:")
    else:
        when = run.created[:16].replace("T", " ")
        st.success(f"Found in the store, so no training is needed: {text} ({when} UTC).", icon=":material/inventory_2:")


@st.fragment(run_every=POLL)
def _watch(digest: str, key: str) -> None:
    """Live loss, epoch and time left. A fragment, so that the rest of the page is not redrawn."""
    job = jobs().get(digest)
    if job is None or not job.active:
        st.rerun()
    assert job is not None  # noqa: S101 - st.rerun does not return
    progress = jobs().progress(digest)
    if job.attempts > 1:
        st.warning("The training process died; training has restarted from epoch 1.", icon=":material/replay:")
    if progress is None:
        st.progress(0.0, text=_waiting(job))
    else:
        share = progress.epoch / progress.epochs
        learnt = f"{progress.learnt} of {progress.total} learnt · " if progress.total else ""
        st.progress(
            share,
            text=f"Epoch {progress.epoch:,} of {progress.epochs:,} · {learnt}{_left(progress.seconds_left)} left",
        )
    if visitor_id() in job.people:
        if st.button("Stop training", icon=":material/stop:", key=f"{key}:stop", help="The training is discarded."):
            stop(job)
            st.rerun()
    elif st.button(
        "Join this training",
        icon=":material/group_add:",
        key=f"{key}:join",
        help="Another user started this training. If you join, it continues even if they stop it.",
    ):
        jobs().join(digest, visitor_id())
        st.rerun()
    if progress is not None and len(progress.history) > 1:
        label = LOSSES[job.experiment.loss].label
        chart(curves.loss(progress.history, label), f"{key}:live")


def stop(job: Job) -> None:
    """Withdraw this user from the job. The rerun after the button shows the job's new state."""
    if jobs().cancel(job.digest, visitor_id()):
        job.finished.wait(2.0)
    else:
        st.toast("Other users wait for this training, so it continues without you.")


def _waiting(job: Job) -> str:
    before = jobs().position(job)
    if job.state == "queued":
        return f"In the queue, {before} ahead" if before else "Next in the queue"
    return "Starting"


def _left(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else str(timedelta(seconds=round(seconds)))
