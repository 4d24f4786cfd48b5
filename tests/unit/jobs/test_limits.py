"""What one server lets a person ask for."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from aelib.core.errors import LabError
from aelib.jobs import JobScheduler, Limits, limits
from aelib.store import Store
from tests.support.trainings import BEST, LONG, finished


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


def test_limits_come_from_the_environment_before_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_MAX_EPOCHS", "123")
    assert limits.read({"max_epochs": 7, "max_jobs": 4}) == Limits(max_epochs=123, max_jobs=4)
    for bad in ("many", "0", "-1", "nan"):
        monkeypatch.setenv("AELIB_MAX_EPOCHS", bad)
        with pytest.raises(LabError, match="AELIB_MAX_EPOCHS"):
            limits.read()


def test_a_sweep_over_the_limit_says_how_long_it_would_take(threads: ThreadPoolExecutor) -> None:
    jobs = JobScheduler(Store(), threads, limits=Limits(max_seconds=60))
    with pytest.raises(LabError, match=r"These 40 trainings would take about \d+ min, .* allows 60 s"):
        jobs.submit_all([BEST.with_values({"epochs": 1_000_000, "seed": seed}) for seed in range(40)])
    assert jobs.active() == []


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
