"""Runs on disk, found again by digest.

    home/runs/<digest>/run.json               experiment, history, metrics, versions, checksums
                       weights.safetensors    the net
                       snapshots.safetensors  codes and reconstructions along the way
    home/index.sqlite                         a table of all runs for lists; made anew from the folders when lost

A run is written aside and renamed, so it is there whole or not at all. The folders are the truth, the index is a
copy: whoever lists runs first brings it up to date. Nothing is unpickled.
"""

import hashlib
import json
import logging
import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import safetensors
import safetensors.torch
import torch
from filelock import FileLock
from torch import Tensor

from .basics import LabError, home
from .experiment import ExperimentError, parse
from .index import Index, Order, Summary
from .models import build
from .run import Run, Snapshots

FORMAT = 1  # of run.json: raise it when an older program could not read what a newer one writes
READ_AGAIN = 200  # times a run is read again because it was replaced meanwhile
LEFTOVER_AGE = 3600.0  # seconds after which a folder that was being written has no writer any more

_DIGEST = re.compile(r"[0-9a-f]{16}")
_RUN, _WEIGHTS, _SNAPSHOTS = "run.json", "weights.safetensors", "snapshots.safetensors"
_WRITING, _OLD = ".writing-", ".old-"


class StoreError(LabError):
    """The store cannot be read or written."""


class UnreadableRun(StoreError):
    """A run that is whole but means nothing here: written by a newer program, or on a data set that is not here."""


class DamagedRun(StoreError):
    """A run that is there but is not what was written."""

    def __init__(self, digest: str, what: str) -> None:
        super().__init__(f"Run {digest} is damaged ({what}): train it again, or remove it with `runs prune --damaged`.")
        self.digest, self.what = digest, what

    def __reduce__(self) -> tuple[type["DamagedRun"], tuple[str, str]]:
        return DamagedRun, (self.digest, self.what)


