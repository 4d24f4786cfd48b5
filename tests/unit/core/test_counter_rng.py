"""Random bits that depend on a key, an image and a pixel alone."""

import pytest
import torch

from aelib.core.counter_rng import key, random_bits


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
