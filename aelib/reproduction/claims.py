"""Every figure that the documents report, and how it is measured again: one Claim for each row of `data/results.csv`.

A measure turns a run into the document's figure. A recipe is a preset with changes, and says why. What a document
leaves out, we had to assume: each such claim has another assumption beside ours, so that its weight is seen, or says
what was not tried, and why.
"""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import torch
import torch.nn.functional as F

from aelib import datasets
from aelib.analysis import denoising
from aelib.experiment import Experiment, change, networks, presets
from aelib.metrics import latent_space, reconstruction
from aelib.training import Run, device_speed

BETWEEN = 10  # images between two emoji of a morph
NOISE_LEVELS = tuple(i / 20 for i in range(1, 21))
RECOGNISED = 0.5  # share of characters that must still be recognised
HALF = 0.5  # a pixel on the wrong side of grey

Better = Literal["more", "less", "same", ""]  # than reported is better; same: it follows from the net; "": no contest


@dataclass(frozen=True)
class Measure:
    """label: what the figure is, in words; each: the figure of one run; scatter: the figure is the standard deviation
    of `each` over the runs, not its mean; trains: whether runs are needed."""

    label: str
    better: Better
    each: Callable[[Run], float]
    scatter: bool = False


@dataclass(frozen=True)
class Recipe:
    """A preset with changes (dotted path -> value), and why it is so."""

    preset: str
    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    why: str = ""

    @property
    def experiment(self) -> Experiment:
        base = presets.get(self.preset)
        return change(base, self.changes) if self.changes else base


@dataclass(frozen=True)
class Alternative:
    """Another assumption: changes to the document's recipe, or another measure of the same runs; seeds: None for as
    many as the recipe has."""

    title: str
    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    measure: Measure | None = None
    seeds: int | None = None


@dataclass(frozen=True)
class Claim:
    """A row of `results.csv`. recipe: the document's; best: ours, None where there is nothing to win; seeds,
    best_seeds: trainings of each; untried: why there are no alternatives."""

    id: str
    measure: Measure
    recipe: Recipe
    best: Recipe | None
    seeds: int
    best_seeds: int
    alternatives: tuple[Alternative, ...] = ()
    untried: str = ""

    @property
    def row(self) -> dict[str, str]:
        """What the document says, as text."""
        return presets.results()[self.id]

    @property
    def reported(self) -> float | None:
        """The document's figure, None where it gives a picture or none."""
        try:
            return float(self.row["reported"])
        except ValueError:
            return None

    @property
    def assumed(self) -> str:
        """What the document leaves out, and what was chosen."""
        return " ".join(text for text in (presets.preset(self.recipe.preset).assumed, self.recipe.why) if text)


# --- figures of a run ---------------------------------------------------------------------------------------


def mean_error(run: Run) -> float:
    """Mean squared error over pixels and images with pixels from −1 to 1, whatever the run was trained with: four times
    that of pixels from 0 to 1."""
    return 4 * float(run.metrics["mse"])


def learnt_at(threshold: float, run: Run) -> float:
    """Images with at most one pixel off by this much or more."""
    counts = reconstruction.wrong_pixels(run.reconstructions(), run.images.images(), threshold)
    return float((counts <= reconstruction.LEARNT_AT_MOST).sum())


def noise_limit(run: Run) -> float:
    """The highest level of its noise, in steps of 0.05, up to which at least half of the noisy characters come out
    nearest to their own original (8 draws of the noise); 0 where none is."""
    clean = run.images.images()
    own = torch.arange(len(clean)).repeat(denoising.DRAWS)
    usable = 0.0
    for level in NOISE_LEVELS:
        draws = range(denoising.DRAWS)
        shown = torch.cat([denoising.noisy(clean, run.experiment.corruption.kind, level, draw) for draw in draws])
        nearest, _ = reconstruction.nearest(run.restored(shown), clean)
        if float((nearest == own).float().mean()) < RECOGNISED:
            break
        usable = level
    return usable


