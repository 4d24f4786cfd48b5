"""Sweeps: points and nets, and what the store has of them."""

from statistics import mean, stdev

import pytest

from aelib.analysis.sweep import SWEEPS, Sweep, collect, parse_over, split
from aelib.core.errors import LabError
from aelib.experiment import digest_of, presets
from aelib.store import Store
from aelib.training import Diverged, Run, fit_many

BASE = presets.get("font-best").with_values({"epochs": 60})
LEVELS = {"corruption.level": ["0", "0.1"], "model.layers": ["35-8-2", "35-16-2"]}


def test_points_are_every_combination_with_every_seed() -> None:
    sweep = Sweep(BASE.with_values({"corruption.kind": "gaussian", "seed": 5}), LEVELS, seeds=3)
    points = sweep.points()
    assert [tuple(point.values.values()) for point in points] == [
        ("0", "35-8-2"),
        ("0", "35-16-2"),
        ("0.1", "35-8-2"),
        ("0.1", "35-16-2"),
    ]
    assert sweep.size == len(sweep.experiments()) == 12
    for point in points:
        assert [experiment.seed for experiment in point.experiments] == [5, 6, 7]
        for i, experiment in enumerate(point.experiments):
            assert digest_of(experiment) == digest_of(sweep.base.with_values({**point.values, "seed": 5 + i}))


@pytest.mark.parametrize(
    ("over", "seeds", "sentence"),
    [
        ({"epochs": ["1"], "loss": ["mse"], "batch_size": ["8"]}, 1, "over at most 2 fields: 3"),
        ({"epochs": []}, 1, "epochs is empty: give some values"),
        ({"epochs": ["5", "5"]}, 1, "twice"),
        ({"epochs": ["5", "many"]}, 1, "epochs is 'many': give a whole number"),
        ({"nonsense.field": ["5"]}, 1, "'nonsense.field' is not a field"),
        ({"model": ["5"]}, 1, "'model' is not a field"),
        ({"seed": ["5"]}, 1, "another field to vary"),
        ({"epochs": ["5"]}, 0, "number of seeds is 0"),
        ({"corruption.level": ["0.1", "0.2"]}, 1, "corruption.level 0.1 and corruption.level 0.2 are the same"),
        ({"optimizer.momentum": ["0.1", "0.2"]}, 1, "has no effect here"),
        ({"optimizer.learning_rate": ["0.1", "0.10"]}, 1, "the value is the same"),
        ({"epochs": [str(n) for n in range(1, 402)]}, 1, "401 points: at most 400"),
        ({"epochs": ["5", "6"]}, 6000, "12,000 nets: at most 10,000"),
    ],
)
def test_what_makes_no_sense_is_said(over: dict[str, list[str]], seeds: int, sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        Sweep(BASE, over, seeds)


def test_values_are_separated_as_people_type_them() -> None:
    assert split(" 0.1, 0.2 0.3;;0.4 ") == ["0.1", "0.2", "0.3", "0.4"]


@pytest.mark.parametrize(
    ("path", "typed", "meant"),
    [
        ("optimizer.learning_rate", "0,01; 0,1", ["0.01", "0.1"]),
        ("optimizer.learning_rate", "0,01 0,1", ["0.01", "0.1"]),
        ("optimizer.learning_rate", "0,01, 0,1, 1", ["0.01", "0.1", "1"]),
        ("optimizer.learning_rate", "0,01", ["0.01"]),
        ("corruption.level", "0; 0,05; 0,1", ["0", "0.05", "0.1"]),
        ("corruption.level", "0,1", ["0", "1"]),  # as before: both are levels
        ("corruption.level", "0.1,0.2, 1", ["0.1", "0.2", "1"]),
        ("beta", "1,2", ["1", "2"]),
        ("beta", "0,5; 1,5", ["0.5", "1.5"]),
        ("optimizer.learning_rate", "0,01, x", ["0", "01", "x"]),
        ("epochs", "100,200 300", ["100", "200", "300"]),
        ("model.layers", "35-20-2, 35-10-2", ["35-20-2", "35-10-2"]),
        ("model.layers", "35-20-2 35-10-2", ["35-20-2", "35-10-2"]),
        ("model.layers", "35 20 2; 35 10 2", ["35-20-2", "35-10-2"]),
        ("model.layers", "35 20 2, 35 10 2", ["35-20-2", "35-10-2"]),
        ("optimizer.kind", "adam, sgd", ["adam", "sgd"]),
        ("nonsense", "0,1", ["0", "1"]),
    ],
)
def test_values_may_have_decimal_commas_and_layers_spaces(path: str, typed: str, meant: list[str]) -> None:
    assert split(typed, path) == meant
    assert parse_over([f"{path}={typed}"]) == {path: meant}
    assert parse_over(["epochs=1,2", "model.layers = 35-2"]) == {"epochs": ["1", "2"], "model.layers": ["35-2"]}
    for wrong in (["epochs"], ["epochs="], ["epochs=1", "epochs=2"]):
        with pytest.raises(LabError, match="--over"):
            parse_over(wrong)


def test_a_point_has_the_mean_and_the_spread_of_its_runs_and_counts_what_diverged() -> None:
    wild = {"loss": "mse", "model.output_activation": "identity", "optimizer.kind": "sgd"}
    sweep = Sweep(BASE.with_values(wild), {"optimizer.learning_rate": ["0.01", "100"]}, seeds=4)
    store = Store()
    results = fit_many(sweep.experiments()[:-1], "cpu")
    for result in results:
        if isinstance(result, Run):
            store.save(result)
        else:
            store.note_diverged({digest_of(result.experiment): result.epoch})
    calm, wilder = collect(store, sweep)
    losses = [result.loss for result in results[:4] if isinstance(result, Run)]
    assert calm.measures["loss"].mean == pytest.approx(mean(losses))
    assert calm.measures["loss"].std == pytest.approx(stdev(losses))
    assert sorted(calm.measures["loss"].values) == pytest.approx(sorted(losses))
    assert (calm.diverged, calm.missing) == (0, 0)
    assert calm.best is not None
    runs = [result for result in results[:4] if isinstance(result, Run)]
    of = [(-run.metrics["learnt"], run.metrics["wrong_pixels_total"], run.metrics["mse"]) for run in runs]
    assert calm.best["digest"] == runs[of.index(min(of))].digest
    assert isinstance(results[4], Diverged)
    assert (wilder.diverged, wilder.missing, len(wilder.runs), wilder.best) == (3, 1, 0, None)
    assert store.known(digest_of(experiment) for experiment in sweep.experiments()) == {
        digest_of(experiment) for experiment in sweep.experiments()[:-1]
    }


@pytest.mark.parametrize("name", SWEEPS)
def test_every_preset_is_a_sweep(name: str) -> None:
    sweep = SWEEPS[name].sweep
    assert sweep.size == sum(len(point.experiments) for point in sweep.points())
    assert len({digest_of(experiment) for experiment in sweep.experiments()}) == sweep.size


def test_the_documents_analysis_is_four_hundred_trainings() -> None:
    sweep = SWEEPS["rate"].sweep
    assert sweep.size == 400
    assert sweep.base.epochs == 10_000
    assert {digest_of(experiment) for experiment in sweep.experiments()} >= {
        digest_of(presets.get(f"font-eta-{rate}")) for rate in ("0.05", "0.005", "0.0005", "0.00005")
    }
