"""The engine in the browser computes what PyTorch and the other engines compute."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from playwright.sync_api import Page
from torch import nn

from aelib import datasets
from aelib.browser.description import describe, weights_of
from aelib.datasets.noise import NOISES
from aelib.experiment import Experiment
from aelib.models import Autoencoder, build
from aelib.nn.activations import ACTIVATIONS
from aelib.nn.initialization import INITIALIZATIONS
from aelib.nn.losses import LOSSES
from aelib.nn.optimizers import OPTIMIZERS
from aelib.training import Run, fit_many
from tests.support import engine

SMALL = {"model.layers": "35-12-6-2", "epochs": "50", "snapshots": "50", "optimizer.learning_rate": "0.01"}
FORWARD, LOSS = 1e-4, 1e-3  # largest difference: of an output, absolute; of a loss, relative


@pytest.fixture(scope="module")
def page(browser) -> Iterator[Page]:
    opened = engine.opened(browser)
    yield opened
    opened.close()


def _net(experiment: Experiment) -> Autoencoder:
    """With weights and running means that are not those of a start."""
    model, generator = build(experiment), torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.3)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.running_mean.normal_(generator=generator)
            layer.running_var.uniform_(0.5, 2.0, generator=generator)
    return model.eval()


def _forward(page: Page, experiment: Experiment) -> float:
    """The largest difference between the codes and outputs of the engine and of PyTorch."""
    model, images = _net(experiment), datasets.training_set("font5x7")
    x = datasets.normalization(experiment.normalization, images.pixels)
    found = page.evaluate(engine.FORWARD, {**describe(experiment), "weights": weights_of(model)})
    with torch.no_grad():
        codes = model.encode(x.apply(images.images()))
        outputs = x.pixels(model.decode(codes))
    wanted = [codes.flatten().numpy(), outputs.flatten().numpy()]
    return max(np.abs(np.array(ours) - theirs).max() for ours, theirs in zip(found, wanted, strict=True))


def test_forward_is_pytorch_for_every_activation(page) -> None:
    differences = {}
    for name in ACTIVATIONS:
        for norm in ("false", "true"):
            values = {**SMALL, "model.hidden_activation": name, "model.code_activation": name, "model.batch_norm": norm}
            differences[name, norm] = _forward(page, Experiment().with_values(values))
        last = {**SMALL, "model.output_activation": name}
        differences[name, "output"] = _forward(page, Experiment().with_values(last))
    differences["variational"] = _forward(page, Experiment().with_values({**SMALL, "model.variational": "true"}))
    assert len(differences) == 3 * len(ACTIVATIONS) + 1
    assert max(differences.values()) < FORWARD, differences


VARIATIONAL = {"model.variational": "true", "beta": "0.3", "optimizer.learning_rate": "0.003"}
TRAININGS = {
    **{f"optimiser {name}": {"optimizer.kind": name, "optimizer.weight_decay": "0.001"} for name in OPTIMIZERS},
    **{f"loss {name}": {"loss": name} for name in LOSSES},
    "bce, no sigmoid": {"loss": "bce", "model.output_activation": "saturating_linear", "optimizer.kind": "sgd"},
    **{f"activation {name}": {"model.hidden_activation": name} for name in ACTIVATIONS},
    **{
        f"initialisation {name}": {"model.initialization": name, "model.hidden_activation": "tanh", "seed": "7"}
        for name in INITIALIZATIONS
    },
    **{f"noise {name}": {"corruption.kind": name, "corruption.pixels": "3-4-12"} for name in NOISES},
    "fixed noise": {"corruption.kind": "gaussian", "corruption.fresh": "false", "corruption.where": "train"},
    # a bias before batch norm has a gradient of 0, and Adam would make steps of its rounding
    "batch norm": {"model.batch_norm": "true", "model.hidden_activation": "relu", "optimizer.kind": "sgd"},
    "batches": {"batch_size": "10", "seed": "3", "corruption.kind": "bit_flip"},
    "variational": {**VARIATIONAL, "beta_warm_up": "20"},
    "free bits": {**VARIATIONAL, "free_bits": "0.5", "batch_size": "12", "loss": "bce"},
    "step": {"optimizer.schedule": "step", "optimizer.step_every": "10", "normalization": "symmetric"},
    "cosine": {"optimizer.schedule": "cosine", "normalization": "standardized"},
    "slope": {"model.hidden_activation": "prelu", "model.output_activation": "prelu", "normalization": "standardized"},
}


def test_fifty_epochs_lose_as_much_as_with_the_other_engines(page) -> None:
    experiments = [Experiment().with_values({**SMALL, **values}) for values in TRAININGS.values()]
    wrong = {}
    for name, experiment, run in zip(TRAININGS, experiments, fit_many(experiments, "cpu"), strict=True):
        assert isinstance(run, Run), name
        theirs = np.array([row["train_loss"] for row in run.history])
        ours = np.array(engine.losses(page, describe(experiment), [int(row["epoch"]) for row in run.history]))
        assert len(theirs) > 20
        assert theirs[-1] < theirs[0], f"{name} learns nothing, so that it shows nothing"
        difference = np.abs(ours - theirs) / np.abs(theirs)
        if not difference.max() < LOSS:
            wrong[name] = difference.max(), difference[:3].max()
    assert wrong == {}


def test_the_engine_has_what_the_registries_say(page) -> None:
    registries = {
        "ACTIVATIONS": ACTIVATIONS,
        "LOSSES": LOSSES,
        "OPTIMIZERS": OPTIMIZERS,
        "INITIALIZATIONS": INITIALIZATIONS,
        "NOISES": NOISES,
    }
    for name, registry in registries.items():
        assert page.evaluate(f"Object.keys(engine.{name})") == [key for key, entry in registry.items() if entry.browser]
