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
import math
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.lazy import lazy
from aelib.datasets.user import glyphs, storage
from aelib.experiment import GRID_SIDE, MAX_EPOCHS, MAX_PARAMETERS, resolve
from aelib.metrics import image_quality, protocol, reconstruction
from aelib.metrics.protocol import HeldOut
from aelib.models import build
from aelib.training import Run, history_columns, utc_text

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
MAX_MULTIPLICATIONS = 20_000_000_000  # limit for computing the metrics again
CLOCK_TOLERANCE = timedelta(hours=1)  # another server's clock may be ahead of ours by this much
METRIC_TOLERANCE = 0.05  # relative: machines, devices and mixed precision round differently
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
            raise LabError(f"The data set {run.experiment.dataset} is not on this machine any more: add it again.")
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
        what = "brings a data set that it does not use" if own is None else "lacks the data set that it was trained on"
        raise LabError(f"The file {what}: export the run again.")
    if own is None:
        return _checked(files, record)
    name = str(record.experiment["dataset"])
    # checked in a temporary folder first: nothing is saved before everything has been checked
    with tempfile.TemporaryDirectory() as temp_folder, storage.using_folder(Path(temp_folder)):
        if datasets.save_content(name, files[own]) != name:
            raise LabError(f"The data set in the file of run {digest} is not the one it names: export the run again.")
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
        raise LabError(f"The file has {len(content):,} bytes: a run has at most {MAX_ARCHIVE:,}.")
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
            raise LabError(f"The file has the entry {name[:60]!r}, which no run has: export the run again.")
    if missing := [name for name in (RUN, WEIGHTS, SNAPSHOTS) if name not in names]:
        raise LabError(f"The file lacks {', '.join(missing)}: export the run again.")
    for member in members:
        name, size = member.filename, member.file_size
        if member.flag_bits & 1 or member.external_attr >> 28 == 0xA:
            raise LabError(f"The entry {name} is locked or a link: export the run again.")
        if size > LIMITS[name]:
            raise LabError(f"The entry {name} grows to {size:,} bytes: at most {LIMITS[name]:,} are read.")
        if size > RATIO_FROM and size > MAX_RATIO * max(1, member.compress_size):
            raise LabError(f"The entry {name} grows to {size:,} bytes from {member.compress_size:,}: no run does.")
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
        raise LabError(f"The file's {RUN} is not JSON: export the run again.") from None
    if not isinstance(found, dict) or _depth(found) > MAX_DEPTH:
        raise LabError(f"The file's {RUN} is not that of a run: export the run again.")
    digest = str(found.get("digest"))[:16]
    try:
        read_record(files.__getitem__, digest)
        record = _Record.model_validate(found)
        _of_time(record.created)
    except DamagedRun as damaged:
        raise _refused(digest, damaged.what) from None
    except (ValidationError, ValueError) as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) if isinstance(error, ValidationError) else "created"
        raise _refused(digest, f"{where[:60]} in {RUN} is not what it should be") from None
    return record


def _of_time(created: str) -> None:
    """Raises ValueError if this is not a time in the format of a run, or is in the future."""
    when = datetime.fromisoformat(created)
    if utc_text(when) != created or when.utcoffset() != timedelta(0) or when > datetime.now(UTC) + CLOCK_TOLERANCE:
        raise ValueError(created)


def _refused(digest: str, what: str) -> LabError:
    return LabError(f"The file of run {digest} is damaged ({what}): export the run again.")


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
    problem = _of_weights(run) or _of_history(run, record) or _of_snapshots(run) or _of_metrics(run)
    if problem:
        raise _refused(record.digest, problem)
    return run


def _of_weights(run: Run) -> str | None:
    with torch.device("meta"):
        kinds = {name: tensor.dtype for name, tensor in build(run.experiment).state_dict().items()}
    if {name: tensor.dtype for name, tensor in run.weights.items()} != kinds:
        return "its weights are of another kind of number"
    if not all(bool(tensor.isfinite().all()) for tensor in run.weights.values()):
        return "its weights are not all numbers"
    return None


def _of_history(run: Run, record: _Record) -> str | None:
    if record.parameters != run.parameters or run.epochs > run.experiment.epochs:
        return "its parameters or epochs are not those of its experiment"
    names = {"epoch", *history_columns(run.experiment), "seconds"}
    if any(one.keys() != names for one in run.history):
        return "its history has other columns than it should"
    if not all(_number(value) for one in run.history for value in one.values()):
        return "its history is not all numbers"
    epochs, seconds = [one["epoch"] for one in run.history], [one["seconds"] for one in run.history]
    # the last epoch is always recorded
    if epochs != sorted(set(epochs)) or epochs != list(map(int, epochs)) or epochs[0] < 0 or epochs[-1] != run.epochs:
        return "its history has other epochs than it should"
    if seconds != sorted(seconds) or seconds[0] < 0:
        return "the seconds of its history do not go on"
    return None


