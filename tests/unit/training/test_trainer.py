"""fit: the same run for the same experiment, alone or together; when it stops, and what it keeps."""

import pickle

import pytest
import torch

from aelib.core.errors import LabError
from aelib.experiment import Experiment, ExperimentError, Problem, presets
from aelib.experiment.resolved import SNAPSHOT_WEIGHTS
from aelib.models import build
from aelib.store import DamagedRun
from aelib.training import Cancelled, Diverged, Progress, Run, fit, fit_many, loop

BEST = presets.get("font-best")


def test_the_same_experiment_gives_the_same_run() -> None:
    experiment = BEST.with_values({"epochs": 60, "batch_size": 5})
    first, second = fit(experiment, "cpu"), fit(experiment, "cpu")
    torch.testing.assert_close(first.weights, second.weights, rtol=0, atol=0)
    assert first.metrics == second.metrics


def test_another_seed_gives_another_run() -> None:
    first, second = fit(BEST.with_values({"epochs": 5}), "cpu"), fit(BEST.with_values({"epochs": 5, "seed": 1}), "cpu")
    assert not torch.equal(first.weights["encoder.0.weight"], second.weights["encoder.0.weight"])


@pytest.mark.parametrize("kind", ["adam", "adamw", "rmsprop", "adagrad", "sgd", "momentum", "nesterov"])
def test_a_net_does_not_depend_on_the_rates_of_its_companions(kind: str) -> None:
    """To the last bit, over enough epochs for a difference in rounding to grow."""
    shared = {"epochs": 400, "optimizer.kind": kind, "optimizer.weight_decay": 0.001}
    wanted = BEST.with_values({**shared, "seed": 1})
    same = fit_many([wanted, wanted.with_values({"seed": 2})], "cpu")[0]
    other = {"seed": 2, "optimizer.learning_rate": 0.02, "optimizer.momentum": 0.5, "optimizer.weight_decay": 0.0}
    mixed = fit_many([wanted, wanted.with_values(other)], "cpu")[0]
    assert isinstance(same, Run)
    assert isinstance(mixed, Run)
    torch.testing.assert_close(same.weights, mixed.weights, rtol=0, atol=0)


def test_nets_of_different_shapes_may_be_asked_for_at_once() -> None:
    experiments = [BEST.with_values({"epochs": 3, "model.layers": layers}) for layers in ("35-8-2", "35-9-2", "35-8-2")]
    runs = fit_many(experiments, "cpu")
    assert [run.experiment.model.layers[1] for run in runs if isinstance(run, Run)] == [8, 9, 8]


def test_batch_norm_trains_and_its_statistics_are_kept() -> None:
    run = fit(BEST.with_values({"epochs": 30, "model.batch_norm": True, "batch_size": 8}), "cpu")
    assert run.weights["encoder.1.running_mean"].abs().sum() > 0
    assert run.loss < run.history[0]["train_loss"]


def test_font_best_learns_every_character() -> None:
    run = fit(BEST, "cpu")
    assert run.metrics["learnt"] == run.metrics["total"] == 32
    assert set(run.metrics["wrong_pixels"]) == set(run.images.names)


def test_history_is_thin_and_has_both_ends() -> None:
    run = fit(BEST.with_values({"epochs": 5000, "early_stop.kind": "patience", "early_stop.patience": 5000}), "cpu")
    epochs = [record["epoch"] for record in run.history]
    assert epochs[0] == 0
    assert epochs[-1] == 5000
    assert epochs == sorted(set(epochs))
    assert len(epochs) <= 2 * loop.HISTORY_POINTS + 2


def test_snapshots_are_kept_where_asked() -> None:
    run = fit(BEST.with_values({"epochs": 100, "snapshots": "0,1,15,100"}), "cpu")
    assert run.snapshots.epochs.tolist() == [0, 1, 15, 100]
    assert run.snapshots.codes.shape == (4, 32, 2)
    assert run.snapshots.pixels.shape == (4, 32, 1, 7, 5)
    assert not torch.equal(run.snapshots.codes[0], run.snapshots.codes[3])


