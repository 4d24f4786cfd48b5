"""Runs compared: figures by hand."""

import pytest

from aelib.analysis import comparison
from aelib.analysis.comparison import differing, with_seeds, wrong_pixels
from aelib.core.errors import LabError
from aelib.experiment import presets
from aelib.training import Run, fit

FAST = presets.get("font-best").with_values({"epochs": 40})
OTHER = FAST.with_values({"model.layers": "35-12-2"})


@pytest.fixture(scope="module")
def pair() -> dict[str, Run]:
    return {"wide": fit(FAST, "cpu"), "narrow": fit(OTHER, "cpu")}


def test_only_fields_that_differ_are_told() -> None:
    assert differing([FAST, OTHER]) == ["model.layers"]
    assert differing([FAST, FAST]) == []
    assert differing([FAST, FAST.with_values({"seed": 3}), FAST.with_values({"epochs": 9})]) == ["epochs", "seed"]


def test_a_field_without_effect_does_not_differ() -> None:
    channels = FAST.with_values({"model.convolution.channels": "4-1", "optimizer.momentum": "0.1"})
    assert differing([FAST, channels]) == []
    convolutional = presets.get("letters-7x7")
    found = differing([presets.get("mnist-denoise"), convolutional])
    assert {"model.kind", "model.layers", "model.convolution.channels"} <= set(found)
    assert "optimizer.momentum" not in found


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({"epochs": "9"}, set()),
        ({"loss": "mse"}, {"loss", "elbo"}),
        ({"beta": "4"}, {"loss"}),
        ({"free_bits": "0.2"}, {"loss"}),
        ({"model.variational": "false"}, {"loss"}),
    ],
)
def test_a_loss_is_compared_only_where_it_is_reckoned_alike(changes: dict[str, str], left_out: set[str]) -> None:
    base = presets.get("emoji-best").with_values({"loss": "bce", "free_bits": "0.1"})
    pair = [base, base.with_values(changes)]
    assert {name for name in comparison.METRICS if not comparison.comparable(pair, name)} == left_out


def test_on_different_images_only_seconds_are_compared() -> None:
    pair = [FAST, presets.get("emoji-best")]
    assert [name for name in comparison.METRICS if comparison.comparable(pair, name)] == ["seconds"]


def test_seeds_are_counted_on() -> None:
    assert [one.seed for one in with_seeds(FAST.with_values({"seed": 5}), 3)] == [5, 6, 7]
    for count in (0, comparison.MAX_SEEDS + 1):
        with pytest.raises(LabError, match="seeds"):
            with_seeds(FAST, count)


def test_wrong_pixels_are_joined_by_image_the_most_disputed_first(pair: dict[str, Run]) -> None:
    found = wrong_pixels(pair)
    gaps = [max(row.values()) - min(row.values()) for row in found.values()]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 0, "the nets differ"
    for image, row in found.items():
        assert row == {label: run.metrics["wrong_pixels"][image] for label, run in pair.items()}
    right = {image for image in pair["wide"].metrics["wrong_pixels"] if image not in found}
    assert all(run.metrics["wrong_pixels"][image] == 0 for run in pair.values() for image in right)


def test_figures_are_those_that_all_have(pair: dict[str, Run]) -> None:
    emoji = fit(presets.get("emoji-best").with_values({"epochs": 2}), "cpu")
    assert "elbo" in comparison.shared_metrics([emoji])
    assert "elbo" not in comparison.shared_metrics([emoji, *pair.values()])
    assert comparison.shared_metrics([emoji, *pair.values()]) == ["seconds"]
    assert {"learnt", "mse", "loss", "seconds"} <= set(comparison.shared_metrics([*pair.values()]))
    assert comparison.metric_value(pair["wide"], "learnt") == pair["wide"].metrics["learnt"]