class Store:
    """Runs under `root` (default: home()). Safe to use from several threads and processes at once."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home()
        self.runs = self.root / "runs"
        try:
            self.runs.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The store {self.root} cannot be made ({error.strerror}): choose AELIB_HOME.") from None
        # taken by whoever moves a run into another's place, or clears up after a kill; readers do without
        self._lock = FileLock(self.root / ".lock", timeout=60)
        try:
            with self._lock:
                self._tidy()
                self.index = Index(self.root / "index.sqlite")
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The store {self.root} cannot be opened ({error}): choose another AELIB_HOME.") from None

    # --- one run --------------------------------------------------------------------------------------------

    def __contains__(self, digest: object) -> bool:
        return isinstance(digest, str) and bool(_DIGEST.fullmatch(digest)) and self._folder(digest).is_dir()

    def get(self, digest: str) -> Run | None:
        """The run, checked against its checksums, or None where there is none. Raises DamagedRun, UnreadableRun.

        A run that is replaced while it is read is read again: what is judged is one folder from end to end.
        """
        for _ in range(READ_AGAIN):
            before = self._identity(digest)
            if before is None:
                if not self._being_replaced(digest):
                    return None
                time.sleep(0.01)
                continue
            try:
                return self._read(digest)
            except (DamagedRun, OSError) as error:
                if self._identity(digest) == before:
                    if isinstance(error, DamagedRun):
                        raise
                    raise DamagedRun(digest, error.strerror or str(error)) from None
        raise StoreError(f"Run {digest} is replaced faster than it can be read: try again.")

    def _read(self, digest: str) -> Run:
        folder = self._folder(digest)
        record = _read_record(folder, digest)
        weights = _read_tensors(folder, _WEIGHTS, record, digest)
        snapshots = _read_tensors(folder, _SNAPSHOTS, record, digest)
        return _run(record, weights, snapshots, digest)

    def _identity(self, digest: str) -> tuple[int, int] | None:
        """Changes when another folder takes the run's place; None where there is none."""
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
        """Keep a run. One that is there already stays, unless `replace`: two who train the same end with one.

        Raises StoreError where it cannot be written; what was there before is there still.
        """
        files = {
            _WEIGHTS: safetensors.torch.save(run.weights),
            _SNAPSHOTS: safetensors.torch.save(
                {"epochs": run.snapshots.epochs, "codes": run.snapshots.codes, "pixels": run.snapshots.pixels}
            ),
        }
        record = _record(run, {name: _checksum(content) for name, content in files.items()})
        files[_RUN] = json.dumps(record, indent=1, allow_nan=False).encode()
        aside: Path | None = None
        try:
            aside = Path(tempfile.mkdtemp(prefix=f"{_WRITING}{run.digest}-", dir=self.runs))
            aside.chmod(0o755)
            for name, content in files.items():
                _write(aside / name, content)
            with self._lock:
                self._move_in(aside, run.digest, replace)
        except OSError as error:
            raise StoreError(
                f"Run {run.digest} could not be kept in {self.root} ({error.strerror or error}): make room or choose "
                "another AELIB_HOME."
            ) from None
        finally:
            if aside is not None:
                shutil.rmtree(aside, ignore_errors=True)
        self._list(_summary(record, sum(len(content) for content in files.values())))

    def _list(self, summary: Summary) -> None:
        """The list is a copy, brought up to date by whoever reads it next: a run is kept even where this fails."""
        try:
            self.index.put(summary)
        except sqlite3.Error as error:
            logging.getLogger(__name__).warning("run %s is kept but not listed yet: %s", summary["digest"], error)

    def _move_in(self, aside: Path, digest: str, replace: bool) -> None:
        """Rename the finished folder to its place."""
        if replace and digest in self:
            # a name of its own, so that a kill between the two renames leaves what `_tidy` puts back
            with suppress(FileNotFoundError):
                self._folder(digest).rename(self.runs / f"{_OLD}{digest}-{os.urandom(4).hex()}")
        try:
            aside.rename(self._folder(digest))
        except OSError:
            if digest not in self:  # else somebody was faster with the same run
                raise
        for old in self.runs.glob(f"{_OLD}{digest}-*"):
            shutil.rmtree(old, ignore_errors=True)

    def delete(self, digest: str) -> None:
        """Remove a run; nothing happens where there is none. Raises StoreError."""
        if digest in self:
            gone = self.runs / f"{_WRITING}deleted-{os.urandom(4).hex()}"
            try:
                with self._lock:
                    self._folder(digest).rename(gone)
            except OSError as error:
                raise StoreError(f"Run {digest} could not be removed ({error.strerror}).") from None
            shutil.rmtree(gone, ignore_errors=True)
        self.index.remove([digest])

    # --- all runs -------------------------------------------------------------------------------------------

    def digests(self) -> list[str]:
        """Every run in the store."""
        return sorted(name for name in os.listdir(self.runs) if _DIGEST.fullmatch(name))  # noqa: PTH208 - 4 times faster

    def summaries(
        self, order: Order = "newest", dataset: str | None = None, architecture: str = "", limit: int | None = None
    ) -> list[Summary]:
        """Every readable run, or those asked for: see `Index.search`."""
        self._refresh()
        return self.index.search(order, dataset, architecture, limit)

    def _refresh(self) -> None:
        """Bring the index up to date with the folders, where they have changed behind its back."""
        stamp = str(self.runs.stat().st_mtime_ns)
        if self.index.stamp() == stamp:
            return
        there, listed = set(self.digests()), self.index.digests()
        for digest in sorted(there - listed):
            folder = self._folder(digest)
            with suppress(StoreError, OSError, KeyError):  # `verify` is what names damaged runs
                size = sum(file.stat().st_size for file in folder.iterdir())
                self.index.put(_summary(_read_record(folder, digest), size))
        self.index.remove(sorted(listed - there))
        self.index.set_stamp(stamp)

    def verify(self) -> Iterator[tuple[str, str | None]]:
        """(digest, what is damaged or None) for every run; reads all of each, the net included. A run that is whole but
        cannot be read here (UnreadableRun) is not damaged."""
        for digest in self.digests():
            try:
                run = self.get(digest)
                if run is not None:
                    yield digest, None
            except DamagedRun as damaged:
                yield digest, damaged.what
            except UnreadableRun:
                yield digest, None

    def prune(
        self,
        keep: int | None = None,
        older_than_days: float | None = None,
        max_bytes: int | None = None,
        damaged: bool = False,
        dry_run: bool = False,
    ) -> list[str]:
        """Remove all but the newest `keep` runs, those older than so many days, the oldest until the rest needs at most
        `max_bytes`, the damaged. Returns what was (or with `dry_run` would be) removed."""
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
            doomed |= {digest for digest, problem in self.verify() if problem}
        if not dry_run:
            for digest in doomed:
                self.delete(digest)
        return sorted(doomed)

    # --- inside ---------------------------------------------------------------------------------------------

    def _folder(self, digest: str) -> Path:
        return self.runs / digest

    def _tidy(self) -> None:
        """Clear up after a kill: put back a run whose replacement never came, remove what nobody writes any more."""
        for path in self.runs.glob(f"{_OLD}*"):
            digest = path.name.removeprefix(_OLD).split("-")[0]
            if digest not in self:
                with suppress(OSError):  # another process was faster
                    path.rename(self._folder(digest))
        for path in [*self.runs.glob(f"{_WRITING}*"), *self.runs.glob(f"{_OLD}*")]:
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > LEFTOVER_AGE:
                    shutil.rmtree(path, ignore_errors=True)


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _self_checksum(record: dict[str, Any]) -> str:
    """Over everything in run.json but the checksum itself."""
    rest = {key: value for key, value in record.items() if key != "checksum"}
    return _checksum(json.dumps(rest, sort_keys=True).encode())


