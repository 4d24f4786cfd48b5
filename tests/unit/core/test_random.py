"""Random numbers of one purpose of one seed."""

import pytest
import torch

from aelib.core.random import generator


def _numbers(seed: int, purpose: str) -> list[float]:
    return torch.rand(8, generator=generator(seed, purpose), dtype=torch.float64).tolist()


def test_the_same_seed_and_purpose_give_the_same_numbers() -> None:
    assert _numbers(3, "weights") == _numbers(3, "weights")


def test_every_seed_and_every_purpose_has_numbers_of_its_own() -> None:
    found = [_numbers(seed, purpose) for seed in (0, 1, 11) for purpose in ("weights", "order", "weights:1", "")]
    assert len({tuple(numbers) for numbers in found}) == len(found)


def test_numbers_are_the_same_from_version_to_version() -> None:
    """Stored runs say their seed and no more: other numbers would be other runs."""
    assert generator(0, "weights").initial_seed() == 0x55DB6912B7E8D31


@pytest.mark.parametrize("seed", [-1, 0, 2**31, 2**63, 10**30])
def test_any_whole_number_is_a_seed(seed: int) -> None:
    assert 0 <= generator(seed, "weights").initial_seed() < 2**63


def test_the_global_generator_is_left_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    torch.rand(3, generator=generator(5, "order"))
    assert torch.equal(torch.get_rng_state(), before)
