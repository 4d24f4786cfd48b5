"""Data sets that are not on this machine: instructions, and a download button if they can be downloaded."""

from collections.abc import Callable

import streamlit as st

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import _
from aelib.datasets import DatasetSpec, files
from aelib.ui.shell.messages import escaped, without_command

from . import background


def missing(described: DatasetSpec) -> bool:
    """Whether the data set is missing on this machine. If so, shows instructions, and for a set that can be downloaded
    a button or the progress of the user's download."""
    absent = described.missing()
    if absent is None:
        return False
    st.warning(escaped(without_command(str(absent))), icon=":material/download:")
    name = described.name
    if name in datasets.DOWNLOADS:
        size = sum(file.size for file in datasets.DOWNLOADS[name])
        key = f"download:{name}"
        done = background.result_of(
            key,
            _("Download {name} to this server", name=name),
            _download(name),
            _(
                "{size:,.0f} MB, for all users of this server. An interrupted download keeps its partial file.",
                size=size / 1e6,
            ),
            background.DOWNLOADS,
        )
        if done:  # it ended after the check above, or the files were removed since: nothing else would check again
            background.forget(key, background.DOWNLOADS)
            st.rerun()
    return True


def _download(name: str) -> background.Work[bool]:
    def work(on_progress: Callable[[float], None], stop: Callable[[], bool]) -> bool:
        wanted = datasets.DOWNLOADS[name]
        come = {file.name: file.size for file in wanted if files.find(name, file.name) is not None}
        size = sum(file.size for file in wanted)

        def report(file: str, so_far: int, total: int) -> None:
            come[file] = so_far
            on_progress(sum(come.values()) / size)
            if stop():
                raise LabError("Stopped.")

        datasets.get(name, report)
        return True

    return work
