"""Presets about codes: linear nets compared with PCA, codes with more numbers than the image that must not copy it,
nets that receive the class, and codes made of codebook entries."""

from .preset import Preset

_LINEAR = {
    "model.output_activation": "identity",
    "optimizer.learning_rate": 0.02,
    "optimizer.schedule": "cosine",
    "epochs": 3000,
}
_LINEAR_ASSUMED = "No activation anywhere, squared error, all images in one batch, Adam with a rate that falls to 0."
_DIGITS = {
    "dataset": "digits8x8",
    "optimizer.learning_rate": 0.003,
    "optimizer.schedule": "cosine",
    "batch_size": 64,
    "epochs": 60,
}
_MANY = {**_DIGITS, "model.layers": (64, 128), "model.code_activation": "relu"}
_ASSUMED = "Our recipe on small digits that need no download: Adam 0.003 that falls to 0, 64 images a step."


def _sparse(name: str, title: str, values: dict[str, object]) -> Preset:
    return Preset(name, f"8x8 digits, {title}", {**_MANY, **values}, f"{_ASSUMED} 128 code numbers for 64 pixels.")


_QUANTISED = {"model.hidden_activation": "silu", "model.initialization": "xavier_uniform"}

_BEATS = {
    "dataset": "heartbeats",
    "classes": (0,),
    "model.hidden_activation": "silu",
    "model.output_activation": "sigmoid",
    "optimizer.schedule": "cosine",
    "batch_size": 32,
    "epochs": 40,
}

