"""What is handed in, opened in an empty folder by a Python that has no aelib."""

import io
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

from aelib.cli.main import main
from aelib.experiment import presets
from aelib.reports.images import file_of
from aelib.reports.notebook import notebook
from aelib.reports.script_files import README, archive, script_name
from aelib.store import Store
from aelib.training import Run, fit
from tests.support.patience import PATIENCE

LETTERS = presets.get("letters-7x7").with_values(
    {"epochs": 1, "batch_size": 256, "model.convolution.channels": "4-2-1"}
)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment: torch and the other libraries are there, aelib is not."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python3*/site-packages")
    (packages / "others.pth").write_text(next(path for path in sys.path if path.endswith("site-packages")))
    return folder / "bin" / "python"


def _run(python: Path, file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-I", file.name], cwd=file.parent, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_script_finds_the_images_that_came_with_it(elsewhere: Path, tmp_path: Path) -> None:
    content = archive(LETTERS)
    assert content == archive(LETTERS)
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {script_name(LETTERS), file_of(LETTERS), README}
    done = _run(elsewhere, tmp_path / script_name(LETTERS))
    assert done.returncode == 0, done.stderr
    found = dict(re.findall(r"^(\w+) ([\d.]+)", done.stdout, re.MULTILINE))
    assert float(found["mse"]) == pytest.approx(fit(LETTERS, "cpu").metrics["mse"], rel=0.05)


def test_the_command_writes_the_images_beside_the_script(elsewhere: Path, tmp_path: Path) -> None:
    run = fit(LETTERS, "cpu")
    Store().save(run)
    assert main(["report", run.digest, "--script", str(tmp_path / "mine.py")]) == 0
    assert {file.name for file in tmp_path.iterdir() if file.is_file()} == {"mine.py", file_of(LETTERS)}
    assert _run(elsewhere, tmp_path / "mine.py").returncode == 0


def test_small_sets_are_in_the_script(font_run: Run) -> None:
    assert file_of(font_run.experiment) is None
    assert zipfile.ZipFile(io.BytesIO(archive(font_run.experiment))).namelist() == [
        script_name(font_run.experiment),
        README,
    ]


def test_a_notebook_says_how_to_get_aelib(elsewhere: Path, tmp_path: Path, font_run: Run) -> None:
    cells = [cell.source for cell in nbformat.reads(notebook([font_run]), 4).cells if cell.cell_type == "code"]
    first = tmp_path / "first.py"
    first.write_text("\n".join(cells[:1]).replace("%matplotlib inline", ""), encoding="utf-8")
    done = _run(elsewhere, first)
    assert done.returncode != 0
    assert "pip install" in done.stderr
    assert "Traceback" not in done.stderr
