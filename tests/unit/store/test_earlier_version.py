"""A store, addresses and presets written by version 0.1.0 mean the same today (tests/data/before_rooms)."""

import json
import os
import shutil
import subprocess
import warnings
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

import aelib
from aelib.classroom.database import ClassroomFile
from aelib.experiment import digest_of, presets
from aelib.experiment.encoding import decode, unpack
from aelib.store import Store
from aelib.ui.shell.address import from_query

WRITTEN = Path(__file__).parents[2] / "data" / "before_rooms"


def _written(name: str) -> Any:
    return json.loads((WRITTEN / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def earlier_store(home: Path) -> Store:
    with zipfile.ZipFile(WRITTEN / "store.zip") as archive:
        archive.extractall(home)
    return Store()


@pytest.mark.parametrize("run", _written("runs"), ids=lambda run: run["digest"])
def test_a_stored_run_opens_with_the_figures_that_it_had(earlier_store: Store, run: dict[str, Any]) -> None:
    found = aelib.load(run["digest"])
    assert found.digest == run["digest"]
    assert found.experiment.network == run["network"]
    assert found.loss == run["loss"]
    assert {name: found.metrics[name] for name in run["metrics"]} == run["metrics"]
    assert found.reconstructions().shape == found.images.images().shape


def test_the_index_lists_every_stored_run(earlier_store: Store) -> None:
    assert {one["digest"] for one in earlier_store.summaries()} == {run["digest"] for run in _written("runs")}


@pytest.mark.parametrize(("name", "digest"), _written("presets").items())
def test_a_preset_keeps_its_digest(name: str, digest: str) -> None:
    assert digest_of(presets.get(name)) == digest


@pytest.mark.parametrize("address", _written("addresses"), ids=lambda address: address["packed"])
def test_an_address_opens_the_same_experiment(address: dict[str, Any]) -> None:
    query = {key: str(value) for key, value in address["query"].items()}
    opened = from_query(query, default="font-best")
    assert not opened.typed
    assert not opened.notes
    assert digest_of(opened.experiment) == address["digest"]
    assert digest_of(decode(*unpack(address["packed"]))) == address["digest"]


def test_a_notebook_that_was_handed_in_still_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import matplotlib

    matplotlib.use("Agg")
    handed_in = nbformat.read(WRITTEN / "notebook.ipynb", as_version=4)
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it uses is deprecated, and nothing shows its pictures
        for cell in handed_in.cells:
            if cell.cell_type == "code":
                exec(cell.source.replace("%matplotlib inline", ""), names)
    assert "loss 0.67" in capsys.readouterr().out


def _lines(page: str, heading: str) -> str:
    """The first block of commands below a heading of the documentation."""
    text = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8")
    return text.split(heading, 1)[1].split("```bash\n", 1)[1].split("```", 1)[0]


@pytest.mark.parametrize(
    ("page", "heading", "end"), [("operations.md", "### Backup", None), ("deployment.md", "## Upgrade", "git pull")]
)
def test_the_documented_backup_restores_everything(
    earlier_store: Store, home: Path, tmp_path: Path, page: str, heading: str, end: str | None
) -> None:
    """The lines of the documentation, word for word, on a store of the oldest version; nothing was uploaded to it."""
    lacking = [name for name in ("rsync", "sqlite3", "bash") if shutil.which(name) is None]
    if lacking:
        pytest.skip(f"NOT TESTED HERE: the backup; install {', '.join(lacking)}")
    lines = _lines(page, heading)
    if end is not None:
        lines = lines[: lines.index(end)]
    backup = tmp_path / "backup"
    backup.mkdir()
    digests = {one["digest"] for one in earlier_store.summaries()}
    for digest in digests:
        earlier_store.owners.add(digest, ["ann"])
    task = ("7b", "dense", "preset=font-best", "[]", "[]", 0, "2026")
    fields = "class, lesson, query, conditions, pinned, each, at"
    with ClassroomFile(home).connected() as connection:
        connection.execute(f"INSERT INTO tasks ({fields}) VALUES (?, ?, ?, ?, ?, ?, ?)", task)
    script = "set -e\n" + lines.replace("/backup/", f"{backup}/")
    done = subprocess.run(
        ["bash", "-c", script], env={**os.environ, "AELIB_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    restored = Store(backup)
    assert {digest for digest, problem in restored.verify() if problem is None} == digests != set()
    assert {one["digest"] for one in restored.summaries()} == digests
    assert restored.owners.runs("ann") == digests
    with ClassroomFile(backup).connected() as connection:
        assert [tuple(row) for row in connection.execute(f"SELECT {fields} FROM tasks")] == [task]
