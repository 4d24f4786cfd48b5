"""The command `runs`."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aelib.cli.main import main
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import Run, fit
from tests.support.command import FAST, json_of

TINY = presets.get("font-best").with_values({"epochs": 20, "model.layers": "35-12-2"})


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(TINY, "cpu")


def test_export_and_import_on_the_command_line(
    run: Run, tmp_path: Path, elsewhere: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    Store().save(run)
    file = tmp_path / "mine.zip"
    assert main(["runs", "export", run.digest, str(file), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"digest": run.digest, "file": str(file), "bytes": file.stat().st_size}
    elsewhere()
    for kept in (True, False):
        assert main(["runs", "import", str(file), "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["digest"], said["kept"]) == (run.digest, kept)
        assert said["metrics"] == run.metrics


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["import", "no-such-file.zip"],
        ["import", "."],
        ["export"],
        ["export", "0" * 16],
        ["import", "pyproject.toml"],
    ],
)
def test_the_command_line_refuses_in_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", *arguments]) == 2
    out = capsys.readouterr()
    assert not out.out
    assert out.err.count("\n") == 1


def test_runs_list_show_verify_prune(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert "No runs yet" in capsys.readouterr().out
    document = json_of(capsys, "train", "font-best", *FAST)
    assert isinstance(document, dict)
    digest = document["digest"]
    rows = json_of(capsys, "runs", "list")
    assert isinstance(rows, list)
    assert [row["digest"] for row in rows] == [digest]
    shown = json_of(capsys, "runs", "show", digest)
    assert isinstance(shown, dict)
    assert shown["experiment"] == document["experiment"]
    assert json_of(capsys, "runs", "verify") == {"runs": 1, "damaged": [], "unreadable": []}
    (home / "runs" / digest / "weights.safetensors").write_bytes(b"nothing")
    assert main(["runs", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["damaged"][0]["digest"] == digest
    again = json_of(capsys, "train", "font-best", *FAST)  # a damaged run is trained again
    assert isinstance(again, dict)
    assert again["cached"] is False
    assert json_of(capsys, "runs", "verify") == {"runs": 1, "damaged": [], "unreadable": []}
    assert json_of(capsys, "runs", "prune", "--keep", "0") == {"removed": [digest], "would_remove": [digest]}
    assert json_of(capsys, "runs") == []
