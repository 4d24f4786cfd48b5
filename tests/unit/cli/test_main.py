"""The command line as others rely on it: exit codes, and one line for what is wrong."""

from pathlib import Path

import pytest

from aelib.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "font-bset"], "font-best"),
        (["train", "nowhere.json"], "cannot be read"),
        (["train", "font-best", "--set", "epochs"], "KEY=VALUE"),
        (["train", "font-best", "--set", "epochs=-4"], "epochs is '-4'"),
        (["train", "font-best", "--set", "nosuch=1"], "not a field"),
        (["train", "font-best", "--set", "dataset=nowhere.csv"], "cannot be read"),
        (["train", "font-best", "--seeds", "0"], "--seeds is 0"),
        (["train", "font-best", "--seeds", "many"], "--seeds"),
        (["train", "font-best", "--device", "tpu"], "--device"),
        (["train"], "required"),
        ([], "required"),
        (["frobnicate"], "frobnicate"),
        (["presets", "nothing"], "font-best"),
        (["runs", "show"], "digest"),
        (["runs", "show", "0123456789abcdef"], "no run"),
        (["runs", "prune"], "--keep"),
        (["runs", "prune", "--keep", "-1"], "--keep is -1"),
        (["runs", "prune", "--max-mb", "nan"], "--max-mb is nan"),
        (["runs", "explode"], "explode"),
        (["runs", "list", "--keep", "3"], "list does not use --keep"),
        (["runs", "--dry-run"], "list does not use --dry-run"),
        (["runs", "list", "0123456789abcdef"], "list does not use DIGEST"),
        (["runs", "verify", "0123456789abcdef"], "verify does not use DIGEST"),
        (["runs", "show", "0123456789abcdef", "out.zip"], "show does not use FILE"),
        (["runs", "import", "a.zip", "b.zip"], "import does not use FILE"),
        (["runs", "prune", "0123456789abcdef", "--keep", "0"], "prune does not use DIGEST"),
        (["runs", "import", "~no-such-person/a.zip"], "folder of nobody"),
        (["report", "0123456789abcdef", "--html", ""], "--html: it is empty"),
        (["report", "0123456789abcdef", "--html", "~no-such-person/a.html"], "folder of nobody"),
        (["datasets", "--add", "~no-such-person/a"], "folder of nobody"),
        (["datasets", "--add", ""], "--add: it is empty"),
        (["datasets", "--side", "28"], "--add PATH"),
        (["datasets", "--grey"], "--add PATH"),
        (["datasets", "--get", "mnist", "--add", "a"], "not allowed with"),
        (["presets", ""], "no preset"),
        (["app", "--json"], "--json"),
        (["train", "~no-such-person/a.json"], "folder of nobody"),
        (["train", "font-best", "--set", "zzz=1"], "such as dataset"),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_code_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = int(stop.code or 0)
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert says in printed.err


def test_a_file_that_is_no_experiment_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, says in (("", "is not JSON"), ('{"epochs": 0}', "epochs is 0")):
        (tmp_path / "mine.json").write_text(text)
        assert main(["train", str(tmp_path / "mine.json")]) == 2
        said = capsys.readouterr().err
        assert "mine.json" in said
        assert says in said


def test_messages_name_the_command_that_was_typed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed, name in (("/usr/bin/aelib", "aelib"), ("/somewhere/aelib/__main__.py", "python -m aelib")):
        monkeypatch.setattr("sys.argv", [typed, "train"])
        with pytest.raises(SystemExit):
            main()
        assert capsys.readouterr().err.startswith(f"{name} train: ")


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["presets"], ["datasets"], ["train"], ["reproduce"], ["runs"]):
        with pytest.raises(SystemExit) as stop:
            main([*command, "--help"])
        assert stop.value.code == 0
        assert "usage" in capsys.readouterr().out
