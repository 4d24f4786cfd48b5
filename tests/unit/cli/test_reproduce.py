"""The command `reproduce`."""

import json
from pathlib import Path

import pytest

from aelib.cli.main import main
from aelib.reproduction import runner
from aelib.reproduction.claims import CLAIMS
from tests.support.claims import small


def test_the_command_prints_one_document_and_writes_after_each_row(
    record_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("font-35-2", "font-20-10"):
        monkeypatch.setitem(CLAIMS, name, small(name))
    arguments = ["reproduce", "font-20-10", "font-35-2", "--quick", "--json", "--device", "cpu"]
    assert main(arguments) == 0
    assert not record_file.exists()
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert [row["id"] for row in document["rows"]] == ["font-20-10", "font-35-2"]
    assert document["quick"] is True
    assert "trainings" in printed.err
    assert main([*arguments, "--write"]) == 0
    again = capsys.readouterr()
    assert json.loads(again.out)["rows"] == document["rows"]
    assert "trainings" not in again.err  # all of it was in the store
    assert [row["id"] for row in json.loads(record_file.read_text())["rows"]] == ["font-20-10", "font-35-2"]
    assert main([*arguments[:4], "--device", "cpu"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["row", "document"]
    assert [line.split()[0] for line in lines] == ["font-20-10", "font-35-2"]
    for line, row in zip(lines, document["rows"], strict=True):
        assert line.endswith(runner.table_row(row)["verdict"])
        assert runner.side_text(row["sides"][0]) in line


def test_an_unknown_row_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "font-20-11"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "font-20-11" in printed.err
