"""The interface that every autoencoder implements."""

import copy
from abc import ABC, abstractmethod
from typing import NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from aelib.core.errors import LabError
from aelib.core.language import N_
from aelib.experiment import Model
from aelib.experiment.architecture import Architecture
from aelib.nn.variational import VARIANCES

from .codebook import Codebook

NEEDS_LABELS = N_("This net is told the class of every image: give it images with labels, or choose a class.")


class Passed(NamedTuple):
    """The results of a forward pass during training.

    codes: batch × latent_dim, or maps with as many numbers; logits: before the output activation; extra: a term that is
    added to the reconstruction loss, one number, or None.
    """

    codes: Tensor
    logits: Tensor
    extra: Tensor | None = None


class Autoencoder(nn.Module, ABC):
    """Images x are float, batch × channels × height × width, normalised; codes z are batch × latent_dim.

    latent_dim: how many numbers a code has; shape: channels, height, width of an image; codebook: the entries that make
    up the codes of a VQ-VAE. A net that receives the class of an image can be used once labels were passed to `given`.
    """

    def __init__(
        self, description: Model, architecture: Architecture, shape: tuple[int, int, int], generator: Generator
    ) -> None:
        """description: the model's settings, without "auto"; architecture: the steps; generator: draws the initial
        weights."""
        super().__init__()
        self.architecture = architecture
        self.latent_dim = architecture.latent_dim
        self.variational = description.variational
        self.variance = VARIANCES[description.variance]
        self.penalty = description.penalty
        self.commitment = description.codebook.commitment
        self.codebook: Codebook | None = None
        self.shape = shape
        self._classes: Tensor | None = None  # one-hot, 1 or batch × classes

    def _add_codebook(self, description: Model, generator: Generator) -> None:
        """Create the codebook after the layers, so that these have the same initial weights as without a codebook."""
        if self.architecture.book is not None:
            about = description.codebook
            self.codebook = Codebook(self.architecture.book, about.decay, about.revive, generator)

    def given(self, labels: Tensor | None) -> Self:
        """The net for images of these classes: one number for each image, or one for all. It shares its weights with
        this net. A net that does not receive the class ignores the labels. Raises LabError if labels are missing, or
        are not classes that the net was trained with."""
        classes = self.architecture.classes
        if not classes:
            return self
        if labels is None or not len(labels):
            raise LabError(NEEDS_LABELS)
        if int(labels.min()) < 0 or int(labels.max()) >= classes:
            raise LabError("The net was trained with the classes 0 to {last}: choose one of them.", last=classes - 1)
        told = copy.copy(self)
        told._classes = F.one_hot(labels.long(), classes)
        return told

    def _told(self, x: Tensor) -> Tensor:
        """Images or codes, batch × numbers, with the class appended if the net receives it."""
        if not self.architecture.classes:
            return x
        if self._classes is None:
            raise LabError(NEEDS_LABELS)
        return torch.cat([x, self._classes.to(x).expand(len(x), -1)], dim=1)

    def unconstrained(self, x: Tensor) -> Tensor:
        """Codes, batch × latent_dim, before a constraint; only for nets that can have a codebook."""
        raise NotImplementedError(type(self).__name__)

    @abstractmethod
    def encoded(self, x: Tensor) -> Tensor:
        """The output of the encoder: codes, or, for a variational net, mu and the values for the variance side by
        side."""

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and log_var of each image, batch × latent_dim each. Raises ValueError if the net is not variational."""
        if not self.variational:
            raise ValueError("only a variational net gives distributions")
        mu, s = self.encoded(x).chunk(2, dim=1)
        return mu, self.variance.log_var(s)

    def encode(self, x: Tensor) -> Tensor:
        """Encode images; for a variational net the codes are the means."""
        return self.posterior(x)[0] if self.variational else self.encoded(x)

    @abstractmethod
    def decode_logits(self, z: Tensor) -> Tensor:
        """Decode codes to images before the output activation (losses such as BCE are computed from these)."""

    @abstractmethod
    def output(self, logits: Tensor) -> Tensor:
        """Apply the output activation."""

    def decode(self, z: Tensor) -> Tensor:
        """Decode codes to images."""
        return self.output(self.decode_logits(z))

    def embed(self, x: Tensor) -> Tensor:
        """The code that represents each image: never a random sample."""
        return self.encode(x)

    def constrained(self, codes: Tensor) -> Tensor:
        """Apply the penalty's constraint or the codebook to codes of any shape; the result goes to the decoder. Without
        either, the codes are unchanged."""
        if self.codebook is not None:
            made: Tensor = self.codebook(codes)
            return made
        entry = self.penalty.entry
        if entry is None or entry.constrain is None:
            return codes
        return entry.constrain(codes.flatten(1), self.penalty.active).view_as(codes)

    def jacobians(self, x: Tensor) -> Tensor:
        """The exact derivatives of each code with respect to its image: batch × latent_dim × inputs. Only for nets that
        process every image independently."""

        def code_of(one: Tensor) -> Tensor:
            return self.encoded(one[None])[0]

        found: Tensor = torch.func.vmap(torch.func.jacrev(code_of))(x)
        return found.flatten(2)

    def passed(self, x: Tensor) -> Passed:
        """Encode and decode images, and compute the additional loss of the code."""
        if self.codebook is not None:
            free = self.unconstrained(x)
            codes = self.constrained(free)
            apart = (free - codes.detach()).float().square().mean()
            return Passed(codes, self.decode_logits(codes), self.commitment * apart)
        codes, logits = self.through(x)
        entry = self.penalty.entry
        if entry is None or entry.value is None:
            return Passed(codes, logits)
        asked = self.jacobians(x) if entry.of_jacobian else codes.flatten(1).float()
        return Passed(codes, logits, self.penalty.weight * entry.value(asked, self.penalty.target))

    def through(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Codes, batch × latent_dim or maps with as many numbers, and the output for them before the output activation:
        the forward pass of training."""
        z = self.encode(x)
        return z, self.decode_logits(z)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Encode and decode images."""
        return self.output(self.through(x)[1])

    def forward(self, x: Tensor) -> Tensor:
        return self.reconstruct(x)
