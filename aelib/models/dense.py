"""The dense autoencoder: fully connected layers down to the code, and up again."""

from torch import Generator, Tensor, nn

from aelib.experiment import Model
from aelib.experiment.architecture import Architecture
from aelib.nn.activations import activation_module
from aelib.nn.initialization import initialize

from .base import Autoencoder
from .layers import Dropout, Linear, TiedLinear


class DenseAutoencoder(Autoencoder):
    """encoder: image (flattened) → ... → code; decoder: code → ... → image; `output_activation` stands apart, so
    that a loss can be computed from the logits."""

    def __init__(
        self, description: Model, architecture: Architecture, shape: tuple[int, int, int], generator: Generator
    ) -> None:
        super().__init__(description, architecture, shape, generator)
        steps, planned = description.steps(), architecture.steps
        layers: list[nn.Module] = []
        linears: list[nn.Linear] = []
        # index of the step that gives the code, and number of modules in the encoder
        code, cut = len(description.layers) - 2, 0
        for i, step in enumerate(steps):
            linear = Linear(planned[i].inputs[0], planned[i].outputs[0])
            initialize(linear, description.initialization, step.activation, description.initialization_scale, generator)
            linears.append(linear)
            layers.append(TiedLinear(linears[len(steps) - 1 - i], linear) if description.tied and i > code else linear)
            if step.hidden and description.batch_norm:
                layers.append(nn.BatchNorm1d(step.outputs))
            layers.append(activation_module(step.activation))
            if description.dropout and (step.hidden or (i == code and not description.variational)):
                layers.append(Dropout(description.dropout, generator))
            if i == code:
                cut = len(layers)
        *layers, output_activation = layers
        self.encoder = nn.Sequential(*layers[:cut])
        self.decoder = nn.Sequential(*layers[cut:])
        self.output_activation = output_activation
        self._add_codebook(description, generator)

    def unconstrained(self, x: Tensor) -> Tensor:
        codes: Tensor = self.encoder(self._told(x.flatten(1)))
        return codes

    def encoded(self, x: Tensor) -> Tensor:
        return self.constrained(self.unconstrained(x))

    def decode_logits(self, z: Tensor) -> Tensor:
        logits: Tensor = self.decoder(self._told(z))
        return logits.view(-1, *self.shape)

    def output(self, logits: Tensor) -> Tensor:
        images: Tensor = self.output_activation(logits)
        return images