def morph_images(run: Run) -> float:
    """Of ten images on the straight line between two codes, how many differ (in 8 bits) from all others of their morph
    and from its ends; mean over all pairs of images."""
    codes = torch.from_numpy(run.codes())
    distinct = []
    for a in range(len(codes)):
        for b in range(a + 1, len(codes)):
            pixels = run.decode(latent_space.along(codes[[a, b]], BETWEEN).numpy())
            images = [image.tobytes() for image in (pixels * 255).round().astype("uint8")]
            distinct.append(sum(images.count(image) == 1 for image in images[1:-1]))
    return sum(distinct) / len(distinct)


def code_bits(run: Run) -> float:
    """32 bits for each number of the code."""
    return 32.0 * run.latent_dim


@torch.no_grad()
def cross_entropy(run: Run) -> float:
    """Binary cross-entropy of what the net makes of noisy test images against the clean ones: mean over pixels and
    images, natural logarithm."""
    judged = datasets.test_set(run.experiment.dataset)
    outputs = run.restored(run.inputs_of(judged)).clamp(0, 1)
    return float(F.binary_cross_entropy(outputs, judged.images()))


def time_ratio(run: Run) -> float:
    """A GPU's time of training divided by a CPU's, of the same net on the same images, as kept by
    `python -m benchmarks.devices` (the fastest of each kind): on the run's images, else on the bundled house numbers,
    which are as large. NaN where no GPU was measured."""
    for dataset in (run.experiment.dataset, "house_numbers"):
        wanted, rates = run.experiment.model_copy(update={"dataset": dataset}), dict[str, float]()
        for speed in device_speed.stored():
            if device_speed.is_of(speed, wanted):
                rates[speed.device] = max(rates.get(speed.device, 0.0), speed.images_a_second)
        if {"cpu", "cuda"} <= rates.keys():
            return rates["cpu"] / rates["cuda"]
    return math.nan


def _metric(name: str) -> Callable[[Run], float]:
    return lambda run: float(run.metrics[name])


_PICTURES = Measure("mean squared error of the pictures", "", _metric("mse"))
# by the column `metric` of results.csv
MEASURES: dict[str, Measure] = {
    "characters_learnt_of_32": Measure("characters learnt of 32", "more", _metric("learnt")),
    "emoji_learnt_of_8": Measure("emoji learnt of 8", "more", _metric("learnt")),
    "usable_noise_limit": Measure("noise up to which half of the characters are recognised", "more", noise_limit),
    "intermediate_images": Measure("different images between two emoji", "more", morph_images),
    "std_of_error": Measure("standard deviation of the error over the runs", "less", mean_error, scatter=True),
    "mean_error": Measure("mean squared error, pixels from −1 to 1", "less", mean_error),
    "code_bits": Measure("bits of the code, 32 a number", "same", code_bits),
    "bce": Measure("binary cross-entropy of test images", "less", cross_entropy),
    "mse": Measure("mean squared error of validation patches", "less", _metric("mse")),
    "gpu_over_cpu_time": Measure("time on a GPU / time on a CPU", "", time_ratio),
    "latent_scatter_and_grid": _PICTURES,
    "pictures": _PICTURES,
    "comparison": _PICTURES,
    "originals_and_outputs": _PICTURES,
    "originals_noisy_outputs": _PICTURES,
}
_AT_HALF = Measure("emoji learnt of 8, a pixel being wrong from 0.5 on", "more", functools.partial(learnt_at, HALF))


# --- recipes ------------------------------------------------------------------------------------------------

