"""The contract that every model passes, whatever its kind."""

import pytest
import torch

from aelib import datasets
from aelib.core.random import generator
from aelib.experiment import Experiment, resolve
from aelib.models import build
from aelib.training import fit
from aelib.training.engines.autograd import AutogradEngine
from aelib.training.engines.base import Batch

MODELS = {
    "dense": {},
    "dense with batch norm": {"model.batch_norm": True},
    "dense, PReLU, own decoder": {"model.hidden_activation": "prelu", "model.decoder_layers": "2-30-35"},
    "dense, one number": {"model.layers": "35-16-1"},
    "dense, symmetric pixels": {"normalization": "symmetric", "model.hidden_activation": "tanh"},
    "variational": {"model.variational": True, "beta": 0.01},
    "convolutional": {"model.kind": "convolutional"},
    "convolutional, pooling, batch norm": {
        "model.kind": "convolutional",
        "model.convolution.pooling": "max",
        "model.convolution.channels": "16-8-3",
        "model.batch_norm": True,
    },
    "convolutional, resize, average, dense code": {
        "model.kind": "convolutional",
        "model.convolution.upsampling": "resize",
        "model.convolution.pooling": "average",
        "model.convolution.channels": "16-8-8",
        "model.convolution.code_size": 5,
        "model.batch_norm": True,
    },
    "convolutional, large steps and kernels": {
        "model.kind": "convolutional",
        "model.convolution.channels": "12-6",
        "model.convolution.kernel": 6,
        "model.convolution.stride": "3-2",
        "model.code_activation": "tanh",
    },
    "convolutional, variational": {"model.kind": "convolutional", "model.variational": True, "beta": 0.01},
    "convolutional, variational, dense code": {
        "model.kind": "convolutional",
        "model.convolution.code_size": 3,
        "model.variational": True,
        "beta": 0.01,
    },
    "tied weights": {"model.tied": True},
    "tied weights, batch norm": {"model.tied": True, "model.batch_norm": True, "model.hidden_activation": "prelu"},
    "dropout": {"model.dropout": 0.05, "model.layers": "35-64-16"},
    "overcomplete, k-sparse": {"model.layers": "35-70", "model.penalty.kind": "k_sparse", "model.penalty.active": 12},
    "contractive": {
        "model.layers": "35-16",
        "model.code_activation": "sigmoid",
        "model.penalty.kind": "contractive",
        "model.penalty.weight": 1e-4,
    },
    "convolutional, k-sparse": {
        "model.kind": "convolutional",
        "model.convolution.channels": "16-8-4",
        "model.penalty.kind": "k_sparse",
        "model.penalty.active": 6,
    },
    "codebook": {
        "model.layers": "35-64-16",
        "model.codebook.entries": 16,
        "model.codebook.numbers": 4,
        "model.codebook.decay": 0.9,
    },
    "convolutional, codebook": {
        "model.kind": "convolutional",
        "model.convolution.channels": "16-8-4",
        "model.codebook.entries": 24,
    },
    "variational with batch norm": {"model.variational": True, "model.batch_norm": True, "beta": 0.01},
}
LEARNS = {"model.hidden_activation": "silu", "model.initialization": "xavier_uniform", "optimizer.learning_rate": 0.01}


@pytest.fixture(params=MODELS)
def experiment(request: pytest.FixtureRequest) -> Experiment:
    return Experiment().with_values({**LEARNS, **MODELS[request.param]})


def _images(experiment: Experiment) -> torch.Tensor:
    images = datasets.load(experiment.dataset).images()
    pixels = datasets.load(experiment.dataset).pixels
    return datasets.normalization(experiment.normalization, pixels).apply(images)


def test_shapes(experiment: Experiment) -> None:
    model, images = build(experiment).eval(), _images(experiment)
    codes = model.encode(images)
    assert codes.shape == (32, resolve(experiment).latent_dim)
    assert model.decode(codes).shape == images.shape
    assert model.decode(codes[:1]).shape == images[:1].shape
    torch.testing.assert_close(model(images), model.decode(model.embed(images)))


def test_outputs_lie_in_the_range_of_the_pixels(experiment: Experiment) -> None:
    model, images = build(experiment).eval(), _images(experiment)
    far = model.decode(1e4 * torch.randn(50, resolve(experiment).latent_dim, generator=generator(0, "test"))).detach()
    assert float(images.min()) - 1e-6 <= float(far.min())
    assert float(far.max()) <= float(images.max()) + 1e-6


def test_parameter_count_is_what_torch_counts(experiment: Experiment) -> None:
    assert resolve(experiment).architecture.parameters == sum(p.numel() for p in build(experiment).parameters())


def test_a_step_changes_weights_and_a_look_does_not(experiment: Experiment) -> None:
    engine = AutogradEngine(build(experiment), experiment, torch.device("cpu"))
    images = _images(experiment)[None]
    batch = Batch(images, images, torch.zeros(1, 32, resolve(experiment).latent_dim))
    before = engine.state(0)
    engine.evaluate(batch)
    torch.testing.assert_close(engine.state(0), before, rtol=0, atol=0)
    engine.step(batch, 1.0)
    assert any(not torch.equal(engine.state(0)[name], tensor) for name, tensor in before.items())


def test_a_tiny_set_is_learnt(experiment: Experiment) -> None:
    run = fit(experiment.with_values({"epochs": 600}), device="cpu")
    assert run.loss < 0.5 * run.history[0]["train_loss"]
    assert run.metrics["learnt"] > 3


def test_the_model_of_a_run_gives_what_training_saw(experiment: Experiment) -> None:
    run = fit(experiment.with_values({"epochs": 50}), device="cpu")
    torch.testing.assert_close(
        run.reconstructions().clamp(0, 1), run.snapshots.pixels[-1] / 255, rtol=0, atol=0.5 / 255 + 1e-5
    )
    torch.testing.assert_close(torch.from_numpy(run.codes()), run.snapshots.codes[-1], rtol=1e-4, atol=1e-5)


def test_the_global_generator_is_left_alone(experiment: Experiment) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit(experiment.with_values({"epochs": 2, "batch_size": 8}), device="cpu")
    assert torch.equal(torch.rand(3), expected)