def test_snapshots_of_a_small_net_have_its_weights() -> None:
    run = fit(BEST.with_values({"epochs": 100, "snapshots": "0,1,15,100"}), "cpu")
    assert run.snapshots.weight_epochs is not None
    assert run.snapshots.weight_epochs.tolist() == [0, 1, 15, 100]
    assert run.snapshots.weights.keys() == run.weights.keys()
    for epoch, i in ((1, 1), (15, 2), (100, 3)):
        shorter = fit(BEST.with_values({"epochs": epoch}), "cpu")
        for name, tensor in run.snapshots.weights.items():
            torch.testing.assert_close(tensor[i], shorter.weights[name], rtol=1e-5, atol=1e-7)
    start = build(BEST).state_dict()
    assert all(torch.equal(tensor[0], start[name]) for name, tensor in run.snapshots.weights.items())


def test_weights_in_snapshots_are_bounded() -> None:
    wide = fit(BEST.with_values({"epochs": 40, "model.layers": "35-200-2"}), "cpu")
    at = wide.snapshots.weight_epochs
    assert at is not None
    assert wide.resolved.weight_snapshots < len(wide.snapshots.epochs)
    assert len(at) <= wide.resolved.weight_snapshots
    assert (at[0], at[-1]) == (0, 40)
    assert sum(one.numel() for one in wide.snapshots.weights.values()) <= SNAPSHOT_WEIGHTS
    wider = fit(BEST.with_values({"epochs": 1, "model.layers": "35-2000-2"}), "cpu")
    assert wider.snapshots.weights == {}
    assert wider.snapshots.weight_epochs is None


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_net_that_stops_early_keeps_its_last_weights(seeds: int) -> None:
    experiments = [BEST.with_values({"early_stop.kind": "learnt", "seed": seed}) for seed in range(seeds)]
    for run in fit_many(experiments, "cpu"):
        assert isinstance(run, Run)
        assert run.snapshots.weight_epochs is not None
        assert run.snapshots.weight_epochs[-1] == run.epochs
        assert all(torch.equal(tensor[-1], run.weights[name]) for name, tensor in run.snapshots.weights.items())


def test_early_stop_when_all_is_learnt() -> None:
    run = fit(BEST.with_values({"early_stop.kind": "learnt"}), "cpu")
    assert run.stopped == "learnt"
    assert run.epochs < BEST.epochs
    assert run.metrics["learnt"] == 32
    assert max(run.metrics["wrong_pixels"].values()) <= 1
    strict = fit(BEST.with_values({"early_stop.kind": "learnt", "early_stop.wrong_pixels": 0}), "cpu")
    assert strict.metrics["wrong_pixels_total"] == 0
    assert strict.epochs >= run.epochs


def test_early_stop_when_the_loss_no_longer_falls() -> None:
    values = {"early_stop.kind": "patience", "early_stop.patience": 40, "optimizer.learning_rate": 1e-6}
    run = fit(BEST.with_values({**values, "early_stop.min_delta": 0.5}), "cpu")
    assert run.stopped == "patience"
    assert run.epochs == 50  # first looked at after 10, then 40 without a fall


def test_what_is_recorded_does_not_decide_when_a_run_ends() -> None:
    for seed in range(4):
        run = fit(BEST.with_values({"early_stop.kind": "learnt", "seed": seed, "snapshots": "0,3,77"}), "cpu")
        assert run.epochs % loop.CHECK_EVERY == 0
        plain = fit(BEST.with_values({"early_stop.kind": "learnt", "seed": seed}), "cpu")
        assert plain.epochs == run.epochs


def test_members_stop_each_at_its_own_time() -> None:
    experiments = [BEST.with_values({"early_stop.kind": "learnt", "seed": seed}) for seed in range(6)]
    together = [run for run in fit_many(experiments, "cpu") if isinstance(run, Run)]
    assert len({run.epochs for run in together}) > 1
    for run in together:
        assert run.metrics["learnt"] == 32
        torch.testing.assert_close(
            run.reconstructions().clamp(0, 1), run.snapshots.pixels[-1] / 255, rtol=0, atol=0.5 / 255 + 1e-5
        )


EXPLODES = {
    "loss": "mse",
    "model.output_activation": "identity",
    "optimizer.kind": "sgd",
    "optimizer.learning_rate": 100,
    "epochs": 500,
}