# Document B's nets are shallow and stop early; MSE with momentum at 0.0005 has hardly begun by then.
_QUICK_START = {
    "model.hidden_activation": "silu",
    "normalization": "none",
    "loss": "bce",
    "optimizer.kind": "adam",
    "optimizer.learning_rate": 0.01,
    "optimizer.schedule": "cosine",
}
_QUICK_WHY = (
    "The document's layers and epochs, with Adam 0.01 that falls to 0, SiLU and cross-entropy on pixels from 0 to 1: "
    "it gets there within the document's epochs."
)
_LINEAR = {**_QUICK_START, "loss": "mse", "optimizer.learning_rate": 0.1}
_LINEAR_WHY = (
    "The document's layers and epochs, with Adam 0.1 that falls to 0; squared error, since that is what is reported. "
    "There is no hidden layer, so no activation to choose."
)
_CODES = {
    "model.hidden_activation": "silu",
    "model.output_activation": "sigmoid",
    "model.initialization": "xavier_uniform",
    "loss": "bce",
    "beta": 0.01,
    "optimizer.schedule": "cosine",
}
_CODES_WHY = (
    "The document's layers and epochs, with β 0.01 (at 1 the KL costs more than the details are worth), SiLU, a "
    "sigmoid at the end, cross-entropy, Xavier's start and a rate that falls to 0."
)
_ERROR_WHY = "It does not say what its error is either: here the mean squared error of pixels from −1 to 1."
_WRONG_WHY = "Nor does it say when a pixel is wrong: here from 0.2 on, where 0 is black and 1 is white."
_USABLE_WHY = (
    "It judges by eye up to which noise the net can be used: here as long as at least half of the noisy characters "
    "come out nearest to their own original."
)
_SEEDS = 3  # of nets on real images, which take long
_FEW_EPOCHS = 3
_FEW_WHY = f"The document names no epochs: {_FEW_EPOCHS}, so that the table takes minutes, not hours."


def _font_a(name: str) -> Claim:
    """Document A's three nets."""
    return Claim(
        name,
        MEASURES["characters_learnt_of_32"],
        Recipe(name),
        Recipe(f"{name}-best", {}, presets.preset(f"{name}-best").assumed),
        20,
        20,
        (
            Alternative("loss: cross-entropy, not squared error", {"loss": "bce"}),
            Alternative("a sigmoid on the code too", {"model.code_activation": "sigmoid"}),
        ),
    )


def _font_b(name: str, layers: int) -> Claim:
    """Document B's errors after 1,000 epochs. layers: of the encoder."""
    linear = layers == 1
    return Claim(
        name,
        MEASURES["mean_error"],
        Recipe(name, {}, _ERROR_WHY),
        Recipe(name, _LINEAR if linear else _QUICK_START, _LINEAR_WHY if linear else _QUICK_WHY),
        20,
        20,
        (
            Alternative("batch: one character at a time", {"batch_size": 1}, seeds=5),
            Alternative("momentum 0.99, not 0.9", {"optimizer.momentum": 0.99}),
        ),
    )


def _eta(name: str) -> Claim:
    return Claim(
        name,
        MEASURES["std_of_error"],
        Recipe(name, {}, _ERROR_WHY),
        Recipe(name, _QUICK_START, _QUICK_WHY),
        100,
        100,
        (Alternative("initialisation: PyTorch's default, not Xavier's", {"model.initialization": "pytorch"}),),
    )


_LIGHT_KL = Alternative("β 0.01: the KL weighs less", {"beta": 0.01})


def _emoji(name: str) -> Claim:
    return Claim(
        name,
        MEASURES["emoji_learnt_of_8"],
        Recipe(name, {}, _WRONG_WHY),
        Recipe(name, _CODES, _CODES_WHY),
        10,
        10,
        (
            Alternative("a pixel is wrong from 0.5 on, not from 0.2", measure=_AT_HALF),
            _LIGHT_KL,
        ),
    )


def _code(size: str) -> Claim:
    name, few = f"notmnist-{size}", {"epochs": 5}
    why = (
        f"{presets.preset(f'{name}-best').assumed} A quarter of the epochs, each of which costs several times as much."
    )
    return Claim(
        name,
        MEASURES["code_bits"],
        Recipe(name),
        Recipe(f"{name}-best", few, why),
        _SEEDS,
        _SEEDS,
        (Alternative("rate 0.001, not 0.003", {"optimizer.learning_rate": 0.001}),),
    )


_FASTER = Alternative("rate 0.003, not 0.001", {"optimizer.learning_rate": 0.003})


