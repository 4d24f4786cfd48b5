"""What a server that was killed or closed did not finish."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from aelib.experiment import digest_of
from aelib.jobs import JobScheduler, scheduler
from aelib.jobs.local_pool import LocalPool
from aelib.store import Store
from aelib.training import fit
from tests.support.patience import wait_until
from tests.support.trainings import BEST, LONG, finished


def test_a_server_that_was_killed_knows_what_it_did_not_finish(threads: ThreadPoolExecutor) -> None:
    store = Store()
    jobs = JobScheduler(store, threads)
    lost = jobs.submit(LONG, "ana")
    wait_until(lambda: jobs.progress(digest_of(LONG)))
    ticket = (jobs.pending_jobs.folder_of(digest_of(LONG)) / "job.json").read_bytes()
    beside = JobScheduler(store, threads)  # another server with the same home leaves the first one's jobs alone
    assert beside.get(digest_of(LONG)) is None
    assert lost.state == "running"
    jobs.cancel(digest_of(LONG), "ana")
    finished(lost)
    for name, content in ((digest_of(LONG), ticket), ("0123456789abcdef", b"{nonsense")):  # as kill -9 leaves it
        folder = store.root / "jobs" / "deadbeef" / name
        folder.mkdir(parents=True)
        (folder / "job.json").write_bytes(content)
    again = JobScheduler(store, threads)
    marked = again.get(digest_of(LONG))
    assert marked is not None
    assert (marked.state, marked.people) == ("failed", {"ana"})
    assert "restarted" in marked.reason
    assert again.submit(BEST, "ana").people == {"ana"}
    finished(again.submit(BEST))


def test_a_server_that_is_closed_leaves_its_jobs_to_be_asked_for_again() -> None:
    store = Store()
    with ThreadPoolExecutor(1) as executor:
        jobs = JobScheduler(store, executor)
        jobs.submit(LONG, "ada")
        waiting = LONG.with_values({"seed": 1})
        jobs.submit(waiting, "ada")
        jobs.close()
    after = JobScheduler(store, ThreadPoolExecutor(1))
    found = [after.get(digest_of(experiment)) for experiment in (LONG, waiting)]
    assert all(job is not None and job.state == "failed" and "restarted" in job.reason for job in found)
    assert [job.people for job in after.ended("ada")] == [{"ada"}, {"ada"}]
    after.close()
    assert list((store.root / "jobs").iterdir()) == []


def test_a_training_that_ran_when_its_server_was_closed_is_kept_as_it_was(threads: ThreadPoolExecutor) -> None:
    store = Store()
    jobs = JobScheduler(store, threads)
    jobs.submit(LONG, "ada")
    wait_until(lambda: jobs.progress(digest_of(LONG)))
    jobs.close()
    after = JobScheduler(store, ThreadPoolExecutor(1))
    job = after.get(digest_of(LONG))
    assert job is not None
    assert job.kept is not None
    assert (run := store.get(digest_of(job.kept))) is not None
    assert job.reason.endswith(f"it is kept as it was after epoch {run.epochs:,}.")
    assert store.owners.of(run.digest) == {"ada"}
    assert after.submit(LONG, "ada").active  # and it can be asked for again
    after.close()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be made to hang on Windows")
def test_a_training_that_does_not_listen_does_not_keep_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "CLOSES_WITHIN", 0.1)
    workers = LocalPool(1)
    jobs = JobScheduler(Store(), workers)
    job = jobs.submit(LONG, "ada")
    wait_until(lambda: jobs.progress(digest_of(LONG)))
    (pid,) = workers.pids()
    os.kill(pid, signal.SIGSTOP)
    jobs.close()
    assert finished(job).kept is None
    after = JobScheduler(Store(), ThreadPoolExecutor(1))
    assert [one.reason for one in after.ended("ada")] == [
        "The server was restarted before this training ended: start it again."
    ]
    after.close()


def test_who_joins_and_who_leaves_a_training_is_known_to_the_next_server() -> None:
    store = Store()
    jobs = JobScheduler(store, ThreadPoolExecutor(1))
    jobs.submit(LONG, "ada")
    jobs.submit(LONG, "ben")
    jobs.submit(LONG, "cleo")
    assert not jobs.cancel(digest_of(LONG), "ada")
    jobs.close()
    after = JobScheduler(store, ThreadPoolExecutor(1))
    job = after.get(digest_of(LONG))
    assert job is not None
    assert job.people == {"ben", "cleo"}
    after.close()


def test_the_saved_runs_of_a_sweep_that_was_interrupted_have_their_owners() -> None:
    store = Store()
    jobs = JobScheduler(store, ThreadPoolExecutor(1))
    jobs.submit(LONG, "ada")
    both = [BEST.with_values({"epochs": 20, "seed": seed}) for seed in (1, 2)]
    jobs.submit_all(both, "ben")
    store.save(fit(both[0], "cpu"))
    jobs.close()
    after = JobScheduler(store, ThreadPoolExecutor(1))
    assert [store.owners.of(digest_of(one)) for one in both] == [{"ben"}, set()]
    after.close()


def test_a_run_that_was_kept_before_the_server_died_is_no_interrupted_one() -> None:
    store = Store()
    executor = ThreadPoolExecutor(1)
    jobs = JobScheduler(store, executor)
    jobs.submit(LONG, "ada")
    short = BEST.with_values({"epochs": 20})
    jobs.submit(short, "ben")
    store.save(fit(short, "cpu"))  # by a worker whose last word was lost
    jobs.close()
    after = JobScheduler(store, ThreadPoolExecutor(1))
    job = after.get(digest_of(short))
    assert job is not None
    assert job.state == "done"
    assert store.owners.of(digest_of(short)) == {"ben"}
    after.close()
