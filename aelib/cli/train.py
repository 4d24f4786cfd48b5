"""`train`: trains one experiment with one or many seeds, on this machine or on a cluster."""

from __future__ import annotations

import argparse
import math
import signal
import sys
import threading
import time
from collections.abc import Callable
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from aelib import datasets
from aelib.analysis import judged
from aelib.analysis.reconstruction import decibels
from aelib.core.durations import duration_text
from aelib.core.errors import LabError, reason_of
from aelib.core.language import N_, _
from aelib.datasets.user.source import text_of
from aelib.experiment import Experiment, change, digest_of, from_json, presets, resolve
from aelib.store import DamagedRun, Store
from aelib.training import HAND, Cancelled, Diverged, Progress, Run, fit_many

from .output import path_of, print_json, say
from .results import print_result

if TYPE_CHECKING:
    from aelib.jobs import Job, JobScheduler

MAX_SEEDS = 10_000
STOP_SECONDS = 10.0  # seconds to wait for a cluster to stop after Ctrl-C


class Interrupted(LabError):
    """A person has stopped the command, which says what is kept."""

    exit_code = 130


def experiment_of(options: argparse.Namespace) -> Experiment:
    """The experiment that NAME|FILE.json and --set describe. Raises LabError if it is invalid or cannot be read."""
    if options.experiment in presets.PRESETS:
        base = presets.get(options.experiment)
    elif options.experiment.endswith(".json"):
        base = _from_file(options.experiment)
    else:
        presets.get(options.experiment)  # raises an error that lists the names
        raise AssertionError("unreachable")
    values = {}
    for setting in options.set or []:
        key, equals, value = setting.partition("=")
        if not equals:
            raise LabError(
                "--set is {setting!r}: write KEY=VALUE, such as optimizer.learning_rate=0.01.", setting=setting[:60]
            )
        values[key.strip()] = value.strip()
    given = values.get("dataset", "")
    if given.endswith(".csv") or (given not in datasets.SETS and given and path_of(given).is_file()):
        values["dataset"] = _keep(given)
    return resolve(change(base, values)).experiment


def _from_file(name: str) -> Experiment:
    text = _read(name)
    try:
        return from_json(text)
    except LabError as error:
        raise LabError("{name}: {error}", name=name, error=error) from None


def _read(name: str) -> str:
    try:
        return text_of(path_of(name).read_bytes(), name)
    except OSError as error:
        raise LabError(
            "{name} cannot be read ({reason}): give an existing file.", name=name, reason=reason_of(error)
        ) from None


def _keep(name: str) -> str:
    """Keep what is in a file as a data set, and return its name, which is derived from its content."""
    dataset = datasets.keep_found(datasets.read(name))
    say(_("{name} is stored as data set {dataset}.", name=name, dataset=dataset))
    return dataset


def _show_progress(progress: Progress) -> None:
    if not sys.stderr.isatty():
        return
    if progress.wanted > 1:
        parts = [
            _(
                "{share:.0%}, {finished:,} of {wanted:,} nets done",
                share=progress.share,
                finished=progress.finished,
                wanted=progress.wanted,
            )
        ]
    else:
        parts = [_("epoch {epoch:,} of {epochs:,}", epoch=progress.epoch, epochs=progress.epochs)]
        if progress.total:
            parts.append(_("{learnt} of {total} learnt", learnt=progress.learnt, total=progress.total))
    parts.append(_("loss {loss:.5f}", loss=progress.loss))
    parts.append(_("{duration} left", duration=duration_text(progress.seconds_left)))
    print(f"\r{', '.join(parts):<78}", end="", file=sys.stderr, flush=True)


