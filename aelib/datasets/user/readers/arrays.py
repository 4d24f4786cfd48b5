"""Images in array files: NumPy's .npy and .npz, and IDX. Nothing is ever unpickled, and the claims of a header are
compared with the actual size of the file before anything is read."""

from __future__ import annotations

import math
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets.user.found import Found, Options, Skipped
from aelib.datasets.user.source import MAX_BYTES, Source

from .named_arrays import MAX_ARRAYS, Named, found_of, named, part_of

NPY = Lazy("an array of NumPy")
NPZ = Lazy("an archive of arrays")
IDX = Lazy("an IDX file")

_IDX_KINDS = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


class HoldsObjects(LabError):
    """An array of Python objects, which cannot be read without unpickling."""


# --- NumPy ----------------------------------------------------------------------------------------------------------


def read_npy(source: Source, options: Options) -> Found:
    """The images of one array. Raises LabError."""
    return found_of([Named(source.shown, array_of(source), None, False)], NPY, options)


def array_of(source: Source) -> NDArray[Any]:
    """The array of a .npy file; a file on this machine is not read completely. Raises LabError."""
    with source.opened() as file:
        shape, fortran, kind, offset = _header(file, source.shown)
        wanted = math.prod(shape) * kind.itemsize
        if source.size - offset < wanted:
            raise LabError(
                "{shown} is {npy} that claims {wanted:,} bytes of numbers and has {present:,}: it was cut off or "
                "damaged, so save it again.",
                shown=source.shown,
                npy=NPY,
                wanted=wanted,
                present=source.size - offset,
            )
        if source.path is not None and wanted:
            return np.memmap(source.path, kind, "r", offset, shape, "F" if fortran else "C")
        return _rest(file, shape, fortran, kind, source.shown)


def _header(file: BinaryIO, shown: str) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
    """Shape, order, number type, and offset of the numbers. Raises LabError, also for arrays of objects."""
    try:
        version = npy.read_magic(file)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
        if read is None:
            raise ValueError("another version")
        shape, fortran, kind = read(file)
    except Exception:  # noqa: BLE001 - whatever the parser raises on hostile bytes
        raise LabError(
            "{shown} seems to be {npy}, but its header cannot be read: save it again with np.save.",
            shown=shown,
            npy=NPY,
        ) from None
    if kind.hasobject:
        raise HoldsObjects(
            "{shown} is {npy} that holds pickled Python objects, which are never opened here, since that runs "
            "code: save it as numbers, such as np.save(file, images.astype('uint8')).",
            shown=shown,
            npy=NPY,
        )
    if kind.itemsize == 0 or any(side < 0 for side in shape):
        raise LabError("{shown} is {npy} of no numbers: save images as uint8.", shown=shown, npy=NPY)
    return shape, fortran, kind, file.tell()


def _rest(file: BinaryIO, shape: tuple[int, ...], fortran: bool, kind: np.dtype[Any], shown: str) -> NDArray[Any]:
    wanted = math.prod(shape) * kind.itemsize
    if wanted > MAX_BYTES:
        raise LabError(
            "{shown} is {npy} of {wanted:,} bytes: give at most {most:,}, such as uint8.",
            shown=shown,
            npy=NPY,
            wanted=wanted,
            most=MAX_BYTES,
        )
    try:
        content = file.read(wanted)
    except Exception:  # noqa: BLE001 - a damaged entry of an archive
        content = b""
    if len(content) != wanted:
        raise LabError("{shown} is {npy} that was cut off or damaged: save it again.", shown=shown, npy=NPY)
    return np.frombuffer(content, kind).reshape(shape, order="F" if fortran else "C")


def is_npz(archive: zipfile.ZipFile) -> bool:
    names = [one.filename for one in archive.infolist()]
    return bool(names) and all(name.endswith(".npy") and "/" not in name for name in names[:MAX_ARRAYS])


