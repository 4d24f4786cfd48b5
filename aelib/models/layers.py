"""Layers that PyTorch does not have in the form that these nets need."""

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn


class Linear(nn.Linear):
    """A linear layer without initial weights: PyTorch would draw them from the global generator.

    `nn.utils.skip_init` has the same effect, but it imports SymPy, which takes half a second of a command's time.
    """

    def reset_parameters(self) -> None:
        """Leave the weights to `initialize`."""


class Conv2d(nn.Conv2d):
    """A convolution without initial weights, like `Linear`."""

    def reset_parameters(self) -> None:
        """Leave the weights to `initialize`."""


class ConvTranspose2d(nn.ConvTranspose2d):
    """A transposed convolution without initial weights, like `Linear`."""

    def reset_parameters(self) -> None:
        """Leave the weights to `initialize`."""


class TiedLinear(nn.Module):
    """A fully connected layer that uses the transposed matrix of another layer; its bias is its own."""

    def __init__(self, other: nn.Linear, start: nn.Linear) -> None:
        """other: the layer of the encoder, whose matrix is used and trained; start: gives the initial bias."""
        super().__init__()
        self.bias = start.bias
        self._other = (other,)  # in a tuple, so that its parameters are not counted twice
        self.in_features, self.out_features = other.out_features, other.in_features

    @property
    def weight(self) -> Tensor:
        """The other layer's matrix, transposed: outputs × inputs of this one."""
        return self._other[0].weight.T

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight, self.bias)


class Dropout(nn.Dropout):
    """`nn.Dropout` with its own random numbers: a run does not depend on others in the process, and a run that
    continues draws the same numbers as an uninterrupted one."""

    running_draws: Tensor

    def __init__(self, share: float, generator: Generator) -> None:
        """generator: gives the seed. The numbers are drawn on the CPU, the same for every device."""
        super().__init__(share)
        # on the CPU even if the weights are not: a stored net is built without real weights
        self._seed = int(torch.randint(2**62, (), generator=generator, device="cpu"))
        self.register_buffer("running_draws", torch.zeros((), dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        random = Generator().manual_seed(self._seed + int(self.running_draws))
        self.running_draws += 1
        kept = torch.rand(x.shape, generator=random) >= self.p
        return x * kept.to(x.device) / (1 - self.p)
