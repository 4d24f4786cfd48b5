"""Train an experiment: start button, live progress, stop."""

import time
from collections.abc import Callable

import streamlit as st

from aelib.core.durations import duration_text
from aelib.core.errors import LabError, StoreError
from aelib.core.language import _, date_text, ngettext
from aelib.experiment import Experiment, digest_of, resolve
from aelib.jobs import Job
from aelib.store import DamagedRun
from aelib.training import STOPPED, Progress, Run, longer
from aelib.ui.shell.messages import escaped, show_error
from aelib.ui.shell.server_state import jobs, open_run, store
from aelib.ui.shell.session import Slot, widget
from aelib.ui.shell.visitor import on_phone, visitor_id

from . import downloads

Bench = Callable[[Run | Progress | None], None]  # draws what is known of a training: its run, its progress, or nothing

_STOPPING = Slot("stopping", str)  # digest of the experiment whose training this user has stopped
_WATCHED = Slot("watched", str)  # digest of the experiment whose training this user has just watched
_REFUSED = Slot("refused", lambda: LabError(""))  # why the last press of Train started nothing
POLL = 0.2  # seconds between two polls of a running job; longer where many jobs run
POLLS = 20  # polls per second of all jobs of the server together, about
FIRST_PICTURE = 0.15  # seconds that a page waits for the first picture of a training, to be drawn with it
AT_ONCE = 0.5  # seconds: a training that is expected to take less is awaited, and the page is drawn once, with its run


def _next(key: str) -> Slot[Experiment | None]:
    """The experiment that the page must show next, because a training was stopped or continued."""
    return Slot(f"{key}:next", lambda: None)


def moved_to(key: str) -> Experiment | None:
    """The experiment to which a button has moved the page since the last call. Call this before the form is drawn."""
    return _next(key).pop()


def run_of(
    experiment: Experiment,
    key: str,
    bench: Bench,
    moves: bool = True,
    ask: Callable[[], None] = lambda: None,
    asks_first: bool = False,
) -> Run | None:
    """The stored run of an experiment. If there is none, None, and a Train button or live progress with Stop.

    bench: draws the picture below, which is the same element in all three states; moves: whether the page can show
    another number of epochs, such as those of a net that was stopped (see `moved_to`); ask: draws a question above the
    Train button, or on a phone below it, where Train stays on the first screen; asks_first: wait until the user
    presses Train, even if others have trained the experiment or are training it now.
    """
    digest = digest_of(experiment)
    if _WATCHED.get() != digest:
        _WATCHED.pop()  # another experiment: the note “trained just now” no longer applies
    job = jobs().get(digest)
    veiled = asks_first and (job is None or visitor_id() not in job.people)
    if job is not None and job.active and not veiled:
        _WATCHED.set(digest)
        every = max(POLL, len(jobs().active()) / POLLS)
        st.fragment(_watch, run_every=every)(digest, key, bench)
        return None
    # nested as deeply as in a fragment, which adds a container: so the picture stays the same element
    with st.container():
        with st.container():
            run = None
            if veiled and (digest in store() or (job is not None and job.active)):
                _ask_and_train(experiment, key, ask, _("Trained by others: press Train to see what came."))
            else:
                run = _stored_or_button(experiment, key, job, moves, ask)
        with st.container():
            bench(run)
    return run


def _stored_or_button(
    experiment: Experiment, key: str, job: Job | None, moves: bool, ask: Callable[[], None]
) -> Run | None:
    """The stored run, or the controls to train it. job: the experiment's last job, which has ended, if any."""
    is_damaged = False
    try:
        run = open_run(experiment)
    except DamagedRun as damaged:
        st.warning(
            escaped(_("The stored run is damaged ({what}). Train again to replace it.", what=damaged.what)),
            icon=":material/warning:",
        )
        run, is_damaged = None, True
    except StoreError as error:
        show_error(error)
        return None
    if run is not None:
        _stored_note(run, just_now=bool(_WATCHED))
        return run
    if job is not None:
        _why_it_ended(job, key, moves)
    _ask_and_train(experiment, key, ask, _not_trained(experiment), is_damaged)
    return None


def _ask_and_train(
    experiment: Experiment, key: str, ask: Callable[[], None], caption: str, is_damaged: bool = False
) -> None:
    """The question and the button, on a phone the button first."""
    if not on_phone():
        ask()
    _train_button(experiment, key, caption, is_damaged)
    if on_phone():
        ask()


def _why_it_ended(job: Job, key: str, moves: bool) -> None:
    """Why a job ended without its run, and a way to open what was kept of it."""
    if job.kept is not None and moves and _STOPPING.get() == job.digest:
        _STOPPING.pop()
        _move(job.kept, key)
        st.rerun()
    if job.state == "failed":
        st.error(escaped(job.reason), icon=":material/error:")
    if job.state == "cancelled":
        st.info(escaped(job.reason), icon=":material/stop_circle:")
    if job.kept is not None and moves:
        st.button(
            ngettext("Open it as it was after {n:,} epoch", "Open it as it was after {n:,} epochs", job.kept.epochs),
            icon=":material/folder_open:",
            key=f"{key}:open-kept",
            on_click=_move,
            args=(job.kept, key),
        )


def _move(experiment: Experiment, key: str) -> None:
    """Show this experiment, whose training this user watches or has watched."""
    _next(key).set(experiment)
    _WATCHED.set(digest_of(experiment))


