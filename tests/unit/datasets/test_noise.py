"""Noise: what it does, how much of it, and that it depends on seed, turn and image alone."""

import math

import pytest
import torch

from aelib import datasets
from aelib.core.counter_rng import TEST, key, random_bits
from aelib.core.random import generator
from aelib.datasets import Normalization
from aelib.datasets.noise import NOISES, corrupt
from aelib.experiment import Experiment, ExperimentError, presets
from aelib.training import Run, fit, fit_many
from aelib.training.batches import AHEAD, BatchLoader

BEST = presets.get("font-best").with_values({"epochs": 30})
NOISY = BEST.with_values({"corruption.kind": "salt_pepper", "corruption.level": 0.2})
GREY = torch.linspace(0, 1, 4000).reshape(100, 1, 5, 8)
PAINTED = range(0, 40, 2)


def _reference(first: int, second: int, index: int, draw: int) -> int:
    """The hash in whole numbers of Python, unsigned."""
    mask = 2**32 - 1
    x = (index * 0x9E3779B9 + first + draw * 0x632BE5AB) & mask
    x ^= x >> 16
    x = (x * 0x7FEB352D) & mask
    x ^= second & mask
    x ^= x >> 15
    x = (x * 0x846CA68B) & mask
    return x ^ (x >> 16)


def test_bits_are_those_of_the_hash_and_every_one_is_random() -> None:
    keys = [key(seed, 5) for seed in range(3)]
    images = torch.tensor([0, 7, 31])
    bits = random_bits(keys, images, 35, draw=1)
    for member, (first, second) in enumerate(keys):
        for row, image in enumerate(images.tolist()):
            for pixel in (0, 17, 34):
                expected = _reference(first, second, image * 35 + pixel, 1)
                assert int(bits[member, row, pixel]) & (2**32 - 1) == expected
    many = random_bits([key(seed, 1) for seed in range(50)], torch.arange(32), 35)
    for place in range(32):
        assert ((many >> place) & 1).double().mean() == pytest.approx(0.5, abs=0.01)
    left, right = many[:, :, :-1].double().flatten(), many[:, :, 1:].double().flatten()
    assert abs(float(torch.corrcoef(torch.stack([left, right]))[0, 1])) < 0.02


@pytest.mark.parametrize("kind", NOISES)
def test_level_0_changes_nothing_and_pixels_stay_pixels(kind: str) -> None:
    keys = [key(0, 1), key(1, 1)]
    assert torch.equal(corrupt(GREY, kind, 0.0, keys, painted=PAINTED), GREY.expand(2, -1, -1, -1, -1))
    for level in (0.3, 1.0):
        noisy = corrupt(GREY, kind, level, keys, painted=PAINTED)
        assert noisy.shape == (2, *GREY.shape)
        assert noisy.min() >= 0
        assert noisy.max() <= 1
        if level < 1:
            assert not torch.equal(noisy[0], noisy[1])  # each seed has noise of its own


@pytest.mark.parametrize(
    ("kind", "share"), [("salt_pepper", 1.0), ("masking", 1.0), ("bit_flip", 1.0), ("painted", 0.5)]
)
def test_the_level_is_the_share_of_pixels_that_are_hit(kind: str, share: float) -> None:
    grey = torch.full((200, 1, 5, 8), 0.3)
    noisy = corrupt(grey, kind, 0.25, [key(3, 1)], painted=PAINTED)
    assert (noisy != grey).double().mean() == pytest.approx(0.25 * share, abs=0.015)
    found = sorted(set(noisy.unique().tolist()) - {grey.unique().item()})
    assert found == pytest.approx({"salt_pepper": [0.0, 1.0], "masking": [0.0]}.get(kind, [0.7]))
    if kind == "salt_pepper":
        assert (noisy == 1).double().sum() == pytest.approx(float((noisy == 0).double().sum()), rel=0.1)


def test_gaussian_noise_has_mean_0_and_the_level_as_its_standard_deviation() -> None:
    noise = corrupt(torch.full((500, 1, 5, 8), 0.5), "gaussian", 0.1, [key(0, 1)]) - 0.5
    assert float(noise.mean()) == pytest.approx(0, abs=0.003)
    assert float(noise.std()) == pytest.approx(0.1, rel=0.02)
    assert float((noise.abs() > 0.196).double().mean()) == pytest.approx(0.05, abs=0.01)
    assert math.isfinite(float(corrupt(GREY, "gaussian", 1.0, [key(1, 1)]).sum()))


def test_painted_pixels_are_inverted_and_no_others() -> None:
    noisy = corrupt(GREY, "painted", 1.0, [key(0, 1)], painted=[3, 39])[0].flatten(1)
    clean = GREY.flatten(1)
    assert torch.equal(noisy[:, [3, 39]], 1 - clean[:, [3, 39]])
    rest = [pixel for pixel in range(40) if pixel not in (3, 39)]
    assert torch.equal(noisy[:, rest], clean[:, rest])
    assert torch.equal(corrupt(GREY, "painted", 1.0, [key(0, 1)])[0], GREY)


def test_an_images_noise_does_not_depend_on_its_companions() -> None:
    whole = corrupt(GREY, "gaussian", 0.4, [key(0, 2), key(1, 2)])
    chosen = torch.tensor([[5, 3], [99, 0]])
    some = corrupt(GREY[chosen], "gaussian", 0.4, [key(0, 2), key(1, 2)], chosen)
    for member in range(2):
        assert torch.equal(some[member], whole[member, chosen[member]])
    assert torch.equal(corrupt(GREY, "gaussian", 0.4, [key(1, 2)])[0], whole[1])


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


def test_noise_without_effect_is_no_noise() -> None:
    for values in (
        {"corruption.kind": "gaussian", "corruption.level": 0},
        {"corruption.level": 0.7},
        {"corruption.pixels": "1-2"},
    ):
        assert BEST.with_values(values).digest == BEST.digest
    painted = BEST.with_values({"corruption.kind": "painted", "corruption.pixels": "5-3-3"})
    assert painted.digest == painted.with_values({"corruption.pixels": "3-5"}).digest
    assert painted.digest != BEST.digest


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"corruption.kind": "rain"}, "corruption.kind is 'rain': choose none, salt_pepper"),
        ({"corruption.level": 1.2}, r"corruption.level is 1.2: give a number from 0 to 1"),
        ({"corruption.level": "much"}, "corruption.level is 'much'"),
        ({"corruption.pixels": "3-35"}, "corruption.pixels has 35: give numbers from 0 to 34"),
        ({"corruption.where": "here"}, "corruption.where is 'here': choose both, train or test"),
    ],
)
def test_what_makes_no_sense_is_said(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ExperimentError, match=sentence):
        BEST.with_values(values)