CODES = [
    Preset("font-linear", "35-2, linear: is it PCA?", {**_LINEAR, "model.layers": (35, 2)}, _LINEAR_ASSUMED),
    Preset(
        "digits-linear",
        "8x8 digits, 64-10, linear: is it PCA?",
        {**_LINEAR, "dataset": "digits8x8", "model.layers": (64, 10)},
        _LINEAR_ASSUMED,
    ),
    Preset(
        "digits-codes",
        "8x8 digits, 64-128-64-10: what is the code good for?",
        {
            **_DIGITS,
            "model.layers": (64, 128, 64, 10),
            "model.hidden_activation": "silu",
            "model.initialization": "xavier_uniform",
            "loss": "bce",
        },
        _ASSUMED,
    ),
    _sparse("digits-overcomplete", "64-128: more numbers than pixels", {}),
    _sparse(
        "digits-sparse-l1",
        "64-128, sparse by L1",
        {"model.penalty.kind": "l1", "model.penalty.weight": 0.0003, "optimizer.weight_decay": 0.0001},
    ),
    Preset(
        "digits-sparse-kl",
        "8x8 digits, 64-128, sparse by KL to a rate of 0.03",
        {
            **_MANY,
            "model.code_activation": "sigmoid",
            "model.penalty.kind": "kl",
            "model.penalty.weight": 0.02,
            "model.penalty.target": 0.03,
            "loss": "bce",
            "optimizer.learning_rate": 0.02,
            "optimizer.weight_decay": 0.000005,
            "epochs": 200,
        },
        "128 code numbers for 64 pixels. A mean of 0.03 is also reached by numbers that are all small and a decoder "
        "with large weights: a long training with a large rate (0.02, falling to 0) and a little weight decay lead to "
        "numbers that are off or on.",
    ),
    _sparse(
        "digits-k-sparse",
        "64-128, the 8 largest numbers",
        {"model.penalty.kind": "k_sparse", "model.penalty.active": 8},
    ),
    Preset(
        "digits-contractive",
        "8x8 digits, 64-32, contractive",
        {
            **_DIGITS,
            "model.layers": (64, 32),
            "model.code_activation": "sigmoid",
            "model.penalty.kind": "contractive",
            "model.penalty.weight": 0.0003,
            "epochs": 30,
        },
        _ASSUMED,
    ),
    Preset(
        "digits-odd-one",
        "8x8 digits, trained on 8 alone: the odd one out",
        {
            **_DIGITS,
            "classes": (8,),
            "model.layers": (64, 64, 16),
            "model.hidden_activation": "silu",
            "corruption.kind": "gaussian",
            "corruption.level": 0.3,
            "corruption.where": "train",
            "batch_size": 32,
            "epochs": 150,
        },
        "Our recipe for one class: noise in training, so that the net pulls what it is shown towards the images "
        "that it knows.",
    ),
    Preset(
        "heartbeats-odd-one",
        "Heartbeat-like curves, trained on normal beats alone: the odd one out",
        {**_BEATS, "model.layers": (96, 48, 8), "optimizer.learning_rate": 0.003},
        "Our recipe for curves: a dense net.",
    ),
    Preset(
        "heartbeats-odd-one-conv",
        "Heartbeat-like curves, one-dimensional convolutions: the odd one out",
        {
            **_BEATS,
            "model.kind": "convolutional",
            "model.convolution.channels": (8, 8),
            "model.convolution.stride": (1,),
            "model.convolution.kernel": 5,
            "model.convolution.code_size": 8,
            "optimizer.learning_rate": 0.003,
        },
        "Our recipe for curves: of an image that is one pixel high, a convolution sees a line alone.",
    ),
    Preset(
        "dictionary-sparse",
        "64-384 on sums of known features, the 5 largest numbers",
        {
            "dataset": "dictionary8x8",
            "normalization": "standardized",
            "model.layers": (64, 384),
            "model.code_activation": "relu",
            "model.penalty.kind": "k_sparse",
            "model.penalty.active": 5,
            "optimizer.learning_rate": 0.003,
            "optimizer.schedule": "cosine",
            "batch_size": 100,
            "epochs": 40,
        },
        "Our recipe: four code numbers for each planted feature, since some of them find none.",
    ),
    Preset(
        "patches-sparse",
        "144-256 on patches of photographs, the 8 largest numbers: edges",
        {
            "dataset": "patches12x12",
            "normalization": "standardized",
            "model.layers": (144, 256),
            "model.code_activation": "relu",
            "model.penalty.kind": "k_sparse",
            "model.penalty.active": 8,
            "optimizer.learning_rate": 0.003,
            "optimizer.schedule": "cosine",
            "batch_size": 100,
            "epochs": 30,
        },
        "Our recipe: the patches are whitened, and few of many code numbers are on in each.",
    ),
    Preset(
        "digits-tied",
        "8x8 digits, 64-16, tied weights",
        {**_DIGITS, "model.layers": (64, 16), "model.tied": True},
        _ASSUMED,
    ),
    Preset(
        "digits-conditional",
        "8x8 digits, 64-128-64-2, variational, told the class",
        {
            "dataset": "digits8x8",
            "model.variational": True,
            "model.conditional": True,
            "model.layers": (64, 128, 64, 2),
            "model.hidden_activation": "relu",
            "loss": "bce",
            "optimizer.learning_rate": 0.001,
            "batch_size": 32,
            "epochs": 100,
        },
        "The training of `digits-vae`; the class of an image goes into the encoder and into the decoder.",
    ),
    Preset(
        "digits-vq",
        "8x8 digits, 64-128-16, 8 places of 32 entries",
        {
            **_DIGITS,
            **_QUANTISED,
            "model.layers": (64, 128, 16),
            "model.codebook.entries": 32,
            "model.codebook.numbers": 2,
            "loss": "bce",
            "epochs": 150,
        },
        "Our recipe on small digits that need no download: a code of 8 pairs of numbers, and 32 pairs that stand for "
        "them.",
    ),
    Preset(
        "mnist-vq",
        "MNIST, 784-512-128, 32 places of 256 entries",
        {
            **_QUANTISED,
            "dataset": "mnist",
            "model.layers": (784, 512, 128),
            "model.codebook.entries": 256,
            "model.codebook.numbers": 4,
            "optimizer.learning_rate": 0.002,
            "optimizer.schedule": "cosine",
            "batch_size": 128,
            "epochs": 20,
        },
        "Our recipe: a code of 32 groups of 4 numbers, and 256 groups that stand for them.",
    ),
]
