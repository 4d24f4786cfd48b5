"""Run by test_three_hosts.py on the host `server`, one of four network namespaces: see there."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelib.core.errors import LabError
from aelib.experiment import digest_of
from aelib.jobs import Job, JobScheduler, dask_cluster
from aelib.jobs.dask_cluster import DaskCluster
from aelib.jobs.health import check
from aelib.store import Store
from tests.cluster.hosts import ADDRESS, SETTINGS, Hosts
from tests.support.patience import PATIENCE, wait_until
from tests.support.server import ROOT
from tests.support.trainings import BEST, LONG, finished

SCHEDULER = f"tcp://{ADDRESS['scheduler']}:8786"
AGAIN = "while true; do {}; sleep 1; done"  # a worker that has lost its scheduler ends: docs/operations.md
OTHER = LONG.with_values({"seed": 1})


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    found = Hosts(os.environ["AELIB_TEST_HOSTS"])
    environment = {**os.environ, **SETTINGS, "PYTHONPATH": str(ROOT)}
    started = []

    def start(host: str, *command: str) -> None:
        log = (tmp_path / f"{host}.log").open("a")
        dask = shlex.join([sys.executable, "-m", "dask", *command, "--host", ADDRESS[host], "--no-dashboard"])
        home = {"AELIB_HOME": str(tmp_path / host)}
        started.append(
            subprocess.Popen(  # a group of its own, that all of it can be ended
                found.on(host, ["sh", "-c", dask if host == "scheduler" else AGAIN.format(dask)]),
                cwd=tmp_path,
                env={**environment, **home},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        )

    start("scheduler", "scheduler", "--port", "8786")
    for host in ("one", "two"):
        start(host, "worker", SCHEDULER, "--nthreads", "1")
    yield found
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


@pytest.fixture
def jobs(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobScheduler]:
    monkeypatch.setattr(dask_cluster, "CONNECT_SECONDS", 5.0)
    cluster: list[DaskCluster] = []

    def answers() -> bool:
        try:
            cluster.append(DaskCluster(SCHEDULER))
        except LabError:
            return False
        return True

    wait_until(answers, "the scheduler")
    wait_until(lambda: cluster[0].size == 2, "two workers")
    found = JobScheduler(Store(), cluster[0])
    yield found
    found.close()


def _both_train(jobs: JobScheduler) -> list[str]:
    digests = [digest_of(one) for one in (LONG, OTHER)]
    for one in (LONG, OTHER):
        jobs.submit(one, "ada")

    def train() -> bool:
        ended = [job.reason for digest in digests if not (job := _job(jobs, digest)).active]
        assert not ended, ended
        return all(jobs.progress(digest) for digest in digests)

    wait_until(train, "both trainings")
    return digests


def _job(jobs: JobScheduler, digest: str) -> Job:
    job = jobs.get(digest)
    assert job is not None
    return job


def _stop(jobs: JobScheduler, digest: str) -> None:
    jobs.cancel(digest, "ada")
    job = finished(_job(jobs, digest))
    assert (job.state, job.kept is not None) == ("cancelled", True)


def test_what_a_host_trained_that_is_cut_off_goes_on_elsewhere_and_it_serves_again_when_it_is_back(
    hosts: Hosts, jobs: JobScheduler
) -> None:
    digests = _both_train(jobs)
    hosts.cut("one")
    wait_until(lambda: jobs.slots == 1, "the loss")
    _stop(jobs, _that_goes_on(jobs, digests))
    (left,) = [digest for digest in digests if _job(jobs, digest).active]
    assert _that_goes_on(jobs, [left])  # on the host that is left
    _stop(jobs, left)
    hosts.join("one")
    wait_until(lambda: jobs.slots == 2, "the host that is back")
    _both_train(jobs)
    for digest in digests:
        _stop(jobs, digest)
    assert check(jobs)["status"] == "ok"
    assert [problem for _, problem in jobs.store.verify() if problem] == []


def _that_goes_on(jobs: JobScheduler, digests: list[str]) -> str:
    """The training that reports something new."""
    before = {digest: jobs.progress(digest) for digest in digests}
    found: list[str] = []

    def some() -> list[str]:
        found.extend(digest for digest in digests if jobs.progress(digest) != before[digest])
        return found

    wait_until(some, "progress")
    return found[0]


def test_a_server_that_is_cut_off_says_so_and_trains_again_when_it_is_back(hosts: Hosts, jobs: JobScheduler) -> None:
    digests = _both_train(jobs)
    hosts.cut("server")
    for digest in digests:
        job = finished(_job(jobs, digest))
        assert job.state == "failed"
        assert job.reason.endswith("start it again.")
    assert check(jobs)["status"] == "failing"
    hosts.join("server")
    wait_until(lambda: check(jobs)["status"] == "ok", "the connection")
    assert finished(jobs.submit(BEST)).state == "done"
