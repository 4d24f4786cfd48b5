"""Named experiments: every row of `data/results.csv` that can be run has one, and so do our own recipes.

What a document leaves out (loss, batch size, initialisation, the code's activation) is stated in `assumed`.
"""

import csv
import difflib
import functools
from dataclasses import dataclass, field
from typing import Any

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.paths import bundled

from . import networks
from .experiment import Experiment
from .resolved import change

_RESULTS = bundled("results.csv")


@dataclass(frozen=True)
class Preset:
    """changes: dotted path -> value, on top of the default experiment; assumed: what we chose, and why."""

    name: str
    title: str
    changes: dict[str, Any] = field(hash=False)
    assumed: str = ""

    @property
    def experiment(self) -> Experiment:
        """Looked up with every call: what a data set holds can change with the files on this machine."""
        dataset = str(self.changes.get("dataset", "font5x7"))
        return _experiment(self.name, datasets.canonical(dataset))

    @property
    def reported(self) -> dict[str, str] | None:
        """The row of `results.csv` that this preset re-runs, or None for a recipe of our own."""
        return results().get(self.name)


@functools.lru_cache(maxsize=512)
def _experiment(name: str, images: str) -> Experiment:
    return change(Experiment(), PRESETS[name].changes)


@functools.cache
def results() -> dict[str, dict[str, str]]:
    """What the documents report: id -> row, as text."""
    with _RESULTS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


_A = {"epochs": 10_000}
_A_ASSUMED = (
    "The document does not name the loss, the batch or the initialisation: mean squared error, all 32 characters in "
    "one batch, PyTorch's default. The code is left linear; with a sigmoid on it fewer characters are learnt."
)
_BEST = {
    "model.hidden_activation": "silu",
    "model.initialization": "xavier_uniform",
    "loss": "bce",
    "optimizer.learning_rate": 0.01,
}
_BEST_DEEP = {**_BEST, "epochs": 10_000, "optimizer.schedule": "cosine"}
_BEST_ASSUMED = (
    "The document's layers and epochs, with SiLU instead of sigmoid (its slope does not vanish), cross-entropy (it "
    "pulls on pixels that are wrong and certain), Xavier's start and a rate that falls to 0."
)
_B = {
    "model.hidden_activation": "tanh",
    "normalization": "symmetric",
    "model.initialization": "xavier_uniform",
    "optimizer.kind": "momentum",
    "optimizer.momentum": 0.9,
}
_B_ASSUMED = (
    "The document names momentum, normalised data and a chosen initialisation, no more: tanh, pixels from −1 to 1, "
    "Xavier, momentum 0.9, mean squared error, all characters in one batch."
)


def _eta(rate: str) -> Preset:
    return Preset(
        f"font-eta-{rate}",
        f"35-20-2, momentum, rate {rate} (document B)",
        {**_B, "model.layers": (35, 20, 2), "optimizer.learning_rate": float(rate), "epochs": 10_000},
        _B_ASSUMED,
    )


def _dense_b(name: str, *layers: int) -> Preset:
    shown = "-".join(map(str, layers))
    changes = {**_B, "model.layers": layers, "optimizer.learning_rate": 0.0005, "epochs": 1000}
    return Preset(name, f"{shown}, momentum, 1,000 epochs (document B)", changes, _B_ASSUMED)


_DENOISE = {
    "corruption.kind": "salt_pepper",
    "corruption.level": 0.1,
    "model.layers": (35, 30, 20, 10, 2),
    "epochs": 10_000,
}
_NOISE_B = {"a": (35, 20, 10, 2), "b": (35, 20, 2), "c": (35, 20, 10, 5, 2)}


def _noise_b(net: str, percent: str) -> Preset:
    layers, level = _NOISE_B[net], int(percent) / 100
    return Preset(
        f"font-noise-{net}-{percent}",
        f"{'-'.join(map(str, layers))}, noise {level:g} (document B)",
        {
            **_B,
            "model.layers": layers,
            "optimizer.learning_rate": 0.0005,
            "epochs": 1000,
            "corruption.kind": "salt_pepper",
            "corruption.level": level,
        },
        f"{_B_ASSUMED} The kind of noise is not named: salt & pepper, new in every epoch.",
    )


