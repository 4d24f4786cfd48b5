"""What every lesson asks before the training: one item, the first of its list that fits the experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aelib.core.language import N_

from . import outcomes
from .items import ChoiceItem, ImageItem, Item, NumberItem

if TYPE_CHECKING:
    from aelib.experiment import Resolved


def _memorised(one: Resolved) -> bool:
    return one.spec.memorised


def has_classes(one: Resolved) -> bool:
    """Whether held-out images are of several classes."""
    return not one.spec.memorised and not one.spec.paired and one.spec.classes > 1


def _held_out(one: Resolved) -> bool:
    return not one.spec.memorised and not one.spec.paired


def _noisy(one: Resolved) -> bool:
    return one.experiment.corruption.kind != "none" and not one.spec.paired


def _in_colour(one: Resolved) -> bool:
    return _held_out(one) and one.spec.shape[0] == 3


def _has_pca(one: Resolved) -> bool:
    return not one.spec.paired and one.latent_dim < min(one.spec.pixels, one.spec.splits.train)


def _images(one: Resolved) -> float:
    return float(one.spec.images)


LEARNT = NumberItem(
    name="learnt",
    text="How many of the {images} images will it learn?",
    hint="An image is learnt with at most one wrong pixel.",
    fits=_memorised,
    figure=outcomes.learnt,
    high=_images,
    near=2,
)
WORST_IMAGE = ImageItem(
    name="worst-image",
    text="Which of the {images} images will come out worst?",
    fits=_memorised,
    right=outcomes.worst_image,
)
WORST_CLASS = ImageItem(
    name="worst-class",
    text="Which class will come out worst?",
    fits=has_classes,
    right=outcomes.worst_class,
)
AGAINST_INPUT = ChoiceItem(
    name="against-input",
    text="Wrong pixels: fewer than in the noisy input?",
    fits=lambda one: _noisy(one) and one.spec.memorised,
    choices={"fewer": N_("Fewer"), "same": N_("As many"), "more": N_("More")},
    right=outcomes.against_input,
)
NOISE_LEFT = NumberItem(
    name="noise-left",
    text="How much of the noise will be left?",
    hint="The squared error: 0 % is a perfect image, 100 % the noisy input, more is worse than doing nothing.",
    fits=_noisy,
    figure=outcomes.noise_left,
    unit=" %",
    high=1000,
    near=5,
)
ERROR_LEFT = NumberItem(
    name="error-left",
    text="How large will the error be with a code of {code}?",
    hint="The squared error: 0 % is a perfect image, 100 % the error of one mean image for all.",
    fits=lambda one: not one.spec.paired,
    figure=outcomes.error_left,
    unit=" %",
    high=1000,
    near=5,
)
GAIN = NumberItem(
    name="gain",
    text="By how many decibels will it beat bicubic?",
    hint="Half a decibel is just visible. A net that does not enlarge is compared with its input.",
    fits=lambda one: one.spec.paired,
    figure=outcomes.gain_over_bicubic,
    unit=" dB",
    low=-50,
    high=50,
    digits=1,
    near=0.5,
)
LOST_MOST = ChoiceItem(
    name="lost-most",
    text="Of what will most be lost?",
    fits=_in_colour,
    choices={"light": N_("Light and shadow"), "colour": N_("Colour"), "detail": N_("Fine detail")},
    right=outcomes.lost_most,
)
AUROC = NumberItem(
    name="auroc",
    text="In how many of 100 pairs will the odd image have the larger error?",
    hint="Pairs of an image of a known class and one of another: 50 is chance, 100 is perfect.",
    fits=lambda one: bool(one.spec.only),
    figure=outcomes.auroc,
    near=5,
)
AGAINST_PCA = ChoiceItem(
    name="against-pca",
    text="Will its error be smaller than that of PCA?",
    hint="PCA with as many numbers, on the same images.",
    fits=_has_pca,
    choices={"smaller": N_("Smaller"), "same": N_("The same, within 1 %"), "larger": N_("Larger")},
    right=outcomes.against_pca,
)
FEATURES = NumberItem(
    name="features",
    text="What share of the planted features will it find?",
    fits=lambda one: one.spec.features is not None and one.experiment.model.dense,
    figure=outcomes.features_found,
    unit=" %",
    near=10,
)
NUMBERS_ON = NumberItem(
    name="numbers-on",
    text="How many of {latent} numbers will be on in an image?",
    fits=lambda one: not one.spec.paired,
    figure=outcomes.numbers_on,
    high=lambda one: float(one.latent_dim),
    near=3,
)

GENERAL: tuple[Item, ...] = (GAIN, AUROC, AGAINST_INPUT, NOISE_LEFT, LEARNT, ERROR_LEFT)  # for any experiment
