"""ZIP and tar archives, which are treated as hostile: nothing is unpacked to the disk, paths in an archive serve only
as names of classes, and the unpacked size is limited before anything is unpacked."""

from __future__ import annotations

import io
import re
import tarfile
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.source import MAX_BYTES, Source

MAX_ENTRIES = 50_000  # counts folders and files that are not pictures too
MAX_TOTAL = 2_000_000_000  # bytes, unpacked; only one entry at a time is in memory
MAX_RATIO = 50  # unpacked to packed size; it can be small, because pictures are compressed already
RATIO_FROM = 1_000_000  # bytes above which the ratio counts
_ENTRY = b"PK\x01\x02"  # the signature of each entry in the list of a ZIP archive
_ARCHIVES = (".zip", ".tar", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")


class Archive:
    """An open archive, to be used in a `with` statement. Raises LabError if it cannot be read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        shown = source.shown
        try:
            self.file = source.opened()
            if _entries(self.file) > MAX_ENTRIES:  # before the list is read, because each entry takes memory
                raise LabError(
                    "{shown} is {kind} of more than {most:,} entries: pack the pictures only.",
                    shown=shown,
                    kind=Lazy("a ZIP archive"),
                    most=MAX_ENTRIES,
                )
            self.zip = zipfile.ZipFile(self.file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
            raise LabError("{shown} is a ZIP archive that is cut off or damaged: pack it again.", shown=shown) from None

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.zip.close()
        self.file.close()

    @property
    def names(self) -> list[str]:
        return [one.filename for one in self.zip.infolist()]

    def sources(self, packed_well: bool = False) -> list[Source]:
        """The files in the archive. packed_well: whether they are texts, which compress well. Raises LabError if an
        entry is one that archives of data do not have."""
        members = _checked(self.zip.infolist(), self.source.shown, packed_well)
        return [Source(_name(one), one.file_size, partial(_open, self.zip, one)) for one in members]


def _entries(file: BinaryIO) -> int:
    """Upper bound on the number of entries in the list at the end of an archive: it counts their signatures, block by
    block."""
    file.seek(0)
    count, kept = 0, b""
    while piece := file.read(1 << 22):
        count += (kept + piece).count(_ENTRY)
        kept = piece[-3:]
        if count > MAX_ENTRIES:
            break
    file.seek(0)
    return count


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/")


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    opened: Any = archive.open(member)
    return io.BufferedReader(opened)


def _checked(members: Sequence[zipfile.ZipInfo], shown: str, packed_well: bool) -> list[zipfile.ZipInfo]:
    """The entries that are files. Raises LabError."""
    what: dict[str, Any] = {"shown": shown, "kind": Lazy("a ZIP archive")}
    if sum(member.file_size for member in members) > MAX_TOTAL:
        raise LabError(
            "{shown} is {kind} that unpacks to more than {most:,} bytes: give fewer or smaller files.",
            **what,
            most=MAX_TOTAL,
        )
    found = []
    for member in members:
        path = PurePosixPath(_name(member))
        entry = member.filename[:60]
        if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", member.filename):
            raise LabError(
                "{shown} is {kind} with the entry {entry!r}, which leads out of it: pack it again.", **what, entry=entry
            )
        if member.external_attr >> 28 == 0xA:
            raise LabError("{shown} is {kind} with the link {entry!r}: pack the files themselves.", **what, entry=entry)
        if member.flag_bits & 1:
            raise LabError("{shown} is {kind} that is locked with a password: pack it without one.", **what)
        if path.suffix.lower() in _ARCHIVES:
            raise LabError(
                "{shown} is {kind} with the archive {entry!r} in it: unpack that first.", **what, entry=entry
            )
        if (
            not packed_well
            and member.file_size > RATIO_FROM
            and member.file_size > MAX_RATIO * max(1, member.compress_size)
        ):
            raise LabError(
                "{shown} is {kind} with the entry {entry!r}, which grows to {size:,} bytes: leave it out.",
                **what,
                entry=entry,
                size=member.file_size,
            )
        if not member.is_dir():
            found.append(member)
    return found


def is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def of_tar(source: Source) -> list[Source]:
    """The files in a tar archive, each read at its place in the archive. Raises LabError if the archive cannot be read,
    or has an entry that archives of data do not have."""
    what: dict[str, Any] = {"shown": source.shown, "kind": Lazy("a tar archive")}
    found: list[Source] = []
    try:
        with source.opened() as file, tarfile.open(fileobj=file, mode="r:") as archive:
            for count, member in enumerate(archive, 1):
                if count > MAX_ENTRIES:
                    raise LabError(
                        "{shown} is {kind} of more than {most:,} entries: pack the pictures only.",
                        **what,
                        most=MAX_ENTRIES,
                    )
                path, entry = PurePosixPath(member.name), member.name[:60]
                if path.is_absolute() or ".." in path.parts:
                    raise LabError(
                        "{shown} is {kind} with the entry {entry!r}, which leads out of it: pack it again.",
                        **what,
                        entry=entry,
                    )
                if member.issym() or member.islnk():
                    raise LabError(
                        "{shown} is {kind} with the link {entry!r}: pack the files themselves.", **what, entry=entry
                    )
                if path.suffix.lower() in _ARCHIVES:
                    raise LabError(
                        "{shown} is {kind} with the archive {entry!r} in it: unpack that first.", **what, entry=entry
                    )
                if member.isreg() and not member.issparse():
                    part = partial(_part, source, member.offset_data, member.size)
                    found.append(Source(str(path), member.size, part))
    except (tarfile.TarError, OSError, EOFError, ValueError):
        raise LabError("{shown} is {kind} that is cut off or damaged: pack it again.", **what) from None
    return found


def _part(source: Source, offset: int, size: int) -> BinaryIO:
    """A part of a file as a file of its own. Raises OSError if it is too large to be held in memory."""
    if size > MAX_BYTES:
        raise OSError(f"more than {MAX_BYTES:,} bytes")
    with source.opened() as file:
        file.seek(offset)
        return io.BytesIO(file.read(size))
