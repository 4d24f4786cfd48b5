"""Convolutional autoencoders, and nets for super-resolution, built from the steps of an architecture."""

import math
from collections.abc import Iterator

import torch.nn.functional as F
from torch import Generator, Tensor, nn

from aelib.experiment import Model
from aelib.experiment.architecture import Architecture, Step
from aelib.nn.activations import activation_module
from aelib.nn.initialization import initialize

from .base import Autoencoder
from .layers import Conv2d, ConvTranspose2d, Linear


class Enlarge(nn.Module):
    """Bicubic enlargement by a whole factor; images may have any size."""

    def __init__(self, factor: int) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(x, scale_factor=self.factor, mode="bicubic", align_corners=False)


class ConvolutionalAutoencoder(Autoencoder):
    """encoder, decoder: one module for each step, so that the output of each step can be shown;
    `output_activation` stands apart, so that a loss can be computed from the logits."""

    def __init__(
        self, description: Model, architecture: Architecture, shape: tuple[int, int, int], generator: Generator
    ) -> None:
        super().__init__(description, architecture, shape, generator)
        last = max(i for i, step in enumerate(architecture.steps) if step.weights)
        layers = [_layer(step, description, generator, i == last) for i, step in enumerate(architecture.steps)]
        cut = len(architecture.encoder)
        self.encoder = nn.Sequential(*layers[:cut])
        self.decoder = nn.Sequential(*layers[cut:])
        self.output_activation = activation_module(description.output_activation)
        self._add_codebook(description, generator)

    def unconstrained(self, x: Tensor) -> Tensor:
        codes: Tensor = self.encoder(x).flatten(1)
        return codes

    def encoded(self, x: Tensor) -> Tensor:
        return self.constrained(self.encoder(x)).flatten(1)

    def decode_logits(self, z: Tensor) -> Tensor:
        logits: Tensor = self.decoder(z.view(-1, *self.architecture.code_shape))
        return logits

    def through(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if self.variational:
            return super().through(x)
        maps = self.constrained(self.encoder(x))  # not flattened, which would copy the maps
        return maps, self.decoder(maps)

    def output(self, logits: Tensor) -> Tensor:
        images: Tensor = self.output_activation(logits)
        return images

    def maps(self, x: Tensor) -> Iterator[tuple[Step, Tensor]]:
        """The output of each step for these images: batch × channels × height × width, or batch × numbers."""
        layers = [*self.encoder, *self.decoder]
        for step, layer in zip(self.architecture.steps, layers, strict=True):
            if step is self.architecture.decoder[0] and self.variational:
                x = x.chunk(2, dim=1)[0]  # the decoder receives the mean
            elif step is self.architecture.decoder[0]:
                x = self.constrained(x)
            x = layer(x)
            yield step, x


class SuperResolution(ConvolutionalAutoencoder):
    """Images may have any size if no layer makes them smaller. With `residual` the net's output is added to the input,
    which is enlarged first if it is smaller (after Kim et al. 2016, VDSR)."""

    def __init__(
        self, description: Model, architecture: Architecture, shape: tuple[int, int, int], generator: Generator
    ) -> None:
        super().__init__(description, architecture, shape, generator)
        factor = shape[1] // architecture.encoder[0].inputs[1]
        self.enlarge = Enlarge(factor) if factor > 1 else nn.Identity()
        self.residual = description.convolution.residual

    def through(self, x: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.encoder(x)
        logits = self.decoder(maps)
        return maps, logits + self.enlarge(x) if self.residual else logits


def _layer(step: Step, description: Model, generator: Generator, last: bool) -> nn.Sequential:
    """The modules of one step. last: whether it is the last step with weights; its activation is the output's, so it is
    left out."""
    modules = list(_modules(step))
    for module in modules:
        if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            initialize(module, description.initialization, step.activation, description.initialization_scale, generator)
    if step.batch_norm:
        modules.append(nn.BatchNorm2d(step.outputs[0]))
    if step.weights and not last and step.activation != "identity":
        activation = activation_module(step.activation)
        if isinstance(activation, nn.ReLU | nn.LeakyReLU):
            # the gradient can be computed from the output: one map less to write and to store
            activation.inplace = True
        modules.append(activation)
    return nn.Sequential(*modules)


def _modules(step: Step) -> Iterator[nn.Module]:
    match step.kind:
        case "dense":
            if len(step.inputs) > 1:
                yield nn.Flatten()
            yield Linear(math.prod(step.inputs), math.prod(step.outputs))
            if len(step.outputs) > 1:
                yield nn.Unflatten(1, step.outputs)
        case "convolution":
            yield Conv2d(step.inputs[0], step.outputs[0], step.kernel, step.stride, step.padding)
        case "transposed":
            yield ConvTranspose2d(
                step.inputs[0],
                step.outputs[0],
                step.kernel,
                step.stride,
                step.padding,
                step.output_padding,
            )
        case "max_pooling":
            yield nn.MaxPool2d(step.kernel)
        case "average_pooling":
            yield nn.AvgPool2d(step.kernel)
        case "resize":
            # a factor, if it is exact, works for images of any size
            yield nn.Upsample(scale_factor=step.stride) if step.whole else nn.Upsample(step.outputs[1:])
        case "enlarge":
            yield Enlarge(step.stride)
        case "sub_pixel":
            yield nn.PixelShuffle(step.stride)
        case _:
            raise ValueError(f"no modules for a step of kind {step.kind!r}")