_EMOJI = {
    "dataset": "emoji20x20",
    "model.variational": True,
    "model.hidden_activation": "relu",
    "optimizer.learning_rate": 0.001,
    "epochs": 1000,
}
_EMOJI_ASSUMED = (
    "The document does not name the loss: squared error summed over the pixels plus the KL divergence, as in its "
    "general formula; all 8 emoji in one batch, PyTorch's start."
)
_DIGITS = {
    "model.variational": True,
    "model.hidden_activation": "relu",
    "loss": "bce",
    "optimizer.learning_rate": 0.001,
    "epochs": 100,
    "snapshots": (1, 15, 30, 50, 100),
}


_ALL = [
    Preset("font-20-10", "35-20-10-2, sigmoid, Adam (document A)", {**_A, "model.layers": (35, 20, 10, 2)}, _A_ASSUMED),
    Preset("font-25-15", "35-25-15-2, sigmoid, Adam (document A)", {**_A, "model.layers": (35, 25, 15, 2)}, _A_ASSUMED),
    Preset(
        "font-30-20-10",
        "35-30-20-10-2, sigmoid, Adam (document A)",
        {**_A, "model.layers": (35, 30, 20, 10, 2)},
        _A_ASSUMED,
    ),
    Preset(
        "font-best",
        "Our best: all 32 through two numbers",
        {**_BEST, "model.layers": (35, 64, 32, 2), "epochs": 1000},
        "Our recipe: wider layers, SiLU, cross-entropy, Xavier's start, a rate of 0.01.",
    ),
    *(
        Preset(
            f"font-{sizes}-best",
            f"35-{sizes}-2, our recipe",
            {**_BEST_DEEP, "model.layers": f"35-{sizes}-2"},
            _BEST_ASSUMED,
        )
        for sizes in ("20-10", "25-15", "30-20-10")
    ),
    _dense_b("font-35-2", 35, 2),
    _dense_b("font-35-20-2", 35, 20, 2),
    _dense_b("font-35-20-10-2", 35, 20, 10, 2),
    *(_eta(rate) for rate in ("0.05", "0.005", "0.0005", "0.00005")),
    Preset(
        "font-denoise-10",
        "Denoiser 35-30-20-10-2, salt & pepper 0.1 (document A)",
        _DENOISE,
        f"{_A_ASSUMED} The noise is new in every epoch.",
    ),
    Preset(
        "font-denoise-best",
        "Denoiser, our best",
        {
            **_BEST,
            **_DENOISE,
            "model.layers": (35, 128, 64, 10),
            "epochs": 5000,
            "optimizer.learning_rate": 0.003,
            "optimizer.schedule": "cosine",
        },
        "Our recipe: a code of ten numbers (noise leaves no two-number code unharmed), SiLU, cross-entropy, Xavier's "
        "start and a rate that falls to 0.",
    ),
    *(_noise_b(net, percent) for net in _NOISE_B for percent in ("20", "05")),
    Preset(
        "emoji-vae-deep",
        "400-300-200-100-2, ReLU (document A)",
        {**_EMOJI, "model.layers": (400, 300, 200, 100, 2), "model.output_activation": "relu"},
        _EMOJI_ASSUMED,
    ),
    Preset(
        "emoji-vae-wide",
        "400-300-200-200, sigmoid output (document A)",
        {**_EMOJI, "model.layers": (400, 300, 200, 200)},
        f"{_EMOJI_ASSUMED} The code has the 200 numbers of the middle layer.",
    ),
    Preset(
        "emoji-morph",
        "Morph: 400-300-200-200 (document A)",
        {**_EMOJI, "model.layers": (400, 300, 200, 200)},
        "The document takes codes on the straight line between two emoji; 10 images between them.",
    ),
    Preset(
        "emoji-best",
        "Our best: 8 of 8, two numbers",
        {
            **_BEST,
            "dataset": "emoji20x20",
            "model.variational": True,
            "model.layers": (400, 256, 128, 2),
            "beta": 0.1,
            "epochs": 1000,
            "optimizer.learning_rate": 0.003,
            "optimizer.schedule": "cosine",
        },
        "Our recipe: SiLU, cross-entropy, Xavier's start, a rate that falls to 0, and β 0.1: with β 1 the KL costs "
        "more than the last details of an emoji are worth.",
    ),
    Preset(
        "digits-vae",
        "8x8 digits, 64-128-64-2",
        {**_DIGITS, "dataset": "digits8x8", "model.layers": (64, 128, 64, 2), "batch_size": 32},
        "Document B's lesson on small digits that need no download.",
    ),
    Preset(
        "mnist-vae",
        "MNIST, 784-512-256-2 (document B)",
        {**_DIGITS, "dataset": "mnist", "model.layers": (784, 512, 256, 2), "batch_size": 128},
        "The document names ReLU and Adam, no sizes, rate or batch: 784-512-256-2, 0.001, 128 images; its loss "
        "without its formula for pixels: cross-entropy.",
    ),
]