def _of_snapshots(run: Run) -> str | None:
    experiment, found = run.experiment, run.snapshots.tensors()
    described, count = resolve(experiment).spec, len(run.snapshots.epochs)
    images = len(datasets.evaluation_set(described))
    code = resolve(experiment).latent_dim if resolve(experiment).stores_codes else 0
    pixels = torch.uint8, (count, min(resolve(experiment).snapshot_images, images), *described.shape)
    expected: dict[str, tuple[torch.dtype, tuple[int, ...]]] = {
        "epochs": (torch.int64, (count,)),
        "codes": (torch.float32, (count, images, code)),
        "pixels": pixels,
    }
    if experiment.model.variational and resolve(experiment).stores_codes:
        expected["log_var"] = expected["codes"]
    if resolve(experiment).stores_grid:
        expected["grid"] = torch.uint8, (count, GRID_SIDE**2, *described.shape)
        expected["extent"] = torch.float32, (count, 4)
    if not count or {name: (one.dtype, tuple(one.shape)) for name, one in found.items()} != expected:
        return "its snapshots do not fit the experiment"
    if not all(bool(one.isfinite().all()) for one in found.values()):
        return "its snapshots are not all numbers"
    epochs = run.snapshots.epochs.tolist()
    if epochs != sorted(set(epochs)) or not 0 <= epochs[0] <= epochs[-1] <= run.epochs:
        return "its snapshots are of other epochs than it should have"
    return None


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _of_metrics(run: Run) -> str | None:
    """Check that the metrics have the right names, are finite, and agree with each other and with the weights. Returns
    the problem in words, None without one."""
    found, described, latent = run.metrics, run.spec, run.latent_dim
    evaluated_by = protocol(described)
    numbers = set(evaluated_by.metrics)
    lists: dict[str, Callable[[Any], bool]] = {}
    if run.experiment.model.variational:
        numbers |= {"recon_loss", "kl", "elbo", "active"}
        lists = {name: _numbers_of(latent) for name in ("active_each", "kl_each")}
    if found.keys() != numbers | lists.keys() | evaluated_by.by_image:
        return "its metrics are not those of such a run"
    if not all(_number(found[name]) for name in numbers) or not all(fits(found[name]) for name, fits in lists.items()):
        return "its metrics are not all numbers"
    if run.experiment.model.variational and not math.isclose(
        found["elbo"], -(found["recon_loss"] + found["kl"]), rel_tol=1e-4, abs_tol=1e-4
    ):
        return "its metrics do not agree with each other"
    if not evaluated_by.agree(found, run.images):
        return "its metrics do not agree with each other"
    if evaluated_by.held_out and found["images"] != len(datasets.test_set(described)):
        return "its metrics are of other images"
    return _check_metrics_again(run)


def _numbers_of(latent: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and len(value) == latent and all(map(_number, value))


def _check_metrics_again(run: Run) -> str | None:
    """Compute the metrics again from the weights, if this takes only seconds and the net's inputs are known."""
    described, noise = run.spec, run.experiment.corruption
    images = run.images if described.memorised else datasets.test_set(described)
    steps = run.architecture.steps
    if sum(step.multiplications for step in steps) * len(images) > MAX_MULTIPLICATIONS:
        return None
    if not described.memorised and noise.kind != "none":
        return None  # its noise was drawn for the whole test set, part by part
    outputs = run.restored(run.inputs_of(images), images.labels)
    mse = float(reconstruction.mse(outputs, images.images()).mean())
    if not math.isclose(mse, run.metrics["mse"], rel_tol=METRIC_TOLERANCE, abs_tol=1e-6):
        return "its metrics are not those of its weights"
    if not described.memorised and not HeldOut.pools(run.metrics):
        decibels = image_quality.mean_psnr(outputs, images.images())
        if not math.isclose(decibels, run.metrics["psnr"], rel_tol=METRIC_TOLERANCE):
            return "its metrics are not those of its weights"
    if described.memorised:
        wrong = reconstruction.wrong_pixels(outputs, images.images(), described.wrong_pixel).sum()
        allowed = max(2, METRIC_TOLERANCE * int(wrong))  # pixels on the threshold
        if abs(int(wrong) - run.metrics["wrong_pixels_total"]) > allowed:
            return "its metrics are not those of its weights"
    return None
