"""IDX files, the format of MNIST and similar sets, packed (.gz) or not.

The format: two zero bytes, 8 (unsigned bytes), the number of axes, each axis as a big-endian uint32, the numbers.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.core.lazy import lazy

if TYPE_CHECKING:
    import torch
    from torch import Tensor
else:
    torch = lazy("torch")


def read(path: Path, shape: tuple[int, ...]) -> Tensor:
    """The content of a file, uint8 of exactly this shape. Raises LabError naming the file if it is anything else."""
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
    wanted = len(header) + math.prod(shape)
    content = _start(path, wanted + 1)  # limit the size, because a packed file could unpack to any size
    if content[: len(header)] != header or len(content) != wanted:
        size = "x".join(map(str, shape))
        raise LabError(
            "{path} is not the IDX file of {size} bytes that it should be: replace it by the original.",
            path=path,
            size=size,
        )
    return torch.from_numpy(np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape).copy())


def count(path: Path, item: tuple[int, ...], most: int) -> int:
    """Number of items of shape `item` that the file claims to have, read from its header alone. Raises LabError naming
    the file if the items have another shape, or if there are none or more than `most`."""
    axes = 1 + len(item)
    content = _start(path, 4 * (1 + axes))
    if len(content) < 4 * (1 + axes) or content[:4] != bytes((0, 0, 8, axes)):
        size = "x".join(map(str, item))
        kind = Lazy("images of {size}", size=size) if item else Lazy("labels")
        raise LabError("{path} is not an IDX file of {kind}: replace it by the original.", path=path, kind=kind)
    number, *found = struct.unpack(f">{axes}I", content[4:])
    if tuple(found) != item:
        size = "x".join(map(str, found))
        raise LabError(
            "{path} holds images of {size} and not of {item}: replace it.",
            path=path,
            size=size,
            item="x".join(map(str, item)),
        )
    if not 0 < number <= most:
        raise LabError(
            "{path} says that it holds {number:,} things: give 1 to {most:,}.", path=path, number=number, most=most
        )
    return int(number)


def read_counted(path: Path, item: tuple[int, ...], most: int) -> Tensor:
    """uint8, as many items of shape `item` as the header says, at most `most`. Raises LabError naming the file."""
    return read(path, (count(path, item, most), *item))


def _start(path: Path, size: int) -> bytes:
    """The first bytes of the unpacked file, fewer if the file is shorter."""
    try:
        with path.open("rb") as plain:  # a browser may unpack a file and keep its name
            packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            with gzip.open(plain) if packed else plain as file:
                return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise LabError(
            "{path} cannot be read ({error}): replace it by the original.", path=path, error=str(error)
        ) from None
