"""Workers and writers killed at random moments: no run may be damaged and no job lost."""

import multiprocessing
import os
import random
import signal
import tempfile
import threading
import time
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from aelib.experiment import Experiment, presets
from aelib.jobs import Job, JobScheduler, Limits
from aelib.jobs.local_pool import LocalPool
from aelib.jobs.scheduler import ATTEMPTS
from aelib.store import Store
from aelib.training import fit, fit_many

from .rows import Row, exactly

SEED = 20  # for the random moments; they still depend on the machine's speed
LOST_AFTER = 120.0  # seconds without an end


def _experiment(seed: int) -> Experiment:
    return presets.get("font-best").with_values({"seed": seed, "epochs": 8000})


def kill_workers(store: Store, kills: int, moments: random.Random) -> list[Job]:
    """All jobs that were submitted while workers were killed, ended or lost."""
    workers = LocalPool()
    jobs = JobScheduler(store, workers, slots=workers.size, limits=Limits(max_jobs=10_000))
    jobs.warm()
    asked: list[Job] = []
    for _ in range(kills):
        while sum(job.active for job in asked) < 2 * workers.size:
            asked.append(jobs.submit(_experiment(len(asked)), f"person {len(asked)}"))
        time.sleep(moments.uniform(0.05, 4.0))  # while it starts, trains, or saves
        pids = workers.pids()
        if pids:
            with suppress(ProcessLookupError):
                os.kill(moments.choice(pids), signal.SIGKILL)
    end = time.monotonic() + LOST_AFTER
    for job in asked:
        job.finished.wait(max(0.0, end - time.monotonic()))
    workers.shutdown(cancel_futures=True)
    return asked


def _write_forever(root: Path, first: int, saved: Connection) -> None:
    """Runs in its own process: saves new runs, replaces them again and again, and sends each saved digest."""
    store = Store(root)
    runs = fit_many([_short(first + number) for number in range(3)], "cpu")
    saved.send("")  # the process can be killed from now on
    while True:
        for run in runs:
            store.save(run, replace=True)  # type: ignore[arg-type]
            saved.send(run.digest)  # type: ignore[union-attr]


def _short(seed: int) -> Experiment:
    return presets.get("font-best").with_values({"seed": 100_000 + seed, "epochs": 50})


def kill_writers(store: Store, kills: int, moments: random.Random) -> set[str]:
    """Digests that writers reported as saved before they were killed."""
    context = multiprocessing.get_context("forkserver")  # torch is imported once
    context.set_forkserver_preload([__name__])
    saved: set[str] = set()
    for number in range(kills):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_write_forever, args=(store.root, number % 10 * 3, theirs), daemon=True)
        process.start()
        theirs.close()
        ours.recv()
        reader = threading.Thread(target=_collect, args=(ours, saved))
        reader.start()
        time.sleep(moments.uniform(0, 0.3))
        process.kill()
        process.join()
        reader.join()
    return saved


def _collect(reports: Connection, saved: set[str]) -> None:
    with suppress(EOFError, OSError):
        while True:
            saved.add(reports.recv())


def measure(quick: bool = False) -> list[Row]:
    kills, moments = (6 if quick else 100), random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.save(fit(_short(0), "cpu"))
        jobs = kill_workers(store, kills // 2, moments)
        saved = kill_writers(store, kills - kills // 2, moments)
        store = Store(Path(folder))  # as the next server finds it
        verified = dict(store.verify())
        listed = {summary["digest"] for summary in store.summaries()}
    ended = [job for job in jobs if job.state == "done" or (job.state == "failed" and job.reason)]
    kept = saved | {job.digest for job in jobs if job.state == "done"}
    failed = sum(job.state == "failed" for job in jobs)
    return [
        exactly(f"damaged runs of {len(verified)} after {kills} kills", sum(map(bool, verified.values())), 0),
        exactly(f"jobs of {len(jobs)} without an end, or failed without a reason", len(jobs) - len(ended), 0),
        Row(f"jobs of {len(jobs)} whose worker was killed {ATTEMPTS} times, so failed with a reason", str(failed)),
        exactly(f"runs of {len(kept)} that were saved and are missing", len(kept - set(verified)), 0),
        exactly("runs on disk but not in the list, or in the list but not on disk", len(listed ^ set(verified)), 0),
    ]
