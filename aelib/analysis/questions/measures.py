"""The measures that answer questions, each computed from a run."""

import torch
from torch import Tensor

from aelib.analysis import judged
from aelib.analysis.anomalies import detection
from aelib.analysis.generative import codebook, samplers
from aelib.analysis.inside import layers, units
from aelib.nn import losses
from aelib.nn.variational import SMALLEST_VARIANCE
from aelib.training import Run

from .evidence import Measure

DRAWN = 500  # codes
NOISE = 0.2  # standard deviation, pixels from 0 to 1


def _metric(name: str, label: str, form: str = ".4f") -> Measure:
    return Measure(label=label, value=lambda run: float(run.metrics[name]), form=form)


def _edges(images: Tensor) -> float:
    """Mean absolute difference of neighbouring pixels."""
    return float(images.diff(dim=-1).abs().mean() + images.diff(dim=-2).abs().mean())


def _sharpness(run: Run) -> float:
    return _edges(run.reconstructions().clamp(0, 1)) / _edges(run.images.images())


def _variety(run: Run) -> float:
    """Standard deviation of the outputs over the images, as a share of the images' own."""
    outputs, images = run.reconstructions(), run.images.images()
    return float(outputs.std(dim=0).mean() / images.std(dim=0).mean())


def _of_noisy(run: Run) -> float:
    images = run.images.images()
    draws = NOISE * torch.randn(images.shape, generator=torch.Generator().manual_seed(0))
    return float((run.restored((images + draws).clamp(0, 1)) - images).square().mean())


def _distance(run: Run) -> float:
    """Mean squared distance of decoded standard normal codes from the nearest image, mean over pixels."""
    drawn = run.decode(samplers.sample("standard_normal", run.codes(), DRAWN))
    images = run.images.images().flatten(1)
    nearest = torch.cdist(torch.from_numpy(drawn).flatten(1), images).min(dim=1).values
    return float(nearest.square().mean() / images.shape[1])


def _floor(run: Run) -> float:
    """The lower bound of the cross-entropy, mean over pixels, in nats."""
    images = run.images.images()
    return (losses.lowest("bce", images) or 0.0) / images[0].numel()


def _dead(run: Run) -> float:
    hidden = [one for one in layers.look(run, run.model).layers if one.hidden]
    dead = torch.cat([units.idle(one).dead for one in hidden])
    return float(dead.float().mean())


def _phases(images: Tensor) -> float:
    """Strength of a checkerboard pattern in the mean image. The contrast of 2 × 2 pixels between both diagonals is
    averaged for each of the four positions at which such a square can start; the result is the standard deviation of
    the four."""
    mean = images.mean(dim=(0, 1))
    contrast = (mean[:-1, :-1] - mean[:-1, 1:] - mean[1:, :-1] + mean[1:, 1:]) / 4
    return float(torch.stack([contrast[y::2, x::2].mean() for y in (0, 1) for x in (0, 1)]).std())


def _checkerboard(run: Run) -> float:
    return _phases(run.reconstructions().clamp(0, 1)) / _phases(run.images.images())


def _stuck(run: Run) -> float:
    """Share of the variances, over all images and code numbers, that are at the smallest allowed value."""
    log_var = run.snapshots.log_var
    return 0.0 if log_var is None else float((log_var[-1].exp() < 1.001 * SMALLEST_VARIANCE).float().mean())


def _threshold(run: Run) -> float:
    return detection.detect(run).threshold()


MSE = _metric("mse", "Error (MSE)")
KL = _metric("kl", "KL, nats", ".3f")
ELBO = _metric("elbo", "ELBO, nats", ".1f")
STUCK = Measure(label="Variances at the smallest allowed", value=_stuck, form=".0%")
ACTIVE = _metric("active", "Active code numbers", ".0f")
LEARNT = _metric("learnt", "Images learnt", ".0f")
LOSS = Measure(label="Training loss, per pixel", value=lambda run: run.loss, form=".3f")
FLOOR = Measure(label="Lowest possible cross-entropy, per pixel", value=_floor, form=".3f")
SHARPNESS = Measure(label="Sharpness of outputs, share of the images'", value=_sharpness, form=".0%")
VARIETY = Measure(label="Variety of outputs, share of the images'", value=_variety, form=".1%")
OF_NOISY = Measure(label="Error on noisy images (MSE)", value=_of_noisy)
DISTANCE = Measure(label="Distance of new images to the nearest real one (MSE)", value=_distance)
SPREAD = Measure(label="Deviation of code numbers", value=lambda run: float(run.codes().std(axis=0).mean()), form=".2f")
KNN = Measure(label="Accuracy of 5 neighbours", value=lambda run: judged.figures(run)["knn_accuracy"], form=".1%")
ON = Measure(label="Active share of the code", value=judged.active_rate, form=".0%")
PARAMETERS = Measure(label="Parameters", value=lambda run: float(run.parameters), form=",.0f")
DEAD = Measure(label="Dead hidden units", value=_dead, form=".0%")
CHECKERBOARD = Measure(label="Checkerboard in the outputs, times that of the images", value=_checkerboard, form=".1f")
IN_USE = Measure(label="Entries in use", value=lambda run: float(codebook.usage(run).used), form=".0f")
PERPLEXITY = Measure(label="Perplexity of the codebook", value=lambda run: codebook.usage(run).perplexity, form=".1f")
THRESHOLD = Measure(label="Threshold for 5 % false alarms", value=_threshold)
