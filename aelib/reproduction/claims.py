"""The documents' claims: one Claim for each row of `data/results.csv`, with the recipe that measures it again.

A recipe is a preset with changes and a reason. Where a document leaves something out, we had to assume it. Each such
claim has alternatives, which show how much the assumption matters, or says what was not tried and why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aelib.core.language import N_, _
from aelib.experiment import Experiment, change, networks, presets

from .measures import EMOJI_LEARNT_AT_HALF, MEASURES, Measure


@dataclass(frozen=True)
class Recipe:
    """A preset with changes (dotted path -> value), and the reason for them."""

    preset: str
    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    why: str = ""

    @property
    def experiment(self) -> Experiment:
        """The preset with the changes."""
        base = presets.get(self.preset)
        return change(base, self.changes) if self.changes else base


@dataclass(frozen=True)
class Alternative:
    """Another assumption: changes to the document's recipe, or another measure of the same runs.

    seeds: number of runs, None for as many as the claim has.
    """

    title: str
    changes: Mapping[str, Any] = field(default_factory=dict, hash=False)
    measure: Measure | None = None
    seeds: int | None = None


@dataclass(frozen=True)
class Claim:
    """A row of `data/results.csv`.

    Attributes:
        id: the row's name, also the name of the preset with the document's recipe.
        measure: the metric that the document reports.
        recipe: the document's recipe.
        best: our recipe, None if the document has no figure to improve on.
        seeds, best_seeds: number of runs by the document's recipe and by ours.
        alternatives: other assumptions that are measured too.
        untried: why there are no alternatives; empty if there are some.
    """

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
        """The row of `data/results.csv`: column -> text."""
        return presets.results()[self.id]

    @property
    def reported(self) -> float | None:
        """The document's figure, None if it gives a picture or no figure."""
        try:
            return float(self.row["reported"])
        except ValueError:
            return None

    @property
    def assumed(self) -> str:
        """What the document leaves out and what we assumed instead."""
        why = _(self.recipe.why) if self.recipe.why else ""
        return " ".join(text for text in (presets.preset(self.recipe.preset).assumed, why) if text)


# --- recipes ------------------------------------------------------------------------------------------------

# Document B trains shallow nets for few epochs, too few for squared error with momentum and a learning rate of 0.0005.
_QUICK_START = {
    "model.hidden_activation": "silu",
    "normalization": "none",
    "loss": "bce",
    "optimizer.kind": "adam",
    "optimizer.learning_rate": 0.01,
    "optimizer.schedule": "cosine",
}
_QUICK_WHY = N_(
    "The document's layers and epochs, with Adam (learning rate 0.01, falling to 0), SiLU, and cross-entropy on pixels "
    "from 0 to 1. This converges within the document's epochs."
)
_LINEAR = {**_QUICK_START, "loss": "mse", "optimizer.learning_rate": 0.1}
_LINEAR_WHY = N_(
    "The document's layers and epochs, with Adam (learning rate 0.1, falling to 0) and squared error, which the "
    "document reports. There is no hidden layer, so no activation to choose."
)
_CODES = {
    "model.hidden_activation": "silu",
    "model.output_activation": "sigmoid",
    "model.initialization": "xavier_uniform",
    "loss": "bce",
    "beta": 0.01,
    "optimizer.schedule": "cosine",
}
_CODES_WHY = N_(
    "The document's layers and epochs, with β 0.01 (at 1 the KL outweighs the details), SiLU, a sigmoid output, "
    "cross-entropy, Xavier initialisation and a learning rate that falls to 0."
)
_ERROR_WHY = N_("It does not define its error either: here the mean squared error for pixels from −1 to 1.")
_WRONG_WHY = N_(
    "It does not say when a pixel is wrong either: here from an error of 0.2, where 0 is black and 1 is white."
)
_USABLE_WHY = N_(
    "It decides by eye up to which noise level the net is usable: here as long as at least half of the noisy "
    "characters are restored nearest to their own original."
)
_SEEDS = 3  # for nets on real images, which train slowly
_FEW_EPOCHS = 3
_FEW_WHY = f"The document names no number of epochs: here {_FEW_EPOCHS}, so that the table takes minutes, not hours."


def _assumed(preset: str) -> str:
    """The assumptions of a preset, in English; `_` translates them where they are shown."""
    return str(vars(presets.preset(preset))["assumed"])


def _font_a(name: str) -> Claim:
    """One of document A's three nets for the font."""
    return Claim(
        name,
        MEASURES["characters_learnt_of_32"],
        Recipe(name),
        Recipe(f"{name}-best", {}, _assumed(f"{name}-best")),
        20,
        20,
        (
            Alternative("loss: cross-entropy, not squared error", {"loss": "bce"}),
            Alternative("a sigmoid on the code too", {"model.code_activation": "sigmoid"}),
        ),
    )


def _font_b(name: str, layers: int) -> Claim:
    """An error of document B after 1,000 epochs. layers: number of layers of the encoder."""
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
            Alternative("a pixel is wrong from 0.5 on, not from 0.2", measure=EMOJI_LEARNT_AT_HALF),
            _LIGHT_KL,
        ),
    )


def _code(size: str) -> Claim:
    name, few = f"notmnist-{size}", {"epochs": 5}
    why = f"{_assumed(f'{name}-best')} A quarter of the epochs, since each takes several times as long."
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
    why = f"{_assumed(f'{name}-best')} As many epochs."
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
    """A row that reports pictures: their error is measured instead."""
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
        Recipe("font-denoise-best", {}, _assumed("font-denoise-best")),
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
        untried=N_(
            "other layers, another learning rate or another β: a training takes 100 epochs of 60,000 digits, "
            "several minutes."
        ),
    ),
    *(_code(size) for size in networks.CODES),
    _pictures("svhn-autoencoder", _RATE),
    _pictures("svhn-denoise", _RATE),
    _pictures(
        "svhn-gpu",
        why=N_("Without timings on its own images, those on house numbers of the same size are used."),
        untried=N_("another net: both devices train the same one, and only their time is compared."),
    ),
    Claim(
        "mnist-denoise",
        MEASURES["bce"],
        Recipe("mnist-denoise"),
        Recipe(
            "mnist-denoise",
            {"model.hidden_activation": "silu", "optimizer.learning_rate": 0.002, "optimizer.schedule": "cosine"},
            N_("The document's layers, with SiLU and a learning rate of 0.002 that falls to 0."),
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
        why=N_("The document names no number of epochs: here one, since six activations are compared."),
        epochs=1,
    ),
]

CLAIMS: dict[str, Claim] = {claim.id: claim for claim in _ALL}
