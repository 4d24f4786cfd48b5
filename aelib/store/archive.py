"""A run as one file, to move it to another server: `run-<digest>.zip`.

    run.json, weights.safetensors, snapshots.safetensors    as in the store (see run_files.py)
    dataset.csv or dataset.safetensors                      the images, if a person uploaded them

Files from other machines are not trusted. No name in a file is used as a path, nothing is unpacked to the disk, the
unpacked size of each entry is limited before it is read, and nothing is saved before everything has been checked.
Checksums prove that a file is unchanged, not who wrote it, so the metrics are computed again from the weights if this
takes only seconds.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.datasets.user import glyphs, storage
from aelib.experiment import MAX_EPOCHS, MAX_PARAMETERS
from aelib.training import Run, utc_text

from .archive_checks import problem_of
from .errors import DamagedRun
from .run_files import RUN, SNAPSHOTS, WEIGHTS, pack, read_record, unpack
from .store import Store

if TYPE_CHECKING:
    import torch
else:
    torch = lazy("torch")

DATASETS = ("dataset.csv", "dataset.safetensors")
MAX_ARCHIVE = 300_000_000  # bytes, compressed
LIMITS = {  # bytes, uncompressed
    RUN: 3_000_000,  # typically 100 kB; less than 1 MB for 1,024 glyphs with all lists full
    WEIGHTS: 4 * MAX_PARAMETERS + 1_000_000,
    SNAPSHOTS: 300_000_000,
    DATASETS[0]: 5_000_000,
    DATASETS[1]: 260_000_000,
}
MAX_DIRECTORY = 10_000  # bytes of the archive's list of entries
MAX_RATIO = 100  # of uncompressed to compressed size
RATIO_FROM = 1_000_000  # bytes, above which MAX_RATIO applies
MAX_DEPTH = 12  # of nested objects and lists in run.json
CLOCK_TOLERANCE = timedelta(hours=1)  # another server's clock may be ahead of ours by this much
_UNREADABLE = (  # errors that zipfile raises
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)
_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same run gives the same file

_Text = Annotated[str, Field(max_length=200)]


class _Record(BaseModel):
    """The fields of run.json, with the types and ranges that do not depend on the experiment."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    experiment: dict[str, Any]
    epochs: Annotated[int, Field(ge=1, le=MAX_EPOCHS)]
    stopped: Literal["epochs", "learnt", "patience", "hand", "time"]
    seconds: Annotated[float, Field(ge=0)]
    device: _Text
    parameters: Annotated[int, Field(ge=1)]
    created: Annotated[str, Field(max_length=40)]
    versions: dict[_Text, _Text]
    metrics: dict[str, Any]
    history: Annotated[list[dict[_Text, float]], Field(min_length=1)]
    files: dict[str, str]


def file_name(run: Run) -> str:
    """The name of a run's file."""
    return f"run-{run.digest}.zip"


def check(run: Run) -> None:
    """Raises LabError if `to_zip` would, without reading the images."""
    if datasets.is_own(run.experiment.dataset):
        datasets.spec(run.experiment.dataset)


def to_zip(run: Run) -> bytes:
    """The run as a ZIP file, with its data set if a person uploaded it. Raises LabError if that data set is no longer
    on this machine."""
    check(run)
    files = pack(replace(run, optimizer_state={})).files  # large, and training from epoch 1 gives the same net
    name = _dataset_file(run.experiment.dataset)
    if name is not None:
        content = datasets.content_of(run.experiment.dataset)
        if content is None:
            raise LabError(
                "The data set {dataset} is not on this machine any more: add it again.", dataset=run.experiment.dataset
            )
        files[name] = content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            # weights hardly compress
            method = zipfile.ZIP_DEFLATED if name == RUN else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name, _TIMESTAMP), files[name], method)
    return out.getvalue()


def from_zip(content: bytes) -> Run:
    """The run in a file that `to_zip` wrote. A data set in the file is saved on this machine.

    Raises LabError with the reason for an invalid file; nothing is saved then.
    """
    files = _members(content)
    record = _record(files)
    digest, own = record.digest, _dataset_file(str(record.experiment.get("dataset", "")))
    included = [name for name in DATASETS if name in files]
    if included != ([] if own is None else [own]):
        if own is None:
            raise LabError("The file brings a data set that it does not use: export the run again.")
        raise LabError("The file lacks the data set that it was trained on: export the run again.")
    if own is None:
        return _checked(files, record)
    name = str(record.experiment["dataset"])
    # checked in a temporary folder first: nothing is saved before everything has been checked
    with tempfile.TemporaryDirectory() as temp_folder, storage.using_folder(Path(temp_folder)):
        if datasets.save_content(name, files[own]) != name:
            raise LabError(
                "The data set in the file of run {digest} is not the one it names: export the run again.", digest=digest
            )
        _checked(files, record)
    datasets.save_content(name, files[own])
    return unpack(files.__getitem__, digest)


def import_zip(content: bytes, store: Store) -> tuple[Run, bool]:
    """Check a file and save its run. Returns the run and whether it was saved: a run that is already in the store is
    not replaced, unless it is damaged. Raises LabError for an invalid file; nothing is saved then."""
    run = from_zip(content)
    try:
        stored = store.get(run.digest) is not None
    except DamagedRun:
        store.save(run, replace=True)
        return run, True
    if not stored:
        store.save(run)
    return run, not stored


