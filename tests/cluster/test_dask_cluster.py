"""The same jobs on a real Dask scheduler with two worker processes, which do not share the store with the server."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from distributed import Client

from aelib.cli.main import main
from aelib.core.errors import LabError
from aelib.datasets.bundled import font
from aelib.datasets.user import glyphs
from aelib.experiment import digest_of
from aelib.jobs import JobScheduler, Limits, dask_cluster, scheduler
from aelib.jobs.dask_cluster import DaskCluster
from aelib.jobs.health import check
from aelib.store import Store
from tests.support import gated
from tests.support.patience import PATIENCE, wait_until
from tests.support.trainings import BEST, DIVERGES, LONG, finished

ROOT = Path(__file__).parents[2]


@dataclass
class Dask:
    """gate: the folder of tests/support/gated.py."""

    address: str
    gate: Path
    workers: list["subprocess.Popen[bytes]"]
    start_worker: Callable[[], None]


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A scheduler and two workers of one thread, each a process; the workers have a home of their own."""
    folder = tmp_path_factory.mktemp("dask")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    log = (folder / "log").open("wb")
    environment = {**os.environ, "AELIB_HOME": str(folder / "elsewhere"), "PYTHONPATH": str(ROOT)}
    gate = folder / "gate"
    gate.mkdir()
    environment |= {gated.FOLDER: str(gate)}
    environment |= {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", "OMP_NUM_THREADS": "1"}

    def start(*command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *command], cwd=folder, env=environment, stdout=log, stderr=log
        )

    scheduler = start("scheduler", "--host", "127.0.0.1", "--port", address.rsplit(":", 1)[1], "--no-dashboard")
    found = Dask(address, gate, [], lambda: None)

    def start_worker() -> None:
        worker = ("worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
        found.workers.append(start(*worker))

    found.start_worker = start_worker
    start_worker()
    start_worker()
    try:
        with Client(address, timeout=PATIENCE, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield found
    finally:
        for process in (*found.workers, scheduler):
            process.kill()
            process.wait()
        log.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that is there, however slow, is not given up."""
    monkeypatch.setattr(dask_cluster, "CONNECT_SECONDS", PATIENCE)


@pytest.fixture
def jobs(dask: Dask, patient: None) -> Iterator[JobScheduler]:
    found = JobScheduler(Store(), DaskCluster(dask.address))
    yield found
    found.close()


def test_a_run_comes_home_to_the_store_and_is_the_same_as_here(jobs: JobScheduler) -> None:
    from aelib.training import fit

    job = finished(jobs.submit(BEST))
    assert (job.state, job.reason) == ("done", "")
    run = jobs.store.get(digest_of(BEST))
    assert run is not None
    here = fit(BEST, "cpu")
    assert run.metrics == here.metrics
    assert all(run.weights[name].equal(here.weights[name]) for name in here.weights)


def test_progress_and_stop_cross_the_network(jobs: JobScheduler) -> None:
    job = jobs.submit(LONG, "one")
    wait_until(lambda: jobs.progress(digest_of(LONG)))
    first = jobs.progress(digest_of(LONG))
    assert first is not None
    assert 0 < first.epoch < LONG.epochs
    wait_until(lambda: (now := jobs.progress(digest_of(LONG))) and now.epoch > first.epoch)
    assert jobs.cancel(digest_of(LONG), "one")
    assert finished(job).state == "cancelled"
    (kept,) = jobs.store.digests()  # a net that is stopped is kept as the run of so many epochs
    assert (run := jobs.store.get(kept)) is not None
    assert run.stopped == "hand"
    assert first.epoch < run.epochs < LONG.epochs
    again = jobs.submit(LONG, "one")  # the wish to stop was for the other job
    wait_until(lambda: jobs.progress(digest_of(LONG)))
    assert again.active
    jobs.cancel(digest_of(LONG), "one")
    finished(again)


def test_as_many_run_at_once_as_the_cluster_has_threads(jobs: JobScheduler) -> None:
    several = [jobs.submit(LONG.with_values({"seed": seed})) for seed in range(3)]
    assert [job.state for job in several] == ["running", "running", "queued"]
    for job in reversed(several):
        jobs.cancel(job.digest)
    for job in several:
        assert finished(job).state == "cancelled"


def test_glyphs_of_ones_own_travel_with_the_job(jobs: JobScheduler) -> None:
    rows = glyphs.write(font.SPEC.load()).splitlines()
    name = glyphs.save("\n".join(rows[:6]).encode())
    own = BEST.with_values({"dataset": name, "epochs": 50})
    assert finished(jobs.submit(own)).reason == ""
    run = jobs.store.get(digest_of(own))
    assert run is not None
    assert run.metrics["total"] == 5


def test_a_training_over_the_limit_and_one_that_diverges_say_so(dask: Dask, patient: None) -> None:
    jobs = JobScheduler(Store(), DaskCluster(dask.address), limits=Limits(max_seconds=0.5))
    assert "longer than" in finished(jobs.submit(LONG)).reason
    job = finished(jobs.submit(DIVERGES))
    assert "no longer a finite number" in job.reason
    assert job.diverged.keys() == {digest_of(DIVERGES)}
    jobs.close()


def test_a_lost_worker_is_survived(dask: Dask, jobs: JobScheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "run_task", gated.run_task)
    several = [jobs.submit(BEST.with_values({"seed": seed})) for seed in range(2)]
    wait_until(lambda: {worker.pid for worker in dask.workers} <= gated.begun(dask.gate))
    lost = dask.workers.pop()
    lost.send_signal(signal.SIGKILL)
    lost.wait()
    dask.start_worker()
    wait_until(lambda: dask.workers[-1].pid in gated.begun(dask.gate))
    (dask.gate / gated.OPEN).touch()
    for job in several:
        assert (finished(job).state, job.reason) == ("done", "")


def test_the_command_line_trains_on_the_cluster(dask: Dask, patient: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "font-best", "--seeds", "3", "--json", "--scheduler", dask.address]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["metrics"]["learnt"]["values"] == [32, 32, 32]
    assert len(Store().digests()) == 3


def test_a_scheduler_that_does_not_answer_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_cluster, "CONNECT_SECONDS", 0.2)
    with pytest.raises(LabError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        DaskCluster("tcp://127.0.0.1:9")
    with pytest.raises(LabError, match="No Dask scheduler answers"):
        DaskCluster("nonsense://x")


def test_a_killed_scheduler_ends_every_job_and_one_that_returns_is_found(tmp_path: Path, patient: None) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"
    environment = {**os.environ, "AELIB_HOME": str(tmp_path / "elsewhere"), "PYTHONPATH": str(ROOT)}

    def start(*command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *command], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
        )

    scheduling = ("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
    working = ("worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard")
    processes = [start(*scheduling)]
    wait_until(lambda: _answers(int(port)))
    jobs = JobScheduler(Store(), DaskCluster(address))
    try:
        nobody = jobs.submit(BEST.with_values({"seed": 9}))
        assert check(jobs)["status"] == "failing"  # no worker yet
        assert jobs.cancel(nobody.digest)
        assert (finished(nobody).state, "before a worker took it" in nobody.reason) == ("cancelled", True)
        processes.append(start(*working))
        several = [jobs.submit(LONG.with_values({"seed": seed})) for seed in range(3)]
        wait_until(lambda: any(jobs.progress(job.digest) for job in several))
        wait_until(lambda: check(jobs)["status"] == "ok")
        for process in processes:
            process.kill()
            process.wait()
        for job in several:
            assert finished(job).state == "failed"
            assert job.reason.endswith(("start it again.", "such as tcp://127.0.0.1:8786."))
        assert "No Dask scheduler answers" in finished(jobs.submit(LONG)).reason
        assert check(jobs)["status"] == "failing"
        processes += [start(*scheduling), start(*working)]
        wait_until(lambda: check(jobs)["status"] == "ok")
        assert finished(jobs.submit(BEST)).state == "done"
    finally:
        jobs.close()
        for process in processes:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
        return True
    return False
