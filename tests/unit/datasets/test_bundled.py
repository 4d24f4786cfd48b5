"""What every bundled set with classes must hold."""

import pytest
import torch

from aelib import datasets


@pytest.mark.parametrize(
    ("name", "count", "shape"), [("letters", 2800, (1, 28, 28)), ("house_numbers", 3000, (3, 32, 32))]
)
def test_bundled_sets_have_all_classes_in_all_parts(name: str, count: int, shape: tuple[int, ...]) -> None:
    described, images = datasets.spec(name), datasets.load(name)
    assert described.missing() is None
    assert len(images) == described.images == count
    assert tuple(images.pixels.shape[1:]) == shape
    assert len(set(images.names)) == count
    for part in images.labels.split(list(described.splits)):
        assert len(set(torch.bincount(part).tolist())) == 1, "as many of each class"
    assert len({one.numpy().tobytes() for one in images.pixels}) == count, "no image is there twice"
    spread = images.pixels.float().flatten(1).std(1)
    assert float(spread.min()) > 2, "none is blank"


@pytest.mark.parametrize("name", ["letters", "house_numbers"])
def test_what_is_drawn_can_be_told_apart_on_unseen_typefaces(name: str) -> None:
    """A label belongs to its image: the class means of the part to train on name many images of the part to test on."""
    train, test = datasets.training_set(name), datasets.test_set(name)
    x = train.images().mean(1).flatten(1)
    means = torch.stack([(x[train.labels == c] - 0).mean(0) for c in range(10)])
    if name == "letters":
        found = torch.cdist(test.images().mean(1).flatten(1), means).argmin(1)
        assert float((found == test.labels).float().mean()) > 0.6
    else:  # light on dark and dark on light: a mean says nothing, but edges of middle columns do

        def edges(pixels: torch.Tensor) -> torch.Tensor:
            grey = pixels.mean(1)[:, 4:28, 8:24]
            return torch.nn.functional.normalize((grey - grey.mean((1, 2), keepdim=True)).flatten(1), dim=1)

        similar = (edges(test.images()) @ edges(train.images()).T).abs()
        found = train.labels[similar.argmax(1)]
        assert float((found == test.labels).float().mean()) > 0.5
