"""A net that is stopped, and one that goes on: their digests say what they are."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import torch

from aelib.core.errors import LabError
from aelib.experiment import Experiment, ExperimentError, digest_of, presets
from aelib.store import Store
from aelib.training import Cancelled, Run, fit, longer, stopped_at
from aelib.training.engines import registry

FONT = presets.get("font-best").with_values({"epochs": 30})
CASES = {
    "compiled": FONT,
    "in batches": FONT.with_values({"batch_size": 8, "corruption.kind": "masking", "corruption.level": 0.2}),
    "variational": FONT.with_values({"model.variational": True, "optimizer.kind": "rmsprop"}),
    "cosine": FONT.with_values({"optimizer.schedule": "cosine", "optimizer.kind": "momentum"}),
    "batch norm": FONT.with_values({"model.batch_norm": True, "batch_size": 8}),
    "PReLU": FONT.with_values({"model.hidden_activation": "prelu", "optimizer.kind": "adagrad"}),
    "fused": FONT.with_values({"model.layers": "35-400-120-2", "epochs": 9}),
    "autograd's fused": FONT.with_values({"model.batch_norm": True, "optimizer.kind": "adamw"}),
}


def _same(one: Run, other: Run) -> None:
    assert one.digest == other.digest
    for name, tensor in one.weights.items():
        torch.testing.assert_close(other.weights[name], tensor, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("experiment", CASES.values(), ids=CASES)
def test_going_on_gives_what_training_from_the_beginning_gives(experiment: Experiment) -> None:
    whole = longer(experiment, experiment.epochs, 20)
    first = fit(experiment, "cpu")
    gone_on = fit(whole, "cpu", start=first)
    _same(fit(whole, "cpu"), gone_on)
    assert gone_on.versions["engine"] == first.versions["engine"]
    epochs = [one["epoch"] for one in gone_on.history]
    assert epochs == sorted(set(epochs))
    assert (epochs[0], epochs[-1]) == (0, experiment.epochs + 20)
    assert gone_on.snapshots.epochs.tolist() == sorted(set(gone_on.snapshots.epochs.tolist()))
    assert gone_on.seconds > first.seconds
    at, most = gone_on.snapshots.weight_epochs, gone_on.resolved.weight_snapshots
    assert (at is not None) == (most > 0)
    if at is not None:
        assert (at[0], at[-1]) == (0, experiment.epochs + 20)
        assert at.tolist() == sorted(set(at.tolist()))
        assert len(at) <= most + 1


def test_the_state_of_one_engine_serves_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first, whole = fit(FONT, "cpu"), longer(FONT, 30, 20)
    expected = fit(whole, "cpu", start=first)
    for kind in registry.ENGINES:
        if kind.name in ("batched", "autograd"):
            monkeypatch.setattr(registry, "ENGINES", [kind])
            found = fit(whole, "cpu", start=first)
            assert found.versions["engine"] != expected.versions["engine"]
            for name, tensor in expected.weights.items():
                torch.testing.assert_close(found.weights[name], tensor, rtol=1e-3, atol=1e-5)


def _after(calls: int) -> Callable[[], str]:
    left = iter([""] * calls)
    return lambda: next(left, "hand")


@pytest.mark.parametrize("name", ["compiled", "cosine", "variational", "in batches"])
def test_a_stopped_net_is_the_run_of_as_many_epochs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aelib.training.loop.REPORT_EVERY", 0.0)
    asked = CASES[name].with_values({"epochs": 400})
    run = fit(asked, "cpu", stop=_after(90))
    assert run.stopped == "hand"
    assert 0 < run.epochs < 400
    assert run.experiment.epochs == run.epochs
    assert run.history[-1]["epoch"] == run.snapshots.epochs[-1] == run.epochs
    assert run.digest != digest_of(asked)
    _same(fit(run.experiment, "cpu"), run)
    rest = longer(run.experiment, run.epochs, 400 - run.epochs)
    assert digest_of(rest) == digest_of(asked), "to its end, it is the experiment that was asked for"


def test_a_long_epoch_is_left_as_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aelib.training.loop.REPORT_EVERY", 0.0)
    monkeypatch.setattr("aelib.training.loop.LONG_EPOCH", 0.0)
    asked = FONT.with_values({"batch_size": 8})  # four batches an epoch
    run = fit(asked, "cpu", stop=_after(4 * 6 + 1))  # in the seventh
    assert run.epochs == 6
    _same(fit(run.experiment, "cpu"), run)
    with pytest.raises(Cancelled, match="first epoch"):
        fit(asked, "cpu", stop=_after(1))


def test_a_stop_never_goes_back_further_than_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second epoch is long, so the third keeps its start. The third is short, so the fourth keeps none."""
    clock, batches = [0.0], [0]

    def stop() -> str:
        batches[0] += 1
        epoch, batch = divmod(batches[0] - 1, 4)
        clock[0] += 0.001 if epoch in (0, 2) else 10.0
        return "hand" if (epoch, batch) == (3, 1) else ""

    monkeypatch.setattr("aelib.training.loop.REPORT_EVERY", 0.0)
    monkeypatch.setattr("aelib.training.loop.time", SimpleNamespace(perf_counter=lambda: clock[0]))
    run = fit(FONT.with_values({"batch_size": 8}), "cpu", stop=stop)  # four batches an epoch
    assert run.epochs == 4
    _same(fit(run.experiment, "cpu"), run)


def test_nothing_is_kept_while_beta_still_rises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aelib.training.loop.REPORT_EVERY", 0.0)
    asked = CASES["variational"].with_values({"beta_warm_up": 20})
    with pytest.raises(Cancelled, match="nothing of this run is kept"):
        fit(asked, "cpu", stop=_after(3))
    with pytest.raises(ExperimentError):
        stopped_at(asked, 4)


def test_what_a_run_cannot_go_on_as_is_refused() -> None:
    run = fit(FONT, "cpu")
    for other in (FONT, FONT.with_values({"epochs": 60, "seed": 1}), FONT.with_values({"epochs": 20})):
        with pytest.raises(LabError, match="not the beginning"):
            fit(other, "cpu", start=run)
    Store().save(run)
    stored = Store().get(run.digest)
    assert stored is not None
    with pytest.raises(LabError, match="without its optimiser's state"):
        fit(longer(FONT, 30, 5), "cpu", start=stored)
    for more in (0, -3, 10_000_000):
        with pytest.raises(LabError, match="More epochs"):
            longer(FONT, 30, more)


def test_a_stored_run_goes_on_with_its_optimiser() -> None:
    run = fit(FONT, "cpu")
    Store().save(run)
    stored = Store().get(run.digest, with_optimizer=True)
    assert stored is not None
    whole = longer(FONT, 30, 20)
    _same(fit(whole, "cpu", start=run), fit(whole, "cpu", start=stored))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU HERE")
@pytest.mark.parametrize("name", ["compiled", "in batches", "batch norm", "convolutional"])
def test_a_run_goes_on_on_a_gpu(name: str) -> None:
    experiment = CASES.get(name) or presets.get("letters-7x7").with_values({"epochs": 1})
    whole = longer(experiment, experiment.epochs, experiment.epochs)
    _same(fit(whole, "cuda"), fit(whole, "cuda", start=fit(experiment, "cuda")))
