"""The compiled engine gives what the batched one gives, for everything that it serves."""

import sys
import threading
import time

import pytest
import torch

from aelib import datasets
from aelib.experiment import Experiment, ExperimentError, presets
from aelib.models import build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.training import Diverged, fit
from aelib.training.batches import BatchLoader
from aelib.training.engines import numba_support
from aelib.training.engines.base import Batch
from aelib.training.engines.batched import BatchedDense

CPU = torch.device("cpu")
SERVED = [name for name, entry in ACTIVATIONS.items() if entry.compiled is not None]
BASE = presets.get("font-20-10").with_values({"model.initialization": "xavier_uniform"})

if numba_support.available:
    from aelib.training.engines.compiled import CompiledDense

pytestmark = pytest.mark.skipif(not numba_support.available, reason="NOT TESTED HERE: Numba is not installed")


def _trained(experiment: Experiment, steps: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    """Flat parameters of both engines after so many steps."""
    images = datasets.load(experiment.dataset)
    normalization = datasets.normalization(experiment.normalization, images.pixels)
    engines = [
        CompiledDense(build(experiment), experiment),
        BatchedDense([build(experiment)], [experiment], CPU),
    ]
    for engine in engines:
        loader = BatchLoader([experiment], images, normalization, CPU)
        for epoch in range(1, steps + 1):
            for batch in loader.epoch(epoch):
                engine.step(batch, experiment.optimizer.rate_factor(epoch, steps))
        assert torch.isfinite(engine.flat).all()
    return engines[0].flat, engines[1].flat


def _equal(experiment: Experiment, steps: int = 40) -> None:
    ours, theirs = _trained(experiment, steps)
    torch.testing.assert_close(ours, theirs, rtol=2e-3, atol=2e-4)
    start = BatchedDense([build(experiment)], [experiment], CPU).flat
    assert (ours - start).abs().max() > 100 * (ours - theirs).abs().max() > -1  # it has gone somewhere


@pytest.mark.parametrize("hidden", SERVED)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_activation_with_every_loss(hidden: str, loss: str) -> None:
    for output in SERVED:
        try:
            experiment = BASE.with_values(
                {
                    "model.hidden_activation": hidden,
                    "model.output_activation": output,
                    "loss": loss,
                    "optimizer.kind": "sgd",
                    "optimizer.learning_rate": 0.05,
                }
            )
        except ExperimentError:  # an output that cannot give pixels
            continue
        if (loss, output) == ("bce", "saturating_linear"):
            assert not numba_support.serves(experiment, CPU)
            continue
        assert numba_support.serves(experiment, CPU)
        _equal(experiment)


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("decay", [0.0, 0.01])
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_every_optimiser(kind: str, decay: float, schedule: str) -> None:
    values = {"optimizer.kind": kind, "optimizer.weight_decay": decay, "optimizer.schedule": schedule}
    _equal(BASE.with_values({**values, "optimizer.learning_rate": 0.003, "model.hidden_activation": "tanh"}))


@pytest.mark.parametrize(
    "values",
    [
        {"batch_size": 5},
        {"batch_size": 7, "corruption.kind": "gaussian"},
        {"corruption.kind": "salt_pepper"},
        {"corruption.kind": "bit_flip", "corruption.fresh": False},
        {"normalization": "symmetric"},
        {"normalization": "standardized", "model.code_activation": "tanh"},
        {"model.layers": "35-2"},
        {"model.layers": "35-33-31-3", "model.decoder_layers": "3-7-35"},
        {"model.layers": "35-150-60-1"},
    ],
)
def test_batches_noise_normalisation_and_any_shape(values: dict[str, object]) -> None:
    _equal(BASE.with_values({"model.hidden_activation": "silu", **values}), steps=25)


def test_the_exponential_is_that_of_torch_over_its_whole_range() -> None:
    import numpy as np

    from aelib.nn import loops

    x = np.linspace(-90, 90, 100_001, dtype=np.float32)
    out, power = np.zeros_like(x), np.zeros_like(x)
    loops.exp(x, out, power)
    inside = np.abs(x) < 87
    expected = np.exp(x.astype(np.float64))
    error = np.abs(out.astype(np.float64) * power / expected - 1)
    assert error[inside].max() < 3e-7
    assert np.isfinite(out * power).all()


def test_what_it_does_not_serve_is_left_to_torch() -> None:
    for activation in set(ACTIVATIONS) - set(SERVED):
        assert not numba_support.serves(BASE.with_values({"model.hidden_activation": activation}), CPU)
    for values in ({"model.batch_norm": True}, {"model.layers": "35-1000-1000-2"}):
        assert not numba_support.serves(BASE.with_values(values), CPU)
    assert not numba_support.serves(BASE, torch.device("meta"))


def test_a_loss_that_is_no_number_is_seen() -> None:
    wild = {"loss": "mse", "model.output_activation": "identity", "model.hidden_activation": "identity"}
    experiment = BASE.with_values({**wild, "optimizer.kind": "sgd", "optimizer.learning_rate": 100})
    assert numba_support.serves(experiment, CPU)
    with pytest.raises(Diverged):
        fit(experiment, "cpu")


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
    engine = CompiledDense(build(experiment), experiment)
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
