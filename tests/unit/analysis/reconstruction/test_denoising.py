"""The denoiser's curve and its baselines."""

import pytest
import torch

from aelib.analysis.reconstruction.denoising import Level, curve, nearest, noisy, useful_range, wrong_pixels
from aelib.datasets.noise import NOISES
from aelib.experiment import presets
from aelib.metrics import spread
from aelib.training import fit

BEST = presets.get("font-denoise-best").with_values({"epochs": 1000})


def _level(level: float, net: float, nothing: float) -> Level:
    return Level(level, spread([net]), nothing, 0.0)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0.0, 1, 0), (0.1, 1, 2), (0.2, 3, 2)], (0.05, 0.15)),
        ([(0.0, 1, 2), (0.1, 1, 3)], (0.0, 0.1)),
        ([(0.0, 1, 0), (0.1, 2, 1)], None),
        ([(0.0, 1, 2), (0.1, 3, 1), (0.2, 1, 3), (0.4, 1, 3)], (0.15, 0.4)),
        ([], None),
    ],
)
def test_where_it_is_useful_is_read_off_the_curve(
    points: list[tuple[float, float, float]], expected: tuple[float, float] | None
) -> None:
    found = useful_range([_level(*point) for point in points])
    assert found == (None if expected is None else pytest.approx(expected))


def test_the_nearest_image_is_that_of_fewest_differing_pixels() -> None:
    clean = torch.tensor([[0.0, 0, 0, 0], [1, 1, 1, 1]]).view(2, 1, 2, 2)
    shown = torch.tensor([[0.0, 0, 1, 0], [1, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]]).view(3, 1, 2, 2)
    assert torch.equal(nearest(shown, clean), clean[[0, 1, 0]])


def test_a_pixel_on_the_threshold_is_half_wrong() -> None:
    outputs, targets = torch.tensor([0.5, 0.4, 0.6]).view(1, 1, 1, 3), torch.zeros(1, 1, 1, 3)
    assert float(wrong_pixels(outputs, targets, 0.5)) == 1.5


def test_the_curve_rises_with_the_noise_and_a_good_net_beats_doing_nothing() -> None:
    runs = [fit(BEST.with_values({"seed": seed}), "cpu") for seed in range(2)]
    levels = curve(runs, "salt_pepper", [0.0, 0.1, 0.3, 0.6])
    nothing = [level.nothing for level in levels]
    assert nothing[0] == 0
    assert nothing == sorted(nothing)
    assert nothing[2] == pytest.approx(35 * 0.15, rel=0.1)  # half of the pixels that are hit change
    assert levels[0].nearest == 0
    assert levels[1].net.mean < nothing[1]
    assert len(levels[1].net.values) == 2
    before, after = useful_range(levels) or (1, 0)
    assert before < 0.1 < after
    assert levels == curve(runs, "salt_pepper", [0.0, 0.1, 0.3, 0.6])


@pytest.mark.parametrize("kind", NOISES)
def test_every_noise_has_a_curve(kind: str) -> None:
    run = fit(BEST.with_values({"epochs": 5}), "cpu")
    clean = run.images.images()
    (level,) = curve([run], kind, [0.2], painted=[0, 5])
    assert level.nothing > 0
    assert not torch.equal(noisy(clean, kind, 0.2, 0, [0, 5]), noisy(clean, kind, 0.2, 1, [0, 5]))