def test_a_loss_that_is_not_finite_stops_with_a_reason() -> None:
    with pytest.raises(Diverged, match=r"epoch .*learning rate below 100"):
        fit(BEST.with_values(EXPLODES), "cpu")


def test_a_loss_that_is_not_finite_before_the_first_step_stops_with_a_reason() -> None:
    wild = {"model.initialization": "normal", "model.initialization_scale": 100, "model.variational": True, "epochs": 3}
    with pytest.raises(Diverged, match="epoch 0"):
        fit(BEST.with_values(wild), "cpu")


def test_a_diverged_member_leaves_the_others_alone() -> None:
    good = BEST.with_values({**EXPLODES, "optimizer.learning_rate": 0.01})
    bad = BEST.with_values(EXPLODES)
    results = fit_many([good, bad, good.with_values({"seed": 1})], "cpu")
    assert [type(result) for result in results] == [Run, Diverged, Run]
    alone = fit(good, "cpu")
    assert isinstance(results[0], Run)
    assert results[0].loss == pytest.approx(alone.loss, rel=1e-3)


def test_progress_is_reported_and_cancel_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "REPORT_EVERY", 0.0)
    seen: list[Progress] = []
    with pytest.raises(Cancelled):
        fit(BEST.with_values({"epochs": 100_000}), "cpu", seen.append, lambda: len(seen) >= 5)
    assert len(seen) == 5
    assert [progress.epoch for progress in seen] == [1, 2, 3, 4, 5]
    assert seen[-1].epochs == 100_000
    assert seen[-1].history[0]["epoch"] == 0
    assert seen[-1].seconds_left > 0


@pytest.mark.parametrize(
    ("schedule", "epoch", "factor"),
    [
        ({"schedule": "constant"}, 77, 1.0),
        ({"schedule": "step", "step_every": 10, "step_factor": 0.5}, 10, 1.0),
        ({"schedule": "step", "step_every": 10, "step_factor": 0.5}, 11, 0.5),
        ({"schedule": "step", "step_every": 10, "step_factor": 0.5}, 31, 0.125),
        ({"schedule": "cosine"}, 1, 1.0),
        ({"schedule": "cosine"}, 51, 0.5),
        ({"schedule": "cosine", "schedule_epochs": 20}, 11, 0.5),
        ({"schedule": "cosine", "schedule_epochs": 20}, 21, 1.0),
    ],
)
def test_schedules(schedule: dict[str, object], epoch: int, factor: float) -> None:
    optimizer = Experiment().with_values({f"optimizer.{key}": value for key, value in schedule.items()}).optimizer
    assert optimizer.rate_factor(epoch, 100) == pytest.approx(factor)


def test_members_keep_their_own_order_and_snapshots_when_others_leave() -> None:
    shared = {"early_stop.kind": "learnt", "batch_size": 16, "epochs": 400}
    together = fit_many([BEST.with_values({**shared, "seed": seed}) for seed in range(4)], "cpu")
    for run in together:
        assert isinstance(run, Run)
        torch.testing.assert_close(torch.from_numpy(run.codes()), run.snapshots.codes[-1], rtol=1e-3, atol=1e-3)
        alone = fit(run.experiment, "cpu")
        assert alone.epochs == pytest.approx(run.epochs, abs=2 * loop.CHECK_EVERY)


@pytest.mark.parametrize(
    "error",
    [Diverged(BEST, 3), DamagedRun("0" * 16, "gone"), ExperimentError([Problem("a", "b", "c"), Problem("", "d", "e")])],
)
def test_errors_survive_the_way_from_a_worker(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("kind", ["none", "symmetric", "standardized"])
def test_metrics_follow_the_normalisation(kind: str) -> None:
    """Wrong pixels are those on the wrong side of the middle of what the network was shown."""
    run = fit(BEST.with_values({"normalization": kind, "loss": "mse", "epochs": 100}), "cpu")
    shown = run.normalization.apply(run.images.images())
    middle = (float(shown.min()) + float(shown.max())) / 2
    wrong = ((run.model.reconstruct(shown) > middle) != (shown > middle)).sum(dim=(1, 2, 3)).tolist()
    assert list(run.metrics["wrong_pixels"].values()) == wrong
    assert 0 < sum(wrong) < 32 * 35 / 4


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(LabError, match="auto, cpu, cuda or mps"):
        fit(BEST, "tpu")
