"""The compiled engine: what it claims, its exponential, its threads, and a machine without Numba. That it trains as plain
PyTorch does is in `test_contract.py`."""

import sys
import threading
import time

import pytest
import torch

from aelib import datasets
from aelib.experiment import presets
from aelib.models import build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.training import Diverged, Run, fit, fit_many
from aelib.training.engines import numba_support
from aelib.training.engines.base import Batch

CPU = torch.device("cpu")
SERVED = [name for name, entry in ACTIVATIONS.items() if entry.compiled is not None]
BASE = presets.get("font-20-10").with_values({"model.initialization": "xavier_uniform"})

if numba_support.available:
    from aelib.training.engines.compiled import CompiledDense

pytestmark = pytest.mark.skipif(not numba_support.available, reason="NOT TESTED HERE: Numba is not installed")


def test_the_exponential_is_that_of_torch_over_its_whole_range() -> None:
    import numpy as np

    from aelib.nn import compiled_loops

    x = np.linspace(-90, 90, 100_001, dtype=np.float32)
    out = np.array([compiled_loops.exp(one) for one in x])
    inside = np.abs(x) < 87
    expected = np.exp(x.astype(np.float64))
    error = np.abs(out.astype(np.float64) / expected - 1)
    assert error[inside].max() < 3e-7
    assert np.isfinite(out).all()


def _served(values: dict[str, object]) -> bool:
    return numba_support.KIND.serves([BASE.with_values(values)], CPU)


def test_it_claims_what_has_its_form_and_leaves_the_rest_to_torch() -> None:
    assert len(SERVED) > 5
    for activation, entry in ACTIVATIONS.items():
        assert _served({"model.hidden_activation": activation}) == (entry.compiled is not None), activation
    for kind, optimizer in OPTIMIZERS.items():
        assert _served({"optimizer.kind": kind}) == (optimizer.compiled is not None), kind
    for name, loss in LOSSES.items():
        assert _served({"loss": name}) == (loss.compiled is not None), name
    # rounding would decide where such a net goes
    assert not _served({"loss": "bce", "model.output_activation": "saturating_linear"})
    assert not _served({"model.batch_norm": True})
    assert not _served({"model.layers": "35-1000-1000-2"})
    assert not numba_support.KIND.serves([BASE], torch.device("meta"))
    assert numba_support.KIND.serves([BASE, BASE.with_values({"seed": 1})], CPU)


def test_a_loss_that_is_no_number_is_seen() -> None:
    wild = {"loss": "mse", "model.output_activation": "identity", "model.hidden_activation": "identity"}
    experiment = BASE.with_values({**wild, "optimizer.kind": "sgd", "optimizer.learning_rate": 100})
    assert numba_support.KIND.serves([experiment], CPU)
    with pytest.raises(Diverged):
        fit(experiment, "cpu")


@pytest.mark.parametrize("rule", ["none", "learnt", "patience"])
def test_nets_that_train_together_are_those_that_train_alone(rule: str) -> None:
    """A net that ends between others, and before the end of a call of the engine, has the weights of its last epoch."""
    early_stop = {"early_stop.kind": rule, "early_stop.patience": 40, "early_stop.min_delta": 0.02}
    experiments = [
        presets.get("font-best").with_values(
            {"seed": seed, "epochs": 300, **early_stop, "optimizer.schedule": "cosine"}
        )
        for seed in range(3)
    ]
    runs = fit_many(experiments, "cpu")
    for experiment, run in zip(experiments, runs, strict=True):
        alone = fit(experiment, "cpu")
        assert isinstance(run, Run)
        assert (run.epochs, run.stopped) == (alone.epochs, alone.stopped)
        assert run.epochs == 300 or rule != "none"
        assert run.weights.keys() == alone.weights.keys()
        for of in ("weights", "optimizer_state"):
            for name, expected in getattr(alone, of).items():
                assert torch.equal(getattr(run, of)[name], expected), name
        loss = torch.nn.functional.binary_cross_entropy(run.reconstructions(), run.images.images())
        assert float(loss) == pytest.approx(run.history[-1]["train_loss"], rel=1e-3)
        assert [record["epoch"] for record in run.history] == [record["epoch"] for record in alone.history]


def test_without_numba_everything_works(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = presets.get("font-best")
    compiled = fit(experiment, "cpu")
    assert "numba" in compiled.versions
    monkeypatch.setattr(numba_support, "available", False)
    plain = fit(experiment, "cpu")
    assert "numba" not in plain.versions
    assert plain.metrics["learnt"] == compiled.metrics["learnt"] == 32


def test_it_releases_the_lock_that_other_threads_wait_for() -> None:
    experiment = BASE.with_values({"model.layers": "35-150-60-2"})
    engine = CompiledDense([build(experiment)], [experiment])
    images = datasets.load("font5x7").images().repeat(1024, 1, 1, 1)[None]
    batch = Batch(images, images)
    engine.step(batch, 1.0)
    ticks, over = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not over.is_set():
            ticks += 1
            time.sleep(0)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e6)  # seconds: Python itself takes the lock from nobody
    thread = threading.Thread(target=tick)
    try:
        thread.start()
        before, steps = ticks, 0
        while ticks == before and steps < 1000:  # more than one, since the machine may be busy
            engine.step(batch, 1.0)
            steps += 1
    finally:
        sys.setswitchinterval(interval)
        over.set()
        thread.join()
    assert ticks > before


def test_a_numba_that_fails_costs_speed_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from aelib.training.engines import compiled

    def fails() -> None:
        raise EOFError("a cache that a power cut has emptied")

    monkeypatch.setattr(compiled, "warm", fails)
    numba_support.compiled_engine.cache_clear()
    try:
        run = fit(presets.get("font-best"), "cpu")
    finally:
        numba_support.compiled_engine.cache_clear()
    assert run.metrics["learnt"] == 32
    assert run.versions["engine"] == "BatchedDense"
    assert "a cache that a power cut has emptied" in caplog.text
