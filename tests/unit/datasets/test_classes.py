"""A net may be trained on some classes: the images, the digest, and what is refused."""

import dataclasses

import pytest
import torch

from aelib import datasets
from aelib.datasets import classes
from aelib.datasets.user import collection
from aelib.experiment import Experiment, ExperimentError, digest_of, resolve
from aelib.training import fit

BASE = Experiment().with_values({"dataset": "digits8x8", "model.layers": "64-8", "epochs": 2})


def test_all_parts_have_only_the_chosen_classes() -> None:
    described = datasets.only(datasets.spec("digits8x8"), (3, 7))
    train, test = datasets.training_set(described), datasets.test_set(described)
    assert set(train.labels.tolist()) == set(test.labels.tolist()) == {3, 7}
    whole = datasets.load("digits8x8")
    assert len(train) + len(test) == described.images == int(((whole.labels == 3) | (whole.labels == 7)).sum())
    assert described.title.endswith("classes 3, 7")


def test_counts_that_are_known_are_right() -> None:
    described = datasets.spec("digits8x8")
    loaded = classes.counts(dataclasses.replace(described, by_class=()), lambda: datasets.load("digits8x8"))
    assert classes.counts(described, lambda: pytest.fail("not needed")) == loaded


def test_the_digest_is_that_of_what_is_trained_on() -> None:
    assert digest_of(BASE.with_values({"classes": "7-3-3"})) == digest_of(BASE.with_values({"classes": "3,7"}))
    assert digest_of(BASE.with_values({"classes": "3"})) != digest_of(BASE)
    assert digest_of(BASE.with_values({"classes": "0-1-2-3-4-5-6-7-8-9"})) == digest_of(BASE)


def test_a_run_has_the_images_of_its_classes() -> None:
    run = fit(BASE.with_values({"classes": 4}), "cpu")
    assert set(run.images.labels.tolist()) == {4}
    assert run.metrics["images"] == len(run.images)


def test_characters_of_a_font_are_classes_too() -> None:
    run = fit(Experiment().with_values({"classes": "0-1-2", "epochs": 1}), "cpu")
    assert run.metrics["total"] == 3
    assert list(run.metrics["wrong_pixels"]) == list(datasets.load("font5x7").names[:3])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"classes": "3-12"}, "classes is 3-12, and digits8x8 has no images of class 12 to train and to test on: give"),
        ({"classes": "x"}, "classes is 'x': give numbers of classes, such as 0 or 1-7, or nothing."),
        ({"classes": "0", "model.conditional": True}, "classes is 0: leave it empty"),
        ({"classes": "0", "batch_size": 1000}, "batch_size is 1000: give 1 to "),
    ],
)
def test_classes_that_cannot_be_trained_on(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ExperimentError) as error:
        resolve(BASE.with_values(values))
    assert str(error.value).startswith(sentence)
    assert len(error.value.problems) == 1


def test_a_defect_that_is_only_in_the_test_part_cannot_be_trained_on() -> None:
    whole = datasets.load("digits8x8")
    good, defects = whole.labels == 0, whole.labels == 1
    good[-1] = False
    order = torch.cat([good.nonzero().flatten(), defects.nonzero().flatten()])
    splits = datasets.Splits(int(good.sum()) - 5, 0, len(order) - int(good.sum()) + 5)
    images = collection.mixed(whole.pixels[order], whole.labels[order], ["good", "scratch"], given=True)
    name = collection.save(images, splits)
    base = Experiment().with_values({"dataset": name, "model.layers": "64-8", "classes": "0"})
    assert resolve(base).spec.splits == datasets.Splits(splits.train, 0, 5)
    with pytest.raises(ExperimentError, match="no images of class 1 to train and to test on: give some of 0"):
        resolve(base.with_values({"classes": "1"}))
