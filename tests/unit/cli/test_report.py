"""The command `report`."""

import json
from pathlib import Path

import pytest

from aelib.cli.main import main
from aelib.store import Store
from aelib.training import Run


def test_the_command_line_writes_every_kind(font_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Store().save(font_run)
    for kind, start in (
        ("html", "<!DOCTYPE html>"),
        ("live", "<!DOCTYPE html>"),
        ("notebook", "{"),
        ("script", "# 35-64-32-2"),
    ):
        file = tmp_path / f"out.{kind}"
        words_ = [] if kind == "script" else ["--title", "T <i>", "--notes", "a\nb"]
        assert main(["report", font_run.digest, f"--{kind}", str(file), *words_, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["bytes"] == file.stat().st_size
        assert file.read_text(encoding="utf-8").startswith(start)
    assert "T &lt;i&gt;" in (tmp_path / "out.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["0" * 16, "--html", "x.html"], "There is no run"),
        (["../../etc", "--html", "x.html"], "There is no run"),
        (["DIGEST", "--html", "no/such/folder.html"], "cannot be written"),
        (["DIGEST", "--script", "."], "cannot be written"),
        (["DIGEST", "0" * 16, "--script", "x.py"], "one run"),
        (["DIGEST", "0" * 16, "--live", "x.html"], "one run"),
        (["DIGEST"], "required"),
        (["DIGEST", "--html", "a", "--notebook", "b"], "not allowed"),
    ],
)
def test_the_command_line_refuses_in_one_line(
    arguments: list[str],
    sentence: str,
    font_run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Store().save(font_run)
    _refused(["report", *(font_run.digest if one == "DIGEST" else one for one in arguments)], sentence, capsys)
    assert not list(tmp_path.glob("x.*"))


def test_a_damaged_run_is_refused_in_one_line(
    font_run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    store = Store()
    store.save(font_run)
    (store.runs / font_run.digest / "weights.safetensors").write_bytes(b"nonsense")
    _refused(["report", font_run.digest, "--html", str(tmp_path / "x.html")], "damaged", capsys)


def _refused(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(arguments)
    except SystemExit as ended:  # argparse's own
        code = int(ended.code or 0)
    told = capsys.readouterr()
    assert code == 2
    assert sentence in told.err
    assert told.err.count("\n") == 1
    assert not told.out
