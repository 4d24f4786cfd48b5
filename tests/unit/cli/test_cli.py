"""The command line as others rely on it: one JSON document, exit codes, one line for what is wrong."""

import json
from pathlib import Path

import pytest

from aelib import datasets
from aelib.cli.main import main
from aelib.experiment import presets

FAST = ["--set", "epochs=3", "--device", "cpu"]


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_train_prints_what_is_promised_and_finds_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    first = _json(capsys, "train", "font-best", "--device", "cpu")
    assert isinstance(first, dict)
    assert {"digest", "cached", "device", "seconds", "epochs", "parameters", "loss", "metrics"} <= set(first)
    assert first["cached"] is False
    assert first["metrics"]["learnt"] == first["metrics"]["total"] == 32
    assert len(first["metrics"]["wrong_pixels"]) == 32
    second = _json(capsys, "train", "font-best")
    assert isinstance(second, dict)
    assert second["cached"] is True
    assert second["digest"] == first["digest"]
    assert second["metrics"] == first["metrics"]
    fresh = _json(capsys, "train", "font-best", "--fresh", "--device", "cpu")
    assert isinstance(fresh, dict)
    assert fresh["cached"] is False
    assert fresh["loss"] == first["loss"]


def test_seeds_give_mean_std_and_values_of_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    document = _json(capsys, "train", "font-best", "--seeds", "3", *FAST)
    assert isinstance(document, dict)
    assert isinstance(document["seconds"], float)
    for figure in (document["loss"], document["metrics"]["learnt"], document["metrics"]["wrong_pixels"]["a"]):
        assert set(figure) == {"mean", "std", "values"}
        assert len(figure["values"]) == 3
    values = document["loss"]["values"]
    mean = sum(values) / 3
    assert document["loss"]["mean"] == pytest.approx(mean)
    assert document["loss"]["std"] == pytest.approx((sum((v - mean) ** 2 for v in values) / 2) ** 0.5)
    again = _json(capsys, "train", "font-best", "--seeds", "4", *FAST)
    assert isinstance(again, dict)
    assert again["loss"]["values"][:3] == values
    assert again["cached"] is False


def test_an_experiment_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["presets", "font-best", "--json"])
    file = tmp_path / "mine.json"
    file.write_text(capsys.readouterr().out)
    document = _json(capsys, "train", str(file), *FAST)
    assert isinstance(document, dict)
    assert document["digest"] == presets.get("font-best").with_values({"epochs": 3}).digest


def test_a_glyph_table_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("char,row0,row1,row2\nx,#.#,.#.,#.#\no,###,#.#,###\n")
    document = _json(capsys, "train", "font-best", *FAST, "--set", f"dataset={table}", "--set", "model.layers=9-4-1")
    assert isinstance(document, dict)
    assert document["metrics"]["total"] == 2
    assert document["experiment"]["dataset"].startswith("glyphs-")
    sets = _json(capsys, "datasets")
    assert isinstance(sets, list)
    assert sets[-1]["shape"] == [1, 3, 3]
    assert [row["name"] for row in sets[:-1]] == list(datasets.SETS)


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


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ([], ["presets"], ["datasets"], ["train"], ["reproduce"], ["runs"]):
        with pytest.raises(SystemExit) as stop:
            main([*command, "--help"])
        assert stop.value.code == 0
        assert "usage" in capsys.readouterr().out


def test_runs_list_show_verify_prune(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert "No runs yet" in capsys.readouterr().out
    document = _json(capsys, "train", "font-best", *FAST)
    assert isinstance(document, dict)
    digest = document["digest"]
    rows = _json(capsys, "runs", "list")
    assert isinstance(rows, list)
    assert [row["digest"] for row in rows] == [digest]
    shown = _json(capsys, "runs", "show", digest)
    assert isinstance(shown, dict)
    assert shown["experiment"] == document["experiment"]
    assert _json(capsys, "runs", "verify") == {"runs": 1, "damaged": []}
    (home / "runs" / digest / "weights.safetensors").write_bytes(b"nothing")
    assert main(["runs", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["damaged"][0]["digest"] == digest
    again = _json(capsys, "train", "font-best", *FAST)  # a damaged run is trained again
    assert isinstance(again, dict)
    assert again["cached"] is False
    assert _json(capsys, "runs", "verify") == {"runs": 1, "damaged": []}
    assert _json(capsys, "runs", "prune", "--keep", "0") == {"removed": [digest], "would_remove": [digest]}
    assert _json(capsys, "runs") == []
