"""What every autoencoder can do."""

from abc import ABC, abstractmethod

from torch import Generator, Tensor, nn

from aelib.experiment import Model
from aelib.experiment.architecture import Architecture


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
