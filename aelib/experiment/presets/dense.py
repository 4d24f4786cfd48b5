"""Presets of dense nets: the font, emoji and digits."""

from .preset import Preset

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


DENSE = [
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
        "Our best: 35-64-32-2, SiLU, Adam",
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
        "Our recipe: a code of ten numbers, SiLU, cross-entropy, Xavier's start and a rate that falls to 0.",
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
        "Our best: 400-256-128-2, SiLU",
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
        "digits-vae-film",
        "8x8 digits, 64-128-64-2, kept at 24 epochs",
        {
            **_DIGITS,
            "dataset": "digits8x8",
            "model.layers": (64, 128, 64, 2),
            "batch_size": 32,
            "snapshots": None,
        },
        "The same net and the same training as `digits-vae`, whose codes are kept at more epochs.",
    ),
    Preset(
        "mnist-vae",
        "MNIST, 784-512-256-2 (document B)",
        {**_DIGITS, "dataset": "mnist", "model.layers": (784, 512, 256, 2), "batch_size": 128},
        "The document names ReLU and Adam, no sizes, rate or batch: 784-512-256-2, 0.001, 128 images; its loss "
        "without its formula for pixels: cross-entropy.",
    ),
]
