"""The command `train`: one JSON document, figures of several seeds."""

import signal
from pathlib import Path

import pytest

from aelib import datasets
from aelib.cli import train
from aelib.cli.main import main
from aelib.experiment import digest_of, presets
from aelib.store import Store
from aelib.training import loop
from tests.support.command import FAST, json_of


def test_train_prints_what_is_promised_and_finds_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    first = json_of(capsys, "train", "font-best", "--device", "cpu")
    assert isinstance(first, dict)
    assert {"digest", "cached", "device", "seconds", "epochs", "parameters", "loss", "metrics"} <= set(first)
    assert first["cached"] is False
    assert first["metrics"]["learnt"] == first["metrics"]["total"] == 32
    assert len(first["metrics"]["wrong_pixels"]) == 32
    second = json_of(capsys, "train", "font-best")
    assert isinstance(second, dict)
    assert second["cached"] is True
    assert second["digest"] == first["digest"]
    assert second["metrics"] == first["metrics"]
    fresh = json_of(capsys, "train", "font-best", "--fresh", "--device", "cpu")
    assert isinstance(fresh, dict)
    assert fresh["cached"] is False
    assert fresh["loss"] == first["loss"]


def test_seeds_give_mean_std_and_values_of_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    document = json_of(capsys, "train", "font-best", "--seeds", "3", *FAST)
    assert isinstance(document, dict)
    assert isinstance(document["seconds"], float)
    for figure in (document["loss"], document["metrics"]["learnt"], document["metrics"]["wrong_pixels"]["a"]):
        assert set(figure) == {"mean", "std", "values"}
        assert len(figure["values"]) == 3
    values = document["loss"]["values"]
    mean = sum(values) / 3
    assert document["loss"]["mean"] == pytest.approx(mean)
    assert document["loss"]["std"] == pytest.approx((sum((v - mean) ** 2 for v in values) / 2) ** 0.5)
    again = json_of(capsys, "train", "font-best", "--seeds", "4", *FAST)
    assert isinstance(again, dict)
    assert again["loss"]["values"][:3] == values
    assert again["cached"] is False


def test_ctrl_c_keeps_the_net_and_from_goes_on_with_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    monkeypatch.setattr(train, "_show_progress", lambda progress: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr(loop, "REPORT_EVERY", 0.0)
    try:
        assert main(["train", "font-best", "--device", "cpu", "--set", "epochs=1000000", "--json"]) == 130
    finally:
        signal.signal(signal.SIGINT, before)
    printed = capsys.readouterr()
    assert printed.out == ""
    (digest,) = Store().digests()
    assert printed.err == f"Stopped after epoch 1, kept as run {digest}; --from {digest} goes on from there.\n"
    monkeypatch.setattr(train, "_show_progress", lambda progress: None)
    longer = json_of(capsys, "train", "font-best", "--device", "cpu", "--set", "epochs=20", "--from", digest)
    fresh = json_of(capsys, "train", "font-best", "--device", "cpu", "--set", "epochs=20", "--fresh")
    assert isinstance(longer, dict)
    assert isinstance(fresh, dict)
    assert longer["metrics"] == fresh["metrics"]
    assert longer["digest"] == fresh["digest"]
    for wrong in (["--from", "0" * 16], ["--from", digest, "--seeds", "2"], ["--from", digest, "--set", "seed=4"]):
        assert main(["train", "font-best", "--set", "epochs=30", *wrong]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_experiment_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["presets", "font-best", "--json"])
    file = tmp_path / "mine.json"
    file.write_text(capsys.readouterr().out)
    document = json_of(capsys, "train", str(file), *FAST)
    assert isinstance(document, dict)
    assert document["digest"] == digest_of(presets.get("font-best").with_values({"epochs": 3}))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_an_experiment_that_a_windows_editor_has_saved(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.json").write_text('{"epochs": 50}', encoding=encoding)
    document = json_of(capsys, "train", str(tmp_path / "mine.json"))
    assert isinstance(document, dict)
    assert document["epochs"] == 50


def test_a_glyph_table_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n")
    document = json_of(capsys, "train", "font-best", *FAST, "--set", f"dataset={table}", "--set", "model.layers=9-4-1")
    assert isinstance(document, dict)
    assert document["metrics"]["total"] == 2
    assert document["experiment"]["dataset"].startswith("glyphs-")
    sets = json_of(capsys, "datasets")
    assert isinstance(sets, list)
    assert sets[-1]["shape"] == [1, 3, 3]
    assert [row["name"] for row in sets[:-1]] == list(datasets.SETS)


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", '{"epochs": NaN}', "\x00", '{"model": {"layers": "x"}}'])
def test_a_bad_file_is_one_line_and_exit_code_2(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content)
    assert main(["train", str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1


def test_divergence_says_so_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["loss=mse", "model.output_activation=identity", "optimizer.kind=sgd", "optimizer.learning_rate=100"]
    arguments = [part for setting in settings for part in ("--set", setting)]
    assert main(["train", "font-best", *arguments]) == 1
    assert "no longer a finite number" in capsys.readouterr().err
