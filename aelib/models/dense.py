"""The dense autoencoder: fully connected layers down to the code, and up again."""

from itertools import pairwise

from torch import Generator, Tensor, nn
from torch.nn.utils import skip_init

from aelib.experiment import Model
from aelib.experiment.architecture import Architecture
from aelib.nn.activations import activation_module
from aelib.nn.initialization import initialize

from .base import Autoencoder


class DenseAutoencoder(Autoencoder):
    """encoder: image (flattened) → ... → code; decoder: code → ... → image; `output_activation` stands apart, so
    that a loss can be computed from the logits."""

    def __init__(
        self, description: Model, architecture: Architecture, shape: tuple[int, int, int], generator: Generator
    ) -> None:
        super().__init__(description, architecture, shape, generator)
        layers: list[nn.Module] = []
        for step in description.steps():
            # without torch's own first weights, which would be drawn from the global generator
            linear = skip_init(nn.Linear, step.inputs, step.outputs)  # type: ignore[no-untyped-call]
            initialize(linear, description.initialization, step.activation, description.initialization_scale, generator)
            layers.append(linear)
            if step.hidden and description.batch_norm:
                layers.append(nn.BatchNorm1d(step.outputs))
            layers.append(activation_module(step.activation))
        *layers, output_activation = layers
        # every step is as many modules, so the code's activation stands at the end of the encoder's steps
        steps = len(list(pairwise(description.layers)))
        cut = 2 * steps + (steps - 1 if description.batch_norm else 0)
        self.encoder = nn.Sequential(*layers[:cut])
        self.decoder = nn.Sequential(*layers[cut:])
        self.output_activation = output_activation

    def encoded(self, x: Tensor) -> Tensor:
        code: Tensor = self.encoder(x.flatten(1))
        return code

    def decode_logits(self, z: Tensor) -> Tensor:
        logits: Tensor = self.decoder(z)
        return logits.view(-1, *self.shape)

    def output(self, logits: Tensor) -> Tensor:
        images: Tensor = self.output_activation(logits)
        return images