def read_npz(archive: zipfile.ZipFile, shown: str, options: Options) -> Found:
    """The images in an archive of arrays, with their labels and parts. Raises LabError."""
    members = archive.infolist()
    if len(members) > MAX_ARRAYS:
        raise LabError(
            "{shown} is {npz} with {count} of them: give at most {most}.",
            shown=shown,
            npz=NPZ,
            count=len(members),
            most=MAX_ARRAYS,
        )
    found: list[Named] = []
    skipped: list[Skipped] = []
    left = MAX_BYTES
    for member in members:
        name = member.filename.removesuffix(".npy")
        try:
            with archive.open(member) as packed:
                file: Any = packed
                shape, fortran, kind, offset = _header(file, f"{name} in {shown}")
                size = math.prod(shape) * kind.itemsize
                if member.file_size - offset < size:
                    raise LabError(
                        "{name} in {shown} claims {size:,} bytes of numbers and has {present:,}: it was cut off or "
                        "damaged, so save it again.",
                        name=name,
                        shown=shown,
                        size=size,
                        present=max(0, member.file_size - offset),
                    )
                left -= size
                if left < 0:
                    raise LabError(
                        "{shown} is {npz} of more than {most:,} bytes: give less, such as uint8.",
                        shown=shown,
                        npz=NPZ,
                        most=MAX_BYTES,
                    )
                found.append(named(name, _rest(file, shape, fortran, kind, f"{name} in {shown}")))
        except HoldsObjects as error:
            if len(members) == 1:
                raise
            skipped.append(Skipped(name, error))
        except LabError:
            raise
        except Exception:  # noqa: BLE001 - a damaged archive, a packing that is not known
            raise LabError(
                "{shown} is {npz} that is damaged at {name}: save it again with np.savez.",
                shown=shown,
                npz=NPZ,
                name=name,
            ) from None
    return found_of(found, NPZ, options, skipped)


# --- IDX ------------------------------------------------------------------------------------------------------------


def is_idx(head: bytes) -> bool:
    """Whether a file starts like an IDX file with at least one axis, none of which is empty."""
    return len(head) >= 8 and head[:2] == b"\0\0" and head[2] in _IDX_KINDS and 1 <= head[3] <= 4


def idx_array(source: Source) -> NDArray[Any]:
    """The array of an IDX file of any size. Raises LabError."""
    head = source.head(4 + 4 * 4)
    axes = head[3]
    offset = 4 + 4 * axes
    if len(head) < offset:
        raise LabError(
            "{shown} seems to be {idx}, but it ends within its header: give all of it.", shown=source.shown, idx=IDX
        )
    shape = struct.unpack(f">{axes}I", head[4:offset])
    kind = np.dtype(_IDX_KINDS[head[2]])
    wanted = math.prod(shape) * kind.itemsize
    if wanted > MAX_BYTES:
        raise LabError(
            "{shown} is {idx} that claims {wanted:,} bytes of numbers: give at most {most:,}.",
            shown=source.shown,
            idx=IDX,
            wanted=wanted,
            most=MAX_BYTES,
        )
    content = source.content()
    if len(content) - offset != wanted:
        raise LabError(
            "{shown} is {idx} that claims {wanted:,} bytes of numbers and has {present:,}: it was cut off or "
            "damaged, so get it again.",
            shown=source.shown,
            idx=IDX,
            wanted=wanted,
            present=len(content) - offset,
        )
    return np.frombuffer(content, kind, offset=offset).reshape(shape)


def read_idx(sources: Sequence[Source], options: Options) -> Found:
    """The images of one or more IDX files, with their labels and parts. Raises LabError."""
    found = []
    for source in sources:
        array = idx_array(source)
        found.append(Named(source.shown, array, part_of(source.shown), array.ndim == 1))
    if all(one.labels for one in found):
        raise LabError(
            "{name} is {idx} of labels only: give the file of the images with it.", name=found[0].name, idx=IDX
        )
    return found_of(found, IDX, options)


def of_sources(sources: Mapping[str, Source], options: Options) -> Found:
    """The images of several .npy files that belong together, such as X.npy and y.npy. Raises LabError."""
    return found_of([named(name.removesuffix(".npy"), array_of(one)) for name, one in sources.items()], NPY, options)
