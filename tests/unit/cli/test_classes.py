"""The command `classes`."""

import json
from pathlib import Path

import pytest

from aelib.classroom.records import Classroom
from aelib.cli.main import main


def test_classes_are_listed_and_deleted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    classes = Classroom().classes
    group, _key = classes.make("5b", "teacher")
    classes.join(group, "a", "Ana")
    assert main(["classes", "--json"]) == 0
    (listed,) = json.loads(capsys.readouterr().out)
    assert (listed["code"], listed["title"], listed["students"]) == (group.code, "5b", 1)
    assert main(["classes"]) == 0
    assert group.code in capsys.readouterr().out
    assert main(["classes", "delete", "AAAAAA"]) == 2
    assert "no class with this code" in capsys.readouterr().err
    assert main(["classes", "delete", group.code.lower(), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"deleted": group.code}
    assert classes.all() == []
