"""Runs on disk, found by digest.

    home/runs/<digest>/run.json               experiment, history, metrics, versions, checksums
                       weights.safetensors    the net
                       snapshots.safetensors  codes and reconstructions at some epochs
                       optimizer.safetensors  what the optimiser needs to go on from the last epoch
    home/people.sqlite                        who trained which run (see owners.py)
    home/index.sqlite                         a table of all runs for lists; rebuilt from the folders when lost

A run is written to a temporary folder, which is then renamed, so that it never appears incomplete. The folders are the
source of truth; the index is a copy that is updated before runs are listed. Nothing is unpickled.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from aelib.core.errors import StoreError, reason_of
from aelib.core.language import Lazy
from aelib.core.paths import home

from .atomic_folder import TemporaryFolder, is_old, name_for_deleted, remove_abandoned
from .errors import DamagedRun, UnreadableRun
from .index import Index, Order, Summary
from .owners import Owners
from .run_files import ReadFile, pack, read_record, summary, unpack

if TYPE_CHECKING:
    from aelib.training import Run

MAX_READS = 200  # attempts to read a run that others keep replacing

_DIGEST = re.compile(r"[0-9a-f]{16}")
_OLD = ".old-"


class Store:
    """Runs in the folder `root` (default: home()). Several threads and processes may use it at once. Raises StoreError
    if the folder cannot be created or opened."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home()
        self.runs = self.root / "runs"
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                "The store {root} cannot be made ({reason}): choose AELIB_HOME.",
                root=self.root,
                reason=reason_of(error),
            ) from None
        # protects moving a run into place and cleaning up after a kill; readers do not need it
        self._lock = FileLock(self.root / ".lock", timeout=60)
        try:
            with self._lock:
                self._clean_up()
                self.index = Index(self.root / "index.sqlite")
                self.owners = Owners(self.root / "people.sqlite")
        except OSError as error:
            raise StoreError(
                "The store {root} cannot be opened ({reason}): choose another AELIB_HOME.",
                root=self.root,
                reason=reason_of(error),
            ) from None

    # --- one run --------------------------------------------------------------------------------------------

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str) and bool(_DIGEST.fullmatch(digest)) and self._folder(digest).is_dir()

    def get(self, digest: str, with_optimizer: bool = False) -> Run | None:
        """The run, verified by its checksums, or None if there is none. with_optimizer: with its `optimizer_state`,
        which only continued training needs. Raises DamagedRun, UnreadableRun, StoreError.

        A run that is replaced while it is read is read again, so that all its files come from one folder.
        """
        for _ in range(MAX_READS):
            before = self._identity(digest)
            if before is None:
                if not self._being_replaced(digest):
                    return None
                time.sleep(0.01)
                continue
            try:
                return unpack(self._reader(digest), digest, with_optimizer)
            except (DamagedRun, OSError) as error:
                if self._identity(digest) == before:
                    raise _lasting(error, digest) from None
        raise StoreError("Run {digest} is replaced faster than it can be read: try again.", digest=digest)

    def _reader(self, digest: str) -> ReadFile:
        folder = self._folder(digest)
        return lambda name: (folder / name).read_bytes()

    def _identity(self, digest: str) -> tuple[int, int] | None:
        """Identity of a run's folder, by which a replacement is noticed; None without a run."""
        if digest not in self:
            return None
        try:
            status = self._folder(digest).stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_ctime_ns

    def _being_replaced(self, digest: str) -> bool:
        return bool(_DIGEST.fullmatch(digest)) and any(self.runs.glob(f"{_OLD}{digest}-*"))

    def save(self, run: Run, replace: bool = False) -> None:
        """Save a run. replace: whether it replaces a stored run with this digest; otherwise the stored run stays, so
        two processes that train the same experiment end up with one run.

        Raises StoreError if the run cannot be written; a run that was stored before is then unchanged.
        """
        files, record = pack(run)
        temp_folder: TemporaryFolder | None = None
        try:
            with self._lock:
                temp_folder = TemporaryFolder(self.runs, run.digest)
            for name, content in files.items():
                _write(temp_folder.path / name, content)
            with self._lock:
                self._move_in(temp_folder, run.digest, replace)
        except OSError as error:
            raise StoreError(
                "Run {digest} could not be saved in {root} ({reason}): make room or choose another AELIB_HOME.",
                digest=run.digest,
                root=self.root,
                reason=reason_of(error),
            ) from None
        finally:
            if temp_folder is not None:
                temp_folder.remove()
        self._add_to_index(summary(record, sum(len(content) for content in files.values())))

    def _add_to_index(self, listed: Summary) -> None:
        """Add a run to the index. A failure is only logged: the index is a copy and is updated before the next list."""
        try:
            self.index.put(listed)
        except StoreError as error:
            logging.getLogger(__name__).warning("run %s is saved but not listed yet: %s", listed["digest"], error)

    def _move_in(self, temp_folder: TemporaryFolder, digest: str, replace: bool) -> None:
        """Rename the finished folder to its final name."""
        if replace and digest in self:
            # a unique name, so that after a kill between the two renames `_clean_up` can put the old run back
            with suppress(FileNotFoundError):
                self._folder(digest).rename(self.runs / f"{_OLD}{digest}-{os.urandom(4).hex()}")
        try:
            temp_folder.move_into_place(self._folder(digest))
        except OSError:
            if digest not in self:  # otherwise another process saved the same run first
                raise
        for old in self.runs.glob(f"{_OLD}{digest}-*"):
            shutil.rmtree(old, ignore_errors=True)

    def delete(self, digest: str) -> None:
        """Remove a run, if there is one. Raises StoreError if it cannot be removed."""
        if digest in self:
            gone = name_for_deleted(self.runs)
            try:
                with self._lock:
                    self._folder(digest).rename(gone)
            except OSError as error:
                raise StoreError(
                    "Run {digest} could not be removed ({reason}): it needs the right to write in {runs}.",
                    digest=digest,
                    reason=reason_of(error),
                    runs=self.runs,
                ) from None
            shutil.rmtree(gone, ignore_errors=True)
        self.index.remove([digest])
        self.owners.remove(digest)

    # --- all runs -------------------------------------------------------------------------------------------

    def digests(self) -> list[str]:
        """The digests of all runs in the store, sorted."""
        return sorted(name for name in os.listdir(self.runs) if _DIGEST.fullmatch(name))  # noqa: PTH208 - 4 times faster

    def known(self, digests: Iterable[str]) -> set[str]:
        """The digests that need no training, because the run is stored or the experiment is known to diverge."""
        wanted = list(digests)
        return {digest for digest in wanted if digest in self} | self.index.diverged(wanted).keys()

    def note_diverged(self, epochs: Mapping[str, int]) -> None:
        """See `Index.note_diverged`."""
        self.index.note_diverged(epochs)

    def count(self) -> int:
        """Number of runs."""
        self._refresh()
        return self.index.count()

    def summaries(
        self,
        order: Order = "newest",
        dataset: str | None = None,
        architecture: str = "",
        limit: int | None = None,
        among: Collection[str] | None = None,
    ) -> list[Summary]:
        """All readable runs, or those that match: see `Index.search`."""
        if among is not None:  # a page asks for a few runs: update the index only if it lacks one of them
            found = self.index.search(order, dataset, architecture, limit, among)
            if len(found) == sum(digest in self for digest in set(among)):
                return found
        self._refresh()
        return self.index.search(order, dataset, architecture, limit, among)

    def _refresh(self) -> None:
        """Update the index if the folders have changed since it was written. Runs that cannot be read are not listed,
        and are tried again before the next list; `verify` gives the reasons."""
        try:
            stamp, there = str(self.runs.stat().st_mtime_ns), set(self.digests())
        except OSError as error:
            raise StoreError(
                "The runs in {runs} cannot be listed ({reason}): mend the folder, or choose another AELIB_HOME.",
                runs=self.runs,
                reason=reason_of(error),
            ) from None
        if self.index.stamp() == stamp:
            return
        listed = self.index.digests()
        read: list[Summary] = []
        for digest in sorted(there - listed):
            with suppress(StoreError, OSError, KeyError):
                size = sum(file.stat().st_size for file in self._folder(digest).iterdir())
                read.append(summary(read_record(self._reader(digest), digest), size))
        for row in read:
            self.index.put(row)
        self.index.remove(sorted(listed - there))
        if len(read) == len(there - listed):
            self.index.set_stamp(stamp)

    def verify(self) -> Iterator[tuple[str, StoreError | None]]:
        """Read every run completely, and yield its digest and why it cannot be read, or None. The error is DamagedRun
        if its files are damaged, another StoreError if the disk cannot be read at the moment. An intact run that cannot
        be opened here (UnreadableRun) counts as readable."""
        for digest in self.digests():
            try:
                run = self.get(digest, with_optimizer=True)
                if run is not None:
                    yield digest, None
            except UnreadableRun:
                yield digest, None
            except StoreError as problem:
                yield digest, problem

    def prune(
        self,
        keep: int | None = None,
        older_than_days: float | None = None,
        max_bytes: int | None = None,
        damaged: bool = False,
        dry_run: bool = False,
    ) -> list[str]:
        """Delete the runs that any of the rules selects. Returns the digests that were (or with `dry_run` would be)
        deleted, sorted.

        Args:
            keep: delete all but this number of the newest runs.
            older_than_days: delete runs older than this number of days.
            max_bytes: delete the oldest runs until the others need at most this number of bytes.
            damaged: delete damaged runs; a run that merely cannot be read at the moment stays.
            dry_run: delete nothing.
        """
        runs = self.summaries()
        doomed = {summary["digest"] for summary in runs[keep:]} if keep is not None else set()
        if older_than_days is not None:
            limit = (datetime.now(UTC) - timedelta(days=older_than_days)).isoformat()
            doomed |= {summary["digest"] for summary in runs if summary["created"] < limit}
        if max_bytes is not None:
            used = 0
            for summary in runs:
                used += summary["bytes"]
                if used > max_bytes:
                    doomed.add(summary["digest"])
        if damaged:
            doomed |= {digest for digest, problem in self.verify() if isinstance(problem, DamagedRun)}
        if not dry_run:
            for digest in doomed:
                self.delete(digest)
        return sorted(doomed)

    # --- internals ---------------------------------------------------------------------------------------------

    def _folder(self, digest: str) -> Path:
        return self.runs / digest

    def _clean_up(self) -> None:
        """Clean up after a kill: restore a run whose replacement was not finished, and remove abandoned folders."""
        for path in self.runs.glob(f"{_OLD}*"):
            digest = path.name.removeprefix(_OLD).split("-")[0]
            if digest not in self:
                with suppress(OSError):  # another process has restored it
                    path.rename(self._folder(digest))
        remove_abandoned(self.runs)
        for path in self.runs.glob(f"{_OLD}*"):
            with suppress(FileNotFoundError):
                if is_old(path):
                    shutil.rmtree(path, ignore_errors=True)


def _lasting(error: DamagedRun | OSError, digest: str) -> StoreError:
    """The error for a run that still cannot be read and was not replaced meanwhile. Only a missing file, or a folder in
    its place, counts as damage: a failing disk or a missing permission says nothing about the run."""
    if isinstance(error, DamagedRun):
        return error
    if isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return DamagedRun(digest, Lazy("{file} is not there", file=Path(error.filename).name))
    return StoreError(
        "Run {digest} cannot be read ({reason}): look after the disk and the rights of its folder, and try again.",
        digest=digest,
        reason=reason_of(error),
    )


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def load(digest: str) -> Run:
    """The run with this digest from the store in `AELIB_HOME`. Raises LabError if it is missing or damaged."""
    run = Store().get(digest)
    if run is None:
        raise StoreError(
            "There is no run {digest} in {root}: `Store().summaries()` lists what is there.",
            digest=digest[:60],
            root=Store().root,
        )
    return run
