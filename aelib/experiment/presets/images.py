"""Presets of images: compression, restoring, colour and super-resolution."""

from .. import networks
from .preset import Preset

_CONVOLUTIONAL = {"model.kind": "convolutional", "model.hidden_activation": "relu", "batch_size": 128}
# letters has few images: small batches
_LETTERS = {"letters": {"epochs": 20, "batch_size": 32}, "notmnist": {"epochs": 20}}
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
IMAGES = [
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