_CONVOLUTIONAL = {"model.kind": "convolutional", "model.hidden_activation": "relu", "batch_size": 128}
_LETTERS = {"letters": {"epochs": 20, "batch_size": 32}, "notmnist": {"epochs": 20}}  # letters are few: small batches
_CODES_ASSUMED = (
    "Document C, a lecture, names ReLU, a sigmoid at the end and the number of layers, no more: 16 and 8 channels, "
    "kernels of 3, max pooling, cross-entropy, Adam 0.003."
)
_BEST_CODES_ASSUMED = (
    "Our recipe: 32 and 64 channels, a layer more at each size, steps instead of pooling, SiLU, squared error, Adam "
    "0.002 that falls to 0."
)


def _compression(dataset: str) -> list[Preset]:
    """The document's four codes, and our recipe for each."""
    title = "notMNIST" if dataset == "notmnist" else "Letters"
    document = " (document C)" if dataset == "notmnist" else ""
    presets = []
    for code, layers in networks.CODES.items():
        changes = {**_CONVOLUTIONAL, **_LETTERS[dataset], **layers, "dataset": dataset, "loss": "bce"}
        changes |= {"model.convolution.pooling": "max", "optimizer.learning_rate": 0.003}
        presets.append(Preset(f"{dataset}-{code}", f"{title}, code {code}{document}", changes, _CODES_ASSUMED))
    for code, layers in networks.BEST_CODES.items():
        best = {
            **_CONVOLUTIONAL,
            **_LETTERS[dataset],
            **layers,
            "dataset": dataset,
            "model.hidden_activation": "silu",
            "optimizer.learning_rate": 0.002,
            "optimizer.schedule": "cosine",
        }
        presets.append(Preset(f"{dataset}-{code}-best", f"{title}, code {code}, our best", best, _BEST_CODES_ASSUMED))
    return presets


_RESTORE = {
    "model.hidden_activation": "leaky_relu",
    "model.batch_norm": True,
    "loss": "bce",
    "corruption.kind": "gaussian",
    "corruption.level": 0.5,
    "batch_size": 128,
    "epochs": 5,
}
_RESTORE_ASSUMED = (
    "Document D, a practical, names up to five steps, batch norm, leaky ReLU, cross-entropy and Adam; sizes, rate "
    "0.001 and noise (Gaussian, 0.5, cut off at black and white) are ours."
)
_COLOUR = {
    **_CONVOLUTIONAL,
    "model.convolution.channels": (32, 64, 16),
    "model.convolution.stride": (2, 2, 1),
    "optimizer.learning_rate": 0.002,
    "epochs": 15,
}
_COLOUR_ASSUMED = (
    "Document C, a lecture, leaves the network open: three layers a side, a code of 8x8x16, squared error, Adam."
)
_FEW = {"house_numbers": {"batch_size": 32, "optimizer.learning_rate": 0.004}}  # 1,800 images: smaller batches
_NOISY = {"corruption.kind": "gaussian", "corruption.level": 0.2}


def _colour(dataset: str, name: str, title: str) -> list[Preset]:
    base = {**_COLOUR, "dataset": dataset, **_FEW.get(dataset, {})}
    document = " (document C)" if dataset == "svhn" else ""
    return [
        Preset(f"{name}-autoencoder", f"{title}: autoencoder{document}", base, _COLOUR_ASSUMED),
        Preset(
            f"{name}-denoise",
            f"{title}: denoiser{document}",
            {**base, **_NOISY},
            f"{_COLOUR_ASSUMED} Noise: Gaussian, 0.2.",
        ),
    ]


