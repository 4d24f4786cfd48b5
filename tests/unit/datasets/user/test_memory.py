"""Photographs of a phone are read one at a time: many of them need no more memory than a few."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from tests.support.pictures import saved

PIXELS = (4000, 3000)  # 12 megapixels
READ = """
import re, sys
from pathlib import Path
from aelib import datasets
found = datasets.read(Path(sys.argv[1]))
assert found.images == int(sys.argv[2]), found.images
print(1024 * int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]))
"""


def _peak(path: Path, count: int) -> int:
    """Bytes that a process needs at most to read so many pictures."""
    done = subprocess.run([sys.executable, "-c", READ, str(path), str(count)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says the peak of one process")
@pytest.mark.parametrize("kind", ["JPEG", "HEIF"])
def test_many_photographs_need_no_more_memory_than_a_few(tmp_path: Path, kind: str) -> None:
    content = saved(Image.linear_gradient("L").resize(PIXELS).convert("RGB"), kind, quality=50)
    peaks = []
    for count in (2, 20 if kind == "JPEG" else 3):
        with zipfile.ZipFile(tmp_path / f"{count}.zip", "w") as archive:
            for i in range(count):
                archive.writestr(f"{i}.jpg", content)
        peaks.append(_peak(tmp_path / f"{count}.zip", count))
    whole = 3 * PIXELS[0] * PIXELS[1]
    assert peaks[1] - peaks[0] < whole, "more than one picture is held at once"
    assert peaks[1] < 300_000_000 + 8 * whole
