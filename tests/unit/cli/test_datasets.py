"""The command `datasets`."""

import json
from pathlib import Path

import pytest

from aelib import datasets
from aelib.cli.main import main
from tests.support.pictures import packed, pictures


def test_a_folder_and_its_archive_are_the_same_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, archive = tmp_path / "mine", tmp_path / "mine.zip"
    entries = dict(sorted(pictures(40).items()))
    for name, content in entries.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "link.png").symlink_to("/etc/passwd")
    (folder / "cats" / "elsewhere").symlink_to(tmp_path)
    archive.write_bytes(packed(entries))
    names = set()
    for path in (folder, archive):
        assert main(["datasets", "--add", str(path), "--side", "28", "--grey", "--json"]) == 0
        document = json.loads(capsys.readouterr().out)
        assert (document["images"], document["classes"], document["kind"]) == (40, 2, "images")
        assert document["parts"] == {"train": 24, "valid": 10, "test": 6}
        assert document["shape"] == [1, 28, 28]
        links = [{"file": "link.png", "reason": "a link, which is not followed"}]
        assert document["skipped"] == (links if path == folder else [])
        names.add(document["name"])
    assert len(names) == 1
    assert main(["datasets", "--add", str(folder)]) == 0
    assert datasets.spec(capsys.readouterr().out.strip()).shape == (3, 32, 32)


@pytest.mark.parametrize("arguments", [["nowhere.zip"], ["README.md"], [".", "--side", "65"]])
def test_what_cannot_be_added_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets", "--add", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