def train(options: argparse.Namespace) -> int:
    """Train an experiment with one or several seeds, or read it from the store, and print the results.

    Returns 0. Raises LabError for invalid arguments, and Diverged if all nets diverged.
    """
    base = experiment_of(options)
    if not 1 <= options.seeds <= MAX_SEEDS:
        raise LabError(
            "--seeds is {seeds}: give a whole number from 1 to {most:,}.", seeds=options.seeds, most=MAX_SEEDS
        )
    experiments = (
        [base.with_values({"seed": base.seed + i}) for i in range(options.seeds)] if options.seeds > 1 else [base]
    )
    store = Store()
    start = _start(options, store)
    found = {} if options.fresh else {digest_of(e): run for e in experiments if (run := _stored(store, digest_of(e)))}
    missing = [experiment for experiment in experiments if digest_of(experiment) not in found]
    began = time.perf_counter()
    if len(experiments) == 1 and not options.scheduler:
        results = _train_one(missing, options, store, start)
    else:
        results = train_all(missing, options, store)
    seconds = time.perf_counter() - began
    diverged = [result for result in results if isinstance(result, Diverged)]
    found |= {result.digest: result for result in results if isinstance(result, Run)}
    runs = [found[digest_of(e)] for e in experiments if digest_of(e) in found]
    if not runs:
        raise diverged[0]
    if diverged:
        say(
            _(
                "{diverged} of {count} runs diverged; the means leave them out: {first}",
                diverged=len(diverged),
                count=len(experiments),
                first=diverged[0],
            )
        )
    if options.device not in ("auto", *(run.device for run in runs)):
        say(
            _(
                "Found in the store, trained on {device}: --fresh trains on {wanted}.",
                device=runs[0].device,
                wanted=options.device,
            )
        )
    if not missing:
        seconds = sum(run.seconds for run in runs)
    figures = run_document(runs[0]) if options.seeds == 1 else _several(runs, len(diverged))
    document = {"cached": not missing, "seconds": seconds, **figures}
    if options.json:
        print_json(document)
    else:
        print_result(document, runs)
    return 0


def _start(options: argparse.Namespace, store: Store) -> Run | None:
    """The run that --from names, with its optimiser's state. Raises LabError."""
    if options.start is None:
        return None
    if options.seeds > 1 or options.scheduler:
        raise LabError("--from goes on with one net on this machine: leave out --seeds and --scheduler.")
    run = store.get(options.start, with_optimizer=True)
    if run is None:
        raise LabError("There is no run {digest!r}: see `runs list`.", digest=options.start[:60])
    return run


def _train_one(
    missing: list[Experiment], options: argparse.Namespace, store: Store, start: Run | None
) -> list[Run | Diverged]:
    """Train a single experiment, if it is missing. After Ctrl-C the net is kept as it is, as a run of as many epochs;
    a second Ctrl-C ends it at once.

    Raises Interrupted, which says what is kept, and LabError as `train_all`.
    """
    interrupted: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        if interrupted:
            raise KeyboardInterrupt
        interrupted.append(number)

    # only the main thread may handle signals, and a program that a shell starts in the background ignores them
    heeds = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT)
    if heeds and before is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        results = train_all(missing, options, store, lambda: HAND if interrupted else "", start)
    except Cancelled as error:
        raise Interrupted(error.text) from None
    finally:
        if heeds and before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)
    if results and isinstance(results[0], Run) and results[0].stopped == HAND:
        run = results[0]
        raise Interrupted(
            "Stopped after epoch {epochs:,}, kept as run {digest}; --from {digest} goes on from there.",
            epochs=run.epochs,
            digest=run.digest,
        )
    return results


def train_all(
    experiments: list[Experiment],
    options: argparse.Namespace,
    store: Store,
    stop: Callable[[], str] | None = None,
    start: Run | None = None,
) -> list[Run | Diverged]:
    """Train experiments on this machine or on the cluster. stop, start: see `fit_many`, for this machine.

    Every run is stored as soon as it is finished, and diverged experiments are noted in the store. Raises LabError.
    """
    if not experiments:
        return []
    if options.scheduler:
        return _on_cluster(experiments, options, store)

    def on_result(result: Run | Diverged) -> None:
        if isinstance(result, Run):
            store.save(result, replace=True)  # the stored run is damaged, or --fresh was given
        else:
            store.note_diverged({digest_of(result.experiment): result.epoch})

    try:
        return fit_many(experiments, options.device, _show_progress, on_result=on_result, stop=stop, start=start)
    finally:
        if sys.stderr.isatty():
            say("")


