"""How a net uses its codebook, with counts that can be checked by hand."""

import math

import numpy as np
import pytest
import torch

from aelib.analysis.generative import codebook
from aelib.analysis.generative.codebook import Usage
from aelib.analysis.reconstruction import rate_distortion
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.training import Run, fit


@pytest.fixture(scope="module")
def run() -> Run:
    return fit(presets.get("digits-vq").with_values({"epochs": 3}), "cpu")


def test_perplexity_and_bits_of_counts() -> None:
    even = Usage(np.array([[5, 5], [5, 5]]), bits=2.0)
    assert (even.perplexity, even.used, even.entries) == (pytest.approx(2), 2, 2)
    assert even.entropy_bits == pytest.approx(2)
    one = Usage(np.array([[9, 0, 0, 0]]), bits=2.0)
    assert (one.perplexity, one.used, one.entropy_bits) == (pytest.approx(1), 1, 0)
    apart = Usage(np.array([[10, 0], [0, 10]]), bits=2.0)
    assert apart.perplexity == pytest.approx(2), "over all places"
    assert apart.entropy_bits == 0, "each place has one entry only"
    skewed = Usage(np.array([[3, 1]]), bits=1.0)
    assert skewed.perplexity == pytest.approx(math.exp(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25))))


def test_the_entries_of_an_image_make_its_code(run: Run) -> None:
    chosen = codebook.indices(run, run.inputs)
    assert chosen.shape == (len(run.images), 8)
    np.testing.assert_allclose(codebook.codes(run, chosen), run.codes(), atol=1e-6)
    usage = codebook.usage(run)
    assert usage.counts.shape == (8, 32)
    assert (usage.counts.sum(axis=1) == len(run.images)).all()
    assert usage.bits == 40
    assert usage.entropy_bits <= 40


def test_one_entry_in_turn_at_one_place(run: Run) -> None:
    chosen = codebook.indices(run, run.inputs[:1])[0]
    made = codebook.replaced(run, chosen, 2)
    assert made.shape == (32, 1, 8, 8)
    np.testing.assert_allclose(made[chosen[2]], run.restored(run.inputs[:1])[0].clamp(0, 1), atol=1e-6)
    assert codebook.alone(run).shape == (32, 1, 8, 8)


def test_its_point_on_the_rate_distortion_plot(run: Run) -> None:
    point = rate_distortion.codebook_point(run)
    images = rate_distortion.test_images("digits8x8")
    assert point.bits == 40
    assert point.psnr == pytest.approx(run.metrics["psnr"], abs=0.05)
    assert len(images) == 360


def test_a_net_without_a_codebook_is_one_sentence(font_run: Run) -> None:
    for ask in (codebook.usage, rate_distortion.codebook_point, codebook.alone):
        with pytest.raises(LabError, match="no codebook"):
            ask(font_run)
    with pytest.raises(LabError, match="no codebook"):
        codebook.indices(font_run, torch.zeros(1, 1, 7, 5))
