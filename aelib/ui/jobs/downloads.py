"""Data sets that are not on this machine: what to do, and a button that fetches those that can be fetched."""

from collections.abc import Callable

import streamlit as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import DatasetSpec, files
from aelib.ui.shell.messages import escaped

from . import background


def missing(described: DatasetSpec) -> bool:
    """Whether the data set is not here; then one sentence says what to do, and, where it can be downloaded, there is a
    button for that, or the progress of the person who pressed it."""
    absent = described.missing()
    if absent is None:
        return False
    st.warning(escaped(absent), icon=":material/download:")
    name = described.name
    if name in datasets.DOWNLOADS:
        size = sum(file.size for file in datasets.DOWNLOADS[name])
        key = f"download:{name}"
        done = background.result_of(
            key,
            f"Download {name} to this server",
            _download(name),
            f"{size / 1e6:,.0f} MB, for everybody on this server. What has come is kept where it breaks off.",
            background.DOWNLOADS,
        )
        if done:  # yet its files have gone since: it can be asked for again
            background.forget(key, background.DOWNLOADS)
    return True


def _download(name: str) -> background.Work[bool]:
    def work(told: Callable[[float], None], stop: Callable[[], bool]) -> bool:
        wanted = datasets.DOWNLOADS[name]
        come = {file.name: file.size for file in wanted if files.find(name, file.name) is not None}
        size = sum(file.size for file in wanted)

        def report(file: str, so_far: int, _: int) -> None:
            come[file] = so_far
            told(sum(come.values()) / size)
            if stop():
                raise LabError("Stopped.")

        datasets.get(name, report)
        return True

    return work