def _on_cluster(experiments: list[Experiment], options: argparse.Namespace, store: Store) -> list[Run | Diverged]:
    """Train as jobs of a Dask cluster. Ctrl-C stops all of them; finished runs stay in the store."""
    from aelib.jobs import JobScheduler, Limits  # here: a training on this machine does not wait for them

    try:
        from aelib.jobs.dask_cluster import DaskCluster
    except ImportError:
        raise LabError('--scheduler needs Dask: pip install "aelib[cluster]".') from None
    unlimited = Limits(max_seconds=math.inf, max_jobs=math.inf)
    jobs = JobScheduler(store, DaskCluster(options.scheduler), limits=unlimited, device=options.device, is_server=False)
    submitted: list[Job] = []
    try:
        submitted = jobs.submit_all(experiments, fresh=options.fresh)
        while not all(job.finished.wait(0.2) for job in submitted):
            _show_jobs(jobs, submitted)
    except KeyboardInterrupt:
        for job in submitted:
            jobs.cancel(job.digest)
        for job in submitted:
            job.finished.wait(STOP_SECONDS)
        raise
    finally:
        jobs.close()
    diverged = {digest: epoch for job in submitted for digest, epoch in job.diverged.items()}
    results: list[Run | Diverged] = []
    for experiment in experiments:
        if digest_of(experiment) in diverged:
            results.append(Diverged(experiment, diverged[digest_of(experiment)]))
        elif (run := store.get(digest_of(experiment))) is not None:
            results.append(run)
        else:
            why = next((job.why for job in submitted if job.why), "")
            raise LabError("A training ended without a run: {why}", why=why)
    return results


def _show_jobs(jobs: JobScheduler, submitted: list[Job]) -> None:
    if not sys.stderr.isatty():
        return
    reports = [jobs.progress(job.digest) for job in submitted if job.active]
    running = [progress for progress in reports if progress is not None]
    share = (len(submitted) - len(reports) + sum(progress.share for progress in running)) / len(submitted)
    count = sum(len(job.experiments) for job in submitted)
    parts = [_("{share:.0%} of {count} trainings", share=share, count=count)]
    if running:
        slowest = duration_text(max(progress.seconds_left for progress in running))
        parts.append(_("{duration} left of the slowest", duration=slowest))
    elif reports:
        parts.append(_("waiting for a worker"))
    print(f"\r{', '.join(parts):<78}", end="", file=sys.stderr, flush=True)


def _stored(store: Store, digest: str) -> Run | None:
    """The stored run, None without one. A damaged run counts as none, so that it is trained again."""
    try:
        return store.get(digest)
    except DamagedRun as damaged:
        text = N_("Run {digest} is damaged ({what}): training it again and replacing it.")
        say(_(text, digest=digest, what=damaged.what))
        return None


def run_document(run: Run) -> dict[str, Any]:
    """The results of a run for JSON."""
    return {
        "digest": run.digest,
        "device": run.device,
        "epochs": run.epochs,
        "stopped": run.stopped,
        "parameters": run.parameters,
        "loss": run.loss,
        "metrics": _metrics(run),
        "experiment": run.experiment.model_dump(mode="json"),
    }


def _metrics(run: Run) -> dict[str, Any]:
    """The metrics of a run; for a run of an earlier version, with the PSNR by today's definition; and the figures by
    which its kind of net is judged."""
    known = {**run.metrics, "psnr": decibels.psnr(run)} if "psnr" in run.metrics else run.metrics
    return {**known, **judged.figures(run)}


def _several(runs: list[Run], diverged: int) -> dict[str, Any]:
    """Mean, standard deviation (n − 1) and values of every figure over the runs."""
    metrics = [_metrics(run) for run in runs]
    figures: dict[str, Any] = {
        "epochs": _spread([run.epochs for run in runs]),
        "parameters": _spread([run.parameters for run in runs]),
        "loss": _spread([run.loss for run in runs]),
        "metrics": {name: _entries_spread([one[name] for one in metrics]) for name in metrics[0]},
    }
    return {
        "digest": [run.digest for run in runs],
        "device": runs[0].device,
        "seeds": [run.experiment.seed for run in runs],
        "diverged": diverged,
        **figures,
        "experiment": runs[0].experiment.model_dump(mode="json"),
    }


def _entries_spread(values: list[Any]) -> Any:
    """The spread of a figure, or of each of its entries if it is a list or a dict."""
    first = values[0]
    if isinstance(first, dict):
        return {key: _spread([value[key] for value in values]) for key in first}
    if isinstance(first, list):
        return [_spread([value[i] for value in values]) for i in range(len(first))]
    return _spread(values)


def _spread(values: list[float]) -> dict[str, Any]:
    return {"mean": mean(values), "std": stdev(values) if len(values) > 1 else 0.0, "values": values}
