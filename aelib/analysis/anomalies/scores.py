"""Anomaly scores, one registry entry each: from the outputs of a net, and from baselines without a net."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from aelib import datasets
from aelib.core.errors import LabError
from aelib.core.language import N_, Lazy
from aelib.metrics import mse
from aelib.nn import losses, variational
from aelib.training import Run

Array = NDArray[np.float64]
NEIGHBOURS = 5
TRAINING_IMAGES = 5000  # training images that the scores based on neighbours and on trees use, at most
TREES = 200


@dataclass(frozen=True, kw_only=True)
class Score:
    """One anomaly score.

    Attributes:
        label: its usual name.
        about: one sentence: what makes an image odd.
        score: (run, pixels) returns a number for each image, larger means odder: float64, n. pixels: uint8, n ×
            channels × height × width.
        net: whether it uses the net; baselines use the net's training images, and only the seed and the code size of
            the run.
        fits: whether the score is defined for a run.
    """

    label: str
    about: str
    score: Callable[[Run, Tensor], Array]
    net: bool = True
    fits: Callable[[Run], bool] = lambda _: True


def errors(run: Run, pixels: Tensor) -> Array:
    """Mean squared error of each image's reconstruction, computed from clean images with pixels from 0 to 1."""
    images = pixels.float() / 255
    found: Array = mse(run.restored(images)[None], images)[0].double().numpy()
    return found


@torch.no_grad()
def _negative_elbo(run: Run, pixels: Tensor) -> Array:
    """−ELBO of each image for the mean code: reconstruction loss + KL, in nats if the loss is cross-entropy."""
    x = run.normalization.apply(pixels.float() / 255)
    mu, log_var = run.model.posterior(x)
    logits = run.model.decode_logits(mu)
    loss = losses.select(run.experiment.loss, run.experiment.output_activation)
    cost = loss.value(logits, run.model.output(logits), x).flatten(1).sum(dim=1)
    kl = variational.kl(mu, log_var).sum(dim=1)
    found: Array = (cost + kl).double().numpy()
    return found


def _distance(train: NDArray[np.float32], others: NDArray[np.float32]) -> Array:
    near = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(train))).fit(train)
    distances: Array = near.kneighbors(others)[0].mean(axis=1).astype(np.float64)
    return distances


def _trained_on(run: Run) -> Tensor:
    return datasets.training_set(run.spec).pixels[:TRAINING_IMAGES]


def _code_distance(run: Run, pixels: Tensor) -> Array:
    return _distance(run.codes_of(_trained_on(run)), run.codes_of(pixels))


def _flat(pixels: Tensor) -> NDArray[np.float32]:
    flat: NDArray[np.float32] = (pixels.flatten(1).float() / 255).numpy()
    return flat


def _pixel_distance(run: Run, pixels: Tensor) -> Array:
    return _distance(_flat(_trained_on(run)), _flat(pixels))


def _pca_error(run: Run, pixels: Tensor) -> Array:
    train = _flat(_trained_on(run))
    pca = PCA(min(run.latent_dim, *train.shape), svd_solver="full").fit(train)
    shown = _flat(pixels)
    found: Array = ((pca.inverse_transform(pca.transform(shown)) - shown) ** 2).mean(axis=1).astype(np.float64)
    return found


def _isolation(run: Run, pixels: Tensor) -> Array:
    forest = IsolationForest(n_estimators=TREES, random_state=run.experiment.seed % 2**32).fit(_flat(_trained_on(run)))
    found: Array = -forest.score_samples(_flat(pixels)).astype(np.float64)
    return found


SCORES: dict[str, Score] = {
    "error": Score(
        label=N_("reconstruction error"), about=N_("The net cannot draw what it never learnt to draw."), score=errors
    ),
    "elbo": Score(
        label=N_("negative ELBO"),
        about=N_("Reconstruction loss and KL together: the bound on how unlikely the image is."),
        score=_negative_elbo,
        fits=lambda run: run.experiment.model.variational,
    ),
    "code": Score(
        label=N_("distance of the code"),
        about=N_("The mean distance of the code to the {n} nearest codes of training images."),
        score=_code_distance,
    ),
    "pca": Score(
        label=N_("PCA error"),
        about=N_("The error of PCA with as many components as the code has numbers."),
        score=_pca_error,
        net=False,
    ),
    "neighbours": Score(
        label=N_("nearest neighbours"),
        about=N_("The mean distance, pixel by pixel, to the {n} nearest training images."),
        score=_pixel_distance,
        net=False,
    ),
    "forest": Score(
        label=N_("isolation forest"),
        about=N_("How few random cuts through the pixels set the image apart (Liu, Ting and Zhou 2008)."),
        score=_isolation,
        net=False,
    ),
}


def score(name: str, run: Run, pixels: Tensor) -> Array:
    """Anomaly scores of images, larger means odder: float64, n. pixels: uint8, n × channels × height × width. Raises
    LabError if the score does not exist or is not defined for the run."""
    if name not in SCORES:
        raise LabError("score is {name!r}: choose {scores}.", name=name[:60], scores=", ".join(SCORES))
    if not SCORES[name].fits(run):
        raise LabError(
            "This net has no {label}: choose a run with model.variational true.", label=Lazy(SCORES[name].label)
        )
    return SCORES[name].score(run, pixels)
