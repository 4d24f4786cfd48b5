"""Odd images: scores tell them from normal ones, and bad inputs get one sentence."""

import numpy as np
import pytest
import torch

from aelib.analysis import judged
from aelib.analysis.anomalies import detection, images, scores
from aelib.core.errors import LabError
from aelib.experiment import Experiment, presets
from aelib.training import Run, fit

SCORES = np.array([0.1, 0.2, 0.3, 0.4, 0.35])
ODD = np.array([False, False, False, True, True])


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(presets.get("digits-odd-one"), "cpu")


@pytest.fixture(scope="module")
def variational() -> Run:
    values = {"dataset": "digits8x8", "classes": "0-1", "model.layers": "64-32-4", "loss": "bce", "epochs": 20}
    return fit(Experiment().with_values({**values, "model.variational": True, "batch_size": 32}), "cpu")


def test_area_is_the_chance_that_an_odd_image_scores_higher() -> None:
    assert detection.Detection(SCORES, ODD).auroc == 1
    mixed = detection.Detection(SCORES, ODD[[3, 1, 2, 0, 4]])
    pairs = [(a > b) + 0.5 * (a == b) for a in SCORES[mixed.odd] for b in SCORES[~mixed.odd]]
    assert mixed.auroc == pytest.approx(np.mean(pairs))


def test_a_threshold_counts_each_image_once() -> None:
    at = detection.Detection(SCORES, ODD).at(0.35)
    assert (at.found, at.missed, at.false_alarms, at.passed) == (1, 1, 0, 3)
    assert (at.recall, at.precision, at.false_alarm_rate) == (0.5, 1, 0)


def test_the_chosen_threshold_has_few_false_alarms(run: Run) -> None:
    found = detection.detect(run)
    at = found.at(found.threshold(0.1))
    assert at.false_alarm_rate <= 0.1
    assert at.recall > 0.8


def test_the_net_knows_its_class(run: Run) -> None:
    found = judged.figures(run)
    assert found == {"auroc": pytest.approx(detection.detect(run).auroc)}
    assert found["auroc"] > 0.95
    assert images.to_score(run).odd.sum() == 360 - run.metrics["images"]


@pytest.mark.parametrize("name", scores.SCORES)
def test_every_score_tells_odd_digits_from_normal_ones(variational: Run, name: str) -> None:
    found = detection.detect(variational, name)
    assert found.scores.shape == (360,)
    assert found.auroc > 0.7


def test_a_plain_net_has_no_elbo(run: Run) -> None:
    with pytest.raises(LabError, match=r"no negative ELBO: choose a run with model\.variational true"):
        detection.detect(run, "elbo")
    with pytest.raises(LabError, match="score is 'luck': choose error, elbo"):
        scores.score("luck", run, torch.zeros(1, 1, 8, 8, dtype=torch.uint8))


def test_without_a_class_left_out_nothing_is_odd() -> None:
    values = {"dataset": "digits8x8", "model.layers": "64-8", "epochs": 1}
    with pytest.raises(LabError, match="trained on every class, so no image is odd: leave some out"):
        detection.detect(fit(Experiment().with_values(values), "cpu"))
    one_class = {**values, "dataset": "dictionary8x8"}
    with pytest.raises(LabError, match="All images are of one class, so none is odd"):
        detection.detect(fit(Experiment().with_values(one_class), "cpu"))


def test_equal_scores_have_no_threshold_but_an_area() -> None:
    same = detection.Detection(np.full(5, 0.25), ODD)
    assert same.auroc == 0.5
    with pytest.raises(LabError, match=r"All 5 images have the same score, 0\.25, so no threshold parts them"):
        same.at(0.25)
    with pytest.raises(LabError, match="same score"):
        same.threshold()


def test_both_kinds_of_images_are_needed() -> None:
    with pytest.raises(LabError, match="Odd and normal images are both needed"):
        detection.Detection(SCORES, np.ones(5, bool))
    with pytest.raises(LabError, match="not finite"):
        detection.Detection(np.full(5, np.nan), ODD)