def _dataset_file(dataset: str) -> str | None:
    """The name in the archive of an uploaded data set; None for all other data sets."""
    if not datasets.is_own(dataset):
        return None
    return DATASETS[0] if dataset.startswith(glyphs.PREFIX) else DATASETS[1]


# --- the archive ----------------------------------------------------------------------------------------------


def _members(content: bytes) -> dict[str, bytes]:
    """The files of an archive by name. Raises LabError for any file that a run does not have."""
    if len(content) > MAX_ARCHIVE:
        raise LabError("The file has {size:,} bytes: a run has at most {most:,}.", size=len(content), most=MAX_ARCHIVE)
    try:
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {one.filename: _read(archive, one) for one in _expected(archive.infolist())}
    except _UNREADABLE:
        raise LabError("The file is not a ZIP archive that can be read: export the run again.") from None


def _check_directory(content: bytes) -> None:
    """Accept only an archive with few entries and no comment, because zipfile reads the whole directory at once.

    Raises BadZipFile, struct.error. The end of an archive (APPNOTE.TXT 4.3.16) has a signature, four counts, the size
    and the offset of the directory, and the length of the comment; archives above 4 GB have a locator before it
    (4.3.15)."""
    signature, size, comment = struct.unpack("<4s8xI4xH", content[-22:])
    if signature != b"PK\5\6" or comment or size > MAX_DIRECTORY or content[-42:-38] == b"PK\6\7":
        raise zipfile.BadZipFile


def _expected(members: Sequence[zipfile.ZipInfo]) -> Sequence[zipfile.ZipInfo]:
    names = [member.filename for member in members]
    for name in names:
        if name not in LIMITS or names.count(name) > 1:
            raise LabError("The file has the entry {name!r}, which no run has: export the run again.", name=name[:60])
    if missing := [name for name in (RUN, WEIGHTS, SNAPSHOTS) if name not in names]:
        raise LabError("The file lacks {missing}: export the run again.", missing=", ".join(missing))
    for member in members:
        name, size = member.filename, member.file_size
        if member.flag_bits & 1 or member.external_attr >> 28 == 0xA:
            raise LabError("The entry {name} is locked or a link: export the run again.", name=name)
        if size > LIMITS[name]:
            raise LabError(
                "The entry {name} grows to {size:,} bytes: at most {most:,} are read.",
                name=name,
                size=size,
                most=LIMITS[name],
            )
        if size > RATIO_FROM and size > MAX_RATIO * max(1, member.compress_size):
            raise LabError(
                "The entry {name} grows to {size:,} bytes from {packed:,}: no run does.",
                name=name,
                size=size,
                packed=member.compress_size,
            )
    return members


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Read no more than the announced size, which has been checked; zipfile compares the CRC-32 at the end."""
    with archive.open(member) as file:
        content = file.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise zipfile.BadZipFile
    return content


# --- the content --------------------------------------------------------------------------------------------


def _record(files: Mapping[str, bytes]) -> _Record:
    """run.json, with its checksum and the types of its values checked. Raises LabError."""
    try:
        found = json.loads(files[RUN], parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise LabError("The file's {run} is not JSON: export the run again.", run=RUN) from None
    if not isinstance(found, dict) or _depth(found) > MAX_DEPTH:
        raise LabError("The file's {run} is not that of a run: export the run again.", run=RUN)
    digest = str(found.get("digest"))[:16]
    try:
        read_record(files.__getitem__, digest)
        record = _Record.model_validate(found)
        _of_time(record.created)
    except DamagedRun as damaged:
        raise _refused(digest, damaged.what) from None
    except (ValidationError, ValueError) as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) if isinstance(error, ValidationError) else "created"
        raise _refused(digest, Lazy("{where} in {file} is not what it should be", where=where[:60], file=RUN)) from None
    return record


def _of_time(created: str) -> None:
    """Raises ValueError if this is not a time in the format of a run, or is in the future."""
    when = datetime.fromisoformat(created)
    if utc_text(when) != created or when.utcoffset() != timedelta(0) or when > datetime.now(UTC) + CLOCK_TOLERANCE:
        raise ValueError(created)


def _refused(digest: str, what: Lazy) -> LabError:
    return LabError("The file of run {digest} is damaged ({what}): export the run again.", digest=digest, what=what)


def _no_number(name: str) -> float:
    raise ValueError(name)


def _depth(value: object) -> int:
    """Depth of nested objects and lists, computed without recursion."""
    deepest, left = 0, [(value, 1)]
    while left:
        one, depth = left.pop()
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            break
        left.extend((item, depth + 1) for item in inner)
    return deepest


def _checked(files: Mapping[str, bytes], record: _Record) -> Run:
    """The run, after everything has been checked against its experiment. Raises LabError if it does not fit."""
    try:
        run = unpack(files.__getitem__, record.digest)
    except DamagedRun as damaged:
        raise _refused(record.digest, damaged.what) from None
    if problem := problem_of(run, record.parameters):
        raise _refused(record.digest, Lazy(problem))
    return run