def _record(run: Run, files: dict[str, str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "format": FORMAT,
        "digest": run.digest,
        "experiment": run.experiment.model_dump(mode="json"),
        "epochs": run.epochs,
        "stopped": run.stopped,
        "seconds": run.seconds,
        "device": run.device,
        "parameters": run.parameters,
        "created": run.created,
        "versions": run.versions,
        "metrics": run.metrics,
        "history": run.history,
        "files": files,
    }
    # names of images may be any text: keep what will be read back
    record = json.loads(json.dumps(record, allow_nan=False))
    return {**record, "checksum": _self_checksum(record)}


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _damaged(digest: str, what: str) -> NoReturn:
    raise DamagedRun(digest, what)


def _read_record(folder: Path, digest: str) -> dict[str, Any]:
    try:
        record = json.loads((folder / _RUN).read_bytes())
    except (ValueError, RecursionError):
        _damaged(digest, f"{_RUN} is not JSON")
    if not isinstance(record, dict):
        _damaged(digest, f"{_RUN} is not an object")
    if isinstance(record.get("format"), int) and record["format"] > FORMAT:
        raise UnreadableRun(f"Run {digest} was written by a newer Autoencoder Lab: update this one to read it.")
    if record.get("checksum") != _self_checksum(record):
        _damaged(digest, f"{_RUN} does not match its checksum")
    return record


def _read_tensors(folder: Path, name: str, record: dict[str, Any], digest: str) -> dict[str, Tensor]:
    content = (folder / name).read_bytes()
    if _checksum(content) != record["files"].get(name):
        _damaged(digest, f"{name} does not match its checksum")
    try:
        return safetensors.torch.load(content)
    except safetensors.SafetensorError as error:
        _damaged(digest, f"{name}: {error}")


def _run(record: dict[str, Any], weights: dict[str, Tensor], snapshots: dict[str, Tensor], digest: str) -> Run:
    try:
        experiment = parse(record["experiment"])
    except ExperimentError as error:
        # its checksum is right, so this is what was written: a data set or a choice that this machine does not have
        raise UnreadableRun(f"Run {digest} cannot be opened here: {error}") from None
    if experiment.digest != digest:
        _damaged(digest, f"its experiment has the digest {experiment.digest}")
    with torch.device("meta"):
        expected = {name: tensor.shape for name, tensor in build(experiment).state_dict().items()}
    if {name: tensor.shape for name, tensor in weights.items()} != expected:
        _damaged(digest, "the weights do not fit the experiment")
    return Run(
        experiment=experiment,
        history=record["history"],
        metrics=record["metrics"],
        epochs=record["epochs"],
        stopped=record["stopped"],
        seconds=record["seconds"],
        device=record["device"],
        created=record["created"],
        versions=record["versions"],
        weights=weights,
        snapshots=Snapshots(snapshots["epochs"], snapshots["codes"], snapshots["pixels"]),
    )


def _summary(record: dict[str, Any], size: int) -> Summary:
    """From the record alone, so that a run is listed even where its data set is not on this machine."""
    experiment = record["experiment"]
    return Summary(
        digest=record["digest"],
        created=record["created"],
        dataset=experiment["dataset"],
        architecture="-".join(map(str, experiment["model"]["layers"])),
        activation=experiment["model"]["hidden_activation"],
        optimizer=experiment["optimizer"]["kind"],
        learning_rate=experiment["optimizer"]["learning_rate"],
        seed=experiment["seed"],
        learnt=record["metrics"]["learnt"],
        total=record["metrics"]["total"],
        wrong_pixels=record["metrics"]["wrong_pixels_total"],
        loss=record["history"][-1]["train_loss"],
        parameters=record["parameters"],
        epochs=record["epochs"],
        seconds=record["seconds"],
        device=record["device"],
        bytes=size,
    )
