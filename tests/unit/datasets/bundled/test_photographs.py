"""Patches of photographs."""

import socket

import pytest
import torch

from aelib import datasets


def test_photographs_are_made_small_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    large = datasets.load("photographs_x2").pixels
    for factor in (2, 3, 4):
        images, described = datasets.load(f"photographs_x{factor}"), datasets.spec(f"photographs_x{factor}")
        assert described.splits == (2000, 400, 200)
        assert len(set(images.names)) == len(images)
        assert described.shown_shape == (3, 48 // factor, 48 // factor)
        assert torch.equal(images.pixels, large)
        parts = [set(part.tolist()) for part in images.labels.split(list(described.splits))]
        assert sum(map(len, parts)) == len(set.union(*parts)), "other pictures in each part"
        # the small patch is the mean of the large one's blocks, but for what the filter takes from beside
        blocks = torch.nn.functional.avg_pool2d(images.pixels.float(), factor)
        assert float((blocks - images.shown.float()).abs().mean()) < 3
