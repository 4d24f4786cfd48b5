"""Networks that lessons compare, as fields of an experiment: dotted path -> value."""

from typing import Any

# Sizes of codes, with the convolutions that lead to each from images of 28 to 32 pixels. As in the document: two or
# three layers on each side, with pooling between them.
CODES: dict[str, dict[str, Any]] = {
    "14x14": {"model.convolution.channels": (16, 1), "model.convolution.stride": (2, 1)},
    "7x7": {"model.convolution.channels": (16, 8, 1), "model.convolution.stride": (2, 2, 1)},
    "2x2": {"model.convolution.channels": (16, 8, 1), "model.convolution.stride": (2, 2, 3)},
    "1x1": {"model.convolution.channels": (16, 8, 1), "model.convolution.stride": (2, 2, 7)},
}
# Our recipe: more channels, one more layer at each size, strided convolutions instead of pooling.
BEST_CODES: dict[str, dict[str, Any]] = {
    "14x14": {"model.convolution.channels": (32, 32, 1), "model.convolution.stride": (2, 1, 1)},
    "7x7": {"model.convolution.channels": (32, 64, 64, 64, 1), "model.convolution.stride": (2, 1, 2, 1, 1)},
    "2x2": {"model.convolution.channels": (32, 64, 64, 64, 1), "model.convolution.stride": (2, 2, 1, 3, 1)},
    "1x1": {
        "model.convolution.channels": (32, 64, 64),
        "model.convolution.stride": (2, 2, 2),
        "model.convolution.code_size": 1,
    },
}
DEPTHS = (2, 3, 4)  # layers on each side of nets that enlarge or sharpen
KERNELS = ((4, 2), (6, 3))  # kernel and stride
ACTIVATIONS = ("relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid")


def deep(layers: int, channels: int) -> dict[str, Any]:
    """This many layers on each side, none of which makes the image smaller; the decoder mirrors them."""
    return {"model.convolution.channels": (channels,) * layers, "model.convolution.stride": (1,)}


def strided(kernel: int, stride: int, channels: int) -> dict[str, Any]:
    """Two layers on each side that make the image smaller."""
    return {
        "model.convolution.channels": (channels, 2 * channels),
        "model.convolution.kernel": kernel,
        "model.convolution.stride": (stride,),
    }
