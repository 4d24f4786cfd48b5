"""State that all sessions of a server share: the store, the classroom, the jobs, opened runs."""

import math
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from aelib.classroom import recomputing
from aelib.classroom.records import Classroom
from aelib.core.errors import LabError
from aelib.core.settings import settings
from aelib.experiment import Experiment, digest_of
from aelib.jobs import JobScheduler, limits
from aelib.store import Store
from aelib.training import Run


@st.cache_resource(show_spinner=False)
def store() -> Store:
    return Store()


@st.cache_resource(show_spinner=False)
def classroom() -> Classroom:
    """What is known of predictions and classes. Raises StoreError if its file cannot be opened."""
    return Classroom()


def _settings() -> Mapping[str, Any]:
    """The table [limits] of `.streamlit/secrets.toml`, if there is one. Raises LabError if the file is invalid."""
    if not any(Path(file).exists() for file in st.get_option("secrets.files")):
        return {}
    try:
        return dict(st.secrets.get("limits", {}))
    except (ValueError, TypeError, StreamlitSecretNotFoundError):
        raise LabError("secrets.toml cannot be read: see the server's log, and fix its TOML.") from None


@st.cache_resource(show_spinner=False)
def jobs() -> JobScheduler:
    """The job scheduler. Its worker processes start with the first page, so that the first training starts at once."""
    allowed = limits.read(_settings())
    background = JobScheduler(store(), _cluster(), limits=allowed)
    background.warm()
    return background


@st.cache_resource(show_spinner=False)
def checking() -> JobScheduler:
    """Trains students' runs again, in the same workers as all trainings, one at a time and each alone, as the students
    did. It has a store of its own, so that the run that is checked stays."""
    main = jobs()
    limits_of_checks = main.limits.model_copy(update={"max_jobs": math.inf})
    again = Store(main.store.root / recomputing.FOLDER)
    return JobScheduler(again, main.executor, slots=1, limits=limits_of_checks, device=main.device, is_server=False)


def _cluster() -> Executor | None:
    """The Dask cluster at AELIB_SCHEDULER. Raises LabError if it does not respond."""
    address = settings().scheduler
    if not address:
        return None
    try:
        from aelib.jobs.dask_cluster import DaskCluster
    except ImportError:
        raise LabError("AELIB_SCHEDULER needs Dask: install the extra `cluster`, or leave it out.") from None
    return DaskCluster(address)


@st.cache_resource(max_entries=128, show_spinner=False)
def _opened(digest: str, written: int) -> Run | None:
    return store().get(digest)


def open_run(experiment: Experiment) -> Run | None:
    """The stored run of an experiment, or None. Raises DamagedRun, UnreadableRun, StoreError: see `Store.get`."""
    digest = digest_of(experiment)
    try:
        written = (store().runs / digest / "run.json").stat().st_mtime_ns
    except OSError:
        return store().get(digest)  # None, or why it cannot be read
    return _opened(digest, written)
