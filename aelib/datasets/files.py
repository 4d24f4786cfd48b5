"""Files of known data sets: where to look for them, and how to download them.

The folders AELIB_DATA/<set>/, AELIB_DATA/ and home()/downloads/<set>/ are searched, and inside them the folders that
torchvision, Keras and TensorFlow Datasets use. Files may be packed (.gz) or not, and may have names as 7-Zip and
browsers write them.
"""

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.core.errors import LabError, reason_of
from aelib.core.language import Lazy
from aelib.core.lazy import lazy
from aelib.core.paths import home

if TYPE_CHECKING:
    import filelock
    import pooch
    import requests
else:
    filelock, pooch, requests = lazy("filelock"), lazy("pooch"), lazy("requests")  # only a download needs them

# sets whose files have the same names as MNIST's: searched for in their own folders only
SAME_NAMES = {"fashion_mnist"}
# Where other programs store the files of a set, relative to their own root folder or to the set's own folder.
_PLACES = {
    "mnist": ("MNIST/raw", "MNIST", "mnist", "raw", "datasets", "downloads", "downloads/mnist", "downloads/extracted"),
    "fashion_mnist": ("FashionMNIST/raw", "FashionMNIST", "fashion-mnist", "datasets/fashion-mnist",
                      "downloads/fashion_mnist", "raw"),
    "svhn": ("SVHN", "svhn", "svhn_cropped", "downloads", "downloads/svhn_cropped"),
    "notmnist": ("notMNIST", "notMNIST/raw", "raw"),
}  # fmt: skip
_MOST = 10_000  # at most this many entries of a folder are read
_CHUNK = 1 << 16  # bytes
_END = 1 << 16

Report = Callable[[str, int, int], None]  # (file, bytes so far, bytes in total)


@dataclass(frozen=True)
class RemoteFile:
    """A published file. name: with its extension; size: in bytes; checksum: hexadecimal sha256 of the file, or `md5:`
    and an md5 if the publisher gives no other."""

    name: str
    url: str
    size: int
    checksum: str


def folders(dataset: str) -> list[Path]:
    """The folders where files of a data set are looked for, in order of preference."""
    from aelib.core.settings import settings  # here, because `aelib --help` does not wait for pydantic-settings

    own = settings().data
    given = [own / dataset, own] if own else []
    if dataset in SAME_NAMES:
        given = given[:1]
    return [*given, home() / "downloads" / dataset]


def places(dataset: str) -> list[Path]:
    """The folders of `folders`, each followed by its subfolders where other programs store the files of this data
    set."""
    found: list[Path] = []
    own = folders(dataset)
    inner = _PLACES.get(dataset, ())
    for folder in own:
        found += [folder, *(folder / place for place in inner)]
    if dataset in SAME_NAMES and len(own) > 1:  # AELIB_DATA itself too, but only folders whose name identifies the set
        found += [own[0].parent / place for place in inner if "fashion" in place.lower()]
    return found


def find(dataset: str, name: str, where: Sequence[Path] | None = None) -> Path | None:
    """Find a file by its usual name, ignoring compression and upper case; a dot may stand for a dash, as 7-Zip writes
    it, and the file may be in a folder with its name. None if it is in none of the folders. where: folders to search
    instead of `places`."""
    plain = name.removesuffix(".gz")
    wanted = _plain(plain)
    inner = [one for one in _PLACES.get(dataset, ()) if one.startswith("downloads")]
    theirs = {folder / one for folder in folders(dataset) for one in inner}
    for place in where if where is not None else places(dataset):
        for each in (plain, f"{plain}.gz"):
            if (place / each).is_file():
                return place / each
        for entry in _entries(place):
            if entry.startswith(".") or not (
                _plain(entry) == wanted or (place in theirs and _downloaded(dataset, entry, wanted))
            ):
                continue
            path = place / entry
            if path.is_file():
                return path
            for inside in _entries(path) if path.is_dir() else ():
                if _plain(inside) == wanted and (path / inside).is_file():
                    return path / inside
    return None


def _plain(name: str) -> str:
    """Normalise a name: remove the differences that programs introduce."""
    name = re.sub(r" ?\(\d\)", "", name.lower())  # a browser adds a number to the name of a second download
    return re.sub(r"[._ ]", "-", name.removesuffix(".gz"))


def _downloaded(dataset: str, entry: str, wanted: str) -> bool:
    """Whether this is a download of TensorFlow Datasets, which puts the file's name between an address and a digest."""
    name = _plain(entry)
    others = ("kuzushiji", "emnist", *(("fashion",) if dataset == "mnist" else ()))
    return wanted.removesuffix("-mat") in name and not name.endswith("-info") and not any(one in name for one in others)


def _entries(folder: Path) -> tuple[str, ...]:
    """The names in a folder, sorted; empty if it is not a folder or cannot be read."""
    try:
        with os.scandir(folder) as entries:
            return tuple(sorted(entry.name for entry, _ in zip(entries, range(_MOST), strict=False)))
    except OSError:
        return ()


def stamp(path: Path) -> tuple[Path, int, int]:
    """A value that changes when a file is rewritten: path, size in bytes, time in nanoseconds. Raises OSError."""
    found = path.stat()
    return path, found.st_size, found.st_mtime_ns


def fingerprint(files: Mapping[str, Path], ends: bool = True) -> str:
    """Eight hexadecimal digits that identify these files, by name; "" if there are none. Cheap enough to call often.

    It covers the name and size of each file and (ends=True) its first and last 64 KB: it changes if a file was
    truncated, replaced or packed again, and no large file is read completely. Raises OSError.
    """
    if not files:
        return ""
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        found = stamp(path)
        digest.update(f"{name}\0{found[1]}\0".encode("utf-8", "surrogateescape"))
        if ends:
            digest.update(_ends(*found))
    return digest.hexdigest()[:8]


