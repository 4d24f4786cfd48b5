"""New codes for any trained autoencoder: distributions that are fitted to the codes of the training images."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.mixture import GaussianMixture

from aelib.core.errors import LabError
from aelib.core.random import generator
from aelib.metrics.latent_space import prior

Array = NDArray[np.float32]
COMPONENTS = 10  # components of the mixture, unless there are fewer codes


@dataclass(frozen=True, kw_only=True)
class Sampler:
    """One way to draw codes. label: its usual name; draw: (codes, count, seed) returns count × latent_dim; codes: those
    of the training images, images × latent_dim."""

    label: str
    draw: Callable[[Array, int, int], Array]


def _standard(codes: Array, count: int, seed: int) -> Array:
    drawn: Array = prior(count, codes.shape[1], seed).numpy()
    return drawn


def _mixture(components: int) -> Callable[[Array, int, int], Array]:
    def draw(codes: Array, count: int, seed: int) -> Array:
        if len(codes) < 2:
            raise LabError("A distribution is fitted to at least two codes: choose a set with more images.")
        word = generator(seed, "sampler").initial_seed() % 2**32
        fitted = GaussianMixture(min(components, len(codes)), random_state=word).fit(codes.astype(np.float64))
        drawn = fitted.sample(count)[0]
        # shuffled, because they come in the order of the components
        return np.random.default_rng(word).permutation(drawn).astype(np.float32)

    return draw


SAMPLERS: dict[str, Sampler] = {
    "standard_normal": Sampler(label="standard normal, as a variational net asks for", draw=_standard),
    "gaussian": Sampler(label="normal distribution fitted to the codes", draw=_mixture(1)),
    "mixture": Sampler(label="mixture of normal distributions fitted to the codes", draw=_mixture(COMPONENTS)),
}


def sample(name: str, codes: Array, count: int, seed: int = 0) -> Array:
    """Codes drawn by a sampler, count × latent_dim, the same for the same seed. Raises LabError."""
    if name not in SAMPLERS:
        raise LabError("sampler is {name!r}: choose {samplers}.", name=name[:60], samplers=", ".join(SAMPLERS))
    if count < 1:
        raise LabError("count is {count}: give a whole number from 1.", count=count)
    return SAMPLERS[name].draw(codes, count, seed)
