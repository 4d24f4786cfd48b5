"""Networks that lessons compare, as fields of an experiment: dotted path -> value."""

from typing import Any

# How large a code is, and the convolutions that lead to it from images of 28 to 32 pixels. The document's: two or three
# layers a side, pooling between them.
CODES: dict[str, dict[str, Any]] = {
    "14x14": {"model.convolution.channels": (16, 1), "model.convolution.stride": (2, 1)},
    "7x7": {"model.convolution.channels": (16, 8, 1), "model.convolution.stride": (2, 2, 1)},
    "2x2": {"model.convolution.channels": (16, 8, 1), "model.convolution.stride": (2, 2, 3)},
    "1x1": {"model.convolution.channels": (16, 8, 1), "model.convolution.stride": (2, 2, 7)},
}
# Ours: more channels, a layer more at each size, steps of the convolution instead of pooling.
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
DEPTHS = (2, 3, 4)  # layers a side of nets that enlarge or sharpen
KERNELS = ((4, 2), (6, 3))  # kernel and stride
ACTIVATIONS = ("relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid")


def deep(layers: int, channels: int) -> dict[str, Any]:
    """So many layers a side, none of which makes the image smaller; the decoder mirrors them."""
    return {"model.convolution.channels": (channels,) * layers, "model.convolution.stride": (1,)}


def strided(kernel: int, stride: int, channels: int) -> dict[str, Any]:
    """Two layers a side that make the image smaller."""
    return {
        "model.convolution.channels": (channels, 2 * channels),
        "model.convolution.kernel": kernel,
        "model.convolution.stride": (stride,),
    }
