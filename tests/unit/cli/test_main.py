"""The command line as others rely on it: exit codes, and one line for what is wrong."""

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


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["presets"], ["datasets"], ["train"], ["reproduce"], ["runs"]):
        with pytest.raises(SystemExit) as stop:
            main([*command, "--help"])
        assert stop.value.code == 0
        assert "usage" in capsys.readouterr().out
