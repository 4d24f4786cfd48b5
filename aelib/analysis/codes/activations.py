"""The activations of a layer of a trained net as a data set on which a sparse net can be trained: its features are
combinations of units that are active together (Bricken et al. 2023, Towards Monosemanticity)."""

import math

import torch
from torch import Tensor

from aelib import datasets
from aelib.analysis.inside.layers import look
from aelib.core.errors import LabError
from aelib.core.language import Lazy
from aelib.datasets import DatasetSpec, ImageSet, Splits
from aelib.datasets.user import collection
from aelib.datasets.user.found import SIDES
from aelib.experiment import Experiment, change, presets
from aelib.training import Run

from . import features

AT_ONCE = 500  # images that are evaluated together
TIMES = 4  # how many times larger than the layer the sparse code is
MOST = 1024  # largest size of the sparse code
ACTIVE, EPOCHS, BATCH = 5, 30, 50


def fits(run: Run) -> bool:
    """Whether a run has enough images, including held-out ones, and layers that `look` can record."""
    return run.experiment.model.dense and not run.spec.memorised and not run.spec.paired


def layers(run: Run) -> dict[str, tuple[int, int]]:
    """Name of each layer whose units fit into a rectangle of allowed size -> height and width of this rectangle."""
    one = look(run, run.model, run.inputs[:1], run.images.images()[:1], run.images.labels[:1])
    found = {layer.name: _sides(layer.units) for layer in one.layers[:-1]}
    return {name: sides for name, sides in found.items() if sides is not None}


def _sides(units: int) -> tuple[int, int] | None:
    """The sides of the most nearly square rectangle."""
    for height in range(math.isqrt(units), SIDES[0] - 1, -1):
        if units % height == 0 and units // height <= SIDES[1]:
            return height, units // height
    return None


def activations(run: Run, layer: str, images: ImageSet) -> Tensor:
    """The output of a layer for clean images, n × units. layer: one of `layers`."""
    found = []
    for start in range(0, len(images), AT_ONCE):
        part = images.part(slice(start, start + AT_ONCE))
        inside = look(run, run.model, part.shown.float() / 255, part.images(), part.labels)
        found.append(next(one for one in inside.layers if one.name == layer).outputs)
    return torch.cat(found)


def parts(described: DatasetSpec) -> tuple[ImageSet, ImageSet]:
    """The images whose activations are used: as many training and test images as in `features`."""
    train = datasets.training_set(described).part(slice(features.TRAINING_CODES))
    return train, datasets.test_set(described).part(slice(features.TEST_CODES))


def keep(run: Run, layer: str) -> str:
    """Store the activations of a layer as a user data set; returns its name, the same for the same run and layer. The
    images are grey, from the smallest activation (0) to the largest (255) of the training images. Raises LabError if
    the layer is not one of `layers`, or if all activations are equal."""
    sides = layers(run).get(layer)
    if sides is None:
        raise LabError(
            "layer is {layer!r}: choose one of {layers}.",
            layer=layer[:40],
            layers=", ".join(layers(run)) or Lazy("a wider net"),
        )
    both = parts(run.spec)
    found = [activations(run, layer, one) for one in both]
    low, high = float(found[0].min()), float(found[0].max())
    if high - low < 1e-9:
        raise LabError("This layer gives the same for every image: choose another layer, or train longer.")
    pixels = ((torch.cat(found) - low) / (high - low)).clamp(0, 1).mul(255).round().to(torch.uint8)
    names = tuple(f"image {i}" for i in range(len(pixels)))
    images = ImageSet(pixels.view(-1, 1, *sides), names, torch.cat([one.labels for one in both]))
    return collection.save(images, Splits(len(both[0]), 0, len(both[1])), f"{layer} of {run.digest}")


def sparse(run: Run, name: str) -> Experiment:
    """The sparse net for the activations that `keep` has stored under a name."""
    units = datasets.spec(name).pixels
    changes = {
        "dataset": name,
        "model.layers": (units, min(MOST, TIMES * units)),
        "model.penalty.active": min(ACTIVE, units),
        "epochs": EPOCHS,
        "batch_size": BATCH,
        "seed": run.experiment.seed,
    }
    return change(presets.get("dictionary-sparse"), changes)
