"""Evaluation protocols: what is measured for a net, depending on how its data set is evaluated
(`DatasetSpec.evaluation`).

A memorised set is evaluated image by image on the training images; otherwise a net is evaluated on held-out images.
There is one class for each protocol: it defines the columns of a history and the metrics of a run, and checks whether
metrics are consistent.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor

from aelib.datasets import DatasetSpec, ImageSet

from .image_quality import PERFECT, psnr_of_errors
from .reconstruction import LEARNT_AT_MOST, mse, psnr, wrong_pixels

ROUNDING = 1e-3  # dB


class EvaluationProtocol(ABC):
    """How nets on one data set are evaluated.

    Attributes:
        figures: columns of the history after the losses.
        metrics: names of the metrics that are one number.
        by_image: names of the metrics that have one number for each image.
        held_out: whether the evaluation set differs from the training set.
    """

    figures: ClassVar[tuple[str, ...]]
    metrics: ClassVar[frozenset[str]]
    by_image: ClassVar[frozenset[str]]
    held_out: ClassVar[bool]

    def __init__(self, spec: DatasetSpec) -> None:
        self.spec = spec

    @property
    @abstractmethod
    def losses(self) -> tuple[str, ...]:
        """Columns of the history that are losses: on the training set, then on held-out images."""

    @abstractmethod
    def evaluate(self, outputs: Tensor, targets: Tensor) -> dict[str, list[float]]:
        """`figures` of each member, and the values that early stopping needs. outputs: pixels, members × images ×
        channels × height × width; targets: images × channels × height × width."""

    @abstractmethod
    def summary(self, outputs: Tensor, images: ImageSet) -> dict[str, Any]:
        """The metrics of one net. outputs: pixels, images × channels × height × width."""

    @abstractmethod
    def agree(self, metrics: Mapping[str, Any], images: ImageSet) -> bool:
        """Whether metrics with the right names and types are consistent. images: the evaluation set."""


class Memorise(EvaluationProtocol):
    """Each image is either learnt or not, depending on its wrong pixels."""

    figures = ("wrong_pixels", "learnt")
    metrics = frozenset({"images", "mse", "learnt", "total", "wrong_pixels_total", "worst_pixel"})
    by_image = frozenset({"wrong_pixels"})
    held_out = False

    @property
    def losses(self) -> tuple[str, ...]:
        return ("train_loss",)

    def evaluate(self, outputs: Tensor, targets: Tensor) -> dict[str, list[float]]:
        counts = wrong_pixels(outputs, targets, self.spec.wrong_pixel).cpu()
        return {
            "wrong_pixels": counts.sum(dim=1).tolist(),
            "learnt": (counts <= LEARNT_AT_MOST).sum(dim=1).tolist(),
            "most_wrong": counts.amax(dim=1).tolist(),
        }

    def summary(self, outputs: Tensor, images: ImageSet) -> dict[str, Any]:
        """images, mse (mean over pixels and images), learnt and total (images), wrong_pixels (name -> count),
        wrong_pixels_total, and worst_pixel (the largest distance of any pixel from its target)."""
        targets = images.images()
        counts = wrong_pixels(outputs, targets, self.spec.wrong_pixel).tolist()
        return {
            "learnt": sum(count <= LEARNT_AT_MOST for count in counts),
            "total": len(images),
            "wrong_pixels_total": sum(counts),
            "images": len(images),
            "mse": float(mse(outputs, targets).mean()),
            "worst_pixel": float((outputs - targets).abs().max()),
            "wrong_pixels": dict(zip(images.names, counts, strict=True)),
        }

    def agree(self, metrics: Mapping[str, Any], images: ImageSet) -> bool:
        counts = metrics["wrong_pixels"]
        return (
            isinstance(counts, dict)
            and all(isinstance(count, int) and 0 <= count <= self.spec.pixels for count in counts.values())
            and tuple(counts) == images.names
            and metrics["total"] == metrics["images"] == len(counts)
            and metrics["wrong_pixels_total"] == sum(counts.values())
            and metrics["learnt"] == sum(count <= LEARNT_AT_MOST for count in counts.values())
        )


class HeldOut(EvaluationProtocol):
    """The squared error on images that were not trained on."""

    figures = ("mse",)
    metrics = frozenset({"images", "mse", "psnr"})
    by_image = frozenset[str]()
    held_out = True

    @property
    def losses(self) -> tuple[str, ...]:
        return "train_loss", "valid_loss" if self.spec.splits.valid else "test_loss"

    def evaluate(self, outputs: Tensor, targets: Tensor) -> dict[str, list[float]]:
        return {"mse": mse(outputs, targets).mean(dim=1).tolist()}

    def summary(self, outputs: Tensor, images: ImageSet) -> dict[str, Any]:
        """images, mse (mean over pixels and images) and psnr (dB, `image_quality.mean_psnr`)."""
        targets = images.images()
        return self.of_errors(mse(outputs, targets), mse(outputs.clamp(0, 1), targets))

    @staticmethod
    def of_errors(errors: Tensor, clipped: Tensor) -> dict[str, Any]:
        """The metrics that follow from the squared error of each image of a test set. clipped: the squared errors of
        the outputs clipped to 0 to 1, from which the PSNR is computed."""
        return {"images": len(errors), "mse": float(errors.mean()), "psnr": psnr_of_errors(clipped)}

    def agree(self, metrics: Mapping[str, Any], images: ImageSet) -> bool:
        # the mean of the images' PSNR is at least the PSNR of the mean error, which earlier versions stored
        return bool(psnr(max(metrics["mse"], PERFECT)) - ROUNDING <= metrics["psnr"] <= psnr(PERFECT) + ROUNDING)

    @staticmethod
    def pools(metrics: Mapping[str, Any]) -> bool:
        """Whether `psnr` was computed from the mean error over all images, as in earlier versions."""
        return math.isclose(metrics["psnr"], psnr(max(metrics["mse"], PERFECT)), abs_tol=1e-6)


def protocol(spec: DatasetSpec) -> EvaluationProtocol:
    """The protocol by which nets on this data set are evaluated."""
    return {"memorise": Memorise, "held_out": HeldOut}[spec.evaluation](spec)
