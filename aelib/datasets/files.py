"""Files of known data sets: where they may lie, and how to get them.

Looked for in AELIB_DATA/<set>/, AELIB_DATA/ and home()/downloads/<set>/, packed (.gz) or not.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pooch
import requests

from ..basics import LabError, home

pooch.get_logger().setLevel("WARNING")  # progress is told by ourselves

Report = Callable[[str, int, int], None]  # (file, bytes so far, bytes in all)


@dataclass(frozen=True)
class RemoteFile:
    """A file as it is published. name: with its ending; size: bytes; sha256: of exactly these."""

    name: str
    url: str
    size: int
    sha256: str


def folders(dataset: str) -> list[Path]:
    """Where files of a data set are looked for, first ones first."""
    own = os.environ.get("AELIB_DATA")
    given = [Path(own).expanduser() / dataset, Path(own).expanduser()] if own else []
    return [*given, home() / "downloads" / dataset]


def find(dataset: str, name: str) -> Path | None:
    """The file by its usual name, packed or not; None where it is in none of the folders."""
    plain = name.removesuffix(".gz")
    candidates = (folder / each for folder in folders(dataset) for each in (plain, f"{plain}.gz"))
    return next((path for path in candidates if path.is_file()), None)


def missing(dataset: str, files: Sequence[RemoteFile]) -> str | None:
    """None where all files are here, else one sentence with what to do."""
    lacking = [file.name for file in files if find(dataset, file.name) is None]
    if not lacking:
        return None
    return (
        f"{dataset} is not on this machine: run `python -m aelib datasets --get {dataset}`, or put "
        f"{', '.join(lacking)} into {folders(dataset)[0]}."
    )


class _Bar:
    """What pooch wants of a progress bar."""

    def __init__(self, report: Report, name: str, total: int) -> None:
        self.report, self.name, self.total, self.done = report, name, total, 0

    def update(self, count: int) -> None:
        self.done = min(self.total, self.done + count)  # the last chunk is counted in full
        self.report(self.name, self.done, self.total)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        self.report(self.name, self.total, self.total)


def get(dataset: str, files: Sequence[RemoteFile], report: Report = lambda *_: None) -> None:
    """Download what is missing, each file checked against its checksum before it is there. Raises LabError."""
    folder = home() / "downloads" / dataset
    for file in files:
        if find(dataset, file.name) is not None:
            continue
        bar: Any = _Bar(report, file.name, file.size)
        try:
            # pooch downloads aside, compares checksums, then renames
            downloader = pooch.HTTPDownloader(progressbar=bar, timeout=30)
            pooch.retrieve(file.url, f"sha256:{file.sha256}", fname=file.name, path=folder, downloader=downloader)
        except Exception as error:  # noqa: BLE001 - of the network, of HTTP, of the disk, a wrong checksum
            lacking = [each.name for each in files if find(dataset, each.name) is None]
            raise LabError(
                f"{file.name} could not be downloaded from {file.url} ({_reason(error)}): try again later, or put "
                f"{', '.join(lacking)} into {folder} by hand."
            ) from None


def _reason(error: Exception) -> str:
    """In a few words: what libraries say is long."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code}"
    if isinstance(error, requests.RequestException):
        return "no connection to the server"
    if isinstance(error, ValueError):
        return "what came is not the file that it should be"
    return str(error).split("\n")[0][:100]
