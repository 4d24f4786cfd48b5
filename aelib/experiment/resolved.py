"""What an experiment means on this machine: its data set, its network, its digest.

An `Experiment` is only a description and looks nothing up. `resolve` finds its data set, checks that everything fits
together, and plans the net; code that trains, stores or draws an experiment works with the result.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aelib import datasets
from aelib.core.errors import LabError
from aelib.datasets import DatasetSpec

from . import digest as digests
from . import validation
from .architecture import Architecture, DoesNotFit, plan
from .experiment import Experiment
from .fields import MAX_WIDTH, Model
from .problems import ExperimentError

SNAPSHOT_IMAGES = 32  # images of a large set whose reconstructions snapshots store
GRID_SIDE = 15  # points across and down of the decoded plane in a snapshot
SNAPSHOT_WEIGHTS = 250_000  # numbers in all weights that the snapshots of a run store: 1 MB
LEAST_WEIGHTS = 3  # with fewer snapshots that have weights, none are stored: a slider would have nothing to show
MAX_CODE = 64  # latent dimensions of a convolutional net that snapshots store: pages compute larger codes with the net


@dataclass(frozen=True, eq=False)
class Resolved:
    """An experiment together with what this machine knows about it.

    Attributes:
        experiment: the description.
        spec: of its data set; if `classes` is set, of the images of these classes only.
        images: the canonical name of the data set, which changes if other files have the same name.
        architecture: the net, step by step.
    """

    experiment: Experiment
    spec: DatasetSpec
    images: str
    architecture: Architecture

    @functools.cached_property
    def digest(self) -> str:
        """16 hexadecimal digits over everything that changes the result, stable between versions.

        Left out: fields without effect (momentum with Adam, a patience that is not used), different spellings ("auto",
        a mirrored decoder written out, a batch as large as the set) and fields at their default, so that a new field
        does not change the digests of old runs.
        """
        return digests.digest_over(self.acting, self.images)

    @functools.cached_property
    def acting(self) -> Mapping[str, Any]:
        """Dotted path -> value, for every field that has an effect. Equivalent values get the same form."""
        return digests.acting(self.experiment, self.spec, self.architecture)

    @property
    def effective(self) -> dict[str, Any]:
        """Dotted path -> value, for every field that has an effect and is not at its default."""
        return {path: value for path, value in self.acting.items() if value != digests.defaults()[path]}

    @property
    def model(self) -> Model:
        """The model without "auto", as `models.build` expects it."""
        return self.experiment.resolved_model

    @property
    def latent_dim(self) -> int:
        """Numbers in a code."""
        return self.architecture.latent_dim

    @property
    def stores_codes(self) -> bool:
        """Whether snapshots store the codes."""
        model = self.experiment.model
        return model.dense or (not model.enlarges and self.latent_dim <= MAX_CODE)

    @property
    def snapshot_images(self) -> int:
        """Number of images whose reconstructions snapshots store: all images of a memorised set."""
        return self.spec.images if self.spec.memorised else SNAPSHOT_IMAGES

    @property
    def stores_grid(self) -> bool:
        """Whether snapshots store the decoded plane too: for codes of two numbers, if the data set is not memorised. A
        net that receives the class has one plane for each class, so none is stored."""
        model = self.experiment.model
        return self.latent_dim == 2 and not (self.spec.memorised or model.enlarges or model.conditional)

    @property
    def snapshot_numbers(self) -> int:
        """Pixels in one snapshot."""
        return (self.snapshot_images + (GRID_SIDE**2 if self.stores_grid else 0)) * self.spec.pixels

    @property
    def weight_snapshots(self) -> int:
        """How many snapshots at most also store the weights; only small nets of fully connected layers store them."""
        most = SNAPSHOT_WEIGHTS // self.architecture.parameters
        return most if self.experiment.model.dense and most >= LEAST_WEIGHTS else 0


def resolve(experiment: Experiment) -> Resolved:
    """Look up the data set, check that everything fits together, and plan the net.

    Raises LabError if the data set is not on this machine, ExperimentError if the fields do not fit it.
    """
    described = datasets.spec(experiment.dataset)
    if experiment.classes:
        problems = list(validation.with_classes(experiment, described))
        if problems:
            raise ExperimentError(problems)
        described = datasets.only(described, tuple(sorted(set(experiment.classes))))
    # the spec is part of the cache key: a data set of this name may get other files while a server runs
    return _resolve(experiment, described, datasets.canonical(experiment.dataset))


def digest_of(experiment: Experiment) -> str:
    """The digest of an experiment, see `Resolved.digest`. Raises the same errors as `resolve`."""
    return resolve(experiment).digest


def change(base: Experiment, values: Mapping[str, Any]) -> Experiment:
    """`base` with fields set by dotted path, as users request it; texts are allowed. If the data set changes and the
    layers do not, the first layer (and the decoder's last) follows the new images, and a batch that is larger than the
    new training set becomes the whole set. Raises ExperimentError."""
    if "dataset" in values:
        name = str(values["dataset"])
        layers = {} if "model.layers" in values else _fitted_layers(base.model, name)
        values = {**layers, **_fitted_batch(base.batch_size, name), **values}
    return base.with_values(values)


@functools.lru_cache(maxsize=32_768)
def _resolve(experiment: Experiment, described: DatasetSpec, images: str) -> Resolved:
    problems = list(validation.with_images(experiment, described))
    if problems:
        raise ExperimentError(problems)
    try:
        net = plan(experiment.resolved_model, described.shape, described.shown_shape, described.classes)
    except DoesNotFit as error:
        raise ExperimentError([error.problem]) from None
    resolved = Resolved(experiment, described, images, net)
    problems = list(validation.with_net(resolved))
    if problems:
        raise ExperimentError(problems)
    return resolved


def _fitted_batch(size: int | None, dataset: str) -> dict[str, Any]:
    """The batch size, if a data set is too small for this one; nothing if the data set is not on this machine."""
    try:
        images = datasets.spec(dataset).splits.train
    except LabError:
        return {}
    return {"batch_size": "all"} if size is not None and size > images else {}


def _fitted_layers(model: Model, dataset: str) -> dict[str, Any]:
    """Layers for another data set; nothing if the set is not on this machine, which `resolve` reports."""
    try:
        described = datasets.spec(dataset)
    except LabError:
        return {}
    shown = math.prod(described.shown_shape)
    if max(shown, described.pixels) > MAX_WIDTH:
        return {}  # too large for fully connected layers
    found: dict[str, Any] = {"model.layers": (shown, *model.layers[1:])}
    if model.decoder_layers:
        found["model.decoder_layers"] = (*model.decoder_layers[:-1], described.pixels)
    return found
