"""How often numbers of a code are active, what drives them most, and activations of a layer as images."""

import numpy as np
import pytest
import torch

from aelib import datasets
from aelib.analysis.codes import activations, activity, dictionary
from aelib.analysis.inside.layers import look
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.training import Run, fit

CODES = np.array([[4, 0, 1], [0, 0, 1], [2, 0, 1], [0.1, 0, 1]], np.float32)


@pytest.fixture(scope="module")
def run() -> Run:
    changes = {"epochs": 2, "model.layers": "64-16-6", "model.penalty.kind": "none"}
    return fit(presets.get("digits-overcomplete").with_values(changes), "cpu")


def test_a_number_is_active_from_a_tenth_of_its_largest_value_on() -> None:
    found = activity.activity(CODES)
    assert found.rates.tolist() == [0.5, 0, 1]
    assert found.counts.tolist() == [2, 1, 2, 1]
    assert (found.order, found.never) == ([2, 0, 1], 1)


def test_top_images_are_those_with_the_largest_number() -> None:
    assert activity.top(CODES, 0, 2) == [0, 2]
    assert activity.top(CODES, 0, 9) == [0, 2, 3], "an image in which it is 0 is no top image"
    assert activity.top(CODES, 1, 3) == []
    labels = np.array([7, 1, 7, 7])
    assert activity.purity(CODES[:, :2], labels, 3) == 1
    assert activity.purity(CODES, labels, 4) == pytest.approx((1 + 3 / 4) / 2)


def test_an_edge_has_one_direction_and_noise_has_none() -> None:
    row = torch.linspace(-1, 1, 12).sign()
    edges = torch.stack([row.expand(12, 12), row.expand(12, 12).T])
    assert dictionary.coherence(edges).tolist() == pytest.approx([1, 1])
    noise = torch.randn(50, 12, 12, generator=torch.Generator().manual_seed(0))
    assert float(dictionary.coherence(noise).mean()) < 0.3
    assert dictionary.coherence(torch.zeros(1, 12, 12)).item() == 0


def test_patches_are_grey_on_average_and_those_of_other_pictures_are_held_out() -> None:
    described = datasets.spec("patches12x12")
    train, test = datasets.training_set(described), datasets.test_set(described)
    assert {name.partition(" ")[0] for name in train.names} == {"astronaut", "coffee", "chelsea", "flower"}
    assert {name.partition(" ")[0] for name in test.names} == {"china"}
    means = train.images().mean(dim=(1, 2, 3))
    assert float((means - 0.5).abs().mean()) < 0.01, "few are cut off at black and white"


def test_features_of_patches_are_edges() -> None:
    run = fit(presets.get("patches-sparse").with_values({"epochs": 8}), "cpu")
    order = activity.activity(run.codes()).order[:48]
    found = dictionary.coherence(dictionary.learnt_features(run)[order, 0])
    assert float((found > 0.6).float().mean()) > 0.6


def test_activations_of_a_layer_are_kept_as_images_with_classes(run: Run) -> None:
    assert activations.layers(run) == {"encoder 1": (4, 4), "decoder 1": (4, 4)}, "6 units fill no rectangle"
    name = activations.keep(run, "encoder 1")
    assert name == activations.keep(run, "encoder 1")
    described = datasets.spec(name)
    assert (described.shape, described.splits.test, described.classes) == ((1, 4, 4), 360, 10)
    train, test = activations.parts(run.spec)
    whole = activations.activations(run, "encoder 1", train)
    low, high = whole.min(), whole.max()
    kept = datasets.training_set(name).images().flatten(1)
    assert kept.numpy() == pytest.approx(((whole - low) / (high - low)).numpy(), abs=1 / 255)
    assert torch.equal(datasets.test_set(name).labels, test.labels)
    one = look(run, run.model, test.images()[:3], test.images()[:3])
    assert activations.activations(run, "encoder 1", test)[:3].numpy() == pytest.approx(one.layers[0].outputs.numpy())


def test_the_sparse_net_for_activations_has_more_numbers_than_the_layer_has_units(run: Run) -> None:
    experiment = activations.sparse(run, activations.keep(run, "decoder 1"))
    assert experiment.model.layers == (16, 64)


def test_a_layer_that_fills_no_rectangle_is_refused(run: Run) -> None:
    with pytest.raises(LabError, match="layer is 'encoder 2': choose one of encoder 1, decoder 1"):
        activations.keep(run, "encoder 2")
