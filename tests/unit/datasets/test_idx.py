"""Files in the IDX format, whole and damaged."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from aelib.core.errors import LabError
from aelib.datasets import idx
from tests.support.datafiles import idx_bytes, idx_file


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not an IDX file at all, but long enough to have a header",
        idx_bytes((2, 3), bytes(5)),  # truncated
        idx_bytes((2, 3), bytes(7)),
        idx_bytes((3, 2), bytes(6)),  # another file
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_an_idx_file_that_is_another_is_refused(content: bytes, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(LabError, match="replace it"):
        idx.read(path, (2, 3))
    path.write_bytes(
        gzip.compress(idx_bytes((2, 3), bytes(range(6)))) if packed else idx_bytes((2, 3), bytes(range(6)))
    )
    assert idx.read(path, (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_packed_file_that_is_cut_or_grows_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(idx_bytes((2, 3), bytes(6)))[:-9])
    with pytest.raises(LabError):
        idx.read(path, (2, 3))
    path.write_bytes(gzip.compress(bytes(50_000_000)))
    with pytest.raises(LabError):
        idx.read(path, (2, 3))


def test_a_count_in_a_header_is_not_believed_without_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 28, 28))
    with pytest.raises(LabError, match="4,294,967,295"):
        idx.read_counted(path, (28, 28), 1000)
    path.write_bytes(idx_file(np.arange(12, dtype=np.uint8).reshape(3, 2, 2)))
    assert idx.read_counted(path, (2, 2), 1000).tolist() == np.arange(12).reshape(3, 2, 2).tolist()
