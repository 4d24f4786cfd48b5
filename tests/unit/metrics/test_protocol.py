"""How nets on a data set are evaluated: image by image where it is memorised, else by the error of held-out images."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from aelib import datasets
from aelib.datasets import ImageSet, Splits
from aelib.metrics import protocol
from aelib.metrics.protocol import HeldOut, Memorise

FONT, LETTERS = datasets.spec("font5x7"), datasets.spec("letters")
# two images of two pixels
IMAGES = ImageSet(torch.tensor([[[[0, 255]]], [[[255, 0]]]], dtype=torch.uint8), ("a", "b"), torch.arange(2))
SPEC = replace(FONT, shape=(1, 1, 2), splits=Splits(2))
OUTPUTS = torch.tensor([[[[0.6, 0.1]]], [[[1.0, 0.25]]]])  # two pixels of "a" are wrong, none of "b"


def test_a_data_set_has_the_protocol_that_its_spec_says() -> None:
    assert isinstance(protocol(FONT), Memorise)
    assert isinstance(protocol(LETTERS), HeldOut)
    assert protocol(FONT).losses == ("train_loss",)
    assert protocol(LETTERS).losses == ("train_loss", "valid_loss")
    assert protocol(datasets.spec("digits8x8")).losses == ("train_loss", "test_loss"), "there is no validation set"


def test_memorised_images_are_counted_one_by_one() -> None:
    found = Memorise(SPEC).summary(OUTPUTS, IMAGES)
    assert found == {
        "learnt": 1,
        "total": 2,
        "wrong_pixels_total": 2,
        "images": 2,
        "mse": pytest.approx((0.36 + 0.81 + 0.0625) / 4),
        "worst_pixel": pytest.approx(0.9),
        "wrong_pixels": {"a": 2, "b": 0},
    }
    assert set(found) == Memorise.metrics | Memorise.by_image


def test_every_member_of_a_group_has_its_own_counts() -> None:
    targets = IMAGES.images()
    members = torch.stack([OUTPUTS, targets])
    assert Memorise(SPEC).evaluate(members, targets) == {"wrong_pixels": [2, 0], "learnt": [1, 2], "most_wrong": [2, 0]}
    errors = HeldOut(LETTERS).evaluate(members, targets)
    assert errors == {"mse": [pytest.approx((0.36 + 0.81 + 0.0625) / 4), 0.0]}


def test_a_net_that_is_no_number_has_learnt_nothing() -> None:
    nan = torch.full_like(OUTPUTS, torch.nan)
    assert Memorise(SPEC).evaluate(nan[None], IMAGES.images())["learnt"] == [0]


def test_held_out_images_have_one_error_and_a_perfect_one_has_an_end() -> None:
    found = HeldOut(LETTERS).summary(OUTPUTS, IMAGES)
    assert set(found) == HeldOut.metrics
    errors = torch.tensor([0.1, 0.001])
    assert HeldOut.of_errors(errors, errors) == {"images": 2, "mse": pytest.approx(0.0505), "psnr": pytest.approx(20)}
    perfect = torch.zeros(3)
    assert HeldOut.of_errors(perfect, perfect)["psnr"] == pytest.approx(100), "no infinity, which JSON does not have"


def _metrics(**changes: Any) -> dict[str, Any]:
    return {**Memorise(SPEC).summary(OUTPUTS, IMAGES), **changes}


@pytest.mark.parametrize(
    ("changes", "agree"),
    [
        ({}, True),
        ({"learnt": 2}, False),
        ({"wrong_pixels_total": 3}, False),
        ({"total": 3}, False),
        ({"images": 1}, False),
        ({"wrong_pixels": {"b": 0, "a": 2}}, False),
        ({"wrong_pixels": {"a": 2}}, False),
        ({"wrong_pixels": {"a": 3, "b": -1}}, False),
        ({"wrong_pixels": {"a": 2.0, "b": 0}}, False),
        ({"wrong_pixels": [2, 0]}, False),
        ({"wrong_pixels": None}, False),
    ],
    ids=str,
)
def test_a_forged_record_does_not_agree_with_itself(changes: dict[str, Any], agree: bool) -> None:
    assert Memorise(SPEC).agree(_metrics(**changes), IMAGES) == agree


@pytest.mark.parametrize(
    ("mse", "psnr", "agree"),
    [(0.01, 20.0, True), (0.01, 21.0, True), (0.01, 19.0, False), (0.01, 101.0, False), (0.0, 100.0, True)],
)
def test_an_error_and_its_decibels_agree(mse: float, psnr: float, agree: bool) -> None:
    assert HeldOut(LETTERS).agree({"images": 2, "mse": mse, "psnr": psnr}, IMAGES) == agree