def go_on(run: Run, key: str) -> None:
    """The choice to train a run for more epochs, continuing from where it stopped."""
    with st.popover(_("Go on training"), icon=":material/resume:"):
        st.markdown(
            _(
                "Training goes on from where it is, with the optimiser's state, and gives what it would have "
                "given if it had been asked for all these epochs at once."
            )
        )
        more = f"{key}:more:{run.digest}"
        st.number_input(_("More epochs"), value=run.epochs, step=1, key=more)
        st.button(_("Go on"), type="primary", key=f"{key}:go-on", on_click=_go_on, args=(run, key, more))
    if _REFUSED:
        show_error(_REFUSED.pop())


def _go_on(run: Run, key: str, more: str) -> None:
    """Submit the longer experiment and show it. If it is refused, the next run of the page says why."""
    try:
        experiment = longer(run.experiment, run.epochs, widget(more))
        job = jobs().submit(experiment, visitor_id(), start=run.digest)
    except LabError as error:
        _REFUSED.set(error)
    else:
        _move(experiment, key)
        _await_first_sight(job)


def _train_button(experiment: Experiment, key: str, caption: str, is_damaged: bool) -> None:
    if downloads.missing(resolve(experiment).spec):
        return
    # a callback, so that the page is drawn only once, with the training already started
    st.button(
        _("Train"),
        type="primary",
        icon=":material/play_arrow:",
        key=f"{key}:train",
        on_click=_submit,
        args=(experiment, is_damaged),
    )
    if _REFUSED:
        show_error(_REFUSED.pop())
    st.caption(caption)


def _not_trained(experiment: Experiment) -> str:
    return ngettext(
        "Not trained yet: {n:,} epoch of {parameters:,} parameters, {guess}.",
        "Not trained yet: {n:,} epochs of {parameters:,} parameters, {guess}.",
        experiment.epochs,
        parameters=resolve(experiment).architecture.parameters,
        guess=_guess(experiment),
    )


def _submit(experiment: Experiment, fresh: bool) -> None:
    """Submit the experiment. If it is refused, the next run of the page says why."""
    there = not fresh and digest_of(experiment) in store()
    try:
        job = jobs().submit(experiment, visitor_id(), fresh=fresh)
    except LabError as error:
        _REFUSED.set(error)
    else:
        if not there:
            _WATCHED.set(digest_of(experiment))
        _await_first_sight(job)


def _await_first_sight(job: Job) -> None:
    """Wait for the end of a training that is expected to end before a page with its progress could be drawn, and for
    the first picture of a longer one. Do not wait for a training in the queue."""
    if job.state != "running":
        return
    if jobs().estimate(job.experiments) <= AT_ONCE:
        job.finished.wait(AT_ONCE)
        return
    end = time.monotonic() + FIRST_PICTURE
    while (left := end - time.monotonic()) > 0 and not job.finished.wait(min(0.01, left)):
        progress = jobs().progress(job.digest)
        if progress is not None and progress.picture is not None:
            return


def _guess(experiment: Experiment) -> str:
    """The estimated training time as a phrase."""
    duration = duration_text(jobs().estimate([experiment]))
    return _("about {duration} on this server as busy as it is", duration=duration)


def _stored_note(run: Run, just_now: bool) -> None:
    text = ngettext(
        "{n:,} epoch in {duration} on {device}",
        "{n:,} epochs in {duration} on {device}",
        run.epochs,
        duration=duration_text(run.seconds),
        device=run.device,
    )
    if run.stopped != "epochs":
        text += _("; training ended {why}", why=_(STOPPED[run.stopped]))
    if just_now:
        st.success(_("Trained just now: {text}.", text=text), icon=":material/check_circle:")
    else:
        when = date_text(run.created)
        st.success(
            _("Found in the store, so no training is needed: {text} ({when} UTC).", text=text, when=when),
            icon=":material/inventory_2:",
        )


def _watch(digest: str, key: str, bench: Bench) -> None:
    """Progress, Stop, and the picture of the net's work. A fragment, so that the rest of the page is not redrawn."""
    job = jobs().get(digest)
    if job is None or not job.active:
        st.rerun()
    assert job is not None  # noqa: S101 - st.rerun does not return
    progress = jobs().progress(digest)
    with st.container():
        _progress(job, progress, key)
    with st.container():
        bench(progress)


def _progress(job: Job, progress: Progress | None, key: str) -> None:
    if job.attempts > 1:
        st.warning(_("The training process died; training has restarted from epoch 1."), icon=":material/replay:")
    if progress is None:
        st.progress(0.0, text=_waiting(job))
    else:
        st.progress(
            progress.share,
            text=_(
                "Epoch {epoch:,} of {epochs:,} · {duration} left",
                epoch=progress.epoch,
                epochs=progress.epochs,
                duration=duration_text(progress.seconds_left),
            ),
        )
    if visitor_id() in job.people:
        if st.button(
            _("Stop training"),
            icon=":material/stop:",
            key=f"{key}:stop",
            help=_("The net is kept as it is then, as a run."),
        ):
            _STOPPING.set(job.digest)
            stop(job)
            st.rerun()
    elif st.button(
        _("Join this training"),
        icon=":material/group_add:",
        key=f"{key}:join",
        help=_("Another user started this training. If you join, it continues even if they stop it."),
    ):
        jobs().join(job.digest, visitor_id())
        st.rerun()


def stop(job: Job) -> None:
    """Withdraw this user from the job. The rerun after the button shows the job's new state."""
    if jobs().cancel(job.digest, visitor_id()):
        job.finished.wait(2.0)
    else:
        st.toast(_("Other users wait for this training, so it continues without you."))


def _waiting(job: Job) -> str:
    before = jobs().position(job)
    if job.state == "queued":
        return _("In the queue, {before} ahead", before=before) if before else _("Next in the queue")
    return _("Starting")