_SHARPEN = {
    "model.kind": "super_resolution",
    "model.hidden_activation": "relu",
    "model.convolution.residual": False,
    "batch_size": 16,
    "epochs": 10,
}
_SHARPEN_ASSUMED = (
    "Document E, a paper, names ReLU and the number of layers: here layers on each side, kernels of 3, squared error, "
    "Adam 0.001, 16 patches a step."
)
_SHARPEN_BEST = {"model.convolution.residual": True, "optimizer.learning_rate": 0.002, "optimizer.schedule": "cosine"}
_SHARPEN_BEST_ASSUMED = (
    "Our recipe: the net gives only what is to be added to the picture that it is shown, and the rate falls to 0."
)


def _sharpen(dataset: str, name: str, title: str, document: str, channels: int, epochs: int) -> list[Preset]:
    """Nets of 2, 3 and 4 layers a side: the document's, and with our recipe."""
    base = {**_SHARPEN, "dataset": dataset, "epochs": epochs}
    presets = []
    for layers in networks.DEPTHS:
        net = networks.deep(layers, channels)
        best = {**base, **net, **_SHARPEN_BEST}
        about = f"{title}: {layers} layers a side"
        presets.append(Preset(f"{name}-{layers}", f"{about}{document}", {**base, **net}, _SHARPEN_ASSUMED))
        presets.append(Preset(f"{name}-{layers}-best", f"{about}, residual", best, _SHARPEN_BEST_ASSUMED))
    return presets


_E = " (document E)"
_ALL += [
    *_compression("letters"),
    *_compression("notmnist"),
    Preset(
        "digits-denoise",
        "8x8 digits: five steps, batch norm",
        {**_RESTORE, "dataset": "digits8x8", "model.layers": (64, 128, 96, 64, 48, 32), "batch_size": 32, "epochs": 60},
        f"{_RESTORE_ASSUMED} Small digits that need no download.",
    ),
    Preset(
        "mnist-denoise",
        "MNIST: 784-512-256-128-64-32, batch norm (document D)",
        {**_RESTORE, "dataset": "mnist", "model.layers": (784, 512, 256, 128, 64, 32)},
        _RESTORE_ASSUMED,
    ),
    *_colour("house_numbers", "house-numbers", "House numbers"),
    *_colour("svhn", "svhn", "SVHN"),
    Preset("svhn-gpu", "SVHN on each device (document C)", {**_COLOUR, "dataset": "svhn"}, _COLOUR_ASSUMED),
    *_sharpen("photographs_x2", "photographs", "Photographs twice as large", "", 16, 6),
    *_sharpen("photo_pairs", "sr", "Photo pairs", _E, 32, 10),
    *(
        Preset(
            f"sr-kernel-{kernel}-{stride}",
            f"Kernel {kernel}, stride {stride}{_E}",
            {**_SHARPEN, **networks.strided(kernel, stride, 32), "dataset": "photo_pairs"},
            f"{_SHARPEN_ASSUMED} Two layers a side, 32 and 64 channels.",
        )
        for kernel, stride in networks.KERNELS
    ),
    Preset(
        "sr-activations",
        f"Activations: ELU{_E}",
        {**_SHARPEN, **networks.deep(3, 32), "dataset": "photo_pairs", "model.hidden_activation": "elu"},
        f"{_SHARPEN_ASSUMED} The lesson compares other activations with it.",
    ),
]

PRESETS: dict[str, Preset] = {preset.name: preset for preset in _ALL}


def preset(name: str) -> Preset:
    """Raises LabError for a name that is not here."""
    if name not in PRESETS:
        near = difflib.get_close_matches(name[:60], PRESETS, n=4) or list(PRESETS)[:4]
        raise LabError(
            f"There is no preset {name[:60]!r}: choose {' or '.join(near)}, or another that `python -m aelib presets` "
            "lists."
        )
    return PRESETS[name]


def get(name: str) -> Experiment:
    """The experiment of preset `name`. Raises LabError for a name that is not here."""
    return preset(name).experiment