@lru_cache(maxsize=64)
def _ends(path: Path, size: int, _time: int) -> bytes:
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(_END))
        file.seek(max(0, size - _END))
        digest.update(file.read(_END))
    return digest.digest()


def missing(dataset: str, files: Sequence[RemoteFile]) -> Lazy | None:
    """None if all files are here, else one sentence that says what to do."""
    lacking = [file.name for file in files if find(dataset, file.name) is None]
    if not lacking:
        return None
    return Lazy(
        "{dataset} is not on this machine: run `python -m aelib datasets --get {dataset}`, or put {lacking} "
        "into {folder}.",
        dataset=dataset,
        lacking=", ".join(lacking),
        folder=folders(dataset)[0],
    )


def half_way(dataset: str, files: Sequence[RemoteFile]) -> bool:
    """Whether a download was started and files are still missing. Without a download, the user has copied the files by
    hand."""
    folder = home() / "downloads" / dataset
    begun = any((folder / name).is_file() for file in files for name in (file.name, f"{file.name}.part"))
    return begun and any(find(dataset, file.name) is None for file in files)


class _Resuming:
    """A downloader for pooch that resumes an interrupted download.

    The received bytes are in a `.part` file in the same folder. If a server cannot send the rest (RFC 9110, 14.2), the
    whole file is requested again.
    """

    def __init__(self, file: RemoteFile, folder: Path, report: Report) -> None:
        self.file, self.report = file, report
        self.part = folder / f"{file.name}.part"

    def __call__(self, url: str, output_file: str, pooch: object, check_only: bool = False) -> None:
        """Raises requests.RequestException if the connection breaks (the received bytes are kept), ValueError if the
        content is not the expected file (nothing is kept)."""
        here = self.part.stat().st_size if self.part.is_file() else 0
        if here < self.file.size:
            self._fetch(url, here)
        if self.part.stat().st_size != self.file.size:
            self.part.unlink()
            raise ValueError("another size")
        self.part.replace(output_file)

    def _fetch(self, url: str, here: int) -> None:
        # byte positions in a compressed transfer differ from those in the file
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={here}-"} if here else {})
        with requests.get(url, headers=headers, stream=True, timeout=30) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                # it belongs to another file: the next attempt starts from the beginning
                self.part.unlink(missing_ok=True)
            answer.raise_for_status()
            goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {here}-")
            if answer.status_code == requests.codes.partial_content and not goes_on:
                raise requests.RequestException("another part than asked for")
            done = here if answer.status_code == requests.codes.partial_content else 0
            with self.part.open("ab" if done else "wb") as out:
                for chunk in answer.iter_content(_CHUNK):
                    done += len(chunk)
                    if done > self.file.size:
                        break  # longer than expected, so it is the wrong file: stop reading
                    out.write(chunk)
                    self.report(self.file.name, done, self.file.size)
                else:
                    if done < self.file.size and "Content-Length" not in answer.headers:
                        raise requests.ConnectionError("broken off")
                    return
            self.part.unlink()
            raise ValueError("too long")


def get(dataset: str, files: Sequence[RemoteFile], report: Report = lambda *_: None) -> None:
    """Download the missing files. Each is stored only after its checksum matches; the next call resumes an interrupted
    download. Raises LabError."""
    folder = home() / "downloads" / dataset
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(home() / f".{dataset}.lock", timeout=0):
            _get(dataset, files, folder, report)
    except filelock.Timeout:
        raise LabError("{dataset} is being downloaded already: wait until it is here.", dataset=dataset) from None
    except OSError as error:
        raise LabError(
            "{dataset} cannot be kept in {folder} ({reason}): mend this, or set AELIB_HOME.",
            dataset=dataset,
            folder=folder,
            reason=reason_of(error),
        ) from None


def _get(dataset: str, files: Sequence[RemoteFile], folder: Path, report: Report) -> None:
    pooch.get_logger().setLevel("WARNING")  # progress is reported by our own code
    for file in files:
        if find(dataset, file.name) is not None:
            continue
        downloader = _Resuming(file, folder, report)
        try:
            # pooch compares checksums, then renames
            pooch.retrieve(file.url, file.checksum, fname=file.name, path=folder, downloader=downloader)
        except Exception as error:  # noqa: BLE001 - of the network, of HTTP, of the disk, a wrong checksum
            lacking = [each.name for each in files if find(dataset, each.name) is None]
            told = {
                "name": file.name,
                "url": file.url,
                "reason": _reason(error),
                "lacking": ", ".join(lacking),
                "folder": folder,
            }
            if downloader.part.is_file():
                raise LabError(
                    "{name} could not be downloaded from {url} ({reason}): try again later, and it goes on where it "
                    "broke off, or put {lacking} into {folder} by hand.",
                    **told,
                ) from None
            raise LabError(
                "{name} could not be downloaded from {url} ({reason}): try again later, or put {lacking} into {folder} "
                "by hand.",
                **told,
            ) from None


def _reason(error: Exception) -> Lazy:
    """The reason in a few words, because the messages of libraries are long."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return Lazy("the server answers {status}", status=error.response.status_code)
    if isinstance(error, requests.RequestException):
        return Lazy("no connection to the server")
    if isinstance(error, ValueError):
        return Lazy("what came is not the file that it should be")
    return Lazy(str(error).split("\n")[0][:100])
