"""Batches and the noise in them."""

import pytest
import torch

from aelib import datasets
from aelib.core.counter_rng import TEST, key
from aelib.core.random import generator
from aelib.datasets import Normalization
from aelib.datasets.noise import corrupt
from aelib.experiment import Experiment, presets
from aelib.training import Run, fit, fit_many
from aelib.training.batches import AHEAD, BatchLoader

BEST = presets.get("font-best").with_values({"epochs": 30})
NOISY = BEST.with_values({"corruption.kind": "salt_pepper", "corruption.level": 0.2})


def _feed(*experiments: Experiment) -> BatchLoader:
    images = datasets.load("font5x7")
    return BatchLoader(list(experiments), images, datasets.normalization("none", images.pixels), torch.device("cpu"))


def test_fresh_noise_differs_from_epoch_to_epoch_and_fixed_noise_does_not() -> None:
    loader = _feed(NOISY)
    epochs = [next(loader.epoch(epoch)) for epoch in range(1, AHEAD + 3)]
    inputs = [batch.inputs for batch in epochs]
    assert len({tuple(one.flatten().tolist()) for one in inputs}) == len(inputs)
    assert all(torch.equal(batch.targets, loader.evaluation_batch().targets) for batch in epochs)
    assert torch.equal(inputs[AHEAD], corrupt(loader.pixels, "salt_pepper", 0.2, [key(0, AHEAD + 1)]))
    fixed = _feed(NOISY.with_values({"corruption.fresh": False}))
    first, second = next(fixed.epoch(1)), next(fixed.epoch(2))
    assert torch.equal(first.inputs, second.inputs)
    assert not torch.equal(first.inputs, fixed.evaluation_batch().inputs)  # judged by noise that it has not seen


@pytest.mark.parametrize(
    ("where", "training", "look"), [("both", True, True), ("train", True, False), ("test", False, True)]
)
def test_noise_is_where_the_experiment_says(where: str, training: bool, look: bool) -> None:
    loader = _feed(NOISY.with_values({"corruption.where": where}))
    assert torch.equal(next(loader.epoch(1)).inputs, loader.evaluation_batch().targets) != training
    assert torch.equal(loader.evaluation_batch().inputs, loader.evaluation_batch().targets) != look
    if look:
        assert torch.equal(loader.evaluation_batch().inputs, corrupt(loader.pixels, "salt_pepper", 0.2, [key(0, TEST)]))


def test_batches_have_the_noise_of_their_images_and_an_order_of_their_own() -> None:
    for fresh in (True, False):
        loader = _feed(
            NOISY.with_values({"batch_size": 5, "corruption.fresh": fresh}),
            NOISY.with_values({"batch_size": 5, "seed": 1}),
        )
        whole = corrupt(loader.pixels, "salt_pepper", 0.2, [key(seed, 3 if fresh else 0) for seed in (0, 1)])
        batches = list(loader.epoch(3))
        assert [batch.inputs.shape[1] for batch in batches] == [5, 5, 5, 5, 5, 5, 2]
        for member in range(2):
            inputs = torch.cat([batch.inputs[member] for batch in batches])
            targets = torch.cat([batch.targets[member] for batch in batches])
            assert {tuple(one.flatten().tolist()) for one in targets} == {
                tuple(one.flatten().tolist()) for one in loader.evaluation_batch().targets[0]
            }
            assert not torch.equal(targets, loader.evaluation_batch().targets[0])
            pairs = {
                (tuple(x.flatten().tolist()), tuple(t.flatten().tolist())) for x, t in zip(inputs, targets, strict=True)
            }
            wanted = {
                (tuple(x.flatten().tolist()), tuple(t.flatten().tolist()))
                for x, t in zip(whole[member], loader.evaluation_batch().targets[0], strict=True)
            }
            assert pairs == wanted
    assert generator(0, "order").initial_seed() != generator(0, "weights").initial_seed()


def test_noise_is_put_on_pixels_before_they_are_normalised() -> None:
    images = datasets.load("font5x7")
    loader = BatchLoader([NOISY], images, Normalization(0.5, 0.5), torch.device("cpu"))
    assert set(loader.evaluation_batch().inputs.unique().tolist()) == {-1.0, 1.0}


@pytest.mark.parametrize("values", [{}, {"corruption.fresh": False}, {"batch_size": 8}, {"model.batch_norm": True}])
def test_a_net_sees_the_same_noise_alone_and_in_company(values: dict[str, object]) -> None:
    levels = [
        NOISY.with_values({**values, "epochs": 10, "corruption.level": level, "seed": seed})
        for level in (0.0, 0.1, 0.4)
        for seed in (0, 1)
    ]
    together = fit_many(levels, "cpu")
    for experiment, run in zip(levels, together, strict=True):
        assert isinstance(run, Run)
        alone = fit(experiment, "cpu")
        assert alone.loss == pytest.approx(run.loss, rel=1e-4)
        for name, tensor in alone.weights.items():
            torch.testing.assert_close(tensor, run.weights[name], rtol=1e-3, atol=1e-4)


def test_a_denoiser_restores_and_noise_alone_does_not() -> None:
    trained = fit(NOISY.with_values({"epochs": 1000, "corruption.level": 0.1}), "cpu")
    clean_only = fit(
        BEST.with_values({"epochs": 1000, "corruption.kind": "salt_pepper", "corruption.where": "test"}), "cpu"
    )
    assert trained.metrics["wrong_pixels_total"] < clean_only.metrics["wrong_pixels_total"]
