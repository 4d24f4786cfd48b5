"""The command line in this process."""

import json

import pytest

from aelib.cli.main import main

FAST = ["--set", "epochs=3", "--device", "cpu"]


def json_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    """What a command prints with --json."""
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)
