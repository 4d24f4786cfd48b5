"""What is said of a cluster that cannot import the library; tests/cluster has a real one."""

from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from aelib.core.errors import LabError
from aelib.jobs.dask_cluster import DaskCluster


def _forwarded(scheduler: bool, workers: dict[str, bool], error: Exception) -> BaseException | None:
    """What a job gets whose task ended in this error, on a cluster that says this of the library."""
    cluster = DaskCluster.__new__(DaskCluster)
    cluster.address, cluster._stopped = "tcp://nowhere", set()
    cluster._client = SimpleNamespace(run_on_scheduler=lambda _: scheduler, run=lambda _: workers)
    theirs: Future[Any] = Future()
    theirs.set_exception(error)
    ours: Future[Any] = Future()
    cluster._forward(theirs, ours, "key")
    return ours.exception(timeout=0)


@pytest.mark.parametrize(("scheduler", "workers"), [(False, {"one": True}), (True, {"one": True, "two": False})])
def test_a_cluster_that_cannot_import_the_library_is_said(scheduler: bool, workers: dict[str, bool]) -> None:
    found = _forwarded(scheduler, workers, RuntimeError("whatever Dask says"))
    assert isinstance(found, LabError)
    assert "start its scheduler and workers in this folder" in str(found)


def test_any_other_error_stays_as_it_is() -> None:
    error = RuntimeError("Error during deserialization")
    assert _forwarded(True, {"one": True}, error) is error
