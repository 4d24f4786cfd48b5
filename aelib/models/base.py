"""What every autoencoder can do."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from aelib.experiment import Model
from aelib.experiment.architecture import Architecture


class Passed(NamedTuple):
    """What training goes through.

    codes: batch × latent_dim, or maps of as many numbers; logits: before the output activation; extra: what is added to
    the reconstruction loss, one number, or None.
    """

    codes: Tensor
    logits: Tensor
    extra: Tensor | None = None


class Autoencoder(nn.Module, ABC):
    """Images x are float, batch × channels × height × width, normalised; codes z are batch × latent_dim.

    latent_dim: numbers in a code; shape: channels, height, width of an image.
    """

    def __init__(
        self, description: Model, architecture: Architecture, shape: tuple[int, int, int], generator: Generator
    ) -> None:
        """description: choices, without "auto"; architecture: the steps; generator: draws the first weights."""
        super().__init__()
        self.architecture = architecture
        self.latent_dim = architecture.latent_dim
        self.variational = description.variational
        self.penalty = description.penalty
        self.shape = shape

    @abstractmethod
    def encoded(self, x: Tensor) -> Tensor:
        """What the encoder gives: codes, or mu and log_var side by side where the net is variational."""

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and log_var of each image, batch × latent_dim each. Raises ValueError where the net is not variational."""
        if not self.variational:
            raise ValueError("only a variational net gives distributions")
        mu, log_var = self.encoded(x).chunk(2, dim=1)
        return mu, log_var

    def encode(self, x: Tensor) -> Tensor:
        """Images to codes; of a variational net the means."""
        return self.posterior(x)[0] if self.variational else self.encoded(x)

    @abstractmethod
    def decode_logits(self, z: Tensor) -> Tensor:
        """Codes to images before the output activation (losses such as BCE are computed from these)."""

    @abstractmethod
    def output(self, logits: Tensor) -> Tensor:
        """The output activation."""

    def decode(self, z: Tensor) -> Tensor:
        """Codes to images."""
        return self.output(self.decode_logits(z))

    def embed(self, x: Tensor) -> Tensor:
        """The one code that stands for each image: never a random sample."""
        return self.encode(x)

    def constrained(self, codes: Tensor) -> Tensor:
        """Codes, any shape, as the penalty lets them through to the decoder; the same without a constraint."""
        entry = self.penalty.entry
        if entry is None or entry.constrain is None:
            return codes
        return entry.constrain(codes.flatten(1), self.penalty.active).view_as(codes)

    def jacobians(self, x: Tensor) -> Tensor:
        """The derivatives of each code with respect to its image, exact: batch × latent_dim × inputs. Only of nets that
        treat every image by itself."""

        def code_of(one: Tensor) -> Tensor:
            return self.encoded(one[None])[0]

        found: Tensor = torch.func.vmap(torch.func.jacrev(code_of))(x)
        return found.flatten(2)

    def passed(self, x: Tensor) -> Passed:
        """Images to code to images, with what the code costs."""
        codes, logits = self.through(x)
        entry = self.penalty.entry
        if entry is None or entry.value is None:
            return Passed(codes, logits)
        asked = self.jacobians(x) if entry.of_jacobian else codes.flatten(1).float()
        return Passed(codes, logits, self.penalty.weight * entry.value(asked, self.penalty.target))

    def through(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Codes, batch × latent_dim or maps of as many numbers, and what comes of them before the output activation:
        what training goes through."""
        z = self.encode(x)
        return z, self.decode_logits(z)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Images to code to images."""
        return self.output(self.through(x)[1])

    def forward(self, x: Tensor) -> Tensor:
        return self.reconstruct(x)
