"""The documents' figures measured again: every row can be, figures are what they say, nothing is trained twice."""

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest
import torch

from aelib.cli.main import main
from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.reproduction import claims, runner, verdicts
from aelib.reproduction.claims import CLAIMS, MEASURES, Claim, Measure, Recipe
from aelib.store import Store
from aelib.training import Diverged, Run, device_speed, fit, fit_many, time_estimate

FAST = {"epochs": 30}


def _small(name: str, **changes: Any) -> Claim:
    """A claim whose trainings take no time."""
    claim = CLAIMS[name]
    recipe = Recipe(claim.recipe.preset, {**claim.recipe.changes, **FAST, **changes}, claim.recipe.why)
    best = claim.best and Recipe(claim.best.preset, {**claim.best.changes, **FAST}, claim.best.why)
    return replace(claim, recipe=recipe, best=best, seeds=2, best_seeds=2)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where --write writes, instead of into the project."""
    monkeypatch.setattr(runner, "RECORD", tmp_path / "reproduction.json")
    monkeypatch.setattr(runner, "TABLE", tmp_path / "reproduction.md")
    return tmp_path / "reproduction.json"


class _Trainer:
    """Trains into a store and remembers what; dies before the training with this number."""

    def __init__(self, store: Store, dies_at: int | None = None) -> None:
        self.store, self.dies_at = store, dies_at
        self.trained: list[str] = []

    def __call__(self, experiments: list[Experiment]) -> None:
        for experiment in experiments:
            if len(self.trained) == self.dies_at:
                raise KeyboardInterrupt
            (result,) = fit_many([experiment], "cpu")
            if isinstance(result, Diverged):
                self.store.note_diverged({experiment.digest: result.epoch})
            else:
                self.store.save(result, replace=True)
            self.trained.append(experiment.digest)


def test_every_row_of_the_results_can_be_measured() -> None:
    rows = presets.results()
    assert list(CLAIMS) == list(rows)
    for name, claim in CLAIMS.items():
        assert claim.measure == MEASURES[rows[name]["metric"]]
        assert claim.recipe.preset == name
        for side in runner.sides(claim):
            assert side.seeds >= 1
            if side.role == "best":  # another recipe for the same network
                assert side.why
                if claim.row["dataset"] == "font5x7" and name != "font-denoise-10":
                    assert side.base.model.layers == claim.recipe.experiment.model.layers
                    assert side.base.epochs == claim.recipe.experiment.epochs
            if side.role == "alternative" and side.measure == claim.measure:
                assert side.base.digest != claim.recipe.experiment.digest


def test_what_a_document_leaves_out_is_said_and_tried_otherwise() -> None:
    for name, claim in CLAIMS.items():
        assert claim.assumed, name
        assert bool(claim.alternatives) != bool(claim.untried), name


def test_what_was_not_tried_or_is_still_to_come_is_said() -> None:
    there = {"sides": [{"role": "document", "title": "the document's recipe"}]}
    assert runner.untried_assumptions({"id": "mnist-vae", **there})[0].startswith("Not tried: other layers")
    assert runner.untried_assumptions({"id": "sr-3", **there}) == ["Not measured yet: rate 0.003, not 0.001."]
    tried = [*there["sides"], {"role": "alternative", "title": "rate 0.003, not 0.001"}]
    assert runner.untried_assumptions({"id": "sr-3", "sides": tried}) == []


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(presets.get("font-20-10").with_values({"epochs": 200}), "cpu")


def test_figures_are_those_counted_by_hand(run: Run) -> None:
    outputs, clean = run.reconstructions(), run.images.images()
    wrong = [
        sum(abs(a - b) >= 0.5 for a, b in zip(x, y, strict=True))
        for x, y in zip(outputs.flatten(1).tolist(), clean.flatten(1).tolist(), strict=True)
    ]
    assert MEASURES["characters_learnt_of_32"].each(run) == sum(count <= 1 for count in wrong)
    assert claims.learnt_at(0.5, run) == sum(count <= 1 for count in wrong)
    signed = ((2 * outputs - 1) - (2 * clean - 1)).double().square().mean()
    assert claims.mean_error(run) == pytest.approx(float(signed), rel=1e-5)
    assert claims.code_bits(run) == 64


def test_the_error_in_symmetric_pixels_is_the_loss_that_was_trained() -> None:
    trained = fit(presets.get("font-35-2").with_values(FAST), "cpu")
    assert claims.mean_error(trained) == pytest.approx(trained.loss, rel=1e-4)


def test_cross_entropy_by_hand() -> None:
    digits = fit(presets.get("digits-denoise").with_values({"epochs": 2}), "cpu")
    from aelib import datasets

    judged = datasets.test_set("digits8x8")
    y = digits.restored(digits.inputs_of(judged)).double().clamp(0, 1)
    t = judged.images().double()
    by_hand = -(t * y.log().clamp(min=-100) + (1 - t) * (1 - y).log().clamp(min=-100)).mean()
    assert claims.cross_entropy(digits) == pytest.approx(float(by_hand), rel=1e-4)


def test_scatter_is_the_deviation_of_the_errors_with_its_standard_error() -> None:
    measure = Measure("of the seed", "less", lambda run: float(run.experiment.seed), scatter=True)
    base = fit(presets.get("font-35-2").with_values({"epochs": 1}), "cpu")
    runs = [replace(base, experiment=base.experiment.with_values({"seed": seed})) for seed in range(40)]
    found = runner.measured_value(measure, runs)
    assert found is not None
    assert found["mean"] == pytest.approx(stdev(range(40)))
    assert found["values"] == list(range(40))
    assert 0 < found["std"] < found["mean"] / math.sqrt(2 * 39) * 1.5  # a normal distribution's would be this / 1.5
    assert runner.measured_value(measure, runs[:1]) is None
    plain = runner.measured_value(replace(measure, scatter=False), runs[:2])
    assert plain == {"mean": 0.5, "std": pytest.approx(math.sqrt(0.5)), "values": [0.0, 1.0]}


def test_a_perfect_denoiser_is_usable_and_a_blind_one_is_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = replace(run, experiment=run.experiment.with_values({"corruption.kind": "salt_pepper"}))
    clean = run.images.images()
    monkeypatch.setattr(Run, "restored", lambda self, shown: clean.repeat(len(shown) // len(clean), 1, 1, 1))
    assert claims.noise_limit(noisy) == 1.0
    monkeypatch.setattr(Run, "restored", lambda self, shown: torch.zeros_like(shown))
    assert claims.noise_limit(noisy) == 0.0


def test_the_time_ratio_is_of_one_net_on_the_same_images(monkeypatch: pytest.MonkeyPatch) -> None:
    run = fit(presets.get("house-numbers-autoencoder").with_values({"epochs": 1}), "cpu")
    measured = device_speed.measure(run.experiment, "cpu")
    kept = [
        replace(measured, **one)
        for one in (
            {"seconds": 8.0},
            {"seconds": 10.0},
            {"device": "cuda", "seconds": 2.0, "steps": "of another net"},
            {"device": "cuda", "seconds": 1.0, "dataset": "other images"},
        )
    ]
    monkeypatch.setattr(device_speed, "stored", lambda: kept)
    assert math.isnan(claims.time_ratio(run))
    kept.append(replace(kept[0], device="cuda", seconds=4.0))
    assert claims.time_ratio(run) == 0.5  # of the faster CPU
    found = runner.measured_value(MEASURES["gpu_over_cpu_time"], [run])
    assert found is not None
    assert found["mean"] == 0.5


def test_a_morph_of_different_images_counts_ten_and_a_standstill_none() -> None:
    emoji = fit(presets.get("emoji-morph").with_values({"epochs": 2}), "cpu")
    assert 0 <= claims.morph_images(emoji) <= 10
    still = replace(emoji, weights={name: torch.zeros_like(tensor) for name, tensor in emoji.weights.items()})
    assert claims.morph_images(still) == 0


def test_a_row_is_measured_and_a_second_time_trains_nothing() -> None:
    store = Store()
    claim = _small("font-20-10")
    first = _Trainer(store)
    record = runner.reproduce(claim, store, first)
    wanted = {one.digest for side in runner.sides(claim) for one in side.experiments}
    assert sorted(first.trained) == sorted(wanted)
    again = _Trainer(store)
    assert runner.reproduce(claim, store, again)["sides"] == record["sides"]
    assert again.trained == []
    document = record["sides"][0]
    values = [store.get(digest).metrics["learnt"] for digest in document["digests"]]  # type: ignore[union-attr]
    assert document["figure"]["values"] == values
    json.dumps(record, allow_nan=False)
    assert runner.reproduce(claim, store, again, quick=True)["quick"] is False  # two seeds are few enough


def test_after_a_kill_only_the_rest_is_trained() -> None:
    store, claim = Store(), _small("font-35-2")
    killed = _Trainer(store, dies_at=3)
    with pytest.raises(KeyboardInterrupt):
        runner.reproduce(claim, store, killed)
    resumed = _Trainer(store)
    runner.reproduce(claim, store, resumed)
    assert len(killed.trained) == 3
    assert set(killed.trained).isdisjoint(resumed.trained)
    wanted = {one.digest for side in runner.sides(claim) for one in side.experiments}
    assert {*killed.trained, *resumed.trained} == wanted


def test_a_damaged_run_is_trained_again() -> None:
    store, claim = Store(), _small("font-35-2")
    runner.reproduce(claim, store, _Trainer(store))
    digest = claim.recipe.experiment.digest
    (store.root / "runs" / digest / "weights.safetensors").write_bytes(b"nothing")
    again = _Trainer(store)
    record = runner.reproduce(claim, store, again)
    assert again.trained == [digest]
    assert len(record["sides"][0]["digests"]) == 2


def test_trainings_that_diverge_are_counted_and_in_no_mean() -> None:
    store = Store()
    wild = {"model.output_activation": "identity", "optimizer.kind": "sgd", "optimizer.learning_rate": 100.0}
    record = runner.reproduce(replace(_small("font-20-10", **wild), alternatives=()), store, _Trainer(store))
    document = record["sides"][0]
    assert (document["diverged"], document["digests"], document["figure"]) == (2, [], None)
    assert record["status"] == "diverged"
    json.dumps(record, allow_nan=False)


def test_images_that_are_not_here_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AELIB_DATA", raising=False)
    store = Store()
    trainer = _Trainer(store)
    record = runner.reproduce(CLAIMS["mnist-denoise"], store, trainer)
    assert record["status"] == "absent"
    assert "Not measured" in record["verdict"]
    assert trainer.trained == []


def test_quick_is_smaller() -> None:
    for claim in CLAIMS.values():
        whole, quick = runner.sides(claim), runner.sides(claim, quick=True)
        assert len(whole) == len(quick)
        for full, less in zip(whole, quick, strict=True):
            assert less.seeds <= full.seeds
            assert less.base.epochs <= full.base.epochs
            assert (less.whole is not None) == (less.base.epochs < full.base.epochs)
    shorter = runner.sides(CLAIMS["mnist-vae"], quick=True)[0]
    assert shorter.whole == 100
    assert time_estimate.seconds([shorter.base]) < 2 * runner.QUICK_SECONDS
    assert runner.sides(CLAIMS["font-20-10"], quick=True)[0].seeds == runner.QUICK_SEEDS


def _side(role: str, *values: float) -> dict[str, Any]:
    several = stdev(values) if len(values) > 1 else 0.0
    spread = {"mean": sum(values) / len(values), "std": several, "values": list(values)} if values else None
    return {
        "role": role,
        "figure": spread,
        "digests": [f"{role}{i}" for i in range(len(values))],
        "mse": spread,
        "psnr": None,
        "experiment": presets.get("font-20-10").model_dump(mode="json"),
    }


@pytest.mark.parametrize(
    ("name", "document", "best", "status", "says"),
    [
        ("font-20-10", (28, 27, 29), (32, 32), "better", "better by 4"),
        ("font-20-10", (28, 27, 29), (32, 32), "better", "28 ± 1: as reported"),
        ("font-20-10", (10, 11), (28, 28), "as reported", "28 ± 0: as reported"),
        ("font-20-10", (10, 11), (28, 28), "as reported", "less good than reported"),
        ("font-20-10", (32, 32), (32, 32), "better", "better than reported"),
        ("font-20-10", (10, 11), (20, 22), "not reached", "the best of 2 seeds is 22"),
        ("font-20-10", (10, 11), (20,), "not reached", "20 (one run): not reached, worse by 8"),
        ("font-20-10", (10, 11), (20, 20, 20, 20, 20, 20, 20, 28), "not reached", "reached by 1 of 8 seeds"),
        # one tolerance for the document's recipe and for ours
        (
            "font-20-10",
            (29, 29),
            (29, 29),
            "as reported",
            "29 ± 0: as reported. The document's recipe gives 29 ± 0: as",
        ),
        (
            "font-20-10",
            (27, 27),
            (27, 27),
            "as reported",
            "27 ± 0: as reported. The document's recipe gives 27 ± 0: as",
        ),
        ("font-20-10", (20, 32), (20, 32), "as reported", "8.5: as reported. The document's recipe gives 26 ± 8.5: as"),
        ("font-20-10", (20,), (32,), "better", "Ours, 32 (one run): better by 4. The document's recipe gives 20 (one"),
        ("font-35-2", (0.9, 0.8), (0.46, 0.44), "better", "better by 0.076"),
        ("font-35-2", (0.9, 0.8), (0.7, 0.68), "not reached", "the best of 2 seeds is 0.68"),
        ("notmnist-2x2", (128,), (128,), "as reported", "ours too"),
        ("notmnist-2x2", (64,), (64,), "not reached", "64, not 128"),
        ("sr-kernel-4-2", (0.01,), None, "picture", "see the lesson. Mean squared error 0.01; one run."),
        ("font-20-10", (), (32, 32), "diverged", "Ours, 32 ± 0: better by 4. Every training by the document's recipe"),
        ("font-20-10", (), (), "diverged", "Every training by the document's recipe diverged."),
        ("font-20-10", (28, 28), (), "as reported", "Every training by our recipe diverged."),
    ],
)
def test_verdicts_follow_from_the_figures(
    name: str, document: tuple[float, ...], best: tuple[float, ...] | None, status: str, says: str
) -> None:
    sides = [_side("document", *document), *([] if best is None else [_side("best", *best)])]
    found, text = verdicts.judge(CLAIMS[name], sides)
    assert found == status
    assert says in text


def test_an_assumption_that_gives_what_is_reported_is_named() -> None:
    claim = CLAIMS["font-35-2"]
    others = [{**_side("alternative", value), "title": title} for value, title in ((0.53, "near"), (0.8, "far"))]
    _, text = verdicts.judge(claim, [_side("document", 0.9), *others])
    assert "near (0.53, one run)" in text
    assert "far" not in text
    _, text = verdicts.judge(claim, [_side("document", 0.52), *others])
    assert "near" not in text


def test_other_layers_are_said_from_the_experiments() -> None:
    document, best = _side("document", 0.0, 0.0), _side("best", 0.5, 0.5)
    _, text = verdicts.judge(CLAIMS["font-denoise-10"], [document, best])
    assert "other layers" not in text
    best["experiment"] = CLAIMS["font-denoise-10"].best.experiment.model_dump(mode="json")  # type: ignore[union-attr]
    _, text = verdicts.judge(CLAIMS["font-denoise-10"], [document, best])
    assert "Ours, 0.5 ± 0, with other layers (35-128-64-10): better by 0.2." in text
    codes = [_side("document", 128), {**_side("best", 128), "experiment": best["experiment"]}]
    assert "ours too, with other layers" in verdicts.judge(CLAIMS["notmnist-2x2"], codes)[1]


def test_a_figure_that_cannot_change_has_the_errors_beside_it() -> None:
    document = {**_side("document", 128, 128), "psnr": {"mean": 8.17}}
    other = {**_side("alternative", 128, 128), "title": "x", "mse": {"mean": 0.2}, "psnr": {"mean": 7.0}}
    record = {"id": "notmnist-2x2", "measure": "bits", "sides": [document, other]}
    (line,) = runner.assumptions(record)
    assert line["as assumed"] == "128 ± 0 (2), mean squared error 128 (8.2 dB)"
    assert line["gives"] == "128 ± 0 (2), mean squared error 0.2 (7.0 dB)"
    (line,) = runner.assumptions({**record, "sides": [document, _side("alternative", 64) | {"title": "x"}]})
    assert (line["as assumed"], line["gives"]) == ("128 ± 0 (2)", "64 (one run)")


def test_epochs_and_seconds_are_in_the_table() -> None:
    store = Store()
    record = runner.reproduce(_small("font-20-10"), store, _Trainer(store))
    for side, seconds in zip(record["sides"], (0.25, 0.5), strict=False):
        side["seconds"] = seconds
    assert (runner.table_row(record)["epochs"], runner.table_row(record)["seconds"]) == ("30", "0.25 / 0.5")
    record["sides"][1]["epochs"] = 2000
    assert runner.table_row(record)["epochs"] == "30 / 2,000"
    assert runner.table_row({**record, "sides": []})["epochs"] == "–"
    assert "| 30 / 2,000 | 0.25 / 0.5 |" in runner.markdown([record])


def test_what_is_written_is_merged_and_a_quick_row_replaces_no_whole_one(written: Path) -> None:
    store = Store()
    quick = {**runner.reproduce(_small("font-35-2"), store, _Trainer(store)), "quick": True}
    whole = {**quick, "quick": False, "note": "whole"}
    other = {**quick, "id": "font-20-10"}
    runner.save([quick])
    runner.save([whole])
    runner.save([quick, other])
    rows = runner.load()
    assert [row["id"] for row in rows] == ["font-20-10", "font-35-2"]  # in the order of the results
    assert rows[1]["note"] == "whole"
    assert rows[1]["verdict"] == whole["verdict"]
    runner.save([{**whole, "status": "better", "verdict": "as it was said once"}])
    assert runner.load()[1] == whole, "what figures say is said anew"
    runner.save([{**whole, "status": "absent"}])
    assert runner.load()[1]["status"] == whole["status"]
    table = runner.TABLE.read_text(encoding="utf-8")
    assert "| font-35-2 | B |" in table
    assert "`mnist-vae`" in table  # not measured yet
    written.write_text("{")
    with pytest.raises(LabError, match="cannot be read"):
        runner.load()


def test_the_command_prints_one_document_and_writes_after_each_row(
    written: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("font-35-2", "font-20-10"):
        monkeypatch.setitem(CLAIMS, name, _small(name))
    arguments = ["reproduce", "font-20-10", "font-35-2", "--quick", "--json", "--device", "cpu"]
    assert main(arguments) == 0
    assert not written.exists()
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert [row["id"] for row in document["rows"]] == ["font-20-10", "font-35-2"]
    assert document["quick"] is True
    assert "trainings" in printed.err
    assert main([*arguments, "--write"]) == 0
    again = capsys.readouterr()
    assert json.loads(again.out)["rows"] == document["rows"]
    assert "trainings" not in again.err  # all of it was in the store
    assert [row["id"] for row in json.loads(written.read_text())["rows"]] == ["font-20-10", "font-35-2"]
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


def test_recipes_in_words_have_what_matters() -> None:
    text = verdicts.recipe_text(presets.get("font-20-10"))
    for part in ("35-20-10-2", "mean squared error", "Adam", "0.001", "10,000 epochs", "all images in a batch"):
        assert part in text
    assert "rate 0.0005" in verdicts.recipe_text(presets.get("font-35-2"))
    assert "noise" in verdicts.recipe_text(presets.get("font-noise-a-20"))
