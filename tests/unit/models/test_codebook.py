"""The codebook of a VQ-VAE: nearest entries, straight-through gradients, moving means, dead entries, all by hand."""

import pytest
import torch
from torch import Tensor

from aelib import datasets
from aelib.core.random import generator
from aelib.experiment import Experiment, presets
from aelib.experiment.architecture import Book
from aelib.models import Codebook, build
from aelib.training import fit

BOOK = Book(entries=5, numbers=2, places=3)


def _codes(count: int = 40, seed: int = 1) -> Tensor:
    return torch.randn(count, 6, generator=generator(seed, "test"))


def _book(decay: float = 0.9, revive: bool = False) -> Codebook:
    return Codebook(BOOK, decay, revive, generator(0, "test"))


def _nearest(book: Codebook, codes: Tensor) -> list[list[int]]:
    """By loops: the places of a code are its inner axis."""
    found = []
    for code in codes:
        vectors = [torch.stack([code[place], code[3 + place]]) for place in range(3)]
        found.append([min(range(5), key=lambda k, v=vector: float((book.entries[k] - v).norm())) for vector in vectors])
    return found


def test_every_place_of_a_code_becomes_the_nearest_entry() -> None:
    book, codes = _book().eval(), _codes()
    wanted = _nearest(book, codes)
    assert book.indices(codes).tolist() == wanted
    made = book(codes)
    for code, places in zip(made, wanted, strict=True):
        for place, entry in enumerate(places):
            torch.testing.assert_close(code[[place, 3 + place]], book.entries[entry].detach())
    torch.testing.assert_close(book.made(torch.tensor(wanted)), made)


def test_maps_are_codes_whose_places_are_pixels() -> None:
    book, codes = _book().eval(), _codes()
    maps = codes.view(-1, 2, 1, 3).contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(book(maps), book(codes).view_as(maps))


def test_gradients_pass_straight_through() -> None:
    book, codes = _book().eval(), _codes().requires_grad_()
    weights = torch.randn(6, generator=generator(2, "test"))
    (book(codes) * weights).sum().backward()
    torch.testing.assert_close(codes.grad, weights.expand_as(codes))
    assert book.entries.grad is None, "the entries follow the codes, the optimiser does not move them"


def test_entries_are_moving_means_of_the_codes_that_are_nearest() -> None:
    book, decay = _book(0.9), 0.9
    counts, sums = [1.0] * 5, [entry.clone() for entry in book.entries.detach()]
    for step in range(3):
        codes = _codes(seed=step)
        chosen = _nearest(book, codes)
        book.train()(codes)
        for k in range(5):
            places = [(i, p) for i, one in enumerate(chosen) for p, entry in enumerate(one) if entry == k]
            total = sum((codes[i][[p, 3 + p]] for i, p in places), torch.zeros(2))
            counts[k] = decay * counts[k] + (1 - decay) * len(places)
            sums[k] = decay * sums[k] + (1 - decay) * total
            torch.testing.assert_close(book.entries[k].detach(), sums[k] / counts[k])


def test_a_look_does_not_move_the_entries() -> None:
    book = _book().eval()
    before = {name: tensor.clone() for name, tensor in book.state_dict().items()}
    book(_codes())
    torch.testing.assert_close(book.state_dict(), before, rtol=0, atol=0)


def test_dead_entries_are_revived_and_come_into_use() -> None:
    far = _codes() + 50
    dead, alive = _book(), _book(revive=True)
    for _ in range(20):
        dead.train()(far)
        alive.train()(far)
    assert len(dead.indices(far).unique()) == 1, "one entry has all of them"
    assert len(alive.indices(far).unique()) == 5


def test_revival_is_the_same_for_the_same_seed_and_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    one, other = _book(revive=True), _book(revive=True)
    for step in range(5):
        one.train()(_codes(seed=step))
        other.train()(_codes(seed=step))
    assert torch.equal(one.entries, other.entries)
    assert torch.equal(torch.rand(2), expected)


def test_an_entry_that_is_never_used_stays_a_number() -> None:
    book = _book(0.5)
    for _ in range(200):
        book.train()(_codes() + 50)
    assert bool(book.entries.isfinite().all())


def test_the_commitment_is_the_mean_squared_distance_to_the_entries() -> None:
    values = {"model.layers": "35-8", "model.codebook.entries": 6, "model.codebook.numbers": 2}
    net = build(Experiment().with_values({**values, "model.codebook.commitment": 0.7})).eval()
    images = datasets.load("font5x7").images()
    free, passed = net.unconstrained(images), net.passed(images)
    assert passed.extra is not None
    torch.testing.assert_close(passed.extra, 0.7 * (free - passed.codes).square().mean())
    (gradient,) = torch.autograd.grad(passed.extra, [net.encoder[0].bias])  # type: ignore[union-attr, list-item]
    expected = 0.7 * 2 * (free - passed.codes).sum(dim=0) / free.numel()
    torch.testing.assert_close(gradient, expected, msg="the entry is taken as a constant")


@pytest.mark.parametrize("count", [1, 2])
def test_a_batch_with_fewer_codes_than_entries_fills_the_book(count: int) -> None:
    book = _book(revive=True)
    book.train()(_codes(count))
    assert bool(book.entries.isfinite().all())
    assert len(book.indices(_codes(count)).unique()) <= 3 * count


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO GPU HERE")
def test_a_gpu_gives_the_same_run_every_time() -> None:
    experiment = presets.get("digits-vq").with_values({"epochs": 3})
    once, again = fit(experiment, "cuda"), fit(experiment, "cuda")
    assert all(once.weights[name].equal(again.weights[name]) for name in once.weights)
