"""A row measured: nothing is trained twice, what is written is merged."""

import json
import math
from dataclasses import replace
from pathlib import Path
from statistics import stdev

import pytest

from aelib.core.errors import LabError
from aelib.experiment import Experiment, digest_of, presets
from aelib.reproduction import runner
from aelib.reproduction.claims import CLAIMS
from aelib.reproduction.measures import Measure
from aelib.store import Store
from aelib.training import Diverged, fit, fit_many, time_estimate
from tests.support.claims import measured_side, small


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
                self.store.note_diverged({digest_of(experiment): result.epoch})
            else:
                self.store.save(result, replace=True)
            self.trained.append(digest_of(experiment))


def test_what_was_not_tried_or_is_still_to_come_is_said() -> None:
    there = {"sides": [{"role": "document", "title": "the document's recipe"}]}
    assert runner.untried_assumptions({"id": "mnist-vae", **there})[0].startswith("Not tried: other layers")
    assert runner.untried_assumptions({"id": "sr-3", **there}) == ["Not measured yet: rate 0.003, not 0.001."]
    tried = [*there["sides"], {"role": "alternative", "title": "rate 0.003, not 0.001"}]
    assert runner.untried_assumptions({"id": "sr-3", "sides": tried}) == []


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


def test_a_row_is_measured_and_a_second_time_trains_nothing() -> None:
    store = Store()
    claim = small("font-20-10")
    first = _Trainer(store)
    record = runner.reproduce(claim, store, first)
    wanted = {digest_of(one) for side in runner.sides(claim) for one in side.experiments}
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
    store, claim = Store(), small("font-35-2")
    killed = _Trainer(store, dies_at=3)
    with pytest.raises(KeyboardInterrupt):
        runner.reproduce(claim, store, killed)
    resumed = _Trainer(store)
    runner.reproduce(claim, store, resumed)
    assert len(killed.trained) == 3
    assert set(killed.trained).isdisjoint(resumed.trained)
    wanted = {digest_of(one) for side in runner.sides(claim) for one in side.experiments}
    assert {*killed.trained, *resumed.trained} == wanted


def test_a_damaged_run_is_trained_again() -> None:
    store, claim = Store(), small("font-35-2")
    runner.reproduce(claim, store, _Trainer(store))
    digest = digest_of(claim.recipe.experiment)
    (store.root / "runs" / digest / "weights.safetensors").write_bytes(b"nothing")
    again = _Trainer(store)
    record = runner.reproduce(claim, store, again)
    assert again.trained == [digest]
    assert len(record["sides"][0]["digests"]) == 2


def test_trainings_that_diverge_are_counted_and_in_no_mean() -> None:
    store = Store()
    wild = {"model.output_activation": "identity", "optimizer.kind": "sgd", "optimizer.learning_rate": 100.0}
    record = runner.reproduce(replace(small("font-20-10", **wild), alternatives=()), store, _Trainer(store))
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


def test_a_figure_that_cannot_change_has_the_errors_beside_it() -> None:
    document = measured_side("document", 128, 128)
    other = {**measured_side("alternative", 128, 128), "title": "x", "mse": {"mean": 0.2}}
    record = {"id": "notmnist-2x2", "measure": "bits", "sides": [document, other]}
    (line,) = runner.assumptions(record)
    assert line["as assumed"] == "128 ± 0 (2), mean squared error 128 (pixels from 0 to 1)"
    assert line["gives"] == "128 ± 0 (2), mean squared error 0.2 (pixels from 0 to 1)"
    (line,) = runner.assumptions({**record, "sides": [document, measured_side("alternative", 64) | {"title": "x"}]})
    assert (line["as assumed"], line["gives"]) == ("128 ± 0 (2)", "64 (one run)")


def test_epochs_and_seconds_are_in_the_table() -> None:
    store = Store()
    record = runner.reproduce(small("font-20-10"), store, _Trainer(store))
    for side, seconds in zip(record["sides"], (0.25, 0.5), strict=False):
        side["seconds"] = seconds
    assert (runner.table_row(record)["epochs"], runner.table_row(record)["seconds"]) == ("30", "0.25 / 0.5")
    record["sides"][1]["epochs"] = 2000
    assert runner.table_row(record)["epochs"] == "30 / 2,000"
    assert runner.table_row({**record, "sides": [], "status": "absent"})["epochs"] == "–"
    assert "| 30 / 2,000 | 0.25 / 0.5 |" in runner.markdown([record])


def test_what_is_written_is_merged_and_a_quick_row_replaces_no_whole_one(record_file: Path) -> None:
    store = Store()
    quick = {**runner.reproduce(small("font-35-2"), store, _Trainer(store)), "quick": True}
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
    assert runner.load()[1] == whole, "verdicts are derived from the figures again"
    runner.save([{**whole, "status": "absent"}])
    assert runner.load()[1]["status"] == whole["status"]
    table = runner.TABLE.read_text(encoding="utf-8")
    assert "| font-35-2 | B |" in table
    assert "`mnist-vae`" in table  # not measured yet
    record_file.write_text("{")
    with pytest.raises(LabError, match="cannot be read"):
        runner.load()