def _sharpen(layers: int) -> Claim:
    name, few = f"sr-{layers}", {"epochs": _FEW_EPOCHS}
    why = f"{presets.preset(f'{name}-best').assumed} As many epochs."
    return Claim(
        name,
        MEASURES["mse"],
        Recipe(name, few, _FEW_WHY),
        Recipe(f"{name}-best", few, why),
        _SEEDS,
        _SEEDS,
        (replace(_FASTER, seeds=None if layers == 2 else 1),),  # deeper nets take minutes
    )


def _pictures(
    name: str, *alternatives: Alternative, why: str = "", untried: str = "", seeds: int = _SEEDS, **changes: Any
) -> Claim:
    """A row that reports pictures: what can be measured of them."""
    recipe = Recipe(name, changes, why)
    return Claim(name, MEASURES[presets.results()[name]["metric"]], recipe, None, seeds, 0, alternatives, untried)


_ACTIVATIONS = tuple(
    Alternative(f"{name}, not ELU", {"model.hidden_activation": name}) for name in networks.ACTIVATIONS if name != "elu"
)
_RATE = Alternative("rate 0.001, not 0.002", {"optimizer.learning_rate": 0.001})

_ALL = [
    *(_font_a(f"font-{sizes}") for sizes in ("20-10", "25-15", "30-20-10")),
    Claim(
        "font-denoise-10",
        MEASURES["usable_noise_limit"],
        Recipe("font-denoise-10", {}, _USABLE_WHY),
        Recipe("font-denoise-best", {}, presets.preset("font-denoise-best").assumed),
        3,
        3,
        (Alternative("loss: cross-entropy, not squared error", {"loss": "bce"}),),
    ),
    _emoji("emoji-vae-deep"),
    _emoji("emoji-vae-wide"),
    Claim(
        "emoji-morph",
        MEASURES["intermediate_images"],
        Recipe("emoji-morph"),
        Recipe("emoji-morph", _CODES, _CODES_WHY),
        3,
        3,
        (_LIGHT_KL,),
    ),
    *(_eta(f"font-eta-{rate}") for rate in ("0.05", "0.005", "0.0005", "0.00005")),
    _font_b("font-35-2", 1),
    _font_b("font-35-20-2", 2),
    _font_b("font-35-20-10-2", 3),
    *(_font_b(f"font-noise-{net}-{level}", 3) for net in "abc" for level in ("20", "05")),
    _pictures(
        "mnist-vae",
        seeds=1,
        untried="other layers, another rate or another β: a training shows 100 times 60,000 digits and takes minutes.",
    ),
    *(_code(size) for size in networks.CODES),
    _pictures("svhn-autoencoder", _RATE),
    _pictures("svhn-denoise", _RATE),
    _pictures(
        "svhn-gpu",
        why="Where its own images were not timed, house numbers that are as large.",
        untried="another net: both devices train the same one, and only their time is compared.",
    ),
    Claim(
        "mnist-denoise",
        MEASURES["bce"],
        Recipe("mnist-denoise"),
        Recipe(
            "mnist-denoise",
            {"model.hidden_activation": "silu", "optimizer.learning_rate": 0.002, "optimizer.schedule": "cosine"},
            "The document's layers, with SiLU and a rate of 0.002 that falls to 0.",
        ),
        _SEEDS,
        _SEEDS,
        (
            Alternative("noise 0.25, not 0.5", {"corruption.level": 0.25}),
            _FASTER,
        ),
    ),
    *(_sharpen(layers) for layers in networks.DEPTHS),
    _pictures("sr-kernel-4-2", _FASTER, why=_FEW_WHY, epochs=_FEW_EPOCHS),
    _pictures("sr-kernel-6-3", _FASTER, why=_FEW_WHY, epochs=_FEW_EPOCHS),
    _pictures(
        "sr-activations",
        *_ACTIVATIONS,
        why="The document names no epochs: one, since six activations are compared.",
        epochs=1,
    ),
]

CLAIMS: dict[str, Claim] = {claim.id: claim for claim in _ALL}
