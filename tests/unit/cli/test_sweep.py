"""The command `sweep`: what is found and what is trained, interruption."""

import json
import signal
from statistics import mean

import pytest

from aelib.cli import train
from aelib.cli.main import main
from aelib.experiment import presets
from aelib.store import Store
from aelib.training import Progress, fit, loop

BASE = presets.get("font-best").with_values({"epochs": 60})


def test_the_command_trains_what_is_missing_and_finds_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    command = [
        "sweep",
        "font-best",
        "--set",
        "epochs=60",
        "--over",
        "optimizer.learning_rate=0.01,0.001",
        "--seeds",
        "3",
    ]
    Store().save(fit(BASE, "cpu"))
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["cached"], told["trained"], told["seeds"]) == (False, 5, 3)
    assert [point["values"] for point in told["points"]] == [{"optimizer.learning_rate": v} for v in ("0.01", "0.001")]
    for point in told["points"]:
        assert point["runs"] == len(point["learnt"]["values"]) == len(point["digests"]) == 3
        assert point["learnt"]["mean"] == pytest.approx(mean(point["learnt"]["values"]))
        assert point["best"] in point["digests"]
    assert main(command) == 0
    printed = capsys.readouterr()
    assert "0 of 6 nets trained" in printed.err
    assert "±" in printed.out
    for wrong in (["--over", "epochs"], ["--over", "x=1"], ["--over", "epochs=1", "--seeds", "0"]):
        assert main(["sweep", "font-best", *wrong]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_sweep_that_is_interrupted_keeps_what_had_ended_and_goes_on_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    reported: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        """Ctrl-C at the first report of the second batch."""
        reported.append(progress)
        if progress.finished == 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(train, "_show_progress", interrupt)
    monkeypatch.setattr(loop, "REPORT_EVERY", 0.0)
    command = ["sweep", "font-best", "--seeds", "3", "--json", "--over"]
    try:
        assert main([*command, "epochs=50,1000000"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    told = capsys.readouterr()
    assert told.out == ""
    assert "Finished runs are stored" in told.err
    assert reported[-1].finished == 3
    assert len(Store().digests()) == 3
    assert main([*command, "epochs=50,60"]) == 0
    assert json.loads(capsys.readouterr().out)["trained"] == 3
