"""Fields of an experiment: what they allow, and where they have no effect."""

import pytest

from aelib.experiment import ExperimentError, digest_of, presets, resolve

BEST = presets.get("font-best").with_values({"epochs": 30})


def test_noise_without_effect_is_no_noise() -> None:
    for values in (
        {"corruption.kind": "gaussian", "corruption.level": 0},
        {"corruption.level": 0.7},
        {"corruption.pixels": "1-2"},
    ):
        assert digest_of(BEST.with_values(values)) == digest_of(BEST)
    painted = BEST.with_values({"corruption.kind": "painted", "corruption.pixels": "5-3-3"})
    assert digest_of(painted) == digest_of(painted.with_values({"corruption.pixels": "3-5"}))
    assert digest_of(painted) != digest_of(BEST)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"corruption.kind": "rain"}, "corruption.kind is 'rain': choose none, salt_pepper"),
        ({"corruption.level": 1.2}, r"corruption.level is 1.2: give a number from 0 to 1"),
        ({"corruption.level": "much"}, "corruption.level is 'much'"),
        ({"corruption.pixels": "3-35"}, "corruption.pixels is 3-35, which has 35: give numbers from 0 to 34"),
        ({"corruption.where": "here"}, "corruption.where is 'here': choose both, train or test"),
    ],
)
def test_what_makes_no_sense_is_said(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(ExperimentError, match=sentence):
        resolve(BEST.with_values(values))
