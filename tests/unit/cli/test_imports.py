"""Commands start at once: those that train nothing import nothing that takes a second, the others only what they use."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from aelib import datasets
from aelib.datasets import ImageSet
from aelib.datasets.user import glyphs, pictures
from tests.support.pictures import packed
from tests.support.pictures import pictures as picture_files

HEAVY = (
    "torch",
    "sklearn",
    "scipy",
    "skimage",
    "pandas",
    "numba",
    "matplotlib",
    "plotly",
    "streamlit",
    "jinja2",
    "dask",
)
STORE = Path(__file__).parents[2] / "data" / "before_rooms" / "store.zip"
CODE = """
import json, sys
from aelib.cli.main import main
try:
    code = main(sys.argv[1:])
except SystemExit as ended:
    code = ended.code
print(json.dumps([code, [name for name in {heavy} if name in sys.modules]]), file=sys.stderr)
"""


@pytest.fixture
def full_home(home: Path) -> Path:
    """With runs, and data of every kind that a person may have given."""
    with zipfile.ZipFile(STORE) as archive:
        archive.extractall(home)
    glyphs.save(b"char,row0,row1,row2,row3\na,#...,....,....,####\nb,.#..,....,....,####\n")
    given = [pictures.read(content, name, 32, True) for name, content in picture_files(3).items()]
    pictures.save(ImageSet(torch.stack(given), ("one", "two", "three"), torch.arange(3)))
    datasets.keep_found(datasets.read([("holiday.zip", packed(picture_files(200)))]))
    return home


@pytest.mark.parametrize(
    "command",
    [
        ["--help"],
        ["train", "--help"],
        ["presets"],
        ["presets", "--json"],
        ["presets", "mnist-vae"],
        ["datasets"],
        ["datasets", "--json"],
        ["runs"],
        ["runs", "list", "--json"],
        ["runs", "prune", "--keep", "100", "--dry-run"],
        ["runs", "show", "0123456789abcdef"],
    ],
    ids=" ".join,
)
def test_a_command_that_trains_nothing_imports_nothing_heavy(command: list[str], full_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(heavy=HEAVY), *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AELIB_HOME": str(full_home)},
    )
    code, imported = json.loads(done.stderr.splitlines()[-1])
    assert code in (0, 2), done.stderr
    assert imported == []


ANALYSIS = ("sklearn", "skimage", "pandas", "matplotlib", "plotly", "streamlit", "jinja2", "dask", "loky")
SLOW_PARTS = ("sympy", "requests", "pooch")  # of PyTorch's decompositions, and of downloads


def _imported(command: list[str], home: Path, names: tuple[str, ...]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(heavy=names), *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "AELIB_HOME": str(home)},
    )
    code, imported = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return list(imported)


def test_training_and_reporting_wait_only_for_what_they_use(home: Path, tmp_path: Path) -> None:
    """A net with a code of two numbers needs no principal components; a stored one needs no engine either."""
    train = ["train", "font-best", "--set", "epochs=20", "--json"]
    assert _imported(train, home, (*ANALYSIS, *SLOW_PARTS)) == []
    assert _imported(train, home, (*ANALYSIS, *SLOW_PARTS, "numba", "scipy")) == []
    (digest,) = (folder.name for folder in (home / "runs").iterdir())
    report = ["report", digest, "--html", str(tmp_path / "report.html")]
    needless = ("sklearn", "skimage", "pandas", "plotly", "narwhals", "streamlit", "dask", "loky", "numba", *SLOW_PARTS)
    assert _imported(report, home, needless) == []
