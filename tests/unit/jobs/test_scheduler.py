"""Training in the background: one job for each digest, progress, stop, failure in a sentence."""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from aelib.core.errors import LabError
from aelib.experiment import digest_of
from aelib.jobs import JobScheduler, Limits
from aelib.store import Store
from aelib.training import fit
from tests.support.patience import wait_until
from tests.support.trainings import BEST, DIVERGES, LONG, finished, held


def test_a_job_over_any_executor_ends_with_a_stored_run(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    job = finished(jobs.submit(BEST))
    assert (job.state, job.reason) == ("done", "")
    run = jobs.store.get(digest_of(BEST))
    assert run is not None
    assert run.metrics["learnt"] == 32
    assert not (jobs.pending_jobs.folder_of(digest_of(BEST))).exists()


def test_what_is_stored_is_done_at_once_and_what_runs_is_joined(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    finished(jobs.submit(BEST))
    written = (jobs.store.runs / digest_of(BEST) / "run.json").stat().st_mtime_ns
    assert jobs.submit(BEST).state == "done"
    assert (jobs.store.runs / digest_of(BEST) / "run.json").stat().st_mtime_ns == written
    running = jobs.submit(LONG)
    assert jobs.submit(LONG) is running
    assert jobs.get(digest_of(LONG)) is running
    jobs.cancel(digest_of(LONG))
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
    assert first.kept is not None
    assert f"after epoch {first.kept.epochs:,}" in first.reason
    wait_until(lambda: third.state == "running")
    jobs.cancel(third.digest)
    finished(third)
    kept = [digest_of(job.kept) for job in (first, third) if job.kept is not None]
    assert set(jobs.store.digests()) == set(kept), "what was trained, and nothing of what was queued"


def test_who_stops_a_training_owns_what_is_kept_of_it(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    job = jobs.submit(LONG, "ana")
    wait_until(lambda: jobs.progress(job.digest))
    jobs.cancel(job.digest, "ana")
    assert finished(job).kept is not None
    run = jobs.store.get(digest_of(job.kept))
    assert run is not None
    assert (run.stopped, run.epochs) == ("hand", job.kept.epochs)
    assert jobs.store.owners.of(run.digest) == {"ana"}


def test_a_failed_job_has_its_reason_and_may_be_asked_for_again(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    job = finished(jobs.submit(DIVERGES))
    assert job.state == "failed"
    assert "no longer a finite number" in job.reason
    again = jobs.submit(DIVERGES)
    assert again is not job
    finished(again)


def test_a_job_stops_only_when_nobody_else_waits_for_it(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    job = jobs.submit(LONG, "ana")
    assert jobs.submit(LONG, "ben") is job
    assert jobs.cancel(digest_of(LONG), "ana") is False
    wait_until(lambda: jobs.progress(digest_of(LONG)))
    assert job.state == "running"
    assert jobs.cancel(digest_of(LONG), "ben") is True
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


def test_a_run_belongs_to_those_who_had_it_trained(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    owners = jobs.store.owners
    with held(threads):
        job = jobs.submit(BEST, "ada")
        jobs.join(digest_of(BEST), "ben")
    finished(job)
    finished(jobs.submit(BEST.with_values({"seed": 1}), "ada"))
    assert owners.of(digest_of(BEST)) == {"ada", "ben"}
    assert owners.runs("ben") == {digest_of(BEST)}
    assert [ended.digest for ended in jobs.ended("ben")] == [digest_of(BEST)]
    assert len(jobs.ended("ada")) == 2
    mine = jobs.store.summaries(among=owners.runs("ben"))
    assert [row["digest"] for row in mine] == [digest_of(BEST)]
    jobs.join(digest_of(BEST), "cleo")  # too late: it has ended
    assert owners.runs("cleo") == set()
    jobs.submit(BEST, "cleo")  # asked for, and there
    assert owners.runs("cleo") == {digest_of(BEST)}
    jobs.store.delete(digest_of(BEST))
    assert owners.of(digest_of(BEST)) == set()


def test_who_asks_for_a_run_that_is_nobodys_does_not_own_it(threads: ThreadPoolExecutor) -> None:
    store = Store()
    store.save(fit(BEST.with_values({"epochs": 3}), "cpu"))  # as the command line does
    jobs = JobScheduler(store, threads)
    assert jobs.submit(BEST.with_values({"epochs": 3}), "cleo").state == "done"
    assert store.owners.runs("cleo") == set(), "else she could delete it"


def test_many_experiments_train_in_few_jobs_and_each_is_a_run(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, limits=Limits(max_jobs=1))
    first = finished(jobs.submit(BEST))
    several = [BEST.with_values({"seed": seed}) for seed in range(60)]
    other = [BEST.with_values({"seed": seed, "model.layers": "35-16-2", "epochs": 100}) for seed in range(3)]
    with held(threads):
        asked = jobs.submit_all([*several, *other, DIVERGES, DIVERGES], "ada")
        assert first not in asked
        assert [len(job.experiments) for job in asked] == [29, 30, 3, 1]
        assert jobs.get(digest_of(several[40])) in asked
        with pytest.raises(LabError, match="at a time"):
            jobs.submit(LONG, "ada")
    for job in asked:
        finished(job)
    assert [job.state for job in asked] == ["done", "done", "done", "failed"]
    assert set(jobs.store.digests()) == {digest_of(experiment) for experiment in [*several, *other]}
    assert jobs.store.index.diverged([digest_of(DIVERGES), digest_of(BEST)]).keys() == {digest_of(DIVERGES)}
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
    wait_until(lambda: jobs.progress(digest_of(LONG)))
    jobs.cancel(digest_of(LONG), "ada")
    jobs.submit(LONG, "ben")
    assert finished(first).state == "cancelled"
    again = jobs.get(digest_of(LONG))
    assert again is not None
    assert again is not first
    assert again.people == {"ben"}
    jobs.cancel(digest_of(LONG), "ben")
    finished(again)


def test_fresh_trains_again_and_keeps_the_old_run_until_then(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads)
    finished(jobs.submit(BEST))
    before = jobs.store.get(digest_of(BEST))
    job = jobs.submit(BEST, fresh=True)
    assert digest_of(BEST) in jobs.store
    finished(job)
    after = jobs.store.get(digest_of(BEST))
    assert before is not None
    assert after is not None
    assert after.created > before.created


def test_jobs_end_with_their_runs_where_the_clock_is_set_back(
    threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    jobs = JobScheduler(Store(), threads)
    for days, seed in ((0, 1), (1, 2), (2, 3)):
        monkeypatch.setattr(time, "time", lambda back=days: now - 86_400 * back)
        assert finished(jobs.submit(BEST.with_values({"seed": seed}), "ann")).state == "done"
    assert jobs.store.count() == 3
    assert jobs.estimate([BEST]) > 0
    assert [job.experiment.seed for job in jobs.ended("ann")] == [1, 2, 3]
