"""Background jobs: one a digest, progress, stop, failure in a sentence, a killed worker."""

import math
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aelib.core.errors import LabError
from aelib.jobs import Job, JobScheduler, Limits, limits
from aelib.jobs.job import fair_order
from aelib.jobs.local_pool import LocalPool
from aelib.jobs.mailbox import FolderMailbox
from aelib.store import Store
from aelib.training import fit
from tests.support.patience import PATIENCE, wait_until
from tests.support.trainings import BEST, DIVERGES, LONG, finished, held

THREADS = 2


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(THREADS) as executor:
        yield executor


def test_a_job_over_any_executor_ends_with_a_stored_run(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    job = finished(jobs.submit(BEST))
    assert (job.state, job.reason) == ("done", "")
    run = jobs.store.get(BEST.digest)
    assert run is not None
    assert run.metrics["learnt"] == 32
    assert not (jobs.pending_jobs.folder_of(BEST.digest)).exists()


def test_what_is_stored_is_done_at_once_and_what_runs_is_joined(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    finished(jobs.submit(BEST))
    written = (jobs.store.runs / BEST.digest / "run.json").stat().st_mtime_ns
    assert jobs.submit(BEST).state == "done"
    assert (jobs.store.runs / BEST.digest / "run.json").stat().st_mtime_ns == written
    running = jobs.submit(LONG)
    assert jobs.submit(LONG) is running
    assert jobs.get(LONG.digest) is running
    jobs.cancel(LONG.digest)
    finished(running)


def test_twenty_threads_asking_for_one_experiment_train_it_once(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []
    from aelib.jobs import scheduler as module

    real = module.run_task

    def counted(task: module.TrainingTask) -> module.Outcome:
        trained.extend(task.experiments)
        return real(task)

    monkeypatch.setattr(module, "run_task", counted)
    jobs = JobScheduler(Store(), threads)
    askers = [threading.Thread(target=lambda: finished(jobs.submit(BEST))) for _ in range(20)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len(trained) == 1


def test_the_queue_is_known_and_a_queued_job_is_stopped_at_once(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, slots=1)
    first = jobs.submit(LONG)
    second, third = (jobs.submit(LONG.with_values({"seed": seed})) for seed in (1, 2))
    assert (first.state, second.state, third.state) == ("running", "queued", "queued")
    assert (jobs.position(second), jobs.position(third)) == (0, 1)
    jobs.cancel(second.digest)
    assert second.state == "cancelled"
    wait_until(lambda: jobs.progress(first.digest))
    progress = jobs.progress(first.digest)
    assert progress is not None
    assert 0 < progress.epoch < progress.epochs
    assert progress.history
    jobs.cancel(first.digest)
    assert finished(first).state == "cancelled"
    assert "as asked" in first.reason
    wait_until(lambda: third.state == "running")
    jobs.cancel(third.digest)
    finished(third)
    assert jobs.store.digests() == []


def test_a_failed_job_has_its_reason_and_may_be_asked_for_again(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    job = finished(jobs.submit(DIVERGES))
    assert job.state == "failed"
    assert "no longer a finite number" in job.reason
    again = jobs.submit(DIVERGES)
    assert again is not job
    finished(again)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"epoch": 3}', b"\xff\xfe", b"null"])
def test_a_progress_file_that_makes_no_sense_is_no_progress(content: bytes, threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    folder = jobs.pending_jobs.folder_of(BEST.digest)
    folder.mkdir(parents=True)
    (folder / "progress.json").write_bytes(content)
    assert jobs.progress(BEST.digest) is None


def test_a_killed_worker_is_replaced_and_its_job_tried_again_then_failed() -> None:
    workers = LocalPool(1)
    try:
        jobs = JobScheduler(Store(), workers)
        pids = [workers.submit(os.getpid).result(PATIENCE)]
        job = jobs.submit(LONG)
        wait_until(lambda: jobs.progress(LONG.digest))
        os.kill(pids[0], signal.SIGKILL)
        wait_until(lambda: job.attempts == 2 and jobs.progress(LONG.digest))
        assert job.state == "running"
        (second,) = workers.pids()
        assert second not in pids
        os.kill(second, signal.SIGKILL)
        finished(job)
        assert job.state == "failed"
        assert "died" in job.reason
        assert finished(jobs.submit(BEST)).state == "done"  # and the next one has a worker again
    finally:
        workers.shutdown(cancel_futures=True)


def test_a_job_stops_only_when_nobody_else_waits_for_it(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    job = jobs.submit(LONG, "ana")
    assert jobs.submit(LONG, "ben") is job
    assert jobs.cancel(LONG.digest, "ana") is False
    wait_until(lambda: jobs.progress(LONG.digest))
    assert job.state == "running"
    assert jobs.cancel(LONG.digest, "ben") is True
    assert finished(job).state == "cancelled"


def test_everybodys_first_job_comes_before_anybodys_second(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, slots=1)
    running, *anas = (jobs.submit(LONG.with_values({"seed": seed}), "ana") for seed in range(5))
    ben = jobs.submit(LONG.with_values({"seed": 10}), "ben")
    eva, eva2 = (jobs.submit(LONG.with_values({"seed": seed}), "eva") for seed in (20, 21))
    assert jobs.active() == [running, ben, eva, anas[0], eva2, *anas[1:]]
    assert (jobs.position(ben), jobs.position(anas[3])) == (0, 6)
    for job in reversed(jobs.active()):
        jobs.cancel(job.digest, next(iter(job.people)))
    finished(running)


def test_limits_name_what_was_refused_and_the_limit(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, slots=1, limits=Limits(max_epochs=999_999, max_parameters=9000, max_jobs=2))
    with pytest.raises(LabError, match=r"epochs is 1,000,000.*999,999"):
        jobs.submit(LONG)
    with pytest.raises(LabError, match=r"12,\d+ parameters.*9,000"):
        jobs.submit(BEST.with_values({"model.layers": "35-80-40-2"}))
    slow = [LONG.with_values({"epochs": 999_999, "seed": seed}) for seed in range(3)]
    mine = [jobs.submit(experiment, "ana") for experiment in slow[:2]]
    with pytest.raises(LabError, match=r"2 trainings.*allows 2"):
        jobs.submit(slow[2], "ana")
    mine.append(jobs.submit(slow[2], "ben"))
    for job in reversed(mine):
        jobs.cancel(job.digest, next(iter(job.people)))
        finished(job)


def test_a_training_that_takes_too_long_is_ended_with_a_reason(threads: ThreadPoolExecutor) -> None:
    job = finished(JobScheduler(Store(), threads, limits=Limits(max_seconds=0.3)).submit(LONG))
    assert job.state == "failed"
    assert "longer than" in job.reason


def test_limits_come_from_the_environment_before_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_MAX_EPOCHS", "123")
    assert limits.read({"max_epochs": 7, "max_jobs": 4}) == Limits(max_epochs=123, max_jobs=4)
    for bad in ("many", "0", "-1", "nan"):
        monkeypatch.setenv("AELIB_MAX_EPOCHS", bad)
        with pytest.raises(LabError, match="AELIB_MAX_EPOCHS"):
            limits.read()


def test_a_server_that_was_killed_knows_what_it_did_not_finish(threads: ThreadPoolExecutor) -> None:
    store = Store()
    jobs = JobScheduler(store, threads)
    lost = jobs.submit(LONG, "ana")
    wait_until(lambda: jobs.progress(LONG.digest))
    ticket = (jobs.pending_jobs.folder_of(LONG.digest) / "job.json").read_bytes()
    beside = JobScheduler(store, threads)  # another server with the same home leaves the first one's jobs alone
    assert beside.get(LONG.digest) is None
    assert lost.state == "running"
    jobs.cancel(LONG.digest, "ana")
    finished(lost)
    for name, content in ((LONG.digest, ticket), ("0123456789abcdef", b"{nonsense")):  # as kill -9 leaves it
        folder = store.root / "jobs" / "deadbeef" / name
        folder.mkdir(parents=True)
        (folder / "job.json").write_bytes(content)
    again = JobScheduler(store, threads)
    marked = again.get(LONG.digest)
    assert marked is not None
    assert (marked.state, marked.people) == ("failed", {"ana"})
    assert "restarted" in marked.reason
    assert again.submit(BEST, "ana").people == {"ana"}
    finished(again.submit(BEST))


def test_a_run_belongs_to_those_who_had_it_trained(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    owners = jobs.store.owners
    with held(threads, THREADS):
        job = jobs.submit(BEST, "ada")
        jobs.join(BEST.digest, "ben")
    finished(job)
    finished(jobs.submit(BEST.with_values({"seed": 1}), "ada"))
    assert owners.of(BEST.digest) == {"ada", "ben"}
    assert owners.runs("ben") == {BEST.digest}
    assert [ended.digest for ended in jobs.ended("ben")] == [BEST.digest]
    assert len(jobs.ended("ada")) == 2
    mine = jobs.store.summaries(among=owners.runs("ben"))
    assert [row["digest"] for row in mine] == [BEST.digest]
    jobs.join(BEST.digest, "cleo")  # too late: it has ended
    assert owners.runs("cleo") == set()
    jobs.submit(BEST, "cleo")  # asked for, and there
    assert owners.runs("cleo") == {BEST.digest}
    jobs.store.delete(BEST.digest)
    assert owners.of(BEST.digest) == set()


def test_a_server_that_is_closed_leaves_its_jobs_to_be_asked_for_again() -> None:
    store = Store()
    with ThreadPoolExecutor(1) as executor:
        jobs = JobScheduler(store, executor)
        jobs.submit(LONG, "ada")
        waiting = LONG.with_values({"seed": 1})
        jobs.submit(waiting, "ada")
        jobs.close()
    after = JobScheduler(store, ThreadPoolExecutor(1))
    found = [after.get(experiment.digest) for experiment in (LONG, waiting)]
    assert all(job is not None and job.state == "failed" and "restarted" in job.reason for job in found)
    assert [job.people for job in after.ended("ada")] == [{"ada"}, {"ada"}]
    after.close()
    assert list((store.root / "jobs").iterdir()) == []


def test_many_experiments_train_in_few_jobs_and_each_is_a_run(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, limits=Limits(max_jobs=1))
    first = finished(jobs.submit(BEST))
    several = [BEST.with_values({"seed": seed}) for seed in range(60)]
    other = [BEST.with_values({"seed": seed, "model.layers": "35-16-2", "epochs": 100}) for seed in range(3)]
    with held(threads, THREADS):
        asked = jobs.submit_all([*several, *other, DIVERGES, DIVERGES], "ada")
        assert first not in asked
        assert [len(job.experiments) for job in asked] == [29, 30, 3, 1]
        assert jobs.get(several[40].digest) in asked
        with pytest.raises(LabError, match="at a time"):
            jobs.submit(LONG, "ada")
    for job in asked:
        finished(job)
    assert [job.state for job in asked] == ["done", "done", "done", "failed"]
    assert set(jobs.store.digests()) == {experiment.digest for experiment in [*several, *other]}
    assert jobs.store.index.diverged([DIVERGES.digest, BEST.digest]).keys() == {DIVERGES.digest}
    assert jobs.submit_all([*several, *other, DIVERGES], "ada") == []  # nothing is left to train
    assert len(jobs.store.owners.runs("ada")) == 62


def test_a_sweep_and_a_single_run_of_it_train_once(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, limits=Limits(max_seconds=math.inf))
    several = [LONG.with_values({"seed": seed}) for seed in range(4)]
    single = jobs.submit(several[2], "ben")
    asked = jobs.submit_all(several, "ada")
    assert single in asked
    assert sorted(len(job.experiments) for job in asked) == [1, 3]
    assert jobs.submit(several[0], "cleo") in asked
    for job in asked:
        assert not jobs.cancel(job.digest, "ada")  # others wait
    for job, person in ((single, "ben"), (asked[1], "cleo")):
        assert jobs.cancel(job.digest, person)
        assert finished(job).state == "cancelled"


def test_what_is_asked_for_while_it_is_being_stopped_begins_again(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    first = jobs.submit(LONG, "ada")
    wait_until(lambda: jobs.progress(LONG.digest))
    jobs.cancel(LONG.digest, "ada")
    jobs.submit(LONG, "ben")
    assert finished(first).state == "cancelled"
    again = jobs.get(LONG.digest)
    assert again is not None
    assert again is not first
    assert again.people == {"ben"}
    jobs.cancel(LONG.digest, "ben")
    finished(again)


def test_a_sweep_over_the_limit_says_how_long_it_would_take(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, limits=Limits(max_seconds=60))
    with pytest.raises(LabError, match=r"These 40 trainings would take about \d+ minutes, .* allows 60 seconds"):
        jobs.submit_all([BEST.with_values({"epochs": 1_000_000, "seed": seed}) for seed in range(40)])
    assert jobs.active() == []


def test_fresh_trains_again_and_keeps_the_old_run_until_then(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    finished(jobs.submit(BEST))
    before = jobs.store.get(BEST.digest)
    job = jobs.submit(BEST, fresh=True)
    assert BEST.digest in jobs.store
    finished(job)
    after = jobs.store.get(BEST.digest)
    assert before is not None
    assert after is not None
    assert after.created > before.created


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
    job = after.get(short.digest)
    assert job is not None
    assert job.state == "done"
    assert store.owners.of(short.digest) == {"ben"}
    after.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [({"max_job": 2}, "'max_job' is not a limit: use max_epochs"), ({"max_jobs": 2.5}, "give a whole number")],
)
def test_a_limit_that_makes_no_sense_is_said(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        limits.read(settings)


def test_an_empty_limit_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_MAX_EPOCHS", "")
    assert limits.read() == Limits()


def test_turns_are_taken_between_people(tmp_path: Path) -> None:
    def job(*people: str) -> Job:
        return Job((BEST,), FolderMailbox(tmp_path), set(people))

    ada1, ada2, ada3, ben1, both, cleo1 = job("ada"), job("ada"), job("ada"), job("ben"), job("ada", "ben"), job("cleo")
    assert fair_order([], [ada1]) == []
    assert fair_order([ada1, ada2, ada3, ben1], []) == [ada1, ben1, ada2, ada3]
    assert fair_order([ada2, ada3, ben1, cleo1], [ada1]) == [ben1, cleo1, ada2, ada3]
    assert fair_order([ada2, both, cleo1], [ada1]) == [both, cleo1, ada2]  # ben has waited for nothing yet
